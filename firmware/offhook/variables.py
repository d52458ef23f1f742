"""The values of `$variables` at the moment of an event (Action URLs, section 2)."""


class Variables:
    """Looks names up for the Action URLs; `network` tells the address and the MAC."""

    def __init__(self, desk, settings, network, modules):
        self.desk = desk
        self.settings = settings
        self.network = network
        self.modules = modules  # () -> name of the expansion modules found

    def __call__(self, name, argument, context):
        """Return the value as text; None when the name has no value at this event."""
        action = getattr(self, "of_" + name.replace("-", "_"), None)
        if action:
            return action(context, argument)
        if name.startswith(("display_", "local", "remote", "call")) and context.call:
            call = context.call
            if name in ("display_local", "display_remote"):
                return call.local_display if name == "display_local" else call.remote_display
            if name in ("local", "remote"):
                party = call.local if name == "local" else call.remote
                return ("sip:" if self.settings.get("action_url_uri_scheme") else "") + party
        return self.setting(name)

    def setting(self, name):
        """Return a setting as it is written, "" for a private one, None for none."""
        settings = self.settings
        if not settings.known(name):
            return None
        if settings.private(name):
            return ""
        value = settings.text(name)
        if not value and name == "mac":
            return self.network.mac
        return value

    def of_call_id(self, context, _):
        """Return the Call-ID."""
        return context.call and context.call.call_id

    def of_csta_id(self, context, _):
        """Return the number of the call, from 1 upwards."""
        return context.call and str(context.call.id)

    def of_active_url(self, _, __):
        """Return the URI of the active identity."""
        account = self.desk.account()
        return account and account.uri

    def of_active_user(self, _, __):
        """Return the user of the active identity."""
        account = self.desk.account()
        return account and account.user

    def of_active_host(self, _, __):
        """Return the host of the active identity."""
        account = self.desk.account()
        return account and account.host

    def of_active_key(self, context, _):
        """Return the function key of the call, or the pressed one."""
        return context.key

    def of_longpress_key(self, context, _):
        """Return the key that was held, at its own event only."""
        return context.key if context.call is None else None

    def of_expansion_module(self, _, __):
        """Return the name of the modules, from the settings or as found."""
        return self.settings.get("expansion_module") or self.modules()

    def of_phone_ip(self, _, __):
        """Return the current address."""
        return self.network.address() or ""

    of_local_ip = of_phone_ip

    def of_nr_ongoing_calls(self, _, __):
        """Return how many calls are not over."""
        return str(len(self.desk.agent.calls))

    def of_context_url(self, context, _):
        """Return the identity's URI."""
        return context.account and context.account.uri

    def of_cancel_reason(self, context, _):
        """Return the Reason header of the CANCEL; events of a call that has ended have one."""
        call = context.call
        return call.cancel_reason if call and call.state == "ended" else None

    def of_sip_header(self, context, name):
        """Return a header of the call's first INVITE received."""
        call = context.call
        invite = getattr(call, "invite", None)
        return invite.header(name) if invite and call.direction == "in" else None
