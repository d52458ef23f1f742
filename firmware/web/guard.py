"""Whose request it is: the address it came from, the name it asked for, the page it came from.

A page of somebody else, open in the browser of somebody who is logged in, must not be able to do
anything here. Browsers send no Sec-Fetch-Site to a plain HTTP address, so a change needs a header
of ours, which no other page can set without being asked, and an Origin that is our own. DNS
rebinding needs a name: an address is taken as it is, a name only where it is the phone's.
"""

from net.address import dotted, within

OURS = "x-offhook"  # the header that our own pages and programs set
_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")


def allowed(ip, networks):
    """Return whether `ip` is within one of the `networks`, texts such as "10.0.0.0/8"."""
    return any(within(ip, each) for each in networks)


def named(host, name):
    """Return whether a Host header names this phone: by an address, or its `name`."""
    host, colon, port = host.partition(":")
    if colon and not port.isdigit():
        return False
    host = host.lower().rstrip(".")
    if dotted(host) or host == "localhost":
        return True
    name = name.lower()
    return bool(name) and host in (name, name + ".local")


def own_page(request):
    """Return whether a request that changes something comes from our pages, or from a program."""
    return request.headers.get(OURS) is not None and same_origin(request)


def same_origin(request):
    """Return whether a request names no other page as the one that it comes from.

    An extension of the browser is no page: its person has installed it, and no page can name one.
    """
    headers = request.headers
    origin = headers.get("origin")
    if origin is not None and origin.lower() != "http://" + headers.get("host", "").lower():
        return extension(origin)
    return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def extension(origin):
    """Return whether an Origin is that of a browser's extension."""
    return origin is not None and origin.startswith(_EXTENSIONS)


def anybodys(request):
    """Return whether any page in a browser could have made the request.

    A browser is told by its person's languages, which programs do not name. Over plain HTTP it
    names no page where an image is asked for; where it says that no page is behind the request, or
    an extension of its own, it was a person.
    """
    headers = request.headers
    if "accept-language" not in headers or own_page(request):
        return False
    return headers.get("sec-fetch-site") != "none" and not extension(headers.get("origin"))
