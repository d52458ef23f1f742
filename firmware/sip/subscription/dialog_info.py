"""Dialog-info bodies (RFC 4235): the calls of a watched extension, from full and partial states.

A small scanner of its own: it takes what the schema and PBXs write, any prefix of names, and
refuses what is no dialog-info. Loaded by each NOTIFY.
"""

from base.compat import const

_DIALOGS = const(8)  # kept of one entity
_TAGS = const(500)  # of one body
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def read(body, version, dialogs):
    """Return (version, {id: (state, direction, call-id, local tag, remote tag, target)}).

    `version` and `dialogs` are what the body before has left, (None, {}) before the first. A
    partial state to which one before is missing gives (-1, dialogs): a full one is to be asked
    for. Behind -1 any state is taken: some send partial ones only. An older version changes
    nothing. ValueError for what is no dialog-info.
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
            found.append([attributes, "", "", ""])
        elif found and path[-1] == "dialog" and name == "state":
            found[-1][1] = inside.strip().lower()
        elif found and path[-1] == "remote" and name in ("identity", "target"):
            found[-1][2 if name == "identity" else 3] = (
                attribute(attributes, "uri") or inside.strip()
            )
    if root is None:
        raise ValueError("no dialog-info")
    number = attribute(root, "version")
    number = int(number) if number.isdigit() and len(number) < 10 else 0
    partial = attribute(root, "state") == "partial"
    if version is not None and (number < version or (partial and number == version)):
        return version, dialogs
    if partial and version != -1 and (version is None or number > version + 1):
        return -1, dialogs
    return number, _merge(dict(dialogs) if partial else {}, found)


def _merge(dialogs, found):
    for attributes, state, identity, target in found:
        key = attribute(attributes, "id")
        if state == "terminated" or not state or not key:
            dialogs.pop(key, None)
        elif key in dialogs or len(dialogs) < _DIALOGS:
            dialogs[key] = (
                state,
                attribute(attributes, "direction"),
                attribute(attributes, "call-id"),
                attribute(attributes, "local-tag"),
                attribute(attributes, "remote-tag"),
                target or identity,
            )
    return dialogs


def state_of(dialogs):
    """Return ("idle"|"ringing"|"busy", the dialog that rings or None)."""
    for dialog in dialogs.values():
        if dialog[0] in ("early", "trying", "proceeding") and dialog[1] != "initiator":
            return "ringing", dialog
    return ("busy" if dialogs else "idle"), None


def tags(text):
    """Yield (local name, attributes, text up to the next tag, names above) of each element.

    ValueError where tags are not closed as they were opened, or there are too many.
    """
    path, index, count = [], text.find("<"), 0
    while index >= 0:
        if text[index : index + 4] == "<!--":
            end = text.find("-->", index)
            index = text.find("<", end) if end > 0 else -2
            if index == -2:
                raise ValueError("comment")
            continue
        end = text.find(">", index)
        count += 1
        if end < 0 or count > _TAGS:
            raise ValueError("tag")
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
    text, start = " " + attributes.replace("\r", " ").replace("\n", " "), 0
    while True:
        start = text.find(" " + name, start)
        if start < 0:
            return ""
        rest = text[start + 1 + len(name) :].lstrip()
        if rest[:1] == "=":
            rest = rest[1:].lstrip()
            value = rest[1:].partition(rest[0])[0] if rest[:1] in ('"', "'") and rest else ""
            for escaped, plain in _ENTITIES:
                value = value.replace(escaped, plain)
            return value
        start += 1
