"""What the phone subscribes to: a BLF key's extension, and the mailbox of an identity.

`renew` compares what the settings want with what is watched.
"""

from collections import namedtuple

from offhook.desk.dialling import dial
from offhook.desk.numbers import dialable, split
from sip.subscription.subscribe import pickup

Wanted = namedtuple("Wanted", ("account", "target", "event", "index"))  # index of the key or None


def renew(desk, fkeys):
    """Subscribe to what is wanted and not watched yet; end what is not wanted any more."""
    agent, every = desk.agent, desk.watch
    stale = list(every.all)
    if desk.completion and desk.completion.subscription in stale:
        stale.remove(desk.completion.subscription)
    for wanted in _wanted(desk, fkeys):
        found = _find(every, wanted)
        if found in stale:
            stale.remove(found)
        try:
            found = found or every.add(wanted.account, wanted.target, wanted.event)
        except ValueError as error:
            desk.log(2, "%s: %s", wanted.target, error)
        if wanted.index is not None:
            fkeys.watched[wanted.index] = found
    for each in stale:
        if each.account in agent.accounts:
            every.remove(each)
        else:
            every.forget(each)


def _wanted(desk, fkeys):
    """Return what is to be watched, a `Wanted` each."""
    wanted = []
    for index in fkeys.watched:
        entry = fkeys.entry(index)
        account = desk.account_of(entry.context)
        if account:
            wanted.append(Wanted(account, dialable(entry.argument), "dialog", index))
    for account in desk.agent.accounts:
        if desk.settings.get("user_mailbox%d" % account.number) and account.host:
            wanted.append(Wanted(account, account.uri, "message-summary", None))
    return wanted


def _find(every, wanted):
    for each in every.all:
        if (each.account, each.target, each.event) == wanted[:3]:
            return each
    return None


def press(desk, fkeys, index):
    """A BLF key was pressed: pick up what rings there, else call it.

    Where nothing says how to pick it up, the display tells so: a second call would ring there too.
    """
    entry = fkeys.entry(index)
    account = desk.account_of(entry.context)
    number, code = dialable(entry.argument), split(entry.argument).code
    subscription = fkeys.watched.get(index)
    if not subscription or subscription.state != "ringing":
        return dial(desk, number, account=account)
    code = code or desk.settings.get("pickup_code")
    if code:
        user = number.partition("@")[0].rpartition(":")[2]
        return dial(desk, code + user, account=account)
    target, replaces = pickup(subscription)
    if not replaces:
        desk.say(desk.text("no_pickup"))
        return None
    headers = (("Replaces", replaces), ("Require", "replaces"))
    return dial(desk, target, account=account, headers=headers)
