"""The network part on a faked interface: joining, losing and finding networks again."""

import fakes
from support import Clock, raises

from hal.network.access_point import AccessPoint
from hal.network.ethernet import Ethernet
from hal.network.wifi import WiFi


def _log(*_):
    pass


def _wifi(air, **settings):
    nic, clock = fakes.NIC(air), Clock()
    part = WiFi(nic, settings.get, _log, clock)
    return part, nic, clock


def _run(part, clock, seconds):
    for _ in range(2 * seconds):
        part.link()
        part._look()
        clock.move(500)


def test_wifi_connects_without_power_saving_and_tells_of_it():
    part, nic, clock = _wifi({"home": "secret"}, wifi_ssid1="home", wifi_pass1="secret")
    changes = []
    part.on_change(lambda: changes.append(part.up))
    assert part.address() is None and not part.up
    _run(part, clock, 3)
    assert nic.options["pm"] == nic.PM_NONE and nic.tried == [("home", "secret")]
    assert part.up and part.address("192.0.2.1") == "192.168.7.9" and changes == [True]
    assert part.dns() == ["192.168.7.1"] and part.mac == "025E1000ABCD"


def test_an_open_network_is_joined_without_a_password():
    for empty in (None, ""):
        part, nic, clock = _wifi({"cafe": None}, wifi_ssid1="cafe", wifi_pass1=empty)
        _run(part, clock, 2)
        assert part.up and nic.tried == [("cafe", None)]


def test_the_next_network_is_tried_when_the_first_is_not_there():
    part, nic, clock = _wifi({"work": "b"}, wifi_ssid1="home", wifi_ssid3="work", wifi_pass3="b")
    _run(part, clock, 5)
    assert part.up and [x[0] for x in nic.tried] == ["home", "work"]


def test_pauses_grow_to_a_minute_while_no_network_is_there():
    part, nic, clock = _wifi({}, wifi_ssid1="home")
    _run(part, clock, 30)
    early = len(nic.tried)
    assert 3 <= early <= 6 and part.reason == "WiFi home: not found"
    _run(part, clock, 600)
    assert 9 <= len(nic.tried) - early <= 13
    nic.air["home"] = None
    _run(part, clock, 62)
    assert part.up


def test_a_wrong_password_is_said_so():
    part, nic, clock = _wifi({"home": "right"}, wifi_ssid1="home", wifi_pass1="wrong")
    _run(part, clock, 2)
    assert part.reason == "WiFi home: wrong password"


def test_without_a_network_in_the_settings_wifi_waits_for_one():
    part, nic, clock = _wifi({"home": "x"})
    _run(part, clock, 10)
    assert "wifi_ssid1" in part.reason and nic.tried == []


def test_a_connection_that_never_ends_is_given_up():
    part, nic, clock = _wifi({}, wifi_ssid1="slow", wifi_ssid2="slower")
    nic.slow = True
    _run(part, clock, 14)
    assert len(nic.tried) == 1
    _run(part, clock, 5)
    assert [x[0] for x in nic.tried] == ["slow", "slower"]


def test_a_lost_network_is_joined_again_at_once():
    part, nic, clock = _wifi({"home": "x"}, wifi_ssid1="home", wifi_pass1="x")
    changes = []
    part.on_change(lambda: changes.append(part.address()))
    _run(part, clock, 100)
    nic.lose()
    _run(part, clock, 2)
    assert part.up and len(nic.tried) == 2
    nic.address = ("192.168.7.10",) + nic.address[1:]
    _run(part, clock, 1)
    assert changes[-1] == "192.168.7.10", "another address is a change too"


def test_a_refused_order_of_the_driver_is_no_end():
    part, nic, clock = _wifi({"home": "x"}, wifi_ssid1="home", wifi_pass1="x")

    def refuse(*_):
        nic.tried.append(_)
        raise OSError("Wifi Internal Error")

    good, nic.connect = nic.connect, refuse
    _run(part, clock, 5)
    assert len(nic.tried) >= 2 and "Internal" in part.reason
    nic.connect = good
    _run(part, clock, 10)
    assert part.up


