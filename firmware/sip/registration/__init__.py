"""Registration (RFC 3261 section 10): kept alive, refreshed, and what a refusal leads to.

Needs the agent handed in, requests, the transport's connections and an account. Used by the agent,
which makes one for each account with a registrar; refresh and failure serve register.
"""
