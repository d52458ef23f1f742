"""Who may ask: HTTP Digest (RFC 7616) with MD5 and SHA-256, and Basic where that is switched on.

A nonce says itself that it is one of ours: it carries a number and a keyed hash of it, whose key
is drawn anew every ten minutes. Only nonces that were answered rightly are kept, with the counts
that came with them, so that no request is taken twice and nobody without the password can fill a
table.
"""

import hashlib
from binascii import a2b_base64, hexlify
from os import urandom

from base.compat import const
from base.digest import parse_challenge
from web.passwords import ALGORITHMS, digest, same, stored

_LIFE = const(600_000)  # ms until the key is drawn anew; a nonce outlives one change of it
_NONCES = const(8)  # that are in use at once
_WINDOW = const(30)  # counts that may come out of order
_NC = const(8)  # hex digits
_ALGORITHMS = ("MD5", "SHA-256")  # as they are offered: many programs look at the first only

# what `Login.check` finds
NOBODY = const(0)  # no credentials, or of a kind that is not taken
WRONG = const(1)
STALE = const(2)  # right, but for a nonce that is too old
RIGHT = const(3)


class Login:
    """Checks credentials against the settings, which ``get(name)`` gives."""

    def __init__(self, get, timers):
        self._get = get
        self._timers = timers
        self._keys = [urandom(16), urandom(16)]  # now, and before
        self._serial = 0
        self._first = [0, 0]  # the last numbers before the two
        self._used = {}  # number of a nonce -> its counts
        self._last = None  # (user, stored password) with which somebody was let in last
        self._floor = -1  # what is used up to here and not kept is too old
        timers.after(_LIFE, self._renew)

    def _renew(self):
        self._keys = [urandom(16), self._keys[0]]
        self._first = [self._serial, self._first[0]]
        for serial in list(self._used):
            if serial <= self._first[1]:
                del self._used[serial]
        self._timers.after(_LIFE, self._renew)

    def ready(self):
        """Return whether anybody can log in: a password is set."""
        return stored(self._get("http_pass")) is not None

    def basic(self):
        """Return whether Basic is taken."""
        return not self._get("http_scheme")

    def challenges(self, stale=False):
        """Return the header lines that ask for credentials."""
        known = stored(self._get("http_pass"))
        nonce = self._nonce()
        lines = []
        for algorithm in _ALGORITHMS:
            line = 'WWW-Authenticate: Digest realm="%s", qop="auth", algorithm=%s, nonce="%s"' % (
                known.realm,
                algorithm,
                nonce,
            )
            lines.append(line + (", stale=true" if stale else ""))
        if self.basic():
            lines.append('WWW-Authenticate: Basic realm="%s", charset="UTF-8"' % known.realm)
        return lines

    def check(self, method, target, value):
        """Return what the value of Authorization is worth for a request.

        What was right until a new password was set is no guess: browsers send it once more.
        """
        now = self._get("http_user"), self._get("http_pass")
        if not value or stored(now[1]) is None:
            return NOBODY
        found = self._judge(now, method, target, value)
        if found == RIGHT:
            self._last = now
        elif found == WRONG and self._last not in (None, now):
            if self._judge(self._last, method, target, value) != WRONG:
                return NOBODY
        return found

    def _judge(self, login, method, target, value):
        """Return what the value is worth where `login` is (user, stored password)."""
        user, known = login[0], stored(login[1])
        scheme, _, rest = value.partition(" ")
        if scheme.lower() == "basic":
            return _basic(user, known, rest.strip()) if self.basic() else NOBODY
        try:
            given = parse_challenge(value)[0]
        except (ValueError, IndexError):
            return WRONG
        if not _digest(user, known, method, target, given):
            return WRONG
        return RIGHT if self._fresh(given["nonce"], int(given["nc"], 16)) else STALE

    # -- nonces -------------------------------------------------------------------------------

    def _nonce(self):
        self._serial += 1
        return self._written(self._serial, self._keys[0])

    def _written(self, serial, key):
        mark = hashlib.sha256(key + b"%d" % serial + key).digest()
        return "%x-%s" % (serial, hexlify(mark[:12]).decode())

    def _fresh(self, nonce, count):
        """Take the count of a nonce; False where it is not ours any more, or was there before."""
        try:
            serial = int(nonce.partition("-")[0], 16)
        except ValueError:
            return False
        if not any(same(nonce, self._written(serial, key)) for key in self._keys):
            return False
        counts = self._used.get(serial)
        if counts is None:
            if serial <= self._floor:
                return False
            counts = self._used[serial] = _Counts()
            if len(self._used) > _NONCES:
                self._floor = min(self._used)
                del self._used[self._floor]
        return counts.take(count)


def _basic(user, known, text):
    try:
        given, _, password = a2b_base64(text).decode().partition(":")
    except ValueError:
        return WRONG
    right = same(given, user)
    for algorithm in _ALGORITHMS:
        first = digest(algorithm, "%s:%s:%s" % (given, known.realm, password))
        right = same(first, known.hashes[algorithm]) and right
    return RIGHT if right else WRONG


def _digest(user, known, method, target, given):
    """Return whether the parameters of a Digest are those of somebody who knows the password."""
    algorithm = given.get("algorithm", "MD5").upper()
    count, nonce = given.get("nc", ""), given.get("nonce", "")
    if (
        given["scheme"] != "digest"
        or algorithm not in ALGORITHMS
        or given.get("qop") != "auth"
        or given.get("uri") != target
        or given["realm"] != known.realm
        or not nonce
        or len(count) != _NC
        or count.strip("0123456789abcdefABCDEF")
    ):
        return False
    second = digest(algorithm, "%s:%s" % (method, target))
    parts = (known.hashes[algorithm], nonce, count, given.get("cnonce", ""), "auth", second)
    right = same(digest(algorithm, ":".join(parts)), given.get("response", "").lower())
    return same(given.get("username", ""), user) and right


class _Counts:
    """The counts that came with one nonce: the highest, and which of those before it."""

    def __init__(self):
        self._highest = 0
        self._seen = 0  # bit n: highest - n

    def take(self, count):
        """Note a count; False where it was there before, or is too old to be told."""
        ahead = count - self._highest
        if ahead > 0:
            self._seen = (self._seen << min(ahead, _WINDOW) | 1) & (1 << _WINDOW) - 1
            self._highest = count
            return True
        if -ahead >= _WINDOW or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        return True
