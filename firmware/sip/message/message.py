"""SIP messages (RFC 3261 section 7, 20 and 25): one pass over the bytes, the rest when asked for.

`parse` cuts a message into its start line and a list of header lines; what a header means is
read when somebody asks, once, and what nobody reads stays bytes. Names are lower case and long.
"""

from collections import namedtuple

from base.printable import has_controls
from sip.message.fields import raw, raw_param, readable, split, via
from sip.message.uri import NameAddr, raw_name_addr, uri_parts

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
# as nearly all write them, and in lower case -> as we call them
_NAMES = {}
for _name in _USUAL:
    _NAMES[_name.encode()] = _NAMES[_name.lower().encode()] = _name.lower().encode()
for _name, _long in _COMPACT.items():
    _NAMES[_name.encode()] = _NAMES[_long.encode()] = _long.encode()
_RAW = {str(_name, "ascii"): _name for _name in _NAMES.values()}
_METHODS = {}
for _name in (
    "INVITE ACK CANCEL BYE OPTIONS INFO UPDATE PRACK REFER NOTIFY "
    "REGISTER SUBSCRIBE PUBLISH MESSAGE"
).split():
    _METHODS[_name.encode()] = _name


class Message:
    """A request (`method`, `uri`) or a response (`status`, `reason`; its `method` is "").

    `lines` is a list of (lower-case long name, value), both bytes. `source` is the (ip, port) and
    `protocol` the transport it came by. `fault` is the status owed for a start line that is wrong,
    else 0; `controls` tells that control characters stand in it, which nothing may be copied from.
    """

    source = protocol = None
    local = False  # a response made up here: nothing was received
    fault = 0
    key = b""  # what all requests of its transaction have in common
    controls = False
    stranger = True  # it is not from an address of a registrar of ours
    trusted = False  # an INVITE that came from the registrar's side of the account it is for
    copied = None  # the lines that each response to it has
    # what was read so far
    _uri = _hops = _via = _branch = _rport = _target = _cseq = None

    def __init__(self, method, uri, status, reason, lines, body=b""):
        self.method = method
        self.raw_uri = uri
        self.status = status
        self.reason = reason
        self.lines = lines
        self.body = body
        self._texts = {}  # of headers, by name
        self._parts = {}  # and those that are addresses, as bytes
        self._addresses = {}  # and as `NameAddr`
        self._tags = {}

    @property
    def headers(self):
        """All header lines as (lower-case long name, value), for whoever lists them."""
        return [(readable(name), readable(value)) for name, value in self.lines]

    @property
    def uri(self):
        """The URI that a request goes to, as text."""
        if self._uri is None:
            self._uri = readable(self.raw_uri)
        return self._uri

    def raw(self, name):
        """Return the first value of a header as bytes, stripped, or None."""
        name = _RAW.get(name) or name.encode()
        for key, value in self.lines:
            if key == name:
                return value
        return None

    def all_raw(self, name):
        """Return the values of all header lines of that name as bytes, unsplit."""
        name = _RAW.get(name) or name.encode()
        return [value for key, value in self.lines if key == name]

    def header(self, name):
        """Return the first value of a header, stripped, or None; `name` is lower case."""
        text = self._texts.get(name)
        if text is None:
            value = self.raw(name)
            if value is None:
                return None
            text = self._texts[name] = readable(value)
        return text

    def all(self, name):
        """Return the values of all header lines of that name, unsplit."""
        return [readable(value) for value in self.all_raw(name)]

    def values(self, name):
        """Return the single values of a header that may hold several, such as Via or Allow."""
        found = []
        for value in self.all_raw(name):
            found.extend(split(value, b","))
        return [readable(value) for value in found]

    def has(self, name, token):
        """Return whether a list of tokens such as Supported names `token`, in lower case."""
        for value in self.all_raw(name):
            if token.encode() in value.lower().replace(b" ", b"").split(b","):
                return True
        return False

    @property
    def hops(self):
        """The values of the first Via line as bytes, ours or the next hop's first."""
        if self._hops is None:
            self._hops = split(self.raw("via") or b"", b",")
        return self._hops

    @property
    def via(self):
        """The topmost `Via`, of bytes; ValueError where there is none."""
        if self._via is None:
            if not self.hops:
                raise ValueError("no Via")
            self._via = via(self.hops[0])
        return self._via

    @property
    def branch(self):
        """The branch of the topmost Via as bytes, b"" where it has none."""
        if self._branch is None:
            self._branch = raw_param(self.via.params, b"branch") or b""
        return self._branch

    @property
    def rport(self):
        """Whether the topmost Via asks for the port that we see (RFC 3581)."""
        if self._rport is None:
            self._rport = raw_param(self.via.params, b"rport") is not None
        return self._rport

    @property
    def target(self):
        """The `Uri` that a request goes to; ValueError for none."""
        if self._target is None:
            self._target = uri_parts(self.raw_uri)
        return self._target

    def cseq(self):
        """Return `CSeq`; ValueError when it is not one."""
        if self._cseq is None:
            number, method = (self.raw("cseq") or b"").split()
            if not number.isdigit() or len(number) > 12:
                raise ValueError("CSeq")
            self._cseq = CSeq(int(number), _METHODS.get(method) or readable(method))
        return self._cseq

    def parts(self, name):
        """Return (display, uri, params) of "from", "to", "contact", … as bytes.

        They are those of the first value; ValueError for none.
        """
        found = self._parts.get(name)
        if found is None:
            value = self.raw(name) or b""
            if b"," in value and name not in ("from", "to"):
                value = split(value, b",")[0]
            found = self._parts[name] = raw_name_addr(value)
        return found

    def address(self, name):
        """Return the same as a `NameAddr` of texts; ValueError for none."""
        found = self._addresses.get(name)
        if found is None:
            display, uri, params = self.parts(name)
            found = NameAddr(readable(display), readable(uri), readable(params))
            self._addresses[name] = found
        return found

    def tag(self, name):
        """Return the tag of "from" or "to", "" where there is none."""
        found = self._tags.get(name)
        if found is None:
            found = self._tags[name] = readable(raw_param(self.parts(name)[2], b"tag"))
        return found

    def settle(self):
        """Drop the body and what was read so far: it was answered, and few will ask again."""
        self.body, self.copied = b"", None
        self._hops = self._via = self._target = self._uri = None
        self._texts, self._parts, self._addresses, self._tags = {}, {}, {}, {}

    def replace(self, name, value):
        """Put `value` in the place of each header of that name."""
        self._texts.pop(name, None)
        name, value = name.encode(), value.encode()
        self.lines = [(key, value if key == name else old) for key, old in self.lines]


