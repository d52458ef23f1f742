"""INVITE to 180 of the phone in the VM beside baresip, at two rates, and CPU time a call.

A small caller of ours sends INVITEs at a steady rate, whatever has been answered so far, cancels
each that rings and acknowledges its 487. Five rounds, the two take turns; a round's ratio is that
of its medians. The phone has its defaults and the heap of the first board to buy. What either
takes while nobody calls (the phone looks at its keys every 10 ms) is measured before, printed, and
no part of a call's time.
"""

import collections
import os
import pathlib
import re
import select
import socket
import statistics
import time

from tests.peers.baresip import Baresip
from tools.control import Phone

RATES = ((10, 30), (100, 100))  # calls a second, calls in a round
ROUNDS = 5
RATIO = 1.0  # times baresip's median in each round, at most
CPU = 3.0  # times baresip's CPU time a call, at most
SDP = (
    "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)
_LINGER = 1.0  # s that answers are waited for after the last INVITE
_IDLE = 3  # s that nobody calls
_HEAP = "4wm"  # 4 MB of PSRAM; words are twice as wide here, so twice as many bytes


class Caller:
    """Calls `user` at `address`, (ip, port), at a steady rate."""

    def __init__(self, user, address):
        self._uri = f"sip:{user}@{address[0]}:{address[1]}"
        self._address = address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._own = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._number = 0
        self._begun, self._took, self._refused = {}, [], {}

    def round(self, rate, count):
        """Make `count` calls, `rate` a second; return (ms to each 180, what the others got).

        The latter is {status: calls}, 0 for those that got nothing.
        """
        self._begun, self._took, self._refused = {}, [], {}
        begin = time.perf_counter()
        for index in range(count):
            self._serve(begin + index / rate)
            self._number += 1
            self._begun[self._number] = time.perf_counter()
            self._send("INVITE", self._number, "", SDP)
        self._serve(time.perf_counter() + _LINGER)
        lost = collections.Counter(self._refused.values())
        lost[0] = len(self._begun) - len(self._refused)
        return self._took, +lost

    def _serve(self, until):
        while (left := until - time.perf_counter()) > 0:
            if select.select([self._socket], [], [], left)[0]:
                self._take(time.perf_counter(), self._socket.recv(4096).decode())

    def _take(self, now, text):
        found = re.search(r"bench(\d+)@", text)
        if not found or not text.startswith("SIP/2.0 "):
            return
        number, status = int(found[1]), int(text[8:11])
        if not re.search(r"(?im)^cseq: *1 INVITE", text):
            return
        if status in (180, 183) and number in self._begun:
            self._took.append((now - self._begun.pop(number)) * 1000)
            self._send("CANCEL", number, "")
        elif status >= 300:
            if number in self._begun:
                self._refused[number] = status
            tag = ";tag=" + re.search(r"(?im)^to:.*;tag=([^\s;]+)", text)[1]
            self._send("ACK", number, tag)

    def _send(self, method, number, tag, body=""):
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{os.getpid()}{number};rport",
            "Max-Forwards: 70",
            f"From: <sip:bench@{self._own}>;tag=b{number}",
            f"To: <{self._uri}>{tag}",
            f"Call-ID: bench{number}@{self._own}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:bench@{self._own}>",
        ]
        lines += ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._socket.sendto(text.encode(), self._address)

    def close(self):
        """Close the socket."""
        self._socket.close()


def cpu(pid):
    """Return the ns that a process and its children have run so far."""
    total = int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if task.name != str(pid):
            total += int((task / "schedstat").read_text().split()[0])
        total += sum(cpu(child) for child in (task / "children").read_text().split())
    return total


def idle(pid):
    """Return the ns a second that a process takes while nobody calls."""
    before, begin = cpu(pid), time.perf_counter()
    time.sleep(_IDLE)
    return (cpu(pid) - before) / (time.perf_counter() - begin)


class Side:
    """A phone that is called by a `Caller`, and what it takes while it is not."""

    def __init__(self, caller, pid):
        self.caller = caller
        self.pid = pid
        self.idle = 0

    def round(self, rate, count):
        """Return (sorted ms to each 180, CPU ms a call, what the others got)."""
        before, begin = cpu(self.pid), time.perf_counter()
        took, lost = self.caller.round(rate, count)
        used = cpu(self.pid) - before - self.idle * (time.perf_counter() - begin)
        return sorted(took) or [float("inf")], used / 1e6 / count, lost


def run(folder):
    """Print the table of both rates; return what was missed."""
    settings = {"user_name1": "100", "user_host1": "desk.example", "user_register1": "off"}
    phone = Phone(folder / "phone", settings, ["--dns", "none", "--heap", _HEAP])
    other = Baresip(folder / "baresip", user="100", account="regint=0;answermode=manual")
    ours = Side(Caller("100", phone.address), phone.process.pid)
    theirs = Side(Caller("100", (other.ip, other.port)), other.process.pid)
    sides, missed = (ours, theirs), []
    try:
        for side in sides:
            side.round(10, 10)  # all is loaded and warm after it
            side.idle = idle(side.pid)
        each = tuple(side.idle / 1e6 for side in sides)
        print("\nCPU ms a second while nobody calls: ours %.1f, baresip %.1f" % each)
        for rate, count in RATES:
            missed += _rounds(rate, count, sides)
    finally:
        for side in sides:
            side.caller.close()
        other.stop()
        phone.stop()
    return missed


def _rounds(rate, count, sides):
    print(f"\n{rate} calls a second, {count} in a round: INVITE to 180 in ms, CPU ms a call")
    titles = ("round", "ours", "95%", "baresip", "95%", "ratio", "CPU", "baresip", "ratio")
    print("%5s %8s %8s %8s %8s %7s %7s %8s %7s  no 180" % titles)
    ratios, cpus, all_lost = [], [], [collections.Counter(), collections.Counter()]
    for side in sides:
        side.round(rate, count)  # not counted
    for number in range(1, ROUNDS + 1):
        row, used = [], []
        for side, found in zip(sides, all_lost, strict=True):
            took, spent, others = side.round(rate, count)
            used.append(spent)
            found.update(others)
            row += [statistics.median(took), took[int(len(took) * 0.95)]]
        ratios.append(row[0] / row[2])
        cpus.append(used[0] / used[1])
        print("%5d %8.2f %8.2f %8.2f %8.2f %7.2f" % (number, *row, ratios[-1]), end="")
        print(" %7.2f %8.2f %7.2f  %s" % (*used, cpus[-1], _said(all_lost)), flush=True)
    middle = statistics.median(cpus)
    print(f"wanted: ratio {RATIO} at most in each round, CPU {CPU} times at most ({middle:.1f})")
    missed = []
    if max(ratios) > RATIO:
        missed.append(f"{rate}/s: up to {max(ratios):.1f} times baresip's time to 180")
    if middle > CPU:
        missed.append(f"{rate}/s: {middle:.1f} times baresip's CPU time")
    if all_lost[0]:
        missed.append(f"{rate}/s: without 180 {_said(all_lost[:1])}")
    return missed


def _said(all_lost):
    """Return how many calls got another answer than a 180 so far, ours first: "2 of 486"."""
    return ", ".join(
        " and ".join(f"{n} of {status or 'nothing'}" for status, n in sorted(lost.items())) or "-"
        for lost in all_lost
    )
