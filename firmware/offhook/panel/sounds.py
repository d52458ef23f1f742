"""What is to be heard and said follows the desk: tones, the way of the sound, loudness, mute."""

from base.compat import const
from media.ringers import steady
from offhook.panel.tones import tone

_HIGHEST = const(3000)  # Hz, that the loudspeaker's way carries


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
        self.bell.over = self.changed
        desk.observe(self.changed)

    def changed(self):
        """Follow the desk soon: a burst of changes is one."""
        if self._refresh is None:
            self._refresh = self.timers.after(0, self.refresh)

    def refresh(self):
        """Follow the desk's state of now."""
        self._refresh = None
        desk, voice = self.desk, self.voice
        if desk.agent is None:
            return
        if self.bell.rings:
            self.part.volume(self.settings.get("vol_ringer"))
            return
        voice.muted, voice.joined = desk.muted, desk.members
        self.part.muted = desk.muted
        voice.tone(tone(desk))
        if desk.audio:
            self.part.route(desk.audio)
            self.part.volume(self.settings.get("vol_" + desk.audio))


class Bell:
    """A ringer that is the loudspeaker, for a board without one.

    Beside the contract of a ringer it has ``play(segments)``, which repeats those of
    `media.ringers` until it is to be quiet.
    """

    rings = False

    def __init__(self, voice, part, settings):
        self._voice = voice
        self._part = part
        self._settings = settings
        self.over = _nothing  # called when it is quiet again

    def play(self, segments):
        """Ring with `segments`, over and over."""
        self.rings = True
        self._part.route("speaker")
        self._part.volume(self._settings.get("vol_ringer"))
        self._voice.sound(segments, True)

    def tone(self, hz):
        """Sound a tone of `hz` hertz."""
        self.play(steady(min(hz, _HIGHEST)))

    def quiet(self):
        """Be quiet."""
        if self.rings:
            self.rings = False
            self._voice.tone("")
            self.over()


def _nothing():
    """Nobody wants to know."""
