"""Random keys against random SIP events: whatever somebody presses, the phone stays a phone.

Several phones at once, each with a peer and a script of its own; a failure prints the script.
"""

import collections
import concurrent.futures
import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.phone.receiver import Receiver, setting_of
from tests.phone.sippeer import Peer
from tools.control import Refused

_DESKS = 6
_EVENTS = (
    "offhook onhook incoming outgoing connected disconnected missed hold unhold transfer "
    "blind_transfer attended_transfer"
).split()
_KEYS = {
    "fkey4": "active speed 201",
    "fkey5": "active dest 202",
    "fkey6": "active transfer 203",
    "fkey7": "active redirect 204",
    "fkey8": "active keyevent F_DND",
    "fkey9": "active autoanswer",
    "fkey10": "active blf 205",
}
_PRESSED = (
    "0 1 2 # * P1 P2 P3 P4 P1 P2 P5 P6 P7 P8 P9 P10 P11 ENTER ENTER CANCEL CANCEL SPEAKER HEADSET "
    "HOLD HOLD TRANSFER CONFERENCE CONFERENCE REDIAL DND MUTE VOLUME_UP MENU UP LEFT"
).split()
_STEPS = [
    *("press " + key for key in _PRESSED),
    *["hook off", "hook on"] * 3,
    *["sip invite"] * 6,
    *["sip cancel", "sip answer", "sip answer", "sip refuse", "sip bye", "sip hold", "sip back"],
]
_WORDS = {
    ("in", "ringing"): "Call from",
    ("out", "calling"): "Calling",
    ("out", "ringing"): "Ringing",
    ("held",): "On hold",
}
_LAMPS = {("in", "ringing"): "fast", ("held",): "slow"}


class Desk:
    """One phone with its peer, and what may be asked of the two."""

    def __init__(self, phone, name, receiver):
        self.phone, self.name, self.receiver = phone, name, receiver
        self.peer = Peer()
        self.peer.phone = ("127.0.0.1", phone.sip_port)
        phone.ask(f"set user_outbound1 127.0.0.1:{self.peer.port}")
        for event in _EVENTS:
            url = (
                f"http://127.0.0.2:{receiver.port}/{name}/{event}?id=$call-id&n=$nr_ongoing_calls"
            )
            phone.ask(f"set {setting_of(event)} {url}")
        self.users = 300

    def step(self, line):
        """Carry out one step."""
        word, _, rest = line.partition(" ")
        if word != "sip":
            self.phone.ask(line + (" 20" if word == "press" else ""))
            return
        peer = self.peer
        if rest == "invite":
            self.users += 1
            peer.invite(self.users)
        for name, states, act in (
            ("cancel", ["out"], peer.cancel),
            ("answer", ["in"], peer.answer),
            ("refuse", ["in"], lambda call: peer.answer(call, 486)),
            ("bye", ["up"], peer.bye),
            ("hold", ["up"], lambda call: peer.change(call, "sendonly")),
            ("back", ["up"], lambda call: peer.change(call, "sendrecv")),
        ):
            found = peer.some(*states)
            if name == rest and found:
                act(found[0])

    # -- what must be true at any moment ----------------------------------------------------

    def check(self):
        """Check that at most one call is active, or two in a conference, and that lamps and
        display tell the state."""
        end = time.monotonic() + 8
        seen, before = [], None  # all lines shown: what does not fit is shown in turn
        while True:
            calls = self.phone.ask("calls")
            seen, before = seen if calls == before else [], calls
            active = [x for x in calls if _active(x)]
            joined = [x["state"] for x in active] == ["connected", "connected"]  # a conference
            assert len(active) <= 1 or joined, calls
            lamps, lines = self.phone.ask("lamps"), self.phone.ask("display")["lines"]
            if self.phone.ask("calls") == calls:  # nothing happened meanwhile
                seen += lines
                wrong = _told(calls, lamps, seen)
                if joined and "Conference" not in seen:
                    wrong = "no 'Conference'"
                if not wrong:
                    return calls
                assert time.monotonic() < end, (wrong, calls, lamps, lines)
            assert time.monotonic() < end, "the calls do not come to rest"

    def finish(self):
        """End every call as a person would; none may be left without a way to end it."""
        phone = self.phone
        phone.ask("hook on")
        for _ in range(60):
            calls = self.check()
            if not calls:
                break
            if not any(_active(x) or x["state"] == "ringing" for x in calls):
                phone.ask("press CANCEL 20")  # closes a dial tone
                phone.ask("press HOLD 20")  # takes the held one back
                self.settle(lambda now: any(_active(x) for x in now), 3)
            before = len(calls)
            phone.ask("press CANCEL 20")
            self.settle(lambda now, before=before: len(now) < before, 3)
        assert phone.ask("calls") == []
        for name in ("dnd_mode", "autoanswer"):
            phone.ask(f"set {name} off")
        phone.ask("set redirect_event none")
        for _ in range(3):
            phone.ask("press CANCEL 20")
        lines = phone.ask("display")["lines"]
        assert lines[0] == "100", lines
        phone.wait(lambda x: x["transactions"] <= 40, "status")
        for call in self.peer.some("out"):
            self.peer.cancel(call)

    def settle(self, what, seconds):
        """Wait until ``what(calls)``; go on after some seconds."""
        try:
            self.phone.wait(what, "calls", seconds)
        except TimeoutError:
            pass

    def events(self):
        """Wait until all events have come; return them, and forget them."""
        self.phone.wait(
            lambda x: x["total"]["sent"] == x["total"]["queued"], "counters", seconds=20
        )
        with self.receiver.changed:
            mine = [x for x in self.receiver.seen if x[0] == self.name]
            self.receiver.seen[:] = [x for x in self.receiver.seen if x[0] != self.name]
        return [(event, query["id"], int(query["n"])) for _, event, query in mine]


