"""A call: the INVITE usage of a dialog (RFC 3261 sections 13 to 15).

What every call needs is here: its end, its descriptions, the requests inside it. How it begins is
in `sip.call.incoming` and `sip.call.outgoing`.
"""

from base.compat import spawn
from net.address import of_many
from sip.call import info, modify, refer, reliable, transfer
from sip.call.confirmation import Confirmation
from sip.call.identity import now, plain
from sip.call.modify import Changes
from sip.call.negotiation import Negotiation
from sip.call.optional import reading
from sip.call.sdp import resolved
from sip.call.session_timer import SessionTimer
from sip.message.validate import unsupported
from sip.request import Request
from sip.transaction.server import reply, respond, serve

# Who takes a request inside the dialog: ``(call, transaction, message)`` returns the status that
# it is owed, or (status, headers); 0 where it has answered itself.
_HANDLERS = {
    "INVITE": modify.request,
    "UPDATE": modify.request,
    "PRACK": reliable.request,
    "REFER": refer.request,
    "NOTIFY": transfer.request,
    "INFO": info.request,
}


class Call:
    """One call; the attributes that others may use are those of the phone's plan.

    `state`, as the desk sees it; each arrow is one report to the listener:

    ==========  ================================================  ==========  ============
    state       event                                             becomes     report
    ==========  ================================================  ==========  ============
    calling     in: `ring`; out: a 18x                            ringing     out: ringing
    calling     in: `answer`; out: a 2xx                          connected   connected
    ringing     in: `answer`; out: a 2xx                          connected   connected
    connected   `hold`                                            held        hold
    held        `resume`, once the other side has agreed          connected   unhold
    any         `hangup`, `reject`, CANCEL, BYE, a refusal, no    ended       ended
                answer, no ACK, a session that nobody refreshed
    ==========  ================================================  ==========  ============

    "ended" is reported once and is the end: what is still owed on the wire does not depend on it,
    and nothing else keeps the call; only one whose 2xx waits for its ACK stays in the agent's
    `waiting` until then, for before it there is no BYE. What moves beside that has states of its
    own: `confirmation` (our 2xx), `negotiation` (offer and answer), `changes` (hold), `session`
    (RFC 4028), `transferring` (our REFER).
    """

    direction = ""
    # what the phone shows and tells
    state = "calling"
    answered = False
    remote_hold = False  # the other side holds us
    status = 0
    reason = cancel_reason = ended_by = ""
    remote = remote_display = ""  # who is really there now
    anonymous = False  # who that is was withheld
    trusted = True  # we have called, or the registrar lets them call
    auto_answer = alert_info = diversion = None
    invite = None  # the INVITE that came in
    transaction = None  # its server transaction, until its final answer
    merged = None  # what another copy of it would have in common with it (8.2.2.2)
    # what is under way
    tags = ()  # of the early dialogs of our INVITE
    early = None  # of `reliable`: our 180, or the early dialogs of our INVITE
    transferring = None  # of `transfer`: our REFER
    referred = False  # a REFER of theirs was obeyed
    watch = None  # of `refer`: who asked for this call

    def __init__(self, agent, dialog):
        agent.last_id += 1
        self.agent = agent
        self.dialog = dialog
        self.id = agent.last_id
        self.call_id = dialog.call_id
        self.account = dialog.account
        self.local_display = self.account.display or ""
        get = agent.settings.get
        self.confirmation = Confirmation(agent, self.fail)
        self.negotiation = Negotiation(
            agent.number(),
            self._media_port,
            agent.codecs(),
            get("codec_size") or 20,
            agent.secure(self.account),
        )
        self.changes = Changes(self)
        wanted = get("session_timer") or 0
        self.session = SessionTimer(agent.timers, wanted, self.changes.refresh, self._expired)
        agent.calls.append(self)

    def _media_port(self):
        return self.agent.media_port(self)

    @property
    def voice(self):
        """What the other side has said of its voice (`sip.call.sdp.Media`), early media too."""
        return self.negotiation.theirs

    @property
    def port(self):
        """Our UDP port for the voice, 0 before it was told."""
        return self.negotiation.port

    @property
    def local(self):
        """Who we are in this call, as "user@host"."""
        return plain(self.account.uri)

    def report(self, kind, **details):
        """Tell the agent's listener."""
        self.agent.listener(kind, self, **details)

    # -- the end ------------------------------------------------------------------------------

    def hangup(self):
        """End an answered call; whether the BYE can be sent does not matter to its end."""
        if self.state == "ended":
            return
        if not self.confirmation.waiting:
            self.bye()
        self.over("local")

    def fail(self, status=408, text="no ACK"):
        """End an answered call by ourselves: no ACK, no refresh (RFC 3326 says why)."""
        self.confirmation.stop()
        self.bye((("Reason", 'SIP;cause=%d;text="%s"' % (status, text)),))
        self.over("error", status, text)

    def _expired(self):
        self.fail(408, "session expired")

    def over(self, by, status=0, text=""):
        """The call is over for the phone: report it, once."""
        if self.state == "ended":
            return
        self.state = "ended"
        self.ended_by = by
        self.status = status or self.status
        self.reason = text
        agent = self.agent
        agent.calls.remove(self)
        self.release()
        if self.confirmation.waiting:
            agent.waiting.append(self)
        self.voice_changed()
        if self.watch:
            self.watch.tell(487 if self.status < 300 else self.status)
        self.report("ended")

    def release(self):
        """Let everything go that would go on by itself."""
        self.session.stop()
        self.changes.stop()
        if self.transferring:
            self.transferring.stop()

    def bye(self, headers=()):
        """Send BYE."""
        if self in self.agent.waiting:
            self.agent.waiting.remove(self)
        try:
            Request(self.agent, self.dialog, "BYE", None, headers).start()
        except Exception as error:  # the call ends all the same
            self.agent.log(2, "SIP: no BYE to %s: %r", self.remote, error)

    # -- session descriptions -----------------------------------------------------------------

    def describe(self, address):
        """Return our offer, or our answer to theirs; ValueError where nothing fits."""
        direction = "sendrecv"
        if self.changes.holding:
            direction = "inactive" if self.remote_hold else "sendonly"
        return self.negotiation.describe(address, direction)

    def take(self, body, is_offer=False):
        """Take the other side's description over; ValueError for one that we cannot use."""
        self.negotiation.take(body, is_offer)
        hold = self.voice.direction in ("sendonly", "inactive")
        if (is_offer or not self.changes.holding) and hold != self.remote_hold:
            self.remote_hold = hold  # what is answered while we hold says nothing of their wish
            if self.state in ("connected", "held"):
                self.report("held" if hold else "unheld")
        self.voice_changed()

    def take_answer(self, body):
        """Take the answer to our offer; one that cannot be used ends the call.

        Without one, what was agreed before stays.
        """
        if not body:
            self.negotiation.withdraw()
            return
        try:
            self.take(body)
        except ValueError:
            self.hangup()

    def voice_changed(self):
        """Tell the voice room that there is voice, that it has changed, or that it is over.

        A name is resolved first, but not for a stranger who only lets the phone ring.
        """
        voice = self.voice
        wanted = self.answered or self.direction == "out"
        if voice and voice.host and not voice.ip and wanted and self.state != "ended":
            spawn(self._locate(voice))
        elif self.agent.media:
            self.agent.media(self)

    async def _locate(self, voice):
        """Resolve the name that a description gives for the voice."""
        try:
            addresses = await self.agent.resolver.resolve(voice.host)
        except OSError as error:
            self.agent.log(3, "SIP: no address for the voice at %s: %r", voice.host, error)
            return
        if of_many(addresses[0]):
            return
        if voice is self.voice and self.state != "ended":
            self.negotiation.theirs = resolved(voice, addresses[0])
            self.voice_changed()

    def headers(self, request):
        """Return the headers of an INVITE or UPDATE of ours."""
        lines = [
            ("Contact", request.contact()),
            ("Allow", self.agent.allow),
            ("Supported", self.agent.supported),
        ]
        lines.extend(self.session.headers(True))
        if request.body:
            lines.append(("Content-Type", "application/sdp"))
        return lines

    # -- inside the dialog --------------------------------------------------------------------

    def request(self, message):
        """Take a request inside the dialog."""
        method = message.method
        if method == "ACK":
            self._acknowledged(message)
            return
        agent = self.agent
        early = self.direction == "out" and not self.answered  # each fork counts on its own
        if not early and not self.dialog.in_order(message.cseq().number):
            reply(agent, message, 500)
            return
        transaction = serve(agent, message)
        try:
            status = self._handle(transaction, message)
        except ValueError:
            status = 400
        headers = ()
        if isinstance(status, tuple):
            status, headers = status
        if status:
            respond(agent, transaction, message, status, headers)
        if method == "BYE" and status == 200:
            self._ended(message)

    def _handle(self, transaction, message):
        method = message.method
        if self.state == "ended":
            return 481
        if method == "BYE":  # whatever it requires: it is the end
            return 200
        owed = unsupported(message) if message.header("require") else 0
        if owed or method == "OPTIONS":
            return owed or 200
        handler = _HANDLERS.get(method)
        return handler(self, transaction, message) if handler else 405

    def _ended(self, message):
        if not self.answered:  # a BYE before the answer is a CANCEL; a later one tells no reason
            self.cancelled(message)
        self.confirmation.stop()
        self.over("remote")

    def _acknowledged(self, message):
        if not self.confirmation.acknowledged(message):
            return
        if self.state == "ended":  # hung up before the ACK
            self.bye()
            return
        if self.negotiation.state == "offered":
            self.take_answer(message.body)
        self.changes.sync()

    # -- what only one direction has ----------------------------------------------------------

    def answer(self, *ignored):
        """Nothing: what only a call that comes in, or only one that goes out, can do."""

    ring = reject = redirect = cancelled = follow = answer

    # -- for the desk -------------------------------------------------------------------------

    def hold(self, on=True):
        """Put the other side on hold, at once as far as the desk is concerned.

        It is told by a re-INVITE; one that does not want to hear of it hears nothing.
        """
        if self.state not in ("connected", "held"):
            return
        if not on:
            self.changes.resume()
            return
        if self.state == "connected":
            self.state = "held"
            self.voice_changed()
            self.report("hold")
        self.changes.hold()

    def resume(self):
        """Take the other side back; "unhold" is reported when it has agreed."""
        self.hold(False)

    def resumed(self):
        """The other side knows that we do not hold it."""
        if self.state == "held":
            self.state = "connected"
            self.voice_changed()
            self.report("unhold")

    def changed(self, response):
        """A change of ours was agreed to: take what the 2xx says."""
        reading(self.agent.log, "Contact", lambda: self.dialog.refresh(response))
        self.identify(response)
        self.session.agreed(response)
        self.take_answer(response.body)

    def identify(self, message):
        """Take who is there now from a message within the call; tell the listener of a change."""
        # before its answer a call of ours has a From for each fork, and one assertion
        dialog = self.dialog if self.answered or self.direction == "in" else None
        party = now(message, dialog, self.direction, self.trusts(message), self.agent.log)
        if not party:
            return
        same = party.address == self.remote
        display = party.display or (self.remote_display if same else "")
        if not same or display != self.remote_display:
            self.remote, self.remote_display = party.address, display
            self.anonymous = party.anonymous
            self.report("identity")

    def trusts(self, message):
        """Return whether a message came from the registrar's side."""
        return self.agent.trusted(self.account, message)

    def moved(self):
        """The network has changed: tell the other side where we are."""
        self.changes.moved()

    def transfer(self, target):
        """Send the other side to `target`, a number, a URI or another `Call` (RFC 5589)."""
        if self.state in ("connected", "held"):
            transfer.transfer(self, target)

    def send_dtmf(self, digits):
        """Send DTMF digits: with the voice, or by INFO where that cannot be."""
        if self.state != "connected":
            return
        if not (self.agent.dtmf and self.agent.dtmf(self, digits)):
            info.send(self, digits)
