"""SIP messages (RFC 3261 section 7, 20 and 25): one pass over the bytes, the rest when asked for.

`parse` splits a message into its start line and a list of header pairs; nothing is interpreted
before somebody asks for it with the small functions below. Names are lower case and long.
"""

_COMPACT = (
    " v via f from t to i call-id m contact l content-length c content-type e content-encoding "
    "k supported s subject o event u allow-events r refer-to b referred-by x session-expires "
)
_SPENT = (
    " via from to call-id cseq max-forwards contact route record-route content-type "
    "content-length expires "
)


class Message:
    """A request (`method`, `uri`) or a response (`status`, `reason`; its `method` is "").

    `headers` is a list of (lower-case long name, value). `source` is the (ip, port) and `protocol`
    the transport it came by. `fault` is the status owed for a start line that is wrong, else 0.
    """

    source = protocol = via = hops = None
    local = False  # a response made up here: nothing was received
    fault = 0

    def __init__(self, method, uri, status, reason, headers, body=b""):
        self.method = method
        self.uri = uri
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body

    def header(self, name):
        """Return the first value of a header, stripped, or None."""
        name = name.lower()
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
        """Return whether a list header such as Supported names `token`."""
        return token in ",".join(self.values(name)).lower().split(",")

    def rest(self):
        """Drop what only the transaction and the dialog needed; other headers may be asked for."""
        self.body, self.hops, self.via = b"", None, None
        self.headers = [x for x in self.headers if " %s " % x[0] not in _SPENT]

    def cseq(self):
        """Return (number, method) of CSeq; ValueError when it is not one."""
        number, method = (self.header("cseq") or "").split()
        if not number.isdigit() or len(number) > 12:
            raise ValueError("CSeq")
        return int(number), method

    def tag(self, name):
        """Return the tag of "from" or "to", "" where there is none."""
        return param(name_addr(self.header(name) or "")[2], "tag") or ""


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
    message = _start(lines.pop(0))
    message.body = data[end + 4 :]
    headers = message.headers
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            if line:
                message.fault = message.fault or 400
            continue
        name = name.strip().lower()
        if len(name) == 1:
            name = _COMPACT.partition(" %s " % name)[2].partition(" ")[0] or name
        headers.append((name, value.strip()))
    return message


def _start(line):
    parts = line.split(" ")
    if line.startswith("SIP/"):
        if len(parts) < 2 or len(parts[1]) != 3 or not "100" <= parts[1] <= "699":
            raise ValueError("status line")
        return Message("", "", int(parts[1]), " ".join(parts[2:]), [])
    words = line.split()
    if len(words) < 3 or not words[-1].startswith("SIP/"):
        raise ValueError("request line")
    message = Message(words[0], words[1], 0, "", [])
    if len(parts) != 3 or parts[1][0] == "<":
        message.fault = 400
    elif words[2] != "SIP/2.0":
        message.fault = 505
    return message


def encode(first, headers, body=b""):
    """Return the bytes of a message from its start line, (name, value) pairs and body."""
    lines = [first]
    for name, value in headers:
        lines.append("%s: %s" % (name, value))
    lines.append("Content-Length: %d\r\n\r\n" % len(body))
    return "\r\n".join(lines).encode() + body


def split(text, separator):
    """Split `text` outside of quotes and angle brackets; parts are stripped, empty ones left out.

    A quote that is never closed makes it ValueError.
    """
    parts, held = [], ""
    if separator not in text:
        return [text.strip()] if text.strip() else parts
    if '"' not in text:
        for part in text.split(separator):
            held += part
            if held.count("<") > held.count(">"):
                held += separator
            else:
                parts.append(held.strip())
                held = ""
        parts.append(held.strip())
        return [x for x in parts if x]
    start, quoted, depth, index = 0, False, 0, 0
    while index < len(text):
        char = text[index : index + 1]  # text[index] would be interned for good
        if quoted:
            if char == "\\":
                index += 1
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char == "<":
            depth += 1
        elif char == ">":
            depth -= 1
        elif char == separator and depth <= 0:
            parts.append(text[start:index].strip())
            start = index + 1
        index += 1
    if quoted:
        raise ValueError("quote")
    parts.append(text[start:].strip())
    return [x for x in parts if x]


def param(params, name):
    """Return the value of a parameter in ";a=b;c": "" for one without a value, None for none."""
    if name not in params and name not in params.lower():
        return None
    for part in split(params, ";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return unquote(value.strip())
    return None


def unquote(text):
    """Return a quoted string's content, or `text` itself."""
    if text[:1] == '"':
        text = text[1:-1].replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    return text


def name_addr(value):
    """Return (display name, URI, parameters) of From, To, Contact, Route, …

    ``Name <uri>;p``, ``"Name"<uri>`` and ``uri;p`` (the parameters are the header's then); what
    was not closed gives ValueError.
    """
    value = value.strip()
    display = ""
    if value[:1] == '"':
        index = 1
        while value[index : index + 1] not in ('"', ""):
            index += 2 if value[index : index + 1] == "\\" else 1
        if index >= len(value):
            raise ValueError("quote")
        display, value = unquote(value[: index + 1]), value[index + 1 :].strip()
        if value[:1] != "<":
            raise ValueError("name")
    start = value.find("<")
    if start < 0:
        uri, _, params = value.partition(";")
        return display, uri.strip(), params
    end = value.find(">", start)
    if end < 0:
        raise ValueError("bracket")
    return display or value[:start].strip(), value[start + 1 : end].strip(), value[end + 1 :]


def untagged(value):
    """Return a From or To value without its parameters, as a dialog keeps it."""
    _, uri, _ = name_addr(value)
    end = value.rfind(">")
    return value[: end + 1] if end > 0 else "<%s>" % uri


def uri_parts(uri):
    """Return (scheme, user, host, port, parameters) of a URI; port 0 where none is given.

    The user part is as written, without a password; ValueError for a port that is none. Other
    schemes than sip and sips give the rest of the URI as user: ("tel", "+49…", "", 0, "").
    """
    scheme, _, rest = uri.partition(":")
    scheme = scheme.strip().lower()
    if scheme not in ("sip", "sips"):
        return scheme, rest, "", 0, ""
    at = rest.find("@")  # ";" and "?" may stand before it, "@" must be escaped there
    user, rest = (rest[:at], rest[at + 1 :]) if at >= 0 else ("", rest)
    rest = rest.partition("?")[0]
    host, _, params = rest.partition(";")
    host = host.strip()
    if host[:1] == "[":
        host, _, port = host.partition("]")
        host, port = host + "]", port[1:]
    else:
        host, _, port = host.partition(":")
    if port and (not port.isdigit() or len(port) > 5):
        raise ValueError("port")
    return scheme, user.partition(":")[0], host.lower(), int(port or 0), params


def address_of(uri):
    """Return "user@host", or the URI itself where it is no SIP URI, without any parameters."""
    try:
        scheme, user, host, port, _ = uri_parts(uri)
    except ValueError:
        return uri
    if not host:
        return user.partition(";")[0] or uri
    if port and port != 5060:
        host = "%s:%d" % (host, port)
    return "%s@%s" % (user, host) if user else host


def via(value):
    """Return (transport, host, port, parameters) of one Via value; ValueError when it is none."""
    head, _, params = value.partition(";")
    words = head.replace("/", " ").replace(":", " ").split()
    if words[0].upper() != "SIP" or not 4 <= len(words) <= 5:
        raise ValueError("Via")
    return words[2].upper(), words[3], int(words[4]) if len(words) > 4 else 0, params
