"""A whole phone for unit tests: the real `Phone` on simulated parts, with a clock that is moved.

It is put together but not run: no socket is opened. `Agent` stands where the SIP agent would.
"""

import asyncio

from deskkit import DeskClock, FakeAgent, Watch
from settingskit import Memory

from hal.sim.board import Parts
from offhook.console import console
from offhook.desk.reports import Reporter
from offhook.telephone import Phone

_TICK = 10  # ms


class Store(Memory):
    """Settings in memory; the call lists, which want a folder, are not kept."""

    root = "/nowhere"


class Platform:
    """The contract of `hal.platform` for one that is not there."""

    def __init__(self, storage=None):
        self.storage = storage or Store()
        self.flash = "/nowhere"
        self.shown = []
        self.resets = 0
        self.faults = []
        self.parts_made = None

    def random(self, bits):
        return 5 & ((1 << bits) - 1)

    def console(self, text):
        self.shown.append(text)

    def traceback(self, error):
        raise error

    def parts(self, get, log):
        made = Parts(get, log)
        made.clock = made.input.clock = DeskClock()
        self.parts_made = made
        return made

    def bundle(self):
        return None

    def memory(self):
        return self.parts_made.memory.figures()

    def fault(self, name, on):
        self.faults.append((name, on))

    def release(self):
        pass

    def reset(self):
        self.resets += 1


class Agent(FakeAgent):
    """The SIP agent as the phone knows it, without SIP: `FakeCall`s, and accounts taken in."""

    def __init__(self, listener):
        super().__init__(listener)
        self.transactions = {}
        self.changes = []  # ("add" or "remove", account)

    def add(self, account):
        self.accounts.append(account)
        self.changes.append(("add", account))

    def remove(self, account):
        self.accounts.remove(account)
        self.changes.append(("remove", account))


def phone(storage=None, **settings):
    """Return a `Phone` whose agent is fake; `said(phone, line)` is what its console answers."""
    platform = Platform(storage)
    made = Phone(platform, {name: str(value) for name, value in settings.items()})
    made.agent = made.desk.agent = Agent(Reporter(made.desk))
    made.desk.watch = Watch(made.agent)
    return made


def said(made, line):
    """Return the console's answer to a line; meanwhile the phone's time goes on."""
    return meanwhile(made, console.answer(made, line))


def wait(made, ms):
    """Let time pass for the phone."""

    async def passing():
        made.clock.move(ms, made.timers)

    meanwhile(made, passing())


def meanwhile(made, what):
    """Run the coroutine `what` while the phone's keys and time go on; return what it returns."""

    async def time():
        while True:
            made.clock.move(_TICK, made.timers)
            await asyncio.sleep(0)

    async def run():
        tasks = [asyncio.create_task(x) for x in (made.input.serve(), time())]
        try:
            return await what
        finally:
            for task in tasks:
                task.cancel()

    try:
        return asyncio.run(run())
    finally:
        asyncio.new_event_loop()


def refusal(made, line):
    """Return why the console refuses a line; "" where it does not."""
    answer = said(made, line)
    return answer["error"] if isinstance(answer, dict) and "error" in answer else ""
