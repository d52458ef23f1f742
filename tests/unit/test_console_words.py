"""Each word of the console, on a whole phone: what it answers, and what it refuses."""

import json
import sys

from deskkit import FakeCall
from phonekit import phone, refusal, said, wait
from support import raises

from actions import template
from base.version import VERSION
from offhook.console import console, page_words, service_words, words
from offhook.desk.restart import restart
from offhook.settings import catalogue


def test_each_word_has_its_help_and_no_other_is_taken():
    made = phone()
    assert sorted(words.ORDER) == sorted(words.WORDS)
    lines = said(made, "help")
    assert len(lines) == len(words.ORDER)
    for index, name in enumerate(words.ORDER):
        line = lines[index]
        assert line == "%s: %s" % (words.find(name).usage, words.find(name).meaning)
        assert line.split(" ")[0].rstrip(":") == name
        assert said(made, "help " + name) == [line]
    assert refusal(made, "help nonsense").startswith("there is no command 'nonsense'")
    assert refusal(made, "x" * 100) == "there is no command '%s'; help lists them" % ("x" * 20)


def test_a_line_is_taken_up_to_its_length_and_only_as_utf_8():
    made = phone()
    most = 8700
    line = "version " + "x" * (most - 8)
    assert "version" in said(made, line) and "version" in said(made, line.encode())
    assert refusal(made, line + "x") == "line too long"
    assert refusal(made, b"version \xff") == "no UTF-8"
    assert said(made, "  version   ")["version"] == VERSION


def test_a_fault_in_a_word_is_answered_and_the_answer_is_json():
    made = phone()
    made.fkeys = None
    assert refusal(made, "fkeys").startswith("AttributeError: ")
    text = console.execute(made, "get user_name1")
    try:
        text.send(None)
    except StopIteration as end:
        assert json.loads(end.value) == {"value": ""}


# -- the desk -------------------------------------------------------------------------------------


def test_press_holds_a_key_and_refuses_what_is_none():
    made = phone()
    seen = []
    made.keys.on_key, made.input.emit = None, lambda name, down: seen.append((name, down))
    assert said(made, "press P5 5") == {"ok": True}
    assert seen == [("P5", True), ("P5", False)]
    for line in ("press", "press P5 x", "press P5 10 20", "press P5 -1"):
        assert refusal(made, line) == "press takes KEY [MS], such as 'press P5 2100'", line
    assert refusal(made, "press P5 60001") == "press takes 60000 ms at most, not 60001"
    assert refusal(made, "press NOKEY 1") == "there is no key 'NOKEY'"


def test_hook_dial_calls_and_what_is_shown():
    made = phone()
    assert said(made, "calls") == []
    assert said(made, "hook off") == {"ok": True}
    assert made.desk.audio == "handset"
    assert refusal(made, "hook up") == "hook takes off or on, not 'up'"
    assert refusal(made, "dial") == "dial takes a number or a sip: URI, such as 'dial 201'"
    call_id = said(made, "dial 201")["call_id"]
    (call,) = said(made, "calls")
    assert call == {
        "state": "calling",
        "direction": "out",
        "local": "100@pbx",
        "remote": "201@pbx",
        "call_id": call_id,
        "key": "P1",
        "id": 1,
    }
    made.agent.calls[0].remote = "20\u202e1@pbx\x85"
    assert said(made, "calls")[0]["remote"] == "201@pbx"
    assert "201@pbx" in str(said(made, "display")["lines"]) or said(made, "display")["lines"]
    assert said(made, "lamps")["P1"] != "off" and said(made, "lamps")["P2"] == "off"
    assert len(said(made, "lamps")) == 50
    assert said(made, "hook on") == {"ok": True}
    assert said(made, "calls") == []


def test_keys_are_those_of_the_board_and_those_by_software():
    found = said(phone(), "keys")
    for name in ("0", "#", "P1", "P32", "P50", "ENTER", "F4", "DND"):
        assert name in found, name
    assert "HOOK" not in found and "NONE" not in found and len(found) == len(set(found))


