"""Builds a phone from its parts: used once, then dropped from the heap."""

from actions.actions import Actions
from base.log import Log
from base.timers import Timers
from net.http import Client
from net.resolver import Resolver
from net.tls import Trust
from offhook.desk import dial_plan, numbers
from offhook.desk.desk import Desk, stranger
from offhook.desk.variables import Variables
from offhook.keys.function_keys import FunctionKeys
from offhook.keys.keys import Keys
from offhook.panel.panel import Panel
from offhook.panel.texts import Texts
from offhook.settings.changes import apply, fkey, url
from offhook.settings.settings import Settings
from offhook.trust import trust

VERSION = "0.1.0"
_AGENT = "Mozilla/4.0 (compatible; %s-SIP %s %s)"

CHECKS = {"plan": dial_plan.check, "number": numbers.check}


def build(phone, preset):
    """Give `phone` all its rooms; `preset` are settings to take over first."""
    platform = phone.platform
    log = phone.log = Log(phone.stamp, platform.console_line)
    settings = phone.settings = Settings(platform.storage, log, CHECKS)
    log.level = settings.get("log_level")
    parts = phone.parts = platform.parts(settings.get, log)
    phone.network, phone.clock = parts.network, parts.clock
    timers = phone.timers = Timers(parts.clock, phone.report)
    phone.sip_trust = trust(phone)
    phone.resolver = Resolver(parts.network, parts.clock, platform.random)
    actions = phone.actions = _actions(phone)
    desk = phone.desk = Desk(settings, actions, timers, log, platform.storage)
    desk.reset = platform.reset
    desk.about = phone.about
    desk.text = Texts(settings.get).text
    actions.stranger = stranger
    actions.values.lookup = Variables(desk, parts.network, lambda: parts.modules).value
    phone.fkeys = desk.lines = FunctionKeys(settings, actions, timers, parts.fkeys)
    phone.panel = Panel(desk, phone.fkeys, settings, timers, parts, desk.text)
    phone.keys = Keys(desk, phone.fkeys)
    phone.input = parts.input
    phone.input.emit = phone.keys.on_key
    count = sum(1 for n in phone.input.names() if n[:1] == "P" and n[1:].isdigit())
    phone.fkeys.count = max(4, count)  # P1 to P4 are lines, on a board without keys too
    _settings(phone, preset)
    for name in parts.missing:
        log(1, "part missing: %s", name)
        phone.panel.troubles["part"] = name


def _actions(phone):
    platform, network, settings = phone.platform, phone.network, phone.settings
    read, bundle = platform.storage.read, getattr(platform, "bundle", None)
    trust = Trust(settings.get, read, phone.clock, "check_trusted_certificate", bundle=bundle)

    def agent():
        mac = settings.get("mac") or network.mac
        return _AGENT % (settings.get("phone_type"), VERSION, mac)

    phone.http = Client(network, phone.resolver, phone.timers, trust, phone.log, agent, phone.calm)
    return Actions(
        network,
        phone.http,
        phone.timers,
        settings,
        None,
        phone.log,
        phone.local,
        phone.calm,
        VERSION,
    )


def _settings(phone, preset):
    settings, troubles = phone.settings, phone.panel.troubles
    settings.checks["url"] = lambda text: url(phone, text)
    settings.checks["fkey"] = lambda text: fkey(phone, text)
    if settings.trouble:
        troubles["settings"] = settings.trouble
    try:
        settings.update(preset or {})
    except ValueError:
        for name in sorted(preset):  # what fits is taken, and each that does not is told
            try:
                settings.set(name, preset[name])
            except ValueError as error:
                phone.log(1, "%s", error)
                troubles["settings"] = str(error)
    for name in settings.changed():
        try:
            apply(phone, name)
        except ValueError as error:
            phone.log(1, "%s: %s", name, error)
    phone.desk.forwarding = settings.get("redirect_event")
    settings.on_change(phone.changed)
