"""Requests that come in: whose they are, and what they are answered where they are nobody's.

Loaded by the first request. Functions on an `Agent`.
"""

from base.compat import const
from sip import validate
from sip.message import name_addr, param, split, uri_parts, via
from sip.server import reply, respond, serve

_LARGEST = const(4096)  # bytes: a datagram of this size was cut off
_TRANSACTIONS = const(24)
_CALLS = const(8)


def request(agent, message, size):
    """Take one request of `size` bytes."""
    status = validate.check(message)
    if size >= _LARGEST and status >= 0:
        status = 513
    method = message.method
    if status < 0 or (status and method == "ACK"):
        return
    if status:
        reply(agent, message, status)
        return
    message.key = key = _key(message)
    transaction = agent.transactions.get(key + ("INVITE" if method == "ACK" else method))
    if transaction:
        transaction.receive(message)
    elif message.tag("to"):
        _inside(agent, message)
    elif method != "ACK":
        _outside(agent, message)


def _key(message):
    """Return what all requests of one transaction have in common (RFC 3261 section 17.2.3)."""
    _, host, port, params = via(split(message.header("via"), ",")[0])
    branch = param(params, "branch") or ""
    if not branch.startswith("z9hG4bK"):  # RFC 2543
        branch = "%s %s %d " % (branch, message.header("call-id"), message.cseq()[0])
    return "%s %s:%d " % (branch, host, port)


def _inside(agent, message):
    ours, theirs, call_id = message.tag("to"), message.tag("from"), message.header("call-id")
    for call in agent.calls + agent.waiting:
        if call.dialog.matches(call_id, ours, theirs):
            call.request(message)
            return
    if message.method == "NOTIFY" and agent.notify:
        _notify(agent, message, agent.notify)
    elif message.method != "ACK":
        reply(agent, message, 481)


def _notify(agent, message, taker):
    status = taker(agent, message)
    respond(agent, serve(agent, message), message, status)


def _outside(agent, message):
    method = message.method
    if method == "CANCEL":
        _cancel(agent, message)
        return
    if method not in validate.METHODS:
        reply(agent, message, 405)
        return
    missing = validate.unsupported(message)
    if missing:
        reply(agent, message, 420, (("Unsupported", missing),))
    elif method == "INVITE":
        _invite(agent, message)
    elif method == "OPTIONS":
        reply(agent, message, 200, (("Supported", agent.supported),))
    elif method == "NOTIFY":
        from sip.subscription import incoming

        _notify(agent, message, incoming)
    else:
        reply(agent, message, 403 if method == "REFER" else 481)


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
    if (message.header("max-forwards") or "1").strip("0") == "" and _been_here(agent, message):
        reply(agent, message, 483)
        return
    status = validate.body(message)
    account = None if status else account_of(agent, message)
    if not status and account is None:
        status = 404
    if len(agent.calls) >= _CALLS:
        status = 486
    elif len(agent.transactions) >= _TRANSACTIONS:
        status = 503
    if status:
        reply(agent, message, status)
        return
    from sip.call import incoming

    incoming(agent, account, message, merged)


def _been_here(agent, message):
    """Return whether one of the Vias is our own: the request goes round."""
    own = "%s:%d" % (agent.network.address(message.source[0]), agent.port)
    return any(own in value.partition(";")[0] for value in message.values("via"))


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
