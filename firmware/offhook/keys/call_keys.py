"""The keys for calls: OK, CANCEL, HOLD, TRANSFER, REDIAL and what one speaks into.

Functions on a `Desk`, by the key's own name in ``KEYS``.
"""

from offhook.desk import bridge, calls, conference, handset, transfer
from offhook.desk.dialling import dial, finish


def enter(desk):
    """ENTER: dial what was typed, else answer, take back the held call, complete one."""
    if desk.asking():
        _follow(desk, True)
    elif desk.menu:
        number, desk.menu = desk.menu.number(), None
        if number:
            dial(desk, number)
    elif desk.entry:
        finish(desk)
    elif desk.waiting() and not desk.dialling:
        calls.answer(desk, desk.waiting())
    elif desk.held() and not desk.active():
        conference.again(desk) or calls.resume(desk, desk.held())
    elif desk.completion and not desk.agent.calls:
        desk.completion.pressed()


def cancel(desk):
    """CANCEL: delete, end the active call, reject the one that rings, end the held one."""
    if desk.asking():
        _follow(desk, False)
    elif desk.menu:
        desk.menu = None
    elif desk.moving and not desk.active():
        desk.moving = None
        calls.stop_dialling(desk)
    elif desk.dialling:
        calls.silence(desk)
        if desk.off_hook:
            desk.audio, desk.dialling = "handset", True
    elif desk.active():
        handset.hang_up(desk)
    elif desk.waiting():
        calls.decline(desk, desk.waiting())
    elif desk.held():
        desk.held().hangup()
    elif desk.completion:
        desk.completion.end()
    else:
        desk.missed = 0


def _follow(desk, yes):
    """Answer the question whether a call may go where it was redirected to."""
    call = desk.asking()
    desk.of(call).question = None
    call.follow(yes)


def hold(desk):
    """HOLD: put the active call, or a conference, on hold, or take back what is held."""
    call = desk.active()
    if call and call.state == "connected":
        conference.hold(desk) or call.hold()
    elif not call and desk.held():
        conference.again(desk) or calls.resume(desk, desk.held())


def _conference(desk):
    """CONFERENCE: the PBX's where the settings name one, else one that the phone mixes."""
    number = desk.settings.get("conf_uri")
    if number:
        bridge.start(desk, number)
    else:
        conference.pressed(desk)


def mute(desk):
    """MUTE: the other side hears nothing."""
    desk.muted = not desk.muted and desk.active() is not None


def redial(desk):
    """REDIAL: call the number dialled last."""
    number = desk.lists.last_dialled()
    if number:
        dial(desk, number)
    else:
        desk.say(desk.text("list_empty"))


def message(desk):
    """MESSAGE: call the mailbox."""
    account = desk.account()
    number = account and desk.settings.get("user_mailbox%d" % account.number)
    if number:
        dial(desk, number)


def off_hook(desk):
    """OFFHOOK: as if the handset were lifted."""
    if not desk.off_hook:
        handset.hook(desk, True)


def on_hook(desk):
    """ONHOOK: as if it were put back."""
    if desk.off_hook:
        handset.hook(desk, False)


def speaker(desk):
    """SPEAKER: answer, dial, switch over, or hang up."""
    handset.device(desk, "speaker")


def headset(desk):
    """HEADSET: as SPEAKER, with the headset."""
    handset.device(desk, "headset")


KEYS = {
    "ENTER": enter,
    "CANCEL": cancel,
    "HOLD": hold,
    "TRANSFER": transfer.pressed,
    "CONFERENCE": _conference,
    "MUTE": mute,
    "REDIAL": redial,
    "MESSAGE": message,
    "OFFHOOK": off_hook,
    "ONHOOK": on_hook,
    "SPEAKER": speaker,
    "HEADSET": headset,
}
