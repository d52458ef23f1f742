"""Subscriptions (RFC 6665): extensions watched (RFC 4235), messages waiting (RFC 3842)."""
