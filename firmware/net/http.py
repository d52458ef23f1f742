"""The HTTP client (RFC 9112) for Action URLs, provisioning and updates: GET, nothing else.

One deadline for all that a request takes: name, connection, TLS, credentials, redirects, answer.

A request is sent once. `Request.begun` rises when its server may have it, and never falls: nothing
is sent again then, on whatever connection. A kept connection is looked at before it is used; where
it breaks with nothing of the request written, a new one takes its place. A server that closes it
afterwards without an answer costs the request. `Request.final` rises where nothing was sent and
another try would end as this one: certificate, handshake, settings.
"""

from base.compat import const, sleep_ms
from base.timers import Deadline
from net.http_ahead import Ahead
from net.http_answer import Answer
from net.http_auth import Memory
from net.http_follow import Trail
from net.http_pool import Pool, Server
from net.tls import Untrusted

_BODY = const(8192)  # bytes of a body that are read where nobody wants it
_HEAD = b"GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n%s\r\n"


class Request:
    """A GET of `url` (net.url.Url) and what becomes of it.

    `path` is what is asked for, query included; without it, the URL's own. `login` is None or
    (user, password). ``sink(data)`` takes the body of a 2xx; one longer than `limit` bytes, or
    shorter than announced, is an OSError. ``told(url, path)`` is called once the request has left,
    or could not, and again for each redirect. `verified` wants certificates checked whatever the
    settings say, `basic` sends Basic at once. `again` says that it only reads: where a kept
    connection breaks, it is sent once more.
    """

    begun = False
    final = False
    status = 0  # of the last whole head; 0 without one
    length = None  # bytes of the body, where the server says it

    def __init__(self, url, path=None, login=None, sink=None, limit=_BODY):
        self.url = url
        self.path = path or url.path + url.query
        self.login = login
        self.sink = sink
        self.limit = limit
        self.told = None
        self.verified = False
        self.basic = False
        self.again = False


class Client:
    """The client. `trust` is a `net.tls.Trust`, ``agent()`` gives the User-Agent.

    ``free()`` is True while a TLS handshake disturbs nobody.
    """

    def __init__(self, network, resolver, timers, trust, log, agent, free=None):
        self.network = network
        self.timers = timers
        self.log = log
        self.agent = agent
        self.pool = Pool(network, resolver, timers, trust)
        self.free = free or _always
        self._ahead = Ahead(self.pool, self.free, log)
        self._memory = Memory()

    async def get(self, request, seconds):
        """Carry `request` out within `seconds`, once; OSError or TimeoutError when it ends early.

        Where its `status` is set nevertheless, there was an answer.
        """
        with Deadline(self.timers, int(seconds * 1000)):
            trail = Trail(request, self._memory, self.network, self.log)
            try:
                while trail.on(await self._once(request, trail)):
                    request.status = 0
            finally:
                self._tell(request, trail.step)

    def ready(self, url, verified=False):
        """Return True when a request to `url` needs no handshake."""
        return self.pool.ready(_server(url, verified))

    def proving(self, url):
        """Return True while it is to be seen whether a request to `url` needs no handshake."""
        return self.pool.proving(_server(url))

    def want(self, urls):
        """Keep connections to the servers of `urls` open from now on; see `net.http_ahead`."""
        self._ahead.want([_server(url) for url in urls])

    def missing(self):
        """Return what a person has to do before https works, "" where it does."""
        return self.pool.trust.missing()

    def restart(self, timers):
        """Forget all connections: the loop is another one, with other `timers`."""
        self.timers = timers
        self.pool.restart(timers)
        self._ahead.restart()

    def close(self):
        """Close the connections that nothing goes over."""
        self.pool.close()

    async def _once(self, request, trail):
        """Send the trail's step and return its `Answer`."""
        while True:
            connection = await self._sent(request, trail)
            answer = Answer(connection.reader, self.timers)
            try:
                return await self._answered(request, connection, answer)
            except OSError:
                if not connection.kept or not answer.empty:
                    raise
                if not request.again:
                    raise OSError("closed by its server just then")

    async def _answered(self, request, connection, answer):
        try:
            await answer.head()
            request.status, request.length = answer.status, answer.length
            await self._body(request, answer)
        except OSError:
            if not request.status or self._wanted(request):
                raise
            # what broke was a body that nobody needs
        finally:
            if answer.whole and not answer.closes:
                self.pool.give(connection, answer.stays, answer.keep)
            elif connection.kept and answer.empty:
                self.pool.broken(connection)
            else:
                self.pool.drop(connection)
        return answer

    async def _sent(self, request, trail):
        """Return the connection over which the trail's step has gone out."""
        step = trail.step
        host = step.url.host.encode()
        if step.url.port != (443 if step.url.secure else 80):
            host = b"%s:%d" % (host, step.url.port)
        head = _HEAD % (step.path.encode(), host, self.agent().encode(), step.lines.encode())
        while True:
            connection = await self._connected(request, trail)
            sent = False
            try:
                connection.writer.write(head)  # nothing has left where it raises
                sent = not step.url.secure
                request.begun = request.begun or sent
                await connection.writer.drain()  # over TLS, nothing has left until it is done
                sent = request.begun = True
                await sleep_ms(0)  # what else is ready goes before the log
                self._tell(request, step)
                return connection
            except OSError:
                if sent or not connection.kept:
                    raise
            finally:
                if not sent and not connection.kept:
                    request.final = request.final or step.url.secure  # the handshake
                    self.pool.refused(connection)
                elif not sent:
                    self.pool.drop(connection)

    def _tell(self, request, step):
        if request.told and not step.told:
            step.told = True
            request.told(step.url, step.path)

    async def _connected(self, request, trail):
        step = trail.step
        try:
            server = _server(step.url, request.verified)
            found = await self.pool.take(server, step.allowed, request.again)
            trail.ip = found.ip
            return found
        except Untrusted:
            request.final = True
            raise

    def _wanted(self, request):
        return request.sink and request.status // 100 == 2

    async def _body(self, request, answer):
        """Read the body: for whoever wants it, else so that a script is not cut off."""
        if self._wanted(request):
            if (answer.length or 0) > request.limit:
                raise OSError("longer than %d bytes" % request.limit)
            if not await answer.body(request.limit, request.sink):
                raise OSError("ended early, or longer than %d bytes" % request.limit)
        elif answer.bounded() or answer.status // 100 == 2:
            await answer.body(_BODY)


def _server(url, verified=False):
    return Server(url.secure, url.host, url.port, verified)


def _always():
    return True
