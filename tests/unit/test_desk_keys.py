"""Keys: names in one place, function keys of every type, BLF, keys by software."""

from deskkit import Account, Office, Subscription
from support import raises

from offhook.keys import blf, names, press, soft_keys
from offhook.keys.fkey_types import Entry, parse
from offhook.keys.function_keys import FunctionKeys

# -- names ------------------------------------------------------------------------------------


def test_every_key_that_acts_has_a_name_and_a_label():
    for name in press.KEYS:
        assert names.own(name) == name and names.LABELS[name]
    for name in names.LABELS:
        assert name in press.KEYS or name in ("F1", "F2", "F3", "F4", "NONE"), name


def test_names_of_others_and_the_form_of_snom_are_the_same_key():
    for said, own in (
        ("F_HOLD", "HOLD"),
        ("F_R", "HOLD"),
        ("R", "HOLD"),
        ("OK", "ENTER"),
        ("F_OK", "ENTER"),
        ("CLOSE", "CANCEL"),
        ("DISCONNECT", "CANCEL"),
        ("F_RETRIEVE", "MESSAGE"),
        ("F_REGS", "NEXT_ID"),
        ("F1", "F1"),
        ("5", "5"),
        ("#", "#"),
        ("+", "+"),
        ("hold", None),
        ("F_", None),
        ("", None),
        (" ", None),
        ("F_F_HOLD", None),
        ("x", None),
        ("HOOK", None),
    ):
        assert names.own(said) == own, said


def test_function_keys_are_numbered_from_one():
    for name, index in (
        ("P1", 0),
        ("P32", 31),
        ("P144", 143),
        ("P0", None),
        ("P01", None),
        ("P", None),
        ("p1", None),
        ("PX", None),
    ):
        assert names.function_key(name) == index, name


def test_an_unknown_key_does_nothing():
    office = Office()
    office.press("NOSUCH", "F_NONE", "F1", "P")
    assert office.events() == [] and office.desk.notice == ""


# -- settings of function keys ----------------------------------------------------------------


def test_a_key_is_context_type_argument():
    for text, entry in (
        ("active speed 201", Entry("active", "speed", "201")),
        ("3 line", Entry("3", "line", "")),
        ("none", Entry("active", "none", "")),
        ("active keyevent F_DND", Entry("active", "keyevent", "DND")),
        ("active keyevent DND", Entry("active", "keyevent", "DND")),
        ("active keyevent 5", Entry("active", "keyevent", "5")),
        ("1 blf &lt;sip:143@h;user=phone&gt;|*8", Entry("1", "blf", "<sip:143@h;user=phone>|*8")),
        ("active  url   http://h/a b", Entry("active", "url", "http://h/a b")),
        ("active url http://h/&amp;x", Entry("active", "url", "http://h/&amp;x")),
        ("active speed +49 30 555-12", Entry("active", "speed", "+49 30 555-12")),
        ("active transfer", Entry("active", "transfer", "")),
        ("active orbit", Entry("active", "orbit", "")),
        ("active redirect", Entry("active", "redirect", "")),
        ("active autoanswer", Entry("active", "autoanswer", "")),
    ):
        assert parse(text) == entry, text
    assert parse("") is None and parse("  ") is None


def test_what_could_not_work_is_refused_with_what_would_be_right():
    for text, told in (
        ("speed", "CONTEXT TYPE ARGUMENT"),
        ("0 line", "active or an identity's number"),
        ("13 line", "active or an identity's number"),
        ("x line", "active or an identity's number"),
        ("active sped 201", "speed"),
        ("active speed", "wants an argument"),
        ("active keyevent F_NOSUCH", "F_DND"),
        ("active keyevent", "wants an argument"),
        ("active blf", "wants an argument"),
        ("active dest", "wants an argument"),
        ("active icom ", "wants an argument"),
        ("active dtmf", "wants an argument"),
        ("active url", "wants an argument"),
        ("active speed 0800 FLOWERS", "is no number"),
        ("active blf <a b@h>", "is no number"),
        ("active transfer foo bar", "is no number"),
        ("active url http:secret@h/ x:pass@y", ""),
    ):
        try:
            parse(text)
            assert not told, text
        except ValueError as error:
            assert told in str(error) and "pass" not in str(error), text


