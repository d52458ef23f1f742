"""Calls that come in: 100, 180, the answer or the refusal (RFC 3261 section 13.3).

Loaded by the first INVITE.
"""

from base.compat import const
from sip.call import Call
from sip.dialog import Dialog
from sip.message import address_of, name_addr, untagged

_REFRESH = const(60000)  # a 180 is repeated each minute, for the proxies on the way (13.3.1.1)
_EXPIRES = const(3600)  # s; a timer keeps the call's data on the heap
# headers of an INVITE that a module of its own reads
_EXTRAS = "alert-info call-info answer-mode p-asserted-identity diversion history-info".split()


class Incoming(Call):
    """A call that came in."""

    direction = "in"
    expiry = None  # until when it may be answered

    def ring(self):
        """Send 180."""
        if self.state not in ("calling", "ringing"):
            return
        self.state = "ringing"
        if self.invite.has("require", "100rel"):
            self.agent.load("sip.reliable").ring(self)
        else:
            self.send(180)
            self.wait(_REFRESH, self.ring)

    def send(self, status, headers=(), body=b"", text=None):
        """Answer the INVITE; return the bytes."""
        from sip.server import response

        agent, dialog = self.agent, self.dialog
        if 100 < status < 300:
            headers = list(headers) + [("Contact", self.contact)]
            headers += [("Record-Route", route) for route in dialog.routes]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        data = response(agent, self.invite, status, headers, body, dialog.local_tag, text)
        self.transaction.respond(data, status)
        return data

    def answer(self):
        """Send 200, again and again until its ACK comes."""
        if self.state not in ("calling", "ringing"):
            return
        try:
            body = self.describe(
                self.agent.network.address(self.transaction.address[0]), self.body
            )
        except ValueError:
            self.reject(488)
            return
        self.state = "connected"
        self.answered = True
        self.status = 200
        if self.early:
            self.early.stop()
        headers = [("Supported", self.agent.supported)]
        if self.session:
            headers += self.session.headers()
            self.session.restart()
        self.confirm(self.send(200, headers, body), self.invite.cseq()[0])
        self.body = None
        self.report("connected")

    def reject(self, status, reason=None, headers=()):
        """Answer an unanswered incoming call with a final status (486, 603, …)."""
        if self.state in ("calling", "ringing"):
            self.send(status, headers, b"", reason)
            self.over("local", status)

    def redirect(self, uri, reason="deflection"):
        """Send an unanswered incoming call elsewhere with 302: a number or a URI.

        `reason` tells whoever is called then why it comes (RFC 5806): "unconditional",
        "user-busy", "no-answer".
        """
        if not uri.lower().startswith(("sip:", "sips:", "tel:")):
            host = self.account.host or self.local.partition("@")[2]
            uri = "sip:" + (uri if "@" in uri else "%s@%s" % (uri, host))
        diversion = "<%s>;reason=%s;counter=1" % (self.account.uri, reason)
        self.reject(302, None, (("Contact", "<%s>" % uri), ("Diversion", diversion)))

    def cancelled(self, message):
        """The caller's CANCEL has come."""
        if not self.answered and self.state != "ended":
            self.cancel_reason = message.header("reason") or ""
            self.send(487)
            self.over("remote", 487)

    def over(self, by, status=0, text=""):
        """The call is over for the phone; see `Call.over`."""
        if self.expiry:
            self.expiry.cancel()
            self.expiry = None
        super().over(by, status, text)

    def expired(self):
        """The INVITE's Expires has passed (RFC 3261 section 13.3.1)."""
        if not self.answered and self.state != "ended":
            self.send(487)
            self.over("remote", 487)

    def hangup(self):
        """End the call: 486 where it was not answered, else BYE."""
        if self.answered:
            super().hangup()
        else:
            self.reject(486)


def incoming(agent, account, message, merged):
    """Make the call that an INVITE asks for, and report it; 488 where its offer cannot be met."""
    from sip.server import respond, serve

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
    call = Incoming(agent, dialog)
    call.transaction = transaction
    call.merged = merged
    call.invite = message
    call.remote = address_of(uri)
    call.remote_display = display
    address = agent.network.address(message.source[0])
    call.contact = agent.contact(account, address, message.protocol)
    names = [name for name, _ in message.headers]
    status, headers, replaced = 0, (), None
    try:
        if message.body:
            call.take(message.body, True)
    except ValueError:
        status = 488
    if not status and "session-expires" in names:
        status, headers = agent.load("sip.sessiontimer").asked(call, message)
    if not status and "replaces" in names:
        status, replaced = agent.load("sip.replaces").find(agent, call, message)
    if status:
        agent.calls.remove(call)
        call.state = "ended"
        call.send(status, headers)
        return
    transaction.call = call
    call.body, message.body = message.body, b""
    for name in _EXTRAS:
        if name in names:
            agent.load("sip.identity").read(call, message)
            break
    seconds = message.header("expires") or ""
    if seconds[:6].isdigit():
        seconds = min(int(seconds[:6]), _EXPIRES)
        call.expiry = agent.timers.after(seconds * 1000, call.expired)
    if replaced:
        agent.load("sip.replaces").take_over(replaced, call)
    else:
        call.report("incoming")
