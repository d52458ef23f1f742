"""The simulated phone as a command: its control port, its faults, and how it stops."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.phone.webserver import WebServer
from tools import vm
from tools.control import Control, Refused, free_ports


def test_the_control_port_answers_each_line_with_one_of_json(phones):
    phone = phones("100")
    assert phone.ask("get user_name1") == {"value": "100"}
    assert phone.ask("get redirect_time") == {"value": 10}
    assert phone.ask("get dnd_mode") == {"value": "off"}
    assert len(phone.ask("get mac")["value"]) == 12
    assert phone.ask("calls") == []
    lamps = phone.ask("lamps")
    assert len(lamps) == 50 and set(lamps.values()) == {"off"}
    assert isinstance(phone.ask("log 3"), list)
    assert set(phone.ask("counters")["total"]) >= {
        "queued", "sent", "ok", "failed", "retried", "dropped"
    }  # fmt: skip
    assert set(phone.ask("ram")) >= {"free", "used", "system"}
    assert phone.ask("display")["lines"][0] == "100"


def test_secrets_are_never_shown(phones):
    phone = phones("100", user_pass1="hush-hush", http_client_pass="hush-too")
    for line in ("get user_pass1", "show", "log", "status", "get http_client_pass"):
        assert "hush" not in str(phone.ask(line))


def test_passwords_in_urls_are_never_shown(phones):
    phone = phones("100", user_pass1="hush-hush", options=("--dns", "none"))
    local = "http://localhost/settings.htm?settings=save&user%5Fpass1=hush-new&http_pass=hush"
    cam = "https://joe:hush-1@127.0.0.2:9/?cam=http://ann:hush-2@cam/&who=sip:1@h"
    both = "?a=$action_dnd_on_url&b=$fkey4&c=$fkey[4]&d=$user_pass1&e=$user_pass[1]&f=$remote"
    phone.ask(f"set fkey4 active url {local}")
    phone.ask(f"set action_dnd_on_url {cam}")
    phone.ask(f"set action_dnd_off_url http://127.0.0.2:9/{both}")
    shown = phone.ask("get action_dnd_on_url")["value"]
    assert shown == "https://joe:***@127.0.0.2:9/?cam=http://ann:***@cam/&who=sip:1@h"
    told = phone.ask("test_url action_dnd_on_url")
    told = told["results"][0]
    assert told["url"] == "https://127.0.0.2:9/?cam=***&who=sip:1@h"
    assert told["status"] == 0 and told["cause"]
    phone.ask("press P5")
    phone.wait(lambda x: x.get("P5", {}).get("ok"), "counters")
    with pytest.raises(Refused, match="no event") as refusal:
        phone.ask("test_url user_pass1")
    texts = [str(refusal.value)]
    for line in ("fkey5 active http://joe:hush@h/", "fkey5 http://joe:hush@h/"):
        with pytest.raises(Refused) as refusal:
            phone.ask("set " + line)
        texts.append(str(refusal.value))
    words = ("show", "get fkey4", "get fkey[4]", "test_url action_dnd_off_url", "counters", "log")
    texts += [str(phone.ask(line)) for line in words]
    assert "hush" not in "".join(texts)
    assert "user%5Fpass1=***&http_pass=***" in texts[-1]


def test_eight_urls_of_the_longest_kind_are_set_and_logged_whole(phones):
    phone = phones("100", options=("--dns", "none"))
    urls = [f"http://h{i}/?r=$remote&x=" for i in range(8)]
    urls = [x + "\u00fc" * (1024 - len(x)) for x in urls]
    assert phone.ask("set action_dnd_on_url " + " ".join(urls[:4]))["value"] == " ".join(urls[:4])
    urls = [x.replace("\u00fc", "y") for x in urls]
    assert phone.ask("set  action_dnd_on_url   " + " ".join(urls))["value"] == " ".join(urls)
    assert phone.ask("get action_dnd_on_url") == {"value": " ".join(urls)}
    phone.ask("set action_dnd_on_url " + urls[0])
    phone.ask("set dnd_mode on")
    sent = " = h0:80, file = /?r=$remote&x=" + "y" * 1001
    phone.wait(lambda lines: any(x.endswith(sent) for x in lines), "log")
    with pytest.raises(Refused, match="line too long"):
        phone.ask("set action_dnd_on_url " + "x" * 9000)


def test_settings_at_start_that_do_not_fit_are_named_and_the_others_taken(phones):
    phone = phones("100", redirect_time="999", fkey3="active url http://$phone_ip/", nosuch="1")
    assert phone.ask("status")["identities"][0]["uri"] == "sip:100@desk.example"
    assert phone.ask("get network_id_port") == {"value": phone.sip_port}
    assert phone.ask("get redirect_time") == {"value": 10}
    said = " ".join(phone.ask("log"))
    for word in ("redirect_time: '999'", "fkey3: a variable", "setting 'nosuch'"):
        assert word in said


def test_settings_survive_a_restart(tmp_path, phones):
    from tools.control import Phone

    with Phone(tmp_path / "x", {"user_name1": "100"}) as phone:
        phone.ask("set user_realname1 Zoë")
        phone.ask("set redirect_time 20")
    with Phone(tmp_path / "x") as phone:
        assert phone.ask("get user_realname1") == {"value": "Zoë"}
        assert phone.ask("get redirect_time") == {"value": 20}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("set user_nme1 100", "no setting 'user_nme1'; nearest: user_name1"),
        ("get user_nme1", "nearest: user_name1"),
        ("unset user_nme1", "nearest: user_name1"),
        ("set user_name1", "set user_name1 takes a value; 'unset user_name1'"),
        ("set", "set takes NAME VALUE"),
        ("get", "takes the name of a setting"),
        ("dial", "dial takes a number"),
        ("press", "press takes KEY"),
        ("press P1 60001", "press takes 60000 ms at most"),
        ("press P999", "no key 'P999'"),
        ("hook up", "hook takes off or on"),
        ("log some", "log takes a number of lines"),
        ("fault loss", "fault takes NAME on|off"),
        ("reset", "'reset yes' forgets all settings"),
        ("json", "json takes on or off"),
        ("help nonsense", "no command 'nonsense'"),
        ("test_url action_dnd_on_url", "action_dnd_on_url is not set"),
        ("test_url action_dnd_onn_url", "nearest: action_dnd_on_url"),
        ("test_url action_url_queue", "is no event"),
        ("set redirect_event all", "'all' needs redirect_number, which is empty"),
        ("set redirect_event busy", "'busy' needs redirect_number, which is empty"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_would_be_right(phones, line, why):
    with pytest.raises(Refused) as refusal:
        phones("100").ask(line)
    assert why in str(refusal.value), refusal.value


def test_every_word_answers(phones, tmp_path):
    phone = phones("100")
    helps = phone.ask("help")
    assert len(helps) > 20 and all(": " in line for line in helps)
    assert phone.ask("help press") == [x for x in helps if x.startswith("press ")]
    assert {"P1", "P32", "DND", "5", "#", "P50"} <= set(phone.ask("keys"))
    told = phone.ask("version")
    assert told["version"] == phone.ask("status")["version"]
    assert told["firmware"].startswith("micropython")
    assert any(told["version"] in line for line in phone.ask("log"))
    assert "offhook.telephone" in phone.ask("loaded")
    assert any("redirect_time (a number from 1 to 120, 10)" in x for x in phone.ask("find redir"))
    phone.ask("set redirect_number 201")
    phone.ask("set redirect_event all")
    assert phone.ask("show")["redirect_event"] == "all"
    with pytest.raises(Refused, match="redirect_number"):
        phone.ask("unset redirect_number")
    phone.ask("unset redirect_event")
    phone.ask("unset redirect_number")
    assert "redirect_event" not in phone.ask("show")
    call = phone.ask("dial 201")["call_id"]
    assert call and [x["call_id"] for x in phone.ask("calls")] in ([call], [])


def test_a_reset_leaves_nothing_and_the_phone_restarts(phones, tmp_path):
    phone = phones("100", user_pass1="hush-hush")
    phone.ask("set user_pass1 hush-too")
    (tmp_path / "100/calls.txt").write_text("d\t1\t200\tx\n")
    try:
        phone.ask("reset yes")
    except EOFError:
        pass  # the simulated reset is its end
    assert phone.process.wait(15) == 0
    left = [x for x in (tmp_path / "100").iterdir() if x.is_file() and x.name != "output.txt"]
    assert not left, left


def test_what_is_odd_about_a_template_is_told_where_it_is_set(phones):
    phone = phones("100")
    for line in ("set action_dnd_on_url", "set fkey3 active url"):
        answer = phone.ask(line + " http://h/?a=$REMOTE&b=$remote&c=$nosuch")
        assert "$REMOTE" in str(answer["warnings"]) and "$nosuch" in str(answer["warnings"])
        assert "$remote'" not in str(answer["warnings"])
        assert "warnings" not in phone.ask(line + " http://h/?b=$remote")
        answer = phone.ask(line + " https://h/?b=$remote")
        assert "ca_certificate" in str(answer["warnings"])
    with pytest.raises(Refused):
        phone.ask("set action_dnd_on_url POST http://h/")


def test_an_event_is_tried_and_its_status_time_or_cause_told(phones):
    web = WebServer()
    try:
        phone = phones("100", options=("--dns", "none"))
        phone.ask(f"set action_dnd_on_url {web.url}/a?b=$phone_ip http://127.0.0.2:9/")
        good, bad = phone.ask("test_url action_dnd_on_url")["results"]
        assert good["status"] == 200 and good["cause"] == "" and good["ms"] >= 0
        assert bad["status"] == 0 and bad["cause"]
    finally:
        web.close()


def test_the_log_has_dates_as_iso_writes_them_unless_set_otherwise(phones):
    phone = phones("100")
    phone.ask("set log_level 9")
    assert re.match(r"\[\d\] 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d: ", phone.ask("log")[-1])
    phone.ask("set date_us_format on")
    phone.ask("fault unplugged on")
    last = phone.wait(lambda lines: lines and "/20" in lines[-1], "log")[-1]
    assert re.match(r"\[\d\] \d+/\d+/20\d\d \d\d:", last)
    assert not [x for x in phone.ask("log") if "0/0/0" in x]


def test_a_flash_in_any_state_starts_a_phone_that_tells_of_it(phones, tmp_path):
    from tools.control import Phone

    state = tmp_path / "x"
    with Phone(state, {"user_name1": "100"}) as phone:
        phone.ask("set redirect_time 20")
    for damage in (b"", b"\x00" * 3000, os.urandom(3000), b"12345678 user_name1=9\n" * 50):
        for name in ("settings.txt", "settings.77", "settings.json", "settings.txt.new"):
            (state / name).write_bytes(damage)
        with Phone(state) as phone:
            assert phone.ask("get redirect_time")["value"] in (10, 20)
            told = phone.ask("status")["settings"]
            assert (told == "ok") == (not damage.strip(b"\0")) or "damaged" in told
            phone.ask("set user_name1 100")


def test_an_unplugged_network_shows_and_comes_back(phones):
    phone = phones("100")
    phone.ask("fault unplugged on")
    phone.wait(lambda lines: any("No network" in x for x in lines["lines"]), "display")
    phone.ask("fault unplugged off")
    phone.wait(lambda lines: not any("No network" in x for x in lines["lines"]), "display")


def test_an_unplugged_module_is_named_no_more_and_comes_back(phones):
    phone = phones("100")
    assert phone.ask("status")["modules"] == ["D7"]
    phone.ask("fault module on")
    assert phone.ask("status")["modules"] == []
    phone.ask("fault module off")
    assert phone.ask("status")["modules"] == ["D7"]


def test_calls_go_on_through_loss_and_a_dying_socket(pair):
    first, second = pair
    for fault in ("loss", "empty_datagram", "grid"):
        second.ask(f"fault {fault} on")
        first.ask("hook off")
        for digit in "200#":
            first.ask(f"press {digit} 20")
        second.wait(lambda c: c and c[0]["state"] == "ringing", seconds=30)
        second.ask("hook off")
        first.wait(lambda c: c and c[0]["state"] == "connected", seconds=30)
        first.ask("hook on")
        second.ask("hook on")
        for phone in pair:
            phone.wait(lambda c: not c, seconds=40)
        second.ask(f"fault {fault} off")


def test_an_unknown_fault_is_refused_with_the_names_of_those_there_are(phones):
    with pytest.raises(Refused, match="empty_datagram"):
        phones("100").ask("fault nonsense on")


def started(tmp_path, **popen):
    """Start a phone by its command line; return (process, control port)."""
    sip, control = free_ports(2)
    words = ["--state", str(tmp_path / "p"), "--sip-port", str(sip), "--control", str(control)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.phone", *words],
        cwd=vm.ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, **popen,
    )  # fmt: skip
    for line in process.stdout:
        if line == "ready\n":
            return process, control
    raise AssertionError("the phone did not start")


def gone(port):
    """Return True when nobody listens on `port` any more."""
    try:
        Control(port).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("way", ["quit", "SIGTERM"])
def test_it_stops_cleanly(tmp_path, way):
    process, control = started(tmp_path)
    if way == "quit":
        Control(control).ask("quit")
    else:
        process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert gone(control)


def test_it_stops_when_its_parent_dies(tmp_path):
    sip, control = free_ports(2)
    script = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'tools.phone',"
        f"'--state', {str(tmp_path / 'p')!r}, '--sip-port', '{sip}', '--control', '{control}'],"
        "stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)\n"
        "for line in p.stdout:\n"
        "    if line == 'ready\\n':\n        print('up', flush=True)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=vm.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout.readline() == "up\n"
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 15
    while not gone(control):
        assert time.monotonic() < end, "the phone outlived its parent"
        time.sleep(0.05)


def test_what_cannot_work_at_the_start_is_refused_at_once(tmp_path):
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    busy, (sip, control) = str(taken.getsockname()[1]), free_ports(2)
    for option, value in (
        ("--control", busy),
        ("--control", "99999"),
        ("--heap", "much"),
        ("--vm", "/no/vm"),
    ):
        words = ["--state", str(tmp_path), "--sip-port", str(sip), "--control", str(control)]
        done = subprocess.run(
            [sys.executable, "-m", "tools.phone", *words, option, value],
            cwd=vm.ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1 and option in done.stderr and value in done.stderr, done
    taken.close()
