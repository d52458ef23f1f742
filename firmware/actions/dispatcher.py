"""`Actions`: takes events, and sees to it that each reaches its web server once.

An event is expanded at once and appended to the queue; a task for each request, three at most at
a time, carries it out. Events for one server ("host:port") go strictly one after the other, in the
order in which they happened; those for others pass by when a server is slow or dead.

Decisions where section 4 is silent:
- "ok" is an answer 2xx. "failed" is all else that is over: another status, no answer, a bad one.
  "sent" counts an event once, whatever came of it, when its server may have got it.
- The deadline is for one try. A request that may be tried again (nothing was sent) waits 1, 2,
  then 4 s at the head of its server's events; it is still the oldest when the queue is full.
- What waits has 16 KB at most, however many entries are allowed: the oldest gives way there too.
- One TLS connection at a time: two do not fit into an ESP32 beside its WiFi.
- Requests to the phone itself go through the queue as well, one each 20 ms: no storm of events.
"""

from actions.expand import expand
from actions.http import Request
from base.compat import const, sleep_ms, spawn, unload, wait_for_ms

_TASKS = const(3)
_BYTES = const(16384)

# places in a row of counters; 2xx to 5xx follow from 6
_QUEUED = const(0)
_SENT = const(1)
_OK = const(2)
_FAILED = const(3)
_RETRIED = const(4)
_DROPPED = const(5)


