"""The console's words that pages need: settings by group, several at once, Action URLs previewed.

Their answers are for programs; a person has `find`, `set` and `test_url` for the same.
"""

from actions.expand import Values
from actions.secrets import masked_setting
from base import json_object
from base.compat import const
from offhook.changes import warnings
from offhook.console.word import Word, shown
from offhook.desk.variables import OF_CALL
from offhook.keys import fkey_types
from offhook.keys.names import events as key_events
from offhook.settings import catalogue

_SOON = const(500)  # ms until a restart: its answer goes first
_MOST = const(64)  # settings that are changed at once
_MASK = ":***@"  # of a password in a URL that somebody was shown
_EVENTS = "Action URL events"
_OFTEN = "active_url active_user active_host phone_ip local_ip nr_ongoing_calls mac".split()
_CALL = (
    "local remote display_local display_remote call-id csta_id duration call_direction active_key "
    "expansion_module"
).split()
_MORE = {  # event -> the variables that it has beside those of every event and of calls
    "incoming": ("sip_header(NAME)",),
    "connected": ("sip_header(NAME)",),
    "disconnected": ("cancel_reason", "sip_header(NAME)", "rtp_loss", "rtp_jitter", "mos"),
    "missed": ("cancel_reason", "sip_header(NAME)"),
    "blacklist": ("sip_header(NAME)",),
    "log_on": ("context_url",),
    "log_off": ("context_url",),
    "reg_failed": ("context_url",),
    "longpress": ("longpress_key", "active_key"),
}
_WITHOUT_CALL = (
    "setup dnd_on dnd_off redirection_on redirection_off reg_failed log_on log_off longpress "
    "received_subscr_notify"
).split()
_SAMPLE = {  # what a preview says of a call when there is none
    "display_remote": "Sample Caller",
    "call-id": "3c2670092e1f-sample",
    "csta_id": "1",
    "duration": "42",
    "call_direction": "in",
    "active_key": "P1",
    "longpress_key": "P5",
    "cancel_reason": "SIP;cause=200",
    "rtp_loss": "0.2",
    "rtp_jitter": "4",
    "mos": "4.3",
}


class Refused(ValueError):
    """Several settings are refused; `errors` is {name: message}."""

    def __init__(self, errors):
        super().__init__("; ".join(errors[x] for x in sorted(errors)))
        self.errors = errors


def groups(phone, _):
    """Return the titles of the settings' groups, in the catalogue's order."""
    return [title for title, _ in catalogue.GROUPS]


def group(phone, rest):
    """Return one group: its records, what is set of it, and what is locked by whom."""
    found = [rows for title, rows in catalogue.GROUPS if title == rest]
    if not found:
        raise ValueError("there is no group '%s'" % rest[:40])
    rows = found[0]
    patterns = [row[0] for row in rows]
    values, locked = {}, {}
    for name in phone.settings.changed():
        if catalogue.pattern(name) in patterns:
            values[name] = shown(phone.settings, name)
    for name, who in phone.settings.marks.locks.items():
        if catalogue.pattern(name) in patterns:
            locked[name] = who
    records = [_record(*row) for row in rows]
    return {"title": rest, "settings": records, "values": values, "locked": locked}


def _record(*row):
    spec = catalogue.Setting(*row)
    found = {
        "name": spec.name,
        "kind": spec.kind,
        "right": spec.right(),
        "default": spec.written(spec.default),
        "meaning": spec.meaning,
        "private": spec.private,
    }
    if spec.kind in ("int", "one"):
        found["values"] = list(spec.values)
    elif isinstance(spec.values, int):
        found["longest"] = spec.values
    return found


async def take(phone, rest):
    """Change several settings with one write, all of them or none; null gives a default back."""
    try:
        texts = json_object.read(rest)
        if not all(isinstance(texts[name], (str, type(None))) for name in texts):
            raise ValueError
        if not 0 < len(texts) <= _MOST:
            raise ValueError
    except ValueError:
        raise ValueError("take wants a JSON object of %d settings at most, NAME: TEXT" % _MOST)
    settings = phone.settings
    errors = settings.refused(texts)
    for name in texts:
        if texts[name] and _MASK in texts[name] and name not in errors:
            errors[name] = "%s: *** stands for a password that is not shown; write it" % name
    if errors:
        raise Refused(errors)
    try:
        await settings.keep(texts)
    except ValueError as error:  # they do not go together: its first word is the setting
        name = str(error).partition(":")[0]
        raise Refused({name if name in texts else sorted(texts)[0]: str(error)})
    answer, odd = {"taken": len(texts)}, {}
    for name in texts:
        found = warnings(phone, name)
        if found:
            odd[name] = found
    if odd:
        answer["warnings"] = odd
    return answer


