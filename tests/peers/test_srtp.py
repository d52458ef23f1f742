"""Encrypted voice (SRTP) with baresip over TLS, and between two phones through Kamailio."""

import pytest

from tests import wavs
from tests.peers.test_baresip_voice import compare, voice
from tests.peers.test_kamailio import registered, states, talk
from tests.peers.test_tls import authority, secure, trusting  # noqa: F401

LONG, SHORT = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"


@pytest.fixture
def both(baresip, trusting, authority, names, tmp_path):  # noqa: F811
    """Give ``both(mediaenc, **settings)``: a phone and a baresip over TLS, each speaking."""
    wavs.write(tmp_path / "one.wav", wavs.speech(4, 200, 1, 1100))
    wavs.write(tmp_path / "two.wav", wavs.speech(4, 280, 2) * 5)
    dumps = tmp_path / "dumps"
    dumps.mkdir()

    def make(mediaenc, **settings):
        account = "regint=0" + (f";mediaenc={mediaenc}" if mediaenc else "")
        certificate = authority.file(tmp_path, "baresip.test")
        other = baresip(
            certificate=certificate, account=account, speech=tmp_path / "two.wav", dumps=dumps
        )
        names.zone["baresip.test", "A"] = ["127.0.0.1"]
        phone = trusting(
            "100",
            other,
            options=("--audio", f"{tmp_path}/one.wav,{tmp_path}/heard.wav"),
            user_host1="desk.example",
            user_register1="off",
            user_outbound1=f"baresip.test:{other.port + 1};transport=tls",
            user_srtp1="on",
            codec_priority="pcmu",
            **settings,
        )
        return phone, other

    return make


def called(phone, other):
    """Let the phone call baresip until both are connected."""
    phone.ask("hook off")
    phone.ask("dial 200")
    other.wait("CALL_INCOMING")
    other.ask("accept")
    other.wait("CALL_ESTABLISHED")
    phone.wait(states("connected"))


@pytest.mark.parametrize(
    ("mediaenc", "savp"),
    [("srtp-mand", "mandatory"), ("srtp", "optional"), ("srtp", "mandatory")],
)
def test_speech_goes_encrypted_both_ways(both, tmp_path, mediaenc, savp):
    phone, other = both(mediaenc, user_savp1=savp)
    called(phone, other)
    figures = voice(phone, 150)
    # a late packet to whoever had the port before may be one
    assert figures["srtp"] == LONG and figures["forged"] <= 2, figures
    compare(phone, other, tmp_path, 0.7)  # garbage would be near 0


def test_hold_and_resume_go_on_with_the_same_keys(both, tmp_path):
    phone, other = both("srtp-mand", user_savp1="mandatory")
    called(phone, other)
    voice(phone, 60)
    phone.ask("press HOLD")
    phone.wait(states("held"))
    phone.ask("press HOLD")
    phone.wait(states("connected"))
    figures = voice(phone, 150)
    assert figures["srtp"] == LONG and figures["forged"] <= 2, figures
    compare(phone, other, tmp_path, 0.7)  # garbage would be near 0


def test_who_does_not_encrypt_is_spoken_to_in_the_clear_unless_it_is_mandatory(both):
    phone, other = both("", user_savp1="optional")
    called(phone, other)
    assert voice(phone, 30)["srtp"] == ""
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    phone.wait(states())
    phone.ask("set user_savp1 mandatory")
    phone.ask("hook off")
    phone.ask("dial 200")
    phone.wait(states())
    assert phone.ask("voice") == []


def test_two_phones_speak_encrypted_through_kamailio(
    kamailio,
    tmp_path,
    authority,  # noqa: F811
    trusting,  # noqa: F811
):
    proxy = secure(kamailio, tmp_path, authority)
    wavs.write(tmp_path / "100.wav", wavs.speech(4, 200, 1, 1100))
    wavs.write(tmp_path / "200.wav", wavs.speech(4, 280, 2, 1100))
    made = []
    for n, number in enumerate(("100", "200")):
        words = f"{tmp_path}/{number}.wav,{tmp_path}/heard{number}.wav"
        made.append(
            trusting(
                number,
                proxy,
                options=("--audio", words),
                user_srtp1="on",
                user_savp1="mandatory",
                rtp_port=30000 + 400 * n,
            )
        )
    for phone in made:
        registered(phone)
    first, second = made
    talk(first, second, "200")
    for phone in made:
        figures = voice(phone, 100)
        assert figures["srtp"] == LONG and figures["forged"] == 0, figures
    first.ask("hook on")
    for phone in made:
        phone.wait(states())
        phone.stop()
    for number, spoken in (("100", wavs.speech(4, 280, 2)), ("200", wavs.speech(4, 200, 1))):
        recorded = wavs.read(tmp_path / f"heard{number}.wav")
        like, _ = wavs.likeness(recorded, spoken, len(recorded) - 12000)
        assert like > 0.7, (number, like)
