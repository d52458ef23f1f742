"""The names of the runtime `$variables`; their values are the phone's (Action URLs, section 2)."""

_RUNTIME = (
    " local remote display_local display_remote active_url active_user active_host call-id csta_id"
    " active_key expansion_module phone_ip local_ip nr_ongoing_calls context_url cancel_reason"
    " longpress_key "
)

# with the compact forms (RFC 3261 section 7.3.3), which would be a way round
_HIDDEN = (
    " via v to t from f call-id i expires route record-route contact m content-type c cseq"
    " content-length l max-forwards "
)


def runtime(name):
    """Return True when `name` is a variable that the phone knows beside its settings."""
    return " %s " % name in _RUNTIME


def hidden(header):
    """Return True for a header that `$sip_header(NAME)` never shows."""
    return " %s " % header.lower() in _HIDDEN
