"""A UDP port for voice: bound, aimed at the other side, and locked to where it really sends from.

Until it is locked each packet tells its source, which makes objects; after that the socket is
connected: the network itself keeps the two apart, `receive` fills one buffer, and what others send
comes to a second socket on the same port, where it is counted now and then.
"""

from base.compat import const

PORT = const(16384)  # the first port where no setting says another
_PAIRS = const(100)  # of ports in turn: what comes late for a call that is over meets no other
_TRIES = const(20)  # ports
_WAITING = const(32)  # packets of strangers that are looked at in one go
_PROOF = const(3)  # of them that must be voice from the place that was described


class Port:
    """One port of `network`; OSError where it is taken.

    `remote` is the (ip, port) that is sent to, None for nobody; `source` that of the packet that
    `receive` gave last, while not `locked`. `strangers` counts packets of others since it was
    locked: those that its small mailbox had room for.
    """

    def __init__(self, network, number):
        self.number = number
        self.remote = self.source = None
        self.locked = False
        self._chosen = False  # it is known from whom packets are taken
        self.failed = 0  # packets that the network refused
        self.strangers = 0
        self._network = network
        self._datagram = network.udp(number)
        self._sock = self._datagram.raw()
        self._described = None  # (ip, port) as it was said
        self._ear = None  # the `Datagram` of the strangers

    def aim(self, address):
        """Send to `address` from now on; another one than was said before is learnt anew.

        The one that was said before may have proved to be elsewhere: that stays so.
        """
        if address == self._described:
            return
        self._described = address
        if self._chosen and address != self.remote:
            self._reopen()
        self.remote = address

    @property
    def moved(self):
        """Whether the other side has proved to be elsewhere than it was said."""
        return self.remote != self._described

    def lock(self, address):
        """Exchange packets with `address` only: as soon as nothing waits any more, for what came
        before the socket is connected may be of anybody."""
        self.remote = address
        self._chosen = True

    def _connect(self):
        try:
            self._sock.connect(self._network.encode(self.remote))
        except OSError:  # no route just now; the next look tries again
            return
        self.locked = True
        try:
            self._ear = self._network.beside(self._datagram)
        except OSError:  # no socket left: others are not counted
            self._ear = None

    def others(self):
        """Count packets of strangers; where one comes from the place that was described, go there.

        For somebody who was there first may have been taken for the other side.
        """
        ear, described = self._ear, 0
        for _ in range(_WAITING):
            if ear is None or not ear.waiting():
                break
            try:
                data, address = ear.raw().recvfrom(1)
            except (OSError, AttributeError):
                break
            if data and data[0] >> 6 == 2 and ear.decode(address) == self._described:
                described += 1
            else:
                self.strangers += 1
        if described >= _PROOF:
            self._reopen()
            self.lock(self._described)

    def send(self, packet):
        """Send `packet`; what the network does not take is lost, as any packet may be."""
        try:
            if self.locked:
                sent = self._sock.write(packet)
            else:
                sent = self.remote and self._datagram.sendto(packet, self.remote)
        except (OSError, AttributeError):  # unreachable, full; or there is no socket just now
            sent = None
        if not sent:
            self.failed += 1

    def receive(self, buffer):
        """Fill `buffer` with a packet that has come; return its size, 0 when there is none.

        Where the port is locked that may be several in one piece, all that fit: MicroPython's
        ``readinto`` reads on until nothing waits.
        """
        try:
            if self.locked:
                size = self._sock.readinto(buffer)
            elif self._sock and not self._datagram.waiting():
                if self._chosen:
                    self._connect()
                return 0
            else:
                size = self._unlocked(buffer)
        except OSError:  # nothing there, or an ICMP error of what we have sent
            return 0
        except AttributeError:
            size = 0  # there is no socket
        if size is None:
            return 0
        if not size:  # an empty packet has killed the ESP32's socket
            self._reopen()
        return size

    def _unlocked(self, buffer):
        for _ in range(_WAITING):
            data, address = self._sock.recvfrom(len(buffer))
            self.source = self._datagram.decode(address)
            if not self._chosen or self.source == self.remote or not data:
                buffer[: len(data)] = data
                return len(data)
            self.strangers += 1
        return None

    def _reopen(self):
        """Open the socket anew; it is aimed where it was."""
        self.locked, self._chosen, self._sock = False, False, None
        self._deafen()
        try:
            self._datagram.reopen()
            self._sock = self._datagram.raw()
        except OSError:
            return  # `receive` tries again

    def _deafen(self):
        if self._ear:
            self._ear.close()
            self._ear = None

    def close(self):
        """Close the sockets."""
        self._sock = None
        self._deafen()
        self._datagram.close()


class Ports:
    """Finds ports of `network` for one call after the other, each pair further up."""

    def __init__(self, network):
        self._network = network
        self._number = 0  # of the next pair

    def open(self, first):
        """Return a `Port` for RTP and the one above it for RTCP; OSError where there is none.

        `first` is the lowest of the range, made even (RFC 3550 11); None for `PORT`.
        """
        first = min(max(1024, first or PORT) & 0xFFFE, 65334)
        error = None
        for _ in range(_TRIES):
            number = first + 2 * self._number
            self._number = (self._number + 1) % _PAIRS
            try:
                port = Port(self._network, number)
            except OSError as taken:
                error = taken
                continue
            try:
                return port, Port(self._network, number + 1)
            except OSError as taken:  # reports would reach somebody else
                error = taken
                port.close()
        raise error
