"""Room sip.subscription.subscribe."""
