"""Provisioning: files of settings from a server, or by hand, read as Snom's phones read them.

Needs the settings, the HTTP client and a datagram of the network. Used by the phone, which runs
it as a task, and by the console's words `provisioning` and `provision`.
"""
