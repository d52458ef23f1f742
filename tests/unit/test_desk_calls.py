"""What becomes of calls at the desk: events in their order, once each, and what is active."""

from deskkit import FakeCall, Office, Storage
from support import raises

from offhook.desk import call_events, calls
from offhook.desk.desk import Desk, stranger


def test_answered_with_the_handset():
    office = Office()
    call = office.arrives("201", remote_display="Ann")
    office.lift()
    office.run(7500)
    office.put_back()
    told = {x.event: x for x in office.told}
    assert office.events() == ["incoming", "offhook", "connected", "onhook", "disconnected"]
    assert told["action_incoming_url"].values["remote"] == "201@pbx"
    assert told["action_incoming_url"].values["display_remote"] == "Ann"
    assert told["action_offhook_url"].call is call and told["action_onhook_url"].call is call
    assert told["action_connected_url"].values["duration"] == "0"
    assert told["action_disconnected_url"].values["duration"] == "7"
    assert told["action_disconnected_url"].values["call_direction"] == "in"
    assert told["action_disconnected_url"].values["nr_ongoing_calls"] == "0"
    assert {x.key for x in told.values()} == {"P1"}


def test_answered_on_the_loudspeaker():
    office = Office()
    call = office.arrives()
    office.press("SPEAKER")
    assert office.desk.audio == "speaker"
    office.does(call.over, "remote")
    assert office.events() == ["incoming", "connected", "disconnected"]
    assert office.desk.audio == ""


def test_missed():
    office = Office()
    call = office.arrives()
    office.does(call.over, "remote", 487)
    assert office.events() == ["incoming", "disconnected", "missed"]
    assert office.desk.missed == 1


def test_placed_with_the_handset():
    office = Office()
    office.lift()
    office.press("2", "0", "1", "ENTER")
    call = office.agent.calls[0]
    office.does(call.alert)
    office.does(call.connect)
    assert office.told[1].values["call_direction"] == "out"
    office.put_back()
    assert office.events() == ["offhook", "outgoing", "connected", "onhook", "disconnected"]


def test_placed_and_not_answered():
    office = Office()
    office.press("2", "0", "1", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486, "Busy Here")
    assert office.events() == ["outgoing", "disconnected"]
    assert office.desk.notice == "Busy"


def test_a_failure_without_a_text_shows_the_other_sides_words():
    office = Office()
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 513, "Message Too Large")
    assert office.desk.notice == "Message Too Large"


def test_who_hangs_up_before_the_answer_is_told_of_no_failure():
    office = Office()
    office.press("2", "ENTER", "CANCEL")
    assert office.events() == ["outgoing", "disconnected"] and office.desk.notice == ""


def test_what_the_person_rejects_by_a_key_is_not_missed():
    for keys in (["CANCEL"], ["F_CANCEL"]):
        office = Office()
        call = office.arrives()
        office.press(*keys)
        assert call.done == ["reject 486"]
        assert office.events() == ["incoming", "disconnected"]
        assert office.desk.missed == 0 and office.desk.lists.entries("m") == []


def test_who_releases_all_calls_has_missed_none():
    office = Office()
    office.talk("201")
    office.arrives("202")
    office.does(calls.release_all, office.desk)
    assert office.states() == [] and "missed" not in office.events()


def test_a_call_that_another_phone_answers_is_not_missed():
    for reason in (
        'SIP;cause=200;text="Call completed elsewhere"',
        "Q.850 ; cause = 16, SIP ;cause=200",
        "SIP;CAUSE=200",
    ):
        office = Office()
        call = office.arrives()
        call.cancel_reason = reason
        office.does(call.over, "remote", 487)
        assert office.events() == ["incoming", "disconnected"], reason
        assert office.desk.lists.entries() == [] and office.desk.missed == 0
    for reason in ("SIP;cause=2000", "SIP;cause=487", "", "xcause=200"):
        office = Office()
        call = office.arrives()
        call.cancel_reason = reason
        office.does(call.over, "remote", 487)
        assert office.events()[-1] == "missed", reason


