"""What few phones need of the Action URLs: masked passwords, questions, the figures."""

from actions.expand import expand
from actions.sender import carry, count, finish
from base.compat import spawn


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


def told(actions, target, context):
    """Return the URL of `target` as it would be sent now, its passwords hidden."""
    path = masked(expand(actions, target, context), target[5])
    return "http%s://%s:%d%s" % ("s" if target[0] else "", target[1], target[2], path)


def together(done, number):
    """Return a callback for `number` requests that calls ``done(ok)`` once, after the last."""
    good = []

    def one(ok):
        good.append(ok)
        if len(good) == number:
            done(all(good))

    return one


def ask(actions, event, context, answer):
    """Send the first URL of `event` at once, beside the queue; see `Actions.ask`."""
    target = actions.targets[event][0]
    count(actions, event, 0)
    spawn(_ask(actions, (event, target, expand(actions, target, context), None, 0), answer))


async def _ask(actions, entry, answer):
    seconds = actions.options.get("remote_blacklist_action_timer") or 2
    request, why = await carry(actions, entry, seconds)
    finish(actions, entry, request, why)
    answer(request.status)


def counters(counts):
    """Return the rows of figures with their names."""
    names = "queued sent ok failed retried dropped 2xx 3xx 4xx 5xx".split()
    figures = {"total": dict.fromkeys(names, 0)}
    for event, row in counts.items():
        figures[event] = {names[i]: row[i] for i in range(len(names))}
    return figures
