"""Offers and answers about one call's voice (RFC 3264): whose turn it is, and what was agreed."""

from sip.call import sdp


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
    what we offer.
    """

    state = "stable"
    theirs = None
    port = 0
    address = None  # ours, as it was said last
    _version = 0
    _pending = b""

    def __init__(self, session, port, codecs=("PCMA", "PCMU"), ptime=20):
        self._port = port
        self._codecs, self._ptime = codecs, ptime
        self._session = session

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
            body, self._pending = sdp.answer(self._pending, *ours, self._ptime), b""
            self.state = "stable"
            return body
        mux = bool(self.theirs and self.theirs.mux)
        self._pending = sdp.offer(*ours, self._codecs, self._ptime, mux)
        self.state = "offered"
        return self._pending

    def take(self, body, is_offer=False):
        """Take a description of theirs; ValueError for one that we cannot use."""
        self.theirs = sdp.parse(body)
        if is_offer:
            self.state, self._pending = "owed", body
        else:
            self.settle()

    def withdraw(self):
        """Our offer was refused: what was agreed before stays."""
        if self.state == "offered":
            self.settle()

    def settle(self):
        """Wait for nothing."""
        self.state, self._pending = "stable", b""
