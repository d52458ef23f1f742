"""Credentials for requests (RFC 3261 section 22, RFC 7616, RFC 8760).

A dialog keeps the challenges that it has answered, so that its later requests carry credentials at
once, with the nonce counted on.
"""

from base.compat import const
from base.digest import authorize, choose, parse_challenge, strength
from sip.message.uri import name_addr

_REALMS = const(4)  # remembered of an identity
_TRIES = const(4)  # realms along a path, and stale nonces


class Known:
    """A challenge that was answered: `name` of the header that answers it, and its count."""

    def __init__(self, name, challenge):
        self.name = name
        self.challenge = challenge
        self.count = 0


def may_answer(request):
    """Return whether credentials may go where a request goes.

    Only to the identity's registrar or outbound proxy, and inside a dialog only where its target
    is there, too, and all of its route: else the other side could choose the URI that we sign, or
    read on the way what it could use there.
    """
    dialog, account = request.dialog, request.dialog.account
    if not account.password or not request.targets or not account.is_home(request.targets[0]):
        return False
    if not dialog.remote_tag:
        return True
    hops = [name_addr(route).uri for route in dialog.routes]
    return all(account.owns(uri) for uri in [dialog.target] + hops)


def answer(request, response):
    """Take the challenges of a 401 or 407; return whether another try makes sense."""
    if not may_answer(request):
        return False
    request.tries += 1
    dialog = request.dialog
    proxy = response.status == 407
    name = "Proxy-Authorization" if proxy else "Authorization"
    realms = _challenges(response, "proxy-authenticate" if proxy else "www-authenticate")
    known = [x for x in dialog.auth or () if x.name != name or x.challenge["realm"] not in realms]
    fresh = False
    for realm, challenges in realms.items():
        best = choose(challenges)
        if best is None or not _acceptable(request, realm, best):
            continue
        if _is_new(request, name, realm, best):
            fresh = True
        known.append(Known(name, best))
    if not fresh or request.tries > _TRIES:
        dialog.auth = None
        return False
    dialog.auth = known
    return True


def _challenges(response, name):
    """Return {realm: [challenge, ...]} of what can be read."""
    realms = {}
    for value in response.all(name):
        try:
            for challenge in parse_challenge(value):
                realms.setdefault(challenge["realm"], []).append(challenge)
        except (ValueError, KeyError):
            continue
    return realms


def _acceptable(request, realm, challenge):
    """Return whether a realm is the registrar's, and its algorithm no weaker than before.

    A REGISTER learns the realm; where none was ever challenged, any will do on that path.
    """
    account = request.dialog.account
    if request.method == "REGISTER":
        if realm not in account.realms:
            account.realms = account.realms[1 - _REALMS :] + [realm]
    elif account.realms and realm not in account.realms and realm != (account.realm or None):
        request.agent.log(3, "SIP: no credentials for realm '%s'", realm[:40])
        return False
    if strength(challenge) < account.strengths.get(realm, 0):
        request.agent.log(3, "SIP: a weaker algorithm than before in realm '%s'", realm[:40])
        return False
    if len(account.strengths) < 2 * _REALMS or realm in account.strengths:
        account.strengths[realm] = strength(challenge)
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
