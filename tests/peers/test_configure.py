"""`make configure`: a TOML file given to the board by the real mpremote, whole or not at all."""

import pytest

from tests.peers.test_build import devkit  # noqa: F401  a fixture
from tests.peers.test_deploy import Served, files
from tools import configure
from tools.stored import flash

_GOOD = """
language = "Deutsch"
dnd_mode = true

[user]
name1 = "100"
host1 = "pbx.example"
pass1 = "hush-hush"
expiry1 = 600

[action]
incoming_url = "http://log.example/?who=$remote"
"""


@pytest.fixture
def image(devkit, tmp_path):  # noqa: F811
    """A flash with the devkit's software."""
    path = tmp_path / "flash.bin"
    path.write_bytes((devkit / "littlefs.bin").read_bytes())
    return path


def given(tmp_path, text):
    """Write a TOML file."""
    path = tmp_path / "my-phone.toml"
    path.write_text(text)
    return str(path)


def stored(image):
    """Return the settings on the flash."""
    return flash(files(image))


def test_all_of_a_file_is_saved_and_no_secret_is_printed(image, tmp_path, capfd):
    with Served(image) as bridge:
        assert configure.main(["--port", bridge.port, given(tmp_path, _GOOD)]) == 0
    found = stored(image)
    assert found["user_name1"] == "100" and found["user_pass1"] == "hush-hush"
    assert found["dnd_mode"] == "on" and found["user_expiry1"] == "600"
    assert found["action_incoming_url"] == "http://log.example/?who=$remote"
    assert found["wifi_ssid1"] == "any"  # what was set before stays
    said = capfd.readouterr()
    assert "7 settings saved" in said.out and "hush" not in said.out + said.err


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('expiry = "often"', "there is no setting 'user_expiry'"),
        ('expiry1 = "often"', "user_expiry1: 'often' does not fit; it takes a number from 30"),
        ("expiry1 = [1]", "user_expiry1: .* is neither text nor number"),
        ("expiry1 = ", "is no TOML"),
    ],
)
def test_one_wrong_value_and_the_board_is_not_even_asked(tmp_path, line, why):
    with pytest.raises(SystemExit, match=f"nothing was changed\n.*{why}"):
        configure.main(["--port", "/dev/null", given(tmp_path, f"[user]\n{line}\n")])


def test_what_only_the_board_can_refuse_changes_nothing(image, tmp_path):
    before = stored(image)
    text = 'language = "Deutsch"\naction_incoming_url = "ftp://x/"\n'
    with Served(image) as bridge:
        with pytest.raises(SystemExit, match="nothing was changed\naction_incoming_url"):
            configure.main(["--port", bridge.port, given(tmp_path, text)])
    assert stored(image) == before


def test_a_file_as_snoms_phones_read_it_is_taken_as_far_as_it_fits(image, tmp_path, capfd):
    path = tmp_path / "phone.xml"
    path.write_text(
        "<!-- " + "x" * 7000 + " --><settings><phone-settings><user_name idx='1'>201</user_name>"
        "<user_pass idx='1' perm='R'>hush-hush</user_pass><timezone>GER+1</timezone>"
        "<redirect_time>soon</redirect_time></phone-settings></settings>"
    )
    with Served(image) as bridge:
        assert configure.main(["--port", bridge.port, str(path)]) == 0
    found = stored(image)
    assert found["user_name1"] == "201" and found["user_pass1"] == "hush-hush"
    assert found["timezone"] == "CET-1CEST,M3.5.0,M10.5.0/3" and "redirect_time" not in found
    said = capfd.readouterr()
    assert "redirect_time" in said.out and "hush" not in said.out + said.err


def test_a_file_that_ends_early_changes_nothing(image, tmp_path):
    before = stored(image)
    path = tmp_path / "phone.xml"
    path.write_text("<settings><phone-settings><user_name idx='1'>201</user_name>")
    with Served(image) as bridge:
        with pytest.raises(SystemExit, match="nothing was changed\nline 1: the file ends before"):
            configure.main(["--port", bridge.port, str(path)])
    assert stored(image) == before


def test_a_board_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(SystemExit, match="configure: "):
        configure.main(["--port", str(tmp_path / "none"), given(tmp_path, "dnd_mode = true\n")])
