"""The simulated phone as a command: its control port, its faults, and how it stops."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

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
    assert set(phone.ask("ram")) >= {"free", "used", "system_free", "system_minimum"}
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
    assert told["urls"] == ["https://127.0.0.2:9/?cam=***&who=sip:1@h"]
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
