"""Subscriptions (RFC 6665): extensions watched (RFC 4235), messages waiting (RFC 3842).

Needs the agent handed in, requests and dialogs. Used by the desk and its keys, which say what is
to be watched; inbound hands notifications in that nobody has asked for.
"""
