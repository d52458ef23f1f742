"""The panel: what display, lamps and ringer tell of the desk's state."""

from deskkit import Office, Part

from base.printable import printable
from offhook.panel import dates, text_de, text_en, tones
from offhook.panel.lamps import Lamps
from offhook.panel.texts import Texts


def test_a_calls_time_counts_from_its_answer_not_from_its_first_ring():
    office = Office()
    call = office.arrives(remote_display="Ann")
    office.run(20_000)  # it rings
    assert office.drawn() == ["Call from", "Ann 201"]
    office.press("ENTER")
    office.run(65_000)
    assert office.drawn() == ["Connected", "Ann 201", "1:05"]
    call.remote_hold = True
    assert office.drawn()[0] == "You are on hold"


def test_a_call_that_was_forwarded_tells_whom_it_was_meant_for():
    office = Office()
    call = office.arrives(remote_display="Ann", diversion="400@h")
    assert office.drawn() == ["Call from", "Ann 201", "for 400"]
    call.answer()
    assert "for 400" not in office.drawn()


def test_a_calls_time_counts_over_the_wrap_of_the_ticks():
    office = Office(start=0x3FFFFFFF - 10_000)
    office.talk()
    office.run(61_000)
    assert office.drawn()[2] == "1:01"


def test_several_calls_are_a_list_with_the_active_one_first():
    office = Office()
    office.talk("300")
    office.talk("201")
    assert office.drawn() == ["Connected 201", "On hold 300"]
    office.desk.dialling, office.desk.entry = True, "42"
    assert office.drawn()[0] == "Dial: 42"


def test_the_other_party_is_shown_as_the_setting_wants_it():
    office = Office()
    office.arrives(remote_display="Ann")
    shown = []
    for method in ("name", "number", "both"):
        office.settings.set("display_method", method)
        shown.append(office.drawn()[1])
    assert shown == ["Ann", "201", "Ann 201"]


def test_a_name_that_is_the_number_is_shown_once():
    office = Office()
    office.arrives(remote_display="201")
    assert office.drawn()[1] == "201"


def test_the_idle_screen_tells_what_is_to_be_known():
    office = Office(dnd_mode=True, redirect_event="all", redirect_number="300")
    office.desk.missed, office.desk.messages = 2, 3
    office.agent.accounts[0].registered = False
    office.agent.accounts[0].reason = "no answer"
    office.panel.troubles["part"] = "ssd1306"
    assert office.panel.lines() == [
        "100",
        "",
        "Missing",
        " ssd1306",
        "100 not registered",
        " no answer",
        "Missed: 2",
        "Messages: 3",
        "Do not disturb",
        "Forwarded: 300",
    ]


def test_the_idle_screen_shows_the_time_once_it_is_known():
    office = Office()
    assert office.drawn() == ["100", ""]
    office.clock.seconds = 1
    assert office.drawn() == ["100", "25/11 7:20"]


def test_without_an_identity_the_display_says_what_to_do():
    office = Office()
    office.agent.accounts = []
    assert office.drawn()[0] == "No identity"
    office.settings.set("language", "Deutsch")
    assert office.drawn()[0] == "Keine Identität"


def test_lines_that_do_not_fit_take_turns_below_the_first():
    office = Office()
    office.part.rows = 2
    office.desk.missed, office.desk.messages = 2, 3
    seen = []
    for _ in range(6):
        seen.append(office.drawn()[1])
        office.run(2000)
    assert seen == ["", "Missed: 2", "Messages: 3"] * 2


def test_a_notice_stays_for_four_seconds_and_a_newer_one_for_its_own():
    office = Office()
    office.desk.say("one")
    office.run(3000)
    office.desk.say("two")
    office.run(3000)
    assert office.drawn()[-1] == "two"
    office.run(1000)
    assert "two" not in office.drawn()


