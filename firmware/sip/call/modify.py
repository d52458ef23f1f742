"""Changing a call: re-INVITE and UPDATE both ways (RFC 3261 section 14, RFC 3311, RFC 3264)."""

from base.compat import const
from sip.call.confirmation import acknowledge
from sip.message.validate import body as body_status
from sip.request import Request
from sip.transaction.server import response

_OWNER = const(2100)  # ms that the one who made the Call-ID waits at least after a 491
_OWNER_STEPS = const(190)  # of 10 ms, drawn on top of that (RFC 3261 section 14.1)
_OTHER_STEPS = const(200)
_GLARES = const(10)  # 491s, one after the other; after that it is a refusal
_BUSY = const(2)  # s until a refresh is tried again that another change was in the way of
_REFUSED = const(10)  # s until one is tried again that was refused

ACTIVE = "active"
HOLDING = "holding"
HELD = "held"
RESUMING = "resuming"
ALONE = "alone"


class Changes:
    """Our changes of one call, one at a time: hold, resume, refresh, another address.

    `state` is what we want of the other side's voice, and how far it has been told:

    ==========  ===========  ==============  ===================  ===================  =========
    state       `hold`       `resume`        a 2xx said hold      a 2xx said active    refused
    ==========  ===========  ==============  ===================  ===================  =========
    active      holding                      active (sends anew)  active               active
    holding     holding      active, or      held                 holding              alone
                             resuming (1)                         (sends anew)
    held        held         resuming        held                 holding              held
                                                                  (sends anew)
    resuming    held, or     resuming        resuming             active               held
                holding (1)                  (sends anew)
    alone       alone        active          held                 alone                alone
    ==========  ===========  ==============  ===================  ===================  =========

    (1) by what the other side was told last, or is being told. "alone" is a hold that the other
    side refused: it holds for us. `request` is the change under way, None where there is none.
    """

    state = ACTIVE
    request = None
    _glares = 0  # 491s since an answer that was none
    _told = False  # the other side has agreed to be on hold

    def __init__(self, call):
        self.call = call

    @property
    def holding(self):
        """Return whether our descriptions are to say that we hold."""
        return self.state in (HOLDING, HELD, ALONE)

    # -- what we want -------------------------------------------------------------------------

    def hold(self):
        """We hold the other side from now on; it is told as soon as it can be."""
        if not self.holding:
            self.state = HELD if self._told else HOLDING
        self.sync()

    def resume(self):
        """We want the other side back."""
        if self.holding:
            self.state = RESUMING if self._told or self.request else ACTIVE
        self.sync()

    def sync(self):
        """Tell the other side what it does not know yet, or report that it knows."""
        if self._busy():
            return
        if self.state in (HOLDING, RESUMING):
            self._send("INVITE", self.holding)
        elif self.state == ACTIVE:
            self.call.resumed()

    def refresh(self, update):
        """Refresh the session (RFC 4028): by UPDATE where the other side knows it."""
        if self._busy():
            self.call.session.retry(_BUSY)
        else:
            self._send("UPDATE" if update else "INVITE", self._told if update else self.holding)

    def moved(self):
        """Tell the other side our new address: the network has changed."""
        call = self.call
        if call.answered and not self._busy():
            if call.negotiation.address != call.agent.network.address():
                self._send("INVITE", self.holding)

    def stop(self):
        """The call is over: a 2xx that still comes is acknowledged, nothing else follows.

        After a 1xx, or before it, the answer may take any time; now it is waited for as long as
        after a CANCEL. What has not left yet does not.
        """
        request, self.request = self.request, None
        if request:
            request.callback = _late
            request.headers, request.body = (), b""
            request.last = True  # no further target, no credentials
            if not request.transaction:
                request.cancel()
            elif request.method == "INVITE" and not request.transaction.final:
                request.transaction.leave()

    # -- the request under way ----------------------------------------------------------------

    def _busy(self):
        return self.request or self.call.confirmation.waiting or self.call.state == "ended"

    def _send(self, method, hold):
        call = self.call

        def body(request):
            return call.describe(request.local[0])

        def answered(request, response):
            self._answered(request, response, hold)

        body = body if method == "INVITE" else b""
        self.request = Request(call.agent, call.dialog, method, answered, call.headers, body)
        self.request.start()

    def _answered(self, request, response, hold):
        if response is None or response.status < 200:
            return
        call, status = self.call, response.status
        if request.method == "INVITE" and status < 300:
            acknowledge(request, call.dialog)
        if self.request is not request:
            return  # a repeated 2xx
        self.request = None
        self._glares = self._glares + 1 if status == 491 else 0
        if status < 300:
            call.changed(response)
            if call.state != "ended":
                self._agreed(hold)
            return
        call.negotiation.withdraw()
        if 0 < self._glares < _GLARES:
            self._later(request.method)
        elif status == 422 and call.session.longer(response):
            self._again(request.method)
        elif status in (408, 481):
            call.fail(status)
        else:
            # what is held stays held, for us alone where the other side does not care
            if self.state in (HOLDING, RESUMING):
                self.state = HELD if self._told else ALONE
            call.session.retry(_REFUSED, response.local)
            self._glares = 0

    def _agreed(self, hold):
        """They know now that we hold, or that we do not."""
        self._told = hold
        if self.state != ALONE or hold:
            if self.holding:
                self.state = HELD if hold else HOLDING
            else:
                self.state = RESUMING if hold else ACTIVE
        self.sync()

    def _later(self, method):
        """Wait after a 491: whoever made the Call-ID longer (RFC 3261 section 14.1)."""
        call = self.call
        least, steps = (_OWNER, _OWNER_STEPS) if call.direction == "out" else (0, _OTHER_STEPS)
        delay = least + 10 * (call.agent.random(16) % steps)
        call.agent.timers.after(delay, self._again, method)

    def _again(self, method):
        if self.state in (HOLDING, RESUMING):
            self.sync()
        elif not self._busy():
            self._send(method, self._told if method == "UPDATE" else self.holding)


