"""Reads the text of an Action URL (section 3) when it is set; `expand` joins it at each event.

A target is ``(secure, host, port, login, pieces, marks)``: `login` is None or (user, password),
`pieces` alternate between text as it is sent and a variable: "remote" ("remote&" in the path),
"sip_header(X-Id)", "language=" for a setting, with what it is when it is false ("dnd_mode=off",
"redirect_time=0"), " nosuch" for what never has a value. A private setting is empty text already.
`marks` number the query parameters that the log must hide (-1 the path): ``user:pass@``, and what
``settings.htm`` gives a private setting.

Decisions where the rules are silent:
- A template has 1,024 characters at most, counted once ``&amp;`` is ``&``; a setting has 8 URLs.
- The longest known beginning counts as the name: ``$remote_$local`` has two. But a number is
  never cut: ``$user_name99`` stays as it is.
- Everything after the first ``?`` is query, names of parameters too, and all further ``?``.
- In the path a name has to fill all between ``$`` and ``&``; every other ``$`` is a character.
- ``$`` in ``user:pass@`` is a character; in host and port it is refused.
- The fragment is cut off when the template is read: nobody would ever see it.
- ``//host/`` and ``host/`` mean http. ``%XX`` in user and password is decoded. IPv6 is refused,
  as the network part has none.
"""

from actions.expand import quote
from base.compat import const

_LONGEST = const(1024)
_MOST = const(8)
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_DIGITS = "0123456789"
_BLANK = " \t\r\n"
_PRINTED = bytes(range(0x21, 0x7F))

_RUNTIME = (
    " local remote display_local display_remote active_url active_user active_host call-id csta_id"
    " active_key expansion_module phone_ip local_ip nr_ongoing_calls context_url cancel_reason"
    " longpress_key mac "  # mac: empty means the network part's own
)
# with the compact forms (RFC 3261 section 7.3.3), which would be a way round
_HIDDEN = (
    " via v to t from f call-id i expires route record-route contact m content-type c cseq"
    " content-length l max-forwards "
)


def split(text):
    """Return the texts of the templates in `text`: white space before a scheme parts them."""
    text = text.replace("&amp;", "&").strip(_BLANK)
    found, start, lower = [], 0, text.lower()
    for scheme in ("http://", "https://"):
        at = lower.find(scheme, 1)
        while at > 0:
            if text[at - 1] in _BLANK:
                found.append(at)
            at = lower.find(scheme, at + 1)
    out = []
    for at in sorted(found) + [len(text)]:
        out.append(text[start:at].strip(_BLANK))
        start = at
    return [x for x in out if x]


def parse(text, spec):
    """Return the tuple of the targets of a setting; ValueError says what would be right.

    `spec(name)` tells of a setting: an object with `kind` and `private`; KeyError for no setting.
    """
    parts = split(text)
    if len(parts) > _MOST:
        raise ValueError("%d URLs are too many, %d are possible" % (len(parts), _MOST))
    return tuple(_target(part, spec) for part in parts)


def _target(text, spec):
    if len(text) > _LONGEST:
        raise ValueError("too long: %d characters, 1024 are possible" % len(text))
    end = _first(text, "/?#", 0)
    scheme = text[: end - 1] if text[end : end + 2] == "//" and text[end - 1 : end] == ":" else ""
    if not scheme and text[:2] != "//":
        word, colon, _ = text[:end].lower().partition(":")
        if word in ("http", "https") or colon and word in ("sip", "sips", "tel", "ftp", "tftp"):
            raise ValueError("'%s' begins no URL; write http:// or https://" % word)
    elif scheme.lower() not in ("", "http", "https"):
        if "$" in scheme:
            raise ValueError("a variable cannot be the scheme; write http:// or https://")
        shown = "" if "@" in scheme else " '%s'" % scheme[:20]
        raise ValueError("scheme%s does not fit; write http:// or https://" % shown)
    secure = scheme.lower() == "https"
    if scheme or end == 0 and text[:2] == "//":
        text = text[end + 2 :]
    end = _first(text, "/?#", 0)
    user, at, place = _parted(text[:end])
    host, port = _place(place, 443 if secure else 80)
    way = text[end:].partition("#")[0]
    if way[:1] != "/":
        way = "/" + way
    way, sign, query = way.partition("?")
    pieces = [""]
    _scan(pieces, way, spec, False)
    pieces[-1] += sign
    _scan(pieces, query, spec, True)
    return secure, host, port, _login(user) if at else None, tuple(pieces), _marks(way, query)


def _first(text, signs, start):
    """Return where the first of `signs` stands, the length when none does."""
    for index in range(start, len(text)):
        if text[index : index + 1] in signs:  # text[index] alone would be interned for good
            return index
    return len(text)


def _parted(authority):
    at = authority.rfind("@")
    if at < 0:
        return "", "", authority
    return authority[:at], "@", authority[at + 1 :]


