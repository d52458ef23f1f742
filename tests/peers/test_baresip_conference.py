"""A conference that the phone mixes, with baresip and another phone: each hears the two others.

baresip speaks G.711, the two phones G.722 with each other.
"""

from tests import wavs
from tests.phone.test_conference import TONES, heard, states, tone, voice


def test_baresip_hears_both_phones_and_both_hear_it(desk, baresip, tmp_path):
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    for user, hz in TONES.items():
        wavs.write(tmp_path / f"{user}.wav", tone(hz, 60 if user == "200" else 2, 4500))
    other = baresip(speech=tmp_path / "200.wav", dumps=dumps)
    made = {}
    for n, user in enumerate(("100", "300")):
        wavs.write(tmp_path / f"{user}.wav", tone(TONES[user]))
        made[user] = desk(
            user,
            options=(
                "--dns", "none", "--audio", f"{tmp_path}/{user}.wav,{tmp_path}/heard{user}.wav"
            ),
            user_outbound1=other.address,
            rtp_port=30000 + 400 * n,
        )  # fmt: skip
    middle, third = made["100"], made["300"]
    third.ask(f"set user_outbound1 127.0.0.1:{middle.sip_port}")
    third.ask("hook off")
    third.ask("dial 100")
    middle.wait(states("ringing"))
    middle.ask("press ENTER")
    third.wait(states("connected"))
    middle.ask("dial 200")  # baresip is never on hold: it would record into another file
    other.wait("CALL_INCOMING")
    other.ask("accept")
    other.wait("CALL_ESTABLISHED")
    middle.wait(states("held", "connected"))
    middle.ask("hook off")
    middle.ask("press CONFERENCE")
    middle.wait(states("connected", "connected"))
    for phone in (middle, third):
        voice(phone, 100)
    rates = {figures["codec"] == "G722" for figures in middle.ask("voice")}
    assert rates == {True, False}, "one of each rate"
    assert heard(tmp_path / "heard100.wav") == ["200", "300"]
    assert heard(tmp_path / "heard300.wav") == ["100", "200"]
    middle.ask("hook on")
    other.wait("CALL_CLOSED")
    other.ask("reginfo")  # answered when the recording is closed
    other.stop()
    recorded = max(dumps.glob("*-dec.wav"), key=lambda x: x.stat().st_mtime)
    assert heard(recorded, 8000) == ["100", "300"]
