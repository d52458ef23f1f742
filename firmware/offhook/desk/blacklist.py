"""The blacklist question: a web server is asked before a call rings; 200 rejects the caller."""


def ask(desk, call, ring):
    """Send ``action_blacklist_url``; ``ring(desk, call)`` unless it answers 200 in time."""
    pending = [True]

    def decide(status):
        if not pending or call.state == "ended":
            return
        pending.clear()
        timer.cancel()
        if status == 200:
            desk.of(call).declined = True
            desk.log(3, "%s rejected: blacklisted", call.remote)
            call.reject(603)
        else:
            ring(desk, call)
        desk.changed()

    seconds = desk.settings.get("remote_blacklist_action_timer")
    timer = desk.timers.after(seconds * 1000, decide, 0)
    desk.actions.ask("action_blacklist_url", desk.context(call), decide)