def test_a_driver_without_memory_is_no_end_either():
    # what the ESP32's driver does not know by name is no OSError
    part, nic, clock = _wifi({"home": "x"}, wifi_ssid1="home", wifi_pass1="x")

    def refuse(*_):
        raise RuntimeError("Wifi Unknown Error 0x0101")

    good, nic.connect = nic.connect, refuse
    _run(part, clock, 5)
    assert "0x0101" in part.reason
    nic.connect = good
    _run(part, clock, 10)
    assert part.up


def test_a_network_joined_before_a_soft_reset_is_left_and_joined_by_the_settings_of_now():
    nic, clock = fakes.NIC({"old": None, "new": None}), Clock()
    nic.connect("old")
    nic.ifconfig(("10.0.0.5", "255.0.0.0", "10.0.0.1", "10.0.0.2"))
    part = WiFi(nic, {"wifi_ssid1": "new"}.get, _log, clock)
    _run(part, clock, 2)
    assert part.up and [x[0] for x in nic.tried] == ["old", "new"] and nic.dhcp


def test_the_reason_names_what_the_chip_says_with_a_number():
    for status, words in (
        (15, "wrong password"),  # what ESP-IDF 5 says after the four-way handshake
        (201, "not found"),
        (210, "other security"),
        (1001, "no answer"),
        (99, "error 99"),
    ):
        part, nic, clock = _wifi({}, wifi_ssid1="home")
        nic.status = lambda status=status: status
        _run(part, clock, 17)
        assert part.reason == "WiFi home: " + words, (status, part.reason)


def test_a_fixed_address_is_set_before_connecting():
    part, nic, clock = _wifi(
        {"home": "x"},
        wifi_ssid1="home",
        wifi_pass1="x",
        dhcp=False,
        ip_adr="10.0.0.5",
        netmask="255.0.0.0",
        gateway="10.0.0.1",
        dns_server1="10.0.0.2",
    )
    _run(part, clock, 2)
    assert nic.options["fixed"] == ("10.0.0.5", "255.0.0.0", "10.0.0.1", "10.0.0.2")
    assert part.dns() == ["10.0.0.2", "192.168.7.1"]


def test_ethernet_is_up_when_the_cable_is_in():
    nic = fakes.NIC()
    part = Ethernet(nic, {}.get, _log)
    part._look()
    assert nic.on and not part.up and part.reason == "no network cable"
    nic.arrive()
    part._look()
    assert part.up
    nic.lose()
    part._look()
    assert not part.up


def test_a_fixed_address_of_a_wired_phone_is_there_from_the_start():
    nic = fakes.NIC()
    settings = {"dhcp": "off", "ip_adr": "10.0.0.5", "netmask": "255.0.0.0"}
    Ethernet(nic, settings.get, _log)
    assert nic.options["fixed"] == ("10.0.0.5", "255.0.0.0", "0.0.0.0", "0.0.0.0")


def test_a_network_is_tried_once_beside_those_of_the_settings_and_is_free_again():
    part, nic, clock = _wifi({"home": "x", "new": "y"}, wifi_ssid1="home", wifi_pass1="x")
    part.joining.hold()
    _run(part, clock, 20)
    assert nic.tried == [] and not part.up, "held, it joins nothing"
    part.joining.only("new", "wrong")
    _run(part, clock, 60)
    assert nic.tried == [("new", "wrong")] and part.joining.attempt.failed == "wrong password"
    part.joining.only("new", "y")
    assert part.joining.attempt.failed is None
    _run(part, clock, 2)
    assert part.up and nic.tried[-1] == ("new", "y")
    nic.history = []
    part.joining.free()
    _run(part, clock, 2)
    assert len(nic.tried) == 2 and nic.history == [], "what is joined stays"
    nic.lose()
    _run(part, clock, 2)
    assert nic.tried[-1] == ("home", "x") and part.up