def _late(request, response):
    if request.method == "INVITE" and 200 <= response.status < 300:
        acknowledge(request, request.dialog)


# -- theirs -----------------------------------------------------------------------------------


def request(call, transaction, message):
    """Take a re-INVITE or UPDATE; return the status it is owed, 0 when it was answered here."""
    agent, invite = call.agent, message.method == "INVITE"
    status = _crossing(call, message) if message.body or invite else 0
    status = status or body_status(message)
    if not status and (call.answered or call.direction == "in"):  # else it is that of one fork
        call.dialog.refresh(message)
    if not status and message.header("session-expires") and call.answered:
        status = call.session.asked(message)
    if status:
        return status
    headers = [("Supported", agent.supported)]
    if message.header("session-expires") and call.answered:
        headers += call.session.headers(False)
        call.session.restart()
    body = b""
    address = agent.network.address(message.source[0])
    try:
        if message.body:
            call.take(message.body, True)
        if message.body or invite:
            body = call.describe(address)
    except ValueError:
        return 488
    if call.state == "ended":
        return 481
    call.identify(message)
    headers.append(("Contact", agent.contact(call.account, address, message.protocol)))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    data = response(agent, message, 200, headers, body)
    if invite:
        call.confirmation.send(transaction, data, message.cseq().number)
    else:
        transaction.respond(data, 200)
    return 0


def _crossing(call, message):
    """Return what an offer is owed that crosses another one, else 0."""
    if call.changes.request or (call.answered and call.confirmation.waiting):
        return 491
    # before the call's answer: only where a reliable 18x has answered our offer (RFC 3311)
    if call.answered or (call.early and call.early.agreed == message.tag("from")):
        return 0
    return 500, (("Retry-After", str(call.agent.random(3) + 1)),)
