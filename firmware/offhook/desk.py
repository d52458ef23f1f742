"""The desk: handset, keys and calls, and which key means what in which state.

One `Desk` a phone. At most one call is active, that is heard: connected and not held by us, or
going out. The others wait, ring or are held. Everything shown (lamps, display, ringer) is derived
from the state here by the panel, which is told with `changed`.
"""

_DIGITS = "0123456789*#+"
_ALIAS = {"OK": "enter", "F_HOLD": "hold", "F_DND": "dnd", "F_REDIAL": "redial", "F_MUTE": "mute"}


class Context:
    """What an event belongs to: a call, a function key, an identity; each may be None."""

    def __init__(self, call=None, key=None, account=None):
        self.call = call
        self.key = key
        self.account = account


class Desk:
    """Needs settings, Action URLs, timers and the log; `agent` and `panel` come later."""

    def __init__(self, settings, actions, timers, log):
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.log = log
        self.agent = self.panel = self.fkeys = None
        self.off_hook = False
        self.audio = ""  # "handset", "speaker" or "headset" while a dial tone or a call is heard
        self.dialling = False  # a dial tone, or digits being typed
        self.entry = ""  # the number so far
        self.key = None  # the function key that the next call will be bound to
        self.moving = None  # the call that is being transferred, while its target is dialled
        self.muted = False
        self.notice = ""  # a short message on the display
        self._digit_timer = self._notice_timer = None

    # -- what there is ------------------------------------------------------------------------

    def active(self):
        """Return the call that is heard now, or None."""
        for call in self.agent.calls:
            if call.state == "connected" or (call.direction == "out" and call.state != "held"):
                return call
        return None

    def waiting(self):
        """Return the first incoming call that rings, or None."""
        for call in self.agent.calls:
            if call.direction == "in" and call.state == "ringing":
                return call
        return None

    def held(self):
        """Return the call put on hold last, or None."""
        found = [call for call in self.agent.calls if call.state == "held"]
        return found[-1] if found else None

    def fire(self, event, call=None, key=None, account=None):
        """Hand an event to the Action URLs; returns at once."""
        self.actions.fire(event, Context(call, key or (call and call.key), account))

    def changed(self):
        """Tell the panel that something has changed."""
        if self.panel:
            self.panel.changed()

    def say(self, text):
        """Show a short message for some seconds."""
        self.notice = text
        if self._notice_timer:
            self._notice_timer.cancel()
        self._notice_timer = self.timers.after(4000, self._unsay)
        self.changed()

    def _unsay(self):
        self.notice = ""
        self.changed()

    # -- keys ---------------------------------------------------------------------------------

    def on_key(self, name, down):
        """Take one debounced key event."""
        if name == "HOOK":
            self.hook(down)
        elif name[0] == "P" and name[1:].isdigit():
            self.fkeys.key(name, down)
        elif down:
            self.press(name)
        self.changed()

    def press(self, name):
        """Act on a key other than hook switch and function keys; unknown names do nothing."""
        if name in _DIGITS and len(name) == 1:
            self.digit(name)
            return
        action = getattr(self, "key_" + _ALIAS.get(name, name.lower()), None)
        if action:
            action()
        else:
            from offhook.keys import rare

            rare(self, name)

    def hook(self, off):
        """The handset leaves (`off`) or returns to its cradle."""
        self.off_hook = off
        active = self.active()
        if off:
            call = active or self.waiting()
            self.fire("action_offhook_url", call)
            self.audio = "handset"
            if active:
                return
            if call:
                self.answer(call)
            elif self.entry:
                self.dial(self.entry)
            else:
                self.dialling = True
            return
        self.fire("action_onhook_url", active if self.audio == "handset" else None)
        if self.audio == "handset":
            self.hang_up()

    def hang_up(self):
        """End what is heard: the active call, a dial tone, a number being typed."""
        call = self.active()
        if call and self.moving and self.settings.get("transfer_on_hangup"):
            self.key_transfer()
            call = self.active()
        if call:
            call.hangup()
        self._silence()

    def _silence(self):
        self._stop_dialling()
        self.audio = ""
        self.muted = False

    def _stop_dialling(self):
        self.dialling = False
        self.entry = ""
        self.key = None
        if self._digit_timer:
            self._digit_timer.cancel()
            self._digit_timer = None

    def digit(self, digit):
        """Take a digit: DTMF in a call, else part of a number."""
        call = self.active()
        if call and not self.dialling:
            if call.state == "connected":
                call.send_dtmf(digit)
            return
        if digit == "#" and self.entry and not self.entry.startswith(("*", "#")):
            self.dial(self.entry)
            return
        if len(self.entry) >= 40:
            return
        self.entry += digit
        self.dialling = True
        if self._digit_timer:
            self._digit_timer.cancel()
            self._digit_timer = None
        plan = self.settings.get("dial_plan")
        if plan:
            from offhook.dialplan import complete

            if complete(plan, self.entry):
                self.dial(self.entry)
                return
        seconds = self.settings.get("auto_dial")
        if seconds and self.audio:  # on-hook dialling waits for the person
            self._digit_timer = self.timers.after(seconds * 1000, self._digits_done)

    def _digits_done(self):
        self._digit_timer = None
        if self.dialling and self.entry:
            self.dial(self.entry)

    # -- calls --------------------------------------------------------------------------------

    def account(self, key=None):
        """Return the identity for an outgoing call: the key's context, else the active line."""
        number = self.settings.get("active_line")
        context = self.fkeys.context(key) if key else "active"
        if context.isdigit():
            number = int(context)
        accounts = self.agent.accounts
        for account in accounts:
            if account.number == number:
                return account
        return accounts[0] if accounts else None

    def dial(self, number, key=None, account=None):
        """Call `number` (digits or a SIP URI); return the call, or None with a notice shown."""
        key = key or self.key
        moving = self.moving
        self._stop_dialling()
        account = account or self.account(key)
        if account is None:
            self.say(self.panel.text("no_identity"))
            return None
        if moving and not self.active():
            from offhook.transfer import dialled

            return dialled(self, moving, number)
        self.hold_active()
        if not self.audio:
            self.audio = "handset" if self.off_hook else "speaker"
        try:
            call = self.agent.call(account, number)
        except ValueError as error:
            self.log(3, "call to %s: %s", number, error)
            self.say(str(error))
            return None
        return call

    def bind(self, call):
        """Bind a new call to a line key that is free."""
        call.key = self.fkeys.free_line(call, self.key)

    def hold_active(self):
        """Put the active call on hold, or end it where it was not answered yet."""
        call = self.active()
        if call is None:
            return
        if call.state == "connected":
            call.hold()
        else:
            call.hangup()

    def answer(self, call):
        """Answer a ringing call; what was active is held."""
        self.hold_active()
        self._stop_dialling()
        if not self.audio:
            self.audio = "handset" if self.off_hook else "speaker"
        call.answer()

    def resume(self, call):
        """Take a held call back; what was active is held."""
        self.hold_active()
        self._stop_dialling()
        self.moving = None
        if not self.audio:
            self.audio = "handset" if self.off_hook else "speaker"
        call.resume()

    def ended(self, call):
        """The call that was heard is over: be quiet, or hear the busy tone until the hook."""
        self._stop_dialling()
        if not self.off_hook or self.audio != "handset":
            self.audio = ""
        self.muted = False

    # -- keys by name -------------------------------------------------------------------------

    def key_enter(self):
        """ENTER: dial what was typed, else answer, else take back the held call."""
        if self.entry:
            self.dial(self.entry)
        elif self.waiting() and not self.dialling:
            self.answer(self.waiting())
        elif self.held() and not self.active():
            self.resume(self.held())

    def key_cancel(self):
        """CANCEL: delete the number, end the active call, or reject the one that rings."""
        if self.moving and not self.active():
            self.moving = None
            self._stop_dialling()
        elif self.dialling:
            self._silence()
            if self.off_hook:
                self.audio, self.dialling = "handset", True
        elif self.active():
            self.hang_up()
        elif self.waiting():
            self.waiting().reject(486)

    def key_speaker(self, device="speaker"):
        """SPEAKER: answer, dial, switch over, or hang up where it was the loudspeaker already."""
        if self.audio == device and not self.off_hook:
            self.hang_up()
        elif self.audio == device:
            self.audio = "handset"
        elif self.active() or self.audio:
            self.audio = device
        else:
            self.audio = device
            if self.waiting():
                self.answer(self.waiting())
            elif self.entry:
                self.dial(self.entry)
            else:
                self.dialling = True

    def key_headset(self):
        """HEADSET: as SPEAKER, with the headset."""
        self.key_speaker("headset")

    def key_hold(self):
        """HOLD: put the active call on hold, or take the held one back."""
        call = self.active()
        if call and call.state == "connected":
            call.hold()
        elif not call and self.held():
            self.resume(self.held())

    def key_dnd(self):
        """DND: switch do-not-disturb; the setting's change is what fires the event."""
        self.settings.set("dnd_mode", "off" if self.settings.get("dnd_mode") else "on")

    def key_mute(self):
        """MUTE: the other side hears nothing."""
        self.muted = not self.muted and self.active() is not None

    def key_redial(self):
        """REDIAL: call the number dialled last."""
        from offhook.lists import last_dialled

        number = last_dialled(self)
        if number:
            self.dial(number)
        else:
            self.say(self.panel.text("list_empty"))

    def key_transfer(self):
        """TRANSFER: ask for the target, or join the held call and the other one."""
        from offhook.transfer import pressed

        pressed(self)
