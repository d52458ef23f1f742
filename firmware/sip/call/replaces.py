"""An INVITE that takes over one of our calls (RFC 3891).

It is answered by itself, and whoever sent it hears what is said. The ids of a call are no secret
(RFC 4235 tells them to everybody who watches an extension), so they are not what allows it: where
an identity registers, its registrar alone does (section 8).
"""

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
        if not _may(call, other):
            return 403, None
        if other.answered:
            return (486, None) if param(params, "early-only") is not None else (0, other)
        if other.direction == "out":
            return 0, other
        break  # an early dialog that we did not start (section 3)
    for other in agent.waiting:
        if other.dialog.matches(call_id.strip(), ours, theirs):
            return 603, None
    return 481, None


def _may(call, other):
    """Return whether who sent the INVITE of `call` may take the place of `other`."""
    if call.trusted or not other.account.registration:
        return True
    call.agent.log(3, "SIP: %s may not take over the call with %s", call.remote, other.remote)
    return False
