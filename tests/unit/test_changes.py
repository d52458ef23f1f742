"""What a changed setting does: who registers anew, what is watched, what is refused together."""

from phonekit import phone as whole
from phonekit import said, wait
from settingskit import Memory
from support import raises

from offhook import changes
from offhook.settings import catalogue
from offhook.settings.settings import Settings
from web import passwords


class Agent:
    """Counts who was registered anew."""

    transactions = calls = ()

    def __init__(self):
        self.accounts = []
        self.added = []

    def add(self, account):
        self.added.append(account)
        self.accounts.append(account)

    def remove(self, account):
        self.accounts.remove(account)


class Phone:
    """What `changes` wants of a phone."""

    def __init__(self):
        self.settings = Settings(Memory(), lambda *_: None, changes.PLAIN)
        self.settings.relations = changes.relations(self)
        self.settings.on_change(lambda name: changes.apply(self, name))
        self.agent = Agent()
        self.desk = self.watch = self.fkeys = self
        self.all = []
        self.watched = {}
        self.completion = None
        self.targets = {}
        self.actions = self.web = self
        self.renewed = 0

    def renew(self):
        self.renewed += 1

    def set(self, name, value):
        self.targets[name] = value

    def add(self, *_):
        raise ValueError("nothing is watched here")

    def log(self, *_):
        pass

    def take(self, index):
        self.watched.pop(index, None)

    def check(self, index):
        if index > 31:
            raise ValueError("there is no key P%d" % (index + 1))


def test_an_identity_registers_anew_for_what_concerns_its_registration_only():
    phone = Phone()
    phone.settings.set("user_name1", "100")
    assert len(phone.agent.added) == 1
    for _, group in catalogue.groups():
        for each in group:
            name = each.name.replace("#", "1")
            if name == each.name or each.kind not in ("text", "secret", "number", "uri", "host"):
                continue
            before = len(phone.agent.added)
            phone.settings.set(name, "12")
            again = len(phone.agent.added) - before
            assert again == (each.users == "registration"), name
    before = len(phone.agent.added)
    phone.settings.set("user_uid1", "of a template")
    phone.settings.set("wifi_ssid1", "house")
    phone.settings.set("redirect_number", "201")
    assert len(phone.agent.added) == before


def test_an_event_takes_its_url():
    phone = Phone()
    phone.settings.set("action_dnd_on_url", "http://h/")
    assert phone.targets == {"action_dnd_on_url": "http://h/"}


def test_calls_are_forwarded_only_where_it_is_known_to_whom():
    settings = Phone().settings
    for event in ("all", "busy", "time"):
        with raises(ValueError) as caught:
            settings.set("redirect_event", event)
        assert "redirect_number" in str(caught.value) and settings.get("redirect_event") == "none"
    settings.update({"redirect_event": "all", "redirect_number": "201"})
    for texts in ({"redirect_number": None}, {"redirect_number": ""}):
        with raises(ValueError):
            settings.update(texts)
    settings.update({"redirect_event": "busy", "redirect_busy_number": "202"})
    settings.unset("redirect_number")
    with raises(ValueError):
        settings.unset("redirect_busy_number")
    settings.update({"redirect_event": "none", "redirect_busy_number": None})
    settings.set("dnd_mode", "on")


def test_only_a_hash_of_the_pages_password_is_kept_and_it_holds_the_user():
    phone = Phone()
    settings = phone.settings
    settings.set("http_pass", "correct horse")
    assert phone.renewed == 1
    first = settings.get("http_pass")
    assert "horse" not in first and passwords.stored(first)
    with raises(ValueError) as caught:
        settings.set("http_user", "root")
    assert "http_pass in the same change" in str(caught.value)
    assert settings.get("http_user") == "admin"
    settings.update({"http_user": "root", "http_pass": "correct horse"})
    assert settings.get("http_user") == "root" and settings.get("http_pass") != first
    with raises(ValueError) as caught:
        settings.update({"http_user": "", "http_pass": "x"})
    assert "http_user" in str(caught.value)


def test_a_key_that_the_phone_does_not_have_is_refused_but_may_be_cleared():
    phone = Phone()
    for name in ("fkey32", "fkey[32]", "fkey_longpress40"):
        with raises(ValueError) as caught:
            phone.settings.set(name, "on" if "long" in name else "active speed 201")
        assert "there is no key P" in str(caught.value), name
    phone.settings.set("fkey31", "active speed 201")
    phone.settings.set("fkey32", "")
    phone.settings.set("fkey_longpress40", "off")


# -- on a whole phone -----------------------------------------------------------------------------


def _told(made):
    """Return the list of the events that are fired from now on, by their short names."""
    told = []
    made.actions.fire = lambda event, context=None: told.append(event[7:-4])
    return told


