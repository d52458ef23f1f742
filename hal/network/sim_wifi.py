"""The WiFi of a simulated board without a cable: networks around it, and one of its own.

Whoever joins one of them is on the host's network; the own one is an address of the loopback,
on ports that may be told.
"""

from base.compat import const
from hal.network.access_point import AccessPoint
from hal.network.joining import Joining, around
from hal.network.sim import Network, Nic

_LOOKS = const(2)  # at the status until it is known whether the password was right
_AIR = (  # name, channel, dBm, security, password
    (b"Workshop", 6, -48, 3, "correct horse"),
    (b"Caf\xc3\xa9 <b>&amp;", 1, -61, 0, None),
    (b"Office", 11, -70, 5, None),
    (b"Workshop", 1, -80, 3, "correct horse"),
    (b"\xff\xfe", 3, -85, 3, None),
    (b"", 9, -86, 3, None),
)


class Station(Nic):
    """As network.WLAN.IF_STA."""

    PM_NONE = 0

    def __init__(self):
        super().__init__()
        self._wanted = None  # (name, password) of the network that is being joined
        self._looks = 0
        self._joined = False

    def active(self, on=None):
        """Switch the radio on or off."""
        if on is False:
            self.disconnect()
        return True

    def config(self, name=None, **_):
        """Return the hardware address, or take a value."""
        return super().config(name)

    def connect(self, ssid, key=None):
        """Begin to join a network."""
        self._wanted, self._looks, self._joined = (ssid.encode(), key), _LOOKS, False

    def disconnect(self):
        """Leave it."""
        self._wanted, self._joined = None, False

    def isconnected(self):
        """Return whether it is joined."""
        return self.plugged and self._joined

    def status(self):
        """Return the number that an ESP32 has for what goes on."""
        if self._wanted is None:
            return 1000
        if self._looks:
            self._looks -= 1
            return 1001
        name, key = self._wanted
        known = [row for row in _AIR if row[0] == name]
        if not known:
            return 201
        if known[0][4] != key:
            return 202
        self._joined = True
        return 1010

    def scan(self):
        """Return the networks around, as the driver does."""
        return [(x[0], b"\2\0\0\0\0\0", x[1], x[2], x[3], not x[0]) for x in _AIR]

    def ifconfig(self, values=None):
        """Return (address, netmask, router, name server)."""
        if not self._joined:
            return ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
        return super().ifconfig()


class Own:
    """As network.WLAN.IF_AP, on an address of the loopback."""

    def __init__(self):
        self._on = False
        self._config = {"security": 0}

    def active(self, on=None):
        """Switch it, or tell whether it is on."""
        if on is not None:
            self._on = on
        return self._on

    def config(self, name=None, **values):
        """Set its values, or return one."""
        self._config.update(values)
        return self._config.get(name)

    def ifconfig(self):
        """Return (address, netmask, router, name server)."""
        return ("127.0.0.4", "255.0.0.0", "127.0.0.4", "127.0.0.4")


class WiFi(Network):
    """The simulated network of a phone that has to join one first."""

    def __init__(self, get, log, clock, port):
        super().__init__(get, log, Station())
        self.joining = Joining(self, clock)
        self.access_point = AccessPoint(Own(), self)
        self.access_point.http_port = self.access_point.dns_port = port
        self.access_point.grace = 0

    def link(self):
        """Join a network while there is none."""
        self.joining.step()

    def scan(self):
        """Return the networks around."""
        return around(self.nic)
