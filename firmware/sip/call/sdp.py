"""Session descriptions (RFC 4566) and their offers and answers (RFC 3264), for one voice stream.

We speak PCMU, PCMA, G722 and telephone-event. Pure functions on bytes. `secure` is "" where no
keys may be exchanged, "wanted" where voice is encrypted if the other side can, "required" if it
must. `wide` is True where G722 is taken too; its clock is told as 8000 (RFC 3551 section 4.5.2).
"""

from base.compat import const
from net.address import of_many
from sip.call import sdes
from sip.message.fields import readable

_EVENTS = const(101)  # our payload type for telephone-event (RFC 4733)
_LINES = const(100)
_STREAMS = const(16)
_PAYLOADS = const(127)  # the highest payload number
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_NUMBERS = {"PCMU": 0, "PCMA": 8, "G722": 9}
_CODECS = {b"PCMU": "PCMU", b"PCMA": "PCMA", b"G722": "G722"}
_RATES = (b"", b"8000")
_PROFILES = (b"RTP/AVP", b"RTP/AVPF", b"RTP/SAVP", b"RTP/SAVPF")
_CRYPTOS = const(8)
_DIRECTIONS = {
    b"sendrecv": "sendrecv",
    b"sendonly": "sendonly",
    b"recvonly": "recvonly",
    b"inactive": "inactive",
}


class Media:
    """What one side says of its voice stream; `port` 0 where it has none.

    `ip`, `port`: where it wants to receive. Where it gave a name instead of an address, that is
    `host`, and `ip` is None until somebody has resolved it. `codec` "PCMU", "PCMA" or "G722" with
    its `payload` number, `events` the payload number of telephone-event or None. `direction` as
    that side sees it. `index` tells which of the m= lines `lines` it is.
    """

    def __init__(self, lines, index):
        self.lines = lines  # of all m= lines: b"audio 4000 RTP/AVP 0 8"
        self.index = index
        self.ip = self.host = self.codec = self.events = None
        self.port = self.payload = 0
        self.direction = "sendrecv"
        self.ptime = 0  # ms of speech that it wants in a packet, 0 where it does not say
        self.mux = False  # RTCP may come on the same port (RFC 5761)
        # where it wants RTCP (RFC 3605), None for the next port of the same address
        self.control = self.control_ip = None
        self.maxptime = 0  # ms of speech that it takes in a packet at most, 0 for any
        self.comfort = None  # payload number of comfort noise (RFC 3389)
        self.cryptos = ()  # `sdes.Crypto` that we could use
        self.secret = None  # (suite, our key, their key), where voice is encrypted


def resolved(media, ip):
    """Return a `Media` like `media`, whose name stands for the address `ip`."""
    found = Media(media.lines, media.index)
    found.ip, found.port, found.host = ip, media.port, media.host
    found.codec, found.payload, found.events = media.codec, media.payload, media.events
    found.direction, found.comfort = media.direction, media.comfort
    found.ptime, found.maxptime = media.ptime, media.maxptime
    found.mux, found.control, found.control_ip = media.mux, media.control, media.control_ip
    found.cryptos, found.secret = media.cryptos, media.secret
    return found


def parse(data, secure="", wide=False):
    """Return the `Media` of the first voice stream that fits; ValueError where nothing does.

    Of streams that fit, one that is in use goes before one that is not (port 0).
    """
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data:
        data = data.replace(b"\r", b"\n")
    lines = data.split(b"\n")
    if lines[0][:3] != b"v=0" or len(lines) > _LINES:
        raise ValueError("no SDP")
    sections, streams = [[]], []
    for line in lines:
        if line.startswith(b"m="):
            sections.append([])
            streams.append(line[2:].strip())
        if line:
            sections[-1].append(line)
    if len(streams) > _STREAMS or any(len(line.split()) < 4 for line in streams):
        raise ValueError("streams")
    unused = None
    for index in range(len(streams)):
        media = Media(streams, index)
        if _take(media, sections[0], sections[index + 1], secure, wide):
            if media.port:
                return media
            unused = unused or media
    if unused is None:
        raise ValueError("no voice stream that we know")
    return unused


