"""Room sip.transport.datagram."""
