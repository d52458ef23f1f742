"""Values as Snom spells them, for settings that know the same by another word.

A template, a script or a person may use either; what is kept and shown is ours.
"""

from base.compat import const
from offhook.settings import zones

_RINGERS = const(5)  # Snom has ten: the sixth sounds as our first, and so on


def _ringer(text):
    number = text[6:] if text[:6] == "Ringer" else ""
    if not number.isdigit() or not 1 <= int(number) <= 2 * _RINGERS:
        return text
    return str((int(number) - 1) % _RINGERS + 1)


def _words(**words):
    def taken(text):
        return words.get(text.replace(" ", "_"), text)

    return taken


_TONES = {"GER": "DE", "GBR": "UK", "USA": "US"}
_ENGLISH = ("English(UK)", "English(US)", "English (UK)", "English (US)")
_BYTES = {"80": "10", "160": "20", "240": "30", "320": "40", "480": "60"}  # of G.711 a packet

_TAKEN = {
    "timezone": lambda text: zones.posix(text) or text,
    "ring_sound": _ringer,
    "alert_internal_ring": _ringer,
    "alert_external_ring": _ringer,
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
