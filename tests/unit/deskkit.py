"""What the desk's tests share: a desk with its keys and panel, a fake agent, a virtual clock.

`Office` is a phone without SIP and network: its `agent` makes `FakeCall`s, of which a test says
what the other side does. Events are read from `told`, the display from `lines()`.
"""

from collections import namedtuple

from support import Clock

from base.timers import Timers
from offhook.desk.desk import Desk
from offhook.desk.reports import Reporter
from offhook.desk.variables import Variables
from offhook.keys.function_keys import FunctionKeys
from offhook.keys.keys import Keys
from offhook.panel.panel import Panel
from offhook.panel.texts import Texts

Told = namedtuple("Told", ("event", "call", "key", "values"))

_DEFAULTS = {
    "active_line": 1,
    "language": "English",
    "redirect_event": "none",
    "redirect_time": 10,
    "dnd_code": "486",
    "call_waiting": "on",
    "max_calls": 4,
    "remote_blacklist_action_timer": 2,
    "display_method": "both",
    "vol_ringer": 8,
    "vol_speaker": 8,
    "ring_sound": 1,
    "alert_internal_ring_sound": 2,
    "alert_external_ring_sound": 3,
    "alert_group_ring_sound": 4,
    "user_ringer1": -1,
    "allow_check_sync": True,
    "time_24_format": True,
}


class Settings:
    """Settings that take what a test sets; the listeners are told."""

    def __init__(self, values):
        self.values = values
        self.listeners = []

    def get(self, name):
        value = self.values.get(name)
        return _DEFAULTS.get(name, "") if value is None else value

    def set(self, name, value):
        self.update({name: value})

    def update(self, values):
        for name, value in values.items():
            self.values[name] = {"on": True, "off": False}.get(value, value)
            for listener in self.listeners:
                listener(name)

    change = update


class Actions:
    """Notes what is fired, with the values that the templates would get."""

    def __init__(self, office):
        self.office = office
        self.sent = []  # (targets, name, done)
        self.asked = []  # (event, answer)
        self.wanted = ()  # events that have a template

    def has(self, event):
        return event in self.wanted

    def parse(self, text):
        if not text.startswith("http"):
            raise ValueError("'%s' is no URL" % text)
        return ("parsed", text)

    def fire(self, event, context):
        self.office.tell(event, context)

    def send(self, targets, name, context, done):
        self.office.tell(name, context)
        self.sent.append((targets, name, done))

    def ask(self, event, context, answer):
        self.asked.append((event, answer))


class Account:
    """An identity."""

    register = registered = tried = True
    display = reason = ""

    def __init__(self, number=1, user="100", host="pbx"):
        self.number, self.user, self.host = number, user, host
        self.uri = "sip:%s@%s" % (user, host)


class FakeCall:
    """A call of the fake agent, as the desk knows it (see `sip.call.call.Call`)."""

    status = 0
    reason = cancel_reason = ended_by = remote_display = local_display = ""
    diversion = None
    answered = remote_hold = False
    auto_answer = alert_info = voice = None
    trusted, anonymous = True, False
    transferring = None

    def __init__(self, agent, direction, account, remote, headers=()):
        agent.last_id += 1
        self.agent, self.direction, self.account = agent, direction, account
        self.id, self.call_id = agent.last_id, "call%d" % agent.last_id
        self.local, self.remote = account.uri[4:], remote
        self.headers = dict(headers)
        self.state = "calling"
        self.done = []  # what was asked of it
        agent.calls.append(self)

    def report(self, kind, **details):
        self.agent.listener(kind, self, **details)

    def over(self, by, status=0, reason=""):
        if self.state != "ended":
            self.state, self.ended_by = "ended", by
            self.status, self.reason = status or self.status, reason
            self.agent.calls.remove(self)
            self.report("ended")

    # what the desk does

    def ring(self):
        self.state = "ringing"

    def answer(self):
        if self.direction == "in" and self.state in ("calling", "ringing"):
            self.connect()

    def reject(self, status, reason=None):
        if self.direction == "in" and not self.answered and self.state != "ended":
            self.done.append("reject %d" % status)
            self.over("local", status)

    def redirect(self, uri, reason):
        self.done.append("redirect %s %s" % (uri, reason))
        self.over("local", 302)

    def hold(self):
        if self.state == "connected":
            self.state = "held"
            self.report("hold")

    def resume(self):
        if self.state == "held":
            self.state = "connected"
            self.report("unhold")

    def hangup(self):
        self.done.append("hangup")
        if self.direction == "in" and not self.answered:
            self.reject(486)
        else:
            self.over("local")

    def transfer(self, target):
        self.done.append(("transfer", target))
        self.transferring = target

    def send_dtmf(self, digits):
        self.done.append("dtmf " + digits)

    # what the other side does

    def connect(self):
        self.state, self.answered, self.status = "connected", True, 200
        self.report("connected")

    def alert(self, status=180):
        self.state, self.status = "ringing", status
        self.report("ringing")


class Subscription:
    """One thing watched."""

    state = data = None
    active = True

    foreign = False

    def __init__(self, account, target, event):
        self.account, self.target, self.event = account, target, event
        self.uri = "sip:%s@pbx" % target


class Watch:
    """The agent's subscriptions."""

    def __init__(self, agent):
        self.agent = agent
        self.all = []
        self.log = []
        self.most = 9

    def add(self, account, target, event):
        if len(self.all) >= self.most:
            raise ValueError("too many subscriptions")
        self.all.append(Subscription(account, target, event))
        self.log.append("add " + target)
        return self.all[-1]

    def remove(self, each):
        self.all.remove(each)
        self.log.append("remove " + each.target)

    def forget(self, each):
        self.all.remove(each)
        self.log.append("forget " + each.target)


