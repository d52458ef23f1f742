"""The tasks that see to it that each event reaches its web server once.

A task for each request, three at most at a time; those to this phone itself wait for none of them.
Events for one server ("host:port") go strictly one after the other, in the order in which they
happened; those for others pass by when a server is slow or dead.

Decisions where section 4 is silent:
- "ok" is an answer 2xx, and the 302 of this phone itself, which has dialled. "failed" is all else
  that is over: another status, no answer, a bad one. "sent" counts an event once, whatever came of
  it, when its server may have got it. To a question every answer is ok.
- The deadline is for one try. A request that may be tried again (nothing was sent) waits 1, 2,
  then 4 s at the head of its server's events; it is still the oldest when the queue is full.
- Two at a time over TLS: more do not fit into an ESP32 beside its WiFi.
- A request that needs a handshake waits three seconds at the most for a moment when no call is
  set up or ended; a question does not, as a call waits for it.
- Requests to the phone itself go through the queue as well, one each 20 ms: no storm of events.
  The ports of its web server are 80 and 443, as both are written in templates, and those that
  http_port and https_port say.
"""

from actions.retry import PAUSES, pause
from actions.secrets import marks, masked
from base.compat import const, sleep_ms, spawn
from net.cause import cause
from net.http import Request

_TASKS = const(3)
_TLS = const(2)
_TIMEOUT = const(5)  # s, where the setting says nothing
_CALM = const(3000)  # ms that a handshake waits
_LOOK = const(100)
_PORTS = (80, 443)


class Sender:
    """Sends what waits in `queue` over `client` (net.http.Client).

    ``local(path)`` carries out a request to this phone itself and returns its status. ``calm()``
    is True while a handshake disturbs no call.
    """

    pauses = PAUSES

    def __init__(self, queue, client, timers, options, figures, log, local=None, calm=None):
        self.queue = queue
        self.client = client
        self.timers = timers
        self.options = options
        self.figures = figures
        self.log = log
        self.local = local
        self.calm = calm
        self.told = None  # ``told(entry, url, status, cause)``: what goes out, and what came of it
        self.busy = {}  # place that a task is at -> whether over TLS
        self.pausing = set()  # places whose first entry waits for its next try

    def pump(self):
        """Start what may be started now."""
        busy, entries, index, passed = self.busy, self.queue.entries, 0, set(self.pausing)
        while index < len(entries):
            target = entries[index].target
            if target.place in passed or target.place in busy or not self._free(target):
                passed.add(target.place)
                index += 1
            else:
                busy[target.place] = target.url.secure and not target.itself
                spawn(self._run(self.queue.take(index)))

    def _free(self, target):
        if target.itself:
            return True
        secure = sum(1 for x in self.busy.values() if x) if target.url.secure else 0
        return len(self.busy) < _TASKS and secure < _TLS

    def resume(self, place):
        """Go on with a place whose first entry has waited long enough."""
        self.pausing.discard(place)
        self.pump()

    async def _run(self, entry):
        """Carry out one entry of the queue, once."""
        try:
            if entry.target.url.secure and not entry.target.itself:
                await self._wait(entry.target.url)
            seconds = self.options.get("action_url_timeout") or _TIMEOUT
            request, why = await self.carry(entry, seconds)
        finally:
            del self.busy[entry.target.place]
        ms = pause(request, entry.tries, self.pauses) if why else None
        if ms is not None:
            self._again(entry, why, ms)
            self.pump()
        else:
            self.pump()
            self.finish(entry, request, why)

    async def carry_now(self, entry):
        """Carry out an entry beside the queue and finish it; return what `carry` does."""
        request, why = await self.carry(entry, self.options.get("action_url_timeout") or _TIMEOUT)
        self.finish(entry, request, why)
        return request, why

    def restart(self, timers):
        """Forget what was under way: the loop is another one, with other `timers`."""
        self.busy.clear()
        self.pausing.clear()
        self.timers = timers
        self.client.restart(timers)

    async def _wait(self, url):
        """Wait for a calm moment where a handshake is needed, or until it needs none."""
        waited, client = 0, self.client
        while waited < _CALM and self.calm and not client.ready(url):
            if self.calm() and not client.proving(url):
                break
            await sleep_ms(_LOOK)
            waited += _LOOK

    def _again(self, entry, why, ms):
        if not self.queue.put_back(entry):
            return
        entry.tries += 1
        place = entry.target.place
        self.pausing.add(place)
        self.figures.count(entry.name, "retried")
        text = "Retry %d of %d in %d ms: %s: %s (%s)"
        self.log(2, text, entry.tries, len(self.pauses), ms, place, why, entry.name)
        self.timers.after(ms, self.resume, place)

    async def carry(self, entry, seconds):
        """Carry out an entry within `seconds`; return (request, why it has no answer or None)."""
        request = self._request(entry)
        try:
            if entry.target.itself:
                await self._itself(request)
            else:
                await self.client.get(request, seconds)
        except Exception as error:  # nothing that a server says may end the sender
            if not request.status:
                return request, cause(error)
        return request, None

    def _request(self, entry):
        get, url = self.options.get, entry.target.url
        login = url.login
        if not login and get("http_client_user"):
            login = get("http_client_user"), get("http_client_pass")
        request = Request(url, entry.path, login)
        request.basic = bool(login) and get("http_client_auth") == "basic"
        if not entry.tries:
            request.told = _Sending(self, entry)
        return request

    async def _itself(self, request):
        get = self.options.get
        request.begun = True
        if request.told:
            request.told(request.url, request.path)
        if request.url.port not in _PORTS + (get("http_port"), get("https_port")):
            raise OSError("this address is the phone itself, its web server has another port")
        request.status = self.local(request.path)
        await sleep_ms(20)

    def tell(self, entry, status=None, cause=None):
        """Tell whoever looks at it of a request that goes out, or of what became of it."""
        if self.told:
            target = entry.target
            scheme = "https" if target.url.secure else "http"
            url = "%s://%s%s" % (scheme, target.place, masked(entry.path, target.marks))
            self.told(entry, url, status, cause)

    def finish(self, entry, request, why, question=False):
        """Count and log what became of an entry, and tell whoever asked for it."""
        name, status, target = entry.name, request.status, entry.target
        ok = status // 100 == 2 or (status == 302 and target.itself) or (question and status > 0)
        if request.begun:
            self.figures.count(name, "sent")
        self.figures.answered(name, status)
        self.tell(entry, status, why)
        self.figures.count(name, "ok" if ok else "failed")
        word = "Answer" if ok else "Failed" if why else "Refused"
        level = 3 if ok else 1
        if status == 404 and target.itself:
            text = "%s %s: %s is the phone itself, which does not know %s (%s)"
            path = masked(entry.path.partition("?")[0], [x for x in target.marks if x < 0])
            self.log(level, text, word, status, target.place, path, name)
        else:
            self.log(level, "%s %s: %s (%s)", word, why or status, target.place, name)
        if entry.done:
            entry.done(ok)


class _Sending:
    """Tells and logs what an entry sends, without what its template wrote as ``user:pass@``.

    That is after it has left: a serial line takes longer for the text than a network for the GET.
    """

    def __init__(self, sender, entry):
        self._sender = sender
        self._entry = entry
        self._told = False

    def __call__(self, url, path):
        if not self._told:
            self._told = True
            self._sender.tell(self._entry)
        if path is self._entry.path:
            marked = self._entry.target.marks
        else:  # a redirect's
            way, _, query = path.partition("?")
            marked = marks(way, query)
        text = "Sending post request host = %s:%d, file = %s"
        self._sender.log(2, text, url.host, url.port, masked(path, marked))
