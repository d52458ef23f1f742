"""Which function keys there can be: refuses a setting ``fkey<idx>`` that could not work."""

from collections import namedtuple

from actions.secrets import masked_setting
from base.compat import const
from offhook.desk.numbers import decoded, dialable
from offhook.keys.names import events, own

Entry = namedtuple("Entry", ("context", "kind", "argument"))

_IDENTITIES = const(12)
TYPES = {  # type -> whether it wants an argument
    "none": False,
    "line": False,
    "speed": True,
    "dest": True,
    "url": True,
    "keyevent": True,
    "dtmf": True,
    "transfer": False,
    "redirect": False,
    "autoanswer": False,
    "icom": True,
    "orbit": False,
    "blf": True,
}
_NUMBERS = ("speed", "dest", "transfer", "redirect", "icom", "orbit", "blf")
LINE = Entry("active", "line", "")
NONE = Entry("active", "none", "")


def parse(text):
    """Return the `Entry` of a setting's text, None for ""; ValueError says what would be right."""
    words = text.split(None, 2)
    if not words:
        return None
    if words == ["none"]:
        return NONE
    if len(words) < 2:
        raise ValueError("'%s' does not fit; write CONTEXT TYPE ARGUMENT" % _shown(text))
    context, kind = words[0], words[1]
    if context != "active" and not (context.isdigit() and 1 <= int(context) <= _IDENTITIES):
        raise ValueError(
            "context '%s' does not fit; it is active or an identity's number" % _shown(context)
        )
    if kind not in TYPES:
        raise ValueError(
            "type '%s' does not fit; it takes one of %s" % (_shown(kind), ", ".join(sorted(TYPES)))
        )
    argument = words[2].strip() if len(words) > 2 else ""
    if not argument and TYPES[kind]:
        raise ValueError("type %s wants an argument" % kind)
    if kind == "keyevent":
        argument = _event(argument)
    elif kind in _NUMBERS and argument:
        argument = decoded(argument)
        dialable(argument)
    return Entry(context, kind, argument)


def _event(argument):
    """Return the own name of the key that a ``keyevent`` presses."""
    name = own(argument)
    if name is None:
        raise ValueError(
            "keyevent '%s' does not fit; it takes a digit or one of %s"
            % (argument[:20], ", ".join(events()))
        )
    return name


def _shown(text):
    return masked_setting("fkey", text)[:40]
