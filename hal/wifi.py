"""WiFi: the networks of the settings in turn, without power saving, again and again."""

import time

from base.compat import const, unload
from hal.net import Network

_LEAVING = const(50)  # looks at a network that is being left, 20 ms from one to the next


class WiFi(Network):
    """The station interface `nic` (network.WLAN). Settings: wifi_ssid1, wifi_pass1, …"""

    def __init__(self, nic, get, log, clock):
        nic.active(True)
        nic.config(pm=nic.PM_NONE)  # power saving would delay packets by hundreds of ms
        nic.config(reconnects=0)  # the driver would try one network for ever
        if nic.isconnected():  # since before a soft reset, by the settings of then
            nic.disconnect()
            for _ in range(_LEAVING):
                if not nic.isconnected():
                    break
                time.sleep_ms(20)
        super().__init__(nic, get, log)
        self._clock = clock
        self._number = 1  # of the network to try first
        self._join = None

    def link(self):
        """Join a network while there is none; the code for that is not kept afterwards."""
        if not self.nic.isconnected():
            if self._join is None:
                from hal.wifijoin import Join

                self._join = Join(self, self._clock, self._number)
            self._join.step()
        elif self._join:
            self._number = self._join.number
            self._join = None
            unload("hal.wifijoin")
