"""What the SIP agent reports, and what becomes of a call that comes in.

`Reporter` is the agent's listener. It turns each report into its event, once, and into a change of
the desk's state. The decisions about an incoming call stand in `arrived`, in their order.
"""

from base.compat import const

_DND_ANONYMOUS = const(433)  # RFC 5079


class Reporter:
    """Listens to the agent on behalf of `desk`."""

    def __init__(self, desk):
        self.desk = desk

    def __call__(self, kind, subject, **details):
        """Take one report; a kind that nobody handles is ignored."""
        action = getattr(self, "on_" + kind, None)
        if action:
            action(subject, **details)
        else:
            from offhook.reports import rare

            rare(self.desk, kind, subject, details)
        self.desk.changed()

    # -- calls --------------------------------------------------------------------------------

    def on_incoming(self, call, **_):
        """A call has come in: ask the blacklist first where there is one."""
        desk = self.desk
        call.rang = call.quiet = False
        if not desk.actions.has("action_blacklist_url"):
            self.arrived(call)
            return
        from offhook.blacklist import ask

        ask(desk, call, self.arrived)

    def arrived(self, call):
        """Decide what becomes of the call: rejected, forwarded, answered, or it rings."""
        desk, get = self.desk, self.desk.settings.get
        if call.state == "ended":
            return
        busy = len(desk.agent.calls) > 1
        event, target = get("redirect_event"), get("redirect_number")
        if get("reject_anonymous") and call.remote.startswith("anonymous@"):
            call.quiet = True
            call.reject(_DND_ANONYMOUS)
        elif event == "all" and target:
            call.quiet = True
            call.redirect(target)
        elif get("dnd_mode"):
            call.reject(int(get("dnd_code")))
        elif busy and event == "busy" and (get("redirect_busy_number") or target):
            call.quiet = True
            call.redirect(get("redirect_busy_number") or target)
        elif busy and self._refuses():
            call.reject(486)
        else:
            self.ring(call)

    def _refuses(self):
        get = self.desk.settings.get
        return get("call_waiting") == "off" or len(self.desk.agent.calls) > get("max_calls")

    def ring(self, call):
        """Let the call ring, or answer it by itself where the settings say so."""
        desk, get = self.desk, self.desk.settings.get
        call.rang = True
        desk.bind(call)
        call.ring()
        desk.fire("action_incoming_url", call)
        if call.state != "ringing":
            return
        target = get("redirect_time_number") or get("redirect_number")
        if get("redirect_event") == "time" and target:
            call.timer = desk.timers.after(get("redirect_time") * 1000, self._too_long, call)
        asked = get("intercom_enabled") and getattr(call, "auto_answer", None) is not None
        if (get("autoanswer") or asked) and not desk.active():
            desk.timers.after(1000 * (getattr(call, "auto_answer", None) or 0), self._auto, call)

    def _auto(self, call):
        if call.state == "ringing" and not self.desk.active():
            self.desk.answer(call)
            self.desk.changed()

    def _too_long(self, call):
        get = self.desk.settings.get
        if call.state == "ringing":
            call.redirect(get("redirect_time_number") or get("redirect_number"))

    def on_outgoing(self, call, **_):
        """Our INVITE goes out."""
        call.quiet = True
        self.desk.bind(call)
        self.desk.fire("action_outgoing_url", call)

    def on_connected(self, call, **_):
        """A call was answered."""
        desk = self.desk
        desk.fire("action_connected_url", call)
        for other in desk.agent.calls:  # an answer that crossed another one
            if other is not call and other.state == "connected":
                other.hold()

    def on_hold(self, call, **_):
        """We hold a call now."""
        self.desk.fire("action_hold", call)

    def on_unhold(self, call, **_):
        """We took a call back."""
        self.desk.fire("action_unhold", call)

    def on_ended(self, call, **_):
        """A call is over: this is told exactly once."""
        desk = self.desk
        timer = getattr(call, "timer", None)
        if timer:
            timer.cancel()
        desk.fire("action_disconnected_url", call)
        if call.direction == "in" and not call.answered and not call.quiet:
            if not self.elsewhere(call):
                desk.fire("action_missed_url", call)
        from offhook.lists import remember

        remember(desk, call)
        if desk.moving is call:
            desk.moving = None
        if call.direction == "out" and not call.answered and call.ended_by != "local":
            desk.say(desk.panel.status_text(call))
        if not desk.agent.calls or not (desk.active() or desk.dialling):
            desk.ended(call)

    def elsewhere(self, call):
        """Return True when the CANCEL said that another phone has answered (RFC 3326)."""
        reason = call.cancel_reason.lower().replace(" ", "")
        return "cause=200" in reason.split(";")

    # -- identities ---------------------------------------------------------------------------

    def on_registered(self, account, **_):
        """An identity became registered."""
        self.desk.fire("action_log_on_url", account=account)

    def on_unregistered(self, account, **_):
        """An identity was unregistered."""
        self.desk.fire("action_log_off_url", account=account)

    def on_reg_failed(self, account, **_):
        """A registration has failed."""
        self.desk.log(2, "registration of %s failed: %s", account.uri, account.reason)
        self.desk.fire("action_reg_failed", account=account)
