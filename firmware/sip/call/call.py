"""A call: the INVITE usage of a dialog (RFC 3261 sections 13 to 15).

What every call needs is here: its end, its descriptions, the requests inside it. How it begins is
in `sip.call.incoming` and `sip.call.outgoing`; hold, transfer, session timers and the rest are in modules of
their own, loaded when needed.
"""

from base.compat import const
from sip.message.message import address_of

_T1 = const(500)
_T2 = const(4000)
_LONG = const(32000)  # 64 * T1

# who takes the rarer requests inside a dialog
_ROOMS = (
    " INVITE sip.call.modify UPDATE sip.call.modify PRACK sip.call.reliable REFER sip.call.refer NOTIFY sip.call.refer "
    "INFO sip.call.info "
)


class Call:
    """One call; the attributes that others may use are those of the phone's plan.

    `state` is "calling", "ringing", "connected", "held" or "ended"; "ended" is reported once. What
    a hung-up call still has to do on the wire it does on its own. `voice` is what the other side
    has said of its voice stream (`sip.call.sdp.Media`), early media included.
    """

    state = "calling"
    status = 0
    reason = cancel_reason = ended_by = remote_display = ""
    answered = remote_hold = False
    quiet = False  # the phone need not say that it failed
    asked = False  # our last description was an offer
    key = invite = auto_answer = alert_info = diversion = voice = None
    transaction = outgoing = None  # the INVITE's server transaction; our INVITE
    timer = merged = body = None  # body: our offer, or the other side's until it is answered
    acked = True
    forks = ()  # To tags of further 2xx, which were ended
    port = version = 0  # of our voice; of our session description
    held = wanted = False  # what we do, and what we are about to do
    changing = session = referred = early = None  # of modify, sessiontimer, refer, reliable
    watch = redirects = None  # of refer: who asked for this call; of redirect
    tags = ()  # of the early dialogs of our INVITE
    number = 0  # CSeq of the INVITE whose ACK we wait for

    def __init__(self, agent, dialog):
        agent.last_id += 1
        self.agent = agent
        self.dialog = dialog
        self.id = agent.last_id
        self.call_id = dialog.call_id
        self.account = dialog.account
        self.local = address_of(self.account.uri)
        self.local_display = self.account.display or ""
        self.remote = ""
        self.start = agent.timers.clock.ms()
        agent.calls.append(self)

    def report(self, kind, **details):
        """Tell the agent's listener."""
        self.agent.listener(kind, self, **details)

    def wait(self, delay, callback, *args):
        """Call back in `delay` ms instead of whatever was waited for; None: never."""
        if self.timer:
            self.timer.cancel()
        self.timer = self.agent.timers.after(delay, callback, *args) if callback else None

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
        agent.later()
        if self.session:
            self.session.stop()
        if self.early:
            self.early.stop()
        if self.answered and self.outgoing:
            self.outgoing.transaction.callback = None  # which would keep this call on the heap
            self.outgoing = None
        if self.transaction:
            self.transaction.call = None
        if self.acked:
            self.wait(0, None)
            self.transaction = self.body = None
        else:
            agent.waiting.append(self)  # for the ACK, without which there is no BYE
        if agent.media:
            agent.media(self)
        if self.watch:
            self.watch.tell(max(self.status, 487))
        self.report("ended")

    # -- session descriptions -------------------------------------------------------------------

    def describe(self, address, offer=None):
        """Return our offer, or our answer to `offer`; ValueError where nothing fits."""
        from sip.call import sdp

        if not self.port:
            self.port = self.agent.media_port(self)
        self.version += 1
        self.asked = not offer
        self.address = address
        direction = "sendrecv"
        if self.wanted:
            direction = "inactive" if self.remote_hold else "sendonly"
        ours = (address, self.port, self.id, self.version, direction)
        return sdp.answer(offer, *ours) if offer else sdp.offer(*ours)

    def take(self, body, is_offer=False):
        """Take the other side's description over; ValueError for one that we cannot use."""
        from sip.call import sdp

        self.voice = voice = sdp.parse(body)
        voice.lines = None
        hold = voice.direction in ("sendonly", "inactive")
        if (is_offer or not self.wanted) and hold != self.remote_hold:
            self.remote_hold = hold  # what is answered while we hold says nothing of their wish
            if self.state in ("connected", "held"):
                self.report("held" if hold else "unheld")
        if self.agent.media:
            self.agent.media(self)

    def take_answer(self, body):
        """Take the answer to our offer; one that cannot be used ends the call."""
        try:
            self.take(body)
        except ValueError:
            self.hangup()

    def headers(self, request):
        """Return the headers of an INVITE or UPDATE of ours."""
        lines = [
            ("Contact", request.contact()),
            ("Allow", self.agent.allow),
            ("Supported", self.agent.supported),
        ]
        seconds = self.agent.settings.get("session_timer")
        if self.session:
            lines.extend(self.session.headers())
        elif seconds:
            lines.append(("Session-Expires", str(max(seconds, 90))))
        if request.body:
            lines.append(("Content-Type", "application/sdp"))
        if not self.answered:
            lines.extend(self.extra)
        return lines

    def confirm(self, data, number):
        """Repeat the 2xx until its ACK (section 13.3.1.4); after 64*T1 the call is ended."""
        self.acked = False
        self.number = number
        self.data = data
        self.wait(_T1, self._again, _T1, _T1)

    def _again(self, interval, elapsed):
        if elapsed >= _LONG:
            self.fail()
            return
        self.agent.send(self.data, self.transaction.address, self.transaction.protocol)
        interval = min(2 * interval, _T2, max(_LONG - elapsed, 1))
        self.wait(interval, self._again, interval, elapsed + interval)

    def fail(self, status=408, text="no ACK"):
        """End an answered call by ourselves: no ACK, no refresh (RFC 3326 says why)."""
        self.acked = True
        self.bye((("Reason", 'SIP;cause=%d;text="%s"' % (status, text)),))
        self.over("error", status, text)

    # -- inside the dialog ----------------------------------------------------------------------

    def request(self, message):
        """Take a request inside the dialog."""
        method = message.method
        if method == "ACK":
            self._ack(message)
            return
        from sip.transaction.server import reply, respond, serve

        agent = self.agent
        early = self.direction == "out" and not self.answered  # each fork counts on its own
        if not early and not self.dialog.in_order(message.cseq()[0]):
            reply(agent, message, 500)
            return
        transaction = serve(agent, message)
        status, headers = 200, ()
        if self.state == "ended":
            status = 481
        elif method not in ("BYE", "OPTIONS"):
            name = _ROOMS.partition(" %s " % method)[2].partition(" ")[0]
            status = agent.load(name).request(self, transaction, message) if name else 501
        if isinstance(status, tuple):
            status, headers = status
        if status:
            respond(agent, transaction, message, status, headers)
        if method == "BYE" and status == 200:
            self.cancel_reason = ", ".join(message.all("reason"))
            if not self.answered:
                self.cancelled(message)
            self.acked = True
            self.over("remote")

    def _ack(self, message):
        if self.acked or message.cseq()[0] != self.number:
            return
        self.acked = True
        self.wait(0, None)
        self.data = None
        if self.transaction:
            self.transaction.call = self.transaction = None
        if self.invite:
            self.invite.rest()
        if self.state == "ended":  # hung up before the ACK
            self.bye()
            return
        if message.body and self.asked:
            self.take_answer(message.body)
        if self.wanted != self.held:
            self.agent.load("sip.call.modify").sync(self)

    def hangup(self):
        """End the call, whatever its state: CANCEL, 486 or BYE."""
        if self.state != "ended":
            if self.acked:
                self.bye()
            self.over("local")

    def bye(self, headers=()):
        """Send BYE."""
        from sip.request import Request  # not above: it need not stay as long as the call

        if self in self.agent.waiting:
            self.agent.waiting.remove(self)
        Request(self.agent, self.dialog, "BYE", None, headers).start()

    # -- what only one direction has, or a module of its own does ------------------------------

    def answer(self, *ignored):
        """Nothing: only a call that comes in rings, is answered, rejected or redirected."""

    ring = reject = redirect = cancelled = answer

    def hold(self, on=True):
        """Put the other side on hold, at once as far as the desk is concerned.

        It is told by a re-INVITE; one that does not want to hear of it hears nothing.
        """
        if self.state in ("connected", "held"):
            self.wanted = on
            if on and self.state == "connected":
                self.state = "held"
                self.report("hold")
            self.agent.load("sip.call.modify").sync(self)

    def resume(self):
        """Take the other side back; "unhold" is reported when it has agreed."""
        self.hold(False)

    def transfer(self, target):
        """Send the other side to `target`, a number, a URI or another `Call` (RFC 5589)."""
        if self.state in ("connected", "held"):
            self.agent.load("sip.call.refer").transfer(self, target)

    def send_dtmf(self, digits):
        """Send DTMF digits by INFO."""
        if self.state == "connected":
            self.agent.load("sip.call.info").send(self, digits)


def acknowledge(request, dialog, body=b""):
    """Send the ACK for a 2xx to `request`; it belongs to no transaction (section 13.2.2.4)."""
    from sip.request import Request

    headers = (("Content-Type", "application/sdp"),) if body else ()
    ack = Request(request.agent, dialog, "ACK", None, headers, body)
    ack.cseq = request.cseq
    ack.start()
