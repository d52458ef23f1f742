"""The console's words for whoever looks after the phone: state, log, figures, tests, software."""

import gc
import sys

from base.printable import printable
from base.version import VERSION
from offhook.console.settings_words import known
from offhook.console.word import Word, shown
from offhook.panel.tones import tone
from offhook.update import update as software


def status(phone, _):
    """Return network, missing parts, identities and more."""
    agent, desk = phone.agent, phone.desk  # without agent: the phone is stopped
    return {
        "version": VERSION,
        "address": phone.network.address(),
        "network": "up" if phone.network.up else getattr(phone.network, "reason", "down"),
        "missing": phone.parts.missing,
        "sound": phone.parts.sound.fault or "ok",
        "modules": list(phone.parts.modules),
        "settings": phone.settings.trouble or "ok",
        "memory": phone.heap.figures(),
        "updating": phone.updating,
        "web": phone.web.state,
        "audio": desk.audio,
        "voice": phone.voice.summary(),
        "voice_before": phone.voice.before,
        "tone": tone(desk),
        "ringer": phone.panel.ringing.hertz,
        "timers": len(phone.timers),
        "transactions": len(agent.transactions) if agent else 0,
        "subscriptions": sum(1 for x in desk.watch.all if x.active) if desk.watch else 0,
        "identities": [
            {
                "number": account.number,
                "uri": account.uri,
                "register": account.register,
                "registered": account.registered,
                "reason": printable(account.reason or ""),
            }
            for account in (agent.accounts if agent else ())
        ],
    }


def first_start(phone, _):
    """Return what goes on at the first start, with the name and password of its network."""
    first = phone.first_start
    return {
        "state": first.state,
        "network": first.name,
        "password": first.key,
        "page": first.url,
        "ssid": first.ssid,
        "failed": first.told,
    }


def version(phone, _):
    """Return the versions of this software and of its firmware, and the machine."""
    about = sys.implementation
    python = ".".join(str(x) for x in about.version[:3])
    return {
        "version": VERSION,
        "firmware": "%s %s" % (about.name, python),
        "machine": getattr(about, "_machine", ""),
    }


def ram(phone, _):
    """Return the bytes of Python's heap, free and used, and the system's memory."""
    gc.collect()
    return phone.heap.figures()


def loaded(phone, _):
    """Return the modules that are on the heap."""
    return sorted(sys.modules)


def log(phone, rest):
    """Return the last lines of the log."""
    if rest and not rest.isdigit():
        raise ValueError("log takes a number of lines, not '%s'" % rest[:20])
    return phone.log.lines(int(rest) if rest else None)


def counters(phone, _):
    """Return the Action URLs' counters, in total and for each event."""
    return phone.actions.counters()


async def test_url(phone, rest):
    """Send an event's Action URLs now; return what became of each."""
    settings, actions = phone.settings, phone.actions
    if rest[:7] != "action_" or rest[:11] == "action_url_":
        raise ValueError("'%s' is no event; 'find action_' lists them" % rest[:40])
    known(phone, rest)
    if not settings.get(rest):
        raise ValueError("%s is not set" % rest)
    context = phone.desk.context(phone.desk.active())
    results = await actions.test(rest, context)
    return {"template": shown(settings, rest), "results": results}


def update(phone, rest):
    """Fetch new software."""
    words = rest.split()
    forced = "force" in words
    if forced:
        words.remove("force")
    if len(words) > 1:
        raise ValueError("update takes [URL] [force]")
    software.start(phone, words[0] if words else phone.settings.get("update_server"), forced)


def fault(phone, rest):
    """Switch a fault of the simulated parts."""
    name, _, state = rest.partition(" ")
    if state not in ("on", "off"):
        raise ValueError("fault takes NAME on|off")
    phone.platform.fault(name, state == "on")


def json_(phone, rest):
    """Switch the serial line between JSON and words."""
    if rest not in ("on", "off"):
        raise ValueError("json takes on or off, not '%s'" % rest[:20])
    phone.terminal.json(rest == "on")


def stop(phone, _):
    """Stop the phone."""
    phone.stop()


WORDS = {
    "status": Word("status", "network, identities, missing parts", status),
    "first_start": Word(
        "first_start", "the WiFi of the phone's own that it is set up by", first_start
    ),
    "version": Word("version", "of this software and of its firmware", version),
    "log": Word("log [N]", "the last N lines of the log", log),
    "counters": Word("counters", "Action URLs queued, sent, answered, failed", counters),
    "test_url": Word(
        "test_url EVENT", "send an event's Action URLs, tell status, ms and cause", test_url
    ),
    "update": Word("update [URL] [force]", "fetch new software; force: an older one too", update),
    "ram": Word("ram", "bytes free and used, of Python and of the system", ram),
    "loaded": Word("loaded", "the modules that are loaded", loaded),
    "fault": Word("fault NAME on|off", "switch a fault of simulated parts", fault),
    "json": Word("json on|off", "the serial line answers in JSON, or in words", json_),
    "quit": Word("quit", "stop the phone", stop),
}
