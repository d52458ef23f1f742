"""Following a 3xx (RFC 3261 section 8.1.3.4), within limits; loaded by the first one."""

from base.compat import const
from sip.message.message import name_addr, param, uri_parts

_MOST = const(5)  # URIs tried by one call


class _Order:
    """Contacts still to try, and those that were tried."""

    def __init__(self, uri):
        self.tried = [uri]
        self.left = []


def follow(call, response):
    """Call the next URI that a 3xx names; return False when there is none."""
    order = getattr(call, "redirects", None)
    if order is None:
        order = call.redirects = _Order(call.dialog.target)
    found = []
    for value in response.values("contact"):
        try:
            _, uri, params = name_addr(value)
            scheme, _, host, _, _ = uri_parts(uri)
            quality = float(param(params, "q") or 1)
        except ValueError:
            continue
        if scheme in ("sip", "sips") and host and uri not in order.tried + order.left:
            found.append((-quality, len(found), uri))
    found.sort()
    order.left = [uri for _, _, uri in found[:_MOST]] + order.left
    if not order.left or len(order.tried) > _MOST:
        return False
    uri = order.left.pop(0)
    order.tried.append(uri)
    dialog, outgoing = call.dialog, call.outgoing
    dialog.target = uri.partition("?")[0]
    outgoing.targets = []
    outgoing.transaction = None
    outgoing.cseq = dialog.next()
    outgoing.start()
    return True
