"""The console: one set of words for the serial line, the control port and the REPL.

Needs the phone (`offhook.telephone.Phone`), which it is handed. Used by it, and by offhook.phone.
"""
