"""From what the files give to what the phone has: all that fits together, with one write."""

from collections import namedtuple

from offhook.settings.marks import checksum

BY_HAND = "a file"  # who has locked a setting by a file over console or page
RESTART = ("network_id_port", "mac", "dhcp", "ip_adr", "netmask", "gateway")  # read at start only

_ALLOWS = "auto_reboot_on_setting_change"

# `taken` counts the settings that fit, `changed` are those whose value is another one now, `kept`
# those that stay as a person has set them
Outcome = namedtuple("Outcome", ("taken", "changed", "kept"))


def apply(settings, sheet, who, restarts=False):
    """Take the `sheet` over; return the `Outcome`. What is refused is told to the sheet.

    `who` locks what is locked; `BY_HAND` leaves alone what another one has locked. `restarts`
    says that the phone restarts where a changed setting needs it, which it remembers. OSError
    where it cannot be saved: nothing has changed then.
    """
    marks = settings.marks.copy()
    texts, kept = _wanted(settings, sheet, who, marks)
    values, errors = settings.sifted(texts)
    for name in errors:
        sheet.refuse(name, errors[name])
    fleeting = []
    for name in values:
        perm = sheet.perms[name]
        marks.lock(name, who if perm.locked else "", perm.fleeting)
        once = perm.once and not settings.private(name)
        marks.give(name, _written(settings, name, values[name]) if once else None)
        if perm.fleeting:
            fleeting.append(name)
    needed = any(
        _written(settings, name, values[name]) != settings.text(name)
        for name in RESTART
        if name in values
    )
    allowed = values[_ALLOWS] if _ALLOWS in values else settings.get(_ALLOWS)
    marks.restarted = restarts and needed and allowed is not False  # None is the default: on
    return Outcome(len(values), settings.provide(values, marks, fleeting), sorted(kept))


def _wanted(settings, sheet, who, marks):
    """Return ({name: text}, [names that stay as a person has set them])."""
    texts, kept = {}, []
    for name in sheet.wanted:
        owner = settings.locked(name)
        if owner and who == BY_HAND != owner:
            sheet.refuse(name, "locked by %s" % owner)
        elif sheet.perms[name].once and _own(settings, name):
            marks.lock(name, "")
            kept.append(name)
        else:
            texts[name] = sheet.wanted[name]
    return texts, kept


def _own(settings, name):
    """Return whether a person has set the value, as far as one can tell.

    A secret counts as a person's once it is there, since nothing is kept to compare it with.
    """
    if name not in settings.values:
        return False
    return settings.private(name) or checksum(settings.text(name)) != settings.marks.given.get(
        name
    )


def _written(settings, name, value):
    spec = settings.spec(name)
    return spec.written(spec.default if value is None else value)
