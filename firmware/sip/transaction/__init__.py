"""The four transaction machines (RFC 3261 section 17, RFC 6026), and how many there may be.

Needs timers and an owner that sends, handed in; a state is a function that returns what is to be
done. Used by requests (client, invite) and by all that answers (server).
"""