def test_under_do_not_disturb_a_call_is_missed_without_having_come_in():
    for code in ("486", "480"):
        office = Office(dnd_mode=True, dnd_code=code)
        call = office.arrives()
        assert call.done == ["reject " + code]
        assert office.events() == ["disconnected", "missed"]
        assert office.desk.missed == 1


def test_a_call_refused_because_the_phone_is_busy_is_missed_without_having_come_in():
    office = Office(call_waiting="off")
    office.talk()
    office.events()
    call = office.arrives("202")
    assert call.done == ["reject 486"]
    assert office.events() == ["disconnected", "missed"]


def test_as_many_calls_as_the_setting_allows_and_no_more():
    office = Office(max_calls=2)
    assert [office.arrives("20%d" % n).state for n in range(3)] == ["ringing", "ringing", "ended"]


def test_strangers_that_ring_do_not_make_the_phone_busy_for_the_registrar():
    office = Office(max_calls=2, redirect_event="busy", redirect_number="300")
    office.settings.set("redirect_event", "none")
    for number in range(3):
        office.arrives("66%d@evil" % number, trusted=False)
    assert office.states() == ["ringing", "ringing"]
    office.settings.set("redirect_event", "busy")
    call = office.arrives("201")
    assert call.state == "ringing"
    office.lift()
    assert call.state == "connected", "the handset takes the one that is vouched for"


def test_strangers_that_ring_give_their_line_key_to_the_registrars_call():
    office = Office(max_calls=8)
    strange = [office.arrives("66%d@evil" % number, trusted=False) for number in range(4)]
    call = office.arrives("201")
    keys = [office.desk.of(x).key for x in strange]
    assert office.desk.of(call).key == "P1" and keys == [None, "P2", "P3", "P4"]


def test_forwarding_of_all_calls_is_no_incoming_and_no_missed_call():
    office = Office(redirect_event="all", redirect_number="+49 (0)30 555-12", dnd_mode=True)
    call = office.arrives()
    assert call.done == ["redirect +493055512 unconditional"]
    assert office.events() == ["disconnected"]
    assert office.desk.missed == 0 and office.desk.lists.entries() == []


def test_forwarding_when_busy_and_after_a_time():
    office = Office(redirect_event="busy", redirect_number="300", redirect_busy_number="301")
    office.talk()
    office.events()
    call = office.arrives("202")
    assert call.done == ["redirect 301 user-busy"] and office.events() == ["disconnected"]
    office = Office(redirect_event="time", redirect_number="300", redirect_time=3)
    call = office.arrives()
    office.run(2900)
    assert call.state == "ringing"
    office.run(100)
    assert call.done == ["redirect 300 no-answer"]
    assert office.events() == ["incoming", "disconnected"], "it was forwarded, not missed"


def test_a_call_that_was_answered_in_time_is_not_forwarded():
    office = Office(redirect_event="time", redirect_number="300", redirect_time=3)
    call = office.talk()
    office.run(10_000)
    assert call.state == "connected" and call.done == []


def test_what_the_pbx_forwards_the_phone_does_not():
    office = Office(redirect_event="all", redirect_number="300", redirect_always_on_code="*21*")
    assert office.arrives().state == "ringing"


def test_forwarding_without_a_number_forwards_nothing():
    for number in ("", "no number"):
        office = Office(redirect_event="all", redirect_number=number)
        assert office.arrives().state == "ringing"


def test_a_caller_who_hides_is_rejected_where_the_setting_wants_it():
    office = Office(reject_anonymous=True)
    call = office.arrives("anonymous@anonymous.invalid", anonymous=True)
    assert call.done == ["reject 433"] and office.events() == ["disconnected"]
    assert office.arrives("201").state == "ringing"
    office = Office()
    assert office.arrives("anonymous@anonymous.invalid", anonymous=True).state == "ringing"


def test_the_blacklist_is_asked_before_a_call_rings():
    office = Office()
    office.actions.wanted = ("action_blacklist_url",)
    call = office.arrives()
    assert call.state == "calling" and office.events() == []
    event, answer = office.actions.asked[0]
    office.does(answer, 200)
    assert event == "action_blacklist_url"
    assert call.done == ["reject 603"] and office.events() == ["disconnected"]


