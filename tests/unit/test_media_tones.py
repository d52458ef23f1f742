"""Tones, melodies, DTMF as events, and the E-model."""

import math
from array import array

from mediakit import power, seeded
from support import raises

from media.dtmf import KEYS, Events, Heard
from media.emodel import mos, rating
from media.ringers import CUSTOM, HIGHEST, ringer
from media.rtp import HEADER, Sender
from media.tones import COUNTRIES, FOREVER, Player, digit, melody


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


# -- the E-model ----------------------------------------------------------------------------------


def test_the_e_model_has_the_values_of_g_107():
    assert abs(rating(0, 0) - 93.2) < 0.01 and abs(mos(0, 0) - 4.41) < 0.01
    assert abs(rating(0, 0) - rating(1, 0) - 3.6) < 0.1
    assert mos(0, 100) > mos(0, 400) > mos(5, 400) > mos(50, 400) >= 1.0
    assert mos(100, 10000) == 1.0


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


def test_cadences_are_whole_hundredths_of_a_second_as_the_standards_have_them():
    for country in COUNTRIES:
        for name in COUNTRIES[country]:
            Player().play(COUNTRIES[country][name])
            for segment in COUNTRIES[country][name]:
                ms = segment[2]
                assert ms == FOREVER or ms % 5 == 0, (country, name, segment)
