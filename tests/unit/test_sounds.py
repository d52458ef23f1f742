"""What the desk does is heard: tones, the way of the sound, mute, a loudspeaker that rings."""

from support import Clock

from base.timers import Timers
from offhook.panel.sounds import Sounds


class Voice:
    muted = False

    def __init__(self):
        self.tones = []

    def tone(self, name):
        self.tones.append(name)

    def sound(self, segments, repeat):
        self.tones.append((segments[0][0], repeat))


class Part:
    def __init__(self):
        self.way = self.level = None

    def route(self, name):
        self.way = name

    def volume(self, level):
        self.level = level


class Agent:
    calls = ()


class Desk:
    audio = ""
    muted = dialling = False
    entry = ""
    messages = 0
    members = ()
    agent = settings = None

    def observe(self, callback):
        self.changed = callback

    def active(self):
        return None

    waiting = active


def _sounds():
    clock, desk, voice, part = Clock(), Desk(), Voice(), Part()
    timers = Timers(clock)
    get = {"vol_handset": 5, "vol_ringer": 9}.get
    settings = desk.settings = Settings(get)
    sounds = Sounds(desk, voice, part, settings, timers)
    desk.agent = Agent()
    return sounds, desk, voice, part, timers


class Settings:
    def __init__(self, get):
        self.get = get


def test_a_lifted_handset_has_the_dial_tone_and_its_own_loudness():
    _, desk, voice, part, timers = _sounds()
    desk.audio, desk.dialling = "handset", True
    desk.changed()
    desk.changed()
    timers.run()
    assert voice.tones == ["dial"] and (part.way, part.level) == ("handset", 5)
    desk.muted = True
    desk.changed()
    timers.run()
    assert voice.muted and part.muted


def test_a_board_without_a_ringer_rings_through_the_loudspeaker():
    sounds, desk, voice, part, timers = _sounds()
    sounds.bell.tone(440)
    assert voice.tones == [(440, True)] and (part.way, part.level) == ("speaker", 9)
    desk.changed()
    timers.run()
    assert len(voice.tones) == 1  # the desk's tone does not stop the bell
    part.level = 0  # its loudness follows the setting while it rings
    desk.changed()
    timers.run()
    assert part.level == 9
    sounds.bell.quiet()
    assert voice.tones[-1] == ""


def test_before_there_is_an_agent_nothing_is_asked():
    sounds, desk, voice, _, timers = _sounds()
    desk.agent = None
    desk.changed()
    timers.run()
    assert voice.tones == []


def test_nothing_open_leaves_the_way_of_the_sound_as_it_is():
    _, desk, voice, part, timers = _sounds()
    desk.changed()
    timers.run()
    assert voice.tones == [""] and (part.way, part.level) == (None, None)
    desk.members = ("one", "two")
    desk.changed()
    timers.run()
    assert voice.joined == ("one", "two"), "the two of a conference hear each other"
    assert not voice.muted and not part.muted


def test_after_the_bell_the_desk_is_heard_again_and_a_quiet_bell_tells_nobody():
    sounds, desk, voice, part, timers = _sounds()
    sounds.bell.quiet()
    timers.run()
    assert voice.tones == []
    desk.audio, desk.dialling = "handset", True
    sounds.bell.play(((440, 0, 1000, 0),))
    timers.run()
    assert (part.way, part.level) == ("speaker", 9)
    sounds.bell.quiet()
    timers.run()
    assert voice.tones[-1] == "dial" and (part.way, part.level) == ("handset", 5)


def test_a_bell_sounds_what_the_loudspeaker_can():
    for hertz, heard in ((440, 440), (3000, 3000), (3001, 3000), (8000, 3000)):
        sounds, _, voice, _, _ = _sounds()
        sounds.bell.tone(hertz)
        assert voice.tones == [(heard, True)]