# -- settings -------------------------------------------------------------------------------------


def test_a_setting_is_set_got_shown_found_and_unset():
    made = phone()
    assert said(made, "set redirect_time 20") == {"value": 20}
    assert said(made, "get redirect_time") == {"value": 20}
    assert said(made, "set user_pass1   hush") == {"value": "***"}
    assert said(made, "get user_pass1") == {"value": "***"}
    assert said(made, "get mac") == {"value": made.network.mac}
    assert said(made, "show") == {"redirect_time": "20", "user_pass1": "***"}
    assert said(made, "unset redirect_time") == {"ok": True}
    assert said(made, "get redirect_time") == {"value": 10}
    by_name, by_meaning = said(made, "find redirect_time"), said(made, "find unanswered")
    assert len(by_name) == 4 and by_name[1].startswith(
        "redirect_time (a number from 1 to 120, 10): "
    ), by_name
    assert any(x.startswith("redirect_time ") for x in by_meaning)
    assert said(made, "find nosuchword") == []


def test_what_cannot_be_set_says_what_would_be_right():
    made = phone()
    for line, why in (
        ("set", "set takes NAME VALUE, such as 'set user_name1 100'"),
        ("set redirect_time", "set redirect_time takes a value; 'unset redirect_time' gives"),
        ("get", "that takes the name of a setting"),
        ("set redirect_time 121", "redirect_time: "),
        ("unset nosuch", "there is no setting 'nosuch'"),
        ("get user_nam1", "there is no setting 'user_nam1'"),
        ("reset", "'reset yes' forgets all settings and call lists, and restarts"),
    ):
        assert refusal(made, line).startswith(why), (line, refusal(made, line))
    odd = said(made, "set action_dnd_on_url http://host/?x=$REMOTE")
    assert odd["value"] == "http://host/?x=$REMOTE" and "$REMOTE" in odd["warnings"][0]
    assert "warnings" not in said(made, "set action_dnd_on_url http://host/?x=$remote")


def test_a_reset_forgets_everything_and_restarts():
    made = phone(user_name1="100", user_pass1="hush")
    assert made.platform.storage.files
    assert said(made, "reset yes") == {"ok": True}
    assert made.platform.storage.files == {} and made.platform.resets == 1


def test_a_call_that_has_just_ended_is_forgotten_with_all_else():
    made = phone(user_name1="100", user_host1="pbx")
    made.platform.storage.wipes = 25  # so that it goes on for a while
    for ended in (True, False):
        said(made, "dial 300")
        if ended:
            made.agent.calls[0].over("remote", 486)
            wait(made, 10)
    said(made, "reset yes")
    made.agent.calls[0].over("local", 0)  # its restart ends it
    made.desk.reset()
    wait(made, 10_000)
    assert made.platform.storage.files == {} and said(made, "lists") == []


def test_whoever_restarts_the_phone_what_waits_to_be_saved_is_saved_before():
    for how in ("reboot", "check-sync", "update", "provisioning"):
        made = phone(user_name1="100", user_host1="pbx")
        said(made, "dial 300")
        made.settings.change({"vol_ringer": "3"})  # in the call, by a key
        storage = made.platform.storage
        assert not any(b"vol_ringer" in x for x in storage.files.values())
        if how == "reboot":
            said(made, "reboot now")
        elif how == "update":
            made.restart()
        else:
            restart(made.desk)
        made.agent.calls[0].over("remote", 486)
        wait(made, 2000)
        assert made.platform.resets >= 1, how
        assert any(b"vol_ringer=3" in x for x in storage.files.values()), how
        if how in ("check-sync", "provisioning"):  # they wait for the call's end
            assert b"300@pbx" in storage.files["calls.txt"]


def test_how_long_a_reset_wipes_the_flash_is_told_before_it_restarts():
    made = phone(user_name1="100")
    made.platform.storage.wipes = 25
    answer = said(made, "reset yes")
    assert "about 25 s" in answer["restart"] and made.platform.storage.files == {}
    assert made.platform.resets == 0, "its answer goes first"
    wait(made, 500)
    assert made.platform.resets == 1


