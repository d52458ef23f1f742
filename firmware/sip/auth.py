"""Credentials for requests (RFC 3261 section 22, RFC 7616, RFC 8760).

A dialog keeps the challenges that it has answered, so that its later requests carry credentials at
once, with the nonce counted on.
"""

from base.compat import const
from base.digest import authorize, choose, parse_challenge

_TRIES = const(4)  # realms along a path, and stale nonces


class Known:
    """A challenge that was answered: `name` of the header that answers it, and its count."""

    def __init__(self, name, challenge):
        self.name = name
        self.challenge = challenge
        self.count = 0


def answer(request, response):
    """Take the challenges of a 401 or 407; return whether another try makes sense."""
    request.tries += 1
    proxy = response.status == 407
    given = "proxy-authenticate" if proxy else "www-authenticate"
    name = "Proxy-Authorization" if proxy else "Authorization"
    realms = {}
    for value in response.all(given):
        try:
            for challenge in parse_challenge(value):
                realms.setdefault(challenge["realm"], []).append(challenge)
        except (ValueError, KeyError):
            continue
    dialog = request.dialog
    known = [x for x in dialog.auth or () if x.name != name or x.challenge["realm"] not in realms]
    fresh = False
    for realm, challenges in realms.items():
        best = choose(challenges)
        if best is None:
            continue
        if _is_new(request, name, realm, best):
            fresh = True
        known.append(Known(name, best))
    if not fresh or request.tries > _TRIES:
        dialog.auth = None
        return False
    dialog.auth = known
    return True


def _is_new(request, name, realm, challenge):
    """Return whether the realm was not answered in this request, or only its nonce was stale."""
    for known in request.dialog.auth or ():
        if known.name == name and known.challenge["realm"] == realm:
            stale = str(challenge.get("stale")).lower() == "true"
            changed = known.challenge["nonce"] != challenge["nonce"]
            return changed and (stale or request.tries < 2)
    return True


def credentials(request, uri, body):
    """Return the header pairs with the credentials for what was challenged so far."""
    account = request.dialog.account
    method = "INVITE" if request.method == "ACK" else request.method
    user, lines = account.auth_user or account.user, []
    for known in request.dialog.auth:
        known.count += 1
        value = authorize(
            known.challenge,
            user,
            account.password,
            method,
            uri,
            body,
            nc=known.count,
            cnonce=request.agent.token(),
        )
        lines.append((known.name, value))
    return lines
