"""Any state of the flash starts a phone, and what was taken back is not kept anywhere."""

import json

import pytest

from tools.control import Phone

# what an owner's file may say: what cannot be used is told, and the rest is taken
_ODD = {
    "unknown name": ("nosuch_setting", "7"),
    "out of range": ("redirect_time", "100000"),
    "no number": ("redirect_time", "soon"),
    "no choice": ("redirect_event", "sometimes"),
    "no switch": ("dnd_mode", "perhaps"),
    "no address": ("ip_adr", "999.1.1.1"),
    "too long": ("phone_name", "x" * 500),
    "no URL": ("action_setup_url", "POST http://"),
    "no key": ("fkey5", "active nonsense 1"),
    "index beyond": ("user_name99", "9"),
    "no zone": ("timezone", "CET"),
    "no port": ("network_id_port", "70000"),
}


@pytest.mark.parametrize("kind", _ODD)
def test_a_stored_value_that_does_not_fit_is_told_and_the_phone_starts(tmp_path, kind):
    name, value = _ODD[kind]
    (tmp_path / "settings.json").write_text(json.dumps({name: value, "phone_name": "kept"}))
    if name == "phone_name":
        (tmp_path / "settings.json").write_text(json.dumps({name: value, "user_name1": "7"}))
    with Phone(tmp_path) as phone:
        told = phone.ask("status")["settings"]
        assert name in told or any(name in x for x in phone.ask("log 50")), (told, name)
        assert name in ("action_setup_url", "fkey5") or phone.ask("show").get(name) != value
        assert phone.ask("counters")["total"]["queued"] == 0
        other = ("user_name1", "7") if name == "phone_name" else ("phone_name", "kept")
        assert phone.ask("get " + other[0])["value"] == other[1]
        phone.ask("set user_name2 100")
    with Phone(tmp_path) as phone:
        assert phone.ask("get user_name2")["value"] == "100"


def test_settings_of_newer_software_survive_going_back_and_forth(tmp_path):
    """What is unknown is not used, and is there again for the software that knows it."""
    (tmp_path / "settings.json").write_text(
        json.dumps({"of_the_future": "on", "redirect_time": 20})
    )
    for number in range(12):  # through the journal and its tidying
        with Phone(tmp_path) as phone:
            phone.ask(f"set user_name1 {number}")
            assert phone.ask("get redirect_time")["value"] == 20
    text = b"".join(x.read_bytes() for x in tmp_path.iterdir() if x.name.startswith("settings"))
    assert b"of_the_future" in text


@pytest.mark.parametrize("cut", [0, 1, 7, 40, 90])
def test_a_file_that_ends_early_or_has_a_wrong_byte_starts_a_phone(tmp_path, cut):
    with Phone(tmp_path, {"user_name1": "100", "phone_name": "desk"}) as phone:
        for number in range(6):
            phone.ask(f"set redirect_time {20 + number}")
    for file in [x for x in tmp_path.iterdir() if x.name.startswith("settings")]:
        data = bytearray(file.read_bytes())
        if cut < len(data):
            data[cut] ^= 0x55
        file.write_bytes(data[: len(data) - cut])
    with Phone(tmp_path) as phone:
        assert isinstance(phone.ask("get redirect_time")["value"], int)
        assert phone.ask("calls") == []


_THINGS = {
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: (path.mkdir(), (path / "x").write_bytes(b"x")),
    "more than the memory": lambda path: path.write_bytes(b"x" * 3_000_000),
    "lines without end": lambda path: path.write_bytes(b"x=y\n" * 20_000),
    "zeros": lambda path: path.write_bytes(bytes(5000) + b"\n"),
    "deep": lambda path: path.write_bytes(b'{"a":' * 20_000 + b"\n"),
}


@pytest.mark.parametrize("what", _THINGS)
@pytest.mark.parametrize("name", ["settings.txt", "settings.1", "settings.json", "calls.txt"])
def test_whatever_lies_in_place_of_a_file_the_phone_starts_and_keeps_what_it_is_told(
    tmp_path, name, what
):
    _THINGS[what](tmp_path / name)
    with Phone(tmp_path, options=("--heap", "2m")) as phone:
        phone.ask("set phone_name kept")
        assert phone.ask("lists") == []
        phone.ask("press MENU")
        assert not [x for x in phone.ask("log 100") if x.startswith("[0]") or "Error" in x]
        if name != "calls.txt" and what != "empty":
            assert name in phone.ask("status")["settings"]
            phone.wait(lambda _: (tmp_path / "settings.txt").is_file())
    with Phone(tmp_path) as phone:
        assert phone.ask("get phone_name")["value"] == "kept"


def test_a_replaced_password_and_one_of_a_reset_phone_are_nowhere(tmp_path):
    secrets = [f"hush-hush-{number}" for number in range(4)]
    with Phone(tmp_path, {"user_name1": "100", "user_pass1": secrets[0]}) as phone:
        for secret in secrets[1:]:
            phone.ask(f"set user_pass1 {secret}")
        phone.process.kill()
    with Phone(tmp_path) as phone:  # it tidies up as soon as there is time
        phone.wait(lambda _: not [x for x in secrets[:-1] if x.encode() in _everything(tmp_path)])
        assert secrets[-1].encode() in _everything(tmp_path)
        try:
            phone.ask("reset yes")
        except EOFError:
            pass  # the simulated reset is its end
        phone.process.wait(15)
    assert b"hush-hush" not in _everything(tmp_path)


def _everything(folder):
    """Return all bytes that a phone has stored."""
    return b"".join(
        x.read_bytes() for x in folder.rglob("*") if x.is_file() and x.name != "output.txt"
    )
