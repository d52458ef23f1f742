"""What becomes of calls: of one that comes in, and of every call until its end.

Functions on a `Desk`, called by the agent's reports. The decisions about an incoming call stand in
`arrived`, in their order.
"""

from base.compat import chosen, const
from offhook.desk import calls

_ANONYMOUS = const(433)  # RFC 5079


def on_incoming(desk, call):
    """A call has come in: ask the blacklist first where there is one."""
    if not desk.actions.has("action_blacklist_url"):
        arrived(desk, call)
        return
    from offhook.desk.blacklist import ask

    ask(desk, call, arrived)


def arrived(desk, call):
    """Decide what becomes of the call: rejected, forwarded, answered, or it rings."""
    get = desk.settings.get
    if call.state == "ended":
        return
    busy = len(desk.agent.calls) > 1
    event = forwarding(desk)
    if get("reject_anonymous") and call.remote.startswith("anonymous@"):
        call.quiet = True
        call.reject(_ANONYMOUS)
    elif event == "all":
        call.quiet = True
        call.redirect(desk.target(event), "unconditional")
    elif get("dnd_mode"):
        call.reject(int(get("dnd_code")))
    elif busy and event == "busy":
        call.quiet = True
        call.redirect(desk.target(event), "user-busy")
    elif busy and _refuses(desk):
        call.reject(486)
    else:
        ring(desk, call)


def forwarding(desk):
    """Return which calls this phone forwards: "all", "busy", "time" or None.

    Where star codes have told the PBX, it does it.
    """
    get = desk.settings.get
    event = get("redirect_event")
    code = "redirect_%s_on_code" % ("always" if event == "all" else event)
    return event if event != "none" and desk.target(event) and not get(code) else None


def _refuses(desk):
    get = desk.settings.get
    return get("call_waiting") == "off" or len(desk.agent.calls) > get("max_calls")


def ring(desk, call):
    """Let the call ring, or answer it by itself where the settings say so."""
    get = desk.settings.get
    calls.bind(desk, call)
    call.ring()
    desk.fire("action_incoming_url", call)
    if call.state != "ringing":
        return
    if forwarding(desk) == "time":
        seconds = get("redirect_time")
        call.forward_timer = desk.timers.after(seconds * 1000, _too_long, desk, call)
    asked = get("intercom_enabled") and getattr(call, "auto_answer", None) is not None
    if (get("autoanswer") or asked) and not desk.active():
        desk.timers.after(1000 * (getattr(call, "auto_answer", None) or 0), _auto, desk, call)


def _auto(desk, call):
    if call.state == "ringing" and not desk.active():
        calls.answer(desk, call)
        desk.changed()


def _too_long(desk, call):
    if call.state == "ringing":
        call.redirect(desk.target("time"), "no-answer")


def on_outgoing(desk, call):
    """Our INVITE goes out."""
    if call.key is None:
        calls.bind(desk, call)
    desk.fire("action_outgoing_url", call)


def on_connected(desk, call):
    """A call was answered: its time counts from now."""
    call.start = desk.timers.clock.ms()
    desk.fire("action_connected_url", call)
    if getattr(call, "joins", None):
        from offhook.desk.conference import joined

        joined(desk, call)
    for other in desk.agent.calls:  # an answer that crossed another one
        if other is not call and other.state == "connected":
            other.hold()


def on_hold(desk, call):
    """We hold a call now."""
    desk.fire("action_hold", call)


def on_unhold(desk, call):
    """We took a call back."""
    desk.fire("action_unhold", call)


def on_ended(desk, call):
    """A call is over: this is told exactly once."""
    timer = getattr(call, "forward_timer", None)  # its "timer" is the SIP room's
    if timer:
        timer.cancel()
    desk.fire("action_disconnected_url", call)
    if call.direction == "in" and not call.answered and not call.quiet:
        if not elsewhere(call):
            desk.missed += 1
            desk.fire("action_missed_url", call)
    desk.lists.remember(call)
    if desk.moving is call:
        desk.moving = None
    if call.direction == "out" and not call.answered and call.ended_by != "local":
        told = call.status in (404, 480, 486, 603)
        desk.say(desk.panel.text(str(call.status)) if told else call.reason)
    if call.direction == "out" and not call.answered and desk.settings.get("call_completion"):
        from offhook.desk.completion import offer

        offer(desk, call)
    calls.ended(desk)


def elsewhere(call):
    """Return True when the CANCEL said that another phone has answered (RFC 3326).

    That may be one of several reasons, in one header line or more.
    """
    reason = "".join(call.cancel_reason.lower().split())
    return "cause=200" in reason.replace(",", ";").split(";")


# in one text: a function found by its name would keep that name on the heap for good
_WORDS = "incoming outgoing connected hold unhold ended"


def find(word):
    """Return the function for `word`, None where there is none."""
    return chosen(
        _WORDS, (on_incoming, on_outgoing, on_connected, on_hold, on_unhold, on_ended), word
    )
