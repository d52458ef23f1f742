"""The second request that a 401 or a redirect leads to.

Decisions: credentials are sent after a challenge only, once for a request: those of the URL, else
``http_client_user``; over plain http Digest goes before Basic. A redirect (301, 302, 303, 307,
308) is followed five times at most, never to a place where this request was already, nor to this
phone itself. Credentials stay with the scheme, host and port of the template; they go along
nowhere else, and those in a Location are not used.
"""

from binascii import b2a_base64, hexlify
from os import urandom

from net.http import Request

from actions.sender import sending
from base.compat import const

_REDIRECTS = const(5)


async def further(actions, request, login, agent, tls):
    """Go on with `request` after its first answer, until there is nothing more to do."""
    get = actions.options.get
    if not login and get("http_client_user"):
        login = get("http_client_user"), get("http_client_pass")
    step, seen = request, [_url(request)]
    while True:
        if step.status == 401 and login and not step.extra:
            scheme = authorize(step, login)
            if not scheme:
                break
            actions.log(4, "401 from %s, sent again with %s", step.host, scheme)
        elif step.status in (301, 302, 303, 307, 308) and step.location:
            try:
                new, marks = redirected(step)
                if _url(new) in seen or len(seen) > _REDIRECTS:
                    raise ValueError("a loop")
            except ValueError as error:
                actions.log(2, "Redirect by %s not followed: %s", step.host, error)
                break
            if _url(new)[:3] != seen[0][:3]:
                login = None
            seen.append(_url(new))
            step = new
            sending(actions, step, marks)
            tls = None
            if step.secure:
                from net.tls import context

                tls = context(request, get, actions.read, actions.timers.clock)
        else:
            break
        request.status = 0
        await step.get(actions.network, actions.resolver, agent, tls)
        request.status = step.status


def _url(request):
    return request.secure, request.host, request.port, request.path


def authorize(request, login):
    """Give `request` the credentials that its 401 asks for; return the scheme, None for none."""
    from base.digest import authorize, choose, parse_challenge

    found = []
    for line in request.challenges:
        try:
            found += parse_challenge(_text(line))
        except ValueError:
            pass
    user, password = login
    digest = choose(found)
    if digest:
        cnonce = hexlify(urandom(8)).decode()
        scheme = "Digest"
        value = authorize(digest, user, password, "GET", request.path, cnonce=cnonce)
    elif [x for x in found if x["scheme"] == "basic"]:
        scheme = "Basic"
        value = "Basic " + b2a_base64(("%s:%s" % (user, password)).encode()).decode().strip()
    else:
        return None
    request.extra = "Authorization: %s\r\n" % value
    return scheme


def _text(raw):
    try:
        return raw.decode()
    except UnicodeError:  # a realm in Latin-1
        return "".join(map(chr, raw))


def redirected(request):
    """Return (`Request`, marks) for where `request` was redirected to; ValueError says why not."""
    from actions.template import parse

    text = request.location.decode().strip()
    scheme = "https" if request.secure else "http"
    way = request.path.partition("?")[0]
    if text[:2] == "//":
        text = scheme + ":" + text
    elif "://" not in text.partition("?")[0]:
        if text[:1] == "?":
            text = way + text
        elif text[:1] != "/":
            text = _merged(way[: way.rfind("/") + 1], text)
        text = "%s://%s:%d%s" % (scheme, request.host, request.port, text)
    targets = parse(text, _no_setting)
    if len(targets) != 1:
        raise ValueError("no URL")
    secure, host, port, _, pieces, marks = targets[0]
    if host in ("localhost", "127.0.0.1", "0.0.0.0", "0"):
        raise ValueError("to this phone itself")
    way = "".join("$" * (i & 1) + pieces[i].lstrip() for i in range(len(pieces)))
    return Request(secure, host, port, way), marks


def _merged(folder, text):
    """Return the path for `text` seen from `folder`, without "." and ".." (RFC 3986, 5.2.4)."""
    way, query, rest = text.partition("?")
    parts = folder.split("/")[:-1]
    for part in way.split("/"):
        if part == "..":
            parts = parts[:-1] or parts
        elif part != ".":
            parts.append(part)
    if way.endswith(("/.", "/..")) or way in (".", ".."):
        parts.append("")
    return "/".join(parts) + query + rest


def _no_setting(name):
    raise KeyError(name)
