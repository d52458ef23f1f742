"""The telephone: what somebody at the desk does with it, and what its settings say.

Needs a platform with the board's parts, and the rooms sip, actions, media, web, net and base.
`start` is used by main.py, `phone` by a person at the REPL. Each may import those before it:

    settings               the catalogue, values, and how they are kept
    desk                   calls and what becomes of them
    keys                   what keys mean, on desk
    panel                  what is shown and heard of both
    update                 new software
    identities             settings -> accounts of the SIP agent
    changes                what a changed setting does
    remote                 what software may ask of the phone: web, console
    console                its words, for the serial line and the control port
    telephone              all of it put together
    start                  runs it
    repl, phone            the same words for a person at the REPL
"""
