"""The desk: what the phone is doing now, and the few questions that everybody asks about it.

One `Desk` a phone. At most one call is active, that is heard: connected and not held by us, or
going out; in a conference of three, two are. The others wait, ring or are held. Everything shown
(lamps, display, ringer) is derived from the state here by who observes it (`observe`). What is
done with calls stands in the modules beside this one, what keys mean in `offhook.keys`.
"""

from base.compat import const
from offhook.desk.call_lists import Lists
from offhook.desk.numbers import dialable

_NOTICE = const(4000)  # ms that a short message is shown
_CALM = const(500)  # ms without an event


class Record:
    """What the desk knows of one call beyond SIP."""

    key = None  # the function key that it is bound to, such as "P1"
    answered = None  # ms of the clock when it was answered
    instead_of = None  # the call whose other side asked for this one by REFER
    silent = False  # on hold because of such a call: nobody has pressed a key for it
    stays_held = False  # it has taken the place of a held one: it goes on hold, and is not told
    question = None  # a URI that it may be redirected to, if the person says so
    dialled = ""  # the number as it was dialled
    declined = False  # refused or sent elsewhere on purpose: nobody has missed it
    given_up = False  # ended by us for another one's sake: nobody need be told that it failed
    forwarding = None  # the timer after which it is forwarded
    figures = None  # of its voice, when it is over
    joins = ()  # calls that are sent to this one, a conference, when it is answered


class Context:
    """What an event belongs to: a call, a function key, an identity; each may be None."""

    account = None
    long = None  # the key that was held

    def __init__(self, call, key):
        self.call = call
        self.key = key


def stranger(context):
    """Return True for what belongs to a call of somebody whom nobody vouches for."""
    return bool(context and context.call and not context.call.trusted)


class NoLines:
    """Line keys of a phone that has none; `offhook.keys.function_keys` has the others."""

    def context(self, key):
        """Return the context of key "P5": "active" or an identity's number."""
        return "active"

    def free(self, taken, account):
        """Return the first line key for a call of `account` that is not in `taken`, or None."""
        return None


