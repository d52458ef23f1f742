"""The values of runtime `$variables` at the moment of an event (Action URLs, section 2).

Those of settings are looked up by the room actions itself.
"""


def value(phone, name, argument, context):
    """Return the value as text; None when the name has no value at this event."""
    call, head = context.call, name.split("_")[0]
    if head in ("local", "remote", "display", "call-id", "csta", "cancel", "sip") and call:
        if name != "local_ip":
            return of_call(phone, name, argument, call)
    if head in ("active", "context") and name not in ("active_key", "active_line"):
        account = context.account if head == "context" else phone.desk.account()
        part = "uri" if name.endswith("_url") else name[len(head) + 1 :]
        return account and getattr(account, part)
    if name == "active_key":
        return context.key
    if name == "longpress_key":
        return context.long
    if name in ("phone_ip", "local_ip"):
        return phone.network.address() or ""
    if name == "nr_ongoing_calls":
        count = phone.desk.reported
        return str(len(phone.desk.agent.calls) if count is None else count)
    if name == "expansion_module":
        return phone.settings.get(name) or " ".join(phone.parts.modules)
    return None


def of_call(phone, name, argument, call):
    """Return the value of a variable that only a call has."""
    if name in ("local", "remote"):
        scheme = "sip:" if phone.settings.get("action_url_uri_scheme") else ""
        return scheme + (call.local if name == "local" else call.remote)
    if name == "display_local":
        return call.local_display
    if name == "display_remote":
        return call.remote_display
    if name == "call-id":
        return call.call_id
    if name == "csta_id":
        return str(call.id)
    if name == "cancel_reason":
        return call.state == "ended" and call.cancel_reason or None
    if name == "sip_header" and call.direction == "in":
        return call.invite.header(argument)
    return None
