"""Messages: parsed in one pass, read on demand, validated; what headers are made of.

Needs nothing but text and bytes: pure functions and one class. Used by all of sip, which stands on
it; fields, uri and escape read what a header holds, response writes an answer.
"""
