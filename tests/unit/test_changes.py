"""What a changed setting does: who registers anew, what is watched, what is refused together."""

from support import raises
from test_settings import Memory

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
