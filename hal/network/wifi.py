"""WiFi: the networks of the settings in turn, without power saving, again and again."""

from hal.network.interface import Network
from hal.network.joining import Joining, around, prepare


class WiFi(Network):
    """The station interface `nic` (network.WLAN). Settings: wifi_ssid1, wifi_pass1, …

    `access_point` is set by whoever has its interface.
    """

    def __init__(self, nic, get, log, clock):
        prepare(nic)
        super().__init__(nic, get, log)
        self.joining = Joining(self, clock)

    def link(self):
        """Join a network while there is none."""
        self.joining.step()

    def scan(self):
        """Return the networks around; see `joining.around`."""
        return around(self.nic)
