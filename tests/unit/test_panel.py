"""The panel: what display, lamps and ringer tell of the desk's state."""

from deskkit import Office, Part

from base.printable import printable
from offhook.panel import dates, tones
from offhook.panel.lamps import Lamps


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
