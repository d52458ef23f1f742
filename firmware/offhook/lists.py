"""Call lists: the last 20 calls dialled, received and missed, kept over a reboot.

One file, one line a call: kind, Unix seconds, number, name. It is read when a list is looked at
and written some seconds after a call has ended, when no call goes on: writing flash takes its
time.
"""

from base.compat import const

_FILE = "calls.txt"
_EACH = const(20)
_LATER = const(3000)  # ms from the end of a call to the write
_MOST = const(20)  # calls that may wait for it


class Lists:
    """The call lists of one desk; `storage` keeps them, `timers` let the write wait."""

    def __init__(self, desk):
        self.desk = desk
        self._new = []  # rows not yet written, the newest first
        self._timer = None

    def remember(self, call):
        """Put a call that has ended on top of its list."""
        kind = "d" if call.direction == "out" else "r" if call.answered else "m"
        if kind == "m" and call.quiet:
            return
        name = "".join(c if c >= " " else " " for c in (call.remote_display or "")[:40])
        now = self.desk.panel.clock.time() or 0
        self._new.insert(0, [kind, str(now), call.remote[:80], name])
        del self._new[_MOST:]
        if self._timer is None:
            self._timer = self.desk.timers.after(_LATER, self._write)

    def entries(self, kind=None):
        """Return [[kind, time, number, name]], the newest first, of one kind or all."""
        raw = self.desk.storage.read(_FILE) or b""
        try:
            rows = [line.split("\t", 3) for line in raw.decode().split("\n")]
        except UnicodeError:
            rows = []
        rows = self._new + [row for row in rows if len(row) == 4]
        return [row for row in rows if kind in (None, row[0])]

    def last_dialled(self):
        """Return the number dialled last, None when there is none."""
        rows = self.entries("d")
        return rows[0][2] if rows else None

    def _write(self):
        self._timer = None
        if self.desk.agent.calls:
            self._timer = self.desk.timers.after(_LATER, self._write)
            return
        self.save()

    def save(self):
        """Write what is new."""
        if not self._new:
            return
        count, rows = {}, []
        for row in self.entries():
            count[row[0]] = count.get(row[0], 0) + 1
            if count[row[0]] <= _EACH:
                rows.append("\t".join(row))
        try:
            self.desk.storage.write(_FILE, "\n".join(rows).encode())
            self._new = []
        except OSError as error:
            self.desk.log(2, "call list not saved: %r", error)