def test_the_display_goes_on_when_it_was_unplugged():
    office = Office()

    def show(lines):
        raise OSError(5)

    shown = office.part.show
    office.part.show = show
    office.panel.refresh()
    office.run(3000)
    office.part.show = shown
    office.run(1000)
    assert office.part.shown == ["100", ""]


def test_the_ringer_rings_in_its_cadence_until_the_answer():
    office = Office()
    assert office.panel.ringing.hertz == 0
    office.arrives()
    assert office.part.tones == [440] and office.panel.ringing.hertz == 440
    office.run(1000)
    assert office.part.tones == [440, 0]
    office.run(4000)
    assert office.part.tones == [440, 0, 440]
    office.press("ENTER")
    assert office.part.tones == [440, 0, 440, 0] and office.panel.ringing.hertz == 0
    office.run(20_000)
    assert len(office.part.tones) == 4


def test_the_pattern_is_the_one_that_the_caller_asks_for():
    for info, hertz in (
        ("<http://h/Bellcore-dr3>", 660),
        ("<http://h/bellcore-dr9>", 440),
        ("info=alert-internal", 520),
        ("info=alert-external", 660),
        ("<http://h/x.wav>", 440),
        (None, 440),
    ):
        office = Office()
        office.arrives(alert_info=info)
        assert office.panel.ringing.hertz == hertz, info


def test_all_that_the_field_says_in_alert_info_chooses_among_our_own_ringers():
    for info, pattern in (
        ("<http://www.notused.com>;info=alert-internal;x-line-id=0", 2),
        ('<http://127.0.0.1>;info="alert-external"', 3),
        ("<http://h>; info = Alert-Group", 4),
        ("alert-internal", 2),
        ("<http://h/a>;info=from-group-sales", 4),
        ("<urn:alert:source:internal>", 2),
        ("<urn:alert:source:external:pstn@example>", 3),
        ("<urn:alert:priority:high>, <urn:alert:source:internal>", 2),
        ("<urn:alert:service:call-waiting>", 1),
        ("<http://127.0.0.1/Ringer7>", 7),
        ("<http://127.0.0.1/Ringer%2010>", 10),
        ("<http://127.0.0.1/Ringer%20>", 1),
        ("Ringer 9", 9),
        ("<file://Bellcore-dr4>", 4),
        ("Bellcore-dr2", 2),
        ("<http://h/Silent>", 0),
        ("<http://internal.example.com/group/bell.wav>", 1),
        ("<http://h/Ringer99>;x-line-id=0", 1),
        ("<http://h/a,b>;info=alert-external", 3),
        (";;;,,,<", 1),
        ("\u00e4" * 300, 1),
        ("", 1),
    ):
        office = Office()
        office.arrives(alert_info=info)
        assert office.panel.ringing.pattern == pattern, info


def test_the_texts_of_alert_info_are_the_owners():
    office = Office(alert_group_ring_text="Sales", alert_group_ring_sound=9)
    office.arrives(alert_info="<http://h>;info=sales")
    assert office.panel.ringing.pattern == 9


def test_an_identity_may_have_a_ringer_of_its_own_and_alert_info_goes_before_it():
    for own, info, pattern in (
        (-1, None, 1),
        (6, None, 6),
        (0, None, 0),
        (6, "alert-internal", 2),
    ):
        office = Office(user_ringer1=own)
        office.arrives(alert_info=info)
        assert office.panel.ringing.pattern == pattern, (own, info)
    assert office.part.tones[0] == 520


def test_a_silent_ringer_makes_no_tone_and_the_display_tells_the_call():
    office = Office(ring_sound=0)
    office.arrives()
    office.run(10_000)
    assert [x for x in office.part.tones if x] == [] and office.panel.ringing.hertz == 0
    assert office.drawn()[0] == "Call from"


def test_a_tune_is_played_note_by_note_and_from_its_beginning_again():
    office = Office(ring_sound=11, custom_melody="mine:d=4,o=5,b=120:c,e,g")
    office.arrives()
    office.run(1600)
    assert [x for x in office.part.tones if x] == [523, 659, 784]
    office.run(1000)
    assert [x for x in office.part.tones if x] == [523, 659, 784, 523]


