"""``--audio device``: a phone on the host's sound card, here programs in the card's place."""

import stat

import pytest

from tests import wavs
from tests.phone.test_conference import level, states, voice
from tools import soundcard

_PLAY = "#!/bin/sh\nexec cat > {folder}/played.raw\n"
_RECORD = """#!{python}
import array, math, sys, time
wave = array.array("h", [int(1500 * math.sin(2 * math.pi * 500 * i / 16000)) for i in range(256)])
block, begin, n = wave.tobytes(), time.monotonic(), 0
while True:
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    n += 1
    time.sleep(max(0, begin + n * 0.016 - time.monotonic()))
"""


def _program(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def card(tmp_path, monkeypatch):
    """Give ``card(play, record)``: programs named aplay and arecord that are found first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def make(play=_PLAY, record=_RECORD):
        import sys

        _program(folder / "aplay", play.format(folder=tmp_path))
        _program(folder / "arecord", record.format(python=sys.executable))

    return make


def test_what_is_recorded_is_heard_by_the_other_side_and_tones_are_played(phones, card, tmp_path):
    card()
    first = phones("100", options=("--audio", "device"))
    second = phones("200", options=("--audio", f",{tmp_path}/heard.wav"), rtp_port=31000)
    first.ask("hook off")
    first.wait(lambda x: x["tone"] == "dial", "status")
    first.ask(f"dial sip:200@127.0.0.1:{second.sip_port}")
    second.wait(states("ringing"))
    second.ask("hook off")
    first.wait(states("connected"))
    voice(second, 120)
    heard = wavs.read(tmp_path / "heard.wav")[-2400:]
    assert level(heard, 500) > 2000  # 10 dB louder than it was recorded
    first.ask("hook on")
    first.stop()
    raw = (tmp_path / "played.raw").read_bytes()
    played = memoryview(raw[: len(raw) // 512 * 512]).cast("h")
    assert len(played) > 16000 and max(played) > 1000


def test_where_there_is_no_program_it_says_which_would_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        soundcard.Card()
    assert "alsa-utils" in str(caught.value) and "--audio device" in str(caught.value)


def test_a_card_that_cannot_be_opened_is_told_and_the_phone_goes_on(phones, card, tmp_path):
    card("#!/bin/sh\necho 'audio open error: No such file' >&2\nexit 1\n")
    phone = phones("100", options=("--audio", "device"))
    phone.ask("hook off")
    phone.wait(lambda x: x["tone"] == "dial", "status")
    phone.stop()
    said = (tmp_path / "100" / "output.txt").read_text()
    assert "aplay has ended: audio open error" in said