def test_a_key_that_the_phone_does_not_have_is_refused():
    office = Office()
    office.fkeys.count = 4
    office.fkeys.check(31)
    with raises(ValueError) as caught:
        office.fkeys.check(32)
    assert "P33" in str(caught.value) and "fkey0 to fkey31" in str(caught.value)
    office.fkeys.count = 50
    office.fkeys.check(49)
    with raises(ValueError):
        office.fkeys.check(50)


def test_the_boards_layout_and_four_lines_are_what_nobody_has_set():
    office = Office(fkey4="active speed 201", fkey6="none")
    layout = {4: "keyevent F_HOLD", 5: "keyevent F_OK", 6: "keyevent F_DND"}
    fkeys = FunctionKeys(office.settings, office.actions, office.timers, layout)
    fkeys.take(4)
    fkeys.take(6)
    kinds = [(x.kind, x.argument) for x in [fkeys.entry(index) for index in range(8)]]
    assert kinds == [("line", "")] * 4 + [
        ("speed", "201"),
        ("keyevent", "ENTER"),
        ("none", ""),
        ("none", ""),
    ]


def test_a_setting_taken_back_gives_the_key_its_old_meaning():
    office = Office(fkey0="active blf 201")
    assert 0 in office.fkeys.watched
    office.settings.set("fkey0", "")
    office.fkeys.take(0)
    assert office.fkeys.entry(0).kind == "line" and office.fkeys.watched == {}


# -- pressing them ----------------------------------------------------------------------------


def test_a_line_key_dials_holds_takes_back_and_answers():
    office = Office()
    office.press("P2")
    assert office.desk.dialling and office.desk.audio == "speaker"
    office.press("2", "0", "1", "ENTER")
    call = office.agent.calls[0]
    assert office.desk.of(call).key == "P2" and not office.desk.dialling
    office.does(call.connect)
    office.press("P2")
    assert call.state == "held"
    office.press("P2")
    assert call.state == "connected"
    other = office.arrives("300")
    office.press(office.desk.of(other).key)
    assert (call.state, other.state) == ("held", "connected")


def test_a_line_key_dials_a_number_that_was_typed_on_hook():
    office = Office()
    office.press("2", "0", "P3")
    assert office.desk.of(office.agent.calls[0]).key == "P3"
    assert office.agent.calls[0].remote == "20@pbx"


def test_lines_of_another_identity_are_not_taken():
    office = Office(fkey0="2 line", fkey1="1 line", fkey2="none", fkey3="none")
    call = office.arrives()
    assert office.desk.of(call).key == "P2"
    assert office.desk.of(office.arrives("202")).key is None, "no line is left"


def test_a_speed_key_takes_a_line_and_a_dest_key_keeps_its_call():
    office = Office(fkey4="active speed 201", fkey5="active dest (030) 555-1")
    office.press("P5")
    assert office.desk.of(office.agent.calls[0]).key == "P1"
    office.press("CANCEL", "P6")
    call = office.agent.calls[0]
    assert office.desk.of(call).key == "P6" and call.remote == "0305551@pbx"
    office.does(call.connect)
    office.press("P6")
    assert call.state == "held" and len(office.agent.calls) == 1, "its key is the call's now"
    office.press("P6")
    assert call.state == "connected" and len(office.agent.calls) == 1


def test_types_for_a_call():
    office = Office(fkey4="active dtmf 12#", fkey5="active orbit 700", fkey6="active icom 205")
    office.press("P5")
    assert office.agent.calls == []
    office.press("P6")
    assert office.agent.calls[0].remote == "700@pbx"
    office.press("CANCEL", "P7")
    assert office.agent.calls[0].headers == {"Call-Info": "<sip:intercom>;answer-after=0"}
    office.press("CANCEL")
    call = office.talk()
    office.press("P5", "P6")
    assert call.done == ["dtmf 1", "dtmf 2", "dtmf #", ("transfer", "700")]


def test_types_that_switch():
    office = Office(
        fkey4="active redirect 300",
        fkey5="active autoanswer",
        fkey6="active keyevent F_DND",
        fkey7="active keyevent F_REDIRECT",
        fkey8="none",
    )
    get = office.settings.get
    office.press("P5")
    assert (get("redirect_event"), get("redirect_number")) == ("all", "300")
    office.press("P8")
    assert get("redirect_event") == "none"
    office.press("P8")
    assert get("redirect_event") == "all", "to the number of the settings"
    office.press("P6", "P7", "P9")
    assert get("autoanswer") is True and get("dnd_mode") is True
    office.press("P6", "P7")
    assert get("autoanswer") is False and get("dnd_mode") is False


