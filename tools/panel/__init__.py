"""The front panel of ``make run`` in a browser: two phones' own pages, and what goes on around.

Its server is on loopback. It hands each phone's pages on, logged in, and shows beside them the
Action URLs as they arrive, the SIP messages between the phones, and faults as switches.
"""
