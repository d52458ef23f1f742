"""Transfers, conference and call completion: which calls move where, and what is told."""

from deskkit import Office, Subscription

from offhook.desk import transfer
from offhook.panel.tones import tone


def _two(office):
    """Return a held call and an active one of ours that rings."""
    held = office.talk("201")
    office.desk.dialling, office.desk.entry = True, "300"
    office.press("ENTER")
    office.events()
    return held, office.agent.calls[-1]


def test_a_blind_transfer_holds_asks_for_the_number_and_sends_there():
    for last in ("ENTER", "TRANSFER"):
        office = Office()
        call = office.talk()
        office.press("TRANSFER")
        assert call.state == "held" and office.lines()[0] == "Transfer to: "
        office.press("3", "0", "0", last)
        assert call.done == [("transfer", "300")]
        assert office.events() == ["incoming", "connected", "hold", "transfer", "blind_transfer"]
        assert office.desk.moving is None and not office.desk.dialling


def test_a_transfer_that_has_succeeded_ends_the_call_and_says_so():
    office = Office()
    call = office.talk()
    office.press("TRANSFER", "3", "ENTER")
    office.does(call.report, "transfer", status=100)
    assert call.state == "held" and office.desk.notice == ""
    office.does(call.report, "transfer", status=200)
    assert call.state == "ended" and office.desk.notice == "Transferred"


def test_a_transfer_that_has_failed_leaves_the_call_on_hold_and_tells_the_status():
    office = Office()
    call = office.talk()
    office.press("TRANSFER", "3", "ENTER")
    office.does(call.report, "transfer", status=486)
    assert call.state == "held" and office.desk.notice == "Transfer failed (486)"
    office.press("HOLD")
    assert call.state == "connected"


def test_cancel_gives_up_a_transfer_before_the_number_is_dialled():
    office = Office()
    call = office.talk()
    office.press("TRANSFER", "3", "CANCEL")
    assert office.desk.moving is None and call.state == "held" and call.done == []
    office.press("HOLD")
    assert call.state == "connected"


def test_a_number_that_is_none_transfers_nobody():
    office = Office()
    call = office.talk()
    transfer.blind(office.desk, call, "0800 FLOWERS")
    assert call.done == [] and office.desk.notice == "No number: 0800 FLOWERS"


def test_an_attended_transfer_joins_the_held_call_and_the_active_one():
    office = Office()
    held, active = _two(office)
    office.does(active.connect)
    office.events()
    office.press("TRANSFER")
    assert held.done == [("transfer", active)] and active.done == []
    assert office.events() == ["transfer", "attended_transfer"]


def test_while_the_target_rings_it_is_given_up_and_called_anew():
    office = Office()
    held, active = _two(office)
    office.does(active.alert)
    office.press("TRANSFER")
    assert held.done == [("transfer", "300@pbx")] and active.state == "ended"
    assert office.events() == ["transfer", "attended_transfer", "disconnected"]
    assert office.desk.completion is None and office.desk.notice == ""


def test_a_transfer_key_with_a_number_moves_the_call_without_holding_it():
    office = Office(fkey4="active transfer (030) 555-1", fkey5="active transfer")
    call = office.talk()
    office.press("P5")
    assert call.done == [("transfer", "0305551")] and call.state == "connected"
    assert office.events() == ["incoming", "connected", "transfer", "blind_transfer"]
    office = Office(fkey5="active transfer")
    call = office.talk()
    office.press("P6")
    assert call.state == "held" and office.desk.moving is call


def test_hanging_up_joins_two_calls_only_where_the_setting_wants_it():
    for wanted in (True, False):
        office = Office(transfer_on_hangup=wanted)
        held = office.talk("201")
        office.press("TRANSFER")
        office.desk.moving, moving = None, office.desk.moving
        office.desk.dialling = False
        office.agent.call(office.agent.accounts[0], "300")
        office.run()
        active = office.agent.calls[-1]
        office.does(active.connect)
        office.desk.moving = moving
        office.press("CANCEL")
        assert (held.done == [("transfer", active)]) is wanted


def test_a_call_that_ends_while_it_is_moved_leaves_nothing_to_move():
    office = Office()
    call = office.talk()
    office.press("TRANSFER")
    office.does(call.over, "remote")
    assert office.desk.moving is None
    office.press("3", "ENTER")
    assert office.agent.calls[0].remote == "3@pbx"


def test_transfer_in_an_idle_phone_is_nothing():
    office = Office()
    office.press("TRANSFER")
    assert office.desk.moving is None and not office.desk.dialling and office.events() == []


# -- conference -------------------------------------------------------------------------------


def test_a_conference_is_called_and_the_others_follow_when_it_answers():
    office = Office(conf_uri="+49 30 99")
    first, second = office.talk("201"), office.talk("202")
    waiting = office.arrives("203")
    office.press("CONFERENCE")
    conference = office.agent.calls[-1]
    assert conference.remote == "+493099@pbx" and first.done == second.done == []
    office.does(conference.connect)
    assert first.done == second.done == [("transfer", "sip:+493099@pbx")]
    assert waiting.done == [] and waiting.state == "ringing"
    office.does(conference.report, "connected")
    assert len(first.done) == 1, "they are sent there once"


