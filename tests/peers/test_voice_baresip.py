"""Real speech between the phone and baresip: likeness, level and PESQ of what either records."""

import os
import socket
import struct

import pytest

from tests import wavs
from tests.peers import speech
from tests.peers.link import THERE, Link
from tests.peers.peer import until
from tests.peers.test_baresip import incoming, outgoing
from tests.peers.test_baresip_voice import voice
from tests.peers.test_kamailio import registered, states

QUIET = 0.3  # of the recording: a handset's microphone makes it 3.16 times as loud
GAIN = 10.0  # dB
WIDE = 3.0  # PESQ's wideband mode, in which G.722 alone has 4.0
SECONDS = int(os.environ.get("VOICE_SECONDS", "30"))  # of the long call


@pytest.fixture
def files(tmp_path):
    """A folder with ``they.wav`` and ``we.wav``, real speech, and one for baresip's recordings."""
    times = 4 + SECONDS // 6  # baresip hangs up at the end of its file
    wavs.write(tmp_path / "they.wav", speech.spoken() * times)
    wavs.write(tmp_path / "we.wav", speech.spoken(QUIET))
    (tmp_path / "dumps").mkdir()
    return tmp_path


@pytest.fixture
def peer(files, baresip):
    """Give ``peer(**more)``: a baresip that speaks and records."""
    return lambda **more: baresip(speech=files / "they.wav", dumps=files / "dumps", **more)


def phone_with(desk, folder, says, **settings):
    """Return a phone that speaks the file `says`, or is silent, and records ``heard.wav``."""
    says = folder / says if says else ""
    audio = ("--audio", f"{says},{folder}/heard.wav")
    options = ("--dns", "none", *audio)
    return desk("100", options=options, **settings)


def end(phone, other):
    """Hang up, and stop both, which ends their recordings."""
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    phone.wait(states())
    other.ask("reginfo")  # answered when the recording is closed
    phone.stop()
    other.stop()


def theirs(folder):
    """Return the last recording of what baresip has heard."""
    return max((folder / "dumps").glob("*-dec.wav"))


@pytest.mark.parametrize("codec", ("pcmu", "pcma"))
def test_speech_of_baresip_is_heard_as_it_was(desk, peer, files, codec):
    other = peer()
    phone = phone_with(
        desk, files, "", user_outbound1=other.address, codec_priority=codec + "_only"
    )
    outgoing(phone, other)
    figures = voice(phone, 260)
    assert figures["codec"].lower() == codec and figures["lost"] == 0
    end(phone, other)
    speech.compare(files / "heard.wav", speech.spoken())


@pytest.mark.parametrize("codec", ("pcmu", "pcma"))
def test_speech_of_the_phone_is_heard_as_it_was(desk, peer, files, codec):
    other = peer()
    phone = phone_with(
        desk, files, "we.wav", user_outbound1=other.address, codec_priority=codec + "_only"
    )
    incoming(phone, other)
    voice(phone, 260)
    end(phone, other)
    said = wavs.microphone(speech.spoken(QUIET))
    speech.compare(theirs(files), said, gain=GAIN)


@pytest.fixture
def wide(files, baresip):
    """A baresip with G.722 that speaks and records at 16 kHz."""
    wavs.write(files / "wide.wav", speech.wide() * 6, 16000)
    wavs.write(files / "we.wav", speech.wide(QUIET), 16000)
    more = {"speech": files / "wide.wav", "rate": 16000, "dumps": files / "dumps"}
    return baresip(codecs="G722/16000/1,PCMA/8000/1", **more)


def test_wideband_speech_of_baresip_is_heard_as_it_was(desk, wide, files):
    phone = phone_with(desk, files, "", user_outbound1=wide.address, codec_priority="g722")
    outgoing(phone, wide)
    figures = voice(phone, 260)
    assert figures["codec"] == "G722" and figures["lost"] == 0
    end(phone, wide)
    speech.compare(files / "heard.wav", speech.wide(), good=WIDE, rate=16000)


def test_wideband_speech_of_the_phone_is_heard_as_it_was(desk, wide, files):
    phone = phone_with(desk, files, "we.wav", user_outbound1=wide.address)
    incoming(phone, wide)
    assert voice(phone, 260)["codec"] == "G722"
    end(phone, wide)
    said = wavs.microphone(speech.wide(QUIET), 31284 / 32768)
    speech.compare(theirs(files), said, good=WIDE, gain=GAIN, rate=16000)


