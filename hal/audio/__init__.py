"""Sound: the ringer, made with its machine.PWM; used by the panel.

A ringer has ``tone(hz)``, which sounds 1 to 20,000 hertz until something else is said, and
``quiet()``; neither waits nor raises.
"""