def test_forwarding_without_a_number_is_said():
    office = Office(fkey4="active keyevent F_REDIRECT")
    office.press("P5")
    assert office.desk.notice == "No number set"
    assert office.settings.get("redirect_event") == "none"


def test_a_url_key_sends_with_the_call_that_goes_on():
    office = Office(fkey4="active url http://h/?c=$call-id")
    office.press("P5")
    assert office.told[-1].call is None and office.told[-1].key == "P5"
    held = office.talk()
    office.press("HOLD", "P5")
    assert office.told[-1].call is held
    rings = office.arrives("202")
    office.press("P5")
    assert office.told[-1].call is rings


def test_a_url_key_blinks_while_under_way_and_shows_each_failure_for_two_seconds():
    office = Office(fkey4="active url http://h/")
    office.press("P5", "P5", "P5")
    done = [x[2] for x in office.actions.sent]
    assert office.lamp("P5") == "slow"
    done[0](True)
    assert office.lamp("P5") == "slow", "two are still under way"
    done[1](False)
    assert office.lamp("P5") == "fast"
    office.run(1500)
    done[2](False)
    office.run(1900)
    assert office.lamp("P5") == "fast", "the second failure has its whole two seconds"
    office.run(100)
    assert office.lamp("P5") == "off"


def test_a_success_does_not_hide_the_failure_before_it():
    office = Office(fkey4="active url http://h/")
    office.press("P5", "P5")
    office.actions.sent[0][2](False)
    office.actions.sent[1][2](True)
    office.run(1900)
    assert office.lamp("P5") == "fast"
    office.run(100)
    assert office.lamp("P5") == "off"


def test_a_key_held_for_two_seconds_is_an_event_beside_its_press():
    office = Office(fkey4="active url http://h/")
    office.keys.on_key("P5", True)
    office.run(1900)
    assert office.events() == ["P5"]
    office.run(200)
    told = office.told[0]
    assert told.event == "action_longpress_url" and told.values["longpress_key"] == "P5"
    office.keys.on_key("P5", False)
    office.run()
    assert office.events() == ["longpress"]


def test_with_long_presses_a_key_acts_when_it_is_let_go():
    office = Office(fkey4="active url http://h/", fkey_longpress4=True)
    office.keys.on_key("P5", True)
    office.run(1900)
    assert office.events() == []
    office.keys.on_key("P5", False)
    assert office.events() == ["P5"]
    office.keys.on_key("P5", True)
    office.run(2000)
    office.keys.on_key("P5", False)
    assert office.events() == ["longpress"]
    office.keys.on_key("P5", False)
    assert office.events() == [], "a release without a press is nothing"


# -- other keys -------------------------------------------------------------------------------


def test_volume_keys_change_what_is_heard_within_its_bounds():
    office = Office()
    office.press("VOLUME_UP")
    assert office.settings.get("vol_ringer") == "9" and office.desk.notice == "Volume 9"
    office.settings.set("vol_ringer", 15)
    office.press("VOLUME_UP")
    assert office.settings.get("vol_ringer") == "15"
    office.talk()
    office.settings.set("vol_speaker", 0)
    office.press("VOLUME_DOWN")
    assert office.settings.get("vol_speaker") == "0"


def test_the_next_identity_is_the_active_line_and_the_last_is_followed_by_the_first():
    office = Office()
    office.agent.accounts += [Account(3, "103"), Account(7, "107")]
    lines = []
    for key in ("F_NEXT_ID", "F_REGS", "F_NEXT_ID", "F_PREV_ID"):
        office.press(key)
        lines.append(office.settings.get("active_line"))
        office.settings.set("active_line", int(lines[-1]))
    assert lines == ["3", "7", "1", "7"]
    office.agent.accounts = []
    office.press("F_NEXT_ID")
    assert office.settings.get("active_line") == 7


def test_the_message_key_calls_the_mailbox_where_there_is_one():
    office = Office()
    office.press("MESSAGE")
    assert office.agent.calls == []
    office.settings.set("user_mailbox1", "*98")
    office.press("F_RETRIEVE")
    assert office.agent.calls[0].remote == "*98@pbx"


def test_help_tells_who_this_phone_is():
    office = Office()
    office.press("F_HELP")
    assert office.desk.notice == "192.0.2.1 0.1.0"


def test_a_restart_waits_for_the_end_of_the_calls():
    office = Office()
    call = office.talk()
    office.press("F_REBOOT")
    office.run(10_000)
    assert "reset" not in office.logged
    office.does(call.over, "remote")
    office.run(2000)
    assert office.logged.count("reset") == 1


