"""Numbers as people write them, dial plans, and dialling: what goes out, and what does not."""

from deskkit import Account, Office
from support import data, raises

from offhook.desk import dial_plan, dialling, emergency, star_codes
from offhook.desk.dialling import dial
from offhook.desk.numbers import check, decoded, dialable, digits_only, split

_WRITTEN = (
    ("201", "201"),
    ("(030) 555-1", "0305551"),
    ("+49 30 555-12", "+493055512"),
    ("+49-30-555", "+4930555"),
    ("0049/30 555.12", "00493055512"),
    ("+49 (0)30 555 12", "+493055512"),
    ("0049 (0)30 555", "004930555"),
    ("030\u00a0555\u201112", "03055512"),
    (" *21* 30# ", "*21*30#"),
    ("tel:+49-30-555;ext=5", "+4930555"),
    ("<sip:201@h;user=phone>|*8", "sip:201@h"),
    ("201|*8", "201"),
    ("anna", "anna"),
    ("conf-room.2", "conf-room.2"),
    ("sip:a-b@h;transport=tcp", "sip:a-b@h;transport=tcp"),
    ("100-1@pbx", "100-1@pbx"),
)


def test_separators_go_from_telephone_numbers_and_from_nothing_else():
    for written, dialled in _WRITTEN:
        assert dialable(written) == dialled, written


def test_a_number_that_is_endless_is_none():
    assert dialable("1" * 512) == "1" * 512
    for text in ("1" * 513, "sip:" + "a" * 5000 + "@pbx", "ä" * 5000):
        with raises(ValueError) as caught:
            dialable(text)
        assert len(str(caught.value)) < 80


def test_what_is_no_number_is_refused_with_what_would_be_right():
    for text in (
        "",
        " ",
        "-",
        "()",
        "0800 FLOWERS",
        "a b@h",
        "<>",
        "1+2",
        "2\n1",
        "2\x7f",
        'a"b',
        "a<b",
    ):
        with raises(ValueError) as caught:
            dialable(text)
        assert "+49 30 555-12" in str(caught.value), text


def test_the_shared_examples_of_written_numbers_are_dialled():
    lines = data("field/number-separators.txt").decode().split("\n")
    for line in lines:
        text = line.partition("speed ")[2] or line.partition("dial ")[2]
        if text:
            assert digits_only(dialable(text)), text


def test_entities_of_provisioning_are_decoded_once():
    assert decoded("&lt;sip:143@h&gt;|*8") == "<sip:143@h>|*8"
    assert decoded("&quot;a&quot; &amp;lt; &amp;amp;") == '"a" &lt; &amp;'


def test_a_target_has_a_number_and_perhaps_a_code():
    assert split("<sip:201@h;user=phone>|*8") == ("sip:201@h", "*8")
    assert split(" 201 | *8 ") == ("201", "*8")
    assert split("201") == ("201", "")


# -- dial plans -------------------------------------------------------------------------------


def test_a_dial_plan_knows_when_a_number_is_complete():
    plan = "1xx|0[1-9]xx|11[02]|*21*x.|5X"
    for number, whole in (
        ("1", False),
        ("12", False),
        ("123", True),
        ("1234", False),
        ("0012", False),
        ("0112", True),
        ("110", True),
        ("112", True),
        ("*21*3", False),
        ("57", True),
        ("5", False),
    ):
        assert dial_plan.complete(plan, number) is whole, number


def test_a_dial_plan_that_cannot_be_read_is_refused():
    for plan in ("[12", "1a", "1xx|y", "."):
        with raises(ValueError):
            dial_plan.check(plan)
    dial_plan.check("1xx | [1-35]x | x.")


# -- dialling ---------------------------------------------------------------------------------


def test_a_typed_number_is_dialled_by_ok_by_hash_and_after_a_time():
    for keys in (["2", "0", "1", "ENTER"], ["2", "0", "1", "#"]):
        office = Office()
        office.press(*keys)
        assert office.agent.calls[0].remote == "201@pbx"
    office = Office(auto_dial=5)
    office.lift()
    office.press("2", "0")
    office.run(4500)
    office.press("1")
    office.run(4800)
    assert office.agent.calls == []
    office.run(200)
    assert office.agent.calls[0].remote == "201@pbx" and not office.desk.dialling


