"""The console's rarer words: status, show, find, unset, dial, reset, test_url, help."""

from base.compat import chosen, unload
from offhook.settings.catalogue import groups

_HELP = (
    "press KEY [MS]",
    "hook off|on",
    "set NAME VALUE",
    "get NAME",
    "unset NAME",
    "find WORD",
    "show",
    "display",
    "lamps",
    "calls",
    "dial NUMBER",
    "log [N]",
    "counters",
    "status",
    "test_url EVENT",
    "update [URL]",
    "ram",
    "loaded",
    "quit",
)


def rare(phone, line):
    """Carry out `line`, (word, rest); return the answer, or raise ValueError."""
    word, rest = line
    action = find(word)
    if action is None:
        raise ValueError("there is no command '%s'; help lists them" % word[:20])
    return action(phone, rest)


def cmd_help(_, __):
    return list(_HELP)


def cmd_status(phone, _):
    from offhook.panel.tones import tone

    unload("offhook.panel.tones")
    agent = phone.agent  # None: the phone is stopped
    return {
        "address": phone.network.address(),
        "network": "up" if phone.network.up else getattr(phone.network, "reason", "down"),
        "missing": phone.parts.missing,
        "modules": list(phone.parts.modules),
        "settings": phone.settings.trouble or "ok",
        "updating": phone.updating,
        "audio": phone.desk.audio,
        "tone": tone(phone.desk),
        "ringer": phone.panel.ringing.hertz,
        "timers": len(phone.timers),
        "transactions": len(agent.transactions) if agent else 0,
        "subscriptions": sum(1 for x in phone.desk.watch.all if x.active)
        if phone.desk.watch
        else 0,
        "identities": [
            {
                "number": account.number,
                "uri": account.uri,
                "registered": account.registered,
                "reason": account.reason or "",
            }
            for account in (agent.accounts if agent else ())
        ],
    }


def cmd_loaded(_, __):
    """``loaded``: the modules that are on the heap now."""
    import sys

    return sorted(sys.modules)


def cmd_unset(phone, rest):
    phone.settings.unset(rest)


def cmd_find(phone, rest):
    found = []
    for _, group in groups():
        for each in group:
            if rest in each.name or rest in each.meaning:
                shown = each.written(each.default) or "empty"
                found.append("%s (%s, %s): %s" % (each.name, each.right(), shown, each.meaning))
    return found


def cmd_show(phone, _):
    from offhook.console.commands import masked

    settings = phone.settings
    return {name: masked(settings, name, settings.text(name)) for name in settings.changed()}


def cmd_dial(phone, rest):
    call = phone.dial(rest)
    if call is None:
        raise ValueError(phone.desk.notice or "not dialled")
    return {"call_id": call.call_id}


def cmd_reset(phone, rest):
    if rest != "yes":
        raise ValueError("'reset yes' gives every setting its default back")
    phone.settings.erase()


def cmd_update(phone, rest):
    from offhook.update.update import start

    start(phone, rest or phone.settings.get("update_server"))


def cmd_test_url(phone, rest):
    from offhook.console.commands import masked

    settings, actions = phone.settings, phone.actions
    if rest[:7] != "action_" or rest[:11] == "action_url_" or not settings.known(rest):
        raise ValueError("'%s' is no event; 'find action_' lists them" % rest[:40])
    text = settings.get(rest)
    if not text:
        raise ValueError("%s is not set" % rest)
    context = phone.desk.context(phone.desk.active())
    urls = [actions.shown(target, context) for target in actions.targets[rest]]
    actions.fire(rest, context)
    return {"template": masked(settings, rest, text), "urls": urls}


# in one text: a function found by its name would keep that name on the heap for good
_WORDS = "help status loaded unset find show dial reset update test_url"


def find(word):
    """Return the function for `word`, None where there is none."""
    return chosen(
        _WORDS,
        (
            cmd_help,
            cmd_status,
            cmd_loaded,
            cmd_unset,
            cmd_find,
            cmd_show,
            cmd_dial,
            cmd_reset,
            cmd_update,
            cmd_test_url,
        ),
        word,
    )
