"""The log: a ring that is bounded in lines and in characters, and whole lines in it."""

from base.log import Log


def _log(**options):
    console = []
    return Log(lambda: "now", console.append, **options), console


def test_a_line_of_the_longest_request_is_whole_on_the_console_and_in_the_log():
    log, console = _log()
    path = "/?a=" + "x" * 1016 + "&end"
    log(2, "Sending post request host = %s:%d, file = %s", "h", 80, path)
    assert console == log.lines()
    assert console[0].endswith("file = " + path)


def test_the_ring_is_bounded_in_lines_and_in_characters():
    for small, size, most in ((False, 200, 24_000), (True, 16, 3200)):
        log, console = _log(small=small)
        for number in range(size + 4):
            log(3, "%d", number)
        assert len(log.lines()) == size and log.lines()[0] == "[3] now: 4", "the oldest are gone"
        assert log.lines(1) == ["[3] now: %d" % (size + 3)]
        for number in range(20):
            log(3, "%d %s", number, "x" * 5000)
            assert sum(len(x) for x in log.lines()) <= most
        held = len(log.lines())
        assert len(console) == size + 24 and held == most // 2009  # as many as there is room for
        log(3, "short")
        assert log.lines()[-1] == "[3] now: short" and len(log.lines()) == held + 1
        for number in range(2 * size):
            log(3, "%d", number)
        assert len(log.lines()) == size  # what long lines have taken is free again


def test_control_characters_add_no_line():
    log, console = _log()
    log(1, "%s", "a\r\n[0] forged\x00")
    log(6, "not even built: %d", "x")
    assert console == ["[1] now: a??[0] forged?"]


def test_what_could_forge_a_line_or_turn_the_writing_is_shown_as_a_question_mark():
    log, console = _log()
    for code in (0, 9, 27, 0x7F, 0x80, 0x9B, 0x200E, 0x202E, 0x2028, 0x2066, 0x061C, 0xFEFF):
        log(1, "%s", "M\u00fcller%sx" % chr(code))
        assert console[-1] == "[1] now: M\u00fcller?x", code
    log(1, "%s", "M\u00fcller \u00a0 \u4e2d \U0001f600 ~")
    assert console[-1] == "[1] now: M\u00fcller \u00a0 \u4e2d \U0001f600 ~"