def _place(place, port):
    """Return (host, port) of "host" or "host:port"; the text of a password is never quoted."""
    if "$" in place:
        raise ValueError("a variable cannot be host or port; for this phone write localhost")
    if "[" in place or place.count(":") > 1:
        raise ValueError("IPv6 addresses are not possible; write a name or 192.0.2.1")
    host, _, digits = place.partition(":")
    host = host.lower().rstrip(".")
    if not host:
        raise ValueError("there is no host; write http://HOST/…")
    for label in host.split("."):
        if not 0 < len(label) < 64 or len(host) > 253:
            raise ValueError("host '%s' is no name" % host[:40])
    end = _span(host, 0, _NAME + ".")
    if end < len(host):
        if max(host.encode()) > 0x7E:
            raise ValueError("host '%s' is not ASCII; write its xn-- form" % host[:40])
        raise ValueError("'%s' cannot be in a host" % host[end : end + 1])
    if digits:
        number = _span(digits, 0, _DIGITS) == len(digits) < 8
        port = int(digits) if number else 0
        if not 0 < port < 65536:
            raise ValueError("the port is a number from 1 to 65535 ('/' in a password is %2F)")
    return host, port


def _login(text):
    user, _, password = text.partition(":")
    return _decoded(user), _decoded(password)


def _decoded(text):
    """Return `text` with its %XX decoded, where that gives UTF-8."""
    raw, out, index = text.encode(), bytearray(), 0
    while index < len(raw):
        code = raw[index]
        if code == 0x25:
            try:
                code = int(raw[index + 1 : index + 3].decode() or "x", 16)
                index += 2
            except ValueError:
                pass
        out.append(code)
        index += 1
    try:
        return bytes(out).decode()
    except ValueError:
        return text


def _scan(pieces, text, spec, query):
    """Append `text` to `pieces`, whose last one is text."""
    start = 0
    while True:
        at = text.find("$", start)
        if at < 0:
            break
        name, end = _variable(text, at + 1, spec)
        if end and not query:
            if text[end : end + 1] != "&":
                end = 0
            elif "=" not in name and name:
                name += "&"
            end = end and end + 1
        if not end:
            end = at + 1
            pieces[-1] += _literal(text[start:end])
        else:
            pieces[-1] += _literal(text[start:at])
            if name:
                pieces += [name, ""]
        start = end
    pieces[-1] += _literal(text[start:])


def _variable(text, start, spec):
    """Return (piece, end) of the variable that begins at `start`; the end is 0 for none.

    The piece of a private setting is "". A word that is no known name is a variable too: whether
    it stays is decided at the event.
    """
    end = _span(text, start, _NAME)
    name, sign = text[start:end], text[end : end + 1]
    if sign == "(" and name == "sip_header":
        close = text.find(")", end)
        header = text[end + 1 : close].strip()
        if close > 0 and header:
            hidden = "=" in header or " %s " % header.lower() in _HIDDEN
            return " "[: int(hidden)] + "sip_header(%s)" % _literal(header), close + 1
    number = _span(text, end + 1, _DIGITS)
    indexed = sign == "[" and number > end + 1 and text[number : number + 1] == "]"
    if indexed:
        piece = _known(name + text[end + 1 : number], spec)
        if piece is not None:
            return piece, number + 1
    for stop in range(end, start, -1):
        within = stop < end and text[stop - 1 : stop + 1].isdigit()
        piece = None if within else _known(text[start:stop], spec)
        if piece is not None:
            return piece, stop
    if not name or name[:1] in "-0123456789":
        return "", 0
    end = number + 1 if indexed else _span(text, start, _NAME[:-1])
    return " " + text[start:end], end


def _known(name, spec):
    """Return the piece for the variable `name`, None when there is none of that name."""
    if " %s " % name in _RUNTIME:
        return name
    try:
        found = spec(name)
    except KeyError:
        return None
    if found.private:
        return ""
    return name + ("=off" if found.kind == "bool" else "=0" if found.kind == "int" else "=")


def _literal(text):
    raw = text.encode()
    for character in raw:
        if not 0x21 <= character <= 0x7E:
            return quote(raw, _PRINTED)
    return text  # no copy: a heap in pieces has few places for 1 KB


def _span(text, start, signs):
    while start < len(text) and text[start : start + 1] in signs:
        start += 1
    return start


def _marks(way, query):
    marks = [-1] if _secret(way) else []
    if "@" in query or "%40" in query or "pass" in query:
        from actions.secrets import private

        for index, part in enumerate(query.split("&")):
            name, _, value = part.partition("=")
            if _secret(value or part) or private(_decoded(name)):
                marks.append(index)
    return tuple(marks)


def _secret(text):
    """Return True when `text` holds ``user:pass@``."""
    text = text.lower().replace("%3a", ":").replace("%40", "@").replace("%2f", "/")
    head = text[: max(text.rfind("@"), 0)]
    cut = head.rfind("//")
    if cut >= 0:
        head = head[cut + 2 :]
    elif head.startswith(("sip:", "sips:")):
        head = head[head.find(":") + 1 :]
    return ":" in head
