"""The log: a ring that is bounded in lines and in characters, and whole lines in it."""

from base.log import Log
from base.printable import has_controls, is_plain, printable, replaced


def _log(**options):
    console = []
    return Log(lambda: "now", console.append, **options), console


def test_a_line_of_the_longest_request_is_whole_on_the_console_and_in_the_log():
    log, console = _log()
    path = "/?a=" + "x" * 1016 + "&end"
    log(2, "Sending post request host = %s:%d, file = %s", "h", 80, path)
    assert console == log.lines()
    assert console[0].endswith("file = " + path)


def test_the_ring_is_bounded_in_bytes_and_its_oldest_lines_give_way():
    for small, most in ((False, 24_000), (True, 3200)):
        log, console = _log(small=small)
        for number in range(3000):
            log(3, "%d %s", number, "x" * (number % 61))
            if number % 41:
                continue  # each length has been at each place of the ring in the end
            held = log.lines()
            assert held == console[-len(held) :] and log.lines(1) == console[-1:]
            taken = sum([len(x) + 2 for x in held])
            assert taken <= most and (taken > most - 80 or len(held) == number + 1)


def test_long_lines_take_the_place_of_many_and_give_it_back():
    for small, most in ((False, 24_000), (True, 3200)):
        log, console = _log(small=small)
        for number in range(30):
            log(3, "%d %s", number % 10, "x" * 5000)
            assert sum(map(len, log.lines())) <= most
        assert len(log.lines()) == most // 2011 and console[-1] == log.lines()[-1]
        for text in ("\u4e2d" * 1990, "short"):
            log(3, text)
            assert (
                log.lines()[-1] == "[3] now: " + text if most > 6000 or text == "short" else True
            )
        for number in range(most // 10):
            log(3, "%d", number)
        assert len(log.lines()) > most // 20


def test_what_came_after_a_count_is_told_as_far_as_it_is_there():
    log, console = _log(small=True)
    assert log.since(0) == log.lines() == []
    for number in range(400):
        log(3, "line %d", number)
    assert log.since(400) == [] == log.since(500) and log.since(398) == console[-2:]
    assert log.since(0) == log.lines() and len(log.lines()) < 400


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


def test_text_for_the_display_has_no_control_characters_and_no_marks():
    for text, shown in (
        ("a~ b", "a~ b"), ("a\x7fb", "ab"), ("a\x1fb\n", "a b "), ("a\x9fb\xa0", "ab\xa0"),
        ("\u202ea\u200b\ufeff", "a"), ("M\xfcller", "M\xfcller"), ("", ""),
    ):  # fmt: skip
        assert printable(text) == shown, text


def test_each_hidden_character_is_left_out_and_no_other_one():
    hidden = ((0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F))
    hidden += ((0x2028, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB))
    seen = list(range(0x300)) + [0x61C, 0x180E, 0xFEFF, 0xFFFD, 0x1F600]
    seen += list(range(0x2000, 0x2080)) + list(range(0xFFF0, 0xFFFC))
    for code in seen:
        gone = any([first <= code <= last for first, last in hidden])
        wanted = " " if code < 32 else "" if gone else chr(code)
        assert printable("\u00e9" + chr(code) + "x") == "\u00e9" + wanted + "x", code
        wanted = "?" if code < 32 or gone else chr(code)
        assert replaced(chr(code), b"?", b"?") == wanted, code
        log, console = _log()
        log(1, "a%sb", chr(code))
        assert console[0].endswith("a%sb" % wanted), code


def test_what_is_above_the_level_is_not_there_and_what_is_at_it_is():
    log, console = _log(level=3)
    heard = []
    log.heard = lambda: heard.append(log.count)
    log(3, "in")
    log(4, "out")
    log(0, "%d %%", 5)
    log(0, "100 %")
    assert console == log.lines() == ["[3] now: in", "[0] now: 5 %", "[0] now: 100 %"]
    assert heard == [1, 2, 3] and log.count == 3
    log.level = 4
    log(4, "in")
    assert log.lines(1) == ["[4] now: in"] and log.lines(2)[0] == "[0] now: 100 %"
    assert Log(lambda: "now").level == 5


def test_a_log_without_a_console_keeps_its_lines():
    log = Log(lambda: "now")
    log(1, "a")
    assert log.lines() == ["[1] now: a"] and log.count == 1


def test_a_line_has_two_thousand_characters_at_most():
    log, console = _log()
    for size, kept in ((1999, 1999), (2000, 2000), (2001, 2000)):
        log(1, "x" * size)
        assert console[-1] == "[1] now: " + "x" * kept == log.lines(1)[0]


def test_a_line_as_long_as_the_ring_is_kept_and_a_longer_one_is_cut_in_halves():
    for size in range(1055, 1070):  # of three bytes each, in a ring of 3200
        log, console = _log(small=True)
        log(1, "before")
        log(1, "\u4e2d" * size)
        held = log.lines()
        whole = len(console[-1].encode()) + 2 <= 3200
        assert len(held[-1]) == len(console[-1]) // (1 if whole else 2)
        assert console[-1].startswith(held[-1])
        both = len("".join(["[1] now: before", held[-1]]).encode()) + 4 <= 3200
        assert held[:-1] == (["[1] now: before"] if both else [])


def test_memory_that_is_short_costs_a_line_and_not_who_logs():
    def full(_):
        raise MemoryError

    log = Log(lambda: "now", full)
    log(1, "a")
    log.sink = None
    log(1, "b")
    assert log.lines(1) == ["[1] now: b"]


def test_what_is_plain_and_what_is_hidden_at_each_edge():
    for first, last in (
        (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F),
        (0x2028, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    ):  # fmt: skip
        for code in (first, last):
            assert printable("a%sb" % chr(code)) == "ab", hex(code)
        for code in (first - 1, last + 1):
            assert printable("a%sb" % chr(code)) == "a%sb" % chr(code), hex(code)
    for code in range(0x20):
        assert printable("a%sb" % chr(code)) == "a b" and not is_plain(chr(code)), code
    for code in (0x20, 0x21, 0x7E):
        assert is_plain("a%sb" % chr(code)) and is_plain(chr(code)), code
    assert is_plain("") and not is_plain("a\x7f") and not is_plain("\xe4")


def test_each_control_character_of_a_log_is_one_question_mark():
    log, console = _log()
    codes = list(range(0x20)) + list(range(0x7F, 0xA0))
    log(1, "%s", "a" + "".join([chr(x) for x in codes]) + "b")
    assert console[-1] == "[1] now: a" + "?" * len(codes) + "b"


def test_control_characters_are_found_wherever_they_stand():
    for data in (b"", b" plain ~", "\u00e9\u0085".encode()):
        assert not has_controls(data), data
    for data in (b"\x00", b"a\x1f", b"\tb", b"a\x7fb", b"\n"):
        assert has_controls(data), data
