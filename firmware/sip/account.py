"""Accounts: who we are to others, and which account a request is for."""

from sip.message.uri import number_of, quoted, uri_parts


class Account:
    """An identity, number `number` from 1. Without `host` it calls and is called directly."""

    auth_user = display = outbound = reason = ""
    expires = 3600  # s that a registration lasts
    transport = "auto"
    register = registered = tried = anonymous = False
    registration = network = None

    def __init__(self, number, user, host="", password=""):
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

    def is_served_by(self, message):
        """Return whether a message came from the registrar; where there is none, from the proxy
        or host that is given as a number.
        """
        if self.registration:
            return self.registration.has_sent(message)
        uri = self.outbound or self.host
        host = uri_parts(uri if uri[:3].lower() == "sip" else "sip:" + uri).host
        return bool(host) and host == message.source[0]

    def is_called(self, user):
        """Return whether the user part of a URI names this account, however it is escaped."""
        if user == self.user:
            return True
        return ("%" in user or ";" in user) and number_of(user) == number_of(self.user)


def account_of(accounts, message):
    """Return the account that a request is for, or None."""
    best, score = None, 0
    called = message.target
    to = uri_parts(message.address("to").uri)
    for account in accounts:
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
