"""What becomes of calls: of one that comes in, and of every call until its end.

``HANDLERS`` has a function ``(desk, call, details)`` for each report of the agent about a call.
The decisions about an incoming call stand in `arrived`, in their order.
"""

from base.compat import const
from offhook.desk import blacklist, bridge, calls, completion, conference, transfer
from offhook.desk.forwarding import forward, forwarding

_ANONYMOUS = const(433)  # RFC 5079
_TOLD = (404, 480, 486, 603)  # what the display has a text for


def on_incoming(desk, call, details):
    """A call has come in: ask the blacklist first where there is one."""
    if desk.actions.has("action_blacklist_url"):
        blacklist.ask(desk, call, arrived)
    else:
        arrived(desk, call)


def arrived(desk, call):
    """Decide what becomes of the call: rejected, forwarded, answered, or it rings."""
    get = desk.settings.get
    if call.state == "ended":
        return
    others = _others(desk, call)
    event = forwarding(desk)
    if get("reject_anonymous") and call.anonymous:
        calls.decline(desk, call, _ANONYMOUS)
    elif event == "all":
        forward(desk, call, event, "unconditional")
    elif get("dnd_mode"):
        call.reject(int(get("dnd_code")))
    elif others and event == "busy":
        forward(desk, call, event, "user-busy")
    elif others and (get("call_waiting") == "off" or len(others) >= get("max_calls")):
        call.reject(486)
    else:
        ring(desk, call)


def _others(desk, call):
    """Return the calls that are in the way of a new one.

    Strangers' calls that ring are not in the way of somebody who comes by the registrar.
    """
    others = [other for other in desk.agent.calls if other is not call]
    if call.trusted:
        others = [other for other in others if other.trusted or other.answered]
    return others


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
        desk.of(call).forwarding = desk.timers.after(seconds * 1000, _too_long, desk, call)
    asked = get("intercom_enabled") and call.auto_answer is not None
    if (get("autoanswer") or asked) and not desk.active():
        desk.timers.after(1000 * (call.auto_answer or 0), _auto, desk, call)


def _auto(desk, call):
    if call.state == "ringing" and not desk.active():
        calls.answer(desk, call)
        desk.changed()


def _too_long(desk, call):
    if call.state == "ringing":
        forward(desk, call, "time", "no-answer")


def on_outgoing(desk, call, details):
    """Our INVITE goes out; one that a REFER asked for has no key yet."""
    if desk.of(call).key is None:
        calls.bind(desk, call)
    desk.fire("action_outgoing_url", call)


def on_connected(desk, call, details):
    """A call was answered: its time counts from now."""
    desk.of(call).answered = desk.clock.ms()
    desk.fire("action_connected_url", call)
    bridge.joined(desk, call)
    if call.state == "connected" and desk.of(call).stays_held:
        call.hold()
    elif call.state == "connected":
        _alone(desk, call)


def _alone(desk, call):
    """Hold what is active beside `call`: its answer crossed another one, or a REFER wanted it."""
    for other in desk.agent.calls:
        if other is not call and other.state == "connected":
            desk.of(other).silent = other is desk.of(call).instead_of
            other.hold()


def on_hold(desk, call, details):
    """We hold a call now; not told where only a REFER or Replaces is the reason."""
    record = desk.of(call)
    if record.stays_held:
        record.stays_held = False
    elif not record.silent:
        desk.fire("action_hold", call)


def on_unhold(desk, call, details):
    """We took a call back."""
    record = desk.of(call)
    if not record.silent:
        desk.fire("action_unhold", call)
    record.silent = False


def on_transfer(desk, call, details):
    """The transfer that we asked for has come further."""
    transfer.told(desk, call, details.get("status", 0))


def on_replaced(desk, call, details):
    """Another call has taken this one's place, by Replaces: it has its key too.

    One on hold stays there, so that nobody is heard whom the person has not asked for.
    """
    new, old = details["new"], desk.of(call)
    old.given_up = True
    desk.of(new).key = old.key
    desk.of(new).stays_held = details.get("held", False)
    desk.fire("action_received_attended_transfer", new)


def on_refer(desk, call, details):
    """The other side has sent us to somebody else, whom a new call reaches."""
    desk.of(details["new"]).instead_of = call


def on_redirected(desk, call, details):
    """A call of ours was sent elsewhere by somebody who need not be trusted: ask the person."""
    desk.of(call).question = details["target"]


def on_dtmf(desk, call, details):
    """The other side has sent a digit."""
    desk.log(4, "DTMF %s from %s by %s", details["digit"], call.remote, details["way"])


def on_ended(desk, call, details):
    """A call is over: this is told exactly once."""
    record = desk.of(call)
    if record.forwarding:
        record.forwarding.cancel()
    desk.fire("action_disconnected_url", call)
    missed = call.direction == "in" and not (call.answered or record.declined or elsewhere(call))
    if missed:
        desk.missed += 1
        desk.fire("action_missed_url", call)
    conference.ended(desk, call)
    desk.lists.remember(call, missed)
    if desk.moving is call:
        desk.moving = None
    if call.direction == "out" and not call.answered:
        _failed(desk, call)
    desk.forget(call)
    calls.ended(desk)


def _failed(desk, call):
    """An outgoing call has reached nobody."""
    if call.ended_by != "local":
        desk.say(desk.text(str(call.status)) if call.status in _TOLD else call.reason)
    if desk.settings.get("call_completion"):
        completion.offer(desk, call)


def elsewhere(call):
    """Return True when the CANCEL said that another phone has answered (RFC 3326).

    That may be one of several reasons, in one header line or more.
    """
    reason = "".join(call.cancel_reason.lower().split())
    return "cause=200" in reason.replace(",", ";").split(";")


HANDLERS = {
    "incoming": on_incoming,
    "outgoing": on_outgoing,
    "connected": on_connected,
    "hold": on_hold,
    "unhold": on_unhold,
    "transfer": on_transfer,
    "replaced": on_replaced,
    "refer": on_refer,
    "redirected": on_redirected,
    "dtmf": on_dtmf,
    "ended": on_ended,
}
