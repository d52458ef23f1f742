"""The settings: types, indexed names, refusals, and a power cut at every step of a save."""

from support import raises

from offhook.settings.settings import Settings


class Memory:
    """Storage in memory, whose power can go after n steps."""

    def __init__(self):
        self.files = {}
        self.left = None

    def step(self):
        if self.left is not None:
            if self.left == 0:
                raise OSError(5, "power cut")
            self.left -= 1

    def read(self, name):
        return self.files.get(name)

    def write(self, name, data):
        self.step()
        self.files[name + ".new"] = data[: len(data) // 2]
        self.step()
        self.files[name + ".new"] = data
        self.rename(name + ".new", name)

    def rename(self, old, new):
        self.step()
        self.files[new] = self.files.pop(old)


def lines():
    from support import firmware_file

    return firmware_file("offhook/settings/settings.txt")


def make(storage=None, logged=None):
    def log(level, text, *values):
        if logged is not None:
            logged.append(text % values if values else text)

    return Settings(storage or Memory(), lines, log)


def test_defaults_have_their_types():
    settings = make()
    assert not settings.get("dnd_mode") and settings.text("dnd_mode") == "off"
    assert settings.get("date_us_format") is True
    assert settings.get("action_url_queue") == 32
    assert settings.get("redirect_event") == "none"
    assert settings.get("user_expiry7") == 3600
    assert settings.get("user_name1") == ""


def test_values_are_kept_over_a_restart():
    storage = Memory()
    settings = make(storage)
    settings.set("user_name1", "100")
    settings.set("dnd_mode", "on")
    settings.set("redirect_time", "20")
    again = make(storage)
    assert again.get("user_name1") == "100"
    assert again.get("dnd_mode") is True
    assert again.get("redirect_time") == 20
    assert again.changed() == ["dnd_mode", "redirect_time", "user_name1"]


def test_a_refusal_names_setting_value_and_what_would_be_right():
    settings = make()
    for name, value, right in (
        ("dnd_mode", "maybe", "on or off"),
        ("redirect_time", "900", "a number from 1 to 120"),
        ("redirect_time", "ten", "a number from 1 to 120"),
        ("redirect_event", "always", "one of none, all, busy, time"),
        ("user_host1", "a b", "host, host:port"),
    ):
        with raises(ValueError) as caught:
            settings.set(name, value)
        text = str(caught.value)
        assert name in text and value in text and right in text, text
    assert settings.changed() == []


def test_a_private_value_is_not_repeated_in_the_refusal():
    settings = make()
    with raises(ValueError) as caught:
        settings.set("user_pass1", "s3cret\n")
    assert "s3cret" not in str(caught.value)


def test_an_unknown_setting_is_refused():
    settings = make()
    for name in (
        "user_nme1",
        "user_name0",
        "user_name13",
        "user_name",
        "fkey176",
        "",
        "user_name01",
    ):
        with raises(ValueError):
            settings.set(name, "x")


def test_an_indexed_name_may_be_written_with_brackets():
    settings = make()
    settings.set("user_uid[1]", "seven")
    assert settings.get("user_uid1") == "seven"
    assert settings.text("user_uid[1]") == "seven"


def test_several_settings_are_taken_together_or_not_at_all():
    settings = make()
    with raises(ValueError):
        settings.update({"user_name1": "100", "redirect_time": "0"})
    assert settings.get("user_name1") == ""


def test_a_broken_file_is_set_aside_and_the_last_good_one_used():
    storage, logged = Memory(), []
    settings = make(storage)
    settings.set("user_name1", "100")
    settings.set("user_name1", "101")
    storage.files["settings.json"] = b'{"user_name1": "10'
    again = make(storage, logged)
    assert again.get("user_name1") == "100"
    assert "settings.bad" in storage.files and "broken" in logged[0]


def test_a_power_cut_at_any_step_leaves_the_old_or_the_new_value():
    for steps in range(8):
        storage = Memory()
        make(storage).set("user_name1", "old")
        settings = make(storage)
        storage.left = steps
        try:
            settings.set("user_name1", "new")
            whole = True
        except ValueError:
            whole = False
            assert settings.get("user_name1") == "old"
        storage.left = None
        assert make(storage).get("user_name1") in (("new",) if whole else ("old", "new"))


def test_what_cannot_be_unset_keeps_its_value():
    storage, heard = Memory(), []
    settings = make(storage)
    settings.set("user_name1", "old")
    settings.on_change(heard.append)
    storage.left = 1
    with raises(ValueError) as caught:
        settings.unset("user_name[1]")
    assert "user_name1: not saved" in str(caught.value)
    assert settings.get("user_name1") == "old" and heard == []
    storage.left = None
    assert make(storage).get("user_name1") == "old"
    settings.unset("user_name1")
    assert settings.get("user_name1") == "" and heard == ["user_name1"]
    assert make(storage).get("user_name1") == ""


def test_listeners_hear_of_changes_only():
    settings, heard = make(), []
    settings.on_change(heard.append)
    settings.set("dnd_mode", "on")
    settings.set("dnd_mode", "on")
    settings.unset("dnd_mode")
    assert heard == ["dnd_mode", "dnd_mode"]


def test_addresses_plans_and_zones_are_refused_where_they_cannot_work():
    settings = make()
    for name, wrong, right in (
        ("dns_server1", "dns.example", "192.0.2.1"),
        ("ip_adr", "192.0.2.256", "an address such as"),
        ("mac", "0004", "12 hex digits"),
        ("dial_plan", "1[2", "patterns such as"),
        ("dial_plan", "1a", "patterns such as"),
        ("timezone", "Berlin", "POSIX"),
        ("user_host1", "http://pbx.example", "host, host:port"),
        ("user_host1", "pbx.example:99999", "host, host:port"),
        ("user_host1", "100@pbx.example", "host, host:port"),
        ("ntp_server", "a/b", "host"),
        ("user_outbound1", "<sip:pbx.example>", "sip: URI"),
    ):
        with raises(ValueError) as caught:
            settings.set(name, wrong)
        text = str(caught.value)
        assert name in text and wrong in text and right in text, text
        assert settings.get(name) in ("", "pool.ntp.org"), name
    for name, value, kept in (
        ("mac", "00:04:13-a1b2.c3", "000413A1B2C3"),
        ("dial_plan", "1xx|0[1-9]xx.|11[02]", None),
        ("timezone", "CET-1CEST,M3.5.0,M10.5.0/3", None),
        ("user_host1", "pbx_1.example:5080", None),
        ("user_outbound1", "sip:proxy.example:5080;lr;transport=tcp", None),
        ("netmask", "255.255.0.0", None),
        ("ip_adr", "", None),
    ):
        settings.set(name, value)
        assert settings.get(name) == (kept or value)


def test_every_line_of_the_catalogue_is_well_formed():
    settings = make()
    names = set()
    for row in settings.catalogue().rows():
        assert len(row) == 5, row
        assert row[0] not in names, row[0]
        names.add(row[0])
        assert row[4], row[0]
        assert settings.catalogue().spec(row[0].replace("#", "1").replace("@", "0")).name == row[0]
    assert len(names) > 100


def test_private_settings_are_those_of_the_catalogue():
    settings = make()
    for row in settings.catalogue().rows():
        name = row[0].replace("#", "1").replace("@", "0")
        assert settings.private(name) == ("p" in row[3]), name
    assert settings.private("user_pass[1]")
