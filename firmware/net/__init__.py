"""The network as several rooms ask for it: names to addresses, TLS contexts, the HTTP client.

Needs the network part, timers and settings, which are handed in. Used by sip, actions and offhook.
"""
