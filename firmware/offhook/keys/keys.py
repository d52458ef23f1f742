"""Where the debounced keys of a board arrive: hook switch, function keys, and all others."""

from offhook.desk.handset import hook
from offhook.keys import fkey_press
from offhook.keys.names import function_key
from offhook.keys.press import press


class Keys:
    """The keys of one phone: acts on `desk`, and on the meanings that `fkeys` has."""

    def __init__(self, desk, fkeys):
        self.desk = desk
        self.fkeys = fkeys

    def on_key(self, name, down):
        """Take one debounced key event."""
        if name == "HOOK":
            hook(self.desk, down)
        elif function_key(name) is not None:
            fkey_press.key(self.desk, self.fkeys, name, down)
        elif down:
            press(self.desk, name)
        self.desk.changed()
