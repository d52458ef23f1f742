"""The desk: what the phone is doing now, and the few questions that everybody asks about it.

One `Desk` a phone. At most one call is active, that is heard: connected and not held by us, or
going out. The others wait, ring or are held. Everything shown (lamps, display, ringer) is derived
from the state here by the panel, which is told with `changed`. What keys do stands in
`offhook.keys.keys`, what is done with calls in `offhook.desk.calls`; both are loaded by the first key or
call.
"""

from base.compat import const, make_room, spare, unload

_TIDY = const(3000)  # ms from the last change
RARE = (
    "offhook.keys.keys offhook.desk.calls offhook.keys.fkey_press offhook.desk.call_events offhook.desk.variables offhook.panel.dates "
    "offhook.panel.lamp_states offhook.keys.rarekeys offhook.desk.rarereports offhook.keys.blf offhook.desk.transfer "
    "offhook.desk.blacklist offhook.desk.dial_plan offhook.desk.star_codes offhook.desk.conference offhook.desk.completion "
    "web.command offhook.console.console offhook.console.commands net.dns_query net.dns_records net.dns_tcp sip.call.sdp"
)


class Context:
    """What an event belongs to: a call, a function key, an identity; each may be None."""

    account = None
    long = None  # the key that was held

    def __init__(self, call, key):
        self.call = call
        self.key = key


class Desk:
    """Needs settings, Action URLs, timers and the log; `agent` and `panel` come later."""

    def __init__(self, settings, actions, timers, log):
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.log = log
        self.agent = self.panel = self.fkeys = self.storage = None
        self.off_hook = False
        self.audio = ""  # "handset", "speaker" or "headset" while a dial tone or a call is heard
        self.dialling = False  # a dial tone, or digits being typed
        self.entry = ""  # the number so far
        self.key = None  # the function key that the next call will be bound to
        self.moving = None  # the call that is being transferred, while its target is dialled
        self.muted = False
        self.menu = None  # an open call list
        self.messages = 0  # new ones in the mailbox
        self.missed = 0  # calls since the list was looked at
        self.saving = None  # the timer that saves what a key has changed
        self.watch = None  # the agent's subscriptions
        self.completion = None  # of a call that did not reach anybody
        self.codes = []  # star codes that are to be dialled
        self.forwarding = "none"  # `redirect_event` as the PBX was told last
        self.notice = ""  # a short message on the display
        self.digit_timer = self._notice_timer = self._lists = self._sweep = None
        self.reported = None  # calls that were not over when what is told now was reported
        spare(self._tidy)

    @property
    def lists(self):
        """The call lists, loaded by the first call."""
        if self._lists is None:
            from offhook.desk.call_lists import Lists

            self._lists = Lists(self)
        return self._lists

    def active(self):
        """Return the call that is heard now, or None."""
        for call in self.agent.calls:
            if call.state == "connected" or (call.direction == "out" and call.state != "held"):
                return call
        return None

    def waiting(self):
        """Return the first incoming call that rings, or None."""
        for call in self.agent.calls:
            if call.direction == "in" and call.state == "ringing":
                return call
        return None

    def held(self):
        """Return the call put on hold last, or None."""
        found = [call for call in self.agent.calls if call.state == "held"]
        return found[-1] if found else None

    def fire(self, event, call=None, key=None, account=None):
        """Hand an event to the Action URLs; returns at once."""
        context = self.context(call, key)
        context.account = account
        self.actions.fire(event, context)

    def changed(self):
        """Tell the panel that something has changed; some seconds later, tidy the heap."""
        if self.panel:
            self.panel.changed()
        if self._sweep is None:
            self._sweep = self.timers.after(_TIDY, self._tidy)

    def _tidy(self):
        """Drop the code that nothing has used of late; the next key or call loads it again."""
        if self._sweep:
            self._sweep.cancel()
            self._sweep = None
        for name in RARE.split():
            unload(name)

    def say(self, text):
        """Show a short message for some seconds."""
        self.notice = text
        if self._notice_timer:
            self._notice_timer.cancel()
        self._notice_timer = self.timers.after(4000, self._unsay)
        self.changed()

    def _unsay(self):
        self.notice = ""
        self.changed()

    def account(self, key=None):
        """Return the identity for an outgoing call: the key's context, else the active line."""
        number = self.settings.get("active_line")
        context = self.fkeys.context(key) if key else "active"
        if context.isdigit():
            number = int(context)
        accounts = self.agent.accounts
        for account in accounts:
            if account.number == number:
                return account
        return accounts[0] if accounts else None

    def target(self, event):
        """Return where calls are forwarded to at `event`, "" or None for nowhere."""
        get = self.settings.get
        return (event != "all" and get("redirect_%s_number" % event)) or get("redirect_number")

    def context(self, call=None, key=None):
        """Return what an event of `call`, or of `key`, belongs to."""
        return Context(call, key or (call and call.key))

    def on_key(self, name, down):
        """Take one debounced key event."""
        make_room()
        from offhook.keys import keys

        keys.on_key(self, name, down)
        self.changed()

    def press(self, name):
        """Act on a key that is no function key, as a key macro or ``keyevent`` does."""
        from offhook.keys import keys

        keys.press(self, name)
