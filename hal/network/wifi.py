"""WiFi: the networks of the settings in turn, without power saving, again and again."""

from hal.network.interface import Network
from hal.network.joining import Join, prepare


class WiFi(Network):
    """The station interface `nic` (network.WLAN). Settings: wifi_ssid1, wifi_pass1, …"""

    def __init__(self, nic, get, log, clock):
        prepare(nic)
        super().__init__(nic, get, log)
        self._clock = clock
        self._number = 1  # of the network to try first
        self._join = None

    def link(self):
        """Join a network while there is none."""
        if not self.nic.isconnected():
            if self._join is None:
                self._join = Join(self, self._clock, self._number)
            self._join.step()
        elif self._join:
            self._number = self._join.number
            self._join = None
