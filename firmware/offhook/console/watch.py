"""What changes on the phone, for whoever looks at it over the web: log, display, lamps, calls.

Nothing is kept for a client that looks but what it has seen itself; the log and the last Action
URLs are rings of their own.
"""

import asyncio

from base.compat import const, wait_for_ms
from offhook.console import desk_words

_SENT = const(12)  # Action URLs that are remembered
_URL = const(300)  # characters of one


class Watch:
    """Watches `phone`, an `offhook.telephone.Phone`."""

    def __init__(self, phone):
        self._phone = phone
        self._sent = []  # {"id", "event", "url", "status", "cause"}, the oldest first
        self._count = 0
        self._mark = 0  # changes with whatever may have changed
        self._wake = asyncio.Event()
        phone.desk.observe(self._touch)
        phone.log.heard = self._touch
        phone.actions.sender.told = self._told

    def _touch(self):
        self._mark += 1
        self._wake.set()
        self._wake.clear()

    def _told(self, entry, url, status=None, cause=None):
        """Note a request that goes out, and again what has become of it; status None: nothing yet.

        `entry` is only compared: one that is sent again is the same.
        """
        self._count += 1
        found = [x for x in self._sent if x["entry"] is entry]
        row = found[0] if found else {"entry": entry, "event": entry.name, "url": url[:_URL]}
        if found:
            self._sent.remove(row)
        if status is not None:
            row["entry"] = None  # it is over: nothing is held for it
        row["id"], row["status"], row["cause"] = self._count, status, cause or ""
        self._sent = self._sent[1 - _SENT :] + [row]
        self._touch()

    async def wait(self, seen, ms):
        """Wait until something may have changed since `changes` noted in `seen`, `ms` at most."""
        try:
            await wait_for_ms(self._changed(seen.get("mark")), ms)
        except asyncio.TimeoutError:
            pass

    async def _changed(self, mark):
        while mark == self._mark:  # looked at here: it may have changed before this began
            await self._wake.wait()

    def changes(self, seen):
        """Return what is new for a client, and note it in its dict `seen`.

        Keys are "log" (lines) with "next" (the number of the last one), "sent", "display"
        (lines), "lamps" (states), "calls", "state"; those without news are left out.
        """
        phone, found = self._phone, {}
        seen["mark"] = self._mark
        before = seen.get("log", 0)
        if before > phone.log.count:
            before = 0  # the phone has restarted since
        if phone.log.count != before or "log" not in seen:
            found["log"], found["next"] = phone.log.since(before), phone.log.count
        seen["log"] = phone.log.count
        sent = [x for x in self._sent if x["id"] > seen.get("sent", 0)]
        if sent:
            found["sent"] = [{y: x[y] for y in x if y != "entry"} for x in sent]
            seen["sent"] = self._count
        for name, function in _LOOKS.items():
            value = function(phone)
            if seen.get(name) != value:
                seen[name] = found[name] = value
        return found


def _display(phone):
    part = phone.panel.display
    return list(part.lines) if hasattr(part, "lines") else phone.panel.lines()


def _lamps(phone):
    return list(phone.panel.states)


def _calls(phone):
    return desk_words.calls(phone, "")


def _state(phone):
    return {
        "network": phone.network.up,
        "registered": sum(1 for x in phone.agent.accounts if x.registered),
        "identities": len(phone.agent.accounts),
        "dnd": phone.settings.get("dnd_mode"),
        "redirect": phone.settings.get("redirect_event"),
        "muted": bool(phone.desk.muted),
        "off_hook": bool(phone.desk.off_hook),
        "updating": phone.updating,
        "counters": dict(phone.actions.counters()["total"]),
    }


_LOOKS = {"display": _display, "lamps": _lamps, "calls": _calls, "state": _state}
