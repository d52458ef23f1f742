"""What is done with calls at the desk: dial, answer, hold, resume, hang up.

Functions on a `Desk`; they keep its one rule, that at most one call is active.
"""


def dial(desk, number, key=None, account=None, headers=()):
    """Call `number` (digits or a SIP URI); return the call, or None with a notice shown.

    `key` is the function key that the call is bound to, `account` the identity that calls,
    `headers` are further headers of the INVITE.
    """
    key = key or desk.key
    moving = desk.moving
    if "<" in number or "|" in number:  # as a Snom writes it: <sip:201@host>|*8
        from offhook.keys.blf import split

        number = split(number)[0]
    stop_dialling(desk)
    account = account or desk.account(key)
    if desk.settings.get("block_url_dialing") and any(x not in "0123456789*#+" for x in number):
        desk.say(desk.panel.text("digits_only"))
        return None
    if account is None:
        desk.say(desk.panel.text("no_identity"))
        return None
    if moving and not desk.active():
        from offhook.desk.transfer import dialled

        return dialled(desk, moving, number)
    hold_active(desk)
    listen(desk)
    desk.key = key
    try:
        call = desk.agent.call(account, number, headers)
        if call.key is None:  # it waits for a name to be resolved
            bind(desk, call)
        return call
    except ValueError as error:
        desk.log(3, "call to %s: %s", number, error)
        desk.say(str(error))
        return None
    finally:
        desk.key = None


def listen(desk):
    """Open the handset where it is lifted, else the loudspeaker, unless something is open."""
    if not desk.audio:
        desk.audio = "handset" if desk.off_hook else "speaker"


def bind(desk, call):
    """Bind a new call to a line key that is free."""
    call.key = free_line(desk.fkeys, call, desk.key)


def free_line(fkeys, call, wanted=None):
    """Return the name of the line key for a new call: the wanted one, else the first free."""
    used = {other.key for other in fkeys.desk.agent.calls if other is not call}
    if wanted and wanted not in used:
        return wanted
    number = str(call.account.number)
    for index in range(fkeys.count):
        context, kind, _ = fkeys.entry(index)
        name = "P%d" % (index + 1)
        if kind == "line" and name not in used and context in ("active", number):
            return name
    return None


def hold_active(desk):
    """Put the active call on hold, or end it where it was not answered yet."""
    for call in desk.agent.calls:
        if call.state == "held":
            call.hold()  # one that is being taken back, too
    call = desk.active()
    if call is None:
        return
    if call.state == "connected":
        call.hold()
    else:
        call.hangup()


def answer(desk, call):
    """Answer a ringing call; what was active is held."""
    hold_active(desk)
    stop_dialling(desk)
    listen(desk)
    call.answer()


def resume(desk, call):
    """Take a held call back; what was active is held."""
    hold_active(desk)
    stop_dialling(desk)
    desk.moving = None
    listen(desk)
    call.resume()


def hang_up(desk):
    """End what is heard: the active call, a dial tone, a number being typed."""
    call = desk.active()
    if call and desk.moving and desk.settings.get("transfer_on_hangup"):
        from offhook.desk.transfer import pressed

        pressed(desk)
        call = desk.active()
    if call:
        call.hangup()
    silence(desk)


def silence(desk):
    """Forget a number being typed, and close what is open."""
    stop_dialling(desk)
    desk.audio = ""
    desk.muted = False


def stop_dialling(desk):
    """Forget a number being typed."""
    desk.dialling = False
    desk.entry = ""
    desk.key = None
    if desk.digit_timer:
        desk.digit_timer.cancel()
        desk.digit_timer = None


def ended(desk):
    """The call that was heard is over: be quiet, or hear the busy tone until the hook."""
    if desk.agent.calls and (desk.active() or desk.dialling):
        return
    stop_dialling(desk)
    if not desk.off_hook or desk.audio != "handset":
        desk.audio = ""
    desk.muted = False
