"""What SUBSCRIBE's answers and NOTIFYs mean (RFC 6665, 4235, 3842), and unasked NOTIFYs.

Functions on a `sip.subscription.subscribe.Subscriptions`; loaded when one is sent or comes, then forgotten.
"""

from base.compat import const
from sip.dialog import Dialog
from sip.message.message import name_addr, param
from sip.request import Request

_RETRY = const(30)  # s before another try, doubling
_LONGEST = const(900)
_REFUSED = const(3600)  # s: who refuses today may not tomorrow
_SOON = const(2)
_BAD_EVENT = 489, (("Allow-Events", "dialog, message-summary, check-sync"),)
_ACCEPT = {
    "dialog": "application/dialog-info+xml",
    "message-summary": "application/simple-message-summary",
}


def subscribe(every, subscription):
    """Return the `Request` for a SUBSCRIBE of `subscription`, new or within its dialog."""
    account = subscription.account
    target = uri_of(subscription)
    dialog = Dialog(
        account,
        "%s-%d" % (every.token, subscription.number),
        "<%s>" % account.uri,
        every.token,
        "<%s>" % target,
        subscription.tag,
        subscription.contact or target,
        subscription.routes or every.agent.load("sip.accounts").routes(account),
    )
    dialog.cseq = subscription.cseq
    dialog.auth = every.auth.get(account)

    def answered(request, response):
        if response is not None and response.status >= 200:
            every.request = every.asked = None
            subscription.cseq = dialog.cseq
            every.auth[account] = dialog.auth
            _answered(every, subscription, response)

    def headers(request):
        return (
            ("Contact", request.contact()),
            ("Event", subscription.event),
            ("Accept", _ACCEPT[subscription.event]),
            ("Expires", str(subscription.expires)),
            ("Allow", every.agent.allow),
        )

    return Request(every.agent, dialog, "SUBSCRIBE", answered, headers)


def uri_of(subscription):
    """Return the URI that is watched."""
    target = subscription.target
    if target[:4].lower() == "sip:" or target[:5].lower() == "sips:":
        return target
    return "sip:" + (target if "@" in target else "%s@%s" % (target, subscription.account.host))


def later(every, subscription, seconds):
    """Subscribe or renew in `seconds`."""
    clock = every.agent.timers.clock
    subscription.due = clock.add(clock.ms(), int(seconds * 1000))
    every.plan()


def again(every, subscription, seconds):
    """Begin anew in `seconds`: the old dialog is gone."""
    subscription.tag, subscription.seen = "", -1
    subscription.version = subscription.contact = subscription.routes = None
    subscription.active = False
    every.count += 1
    subscription.number = every.count  # another Call-ID
    subscription.cseq = 0
    later(every, subscription, seconds)


def _seconds(text, otherwise):
    text = (text or "").partition(";")[0].partition("(")[0].strip()
    return int(text) if text.isdigit() and len(text) < 7 else otherwise