def test_any_other_answer_of_the_blacklist_or_none_lets_it_ring():
    for status in (404, 0, 301, 500):
        office = Office()
        office.actions.wanted = ("action_blacklist_url",)
        call = office.arrives()
        office.does(office.actions.asked[0][1], status)
        assert call.state == "ringing" and office.events() == ["incoming"]
        office.run(5000)
        assert office.events() == [], "asked once, decided once"
    office = Office(remote_blacklist_action_timer=3)
    office.actions.wanted = ("action_blacklist_url",)
    call = office.arrives()
    office.run(2900)
    assert call.state == "calling"
    office.run(100)
    assert call.state == "ringing"
    office.does(office.actions.asked[0][1], 200)
    assert call.state == "ringing", "too late"


def test_a_caller_who_gives_up_while_the_blacklist_is_asked_rings_no_more():
    office = Office()
    office.actions.wanted = ("action_blacklist_url",)
    call = office.arrives()
    office.does(call.over, "remote", 487)
    office.does(office.actions.asked[0][1], 404)
    assert office.events() == ["disconnected", "missed"]


def test_a_call_that_ended_before_it_was_told_is_told_of_all_the_same():
    office = Office()
    call = FakeCall(office.agent, "in", office.agent.accounts[0], "201@pbx")
    call.report("incoming")
    call.over("remote", 487)
    office.run()
    assert office.events() == ["disconnected", "missed"]


def test_a_fault_behind_one_report_does_not_swallow_the_next_nor_leave_a_ghost():
    office = Office()

    def broken(name):
        if name == "reject_anonymous":
            raise KeyError(name)
        return get(name)

    get = office.settings.get
    office.settings.get = broken
    call = office.arrives()
    assert call.done == ["reject 500"] and office.states() == []
    assert any("KeyError" in line for line in office.logged)
    office.settings.get = get
    assert office.arrives("202").state == "ringing"


def test_automatic_answer_by_setting_and_when_the_caller_asks_for_it():
    office = Office(autoanswer=True)
    assert office.arrives().state == "connected" and office.desk.audio == "speaker"
    office = Office(intercom_enabled=True)
    call = office.arrives(auto_answer=3)
    office.run(2900)
    assert call.state == "ringing"
    office.run(100)
    assert call.state == "connected"
    office = Office()
    assert office.arrives(auto_answer=0).state == "ringing", "nobody has allowed it"


def test_nothing_is_answered_by_itself_while_somebody_speaks():
    office = Office(autoanswer=True)
    office.talk()
    assert office.arrives("202").state == "ringing"
    office = Office(intercom_enabled=True)
    call = office.arrives(auto_answer=3)
    office.arrives("202")
    office.press("P2")
    office.run(5000)
    assert call.state == "ringing"


def test_hold_and_back_are_told_once_each():
    office = Office()
    office.talk()
    office.events()
    office.press("HOLD", "HOLD", "HOLD")
    assert office.events() == ["hold", "unhold", "hold"]
    office.press("ENTER")
    assert office.states() == ["connected"] and office.events() == ["unhold"]


def test_who_answers_a_second_call_holds_the_first():
    office = Office()
    first = office.talk("201")
    second = office.talk("202")
    assert (first.state, second.state) == ("held", "connected")
    assert office.events() == ["incoming", "connected", "incoming", "hold", "connected"]
    office.press("P1")
    assert (first.state, second.state) == ("connected", "held")
    assert sorted(office.events()) == ["hold", "unhold"]


def test_answers_that_cross_leave_one_call_active():
    office = Office()
    office.press("2", "ENTER")
    mine = office.agent.calls[0]
    other = office.arrives("202")
    other.answer()
    mine.connect()
    office.run()
    assert sorted(office.states()) == ["connected", "held"]


def test_a_call_that_a_refer_asks_for_holds_the_old_one_without_an_event():
    office = Office()
    old = office.talk()
    office.events()
    new = office.agent.call(old.account, "300")
    old.report("refer", new=new)
    office.run()
    assert office.desk.of(new).key == "P2"
    office.does(new.connect)
    assert old.state == "held" and office.events() == ["outgoing", "connected"]
    office.does(new.over, "remote")
    office.press("HOLD")
    assert old.state == "connected" and office.events() == ["disconnected"]
    office.press("HOLD")
    assert office.events() == ["hold"], "this one the person wanted"