def _dialled(made):
    """Return whom the phone has called by itself, one after the other; each is ended."""
    found = []
    for _ in range(4):
        wait(made, 3000)
        for call in list(made.agent.calls):
            found.append(call.remote.partition("@")[0])
            call.hangup()
    return found


def test_do_not_disturb_is_an_event_and_a_code_each_way():
    made = whole(dnd_on_code="*78", dnd_off_code="*79")
    told = _told(made)
    for text, event, code in (("on", "dnd_on", "*78"), ("off", "dnd_off", "*79")):
        made.settings.set("dnd_mode", text)
        assert told == [event] and _dialled(made) == [code]
        told.clear()


def test_forwarding_is_an_event_and_codes_off_for_what_was_and_on_for_what_is():
    made = whole(
        redirect_always_on_code="*72",
        redirect_always_off_code="*73",
        redirect_busy_on_code="*90",
        redirect_busy_off_code="*91",
    )
    for texts, event, codes in (
        ({"redirect_event": "all", "redirect_number": "201"}, "on", ["*72201"]),
        ({"redirect_event": "busy", "redirect_busy_number": "202"}, "on", ["*73", "*90202"]),
        ({"redirect_event": "none"}, "off", ["*91"]),
        ({"redirect_event": "time", "redirect_time_number": "203"}, "on", []),  # has no code
        ({"redirect_event": "none"}, "off", []),
    ):
        told = _told(made)
        made.settings.update(texts)
        assert [x for x in told if x[:11] == "redirection"] == ["redirection_" + event], texts
        assert _dialled(made) == codes, texts


def test_a_phone_that_has_not_begun_dials_no_codes():
    made = whole(dnd_on_code="*78")
    made.agent = None
    made.settings.set("dnd_mode", "on")
    wait(made, 3000)
    assert made.desk.codes == [] and made.desk.agent.calls == []


def test_a_url_that_cannot_be_is_refused_and_the_old_one_stays():
    made = whole()
    for name, good, bad in (
        ("action_dnd_on_url", "http://h/", "http://$mac/x"),
        ("fkey4", "active url http://h/", "active url http://$mac/x"),
        ("fkey4", "active speed 201", "active url ftp://h/"),
    ):
        made.settings.set(name, good)
        for text in (bad, good.replace("http", "gopher") if "http" in good else bad):
            with raises(ValueError):
                made.settings.set(name, text)
            assert made.settings.get(name) == good
    assert made.fkeys.entry(4).kind == "speed"


def test_what_a_key_watches_follows_its_setting_and_so_does_a_mailbox():
    made = whole()
    log = made.desk.watch.log
    made.settings.set("fkey5", "active speed 201")
    assert log == []
    made.settings.set("fkey5", "active blf 201")
    assert log == ["add 201"]
    made.settings.set("fkey6", "active blf 202")
    made.settings.set("fkey5", "active speed 201")
    assert log == ["add 201", "add 202", "remove 201"]
    log.clear()
    made.settings.set("user_mailbox1", "99")
    (account,) = made.agent.accounts
    assert log == ["add " + account.uri]
    made.settings.update({"user_name1": "100", "user_host1": "other"})  # another account
    log.clear()
    made.settings.set("user_host1", "third")
    (account,) = made.agent.accounts
    assert "add " + account.uri in log and account.host == "third"
    assert [x.account for x in made.desk.watch.all] == [account, account]  # P7's, the mailbox's
    made.settings.unset("user_mailbox1")
    assert log[-1] == "remove " + account.uri


def test_the_level_of_the_log_counts_at_once():
    made = whole()
    made.settings.set("log_level", "9")
    made.log(9, "fine")
    made.settings.set("log_level", "0")
    made.log(1, "coarse")
    assert [x[-4:] for x in made.log.lines()[-1:]] == ["fine"]


def test_pages_over_tls_are_taken_with_a_warning_that_there_is_none():
    made = whole()
    for kind, why in (("http_https", "over HTTP only"), ("https", "not served at all")):
        (text,) = said(made, "set webserver_type " + kind)["warnings"]
        assert text.startswith("webserver_type: ") and why in text
    for kind in ("http", "off"):
        assert "warnings" not in said(made, "set webserver_type " + kind)


def test_a_keys_label_is_shown_as_soon_as_it_is_set():
    made = whole(fkey_label4="Lager")
    made.parts.display.rows = 12
    for text in ("Lager", "Tor", ""):
        made.settings.set("fkey_label4", text)
        wait(made, 10)
        labels = [x for x in made.parts.display.lines if x.startswith("P5")]
        assert labels == (["P5 " + text] if text else [])