def _conference(office):
    """Let 201 and 202 be in a conference with the phone; return both calls."""
    first, second = office.talk("201"), office.talk("202")
    assert office.states() == ["held", "connected"]
    office.press("CONFERENCE")
    return first, second


def test_the_key_joins_the_held_call_and_the_active_one():
    office = Office()
    first, second = _conference(office)
    assert office.states() == ["connected", "connected"]
    assert office.desk.members == (first, second)
    assert office.lines()[0] == "Conference" and len(office.lines()) == 3
    assert [office.lamp(key) for key in ("P1", "P2")] == ["on", "on"]


def test_with_one_call_the_key_asks_for_whom_to_join_and_joins_them():
    office = Office()
    first = office.talk("201")
    office.press("F_CONFERENCE")
    assert first.state == "held" and office.desk.dialling
    office.press("2", "0", "2", "ENTER")
    second = office.agent.calls[-1]
    office.does(second.alert)
    office.press("CONFERENCE")
    assert office.desk.members == (), "only who has answered is joined"
    office.does(second.connect)
    office.press("CONFERENCE")
    assert office.states() == ["connected", "connected"]


def test_without_two_calls_the_key_says_so():
    office = Office()
    office.press("CONFERENCE")
    assert office.desk.notice == "A conference needs two calls"
    call = office.talk()
    call.hold()
    office.press("CONFERENCE")
    assert call.state == "held" and office.desk.members == ()


def test_pressed_again_it_parts_the_two_and_the_last_one_stays():
    office = Office()
    _conference(office)
    office.press("CONFERENCE")
    assert office.states() == ["held", "connected"] and office.lines()[0] == "Connected 202"
    office.press("CONFERENCE")
    assert office.states() == ["connected", "connected"]


def test_hold_puts_a_conference_on_hold_and_takes_it_back():
    for back in ("HOLD", "ENTER", "CONFERENCE"):
        office = Office()
        _conference(office)
        office.press("HOLD")
        assert office.states() == ["held", "held"]
        office.press(back)
        assert office.states() == ["connected", "connected"], back
        assert len(office.desk.members) == 2


def test_when_one_hangs_up_the_call_with_the_other_goes_on():
    for gone in (0, 1):
        office = Office()
        members = _conference(office)
        office.does(members[gone].over, "remote")
        assert office.states() == ["connected"] and office.desk.members == ()
        assert office.desk.audio and office.lines()[0] == "Connected"
        office.press("HOLD")
        assert office.states() == ["held"]


def test_hanging_up_ends_the_conference():
    for end in ("CANCEL", "SPEAKER"):
        office = Office()
        first, second = _conference(office)
        office.press(end)
        assert office.states() == [] and first.done[-1] == second.done[-1] == "hangup", end
    office = Office()
    _conference(office)
    office.lift()
    office.put_back()
    assert office.states() == []


def test_transfer_leaves_the_two_others_to_each_other():
    office = Office()
    first, second = _conference(office)
    office.press("TRANSFER")
    assert first.done == [("transfer", second)] and office.states() == ["connected", "connected"]
    office.does(first.report, "transfer", status=200)
    office.does(second.over, "remote")
    assert office.states() == []


def test_the_line_key_of_one_puts_him_on_hold_and_takes_him_back_alone():
    office = Office()
    first, second = _conference(office)
    office.press("P1")
    assert office.states() == ["held", "connected"] and office.desk.members == ()
    office.press("HOLD")
    assert office.states() == ["held", "held"]
    office.press("P1")
    assert office.states() == ["connected", "held"]


def test_a_third_call_knocks_and_answered_holds_the_conference():
    office = Office()
    _conference(office)
    third = office.arrives("203")
    assert tone(office.desk) == "waiting"
    office.press("ENTER")
    assert office.states() == ["held", "held", "connected"]
    office.does(third.over, "remote")
    office.press("HOLD")
    assert office.states() == ["connected", "connected"]


def test_digits_reach_both_of_a_conference():
    office = Office()
    first, second = _conference(office)
    office.press("5")
    assert first.done == second.done == ["dtmf 5"]


def test_the_events_of_a_conference_are_those_of_its_calls():
    office = Office()
    first, second = _conference(office)
    assert office.events(first)[-2:] == ["hold", "unhold"]
    office.press("HOLD")
    assert office.events() == ["hold", "hold"]


# -- call completion --------------------------------------------------------------------------


def _unreached(status, **settings):
    office = Office(call_completion=True, **settings)
    office.press("2", "0", "1", "ENTER")
    office.does(office.agent.calls[0].over, "remote", status)
    return office


