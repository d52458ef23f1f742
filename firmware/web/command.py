"""``command.htm`` and ``settings.htm``: what a request to this phone itself does.

Reached through Action URLs to localhost only; nothing here listens on the network.
"""

from base.compat import const, sleep_ms, spawn, unload

_PRESS = const(80)  # ms that a key is held
_PAUSE = const(80)  # ms between two keys
_LONGEST = const(10_000)
_KEYS = const(64)  # keys in one request
_ALIAS = (
    " F_HOLD=HOLD F_R=HOLD F_DND=DND F_REDIAL=REDIAL F_MUTE=MUTE F_TRANSFER=TRANSFER"
    " F_CANCEL=CANCEL DISCONNECT=CANCEL OK=ENTER RETRIEVE=MESSAGE F_RETRIEVE=MESSAGE "
)
_MODULE = const(33)  # number of the first function key of an expansion module


def local(phone, path):
    """Carry out a request to ``path`` (with its query); return the HTTP status it deserves."""
    way, _, query = path.partition("?")
    if way not in ("/command.htm", "/settings.htm", "/dummy.htm"):
        return 404
    words = [_word(part) for part in query.split("&") if part]
    values = {name: value for name, _, value in words}
    try:
        if way == "/settings.htm" or "settings" in values:
            return _settings(phone, values)
        if "key" in values:
            return _keys(phone, values["key"])
        if "number" in values:
            return _number(phone, values)
        return _other(phone, values)
    except ValueError as error:
        phone.log(3, "%s: %s", way, error)
        return 400


def _word(part):
    """Return (name, "=", value) of one parameter; a number's plus is no space."""
    if part.startswith("number="):
        part = part.replace("+", "%2B")
    name, equals, value = part.partition("=")
    return unquote(name), equals, unquote(value)


def unquote(text):
    """Return `text` with its %XX and + decoded; bytes that are no UTF-8 stay as they were."""
    if "%" not in text and "+" not in text:
        return text
    out, index, raw = bytearray(), 0, text.replace("+", " ").encode()
    while index < len(raw):
        try:
            if raw[index] != 0x25:
                raise ValueError
            out.append(int(raw[index + 1 : index + 3].decode(), 16))
            index += 3
        except ValueError:
            out.append(raw[index])
            index += 1
    try:
        return bytes(out).decode()
    except UnicodeError:
        return text


def _settings(phone, values):
    if values.pop("settings", None) != "save":
        return 404
    values.pop("store_settings", None)
    phone.settings.update(values)
    return 200


def _keys(phone, text):
    presses = []
    for part in text.split(";")[:_KEYS]:
        if not part:
            continue
        name, _, times = part.partition(",")
        press, _, pause = times.partition(",")
        for number in (press, pause):
            if number and not number.isdigit():
                raise ValueError("'%s' does not fit; a key takes ms, ms" % part[:20])
        press = min(int(press or _PRESS), _LONGEST)
        presses.append((_name(name), press, min(int(pause or _PAUSE), _LONGEST)))
    from offhook.keys.soft_keys import there

    unload("offhook.keys.soft_keys")
    for name, _, _ in presses:
        if not there(phone, name):
            raise ValueError("there is no key '%s'" % name[:20])
    spawn(_press(phone, presses))
    return 200


def _name(name):
    """Return the phone's own name of a key."""
    if name[:2] == "EK" and name[2:].isdigit():
        return "P%d" % (_MODULE + int(name[2:]))
    return _ALIAS.partition(" %s=" % name)[2].partition(" ")[0] or name


async def _press(phone, presses):
    from offhook.keys.soft_keys import hold

    unload("offhook.keys.soft_keys")
    for name, press, pause in presses:
        if name in ("OFFHOOK", "ONHOOK"):
            hold(phone, "HOOK", name == "OFFHOOK")
        else:
            hold(phone, name, True)
            await sleep_ms(press)
            hold(phone, name, False)
        await sleep_ms(pause)


def _digits(text):
    """Return what is dialled for `text`: a number without what makes it readable, or a URI."""
    if ":" in text or "@" in text:
        return text.strip()
    kept = "".join(c for c in text if c not in " -/().")
    return kept[:1] + kept[1:].replace("+", "")


def _number(phone, values):
    account = None
    number = _digits(values["number"])
    if not number:
        raise ValueError("there is no number")
    wanted = values.get("outgoing_uri")
    for each in phone.agent.accounts:
        if wanted and wanted.replace("sip:", "") == each.uri.replace("sip:", ""):
            account = each
    call = phone.dial(number, account)
    return 302 if call else 400


def _other(phone, values):
    desk = phone.desk
    if "key_dtmf" in values:
        call = desk.active()
        if call is None:
            raise ValueError("no call for DTMF")
        for digit in values["key_dtmf"][:_KEYS]:
            call.send_dtmf(digit)
    elif "RELEASE_ALL_CALLS" in values:
        phone.release_all()
    elif "REREGISTER" in values:
        number = values["REREGISTER"] or "1"
        if number not in [str(account.number) for account in desk.agent.accounts]:
            raise ValueError("REREGISTER takes an identity's number, not '%s'" % number[:20])
        from offhook.settings.identities import renew

        renew(phone, int(number))
    else:
        return 404
    desk.changed()
    return 200
