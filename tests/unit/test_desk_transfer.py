"""Transfers, conference and call completion: which calls move where, and what is told."""

from deskkit import Office, Subscription

from offhook.desk import transfer


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


def test_without_a_conference_of_the_pbx_the_key_says_so():
    office = Office()
    call = office.talk()
    office.press("F_CONFERENCE")
    assert office.desk.notice == "No number set" and call.state == "connected"


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
