"""The display in a call: whose it is, in which state, and since when."""

from support import Clock

from offhook.desk.call_events import on_connected
from offhook.panel.call_screen import calling
from offhook.panel.idle_screen import idle, still


class Call:
    """A call that has rung for a while."""

    state, direction, remote, remote_display = "connected", "in", "201@h", "Ann"
    remote_hold = False
    start = 0


class Desk:
    """What the screen and the report want of a desk and a panel."""

    dialling = moving = False
    entry = ""

    def __init__(self, *calls):
        self.clock = Clock(0)
        self.desk = self.agent = self.timers = self.settings = self
        self.calls = calls
        self.told = []

    def fire(self, event, call):
        self.told.append(event)

    def get(self, name):
        return "both"

    def text(self, key):
        return "<%s>" % key

    def active(self):
        return self.calls[0]

    def waiting(self):
        return None


def test_a_calls_time_counts_from_its_answer_not_from_its_first_ring():
    call = Call()
    desk = Desk(call)
    desk.clock.move(20_000)  # it rings
    on_connected(desk, call)
    assert desk.told == ["action_connected_url"]
    desk.clock.move(65_000)
    assert calling(desk) == ["<connected>", "Ann 201", "1:05"]


def test_several_calls_are_a_list_with_the_active_one_first():
    held, active = Call(), Call()
    held.state, held.remote, held.remote_display = "held", "300@h", ""
    desk = Desk(active, held)
    assert calling(desk) == ["<connected> Ann 201", "<held> 300"]
    desk.dialling, desk.entry = True, "42"
    assert calling(desk)[0] == "<dial>: 42"


class Idle:
    """A panel while nothing goes on; its display has two rows."""

    troubles = {}
    rows = 2
    missed = messages = 0
    completion = user = None
    registered = register = True
    now = (2026, 11, 25, 7, 20, 42)

    def __init__(self):
        self.desk = self.agent = self.settings = self.clock = self.display = self
        self.accounts = [self]

    def account(self):
        return self

    def get(self, name):
        return "none" if name == "redirect_event" else False

    def text(self, key):
        return "<%s>" % key

    def time(self):
        return self.now and 1

    def localtime(self):
        return self.now


def test_the_idle_screen_rests_until_the_clocks_next_minute():
    panel = Idle()
    assert still(panel, idle(panel)) == 18


def test_it_does_not_rest_while_lines_take_turns_or_the_time_is_not_known():
    panel = Idle()
    panel.missed = 2
    assert still(panel, idle(panel)) == 0
    panel = Idle()
    panel.now = None
    assert still(panel, idle(panel)) == 0