def _active(call):
    return call["state"] == "connected" or (
        call["direction"] == "out" and call["state"] not in ("held", "ended")
    )


def _of(table, call, default):
    state = call["state"]
    return table.get((call["direction"], state)) or table.get((state,), default)


def _told(calls, lamps, lines):
    """Return what lamps and display do not tell of `calls`, "" where they tell all."""
    for call in calls:
        wanted = _of(_LAMPS, call, "on")
        if call["key"] and lamps[call["key"]] != wanted:
            return f"{call['key']} is not {wanted}"
        word, user = _of(_WORDS, call, ""), call["remote"].split("@")[0]
        if not any(word in line for line in lines):
            return f"no '{word}'"
        if not any(user in line for line in lines):
            return f"no '{user}'"
    used = [call["key"] for call in calls if call["key"]]
    if len(used) != len(set(used)):
        return "two calls on one key"
    for key in ("P1", "P2", "P3", "P4"):
        if key not in used and lamps[key] not in ("off", "on"):
            return f"{key} shows a call"
    return ""


def _ordered(desk, told):
    """Check the events of one script: for each call whole and in order, handset in turn."""
    hooks = [event for event, _, _ in told if event in ("offhook", "onhook")]
    assert hooks == (["offhook", "onhook"] * len(hooks))[: len(hooks)], told
    of_call = collections.defaultdict(list)
    for event, call_id, number in told:
        if event in ("offhook", "onhook"):
            continue
        of_call[call_id].append(event)
        assert number >= 0
    for call_id, events in of_call.items():
        assert events.count("disconnected") == 1, (call_id, events)
        after = events[events.index("disconnected") + 1 :]
        assert after in ([], ["missed"]), (call_id, events)
        assert events.count("connected") <= 1, (call_id, events)
        changes = [x for x in events if x in ("hold", "unhold")]
        assert changes == (["hold", "unhold"] * len(changes))[: len(changes)], (call_id, events)
        begun = [x for x in events if x in ("incoming", "outgoing")]
        assert len(begun) <= 1 and events[: len(begun)] == begun, (call_id, events)
    for call in desk.peer.calls.values():  # every call that rang or was answered, or was ours
        if call.invite or call.seen & {180, 200}:
            assert call.call_id in of_call, (call.call_id, call.seen, told)
    desk.peer.calls.clear()


def _play(desk, script):
    done = []
    try:
        for step in script:
            done.append(step)
            desk.step(step)
            desk.check()
        desk.finish()
        _ordered(desk, desk.events())
    except (AssertionError, TimeoutError, Refused, OSError) as error:
        log = "\n".join(desk.phone.ask("log 40"))
        raise AssertionError(f"after {done}: {error}\n{log}") from error


@pytest.fixture
def desks(phones):
    """Phones with all kinds of keys, each with its peer."""
    receiver = Receiver()
    made = []
    for number in range(_DESKS):
        name = f"desk{number}"
        phone = phones(name, user_name1="100", log_level="6", **_KEYS)
        made.append(Desk(phone, name, receiver))
    yield made
    for desk in made:
        desk.peer.close()
    receiver.close()


@pytest.mark.timeout(900)
def test_the_phone_stays_a_phone_whatever_is_pressed(desks):
    pool, failures = concurrent.futures.ThreadPoolExecutor(_DESKS), []
    scripts = st.lists(st.sampled_from(_STEPS), min_size=30, max_size=60)

    @settings(
        max_examples=12,
        deadline=None,
        print_blob=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(scripts, min_size=_DESKS, max_size=_DESKS))
    def run(each):
        if not failures:  # the same once more would begin with the calls that are left
            under_way = [pool.submit(_play, *x) for x in zip(desks, each, strict=True)]
            failures.extend(x.exception() for x in under_way if x.exception())
        if failures:
            raise failures[0]

    run()
