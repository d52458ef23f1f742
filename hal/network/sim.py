"""The simulated network: the chip's own code on the unix VM's sockets, and its faults."""

import asyncio
import select
import socket

from hal.network.interface import Network as ChipNetwork
from hal.network.sim_faults import FAULTS, infect
from hal.network.sim_route import name_servers, source_address

_SOCKETS = 32


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
    """The host's network with the contract of the chip's; `FAULTS` names what can fail."""

    FAULTS = FAULTS

    encode = staticmethod(_encode)
    decode = staticmethod(_decode)

    def __init__(self, get, log, nic=None):
        super().__init__(nic or Nic(), get, log)
        self.faults = {}
        self.sockets = []
        self._look()

    def fault(self, name, on):
        """Switch one of FAULTS, for the sockets that there are and those that come."""
        self.faults[name] = on
        for sock in self.sockets:
            infect(self.faults, sock)
        self.nic.plugged = not self.faults.get("unplugged")
        self._look()

    def address(self, peer=None):
        """Return the own address on the way to `peer`, None without network."""
        if self._ip is None or self.nic.hint or peer is None or peer.startswith("127."):
            return self._ip
        return source_address(peer)

    def dns(self):
        """Return the addresses of the name servers."""
        if self.nic.servers is not None:
            return self.nic.servers
        found = super().dns()
        if found:
            return found
        return name_servers()

    async def connect(self, ip, port, tls=None, server_hostname=None):
        """Connect; the first time over TLS, see `enlarge`."""
        if tls:
            enlarge(asyncio.core._io_queue)
        return await super().connect(ip, port, tls, server_hostname)

    def udp(self, port=0):
        """Return a `Datagram` bound to `port`; the last eight can be made to fail."""
        sock = super().udp(port)
        self.sockets = [sock] + self.sockets[:7]
        if self.faults:
            infect(self.faults, sock)
        return sock


def enlarge(queue):
    """Give asyncio's poller room for all sockets that a phone may have.

    The unix VM's poller corrupts entries without a file descriptor, as TLS sockets are, when its
    array of entries grows; the ESP32's has no such code. So it grows before there is one.
    """
    if hasattr(queue, "enlarged"):
        return
    queue.enlarged = True
    made = [socket.socket() for _ in range(_SOCKETS)]
    for sock in made:
        queue.poller.register(sock, select.POLLIN)
    for sock in made:
        queue.poller.unregister(sock)
        sock.close()
