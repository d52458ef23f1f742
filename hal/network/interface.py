"""The ESP32's network: sockets on one interface, WiFi or Ethernet; the link is the subclass's.

On the ESP32 ``sendto`` and ``bind`` take (ip, port) as it is; `encode` and `decode` are for tests
on another platform.
"""

import asyncio
import socket
from binascii import hexlify

from base.compat import const, sleep_ms
from base.tasks import keep
from hal.network.datagram import Datagram
from hal.network.stream import connect

_LOOK = const(500)  # ms between two looks at the link


def _same(address):
    return address


def _share(sock, on):
    """Let another socket that wants it, too, have the same port, or not."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, on)


class Network:
    """The network behind `nic` (network.WLAN or network.LAN). `get(name)` gives settings."""

    encode = decode = staticmethod(_same)
    access_point = None  # a network of its own, where the part can have one

    def __init__(self, nic, get, log):
        self.nic = nic
        self._ip = None
        self.reason = "no network"  # why it is not up, for the display
        self.mac = hexlify(nic.config("mac")).decode().upper()
        self.get = get
        self.log = log
        self._listeners = []

    def on_change(self, callback):
        """Call ``callback()`` whenever the network went away or came back."""
        self._listeners.append(callback)

    async def start(self):
        """Begin to bring the network up, in a task of its own."""
        keep("network", self._keep)

    async def _keep(self):
        while True:
            try:
                self.link()
                self._look()
            except Exception as error:  # the driver refuses: it may have no memory just now
                self.reason = str(error)
            await sleep_ms(_LOOK)

    def link(self):
        """Bring the link up where it is down; called twice a second, must not block."""

    def _look(self):
        ip = self.nic.ifconfig()[0] if self.nic.isconnected() else "0.0.0.0"
        if ip == "0.0.0.0":
            ip = None
        if ip == self._ip:
            return
        self._ip = ip
        self.log(3, "network: %s", ip or "down")
        for callback in self._listeners:
            callback()

    @property
    def up(self):
        """True while there is a link and an address."""
        return self._ip is not None

    def fixed(self):
        """Set the own address where the settings say so, else have DHCP do it."""
        get = self.get
        if get("dhcp") in (False, "off") and get("ip_adr"):
            router = get("gateway") or "0.0.0.0"
            name_server = get("dns_server1") or router
            self.nic.ifconfig((get("ip_adr"), get("netmask"), router, name_server))
            return
        try:
            self.nic.ifconfig("dhcp")  # a fixed address of before would outlive a soft reset
        except (OSError, RuntimeError, ValueError):
            pass  # it is on

    def address(self, peer=None):
        """Return the own address on the way to `peer`, None without network."""
        if peer and peer.startswith("127."):
            return "127.0.0.1"
        return self._ip

    def dns(self):
        """Return the addresses of the name servers, those of the settings first."""
        found = [self.get("dns_server1"), self.get("dns_server2"), self.nic.ifconfig()[3]]
        return [x for i, x in enumerate(found) if x and x != "0.0.0.0" and x not in found[:i]]

    def shed(self):
        """Close connections that strangers have opened; return whether there were any.

        Whoever knows them puts a function of its own in this one's place.
        """
        return False

    def socket(self, kind):
        """Return a new socket; lwIP has ten, and where none is left strangers lose theirs."""
        try:
            return socket.socket(socket.AF_INET, kind)
        except OSError:
            if not self.shed():
                raise
        return socket.socket(socket.AF_INET, kind)

    def _open(self, port, shared=False):
        sock = self.socket(socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            if shared:
                _share(sock, 1)
            sock.bind(self.encode(("0.0.0.0", port)))
        except OSError:
            sock.close()
            raise
        return sock

    def udp(self, port=0):
        """Return a `Datagram` bound to `port`; OSError when it is taken."""
        return Datagram(self._open, self.encode, self.decode, port)

    def beside(self, datagram):
        """Return a second `Datagram` on the port of `datagram`, whose socket is connected.

        It gets what others than that one's peer send there. OSError where it cannot be had.
        """
        first = datagram.raw()
        _share(first, 1)
        try:
            return Datagram(self._shared, self.encode, self.decode, datagram.port)
        finally:
            _share(first, 0)  # nobody else may have the port

    def _shared(self, port):
        return self._open(port, True)

    async def connect(self, ip, port, tls=None, server_hostname=None):
        """Return asyncio's (reader, writer); `ip` is dotted. Raises OSError.

        Cancelled or refused, it leaves no socket behind.
        """
        return await connect(self, ip, port, tls, server_hostname)

    async def serve(self, port, handler, backlog=4):
        """Listen on `port`; ``handler(reader, writer)`` serves each connection."""
        return await asyncio.start_server(handler, "0.0.0.0", port, backlog)
