"""How messages travel: UDP, TCP and TLS; and where they go (RFC 3261 section 18, RFC 3263).

Needs a network and a resolver, handed in, and the message's ends to cut a stream. Used by the
agent (datagram, which owns stream) and by requests (locate).
"""
