"""The voice room as the phone uses it: whose digits, silence and figures those are, which ringer
sounds, and which parts for sound are dead."""


class Speech:
    """Listens to the `voice` of the `desk`'s calls and shows on `panel` what fails of `parts`.

    `bell` is the loudspeaker as a ringer, for boards without one and for whoever wants it so.
    """

    def __init__(self, voice, desk, panel, parts, bell, settings, log):
        self.voice = voice
        self.desk = desk
        self.panel = panel
        self.parts = parts
        self.bell = bell
        self.settings = settings
        self.log = log
        desk.hears = voice.hears
        voice.on_digit = self.digit
        voice.on_silence = self.lost
        voice.on_figures = self.over
        voice.on_fault = self.fault

    def digit(self, call, key):
        """A DTMF digit has come with a call's voice."""
        call.report("dtmf", digit=key, way="RTP")

    def send_dtmf(self, call, digits):
        """Send digits with the voice; False where they must go by INFO."""
        wish = self.settings.get("user_dtmf_info%d" % call.account.number)
        if wish == "inband":
            return self.voice.send_tones(call, digits)
        return wish in (None, "", "off") and self.voice.send_dtmf(call, digits)

    def lost(self, call):
        """The other side has sent no voice for long: it is not there any more."""
        call.fail(408, "no voice")

    def over(self, call, figures):
        """A call's voice is over; this is how it was."""
        self.desk.of(call).figures = figures

    def choose_ringer(self):
        """Ring the board's own ringer, or the loudspeaker where there is none or it is wanted."""
        part = self.parts.ringer
        if part is None or self.settings.get("ringer_device") == "speaker":
            part = self.bell
        self.panel.ringing.use(part)
        self.panel.changed()

    async def test(self):
        """Look once for a sign of life of the parts for sound."""
        await self.parts.sound.test()
        if self.parts.sound.fault:
            self.voice.sound_fault()

    def fault(self, names):
        """Tell which parts for sound give no sign of life, "" for none."""
        if names:
            self.log(1, "sound: no sign of life from %s", names.replace(" ", " and "))
        else:
            self.log(3, "sound: all parts are alive again")
        self.show_parts()

    def show_parts(self):
        """Let the display name the parts of the board that do not work."""
        names = self.parts.missing + self.parts.sound.fault.split()
        if names:
            self.panel.troubles["part"] = ", ".join(names)
        else:
            self.panel.troubles.pop("part", None)
        self.panel.changed()
