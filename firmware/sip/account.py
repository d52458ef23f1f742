"""Accounts: who we are to others, and which account a request is for."""

from base.compat import const
from sip.message.fields import param
from sip.message.uri import name_addr, number_of, quoted, uri_parts

_HOMES = const(16)


class Account:
    """An identity, number `number` from 1. Without `host` it calls and is called directly."""

    auth_user = display = outbound = reason = ""
    realm = ""  # a further one that gets credentials
    expires = 3600  # s that a registration lasts
    transport = "auto"
    register = registered = tried = anonymous = False
    registration = network = None

    def __init__(self, number, user, host="", password=""):
        self.home = []  # (ip, port, over TLS) on the way to its registrar or proxy, as resolved
        self.realms = []  # those that its registrar has asked for credentials
        self.strengths = {}  # realm -> strength of the algorithm that was asked for there
        self.number = number
        self.user = user
        self.host = host
        self.password = password
        self.register = bool(host)

    @property
    def uri(self):
        """The address of record."""
        return "sip:%s@%s" % (self.user, self.host or (self.network and self.network.address()))

    @property
    def name_addr(self):
        """The From value of new requests, without a tag."""
        uri = "<%s>" % self.uri
        return "%s %s" % (quoted(self.display), uri) if self.display else uri

    def routes(self):
        """Return the Routes of a new request: those learnt at the registrar (RFC 3608), or the one
        of the outbound proxy, given as host, host:port or URI (RFC 3261 section 8.1.2).
        """
        if self.registration and self.registration.routes:
            return self.registration.routes
        uri = self.outbound
        if not uri:
            return ()
        if not uri.lower().startswith(("sip:", "sips:")):
            uri = "sip:" + uri
        if ";lr" not in uri:
            uri += ";lr"
        return ("<%s>" % uri,)

    def leads_home(self, hop):
        """Return whether a URI is the first hop to its registrar or outbound proxy."""
        routes = self.routes()
        if routes:
            return hop == name_addr(routes[0]).uri
        uri, home = uri_parts(hop), uri_parts("sip:" + self.host)
        same = (uri.host, uri.port) == (home.host, home.port)
        return bool(home.host) and same and param(uri.params, "maddr") is None

    def learn_home(self, targets):
        """Note where a first hop of its own has led to."""
        for ip, port, transport in targets:
            entry = (ip, port, transport == "TLS")
            if entry not in self.home:
                self.home = self.home[1 - _HOMES :] + [entry]

    def is_home(self, target):
        """Return whether a `Target` is its registrar or proxy."""
        ip, port, transport = target
        return (ip, port, transport == "TLS") in self.home

    def hosts(self):
        """Return the hosts on the way to its registrar, as they are written in its settings or by
        the registrar itself (Service-Route).
        """
        uris = ["sip:" + self.host] + [name_addr(route).uri for route in self.routes()]
        return [uri_parts(uri).host for uri in uris]

    def owns(self, uri):
        """Return whether the host of a URI is its registrar or proxy, by name or address."""
        _, _, host, _, params = uri_parts(uri)
        if param(params, "maddr") is not None:  # which leads anywhere
            return False
        known = self.registration.addresses if self.registration else ()
        return bool(host) and (
            host in known or host in [ip for ip, _, _ in self.home] or host in self.hosts()
        )

    def is_served_by(self, message):
        """Return whether a message came from the registrar; where there is none, from the proxy
        or host that is given as a number.
        """
        if self.registration:
            return self.registration.has_sent(message)
        uri = self.outbound or self.host
        if message.source[0] not in uri:
            return False
        host = uri_parts(uri if uri[:3].lower() == "sip" else "sip:" + uri).host
        return host == message.source[0]

    def is_called(self, user):
        """Return whether the user part of a URI names this account, however it is escaped."""
        if user == self.user:
            return True
        return ("%" in user or ";" in user) and number_of(user) == number_of(self.user)


def account_of(accounts, message):
    """Return the account that a request is for, or None."""
    called, to = message.target, None
    if len(accounts) == 1 and accounts[0].is_called(called.user):
        return accounts[0]
    best, score = None, 0
    for account in accounts:
        if to is None:
            to = uri_parts(message.parts("to")[1])
        points = 4 * account.is_called(called.user)
        if account.registration and message.source[0] in account.registration.addresses:
            points += 2 + 2 * account.is_called(to.user)
        elif account.is_called(to.user) and not account.register:
            points += 2
        if points and account.host.partition(":")[0] in (called.host, to.host):
            points += 1
        if points > score:
            best, score = account, points
    return best