def test_a_reset_that_leaves_something_says_so_and_does_not_restart():
    made = phone(user_name1="100")

    def full(*_):
        raise OSError(28)

    made.platform.storage.wipe_later = full
    assert refusal(made, "reset yes") == "reset: not all is forgotten: the flash is full"
    made.platform.storage.wipe_later = lambda: 0
    made.platform.storage.files["calls.txt"] = b"x"
    made.platform.storage.remove = lambda name: None
    assert refusal(made, "reset yes").startswith("reset: not all is forgotten: calls.txt")
    assert made.platform.resets == 0


# -- service --------------------------------------------------------------------------------------


def test_status_tells_what_there_is():
    made = phone(user_name1="100")
    made.parts.missing.append("display: nobody answers")
    made.agent.transactions = {"a": 1, "b": 2}
    account = made.agent.accounts[0]
    account.registered, account.reason = True, "late\u202e"
    found = said(made, "status")
    assert found["version"] == VERSION and found["address"] == "127.0.0.1"
    assert found["network"] == "up" and found["settings"] == "ok"
    assert found["missing"] == ["display: nobody answers"] and found["modules"] == ["D7"]
    assert found["transactions"] == 2 and found["subscriptions"] == 0
    assert found["updating"] is False and found["audio"] == made.desk.audio
    assert found["identities"] == [
        {
            "number": 1,
            "uri": "sip:100@pbx",
            "register": True,
            "registered": True,
            "reason": "late",
        }
    ]
    assert found["memory"]["system"]["free"] == 120000
    before = found["timers"]
    made.timers.after(1000, print)
    assert said(made, "status")["timers"] == before + 1
    made.network.fault("unplugged", True)
    assert said(made, "status")["network"] != "up"
    made.agent = None  # as at the REPL
    found = said(made, "status")
    assert found["identities"] == [] and found["transactions"] == 0


def test_version_ram_loaded_log_and_counters():
    made = phone()
    assert said(made, "version") == {
        "version": VERSION,
        "firmware": "%s %s" % (sys.implementation.name, python()),
        "machine": getattr(sys.implementation, "_machine", ""),
    }
    assert said(made, "ram")["free"] > 0
    assert "offhook.console.words" in said(made, "loaded")
    assert said(made, "loaded") == sorted(said(made, "loaded"))
    for number in range(5):
        made.log(3, "line %d", number)
    assert [x[-6:] for x in said(made, "log 2")] == ["line 3", "line 4"]
    assert said(made, "log")[-1].endswith("line 4") and len(said(made, "log")) >= 5
    assert refusal(made, "log x") == "log takes a number of lines, not 'x'"
    assert said(made, "counters")["total"]["queued"] == 0


def python():
    """Return the version of the interpreter."""
    return ".".join(str(x) for x in sys.implementation.version[:3])


def test_an_event_is_sent_now_only_where_it_has_a_template():
    made = phone(action_dnd_on_url="http://user:hush@127.0.0.9:9/x")
    asked = []

    async def test(event, context):
        asked.append(event)
        return [{"status": 200, "ms": 3, "cause": ""}]

    made.actions.test = test
    assert said(made, "test_url action_dnd_on_url") == {
        "template": "http://user:***@127.0.0.9:9/x",
        "results": [{"status": 200, "ms": 3, "cause": ""}],
    }
    assert asked == ["action_dnd_on_url"]
    for line, why in (
        ("test_url", "'' is no event; 'find action_' lists them"),
        ("test_url user_name1", "'user_name1' is no event"),
        ("test_url action_url_queue", "'action_url_queue' is no event"),
        ("test_url action_nosuch_url", "there is no setting 'action_nosuch_url'"),
        ("test_url action_dnd_off_url", "action_dnd_off_url is not set"),
    ):
        assert refusal(made, line).startswith(why), line


