"""Room sip.call.call."""
