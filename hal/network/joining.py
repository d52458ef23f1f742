"""How to join a wireless network of the settings."""

import time

from base.compat import const

_LEAVING = const(50)  # looks at a network that is being left, 20 ms from one to the next
_NETWORKS = const(4)  # wifi_ssid1 to wifi_ssid4
_CONNECT = const(15_000)  # ms for one network, its DHCP included
_LONGEST = const(60_000)  # ms of pause when all of them have failed again
_REASONS = {
    15: "wrong password",  # no answer to the four-way handshake
    201: "not found",
    202: "wrong password",
    204: "wrong password",
    210: "other security",
    211: "other security",
    1001: "no answer",  # or no address by DHCP
}


def prepare(nic):
    """Switch the interface `nic` on as the phone wants it, in no network."""
    nic.active(True)
    nic.config(pm=nic.PM_NONE)  # power saving would delay packets by hundreds of ms
    nic.config(reconnects=0)  # the driver would try one network for ever
    if nic.isconnected():  # since before a soft reset, by the settings of then
        nic.disconnect()
        for _ in range(_LEAVING):
            if not nic.isconnected():
                break
            time.sleep_ms(20)


class Join:
    """Tries the networks of the settings, from `number` on, for `wifi`, step by step."""

    def __init__(self, wifi, clock, number):
        self.number = number
        self._wifi = wifi
        self._clock = clock
        self._pause = 0
        self._due = clock.ms()
        self._ssid = None  # being joined

    def _setting(self, name, number):
        return self._wifi.get("wifi_%s%d" % (name, number))

    def step(self):
        """Begin with a network, see what became of it, or wait; never blocks."""
        nic = self._wifi.nic
        late = self._clock.diff(self._clock.ms(), self._due) >= 0
        if self._ssid:
            status = nic.status()
            if not late and status in (1000, 1001, 1010):  # idle, connecting, waiting for DHCP
                return
            self._failed(_REASONS.get(status, "error %d" % status))
        elif late:
            self._ssid = self._setting("ssid", self.number)
            if self._ssid:
                self._begin(nic, self._ssid, self._setting("pass", self.number))
            else:
                self._advance()

    def _begin(self, nic, ssid, key):
        self._wifi.log(4, "WiFi: joining %s", ssid)
        self._wait(_CONNECT)
        try:
            self._wifi.fixed()
            if key:
                nic.connect(ssid, key)
            else:
                nic.connect(ssid)
        except (OSError, ValueError, RuntimeError) as error:
            self._failed(str(error))

    def _failed(self, why):
        self._wifi.reason = "WiFi %s: %s" % (self._ssid, why)
        self._wifi.log(3, "%s", self._wifi.reason)
        self._ssid = None
        self._advance()
        self._wifi.nic.disconnect()

    def _advance(self):
        # To the next network that the settings name; behind the last one a growing pause
        self._wait(0)
        while self.number < _NETWORKS:
            self.number += 1
            if self._setting("ssid", self.number):
                return
        self.number = 1
        if any(self._setting("ssid", x) for x in range(1, _NETWORKS + 1)):
            self._pause = min(_LONGEST, self._pause * 2 or 1000)
            self._wait(self._pause)
        else:
            self._wifi.reason = "no WiFi: set wifi_ssid1"
            self._wait(1000)

    def _wait(self, ms):
        self._due = self._clock.add(self._clock.ms(), ms)
