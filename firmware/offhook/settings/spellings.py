"""Values as Snom spells them, for settings that know the same by another word.

A template, a script or a person may use either; what is kept and shown is ours.
"""

from base.compat import const
from offhook.settings import zones

_RINGERS = const(10)
_SILENT, _CUSTOM = "0", "11"


def _ringer(text):
    """Take Snom's words: Ringer3, Silent, Custom_Melody."""
    if text in ("Silent", "silent"):
        return _SILENT
    if text[:6] in ("Custom", "custom"):
        return _CUSTOM
    number = text[6:].strip() if text[:6] == "Ringer" else ""
    return str(int(number)) if number.isdigit() and 0 < int(number) <= _RINGERS else text


def _words(**words):
    def taken(text):
        return words.get(text.replace(" ", "_"), text)

    return taken


_TONES = {
    "GER": "DE",
    "GBR": "UK",
    "USA": "US",
    "AUT": "AT",
    "SWZ": "CH",
    "ESP": "ES",
    "FRA": "FR",
    "ITA": "IT",
    "NLD": "NL",
    "SWE": "SE",
}
_ENGLISH = ("English(UK)", "English(US)", "English (UK)", "English (US)")
_BYTES = {"80": "10", "160": "20", "240": "30", "320": "40", "480": "60"}  # of G.711 a packet

_TAKEN = {
    "timezone": lambda text: zones.posix(text) or text,
    "ring_sound": _ringer,
    "user_ringer#": _ringer,
    "alert_internal_ring_sound": _ringer,
    "alert_external_ring_sound": _ringer,
    "alert_group_ring_sound": _ringer,
    "display_method": _words(
        full_contact="both",
        display_name="name",
        display_number="number",
        display_name_number="both",
        display_number_name="both",
    ),
    "tone_scheme": lambda text: _TONES.get(text, text),
    "call_waiting": _words(visual_only="visual", ringer="on"),
    "auto_dial": _words(off="0"),
    "language": lambda text: "English" if text in _ENGLISH else text,
    "codec_size": lambda text: _BYTES.get(text, text),
}


def taken(pattern, text):
    """Return `text` as the setting of that name in the catalogue spells it."""
    spelled = _TAKEN.get(pattern)
    return spelled(text) if spelled else text
