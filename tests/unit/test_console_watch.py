"""What a page that looks at the phone is told: what is new, once, and nothing of before."""

import asyncio
import json

from phonekit import phone, said

from offhook.console import console
from offhook.console.pages import Words
from offhook.console.watch import Watch


class Entry:
    """One request of the queue, as far as the watch looks at it."""

    def __init__(self, name):
        self.name = name


def _watched(**settings):
    made = phone(**settings)
    watch = Watch(made)
    seen = {}
    first = watch.changes(seen)
    return made, watch, seen, first


def test_the_first_look_gets_everything_and_the_next_one_nothing():
    made, watch, seen, first = _watched(user_name1="100")
    assert sorted(first) == ["calls", "display", "lamps", "log", "next", "state"]
    assert first["calls"] == [] and first["next"] == made.log.count
    assert first["log"] == made.log.lines()
    assert first["lamps"] == list(made.panel.states)
    state = first["state"]
    assert state["network"] is True and state["identities"] == 1 and state["registered"] == 1
    assert state["dnd"] is False and state["redirect"] == "none" and state["muted"] is False
    assert state["updating"] is False and state["counters"]["queued"] == 0
    assert watch.changes(seen) == {}


def test_what_has_changed_is_told_once_to_each_who_looks():
    made, watch, seen, _ = _watched()
    other = {}
    watch.changes(other)
    made.log(3, "one")
    for each in (seen, other):
        found = watch.changes(each)
        assert [x[-3:] for x in found["log"]] == ["one"] and sorted(found) == ["log", "next"]
        assert watch.changes(each) == {}
    said(made, "dial 201")
    calls = said(made, "calls")
    found = watch.changes(seen)
    assert found["calls"] == calls and len(calls) == 1 and "201" in found["display"]
    assert watch.changes(seen) == {} and "calls" in watch.changes(other)
    made.settings.set("dnd_mode", "on")
    assert watch.changes(seen)["state"]["dnd"] is True
    assert watch.changes({"log": made.log.count + 5})["log"] == made.log.lines()  # it restarted


def test_requests_are_told_when_they_leave_and_when_they_end():
    made, watch, seen, _ = _watched()
    tell = made.actions.sender.told
    first, second = Entry("incoming"), Entry("dnd_on")
    tell(first, "http://h/" + "x" * 400)
    tell(second, "http://h/2")
    found = watch.changes(seen)["sent"]
    assert [x["id"] for x in found] == [1, 2] and [x["event"] for x in found] == [
        "incoming",
        "dnd_on",
    ]
    assert len(found[0]["url"]) == 300 and found[0]["status"] is None and found[0]["cause"] == ""
    assert "entry" not in found[0] and "sent" not in watch.changes(seen)
    tell(first, "http://h/1", 200)
    (row,) = watch.changes(seen)["sent"]
    assert row["id"] == 3 and row["event"] == "incoming" and row["status"] == 200
    tell(first, "http://h/again", 0, "refused")  # the same entry anew is another request
    (row,) = watch.changes(seen)["sent"]
    assert row["id"] == 4 and row["cause"] == "refused" and row["url"] == "http://h/again"
    for number in range(20):
        tell(Entry("e%d" % number), "http://h/", 200)
    everything = watch.changes({})["sent"]
    assert [x["event"] for x in everything] == ["e%d" % x for x in range(8, 20)]


async def test_whoever_waits_is_woken_by_a_change_and_else_by_the_time():
    made, watch, seen, _ = _watched()
    waiting = asyncio.create_task(watch.wait(seen, 60_000))
    await asyncio.sleep(0)
    assert not waiting.done()
    made.log(3, "something")
    await waiting
    assert "log" in watch.changes(seen)
    await watch.wait(seen, 1)  # nothing happens
    assert watch.changes(seen) == {}
    made.log(3, "something else")
    await watch.wait(seen, 60_000)  # it has changed already


def test_pages_have_their_words_and_no_others():
    made = phone()
    pages = Words(made)
    assert not set(pages.reads) & set(pages.writes)
    for name in ("fault", "quit", "json", "loaded"):
        assert name not in pages.reads and name not in pages.writes
    for name in ("set", "dial", "press", "reset", "reboot", "update"):
        assert name in pages.writes, name
    assert pages.reads["get"]("redirect_time") == {"value": 10}
    due = []
    made.timers.after(0, due.append, 1)
    pages.reads["version"]("")
    assert due == [1]  # no answer tells of half an event