def test_the_rest_of_the_words_for_service():
    made = phone()
    assert refusal(made, "update https://a https://b") == "update takes [URL] [force]"
    assert refusal(made, "update http://a") != ""
    assert said(made, "fault loss on") == {"ok": True}
    assert said(made, "fault loss off") == {"ok": True}
    assert made.platform.faults == [("loss", True), ("loss", False)]
    assert refusal(made, "fault loss") == "fault takes NAME on|off"
    made.terminal.person = True
    assert said(made, "json on") == {"ok": True} and not made.terminal.person
    assert said(made, "json off") == {"ok": True} and made.terminal.person
    assert refusal(made, "json yes") == "json takes on or off, not 'yes'"
    assert not made.done.is_set()
    assert said(made, "quit") == {"ok": True} and made.done.is_set()


# -- for pages ------------------------------------------------------------------------------------


def test_settings_by_group_say_what_would_be_right():
    made = phone(user_name1="100", user_pass1="hush")
    titles = said(made, "groups")
    assert titles == [title for title, _ in catalogue.GROUPS] and "Identities" in titles
    found = said(made, "group Identities")
    assert found["title"] == "Identities"
    assert found["values"] == {"user_name1": "100", "user_pass1": "***"}
    rows = {row["name"]: row for row in found["settings"]}
    assert (
        rows["user_expiry#"]["values"] == [30, 86400] and rows["user_expiry#"]["default"] == "3600"
    )
    assert rows["user_pass#"]["private"] and rows["user_pass#"]["longest"] == 64
    assert not rows["user_name#"]["private"] and "longest" not in rows["user_active#"]
    assert rows["user_transport#"]["values"] == ["auto", "udp", "tcp", "tls"]
    assert said(made, "group Device")["values"] == {}
    assert refusal(made, "group nosuch") == "there is no group 'nosuch'"


def test_several_settings_are_taken_together_or_none_of_them():
    made = phone()
    answer = said(made, "take " + json.dumps({"redirect_time": "20", "user_name1": "100"}))
    assert answer == {"taken": 2} and made.settings.get("redirect_time") == 20
    answer = said(made, "take " + json.dumps({"user_name1": None, "redirect_time": "5"}))
    assert answer == {"taken": 2} and said(made, "show") == {"redirect_time": "5"}
    odd = said(made, 'take {"action_dnd_on_url": "http://h/$REMOTE"}')
    assert "$REMOTE" in odd["warnings"]["action_dnd_on_url"][0]
    wrong = refusal(made, 'take {"redirect_time": "0", "user_name1": "7", "nosuch": "x"}')
    assert "redirect_time" in wrong and "nosuch" in wrong
    assert "redirect_event" in refusal(made, 'take {"redirect_event": "all"}')
    assert made.settings.get("user_name1") == "" and made.settings.get("redirect_time") == 5
    for text in ("", "{}", "[]", "7", '{"user_name1": 7}', "{", "null", '{1: "x"}', "[" * 3000):
        assert refusal(made, "take " + text).startswith("take wants a JSON object of 64"), text
    half = refusal(made, 'take {"user_realname1": "\\ud800"}')
    assert half.startswith("user_realname1: ") and made.settings.get("user_realname1") == ""
    masked = refusal(made, 'take {"action_dnd_on_url": "http://u:***@h/"}')
    assert masked.startswith("action_dnd_on_url: *** stands for a password")
    many = json.dumps({"fkey%d" % i: None for i in range(65)})
    assert refusal(made, "take " + many).startswith("take wants a JSON object of 64")


