"""Credentials for web servers: Basic (RFC 7617) and Digest (RFC 7616).

Decisions: credentials are sent to a challenge, Digest before Basic. A server's challenge is
remembered for as long as the phone runs and answered at once from then on, with the nonce counted
on. Where Basic is wanted at once, it goes without a challenge; one of Digest is answered after it.
"""

from binascii import b2a_base64, hexlify
from os import urandom

from base.compat import const
from base.digest import authorize, choose, parse_challenge
from base.printable import has_controls

_SERVERS = const(8)  # whose challenges are remembered; the oldest gives way


class Memory:
    """The challenges that servers have sent; a server is a key of the caller's."""

    def __init__(self):
        self._known = {}  # server -> _Challenge

    def header(self, server, login, path, basic):
        """Return (scheme, header line) to send at once, ("", "") where nothing is known.

        `basic` is True where Basic goes without having been asked for.
        """
        known = self._known.get(server)
        if known is None:
            return ("Basic", _line(_basic(login))) if basic else ("", "")
        return known.scheme, _line(known.answer(login, path))

    def take(self, server, lines):
        """Take the challenges of a 401, the bytes of its header lines.

        Return None where nobody can answer them, else whether they are others than before.
        """
        challenge, old = _chosen(lines), self._known.pop(server, None)
        if challenge is None:
            return None
        if len(self._known) >= _SERVERS:
            self._known.pop(next(iter(self._known)))
        self._known[server] = challenge
        return old is None or challenge.differs(old)


class _Challenge:
    def __init__(self, digest):
        self.digest = digest  # None for Basic
        self.count = 0
        self.scheme = "Digest" if digest else "Basic"

    def differs(self, old):
        if self.digest is None or old.digest is None:
            return self.scheme != old.scheme
        return self.digest["nonce"] != old.digest["nonce"]

    def answer(self, login, path):
        if self.digest is None:
            return _basic(login)
        self.count += 1
        cnonce = hexlify(urandom(8)).decode()
        return authorize(
            self.digest, login[0], login[1], "GET", path, nc=self.count, cnonce=cnonce
        )


def _chosen(lines):
    found = []
    for line in lines:
        try:
            if has_controls(line.replace(b"\t", b" ")):
                raise ValueError  # it would come back in a header of ours
            found += parse_challenge(_text(line))
        except ValueError:
            pass
    digest = choose(found)
    if digest:
        return _Challenge(digest)
    if any(x["scheme"] == "basic" for x in found):
        return _Challenge(None)
    return None


def _basic(login):
    return "Basic " + b2a_base64(("%s:%s" % login).encode()).decode().strip()


def _line(value):
    return "Authorization: %s\r\n" % value


def _text(raw):
    try:
        return raw.decode()
    except UnicodeError:  # a realm in Latin-1
        return "".join(map(chr, raw))
