"""What a setting does: at the start, and changed: checked before, applied, told as an event.

`phone` is the `offhook.telephone.Phone` whose setting it is.
"""

from media.tones import melody
from offhook import identities
from offhook.desk import dial_plan, numbers, star_codes
from offhook.keys import blf
from offhook.keys.fkey_types import parse
from offhook.settings.catalogue import plain
from web import passwords


def _melody(text):
    """Refuse a melody that cannot be read (RTTTL)."""
    melody(text)


PLAIN = {
    "plan": dial_plan.check,
    "number": numbers.check,
    "melody": _melody,
}  # checks that need no phone, see `settings.catalogue.parse`
_KIND = {"all": "always", "busy": "busy", "time": "time"}  # in the names of star codes
_KEYS = ("fkey", "fkey_longpress")
_NO_TLS = (
    "webserver_type: this phone serves no TLS, a handshake would hold up calls for half a second; "
    "its pages are %s"
)
_FORWARDING = ("redirect_event", "redirect_number", "redirect_busy_number", "redirect_time_number")


def begin(phone, preset):
    """Take over what was saved, and `preset` {name: text}; what does not fit is told."""
    settings, log = phone.settings, phone.log
    settings.checks.update(checks(phone))
    settings.relations = relations(phone)
    settings.quiet = phone.quiet
    settings.idle = phone.idle
    if settings.trouble:
        phone.panel.troubles["settings"] = settings.trouble
    _preset(phone, preset)
    for name in settings.changed():
        try:
            apply(phone, name)
        except ValueError as error:
            log(1, "%s: %s", name, error)
    phone.desk.forwarding = settings.get("redirect_event")
    password = settings.get("http_pass")
    if password and not passwords.stored(password):  # from a file of settings: a hash is kept
        try:
            settings.update({"http_pass": password}, forced=True)
        except ValueError as error:
            log(1, "%s", error)
    settings.on_change(phone.changed)


def _preset(phone, preset):
    try:
        phone.settings.update(preset, forced=True)
    except ValueError:
        for name in sorted(preset):  # what fits is taken, and each that does not is told
            try:
                phone.settings.update({name: preset[name]}, forced=True)
            except ValueError as error:
                phone.log(1, "%s", error)
                phone.panel.troubles["settings"] = str(error)


def checks(phone):
    """Return what is refused of Action URLs and function keys, see `settings.catalogue.parse`."""

    def url(text):
        phone.actions.parse(text)

    def fkey(text):
        entry = parse(text)
        if entry and entry.kind == "url":
            phone.actions.parse(entry.argument)

    return {"url": url, "fkey": fkey}


def relations(phone):
    """Return what refuses settings that do not go together, see `settings.settings.Settings`.

    A password for the web pages becomes the hash that is kept of it.
    """

    def refuse(get, names):
        _forwarding(get, names)
        _login(phone, get, names)
        for name in names:
            stem, number = plain(name)
            if stem in _KEYS and get(name):
                try:
                    phone.fkeys.check(number)
                except ValueError as error:
                    raise ValueError("%s: %s" % (name, error))

    return refuse


def _forwarding(get, names):
    event = get("redirect_event")
    if event == "none" or not any(name in names for name in _FORWARDING):
        return
    if not get("redirect_number") and (event == "all" or not get("redirect_%s_number" % event)):
        raise ValueError("redirect_event: '%s' needs redirect_number, which is empty" % event)


def _login(phone, get, names):
    """Keep a hash of http_pass; it holds the user's name, so that both change together."""
    user, password = get("http_user"), get("http_pass")
    if "http_pass" in names and password:
        if not user:
            raise ValueError("http_user: it is empty; http_pass wants a user")
        before = passwords.stored(phone.settings.get("http_pass"))
        names["http_pass"] = passwords.hashed(user, password, before and before.salt)
    elif "http_user" in names and password and user != phone.settings.get("http_user"):
        raise ValueError(
            "http_user: '%s' needs http_pass in the same change, as only a hash of "
            "both is kept; or unset http_pass first" % user
        )


def warnings(phone, name):
    """Return sentences on what is odd about a setting that was taken all the same."""
    spec, text = phone.settings.spec(name), phone.settings.get(name)
    if name == "webserver_type" and "https" in text:
        return [_NO_TLS % ("over HTTP only" if text == "http_https" else "not served at all now")]
    if spec.kind == "fkey":
        entry = parse(text) if text else None
        text = entry.argument if entry and entry.kind == "url" else ""
    return phone.actions.warnings(text) if spec.kind in ("url", "fkey") and text else []


def apply(phone, name):
    """Take a setting over where it is used."""
    spec, value = phone.settings.spec(name), phone.settings.get(name)
    stem, number = plain(name)
    if spec.kind == "url":
        phone.actions.set(name, value)
    elif spec.kind == "fkey":
        before = number in phone.fkeys.watched
        phone.fkeys.take(number)
        if phone.agent and (before or number in phone.fkeys.watched):
            blf.renew(phone.desk, phone.fkeys)
    elif name == "log_level":
        phone.log.level = value
    elif name == "ringer_device":
        phone.speech.choose_ringer()
    elif spec.users == "web":
        phone.web.renew()
    elif not phone.agent:
        return  # the rest is of identities, which are not there yet
    elif name == "privacy_out":
        for account in phone.agent.accounts:
            account.anonymous = value
    elif spec.users == "registration" and number is not None:
        identities.renew(phone, number)
    elif stem == "user_mailbox":
        blf.renew(phone.desk, phone.fkeys)


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
        star_codes.switch(phone.desk, code)
