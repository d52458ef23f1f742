"""What a changed setting does: checked before, applied where it is used, told as an event."""

from offhook.keys.fkey_types import parse

_KIND = {"all": "always", "busy": "busy", "time": "time"}


def url(phone, text):
    """Refuse an Action URL that cannot work; ValueError says why."""
    phone.actions.parse(text)


def fkey(phone, text):
    """Refuse a function key that cannot work; ValueError says why."""
    entry = parse(text)
    if entry and entry.kind == "url":
        phone.actions.parse(entry.argument)


def apply(phone, name):
    """Take a setting over where it is used."""
    value = phone.settings.get(name)
    if name.startswith("action_") and not name.startswith("action_url_"):
        phone.actions.set(name, value)
    elif name.startswith("fkey") and name[4:].isdigit():
        index, fkeys = int(name[4:]), phone.fkeys
        before = index in fkeys.watched
        fkeys.take(index)
        if phone.agent and (before or index in fkeys.watched):
            _watch(phone)
    elif name == "log_level":
        phone.log.level = value or 0
    elif name == "privacy_out" and phone.agent:
        for account in phone.agent.accounts:
            account.anonymous = value
    elif name.startswith("user_") and phone.agent:
        from offhook.settings.identities import renew

        renew(phone, int(name.lstrip("abcdefghijklmnopqrstuvwxyz_")))
        _watch(phone)


def _watch(phone):
    from offhook.keys.blf import renew

    renew(phone.desk, phone.fkeys)


def tell(phone, name):
    """Fire the event that a changed setting has."""
    get = phone.settings.get
    if name == "dnd_mode":
        phone.desk.fire("action_dnd_on_url" if get(name) else "action_dnd_off_url")
        _dial(phone, get("dnd_on_code" if get(name) else "dnd_off_code"))
    elif name == "redirect_event":
        off = get(name) == "none"
        phone.desk.fire("action_redirection_off_url" if off else "action_redirection_on_url")
        before, phone.desk.forwarding = phone.desk.forwarding, get(name)
        if before != "none":
            _dial(phone, get("redirect_%s_off_code" % _KIND[before]))
        if not off:
            code = get("redirect_%s_on_code" % _KIND[get(name)])
            _dial(phone, code and code + (phone.desk.target(get(name)) or ""))


def _dial(phone, code):
    if code and phone.agent:
        from offhook.desk.star_codes import switch

        switch(phone.desk, code)
