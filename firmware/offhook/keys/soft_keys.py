"""Keys by software, for the console and key macros: a board need not have the key itself."""

from base.compat import const

_OWN = const(32)  # function keys that every phone has, if only by software
_NAMES = (
    " HOOK REDIAL DND TRANSFER HOLD MUTE ENTER CANCEL MENU UP DOWN LEFT RIGHT SPEAKER HEADSET "
    "VOLUME_UP VOLUME_DOWN MESSAGE CONFERENCE F1 F2 F3 F4 0 1 2 3 4 5 6 7 8 9 * # OFFHOOK ONHOOK "
    "F_REDIRECT F_AUTOANSWER F_CONFERENCE "
)


def there(phone, name):
    """Return whether `phone` has the key `name`, on its board or by software."""
    if name[:1] == "P" and name[1:].isdigit() and name[1] != "0" and int(name[1:]) <= _OWN:
        return True
    known = bool(name) and " " not in name and " %s " % name in _NAMES
    return known or name in phone.input.names()


def hold(phone, name, down):
    """Press or release a key. One that this board has passes its debouncing, others act at once.

    Raises ValueError for what is no key.
    """
    inputs, found = phone.input, False
    for part, _ in inputs.parts:
        if name in part.names:
            found = True
            if part.irq:
                part.irq.set()
    if found and down:
        inputs.held[name] = True
    elif found:
        inputs.held.pop(name, None)
    else:
        if not there(phone, name):
            raise ValueError("there is no key '%s'" % name[:20])
        phone.desk.on_key(name, down)