def test_events_have_their_variables_and_a_template_is_previewed():
    made = phone(action_incoming_url="http://user:hush@h/$remote")
    rows = {row["event"]: row for row in said(made, "actions")}
    incoming = rows["action_incoming_url"]
    assert incoming["value"] == "http://user:***@h/$remote"
    assert incoming["variables"][0] == "sip_header(NAME)" and "remote" in incoming["variables"]
    assert incoming["meaning"] == "an incoming call rings"
    assert "remote" not in rows["action_setup_url"]["variables"]
    assert "cancel_reason" in rows["action_missed_url"]["variables"]
    assert "mos" in rows["action_disconnected_url"]["variables"]
    given = {x for row in rows.values() for x in row["variables"]}
    known = {x for x in template._RUNTIME if x not in ("mac", "sip_header")}
    assert not known - given, "a variable that no page tells of"
    found = said(made, "preview action_incoming_url http://h/?r=$remote&l=$local&m=$mac")
    assert found["call"] == "sample" and found["warnings"] == []
    assert found["urls"] == ["http://h:80/?r=201@pbx&l=100@pbx&m=" + made.network.mac]
    assert (
        said(made, "preview fkey5 active url http://h/$phone_type")["urls"]
        == ["http://h:80/offhook"]
        or said(made, "preview fkey5 active url http://h/?$phone_type")["urls"]
    )
    assert said(made, "preview fkey5 active speed 201")["urls"] == []
    assert said(made, "preview fkey5") == {"urls": [], "warnings": [], "call": ""}
    said(made, "dial 300")
    found = said(made, "preview action_incoming_url http://h/?r=$remote")
    assert found["call"] == "now" and found["urls"] == ["http://h:80/?r=300@pbx"]
    made.agent.calls[0].over("remote", 486)
    found = said(made, "preview action_incoming_url http://h/?r=$remote&d=$call_direction")
    assert found["call"] == "last" and found["urls"] == ["http://h:80/?r=300@pbx&d=out"]
    for line in ("preview", "preview user_name1 x", "preview nosuch http://h/"):
        assert refusal(made, line) == "preview takes an event and a template", line


def test_function_keys_and_lists_are_shown():
    made = phone(fkey5="active url http://u:hush@h/x", fkey_longpress5="on")
    found = said(made, "fkeys")
    assert len(found["keys"]) == made.fkeys.count and "blf" in found["types"]
    key = found["keys"][5]
    assert key["key"] == "P6" and key["setting"] == "fkey5" and key["type"] == "url"
    assert (
        key["argument"] == "http://u:***@h/x" and key["value"] == "active url " + key["argument"]
    )
    assert key["long"] is True and found["keys"][4]["long"] is False
    assert found["keys"][0]["type"] == "line" and found["keys"][0]["argument"] == ""
    assert "F_HOLD" in found["events"]
    assert said(made, "lists") == []
    said(made, "dial 300")
    made.agent.calls[0].over("remote", 486)
    (entry,) = said(made, "lists")
    assert entry["kind"] == "d" and entry["number"] == "300@pbx" and entry["time"] == 0


def test_a_reboot_waits_for_its_answer_and_not_for_a_call_that_must_end():
    made = phone()
    said(made, "dial 300")
    assert refusal(made, "reboot") == "there is a call; 'reboot now' ends it"
    assert said(made, "set dnd_mode on")["saved"] == "when the call is over"
    writes = made.platform.storage.writes
    assert said(made, "reboot now") == {"ok": True} and made.platform.resets == 0
    wait(made, 500)
    assert made.platform.resets == 1 and made.platform.storage.writes > writes


def test_no_connection_is_opened_ahead_of_need_while_there_is_a_call():
    made = phone()
    wait(made, 1000)
    assert made.free() and made.http.free()
    said(made, "dial 300")
    wait(made, 5000)
    assert made.calm() and not made.free() and not made.http.free()
    made.agent.calls[0].over("remote", 486)
    wait(made, 1000)
    assert made.http.free()


def test_a_key_is_held_as_long_as_is_said_a_minute_at_most():
    made = phone()
    held = []

    async def press(name, ms):
        held.append((name, ms))

    made.remote.press = press
    for line in ("press P5", "press P5 0", "press P5 2100", "press P5 60000"):
        assert said(made, line) == {"ok": True}
    assert held == [("P5", 80), ("P5", 0), ("P5", 2100), ("P5", 60000)]
    assert refusal(made, "press P5 60001") and len(held) == 4


