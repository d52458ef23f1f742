"""The console's words for settings."""

from base import flash
from base.compat import const
from offhook.changes import warnings
from offhook.console.word import Word, shown
from offhook.settings.catalogue import groups, unknown

_WIPES = "the flash is wiped first, about %d s; without power it goes on at the next start"
_SOON = const(500)  # ms
_LATER = "when the call is over"  # the flash may hold up voice


async def set_(phone, rest):
    """Change a setting; the rest of the line is its value. What is odd about it is told."""
    name, space, value = rest.partition(" ")
    if not name:
        raise ValueError("set takes NAME VALUE, such as 'set user_name1 100'")
    value = value.lstrip()
    if not value:
        known(phone, name)
        raise ValueError("set %s takes a value; 'unset %s' gives it its default" % (name, name))
    saved = await phone.settings.keep({name: value})
    answer, found = {"value": _value(phone, name)}, warnings(phone, name)
    if not saved:
        answer["saved"] = _LATER
    if found:
        answer["warnings"] = found
    return answer


def get(phone, rest):
    """Return a setting's value; a secret is masked."""
    known(phone, rest)
    answer, who = {"value": _value(phone, rest)}, phone.settings.locked(rest)
    if who:
        answer["locked"] = "by " + who
    return answer


def known(phone, name):
    """Refuse a name that is no setting, with the nearest ones."""
    if not phone.settings.known(name):
        raise ValueError(unknown(name) if name else "that takes the name of a setting")


def _value(phone, name):
    if name == "mac" and not phone.settings.get(name):
        return phone.network.mac
    if phone.settings.spec(name).kind == "int":
        return phone.settings.get(name)
    return shown(phone.settings, name)


async def unset(phone, rest):
    """Give a setting its default back."""
    if not await phone.settings.keep({rest: None}):
        return {"saved": _LATER}


def find(phone, rest):
    """Return the settings with a word in name or meaning."""
    found = []
    for _, group in groups():
        for each in group:
            if rest in each.name or rest in each.meaning:
                default = each.written(each.default) or "empty"
                found.append("%s (%s, %s): %s" % (each.name, each.right(), default, each.meaning))
    return found


def show(phone, _):
    """Return what differs from the defaults."""
    return {name: shown(phone.settings, name) for name in phone.settings.changed()}


def reset(phone, rest):
    """Forget all settings, call lists and whatever else is stored, and restart."""
    if rest != "yes":
        raise ValueError("'reset yes' forgets all settings and call lists, and restarts")
    text = forget(phone)
    if not text:
        phone.platform.reset()
        return None
    phone.timers.after(_SOON, phone.platform.reset)  # the answer goes first
    return {"restart": text}


def forget(phone):
    """Forget all that is stored; return what a person has to know of the restart, "" for nothing.

    ValueError where something stays.
    """
    try:
        seconds = phone.settings.erase()
    except OSError as error:
        raise ValueError("reset: not all is forgotten: %s" % (flash.words(error) or error))
    phone.desk.lists.forget()
    return _WIPES % seconds if seconds else ""


WORDS = {
    "set": Word("set NAME VALUE", "change a setting and save it", set_),
    "get": Word("get NAME", "a setting's value; secrets are masked", get),
    "unset": Word("unset NAME", "give a setting its default back", unset),
    "find": Word("find WORD", "the settings with WORD in name or meaning", find),
    "show": Word("show", "the settings that differ from their defaults", show),
    "reset": Word(
        "reset yes", "forget all settings and call lists, wipe the flash, restart", reset
    ),
}
