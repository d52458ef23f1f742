"""The phone's own web side: so far what ``localhost`` Action URLs ask of this phone itself.

Needs an `offhook.remote.Remote`, which it is handed. Used by offhook.telephone.
"""