def test_offhook_and_onhook_lift_and_put_back_once():
    office = Office()
    office.press("ONHOOK")
    assert office.events() == []
    office.press("OFFHOOK", "OFFHOOK")
    assert office.events() == ["offhook"] and office.desk.off_hook
    office.press("ONHOOK", "ONHOOK")
    assert office.events() == ["onhook"]


# -- BLF --------------------------------------------------------------------------------------


def _blf(**settings):
    office = Office(
        fkey4="active blf 205", fkey5="active blf <sip:206@h;user=phone>|*9", **settings
    )
    blf.renew(office.desk, office.fkeys)
    return office, office.fkeys.watched[4], office.fkeys.watched[5]


def test_what_keys_and_mailboxes_want_is_watched_once():
    office, first, second = _blf(user_mailbox1="*98")
    assert [x.target for x in office.desk.watch.all] == ["205", "sip:206@h", "sip:100@pbx"]
    blf.renew(office.desk, office.fkeys)
    assert len(office.desk.watch.log) == 3 and office.fkeys.watched[4] is first


def test_two_keys_for_one_extension_share_its_subscription():
    office = Office(fkey4="active blf 205", fkey5="1 blf 205")
    blf.renew(office.desk, office.fkeys)
    assert len(office.desk.watch.all) == 1
    assert office.fkeys.watched[4] is office.fkeys.watched[5]


def test_what_is_wanted_no_more_is_ended_or_forgotten_with_its_identity():
    office, _, _ = _blf()
    office.settings.set("fkey4", "")
    office.fkeys.take(4)
    blf.renew(office.desk, office.fkeys)
    assert office.desk.watch.log[-1] == "remove 205"
    office.agent.accounts = [Account()]
    blf.renew(office.desk, office.fkeys)
    assert "forget sip:206@h" in office.desk.watch.log


def test_what_waits_for_somebody_to_be_free_is_not_ended_by_what_keys_want():
    office, first, _ = _blf()
    waiting = office.desk.watch.add(office.agent.accounts[0], "207", "dialog")
    office.desk.completion = type("Completion", (), {"subscription": waiting})
    blf.renew(office.desk, office.fkeys)
    assert waiting in office.desk.watch.all
    office.desk.completion = None
    blf.renew(office.desk, office.fkeys)
    assert waiting not in office.desk.watch.all and first in office.desk.watch.all


def test_too_many_subscriptions_leave_the_key_dark_and_are_told():
    office = Office(fkey4="active blf 205")
    office.desk.watch.most = 0
    blf.renew(office.desk, office.fkeys)
    assert office.fkeys.watched[4] is None and any("too many" in x for x in office.logged)
    office.press("P5")
    assert office.agent.calls[0].remote == "205@pbx"


def test_a_blf_key_calls_who_is_idle_or_busy():
    for state in (None, "idle", "busy"):
        office, first, _ = _blf()
        first.state = state
        office.press("P5")
        assert office.agent.calls[0].remote == "205@pbx", state


def test_a_blf_key_that_rings_dials_the_pick_up_code_with_the_number():
    office, first, second = _blf(pickup_code="*8")
    first.state = second.state = "ringing"
    office.press("P5")
    assert office.agent.calls[0].remote == "*8205@pbx"
    office.press("CANCEL", "P6")
    assert office.agent.calls[0].remote == "*9206@pbx", "the key's own code comes first"


def test_a_blf_key_that_rings_takes_the_call_over_where_its_ids_are_known():
    office, first, _ = _blf()
    first.state = "ringing"
    found = blf.pickup
    blf.pickup = lambda subscription: ("sip:205@pbx", "c1;to-tag=l;from-tag=r;early-only")
    try:
        office.press("P5")
    finally:
        blf.pickup = found
    assert office.agent.calls[0].headers == {
        "Replaces": "c1;to-tag=l;from-tag=r;early-only",
        "Require": "replaces",
    }


def test_a_blf_key_that_rings_without_ids_and_code_says_so_and_calls_nobody():
    office, first, _ = _blf()
    first.state = "ringing"
    office.press("P5")
    assert office.agent.calls == [] and office.desk.notice == "Set pickup_code"


# -- keys by software -------------------------------------------------------------------------


class Board:
    """The inputs of a board that has the keys `names`."""

    def __init__(self, office, keys):
        self.input = self
        self.keys = office.keys
        self.parts = [(self, None)]
        self.irq = None
        self.held = {}
        self._names = keys

    def names(self):
        return self._names


