"""WiFi: the networks of the settings in turn, without power saving, again and again."""

from base.compat import const
from hal.net import Network

_NETWORKS = const(4)  # wifi_ssid1 to wifi_ssid4
_CONNECT = const(15_000)  # ms for one network, its DHCP included
_LONGEST = const(60_000)  # ms of pause when all of them have failed again
_REASONS = {201: "not found", 202: "wrong password", 204: "wrong password"}


class WiFi(Network):
    """The station interface `nic` (network.WLAN). Settings: wifi_ssid1, wifi_pass1, …"""

    def __init__(self, nic, get, log, clock):
        nic.active(True)
        nic.config(pm=nic.PM_NONE)  # power saving would delay packets by hundreds of ms
        nic.config(reconnects=0)  # the driver would try one network for ever
        super().__init__(nic, get, log)
        self._clock = clock
        self._number = 1  # of the network to try next
        self._pause = 0
        self._due = clock.ms()
        self._ssid = None  # being connected, or connected
        self._linked = False

    def link(self):
        """Connect to the next network when none is there; a pause follows when all have failed."""
        nic = self.nic
        self._linked, before = nic.isconnected(), self._linked
        if self._linked:
            self._pause = 0
            return
        if before:  # lost: the same network again, at once
            self._ssid = None
            self._wait(0)
        late = self._clock.diff(self._clock.ms(), self._due) >= 0
        if self._ssid:
            status = nic.status()
            if not late and status in (1000, 1001, 1010):  # idle, connecting, waiting for DHCP
                return
            self.reason = "WiFi %s: %s" % (self._ssid, _REASONS.get(status, "error %d" % status))
            self._log(3, "%s", self.reason)
            self._ssid = None
            nic.disconnect()
            self._advance()
        elif late:
            ssid = self._get("wifi_ssid%d" % self._number)
            if ssid:
                self._connect(ssid, self._get("wifi_pass%d" % self._number))
            else:
                self._advance()

    def _advance(self):
        # To the next network that the settings name; behind the last one a growing pause
        self._wait(0)
        while self._number < _NETWORKS:
            self._number += 1
            if self._get("wifi_ssid%d" % self._number):
                return
        self._number = 1
        if any(self._get("wifi_ssid%d" % x) for x in range(1, _NETWORKS + 1)):
            self._pause = min(_LONGEST, self._pause * 2 or 1000)
            self._wait(self._pause)
        else:
            self.reason = "no WiFi: set wifi_ssid1"
            self._wait(1000)

    def _wait(self, ms):
        self._due = self._clock.add(self._clock.ms(), ms)

    def _connect(self, ssid, key):
        self._log(4, "WiFi: connecting to %s", ssid)
        self._wait(_CONNECT)
        try:
            self.fixed()
            if key:
                self.nic.connect(ssid, key)
            else:
                self.nic.connect(ssid)
            self._ssid = ssid
        except (OSError, ValueError) as error:
            self.reason = "WiFi %s: %r" % (ssid, error)
            self._log(3, "%s", self.reason)
            self._advance()
