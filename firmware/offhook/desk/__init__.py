"""The desk: what somebody does with the phone, and what becomes of the calls.

Needs an SIP agent, Action URLs, settings and timers, handed in. Used by the keys, the console and
the web commands; the panel observes it. Inside, from below: state (desk, call_lists, menu,
numbers), what is done with calls (calls, transfer, dialling, handset and what dials by itself),
what becomes of them (call_events), and the agent's listener (reports).
"""
