"""A call: the INVITE usage of a dialog (RFC 3261 sections 13 to 15).

What every call needs is here: ring, answer, reject, CANCEL, ACK, BYE, the repeated 2xx, forks.
Hold, transfer, session timers and the rest are in modules of their own, loaded when needed.
"""

from base.compat import const
from sip.dialog import Dialog
from sip.message import address_of, name_addr, untagged, uri_parts
from sip.request import Request
from sip.server import reply, respond, response, serve

_T1 = const(500)
_T2 = const(4000)
_LONG = const(32000)  # 64 * T1
_CALLS = const(8)
_REFRESH = const(60000)  # a 180 is repeated each minute, for the proxies on the way (13.3.1.1)


class Call:
    """One call; the attributes that others may use are those of the phone's plan.

    `state` is "calling", "ringing", "connected", "held" or "ended"; "ended" is reported once. What
    a hung-up call still has to do on the wire it does on its own.
    """

    state = "calling"
    status = 0
    reason = cancel_reason = ended_by = remote_display = ""
    answered = remote_hold = False
    key = invite = auto_answer = alert_info = None
    transaction = outgoing = None  # the INVITE's server transaction; our INVITE
    timer = merged = body = None  # body: our session description
    acked = True
    forks = ()  # To tags of further 2xx, which were ended
    port = 0  # of our voice

    def __init__(self, agent, dialog, direction):
        agent.last_id += 1
        self.agent = agent
        self.dialog = dialog
        self.direction = direction
        self.id = agent.last_id
        self.call_id = dialog.call_id
        self.account = dialog.account
        self.local = address_of(self.account.uri)
        self.remote = ""
        self.start = agent.timers.clock.ms()
        agent.calls.append(self)

    @property
    def local_display(self):
        """Our own display name."""
        return self.account.display or ""

    def report(self, kind, **details):
        """Tell the agent's listener."""
        self.agent.listener(kind, self, **details)

    def _wait(self, delay, callback, *args):
        if self.timer:
            self.timer.cancel()
        self.timer = self.agent.timers.after(delay, callback, *args) if callback else None

    def over(self, by, status=0, text=""):
        """The call is over for the phone: report it, once."""
        if self.state == "ended":
            return
        self._wait(0, None)
        self.state = "ended"
        self.ended_by = by
        self.status = status or self.status
        self.reason = text
        agent = self.agent
        agent.calls.remove(self)
        if self.transaction:
            self.transaction.call = None
        if self.acked:
            self.transaction = self.body = None
        else:
            agent.waiting.append(self)  # for the ACK, without which there is no BYE
            self._wait(_LONG, self._no_ack)
        self.report("ended")

    # -- our session description ----------------------------------------------------------------

    def describe(self, address, offer=None):
        """Return our offer, or our answer to `offer`; ValueError where nothing fits."""
        from sip import sdp

        if not self.port:
            self.port = self.agent.media_port(self)
        if offer:
            self.body = sdp.answer(offer, address, self.port, self.id)
        else:
            self.body = sdp.offer(address, self.port, self.id)
        return self.body

    # -- out ------------------------------------------------------------------------------------

    def dial(self, headers=()):
        """Send our INVITE."""
        self.extra = headers
        self.outgoing = Request(
            self.agent, self.dialog, "INVITE", self._response, self._headers, self._offer
        )
        self.outgoing.start()

    def _headers(self, request):
        lines = [
            ("Contact", request.contact()),
            ("Allow", self.agent.allow),
            ("Supported", self.agent.supported),
            ("Content-Type", "application/sdp"),
        ]
        lines.extend(self.extra)
        return lines

    def _offer(self, request):
        return self.body or self.describe(request.local[0])

    def _response(self, request, response):
        if response is None:
            if not self.status:
                self.report("outgoing")
            return
        status = response.status
        if status < 200:
            if self.state == "ended":  # hung up before anything came back
                self._withdraw()
            elif status > 100:
                self.provisional(response)
        elif status < 300:
            self._accepted(request, response)
        else:
            self.refused(response)

    def provisional(self, response):
        """Take a 18x."""
        self.status = response.status
        if self.state == "calling":
            self.state = "ringing"
            self.report("ringing")

    def _withdraw(self):
        outgoing, self.outgoing = self.outgoing, None
        if outgoing:
            outgoing.last = True
            outgoing.transaction.cancel()

    def _accepted(self, request, response):
        """Take a 2xx, its repetition, or that of another fork."""
        dialog, tag = self.dialog, response.tag("to")
        if self.answered and tag == dialog.remote_tag:
            acknowledge(request, dialog)
            return
        if self.answered or self.state == "ended":
            fork = dialog.fork(response)
            fork.cseq = request.cseq
            acknowledge(request, fork)
            if tag not in self.forks:
                self.forks += (tag,)
                Request(self.agent, fork, "BYE", None).start()
            return
        self.outgoing = None
        dialog.learn(response, True)
        self.answered = True
        self.status = response.status
        acknowledge(request, dialog)
        self.body = None
        if response.body:
            self.take_answer(response.body)
        if self.state != "ended":
            self.state = "connected"
            self.report("connected")

    def refused(self, response):
        """Take a final answer of 3xx to 6xx."""
        self.outgoing = None
        self.over("error" if response.local else "remote", response.status, response.reason)

    def take_answer(self, body):
        """Take the other side's answer to our offer; a broken one ends the call."""
        from sip import sdp

        try:
            sdp.parse(body)
        except ValueError:
            self.hangup()

    # -- in -------------------------------------------------------------------------------------

    def ring(self):
        """Send 180."""
        if self.direction != "in" or self.state not in ("calling", "ringing"):
            return
        self.state = "ringing"
        self._send(180)
        self._wait(_REFRESH, self.ring)

    def _send(self, status, headers=(), body=b"", text=None):
        """Answer the INVITE."""
        agent, transaction = self.agent, self.transaction
        dialog = self.dialog
        if 100 < status < 300:
            headers = list(headers) + [("Contact", self.contact)]
            headers += [("Record-Route", route) for route in dialog.routes]
        if body:
            headers = list(headers) + [("Content-Type", "application/sdp")]
        tag = dialog.local_tag
        data = response(agent, self.invite, status, headers, body, tag, text)
        transaction.respond(data, status)
        return data

    def answer(self):
        """Send 200, again and again until its ACK comes."""
        if self.direction != "in" or self.state not in ("calling", "ringing"):
            return
        self.state = "connected"
        self.answered = True
        self.acked = False
        body, self.body = self.body, None
        self.data = self._send(200, (("Supported", self.agent.supported),), body)
        self._wait(_T1, self._again, _T1, _T1)
        self.report("connected")

    def _again(self, interval, elapsed):
        """Send the 2xx again (section 13.3.1.4); after 64*T1 the call is ended."""
        if elapsed >= _LONG:
            self._no_ack()
            return
        agent = self.agent
        agent.send(self.data, self.transaction.address, self.transaction.protocol)
        interval = min(2 * interval, _T2, max(_LONG - elapsed, 1))
        self._wait(interval, self._again, interval, elapsed + interval)

    def _no_ack(self):
        self.acked = True
        self._bye()
        self.over("error", 408, "no ACK")

    def reject(self, status, reason=None, headers=()):
        """Answer an unanswered incoming call with a final status (486, 603, …)."""
        if self.direction == "in" and self.state in ("calling", "ringing"):
            self._send(status, headers, b"", reason)
            self.over("local", status)

    def redirect(self, uri):
        """Send an unanswered incoming call elsewhere with 302: a number or a URI."""
        if not uri.lower().startswith(("sip:", "sips:", "tel:")):
            host = self.account.host or self.local.partition("@")[2]
            uri = "sip:" + (uri if "@" in uri else "%s@%s" % (uri, host))
        self.reject(302, None, (("Contact", "<%s>" % uri),))

    def cancelled(self, message):
        """The caller's CANCEL has come."""
        if not self.answered and self.state != "ended":
            self.cancel_reason = message.header("reason") or ""
            self._send(487)
            self.over("remote", 487)

    # -- inside the dialog ----------------------------------------------------------------------

    def request(self, message):
        """Take a request inside the dialog."""
        method = message.method
        if method == "ACK":
            self._ack(message)
            return
        agent = self.agent
        if not self.dialog.in_order(message.cseq()[0]):
            reply(agent, message, 500)
            return
        transaction = serve(agent, message)
        status, headers = 200, ()
        if self.state == "ended":
            status = 481
        elif method not in ("BYE", "OPTIONS"):
            from sip.inside import request

            status = request(self, transaction, message)
        if isinstance(status, tuple):
            status, headers = status
        if status:
            respond(agent, transaction, message, status, headers)
        if method == "BYE" and status == 200:
            self._bye_came()

    def _bye_came(self):
        if self.direction == "in" and not self.answered:
            self._send(487)
        self.acked = True
        self.over("remote")

    def _ack(self, message):
        if self.acked:
            return
        self.acked = True
        self._wait(0, None)
        self.data = None
        if self.state == "ended":  # hung up before the ACK
            self.agent.waiting.remove(self)
            self._bye()
        elif message.body:
            self.take_answer(message.body)

    def hangup(self):
        """End the call, whatever its state: CANCEL, 486 or BYE."""
        if self.state == "ended":
            return
        if self.direction == "in" and not self.answered:
            self.reject(486)
            return
        if not self.answered:
            outgoing = self.outgoing
            if outgoing.transaction is None:
                outgoing.cancel()
            elif outgoing.transaction.state:
                self._withdraw()
            else:  # nothing came back yet: the CANCEL waits for it
                outgoing.last = True
        elif self.acked:
            self._bye()
        self.over("local")

    def _bye(self):
        if self in self.agent.waiting:
            self.agent.waiting.remove(self)
        Request(self.agent, self.dialog, "BYE", None).start()