def test_a_phone_has_its_boards_keys_and_those_that_every_phone_has():
    board = Board(Office(), ["P40", "X9"])
    for name in ("P1", "P32", "P40", "X9", "HOOK", "F_HOLD", "OK", "5", "#"):
        assert soft_keys.there(board, name), name
    for name in ("P33", "P0", "foo", "", " ", "F_"):
        assert not soft_keys.there(board, name), name


def test_an_unknown_key_is_refused_and_presses_nothing():
    office = Office()
    board = Board(office, [])
    board.parts = []
    with raises(ValueError):
        soft_keys.hold(board, "foo", True)
    soft_keys.hold(board, "HOOK", True)
    assert office.desk.off_hook


# -- what the agent reports beside calls ------------------------------------------------------


def test_registrations_are_told_with_their_identity():
    office = Office()
    account = office.agent.accounts[0]
    account.reason = "403 Forbidden"
    for kind, event in (
        ("registered", "log_on"),
        ("unregistered", "log_off"),
        ("reg_failed", "reg_failed"),
    ):
        office.does(office.agent.listener, kind, account)
        context = office.told[-1].values["context"]
        assert context.account is account and office.events() == [event]
    assert any("403 Forbidden" in line for line in office.logged)


def test_waiting_messages_and_notifies_are_taken():
    office = Office()
    account = office.agent.accounts[0]
    office.does(office.agent.listener, "mwi", account, new=3, old=1)
    assert office.desk.messages == 3 and "Messages: 3" in office.lines()
    subscription = Subscription(account, "205", "dialog")
    office.does(office.agent.listener, "notify", subscription)
    assert office.told[-1].values["context"].account is account
    assert office.events() == ["received_subscr_notify"]


def test_a_report_that_nobody_knows_is_nothing():
    office = Office()
    office.does(office.agent.listener, "nosuch", None)
    assert office.events() == [] and office.logged == []


def test_check_sync_restarts_or_fetches_settings_where_the_setting_allows_it():
    for allowed, wanted, restarts, fetches in (
        (True, True, 1, 0),
        (False, True, 0, 0),
        (True, False, 0, 1),
        (False, False, 0, 0),
    ):
        office, fetched = Office(allow_check_sync=allowed), []
        office.desk.resync = lambda fetched=fetched: fetched.append(1)
        account = office.agent.accounts[0]
        office.does(office.agent.listener, "checksync", account, reboot=wanted)
        assert office.logged.count("reset") == restarts and len(fetched) == fetches


def test_check_sync_without_end_fetches_twice_a_minute_and_waits_with_one_timer():
    office, fetched = Office(allow_check_sync=True), []
    office.desk.resync = lambda: fetched.append(office.clock.ms())
    account = office.agent.accounts[0]
    for _ in range(100):
        office.does(office.agent.listener, "checksync", account, reboot=False)
        office.run(1000)
    assert len(fetched) == 4, fetched
    office.run(60_000)
    assert len(fetched) == 5, "the last one counts, once"
    office.run(600_000)
    office.does(office.agent.listener, "checksync", account, reboot=False)
    assert len(fetched) == 6 and fetched[5] == office.clock.ms()
    before = len(office.timers)
    call = office.talk()
    for _ in range(100):
        office.does(office.agent.listener, "checksync", account, reboot=True)
    assert "reset" not in office.logged and len(office.timers) < before + 5
    call.hangup()
    office.run(3000)
    assert office.logged.count("reset") == 1


# -- variables --------------------------------------------------------------------------------


def test_variables_of_the_phone_have_a_value_without_a_call():
    office = Office(active_line=2)
    office.agent.accounts.append(Account(2, "102"))

    def value(name):
        return office.variables.value(name, "", office.desk.context(None, "P5"))

    assert value("active_url") == "sip:102@pbx"
    assert (value("active_user"), value("active_host")) == ("102", "pbx")
    assert (value("phone_ip"), value("local_ip")) == ("192.0.2.1", "192.0.2.1")
    assert (value("active_key"), value("nr_ongoing_calls")) == ("P5", "0")
    assert value("expansion_module") == "D7"
    office.settings.set("expansion_module", "mine")
    assert value("expansion_module") == "mine"
    for name in ("remote", "call-id", "duration", "longpress_key", "context_url", "nosuch"):
        assert value(name) is None, name


