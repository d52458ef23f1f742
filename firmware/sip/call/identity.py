"""Who calls, and hiding who we are (RFC 3323)."""


def hide(call):
    """Make an outgoing call anonymous; return the headers that tell the trusted proxy more."""
    dialog = call.dialog
    real = "<%s>" % call.account.uri
    dialog.local = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    dialog.hidden = True
    return [("Privacy", "id"), ("P-Preferred-Identity", real)]
