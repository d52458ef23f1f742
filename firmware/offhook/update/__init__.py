"""New software: fetched by HTTPS, signed by the owner, checked whole, with a way back.

Needs the phone's flash, HTTP client and settings. Used by the console and the REPL.
"""
