"""SIP messages (RFC 3261 section 7, 20 and 25): one pass over the bytes, the rest when asked for.

`parse` splits a message into its start line and a list of header pairs; what a header means is
read when somebody asks, once. Names are lower case and long.
"""

from collections import namedtuple

from sip.message.fields import param, split, via
from sip.message.uri import name_addr, uri_parts

CSeq = namedtuple("CSeq", ("number", "method"))

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "e": "content-encoding",
    "k": "supported",
    "s": "subject",
    "o": "event",
    "u": "allow-events",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
}
_USUAL = (
    "Via From To Call-ID CSeq Max-Forwards Contact Content-Length Content-Type Allow Supported "
    "Require Route Record-Route User-Agent Server Expires Event Subscription-State Accept "
    "Allow-Events Session-Expires Min-SE P-Asserted-Identity Remote-Party-ID Privacy Date "
    "Authorization WWW-Authenticate Proxy-Authenticate Service-Route Alert-Info Call-Info Reason "
    "Diversion History-Info Accept-Encoding Accept-Language Organization Session-ID RSeq RAck"
).split()
# as nearly all write them -> as we call them: one look instead of stripping and lowering
_NAMES = {name: name.lower() for name in _USUAL}
_NAMES.update(_COMPACT)


class Message:
    """A request (`method`, `uri`) or a response (`status`, `reason`; its `method` is "").

    `headers` is a list of (lower-case long name, value). `source` is the (ip, port) and `protocol`
    the transport it came by. `fault` is the status owed for a start line that is wrong, else 0;
    `controls` tells that control characters stand in it, which nothing may be copied from.
    """

    source = protocol = None
    local = False  # a response made up here: nothing was received
    fault = 0
    key = ""  # what all requests of its transaction have in common
    controls = False
    stranger = True  # it is not from an address of a registrar of ours
    copied = None  # the lines that each response to it has

    def __init__(self, method, uri, status, reason, headers, body=b""):
        self.method = method
        self.uri = uri
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
        self._read = {}  # what was read of the headers so far

    def header(self, name):
        """Return the first value of a header, stripped, or None; `name` is lower case."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def all(self, name):
        """Return the values of all header lines of that name, unsplit."""
        return [value for key, value in self.headers if key == name]

    def values(self, name):
        """Return the single values of a header that may hold several, such as Via or Allow."""
        found = []
        for value in self.all(name):
            found.extend(split(value, ","))
        return found

    def has(self, name, token):
        """Return whether a list of tokens such as Supported names `token`, in lower case."""
        for value in self.all(name):
            if token in value.lower().replace(" ", "").split(","):
                return True
        return False

    @property
    def hops(self):
        """The values of the first Via line, ours or the next hop's first."""
        if "hops" not in self._read:
            self._read["hops"] = split(self.header("via") or "", ",")
        return self._read["hops"]

    @property
    def via(self):
        """The topmost `Via`; ValueError where there is none."""
        if "via" not in self._read:
            if not self.hops:
                raise ValueError("no Via")
            self._read["via"] = via(self.hops[0])
        return self._read["via"]

    @property
    def target(self):
        """The `Uri` that a request goes to; ValueError for none."""
        if "target" not in self._read:
            self._read["target"] = uri_parts(self.uri)
        return self._read["target"]

    def cseq(self):
        """Return `CSeq`; ValueError when it is not one."""
        if "cseq" not in self._read:
            number, method = (self.header("cseq") or "").split()
            if not number.isdigit() or len(number) > 12:
                raise ValueError("CSeq")
            self._read["cseq"] = CSeq(int(number), method)
        return self._read["cseq"]

    def address(self, name):
        """Return the first `NameAddr` of "from", "to", "contact", …; ValueError for none."""
        if name not in self._read:
            value = self.header(name) or ""
            if "," in value and name not in ("from", "to"):
                value = split(value, ",")[0]
            self._read[name] = name_addr(value)
        return self._read[name]

    def tag(self, name):
        """Return the tag of "from" or "to", "" where there is none."""
        return param(self.address(name).params, "tag") or ""

    def settle(self):
        """Drop the body and what was read so far: it was answered, and few will ask again."""
        self.body, self.copied, self._read = b"", None, {}

    def replace(self, name, value):
        """Put `value` in the place of each header of that name."""
        self.headers = [(key, value if key == name else old) for key, old in self.headers]


def parse(data):
    """Return the `Message` in `data`; ValueError for what cannot be represented as one."""
    data = data.lstrip(b"\r\n")
    end = data.find(b"\r\n\r\n")
    if end < 0:
        end = len(data)
    head = data[:end]
    try:
        text = str(head, "utf-8")
    except ValueError:  # Latin-1 or worse: keep every byte as one character
        text = "".join(map(chr, head))
    if "\r\n " in text or "\r\n\t" in text:
        text = text.replace("\r\n ", " ").replace("\r\n\t", " ")
    lines = text.split("\r\n")
    fault, start, headers = 0, lines.pop(0), []
    lax = ":  " in text or " \r\n" in text or "\t" in text or text[-1:] == " "
    for line in lines:
        name, _, value = line.partition(": ")
        known = None if lax else _NAMES.get(name)
        if known is not None:
            headers.append((known, value))
            continue
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip().lower()
            headers.append((_COMPACT.get(name, name), value.strip()))
        elif line:
            fault = 400
    message = _start(start, headers, data[end + 4 :])
    message.fault = message.fault or fault
    message.controls = _has_controls(head)
    return message


def _has_controls(head):
    """Return whether control characters other than HTAB stand in lines, such as a bare LF."""
    head = head.replace(b"\r\n", b"")
    lowest = min(head)
    if lowest == 9:
        lowest = min(head.replace(b"\t", b" "))
    return lowest < 32 or b"\x7f" in head


def _start(line, headers, body):
    parts = line.split(" ")
    if line[:4].upper() == "SIP/":
        if len(parts) < 2 or len(parts[1]) != 3 or not "100" <= parts[1] <= "699":
            raise ValueError("status line")
        return Message("", "", int(parts[1]), " ".join(parts[2:]), headers, body)
    words = line.split() if len(parts) != 3 else parts
    if len(words) < 3 or words[-1][:4].upper() != "SIP/":
        raise ValueError("request line")
    message = Message(words[0], words[1], 0, "", headers, body)
    if words is not parts or parts[1][:1] in ("<", ""):
        message.fault = 400
    elif words[2].upper() != "SIP/2.0":
        message.fault = 505
    return message


def encode(first, headers, body=b""):
    """Return the bytes of a message from its start line, (name, value) pairs and body.

    ValueError where a value would become more than one line, whoever has given it.
    """
    lines = [first]
    lines.extend([": ".join(pair) for pair in headers])
    lines.append("Content-Length: %d\r\n\r\n" % len(body))
    text = "\r\n".join(lines)
    breaks = len(lines) + 1
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise ValueError("control character")
    return text.encode() + body