def _take(media, session, section, secure, wide):
    """Fill `media` from one m= section; return whether it is a voice stream for us."""
    words = media.lines[media.index].split()
    port = words[1].partition(b"/")[0]
    if words[0] != b"audio" or words[2] not in _PROFILES:
        return False
    if not port.isdigit() or len(port) > 5 or int(port) > 65535:
        return False
    media.port = int(port)
    address, direction = b"", "sendrecv"
    names = {b"0": b"PCMU", b"8": b"PCMA", b"9": b"G722", b"13": b"CN"}
    for line in session + section:  # what the stream says itself goes before the session's
        if line.startswith(b"a="):
            value = line[2:].strip()
            if value in _DIRECTIONS:
                direction = _DIRECTIONS[value]
            elif value.startswith(b"rtpmap:"):
                number, _, name = value[7:].partition(b" ")
                names[number] = name.strip().upper()
            elif value[:7] == b"crypto:":
                _crypto(media, value[7:], secure)
            else:
                _attribute(media, value)
        elif line.startswith(b"c="):
            address = line[2:]
    if not media.cryptos and media.port and (b"SAVP" in words[2] or secure == "required"):
        return False
    media.direction = direction
    return _codec(media, words[3:], names, wide) and _address(media, address.split())


def _crypto(media, value, secure):
    """Take a key, where any may be exchanged and we can use it."""
    if secure and len(media.cryptos) < _CRYPTOS:
        crypto = sdes.read(readable(value))
        if crypto:
            media.cryptos += (crypto,)


def _attribute(media, value):
    """Take what a stream says of its packets; what makes no sense is as if it was not there."""
    name, _, text = value.partition(b":")
    if name == b"rtcp-mux":
        media.mux = True
    elif name in (b"ptime", b"maxptime", b"rtcp"):
        number = text.partition(b" ")[0].partition(b".")[0]
        number = int(number) if number.isdigit() and len(number) < 6 else 0
        if name == b"ptime":
            media.ptime = number
        elif name == b"maxptime":
            media.maxptime = number
        elif 0 < number < 65536:
            media.control = number
            where = text.split()[1:]
            if len(where) == 3 and where[:2] == [b"IN", b"IP4"]:
                media.control_ip = _place(where[2]) or media.control_ip


def _codec(media, numbers, names, wide):
    """Take the first codec that we speak, and telephone-event; return whether there is one."""
    for number in numbers:
        name = names.get(number, b"")
        if not number.isdigit() or len(number) > 3 or int(number) > _PAYLOADS:
            continue
        codec, _, rate = name.partition(b"/")
        rate = rate.partition(b"/")[0]
        if codec in _CODECS and (rate in _RATES or codec + rate == b"G72216000"):  # some say so
            if media.codec is None and (wide or codec != b"G722"):
                media.codec, media.payload = _CODECS[codec], int(number)
        elif name.startswith(b"TELEPHONE-EVENT/8000"):
            media.events = int(number)
        elif codec == b"CN" and rate in _RATES:
            media.comfort = int(number)
    return media.codec is not None


def _address(media, words):
    """Take the address of a c= line, an IPv4 one or a name; return whether it is one."""
    if len(words) < 3 or words[0] != b"IN" or words[1] != b"IP4":
        return False
    where = words[2].partition(b"/")[0]
    ip, host = _place(where), readable(where).lower()
    if ip:
        media.ip = ip
    elif _named(host):
        media.host = host
    else:
        return False
    if ip == "0.0.0.0":  # RFC 2543's way to hold
        media.direction = "inactive" if media.direction == "inactive" else "sendonly"
    return True


def _place(data):
    """Return the address that `data` is, of one host and not of many, else None."""
    parts = data.split(b".")
    if len(parts) != 4 or not all(x.isdigit() and len(x) < 4 and int(x) < 256 for x in parts):
        return None
    ip = "%d.%d.%d.%d" % tuple([int(x) for x in parts])  # 010 is 10: some fill up with zeros
    return None if of_many(ip) else ip


def _named(text):
    """Return whether `text` can be the name of a host (RFC 1123): no address of numbers only."""
    name = text.rstrip(".")
    plain = name.replace("-", "").replace(".", "").lower()
    if not 0 < len(text) < 254 or any(x not in _LETTERS for x in plain):
        return False
    labels = name.split(".")
    return all(0 < len(x) < 64 for x in labels) and not labels[-1].isdigit()


