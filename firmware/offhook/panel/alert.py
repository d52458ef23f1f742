"""Which ringer a call is to have: by its Alert-Info, by its identity, else the usual one.

Alert-Info (RFC 3261 section 20.4) only chooses among the phone's own ringers: what it points at is
never fetched, whoever sends it. Understood are a text in ``info=``, the words of RFC 7462
(``urn:alert:source:internal``), ``Bellcore-drN``, ``RingerN`` and ``Silent``.
"""

from base.compat import const
from media.ringers import CUSTOM, SILENT

_GROUPS = (
    ("internal", "alert_internal_ring_text", "alert_internal_ring_sound"),
    ("external", "alert_external_ring_text", "alert_external_ring_sound"),
    ("group", "alert_group_ring_text", "alert_group_ring_sound"),
)
_BELLCORE = "bellcore-dr"
_RINGER = "ringer"
_BELLCORES = const(5)
_LONGEST = const(512)  # characters that are looked at


def choose(get, call):
    """Return the number of the ringer for `call`; `get(name)` gives the settings."""
    for value in _values(call.alert_info or ""):
        number = _meant(get, value)
        if number is not None:
            return number
    account = getattr(call, "account", None)
    own = get("user_ringer%d" % account.number) if account else -1
    return own if isinstance(own, int) and own >= 0 else get("ring_sound")


def _values(text):
    """Return the single values of the header, in lower case; a comma in <> belongs to it."""
    found, start, inside, text = [], 0, False, text[:_LONGEST]
    for at in range(len(text)):
        letter = text[at]
        if letter == "<":
            inside = True
        elif letter == ">":
            inside = False
        elif letter == "," and not inside:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [x.strip().lower() for x in found]


def _meant(get, value):
    """Return the ringer that one value of Alert-Info means, None where it means nothing to us."""
    uri, params = value, value
    if value[:1] == "<":
        uri, _, params = value[1:].partition(">")
    info = _info(params)
    if info is None and value[:1] != "<" and "/" not in value:
        info = value  # such as "Alert-Info: alert-internal": no URI at all
    if info is not None:
        for group, text, sound in _GROUPS:
            if info == (get(text) or "alert-" + group).lower():
                return get(sound)
        for group, _, sound in _GROUPS:
            if group in info:
                return get(sound)
        number = _named(info)
        if number is not None:
            return number
    if uri.startswith("urn:alert:"):
        return _urn(get, uri[10:])
    return _named(uri[uri.rfind("/") + 1 :])


def _info(params):
    """Return what the parameter ``info`` says, None where there is none."""
    for param in params.split(";"):
        name, equals, text = param.strip().partition("=")
        if equals and name.strip() == "info":
            return text.strip().strip('"')
    return None


def _urn(get, text):
    """``source:internal`` (RFC 7462 section 6.1); a finer one means what it is a part of."""
    category, _, indication = text.partition(":")
    if category == "source":
        source = indication.partition(":")[0]
        for group, _, sound in _GROUPS[:2]:
            if source == group:
                return get(sound)
    return None


def _named(word):
    """Return the ringer of "bellcore-dr3", "ringer7", "ringer 7.wav", "silent"; None for none."""
    word = word.replace("%20", "").replace(" ", "").replace("_", "-")
    if word.partition(".")[0] == "silent":
        return SILENT
    number = _number(word, _BELLCORE)
    if number is not None:
        return number if 1 <= number <= _BELLCORES else None
    number = _number(word, _RINGER)
    if number is not None and 1 <= number < CUSTOM:
        return number
    return None


def _number(word, before):
    """Return the number that stands after `before` in `word`, None where there is none."""
    at = word.find(before)
    if at < 0:
        return None
    end = at = at + len(before)
    while word[end : end + 1].isdigit() and end - at < 3:
        end += 1
    return int(word[at:end]) if end > at else None