def test_a_melody_that_is_not_there_rings_as_the_first():
    office = Office(ring_sound=11)
    office.arrives()
    assert office.panel.ringing.hertz == 440


def test_a_bell_that_is_the_loudspeaker_knocks_where_somebody_listens_to_it():
    office = Office()
    played = []
    office.part.play = played.append
    office.lift()  # a dial tone
    office.arrives()
    assert not played and tones.tone(office.desk) == "waiting"
    office.put_back()
    assert len(played) == 1 and played[0][0][0] == 440


def test_another_part_may_ring_from_one_moment_to_the_next():
    office = Office()
    office.arrives()
    bell = Part()
    office.panel.ringing.use(bell)
    office.panel.refresh()
    assert office.part.tones == [440, 0] and bell.tones == [440]
    office.press("CANCEL")
    assert bell.tones == [440, 0]
    office.run(20_000)
    assert office.part.tones == [440, 0]


def test_the_stutter_may_be_switched_off():
    office = Office(mwi_dialtone="normal")
    office.desk.messages = 1
    office.lift()
    assert tones.tone(office.desk) == "dial"


def test_the_ringer_is_silent_at_volume_0_and_for_a_call_that_waits():
    office = Office(vol_ringer=0)
    office.arrives()
    assert office.part.tones == []
    office = Office()
    office.talk()
    office.part.tones.clear()
    office.arrives("202")
    office.run(2000)
    assert office.part.tones == []


def test_the_lamp_of_a_line_shows_its_call():
    office = Office()
    call = office.arrives()
    assert office.lamp("P1") == "fast"
    office.press("ENTER")
    assert office.lamp("P1") == "on"
    office.press("HOLD")
    assert office.lamp("P1") == "slow"
    office.does(call.over, "remote")
    assert office.lamp("P1") == "off"
    office.press("P2")
    assert office.lamp("P2") == "on" and office.lamp("P1") == "off"


def test_the_lamp_of_a_call_of_ours_does_not_blink_while_it_rings_there():
    office = Office()
    office.press("2", "0", "1", "ENTER")
    office.does(office.agent.calls[0].alert)
    assert office.lamp("P1") == "on"


def test_lamps_show_what_the_keys_switch():
    office = Office(
        fkey4="active keyevent F_DND",
        fkey5="active keyevent F_REDIRECT",
        fkey6="active autoanswer",
        fkey7="active keyevent F_RETRIEVE",
        fkey8="active keyevent F_MUTE",
        fkey9="active redirect 300",
        fkey10="active keyevent AUTOANSWER",
    )
    keys = ["P%d" % n for n in range(5, 12)]
    office.drawn()
    assert [office.lamp(key) for key in keys] == ["off"] * 7
    office.settings.update({"dnd_mode": "on", "redirect_event": "all", "autoanswer": "on"})
    office.desk.messages, office.desk.muted = 1, True
    office.drawn()
    assert [office.lamp(key) for key in keys] == ["on"] * 7


def test_the_lamp_of_a_watched_extension_shows_its_state():
    office = Office(fkey4="active blf 205")
    for state, shown in ((None, "off"), ("idle", "off"), ("ringing", "fast"), ("busy", "on")):
        subscription = type("S", (), {"state": state})()
        office.fkeys.watched[4] = subscription
        office.drawn()
        assert office.lamp("P5") == shown, state


def test_lamps_blink_only_while_one_of_them_does():
    office = Office()
    lamps = Lamps(office.part, office.timers)
    lamps.update(["fast", "slow", "on", "off"])
    seen = []
    for _ in range(4):
        seen.append([office.part.lit["P%d" % n] for n in (1, 2, 3, 4)])
        office.run(250)
    assert [x[0] for x in seen] == [True, False, True, False]
    assert [x[1] for x in seen] == [True, True, False, False]
    assert all(x[2:] == [True, False] for x in seen)
    waiting = len(office.timers)
    lamps.update(["on", "off", "on", "off"])
    office.run(250)
    assert len(office.timers) == waiting - 1
    assert office.part.lit["P1"] is True


