"""What the press of a key means that is no function key: a digit, or a key with a name."""

from offhook.desk.dialling import digit
from offhook.keys import call_keys, phone_keys
from offhook.keys.names import own

KEYS = {}
KEYS.update(call_keys.KEYS)
KEYS.update(phone_keys.KEYS)


def press(desk, name):
    """Act on key `name`, as a button, a key macro or a ``keyevent``; others do nothing."""
    name = own(name) or "NONE"
    if len(name) == 1:
        digit(desk, name)
    elif name in KEYS:
        KEYS[name](desk)
