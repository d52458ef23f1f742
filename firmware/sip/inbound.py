"""Requests that come in: whose they are, and what they are answered where they are nobody's.

Functions on an `Agent`; what belongs to a call, a subscription or a transaction goes there.
"""

from sip.account import account_of
from sip.call.incoming import receive, turn_away
from sip.message.validate import DROP, body, check, unsupported
from sip.subscription.notify import unasked
from sip.transaction.server import reply, respond, serve
from sip.transaction.table import make_room

_ALWAYS = ("ACK", "BYE", "CANCEL")  # what ends something is taken however full we are


def request(agent, message, size):
    """Take one request of `size` bytes."""
    method = message.method
    status = check(message, agent.methods, agent.most_headers)
    if status == DROP:
        return
    if size >= agent.largest:
        status = 513  # a datagram of this size was cut off
    if status:
        _answer(agent, message, status)
        return
    message.key = key = _key(message)
    transaction = agent.transactions.get(key + (b"INVITE" if method == "ACK" else method.encode()))
    if transaction:
        transaction.receive(message)
    elif not _room(agent, message) and method not in _ALWAYS:
        _answer(agent, message, 503)
    elif method == "CANCEL":  # some give it the To tag of our 180
        _cancel(agent, message)
    elif message.tag("to"):
        _inside(agent, message)
    elif method != "ACK":
        _outside(agent, message)


def _room(agent, message):
    """Return whether there is room for one more transaction of this sender."""
    share = message.stranger and not agent.guard.open_house
    return make_room(agent.transactions, agent.most, message.source[0] if share else None)


def _answer(agent, message, status, headers=()):
    """Answer what creates nothing; whoever asks too often hears nothing."""
    if message.method != "ACK":
        if not message.stranger or agent.guard.tolerates(message.source[0]):
            reply(agent, message, status, headers)


def _key(message):
    """Return what all requests of one transaction have in common (RFC 3261 section 17.2.3)."""
    via, branch = message.via, message.branch
    if not branch.startswith(b"z9hG4bK"):  # RFC 2543
        branch += b" %s %d" % (message.raw("call-id"), message.cseq().number)
    return b"%s %s:%d " % (branch, via.host, via.port)


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
            if not message.stranger or dialog.reaches(message.source[0]):
                call.request(message)
                return
            agent.log(3, "SIP: %s is not in the call that it means", message.source[0])
    if message.method == "NOTIFY" and agent.notify:
        _notified(agent, message, agent.notify(agent, message))
    else:
        _answer(agent, message, 481)


def _notified(agent, message, status):
    """Answer a NOTIFY with a status, or with (status, headers)."""
    headers = ()
    if isinstance(status, tuple):
        status, headers = status
    respond(agent, serve(agent, message), message, status, headers)


def _outside(agent, message):
    method = message.method
    if message.stranger:
        status = agent.guard.admit(message)
        if status:
            if status != DROP:
                reply(agent, message, status)
            return
    if method not in agent.methods:
        reply(agent, message, 405)
        return
    owed = unsupported(message) if message.header("require") else 0
    if owed:
        status, headers = owed
        reply(agent, message, status, headers)
    elif method == "INVITE":
        _invite(agent, message)
    elif method == "OPTIONS":
        reply(agent, message, 200, (("Supported", agent.supported),))
    elif method == "NOTIFY":
        _notified(agent, message, unasked(agent, message))
    else:
        reply(agent, message, 403 if method == "REFER" else 481)


def _cancel(agent, message):
    transaction = agent.transactions.get(message.key + b"INVITE")
    if transaction and message.stranger and message.source[0] != transaction.address[0]:
        transaction = None  # another one's call
    if transaction is None:
        _answer(agent, message, 481)
        return
    call = transaction.call
    reply(agent, message, 200, (), call and call.dialog.local_tag)
    if call:
        call.cancelled(message)


def _gone_round(agent, message):
    """Return whether a request may go no further and has been here before."""
    if (message.raw("max-forwards") or b"1").strip(b"0"):
        return False
    own = " %s:%d" % (agent.network.address(message.source[0]), agent.port)
    return any(own in via for via in message.all("via"))


def _invite(agent, message):
    merged = message.header("call-id"), message.tag("from"), message.cseq().number
    for call in agent.calls:
        if call.merged == merged:
            reply(agent, message, 482)
            return
    if _gone_round(agent, message):
        reply(agent, message, 483)
        return
    status = body(message)
    account = None if status else account_of(agent.accounts, message)
    if not status and account is None:
        status = 404
    elif not status and account.transport == "tls" and message.protocol != "TLS":
        status = 403 if account.registration else 0  # its calls come by its registrar's connection
    message.trusted = not status and agent.trusted(account, message)
    full = not status and not agent.guard.has_place(message)
    if full and message.stranger and not agent.guard.open_house:
        status = 486  # without a report: nobody's flood becomes a flood of missed calls
    if status:
        reply(agent, message, status)
        return
    if full and not message.header("replaces"):  # which takes another one's place
        turn_away(agent, account, message, merged)
    else:
        receive(agent, account, message, merged)