def test_a_radio_that_had_a_network_of_its_own_begins_anew_where_none_was_joined():
    part, nic, clock = _wifi({"home": "x"})
    part.joining.hold()
    _run(part, clock, 2)
    nic.history = []
    nic.options = {}
    part.joining.free()
    assert nic.history == [False, True]
    assert nic.options == {"pm": nic.PM_NONE, "reconnects": 0}
    part.get = {"wifi_ssid1": "home", "wifi_pass1": "x"}.get
    _run(part, clock, 3)
    assert part.up


def test_an_attempt_that_never_ends_or_that_the_driver_refuses_has_failed():
    part, nic, clock = _wifi({})
    nic.slow = True
    part.joining.only("slow", "")
    _run(part, clock, 14)
    assert part.joining.attempt.failed is None and nic.tried == [("slow", None)]
    _run(part, clock, 2)
    assert part.joining.attempt.failed == "no answer"

    def refuse(*_):
        raise ValueError("too long")

    nic.connect = refuse
    part.joining.only("x" * 40, "y")
    _run(part, clock, 1)
    assert part.joining.attempt.failed == "too long"


def test_networks_around_are_told_once_the_strongest_first():
    part, nic, _ = _wifi({})
    nic.heard = [
        (b"far", b"", 1, -80, 3, False),
        (b"near", b"", 6, -40, 0, False),
        (b"far", b"", 11, -60, 3, False),
        (b"", b"", 2, -30, 3, True),
        (b"caf\xe9", b"", 2, -30, 3, False),
        (b"work", b"", 3, -70, 5, False),
    ] + [(b"n%d" % x, b"", 1, -90, 4, False) for x in range(30)]
    found = part.scan()
    assert [x.ssid for x in found[:3]] == ["near", "far", "work"] and len(found) == 24
    near, far, work = found[:3]
    assert not near.locked and far.locked and far.channel == 11 and far.rssi == -60
    assert near.usable and far.usable and not work.usable

    def busy():
        raise RuntimeError("Wifi Unknown Error 0x3006")

    nic.scan = busy
    with raises(OSError):
        part.scan()


def _point(**options):
    nic = fakes.AP(**options)
    return AccessPoint(nic, Ethernet), nic


def test_an_own_network_has_a_password_or_is_closed_at_once():
    point, nic = _point()
    point.start("Offhook-ABCD", "abcdefgh", 11)
    assert nic.on and nic.options["ssid"] == "Offhook-ABCD" and nic.options["key"] == "abcdefgh"
    assert nic.options["security"] == 3 and nic.options["channel"] == 11
    point.stop()
    assert not nic.on
    for options in (
        {"deaf": ("security",)},
        {"deaf": ("ssid",)},
        {"refuses": ValueError("unknown config param")},
        {"refuses": RuntimeError("Wifi Unknown Error 0x0101")},
        {"refuses": OSError("Wifi Invalid Argument")},
    ):
        point, nic = _point(**options)
        with raises(OSError):
            point.start("Offhook-ABCD", "abcdefgh")
        assert nic.history == [True, False], options
    point, nic = _point()
    with raises(OSError):
        point.start("Offhook-ABCD", "abcdefg")
    assert nic.history == []


def test_an_own_network_of_before_a_soft_reset_is_closed():
    nic = fakes.AP()
    nic.on = True
    AccessPoint(nic, Ethernet)
    assert not nic.on


def test_only_addresses_of_the_own_network_are_near():
    point, _ = _point()
    assert point.address == "192.168.4.1"
    for ip, near in (
        ("192.168.4.2", True),
        ("192.168.4.254", True),
        ("192.168.5.2", False),
        ("10.0.0.1", False),
    ):
        assert point.near(ip) == near, ip