def _head(address, session, version):
    return [
        "v=0",
        "o=- %d %d IN IP4 %s" % (session, version, address),
        "s=-",
        "c=IN IP4 " + address,
        "t=0 0",
    ]


def _stream(port, payloads, events, direction, ptime, profile="RTP/AVP"):
    lines = ["m=audio %d %s %s" % (port, profile, " ".join([str(x) for x, _ in payloads]))]
    if events is not None:
        lines[0] += " %d" % events
    for number, name in payloads:
        lines.append("a=rtpmap:%d %s/8000" % (number, name))
    if events is not None:
        lines.append("a=rtpmap:%d telephone-event/8000" % events)
        lines.append("a=fmtp:%d 0-15" % events)
    return lines + ["a=ptime:%d" % ptime, "a=" + direction]


def _bytes(lines):
    return ("\r\n".join(lines) + "\r\n").encode()


def offer(
    address,
    port,
    session,
    version=1,
    direction="sendrecv",
    codecs=("PCMA", "PCMU"),
    ptime=20,
    mux=False,
    cryptos=(),
    profile="RTP/AVP",
    agreed=None,
):
    """Return our offer; `version` grows with each description.

    `codecs` are those that we want, the best first, `ptime` the ms of speech in their packets;
    `mux` goes on with RTCP on the same port (RFC 5761); `cryptos` are our keys. `agreed` is what
    the other side has said of its voice: each stream keeps its place, the voice its profile, codec
    and payload numbers (RFC 3264 section 8).
    """
    streams, place, events = [b""], 0, _EVENTS
    if agreed:
        streams, place = agreed.lines, agreed.index
        first = [name for name in codecs if name == agreed.codec]
        codecs = first + [name for name in codecs if name != agreed.codec]
        profile = _kept(profile, readable(streams[place].split()[2]))
        events = _EVENTS if agreed.events is None else agreed.events
    payloads = [(_NUMBERS[name], name) for name in codecs]
    lines = _head(address, session, version)
    for index in range(len(streams)):
        if index != place:
            lines.append(_refused(streams[index]))
            continue
        lines += _stream(port, payloads, events, direction, ptime, profile)
        lines += [crypto.line() for crypto in cryptos]
        if mux:
            lines.append("a=rtcp-mux")
    return _bytes(lines)


def _kept(ours, agreed):
    """Return the profile of an offer that follows one in the profile `agreed`."""
    return ours if "SAVP" in ours and "SAVP" not in agreed else agreed


def _refused(line):
    """Return the m= line of a stream that is not to be used."""
    words = [readable(x) for x in line.split()]
    return "m=%s 0 %s" % (words[0], " ".join(words[2:]))


def answer(
    data,
    address,
    port,
    session,
    version=1,
    direction="sendrecv",
    ptime=20,
    secure="",
    crypto=None,
    wide=False,
):
    """Return our answer to the offer in `data`; ValueError where nothing fits (488).

    `direction` is what we want; the answer stays within what the offer allows (RFC 3264 6.1).
    `crypto` is our key where voice is encrypted.
    """
    media = parse(data, secure, wide)
    lines = _head(address, session, version)
    for index, line in enumerate(media.lines):
        if index == media.index:
            profile = readable(line.split()[2])
            wanted = allowed(media.direction, direction)
            payloads = ((media.payload, media.codec),)
            ours = port if media.port else 0
            lines += _stream(ours, payloads, media.events, wanted, ptime, profile)
            if crypto and media.port:
                lines.append(crypto.line())
            if media.mux:
                lines.append("a=rtcp-mux")
        else:
            lines.append(_refused(line))
    return _bytes(lines)


def allowed(theirs, ours):
    """Return the direction that we may have where the other side says `theirs` and we want `ours`.

    Both are as the one who says it sees them.
    """
    send = "recv" in theirs and ours in ("sendrecv", "sendonly")
    receive = theirs in ("sendrecv", "sendonly") and "recv" in ours
    if send and receive:
        return "sendrecv"
    return "sendonly" if send else "recvonly" if receive else "inactive"