class Actions:
    """The Action URLs of one phone.

    `options.get(name)` gives settings, `options.catalogue().spec(name)` tells of them.
    `lookup(name, argument, context)` gives a variable's value or None. `log(level, format,
    *values)`. `local(path)` carries out a request to the phone itself and returns its status.
    `read(name)` gives a file of the storage or None. `version` goes into the User-Agent.
    """

    pauses = (1000, 2000, 4000)  # ms before each further try

    def __init__(
        self, network, resolver, timers, options, lookup, log, local=None, read=None, version=""
    ):
        self.network = network
        self.resolver = resolver
        self.timers = timers
        self.options = options
        self.lookup = lookup
        self.log = log
        self.local = local
        self.read = read
        self.version = version
        self.targets = {}  # event -> its targets
        self.queue = []  # (name, target, path, done, tries), oldest first
        self.busy = {}  # "host:port" that a task is at -> whether over TLS
        self.pausing = set()  # "host:port" whose first entry waits for its next try
        self.counts = {}

    def parse(self, text):
        """Return the targets of an Action URL's text; ValueError says what would be right."""
        from actions.template import parse

        self.timers.after(3000, unload, "actions.template")
        return parse(text, self.options.catalogue().spec)

    def set(self, event, text):
        """Give `event` its templates, none for ""; ValueError leaves what it had."""
        self.targets[event] = self.parse(text)

    def has(self, event):
        """Return True when something is sent at `event`."""
        return bool(self.targets.get(event))

    def fire(self, event, context=None):
        """Send what `event` has to send, with the values of this moment; returns at once."""
        self.send(self.targets.get(event, ()), event, context)

    def send(self, targets, name, context=None, done=None):
        """Send `targets` (from `parse`) for event or function key `name`; returns at once.

        `done(ok)` is called once, when all of them are over.
        """
        queue = self.queue
        if done and len(targets) > 1:
            from actions.rare import together

            done = together(done, len(targets))
        for target in targets:
            self.count(name, _QUEUED)
            entry = (name, target, "", done, 0)
            try:
                path = self.expand(target, context)
                room = _BYTES - len(path) - sum(len(x[2]) for x in queue)
                while queue and (len(queue) >= self.size() or room < 0):
                    room += len(queue[0][2])
                    self.drop(queue.pop(0))
                entry = (name, target, path, done, 0)
                queue.append(entry)
                self.pump()
            except MemoryError:  # a call must not end for want of it
                if entry not in queue:
                    self.drop(entry)

    def ask(self, event, context, answer):
        """Send the first URL of `event` as a question, at once and beside the queue.

        `answer(status)` is called once, within ``remote_blacklist_action_timer`` seconds; with 0
        where no answer has come.
        """
        from actions.rare import ask

        ask(self, event, context, answer)

    def expand(self, target, context):
        """Return the path of `target` with the values of this moment."""
        get = self.options.get
        unset = "" if get("action_url_unset") == "empty" else None
        return expand(target[4], self.look, get, context, unset)

    def look(self, name, argument, context):
        """Return a variable's value, or None; an event must not fail for one of its values."""
        if name == "mac":
            return self.options.get(name) or self.network.mac
        try:
            return self.lookup(name, argument, context)
        except Exception as error:
            self.log(1, "$%s: %r", name, error)

    def size(self):
        """Return how many requests may wait."""
        return self.options.get("action_url_queue") or 32

    def drop(self, entry):
        """Give up an entry that was not sent: the queue is full, or the memory."""
        self.log(1, "Queue full, dropped %s for %s", entry[0], entry[1][1])
        self.count(entry[0], _DROPPED)
        self.over(entry, False)

    def over(self, entry, ok):
        """Tell whoever asked for an entry that it is over."""
        if entry[3]:
            entry[3](ok)

    def pump(self, key=None):
        """Start what may be started now; `key` has waited long enough for its next try."""
        self.pausing.discard(key)
        queue, passed, index = self.queue, set(self.pausing), 0
        while index < len(queue) and len(self.busy) < _TASKS:
            target = queue[index][1]
            key = "%s:%d" % target[1:3]
            if key in passed or key in self.busy or (target[0] and True in self.busy.values()):
                passed.add(key)
                index += 1
            else:
                spawn(self.run(key, queue[index]))
                self.busy[key] = target[0]
                queue.pop(index)

    async def run(self, key, entry):
        """Carry out one entry of the queue, once."""
        try:
            request, why = await self.request(entry, self.options.get("action_url_timeout") or 5)
        finally:
            del self.busy[key]
        if why and not request.begun and entry[4] < 3:
            from actions.rare import retry

            retry(self, key, entry, why)
            self.pump()
        else:
            self.pump()
            self.finish(entry, request, why)

    async def request(self, entry, seconds):
        """Carry out an entry within `seconds`; return (request, why it has no answer or None)."""
        target = entry[1]
        request = Request(target[0], target[1], target[2], entry[2])
        try:
            if not entry[4]:
                self.sending(request, target[5])
            if target[1] in ("localhost", "127.0.0.1"):
                request.begun = request.sent = True
                request.status = self.local(entry[2])
                await sleep_ms(20)
            else:
                await wait_for_ms(self.perform(request, target[3]), int(seconds * 1000))
        except Exception as error:  # nothing that a server says may end the sender
            if not request.status:
                from actions.rare import cause

                return request, cause(error)
        return request, None

    def sending(self, request, marks):
        """Log a request, without what the template wrote as ``user:pass@``."""
        path = request.path
        if marks:
            from actions.rare import masked

            path = masked(path, marks)
        self.log(
            2, "Sending post request host = %s:%d, file = %s", request.host, request.port, path
        )

    async def perform(self, request, login):
        """Carry out `request` with all that it takes: TLS, then credentials and redirects."""
        tls = None
        options = self.options
        if request.secure:
            from actions.secure import context

            tls = context(request, options, self.read, self.timers.clock)
        agent = "Mozilla/4.0 (compatible; %s-SIP %s %s)" % (
            options.get("phone_type"),
            self.version,
            self.look("mac", None, None),
        )
        await request.get(self.network, self.resolver, agent, tls)
        if request.status == 401 or request.location:
            from actions.follow import further

            await further(self, request, login, agent, tls)

    def finish(self, entry, request, why):
        """Count and log what became of an entry."""
        name, status = entry[0], request.status
        if request.sent:
            self.count(name, _SENT)
        if 200 <= status < 600:
            self.count(name, 4 + status // 100)
        ok = status // 100 == 2
        self.count(name, _OK if ok else _FAILED)
        self.log(
            3 if ok else 1,
            "%s %s: %s:%d (%s)",
            "Answer" if ok else "Failed" if why else "Refused",
            why or status,
            request.host,
            request.port,
            name,
        )
        self.over(entry, ok)

    def count(self, name, what):
        """Count for `name` and in total."""
        for row in (name, "total"):
            if row not in self.counts:
                self.counts[row] = [0] * 10
            self.counts[row][what] += 1

    def counters(self):
        """Return {"total": {"queued": …}, event: {…}} of all that have happened."""
        from actions.rare import counters

        return counters(self.counts)