def test_a_call_taken_over_by_replaces_keeps_its_key_to_its_end():
    office = Office()
    old = office.talk()
    office.events()
    new = FakeCall(office.agent, "in", old.account, "300@pbx")
    old.report("replaced", new=new)
    new.answer()
    old.over("local")
    office.run()
    assert [(x.event, x.call is new, x.key) for x in office.told] == [
        ("action_received_attended_transfer", True, "P1"),
        ("action_connected_url", True, "P1"),
        ("action_disconnected_url", False, "P1"),
    ]
    assert office.states() == ["connected"]
    office.settings.set("display_method", "number")
    assert office.lamp("P1") == "on" and office.lines()[1] == "300"


def test_a_call_on_hold_that_is_taken_over_stays_there_and_disturbs_nobody():
    office = Office()
    held, active = office.talk("201"), office.talk("202")
    office.events()
    new = FakeCall(office.agent, "in", held.account, "300@pbx")
    held.report("replaced", new=new, held=True)
    new.answer()
    held.over("local")
    office.run()
    assert office.events() == ["received_attended_transfer", "connected", "disconnected"]
    assert (active.state, new.state) == ("connected", "held")
    assert office.desk.active() is active and office.desk.of(new).key == "P1"
    office.press("P1")
    assert (active.state, new.state) == ("held", "connected")
    assert office.events() == ["hold", "unhold"]
    office.press("HOLD")
    assert office.events(new) == ["hold"]


def test_a_call_of_ours_that_is_taken_over_while_it_rings_has_not_failed():
    office = Office(call_completion=True)
    office.press("2", "0", "1", "ENTER")
    (call,) = office.agent.calls
    office.does(call.alert)
    new = FakeCall(office.agent, "in", call.account, "300@pbx")
    call.report("replaced", new=new, held=False)
    new.answer()
    call.over("local")
    office.run()
    assert office.states() == ["connected"] and office.desk.completion is None
    assert office.desk.notice == "" and office.desk.missed == 0


def test_cancel_ends_the_active_call_then_what_rings_then_what_is_held():
    office = Office()
    held, active = office.talk("201"), office.talk("202")
    rings = office.arrives("203")
    office.press("CANCEL")
    assert (held.state, active.state, rings.state) == ("held", "ended", "ringing")
    office.press("CANCEL")
    assert (held.state, rings.state) == ("held", "ended")
    office.press("CANCEL")
    assert held.state == "ended" and office.states() == []


def test_the_busy_tone_stays_until_the_handset_is_put_back():
    office = Office()
    office.lift()
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.audio == "handset" and not office.desk.dialling
    office.put_back()
    assert office.desk.audio == ""
    assert office.events() == ["offhook", "outgoing", "disconnected", "onhook"]


def test_the_handset_put_back_while_the_loudspeaker_is_on_ends_nothing():
    office = Office()
    office.talk()
    office.desk.audio = "speaker"
    office.lift()
    office.desk.audio = "speaker"
    office.put_back()
    assert office.states() == ["connected"]
    assert office.told[-1].event == "action_onhook_url" and office.told[-1].call is None


def test_speaker_and_headset_switch_over_and_hang_up():
    office = Office()
    office.talk()
    for keys, audio in ((["HEADSET"], "headset"), (["SPEAKER"], "speaker")):
        office.press(*keys)
        assert office.desk.audio == audio and office.states() == ["connected"]
    office.press("SPEAKER")
    assert office.states() == [] and office.desk.audio == ""
    office.press("HEADSET")
    assert office.desk.dialling and office.desk.audio == "headset"
    office.press("HEADSET")
    assert not office.desk.dialling and office.desk.audio == ""


def test_with_the_handset_lifted_speaker_switches_to_it_and_back():
    office = Office()
    office.arrives()
    office.lift()
    office.press("SPEAKER")
    assert office.desk.audio == "speaker"
    office.press("SPEAKER")
    assert office.desk.audio == "handset" and office.states() == ["connected"]