def test_variables_of_a_call():
    office = Office()
    call = office.arrives("201", local_display="Desk", cancel_reason="SIP;cause=200")
    call.invite = type("Invite", (), {"header": lambda self, name: "<%s>" % name})()
    context = office.desk.context(call)

    def value(name, argument=""):
        return office.variables.value(name, argument, context)

    assert (value("local"), value("remote")) == ("100@pbx", "201@pbx")
    assert (value("display_local"), value("call-id")) == ("Desk", call.call_id)
    assert (value("csta_id"), value("active_key")) == (str(call.id), "P1")
    assert value("sip_header", "X-A") == "<x-a>"
    assert value("cancel_reason") is None, "it goes on"
    office.does(call.over, "remote")
    assert value("cancel_reason") == "SIP;cause=200"
    office.settings.set("action_url_uri_scheme", True)
    assert (value("local"), value("remote")) == ("sip:100@pbx", "sip:201@pbx")
    mine = office.agent.call(office.agent.accounts[0], "300")
    context = office.desk.context(mine)
    assert value("sip_header", "X-A") is None and value("call_direction") == "out"


def test_keys_of_the_board_pass_its_debouncing_and_wake_its_part():
    office = Office()

    class Flag:
        count = 0

        def set(self):
            self.count += 1

    class Part:
        def __init__(self, *keys):
            self.names = keys
            self.irq = Flag()

    board = Board(office, ["P5", "1"])
    first, second = Part("P5"), Part("1")
    board.parts = [(first, None), (second, None)]
    soft_keys.hold(board, "P5", True)
    assert board.held == {"P5": True}
    assert (first.irq.count, second.irq.count) == (1, 0), "only the part that has it"
    soft_keys.hold(board, "P5", False)
    assert board.held == {} and first.irq.count == 2
    assert office.events() == [], "its input tells it later"


def test_every_key_press_is_shown_at_once():
    office = Office()
    office.run(10)
    office.keys.on_key("2", True)
    office.run()
    assert office.part.shown == ["Dial: 2"]


# -- keys at their bounds ---------------------------------------------------------------------


def test_which_types_want_an_argument_and_which_may_have_one():
    wanting = "speed dest url keyevent dtmf icom blf".split()
    for kind in "none line speed dest url keyevent dtmf transfer redirect autoanswer".split() + [
        "icom",
        "orbit",
        "blf",
    ]:
        try:
            assert parse("2 " + kind) == Entry("2", kind, "") and kind not in wanting
        except ValueError as error:
            assert kind in wanting and str(error) == "type %s wants an argument" % kind
        assert parse("active %s 5" % kind) == Entry("active", kind, "5"), kind


def test_identities_of_a_key_are_1_to_12():
    for context, good in (("1", True), ("12", True), ("0", False), ("13", False), ("-1", False)):
        try:
            assert parse(context + " line").context == context and good
        except ValueError as error:
            assert not good and "context '%s'" % context in str(error)


def test_a_keyevent_takes_each_key_and_digit_and_nothing_else():
    for name in names.events():
        assert parse("active keyevent " + name).argument == names.own(name)
        assert name.startswith("F_") and not name.startswith("F_F")
    assert len(set(names.events())) == len(names.LABELS) + len(names.ALIASES) - 4  # F1 to F4
    for digit in names.DIGITS:
        assert parse("active keyevent " + digit).argument == digit
    with raises(ValueError):
        parse("active keyevent P1")


def test_a_key_is_long_from_two_seconds_on():
    for ms, told in ((1999, []), (2000, ["longpress"])):
        office = Office(fkey4="none")
        office.keys.on_key("P5", True)
        office.run(ms)
        office.keys.on_key("P5", False)
        office.run(5000)
        assert office.events() == told, ms


def test_a_free_line_key_in_a_call_holds_it_and_gives_a_dial_tone():
    office = Office()
    call = office.talk()
    office.desk.audio = ""
    office.press("P3")
    assert call.state == "held" and office.desk.dialling and office.desk.audio == "speaker"
    office.press("3", "ENTER")
    assert office.desk.of(office.agent.calls[-1]).key == "P3"


def test_the_line_key_of_a_call_that_rings_there_does_nothing():
    office = Office()
    office.press("P2", "3", "ENTER")
    call = office.agent.calls[0]
    for _ in range(2):
        office.press("P2")
        assert call.state in ("calling", "ringing") and call.done == []
        assert not office.desk.dialling and len(office.agent.calls) == 1
        office.does(call.alert)


