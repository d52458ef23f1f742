"""A call comes in: made from its INVITE, or refused; and sent elsewhere before it is answered.

Loaded by each INVITE and forgotten again, where `sip.call.incoming` stays as long as a call does.
"""

from base.compat import const
from sip.call.incoming import Incoming
from sip.dialog import Dialog
from sip.message.message import address_of, name_addr, untagged

_EXPIRES = const(3600)  # s; a timer keeps the call's data on the heap
_RINGS = const(300)  # s that it rings where nobody says how long: longer than a proxy would wait
# headers of an INVITE that a module of its own reads
_EXTRAS = (
    "alert-info call-info answer-mode p-asserted-identity remote-party-id diversion history-info"
).split()


def incoming(agent, account, message, merged):
    """Make the call that an INVITE asks for, and report it; 488 where its offer cannot be met."""
    from sip.transaction.server import respond, serve

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
        status, headers = agent.load("sip.call.session_timer").asked(call, message)
    if not status and "replaces" in names:
        status, replaced = agent.load("sip.call.replaces").find(agent, call, message)
    if status:
        agent.calls.remove(call)
        call.state = "ended"
        call.send(status, headers)
        return
    transaction.call = call
    call.body, message.body = message.body, b""
    for name in _EXTRAS:
        if name in names:
            agent.load("sip.call.identity").read(call, message)
            break
    seconds = message.header("expires") or ""
    seconds = min(int(seconds[:6]), _EXPIRES) if seconds[:6].isdigit() else _RINGS
    call.expiry = agent.timers.after(seconds * 1000, call.expired)
    if replaced:
        agent.load("sip.call.replaces").take_over(replaced, call)
    else:
        call.report("incoming")


def redirect(call, uri, reason):
    """Answer 302: `uri` is a number or a URI.

    `reason` tells whoever is called then why it comes (RFC 5806): "unconditional", "user-busy",
    "no-answer", "deflection".
    """
    if not uri.lower().startswith(("sip:", "sips:", "tel:")):
        host = call.account.host or call.local.partition("@")[2]
        uri = "sip:" + (uri if "@" in uri else "%s@%s" % (uri, host)).replace("#", "%23")
    diversion = "<%s>;reason=%s;counter=1" % (call.account.uri, reason)
    call.reject(302, None, (("Contact", "<%s>" % uri), ("Diversion", diversion)))
