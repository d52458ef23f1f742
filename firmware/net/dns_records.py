"""DNS messages read (RFC 1035): names, records, and the answer in them.

A gives addresses as text; SRV (RFC 2782) and NAPTR (RFC 3403) give named tuples, sorted by their
order, as RFC 3263 wants them.
"""

from collections import namedtuple

from base.compat import const

A = const(1)
CNAME = const(5)
SRV = const(33)
NAPTR = const(35)
TYPES = {"A": A, "SRV": SRV, "NAPTR": NAPTR}

_IN = const(1)  # the class of the internet; others are not asked for and not taken
_LONGEST = const(86400)  # s that an answer is kept, at the most
_WRONG = const(10)  # s that an answer without the record is kept
_CHAIN = const(8)  # CNAMEs in a row
_MOST = const(40)  # records of one answer

Record = namedtuple("Record", ("name", "kind", "ttl", "index", "size"))  # index, size: its data
Srv = namedtuple("Srv", ("priority", "weight", "port", "target"))
Naptr = namedtuple("Naptr", ("order", "preference", "flags", "service", "replacement"))


def short(data, index):
    """Return the 16-bit number at `index`."""
    return data[index] << 8 | data[index + 1]


def read_name(data, index):
    """Return (name, index behind it) with compression followed; ValueError where it is broken."""
    labels, behind, jumps = [], None, 0
    while True:
        size = data[index]
        if size & 0xC0 == 0xC0:
            behind = index + 2 if behind is None else behind
            index = (size & 0x3F) << 8 | data[index + 1]
            jumps += 1
            if jumps > 10:
                raise ValueError("loop")
        elif size == 0:
            name = ".".join(labels)
            if len(name) > 255:
                raise ValueError("long")
            return name.lower(), index + 1 if behind is None else behind
        elif size > 63 or index + 1 + size > len(data):
            raise ValueError("label")
        else:
            labels.append(str(data[index + 1 : index + 1 + size], "utf-8"))
            index += 1 + size


def records(data):
    """Return the `Record`s of an answer, of class IN only; ValueError for a broken one."""
    index = 12
    for _ in range(short(data, 4)):
        index = read_name(data, index)[1] + 4
    found = []
    for _ in range(min(short(data, 6), _MOST)):
        name, index = read_name(data, index)
        kind, group, size = short(data, index), short(data, index + 2), short(data, index + 8)
        ttl = (data[index + 4] & 0x7F) << 24 | data[index + 5] << 16 | short(data, index + 6)
        index += 10
        if index + size > len(data):
            raise ValueError("cut off")
        if group == _IN:
            found.append(Record(name, kind, min(ttl, _LONGEST), index, size))
        index += size
    return found


def answer(data, name, kind):
    """Return (answers, seconds to keep them), CNAMEs followed; no answers where it is broken."""
    try:
        found, ttl = records(data), _LONGEST
        for _ in range(_CHAIN):
            alias = [x for x in found if x.name == name and x.kind == CNAME]
            if not alias:
                break
            name, ttl = _inside(read_name(data, alias[0].index), alias[0]), min(ttl, alias[0].ttl)
        mine = [x for x in found if x.name == name and x.kind == kind]
        answers = _READERS[kind](data, mine)
    except (ValueError, IndexError):
        return [], _WRONG
    if not answers:
        return [], _WRONG
    return answers, min([ttl] + [x.ttl for x in mine])


def _addresses(data, found):
    if any(x.size != 4 for x in found):
        raise ValueError("address")
    return ["%d.%d.%d.%d" % tuple(data[x.index : x.index + 4]) for x in found]


def _srv(data, found):
    out = []
    for record in found:
        at = record.index
        target = _inside(read_name(data, at + 6), record)
        if target:  # "." says that there is no such service
            out.append(Srv(short(data, at), short(data, at + 2), short(data, at + 4), target))
    return sorted(out)


def _naptr(data, found):
    out = []
    for record in found:
        at = record.index
        flags, end = _text(data, at + 4)
        service, end = _text(data, end)
        end = _text(data, end)[1]
        target = _inside(read_name(data, end), record)
        out.append(
            Naptr(short(data, at), short(data, at + 2), flags.lower(), service.lower(), target)
        )
    return sorted(out)


def _inside(read, record):
    """Return the name of ``(name, end)``; ValueError when it does not end with the record."""
    name, end = read
    if end != record.index + record.size:
        raise ValueError("length")
    return name


def _text(data, index):
    end = index + 1 + data[index]
    return str(data[index + 1 : end], "utf-8"), end


_READERS = {A: _addresses, SRV: _srv, NAPTR: _naptr}
