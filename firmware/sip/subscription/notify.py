"""What NOTIFYs mean (RFC 6665, 4235, 3842): those of our subscriptions, and unasked ones.

`take` works on a `sip.subscription.subscribe.Subscriptions`; who asked for nothing is told by
`unasked`, which needs the agent alone.
"""

from base.compat import const
from net.resolver import dotted
from sip.account import account_of
from sip.message.fields import param, seconds
from sip.message.uri import uri_parts
from sip.subscription import dialog_info, message_summary

_PROBATION = const(60)  # s
_SOON = const(2)
_BAD_EVENT = 489, (("Allow-Events", "dialog, message-summary, check-sync"),)


def take(every, message):
    """Take a NOTIFY within a dialog; return the status, or (status, headers), that it is owed."""
    agent, subscription = every.agent, every.find(message.header("call-id"))
    foreign = message.stranger and not agent.guard.open_house
    if subscription is None:
        return 481 if foreign else unasked(agent, message, 481)
    if message.tag("to") != every.token or (
        subscription.tag and message.tag("from") != subscription.tag
    ):
        return 481
    if message.stranger and not every.reaches(subscription, message.source[0]):
        agent.log(3, "SIP: %s is not whom '%s' asks", message.source[0], subscription.target)
        return 481
    if _event(message) != subscription.event:
        return _BAD_EVENT
    number = message.cseq().number
    if number <= subscription.seen:
        every.again(subscription, 0)  # the notifier has begun anew: what it says then is lost
        return 500
    if message.header("contact"):
        every.learn(subscription, message, False)
    status = _body(every, subscription, message)
    if status < 300:
        subscription.seen = number
        subscription.foreign = foreign
        _state(every, subscription, message.header("subscription-state") or "active")
        if message.body and subscription.version == dialog_info.MISSING:
            every.later(subscription, 0)  # ask for a full one
        agent.listener("notify", subscription)
    return status


def _event(message):
    return (message.header("event") or "").partition(";")[0].strip().lower()


def _kind(message):
    return (message.header("content-type") or "").partition(";")[0].strip().lower()


def _state(every, subscription, value):
    """Follow Subscription-State (RFC 6665 section 4.1.3): renew, begin anew, or give up."""
    value, _, params = value.partition(";")
    value = value.strip().lower()
    if value != "terminated":
        subscription.active = value == "active"
        left = seconds(param(params, "expires"), 0)
        if left and subscription.expires:
            every.renew(subscription, left)
        return
    if not subscription.expires:
        every.forget(subscription)
        return
    reason = (param(params, "reason") or "").lower()
    wait = seconds(param(params, "retry-after"), 0)
    if reason in ("rejected", "noresource", "invariant"):
        every.refused(subscription, wait)
    elif reason in ("probation", "giveup"):
        every.again(subscription, max(wait, _PROBATION))
    else:  # deactivated, timeout, none
        every.again(subscription, max(wait, _SOON))
    every.tell(subscription, None)


def _body(every, subscription, message):
    """Take what the NOTIFY says; return its status."""
    if not message.body:
        return 200
    read = _dialogs if subscription.event == "dialog" else _messages
    return read(every, subscription, message)


def _dialogs(every, subscription, message):
    if _kind(message) != dialog_info.KIND:
        return 415
    before = subscription.data or {}
    try:
        version, found = dialog_info.read(message.body, subscription.version, before)
    except ValueError as error:
        every.agent.log(4, "dialog-info of %s: %s", subscription.target, error)
        return 400
    subscription.version = version
    if found or subscription.data:
        subscription.data = found
    if version != dialog_info.MISSING:
        every.tell(subscription, dialog_info.state_of(found)[0])
    return 200


def _messages(every, subscription, message):
    if _kind(message) != message_summary.KIND:
        return 415
    found = message_summary.summary(message.body)
    subscription.state = found.new
    every.agent.listener("mwi", subscription.account, new=found.new, old=found.old)
    return 200


def unasked(agent, message, otherwise=481):
    """Take a NOTIFY that no subscription asked for; return the status that it is owed.

    Message summaries are taken for the account that they are for, from its registrar or proxy;
    check-sync likewise, and from nobody else. An account that does not register has the server
    that is written in its settings.
    """
    event = _event(message)
    if event not in ("message-summary", "check-sync"):
        return otherwise if message.tag("to") else _BAD_EVENT
    account = account_of(agent.accounts, message)
    if account is None:
        return 404
    registration = account.registration
    if event == "check-sync":
        if not (registration and registration.has_sent(message)):
            return 403 if registration else _BAD_EVENT
        params = (message.header("event") or "").partition(";")[2]
        agent.listener("checksync", account, reboot=param(params, "reboot") == "true")
        return 200
    if not _serves(agent, account, message):
        return 403
    if message.body and _kind(message) != message_summary.KIND:
        return 415
    found = message_summary.summary(message.body)
    agent.listener("mwi", account, new=found.new, old=found.old)
    return 200


def _serves(agent, account, message):
    """Return whether who tells of an account's messages is its server, as far as that is known:
    behind a name, or where there is none, anybody may be as long as nobody registers.
    """
    if agent.trusted(account, message):
        return True
    unknown = not account.registration and not dotted(uri_parts("sip:" + account.host).host)
    return unknown and agent.guard.open_house
