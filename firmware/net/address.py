"""IPv4 addresses in text."""


def dotted(text):
    """Return True for an IPv4 address in its one spelling: 127.0.0.1, not 127.1 or 127.0.0.001."""
    parts = text.split(".")
    return len(parts) == 4 and all(_octet(part) for part in parts)


def _octet(text):
    return text.isdigit() and len(text) < 4 and int(text) < 256 and str(int(text)) == text


def loopback(ip):
    """Return True for an address that never leaves the machine: 127.0.0.0/8 and 0.0.0.0/8."""
    return ip.startswith(("127.", "0."))