def test_a_key_for_a_number_uses_the_identity_that_it_names_else_the_active_one():
    for text, number in (
        ("1 speed 201", 1),
        ("2 speed 201", 2),
        ("active speed 201", 2),
        ("2 icom 201", 2),
        ("1 dest 201", 1),
        ("active dest 201", 2),
        ("7 speed 201", 2),  # which is not there
        ("1 orbit 201", None),
    ):
        office = Office(active_line=2, fkey4=text)
        office.agent.accounts.append(Account(2, "102"))
        office.press("P5")
        assert number in (None, office.agent.calls[0].account.number), text


def test_keys_for_a_call_touch_only_one_that_was_answered():
    for text in ("active dtmf 12", "active transfer 300"):
        office = Office(fkey4=text)
        office.press("2", "ENTER")
        call = office.agent.calls[0]
        office.does(call.alert)
        office.press("P5")
        assert call.done == [] and call.state == "ringing", text
        office.does(call.connect)
        office.press("P5")
        assert call.done != [], text
    office = Office(fkey4="active orbit 700")
    call = office.talk()
    office.press("HOLD", "P5")
    assert call.done == [] and office.agent.calls[-1].remote == "700@pbx", "nobody is moved"


def test_a_url_key_belongs_to_the_call_that_is_heard_before_one_that_waits():
    office = Office(fkey4="active url http://h/")
    heard = office.talk("201")
    office.arrives("202")
    office.press("P5")
    assert office.told[-1].call is heard
    assert office.actions.sent[0][0] == ("parsed", "http://h/")


def test_a_board_with_fewer_keys_has_32_by_software_and_one_with_more_has_all():
    office = Office()
    for count, last in ((0, 31), (31, 31), (32, 31), (33, 32), (144, 143)):
        office.fkeys.count = count
        office.fkeys.check(last)
        with raises(ValueError) as caught:
            office.fkeys.check(last + 1)
        told = "there is no key P%d; this phone has P1 to P%d, fkey0 to fkey%d"
        assert str(caught.value) == told % (last + 2, last + 1, last)


def test_a_call_is_bound_to_the_first_line_of_its_identity_that_is_free():
    office = Office(fkey1="2 line", fkey2="none", fkey4="active line")
    first, second = office.agent.accounts[0], Account(2, "102")
    free = office.fkeys.free
    assert [free([], first), free(["P1"], first), free(["P1", "P4"], first)] == ["P1", "P4", "P5"]
    assert free(["P1"], second) == "P2" and free(["P1", "P4", "P5"], first) is None
    office.fkeys.count = 4
    assert free(["P1", "P4"], first) is None, "the board has no more keys"
    assert [office.fkeys.context(x) for x in ("P1", "P2", "P3")] == ["active", "2", "active"]
    assert (office.fkeys.place("P2"), office.fkeys.place("HOLD")) == (1, None)


def test_the_mailbox_of_an_identity_without_a_server_is_not_watched():
    office = Office(user_mailbox1="*98", user_mailbox2="*97", user_mailbox3="")
    office.agent.accounts += [Account(2, "102", ""), Account(3, "103")]
    blf.renew(office.desk, office.fkeys)
    assert office.desk.watch.log == ["add sip:100@pbx"]
    assert office.desk.watch.all[0].event == "message-summary"


def test_a_blf_key_belongs_to_its_identity_and_is_dark_without_one():
    office = Office(fkey4="2 blf 205", fkey5="3 blf 206")
    second = Account(2, "102")
    office.agent.accounts.append(second)
    blf.renew(office.desk, office.fkeys)
    assert [(x.account, x.target) for x in office.desk.watch.all] == [(second, "205")]
    assert office.fkeys.watched[5] is None
    office.fkeys.watched[4].state = "idle"
    office.press("P5")
    assert office.agent.calls[0].account is second
    office.press("CANCEL")
    office.settings.set("pickup_code", "*8")
    office.fkeys.watched[4].state = "ringing"
    office.press("P5")
    assert office.agent.calls[0].account is second and office.agent.calls[0].remote == "*8205@pbx"


def test_the_same_extension_of_two_identities_is_watched_by_each():
    office = Office(fkey4="1 blf 205", fkey5="2 blf 205")
    office.agent.accounts.append(Account(2, "102"))
    blf.renew(office.desk, office.fkeys)
    assert [x.account.number for x in office.desk.watch.all] == [1, 2]
    office.settings.set("fkey4", "none")
    office.fkeys.take(4)
    blf.renew(office.desk, office.fkeys)
    assert [x.account.number for x in office.desk.watch.all] == [2]
    assert office.desk.watch.log == ["add 205", "add 205", "remove 205"]


