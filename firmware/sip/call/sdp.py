"""Session descriptions (RFC 4566) and their offers and answers (RFC 3264), for one voice stream.

We speak PCMU, PCMA and telephone-event. Pure functions on bytes.
"""

from base.compat import const

_EVENTS = const(101)  # our payload type for telephone-event (RFC 4733)
_LINES = const(200)
_STREAMS = const(16)
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


class Media:
    """What one side says of its voice stream; `port` 0 where it has none.

    `ip`, `port`: where it wants to receive. `codec` "PCMU" or "PCMA" with its `payload` number,
    `events` the payload number of telephone-event or None. `direction` as that side sees it.
    """

    ip = codec = events = None
    port = payload = 0
    index = -1  # which of the m= lines it is
    direction = "sendrecv"

    lines = ()  # of all m= lines: "audio 4000 RTP/AVP 0 8"
    # no methods: a call keeps its Media, and a method would keep this module on the heap


def parse(data):
    """Return the `Media` of the first voice stream that fits; ValueError where nothing does."""
    try:
        text = data.decode()
    except ValueError:  # an old one's name of the session; it interests nobody
        text = "".join(map(chr, data))
    lines = text.replace("\r", "\n").split("\n")
    if lines[0][:3] != "v=0" or len(lines) > _LINES:
        raise ValueError("no SDP")
    media, sections = Media(), [[]]
    media.lines = []
    for line in lines:
        if line[:2] == "m=":
            sections.append([])
            media.lines.append(line[2:].strip())
        sections[-1].append(line)
    if len(media.lines) > _STREAMS:
        raise ValueError("too many streams")
    for index, section in enumerate(sections[1:]):
        if _take(media, sections[0], section):
            media.index = index
            return media
    raise ValueError("no voice stream that we know")


def _take(media, session, section):
    """Fill `media` from one m= section; return whether it is a voice stream for us."""
    words = section[0][2:].split()
    if len(words) < 4 or words[0] != "audio" or not words[2].startswith("RTP/"):
        return False
    port = words[1].partition("/")[0]
    if not port.isdigit() or int(port) > 65535 or words[2] not in ("RTP/AVP", "RTP/AVPF"):
        return False
    names = {"0": "PCMU", "8": "PCMA"}
    direction = ip = None
    for line in session + section:
        if line.startswith("a=rtpmap:"):
            number, _, name = line[9:].strip().partition(" ")
            names[number] = name.strip().upper()
        elif line[2:].strip() in _DIRECTIONS and line[:2] == "a=":
            direction = line[2:].strip()
        elif line[:2] == "c=":
            ip = line[2:].split()
    codec = None
    for number in words[3:]:
        name = names.get(number, "")
        parts = name.split("/")
        if parts[0] in ("PCMU", "PCMA") and parts[1:2] in ([], ["8000"]) and codec is None:
            codec = number
        elif name.startswith("TELEPHONE-EVENT/8000") and number.isdigit():
            media.events = int(number)
    if codec is None or not codec.isdigit():
        return False
    if ip is None or len(ip) < 3 or ip[1] != "IP4" or not _dotted(ip[2].partition("/")[0]):
        raise ValueError("no IPv4 address")
    media.ip, media.port = ip[2].partition("/")[0], int(port)
    media.codec, media.payload = names[codec].partition("/")[0], int(codec)
    media.direction = direction or "sendrecv"
    if media.ip == "0.0.0.0":  # RFC 2543's way to hold
        media.direction = "inactive" if direction == "inactive" else "sendonly"
    return True


def _dotted(text):
    parts = text.split(".")
    return len(parts) == 4 and all(x.isdigit() and len(x) < 4 and int(x) < 256 for x in parts)


def _head(address, session, version):
    return [
        "v=0",
        "o=- %d %d IN IP4 %s" % (session, version, address),
        "s=-",
        "c=IN IP4 " + address,
        "t=0 0",
    ]


def _stream(port, payloads, events, direction, profile="RTP/AVP"):
    lines = ["m=audio %d %s %s" % (port, profile, " ".join([str(x) for x, _ in payloads]))]
    if events is not None:
        lines[0] += " %d" % events
    for number, name in payloads:
        lines.append("a=rtpmap:%d %s/8000" % (number, name))
    if events is not None:
        lines.append("a=rtpmap:%d telephone-event/8000" % events)
        lines.append("a=fmtp:%d 0-15" % events)
    return lines + ["a=ptime:20", "a=" + direction]


def _bytes(lines):
    return ("\r\n".join(lines) + "\r\n").encode()


def offer(address, port, session, version=1, direction="sendrecv"):
    """Return our offer, with PCMA before PCMU; `version` grows with each description."""
    lines = _head(address, session, version)
    return _bytes(lines + _stream(port, ((8, "PCMA"), (0, "PCMU")), _EVENTS, direction))


def answer(data, address, port, session, version=1, direction="sendrecv"):
    """Return our answer to the offer in `data`; ValueError where nothing fits (488).

    `direction` is what we want; the answer stays within what the offer allows (RFC 3264 6.1).
    """
    media = parse(data)
    lines = _head(address, session, version)
    for index, line in enumerate(media.lines):
        if index == media.index:
            wanted = allowed(media.direction, direction)
            payloads = ((media.payload, media.codec),)
            ours = port if media.port else 0
            lines += _stream(ours, payloads, media.events, wanted, line.split()[2])
        else:
            words = line.split()
            if len(words) < 4:
                raise ValueError("m= line")
            lines.append("m=%s 0 %s" % (words[0], " ".join(words[2:])))
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
