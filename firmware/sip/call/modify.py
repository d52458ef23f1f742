"""Changing a call: re-INVITE and UPDATE both ways (RFC 3261 section 14, RFC 3311, RFC 3264).

Loaded by the first hold, resume, refresh, or by the other side's.
"""

from sip.call.call import acknowledge
from sip.message.validate import body as body_status
from sip.message.validate import unsupported
from sip.request import Request
from sip.transaction.server import response

# -- theirs -----------------------------------------------------------------------------------


def request(call, transaction, message):
    """Take a re-INVITE or UPDATE; return the status it is owed, 0 when it was answered here."""
    agent, invite = call.agent, message.method == "INVITE"
    status = unsupported(message)
    if not status and (message.body or invite):
        status = _early(call, message)
    status = status or body_status(message)
    if status:
        return status
    headers = [("Supported", agent.supported)]
    if message.header("session-expires") and call.answered:
        status, more = call.agent.load("sip.call.session_timer").asked(call, message)
        if status:
            return status, more
        headers += more
        call.session.restart()
    if call.answered or call.direction == "in":  # else it is that of one fork
        call.dialog.refresh(message)
    body = b""
    address = agent.network.address(message.source[0])
    try:
        if message.body or invite:
            body = call.describe(address, message.body)
        if message.body:
            call.take(message.body, True)
    except ValueError:
        return 488
    if call.state == "ended":
        return 481
    headers.append(("Contact", agent.contact(call.account, address, message.protocol)))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    data = response(agent, message, 200, headers, body)
    transaction.respond(data, 200)
    if invite:
        call.transaction = transaction
        call.confirm(data, message.cseq()[0])
    return 0


def _early(call, message):
    """Return what an offer is owed that crosses another one, else 0."""
    if call.changing or (call.answered and not call.acked):
        return 491
    # before the call's answer: only where a reliable 18x has answered our offer (RFC 3311)
    if call.answered or (call.early and call.early.agreed == message.tag("from")):
        return 0
    return 500, (("Retry-After", str(call.agent.random(3) + 1)),)


# -- ours -------------------------------------------------------------------------------------


def sync(call):
    """Bring the call to where we want it: on hold or not. One change at a time."""
    if call.changing or not call.acked or call.state == "ended":
        return
    if call.held == call.wanted:
        _settled(call)
        return
    hold = call.wanted

    def answered(request, response):
        _answered(call, request, response, hold)

    _send(call, "INVITE", answered)


def refresh(call, update):
    """Refresh the session (RFC 4028): by UPDATE where the other side knows it."""
    if call.changing or not call.acked or call.state == "ended":
        call.session.later(2)
        return

    hold = call.held if update else call.wanted

    def answered(request, response):
        _answered(call, request, response, hold)

    _send(call, "UPDATE" if update else "INVITE", answered)


def moved(call):
    """Tell the other side our new address: the network has changed."""
    if call.changing or not call.answered or not call.acked or call.state == "ended":
        return
    if call.address == call.agent.network.address():
        return

    hold = call.wanted

    def answered(request, response):
        _answered(call, request, response, hold)

    _send(call, "INVITE", answered)


def _send(call, method, answered):
    def body(request):
        return call.describe(request.local[0])

    call.changing = Request(
        call.agent,
        call.dialog,
        method,
        answered,
        call.headers,
        body if method == "INVITE" else b"",
    )
    call.changing.start()


def _answered(call, request, response, hold):
    if response is None or response.status < 200:
        return
    status, invite = response.status, request.method == "INVITE"
    if invite and status < 300:
        acknowledge(request, call.dialog)
    if call.changing is not request:
        return  # a repeated 2xx
    call.changing = None
    if call.state == "ended":
        return
    if status < 300:
        call.dialog.refresh(response)
        if call.session or response.header("session-expires"):
            call.agent.load("sip.call.session_timer").agreed(call, response)
        if response.body:
            call.take_answer(response.body)
        _done(call, hold)
    elif status == 491:
        # RFC 3261 section 14.1: whoever made the Call-ID waits longer
        owner = call.direction == "out"
        delay = (2100 if owner else 0) + 10 * (call.agent.random(16) % (190 if owner else 200))
        call.agent.timers.after(delay, _retry, call)
    elif status == 422 and call.agent.load("sip.call.session_timer").longer(call, response):
        return
    elif status in (408, 481):
        call.fail(status)
    else:
        # Refused: what is held stays held, for us alone where the other side does not care
        call.wanted = call.held or call.wanted
        if call.session:
            call.session.later(10)


def _done(call, hold):
    if call.state != "ended":
        call.held = hold
        sync(call)


def _settled(call):
    if call.state == "held" and not call.wanted:
        call.state = "connected"
        call.report("unhold")


def _retry(call):
    if call.state == "ended":
        return
    if call.held != call.wanted:
        sync(call)
    elif call.session:
        call.session.refresh()
