"""What a person has written into the first start's form: read, and checked against each other.

The form is that of the page, as browsers send it without scripts (urlencoded). What it says
becomes settings; passwords that stay empty leave those that there are, unless they were for
something else: a new server never gets the password of the old one.
"""

from base.compat import const
from web.command import unquote

_FIELDS = const(16)
_SHORTEST, _LONGEST = const(8), const(63)  # characters of a WiFi password; 64 are hex digits
NAMES = ("ssid", "other", "wifi_pass", "user", "host", "user_pass", "http_pass")


def read(body):
    """Return {name: text} of a form's body; what is no UTF-8 stays encoded."""
    try:
        pairs = body.decode().split("&")[:_FIELDS]
    except UnicodeError:
        return {}
    found = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        found[name] = unquote(value)
    return found


def wishes(form, networks, get):
    """Return (settings {name: text or None}, errors {field: key of a text}) of a form.

    `networks` are those around (`hal.network.joining.Around`), ``get(name)`` gives settings.
    """
    field = {name: form.get(name, "") for name in NAMES}
    ssid = field["other"] or field["ssid"]
    taken, errors = {"wifi_ssid1": ssid}, {}
    if not ssid:
        errors["ssid"] = "no_ssid"
    known = ssid == get("wifi_ssid1") and bool(get("wifi_pass1"))
    locked = any(x.ssid == ssid and x.locked for x in networks)
    key = field["wifi_pass"]
    if key:
        hexadecimal = len(key) == _LONGEST + 1 and not key.lower().strip("0123456789abcdef")
        if not _SHORTEST <= len(key.encode()) <= _LONGEST and not hexadecimal:
            errors["wifi_pass"] = "short_pass"
        taken["wifi_pass1"] = key
    elif locked and not known:
        errors["wifi_pass"] = "needs_pass"
    elif not known or not locked and any(x.ssid == ssid for x in networks):
        taken["wifi_pass1"] = ""  # an open one
    _account(field, taken, errors, get)
    if field["http_pass"]:
        taken["http_pass"] = field["http_pass"]
    return taken, errors


def _account(field, taken, errors, get):
    user, host = field["user"].strip(), field["host"].strip()
    if bool(user) != bool(host):
        errors["host" if user else "user"] = "host_too"
    if user == get("user_name1") and host == get("user_host1"):
        if field["user_pass"]:
            taken["user_pass1"] = field["user_pass"]
        return
    taken["user_name1"], taken["user_host1"] = user, host
    taken["user_pass1"] = field["user_pass"]
