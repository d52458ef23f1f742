"""Numbers as people write them, and the targets of keys: from a text to what is dialled."""

from collections import namedtuple

from base.printable import has_controls

_KEYPAD = "0123456789*#"
_SEPARATORS = " -./()\t\u00a0\u2009\u202f\u2010\u2011\u2012\u2013"  # of all kinds
_LONGEST = 512  # characters of a URI that somebody dials
_NOT_IN_URI = ' <>"'
# as provisioning writes them; "&amp;" is the last, so that nothing is decoded twice
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))

Number = namedtuple("Number", ("target", "code"))  # a number or URI, and a pick-up code or ""


def decoded(text):
    """Return `text` with the entities of XML decoded."""
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text


def split(argument):
    """Return the `Number` of ``201``, ``201|*8`` or ``<sip:201@host>|*8``."""
    target, _, code = argument.partition("|")
    target = target.strip()
    if target[:1] == "<":
        target = target.strip("<>").partition(";")[0]
    return Number(target.strip(), code.strip())


def digits_only(number):
    """Return True for a number that a keypad can dial, with a leading plus or without."""
    return not number.strip(_KEYPAD + "+")


def check(text):
    """Refuse a setting that is no number; it is kept as the person wrote it."""
    dialable(text)


def dialable(text):
    """Return what is dialled for a number as people write it; ValueError for what is none.

    Separators go from a telephone number (RFC 3966 section 5.1.1), and so does the "(0)" that is
    dialled within the country only. A URI, or the name of somebody, stays as it is.
    """
    if len(text) > _LONGEST:
        raise ValueError("a number of %d characters is none, %d at most" % (len(text), _LONGEST))
    number = split(text).target
    if number[:4].lower() == "tel:":
        number = number[4:].partition(";")[0]
    abroad = number[:1] == "+" or number[:2] == "00"
    kept = number.replace("(0)", "") if abroad else number
    kept = "".join([x for x in kept if x not in _SEPARATORS])
    if not digits_only(kept):
        kept = number
    elif "+" in kept[1:]:
        kept = ""
    if not kept or any(x in _NOT_IN_URI for x in kept) or has_controls(kept.encode()):
        raise ValueError("'%s' is no number; write 201, +49 30 555-12 or 201@host" % text[:40])
    return kept
