"""How a call is to be announced: for whom it comes, how it rings, whether it is to be answered.

Diversion (RFC 5806), History-Info (RFC 7044), Alert-Info, Call-Info, Answer-Mode (RFC 5373). All
of it is optional: what cannot be read is ignored.
"""

from base.compat import const
from sip.call.identity import plain
from sip.call.optional import reading
from sip.message.fields import param, seconds
from sip.message.uri import name_addr

_LONGEST = const(999)  # s that an automatic answer may be put off
_RING_ANSWER = const(2)  # s, for "ring, then answer"


def diversion(message, log, own=""):
    """Return the address that the call was meant for before it was forwarded, None for none.

    The last one that has forwarded it and does not hide, save the user `own`: some exchanges name
    where the call goes to as well.
    """

    def diverted():
        return _diverted(message.values("diversion"), own)

    def history():
        values = message.values("history-info")
        return plain(name_addr(values[-2]).uri.partition("?")[0]) if len(values) > 1 else None

    found = reading(log, "Diversion", diverted) if message.raw("diversion") else None
    if not found and message.raw("history-info"):
        found = reading(log, "History-Info", history)
    return found


def _diverted(values, own):
    for value in values:
        address = name_addr(value)
        hidden = param(address.params, "privacy") or "off"
        found = plain(address.uri)
        if hidden.strip('"').lower() == "off" and found.partition("@")[0] != own:
            return found
    return None


def auto_answer(message, log):
    """Return the seconds after which an automatic answer is asked for, None where it is not.

    Only the registrar may ask for one (RFC 5373 section 6); that is the caller's question.
    """
    mode = message.header("answer-mode") or message.header("priv-answer-mode") or ""
    if mode.lower().partition(";")[0].strip() == "auto":
        return 0
    infos = ()
    if message.raw("call-info"):
        infos = reading(log, "Call-Info", lambda: message.values("call-info"), ())
    for value in infos:
        params = value.rpartition(">")[2]
        after = reading(log, "Call-Info", lambda params=params: param(params, "answer-after"))
        if after is not None:
            return _seconds(after)
    for value in message.all("alert-info"):
        text = value.lower().replace(" ", "")
        if "autoanswer" in text or "auto-answer" in text or "answer-after" in text:
            delay = text.partition("answer-after=")[2] or text.partition("delay=")[2]
            return _seconds(delay.partition(";")[0].partition(">")[0])
        if "ringanswer" in text:
            return _RING_ANSWER
    return None


def _seconds(text):
    """Return the seconds in `text`; what is no number, or a far too large one, counts as 0."""
    found = seconds(text)
    return found if found <= _LONGEST else 0
