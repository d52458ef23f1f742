"""What a request goes through: its first step, and those that a 401 or a redirect leads to.

Decisions:
- Credentials stay with the scheme, host and port of the request's URL; those in a Location are not
  used. A challenge is answered once; one that is remembered may be followed by a new one.
- A redirect (301, 302, 303, 307, 308) is followed five times at most, never to a place where this
  request was already, never from https to http, never to this phone itself, in no spelling and by
  no name. Only what a loopback address says may lead to one.
"""

from base.compat import const
from net.address import loopback
from net.url import parse, printed, resolved

_REDIRECTS = const(5)
_MOVED = (301, 302, 303, 307, 308)


class Step:
    """One GET on the way: where it goes, and the header lines with its credentials."""

    def __init__(self, url, path):
        self.url = url
        self.path = path
        self.scheme = ""  # of the credentials in `lines`
        self.lines = ""
        self.told = False  # the request's `told` was called for it
        self.challenged = False  # it has answered a challenge that came to itself
        self.allowed = None  # allowed(ip) raises OSError for where it must not go

    def server(self):
        """Return whose credentials it may carry."""
        return self.url.secure, self.url.host, self.url.port

    def place(self):
        """Return what makes it the same as another one."""
        return self.server(), self.path


class Trail:
    """The steps of `request` (net.http.Request); `memory` is `net.http_auth.Memory`."""

    def __init__(self, request, memory, network, log):
        self.request = request
        self.memory = memory
        self.network = network
        self.log = log
        self.ip = ""  # where the last step went
        self.step = Step(request.url, request.path)
        self._steps = [self.step]
        if request.login:
            self._equip(request.basic)

    def on(self, answer):
        """Take the answer to the last step; return whether there is a further one to be sent."""
        if answer.status == 401:
            return self._challenged(answer.challenges)
        if answer.status in _MOVED and answer.location:
            try:
                self._moved(answer.location)
            except ValueError as error:
                self.log(2, "Redirect by %s not followed: %s", self.step.url.host, error)
                return False
            return True
        return False

    def _equip(self, basic=False):
        """Give the step the credentials that go without a challenge, or to one known already."""
        step, login = self.step, self.request.login
        if login and step.server() == self._steps[0].server():
            step.scheme, step.lines = self.memory.header(step.server(), login, step.path, basic)

    def _challenged(self, challenges):
        step = self.step
        if not self.request.login or step.challenged or step.server() != self._steps[0].server():
            return False
        fresh = self.memory.take(step.server(), challenges)
        if fresh is None or (not fresh and step.scheme):
            return False
        sent, step.challenged = step.scheme, True
        self._equip()
        if sent == step.scheme == "Basic":
            return False  # it would be the same again
        self.log(4, "401 from %s, sent again with %s", step.url.host, step.scheme)
        return True

    def _moved(self, location):
        old = self.step
        try:
            text = location.decode().strip()
        except UnicodeError:
            raise ValueError("no URL")
        url = parse(resolved(old.url, old.path, text))
        if old.url.secure and not url.secure:
            raise ValueError("from https to http")
        if url.host in ("localhost", "127.0.0.1"):
            raise ValueError("to this phone itself")
        step = Step(url, printed(url.path + url.query))
        if len(self._steps) > _REDIRECTS or any(x.place() == step.place() for x in self._steps):
            raise ValueError("a loop")
        near = loopback(self.ip)

        def allowed(ip):
            if ip == self.network.address() or (loopback(ip) and not near):
                raise OSError("redirect to this phone itself not followed")

        step.allowed = allowed
        self._steps.append(step)
        self.step = step
        self._equip()
