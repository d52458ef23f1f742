"""Calls that come in: made from an INVITE, 180, answer, refusal (RFC 3261 section 13.3)."""

from base.compat import const
from sip.call import announcement, reliable, replaces
from sip.call.call import Call
from sip.call.identity import caller
from sip.dialog import Dialog
from sip.message.fields import seconds
from sip.message.uri import untagged
from sip.transaction.server import reply, response, serve

_REFRESH = const(60_000)  # ms: a 180 is repeated each minute, for the proxies (13.3.1.1)
_LONGEST = const(3600)  # s that an INVITE's Expires may be
_RINGS = const(300)  # s that it rings where nobody says how long: longer than a proxy would wait


class Incoming(Call):
    """A call that came in."""

    direction = "in"

    def __init__(self, agent, dialog, transaction, message):
        super().__init__(agent, dialog)
        self.transaction = transaction  # the INVITE's, until its final answer
        self.invite = message
        address = agent.network.address(message.source[0])
        self._contact = agent.contact(self.account, address, message.protocol)
        self._expiry = self._refresh = None

    def announce(self):
        """Take from the INVITE how the call is to be announced."""
        message, log = self.invite, self.agent.log
        self.diversion = announcement.diversion(message, log, self.account.user)
        self.alert_info = ", ".join(message.all("alert-info")) or None
        if self.trusted:  # else any stranger could open the loudspeaker
            self.auto_answer = announcement.auto_answer(message, log)

    def wait(self):
        """Ring no longer than the INVITE's Expires says (RFC 3261 section 13.3.1)."""
        ms = 1000 * seconds(self.invite.header("expires"), _RINGS, _LONGEST)
        self._expiry = self.agent.timers.after(ms, self._expired_ringing)

    def _expired_ringing(self):
        self._refuse("remote", 487 if self.invite.header("expires") else 480)

    def ring(self):
        """Send 180."""
        if self.state not in ("calling", "ringing"):
            return
        self.state = "ringing"
        if not self.invite.has("require", "100rel"):
            if self._refresh is None or self.agent.guard.may_repeat(self.transaction):
                self.send(180)
            self._refresh = self.agent.timers.after(_REFRESH, self.ring)
        elif self.early is None:
            self.early = reliable.Ringing(self.agent, self._ringing, self._repeat, self._silent)

    def _ringing(self, headers):
        return self.send(180, headers)

    def _repeat(self, data):
        self.agent.send(data, self.transaction.address, self.transaction.protocol)

    def _silent(self):
        self._refuse("error", 504)  # nobody has acknowledged the 180

    def _response(self, status, headers=(), body=b"", text=None):
        """Return the bytes of an answer to the INVITE."""
        headers = list(headers)
        if status in (180, 200):
            headers.append(("Contact", self._contact))
            headers.extend([("Record-Route", route) for route in self.dialog.routes])
        if body:
            headers.append(("Content-Type", "application/sdp"))
        tag = self.dialog.local_tag
        return response(self.agent, self.invite, status, headers, body, tag, text)

    def send(self, status, headers=(), text=None):
        """Answer the INVITE without a description; return the bytes."""
        data = self._response(status, headers, b"", text)
        self.transaction.respond(data, status)
        return data

    def answer(self):
        """Send 200, again and again until its ACK comes."""
        if self.state not in ("calling", "ringing"):
            return
        agent, transaction = self.agent, self.transaction
        try:
            body = self.describe(agent.network.address(transaction.address[0]))
        except ValueError:
            self.reject(488)
            return
        self.state = "connected"
        self.answered = True
        self.status = 200
        self._rest()
        headers = [("Supported", agent.supported)] + self.session.headers(False)
        self.session.restart()
        agent.guard.vouch(self.invite.source[0])
        data = self._response(200, headers, body)
        self.confirmation.send(transaction, data, self.invite.cseq().number)
        self.invite.settle()
        self.voice_changed()
        self.report("connected")

    def reject(self, status, reason=None, headers=()):
        """Answer an unanswered incoming call with a final status (486, 603, …)."""
        self._refuse("local", status, headers, reason)

    def redirect(self, uri, reason="deflection"):
        """Answer 302: `uri` is a number or a URI.

        `reason` tells whoever is called then why it comes (RFC 5806): "unconditional",
        "user-busy", "no-answer", "deflection".
        """
        if not uri.lower().startswith(("sip:", "sips:", "tel:")):
            host = self.account.host or self.local.partition("@")[2]
            uri = "sip:" + (uri if "@" in uri else "%s@%s" % (uri, host)).replace("#", "%23")
        diversion = "<%s>;reason=%s;counter=1" % (self.account.uri, reason)
        self.reject(302, None, (("Contact", "<%s>" % uri), ("Diversion", diversion)))

    def cancelled(self, message):
        """The caller's CANCEL has come."""
        if self.state in ("calling", "ringing"):
            self.cancel_reason = ", ".join(message.all("reason"))
            self._refuse("remote", 487)

    def _refuse(self, by, status, headers=(), text=None):
        if self.state in ("calling", "ringing"):
            try:
                self.send(status, headers, text)
            except Exception as error:  # the call ends all the same
                self.agent.log(2, "SIP: no %d to %s: %r", status, self.remote, error)
                self.transaction.end()
            self.over(by, status)

    def hangup(self):
        """End the call: 486 where it was not answered, else BYE."""
        if self.answered:
            super().hangup()
        else:
            self.reject(486)

    def forget(self):
        """Leave nothing of a call that nobody was told of."""
        if self in self.agent.calls:
            self.agent.calls.remove(self)
        self.state = "ended"
        self.confirmation.stop()
        self.release()

    def release(self):
        """Let everything go that would go on by itself."""
        self._rest()
        super().release()

    def _rest(self):
        """It has its final answer: it rings no more, and a CANCEL comes too late."""
        for timer in (self._expiry, self._refresh):
            if timer:
                timer.cancel()
        self._expiry = self._refresh = None
        if self.early:
            self.early.stop()
        if self.transaction:
            self.transaction.call = self.transaction = None


