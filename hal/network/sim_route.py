"""Which of the host's addresses a packet to a peer would carry; read from Linux's own tables."""


def _number(ip):
    a, b, c, d = (int(x) for x in ip.split("."))
    return a << 24 | b << 16 | c << 8 | d


def _interface(peer):
    best, name = -1, None
    with open("/proc/net/route") as file:
        file.readline()
        for line in file:
            words = line.split()
            raw = [int(words[i][j : j + 2], 16) for i in (1, 7) for j in (6, 4, 2, 0)]
            net, mask = (
                raw[i] << 24 | raw[i + 1] << 16 | raw[i + 2] << 8 | raw[i + 3] for i in (0, 4)
            )
            if _number(peer) & mask == net and mask > best:
                best, name = mask, (words[0], net, mask)
    return name


def _locals():
    found, last = [], None
    with open("/proc/net/fib_trie") as file:
        for line in file:
            words = line.split()
            if "/32" in line and "LOCAL" in line and last and not last.startswith("127."):
                found.append(last)
            elif len(words) > 1 and words[0] == "|--":
                last = words[1]
    return found


def source_address(peer):
    """Return the own address towards `peer` (dotted); 127.0.0.1 when nothing leads there."""
    try:
        route, own = _interface(peer), _locals()
        if not own or peer in own:
            return peer if peer in own else "127.0.0.1"
        if route is None:
            return own[0]
        for ip in own:
            if route[2] and _number(ip) & route[2] == route[1]:
                return ip
        return own[0]
    except (OSError, ValueError, IndexError):
        return "127.0.0.1"


def name_servers():
    """Return the name servers of the host's resolv.conf, IPv4 only."""
    try:
        with open("/etc/resolv.conf") as file:
            words = [line.split() for line in file]
        return [x[1] for x in words if len(x) > 1 and x[0] == "nameserver" and ":" not in x[1]]
    except OSError:
        return []
