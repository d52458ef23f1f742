"""Displays of text. Need an I2C bus; used by the panel.

A part has ``columns``, ``rows`` and ``show(lines)``, which takes the lines from the top, cuts off
what does not fit, returns at once and raises nothing: a display that was unplugged shows
everything when it is back. What has changed is written in the background in slices of at most
3 ms of the bus. A driver is made with ``(i2c, address)`` and raises OSError where no display
answers.
"""