# -- Action URLs ------------------------------------------------------------------------------


def action_urls(phone, _):
    """Return the events in Snom's order: setting, meaning, its URLs, the variables it has."""
    found = []
    for title, rows in catalogue.GROUPS:
        if title == _EVENTS:
            for row in rows:
                name = row[0]
                event = {"event": name, "meaning": row[5], "value": shown(phone.settings, name)}
                event["variables"] = _variables(name)
                found.append(event)
    return found


def _variables(setting):
    event = setting[7:]
    if event[-4:] == "_url":
        event = event[:-4]
    found = list(_OFTEN)
    if event not in _WITHOUT_CALL:
        found = _CALL + found
    return list(_MORE.get(event, ())) + found


def preview(phone, rest):
    """Return what a template becomes: its URLs with the values of a call, and what is odd."""
    event, _, text = rest.partition(" ")
    spec = phone.settings.spec(event) if phone.settings.known(event) else None
    if spec is None or spec.kind not in ("url", "fkey"):
        raise ValueError("preview takes an event and a template")
    if not text.strip():
        return {"urls": [], "warnings": [], "call": ""}
    actions, desk = phone.actions, phone.desk
    call = desk.active()
    if spec.kind == "fkey":
        entry = fkey_types.parse(text)
        text = entry.argument if entry and entry.kind == "url" else ""
    sample = None if call else _sample(phone)
    values = Values(phone.settings, phone.network, _lookup(phone, sample), phone.log)
    context, urls = desk.context(call), []
    context.account = desk.account()
    for target in actions.parse(text):
        urls.append(actions.shown(target, context, values))
    what = "now" if call else "last" if "last" in sample else "sample"
    return {"urls": urls, "warnings": actions.warnings(text), "call": what}


def _sample(phone):
    """Return {variable: value} of the last call, else of one that might be."""
    account = phone.desk.account()
    local = account.uri.replace("sip:", "") if account else "100@desk.example"
    sample = dict(_SAMPLE)
    sample["local"], sample["remote"] = local, "201@" + local.partition("@")[2]
    sample["display_local"] = (account and account.display) or ""
    for entry in phone.desk.lists.entries()[:1]:
        sample["last"] = True
        sample["remote"], sample["display_remote"] = entry.number, entry.name
        sample["call_direction"] = "out" if entry.kind == "d" else "in"
    return sample


def _lookup(phone, sample):
    lookup = phone.actions.values.lookup
    if sample is None:
        return lookup

    def value(name, argument, context):
        if name in OF_CALL or name in sample:
            return sample.get(name)
        return lookup(name, argument, context)

    return value


# -- function keys, lists, the device ---------------------------------------------------------


def fkeys(phone, _):
    """Return what each function key is: its setting, label, and what it does now."""
    settings, keys = phone.settings, []
    for index in range(max(phone.fkeys.count, 1)):
        entry = phone.fkeys.entry(index)
        name = "fkey%d" % index
        argument = settings.text(name).split(None, 2)[2:] if settings.text(name) else []
        keys.append(
            {
                "key": "P%d" % (index + 1),
                "setting": name,
                "value": shown(settings, name),
                "context": entry.context,
                "type": entry.kind,
                "argument": masked_setting(name, argument[0]) if argument else "",
                "label": settings.get("fkey_label%d" % index),
                "long": settings.get("fkey_longpress%d" % index),
            }
        )
    return {"keys": keys, "types": fkey_types.TYPES, "events": key_events()}


def lists(phone, _):
    """Return the last calls: dialled (d), received (r), missed (m), the newest first.

    `voice` has MOS, loss in percent, jitter and delay in ms, "" for a call without voice.
    """
    return [
        {
            "kind": x.kind,
            "time": int(x.time or 0),
            "number": x.number,
            "name": x.name,
            "voice": x.voice,
        }
        for x in phone.desk.lists.entries()
    ]


def reboot(phone, rest):
    """Restart the phone soon."""
    if phone.desk.agent and phone.desk.agent.calls and rest != "now":
        raise ValueError("there is a call; 'reboot now' ends it")
    phone.timers.after(_SOON, phone.restart)


WORDS = {
    "groups": Word("groups", "the groups of the settings", groups),
    "group": Word("group TITLE", "one group's settings, for a program", group),
    "take": Word("take JSON", "change several settings at once", take),
    "actions": Word("actions", "the events that have an Action URL", action_urls),
    "preview": Word("preview EVENT TEMPLATE", "what an Action URL becomes", preview),
    "fkeys": Word("fkeys", "the function keys, and what they do", fkeys),
    "lists": Word("lists", "the last calls", lists),
    "reboot": Word("reboot [now]", "restart the phone; now: in a call too", reboot),
}
