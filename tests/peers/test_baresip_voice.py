"""baresip and a simulated phone speak with each other: what is played is what is recorded."""

import pytest

from tests import wavs
from tests.peers.test_baresip import incoming, outgoing
from tests.peers.test_kamailio import states


@pytest.fixture
def both(desk, baresip, tmp_path):
    """A phone and a baresip that call each other directly, each with speech of its own."""
    wavs.write(tmp_path / "one.wav", wavs.speech(4, 200, 1, 1100))
    wavs.write(tmp_path / "two.wav", wavs.speech(4, 280, 2) * 5)
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    other = baresip(speech=tmp_path / "two.wav", dumps=dumps)
    phone = desk(
        "100",
        options=("--dns", "none", "--audio", f"{tmp_path}/one.wav,{tmp_path}/heard.wav"),
        user_outbound1=other.address,
        codec_priority="pcmu",
    )
    return phone, other, tmp_path


def voice(phone, more, seconds=None):
    """Wait until so many `more` packets have come; return the call's figures."""
    begin = phone.wait(lambda x: x, "voice")[0]["received"]
    seconds = seconds or 20 + more // 25
    return phone.wait(lambda x: x and x[0]["received"] >= begin + more, "voice", seconds)[0]


def compare(phone, other, folder, low=0.85):
    """End the call; what either has heard is what the other has said."""
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    phone.wait(states())
    other.ask("reginfo")  # answered when the recording is closed
    phone.stop()
    heard = wavs.read(folder / "heard.wav")
    like, level = wavs.likeness(heard, wavs.speech(4, 280, 2), len(heard) - 12000)
    assert like > low and -2 < level < 2, (like, level)
    other.stop()
    heard = wavs.read(max((folder / "dumps").glob("*-dec.wav")))  # the last one: hold begins anew
    like, level = wavs.likeness(heard, wavs.speech(4, 200, 1), len(heard) - 12000)
    assert like > low and -2 < level < 2, (like, level)


def test_a_call_of_the_phone_carries_speech_both_ways(both):
    phone, other, folder = both
    outgoing(phone, other)
    figures = voice(phone, 150)
    assert figures["lost"] == 0 and figures["late"] <= 2, figures
    compare(phone, other, folder)


def test_a_call_of_baresip_carries_speech_both_ways_after_hold_too(both):
    phone, other, folder = both
    incoming(phone, other)
    voice(phone, 50)
    phone.ask("press HOLD")
    phone.wait(states("held"))
    phone.ask("press HOLD")
    phone.wait(states("connected"))
    voice(phone, 150)
    compare(phone, other, folder)
