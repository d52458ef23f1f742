"""`network` of a board whose WiFi is the host's loopback.

Any name of a network will do, but "nowhere" is not there.
"""

PHY_LAN8720, PHY_W5500 = 1, 102


class _Interface:
    PM_NONE = IF_STA = 0
    IF_AP = 1

    def __init__(self, kind=IF_STA, **_):
        self.connected = False
        self.ssid = None
        self.own = kind == self.IF_AP

    def active(self, on=None):
        """Switch on; there is no network of the board's own."""
        if self.own and on:
            raise OSError("no access point on this board")
        return not self.own

    def config(self, name=None, **_):
        """Return the hardware address."""
        return b"\x02\x00\x5e\x00\x00\x02"

    def connect(self, ssid, key=None):
        """Be connected at once."""
        self.connected, self.ssid = ssid != "nowhere", ssid

    def disconnect(self):
        """Leave the network."""
        self.connected, self.ssid = False, None

    def isconnected(self):
        """Return whether there is a network."""
        return self.connected

    def status(self):
        """Return the ESP32's STAT_GOT_IP, its STAT_NO_AP_FOUND or STAT_IDLE."""
        return 1010 if self.connected else 201 if self.ssid else 1000

    def ifconfig(self, values=None):
        """Return (address, netmask, router, name server)."""
        return ("127.0.0.1" if self.connected else "0.0.0.0", "255.0.0.0", "0.0.0.0", "0.0.0.0")


class WLAN(_Interface):
    """WiFi."""

    def scan(self):
        """Return networks: (ssid, bssid, channel, RSSI, security, hidden)."""
        if self.ssid and not self.connected:
            raise RuntimeError("Wifi Unknown Error 0x3006")  # busy with joining
        return [
            (b"far", bytes(6), 1, -80, 0, False),
            (b"near", bytes(6), 11, -40, 3, False),
            (b"caf\xe9", bytes(6), 6, -60, 3, False),
        ]


class LAN(_Interface):
    """Ethernet; the cable is in."""

    def isconnected(self):
        """Return True."""
        self.connected = True
        return True


def prepare():
    """Make the software's sockets take (ip, port), as the chip's do; the VM's want bytes."""
    import socket

    try:
        import loader

        if not loader.FROZEN:
            loader.mount()
    except ImportError:
        pass  # a room of the software alone
    try:
        from hal.network.interface import Network
    except ImportError:
        return
    Network.encode = staticmethod(lambda x: socket.getaddrinfo(x[0], x[1])[0][-1])
    Network.decode = staticmethod(
        lambda raw: ("%d.%d.%d.%d" % tuple(raw[4:8]), raw[2] << 8 | raw[3])
    )