def test_on_hook_dialling_waits_for_the_person():
    office = Office(auto_dial=5)
    office.press("2")
    office.run(60_000)
    assert office.agent.calls == [] and office.desk.entry == "2"


def test_a_number_of_the_dial_plan_goes_out_with_its_last_digit():
    office = Office(dial_plan="2xx")
    office.press("2", "0", "1")
    assert office.agent.calls[0].remote == "201@pbx"


def test_hash_within_a_star_code_is_a_digit():
    office = Office()
    office.press("*", "2", "1", "#")
    assert office.desk.entry == "*21#" and office.agent.calls == []


def test_a_number_has_forty_digits_at_most():
    office = Office()
    office.press(*["1"] * 45)
    assert office.desk.entry == "1" * 40


def test_digits_are_tones_in_a_call_and_a_number_while_one_is_dialled():
    office = Office()
    call = office.talk()
    office.press("5", "*")
    assert call.done == ["dtmf 5", "dtmf *"]
    office.press("TRANSFER", "7")
    assert call.done == ["dtmf 5", "dtmf *"] and office.desk.entry == "7"


def test_digits_before_the_answer_are_nothing():
    office = Office()
    office.press("2", "ENTER", "5")
    assert office.agent.calls[0].done == [] and office.desk.entry == ""


def test_cancel_forgets_a_number_and_gives_a_dial_tone_while_the_handset_is_up():
    office = Office()
    office.press("2", "CANCEL")
    assert (office.desk.entry, office.desk.dialling, office.desk.audio) == ("", False, "")
    office.lift()
    office.press("2", "CANCEL")
    assert (office.desk.entry, office.desk.dialling, office.desk.audio) == ("", True, "handset")


def test_what_is_no_number_is_said_and_holds_nobody():
    office = Office()
    call = office.talk()
    office.events()
    for number in ("0800 FLOWERS", ""):
        assert dial(office.desk, number) is None
        assert office.desk.notice.startswith("No number: ")
    assert call.state == "connected" and office.events() == []


def test_only_digits_are_dialled_where_the_setting_wants_it():
    office = Office(block_url_dialing=True)
    for number in ("anna", "sip:201@h", "201@h"):
        assert dial(office.desk, number) is None and office.desk.notice == "Digits only"
    assert dial(office.desk, "+49 (30) 1*#").remote == "+49301*#@pbx"


def test_a_refer_of_others_may_dial_what_a_key_could():
    office = Office(block_url_dialing=True)
    account = office.agent.accounts[0]
    account.host = "Pbx:5080"
    for uri, may in (
        ("sip:201@pbx", True),
        ("sip:*21@PBX:5060;user=phone", True),
        ("sips:+4930@pbx:5061", True),
        ("sip:bob@pbx", False),
        ("sip:201@pbx.elsewhere", False),
        ("sip:201@192.0.2.9", False),
        ("sip:201@pbx;maddr=192.0.2.9", False),
    ):
        assert dialling.may_dial(office.desk, account, uri) is may, uri
    office.settings.set("block_url_dialing", False)
    for uri in ("sip:bob@elsewhere", "sip:201@pbx;maddr=192.0.2.9"):
        assert dialling.may_dial(office.desk, account, uri) is True


def test_without_an_identity_nothing_is_dialled():
    office = Office()
    office.agent.accounts = []
    assert dial(office.desk, "201") is None and office.desk.notice == "No identity"


def test_what_the_agent_refuses_is_said():
    office = Office()
    assert dial(office.desk, "x") is None and office.desk.notice == "no address: 'x'"