def _answered(every, subscription, response):
    status, agent = response.status, every.agent
    if not subscription.expires:
        every.forget(subscription)
        every.plan()
        return
    if status < 300:
        every.failures = 0
        _learn(every, subscription, response, True)
        granted = min(_seconds(response.header("expires"), subscription.expires), 604800)
        later(every, subscription, max(granted * 8 // 10, _SOON))
    elif status == 423 and subscription.expires < _seconds(response.header("min-expires"), 0):
        subscription.expires = _seconds(response.header("min-expires"), 3600)
        later(every, subscription, 0)
    elif status == 481 and subscription.tag:
        again(every, subscription, 0)
    elif response.local or status in (408, 480, 500, 503, 504):
        every.failures += 1
        pause = min(_LONGEST, _RETRY << min(every.failures - 1, 5))
        pause = max(pause, _seconds(response.header("retry-after"), 0))
        if response.local:  # nobody there: ask for none of the others meanwhile
            for each in every.of(subscription.account):
                if each is not subscription and not each.tag:
                    later(every, each, pause + agent.random(3))
        again(every, subscription, pause)
        _tell(every, subscription, None)
    else:
        agent.log(3, "SUBSCRIBE %s: %d %s", subscription.target, status, response.reason)
        again(every, subscription, _REFUSED)
        _tell(every, subscription, None)
        agent.listener("unwatched", subscription)


def _learn(every, subscription, message, is_response):
    dialog = Dialog(None, "", "", "", "", "", subscription.target)
    tag = message.tag("to" if is_response else "from")
    if subscription.tag and tag != subscription.tag:
        return  # another branch of a fork: the first one is enough
    dialog.learn(message, is_response)
    subscription.tag = tag
    contact, routes = dialog.target, dialog.routes
    for other in every.all:  # most have the same: keep one of them
        if other.contact == contact:
            contact = other.contact
        if other.routes == routes:
            routes = other.routes
    if subscription.contact != contact:
        subscription.contact = contact
    if routes or subscription.routes:
        subscription.routes = routes


def notify(every, message):
    """Take a NOTIFY within a dialog; return (status, headers) or the status that it is owed."""
    call_id, agent = message.header("call-id"), every.agent
    for subscription in every.all:
        if call_id == "%s-%d" % (every.token, subscription.number):
            break
    else:
        return stray(agent, message, 481)
    if message.tag("to") != every.token or (
        subscription.tag and message.tag("from") != subscription.tag
    ):
        return 481
    if _event(message) != subscription.event:
        return _BAD_EVENT
    number = message.cseq()[0]
    if number <= subscription.seen:
        return 500
    if message.values("contact"):
        _learn(every, subscription, message, False)
    status = _body(every, subscription, message)
    if status < 300:
        subscription.seen = number
        _state(every, subscription, message.header("subscription-state") or "active")
        if subscription.event == "dialog" and message.body and subscription.version == -1:
            later(every, subscription, 0)  # a state is missing: ask for a full one
        agent.listener("notify", subscription)
    return status


def _event(message):
    return (message.header("event") or "").partition(";")[0].strip().lower()


def _state(every, subscription, value):
    """Follow Subscription-State (RFC 6665 section 4.1.3): renew, begin anew, or give up."""
    value, _, params = value.partition(";")
    value = value.strip().lower()
    if value != "terminated":
        subscription.active = value == "active"
        left = _seconds(param(params, "expires"), 0)
        if left and subscription.expires:
            later(every, subscription, max(left * 8 // 10, _SOON))
        return
    if not subscription.expires:
        every.forget(subscription)
        return
    reason = (param(params, "reason") or "").lower()
    wait = _seconds(param(params, "retry-after"), 0)
    if reason in ("rejected", "noresource", "invariant"):
        wait = max(wait, _REFUSED)
    elif reason in ("probation", "giveup"):
        wait = max(wait, 60)
    else:  # deactivated, timeout, none
        wait = max(wait, _SOON)
    again(every, subscription, wait)
    _tell(every, subscription, None)


def _body(every, subscription, message):
    """Take what the NOTIFY says; return its status."""
    if not message.body:
        return 200
    kind = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != _ACCEPT[subscription.event]:
        return 415
    if subscription.event == "dialog":
        from sip.subscription import dialog_info as dialoginfo

        before = subscription.version
        try:
            version, found = dialoginfo.read(message.body, before, subscription.data or {})
        except ValueError as error:
            every.agent.log(4, "dialog-info of %s: %s", subscription.target, error)
            return 400
        subscription.version = version
        if found or subscription.data:
            subscription.data = found
        if version >= 0:
            _tell(every, subscription, dialoginfo.state_of(found)[0])
    else:
        new = summary(message.body)
        subscription.state = new[0]
        every.agent.listener("mwi", subscription.account, new=new[0], old=new[1])
    return 200


def _tell(every, subscription, state):
    if subscription.state != state and subscription.event == "dialog":
        subscription.state = state
        every.agent.listener("watched", subscription, state=state)


def summary(body):
    """Return (new, old) voice messages of a message-summary (RFC 3842); "yes" alone is one."""
    waiting, counts = False, None
    try:
        lines = body.decode().split("\n")
    except ValueError:
        return 0, 0
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "messages-waiting":
            waiting = value.lower() == "yes"
        elif name == "voice-message":
            words = value.partition("(")[0].strip().split("/")
            if len(words) == 2 and words[0].isdigit() and words[1].strip().isdigit():
                counts = int(words[0][:6]), int(words[1].strip()[:6])
    if counts is None:
        return (1 if waiting else 0), 0
    return (max(counts[0], 1) if waiting else 0), counts[1]


def stray(agent, message, otherwise=481):
    """Take a NOTIFY that no subscription asked for; return its status.

    Message summaries are taken for the account that they are for, from its registrar or proxy;
    check-sync likewise, and from nobody else.
    """
    event = _event(message)
    if event not in ("message-summary", "check-sync"):
        return otherwise if message.tag("to") else _BAD_EVENT
    from sip.inbound import account_of

    account = account_of(agent, message)
    if account is None:
        return 404
    registration = account.registration
    known = registration and registration.serves(message.source[0])
    if event == "check-sync":
        if not known:
            return 403 if registration else _BAD_EVENT
        params = (message.header("event") or "").partition(";")[2]
        agent.listener("checksync", account, reboot=param(params, "reboot") != "false")
        return 200
    if registration and not known:
        return 403
    kind = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if message.body and kind != _ACCEPT[event]:
        return 415
    new = summary(message.body)
    agent.listener("mwi", account, new=new[0], old=new[1])
    return 200


def pickup(subscription):
    """Return (target, Replaces value or "") to pick up the call that rings there."""
    from sip.subscription.dialog_info import state_of

    dialog = state_of(subscription.data or {})[1]
    if dialog and dialog[2] and dialog[3] and dialog[4]:
        target = dialog[5]
        if target[:4] not in ("sip:", "sips"):
            target = uri_of(subscription)
        return name_addr(target)[1], "%s;to-tag=%s;from-tag=%s;early-only" % (
            dialog[2],
            dialog[4],
            dialog[3],
        )
    return uri_of(subscription), ""
