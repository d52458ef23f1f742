"""Requests that come in: whose they are, and what they are answered where they are nobody's.

Loaded by the first request. Functions on an `Agent`.
"""

from base.compat import const, low_heap
from sip.call.incoming import receive
from sip.message.message import name_addr, param, uri_parts
from sip.message.validate import body, check, unsupported
from sip.transaction.server import reply, respond, serve

_CALL = const(8_000)  # bytes that must be free for a third call, or for what can wait


def request(agent, message, size):
    """Take one request of `size` bytes."""
    method = message.method
    status = check(message, agent.allow, agent.most_headers)
    if size >= agent.largest and status >= 0:
        status = 513  # a datagram of this size was cut off
    if status:
        if status > 0 and method != "ACK":
            reply(agent, message, status)
        return
    # what all requests of one transaction have in common (RFC 3261 section 17.2.3)
    _, host, port, params = message.via
    key = param(params, "branch") or ""
    if not key.startswith("z9hG4bK"):  # RFC 2543
        key += " %s %d" % (message.header("call-id"), message.cseq()[0])
    message.key = key = "%s %s:%d " % (key, host, port)
    transaction = agent.transactions.get(key + ("INVITE" if method == "ACK" else method))
    if transaction:
        transaction.receive(message)
    elif not agent.make_room() and method not in ("ACK", "BYE", "CANCEL"):
        reply(agent, message, 503)
    elif method == "CANCEL":  # some give it the To tag of our 180
        _cancel(agent, message)
    elif message.tag("to"):
        _inside(agent, message)
    elif method != "ACK":
        _outside(agent, message)


def _inside(agent, message):
    ours, theirs, call_id = message.tag("to"), message.tag("from"), message.header("call-id")
    for call in agent.calls + agent.waiting:
        dialog = call.dialog
        if dialog.matches(call_id, ours, theirs) or (
            # an early dialog of our INVITE
            theirs in call.tags
            and dialog.matches(call_id, ours, "")
            and message.method in ("UPDATE", "INFO", "OPTIONS")
        ):
            call.request(message)
            return
    if message.method == "NOTIFY" and agent.notify:
        _notified(agent, message, agent.notify(agent, message))
    elif message.method != "ACK":
        reply(agent, message, 481)


def _notified(agent, message, status):
    """Answer a NOTIFY with a status, or with (status, headers)."""
    headers = ()
    if isinstance(status, tuple):
        status, headers = status
    respond(agent, serve(agent, message), message, status, headers)


def _outside(agent, message):
    method, headers = message.method, ()
    status = 481
    if " %s," % method not in " %s," % agent.allow:
        status = 405
    elif message.header("require"):
        status = unsupported(message) or status
    if isinstance(status, tuple):
        status, headers = status
    elif status == 405:
        pass
    elif method == "INVITE":
        _invite(agent, message)
        return
    elif method == "OPTIONS":
        status, headers = 200, (("Supported", agent.supported),)
    elif method == "NOTIFY":
        try:
            status = 503 if agent.calls and low_heap(_CALL) else 0
            status = status or agent.load("sip.subscription.subscribe").incoming(agent, message)
        except ImportError:  # a phone without them
            status = 489
        _notified(agent, message, status)
        return
    elif method == "REFER":
        status = 403
    reply(agent, message, status, headers)


def _cancel(agent, message):
    transaction = agent.transactions.get(message.key + "INVITE")
    if transaction is None:
        reply(agent, message, 481)
        return
    call = transaction.call
    reply(agent, message, 200, (), call and call.dialog.local_tag)
    if call:
        call.cancelled(message)


def _invite(agent, message):
    merged = message.header("call-id"), message.tag("from"), message.cseq()[0]
    for call in agent.calls:
        if call.merged == merged:
            reply(agent, message, 482)
            return
    own = " %s:%d" % (agent.network.address(message.source[0]), agent.port)
    if not (message.header("max-forwards") or "1").strip("0") and own in str(message.all("via")):
        reply(agent, message, 483)  # it has gone round
        return
    status = body(message)
    account = None if status else account_of(agent, message)
    if not status and account is None:
        status = 404
    if len(agent.calls) >= agent.most_calls or _full(agent.calls):
        status = 486
    if status:
        reply(agent, message, status)
        return
    receive(agent, account, message, merged)


def _full(calls):
    """Return whether the heap has no room for one more call; one may always wait."""
    return len(calls) > 1 and low_heap(_CALL)


def account_of(agent, message):
    """Return the account that an INVITE is for, or None."""
    best, score = None, 0
    _, user, host, _, _ = uri_parts(message.uri)
    to = uri_parts(name_addr(message.header("to"))[1])
    for account in agent.accounts:
        points = 4 * (user == account.user)
        if account.registration and account.registration.serves(message.source[0]):
            points += 2 + 2 * (to[1] == account.user)
        elif to[1] == account.user and not account.register:
            points += 2
        if points and account.host.partition(":")[0] in (host, to[2]):
            points += 1
        if points > score:
            best, score = account, points
    return best