async def test_whoever_waits_is_woken_by_the_desk_and_by_a_request_too():
    made, watch, seen, _ = _watched()

    def desk():
        made.desk.say("something")

    def request():
        made.actions.sender.told(Entry("dnd_on"), "http://h/", 200)

    for what, news in ((desk, None), (request, "sent")):
        waiting = asyncio.create_task(watch.wait(seen, 60_000))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        what()
        await waiting
        assert news is None or news in watch.changes(seen)
        watch.changes(seen)


def test_a_request_that_goes_on_is_one_row_and_each_of_its_steps_is_news():
    made, watch, seen, _ = _watched()
    tell = made.actions.sender.told
    entry = Entry("incoming")
    for status, cause in ((None, None), (0, "refused"), (200, None)):
        tell(entry, "http://h/", status, cause)
        (row,) = watch.changes(seen)["sent"]
        assert (row["status"], row["cause"]) == (status, cause or "")
        assert sorted(row) == ["cause", "event", "id", "status", "url"]
    assert [x["id"] for x in watch.changes({})["sent"]] == [2, 3], "over is over"


def test_of_a_phone_that_has_restarted_all_lines_are_new():
    made, watch, seen, _ = _watched()
    for before, whole in ((0, True), (made.log.count, False), (made.log.count + 1, True)):
        found = watch.changes({"log": before})
        assert ("log" in found) is whole, before
        if whole:
            assert found["log"] == made.log.lines() and found["next"] == made.log.count
    made.log(3, "one")
    made.log(3, "two")
    found = watch.changes({"log": made.log.count - 1})
    assert [x[-3:] for x in found["log"]] == ["two"] and found["next"] == made.log.count


def test_the_state_tells_what_is_switched_and_who_is_registered():
    made, watch, seen, _ = _watched(user_name1="100")
    made.agent.accounts[0].registered = False
    assert watch.changes(seen)["state"]["registered"] == 0
    made.desk.muted, made.desk.off_hook = True, True
    found = watch.changes(seen)["state"]
    assert found["muted"] is True and found["off_hook"] is True
    made.agent.accounts.clear()
    assert watch.changes(seen)["state"]["identities"] == 0


# -- the control port -----------------------------------------------------------------------------


class Line:
    """A connection on which somebody has sent `lines`."""

    def __init__(self, *lines, error=None):
        self.lines, self.error = list(lines), error
        self.sent, self.closed = b"", 0

    async def readline(self):
        if not self.lines and self.error:
            raise self.error
        return self.lines.pop(0) if self.lines else b""

    def write(self, data):
        self.sent += data

    async def drain(self):
        pass

    def close(self):
        self.closed += 1


async def test_a_connection_gets_an_answer_a_line_and_is_closed_at_its_end():
    made = phone()
    line = Line(b"get redirect_time\n", b"\n", b"  \n", b"nonsense\n", b"get user_name1\r\n")
    await console.connection(made, line, line)
    answers = [json.loads(x) for x in line.sent.splitlines()]
    assert answers[0] == {"value": 10} and answers[2] == {"value": ""} and len(answers) == 3
    assert line.closed == 1 and line.sent.endswith(b"\n")
    line = Line(b"get redirect_time\n", error=OSError(104))
    await console.connection(made, line, line)
    assert line.closed == 1 and json.loads(line.sent) == {"value": 10}


async def test_a_line_whose_length_is_not_known_ends_the_connection_and_others_go_on():
    made = phone()
    line = Line(b"get redirect_time\n", error=MemoryError())
    await console.connection(made, line, line)
    assert line.closed == 1 and json.loads(line.sent) == {"value": 10}
    line = Line()
    await console.connection(made, line, line)
    assert line.closed == 1 and line.sent == b""


async def test_each_answer_has_left_before_the_next_line_is_read():
    made = phone()
    line = Line(b"get redirect_time\n", b"get redirect_time\n")
    drained = []

    async def drain():
        drained.append(len(line.lines))

    line.drain = drain
    await console.connection(made, line, line)
    assert drained == [1, 0]
