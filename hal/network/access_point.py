"""A wireless network of the phone's own, for its first start: WPA2, or none at all."""

import asyncio
import socket

from base.compat import const
from hal.network.datagram import Datagram

_WPA2 = const(3)
_SAFE = (3, 6, 7)  # what is read back: WPA2, WPA3, and both (ESP-IDF's wifi_auth_mode_t)
_CLIENTS = const(4)
_SHORTEST = const(8)  # characters of a WPA2 password


class AccessPoint:
    """The interface `nic` (network.WLAN.IF_AP); sockets speak as those of `network` do.

    `http_port` and `dns_port` are where a browser and a resolver look for theirs. `grace` is the
    time in ms that somebody at the serial line has before it opens by itself.
    """

    grace = const(20_000)
    http_port = const(80)
    dns_port = const(53)

    def __init__(self, nic, network):
        self.nic = nic
        self._encode = network.encode
        self.decode = network.decode
        if nic.active():  # since before a soft reset
            nic.active(False)

    def start(self, ssid, key, channel=1):
        """Open the network `ssid` with password `key`; OSError where it would not be safe."""
        if len(key) < _SHORTEST:
            raise OSError("a password of %d characters" % len(key))
        nic = self.nic
        try:
            nic.active(True)  # before that the driver takes no settings
            nic.config(ssid=ssid, key=key, security=_WPA2, channel=channel, max_clients=_CLIENTS)
            if nic.config("security") not in _SAFE or nic.config("ssid") != ssid:
                raise OSError("the driver would have opened it without a password")
        except (OSError, ValueError, RuntimeError) as error:
            self.stop()
            raise OSError(str(error))

    def stop(self):
        """Close the network."""
        try:
            self.nic.active(False)
        except (OSError, RuntimeError):
            pass  # it is not up

    @property
    def address(self):
        """The phone's own address in it."""
        return self.nic.ifconfig()[0]

    def near(self, ip):
        """Return whether an address is one of this network."""
        own, mask = self.nic.ifconfig()[:2]
        own, mask, ip = (x.split(".") for x in (own, mask, ip))
        return all((int(own[i]) ^ int(ip[i])) & int(mask[i]) == 0 for i in range(4))

    async def serve(self, port, handler, backlog=4):
        """Listen on `port` of the own address; see `hal.network`."""
        return await asyncio.start_server(handler, self.address, port, backlog)

    def udp(self, port):
        """Return a `Datagram` on `port` of the own address; OSError when it is taken."""
        return Datagram(self._open, self._encode, self.decode, port)

    def _open(self, port):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(self._encode((self.address, port)))
        except OSError:
            sock.close()
            raise
        return sock
