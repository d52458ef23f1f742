"""The first start without a serial line: a WiFi of the phone's own, and one page to set it up.

Needs the network's access point and scan, the settings and web's server; used by telephone. It
opens at a start without a WiFi in the settings, or with the board's key held, and never later.
"""
