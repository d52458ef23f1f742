"""SIPp plays real speech to the phone, as packets and as a stream, and echoes the phone's own."""

import pytest

from tests import wavs
from tests.peers import speech
from tests.peers.sipp import Run, expect, pause, play, request
from tests.peers.test_baresip_voice import voice
from tests.peers.test_kamailio import states

pytestmark = pytest.mark.usefixtures("own_network")

OFFER = """v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=ptime:{ptime}
"""


def call(folder, phone, *middle, ptime=20, more=()):
    """Let SIPp call the phone, which answers by its handset, do what stands in the `middle`, and
    hang up."""
    steps = [
        request("INVITE", body=OFFER.format(ptime=ptime), inside=False),
        expect(100, optional=True),
        expect(180, optional=True),
        expect(200),
        request("ACK"),
        *middle,
        request("BYE", cseq=2),
        expect(200),
    ]
    run = Run(folder / "sipp", steps, phone.address, seconds=60, more=more)
    phone.wait(states("ringing"))
    phone.ask("hook off")
    return run


@pytest.fixture
def phone(desk, tmp_path):
    """Give ``phone(says)``: it speaks a file, or nothing, and records what it hears."""

    def make(says=""):
        audio = f"{tmp_path / says if says else ''},{tmp_path}/heard.wav"
        return desk("100", options=("--dns", "none", "--audio", audio))

    return make


def test_packets_of_a_capture_are_heard_as_they_were(phone, tmp_path):
    speech.packets()
    made = phone()
    run = call(tmp_path, made, play(f'play_pcap_audio="{speech.PCAP}"'), pause(7200))
    figures = voice(made, 225)
    assert figures["lost"] == 0 and figures["codec"] == "PCMA", figures
    run.done()
    made.wait(states())
    made.stop()
    heard = wavs.read(tmp_path / "heard.wav")
    like, level = speech.alike(heard, speech.whole())
    assert like > speech.LIKE and -1.5 < level < 1.5, (like, level)


def test_a_stream_is_heard_as_it_was(phone, tmp_path):
    coded = b"".join(speech.packets())[8000:56000]
    (tmp_path / "speech.a").write_bytes(coded)
    made = phone()
    run = call(tmp_path, made, play(f'rtp_stream="{tmp_path}/speech.a,-1,8"'), pause(8000))
    figures = voice(made, 330)
    assert figures["lost"] == 0, figures
    run.done()
    made.wait(states())
    made.stop()
    speech.compare(tmp_path / "heard.wav", speech.spoken())


def test_what_the_phone_says_comes_back_as_it_was(phone, tmp_path):
    wavs.write(tmp_path / "we.wav", speech.spoken(0.3))
    for ptime in (20, 40):
        made = phone("we.wav")
        run = call(tmp_path, made, pause(7000), ptime=ptime, more=("-rtp_echo",))
        figures = voice(made, 5800 // ptime)
        assert abs(figures["sent"] * ptime - 5800) < 1500, figures
        run.done()
        made.wait(states())
        made.stop()
        # louder by the microphone's 10 dB; the side tone at -18 dB is the same speech
        said = wavs.microphone(speech.spoken(0.3))
        heard = wavs.read(tmp_path / "heard.wav")
        like, level = speech.alike(heard, said)
        assert like > 0.85 and 8 < level < 12, (like, level)