def turn_away(agent, account, message, merged):
    """Answer 486 where there is no place for a call, and report its end, once.

    There is no transaction: a repetition gets the same answer, and `sip.guard` knows it.
    """
    party, dialog = _read(agent, account, message)
    reply(agent, message, 486)
    if not agent.guard.reports(message, merged):
        return
    call = Incoming(agent, dialog, None, message)
    call.remote, call.remote_display, call.anonymous = party
    call.trusted = message.trusted
    message.settle()
    call.over("local", 486)


def _read(agent, account, message):
    """Return (`Party`, `Dialog`) of an INVITE; ValueError where they cannot be read."""
    party = caller(message, message.trusted, agent.log)
    dialog = Dialog(
        account,
        message.header("call-id"),
        untagged(message.address("to")),
        agent.token(),
        untagged(message.address("from")),
        message.tag("from"),
        message.address("from").uri,
    )
    dialog.learn(message, False)
    dialog.went(message.source[0])
    dialog.in_order(message.cseq().number)
    return party, dialog


def receive(agent, account, message, merged):
    """Make the call that an INVITE asks for, and report it; 488 where its offer cannot be met.

    All of the INVITE is read before anything is made: ValueError leaves nothing behind.
    """
    party, dialog = _read(agent, account, message)
    transaction = serve(agent, message)
    transaction.wait(message)
    call = Incoming(agent, dialog, transaction, message)
    try:
        call.merged = merged
        call.remote, call.remote_display, call.anonymous = party
        call.trusted = message.trusted
        call.announce()
        status, replaced = _acceptable(call, message)
        if status:
            status, headers = status if isinstance(status, tuple) else (status, ())
            call.send(status, headers)
            call.forget()
            return
        message.body = b""
        call.wait()
        transaction.call = call
        if replaced:
            replaced.report("replaced", new=call, held=replaced.state == "held")
            call.answer()
            replaced.hangup()
        else:
            call.report("incoming")
    except Exception:
        call.forget()  # nobody would end it
        raise


def _acceptable(call, message):
    """Return (status that the INVITE is owed or 0, the call that it replaces or None)."""
    try:
        if message.body:
            call.take(message.body, True)
    except ValueError:
        return 488, None
    if message.header("session-expires"):
        status = call.session.asked(message)
        if status:
            return status, None
    try:
        if message.all("replaces"):
            return replaces.find(call.agent, call, message)
    except ValueError:
        return 400, None  # what it was to take over cannot be guessed
    return 0, None
