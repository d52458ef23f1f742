"""Broken SIP on a virtual clock: tens of thousands of messages in seconds, and nothing is left.

The user agent alone, under CPython: what `test_sip_generator` finds in a quarter of an hour of the
whole phone shows here in half a minute. ``make soak`` runs it for its SEED, too.
"""

import os
import random

import pytest
import sipkit
from sipkit import SDP, Wire

from sip import agent, request
from sip.account import Account
from sip.call import call as calls
from sip.registration import register
from tests.phone.generator import Generator
from tests.phone.sippeer import Message

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = 300 * (10 if "SOAK_MINUTES" in os.environ else 1)
_MESSAGES = 200  # of a round, before everybody hangs up
_PAUSES = (0, 1, 5, 10, 10, 20, 150, 300, 600)  # ms between two of them
_ENOUGH = 40_000  # ms, longer than any transaction may last
US, REGISTRAR, STRANGER = "10.0.0.1", "10.0.0.9", "10.0.0.66"


class Side:
    """The registrar or a stranger: it answers well or badly, in time or never."""

    def __init__(self, scene, ip):
        self.scene, self.ip, self.port = scene, ip, 5060
        self.dialogs = []  # (local, remote, Call-ID), as the generator wants them
        scene.wire.ends[ip, self.port] = self.received

    def send(self, data):
        """Send bytes to the agent."""
        self.scene.wire.carry((self.ip, self.port), data, (US, 5060))

    def attack(self):
        """Send one message, mostly broken, alone or in a dialog that there was."""
        generator = self.scene.generator
        known = self.dialogs[-8:]
        dialog = generator.random.choice(known) if known and generator.chance(60) else None
        data = generator.request(self, None, dialog)
        self.send(generator.broken(data) if generator.chance(85) else data)

    def received(self, data, source, protocol):
        """Take what the agent sends."""
        try:
            message = Message(data)
        except (ValueError, TypeError):
            return  # it has copied back what cannot be read
        if message.status:
            self._answered(message)
        elif message.method != "ACK":
            tagged = "tag=" in message["To"]
            local = message["To"] if tagged else message["To"] + ";tag=r1"
            self.dialogs.append((local, message["From"], message.call_id))
            self._asked(message)

    def _answered(self, message):
        if message.status > 100:
            self.dialogs.append((message["From"], message["To"], message.call_id))
        if message.status >= 200 and message.method == "INVITE" and self.scene.chance(70):
            branch = message.branch
            if message.status < 300:
                branch = "z9hG4bKack%d" % self.scene.random.getrandbits(30)
            lines = [
                "ACK sip:100@10.0.0.1 SIP/2.0",
                f"Via: SIP/2.0/UDP {self.ip}:{self.port};branch={branch}",
                *[x for x in message.copied() if not x.lower().startswith(("via", "cseq"))],
                f"CSeq: {message.number} ACK",
            ]
            self.send(("\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode())

    def _asked(self, message):
        scene, generator = self.scene, self.scene.generator
        if message.method == "REGISTER" and scene.chance(90):
            self.answer(message, 200, [f"Contact: {message['Contact']}", "Expires: 3600"])
        elif not scene.calm and generator.chance(15):
            data = generator.response(message, self)
            self.send(generator.broken(data) if generator.chance(70) else data)
        elif message.method == "INVITE":
            if scene.chance(60):
                self.answer(message, scene.random.choice((180, 183, 100)))
            if scene.chance(60):
                status = scene.random.choice((200, 200, 486, 302, 401, 491, 500))
                self.answer(message, status, (), SDP.decode())
        elif scene.chance(85):
            self.answer(message, 200, ["Expires: 3600"] if message.method == "SUBSCRIBE" else ())

    def answer(self, message, status, more=(), body=""):
        """Answer a request as it should be."""
        lines = [f"SIP/2.0 {status} x", *message.copied()]
        if "tag=" not in message["To"] and status > 100:
            lines = [x + ";tag=r1" if x.lower().startswith("to:") else x for x in lines]
        if message.method != "REGISTER":
            lines.append(f"Contact: <sip:x@{self.ip}:{self.port}>")
        lines += [*more, *(["Content-Type: application/sdp"] if body else [])]
        text = "\r\n".join(lines) + f"\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        self.send(text.encode())


class Task:
    """A coroutine that looks a name up: it goes on after a while of virtual time, to its end."""

    def __init__(self, scene, coroutine):
        self.coroutine = coroutine
        delay = scene.random.choice((5, 50, 500, 3000, 9000))
        self.timer = scene.wire.timers.after(delay, self.finish)

    def finish(self):
        """Run it."""
        with pytest.raises(StopIteration):
            self.coroutine.send(None)

    def cancel(self):
        """Run it never."""
        self.timer.cancel()
        self.coroutine.close()


class Scene:
    """A registered agent between its registrar, a stranger and somebody at the desk."""

    calm = False  # nothing broken is sent

    def __init__(self, seed):
        self.random, self.generator = random.Random(seed), Generator(seed)
        self.wire = Wire()
        more = {"filter_registrar": False, "refer_from": "anybody", "register_back_off": 1}
        self.agent = self.wire.agent(US, "direct", self.heard, **more)
        self.agent.resolver = self
        self.sides = Side(self, REGISTRAR), Side(self, STRANGER)
        self.agent.remove(self.agent.accounts[0])
        self.account = Account(2, "100", REGISTRAR, "secret")
        self.agent.add(self.account)
        self.wire.run(100)

    def chance(self, percent):
        """Return True so often."""
        return self.random.random() * 100 < percent

    async def resolve(self, name, kind="A"):
        """Look a name up, as the agent's resolver."""
        if kind != "A" or self.chance(40):
            raise OSError("no such name")
        return [self.random.choice((REGISTRAR, STRANGER))]

    def heard(self, kind, call, **more):
        """Do with a call that comes what a desk may do."""
        if kind == "incoming":
            choice = self.random.random()
            if choice < 0.7:
                call.ring()
            elif choice < 0.8:
                call.reject(486)
            elif choice < 0.85:
                call.redirect("sip:300@" + REGISTRAR)

    def person(self):
        """Let the person at the desk do something."""
        agent, choose = self.agent, self.random.choice
        if not agent.calls or self.chance(25):
            if len(agent.calls) < agent.most_calls:
                agent.call(self.account, choose(("300", "200@" + STRANGER, "112")))
            return
        call = choose(agent.calls)
        choose((call.answer, call.answer, call.hangup, call.hold, call.hold, call.resume))()

    def round(self):
        """Let much happen, then everybody hang up."""
        for _ in range(_MESSAGES):
            self.sides[not self.chance(60)].attack()
            if self.chance(8):
                self.person()
            self.wire.run(self.random.choice(_PAUSES))
        self.calm = True
        for _ in range(5):
            for call in list(self.agent.calls):
                call.hangup()
            self.wire.run(_ENOUGH)
        self.calm = False
        self.wire.log.clear()

    def left(self):
        """Return what waits for nothing: transactions without an end, calls."""
        agent = self.agent
        endless = [key for key, x in agent.transactions.items() if not x._limit]
        return endless + [x.state for x in agent.calls] + [x.state for x in agent.waiting]


@pytest.mark.timeout(3000)
def test_nothing_is_left_of_broken_messages_on_a_virtual_clock(monkeypatch):
    scene = Scene(SEED)
    for module in (agent, calls, register, request):
        monkeypatch.setattr(module, "spawn", lambda coroutine: Task(scene, coroutine))
    monkeypatch.setattr(sipkit, "log", _fault)
    scene.agent.log = _fault
    timers = len(scene.wire.timers)
    for number in range(ROUNDS):
        scene.round()
        assert not scene.left(), (SEED, number, scene.left())
        assert len(scene.wire.timers) <= timers + 2, (SEED, number)


def _fault(level, text, *values):
    assert level > 0, text % values
