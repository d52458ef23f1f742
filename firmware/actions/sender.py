"""The tasks that see to it that each event reaches its web server once.

A task for each request, three at most at a time; those to this phone itself wait for none of them.
Events for one server ("host:port") go strictly one after the other, in the order in which they
happened; those for others pass by when a server is slow or dead. `actions` is always the
dispatcher's `Actions`.

Decisions where section 4 is silent:
- "ok" is an answer 2xx, and the 302 of this phone itself, which has dialled. "failed" is all else
  that is over: another status, no answer, a bad one. "sent" counts an event once, whatever came of
  it, when its server may have got it.
- The deadline is for one try. A request that may be tried again (nothing was sent) waits 1, 2,
  then 4 s at the head of its server's events; it is still the oldest when the queue is full.
- One TLS connection at a time: two do not fit into an ESP32 beside its WiFi.
- Requests to the phone itself go through the queue as well, one each 20 ms: no storm of events.
"""

from net.http import Request

from actions.queue import count
from base.compat import const, sleep_ms, spawn, wait_for_ms

_TASKS = const(3)
_REST = const(3000)  # ms after the last answer
_SELF = ("localhost", "127.0.0.1")

# places in a row of counters; 2xx to 5xx follow from 6
_SENT = const(1)
_OK = const(2)
_FAILED = const(3)


def pump(actions, key=None):
    """Start what may be started now; `key` has waited long enough for its next try."""
    busy, queue, index = actions.busy, actions.queue, 0
    actions.pausing.discard(key)
    passed = set(actions.pausing)
    while index < len(queue):
        target = queue[index][1]
        key = "%s:%d" % target[1:3]
        full = len(busy) >= _TASKS or (target[0] and True in busy.values())
        if key in passed or key in busy or (full and target[1] not in _SELF):
            passed.add(key)
            index += 1
        else:
            spawn(_run(actions, key, queue[index]))
            busy[key] = target[0]
            queue.pop(index)


async def _run(actions, key, entry):
    """Carry out one entry of the queue, once."""
    try:
        seconds = actions.options.get("action_url_timeout") or 5
        request, why = await carry(actions, entry, seconds)
    finally:
        del actions.busy[key]
    if why and not request.begun and entry[4] < 3:
        from actions.retry import retry

        retry(actions, key, entry, why)
        pump(actions)
    else:
        pump(actions)
        finish(actions, entry, request, why)


async def carry(actions, entry, seconds):
    """Carry out an entry within `seconds`; return (request, why it has no answer or None)."""
    target = entry[1]
    request = Request(target[0], target[1], target[2], entry[2])
    try:
        if not entry[4]:
            sending(actions, request, target[5])
        if target[1] in _SELF:
            request.begun = request.sent = True
            request.status = actions.local(entry[2])
            await sleep_ms(20)
        else:
            await wait_for_ms(_perform(actions, request, target[3]), int(seconds * 1000))
    except Exception as error:  # nothing that a server says may end the sender
        if not request.status:
            from actions.retry import cause

            return request, cause(error)
    return request, None


def sending(actions, request, marks):
    """Log a request, without what the template wrote as ``user:pass@``."""
    path = request.path
    if marks:
        from actions.extras import masked

        path = masked(path, marks)
    text = "Sending post request host = %s:%d, file = %s"
    actions.log(2, text, request.host, request.port, path)


async def _perform(actions, request, login):
    """Carry out `request` with all that it takes: TLS, then credentials and redirects."""
    tls = None
    get = actions.options.get
    if request.secure:
        from net.tls import context

        tls = context(request, get, actions.read, actions.timers.clock)
    agent = "Mozilla/4.0 (compatible; %s-SIP %s %s)" % (
        get("phone_type"),
        actions.version,
        get("mac") or actions.network.mac,
    )
    await request.get(actions.network, actions.resolver, agent, tls)
    if request.status == 401 or request.location:
        from actions.follow import further

        await further(actions, request, login, agent, tls)


def finish(actions, entry, request, why):
    """Count and log what became of an entry, and tell whoever asked for it."""
    name, status = entry[0], request.status
    ok = status // 100 == 2 or (status == 302 and request.host in _SELF)
    if request.sent:
        count(actions, name, _SENT)
    if 200 <= status < 600:
        count(actions, name, 4 + status // 100)
    count(actions, name, _OK if ok else _FAILED)
    actions.log(
        3 if ok else 1,
        "%s %s: %s:%d (%s)",
        "Answer" if ok else "Failed" if why else "Refused",
        why or status,
        request.host,
        request.port,
        name,
    )
    if entry[3]:
        entry[3](ok)
    if not actions.queue and not actions.busy:
        actions.timers.after(_REST, actions.rest)