def test_tones_tell_what_is_open_and_what_became_of_the_call():
    office = Office()
    desk = office.desk
    assert tones.tone(desk) == ""
    office.lift()
    assert tones.tone(desk) == "dial"
    desk.messages = 1
    assert tones.tone(desk) == "stutter"
    office.press("2")
    assert tones.tone(desk) == ""
    office.press("ENTER")
    call = office.agent.calls[0]
    office.does(call.alert)
    assert tones.tone(desk) == "ringback"
    call.voice = object()
    assert tones.tone(desk) == ""
    desk.hears = lambda _: False  # the other side has said where it speaks from, and is silent
    assert tones.tone(desk) == "ringback"
    office.does(call.alert, 183)
    assert tones.tone(desk) == ""
    office.does(call.connect)
    assert tones.tone(desk) == ""
    other = office.arrives("300")
    assert tones.tone(desk) == "waiting"
    office.settings.set("call_waiting", "visual")
    assert tones.tone(desk) == ""
    office.does(other.over, "remote")
    office.does(call.over, "remote")
    assert tones.tone(desk) == "busy"
    office.put_back()
    assert tones.tone(desk) == ""


def test_dates_are_written_as_the_settings_want_them():
    class Wanted:
        def __init__(self, **values):
            self.get = values.get

    for hour, twelve in ((0, "12:05 am"), (1, "1:05 am"), (12, "12:05 pm"), (23, "11:05 pm")):
        now = (2026, 4, 11, hour, 5, 9)
        assert dates.short(now, Wanted()) == "11/4 " + twelve
        assert dates.short(now, Wanted(date_us_format=True)) == "4/11 " + twelve
        assert dates.short(now, Wanted(time_24_format=True)) == "11/4 %d:05" % hour


def test_what_moves_a_cursor_or_turns_the_writing_around_is_not_shown():
    for text, shown in (
        ("Ann", "Ann"),
        ("Änne Грета 李", "Änne Грета 李"),
        ("a\x1b[2Jb\r\nc\td", "a [2Jb  c d"),
        ("a\x7f\x85\x9bb", "ab"),
        ("\u202eevil\u202c\u200f\u2066x\u2069\ufeff", "evilx"),
        ("a\u200bb\u00adc\u061c", "abc"),
        ("", ""),
        ("\u2027|\u2028\u2029\u202e|\u202f", "\u2027||\u202f"),  # each range to its ends
        ("\u205f|\u2060\u2064\u206f|\u2070", "\u205f||\u2070"),
        ("\u200a|\u200b\u200f|\u2010", "\u200a||\u2010"),
        ("\ufff8|\ufff9\ufffb|\ufffc", "\ufff8||\ufffc"),
        ("~\x7f\x9f\xa0", "~\xa0"),
        ("\u180d\u180e\u180f\u061b\u061d", "\u180d\u180f\u061b\u061d"),
    ):
        assert printable(text) == shown, text
    office = Office()
    office.arrives("2\u202e01", remote_display="An\x07n\u200e")
    assert office.drawn()[1] == "An n 201"


def test_the_third_and_fifth_pattern_ring_as_they_are_written():
    for pattern, seen in (
        (3, [660, 250, 250, 250, 250, 1000, 4000]),
        (5, [350, 2000, 4000]),
    ):
        office = Office(ring_sound=pattern)
        office.arrives()
        for index, ms in enumerate(seen[1:]):
            assert office.part.tones[-1] == (0 if index & 1 else seen[0])
            count = len(office.part.tones)
            office.run(ms - 1)
            assert len(office.part.tones) == count
            office.run(1)
            assert len(office.part.tones) == count + 1