def test_display_and_lamps_are_of_now():
    made = phone(fkey4="active keyevent F_MUTE", display_method="number")
    assert said(made, "lamps")["P5"] == "off"
    made.desk.muted = True
    assert said(made, "lamps")["P5"] == "on"
    made.desk.notice = "something"
    assert "something" in said(made, "display")["lines"]
    made.panel.view.part = None  # a board without a display
    made.desk.notice = "something else"
    assert "something else" in said(made, "display")["lines"]


def test_what_is_due_is_done_before_a_line_is_carried_out():
    made = phone()
    made.timers.after(0, made.settings.set, "redirect_time", "33")
    assert said(made, "get redirect_time") == {"value": 33}


def test_a_status_without_a_network_says_why_where_that_is_known():
    made = phone()
    made.network = type("N", (), {"up": False, "address": lambda self: None})()
    found = said(made, "status")
    assert found["network"] == "down" and found["address"] is None
    made.network.reason = "wrong password"
    assert said(made, "status")["network"] == "wrong password"
    made.network.up = True
    assert said(made, "status")["network"] == "up"


def test_a_status_counts_what_is_watched_and_only_what_is_there():
    made = phone()
    account = made.agent.accounts[0]
    for target in ("201", "202", "203"):
        made.desk.watch.add(account, target, "dialog")
    made.desk.watch.all[1].active = False
    assert said(made, "status")["subscriptions"] == 2
    made.desk.watch = made.agent = None
    found = said(made, "status")
    assert found["subscriptions"] == 0 and found["transactions"] == 0
    made.settings.troubles.append("two files are broken")
    assert said(made, "status")["settings"] == "two files are broken"


def test_the_first_start_is_told_to_the_serial_line():
    made = phone()
    first = made.first_start = type("F", (), {"state": "open", "name": "Offhook-ABCD"})()
    first.key, first.url = "secret", "http://192.168.4.1/"
    first.ssid, first.told = "Workshop", "wrong password"
    assert said(made, "first_start") == {
        "state": "open",
        "network": "Offhook-ABCD",
        "password": "secret",
        "page": "http://192.168.4.1/",
        "ssid": "Workshop",
        "failed": "wrong password",
    }


def test_new_software_is_fetched_from_where_the_line_or_the_setting_says():
    made = phone(update_server="https://set.example/")
    asked = []

    def start(phone, url, forced):
        asked.append((url, forced))

    kept, service_words.software = service_words.software, type("S", (), {"start": start})
    try:
        for line in ("", " force", " https://a/", " https://a/ force", " force https://a/"):
            assert said(made, "update" + line) == {"ok": True}, line
        assert refusal(made, "update https://a/ force https://b/") == "update takes [URL] [force]"
    finally:
        service_words.software = kept
    server = "https://set.example/"
    assert (
        asked
        == [(server, False), (server, True), ("https://a/", False)] + [("https://a/", True)] * 2
    )


def test_a_log_is_as_long_as_is_asked():
    made = phone()
    for number in range(5):
        made.log(3, "line %d", number)
    for line, count in (("log 1", 1), ("log 3", 3)):
        assert len(said(made, line)) == count, line
    assert len(said(made, "log")) == len(made.log.lines())


def test_a_value_that_is_locked_says_by_whom():
    made = phone(redirect_time="20")
    assert said(made, "get redirect_time") == {"value": 20}
    made.settings.marks.locks["redirect_time"] = "server"
    assert said(made, "get redirect_time") == {"value": 20, "locked": "by server"}


def test_while_a_call_goes_on_a_setting_is_saved_after_it():
    made = phone()
    later = "when the call is over"
    assert said(made, "set redirect_time 20") == {"value": 20}
    said(made, "dial 300")
    assert said(made, "set redirect_time 21") == {"value": 21, "saved": later}
    assert said(made, "unset redirect_time") == {"saved": later}
    assert said(made, "set redirect_time 22")["saved"] == later
    made.agent.calls[0].over("remote", 486)
    wait(made, 10_000)
    assert said(made, "unset redirect_time") == {"ok": True}


