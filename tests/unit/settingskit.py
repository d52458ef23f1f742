"""Settings over a storage in memory, and their task without its pauses."""

import asyncio

from support import until

from base.compat import sleep_ms
from offhook.desk import dial_plan
from offhook.settings import settings as module
from offhook.settings.settings import Settings


class Memory:
    """Storage in memory, whose power goes after `left` bytes; a step without bytes counts one."""

    def __init__(self, files=(), name="", data=b""):
        self.files = dict(files)
        if name:
            self.files[name] = data
        self.left = None
        self.writes = 0
        self.wipes = 0  # s

    def spend(self, count):
        """Return how many bytes are still written."""
        if self.left is None:
            return count
        count = min(count, self.left)
        self.left -= count
        return count

    def step(self):
        if not self.spend(1):
            raise OSError(5, "power cut")

    def read(self, name):
        return self.files.get(name)

    def names(self):
        return list(self.files)

    def wipe_later(self):
        return self.wipes

    def write(self, name, data):
        with self.create(name + ".new") as file:
            file.write(data)
        self.rename(name + ".new", name)

    def append(self, name, data):
        self.writes += 1
        done = self.spend(len(data))
        if done:
            self.files[name] = self.files.get(name, b"") + data[:done]
        if done < len(data):
            raise OSError(5, "power cut")

    def create(self, name):
        self.step()
        self.files[name] = b""
        return File(self, name)

    def rename(self, old, new):
        self.step()
        self.files[new] = self.files.pop(old)

    def remove(self, name):
        if name in self.files:
            self.step()
            del self.files[name]


class File:
    """A file of `Memory` that is being written."""

    def __init__(self, storage, name):
        self.storage = storage
        self.name = name

    def write(self, data):
        self.storage.append(self.name, data)

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def make(storage=None, logged=None):
    def log(level, text, *values):
        if logged is not None:
            logged.append(text % values if values else text)

    return Settings(storage or Memory(), log, {"plan": dial_plan.check})


async def tidy(settings):
    """Write the whole file anew."""
    await settings.compact()


class Sleeps:
    """Stands for the sleep of `settings`: each is over at once, and noted."""

    def __init__(self):
        self.asked = []

    async def __call__(self, ms):
        self.asked.append(ms)
        await sleep_ms(0)


async def served(settings, what):
    """Let `settings` be served until ``what()``, without its pauses; return those."""
    kept, module.sleep_ms = module.sleep_ms, Sleeps()
    sleeps, task = module.sleep_ms, asyncio.create_task(settings.serve())
    try:
        await until(what)
        return sleeps.asked
    finally:
        task.cancel()
        module.sleep_ms = kept
