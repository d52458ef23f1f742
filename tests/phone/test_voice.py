"""Two whole phones that speak: what one says is what the other hears, through WAV files."""

import os
import pathlib
import signal
import socket
import struct

import pytest

from tests import wavs
from tests.phone.webserver import WebServer


@pytest.fixture
def talk(phones, tmp_path):
    """Give ``talk(**settings)``: (first, second), each speaking a WAV file and writing another."""
    wavs.write(tmp_path / "one.wav", wavs.speech(4, 200, 1, 1100))
    wavs.write(tmp_path / "two.wav", wavs.speech(4, 280, 2, 1100))

    def start(**settings):
        one, two = tmp_path / "one.wav", tmp_path / "two.wav"
        first = phones("100", options=("--audio", f"{one},{tmp_path}/heard1.wav"), **settings)
        second = phones(
            "200",
            options=("--audio", f"{two},{tmp_path}/heard2.wav"),
            **{"rtp_port": 31000, **settings},
        )
        first.ask(f"set user_outbound1 127.0.0.1:{second.sip_port}")
        second.ask(f"set user_outbound1 127.0.0.1:{first.sip_port}")
        return first, second

    return start


def connect(first, second):
    """Let the first call the second, with both handsets lifted."""
    first.ask("hook off")
    first.ask("dial 200")
    second.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    second.ask("hook off")
    first.wait(lambda calls: calls and calls[0]["state"] == "connected")


def voice(phone, more, seconds=20):
    """Wait until so many `more` packets have come; return the figures of the first call."""
    begin = phone.ask("voice")
    begin = begin[0]["received"] if begin else 0
    return phone.wait(lambda x: x and x[0]["received"] >= begin + more, "voice", seconds)[0]


def heard(path, spoken, at, low=0.8):
    """Assert that a recording is like what was spoken, from `at` seconds before its end on.

    Garbage would be near 0; some frames that a busy machine has dropped are no fault of a phone's.
    """
    recorded = wavs.read(path)
    like, level = wavs.likeness(recorded, spoken, len(recorded) - int(at * wavs.RATE))
    assert like > low, (like, level)
    assert -2 < level < 2, level


@pytest.mark.parametrize("codec", ["g722", "pcma_only", "pcmu_only"])
def test_what_one_says_is_what_the_other_hears(talk, tmp_path, codec):
    first, second = talk(codec_priority=codec)
    connect(first, second)
    figures = voice(first, 150)
    assert figures["lost"] == 0 and figures["mos"] > 4
    voice(second, 50)
    first.ask("hook on")
    second.wait(lambda calls: not calls)
    first.stop()
    second.stop()
    heard(tmp_path / "heard1.wav", wavs.speech(4, 280, 2), 2)
    heard(tmp_path / "heard2.wav", wavs.speech(4, 200, 1), 2)


def test_on_hold_nothing_is_heard_and_afterwards_it_is_again(talk, tmp_path):
    first, second = talk()
    connect(first, second)
    voice(first, 50)
    first.ask("press HOLD")
    first.wait(lambda calls: calls[0]["state"] == "held")
    voice(second, 100)  # silence goes on coming
    held = wavs.read(tmp_path / "heard2.wav")
    first.ask("press HOLD")
    first.wait(lambda calls: calls[0]["state"] == "connected")
    voice(first, 120)
    for phone in (first, second):
        phone.stop()
    heard(tmp_path / "heard1.wav", wavs.speech(4, 280, 2), 1)
    heard(tmp_path / "heard2.wav", wavs.speech(4, 200, 1), 1)
    quiet = wavs.read(tmp_path / "heard2.wav")[len(held) - 4000 : len(held)]
    own = max(wavs.speech(4, 280, 2)) * 0.13  # of the side tone
    assert max(quiet) < 1.3 * own


def test_digits_go_with_the_voice_or_by_info_where_the_setting_says_so(talk):
    for wish, way in (("off", "RTP"), ("on", "INFO"), ("sip_info_only", "INFO")):
        first, second = talk(user_dtmf_info1=wish)
        connect(first, second)
        voice(first, 20)
        for digit in "12#1":
            first.ask(f"press {digit} 20")
        second.wait(lambda lines: sum("DTMF" in x for x in lines) == 4, "log 40")
        said = [x.partition("DTMF ")[2].split() for x in second.ask("log 60") if "DTMF" in x]
        assert [x[0] for x in said] == ["1", "2", "#", "1"]
        assert {x[-1] for x in said} == {way}
        for phone in (first, second):
            phone.ask("hook on")
        first.wait(lambda calls: not calls)
        first.stop()
        second.stop()


