"""What software may ask of the phone: command.htm, key macros, the console, the REPL.

`Remote` is the whole interface that the room web is handed. A refusal is a ValueError with a
sentence for whoever asked.
"""

from base.compat import const, sleep_ms, spawn
from offhook import identities
from offhook.desk import calls, dialling
from offhook.keys import names, soft_keys

_LOOK = const(10)  # ms between two looks whether a press or release has arrived
_PATIENCE = const(100)  # looks: a part may be away, or the loop held by a handshake
_HOOK = {"OFFHOOK": True, "ONHOOK": False}


class Remote:
    """Acts on `phone`, an `offhook.telephone.Phone`."""

    def __init__(self, phone):
        self._phone = phone

    def log(self, level, text, *values):
        """Write into the phone's log."""
        self._phone.log(level, text, *values)

    # -- keys ---------------------------------------------------------------------------------

    def keys(self):
        """Return the names of all keys that can be pressed, the board's own among them."""
        board = self._phone.input.names()
        soft = list(names.DIGITS) + [x for x in sorted(names.LABELS) if x != "NONE"]
        soft += ["P%d" % (i + 1) for i in range(names.OWN)]
        return soft + [x for x in board if x not in soft and x != "HOOK"]

    def key(self, name):
        """Return the phone's own name of key `name`; ValueError where there is none."""
        own = name
        if names.function_key(name) is None:
            own = names.own(name) or name
        if not soft_keys.there(self._phone, own):
            raise ValueError("there is no key '%s'" % name[:20])
        return own

    def hold(self, name, down):
        """Press or release a key; "OFFHOOK" and "ONHOOK" move the handset."""
        if name in _HOOK:
            if down:
                soft_keys.hold(self._phone, "HOOK", _HOOK[name])
        else:
            soft_keys.hold(self._phone, name, down)

    async def press(self, name, ms):
        """Hold a key down for `ms`; return when its release has arrived."""
        await self._press(self.key(name), ms)

    async def _press(self, name, ms):
        """Press and release; what comes next is not taken for the key's bounce."""
        self.hold(name, True)
        try:
            await sleep_ms(ms)
            await self._arrived(name, True)
        finally:
            self.hold(name, False)
        await self._arrived(name, False)

    async def _arrived(self, name, down):
        """Wait until the press or release of a key of the board counts."""
        inputs, left = self._phone.input, _PATIENCE
        if name in inputs.names():
            while inputs.down(name) is not down and left > 0:
                await sleep_ms(_LOOK)
                left -= 1

    def press_all(self, presses):
        """Press keys one after the other: (name, ms down, ms of pause) each; returns at once."""
        spawn(self._press_all([(self.key(name), down, pause) for name, down, pause in presses]))

    async def _press_all(self, presses):
        for name, down, pause in presses:
            if name in _HOOK:
                self.hold(name, True)
            else:
                await self._press(name, down)
            await sleep_ms(pause)

    # -- calls --------------------------------------------------------------------------------

    def dial(self, number, uri=None):
        """Call `number` as the identity with `uri`, else as the one of outgoing calls.

        Return the call; while one is being transferred, that goes to `number` and is returned.
        """
        desk, account = self._phone.desk, None
        moving = desk.moving
        if not number:
            raise ValueError("there is no number")
        for each in self._phone.agent.accounts:
            if uri and uri.replace("sip:", "") == each.uri.replace("sip:", ""):
                account = each
        call = dialling.dial(desk, number, account=account)
        desk.changed()
        if call is None and moving and moving.transferring:
            return moving
        if call is None:
            raise ValueError(desk.notice or "not dialled")
        return call

    def dtmf(self, digits):
        """Send digits in the active call."""
        call = self._phone.desk.active()
        if call is None:
            raise ValueError("no call for DTMF")
        for digit in digits:
            call.send_dtmf(digit)

    def release_all(self):
        """End every call."""
        calls.release_all(self._phone.desk)
        self._phone.desk.changed()

    # -- identities and settings --------------------------------------------------------------

    def reregister(self, number):
        """Register identity `number`, a text, anew."""
        if number not in [str(x.number) for x in self._phone.agent.accounts]:
            raise ValueError("REREGISTER takes an identity's number, not '%s'" % number[:20])
        identities.renew(self._phone, int(number))
        self._phone.desk.changed()

    def change(self, texts):
        """Take settings over, all or none; they are saved soon."""
        self._phone.settings.change(texts)
