"""What the dispatcher needs now and then: failures, retries, questions, the figures.

Loaded when it is first needed; `actions` is always the dispatcher's `Actions`.
"""

import asyncio
import errno

from base.compat import spawn

_WORDS = {
    "ECONNREFUSED": "refused",
    "ETIMEDOUT": "timed out",
    "EHOSTUNREACH": "no route",
    "ENETUNREACH": "no network",
    "ECONNRESET": "connection reset",
    "EPIPE": "connection closed",
    "ENOMEM": "out of memory",
}


def cause(error):
    """Return what went wrong with a request, in words."""
    args = error.args
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    if not isinstance(error, OSError):
        return repr(error)
    if args and isinstance(args[0], int):
        name = errno.errorcode.get(args[0])
        if not name:
            name = str(args[1]) if len(args) > 1 else "network error %d" % args[0]
        return _WORDS.get(name, name)
    return str(error) or "network error"


def retry(actions, key, entry, why):
    """Put an entry back, ahead of all that came after it, and wait before its next try."""
    name, target, path, done, tries = entry
    if len(actions.queue) >= actions.size():
        actions.drop(entry)
        return
    pause = actions.pauses[tries]
    actions.queue.insert(0, (name, target, path, done, tries + 1))
    actions.pausing.add(key)
    actions.count(name, 4)
    actions.log(2, "Retry %d of 3 in %d ms: %s: %s (%s)", tries + 1, pause, key, why, name)
    actions.timers.after(pause, actions.pump, key)


def masked(path, marks):
    """Return `path` for the log: the query parameters `marks` hidden, -1 for the path itself."""
    way, _, query = path.partition("?")
    parts = query.split("&")
    for mark in marks:
        if mark < 0:
            way = "/***"
        elif mark < len(parts):
            name, equals, _ = parts[mark].partition("=")
            parts[mark] = name + "=***" if equals else "***"
    return way + "?" + "&".join(parts) if query else way


def together(done, count):
    """Return a callback for `count` requests that calls ``done(ok)`` once, after the last."""
    good = []

    def one(ok):
        good.append(ok)
        if len(good) == count:
            done(all(good))

    return one


def ask(actions, event, context, answer):
    """Send the first URL of `event` at once, beside the queue; see `Actions.ask`."""
    target = actions.targets[event][0]
    path = actions.expand(target, context)
    actions.count(event, 0)
    spawn(_ask(actions, (event, target, path, answer, 0)))


async def _ask(actions, entry):
    seconds = actions.options.get("remote_blacklist_action_timer") or 2
    request, why = await actions.request(entry, seconds)
    actions.finish((entry[0], entry[1], entry[2], None, 0), request, why)
    entry[3](request.status)


def counters(counts):
    """Return the rows of figures with their names."""
    names = "queued sent ok failed retried dropped 2xx 3xx 4xx 5xx".split()
    figures = {"total": dict.fromkeys(names, 0)}
    for event, row in counts.items():
        figures[event] = {names[i]: row[i] for i in range(len(names))}
    return figures
