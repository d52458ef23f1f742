"""Identities: from settings to accounts, and what becomes of one whose settings change."""

from phonekit import phone

from offhook import changes, identities


def _made(number=1, **settings):
    return identities.make(phone(**settings).settings.get, number)


def test_an_account_has_what_its_settings_say():
    account = _made(
        user_name1="100",
        user_host1="pbx.example:5070",
        user_pass1="hush",
        user_pname1="auth",
        user_realm1="other",
        user_realname1="Ada",
        user_outbound1="proxy.example",
        user_expiry1="120",
        user_transport1="tcp",
        privacy_out="on",
    )
    assert (account.number, account.user, account.host) == (1, "100", "pbx.example:5070")
    assert (account.password, account.auth_user, account.realm) == ("hush", "auth", "other")
    assert (account.display, account.outbound) == ("Ada", "proxy.example")
    assert (account.expires, account.transport) == (120, "tcp")
    assert account.anonymous is True and account.register is True


def test_what_is_not_set_has_its_default():
    account = _made(user_name1="100", user_host1="pbx")
    assert account.auth_user == "100" and account.realm == "" and account.expires == 3600
    assert account.anonymous is False and account.transport == "auto"


def test_nothing_registers_without_a_registrar_or_where_the_owner_does_not_want_it():
    assert _made(user_name1="100").register is False
    assert _made(user_name1="100", user_host1="pbx", user_register1="off").register is False
    assert _made(user_host1="pbx") is None
    assert _made(user_name1="100", user_host1="pbx", user_active1="off") is None


def test_each_identity_is_one_of_its_own_and_is_replaced_alone():
    made = phone(user_name1="100", user_host1="a", user_name3="300", user_host3="b")
    made.agent.accounts.clear()
    identities.begin(made)
    assert [(x.number, x.user) for x in made.agent.accounts] == [(1, "100"), (3, "300")]
    first, third = made.agent.accounts
    made.agent.changes.clear()
    made.settings.set("user_host3", "c")
    assert first in made.agent.accounts and third not in made.agent.accounts
    assert [(what, x.number, x.host) for what, x in made.agent.changes] == [
        ("remove", 3, "b"),
        ("add", 3, "c"),
    ]
    made.agent.changes.clear()
    made.settings.set("user_active1", "off")
    assert made.agent.changes == [("remove", first)]


def test_hiding_the_number_counts_for_every_identity_at_once():
    made = phone(user_name1="100", user_host1="a", user_name2="200", user_host2="b")
    made.agent.accounts.clear()
    identities.begin(made)
    for on in (True, False):
        made.settings.set("privacy_out", "on" if on else "off")
        assert [x.anonymous for x in made.agent.accounts] == [on, on]


def test_what_is_odd_about_a_key_or_an_event_is_told():
    made = phone()
    made.settings.set("action_dnd_on_url", "http://h/?a=$REMOTE")
    made.settings.set("fkey4", "active url http://h/?a=$Local")
    made.settings.set("fkey5", "active speed 201")
    assert "$REMOTE" in changes.warnings(made, "action_dnd_on_url")[0]
    assert "$Local" in changes.warnings(made, "fkey4")[0]
    for name in ("fkey5", "fkey6", "action_dnd_off_url", "user_name1"):
        assert changes.warnings(made, name) == []


def test_the_first_and_the_last_identity_are_in_use():
    made = phone(user_name1="100", user_name12="1200")
    made.agent.accounts.clear()
    identities.begin(made)
    assert [x.number for x in made.agent.accounts] == [1, 12]


def test_what_an_identity_watches_is_watched_by_the_one_that_takes_its_place():
    made = phone(user_name1="100", user_host1="a", user_mailbox1="99")
    made.agent.accounts.clear()
    identities.begin(made)
    (first,) = made.desk.watch.all
    identities.renew(made, 1)
    (second,) = made.desk.watch.all
    assert first.account is not second.account and second.account in made.agent.accounts
