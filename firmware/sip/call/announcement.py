"""What an INVITE tells of its call beyond From and To, and how it is to be announced.

P-Asserted-Identity (RFC 3325) or its forerunner Remote-Party-ID, Diversion (RFC 5806),
History-Info (RFC 7044), Alert-Info, Call-Info, Answer-Mode (RFC 5373).
"""

from sip.message.fields import param
from sip.message.uri import address_of, name_addr


def read(call, message):
    """Fill in what the INVITE tells beyond its From."""
    registration = call.account.registration
    if registration and registration.serves(message.source[0]):  # else anybody could assert it
        values = message.values("p-asserted-identity") or message.values("remote-party-id")
        for value in values:
            if _take(call, value):
                break
    diverted = message.values("diversion")
    history = message.values("history-info")
    if diverted:
        call.diversion = address_of(name_addr(diverted[0])[1])
    elif len(history) > 1:
        call.diversion = address_of(name_addr(history[-2])[1].partition("?")[0])
    call.alert_info = message.header("alert-info")
    call.auto_answer = _auto(message)


def _take(call, value):
    """Show the identity in `value`, unless it is the callee's or is to stay private."""
    display, uri, params = name_addr(value)
    if (param(params, "party") or "calling").lower() != "calling":
        return False
    if uri.startswith(("sip", "tel")) and param(params, "privacy") in (None, "off"):
        call.remote = address_of(uri)
        call.remote_display = display or call.remote_display
    return True


def _auto(message):
    """Return the seconds after which an automatic answer is asked for, None where it is not."""
    mode = (message.header("answer-mode") or message.header("priv-answer-mode") or "").lower()
    if mode.partition(";")[0].strip() == "auto":
        return 0
    for value in message.values("call-info"):
        after = param(value[value.rfind(">") + 1 :], "answer-after")
        if after is not None:
            return int(after) if after[:4].isdigit() else 0
    for value in message.all("alert-info"):
        text = value.lower().replace(" ", "")
        if "autoanswer" in text or "auto-answer" in text or "answer-after" in text:
            delay = text.partition("answer-after=")[2] or text.partition("delay=")[2]
            digits = delay.partition(";")[0].partition(">")[0]
            return int(digits) if digits[:3].isdigit() and len(digits) < 4 else 0
        if "ringanswer" in text:
            return 2
    return None
