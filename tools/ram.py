"""``make ram``: the memory of a phone, state by state: resident with 2 MB, frozen beside 110 KB.

Resident is how a board with PSRAM holds the software: loaded from .mpy into the heap, on the
32-bit VM. Frozen is a board without: in the flash of its own firmware, on `tools.vm_frozen`. The
phone registers at a small registrar made here and is called by a second phone; it tells its heap
over the control port, after a collection. Its pages are on, and one is opened in a call.
Exits 1 where a margin is missed, an event was lost, or calls leak. Both phones run at the same
time; it takes about two minutes.
"""

import secrets
import sys
import tempfile
import threading
import time

from tools import vm32, vm_frozen
from tools.control import Phone, free_ports
from tools.panel.server import Phone as Pages
from tools.registrar import Registrar
from tools.run import HOST, Receiver

STATES = (
    "after boot",
    "registered",
    "in a call",
    "in a call with voice",
    "held, one waiting",
    "in a call, a page open",
    "50 BLF keys",
    "after 20 calls",
    "after 200 calls",
)
USED = 260_000  # bytes, resident, in a call: at most
FREE = 60_000  # bytes, frozen, in a call: at least
VOICE = 45_000  # bytes, frozen, in a call in which voice flows: at least
_PACKETS = 100  # of voice that have come before that is measured
WROOM = 110 * 1024  # bytes of heap that a chip without PSRAM has beside WiFi and TLS
HEAP = "384k"  # what the frozen phone is given: what it uses is told, even where it is too much
_CALLS = 200
_BLF = 50
_ASKED = 3
_PAGES = ("", "style.css", "pages.js", "app.js", "text.js", "api/lists", "api/fkeys")
_EACH = 20  # calls between two lines of progress


def one_call(caller, callee):
    """Let `caller` call `callee`, who answers; leave them in the call."""
    caller.ask("dial 100")
    callee.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    callee.ask("hook off")
    callee.wait(lambda calls: calls and calls[0]["state"] == "connected")


def end_call(caller, callee):
    """End the call and wait until neither phone has one."""
    caller.ask("press CANCEL")
    callee.ask("hook on")
    for phone in (caller, callee):
        phone.wait(lambda calls: not calls)


def settle(phone):
    """Wait until requests and transactions of the calls are gone: nothing may be left of them."""

    def sent(counters):
        total = counters["total"]
        return total["queued"] == total["ok"] + total["failed"] + total["dropped"]

    phone.wait(sent, "counters", 60)
    phone.wait(lambda status: not status["transactions"], "status", 60)


