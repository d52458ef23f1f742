"""An INVITE that takes over one of our calls (RFC 3891)."""

from sip.message.fields import param


def find(agent, call, message):
    """Return (status, call to replace): status 0 where it can be replaced."""
    values = message.all("replaces")
    if len(values) != 1 or message.header("refer-to"):
        return 400, None
    call_id, _, params = values[0].partition(";")
    ours, theirs = param(params, "to-tag"), param(params, "from-tag")
    if not ours or not theirs:
        return 400, None
    for other in agent.calls:
        dialog = other.dialog
        if other is call or call_id.strip() != dialog.call_id:
            continue
        if dialog.local_tag != ours or (dialog.remote_tag != theirs and theirs not in other.tags):
            continue
        if other.answered:
            return (486, None) if param(params, "early-only") is not None else (0, other)
        if other.direction == "out":
            return 0, other
        break  # an early dialog that we did not start (section 3)
    for other in agent.waiting:
        if other.dialog.matches(call_id.strip(), ours, theirs):
            return 603, None
    return 481, None