def test_a_second_call_rings_from_the_beginning_of_its_pattern():
    office = Office()
    call = office.arrives()
    office.run(1000)
    office.does(call.over, "remote", 487)
    office.part.tones.clear()
    office.arrives("202")
    assert office.part.tones == [440]


def test_a_key_that_a_call_is_bound_to_shows_the_call_whatever_its_type():
    office = Office(fkey4="active dest 201")
    office.press("P5")
    assert office.lamp("P5") == "on"
    office.does(office.agent.calls[0].over, "remote", 486)
    assert office.lamp("P5") == "off"


def test_labels_of_function_keys_stand_where_the_display_has_room_and_the_phone_rests():
    office = Office(fkey_label4="Door", fkey_label9="Ann", fkey_label20="Täter", fkey_label39="Z")
    office.part.rows = 5
    assert office.drawn() == ["100", "", "P5 Door", "P10 Ann", "P21 Täter"]
    office.settings.set("fkey9", "active keyevent F_DND")
    office.fkeys.take(9)
    office.settings.set("dnd_mode", "on")
    office.panel.refresh()
    assert office.drawn()[2:] == ["Do not disturb", "P5 Door", "P10* Ann"]
    office.part.rows = 2
    office.settings.set("dnd_mode", "off")
    assert office.drawn() == ["100", ""], "what is to be known goes first"
    office.part.rows = 5
    office.desk.say("a notice")
    assert office.drawn()[:3] == ["100", "", "a notice"]
    office.lift()
    assert not any("Door" in x for x in office.drawn())
    office.put_back()
    office.settings.set("fkey_label4", "Gate")
    office.panel.took("fkey_label4")
    assert "P5 Gate" in office.drawn()


# -- at the bounds ----------------------------------------------------------------------------


def test_numbers_of_ringers_that_there_are_and_are_not():
    for info, pattern in (
        ("Bellcore-dr0", None),
        ("Bellcore-dr1", 1),
        ("Bellcore-dr5", 5),
        ("Bellcore-dr6", None),
        ("Bellcore-dr", None),
        ("Bellcore-dr12", None),
        ("Ringer0", None),
        ("Ringer1", 1),
        ("bellcore_dr2", 2),
        ("Ringer10", 10),
        ("Ringer 3.wav", 3),
        ("Ringer11", None),  # the owner's melody is for the owner to choose
        ("Ringer010", 10),
        ("Ringer1000", None),
        ("silent", 0),
        ("silent.wav", 0),
        ("silently", None),
    ):
        for written in (info, "<http://h/%s>" % info, "<http://h/a>;info=" + info):
            office = Office(ring_sound=9)
            office.arrives(alert_info=written)
            assert office.panel.ringing.pattern == (9 if pattern is None else pattern), written


def test_of_many_values_of_alert_info_the_first_that_means_something_counts():
    for before, pattern in ((0, 3), (1, 3), (20, 3), (200, 9)):  # the header is looked at so far
        office = Office(ring_sound=9)
        office.arrives(alert_info="<http://h/x>," * before + "alert-external")
        assert office.panel.ringing.pattern == pattern, before
    for info, pattern in (
        ("<http://h/a,alert-internal,b>", 9),
        ("<http://h/a>,alert-internal", 2),
        ("alert-internal,alert-external", 2),
        (",alert-external", 3),
        ("<http://h/a>;info=x,<http://h/b>;info=alert-group", 4),
        ("urn:alert:source:internal", 2),
        ("<urn:alert:source:group>", 9),  # RFC 7462 has no such source
        ("<urn:alert:source:>", 9),
        ("http://h/a;info", 9),
        (";info=", 9),
    ):
        office = Office(ring_sound=9)
        office.arrives(alert_info=info)
        assert office.panel.ringing.pattern == pattern, info


def test_an_owners_text_is_meant_before_a_group_that_is_part_of_it():
    office = Office(alert_external_ring_text="internal-sales")
    office.arrives(alert_info="info=internal-sales")
    assert office.panel.ringing.pattern == 3
    office = Office(alert_external_ring_text="internal-sales")
    office.arrives(alert_info="info=alert-external")
    assert office.panel.ringing.pattern == 3, "external is part of it all the same"


