"""A UDP port for voice: bound, aimed at the other side, and locked to where it really sends from.

Until it is locked each packet tells its source, which makes objects; after that the socket is
connected: the network itself drops what others send, and `receive` fills one buffer.
"""


class Port:
    """One port of `network`; OSError where it is taken.

    `source` is the (ip, port) of the packet that `receive` gave last, while not `locked`.
    """

    def __init__(self, network, number):
        self.number = number
        self.remote = self.source = None
        self.locked = False
        self.failed = 0  # packets that the network refused
        self._network = network
        self._datagram = network.udp(number)
        self._sock = self._datagram.raw()

    def aim(self, address):
        """Send to `address` from now on; another one than before is learnt anew."""
        if address == self.remote:
            return
        self.remote = address
        if self.locked:
            self._reopen()

    def lock(self, address):
        """Exchange packets with `address` only."""
        self.remote = address
        try:
            self._sock.connect(self._network.encode(address))
            self.locked = True
        except OSError:  # no route just now; the next packet tries again
            pass

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
            else:
                data, address = self._sock.recvfrom(len(buffer))
                size = len(data)
                buffer[:size] = data
                self.source = self._datagram.decode(address)
        except OSError:  # nothing there, or an ICMP error of what we have sent
            return 0
        except AttributeError:
            size = 0  # there is no socket
        if size is None:
            return 0
        if not size:  # an empty packet has killed the ESP32's socket
            self._reopen()
        return size

    def _reopen(self):
        """Open the socket anew; it is aimed where it was."""
        locked, self.locked, self._sock = self.locked, False, None
        try:
            self._datagram.reopen()
            self._sock = self._datagram.raw()
        except OSError:
            return  # `receive` tries again
        if locked and self.source is None:
            self.lock(self.remote)

    def close(self):
        """Close the socket."""
        self._sock = None
        self._datagram.close()
