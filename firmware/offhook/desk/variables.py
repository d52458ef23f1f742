"""The values of runtime `$variables` at the moment of an event (Action URLs, section 2).

Those of settings are looked up by the room actions itself.
"""


class Variables:
    """Looks the variables up. `network` has ``address()``, ``modules()`` names the modules."""

    def __init__(self, desk, network, modules):
        self.desk = desk
        self.network = network
        self.modules = modules

    def value(self, name, argument, context):
        """Return the value of `name` as text; None when it has none at this event."""
        if name in OF_CALL:
            return context.call and OF_CALL[name](self.desk, context.call, argument)
        found = OF_PHONE.get(name)
        return found and found(self, context)

    def address(self, context):
        """Return the phone's address."""
        return self.network.address() or ""

    def number_of_calls(self, context):
        """Return the number of calls that were not over when the event happened."""
        count = self.desk.reported
        return str(len(self.desk.agent.calls) if count is None else count)

    def module_names(self, context):
        """Return the names of the attached modules, as the setting or the board has them."""
        return self.desk.settings.get("expansion_module") or " ".join(self.modules())

    def active(self, part):
        """Return a part of the identity for outgoing calls: "uri", "user" or "host"."""
        account = self.desk.account()
        return account and getattr(account, part)


def _party(desk, address):
    return ("sip:" if desk.settings.get("action_url_uri_scheme") else "") + address


def _cancel_reason(desk, call, argument):
    return call.cancel_reason or None if call.state == "ended" else None


def _sip_header(desk, call, argument):
    return call.invite.header(argument.lower()) if call.direction == "in" else None


def _figure(form, part):
    """Return the function for a figure of the voice, which a call has when it is over."""

    def value(desk, call, argument):
        figures = desk.of(call).figures
        return form % getattr(figures, part) if figures else None

    return value


OF_CALL = {  # ``(desk, call, argument)``
    "local": lambda desk, call, argument: _party(desk, call.local),
    "remote": lambda desk, call, argument: _party(desk, call.remote),
    "display_local": lambda desk, call, argument: call.local_display,
    "display_remote": lambda desk, call, argument: call.remote_display,
    "call-id": lambda desk, call, argument: call.call_id,
    "csta_id": lambda desk, call, argument: str(call.id),
    "duration": lambda desk, call, argument: str(desk.seconds(call)),
    "call_direction": lambda desk, call, argument: call.direction,
    "rtp_loss": _figure("%.1f", "loss"),
    "rtp_jitter": _figure("%d", "jitter"),
    "mos": _figure("%.1f", "mos"),
    "cancel_reason": _cancel_reason,
    "sip_header": _sip_header,
}
OF_PHONE = {  # ``(variables, context)``
    "active_url": lambda variables, context: variables.active("uri"),
    "active_user": lambda variables, context: variables.active("user"),
    "active_host": lambda variables, context: variables.active("host"),
    "context_url": lambda variables, context: context.account and context.account.uri,
    "active_key": lambda variables, context: context.key,
    "longpress_key": lambda variables, context: context.long,
    "phone_ip": Variables.address,
    "local_ip": Variables.address,
    "nr_ongoing_calls": Variables.number_of_calls,
    "expansion_module": Variables.module_names,
}
