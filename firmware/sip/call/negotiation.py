"""Offers and answers about one call's voice (RFC 3264): whose turn it is, and what was agreed."""

from os import urandom

from sip.call import sdes, sdp


class Negotiation:
    """The descriptions of one call; `theirs` is what the other side said last (`sdp.Media`).

    ========  ==========================================  ========
    state     event                                       becomes
    ========  ==========================================  ========
    stable    `describe`: our offer leaves                offered
    stable    `take`: an offer of theirs                  owed
    offered   `take`: their answer                        stable
    offered   `withdraw`: they refused                    stable
    owed      `describe`: our answer leaves               stable
    ========  ==========================================  ========

    While "offered", `describe` gives the same offer again: the INVITE goes to another target.
    `port` is our UDP port for the voice, 0 until the first description; `codecs` and `ptime` are
    what we offer; `secure` is as in `sip.call.sdp`.
    """

    state = "stable"
    theirs = None
    port = 0
    address = None  # ours, as it was said last
    _version = 0
    _pending = b""
    _crypto = None  # our key, for the answer that is owed

    def __init__(self, session, port, codecs=("PCMA", "PCMU"), ptime=20, secure=""):
        self._port = port
        self._codecs, self._ptime = codecs, ptime
        self._session = session
        self._secure = secure
        self._keys = None  # ours, one for each suite, for the whole call

    def describe(self, address, direction):
        """Return our offer, or our answer to theirs; ValueError where nothing fits."""
        if self.state == "offered" and address == self.address:
            return self._pending
        if not self.port:
            self.port = self._port()
        self._version += 1
        self.address = address
        ours = (address, self.port, self._session, self._version, direction)
        if self.state == "owed":
            more = (self._ptime, self._secure, self._crypto, "G722" in self._codecs)
            body, self._pending = sdp.answer(self._pending, *ours, *more), b""
            self.state = "stable"
            return body
        mux = bool(self.theirs and self.theirs.mux)
        profile = "RTP/SAVP" if self._secure == "required" else "RTP/AVP"
        cryptos = self._offered() if self._secure else ()
        more = (self._codecs, self._ptime, mux, cryptos, profile, self.theirs)
        self._pending = sdp.offer(*ours, *more)
        self.state = "offered"
        return self._pending

    def take(self, body, is_offer=False):
        """Take a description of theirs; ValueError for one that we cannot use."""
        theirs = sdp.parse(body, self._secure, "G722" in self._codecs)
        self._agree(theirs, is_offer)
        self.theirs = theirs
        if is_offer:
            self.state, self._pending = "owed", body
        else:
            self.settle()

    def _offered(self):
        """Return our keys, one for each suite."""
        if self._keys is None:
            self._keys = [
                sdes.Crypto(str(i + 1), sdes.SUITES[i], urandom(sdes.KEY))
                for i in range(len(sdes.SUITES))
            ]
        return self._keys

    def _agree(self, theirs, is_offer):
        """Find the keys for both ways; ValueError for an answer that takes none of ours."""
        self._crypto = None
        if not theirs.cryptos:
            return
        ours = {crypto.suite: crypto for crypto in self._offered()}
        for crypto in theirs.cryptos:
            own = ours[crypto.suite]
            if is_offer or crypto.tag == own.tag:
                self._crypto = sdes.Crypto(crypto.tag, crypto.suite, own.key)
                theirs.secret = (crypto.suite, own.key, crypto.key)
                return
        raise ValueError("a key for none of ours")

    def withdraw(self):
        """Our offer was refused: what was agreed before stays."""
        if self.state == "offered":
            self.settle()

    def settle(self):
        """Wait for nothing."""
        self.state, self._pending = "stable", b""
