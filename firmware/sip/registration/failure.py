"""A registration that is refused: what is tried at once, and how long is waited (RFC 5626 4.5)."""

from base.compat import const
from sip.message.fields import seconds
from sip.message.uri import name_addr, uri_parts

_BASE = const(30)  # s of the first pause, unless the settings say otherwise
_LONGEST = const(1800)
_DAY = const(86400)  # s: the longest registration that anybody may ask for
_ASKED = const(3600)  # s: the longest Retry-After that is obeyed
_RAISED = const(3)  # 423s that are followed, one after the other
_PASSWORD = const(60)  # s: a wrong password does not get right by asking often


def tried_again(registration, response):
    """Return whether another REGISTER makes sense at once: a longer one, or one elsewhere."""
    status = response.status
    if status == 423:
        return _longer(registration, response)
    return status in (301, 302) and _moved(registration, response)


def _longer(registration, response):
    """Take Min-Expires of a 423; False when it makes no sense."""
    wanted = seconds(response.header("min-expires"), most=_DAY + 1)
    if not registration.expires < wanted <= _DAY:
        return False
    if registration.raised >= _RAISED:
        return False
    registration.raised += 1
    registration.expires = wanted
    return True


def _moved(registration, response):
    """Take the registrar that a 301 or 302 names; False where there is none, or after another."""
    home = "sip:" + registration.account.host
    try:
        uri = name_addr(response.values("contact")[0]).uri
        if registration.dialog.target == home and uri_parts(uri).host:
            registration.dialog.target = uri.partition("?")[0]
            return True
    except (ValueError, IndexError):
        pass
    return False


def reason_of(response):
    """Return the words for a refusal, or for silence."""
    text = response.reason or ("no answer" if response.local else "")
    return ("%d %s" % (response.status, text)).strip()


def pause(registration, response):
    """Return the ms until the next try: growing with each failure, jittered, never too early.

    A thousand phones must not come back in the same second.
    """
    agent = registration.agent
    base = agent.settings.get("register_back_off") or _BASE
    back = min(_LONGEST, base << min(registration.failures - 1, 6))
    if response.status in (401, 403, 407):
        back = max(back, _PASSWORD)
    wait = back * 500 + back * 500 * (agent.random(10)) // 1024
    return max(wait, seconds(response.header("retry-after"), most=_ASKED) * 1000)
