"""A dialog's data (RFC 3261 section 12), or that of a sequence of requests such as a registration.

It has no behaviour but to count and to be filled in; the usages decide.
"""

from base.compat import const
from net.resolver import dotted
from sip.message.fields import readable
from sip.message.uri import name_addr, raw_name_addr, raw_uri, uri_parts

_ADDRESSES = const(8)


class Dialog:
    """Between `local` and `remote`, each a From or To value without its tag.

    `target` is the URI that requests go to, `routes` the route set (name-addr texts, in order),
    `cseq` our last number, `remote_cseq` theirs (None before the first).
    """

    remote_cseq = None
    auth = None  # challenges that were answered
    addresses = ()  # where something of it went, the last ones
    hidden = False  # our Contact does not tell who we are

    def __init__(self, account, call_id, local, local_tag, remote, remote_tag, target, routes=()):
        self.account = account
        self.call_id = call_id
        self.local = local
        self.local_tag = local_tag
        self.remote = remote
        self.remote_tag = remote_tag
        self.target = target
        self.routes = routes
        self.cseq = 0

    def next(self):
        """Count and return our next CSeq."""
        self.cseq += 1
        return self.cseq

    def fork(self, response):
        """Return the dialog that another 2xx to the same INVITE makes."""
        other = Dialog(
            self.account,
            self.call_id,
            self.local,
            self.local_tag,
            self.remote,
            "",
            self.target,
        )
        other.auth = self.auth
        other.learn(response, True)
        return other

    def matches(self, call_id, local_tag, remote_tag):
        """Return whether a message with these belongs here."""
        return (
            call_id == self.call_id
            and local_tag == self.local_tag
            and remote_tag == self.remote_tag
        )

    def reaches(self, ip):
        """Return whether something of this dialog went to an address, or would go there.

        Where a host on the way is a name, any address may be behind it; not so the names of the
        identity's own registrar and proxy, whose addresses are known.
        """
        if ip in self.addresses:
            return True
        try:
            own = self.account.hosts() if self.account.registration else ()
            hosts = [uri_parts(uri).host for uri in self._hops()]
        except ValueError:
            return False
        return ip in hosts or not all(dotted(host) or host in own for host in hosts)

    def _hops(self):
        return [self.target] + [name_addr(route).uri for route in self.routes]

    def went(self, ip):
        """Note that something of this dialog went to an address."""
        if ip not in self.addresses:
            self.addresses = (self.addresses + (ip,))[-_ADDRESSES:]

    def in_order(self, number):
        """Take the CSeq of a request of theirs; return False for one that is too old."""
        if self.remote_cseq is not None and number < self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def refresh(self, message):
        """Take the remote target of a re-INVITE, an UPDATE or their 2xx (section 12.2)."""
        self.target = _target(message) or self.target

    def learn(self, message, is_response):
        """Take tag, target and route set from the INVITE, 1xx or 2xx that makes the dialog.

        All of it is read here, once: ValueError for what could not be used later, and nothing is
        taken then.
        """
        target, routes = _target(message), message.values("record-route")
        for route in routes:
            _check(raw_name_addr(route.encode())[1])
        if is_response:
            routes.reverse()
            self.remote_tag = message.tag("to")
        self.target = target or self.target
        self.routes = tuple(routes)


def begin(account, target, token):
    """Return a new `Dialog` for requests of `account` to the URI `target`.

    `token` returns random hex digits, other ones each time.
    """
    call_id, tag = token() + token(), token()
    remote, routes = "<%s>" % target, account.routes()
    return Dialog(account, call_id, account.name_addr, tag, remote, "", target, routes)


def _target(message):
    """Return the URI of a Contact, None where there is none."""
    if not message.raw("contact"):
        return None
    uri = message.parts("contact")[1]
    _check(uri)
    return readable(uri)


def _check(uri):
    """Raise ValueError for a URI, as bytes, that nothing can be sent to."""
    if b" " in uri or b"<" in uri or not raw_uri(uri)[2]:
        raise ValueError("no address")