def test_a_ringer_of_its_own_is_that_of_the_identity_that_is_called():
    office = Office(user_ringer1=6, user_ringer2=7, ring_sound=9)
    office.arrives()
    assert office.panel.ringing.pattern == 6
    office = Office(user_ringer1=-1, ring_sound=9)
    office.arrives()
    assert office.panel.ringing.pattern == 9


def test_a_call_is_told_with_what_is_to_be_known_in_its_state():
    office = Office()
    call = office.arrives("201", diversion="400@h")
    for state, lines in (
        ("ringing", ["Call from", "201", "for 400"]),
        ("connected", ["Connected", "201", "0:00"]),
        ("held", ["On hold", "201", "0:00"]),
    ):
        call.state = state
        assert office.drawn() == lines
    call.state, call.remote_hold = "connected", True
    assert office.drawn()[0] == "You are on hold"
    call.state = "held"
    assert office.drawn()[0] == "On hold", "what we have done ourselves goes first"
    office = Office()
    office.press("2", "ENTER")
    first = office.lines()
    office.does(office.agent.calls[0].alert)
    assert len(first) == len(office.lines()) == 2 and first[0] != office.lines()[0]


def test_the_time_of_a_call_is_minutes_and_seconds():
    for ms, shown in ((0, "0:00"), (59_900, "0:59"), (60_000, "1:00"), (3_661_000, "61:01")):
        office = Office()
        office.talk()
        office.desk.of(office.agent.calls[0]).answered = office.clock.now
        office.run(ms)
        assert office.drawn()[2] == shown


def test_calls_beside_each_other_are_lines_below_what_is_dialled():
    office = Office()
    office.talk("201")
    office.press("HOLD")
    rings = office.arrives("202")
    assert office.lines() == ["Call from 202", "On hold 201"], "what waits goes first"
    office.press("3")
    assert office.lines() == ["Dial: 3", "Call from 202", "On hold 201"]
    office.press("CANCEL")
    office.does(rings.over, "remote", 487)
    assert office.lines()[0] == "On hold" and len(office.lines()) == 3
    office.press("3")
    assert office.lines() == ["Dial: 3", "On hold 201"]
    office.press("CANCEL", "HOLD", "TRANSFER", "4")
    assert office.lines() == ["Transfer to: 4", "On hold 201"]


def test_who_hides_has_no_number():
    office = Office()
    for remote, name, anonymous, shown in (
        ("anonymous@anonymous.invalid", "", True, "Anonymous"),
        ("anonymous@anonymous.invalid", "Hidden", True, "Hidden"),
        ("201@pbx", "Ann", True, "Ann 201"),
        ("anonymous@pbx", "", False, "anonymous"),
    ):
        call = office.arrives(remote, remote_display=name, anonymous=anonymous)
        assert office.drawn()[1] == shown, (remote, name)
        office.does(call.over, "remote", 487)


def test_the_idle_screen_names_who_this_is_and_each_identity_that_fails():
    office = Office()
    first = office.agent.accounts[0]
    first.display = "Reception"
    assert office.drawn() == ["Reception", ""]
    first.registered = False
    assert office.drawn()[2:] == ["100 not registered"]
    first.register = False
    assert office.drawn()[2:] == [], "it need not"
    first.register, first.reason = True, "403"
    assert office.drawn()[2:] == ["100 not registered", " 403"]
    first.registered = True
    office.panel.troubles["no_network"] = ""
    office.panel.troubles["settings"] = type("T", (), {"reason": "two are broken"})()
    lines = office.drawn()[2:]
    assert len(lines) == 3 and " two are broken" in lines
    office.panel.troubles.clear()
    office.agent.accounts = []
    assert len(office.drawn()) == 3, "what to do without an identity"


