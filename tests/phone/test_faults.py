"""What no task sees: a poller that fails and memory that runs out end neither loop nor call."""

from tests.phone.test_http_calls import dial, states


def logged(phone, text):
    """Return the log's lines that hold `text`."""
    return [line for line in phone.ask("log") if text in line]


def test_a_call_lives_on_though_the_poller_fails(pair):
    first, second = pair
    dial(first, "200")
    second.wait(states("ringing"))
    second.ask("hook off")
    first.wait(states("connected"))
    for phone in pair:
        phone.ask("fault poller on")
        phone.wait(lambda lines: any("the poller failed" in x for x in lines), "log")
    assert "system 120000 free" in logged(first, "the poller failed")[0]
    assert [x["state"] for x in first.ask("calls")] == ["connected"]
    second.ask("hook on")
    first.wait(states())
    second.wait(states())


def test_short_memory_is_told_in_the_log_and_on_the_display_until_it_is_over(phones):
    phone = phones("100")
    phone.ask("fault system_memory on")
    phone.wait(lambda lines: any("memory is short" in x for x in lines), "log")
    assert "system 2400 free, 640 in one piece, 24 at least" in logged(phone, "is short")[0]
    assert "Memory is short" in phone.ask("display")["lines"]
    phone.ask("fault system_memory off")
    phone.wait(lambda lines: any("not short any more" in x for x in lines), "log")
    assert "Memory is short" not in phone.ask("display")["lines"]
