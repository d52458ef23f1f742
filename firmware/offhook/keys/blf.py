"""What the phone subscribes to: a BLF key's extension, and the mailbox of an identity.

`renew` compares what the settings want with what is watched; loaded when one of them changes.
"""


def renew(phone):
    """Subscribe to what is wanted and not watched yet; end what is not wanted any more."""
    agent, desk = phone.agent, phone.desk
    wanted = _wanted(phone)
    if wanted and not desk.watch:
        from sip.subscription.subscribe import Subscriptions

        desk.watch = Subscriptions(agent)
    every = desk.watch
    if not every:
        return
    stale = list(every.all)
    if desk.completion and desk.completion.subscription in stale:
        stale.remove(desk.completion.subscription)
    for account, target, event, index in wanted:
        found = _find(every, account, target, event)
        if found in stale:
            stale.remove(found)
        try:
            found = found or every.add(account, target, event)
        except ValueError as error:
            phone.log(2, "%s: %s", target, error)
        if index is not None:
            desk.fkeys.watched[index] = found
    for each in stale:
        if each.account in agent.accounts:
            every.remove(each)
        else:
            every.forget(each)


def _wanted(phone):
    """Return [(account, number or URI, event, index of the key or None)]."""
    agent, fkeys, wanted = phone.agent, phone.desk.fkeys, []
    for index in fkeys.watched:
        context, _, argument = fkeys.entry(index)
        account = account_for(agent, context)
        if account:
            wanted.append((account, split(argument)[0], "dialog", index))
    for account in agent.accounts:
        if phone.settings.get("user_mailbox%d" % account.number) and account.host:
            wanted.append((account, account.uri, "message-summary", None))
    return wanted


def _find(every, account, target, event):
    for each in every.all:
        if each.account is account and each.target == target and each.event == event:
            return each
    return None


def account_for(agent, context):
    """Return the account of a key's context, the first one for "active"; None without any."""
    for account in agent.accounts:
        if context in ("active", str(account.number)):
            return account
    return None


def split(argument):
    """Return (number or URI, pickup code) of ``201``, ``201|*8`` or ``<sip:201@host>|*8``."""
    if argument.isdigit():
        return argument, ""  # the same object: there are many
    target, _, code = argument.partition("|")
    return target.strip().strip("<>").partition(";")[0], code.strip()


def press(desk, index):
    """A BLF key was pressed: pick up what rings there, else call it."""
    from offhook.desk.calls import dial

    context, _, argument = desk.fkeys.entry(index)
    account = account_for(desk.agent, context)
    number, code = split(argument)
    subscription = desk.fkeys.watched.get(index)
    if not subscription or subscription.state != "ringing":
        return dial(desk, number, account=account)
    code = code or desk.settings.get("pickup_code")
    if code:
        return dial(desk, code + number.partition("@")[0].rpartition(":")[2], account=account)
    target, replaces = desk.agent.load("sip.subscription.notify").pickup(subscription)
    headers = (("Replaces", replaces), ("Require", "replaces")) if replaces else ()
    return dial(desk, target, account=account, headers=headers)
