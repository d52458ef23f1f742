"""`Actions`: what the phone calls. Events come in here, `actions.sender` carries them out.

An event is expanded at once and appended to the queue; the call path never waits.
"""

from actions import question
from actions.expand import Values, expand
from actions.figures import Figures
from actions.queue import Entry, Queue
from actions.secrets import masked
from actions.sender import Sender
from actions.template import parse


class Actions:
    """The Action URLs of one phone.

    `client` is the HTTP client, `options.get(name)` gives settings and `options.spec(name)` tells
    of them, ``log(level, format, *values)``. What `lookup` is says `actions.expand.Values`, what
    `local` and `calm` are says `actions.sender.Sender`. ``stranger(context)`` is True for what
    belongs to a stranger's call: its events give way first.
    """

    def __init__(self, network, client, timers, options, lookup, log, local=None, calm=None):
        self.network = network
        self.client = client
        self.options = options
        self.log = log
        self.stranger = None
        self.targets = {}  # event -> its targets
        self.figures = Figures()
        self.values = Values(options, network, lookup, log)
        self.queue = Queue(options, self._dropped)
        self.sender = Sender(self.queue, client, timers, options, self.figures, log, local, calm)

    def parse(self, text):
        """Return the targets of an Action URL's text; ValueError says what would be right."""
        return parse(text, self.options.spec)

    def set(self, event, text):
        """Give `event` its templates, none for ""; ValueError leaves what it had."""
        self.targets[event] = self.parse(text)
        self.warm()

    def warnings(self, text):
        """Return sentences on what is odd about an Action URL's text, and taken all the same."""
        found = []
        for target in self.parse(text):
            found += [x for x in target.warnings if x not in found]
            missing = target.url.secure and not target.itself and self.client.missing()
            if missing and missing not in found:
                found.append(missing)
        return found

    def shown(self, target, context, values=None):
        """Return the URL of `target` as it would be sent now, its passwords masked.

        `values` (`actions.expand.Values`) instead of the phone's own give that of a sample.
        """
        scheme = "https" if target.url.secure else "http"
        path = expand(target.pieces, values or self.values, context)
        return "%s://%s%s" % (scheme, target.place, masked(path, target.marks))

    def has(self, event):
        """Return True when something is sent at `event`."""
        return bool(self.targets.get(event))

    def fire(self, event, context=None):
        """Send what `event` has to send, with the values of this moment; returns at once."""
        targets = self.targets.get(event)
        if targets:
            self.send(targets, event, context)

    def send(self, targets, name, context=None, done=None):
        """Send `targets` (from `parse`) for event or function key `name`; returns at once.

        `done(ok)` is called once, when all of them are over.
        """
        if done and len(targets) > 1:
            done = _together(done, len(targets))
        stranger = bool(self.stranger and self.stranger(context))
        for target in targets:
            self.figures.count(name, "queued")
            entry = Entry(name, target, "", done, stranger)
            try:
                entry.path = expand(target.pieces, self.values, context)
                self.queue.append(entry)
            except MemoryError:  # a call must not end for want of it
                self._dropped(entry)
        self.sender.pump()

    def ask(self, event, context, answer):
        """Send the first URL of `event` as a question, at once and beside the queue.

        `answer(status)` is called once, within ``remote_blacklist_action_timer`` seconds; with 0
        where no answer has come.
        """
        target = self.targets[event][0]
        path = expand(target.pieces, self.values, context)
        question.ask(self.sender, event, target, path, answer)

    async def test(self, event, context):
        """Send each URL of `event` beside the queue and wait for it.

        Return a dict for each: "url", "status" (0 without an answer), "ms", "cause" ("" with one).
        """
        found = []
        clock = self.sender.timers.clock
        for target in self.targets.get(event) or ():
            self.figures.count(event, "queued")
            entry = Entry(event, target, expand(target.pieces, self.values, context))
            start = clock.ms()
            request, why = await self.sender.carry_now(entry)
            ms = clock.diff(clock.ms(), start)
            url = self.shown(target, context)
            found.append({"url": url, "status": request.status, "ms": ms, "cause": why or ""})
        return found

    def counters(self):
        """Return {"total": {"queued": …}, event: {…}} of all that have happened."""
        return self.figures.rows()

    def idle(self):
        """Return True when nothing waits and nothing is under way."""
        return not self.queue and not self.sender.busy

    def restart(self, timers):
        """Forget what waited and was under way: the loop is another one, with other `timers`."""
        self.queue.clear()
        self.sender.restart(timers)

    def warm(self):
        """Keep connections to the events' https servers open from now on."""
        urls = [x.url for y in self.targets.values() for x in y if x.url.secure and not x.itself]
        self.client.want(urls)

    def _dropped(self, entry):
        """Give up an entry that was not sent: the queue is full, or the memory."""
        self.log(1, "Queue full, dropped %s for %s", entry.name, entry.target.url.host)
        self.figures.count(entry.name, "dropped")
        if entry.done:
            entry.done(False)


def _together(done, number):
    """Return a callback for `number` requests that calls ``done(ok)`` once, after the last."""
    good = []

    def one(ok):
        good.append(ok)
        if len(good) == number:
            done(all(good))

    return one
