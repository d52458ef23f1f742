"""What every room stands on and none owns: interpreter differences, timers, DNS, digest, the log.

Needs the clock and the network that it is handed. Used by sip, actions, web and offhook.
"""