def test_the_mac_is_that_of_the_board_until_one_is_set():
    made = phone()
    assert said(made, "get mac") == {"value": made.network.mac}
    assert said(made, "set mac 0011223344AA")["value"].lower() == "0011223344aa"
    assert said(made, "get mac")["value"].lower() == "0011223344aa"


def test_a_group_shows_what_is_locked_in_it_and_nothing_of_other_groups():
    made = phone(user_name1="100", redirect_time="20")
    made.settings.marks.locks["user_host2"] = "server"
    made.settings.marks.locks["redirect_time"] = "server"
    found = said(made, "group Identities")
    assert found["locked"] == {"user_host2": "server"}
    assert found["values"] == {"user_name1": "100"}
    for title in said(made, "groups"):
        rows = said(made, "group " + title)["settings"]
        assert rows, title
        for row in rows:
            assert row["name"] and row["meaning"] and row["right"], row
            assert ("values" in row) == (row["kind"] in ("int", "one")), row


def test_as_many_settings_as_a_page_may_have_are_taken_at_once():
    made = phone()
    texts = {"fkey_label%d" % i: "x" for i in range(32)}
    texts.update({"fkey_longpress%d" % i: "on" for i in range(32)})
    assert said(made, "take " + json.dumps(texts)) == {"taken": 64}
    assert made.settings.get("fkey_label31") == "x"


def test_what_a_storage_cannot_keep_is_told_beside_a_setting():
    made = phone()

    async def keep(texts):
        raise ValueError("user_name1: not saved, the storage says ENOSPC")

    made.settings.keep = keep
    for texts, name in (
        ({"user_name1": "1", "redirect_time": "20"}, "user_name1"),
        ({"user_pass1": "1", "redirect_time": "20"}, "redirect_time"),
    ):
        assert "not saved" in refusal(made, "take " + json.dumps(texts))
        coroutine = page_words.take(made, json.dumps(texts))
        with raises(page_words.Refused) as caught:
            coroutine.send(None)
        assert list(caught.value.errors) == [name], texts


def test_every_event_has_the_variables_that_it_can_have():
    rows = {row["event"]: row["variables"] for row in said(phone(), "actions")}
    for event, has, lacks in (
        ("action_incoming_url", "remote sip_header(NAME) mac", "mos context_url cancel_reason"),
        ("action_disconnected_url", "remote mos rtp_loss cancel_reason duration", "context_url"),
        ("action_missed_url", "remote cancel_reason", "mos longpress_key"),
        ("action_log_on_url", "context_url active_user", "remote duration"),
        ("action_reg_failed", "context_url", "remote call-id"),
        ("action_setup_url", "phone_ip mac", "remote context_url call-id"),
        ("action_dnd_on_url", "nr_ongoing_calls", "remote"),
        ("action_hold", "remote active_key", "mos sip_header(NAME)"),
        ("action_offhook_url", "remote local", "mos"),
        ("action_longpress_url", "longpress_key active_key", "remote duration"),
    ):
        for name in has.split():
            assert name in rows[event], (event, name)
        for name in lacks.split():
            assert name not in rows[event], (event, name)
        assert len(rows[event]) == len(set(rows[event])), event


def test_a_preview_of_a_call_that_might_be_has_a_value_for_each_of_its_variables():
    made = phone(user_name1="100", user_realname1="Desk")
    event = "preview action_disconnected_url http://h/?"
    for variable, value in (
        ("remote", "201@pbx"),
        ("local", "100@pbx"),
        ("display_remote", "Sample%20Caller"),
        ("duration", "42"),
        ("call_direction", "in"),
        ("mos", "4.3"),
        ("rtp_loss", "0.2"),
        ("rtp_jitter", "4"),
        ("nr_ongoing_calls", "0"),
    ):
        (url,) = said(made, event + "$" + variable)["urls"]
        assert url == "http://h:80/?" + value, (variable, url)
    made.agent.accounts.clear()
    found = said(made, event + "$local&$remote")["urls"]
    assert found == ["http://h:80/?100@desk.example&201@desk.example"]
    assert said(made, event + "$REMOTE")["warnings"] != []


