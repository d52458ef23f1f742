"""Dialog-info bodies (RFC 4235): the calls of a watched extension, from full and partial states.

A small scanner of its own: it takes what the schema and PBXs write, any prefix of names, and
refuses what is no dialog-info.
"""

from collections import namedtuple

from base.compat import const
from sip.message.uri import name_addr

KIND = "application/dialog-info+xml"

Dialog = namedtuple(
    "Dialog", ("state", "direction", "call_id", "local_tag", "remote_tag", "target")
)

MISSING = const(-1)  # a version: a state was lost

_DIALOGS = const(8)  # kept of one entity
_TAGS = const(500)  # of one body
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def read(body, version, dialogs):
    """Return (version, {id: `Dialog`}).

    `version` and `dialogs` are what the body before has left, (None, {}) before the first. A
    partial state to which one before is missing gives (`MISSING`, dialogs): a full one is to be
    asked for. So does a version that went back, for its notifier has begun anew (RFC 4235 section
    4.3 discards it). Behind `MISSING` any state is taken: some send partial ones only. ValueError
    for what is no dialog-info.
    """
    try:
        text = body.decode()
    except ValueError:
        raise ValueError("no UTF-8")
    root, found = None, []
    for name, attributes, inside, path in tags(text):
        if root is None:
            if name != "dialog-info":
                raise ValueError("no dialog-info")
            root = attributes
        elif name == "dialog":
            found.append({"attributes": attributes})
        elif found and path[-1] == "dialog" and name == "state":
            found[-1]["state"] = inside.strip().lower()
        elif found and path[-1] == "remote" and name in ("identity", "target"):
            found[-1][name] = attribute(attributes, "uri") or inside.strip()
    if root is None:
        raise ValueError("no dialog-info")
    number = attribute(root, "version")
    number = int(number) if number.isdigit() and len(number) < 10 else 0
    partial = attribute(root, "state") == "partial"
    if version is not None and version != MISSING:
        if partial and number == version:
            return version, dialogs
        if number < version or (partial and number > version + 1):
            return MISSING, dialogs
    elif partial and version is None:
        return MISSING, dialogs
    return number, _merge(dict(dialogs) if partial else {}, found)


def _merge(dialogs, found):
    for each in found:
        attributes, state = each["attributes"], each.get("state")
        key = attribute(attributes, "id")
        if state == "terminated" or not state or not key:
            dialogs.pop(key, None)
        elif key in dialogs or len(dialogs) < _DIALOGS:
            dialogs[key] = Dialog(
                state,
                attribute(attributes, "direction"),
                attribute(attributes, "call-id"),
                attribute(attributes, "local-tag"),
                attribute(attributes, "remote-tag"),
                each.get("target") or each.get("identity", ""),
            )
    return dialogs


def state_of(dialogs):
    """Return ("idle"|"ringing"|"busy", the dialog that rings or None)."""
    for dialog in dialogs.values():
        early = dialog.state in ("early", "trying", "proceeding")
        if early and dialog.direction != "initiator":
            return "ringing", dialog
    return ("busy" if dialogs else "idle"), None


def pickup(dialogs, uri):
    """Return (target, Replaces value or "") to pick up what rings at `uri`."""
    dialog = state_of(dialogs)[1]
    if not dialog or not (dialog.call_id and dialog.local_tag and dialog.remote_tag):
        return uri, ""
    target = dialog.target if dialog.target[:4] in ("sip:", "sips") else uri
    tags = dialog.call_id, dialog.remote_tag, dialog.local_tag
    return name_addr(target).uri, "%s;to-tag=%s;from-tag=%s;early-only" % tags


def tags(text):
    """Yield (local name, attributes, text up to the next tag, names above) of each element.

    ValueError where tags are not closed as they were opened, a comment or tag has no end, or
    there are too many.
    """
    path, index, count = [], text.find("<"), 0
    while index >= 0:
        if text[index : index + 4] == "<!--":
            index = text.find("<", text.index("-->", index + 4))
            continue
        end = text.index(">", index)
        count += 1
        if count > _TAGS:
            raise ValueError("too many tags")
        tag = text[index + 1 : end].strip()
        index = text.find("<", end)
        if not tag or tag[0] in "?!":
            continue
        closing, single = tag[0] == "/", tag[-1] == "/"
        name, _, attributes = tag.strip("/").replace("\n", " ").replace("\t", " ").partition(" ")
        name = name.strip().rpartition(":")[2]
        if closing:
            if not path or path.pop() != name:
                raise ValueError("</%s>" % name)
            continue
        yield name, attributes, text[end + 1 : index if index >= 0 else len(text)], path
        if not single:
            path.append(name)
    if path:
        raise ValueError("<%s>" % path[-1])


def attribute(attributes, name):
    """Return an attribute's value, "" where there is none."""
    data = (" " + attributes.replace("\r", " ").replace("\n", " ")).encode()
    wanted = b" " + name.encode()
    start = data.find(wanted)
    while start >= 0:
        place = _past_spaces(data, start + len(wanted))
        if data[place : place + 1] == b"=":
            return _value(data, _past_spaces(data, place + 1))
        start = data.find(wanted, start + 1)
    return ""


def _past_spaces(data, place):
    while data[place : place + 1] == b" ":
        place += 1
    return place


def _value(data, place):
    """Return the quoted value that begins at `place`, "" where none does."""
    quote = data[place : place + 1]
    if quote not in (b'"', b"'"):
        return ""
    end = data.find(quote, place + 1)
    value = str(data[place + 1 : end if end >= 0 else len(data)], "utf-8")
    for escaped, plain in _ENTITIES:
        value = value.replace(escaped, plain)
    return value
