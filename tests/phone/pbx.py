"""A registrar and proxy in one, that asks for credentials and checks them, as a PBX does.

Independent of the firmware's own digest. It stands at 127.0.0.9, or where a test puts it.
"""

import hashlib
import re

from tests.phone.sippeer import Peer

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Pbx(Peer):
    """Registers "100" with `password` in `realm`; `asks` are the methods that it challenges."""

    password = "s3cret-of-100"

    def __init__(self, ip="127.0.0.9", realm="pbx.example", algorithm="SHA-256"):
        self.realm, self.algorithm = realm, algorithm
        self.asks = ("REGISTER",)
        self.nonces = 0
        self.allowed = []  # requests whose credentials were right
        self.answers_as = {}  # method -> (status, header lines) instead of the usual
        super().__init__(ip)

    @property
    def settings(self):
        """The settings of a phone that registers here."""
        return {
            "user_host1": f"{self.ip}:{self.port}",
            "user_pass1": self.password,
            "user_register1": "on",
        }

    def challenge(self, realm=None, algorithm=None, proxy=False):
        """Return the header line of a new challenge."""
        self.nonces += 1
        name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
        return (
            f'{name}: Digest realm="{realm or self.realm}", nonce="n{self.nonces}-{self.port}", '
            f'qop="auth", algorithm={algorithm or self.algorithm}'
        )

    def right(self, message):
        """Return whether a request carries credentials that fit, for this very request."""
        value = message["Authorization"] or message["Proxy-Authorization"]
        found = dict(re.findall(r'(\w+)="?([^",]*)"?', value))
        if found.get("realm") != self.realm or f"-{self.port}" not in found.get("nonce", ""):
            return False

        def digest(text):
            return _HASHES[self.algorithm](text.encode()).hexdigest()

        first = digest(f"{found['username']}:{self.realm}:{self.password}")
        second = digest(f"{message.method}:{found['uri']}")
        middle = f"{found['nonce']}:{found['nc']}:{found['cnonce']}:auth"
        return digest(f"{first}:{middle}:{second}") == found["response"]

    def _asked(self, message):
        known = (message.branch, message.method) in self.sent
        method = message.method
        if known or (method not in self.asks and method != "REGISTER"):
            super()._asked(message)
        elif method in self.asks and not self.right(message):
            self.respond(message, 401, "", [self.challenge()])
        else:
            self.allowed.append(message)
            if method == "REGISTER":
                more = [f"Contact: {message['Contact']}", "Expires: 3600"]
                self.respond(message, 200, "", more)
            else:
                super()._asked(message)