class Measure:
    """One phone with `options`, and another that calls it; `run` fills `used` and `free`."""

    def __init__(self, name, options, say):
        self.name, self._options, self._say = name, options, say
        self.used, self.free, self.lost, self.error = {}, {}, None, None
        self._receiver = Receiver(free_ports(1)[0], lambda line: None)
        self._registrar = Registrar()

    def run(self, folder):
        """Play all states; what went wrong is kept in `error`."""
        self._receiver.start()
        try:
            self._play(folder)
        except Exception as error:
            self.error = error
            self._say(f"{self.name}: {error!r}")
        finally:
            self._receiver.stop()

    def _note(self, phone, state):
        # The console's task still holds the answer of the word before: the first one counts it
        ram = min((phone.ask("ram") for _ in range(_ASKED)), key=lambda x: x["used"])
        self.used[state], self.free[state] = ram["used"], WROOM - ram["used"]
        self._say(f"{self.name}: {state}: {ram['used']} bytes used")

    def _play(self, folder):
        url = f"http://{HOST}:{self._receiver.port}/100/%s?who=$remote&key=$active_key"
        urls = {f"action_{x}_url": url % x for x in ("incoming", "connected", "disconnected")}
        port, password = free_ports(1)[0], secrets.token_urlsafe(12)
        self._pages = Pages(port, password)
        urls["http_pass"] = password
        options = [*self._options, "--web", str(port)]
        with Phone(f"{folder}/100", urls, options) as phone:
            self._note(phone, "after boot")
            host = f"127.0.0.1:{self._registrar.port}"
            for name, value in (("user_name1", "100"), ("user_host1", host)):
                phone.ask(f"set {name} {value}")
            phone.wait(lambda s: s["identities"] and s["identities"][0]["registered"], "status")
            self._note(phone, "registered")
            caller = {"user_name1": "200", "user_host1": "desk.example", "user_register1": "off"}
            caller["user_outbound1"] = f"127.0.0.1:{phone.sip_port}"
            with Phone(f"{folder}/200", caller) as other:
                self._browse(phone, other)
                self._calls(phone, other)
                self._states(phone, other)

    def _calls(self, phone, other):
        for number in range(1, _CALLS + 1):
            one_call(other, phone)
            if number == 1:
                self._note(phone, "in a call")
                phone.wait(lambda x: x and x[0]["received"] >= _PACKETS, "voice", 20)
                self._note(phone, "in a call with voice")
            end_call(other, phone)
            if number in (_EACH, _CALLS):
                settle(phone)
                self._note(phone, f"after {number} calls")
            elif number % _EACH == 0:
                self._say(f"{self.name}: {number} of {_CALLS} calls")
        self.lost = 3 * (_CALLS + 1) - phone.ask("counters")["total"]["ok"]

    def _browse(self, phone, other):
        """Open the phone's page as a browser does, and leave it open while memory is looked at."""
        one_call(other, phone)
        with self._pages.open("api/events", None, {}) as stream:
            stream.readline()  # what there is
            for name in _PAGES:
                self._pages.open(name, None, {}).read()
            self._note(phone, "in a call, a page open")
        end_call(other, phone)

    def _states(self, phone, other):
        one_call(other, phone)
        phone.ask("press HOLD")
        phone.wait(lambda calls: calls[0]["state"] == "held")
        other.ask("press HOLD")
        other.ask("dial 100")
        phone.wait(lambda calls: len(calls) == 2 and calls[1]["state"] == "ringing")
        self._note(phone, "held, one waiting")
        for each in (phone, other):
            each.ask("press CANCEL")
            each.ask("hook on")
        for index in range(_BLF):
            phone.ask(f"set fkey{index} active blf {200 + index}")
        phone.wait(lambda status: status.get("subscriptions") == _BLF, "status", 60)
        self._note(phone, "50 BLF keys")


def verdict(resident, frozen):
    """Return [what was missed] of both measures."""
    missed = []
    for each in (resident, frozen):
        if each.error or set(each.used) != set(STATES):
            missed.append(f"{each.name}: not measured to its end: {each.error!r}")
            continue
        drift = each.used["after 200 calls"] - each.used["after 20 calls"]
        if drift > 0:
            missed.append(f"{each.name}: {drift} bytes more after 200 calls than after 20")
        if each.lost:
            missed.append(f"{each.name}: {each.lost} events were lost")
    if resident.used.get("in a call", 0) > USED:
        missed.append(f"resident, in a call: at most {USED} bytes used wanted")
    if frozen.free.get("in a call", FREE) < FREE:
        missed.append(f"frozen, in a call: at least {FREE} bytes free wanted")
    if frozen.free.get("in a call with voice", VOICE) < VOICE:
        missed.append(f"frozen, in a call with voice: at least {VOICE} bytes free wanted")
    return missed


def main():
    """Print progress and the table; return 1 where something is missed."""
    begin = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - begin:5.0f} s  {text}", flush=True)

    resident = Measure("resident", ["--vm", str(vm32.launcher()), "--heap", "2m"], say)
    frozen = Measure("frozen", ["--frozen", str(vm_frozen.launcher()), "--heap", HEAP], say)
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            threading.Thread(target=each.run, args=(f"{folder}/{each.name}",))
            for each in (resident, frozen)
        ]
        for each in runs:
            each.start()
        for each in runs:
            each.join()
    print(f"\n{'bytes':20}{'resident, used':>16}{'frozen, used':>14}{'of 110 KB free':>16}")
    for state in STATES:
        row = resident.used.get(state), frozen.used.get(state), frozen.free.get(state)
        print("%-20s%16s%14s%16s" % (state, *(x or "-" for x in row)))
    print(f"wanted in a call: resident {USED} used at most, frozen {FREE} free at least; drift 0")
    missed = verdict(resident, frozen)
    if missed:
        print("MISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
