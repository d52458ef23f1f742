"""The simulated network part: the unix VM's sockets, with the faults of chip and cable.

Faults, switched with `fault(name, on)`: ``loss`` drops every fourth datagram either way,
``empty_datagram`` lets an empty datagram kill the socket as lwIP does, ``grid`` wakes receivers on
a 10 ms grid only, ``unplugged`` takes the network away, ``nomem`` refuses every other datagram
sent.
"""

import asyncio
import socket

from hal.datagram import Datagram

FAULTS = ("loss", "empty_datagram", "grid", "unplugged", "nomem")


def _encode(address):
    return socket.getaddrinfo(address[0], address[1])[0][-1]


def _decode(raw):
    # sockaddr_in as the kernel has it: family, port (big endian), IPv4 address
    return "%d.%d.%d.%d" % tuple(raw[4:8]), raw[2] << 8 | raw[3]


class Network:
    """The host's network. `address_hint` is used where no route tells the own address."""

    def __init__(self, mac="02005E000001", address_hint=None, dns=None):
        self.mac = mac
        self.faults = {}
        self._hint = address_hint
        self._dns = dns
        self._listeners = []
        self._routes = None

    @property
    def up(self):
        """True while the cable is in."""
        return not self.faults.get("unplugged")

    async def start(self):
        """Bring the network up; the host's is up already."""

    def on_change(self, callback):
        """Call ``callback()`` whenever the network went away or came back."""
        self._listeners.append(callback)

    def fault(self, name, on):
        """Switch a fault of `FAULTS`."""
        self.faults[name] = on
        if name == "unplugged":
            for callback in self._listeners:
                callback()

    def address(self, peer=None):
        """Return the own address on the way to `peer`, None without network."""
        if not self.up:
            return None
        if self._hint:
            return self._hint
        if peer is None or peer.startswith("127."):
            return "127.0.0.1"
        from hal.sim.route import source_address

        return source_address(peer)

    def dns(self):
        """Return the addresses of the name servers."""
        if self._dns is not None:
            return self._dns
        try:
            with open("/etc/resolv.conf") as file:
                words = [line.split() for line in file]
            return [x[1] for x in words if len(x) > 1 and x[0] == "nameserver" and ":" not in x[1]]
        except OSError:
            return []

    def udp(self, port=0):
        """Return a `SimDatagram` bound to `port`; OSError when it is taken."""
        return SimDatagram(self, port)

    async def connect(self, ip, port, tls=None, server_hostname=None):
        """Return asyncio's (reader, writer); `ip` is dotted. Raises OSError."""
        if not self.up:
            raise OSError(101, "ENETUNREACH")
        return await asyncio.open_connection(ip, port, tls, server_hostname)

    async def serve(self, port, handler, backlog=4):
        """Listen on `port`; ``handler(reader, writer)`` serves each connection."""
        return await asyncio.start_server(handler, "0.0.0.0", port, backlog)


class SimDatagram(Datagram):
    """A `Datagram` that suffers from the network's faults."""

    def __init__(self, network, port):
        self._network = network
        self._count = 0
        self._dead = False
        super().__init__(self._open, _encode, _decode, port)

    def _open(self, port):
        self._dead = False
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(_encode(("0.0.0.0", port)))
        return sock

    def _dropped(self, *names):
        faults = self._network.faults
        self._count += 1
        if faults.get("unplugged"):
            return True
        return any(faults.get(x) and self._count % (4 if x == "loss" else 2) == 0 for x in names)

    def sendto(self, data, address):
        """Send, unless a fault drops it."""
        if self._dropped("loss", "nomem"):
            return "unplugged" not in self._network.faults
        return super().sendto(data, address)

    async def recvfrom(self):
        """Receive, as far as the faults let it through."""
        while True:
            data, address = await self._receive()
            if self._network.faults.get("grid"):
                await asyncio.sleep_ms(10 - self._network_ms() % 10)
            if not self._dropped("loss"):
                return data, address

    def _network_ms(self):
        import time

        return time.ticks_ms()

    async def _receive(self):
        if not self._network.faults.get("empty_datagram"):
            return await super().recvfrom()
        from hal.datagram import _readable

        while True:
            if not self._dead:
                await _readable(self._sock)
                data, address = self._sock.recvfrom(4096)
                if data:
                    return data, _decode(address)
                self._dead = True
            self.reopen()  # the chip's socket would give b'' for ever from here on
