"""Keys for the voice in a session description: a=crypto lines (RFC 4568).

They are only as secret as the signalling is: who hands them out sees to it that it is TLS.
"""

from binascii import a2b_base64, b2a_base64

from base.compat import const

# the best first, with the tags of our offers
SUITES = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
KEY = const(30)  # bytes: master key and salt
_TAG = const(9)  # digits of a tag at most


class Crypto:
    """One line: `tag` (a text of digits), `suite` of `SUITES`, `key` of 30 bytes."""

    def __init__(self, tag, suite, key):
        self.tag, self.suite, self.key = tag, suite, key

    def line(self):
        """Return it as a line of a description."""
        return "a=crypto:%s %s inline:%s" % (
            self.tag,
            self.suite,
            b2a_base64(self.key).decode().strip(),
        )


def read(text):
    """Return the `Crypto` of what stands behind "a=crypto:", None for one that we cannot use.

    That is one with another suite, with several keys or a key index (MKI), or with parameters
    that would change the packets (6.3). A key's lifetime is longer than any call.
    """
    words = text.split()
    if len(words) < 3 or not words[0].isdigit() or len(words[0]) > _TAG:
        return None
    if words[1].upper() not in SUITES or words[2][:7].lower() != "inline:":
        return None
    if any(not word.upper().startswith("WSH=") for word in words[3:]):
        return None
    key, _, more = words[2][7:].partition("|")
    if ":" in more or ";" in words[2]:
        return None
    try:
        key = a2b_base64(key)
    except ValueError:
        return None
    return Crypto(words[0], words[1].upper(), key) if len(key) == KEY else None