def test_whom_one_did_not_reach_is_watched_and_called_when_free():
    office = _unreached(486)
    assert "ENTER: call back 201" in office.lines()
    office.press("ENTER")
    assert office.desk.watch.log == ["add 201@pbx"]
    assert "Waiting for 201" in office.lines()
    watched = office.desk.watch.all[0]
    office.does(office.agent.listener, "watched", watched, state="busy")
    assert office.desk.completion.state == "waiting"
    office.does(office.agent.listener, "watched", watched, state="idle")
    assert "Free, ENTER: 201" in office.lines() and office.desk.watch.all == []
    assert office.part.tones == [880]
    office.run(400)
    assert office.part.tones == [880, 0]
    office.press("ENTER")
    assert office.agent.calls[0].remote == "201@pbx" and office.desk.completion is None


def test_who_did_not_answer_has_to_be_busy_once_before_they_are_free():
    office = _unreached(480)
    office.press("ENTER")
    watched = office.desk.watch.all[0]
    office.does(office.agent.listener, "watched", watched, state="idle")
    assert office.desk.completion.state == "waiting"
    office.does(office.agent.listener, "watched", watched, state="ringing")
    office.does(office.agent.listener, "watched", watched, state="idle")
    assert office.desk.completion.state == "free"


def test_a_blf_keys_subscription_serves_completion_and_stays():
    office = _unreached(486)
    key = Subscription(office.agent.accounts[0], "201", "dialog")
    key.state = "busy"
    office.desk.watch.all.append(key)
    office.press("ENTER")
    assert office.desk.watch.log == []
    office.does(office.agent.listener, "watched", key, state="idle")
    assert office.desk.completion.state == "free" and office.desk.watch.all == [key]


def test_the_offer_ends_after_a_while_by_cancel_and_by_the_next_failure():
    office = _unreached(486)
    office.run(15_000)
    assert office.desk.completion is None
    office = _unreached(486)
    office.press("CANCEL")
    assert office.desk.completion is None
    office = _unreached(486)
    office.press("3", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.completion.target == "3@pbx"
    office.press("ENTER")
    office.run(2_700_000)
    assert office.desk.completion is None and office.desk.watch.all == []


def test_who_cannot_be_watched_is_given_up():
    office = _unreached(486)
    office.press("ENTER")
    office.does(office.agent.listener, "unwatched", office.desk.watch.all[0])
    assert office.desk.completion is None and office.desk.notice == "Cannot be watched"
    office = _unreached(486)
    office.desk.watch.most = 0
    office.press("ENTER")
    assert office.desk.completion is None and office.desk.notice == "too many subscriptions"


def test_nothing_is_offered_where_it_makes_no_sense():
    for status in (404, 603, 200, 302):
        assert _unreached(status).desk.completion is None, status
    for status in (408, 480, 486, 600, 180):
        assert _unreached(status).desk.completion, status
    office = Office(call_completion=True)
    office.press("*", "7", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.completion is None, "a star code is nobody"
    office = Office()
    office.press("2", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.completion is None, "the setting is off"


def test_nothing_is_offered_nor_said_of_a_call_that_came_or_was_answered():
    office = Office(call_completion=True)
    office.does(office.arrives("201").over, "remote", 486)
    assert office.desk.completion is None and office.desk.notice == ""
    office.press("2", "0", "1", "ENTER")
    call = office.agent.calls[0]
    office.does(call.connect)
    office.does(call.over, "remote", 486)
    assert office.desk.completion is None and office.desk.notice == ""


def test_who_is_waited_for_is_watched_no_more_when_somebody_else_is_not_reached():
    office = _unreached(486)
    office.press("ENTER")
    assert len(office.desk.watch.all) == 1
    office.press("3", "ENTER")
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.desk.completion.target == "3@pbx" and office.desk.watch.all == []
    office.run(14_000)
    assert office.desk.completion.state == "offered"


def test_an_offer_lasts_as_long_as_it_says_and_waiting_much_longer():
    office = _unreached(486)
    office.run(14_900)
    assert office.desk.completion
    office.press("ENTER")
    office.run(2_690_000)
    assert office.desk.completion.state == "waiting"


def test_who_was_busy_is_free_at_the_first_end_of_a_call():
    office = _unreached(486)
    office.press("ENTER")
    office.does(office.agent.listener, "watched", office.desk.watch.all[0], state="idle")
    assert office.desk.completion.state == "free"


def test_ok_while_waiting_neither_calls_nor_watches_again():
    office = _unreached(486)
    office.press("ENTER", "ENTER")
    assert office.agent.calls == [] and len(office.desk.watch.log) == 1


def test_a_completion_that_is_over_leaves_no_timer():
    office = _unreached(486)
    office.press("CANCEL")
    office.run(5000)
    assert len(office.timers) == 1, "the display's second"


def test_transfer_while_a_number_is_typed_and_nobody_is_moved_leaves_it_alone():
    office = Office()
    office.press("2", "0", "TRANSFER")
    assert office.desk.entry == "20" and office.desk.dialling and office.desk.notice == ""
    office.press("1", "ENTER")
    assert office.agent.calls[0].remote == "201@pbx" and office.desk.moving is None