class FakeAgent:
    """Calls whom it is told to call; what it cannot call, ``x``, is refused."""

    most_calls = 8

    def __init__(self, listener):
        self.listener = listener
        self.accounts = [Account()]
        self.calls = []
        self.last_id = 0

    def call(self, account, target, headers=()):
        if " " in target or target == "x":
            raise ValueError("no address: '%s'" % target)
        if len(self.calls) >= self.most_calls:
            raise ValueError("too many calls")
        remote = target.partition(":")[2] or target
        remote = remote if "@" in remote else "%s@%s" % (remote, account.host)
        call = FakeCall(self, "out", account, remote, headers)
        call.report("outgoing")
        return call


class Part:
    """Display, lamps and ringer of a simulated board, and what they were told."""

    rows = 8
    count = 40

    def __init__(self):
        self.shown = ()
        self.lit = {}
        self.tones = []

    def show(self, lines):
        self.shown = list(lines)

    def set(self, index, on):
        self.lit["P%d" % (index + 1)] = on

    def flush(self):
        pass

    def tone(self, hertz):
        self.tones.append(hertz)

    def quiet(self):
        self.tones.append(0)


class DeskClock(Clock):
    """A clock that tells the time of day too, once it is set."""

    seconds = None

    def time(self):
        return self.seconds

    def localtime(self):
        return (2026, 11, 25, 7, 20, 42)


class Storage:
    """A folder for the call lists; without one nothing is kept."""

    def __init__(self, root="/nowhere"):
        self.root = root

    def read(self, name):
        return None

    def names(self):
        return []

    def write(self, name, data):
        pass


class Office:
    """One phone without SIP; settings by name, function keys as ``fkey4="active speed 201"``."""

    up = True
    modules = ("D7",)

    def __init__(self, storage=None, start=0, **settings):
        self.told = []
        self.logged = []
        self.clock = DeskClock(start)
        self.timers = Timers(self.clock)
        self.settings = Settings(settings)
        self.actions = Actions(self)
        self.part = Part()
        self.desk = Desk(self.settings, self.actions, self.timers, self.log, storage or Storage())
        self.desk.text = Texts(self.settings.get).text
        self.desk.about = lambda: "192.0.2.1 0.1.0"
        self.desk.reset = lambda: self.logged.append("reset")
        self.fkeys = FunctionKeys(self.settings, self.actions, self.timers)
        self.fkeys.count = 40
        self.desk.lines = self.fkeys
        self.lamps = self.display = self.ringer = self.part
        self.panel = Panel(self.desk, self.fkeys, self.settings, self.timers, self, self.desk.text)
        self.keys = Keys(self.desk, self.fkeys)
        self.agent = self.desk.agent = FakeAgent(Reporter(self.desk))
        self.desk.watch = Watch(self.agent)
        self.variables = Variables(self.desk, self, lambda: self.modules)
        for name in sorted(settings):
            if name.startswith("fkey") and name[4:].isdigit():
                self.fkeys.take(int(name[4:]))

    def address(self):
        return "192.0.2.1"

    def log(self, level, text, *values):
        self.logged.append(text % values)

    def tell(self, event, context):
        def value(name):
            return self.variables.value(name, "", context)

        names = "remote display_remote nr_ongoing_calls duration call_direction longpress_key"
        values = {name: value(name) for name in names.split()}
        values["context"] = context
        self.told.append(Told(event, context.call, context.key, values))

    # -- what a test does ---------------------------------------------------------------------

    def run(self, ms=0):
        """Let time pass."""
        self.clock.move(ms, self.timers)

    def press(self, *names):
        """Press and release keys, one after the other."""
        for name in names:
            self.keys.on_key(name, True)
            self.run(100)
            self.keys.on_key(name, False)
            self.run()

    def lift(self):
        """Lift the handset."""
        self.keys.on_key("HOOK", True)
        self.run()

    def put_back(self):
        """Put the handset back."""
        self.keys.on_key("HOOK", False)
        self.run()

    def arrives(self, user="201", **attributes):
        """Let a call come in; return it."""
        account = self.agent.accounts[0]
        call = FakeCall(self.agent, "in", account, user if "@" in user else user + "@pbx")
        for name, value in attributes.items():
            setattr(call, name, value)
        call.report("incoming")
        self.run()
        return call

    def talk(self, user="201"):
        """Let a call come in, and answer it with OK; return it."""
        call = self.arrives(user)
        self.press("ENTER")
        return call

    def does(self, action, *values, **named):
        """Call `action`, what the other side does, and let it be told."""
        action(*values, **named)
        self.run()

    # -- what a test asks ---------------------------------------------------------------------

    def events(self, call=None):
        """Return the short names of what was told, of one call or all, and forget it all."""
        names = [_short(x.event) for x in self.told if call is None or x.call is call]
        self.told.clear()
        return names

    def states(self):
        """Return the state of each call."""
        return [call.state for call in self.agent.calls]

    def lines(self):
        """Return the display's lines, as the phone itself has drawn them."""
        self.run()
        return self.part.shown

    def drawn(self):
        """Return the display's lines drawn anew, for what a test has changed behind its back."""
        self.panel.refresh()
        return self.part.shown

    def lamp(self, key):
        """Return how the lamp of a function key shows now."""
        self.run()
        return self.panel.states[int(key[1:]) - 1]


def _short(event):
    name = event[7:] if event.startswith("action_") else event
    return name[:-4] if name.endswith("_url") else name
