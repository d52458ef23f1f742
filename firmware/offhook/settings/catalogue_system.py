"""The device: its network, time, log and software.

A row is (name, kind, what its values may be, default, who uses it, meaning); see `catalogue`.
"""

# fmt: off
GROUPS = (
    ("Network", (
        ("wifi_ssid#", "text", 32, "", "network",
         "name of wireless network #"),
        ("wifi_pass#", "secret", 64, "", "network",
         "password of wireless network #; empty: an open one"),
        ("dhcp", "bool", None, True, "network",
         "off: ip_adr, netmask and gateway are used"),
        ("ip_adr", "ip", None, "", "network",
         "own address, without DHCP"),
        ("netmask", "ip", None, "255.255.255.0", "network",
         "netmask, without DHCP"),
        ("gateway", "ip", None, "", "network",
         "router, without DHCP"),
        ("dns_server1", "ip", None, "", "network",
         "name server, before those of DHCP"),
        ("dns_server2", "ip", None, "", "network",
         "second name server"),
        ("mac", "mac", None, "", "network",
         "hardware address, 12 hex digits; empty: the network part's own"),
    )),
    ("Time", (
        ("timezone", "zone", None, "", "clock",
         "POSIX time zone with its summer time, such as CET-1CEST,M3.5.0,M10.5.0/3"),
        ("utc_offset", "int", (-43200, 50400), 0, "clock",
         "seconds from UTC, used where timezone is empty"),
        ("ntp_server", "host", 128, "pool.ntp.org", "clock",
         "time server"),
    )),
    ("Device", (
        ("phone_type", "text", 32, "offhook", "templates",
         "type of this phone, in User-Agent and $phone_type"),
        ("phone_name", "text", 32, "", "templates",
         "a name for this phone"),
        ("log_level", "int", (0, 9), 5, "log",
         "the log keeps lines up to this level"),
        ("setting_server", "text", 256, "", "templates",
         "for templates only: nothing is fetched from there"),
        ("update_server", "text", 256, "", "update",
         "where new software is fetched from, https only"),
        ("update_key", "hex", 64, "", "update",
         "public key (Ed25519) that new software must be signed with; make sign shows it"),
    )),
)
