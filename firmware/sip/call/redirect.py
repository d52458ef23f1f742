"""Where a 3xx sends a call (RFC 3261 section 8.1.3.4), within limits."""

from base.compat import const
from sip.call.identity import plain
from sip.call.optional import reading
from sip.message.escape import escape
from sip.message.fields import param
from sip.message.uri import name_addr, uri_parts

_MOST = const(5)  # URIs tried by one call


class Redirection:
    """The URIs that a call of ours has yet to try, and those that it has tried."""

    def __init__(self, uri):
        self.tried = [uri]
        self.left = []

    def learn(self, found):
        """Take the URIs of a 3xx, the best first; they go before those of an earlier one."""
        new = [uri for uri in found if uri not in self.tried and uri not in self.left]
        self.left = new[:_MOST] + self.left

    def next(self):
        """Return the URI to try next, None where there is none."""
        if not self.left or len(self.tried) > _MOST:
            return None
        uri = self.left.pop(0)
        self.tried.append(uri)
        return uri


def contacts(response, account, secure, log):
    """Return the URIs that a 3xx names, the best first.

    A telephone number alone is called through the account's own host. `secure`: the call went by
    TLS, and does not leave it.
    """
    found, numbers = [], []
    for value in reading(log, "Contact", lambda: response.values("contact"), ()):
        try:
            _, uri, params = name_addr(value)
            parts = uri_parts(uri)
            quality = float(param(params, "q") or 1)
        except ValueError:
            continue
        uri = uri.partition("?")[0]  # no headers of theirs in our INVITE
        if parts.scheme == "tel":
            if account.host:
                number = escape(plain(uri), "+*")
                numbers.append((-quality, len(numbers), "sip:%s@%s" % (number, account.host)))
        elif parts.scheme in ("sip", "sips") and parts.host and not (secure and _leaves(parts)):
            found.append((-quality, len(found), uri))
    return [uri for _, _, uri in sorted(found or numbers)]


def _leaves(parts):
    """Return whether a URI leads out of TLS; one that says nothing goes as the account does."""
    transport = param(parts.params, "transport")
    return parts.scheme == "sip" and transport is not None and transport.lower() != "tls"
