"""SRV (RFC 2782) and NAPTR (RFC 3403) records, for RFC 3263."""

from net.dns_query import read_name


def read(data, found, kind):
    """Return the records of one kind, sorted by their order or priority.

    SRV gives (priority, weight, port, target), NAPTR (order, preference, flags, service, name).
    """
    out = []
    for _, _, _, index, _ in found:
        first = data[index] << 8 | data[index + 1]
        second = data[index + 2] << 8 | data[index + 3]
        if kind == 33:
            target = read_name(data, index + 6)[0]
            if target:  # "." says that there is no such service
                out.append((first, second, data[index + 4] << 8 | data[index + 5], target))
        else:
            flags, end = _text(data, index + 4)
            service, end = _text(data, end)
            end = _text(data, end)[1]
            out.append((first, second, flags.lower(), service.lower(), read_name(data, end)[0]))
    return sorted(out)


def _text(data, index):
    end = index + 1 + data[index]
    return str(data[index + 1 : end], "utf-8"), end