def test_the_active_line_calls_or_the_one_of_the_key():
    office = Office(active_line=2, fkey4="1 speed 201", fkey5="active speed 202", fkey6="2 line")
    office.agent.accounts.append(Account(2, "102"))
    office.press("P5")
    assert office.agent.calls[0].account.number == 1
    office.press("P6")
    assert office.agent.calls[-1].account.number == 2
    office.settings.set("active_line", 7)
    assert office.desk.account().number == 1, "the first where that one is not there"


def test_who_dials_while_a_call_goes_on_holds_it_or_gives_up_the_unanswered_one():
    office = Office()
    first = office.talk()
    office.desk.dialling, office.desk.entry = True, "300"
    office.press("ENTER")
    assert (first.state, office.agent.calls[-1].state) == ("held", "calling")
    assert office.events() == ["incoming", "connected", "hold", "outgoing"]
    second = office.agent.calls[-1]
    dial(office.desk, "400")
    assert second.state == "ended" and len(office.agent.calls) == 2


# -- emergency --------------------------------------------------------------------------------


def test_an_emergency_number_is_dialled_when_all_places_are_taken_strangers_give_way_first():
    office = Office(emergency_numbers="112, 110", max_calls=8)
    kept = office.talk("201")
    for number in range(6):
        office.arrives("20%d" % number)
    strange = office.arrives("666@evil", trusted=False)
    assert len(office.agent.calls) == office.agent.most_calls
    call = dial(office.desk, "112")
    assert call.remote == "112@pbx" and strange.state == "ended"
    assert kept.state == "held" and len(office.agent.calls) == 8


def test_an_emergency_ends_held_calls_before_none_is_left():
    office = Office(emergency_numbers="112", max_calls=8)
    calls = []
    for number in range(8):
        calls.append(office.talk("20%d" % number))
    assert dial(office.desk, "201") is None, "any other number finds no place"
    assert dial(office.desk, "112").remote == "112@pbx"
    assert calls[0].state == "ended" and calls[1].state == "held"


def test_an_emergency_number_is_no_target_of_a_transfer_and_passes_every_rule():
    office = Office(emergency_numbers="112", block_url_dialing=True)
    call = office.talk()
    office.press("TRANSFER", "1", "1", "2", "ENTER")
    assert office.agent.calls[-1].remote == "112@pbx" and call.done == []
    assert office.desk.moving is None


def test_an_emergency_call_takes_an_identity_that_works():
    office = Office(emergency_numbers="112")
    office.agent.accounts.append(Account(2, "102"))
    office.agent.accounts[0].registered = False
    assert dial(office.desk, "112").account.number == 2
    assert dial(office.desk, "201").account.number == 1
    office.agent.accounts[1].registered = False
    assert dial(office.desk, "112").account.number == 1, "better tried than not"


def test_an_agent_that_can_never_call_ends_an_emergency_too():
    office = Office(emergency_numbers="112")

    def call(*values):
        raise ValueError("no network")

    office.agent.call = call
    assert dial(office.desk, "112") is None and office.desk.notice == "no network"


# -- star codes -------------------------------------------------------------------------------


def test_star_codes_are_dialled_one_after_the_other_when_nobody_calls():
    office = Office()
    call = office.talk()
    star_codes.switch(office.desk, "*78")
    star_codes.switch(office.desk, "*21*300")
    office.run(3000)
    assert office.states() == ["connected"]
    office.does(call.over, "remote")
    office.run(1000)
    assert [x.remote for x in office.agent.calls] == ["*78@pbx"]
    office.run(5000)
    assert len(office.agent.calls) == 1
    office.does(office.agent.calls[0].over, "remote", 200)
    office.run(1000)
    assert [x.remote for x in office.agent.calls] == ["*21*300@pbx"]
    office.does(office.agent.calls[0].over, "remote", 200)
    office.run(5000)
    assert office.desk.codes == [] and office.agent.calls == []


def test_no_more_than_eight_star_codes_wait():
    office = Office()
    office.lift()
    for number in range(12):
        star_codes.switch(office.desk, "*%d" % number)
    assert office.desk.codes == ["*%d" % number for number in range(4, 12)]


