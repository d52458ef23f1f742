"""The telephone: what somebody at the desk does with it, and what its settings say.

Needs the board's parts and the rooms sip, actions and base. Used by main.py and the REPL.
"""
