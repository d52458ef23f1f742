"""New software on trial: it stays when it comes up in time, else the board starts anew.

The loader (main.py) goes back to the software before after three starts without that word.
"""

import os

from base.compat import const

_ROOT = "/app"
_TRIAL = const(180_000)  # ms to come up and register


class Trial:
    """The trial of the software below `root`; ``look`` goes on until `over`."""

    def __init__(self, root=_ROOT):
        self._root = root
        self._passed = 0  # ms
        try:
            self._marks = [x for x in os.listdir(root) if x.startswith("trial")]
        except OSError:
            self._marks = []  # the software is frozen into the firmware

    @property
    def over(self):
        """True where there is no trial, or none any more."""
        return not self._marks

    def _removed(self, name):
        try:
            os.remove(self._root + "/" + name)
            return True
        except OSError:
            return False  # the flash takes no changes just now

    def look(self, up, ms):
        """Let `ms` pass with the phone `up` or not; return False once the time is over.

        Software that is up is confirmed for good; where the flash takes no changes, the next
        time.
        """
        if not self._marks:
            return True
        if up:
            self._marks = [x for x in self._marks if not self._removed(x)]
            return True
        self._passed += ms
        return self._passed <= _TRIAL
