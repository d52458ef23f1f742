"""How to join a wireless network: those of the settings in turn, or one that is to be tried."""

import time
from collections import namedtuple

from base.compat import const

_LEAVING = const(50)  # looks at a network that is being left, 20 ms from one to the next
_NETWORKS = const(4)  # wifi_ssid1 to wifi_ssid4
_CONNECT = const(15_000)  # ms for one network, its DHCP included
_LONGEST = const(60_000)  # ms of pause when all of them have failed again
_AROUND = const(24)  # networks that a scan tells of
_ENTERPRISE = const(5)  # a login of one's own, which the driver does not have here
_LAST = const(7)  # of the kinds of security with a password, or none
_REASONS = {
    15: "wrong password",  # no answer to the four-way handshake
    201: "not found",
    202: "wrong password",
    204: "wrong password",
    210: "other security",
    211: "other security",
    1001: "no answer",  # or no address by DHCP
}
_UNDER_WAY = (1000, 1001, 1010)  # idle, connecting, waiting for DHCP

# A network around: rssi in dBm; `locked` where it wants a password; `usable` where one is enough
Around = namedtuple("Around", ("ssid", "channel", "rssi", "locked", "usable"))


def prepare(nic):
    """Switch the interface `nic` on as the phone wants it, in no network."""
    nic.active(True)
    nic.config(pm=nic.PM_NONE)  # power saving would delay packets by hundreds of ms
    nic.config(reconnects=0)  # the driver would try one network for ever
    leave(nic)  # one of before a soft reset, by the settings of then


def leave(nic):
    """Leave the network that `nic` is in."""
    if nic.isconnected():
        nic.disconnect()
        for _ in range(_LEAVING):
            if not nic.isconnected():
                break
            time.sleep_ms(20)


def around(nic):
    """Return the networks that `nic` hears, the strongest first; OSError where it cannot listen.

    It listens on every channel for a while, and the loop stands still meanwhile: two seconds.
    """
    best = {}
    try:
        heard = nic.scan()
    except RuntimeError as error:  # what the driver has no word for
        raise OSError(str(error))
    for ssid, _, channel, rssi, security, _ in heard:
        try:
            name = ssid.decode()
        except UnicodeError:
            continue  # no setting could hold it
        usable = security <= _LAST and security != _ENTERPRISE
        if name and (name not in best or best[name].rssi < rssi):
            best[name] = Around(name, channel, rssi, security != 0, usable)
    return sorted(best.values(), key=lambda x: (-x.rssi, x.ssid))[:_AROUND]


class Attempt:
    """One try to join `ssid`; `failed` says why it came to nothing, None while it may succeed."""

    def __init__(self, wifi, clock, ssid, key):
        self.ssid = ssid
        self.failed = None
        self._nic = wifi.nic
        self._clock = clock
        self._due = clock.add(clock.ms(), _CONNECT)
        wifi.log(4, "WiFi: joining %s", ssid)
        try:
            wifi.fixed()
            if key:
                self._nic.connect(ssid, key)
            else:
                self._nic.connect(ssid)
        except (OSError, ValueError, RuntimeError) as error:
            self.failed = str(error)

    def step(self):
        """See what has become of it."""
        if self.failed is None:
            status = self._nic.status()
            if self._clock.diff(self._clock.ms(), self._due) >= 0 or status not in _UNDER_WAY:
                self.failed = _REASONS.get(status, "error %d" % status)


class Joining:
    """Joins networks for `wifi`, step by step; no step blocks.

    It follows the settings. `only` tries one network once instead and nothing after that,
    ``hold()`` joins none, until `free`. `attempt` is what is under way, or has failed last.
    """

    def __init__(self, wifi, clock):
        self._wifi = wifi
        self._clock = clock
        self._number = 1  # of the network to try
        self._held = False
        self._start()

    def _start(self):
        self._pause = 0
        self._due = self._clock.ms()
        self.attempt = None

    def hold(self):
        """Join no network; leave the one that there is."""
        self._held = True
        self.attempt = None
        leave(self._wifi.nic)

    def only(self, ssid, key):
        """Try this network, once."""
        self.hold()
        self.attempt = Attempt(self._wifi, self._clock, ssid, key)

    def free(self):
        """Follow the settings, from the first network on where there is none."""
        nic = self._wifi.nic
        if self._held and not nic.isconnected():
            nic.active(
                False
            )  # the radio begins anew, without what it did for a network of its own
            prepare(nic)
        self._held = False
        self._number = 1
        self._start()

    def step(self):
        """Begin with a network, see what became of it, or wait."""
        if self._wifi.nic.isconnected():
            if not self._held:
                self._start()
        elif self._held:
            if self.attempt and self.attempt.failed is None:
                self.attempt.step()
                if self.attempt.failed is not None:
                    self._tell()
        else:
            self._follow()

    def _follow(self):
        if self.attempt:
            self.attempt.step()
            if self.attempt.failed is not None:
                self._given_up()
        elif self._clock.diff(self._clock.ms(), self._due) >= 0:
            ssid = self._setting("ssid")
            if not ssid:
                self._advance()
                return
            self.attempt = Attempt(self._wifi, self._clock, ssid, self._setting("pass"))
            if self.attempt.failed is not None:
                self._given_up()

    def _setting(self, name, number=None):
        return self._wifi.get("wifi_%s%d" % (name, number or self._number))

    def _given_up(self):
        self._tell()
        self.attempt = None
        self._advance()

    def _tell(self):
        wifi = self._wifi
        wifi.reason = "WiFi %s: %s" % (self.attempt.ssid, self.attempt.failed)
        wifi.log(3, "%s", wifi.reason)
        wifi.nic.disconnect()

    def _advance(self):
        # To the next network that the settings name; behind the last one a growing pause
        while self._number < _NETWORKS:
            self._number += 1
            if self._setting("ssid"):
                return
        self._number = 1
        if any(self._setting("ssid", x) for x in range(1, _NETWORKS + 1)):
            self._pause = min(_LONGEST, self._pause * 2 or 1000)
            self._wait(self._pause)
        else:
            self._wifi.reason = "no WiFi: set wifi_ssid1"
            self._wait(1000)

    def _wait(self, ms):
        self._due = self._clock.add(self._clock.ms(), ms)