def test_a_strangers_packets_are_not_heard(talk, tmp_path):
    first, second = talk()
    connect(first, second)
    voice(first, 25)
    port = first.ask("voice")[0]["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for n in range(300):
            packet = struct.pack(">BBHII", 0x80, 8, n, 160 * n, 7) + b"\x2a" * 160
            stranger.sendto(packet, ("127.0.0.1", port))
    figures = voice(first, 100)
    assert figures["lost"] == 0 and figures["late"] == 0
    first.ask("hook on")
    for phone in (first, second):
        phone.stop()
    heard(tmp_path / "heard1.wav", wavs.speech(4, 280, 2), 1.5)


def test_a_call_whose_voice_dies_is_ended_and_the_figures_are_told(talk):
    first, second = talk(rtp_timeout=1)
    connect(first, second)
    voice(first, 50)
    pid = second.process.pid
    vm = int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
    os.kill(vm, signal.SIGSTOP)
    try:
        first.wait(lambda calls: not calls)
    finally:
        os.kill(vm, signal.SIGCONT)
    lines = first.ask("log 20")
    assert any("nothing from" in x for x in lines)
    assert any("voice of" in x and "MOS" in x for x in lines)


def test_how_a_call_was_is_told_by_its_event_the_list_the_status_and_the_log(talk):
    server = WebServer()
    try:
        url = server.url + "/over?l=$rtp_loss&j=$rtp_jitter&m=$mos&r=$remote"
        first, second = talk(action_disconnected_url=url)
        connect(first, second)
        voice(first, 60)
        now = first.ask("status")["voice"]
        assert len(now) == 1 and now[0]["mos"] > 4 and now[0]["codec"] == "G722"
        first.ask("hook on")
        first.wait(lambda calls: not calls)
        second.wait(lambda calls: not calls)
        lines = server.wait(2)
        for line in lines:
            values = dict(x.split("=") for x in line.partition("?")[2].split("&"))
            assert float(values["l"]) < 5 and float(values["m"]) > 3.5, line
            assert values["j"].isdigit() and values["r"]
        after = first.ask("status")
        assert after["voice"] == [] and "MOS" in after["voice_before"]
        mos, loss, jitter, delay = first.ask("lists")[0]["voice"].split()
        assert float(mos) > 3.5 and float(loss) < 5 and int(jitter) < 100 and 0 < int(delay) < 400
        assert sum("voice of" in x and "MOS" in x for x in first.ask("log 60")) == 1
        assert second.ask("lists")[0]["voice"]
    finally:
        server.close()


def test_a_part_that_dies_is_named_in_status_log_and_display(talk):
    first, second = talk()
    connect(first, second)
    assert first.ask("status")["sound"] == "ok"
    first.ask("fault microphone on")
    first.wait(lambda x: x["sound"] == "microphone", "status")
    first.wait(lambda lines: any("no sign of life from microphone" in x for x in lines), "log 20")
    first.ask("hook on")
    first.wait(lambda calls: not calls)
    first.wait(lambda x: " microphone" in x["lines"], "display")
    first.ask("fault microphone off")
    first.ask("hook off")
    first.wait(lambda x: x["sound"] == "ok", "status")
    first.ask("hook on")
    first.wait(lambda x: " microphone" not in x["lines"], "display")


def test_the_loudspeaker_rings_where_the_setting_wants_it(talk, tmp_path):
    first, second = talk(ringer_device="speaker", ring_sound=8)
    first.ask("dial 200")
    second.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    assert second.ask("status")["ringer"] == 659
    second.wait(lambda _: len(wavs.read(tmp_path / "heard2.wav")) > 20000, "status", 20)
    assert max(wavs.read(tmp_path / "heard2.wav")[4000:]) > 5000
    first.ask("press CANCEL")
    second.wait(lambda calls: not calls)
