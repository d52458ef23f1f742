"""Who may ask for what: the registrar and its proxy are at home, everybody else is a stranger.

With `filter_registrar` on, strangers create nothing for an identity that registers: 403 once per
address and minute, silence after that (RFC 3261 section 26.3.2.4 leaves it to us). In any case a
stranger's requests are counted, and by UDP he gets at most three times the bytes that he has sent,
so that nobody is flooded through us. Only what a person has answered is repeated beyond that.

The table is bounded: the address that has been silent the longest gives way. All strangers
together have a purse, too, for those who come from ever new addresses.
"""

from base.compat import const
from sip.account import account_of
from sip.message.validate import DROP

_SOURCES = const(16)  # addresses of strangers that are remembered
_MINUTE = const(60_000)

_BURST = const(20)  # requests of one stranger at once, where an identity registers
_RATE = const(5)  # a second
_OPEN_BURST = const(400)  # where nobody registers, strangers are who we talk to
_OPEN_RATE = const(200)

_CONNECTIONS = (2, 1)  # of the four: of all strangers, and of one of them
_OPEN_CONNECTIONS = (3, 2)

_FACTOR = const(3)  # bytes of answers for each byte that came
_FINAL = const(1500)  # bytes that are kept for a final answer and its first repetitions
_SAVED = const(12_000)  # bytes that can be saved up: a 200 and all its repetitions

_TOLD = const(8)  # calls of strangers without a place that are told of at once

_CREATE = ("INVITE", "NOTIFY", "SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH", "REGISTER")


class Purse:
    """At most `most` units, filled by `rate` a second; it begins with `have`."""

    def __init__(self, clock, have, rate, most):
        self.clock = clock
        self.have = have
        self.rate = rate
        self.most = most
        self.filled = clock.ms()

    def put(self, units):
        """Put something in."""
        self.have = min(self.have + units, self.most)

    def take(self, units):
        """Take something out; return False, and take nothing, where there is not enough."""
        self._fill()
        if self.have < units:
            return False
        self.have -= units
        return True

    def _fill(self):
        now = self.clock.ms()
        passed = min(max(self.clock.diff(now, self.filled), 0), _MINUTE)
        gained = passed * self.rate // 1000
        if gained or passed == _MINUTE:
            self.filled = now
            self.have = min(self.have + gained, self.most)


class Source:
    """One stranger: what he may still ask for and get, when he was told 403 and last `seen`."""

    told = seen = None

    def __init__(self, clock, open_house, times=1):
        burst, rate = (_OPEN_BURST, _OPEN_RATE) if open_house else (_BURST, _RATE)
        self.requests = Purse(clock, times * burst, times * rate, times * burst)
        self.bytes = Purse(clock, 0, 0, _SAVED)


class Guard:
    """The guard of `agent`: its `accounts`, `settings`, `timers` and `log` are used."""

    def __init__(self, agent):
        self.agent = agent
        self.clock = agent.timers.clock
        self._away = []  # what names the INVITEs that found no place, the last ones
        self._tellable = Purse(self.clock, _TOLD, 1, _TOLD)  # those of strangers, one a second
        self._open(True)

    def _open(self, open_house):
        """Empty the tables; `open_house`: nobody registers, strangers are who we talk to."""
        self.open_house = open_house
        self.sources = {}
        self.everybody = Source(self.clock, open_house, 4)

    def rules_changed(self):
        """Look anew whether any identity has a registrar."""
        open_house = not any(account.registration for account in self.agent.accounts)
        if open_house != self.open_house:
            self._open(open_house)

    # -- who it is ------------------------------------------------------------------------------

    def at_home(self, ip):
        """Return whether an address is one of a registrar or of its outbound proxy."""
        for account in self.agent.accounts:
            if account.registration and ip in account.registration.addresses:
                return True
        return False

    def has_place(self, message):
        """Return whether the caller of an INVITE may have one more call.

        Strangers together have half of the places, each of them a quarter: the rest is the
        registrar's and the owner's. Where nobody registers, the desk's `max_calls` is the limit.
        """
        calls, most = self.agent.calls, self.agent.most_calls
        if message.trusted or not message.stranger or self.open_house:
            return len(calls) < most
        theirs = [x.invite.source[0] for x in calls if x.invite and x.invite.stranger]
        his = theirs.count(message.source[0])
        return len(calls) < most and len(theirs) < max(most // 2, 1) and his < max(most // 4, 1)

    def reports(self, message, merged):
        """Return whether an INVITE that found no place is told of: not a repetition, no flood."""
        if merged in self._away:
            return False
        self._away = self._away[1 - _SOURCES :] + [merged]
        return not message.stranger or self._tellable.take(1)

    def connections(self, ip):
        """Return (of all strangers, of one address): how many connections they may have opened.

        None where that is no limit, as it is the registrar's address.
        """
        if self.at_home(ip):
            return None
        return _OPEN_CONNECTIONS if self.open_house else _CONNECTIONS

    # -- what he asks for -------------------------------------------------------------------------

    def heard(self, ip, size):
        """Count `size` bytes that a stranger has sent."""
        self._source(ip).bytes.put(_FACTOR * size)

    def vouch(self, ip):
        """Let the 200 of a call that was answered go out, and its repetitions."""
        if not self.at_home(ip):
            self._source(ip).bytes.put(_SAVED)

    def may_answer(self, ip, size):
        """Return whether `size` bytes may go to a stranger, and count them."""
        return self._source(ip).bytes.take(size)

    def may_repeat(self, transaction):
        """Return whether what is repeated for courtesy leaves enough for the final answer."""
        ip = transaction.address[0]
        if transaction.protocol != "UDP" or self.at_home(ip):
            return True
        return self._source(ip).bytes.have >= _FINAL

    def tolerates(self, ip):
        """Return whether a stranger may ask for something just now, and count it."""
        return self._source(ip).requests.take(1) and self.everybody.requests.take(1)

    def admit(self, message):
        """Return 0 for a stranger's request to go on with, 403, or `DROP`."""
        ip = message.source[0]
        if self._closed(message):
            return self._refuse(self._source(ip), ip)
        return 0 if self.tolerates(ip) else DROP

    def _closed(self, message):
        """Return whether what a stranger asks for is the registrar's to ask."""
        if self.open_house or message.method not in _CREATE:
            return False
        if self.agent.settings.get("filter_registrar") is False:
            return False
        account = account_of(self.agent.accounts, message)
        return account is None or account.registration is not None

    def _refuse(self, source, ip):
        now = self.clock.ms()
        if source.told is not None and self.clock.diff(now, source.told) < _MINUTE:
            return DROP
        if not self.everybody.requests.take(1):
            return DROP
        source.told = now
        self.agent.log(3, "SIP: %s is no registrar of ours: 403", ip)
        return 403

    def _source(self, ip):
        now = self.clock.ms()
        source = self.sources.get(ip)
        if source is None:
            if len(self.sources) >= _SOURCES:
                self._forget(now)
            source = self.sources[ip] = Source(self.clock, self.open_house)
        source.seen = now
        return source

    def _forget(self, now):
        """Forget the address that has been silent the longest."""
        oldest, longest = None, -1
        for ip, source in self.sources.items():
            silent = self.clock.diff(now, source.seen)
            if silent > longest:
                oldest, longest = ip, silent
        self.sources.pop(oldest, None)
