"""A datagram socket that suffers from the faults of chip and cable."""

import time

from base.compat import sleep_ms
from hal.datagram import Datagram, readable


class FaultyDatagram(Datagram):
    """A `Datagram` of `network`, whose ``faults`` say what goes wrong."""

    def __init__(self, network, *words):
        self._network = network
        self._count = 0
        super().__init__(*words)

    def _dropped(self):
        faults = self._network.faults
        if not faults:
            return False
        self._count += 1
        return faults.get("unplugged") or (faults.get("loss") and self._count % 4 == 0)

    def sendto(self, data, address):
        """Send, unless a fault drops it: True is a packet lost on the way, False one refused."""
        faults = self._network.faults
        if faults.get("unplugged") or (faults.get("nomem") and self._count & 1):
            self._count += 1
            return False
        return True if self._dropped() else super().sendto(data, address)

    async def recvfrom(self):
        """Receive, as far as the faults let it through."""
        faults = self._network.faults
        while True:
            if faults.get("empty_datagram"):
                data, address = await self._receive_or_die()
            else:
                data, address = await super().recvfrom()
            if faults.get("grid"):
                await sleep_ms(10 - time.ticks_ms() % 10)
            if not self._dropped():
                return data, address

    async def _receive_or_die(self):
        while True:
            await readable(self._sock)
            data, address = self._sock.recvfrom(4096)
            if data:
                return data, self._decode(address)
            self.reopen()  # what waits in the old one is lost, as on the chip
