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
_FORKS = const(8)
_REFRESH = const(60000)  # a 180 is repeated each minute, for the proxies on the way (13.3.1.1)

_ROOMS = {  # who takes the rarer requests inside a dialog
    "INVITE": "modify",
    "UPDATE": "modify",
    "PRACK": "reliable",
    "REFER": "refer",
    "NOTIFY": "refer",
    "INFO": "info",
}
# headers of an INVITE that a module of its own reads
_EXTRAS = "alert-info call-info answer-mode p-asserted-identity diversion history-info".split()


class Call:
    """One call; the attributes that others may use are those of the phone's plan.

    `state` is "calling", "ringing", "connected", "held" or "ended"; "ended" is reported once. What
    a hung-up call still has to do on the wire it does on its own. `voice` is what the other side
    has said of its voice stream (`sip.sdp.Media`), early media included.
    """

    state = "calling"
    status = 0
    reason = cancel_reason = ended_by = remote_display = ""
    answered = remote_hold = False
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

    def __init__(self, agent, dialog, direction):
        agent.last_id += 1
        self.agent = agent
        self.dialog = dialog
        self.direction = direction
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
        self.wait(0, None)
        self.state = "ended"
        self.ended_by = by
        self.status = status or self.status
        self.reason = text
        agent = self.agent
        agent.calls.remove(self)
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
            self.transaction = self.body = None
        else:
            agent.waiting.append(self)  # for the ACK, without which there is no BYE
            self.wait(_LONG, self.fail)
        if agent.media:
            agent.media(self)
        if self.watch:
            self.watch.tell(max(self.status, 487))
        self.report("ended")

    # -- session descriptions -------------------------------------------------------------------

    def describe(self, address, offer=None):
        """Return our offer, or our answer to `offer`; ValueError where nothing fits."""
        from sip import sdp

        if not self.port:
            self.port = self.agent.media_port(self)
        self.version += 1
        self.address = address
        direction = "sendrecv"
        if self.wanted:
            direction = "inactive" if self.remote_hold else "sendonly"
        ours = (address, self.port, self.id, self.version, direction)
        return sdp.answer(offer, *ours) if offer else sdp.offer(*ours)

    def take(self, body, is_offer=False):
        """Take the other side's description over; ValueError for one that we cannot use."""
        from sip import sdp

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

    # -- out ------------------------------------------------------------------------------------

    def dial(self, headers=()):
        """Send our INVITE."""
        self.extra = headers
        self.outgoing = Request(
            self.agent, self.dialog, "INVITE", self._response, self.headers, self._offer
        )
        self.outgoing.start()

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

    def _offer(self, request):
        if not self.body:
            self.body = self.describe(request.local[0])
        return self.body

    def _response(self, request, response):
        if response is None:
            if not self.status:
                self.report("outgoing")
            return
        status = response.status
        if status < 200:
            if self.state == "ended":  # hung up before anything came back
                self._cancel()
            elif status > 100:
                self._provisional(response)
        elif status < 300:
            self._accepted(request, response)
        else:
            self._refused(response)

    def _provisional(self, response):
        """Take a 18x, with early media or without."""
        self.status = response.status
        if response.header("rseq") and not self.agent.load("reliable").take(self, response):
            return
        if response.body:
            try:
                self.take(response.body)
            except ValueError:
                pass  # the 2xx tells
        tag = response.tag("to")
        if tag not in self.tags and len(self.tags) < _FORKS:
            self.tags += (tag,)
        if self.watch:
            self.watch.tell(self.status)
        if self.state == "calling":
            self.state = "ringing"
            self.report("ringing")

    def _cancel(self):
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
        self.early = None
        dialog.learn(response, True)
        self.answered = True
        self.status = response.status
        acknowledge(request, dialog)
        self.body = None
        if response.body:
            self.take_answer(response.body)
        if self.state != "ended":
            self.state = "connected"
            if response.header("session-expires"):
                self.agent.load("sessiontimer").agreed(self, response)
            if self.watch:
                self.watch.tell(200)
            self.report("connected")

    def _refused(self, response):
        """Take a final answer of 3xx to 6xx."""
        status = response.status
        if self.state != "ended" and not response.local:
            if status < 400 and self.agent.load("redirect").follow(self, response):
                return
            if status == 422 and self.agent.load("sessiontimer").longer(self, response):
                return
        self.outgoing = None
        self.over("error" if response.local else "remote", status, response.reason)

    # -- in -------------------------------------------------------------------------------------

    def ring(self):
        """Send 180."""
        if self.direction != "in" or self.state not in ("calling", "ringing"):
            return
        self.state = "ringing"
        if self.invite.has("require", "100rel"):
            self.agent.load("reliable").ring(self)
        else:
            self.send(180)
            self.wait(_REFRESH, self.ring)

    def send(self, status, headers=(), body=b"", text=None):
        """Answer the INVITE; return the bytes."""
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
        if self.direction != "in" or self.state not in ("calling", "ringing"):
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

    def reject(self, status, reason=None, headers=()):
        """Answer an unanswered incoming call with a final status (486, 603, …)."""
        if self.direction == "in" and self.state in ("calling", "ringing"):
            self.send(status, headers, b"", reason)
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
            self.send(487)
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
            name = _ROOMS.get(method)
            status = agent.load(name).request(self, transaction, message) if name else 501
        if isinstance(status, tuple):
            status, headers = status
        if status:
            respond(agent, transaction, message, status, headers)
        if method == "BYE" and status == 200:
            self.cancel_reason = message.header("reason") or ""
            if self.direction == "in" and not self.answered:
                self.send(487)
            self.acked = True
            self.over("remote")

    def _ack(self, message):
        if self.acked or message.cseq()[0] != self.number:
            return
        self.acked = True
        self.wait(0, None)
        self.data = None
        if self.invite:
            self.invite.rest()
        if self.state == "ended":  # hung up before the ACK
            self.bye()
            return
        if message.body:
            self.take_answer(message.body)
        if self.wanted != self.held:
            self.agent.load("modify").sync(self)

    def hangup(self):
        """End the call, whatever its state: CANCEL, 486 or BYE."""
        if self.state == "ended":
            return
        if self.direction == "in" and not self.answered:
            self.reject(486)
            return
        if not self.answered:
            outgoing = self.outgoing
            outgoing.last = True
            if outgoing.transaction is None:
                outgoing.cancel()
            elif outgoing.transaction.state:
                self._cancel()  # else nothing came back yet: the CANCEL waits for it
        elif self.acked:
            self.bye()
        self.over("local")

    def bye(self, headers=()):
        """Send BYE."""
        if self in self.agent.waiting:
            self.agent.waiting.remove(self)
        Request(self.agent, self.dialog, "BYE", None, headers).start()

    # -- what modules of their own do -----------------------------------------------------------

    def hold(self, on=True):
        """Put the other side on hold; "hold" is reported when it has agreed."""
        if self.state in ("connected", "held"):
            self.wanted = on
            self.agent.load("modify").sync(self)

    def resume(self):
        """Take the other side back; "unhold" is reported when it has agreed."""
        self.hold(False)

    def transfer(self, target):
        """Send the other side to `target`, a number, a URI or another `Call` (RFC 5589)."""
        if self.state in ("connected", "held"):
            self.agent.load("refer").transfer(self, target)

    def send_dtmf(self, digits):
        """Send DTMF digits by INFO."""
        if self.state == "connected":
            self.agent.load("info").send(self, digits)


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
    if len(agent.calls) >= agent.most_calls:
        raise ValueError("too many calls")
    call = Call(agent, agent.dialog(account, target), "out")
    call.remote = address_of(target)
    if account.anonymous:
        headers = list(headers) + agent.load("identity").hide(call)
    call.dial(headers)
    return call


def acknowledge(request, dialog, body=b""):
    """Send the ACK for a 2xx to `request`; it belongs to no transaction (section 13.2.2.4)."""
    headers = (("Content-Type", "application/sdp"),) if body else ()
    ack = Request(request.agent, dialog, "ACK", None, headers, body)
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
    names = [name for name, _ in message.headers]
    status, headers, replaced = 0, (), None
    try:
        if message.body:
            call.take(message.body, True)
    except ValueError:
        status = 488
    if not status and "session-expires" in names:
        status, headers = agent.load("sessiontimer").asked(call, message)
    if not status and "replaces" in names:
        status, replaced = agent.load("replaces").find(agent, call, message)
    if status:
        agent.calls.remove(call)
        call.state = "ended"
        call.send(status, headers)
        return
    call.body, message.body = message.body, b""
    for name in _EXTRAS:
        if name in names:
            agent.load("identity").read(call, message)
            break
    if replaced:
        agent.load("replaces").take_over(replaced, call)
    else:
        call.report("incoming")