def test_a_setting_that_is_a_number_is_kept_as_it_is_written():
    assert check("+49 30 555-12") is None
    with raises(ValueError):
        check("0800 FLOWERS")


def test_strange_patterns_of_a_dial_plan():
    assert dial_plan.complete("[5]x", "51") and not dial_plan.complete("[5]x", "61")
    assert dial_plan.complete("[1-35]", "2") and dial_plan.complete("[1-35]", "5")
    assert not dial_plan.complete("[1-35]", "4")
    assert dial_plan.complete("[1-]", "1"), "an open range is its first digit, and a dash"
    with raises(ValueError):
        dial_plan.check("x[")


def test_answered_calls_are_the_last_to_give_way_to_an_emergency():
    office = Office(emergency_numbers="112", max_calls=8)
    office.agent.most_calls = 2
    talking = office.talk("201")
    rings = office.arrives("202")
    dial(office.desk, "112")
    assert rings.state == "ended" and talking.state == "held"


def test_an_emergency_ends_what_is_held_before_what_is_heard_in_whatever_order_they_came():
    for held_first in (True, False):
        office = Office(emergency_numbers="112")
        first = office.talk("201")
        second = office.talk("202")
        assert (first.state, second.state) == ("held", "connected")
        if not held_first:
            office.press("P1")
            assert (first.state, second.state) == ("connected", "held")
        heard, held = (second, first) if held_first else (first, second)
        assert emergency.make_way(office.desk)
        assert held.state == "ended" and heard.state == "connected"
        rings = office.arrives("203")
        assert emergency.make_way(office.desk) and rings.state == "ended"
        stranger = office.arrives("204", trusted=False)
        rings = office.arrives("205")
        assert emergency.make_way(office.desk) and stranger.state == "ended"
        assert rings.state == "ringing" and heard.state == "connected"


def test_star_codes_wait_for_whatever_goes_on_at_the_desk():
    def lifted(office):
        office.lift()

    def loudspeaker(office):
        office.press("SPEAKER")

    def typed(office):
        office.press("2")

    def rings(office):
        office.arrives("201")

    def held(office):
        office.talk("201")
        office.press("HOLD")
        office.desk.audio = ""

    def over(office):
        for call in list(office.agent.calls):
            call.over("remote")
        office.put_back()
        office.press("CANCEL")
        office.desk.audio = ""

    for what in (lifted, loudspeaker, typed, rings, held):
        office = Office()
        what(office)
        star_codes.switch(office.desk, "*78")
        office.run(10_000)
        assert [x.remote for x in office.agent.calls if x.remote == "*78@pbx"] == [], what
        over(office)
        office.run(1000)
        assert [x.remote for x in office.agent.calls] == ["*78@pbx"], what
    office = Office()
    star_codes.switch(office.desk, "*78")
    office.run()
    assert office.lines()[1] == "*78", "what is dialled by itself is shown"


def test_a_number_is_checked_when_the_loop_turns_and_a_key_names_its_line():
    office = Office()
    call = dial(office.desk, "201", key="P3", headers=(("X-Any", "1"),))
    assert office.desk.of(call).key == "P3" and call.headers == {"X-Any": "1"}
    assert office.desk.of(call).dialled == "201"
    assert office.desk.call_on("P3") is call and office.desk.call_on("P1") is None


def test_the_time_after_the_last_digit_counts_from_each_digit_anew():
    office = Office(auto_dial=5)
    office.lift()
    for _ in range(3):
        office.press("2")
        office.run(4800)
    assert office.agent.calls == []
    office.run(200)
    assert office.agent.calls[0].remote == "222@pbx"
    assert "222" in office.lines()[1], "what was dialled by itself is shown"
    office = Office(auto_dial=5)
    office.lift()
    office.press("2", "CANCEL")
    office.run(20_000)
    assert office.agent.calls == [] and office.desk.dialling, "a dial tone, without a number"
    office = Office()
    office.lift()
    office.press("2")
    office.run(60_000)
    assert office.agent.calls == [], "nothing is dialled by itself where no time is set"


