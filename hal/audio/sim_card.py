"""The host's sound card for a simulated phone: blocks of 16 ms come and go over loopback.

tools/soundcard.py is at the other end, with the programs that play and record.
"""

import socket

from base.compat import const
from hal.audio.sim_i2s import BYTES

_MOST = const(3)  # blocks of the microphone that may wait; older ones are dropped


class Card:
    """The air (see `hal.audio.sim_sound.World`) that is a sound card at UDP `port`."""

    def __init__(self, port):
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        self._sock.setblocking(False)
        self._waiting = []

    def say(self):
        """Return what the microphone has heard in 16 ms; silence where nothing has come."""
        while True:
            try:
                block = self._sock.recv(BYTES)
            except OSError:
                break
            if len(block) == BYTES:
                self._waiting = self._waiting[1 - _MOST :] + [block]
        return self._waiting.pop(0) if self._waiting else bytes(BYTES)

    def heard(self, block):
        """Let 16 ms be heard."""
        try:
            self._sock.send(block)
        except OSError:
            pass  # the card is gone

    def flush(self):
        """Nothing is kept."""
