"""Following a 3xx (RFC 3261 section 8.1.3.4), within limits."""

from base.compat import const
from sip.message.fields import param
from sip.message.uri import name_addr, uri_parts

_MOST = const(5)  # URIs tried by one call


class Redirection:
    """The contacts that a call of ours has yet to try, and those that it has tried."""

    def __init__(self, uri):
        self.tried = [uri]
        self.left = []

    def learn(self, response):
        """Take the contacts of a 3xx, the best first; they go before those of an earlier one."""
        found = []
        for value in response.values("contact"):
            try:
                _, uri, params = name_addr(value)
                scheme, _, host, _, _ = uri_parts(uri)
                quality = float(param(params, "q") or 1)
            except ValueError:
                continue
            if scheme in ("sip", "sips") and host and uri not in self.tried + self.left:
                found.append((-quality, len(found), uri))
        found.sort()
        self.left = [uri for _, _, uri in found[:_MOST]] + self.left

    def next(self):
        """Return the URI to try next, None where there is none."""
        if not self.left or len(self.tried) > _MOST:
            return None
        uri = self.left.pop(0)
        self.tried.append(uri)
        return uri