def parse(data):
    """Return the `Message` in `data`; ValueError for what cannot be represented as one."""
    head, _, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    controls = has_controls(head.replace(b"\r\n", b"").replace(b"\t", b" "))
    if b"\r\n " in head or b"\r\n\t" in head:
        head = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    lines = head.split(b"\r\n")
    fault, start, headers = 0, lines.pop(0), []
    for line in lines:
        name, colon, value = line.partition(b":")
        known = _NAMES.get(name)
        if known is None and colon:
            name = name.strip().lower()
            known = _NAMES.get(name) or name
        if colon:
            headers.append((known, value.strip()))
        elif line:
            fault = 400
    message = _start(start, headers, body)
    message.fault = message.fault or fault
    message.controls = controls
    return message


def _start(line, headers, body):
    parts = line.split(b" ")
    if line[:4].upper() == b"SIP/":
        if len(parts) < 2 or len(parts[1]) != 3 or not b"100" <= parts[1] <= b"699":
            raise ValueError("status line")
        reason = line.split(b" ", 2)[2:]
        reason = readable(reason[0]) if reason else ""
        return Message("", b"", int(parts[1]), reason, headers, body)
    words = line.split() if len(parts) != 3 else parts
    if len(words) < 3 or words[-1][:4].upper() != b"SIP/":
        raise ValueError("request line")
    method = _METHODS.get(words[0]) or readable(words[0])
    message = Message(method, words[1], 0, "", headers, body)
    if words is not parts or parts[1][:1] in (b"<", b""):
        message.fault = 400
    elif words[2].upper() != b"SIP/2.0":
        message.fault = 505
    return message


def encode(first, headers, body=b"", copied=()):
    """Return the bytes of a message from its start line, (name, value) pairs and body.

    `first` is text or bytes; `copied` are header lines as bytes that go before them. ValueError
    where a value would become more than one line, whoever has given it.
    """
    lines = [raw(first)]
    lines.extend(copied)
    for name, value in headers:
        lines.append(b": ".join((name.encode(), value.encode())))
    lines.append(b"Content-Length: %d\r\n\r\n" % len(body))
    head = b"\r\n".join(lines)
    breaks = len(lines) + 1
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        raise ValueError("control character")
    return head + body
