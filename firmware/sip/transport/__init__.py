"""How messages travel: UDP, TCP and TLS; and where they go (RFC 3261 section 18, RFC 3263)."""
