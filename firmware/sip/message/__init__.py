"""Room sip.message.message."""
