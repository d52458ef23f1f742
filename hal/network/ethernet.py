"""Wired Ethernet: a LAN8720 on the ESP32's RMII, or a W5500 on SPI; the driver does the rest."""

from hal.network.interface import Network


class Ethernet(Network):
    """The interface `nic` (network.LAN), switched on at once; plugging the cable is seen."""

    def __init__(self, nic, get, log):
        if not nic.active():  # it is after a soft reset, and refuses to be once more
            nic.active(True)
        super().__init__(nic, get, log)
        self.reason = "no network cable"
        self.fixed()
