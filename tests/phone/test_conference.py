"""A conference of three whole phones, and one with baresip: each hears the two others."""

import array
import math

import pytest

from tests import wavs

TONES = {"100": 500, "200": 1000, "300": 1600}


def tone(hz, seconds=2, loud=1500):
    """Return samples of a tone that can be repeated."""
    count = int(seconds * wavs.RATE)
    wave = (loud * math.sin(2 * math.pi * hz * i / wavs.RATE) for i in range(count))
    return array.array("h", map(int, wave))


def level(samples, hz):
    """Return the amplitude of `hz` in samples."""
    turn = [2 * math.pi * hz * i / wavs.RATE for i in range(len(samples))]
    real = sum(x * math.cos(t) for x, t in zip(samples, turn, strict=True))
    imaginary = sum(x * math.sin(t) for x, t in zip(samples, turn, strict=True))
    return 2 * math.hypot(real, imaginary) / len(samples)


def heard(path, at=2400):
    """Return who is heard at the end of a recording, as 100, 200, 300: not one's own side tone.

    While a phone runs, what is read ends up to a second ago.
    """
    last = wavs.read(path)[-at:]
    levels = {user: level(last, hz) for user, hz in TONES.items()}
    return [user for user, found in levels.items() if found > 0.35 * max(levels.values())]


def voice(phone, more):
    """Wait until so many `more` packets of each call have come."""
    begin = {x["call_id"]: x["received"] for x in phone.ask("voice")}
    phone.wait(
        lambda now: now and all(x["received"] >= begin.get(x["call_id"], 0) + more for x in now),
        "voice",
        20,
    )


def states(*wanted):
    """Return what waits for calls in these states."""
    return lambda calls: [x["state"] for x in calls] == list(wanted)


@pytest.fixture
def three(phones, tmp_path):
    """Three phones, 100 in the middle of two calls; each speaks a tone of its own."""
    made = {}
    for n, (user, hz) in enumerate(TONES.items()):
        wavs.write(tmp_path / f"{user}.wav", tone(hz))
        made[user] = phones(
            user,
            options=("--audio", f"{tmp_path}/{user}.wav,{tmp_path}/heard{user}.wav"),
            rtp_port=30000 + 400 * n,
            refer_from="anybody",
        )
    middle = made["100"]
    for user in ("200", "300"):
        made[user].ask("hook off")
        made[user].ask(f"dial sip:100@127.0.0.1:{middle.sip_port}")
        middle.wait(lambda calls: calls and calls[-1]["state"] == "ringing")
        middle.ask("press ENTER")
        made[user].wait(states("connected"))
    middle.wait(states("held", "connected"))
    middle.ask("hook off")
    return made


def test_each_hears_the_two_others_and_before_that_only_one(three, tmp_path):
    middle = three["100"]
    voice(three["300"], 60)
    voice(three["200"], 30)
    assert max(wavs.read(tmp_path / "heard200.wav")[-800:]) < 1500  # on hold: its own side tone
    middle.ask("press CONFERENCE")
    middle.wait(states("connected", "connected"))
    assert "Conference" in middle.ask("display")["lines"][0]
    for phone in three.values():
        voice(phone, 90)
    assert heard(tmp_path / "heard100.wav") == ["200", "300"]
    assert heard(tmp_path / "heard200.wav") == ["100", "300"]
    assert heard(tmp_path / "heard300.wav") == ["100", "200"]


def test_one_who_hangs_up_leaves_a_call_with_the_other(three, tmp_path):
    middle = three["100"]
    middle.ask("press CONFERENCE")
    middle.wait(states("connected", "connected"))
    three["200"].ask("hook on")
    middle.wait(states("connected"))
    voice(middle, 90)
    voice(three["300"], 90)
    assert heard(tmp_path / "heard300.wav") == ["100"]
    assert heard(tmp_path / "heard100.wav") == ["300"]


def test_hanging_up_ends_both_calls(three):
    middle = three["100"]
    middle.ask("press CONFERENCE")
    middle.wait(states("connected", "connected"))
    middle.ask("hook on")
    for phone in three.values():
        phone.wait(states())


def test_transfer_leaves_the_two_to_each_other(three, tmp_path):
    middle = three["100"]
    middle.ask("press CONFERENCE")
    middle.wait(states("connected", "connected"))
    middle.ask("press TRANSFER")
    middle.wait(states())
    for user in ("200", "300"):
        three[user].wait(states("connected"))
        voice(three[user], 90)
    assert heard(tmp_path / "heard200.wav") == ["300"]
    assert heard(tmp_path / "heard300.wav") == ["200"]
