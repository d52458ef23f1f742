"""Tones, melodies, DTMF as events, and the E-model."""

import math
from array import array

from mediakit import power, seeded
from support import raises

from media.dtmf import KEYS, Events, Heard
from media.figures import mos, rating
from media.ringers import CUSTOM, HIGHEST, ringer, steady
from media.rtp import HEADER, Sender
from media.tones import COUNTRIES, FOREVER, Player, digit, gain, melody


def _play(player, ms):
    out, frame = array("h"), array("h", bytes(320))
    for _ in range(ms // 20):
        player.frame(frame, 160)
        out.extend(frame)
    return out


def _sounds(x, at):
    return max([abs(v) for v in x[at : at + 40]]) > 1000


def test_the_german_dial_tone_is_425_hz_at_minus_10_dbm0():
    player = Player()
    player.play(COUNTRIES["DE"]["dial"])
    x = _play(player, 500)[800:]
    assert abs(20 * math.log10(power(x, 425)) + 13.14) < 0.3
    assert power(x, 500) < 0.01


def test_an_american_tone_is_two():
    player = Player()
    player.play(COUNTRIES["US"]["dial"])
    x = _play(player, 500)[800:]
    for hz in (350, 440):
        assert abs(20 * math.log10(power(x, hz)) + 16.14) < 0.4, hz


def test_cadences_are_kept_to_the_sample():
    player = Player()
    player.play(COUNTRIES["UK"]["congestion"])  # 400 350 225 525
    x = _play(player, 3100)
    for ms, on in ((10, 1), (390, 1), (405, 0), (745, 0), (760, 1), (960, 1), (980, 0), (1495, 0)):
        for turn in (0, 1500):
            assert _sounds(x, 8 * (ms + turn)) == bool(on), (ms, turn)


def test_a_stutter_dial_tone_stutters_first():
    player = Player()
    table = COUNTRIES["US"]
    player.play(table["stutter"], table["stutter+"])
    x = _play(player, 2500)
    assert [_sounds(x, 8 * ms) for ms in (50, 150, 250, 350, 1050, 1150)] == [1, 0, 1, 0, 1, 0]
    assert all([_sounds(x, 8 * ms) for ms in range(1220, 2400, 60)])


def test_tones_begin_and_end_without_a_click():
    for name in COUNTRIES["US"]:
        if not name.endswith("+"):
            player = Player()
            player.play(COUNTRIES["US"][name])
            x = _play(player, 3000)
            assert max([abs(x[i] - x[i - 1]) for i in range(1, len(x))]) < 5500, name


def test_the_digits_are_those_of_the_keypad():
    player = Player()
    for key, low, high in (("1", 697, 1209), ("0", 941, 1336), ("D", 941, 1633), ("#", 941, 1477)):
        player.play(digit(key), repeat=False)
        x = _play(player, 100)
        assert power(x, low) > 0.1 and power(x, high) > 0.1, key
        _play(player, 60)
        assert not player.playing
    assert digit("x") == ()


def test_a_melody_is_read_with_what_real_ones_have_in_them():
    text = "Test: d=4, o=5, b=120, l=2: 8c, 8#, p"
    with raises(ValueError):
        melody(text)
    found = melody("Test: d=4, o=4, b=120, x=9: 8a, a#., c.6, 16p, 2h5")
    assert [(x[0], x[2]) for x in found if x[0]] == [
        (440, 230),
        (466, 730),
        (1047, 730),
        (988, 980),
    ]
    assert sum([x[2] for x in found]) == 250 + 750 + 750 + 125 + 1000


def test_melodies_that_cannot_be_read_say_why():
    for text in (
        "",
        "a:b",
        "x:d=4:",
        "x:b=0:c",
        "x::q",
        "x::c99",
        "x::c-1",
        "x::0c",
        "x:" + ":c" * 3,
    ):
        with raises(ValueError):
            melody(text)
    with raises(ValueError):
        melody("x::" + "c," * 201)


# -- DTMF -----------------------------------------------------------------------------------------


def _events(digits, ms):
    """Return [(ms, timestamp, marker, event, end, duration)] of what is sent."""
    sender, events, found = Sender(seeded(), 160), Events(), []
    events.send(digits)
    start = sender.high << 16 | sender.low
    for now in range(0, ms, 20):
        if events.frame(sender, 101, HEADER):
            p = sender.packet
            stamp = int.from_bytes(bytes(p[4:8]), "big") - start
            found.append((now, stamp, p[1] >> 7, p[12], p[13] >> 7, p[14] << 8 | p[15]))
            sender.count(4)
        sender.advance(160)
    return found


def test_a_digit_is_one_timestamp_a_growing_duration_and_three_ends():
    found = _events("5", 400)
    assert len({x[1] for x in found}) == 1 and {x[3] for x in found} == {5}
    assert [x[2] for x in found] == [1] + [0] * (len(found) - 1)
    assert [x[4] for x in found][-3:] == [1, 1, 1] and sum([x[4] for x in found]) == 3
    durations = [x[5] for x in found]
    assert durations == [160, 320, 480, 640, 800, 800, 800, 800]


def test_between_two_digits_there_is_a_gap():
    found = _events("1#", 800)
    last = max([x[0] for x in found if x[3] == 1])
    first = min([x[0] for x in found if x[3] == 11])
    assert first - last >= 60
    assert len({x[1] for x in found}) == 2


def test_what_is_no_digit_is_ignored_and_the_queue_is_bounded():
    events = Events()
    assert events.send("1x-2d") == 3
    assert events.send("0" * 50) == 29 and events.busy()
    events.reset()
    assert not events.busy()


def _payload(event, duration, end=0):
    return bytes((event, end << 7 | 10, duration >> 8, duration & 255))


def test_a_digit_that_comes_in_is_one_whatever_is_lost_of_it():
    for packets in ((0, 1, 2, 3, 4), (3,), (4, 4, 4), (1, 3, 2, 4)):
        heard = Heard()
        got = [heard.take(_payload(7, 160 * (i + 1), i == 4), 0, 4, 1000) for i in packets]
        assert "".join(got) == "7", packets


def test_the_same_digit_twice_is_two_and_a_late_packet_of_the_first_is_none():
    heard = Heard()
    got = [heard.take(_payload(3, 800, 1), 0, 4, t) for t in (1000, 1000, 3000, 1000, 3000)]
    assert "".join(got) == "33"


def test_a_digit_held_for_long_is_one():
    heard = Heard()
    got = heard.take(_payload(1, 0xFFFF), 0, 4, 0xFFFF00)
    got += heard.take(_payload(1, 160), 0, 4, (0xFFFF00 + 0xFFFF) & 0xFFFFFF)
    assert got == "1"


def test_events_that_are_no_digits_or_cut_short_are_ignored():
    heard = Heard()
    assert heard.take(_payload(16, 160), 0, 4, 1) == ""
    assert heard.take(_payload(1, 160), 0, 3, 1) == ""
    assert KEYS[heard.take(_payload(15, 160), 0, 4, 2) == "D"] == "1"


def test_every_digit_has_its_event_and_its_level():  # RFC 4733 3.2
    order = "0123456789*#ABCD"
    for event, key in enumerate(order):
        sender, events = Sender(seeded(), 160), Events()
        assert not events.busy() and not events.frame(sender, 96, HEADER)
        assert events.send(key.lower()) == 1 and events.busy()
        assert events.frame(sender, 96, HEADER)
        packet = sender.packet
        assert bytes(packet[12:16]) == bytes((event, 10, 0, 160)), key
        assert packet[1] == 0x80 | 96


def test_a_digit_is_told_for_100_ms_and_over_three_times_and_then_there_are_60():
    found = _events("1#1", 700)
    assert [x[0] for x in found if x[2]] == [0, 220, 440], "a marker each"
    for start in (0, 220, 440):
        packets = [x for x in found if start <= x[0] < start + 220]
        assert [x[0] - start for x in packets] == list(range(0, 160, 20))
        assert {x[1] for x in packets} == {8 * start}
        assert [x[4] for x in packets] == 5 * [0] + 3 * [1]


def test_as_many_as_32_digits_wait_and_each_is_sent():
    sender, events, got = Sender(seeded(), 160), Events(), ""
    for _again in range(2):  # the second time round the ring
        assert events.send("0123456789" * 3 + "*#" + "1") == 32
        heard = Heard()
        for _ in range(32 * 11 + 1):
            if events.frame(sender, 101, HEADER):
                stamp = int.from_bytes(sender.packet[5:8], "big")
                got += heard.take(sender.packet, HEADER, 4, stamp)
            sender.advance(160)
        assert not events.busy() and got == "0123456789" * 3 + "*#"
        got = ""


def test_what_is_forgotten_is_not_sent():
    sender, events = Sender(seeded(), 160), Events()
    events.send("123")
    assert events.frame(sender, 101, HEADER)
    events.reset()
    assert not events.busy() and not events.frame(sender, 101, HEADER)
    events.send("7")
    assert events.frame(sender, 101, HEADER) and sender.packet[12] == 7
    assert sender.packet[1] >> 7 and sender.packet[15] == 160


def test_only_a_segment_that_goes_on_where_the_longest_one_ends_is_no_new_digit():
    # RFC 4733 2.5.1.3
    for event, duration, step, new in (
        (1, 0xFFFF, 0xFFFF, ""),
        (1, 0xFFFE, 0xFFFF, "1"),
        (1, 0xFFFF, 0xFFFE, "1"),
        (1, 0xFFFF, 0x10000, "1"),
        (2, 0xFFFF, 0xFFFF, "2"),
    ):
        for start in (1000, 0xFF8000):
            heard = Heard()
            assert heard.take(_payload(1, duration), 0, 4, start) == "1"
            assert heard.take(_payload(1, 400), 0, 4, start) == "", "one that is late"
            found = heard.take(_payload(event, 160), 0, 4, (start + step) & 0xFFFFFF)
            assert found == new, (event, duration, step)


def test_a_digit_is_told_by_its_timestamp_and_its_event():
    heard = Heard()
    for event, stamp, found in (
        (0, 0, "0"), (0, 0, ""), (1, 0, "1"), (1, 0xFFFFFF, ""), (1, 1, "1"), (1, 0x7FFFFF, "1"),
        (2, 1, ""), (3, 0xFFFFFE, "3"),
    ):  # fmt: skip
        assert heard.take(_payload(event, 160), 0, 4, stamp) == found, (event, stamp)
    heard.reset()
    assert heard.take(_payload(3, 160), 0, 4, 0xFFFFFE) == "3", "another source"
    heard.reset()
    assert heard.take(b"xx" + _payload(15, 160) + b"more", 2, 8, 5) == "D"
    assert heard.take(b"xx" + _payload(16, 160), 2, 4, 6) == ""
    assert heard.take(b"xx" + _payload(1, 160), 2, 3, 7) == ""
    assert heard.take(b"xx" + _payload(1, 160), 2, 4, 8) == "1"


# -- the E-model ----------------------------------------------------------------------------------


def test_the_e_model_has_the_values_of_g_107():
    assert abs(rating(0, 0) - 93.2) < 0.01 and abs(mos(0, 0) - 4.41) < 0.01
    assert abs(rating(0, 0) - rating(1, 0) - 3.6) < 0.1
    assert mos(0, 100) > mos(0, 400) > mos(5, 400) > mos(50, 400) >= 1.0
    assert mos(100, 10000) == 1.0


def test_a_rating_is_that_of_the_standards_formulas():
    # G.107 with its defaults: R0 - Is = 93.2; Idd from 177.3 ms on; Ie,eff with Bpl of G.113
    for loss, delay, burst, wanted in (
        (0, 0, 1.0, 93.2),
        (0, 100, 1.0, 93.2 - 2.4),
        (0, 177.3, 1.0, 93.2 - 0.024 * 177.3),
        (0, 200, 1.0, 93.2 - 4.8 - 0.11 * 22.7),
        (0, 400, 1.0, 93.2 - 9.6 - 0.11 * 222.7),
        (5, 0, 1.0, 93.2 - 95 * 5 / 30.1),
        (5, 0, 2.0, 93.2 - 95 * 5 / 27.6),
    ):
        assert abs(rating(loss, delay, burst) - wanted) < 0.01, (loss, delay)
    # R of 90, 80, 60 and 50, and what annex B gives for it
    table = ((0, 133.3, 4.34), (4.05, 0, 4.03), (13.48, 0, 3.10), (20.93, 0, 2.58))
    for loss, delay, wanted in table:
        assert abs(mos(loss, delay) - wanted) < 0.01, (loss, delay, mos(loss, delay))
    assert mos(5, 0, 2.0) < mos(5, 0) and mos(100, 5000) == 1.0


def test_every_ringer_can_be_played_and_rings_again():
    for number in range(HIGHEST + 1):
        segments = ringer(number, "mine:d=8,o=5,b=120:a,b,a")
        assert bool(segments) == (number != 0)
        if segments:
            player = Player()
            player.play(segments)
            total = sum([x[2] for x in segments])
            assert 1500 <= total <= 20000, number
            x = _play(player, 20 + total // 20 * 20)
            assert max([abs(v) for v in x]) > 4000 and player.playing, number


def test_a_melody_of_the_owners_that_cannot_be_read_is_the_first_ringer():
    for text in ("", "a:b", "x:d=4:z"):
        assert ringer(CUSTOM, text) == ringer(1)


def test_every_country_has_every_tone():
    names = ("dial", "stutter", "ringback", "busy", "congestion", "waiting")
    for country, table in COUNTRIES.items():
        for name in names:
            player = Player()
            player.play(table[name], table.get(name + "+", ()))
            assert max([abs(x) for x in _play(player, 500)]) > 500, (country, name)


def test_tones_that_are_added_follow_one_another_and_end():
    player = Player()
    assert player.add(digit("1")) and player.add(digit("2"))
    x = _play(player, 160 + 160 + 20)
    assert not player.playing
    assert power(x[160:640], 697) > 0.1 and power(x[1440:1920], 1336) > 0.1
    assert max([abs(v) for v in x[840:1270]]) == 0
    player.add(digit("3"))
    assert not player.add(200 * digit("4"))


# ITU-T E.180 supplement 2, and for levels the countries' own: Hz, dBm0, ms that it sounds and
# pauses by turns, 0 for as long as it is heard
_E180 = """
DE dial 425 -10 0
DE stutter 425+400 -13 0
DE ringback 425 -10 1000 4000
DE busy 425 -10 480 480
DE congestion 425 -10 240 240
DE waiting 425 -10 200 200 200 5000
US dial 350+440 -13 0
US stutter+ 350+440 -13 100 100 100 100 100 100 100 100 100 100 100 100
US stutter 350+440 -13 0
US ringback 440+480 -19 2000 4000
US busy 480+620 -24 500 500
US congestion 480+620 -24 250 250
US waiting 440 -13 300 10000
UK dial 350+440 -13 0
UK ringback 400+450 -19 400 200 400 2000
UK busy 400 -13 375 375
UK congestion 400 -13 400 350 225 525
UK waiting 400 -13 100 4000
AT dial 420 -13 0
AT ringback 420 -16 1000 5000
AT busy 420 -13 400 400
AT congestion 420 -13 200 200
AT waiting 420 -13 40 1960
CH dial 425 -13 0
CH ringback 425 -16 1000 4000
CH busy 425 -13 500 500
CH congestion 425 -13 200 200
CH waiting 425 -13 200 200 200 4000
ES dial 425 -13 0
ES ringback 425 -16 1500 3000
ES busy 425 -13 200 200
ES congestion 425 -13 200 200 200 200 200 600
ES waiting 425 -13 175 175 175 3500
FR dial 440 -13 0
FR ringback 440 -16 1500 3500
FR busy 440 -13 500 500
FR congestion 440 -13 250 250
FR waiting 440 -13 300 10000
IT dial 425 -13 200 200 600 1000
IT stutter 425 -13 200 200 600 1000
IT ringback 425 -16 1000 4000
IT busy 425 -13 500 500
IT congestion 425 -13 200 200
IT waiting 425 -13 400 100 250 100 150 14000
NL dial 425 -13 0
NL ringback 425 -16 1000 4000
NL busy 425 -13 500 500
NL congestion 425 -13 250 250
NL waiting 425 -13 500 9500
SE dial 425 -13 0
SE ringback 425 -16 1000 5000
SE busy 425 -13 250 250
SE congestion 425 -13 250 750
SE waiting 425 -13 200 500 200 9100
"""


def _cadence(segments):
    """Return (Hz of the sounding pieces, dBm0 of them, [ms by turns])."""
    tones = {(x[0], x[1]) for x in segments if x[0]}
    gains = {x[3] for x in segments if x[0]}
    assert len(tones) == len(gains) == 1, segments
    hz = "+".join([str(x) for x in tones.pop() if x])
    return hz, 20 * math.log10(gains.pop() / 65536) + 3.14, [x[2] for x in segments]


def test_the_tones_of_a_country_are_those_of_its_exchanges():
    rows = [x.split() for x in _E180.strip().split("\n")]
    for country, name, hz, level, *ms in rows:
        player = Player()
        player.play(COUNTRIES[country][name])
        assert player.playing
        found = _cadence(COUNTRIES[country][name])
        assert (found[0], found[2]) == (hz, [int(x) for x in ms]), (country, name, found)
        assert abs(found[1] - int(level)) < 0.2, (country, name, found)
        sounds = [bool(x[0]) for x in COUNTRIES[country][name]]
        assert sounds == [not i & 1 for i in range(len(sounds))], (country, name)
    assert {x[0] for x in rows} == set(COUNTRIES)
    for country, table in COUNTRIES.items():
        if country not in ("DE", "US", "UK"):
            assert table["stutter"] == table["dial"]
            hz, _, ms = _cadence(table["stutter+"])  # six short ones before it, as in the USA
            assert (hz, ms) == (_cadence(table["dial"])[0], 12 * [100]), country


def test_the_british_stutter_is_two_tones_by_turns():
    assert [x[:3] for x in COUNTRIES["UK"]["stutter"]] == [(350, 440, 750), (440, 0, 750)]


def test_the_ringers_are_those_that_owners_have_chosen():
    for number, hz, ms in (
        (1, 440, [1000, 4000]),
        (2, 520, [400, 200, 400, 2000]),
        (3, 660, [250, 250, 250, 250, 1000, 4000]),
        (4, 880, [200, 100, 200, 100, 200, 3000]),
        (5, 350, [2000, 4000]),
    ):
        found, level, by_turns = _cadence(ringer(number))
        assert found == "%d+%d" % (hz, hz * 5 // 4), "with a major third"
        assert by_turns == ms and abs(level + 9) < 0.2, number
    tunes = [ringer(n) for n in range(6, HIGHEST)]
    assert len(set(tunes)) == 5
    assert [x[0] for x in tunes[0] if x[0]][:8] == [659, 587, 523, 392, 523, 587, 659, 523]
    own = ringer(CUSTOM, "mine:d=4,o=4,b=60:a")
    assert [(x[0], x[2]) for x in own] == [(440, 980), (0, 20), (0, 1000)], "then it rests"
    assert [x[:3] for x in steady(4000)] == [(4000, 5000, FOREVER)]


def test_every_digit_is_the_pair_that_q_23_gives_it():
    rows, columns = ("123A", "456B", "789C", "*0#D"), (1209, 1336, 1477, 1633)
    for row, low in enumerate((697, 770, 852, 941)):
        for column, high in enumerate(columns):
            segments = digit(rows[row][column], 70)
            assert _cadence(segments)[0] == "%d+%d" % (low, high)
            assert abs(_cadence(segments)[1] + 10) < 0.2
            assert [x[2] for x in segments] == [70, 60] and not segments[1][0]
    assert [x[2] for x in digit("1")] == [100, 60]
    assert digit("E") == digit(" ") == ()


def test_a_level_is_that_of_a_digital_milliwatt():
    # 3.14 dBm0 is a sine wave that fills A-law (G.711); a gain of 32768 plays the table as it is
    for dbm0, peak in ((-3, 0.4931), (-10, 0.2203), (-13, 0.1559), (-40, 0.00697)):
        assert abs(gain(dbm0) / 65536 - peak) < 0.0005, dbm0
    assert gain(0) == gain(20) == 32767


def _notes(text):
    """Return [(Hz, ms with its pause)]; a rest has 0 Hz."""
    found = melody(text)
    notes = []
    for x in found:
        if x[0] or x[3] or not notes or not notes[-1][0] or notes[-1][2]:
            notes.append([x[0], x[2], False])
        else:
            notes[-1][1] += x[2]
            notes[-1][2] = True
    return [(x[0], x[1]) for x in notes]


def test_notes_have_the_pitch_and_the_time_of_their_names():
    scale = _notes("x:d=4,o=4,b=60:c,c#,d,d#,e,f,f#,g,g#,a,a#,b,h,p")
    assert [x[0] for x in scale] == [
        262, 277, 294, 311, 330, 349, 370, 392, 415, 440, 466, 494, 494, 0,
    ]  # fmt: skip
    assert {x[1] for x in scale} == {1000}
    for text, hz, ms in (
        ("x::a", 1760, 952),  # RTTTL's own defaults: d=4, o=6, b=63
        ("x:d=8:a", 1760, 476),
        ("x:o=5:a", 880, 952),
        ("x:b=120:a", 1760, 500),
        ("x:b=5:1a4", 440, 48000),
        ("x:b=900:64a4", 440, 4),
        ("x:b=60:a4.", 440, 1500),
        ("x:b=60:a.4", 440, 1500),
        ("x:b=60:a#4", 466, 1000),
        ("x:b=60:32a4", 440, 125),
        ("x:b=60:b0", 31, 1000),
        ("x:b=60:a#7", 3729, 1000),
        ("X: D = 4, O = 4, B = 60 : A", 440, 1000),
    ):
        assert _notes(text) == [(hz, ms)], (text, _notes(text))


def test_equal_notes_are_two_and_a_short_one_is_mostly_sound():
    assert [x[2] for x in melody("x:b=60,o=4:a,a")] == [980, 20, 980, 20]
    assert [x[2] for x in melody("x:b=900,o=4:16a")] == [12, 4]
    levels = {20 * math.log10(x[3] / 65536) + 3.14 for x in melody("x:o=4:a,c,e") if x[0]}
    assert len(levels) == 1 and abs(levels.pop() + 6) < 0.2


def test_a_melody_is_refused_beyond_its_bounds_and_taken_up_to_them():
    for good, bad, why in (
        ("x:b=5:c", "x:b=4:c", "beats"),
        ("x:b=900:c", "x:b=901:c", "beats"),
        ("x::" + "c," * 200, "x::" + "c," * 201, "1 to 200 notes"),
        ("x::c", "x::", "1 to 200 notes"),
        ("x::1c", "x::0c", "'0c'"),
        ("x::64c", "x::65c", "'65c'"),
        ("x::c7", "x::c9", "'c9'"),
        ("x::b0", "x::a#0", "'a#0'"),  # 30.9 and 29.1 Hz
        ("x::a#7", "x::b7", "'b7'"),  # 3729 and 3951 Hz
        ("x::c4", "x::c44", "'c44'"),
        ("x::p", "x::", "notes"),
        ("x::c", "x::i", "'i'"),
        ("x::4c", "x::4", "'4'"),
        ("x::c", "x:c", "name:defaults:notes"),
        ("x::c", "x::c:d", "name:defaults:notes"),
    ):
        melody(good)
        with raises(ValueError) as caught:
            melody(bad)
        assert why in str(caught.value), (bad, caught.value)


# -- the player -----------------------------------------------------------------------------------


def _frames(player, count, wide=0):
    """Return `count` frames of 20 ms."""
    n = 160 << wide
    out, frame = array("h"), array("h", [99] * n)
    for _ in range(count):
        player.frame(frame, 160, wide)
        out.extend(frame)
    return out


_BEEP = ((1000, 0, 50, gain(-10)), (0, 0, 30, 0))


def test_a_tone_swells_and_dies_away_in_five_ms_and_ends_to_the_sample():
    full = 32767 * 10 ** ((-10 - 3.14) / 20)
    for wide in (0, 1):
        player = Player()
        player.play(_BEEP)
        x = _frames(player, 8, wide)
        ms = 8 << wide
        for turn in (0, 80 * ms):
            loud = [max([abs(v) for v in x[turn + a * ms : turn + (a + 1) * ms]]) for a in
                    range(80)]  # fmt: skip
            assert all([0.95 * full < v < 1.05 * full for v in loud[6:45]]), loud
            assert max(loud[51:56]) < 20 and not max(loud[56:]), loud
            assert loud[:6] == sorted(loud[:6]) and loud[45:51] == sorted(loud[45:51])[::-1]
            assert loud[0] < 0.5 * full and loud[49] < 0.3 * full, loud
            if not wide:
                assert 0.35 * full < loud[2] < 0.75 * full and 0.35 * full < loud[47] < 0.75 * full
        assert power(x[10 * ms : 40 * ms], 1000, 8000 << wide) > 0.2


def test_what_is_repeated_is_repeated_and_what_is_not_ends():
    for repeat in (True, False):
        player = Player()
        player.play(_BEEP, (), repeat)
        x = _frames(player, 4)
        assert player.playing is repeat and _sounds(x, 160)
        assert _sounds(_frames(player, 4), 160) is repeat
    player = Player()
    player.play(_BEEP, ((500, 0, 40, gain(-10)),), False)  # once before it
    x = _frames(player, 6)
    assert power(x[60:260], 500) > 0.15 and power(x[60:260], 1000) < 0.03
    assert power(x[380:660], 1000) > 0.15 and not player.playing
    assert power(x[380:660], 500) < 0.03


def test_nothing_to_play_and_what_was_stopped_are_silent():
    player = Player()
    assert max(_frames(player, 1)) == min(_frames(player, 1)) == 0
    player.play(())
    assert not player.playing and max(_frames(player, 1)) == 0
    player.play(_BEEP)
    _frames(player, 1)
    player.stop()
    assert not player.playing and max(_frames(player, 1)) == min(_frames(player, 1)) == 0
    player.play(_BEEP)
    x = _frames(player, 1)
    assert max([abs(v) for v in x[:4]]) < 700, "it swells again from nothing"


def test_as_many_as_64_digits_wait():
    player = Player()
    assert player.add(digit("1"))
    for _ in range(63):
        assert player.add(digit("2"))
    assert not player.add(digit("3"))
    player = Player()
    player.add(digit("1"))
    assert not player.add(64 * digit("2")) and player.add(63 * digit("2"))
