"""The catalogue against what its page tells the owner: defaults, limits, words, lengths."""

from settingskit import Memory
from support import raises

from offhook.settings import catalogue
from offhook.settings.settings import Settings
from web import passwords


def _rows(number=1):
    """Return [(name, what it takes, default)] of docs/settings.md, for identity `number`."""
    found = []
    with open("docs/settings.md", encoding="utf-8") as file:
        for line in file:
            if line[:3] == "| `":
                cells = line.replace("\\|", "\0").split(" | ")
                name = cells[0][3:-1].replace("#", str(number)).replace("@", "175")
                found.append((name, cells[1], cells[2].strip(" `").replace("\0", "|")))
    return found


def _refused(name, *texts):
    for text in texts:
        with raises(ValueError) as caught:
            catalogue.parse(name, text)
        assert str(caught.value).startswith(name), (name, text)


def test_each_setting_has_the_default_that_its_page_tells():
    settings, rows = Settings(Memory(), lambda *_: None), _rows(12)
    assert len(rows) > 150
    for name, _, default in rows:
        assert settings.text(name) == default, name
        assert settings.get(name) == catalogue.parse(name, default), name


def test_each_number_is_taken_from_the_lowest_to_the_highest_that_its_page_tells():
    rows = [x for x in _rows() if x[1][:14] == "a number from "]
    assert len(rows) > 20
    for name, takes, _ in rows:
        low, high = [int(x) for x in takes[14:].split(" to ")]
        assert catalogue.parse(name, str(low)) == low, name
        assert catalogue.parse(name, str(high)) == high, name
        _refused(name, str(low - 1), str(high + 1))


def test_each_word_is_taken_that_its_page_tells_and_no_other():
    rows = [x for x in _rows() if x[1][:7] == "one of "]
    assert len(rows) > 10
    for name, takes, _ in rows:
        words = takes[7:].split(", ")
        for word in words:
            assert catalogue.parse(name, word) == word, name
        _refused(name, "", "other", words[0] + "x", words[0] + ", ")


def test_a_networks_name_has_32_bytes_at_most_and_no_half_characters():
    for text, fits in (
        ("a" * 32, True),
        ("a" * 33, False),
        ("\u00e4" * 16, True),
        ("\u00e4" * 16 + "a", False),
        ("\U0001f600" * 8, True),
        ("\U0001f600" * 9, False),
        ("\ud7ff\ue000", True),
    ):
        try:
            assert catalogue.parse("wifi_ssid1", text) == text and fits, text
        except ValueError as error:
            assert not fits and "32 bytes" in str(error), text


def test_a_switch_is_on_or_off_in_each_way_to_write_it():
    rows = [x for x in _rows() if x[1] == "on or off"]
    assert len(rows) > 20
    for name, _, _ in rows:
        for word in ("on", "1", "true"):
            assert catalogue.parse(name, word) is True, name
        for word in ("off", "0", "false", ""):
            assert catalogue.parse(name, word) is False, name
        _refused(name, "2", "yes", "onoff", "o")


def test_each_text_is_taken_up_to_the_length_that_its_page_tells():
    rows = [x for x in _rows() if " characters at most" in x[1]]
    assert len(rows) > 30
    for name, takes, _ in rows:
        most = int(takes.partition(" characters at most")[0].split()[-1])
        text = "192.0.2.7" if "192.0.2.7" in takes else "http://h/" if "URL" in takes else "1"
        fill = " " if "192.0.2.7" in takes else "1"
        text += fill * (most - len(text))
        assert catalogue.parse(name, text) == text.strip(), name
        _refused(name, text + fill)


def test_hex_digits_are_as_many_as_said_and_kept_in_lower_case():
    (takes,) = [x for name, x, _ in _rows() if name == "update_key"]
    assert takes == "64 hex digits"  # an Ed25519 key has 32 bytes: RFC 8032 section 5.1.5
    assert catalogue.parse("update_key", "0123456789ABCDEF" * 4) == "0123456789abcdef" * 4
    _refused("update_key", "a" * 63, "a" * 65, "g" + "a" * 63, "a" * 31 + " " + "a" * 32)
    assert catalogue.parse("update_key", "") == ""


def test_what_a_kind_takes_up_to_its_edges():
    for name, right, wrong in (
        ("prov_polling_time", ("00:00", "23:59", "9:05", "7:5", ""),
         ("24:00", "23:60", "12", "12:", ":30", "a:30", "1:b", "-1:30", "012:30", "1:2:3")),
        ("user_host1", ("a:1", "a:65535", "a", "192.0.2.1:5060", "[x]", ""),
         ("a:0", "a:65536", "a:", "a:b", ":5060", "a:-1", "a:1234567", "a:5060:1", "a b", "a<b")),
        ("user_outbound1", ("sip:a;lr", "a:5060", ""), ("a b", "a<b", "a\x7fb", "a\tb")),
        ("mac", ("000413A1B2C3", ""), ("000413A1B2C", "000413A1B2C34", "000413A1B2CG")),
        ("log_level", ("0", "9"), ("-1", "10", "", "-", "1-", "--1", "0x1", "1.0", "+1")),
        ("user_ringer1", ("-1", "11"), ("-2", "12", "-", "-x")),
        ("prov_polling_period", ("60", "000000060"), ("0000000060", "59", "1" * 10)),
        ("ip_adr", ("192.0.2.1", "0.0.0.0", "255.255.255.255"),
         ("192.0.2", "192.0.2.1.1", "192.0.2.256", "a.b.c.d", "192.0.2.")),
        ("phone_name", ("a b", "\xe4", " ", "~"), ("a\x1fb", "a\nb", "\x7f", "\0")),
        ("ca_certificate", ("-----BEGIN\nx\n", "ca.pem"), ("x" * 2049,)),
        ("action_hold", ("http://h/" + "x" * 3000, "http://h/\nhttp://i/"), ()),
        ("setting_server", ("http://h/{mac}.xml", "https://h/"), ("ftp://h/", "h", "http://")),
        ("http_allow", ("192.0.2.0/24, 198.51.100.7", ""), ("192.0.2.0/33", "x", "192.0.2.1/")),
        ("timezone", ("CET-1CEST,M3.5.0,M10.5.0/3", "UTC0"), ("CE-1", "CET-1CEST,M3")),
    ):  # fmt: skip
        for text in right:
            assert catalogue.find(name).written(catalogue.parse(name, text)) is not None, name
        _refused(name, *wrong)


def test_networks_are_kept_with_one_space_between_them():
    assert (
        catalogue.parse("http_allow", " 192.0.2.0/24,198.51.100.7,") == "192.0.2.0/24 198.51.100.7"
    )


def test_a_stored_password_may_be_longer_than_one_that_is_typed():
    hashed = passwords.hashed("admin", "x" * 64)
    assert len(hashed) > 64 and catalogue.parse("http_pass", hashed) == hashed
    _refused("http_pass", "x" * 65)
    _refused("user_pass1", hashed)


def test_what_would_be_right_is_told_of_each_kind():
    for name, right in (
        ("dnd_mode", "on or off"),
        ("log_level", "a number from 0 to 9"),
        ("language", "one of English, Deutsch"),
        ("update_key", "64 hex digits"),
        ("redirect_number", "a number or sip: URI of 64 characters at most"),
        ("ca_certificate", "a certificate (PEM) of 2048 characters at most, or a file's name"),
        ("phone_name", "a text of 32 characters at most, in one line"),
        ("user_host1", "host, host:port; 128 characters at most"),
        ("ip_adr", "an address such as 192.0.2.1"),
    ):
        assert catalogue.find(name).right() == right, name
