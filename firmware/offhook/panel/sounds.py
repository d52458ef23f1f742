"""What is to be heard and said follows the desk: tones, the way of the sound, loudness, mute."""

from base.compat import const
from media.tones import FOREVER, gain
from offhook.panel.tones import tone

_RINGING = const(-6)  # dBm0, of a bell that is the loudspeaker


class Sounds:
    """Observes `desk`; `voice` makes tones, `part` is the board's sound part."""

    def __init__(self, desk, voice, part, settings, timers):
        self.desk = desk
        self.voice = voice
        self.part = part
        self.settings = settings
        self.timers = timers
        self._refresh = None
        self.bell = Bell(voice, part, settings)
        desk.observe(self.changed)

    def changed(self):
        """Follow the desk soon: a burst of changes is one."""
        if self._refresh is None:
            self._refresh = self.timers.after(0, self.refresh)

    def refresh(self):
        """Follow the desk's state of now."""
        self._refresh = None
        desk, voice = self.desk, self.voice
        if desk.agent is None or self.bell.rings:
            return
        voice.muted = desk.muted
        voice.tone(tone(desk))
        if desk.audio:
            self.part.route(desk.audio)
            self.part.volume(self.settings.get("vol_" + desk.audio))


class Bell:
    """A ringer that is the loudspeaker, for a board without one."""

    rings = False

    def __init__(self, voice, part, settings):
        self._voice = voice
        self._part = part
        self._settings = settings

    def tone(self, hz):
        """Sound a tone of `hz` hertz."""
        self.rings = True
        self._part.route("speaker")
        self._part.volume(self._settings.get("vol_ringer"))
        self._voice.sound(((min(hz, 3800), 0, FOREVER, gain(_RINGING)),), True)

    def quiet(self):
        """Be quiet."""
        self.rings = False
        self._voice.tone("")