class Desk:
    """The state of one phone's desk.

    `settings`, `actions` (Action URLs), `timers`, `log` and `storage` are the phone's. What comes
    later is handed in as attributes: `agent`, the SIP agent; `watch`, its subscriptions; `lines`,
    the line keys (see `NoLines`); ``text(key)``, the display's texts; ``beep(hertz, ms)``, a short
    tone; ``reset()``, which restarts the board; ``resync()``, which asks the settings' server;
    ``about()``, a line that says who this phone is; ``hears(call)``, whether its voice is there.
    """

    def __init__(self, settings, actions, timers, log, storage):
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.clock = timers.clock
        self.log = log
        self.agent = self.watch = None
        self.lines = NoLines()
        self.text = self.about = str
        self.hears = _voice
        self.beep = self.reset = self.resync = _nothing
        self.lists = Lists(self, storage)
        self.off_hook = False
        self.audio = ""  # "handset", "speaker" or "headset" while a dial tone or a call is heard
        self.dialling = False  # a dial tone, or digits being typed
        self.entry = ""  # the number so far
        self.key = None  # the function key that the next call will be bound to
        self.members = ()  # the two calls of a conference that the phone mixes, held or not
        self.moving = None  # the call that is being transferred, while its target is dialled
        self.muted = False
        self.menu = None  # an open call list
        self.messages = 0  # new ones in the mailbox
        self.missed = 0  # calls since the list was looked at
        self.completion = None  # of a call that did not reach anybody
        self.codes = []  # star codes that are to be dialled
        self.forwarding = "none"  # `redirect_event` as the PBX was told last
        self.restarting = None  # the timer of a restart that waits for calls to end
        self.fetched = []  # when the settings were fetched because of check-sync
        self.fetching = None  # the timer of a fetch that came too soon
        self.notice = ""  # a short message on the display
        self.digit_timer = None  # dials what was typed
        self.stirred = None  # ticks of the last event
        self.reported = None  # calls that were not over when what is told now was reported
        self._records = {}
        self._observers = []
        self._notice_timer = None

    def observe(self, callback):
        """Call ``callback()`` whenever something that is shown may have changed."""
        self._observers.append(callback)

    def changed(self):
        """Tell the observers."""
        for callback in self._observers:
            callback()

    # -- calls --------------------------------------------------------------------------------

    def of(self, call):
        """Return the `Record` of a call; what is noted of one that is over is soon forgotten."""
        record = self._records.get(call)
        if record is None:
            record = Record()
            if call.state != "ended":
                self._records[call] = record
        return record

    def forget(self, call):
        """Let the record of a call go that is over, all of it told."""
        self._records.pop(call, None)

    def active(self):
        """Return the call that is heard now, or None."""
        for call in self.agent.calls:
            if call.state == "connected" or (call.direction == "out" and call.state != "held"):
                return call
        return None

    def ringing(self):
        """Return the incoming calls that ring, those of strangers last."""
        found = [x for x in self.agent.calls if x.direction == "in" and x.state == "ringing"]
        return [x for x in found if x.trusted] + [x for x in found if not x.trusted]

    def waiting(self):
        """Return the first incoming call that rings, or None."""
        found = self.ringing()
        return found[0] if found else None

    def asking(self):
        """Return the call that asks whether it may be redirected, or None."""
        for call in self.agent.calls:
            if self.of(call).question:
                return call
        return None

    def held(self):
        """Return the call put on hold last, or None."""
        found = [call for call in self.agent.calls if call.state == "held"]
        return found[-1] if found else None

    def call_on(self, key):
        """Return the call that is bound to function key `key`, or None."""
        for call in self.agent.calls:
            if self.of(call).key == key:
                return call
        return None

    def seconds(self, call):
        """Return for how many seconds a call has been answered, 0 before."""
        answered = self.of(call).answered
        return 0 if answered is None else self.clock.diff(self.clock.ms(), answered) // 1000

    # -- events -------------------------------------------------------------------------------

    def context(self, call=None, key=None):
        """Return what an event of `call`, or of `key`, belongs to."""
        return Context(call, key or (call and self.of(call).key))

    def fire(self, event, call=None, key=None, account=None):
        """Hand an event to the Action URLs; returns at once."""
        self.stirred = self.clock.ms()
        context = self.context(call, key)
        context.account = account
        self.actions.fire(event, context)

    def calm(self):
        """Return True while no call is being set up or ended: nothing has happened of late."""
        return self.stirred is None or self.clock.diff(self.clock.ms(), self.stirred) >= _CALM

    # -- what is shown ------------------------------------------------------------------------

    def say(self, text):
        """Show a short message for some seconds."""
        self.notice = text
        if self._notice_timer:
            self._notice_timer.cancel()
        self._notice_timer = self.timers.after(_NOTICE, self._unsay)
        self.changed()

    def change(self, texts):
        """Change settings by a key; one that is locked, or does not fit, is said."""
        try:
            self.settings.change(texts)
        except ValueError:
            self.say(self.text("locked"))

    def _unsay(self):
        self.notice = ""
        self.changed()

    # -- identities and numbers ---------------------------------------------------------------

    def account(self, key=None):
        """Return the identity for an outgoing call: the key's context, else the active line."""
        number = self.settings.get("active_line")
        context = self.lines.context(key) if key else "active"
        if context.isdigit():
            number = int(context)
        return self.account_of(str(number)) or self.account_of("active")

    def account_of(self, context):
        """Return the account of a key's context, the first one for "active"; None without any."""
        for account in self.agent.accounts:
            if context in ("active", str(account.number)):
                return account
        return None

    def target(self, event):
        """Return where calls are forwarded to at `event`, "" for nowhere."""
        get = self.settings.get
        number = (event != "all" and get("redirect_%s_number" % event)) or get("redirect_number")
        try:
            return dialable(number or "")
        except ValueError:
            return ""


def _voice(call):
    """Return whether the other side has spoken of voice."""
    return call.voice is not None


def _nothing(*ignored):
    """Do nothing: what the board does not have is silent."""
