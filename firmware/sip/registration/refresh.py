"""What a registrar answers: granted, challenged, refused, or nothing; and the end of it.

Functions on a `sip.registration.register.Registration`, loaded by each REGISTER and forgotten again.
"""

import asyncio

from base.compat import const, wait_for_ms
from sip.message.message import name_addr, param, split, uri_parts, via

_BASE = const(30)  # s of the first pause, unless the settings say otherwise
_LONGEST = const(1800)
_SOON = const(5)  # s before the end of a short registration that it is refreshed
_BYE = const(2000)  # ms that unregistering may take
_KEEP = const(15)  # s between two keep-alives that hold a NAT's mapping open


async def stop(registration):
    """Unregister, as far as the registrar answers in two seconds; then its heir begins."""
    registration.wait(None)
    registration.keep_open(None)
    if registration.request:
        registration.request.cancel()
        registration.request = None
    if registration.account.registered:
        registration.gone = asyncio.Event()
        registration.expires = 0
        registration.start()
        try:
            await wait_for_ms(registration.gone.wait(), _BYE)
        except asyncio.TimeoutError:
            if registration.request:  # a late one would take back what is registered by then
                registration.request.cancel()
                registration.request = None
        registration.wait(None)
        _state(registration, False)
    registration.agent.leaving.pop(registration.account.number, None)
    heir, former = registration.heir, registration.dialog
    if heir:
        if heir.account.uri == registration.account.uri:  # one that is late counts as too old
            heir.dialog.call_id, heir.dialog.cseq = former.call_id, former.cseq
        heir.start()


def headers(registration, request):
    """Return the headers of a REGISTER."""
    contact = request.contact()
    if registration.public and registration.agent.settings.get("use_rport_contact"):
        address = "%s:%d" % registration.public
        contact = contact.replace("%s:%d" % request.local, address)
    registration.bound = contact
    return (
        ("Contact", "%s;expires=%d" % (contact, registration.expires)),
        ("Expires", str(registration.expires)),
        ("Allow", registration.agent.allow),
        ("Supported", "path"),
    )


def answered(registration, request, response):
    """Take an answer; what follows is a timer, or another REGISTER at once."""
    if response is None or response.status < 200:
        return
    registration.request = None
    status = response.status
    if not response.local:
        _learn(registration, request, response)
    if registration.gone:
        registration.gone.set()
    elif status < 300:
        _registered(registration, response)
    elif status == 423 and _longer(registration, response):
        registration.start()
    elif status in (301, 302) and moved(registration, response):
        registration.start()
    else:
        _failed(registration, response)


def _learn(registration, request, response):
    """Note who answered, and the address that it saw (RFC 3581)."""
    registration.server = response.source
    try:
        params = via(split(response.header("via"), ",")[0])[3]
    except ValueError:
        return
    ip, port = param(params, "received"), param(params, "rport")
    before = registration.public
    if port and port.isdigit():
        registration.public = (ip or request.local[0], int(port))
    if before != registration.public and registration.agent.settings.get("use_rport_contact"):
        if registration.public != request.local and response.status < 300:
            # once more, with the address that counts
            registration.agent.timers.after(0, registration.start)


def _longer(registration, response):
    """Take Min-Expires of a 423; False when it makes no sense."""
    wanted = response.header("min-expires") or ""
    if not wanted.isdigit() or not registration.expires < int(wanted[:7]) <= 604800:
        return False
    registration.expires = int(wanted)
    return True


def moved(registration, response):
    """Take the registrar that a 301 or 302 names; False where there is none, or after another."""
    home = "sip:" + registration.account.host
    try:
        uri = name_addr(_read(response, "contact")[0])[1]
        if registration.dialog.target == home and uri_parts(uri)[2]:
            registration.dialog.target = uri.partition("?")[0]
            return True
    except (ValueError, IndexError):
        pass
    return False


def _registered(registration, response):
    registration.failures = 0
    registration.routes = _route(registration, response)
    granted = _granted(registration, response)
    _state(registration, True)
    if granted <= 2 * _SOON:
        wait = granted * 500
    else:
        wait = max(granted * 1000 - 60000, granted * 800)  # with time for more than one try
        wait -= registration.agent.random(16) % (wait // 20 + 1)
    registration.wait(max(wait, 1000))
    protocol, agent, server = response.protocol, registration.agent, registration.server
    public = registration.public
    if protocol != "UDP":  # the stream keeps itself alive
        agent.transport.stream().watch(server, protocol, registration.lost)
    elif public and public[0] != agent.network.address(server[0]):
        registration.keep_open(_KEEP)


def _granted(registration, response):
    """Return the seconds that the registrar grants: of our own Contact, else Expires.

    Ours is the only one, too: some write the address in it that they see.
    """
    granted = response.header("expires")
    contacts = _read(response, "contact")
    for value in contacts:
        try:
            if len(contacts) == 1 or _text(value) == _text(registration.bound):
                granted = param(name_addr(value)[2], "expires") or granted
        except ValueError:
            continue
    if granted is None or not granted.isdigit():
        return registration.expires
    return max(1, min(int(granted[:7]), registration.expires or 1)) or registration.expires


def _read(response, name):
    """Return the values of a header; none where one of them cannot be read."""
    try:
        return response.values(name)
    except ValueError:
        return []


def _route(registration, response):
    """Return the routes that requests shall take (RFC 3608): by the outbound proxy first."""
    routes = tuple(_read(response, "service-route"))
    first = registration.dialog.routes
    try:
        if routes and first and _text(routes[0])[1] != _text(first[0])[1]:
            routes = first + routes
        return routes if routes and _text(routes[0])[1] else ()
    except ValueError:
        return ()


def _text(contact):
    """Return (user, host, port) of a Contact."""
    _, user, host, port, _ = uri_parts(name_addr(contact)[1])
    return user, host, port or 5060


def _failed(registration, response):
    registration.failures += 1
    registration.dialog.target = "sip:" + registration.account.host
    account, status = registration.account, response.status
    text = response.reason or ("no answer" if response.local else "")
    account.reason = ("%d %s" % (status, text)).strip()
    _state(registration, False, failed=True)
    asked = (response.header("retry-after") or "").partition(";")[0].partition("(")[0].strip()
    base = registration.agent.settings.get("register_back_off") or _BASE
    pause = min(_LONGEST, base << min(registration.failures - 1, 6))
    if status in (401, 403, 407):
        pause = max(pause, 60)  # a wrong password does not get right by asking often
    pause = pause * 500 + pause * 500 * (registration.agent.random(10)) // 1024
    if asked.isdigit():
        pause = max(pause, int(asked[:5]) * 1000)
    registration.wait(pause)


def _state(registration, registered, failed=False):
    account, agent = registration.account, registration.agent
    before, first = account.registered, not account.tried
    account.registered, account.tried = registered, True
    if registered:
        account.reason = ""
    if registered and not before:
        agent.listener("registered", account)
    elif failed and (before or first or not registration.told):
        agent.listener("reg_failed", account)
    elif before and not registered:
        agent.listener("unregistered", account)
    registration.told = failed