def test_a_peer_without_g722_gets_what_it_knows(desk, peer, files):
    other = peer()
    phone = phone_with(desk, files, "", user_outbound1=other.address, codec_priority="g722_pcmu")
    outgoing(phone, other)
    assert voice(phone, 20)["codec"] == "PCMU"


def test_digits_go_both_ways_with_the_voice(desk, peer, files):
    other = peer()
    phone = phone_with(desk, files, "", user_outbound1=other.address)
    outgoing(phone, other)
    voice(phone, 20)
    for digit in "159#*0":
        phone.ask(f"press {digit} 20")
    got = [other.wait("CALL_DTMF_START")["param"] for _ in range(6)]
    assert "".join(got) == "159#*0"
    for digit in "2468":
        other.type(digit)
        other.type("\x04")
    lines = phone.wait(lambda x: sum("DTMF" in line for line in x) == 4 and x, "log 40")
    said = [x.partition("DTMF ")[2].split() for x in lines if "DTMF" in x]
    assert "".join(x[0] for x in said) == "2468" and {x[-1] for x in said} == {"RTP"}
    phone.ask("hook on")
    other.wait("CALL_CLOSED")


def test_a_tenth_lost_is_concealed_and_told(root_network, start, desk, peer, files):
    link = start(Link(delay=1))
    other = peer(prefix=link.inside, ip=THERE)
    phone = phone_with(desk, files, "", user_outbound1=other.address)
    outgoing(phone, other)
    voice(phone, 50)
    link.change("loss=10 delay=20 jitter=5")
    figures = voice(phone, 350)
    link.change("loss=0 delay=1 jitter=0")
    assert 4 < figures["loss"] < 16 and figures["mos"] < 4, figures
    assert figures["concealed"] > 400 and figures["delay"] < 300
    phone.wait(lambda x: x[0]["round_trip"] is not None, "voice", 20)
    phone.ask("hook on")
    phone.wait(states())
    phone.stop()
    heard = wavs.read(files / "heard.wav")
    like, level = speech.alike(heard, speech.spoken(), 6)
    assert like > 0.7 and -3 < level < 2, (like, level)


def test_a_strangers_stream_changes_nothing(desk, peer, files):
    other = peer()
    phone = phone_with(desk, files, "", user_outbound1=other.address)
    outgoing(phone, other)
    port = voice(phone, 30)["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for turn in range(10):
            for n in range(30 * turn, 30 * turn + 30):
                packet = struct.pack(">BBHII", 0x80, 0, n, 160 * n, 7) + b"\x2a" * 160
                stranger.sendto(packet, ("127.0.0.1", port))
                stranger.sendto(b"\x80\xc8\0\6" + bytes(24), ("127.0.0.1", port + 1))
            voice(phone, 20)
    figures = voice(phone, 60)
    assert figures["strangers"] >= 300 and figures["lost"] == 0, figures
    end(phone, other)
    speech.compare(files / "heard.wav", speech.spoken())


def test_speech_through_kamailio(desk, kamailio, peer, files):
    proxy = kamailio()
    account = f"regint=60;auth_user=200;auth_pass=secret200;outbound=sip:{proxy.address}"
    other = peer(user="200", host=proxy.address, account=account)
    until(lambda: proxy.bindings("200"))
    phone = phone_with(desk, files, "we.wav", user_host1=proxy.address)
    registered(phone)
    outgoing(phone, other)
    assert voice(phone, 260)["lost"] == 0
    end(phone, other)
    speech.compare(theirs(files), wavs.microphone(speech.spoken(QUIET)), gain=GAIN)


@pytest.mark.timeout(240 + 3 * SECONDS)
def test_a_long_call_does_not_drift(desk, peer, files):
    """30 seconds; VOICE_SECONDS=180 in the environment makes it longer."""
    other = peer()
    phone = phone_with(desk, files, "we.wav", user_outbound1=other.address)
    outgoing(phone, other)
    begin = voice(phone, 150)
    figures = voice(phone, 50 * SECONDS)
    assert figures["lost"] == 0 and figures["late"] - begin["late"] <= SECONDS // 10, figures
    assert figures["delay"] <= begin["delay"] + 60, (begin, figures)
    # what a busy machine made the phone leave out is no drift of its clock
    assert abs(figures["sent"] + figures["skipped"] - figures["received"]) <= 25, figures
    end(phone, other)
    speech.compare(theirs(files), wavs.microphone(speech.spoken(QUIET)), gain=GAIN)
