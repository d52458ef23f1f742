"""One outgoing request: its targets one after another, its credentials, its answers.

A `Request` finds where its next hop is (RFC 3263), sends itself in a new transaction, tries the
next target when one is dead (time-out, 503, no connection), answers 401 and 407, and hands every
other response to its user.
"""

import gc

from base.compat import const, spawn
from sip.auth import answer, credentials, may_answer
from sip.message.fields import param
from sip.message.message import Message, encode
from sip.message.uri import name_addr, uri_parts
from sip.transaction.client import Client
from sip.transaction.invite import InviteClient
from sip.transaction.table import make_room
from sip.transport.locate import Target, at_once, locate

_NEXT = const(8000)  # ms that a server may take to answer where there is another one
_DEAD = const(300_000)  # ms that one which did not is asked last
_ANSWERED = ("REGISTER", "INVITE")  # by everybody who is there; some ignore a SUBSCRIBE
_DATAGRAM = const(1300)  # a larger request goes by TCP (RFC 3261 section 18.1.1)


class Request:
    """A request of `dialog` (a `Dialog`), sent by `start`.

    ``callback(request, response)`` gets all responses; `response.local` marks those made up here:
    408 for a time-out, 503 where nothing could be delivered. Before an INVITE leaves it is called
    once with None. `headers` (a list of pairs) and `body` may be functions of the request, called
    when the target is chosen: `local` is our (ip, port) towards it and `protocol` the transport.
    """

    cseq = None
    heard = None  # ``(request, response)``: told of every response from outside, challenges too
    tries = 0  # answers to challenges so far
    over = False
    last = False  # no further try
    large = False  # TCP was tried because of its size
    transaction = None
    local = protocol = None
    branch = ""

    def __init__(self, agent, dialog, method, callback, headers=(), body=b""):
        self.agent = agent
        self.dialog = dialog
        self.method = method
        self.callback = callback
        self.headers = headers
        self.body = body
        self.targets = []

    def start(self):
        """Find the next hop and send; nothing is sent later than a name's resolution."""
        dialog = self.dialog
        try:
            hop = name_addr(dialog.routes[0]).uri if dialog.routes else dialog.target
            target = at_once(hop, dialog.account.transport)
        except ValueError:
            self._fail(503)
            return self
        if target:
            self.targets = [target]
            self._found(hop)
            self.send()
        else:
            spawn(self._locate(hop))
        return self

    async def _locate(self, hop):
        try:
            account = self.dialog.account
            targets = await locate(self.agent.resolver, hop, account.transport)
            if "TLS" in [x.transport for x in targets]:
                self.agent.transport.streams.named(targets, uri_parts(hop).host)
            at = None
            if self.method != "REGISTER" and account.registration:
                at = account.registration.server  # the one that lives, not the one that should
            self.targets = self._ranked(targets, at)
            self._found(hop)
        except OSError:
            self.targets = self._known(hop)
        if self.over:
            return
        if self.targets:
            self.send()
        else:
            self._fail(503)

    def _known(self, hop):
        """Return where the registrar was last, for a name that cannot be resolved: nobody shall
        be without a telephone because his name server is.
        """
        account = self.dialog.account
        registration = account.registration
        if registration and registration.server and account.leads_home(hop):
            ip, port = registration.server
            return [Target(ip, port, registration.protocol)]
        return []

    def _found(self, hop):
        """Note where the identity's own first hop leads: there, and nowhere else, its credentials
        may go. A registrar that has moved has told so itself.
        """
        account = self.dialog.account
        if self.method == "REGISTER" or account.leads_home(hop):
            account.learn_home(self.targets)

    def _ranked(self, targets, first):
        """Return `targets` with the server `first` first, those that did not answer last."""
        ranks = [0 if x[:2] == first else 1 + self._dead(x[:2]) for x in targets]
        return [x for rank in range(3) for i, x in enumerate(targets) if ranks[i] == rank]

    def _dead(self, server):
        """Return whether a server has not answered of late; later it is asked again."""
        dead, clock = self.agent.dead, self.agent.timers.clock
        if server in dead and clock.diff(dead[server], clock.ms()) < 0:
            del dead[server]
        return server in dead

    def _fail(self, status):
        response = Message("", "", status, "", [])
        response.local = True
        self._receive(response)

    def send(self):
        """Send to the first of the targets that are left, in a transaction of its own.

        Where the memory is too short for it, or what it is to say can stand in no message, it has
        failed like one that nobody has got: whoever waits for its end would wait for ever.
        """
        self.transaction = None
        try:
            self._send()
        except (MemoryError, ValueError) as error:
            self.agent.log(1, "SIP: no %s: %r", self.method, error)
            if self.transaction:
                self.transaction.end()
            gc.collect()
            self._fail(503)

    def _send(self):
        agent, first = self.agent, self.cseq is None
        ip, port, self.protocol = self.targets[0]
        address = agent.network.address(ip)
        if address is None:
            self._fail(503)
            return
        self.local = (address, agent.port)
        self.dialog.went(ip)
        if first:
            self.cseq = self.dialog.next()
            if self.method == "INVITE":
                self.callback(self, None)
                if self.over:
                    return
        data = self.encode()
        large = len(data) > _DATAGRAM and self.protocol == "UDP" and agent.transport.streams
        if large and not self.large:
            self.large = True
            self.targets.insert(0, Target(ip, port, "TCP"))  # UDP is next where TCP fails
            self.protocol = "TCP"
            data = self.encode()
        if self.method == "ACK":
            agent.send(data, (ip, port), self.protocol)
            return
        kind = InviteClient if self.method == "INVITE" else Client
        key = (self.branch + self.method).encode()
        make_room(agent.transactions, agent.most)
        self.transaction = kind(agent, key, (ip, port), self.protocol, data, self._receive)
        if len(self.targets) > 1:
            self.transaction.start(_NEXT)
        else:
            self.transaction.start()

    def encode(self):
        """Return the request's bytes for the present target, with a new branch."""
        agent, dialog, method = self.agent, self.dialog, self.method
        self.branch = "z9hG4bK" + agent.token()
        uri, routes = dialog.target, list(dialog.routes)
        if routes and param(name_addr(routes[0]).uri, "lr") is None:  # RFC 2543's strict routing
            uri = name_addr(routes.pop(0)).uri
            routes.append("<%s>" % dialog.target)
        local = "%s:%d" % self.local
        remote = dialog.remote + (";tag=" + dialog.remote_tag if dialog.remote_tag else "")
        headers = [
            ("Via", "SIP/2.0/%s %s;branch=%s;rport" % (self.protocol, local, self.branch)),
            ("Max-Forwards", "70"),
            ("From", "%s;tag=%s" % (dialog.local, dialog.local_tag)),
            ("To", remote),
            ("Call-ID", dialog.call_id),
            ("CSeq", "%d %s" % (self.cseq, method)),
        ]
        for route in routes:
            headers.append(("Route", route))
        more, body = self.headers, self.body
        headers.extend(more(self) if callable(more) else more)
        headers.append(("User-Agent", agent.name))
        if callable(body):
            body = body(self)
        if dialog.auth and may_answer(self):
            headers.extend(credentials(self, uri, body))
        return encode("%s %s SIP/2.0" % (method, uri), headers, body)

    def contact(self, extra=""):
        """Return our Contact towards the present target; `extra` goes into its URI."""
        account, hidden = self.dialog.account, self.dialog.hidden
        return self.agent.contact(account, self.local[0], self.protocol, extra, hidden)

    def _receive(self, response):
        status = response.status
        if self.over:
            return
        if self.heard and not response.local:
            self.heard(self, response)
        if self.targets:
            self._remember(self.targets[0][:2], response.local)
            if status == 408 and response.local and self.method in _ANSWERED:
                if self.protocol != "UDP":
                    self.agent.transport.streams.silent(self.targets[0][:2], self.protocol)
        if self.last:
            pass
        elif (response.local or status == 503) and len(self.targets) > 1:
            self.targets.pop(0)
            self.tries = 0  # its nonces are its own
            self.send()
            return
        elif status in (401, 407) and self.dialog.account.password:
            if answer(self, response):
                self.cseq = self.dialog.next()
                self.send()
                return
        if self.callback:
            self.callback(self, response)

    def _remember(self, server, silent):
        dead, clock = self.agent.dead, self.agent.timers.clock
        if silent and len(self.targets) > 1 and len(dead) < 8:
            dead[server] = clock.add(clock.ms(), _DEAD)
        elif not silent and server in dead:
            del dead[server]

    def cancel(self):
        """Forget the request: nothing is called back any more."""
        self.over = True
        self.callback = None
        if self.transaction:
            self.transaction.end()