def test_a_number_that_the_dial_plan_does_not_know_waits_for_its_time():
    office = Office(dial_plan="2xx", auto_dial=5)
    office.lift()
    office.press("3", "0", "1")
    assert office.agent.calls == []
    office.run(5000)
    assert office.agent.calls[0].remote == "301@pbx"


def test_tones_reach_those_of_a_conference_who_are_there_and_nobody_beside_it():
    office = Office()
    first, second = office.talk("201"), office.talk("202")
    office.press("CONFERENCE", "1")
    assert first.done == second.done == ["dtmf 1"]
    first.state = "held"  # its other side was put on hold while the digit came
    office.press("2")
    assert first.done == ["dtmf 1"] and second.done == ["dtmf 1", "dtmf 2"]
    office = Office()
    held, heard = office.talk("201"), office.talk("202")
    office.press("3")
    assert held.done == [] and heard.done == ["dtmf 3"]


def test_an_emergency_is_called_by_an_identity_that_need_not_register():
    office = Office(emergency_numbers="112 110;999,911")
    second = Account(2, "102")
    office.agent.accounts.append(second)
    office.agent.accounts[0].registered = second.registered = False
    second.register = False
    for number, expected in (("112", 2), ("911", 2), ("110", 1), ("12", 1), ("1120", 1)):
        assert dial(office.desk, number).account.number == expected, number


def test_an_emergency_ends_the_transfer_that_was_begun_and_any_other_number_is_its_target():
    office = Office(emergency_numbers="112")
    moved = office.talk()
    office.press("TRANSFER", "1", "1", "3", "ENTER")
    assert moved.done == [("transfer", "113")]


def test_where_calls_go_has_a_number_for_each_event_else_that_of_all():
    office = Office(redirect_number="300", redirect_busy_number="301", redirect_time_number="302")
    assert [office.desk.target(x) for x in ("all", "busy", "time")] == ["300", "301", "302"]
    office = Office(redirect_number="300", redirect_all_number="309")
    assert [office.desk.target(x) for x in ("all", "busy", "time")] == ["300"] * 3
    office = Office(redirect_busy_number="0800 FLOWERS", redirect_number="300")
    assert [office.desk.target(x) for x in ("all", "busy")] == ["300", ""]


def test_what_a_person_calls_has_no_space_and_no_control_character():
    for text in ("a b@h", "a\tb@h", "a\x00b", "sip:a\x1fb@h", "sip:a\x7fb@h", 'sip:"a"@h', "a>b"):
        with raises(ValueError):
            dialable(text)
    for text in ("a!b@h", "a~b@h", "sip:é@h", "*", "#", "0", "+"):
        assert dialable(text) == text


def test_a_plus_or_two_zeros_are_what_goes_before_a_zero_in_brackets():
    for written, dialled in (
        ("+49(0)30", "+4930"),
        ("0049(0)30", "004930"),
        ("0(0)30", "0030"),
        ("(0)30", "030"),
        ("1(0)0", "100"),
        ("00(0)1", "001"),
        ("TEL:+49(0)30;ext=1", "+4930"),
        ("tel:112", "112"),
        ("sip:a(0)b@h", "sip:a(0)b@h"),
        ("sip:1-2@h", "sip:1-2@h"),
        ("1-2@h", "1-2@h"),
        ("sip:12-3", "sip:12-3"),
    ):
        assert dialable(written) == dialled, written


def test_a_transfer_whose_number_is_complete_after_a_time_is_shown_as_done():
    office = Office(auto_dial=5)
    call = office.talk()
    office.press("TRANSFER", "3")
    office.run(5000)
    assert call.done == [("transfer", "3")] and office.lines()[0] == "On hold"


def test_who_answers_forgets_a_number_that_was_being_typed():
    office = Office()
    office.press("2", "0")
    office.arrives("201")
    office.press("P1")
    assert office.states() == ["connected"] and office.desk.entry == ""
    assert office.lines()[0] == "Connected" and not office.desk.dialling
