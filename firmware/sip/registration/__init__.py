"""Registration (RFC 3261 section 10): kept alive, refreshed, and what a refusal leads to."""