def dial(agent, account, target, headers):
    """Call `target` (see `Agent.call`) and return the `Call`; ValueError with the reason."""
    if not target.lower().startswith(("sip:", "sips:")):
        if "@" not in target:
            if not account.host:
                raise ValueError("no host for '%s'" % target[:40])
            target = "%s@%s" % (target, account.host)
        target = "sip:" + target
    if " " in target or "<" in target or not uri_parts(target)[2]:
        raise ValueError("no address: '%s'" % target[:40])
    if len(agent.calls) >= _CALLS:
        raise ValueError("too many calls")
    call = Call(agent, agent.dialog(account, target), "out")
    call.remote = address_of(target)
    call.dial(headers)
    return call


def acknowledge(request, dialog, body=b""):
    """Send the ACK for a 2xx to `request`; it belongs to no transaction (section 13.2.2.4)."""
    ack = Request(request.agent, dialog, "ACK", None, (), body)
    ack.cseq = request.cseq
    ack.start()


def incoming(agent, account, message, merged):
    """Make the call that an INVITE asks for, and report it; 488 where its offer cannot be met."""
    transaction = serve(agent, message)
    respond(agent, transaction, message, 100)
    display, uri, _ = name_addr(message.header("from"))
    dialog = Dialog(
        account,
        message.header("call-id"),
        untagged(message.header("to")),
        agent.token(),
        untagged(message.header("from")),
        message.tag("from"),
        uri,
    )
    dialog.learn(message, False)
    dialog.in_order(message.cseq()[0])
    call = Call(agent, dialog, "in")
    transaction.call = call
    call.transaction = transaction
    call.merged = merged
    call.invite = message
    call.remote = address_of(uri)
    call.remote_display = display
    address = agent.network.address(message.source[0])
    call.contact = agent.contact(account, address, message.protocol)
    try:
        call.describe(address, message.body)
    except ValueError:
        agent.calls.remove(call)
        call.state = "ended"
        call._send(488)
        return
    message.body = b""
    call.report("incoming")
