"""The simulated network: the chip's own code on the unix VM's sockets; see `hal.sim.faulty`."""

import socket

from hal.network.interface import Network as ChipNetwork


def _encode(address):
    return socket.getaddrinfo(address[0], address[1])[0][-1]


def _decode(raw):
    # sockaddr_in as the kernel has it: family, port (big endian), IPv4 address
    return "%d.%d.%d.%d" % tuple(raw[4:8]), raw[2] << 8 | raw[3]


class Nic:
    """The interface that hal.network.interface looks at: the host's, up while it is plugged in."""

    def __init__(self):
        self.plugged = True
        self.hint = None  # the own address, where no route tells it
        self.servers = None  # name servers, instead of the host's

    def config(self, _):
        """Return the hardware address."""
        return b"\x02\x00\x5e\x00\x00\x01"

    def isconnected(self):
        """Return True while the cable is in."""
        return self.plugged

    def ifconfig(self):
        """Return (address, netmask, router, name server)."""
        return (self.hint or "127.0.0.1", "255.0.0.0", "0.0.0.0", "0.0.0.0")


class Network(ChipNetwork):
    """The host's network with the contract of the chip's."""

    encode = staticmethod(_encode)
    decode = staticmethod(_decode)

    def __init__(self, get, log):
        super().__init__(Nic(), get, log)
        self.faults = {}
        self.sockets = []
        self._look()

    def plug(self, plugged):
        """Put the cable in, or take it out."""
        self.nic.plugged = plugged
        self._look()

    def address(self, peer=None):
        """Return the own address on the way to `peer`, None without network."""
        if self._ip is None or self.nic.hint or peer is None or peer.startswith("127."):
            return self._ip
        from hal.network.sim_route import source_address

        return source_address(peer)

    def dns(self):
        """Return the addresses of the name servers."""
        if self.nic.servers is not None:
            return self.nic.servers
        found = super().dns()
        if found:
            return found
        from hal.network.sim_route import name_servers

        return name_servers()

    def udp(self, port=0):
        """Return a `Datagram` bound to `port`; the last eight can be made to fail."""
        sock = super().udp(port)
        self.sockets = [sock] + self.sockets[:7]
        if self.faults:
            from hal.sim.faulty import infect

            infect(self, sock)
        return sock
