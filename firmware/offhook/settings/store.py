"""Sets, saves and loads settings: a file whole or not at all, the last good one beside it.

A set takes the text that a person wrote and refuses what does not fit with a message that names
setting, value and what would be right; the old value stays.
"""

import json

from offhook.settings.settings import plain

_NAME = "settings.json"
_LAST = "settings.last"
_BAD = "settings.bad"


def defaults(settings):
    """Return the defaults that are not empty, off or 0 as one text of lines "name=value"."""
    lines = [""]
    for row in settings.catalogue().rows():
        if row[2] not in ("", "0", "off"):
            lines.append("%s=%s" % (row[0], row[2]))
    return "\n".join(lines)


def canonical(name):
    """Return a setting's name without brackets."""
    stem, number = plain(name)
    return name if number is None else stem + str(number)


def text(settings, name):
    """Return a value as it is written, None for a name that is no setting."""
    try:
        spec = settings.catalogue().spec(name)
    except KeyError:
        return None
    value = settings.get(name)
    if spec.kind == "bool":
        return "on" if value else "off"
    return str(value or 0) if spec.kind == "int" else str(value)


def update(settings, texts):
    """Set several settings with one write, all of them or none, and tell the listeners."""
    parse = settings.catalogue().parse
    parsed = {canonical(n): parse(n, t, settings.check) for n, t in texts.items()}
    changed = [n for n, v in parsed.items() if (settings.get(n) or "") != (v or "")]
    old = {n: settings.values.get(n) for n in changed}
    _take(settings, parsed)
    if changed:
        try:
            save(settings)
        except OSError as error:
            _take(settings, old)
            raise _unsaved(changed[0], error)
    for name in changed:
        _tell(settings, name)


def unset(settings, name):
    """Give a setting its default back; ValueError when there is none of that name."""
    if not settings.known(name):
        raise ValueError("there is no setting '%s'" % name[:40])
    name = canonical(name)
    old = settings.values.pop(name, None)
    if old is not None:
        try:
            save(settings)
        except OSError as error:
            settings.values[name] = old
            raise _unsaved(name, error)
        _tell(settings, name)


def _unsaved(name, error):
    return ValueError("%s: not saved, the storage says %r" % (name, error))


def reset(settings):
    """Give every setting its default back."""
    settings.values.clear()
    save(settings)


def _tell(settings, name):
    for callback in settings.listeners:
        callback(name)


def _take(settings, values):
    for name, value in values.items():
        if value is None:
            settings.values.pop(name, None)
        else:
            settings.values[name] = value


def save(settings):
    """Write the file: the old one stays as the last good one until the new one is whole."""
    data = json.dumps(settings.values).encode()
    storage = settings.storage
    if storage.read(_NAME) is not None:
        storage.rename(_NAME, _LAST)
    storage.write(_NAME, data)


def load(settings):
    """Read the file; a broken one is set aside and the last good one used."""
    for name in (_NAME, _LAST):
        raw = settings.storage.read(name)
        if raw is None:
            continue
        try:
            values = json.loads(raw)
            if not isinstance(values, dict):
                raise ValueError("no object")
            _accept(settings, values)
            return
        except ValueError as error:
            settings.trouble = "%s is broken (%s), set aside as %s" % (name, error, _BAD)
            settings.log(1, "%s", settings.trouble)
            settings.storage.rename(name, _BAD)


def _accept(settings, values):
    for name, value in values.items():
        if value is True or value is False:
            written = "on" if value else "off"
        else:
            written = str(value)
        try:
            settings.values[name] = settings.catalogue().parse(name, written)
        except ValueError as error:
            settings.log(2, "stored setting ignored: %s", error)