def test_a_list_shows_four_entries_from_the_chosen_one():
    office = Office()
    for number in range(6):
        call = office.arrives("20%d" % number, remote_display="N%d" % number)
        office.does(call.over, "remote", 487)
    office.press("LEFT")
    assert office.lines()[1:] == [">N5 205", "N4 204", "N3 203", "N2 202"]
    office.press("DOWN", "DOWN", "DOWN")
    assert office.lines()[1:] == [">N2 202", "N1 201", "N0 200"]


def test_lines_take_turns_only_where_they_do_not_fit():
    for rows, turns in ((1, 1), (2, 4), (3, 2), (4, 2), (5, 1), (6, 1)):
        office = Office()
        office.part.rows = rows
        office.desk.missed, office.desk.messages = 2, 3
        office.settings.set("dnd_mode", "on")
        pages = []
        for _ in range(8):
            lines = list(office.drawn())
            assert lines[0] == "100" and len(lines) == 5
            if lines not in pages:
                pages.append(lines)
            office.run(2000)
        assert len(pages) >= turns and (len(pages) > 1) == (turns > 1), (rows, pages)
        if rows > 1:
            seen = {x for lines in pages for x in lines[:rows]}
            assert len(seen) == 5, "each line is seen"


def test_the_display_is_drawn_each_second_and_no_oftener():
    office = Office()
    drawn = []
    office.part.show = drawn.append
    office.panel.refresh()
    office.panel.refresh()
    drawn.clear()
    office.run(999)
    assert drawn == []
    office.run(1)
    assert len(drawn) == 1
    office.run(10_000)
    assert len(drawn) == 11


def test_a_burst_of_changes_is_drawn_once():
    office = Office()
    office.run()
    drawn = []
    office.part.show = drawn.append
    for _ in range(5):
        office.desk.changed()
    office.run()
    assert len(drawn) == 1
    office.desk.changed()
    office.run()
    assert len(drawn) == 2


def test_a_lamp_is_told_only_what_is_new_and_a_board_without_lamps_nothing():
    office = Office()
    told = []
    part = Part()
    part.set = lambda index, on: told.append((index, on))
    part.count = 2
    lamps = Lamps(part, office.timers)
    lamps.update(["on", "off", "on"])
    assert told == [(0, True), (1, False)], "it has two"
    lamps.update(["on", "off", "on"])
    assert len(told) == 2
    lamps.update(["off", "off"])
    assert told[2:] == [(0, False)]
    lamps = Lamps(None, office.timers)
    lamps.update(["fast"])
    assert lamps.states == ["fast"]


def test_lamps_that_were_unplugged_go_on_blinking():
    office = Office()

    def flush():
        raise OSError(5)

    office.part.flush = flush
    lamps = Lamps(office.part, office.timers)
    lamps.update(["fast"])
    seen = []
    for _ in range(4):
        seen.append(office.part.lit["P1"])
        office.run(250)
    assert seen == [True, False, True, False]


def test_lamps_blink_at_half_a_second_or_a_whole_one():
    office = Office()
    lamps = Lamps(office.part, office.timers)
    lamps.update(["fast", "slow"])
    changes = {"P1": [], "P2": []}
    before = dict(office.part.lit)
    for now in range(1, 2001):
        office.run(1)
        for name in changes:
            if office.part.lit[name] is not before[name]:
                changes[name].append(now)
        before = dict(office.part.lit)
    assert changes["P1"] == list(range(250, 2001, 250))
    assert changes["P2"] == list(range(500, 2001, 500))


def test_a_lamp_shows_the_first_call_of_its_key_and_what_is_dialled_on_it():
    office = Office(fkey5="active speed 201")
    office.press("P2")
    assert office.lamp("P2") == "on"
    office.press("CANCEL")
    assert office.lamp("P2") == "off"
    office.desk.dialling, office.desk.key = True, "P6"
    office.drawn()
    assert office.lamp("P6") == "off", "no line"
    for number in (39, 40, 41):  # the board has 40
        office.desk.key = "P%d" % number
        office.drawn()
    office.desk.dialling = False
    call = office.talk()
    for key in ("P40", "P41", None):
        office.desk.of(call).key = key
        office.drawn()
        lit = [x for x in range(40) if office.panel.states[x] != "off"]
        assert lit == ([39] if key == "P40" else []), key
    office.fkeys.count = 2
    office.drawn()
    assert len(office.panel.states) == 2


