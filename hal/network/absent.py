"""No network at all: the driver of WiFi or Ethernet could not be started."""

from hal.network.interface import Network


class _Nothing:
    def config(self, name):
        return bytes(6)

    def isconnected(self):
        return False


class NoNetwork(Network):
    """Never up; `reason` says why. The phone runs, and its display tells of it."""

    def __init__(self, get, log, reason):
        super().__init__(_Nothing(), get, log)
        self.reason = reason

    def dns(self):
        """Return no name server."""
        return []