def test_a_preview_takes_the_last_call_where_there_is_one():
    made = phone()
    account = made.agent.accounts[0]
    for direction, expected in (("out", "out"), ("in", "in")):
        call = FakeCall(made.agent, direction, account, "305@pbx")
        call.remote_display = "Bob"
        call.over("remote", 487)
        wait(made, 100)
        found = said(
            made, "preview action_missed_url http://h/?$call_direction&$display_remote&$remote"
        )
        assert found["call"] == "last"
        assert found["urls"] == ["http://h:80/?%s&Bob&305@pbx" % expected]


def test_a_restart_is_refused_during_a_call_only_and_saves_what_waits():
    made = phone()
    assert said(made, "reboot") == {"ok": True}
    assert made.platform.resets == 0, "its answer goes first"
    wait(made, 500)
    assert made.platform.resets == 1
    made = phone()
    said(made, "dial 300")
    made.agent.calls[0].over("remote", 486)
    wait(made, 10)
    assert "calls.txt" not in made.platform.storage.files
    said(made, "reboot")
    wait(made, 500)
    assert b"300@pbx" in made.platform.storage.files["calls.txt"]
    assert made.platform.resets == 1

    def full(*_):
        raise OSError(28)

    made = phone()
    made.settings.flush = full
    said(made, "reboot")
    wait(made, 500)
    assert made.platform.resets == 1 and "not saved" in said(made, "log")[-1]
    made.desk.agent = None  # while the phone starts
    assert said(made, "reboot") == {"ok": True}


def test_the_last_calls_have_their_time_and_how_they_sounded():
    made = phone()
    made.clock.seconds = 1_700_000_000
    said(made, "dial 300")
    call = made.agent.calls[0]
    call.connect()
    call.remote_display = "Bob"
    wait(made, 10)
    made.desk.of(call).figures = type("F", (), dict(mos=4.3, loss=0.2, jitter=4, delay=61))
    call.over("remote", 0)
    wait(made, 10)
    assert said(made, "lists") == [
        {
            "kind": "d",
            "time": 1_700_000_000,
            "number": "300@pbx",
            "name": "Bob",
            "voice": "4.3 0.2 4 61",
        }
    ]


def test_each_function_key_is_told_with_its_label_and_number():
    made = phone(fkey5="2 speed 201", fkey_label5="Ann", fkey6="none")
    keys = said(made, "fkeys")["keys"]
    assert [x["key"] for x in keys[:3]] == ["P1", "P2", "P3"]
    assert (keys[5]["context"], keys[5]["type"], keys[5]["argument"]) == ("2", "speed", "201")
    assert keys[5]["label"] == "Ann" and keys[4]["label"] == ""
    assert keys[6]["type"] == "none" and keys[6]["argument"] == ""
    made.fkeys.count = 0
    assert len(said(made, "fkeys")["keys"]) == 1, "a page has one to show"


def test_a_file_of_settings_is_taken_by_hand_piece_by_piece():
    made = phone()
    done = []
    made.provisioning.resync = lambda: done.append("resync")
    made.provisioning.begin = lambda: done.append("begin")
    made.provisioning.feed = done.append

    async def end():
        return {"taken": 2}

    made.provisioning.end = end
    made.provisioning.report = lambda: {"state": "idle"}
    for line, answer in (
        ("provision", {"ok": True}),
        ("provision now", {"ok": True}),
        ("provision begin", {"ok": True}),
        ("provision data YWJj", {"ok": True}),
        ("provision end", {"taken": 2}),
        ("provisioning", {"state": "idle"}),
    ):
        assert said(made, line) == answer, line
    assert done == ["resync", "resync", "begin", b"abc"]
    usage = "provision takes nothing, or begin, data BASE64, end"
    for line in (
        "provision now 1",
        "provision begin 1",
        "provision data",
        "provision end 1",
        "provision x",
    ):
        assert refusal(made, line) == usage, line
    assert refusal(made, "provision data a") == "provision data takes base64"
    assert len(done) == 4
