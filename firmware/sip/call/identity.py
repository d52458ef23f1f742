"""Who is at the other end, read in one way for display, lists, `$remote` and rules.

From, P-Asserted-Identity (RFC 3325) and its forerunner Remote-Party-ID, a From that changes in
mid-call (RFC 4916), Privacy (RFC 3323), anonymous callers (RFC 5079); and hiding who we are.
"""

from collections import namedtuple

from base.compat import const
from base.printable import printable
from sip.call.optional import reading
from sip.message.fields import param
from sip.message.uri import address_of, name_addr, unescape, untagged, uri_parts

# `address` is "user@host" (see `plain`), `display` the name; `anonymous`: who it is was withheld
Party = namedtuple("Party", ("address", "display", "anonymous"))

_NAME = const(128)  # characters of a name, for display, lists and events
_NOBODY = "anonymous.invalid"
_WITHIN = "." + _NOBODY
_PRIVATE = (b"id", b"header", b"user")  # of Privacy; "session" and "critical" hide nobody
_SEPARATORS = "-.()"  # in telephone numbers (RFC 3966 section 5.1.1)


def plain(uri):
    """Return "user@host" of a URI as a person reads it: no scheme, no parameters, no escapes.

    Parameters of a telephone number inside the user part go, too (RFC 3261 section 19.1.6). What
    would mean something else without its escape keeps it.
    """
    try:
        return _plain(uri, uri_parts(uri))
    except ValueError:
        return uri


def _plain(uri, parts):
    """Return the same of a URI and its `Uri`."""
    scheme, user, host, port, _ = parts
    if scheme == "tel":
        number = user.partition(";")[0]
        return "".join([x for x in number if x not in _SEPARATORS]) or uri
    if not host or not user:
        return address_of(uri)
    if ";" in user:
        user = user.partition(";")[0]
    shown = unescape(user)
    if shown is not user and (printable(shown) != shown or any(x in shown for x in ' @<>"')):
        shown = user
    if port and port != 5060:
        return "%s@%s:%d" % (shown, host, port)
    return "%s@%s" % (shown, host)


def anonymous(uri):
    """Return whether a URI is one of those that stand for nobody (RFC 3323 section 4.1.1.3)."""
    try:
        return _anonymous(uri_parts(uri))
    except ValueError:
        return False


def _anonymous(parts):
    host = parts.host
    return host == _NOBODY or host.endswith(_WITHIN) or parts.user.lower() == "anonymous"


def _told(display, uri, hidden=False):
    """Return the `Party` that a display name and a URI stand for."""
    display = display[:_NAME]
    try:
        parts = uri_parts(uri)
    except ValueError:
        return Party(uri, display, hidden)
    return Party(_plain(uri, parts), display, hidden or _anonymous(parts))


def private(message):
    """Return whether the Privacy header asks that nobody is told who this is."""
    wanted = b";".join(message.all_raw("privacy")).replace(b",", b";").lower().split(b";")
    return any(x.strip() in _PRIVATE for x in wanted)


def sender(message):
    """Return the `Party` that From names; ValueError for one that cannot be read."""
    display, uri, _ = message.address("from")
    return _told(display, uri)


def caller(message, trusted, log):
    """Return the `Party` that sends an INVITE; ValueError for a From that cannot be read.

    What is asserted counts where `trusted` says that it comes from the registrar.
    """
    found = sender(message)
    if private(message):
        return _hidden(found)
    said = _asserted(message, log, "called") if trusted else None
    if said is None:
        return found
    if said.anonymous:
        return _hidden(found)
    return Party(said.address, said.display or found.display, False)


def now(message, dialog, direction, trusted, log):
    """Return the `Party` that is there now by a message within a call, None where it says nothing.

    The registrar says so, or the other side's From has changed: requests go to the new one then
    (RFC 4916), where there is a `dialog`. `direction` of the call is "in" or "out".
    """
    party = None if message.status or dialog is None else _renamed(message, dialog)
    if not trusted or private(message):
        return party
    # which role in Remote-Party-ID is ours; some give that of the request, not of the call
    ours = "called" if direction == "in" else "calling" if message.status else ""
    said = _asserted(message, log, ours)
    return party if said is None or said.anonymous else said


def _renamed(message, dialog):
    """Return the `Party` of a From that is another one than before, else None."""
    now = message.address("from")
    if now.uri == name_addr(dialog.remote).uri:
        return None
    dialog.remote = untagged(now)
    return sender(message)


def _hidden(party):
    return Party(party.address, party.display, True)


def _asserted(message, log, not_them):
    """Return the first `Party` asserted by P-Asserted-Identity, or else by Remote-Party-ID.

    `not_them` is the role of Remote-Party-ID that is ours, "calling" or "called"; "" for neither.
    """
    for name in ("p-asserted-identity", "remote-party-id"):
        for value in reading(log, name, lambda name=name: message.values(name), ()):
            found = reading(log, name, lambda value=value: _party(value, not_them))
            if found:
                return found
    return None


def _party(value, not_them):
    """Return the `Party` of one value, None where it is ourselves or no telephone's address."""
    display, uri, params = name_addr(value)
    role, wish = param(params, "party"), param(params, "privacy")
    if (role and role.lower() == not_them) or not uri.lower().startswith(
        ("sip:", "sips:", "tel:")
    ):
        return None
    if uri[:4].lower() != "tel:" and not uri_parts(uri).host:
        return None
    return _told(display, uri, wish not in (None, "off"))


def hide(dialog):
    """Make the requests of a new `dialog` anonymous (RFC 3323 section 4.1)."""
    dialog.local = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    dialog.hidden = True


def privacy(dialog):
    """Return the headers of an anonymous INVITE.

    Its own server may know who we are (RFC 3325); nobody else is told, also after a redirection.
    """
    lines = [("Privacy", "id")]
    if at_home(dialog):
        for name in ("P-Preferred-Identity", "P-Asserted-Identity"):  # Asterisk reads this only
            lines.append((name, "<%s>" % dialog.account.uri))
    return lines


def at_home(dialog):
    """Return whether the requests of `dialog` go to the account's own server."""
    account = dialog.account
    home = account.host.partition(":")[0].lower()
    return bool(home) and (bool(dialog.routes) or uri_parts(dialog.target).host == home)