def test_mute_is_of_one_call():
    office = Office()
    office.press("MUTE")
    assert not office.desk.muted
    call = office.talk()
    office.press("MUTE")
    assert office.desk.muted and "Muted" in office.lines()
    office.press("MUTE")
    assert not office.desk.muted
    office.press("MUTE")
    office.does(call.over, "remote")
    assert not office.desk.muted


def test_who_gives_up_a_dial_tone_hears_and_is_heard_again():
    office = Office()
    call = office.talk()
    office.press("MUTE", "P2")  # another line: the call is held
    assert office.desk.muted and office.desk.dialling
    office.press("CANCEL")
    assert not office.desk.muted and office.desk.audio == ""
    office.press("P1")
    assert call.state == "connected" and not office.desk.muted


def test_ongoing_calls_are_counted_when_the_event_happens():
    office = Office()
    made = [office.arrives("20%d" % number) for number in range(3)]
    for call in made:
        call.over("remote", 487)
    office.run()
    counted = [x.values["nr_ongoing_calls"] for x in office.told if "disconn" in x.event]
    assert counted == ["2", "1", "0"]


def test_nothing_of_a_call_is_kept_after_its_end():
    office = Office()
    for _ in range(5):
        call = office.talk()
        office.does(call.over, "remote")
    office.run(60_000)
    assert office.desk._records == {} and len(office.timers) == 1, "the display's second"


def test_a_redirection_by_others_is_asked_on_the_display():
    for key, followed in (("ENTER", True), ("CANCEL", False)):
        office = Office()
        office.press("2", "ENTER")
        call = office.agent.calls[0]
        call.follow = call.done.append
        office.does(call.report, "redirected", target="sip:900123@evil")
        assert office.lines() == ["Redirected to", "900123", "@evil", "OK: call, CANCEL: no"]
        office.press(key)
        assert call.done == [followed] and office.desk.asking() is None


def test_a_connected_identity_changes_display_list_and_variables():
    office = Office()
    office.press("2", "0", "1", "ENTER")
    call = office.agent.calls[0]
    call.remote, call.remote_display = "305@pbx", "Bob"
    office.does(call.connect)
    assert office.lines()[1] == "Bob 305"
    assert office.told[-1].values["remote"] == "305@pbx"
    assert office.told[-1].values["display_remote"] == "Bob"
    office.press("CANCEL")
    entry = office.desk.lists.entries("d")[0]
    assert (entry.number, entry.name, entry.dialled) == ("305@pbx", "Bob", "201")
    office.press("REDIAL")
    assert office.agent.calls[0].remote == "201@pbx", "what was dialled is dialled again"


def test_every_handler_takes_the_report_that_it_is_named_for():
    assert set(call_events.HANDLERS) == set(
        "incoming outgoing connected hold unhold transfer replaced refer redirected dtmf "
        "ended".split()
    )
    with raises(KeyError):
        call_events.HANDLERS["ringing"]


# -- small things that only their own test would miss -----------------------------------------


def test_each_status_that_has_a_text_is_told_in_the_displays_language():
    for status, text in ((404, "Not found"), (480, "Not available"), (486, "Busy")):
        office = Office()
        office.press("2", "ENTER")
        office.does(office.agent.calls[0].over, "remote", status, "other words")
        assert office.desk.notice == text
    office = Office(language="Deutsch")
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 603, "Decline")
    assert office.desk.notice == "Abgelehnt"


def test_a_call_that_ends_beside_a_transfer_leaves_the_transfer_alone():
    office = Office()
    moved = office.talk("201")
    other = office.arrives("202")
    office.press("TRANSFER")
    office.does(other.over, "remote", 487)
    assert office.desk.moving is moved


def test_a_call_that_is_being_taken_back_stays_on_hold_when_another_one_is_answered():
    office = Office()
    held = office.talk("201")
    office.press("HOLD")
    asked = []
    held.hold = lambda: asked.append("hold")
    held.resume = lambda: asked.append("resume")  # its re-INVITE is under way
    office.press("HOLD")
    office.arrives("202")
    office.press("P2")
    assert asked == ["hold", "resume", "hold"], "the other side is told last that it is held"


def test_taking_a_call_back_forgets_a_number_being_typed():
    office = Office()
    call = office.talk()
    office.press("TRANSFER", "3", "P1")
    assert call.state == "connected" and office.desk.entry == "" and not office.desk.dialling
    assert office.desk.moving is None


