"""The phone's own web side: so far what ``localhost`` Action URLs ask of this phone itself.

Needs the phone that it is handed. Used by offhook.start; loaded by the first such request.
"""
