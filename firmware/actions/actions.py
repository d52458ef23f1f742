"""`Actions`: what the phone calls. Events come in here, `actions.sender` carries them out.

An event is expanded at once and appended to the queue; the call path never waits. What sends is
loaded by the first event that has something to send.
"""

from base.compat import make_room, spare, unload

SENDING = (
    "actions.queue actions.sender net.http actions.expand actions.follow actions.retry "
    "actions.extras net.tls actions.secrets actions.template"
)


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
        self._woken = False
        spare(self.rest)

    def parse(self, text):
        """Return the targets of an Action URL's text; ValueError says what would be right."""
        from actions.template import parse

        self.timers.after(200, self.rest)
        return parse(text, self.options.catalogue().spec)

    def set(self, event, text):
        """Give `event` its templates, none for ""; ValueError leaves what it had."""
        self.targets[event] = self.parse(text)

    def has(self, event):
        """Return True when something is sent at `event`."""
        return bool(self.targets.get(event))

    def fire(self, event, context=None):
        """Send what `event` has to send, with the values of this moment; returns at once."""
        self.send(self.targets.get(event), event, context)

    def send(self, targets, name, context=None, done=None):
        """Send `targets` (from `parse`) for event or function key `name`; returns at once.

        `done(ok)` is called once, when all of them are over.
        """
        if targets:
            from actions.queue import append

            append(self, targets, name, context, done)

    def wake(self):
        """Start what may be started, when the code of what is running now is done."""
        if not self._woken:
            self._woken = True
            self.timers.after(0, self._wake)

    def _wake(self):
        self._woken = False
        make_room()
        try:
            from actions.sender import pump

            pump(self)
        except MemoryError:
            self.timers.after(500, self.wake)  # nothing is lost: the queue waits

    def rest(self):
        """Forget what sends, where nothing is to be sent any more."""
        if not self.queue and not self.busy:
            for name in SENDING.split():
                unload(name)

    def ask(self, event, context, answer):
        """Send the first URL of `event` as a question, at once and beside the queue.

        `answer(status)` is called once, within ``remote_blacklist_action_timer`` seconds; with 0
        where no answer has come.
        """
        from actions.extras import ask

        ask(self, event, context, answer)

    def counters(self):
        """Return {"total": {"queued": …}, event: {…}} of all that have happened."""
        from actions.extras import counters

        return counters(self.counts)