def test_release_all_closes_the_loudspeaker_and_forgets_what_was_typed():
    office = Office()
    office.press("SPEAKER", "2")
    calls.release_all(office.desk)
    assert (office.desk.audio, office.desk.entry, office.desk.dialling) == ("", "", False)


def test_the_loudspeaker_is_quiet_after_its_call_even_with_the_handset_up():
    office = Office()
    office.lift()
    office.press("2", "ENTER", "SPEAKER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.audio == ""


def test_a_call_that_is_dialled_opens_the_loudspeaker_or_the_handset():
    office = Office()
    office.press("2", "ENTER")
    assert office.desk.audio == "speaker"
    office = Office()
    office.lift()
    office.press("SPEAKER", "SPEAKER", "2", "ENTER")
    assert office.desk.audio == "handset"


def test_hold_while_somebody_else_is_active_takes_nobody_back():
    office = Office()
    held = office.talk("201")
    office.desk.dialling, office.desk.entry = True, "300"
    office.press("ENTER", "HOLD")
    assert held.state == "held" and office.agent.calls[-1].state == "calling"


def test_a_timer_of_digits_that_was_overtaken_dials_nothing():
    office = Office(auto_dial=5)
    office.lift()
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    office.run(20_000)
    assert office.agent.calls == []
    office.put_back()
    office.lift()
    office.press("3")
    office.put_back()
    office.run(20_000)
    assert office.agent.calls == []


def test_whom_nobody_vouches_for_is_a_stranger():
    office = Office()
    strange = office.arrives("666@evil", trusted=False)
    assert stranger(office.desk.context(strange))
    assert not stranger(office.desk.context(office.arrives("201")))
    assert not stranger(office.desk.context(None)) and not stranger(None)


def test_the_desk_is_calm_half_a_second_after_the_last_event():
    office = Office()
    assert office.desk.calm()
    office.lift()
    office.run(499)
    assert not office.desk.calm()
    office.run(1)
    assert office.desk.calm()


def test_a_desk_alone_works_without_what_comes_later():
    office = Office()
    desk = Desk(office.settings, office.actions, office.timers, office.log, Storage())
    assert desk.text("busy") == "busy" and desk.about() == ""
    assert desk.lines.context("P1") == "active" and desk.lines.free([], None) is None
    assert desk.beep(440, 100) is desk.reset() is desk.resync() is None
    call = office.arrives()
    assert not desk.hears(call)
    call.voice = object()
    assert desk.hears(call)


def test_an_event_of_a_key_counts_the_calls_of_its_own_moment():
    office = Office()
    office.arrives("201")
    FakeCall(office.agent, "in", office.agent.accounts[0], "202@pbx")  # not reported yet
    office.lift()
    assert office.told[-1].event == "action_connected_url"
    lifted = [x for x in office.told if x.event == "action_offhook_url"][0]
    assert lifted.values["nr_ongoing_calls"] == "2"


def test_a_call_that_answers_itself_is_shown_at_once():
    office = Office(autoanswer=True)
    seen = []
    call = FakeCall(office.agent, "in", office.agent.accounts[0], "201@pbx")
    call.answer = lambda: None  # its answer is under way
    office.desk.observe(lambda: seen.append(office.desk.audio))
    call.report("incoming")
    office.run()
    assert seen[-1] == "speaker"


def test_a_call_taken_back_beside_a_conference_leaves_it_and_one_of_it_does_not():
    office = Office()
    first, second = office.talk("201"), office.talk("202")
    office.press("CONFERENCE")
    third = office.talk("203")
    assert [x.state for x in (first, second, third)] == ["held", "held", "connected"]
    office.press("HOLD", "P3", "HOLD")
    assert third.state == "held"
    office.press("HOLD")
    assert [x.state for x in (first, second, third)] == ["connected", "connected", "held"]
    office.press("HOLD", "P1")
    assert [x.state for x in (first, second, third)] == ["connected", "held", "held"]
    office.press("HOLD", "HOLD")
    assert office.states().count("connected") == 1, "he was taken back alone"


def test_a_conference_on_hold_is_not_taken_back_beside_a_call_that_is_heard():
    office = Office()
    first, second = office.talk("201"), office.talk("202")
    office.press("CONFERENCE")
    third = office.arrives("203")
    office.press("HOLD", "2", "0", "4", "ENTER")
    ours = office.agent.calls[-1]
    for state in ("calling", "ringing"):
        ours.state = state
        for key in ("CONFERENCE", "HOLD"):
            office.press(key)
            assert [x.state for x in (first, second)] == ["held", "held"], (state, key)
        assert office.desk.active() is ours and third.state == "ringing"
    ours.connect()
    office.run()
    office.press("CONFERENCE")  # now there is somebody to join
    assert [x.state for x in (first, second, ours)] == ["held", "connected", "connected"]


def test_who_is_asked_whom_to_join_hears_a_dial_tone():
    office = Office()
    call = office.talk()
    office.desk.audio = ""  # as after a REFER of somebody who was on hold
    office.press("CONFERENCE")
    assert call.state == "held" and office.desk.audio == "speaker"
    assert office.lines()[0] != "Call from" and office.desk.entry == ""


def test_what_is_heard_is_one_call_and_which_waits_is_the_first_that_is_vouched_for():
    office = Office()
    desk = office.desk
    assert desk.active() is desk.waiting() is desk.held() is desk.asking() is None
    stranger_, known = office.arrives("666@evil", trusted=False), office.arrives("201")
    assert desk.waiting() is known and desk.ringing() == [known, stranger_]
    assert desk.active() is None
    office.press("ENTER")
    assert desk.active() is known and desk.waiting() is stranger_
    office.press("HOLD")
    assert desk.active() is None and desk.held() is known
    second = office.talk("202")
    office.press("HOLD")
    assert desk.held() is second, "the one put on hold last"


def test_a_call_of_ours_is_active_from_its_first_moment_until_it_is_held():
    office = Office()
    office.press("2", "ENTER")
    call = office.agent.calls[0]
    for step in (call.alert, call.connect):
        assert office.desk.active() is call
        office.does(step)
    assert office.desk.active() is call
    office.does(call.hold)
    assert office.desk.active() is None


def test_seconds_of_a_call_are_whole_ones_since_its_answer():
    office = Office()
    call = office.arrives()
    office.run(5000)
    assert office.desk.seconds(call) == 0
    office.press("ENTER")
    for ms, seconds in ((899, 0), (1, 1), (999, 1), (1, 2)):  # 100 ms of it the key was down
        office.run(ms)
        assert office.desk.seconds(call) == seconds, ms


def test_a_notice_is_drawn_and_wiped_by_itself():
    office = Office()
    office.desk.say("one")
    assert office.lines()[-1] == "one"
    office.run(3000)
    office.desk.say("two")
    office.run(3900)
    assert office.lines()[-1] == "two"
    office.run(100)
    assert "two" not in office.lines() and office.desk.notice == ""


def test_a_setting_that_is_locked_is_said_when_a_key_would_change_it():
    office = Office()

    def locked(values):
        raise ValueError("vol_ringer: locked")

    office.settings.change = locked
    office.desk.change({"vol_ringer": "3"})
    assert office.desk.notice == office.desk.text("locked") != "locked"


def test_what_is_in_the_way_of_a_new_call():
    for waiting, most, states, expected in (
        ("on", 2, ["ringing"], "ringing"),
        ("on", 2, ["ringing", "ringing"], "ended"),
        ("on", 1, [], "ringing"),
        ("on", 1, ["ringing"], "ended"),
        ("off", 4, [], "ringing"),
        ("off", 4, ["ringing"], "ended"),
    ):
        office = Office(call_waiting=waiting, max_calls=most)
        for number, _ in enumerate(states):
            office.arrives("30%d" % number)
        assert office.states() == states
        assert office.arrives("201").state == expected, (waiting, most, states)
    office = Office(call_waiting="off")
    stranger_ = office.arrives("666@evil", trusted=False)
    office.press("ENTER")
    assert stranger_.state == "connected"
    assert office.arrives("201").state == "ended", "one who is spoken to is in the way"
    office = Office(call_waiting="off")
    office.arrives("201")
    assert office.arrives("666@evil", trusted=False).state == "ended"
