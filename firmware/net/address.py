"""IPv4 addresses in text."""

from base.compat import const

_BITS = const(32)
_MANY = const(224)  # what addresses of class D and E begin with


def dotted(text):
    """Return True for an IPv4 address in its one spelling: 127.0.0.1, not 127.1 or 127.0.0.001."""
    parts = text.encode().split(b".")
    if len(parts) != 4:
        return False
    for part in parts:
        if not part.isdigit() or len(part) > 3 or int(part) > 255:
            return False
        if part[:1] == b"0" and len(part) > 1:
            return False
    return True


def loopback(ip):
    """Return True for an address that never leaves the machine: 127.0.0.0/8 and 0.0.0.0/8."""
    return ip.startswith(("127.", "0."))


def of_many(ip):
    """Return True for an address that is no single host's: multicast, reserved, broadcast."""
    return int(ip.partition(".")[0]) >= _MANY


def network(text):
    """Return (address, bits) of "192.0.2.1" or "192.0.2.0/24"; ValueError for what is neither."""
    address, slash, bits = text.partition("/")
    if not dotted(address) or slash and not (bits.isdigit() and int(bits[:3]) <= _BITS):
        raise ValueError
    return address, int(bits) if slash else _BITS


def within(ip, text):
    """Return whether an address is in a network such as "192.0.2.0/24"."""
    address, bits = network(text)
    return dotted(ip) and _binary(ip)[:bits] == _binary(address)[:bits]


def _binary(ip):
    return "".join("{:08b}".format(int(part)) for part in ip.split("."))
