"""Room sip.transaction.client."""
