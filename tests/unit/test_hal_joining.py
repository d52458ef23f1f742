"""How WiFi finds its network: which one, when, for how long, and what is said of it."""

import fakes
from support import Clock

from hal.network.access_point import AccessPoint
from hal.network.ethernet import Ethernet
from hal.network.wifi import WiFi


class NIC(fakes.NIC):
    """An interface that notes what it is told to do, and when."""

    def __init__(self, air=(), clock=None):
        super().__init__(air)
        self.clock = clock
        self.times, self.left = [], 0

    def connect(self, ssid, key=None):
        self.times.append((ssid, self.clock.ms()))
        super().connect(ssid, key)

    def disconnect(self):
        self.left += 1
        super().disconnect()


def _wifi(air=(), **settings):
    clock, asked, lines = Clock(), set(), []
    nic = NIC(air, clock)

    def get(name):
        asked.add(name)
        return settings.get(name)

    part = WiFi(nic, get, lambda level, text, *values: lines.append(text % values), clock)
    part.asked, part.lines = asked, lines
    return part, nic, clock


def _run(part, clock, ms, step=100):
    for _ in range(ms // step):
        part.link()
        part._look()
        clock.move(step)


def test_each_reason_that_the_chip_knows_by_number_is_told_in_words():
    for status, words in (
        (15, "wrong password"), (201, "not found"), (202, "wrong password"),
        (204, "wrong password"), (210, "other security"), (211, "other security"),
        (14, "error 14"), (16, "error 16"), (200, "error 200"), (203, "error 203"),
        (205, "error 205"), (212, "error 212"), (1002, "error 1002"),
    ):  # fmt: skip
        part, nic, clock = _wifi(wifi_ssid1="home")
        nic.status = lambda status=status: status
        part.link()
        part.link()
        assert part.reason == "WiFi home: " + words, status
        assert part.lines[-1] == part.reason and nic.left == 1
    for status, words in ((1000, "error 1000"), (1001, "no answer"), (1010, "error 1010")):
        part, nic, clock = _wifi(wifi_ssid1="home")
        nic.status = lambda status=status: status
        _run(part, clock, 15_000)
        assert part.joining.attempt.failed is None and nic.left == 0, "it is under way"
        _run(part, clock, 100)
        assert part.reason == "WiFi home: " + words, status


def test_the_networks_of_the_settings_are_tried_in_turn_and_then_ever_less_often():
    part, nic, clock = _wifi(wifi_ssid1="a", wifi_ssid2="b", wifi_ssid4="d")
    _run(part, clock, 400_000)
    assert [x for x, _ in nic.times[:7]] == ["a", "b", "d", "a", "b", "d", "a"]
    firsts = [when for ssid, when in nic.times if ssid == "a"]
    pauses = [(firsts[i + 1] - firsts[i]) // 1000 for i in range(len(firsts) - 1)]
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60], pauses
    rounds = [when for ssid, when in nic.times[:3]]
    assert rounds[2] - rounds[0] <= 400, "no pause between them"
    assert "wifi_ssid5" not in part.asked and "wifi_ssid0" not in part.asked


def test_a_network_that_is_lost_is_looked_for_at_once_and_the_pauses_begin_anew():
    part, nic, clock = _wifi({"home": None}, wifi_ssid1="home")
    del nic.air["home"]
    _run(part, clock, 70_000)
    nic.air["home"] = None
    _run(part, clock, 62_000)
    assert part.up
    del nic.air["home"]
    nic.lose()
    nic.times.clear()
    began = clock.ms()
    _run(part, clock, 10_000)
    found = [round((when - began) / 1000) for _, when in nic.times]
    assert found == [0, 1, 3, 7], found


def test_what_the_driver_refuses_at_once_is_told_at_once_and_the_next_one_follows():
    part, nic, clock = _wifi(wifi_ssid1="a", wifi_ssid2="b")

    def refuse(*_):
        raise ValueError("bad ssid")

    nic.connect = refuse
    part.link()
    assert part.reason == "WiFi a: bad ssid"
    part.link()
    assert part.reason == "WiFi b: bad ssid"


def test_without_a_network_in_the_settings_it_looks_once_a_second():
    part, nic, clock = _wifi()
    part.link()
    assert part.reason == "no WiFi: set wifi_ssid1"
    part.asked.clear()
    for _ in range(9):
        clock.move(100)
        part.link()
    assert not part.asked
    clock.move(100)
    part.link()
    assert part.asked >= {"wifi_ssid1", "wifi_ssid4"}


def test_held_it_stays_out_and_free_it_begins_with_the_first():
    part, nic, clock = _wifi({"c": None}, wifi_ssid1="a", wifi_ssid2="b", wifi_ssid3="c")
    _run(part, clock, 1000)
    assert part.up and nic.times[-1][0] == "c"
    part.joining.hold()
    assert not nic.isconnected() and nic.left == 3 and part.joining.attempt is None
    nic.times.clear()
    _run(part, clock, 100_000)
    assert nic.times == [] and not part.up
    part.joining.only("z", "")
    _run(part, clock, 100_000)
    assert [x for x, _ in nic.times] == ["z"] and part.reason == "WiFi z: not found"
    assert part.joining.attempt.failed == "not found", "it stays to be asked for"
    nic.times.clear()
    part.joining.free()
    _run(part, clock, 1000)
    assert [x for x, _ in nic.times] == ["a", "b", "c"] and part.up


def test_of_the_networks_around_those_with_a_login_of_ones_own_are_of_no_use():
    part, nic, _ = _wifi()
    nic.heard = [(b"n%d" % x, b"", 1, -40 - x, x, False) for x in range(10)]
    found = {x.ssid: (x.locked, x.usable) for x in part.scan()}
    assert found["n0"] == (False, True) and found["n1"] == (True, True)
    assert [found["n%d" % x][1] for x in range(10)] == [True] * 5 + [
        False,
        True,
        True,
        False,
        False,
    ]
    nic.heard = [(b"n%02d" % x, b"", 1, -40, 0, False) for x in range(30)]
    assert [x.ssid for x in part.scan()] == ["n%02d" % x for x in range(24)]
    nic.heard = [(b"x", b"", 1, -50, 0, False), (b"x", b"", 6, -50, 0, False)]
    assert [x.channel for x in part.scan()] == [1]


def test_a_fixed_address_has_what_the_settings_say_and_zeros_for_the_rest():
    for settings, fixed in (
        ({"gateway": "10.0.0.1", "dns_server1": "10.0.0.2"}, ("10.0.0.1", "10.0.0.2")),
        ({"gateway": "10.0.0.1"}, ("10.0.0.1", "10.0.0.1")),
        ({"dns_server1": "10.0.0.2"}, ("0.0.0.0", "10.0.0.2")),
        ({}, ("0.0.0.0", "0.0.0.0")),
    ):
        for off in (False, "off"):
            nic = fakes.NIC()
            given = dict(settings, dhcp=off, ip_adr="10.0.0.5", netmask="255.0.0.0")
            Ethernet(nic, given.get, lambda *_: None)
            assert nic.options["fixed"] == ("10.0.0.5", "255.0.0.0") + fixed
    for settings in (
        {"dhcp": True, "ip_adr": "10.0.0.5"},
        {"ip_adr": "10.0.0.5"},
        {"dhcp": False},
    ):
        nic = fakes.NIC()
        Ethernet(nic, settings.get, lambda *_: None)
        assert "fixed" not in nic.options, settings


def test_name_servers_are_told_once_each_and_none_that_is_none():
    for first, second, learnt, found in (
        (None, None, "10.0.0.1", ["10.0.0.1"]), ("", "", "0.0.0.0", []),
        ("10.0.0.2", "10.0.0.3", "10.0.0.1", ["10.0.0.2", "10.0.0.3", "10.0.0.1"]),
        ("10.0.0.2", "10.0.0.2", "10.0.0.2", ["10.0.0.2"]),
        ("10.0.0.2", "0.0.0.0", "10.0.0.1", ["10.0.0.2", "10.0.0.1"]),
    ):  # fmt: skip
        nic = fakes.NIC()
        part = Ethernet(nic, {"dns_server1": first, "dns_server2": second}.get, lambda *_: None)
        nic.address = ("10.0.0.5", "255.0.0.0", "10.0.0.1", learnt)
        assert part.dns() == found


def test_a_link_without_an_address_is_no_network_and_each_change_is_told_once():
    part, nic, clock = _wifi()
    told = []
    part.on_change(lambda: told.append(part.address()))
    nic.state = nic.GOT_IP
    part._look()
    assert told == [] and not part.up
    nic.arrive()
    for _ in range(3):
        part._look()
    assert told == ["192.168.7.9"] and part.up
    assert part.address("192.0.2.9") == "192.168.7.9" and part.address("127.0.0.1") == "127.0.0.1"
    nic.lose()
    for _ in range(3):
        part._look()
    assert told == ["192.168.7.9", None] and part.lines[-1] == "network: down"
    assert part.lines[-2] == "network: 192.168.7.9"


def test_a_network_of_its_own_is_safe_by_what_the_driver_says_of_it():
    for read, safe in ((3, True), (6, True), (7, True), (0, False), (2, False), (4, False)):
        nic = fakes.AP()
        given = nic.config

        def config(name=None, read=read, given=given, **options):
            return read if name == "security" else given(name, **options)

        nic.config = config
        point = AccessPoint(nic, Ethernet)
        try:
            point.start("Offhook-ABCD", "abcdefgh")
            assert safe, read
        except OSError:
            assert not safe and not nic.on, read
    nic = fakes.AP()
    point = AccessPoint(nic, Ethernet)
    point.start("Offhook-ABCD", "abcdefgh")
    assert nic.options["channel"] == 1 and nic.options["max_clients"] == 4
    assert (point.http_port, point.dns_port, point.grace) == (80, 53, 20_000)


def test_near_is_who_has_the_same_network_number_whatever_the_mask():
    for mask, ip, near in (
        ("255.255.255.0", "192.168.4.9", True), ("255.255.0.0", "192.168.9.9", True),
        ("255.255.0.0", "192.169.4.1", False), ("255.255.255.240", "192.168.4.15", True),
        ("255.255.255.240", "192.168.4.16", False), ("0.0.0.0", "9.9.9.9", True),
        ("255.255.255.255", "192.168.4.1", True), ("255.255.255.255", "192.168.4.0", False),
        ("255.0.0.0", "193.168.4.1", False),
    ):  # fmt: skip
        nic = fakes.AP()
        nic.ifconfig = lambda mask=mask: ("192.168.4.1", mask, "", "")
        assert AccessPoint(nic, Ethernet).near(ip) is near, (mask, ip)