def test_keys_of_a_board_without_interrupts_are_held_too():
    board = Board(Office(), ["P5"])
    board.parts = [(type("P", (), {"names": ["P5"], "irq": None}), None)]
    soft_keys.hold(board, "P5", True)
    assert board.held == {"P5": True}
    soft_keys.hold(board, "P5", False)
    soft_keys.hold(board, "P5", False)
    assert board.held == {}


def test_the_last_of_a_phones_keys_by_software_acts_and_the_next_is_refused():
    office = Office(fkey31="active keyevent F_MUTE")
    board = Board(office, [])
    board.parts = []
    office.talk()
    soft_keys.hold(board, "P32", True)
    soft_keys.hold(board, "P32", False)
    assert office.desk.muted
    with raises(ValueError):
        soft_keys.hold(board, "P33", True)


def test_volume_is_between_0_and_15_and_of_what_is_open():
    for audio, name in (
        ("", "vol_ringer"),
        ("handset", "vol_handset"),
        ("headset", "vol_headset"),
    ):
        for before, key, after in (
            (0, "VOLUME_DOWN", "0"),
            (1, "VOLUME_DOWN", "0"),
            (14, "VOLUME_UP", "15"),
            (15, "VOLUME_UP", "15"),
            (7, "VOLUME_UP", "8"),
            (7, "VOLUME_DOWN", "6"),
        ):
            office = Office(**{name: before})
            office.desk.audio = audio
            office.press(key)
            assert office.settings.get(name) == after, (audio, before, key)
            assert office.desk.notice == "Volume " + after


def test_keys_open_hang_up_and_switch_over_what_one_speaks_into():
    office = Office()
    for keys, audio, dialling in (
        (["SPEAKER"], "speaker", True),
        (["HEADSET"], "headset", True),
        (["HEADSET"], "", False),
        (["HEADSET"], "headset", True),
        (["OFFHOOK"], "handset", True),
        (["SPEAKER"], "speaker", True),
        (["SPEAKER"], "handset", True),
        (["ONHOOK"], "", False),
    ):
        office.press(*keys)
        assert (office.desk.audio, office.desk.dialling) == (audio, dialling), keys
    call = office.arrives()
    office.press("HEADSET")
    assert call.state == "connected" and office.desk.audio == "headset"
    office.press("HEADSET")
    assert call.state == "ended"
    office.press("2", "SPEAKER")
    assert office.agent.calls[0].remote == "2@pbx" and office.desk.audio == "speaker"


def test_cancel_takes_back_one_thing_at_a_time():
    office = Office(call_completion=True)
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.completion
    held = office.talk("201")
    office.press("HOLD")
    rings = office.arrives("202")
    office.press("DOWN")
    assert office.desk.menu is None
    office.press("3", "CANCEL")
    assert office.desk.entry == "" and rings.state == "ringing"
    office.press("CANCEL")
    assert rings.state == "ended" and held.state == "held"
    office.press("CANCEL")
    assert held.state == "ended" and office.desk.completion
    office.desk.missed = 1
    office.press("CANCEL")
    assert office.desk.completion is None and office.desk.missed == 1
    office.press("CANCEL")
    assert office.desk.missed == 0


def test_ok_does_the_first_of_what_there_is_to_do():
    office = Office()
    held = office.talk("201")
    office.press("HOLD")
    rings = office.arrives("202")
    office.press("3", "ENTER")
    assert office.agent.calls[-1].remote == "3@pbx" and rings.state == "ringing"
    office.press("CANCEL", "ENTER")
    assert rings.state == "connected" and held.state == "held"
    office.press("ENTER")
    assert held.state == "held", "somebody is spoken to"
    office.press("CANCEL", "ENTER")
    assert held.state == "connected"
    office = Office()
    office.arrives("201")
    office.desk.dialling = True  # a dial tone
    office.press("ENTER")
    assert office.states() == ["ringing"], "OK has a number to wait for"


def test_mute_is_for_a_call_that_is_heard():
    office = Office()
    office.press("MUTE")
    assert not office.desk.muted
    office.talk()
    office.press("MUTE")
    assert office.desk.muted and office.lines()[-1] == "Muted"
    office.press("MUTE")
    assert not office.desk.muted and "Muted" not in office.lines()