def test_a_short_tone_ends_by_itself():
    office = Office()
    office.desk.beep(880, 400)
    assert office.part.tones == [880]
    office.run(399)
    assert office.part.tones == [880]
    office.run(1)
    assert office.part.tones == [880, 0]
    office.panel.ringing.part = None
    office.desk.beep(880, 400)


def test_a_part_that_is_used_already_rings_on():
    office = Office()
    office.arrives()
    office.panel.ringing.use(office.part)
    office.panel.refresh()
    assert office.part.tones == [440]
    bell = Part()
    office.press("CANCEL")
    tones_before = list(office.part.tones)
    office.panel.ringing.use(bell)
    assert office.part.tones == tones_before and bell.tones == []


def test_a_loudspeaker_rings_again_when_the_dial_tone_is_over_and_stops_with_the_call():
    office = Office()
    told = []
    office.part.play = lambda segments: told.append("play")
    office.part.quiet = lambda: told.append("quiet")
    call = office.arrives()
    assert told == ["play"]
    office.run(20_000)
    assert told == ["play"], "it keeps time by itself"
    office.press("SPEAKER")
    assert told == ["play", "quiet"] and call.state == "connected"
    office.press("CANCEL")
    assert told == ["play", "quiet"]


def test_texts_are_in_the_language_that_is_set_and_else_in_english():
    for language, shown in (("English", "Busy"), ("Deutsch", "Besetzt"), ("Klingon", "Busy")):
        assert Texts({"language": language}.get).text("486") == shown
    assert Texts({"language": "Deutsch"}.get).text("nosuch") == "nosuch"
    assert set(text_en.TEXTS) == set(text_de.TEXTS)


def test_what_the_first_start_shows_stands_instead_of_the_idle_screen_and_alone():
    office = Office(fkey_label4="Door")
    first = office.panel.view.first_start = type("F", (), {})()
    first.shown = lambda text: ["Set up", "Offhook-ABCD"]
    assert office.drawn() == ["Set up", "Offhook-ABCD"]
    office.talk()
    assert office.drawn()[0] == "Connected"
    office.press("CANCEL")
    first.shown = lambda text: []
    assert office.drawn() == ["100", "", "P5 Door"]


def test_labels_are_not_shown_beside_a_list_or_a_question():
    office = Office(fkey_label4="Door")
    office.press("DOWN")
    assert "P5 Door" not in office.lines()
    office.press("CANCEL")
    assert "P5 Door" in office.lines()
    office.arrives()
    assert "P5 Door" not in office.lines()


def test_tones_follow_what_is_open_what_rings_and_what_waits():
    office = Office()
    desk, tone = office.desk, tones.tone
    office.arrives("201")
    assert tone(desk) == "", "nothing is open"
    desk.audio = "handset"
    assert tone(desk) == "waiting"
    office.settings.set("call_waiting", "visual")
    assert tone(desk) == "", "there is a call, and no number is asked for"
    desk.dialling = True
    assert tone(desk) == "dial"
    desk.entry = "2"
    assert tone(desk) == ""
    office = Office()
    office.talk("201")
    office.press("HOLD")
    assert tones.tone(office.desk) == ""
    office = Office()
    office.press("2", "ENTER")
    assert tones.tone(office.desk) == "", "it does not ring there yet"
    call = office.agent.calls[0]
    call.voice, office.desk.hears = object(), lambda _: False
    for status, heard in ((180, "ringback"), (182, "ringback"), (183, ""), (184, "ringback")):
        call.alert(status)
        assert tones.tone(office.desk) == heard, status
