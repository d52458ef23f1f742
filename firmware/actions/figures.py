"""What became of the Action URLs, counted for each event or key and in total."""

NAMES = ("queued", "sent", "ok", "failed", "retried", "dropped", "2xx", "3xx", "4xx", "5xx")


class Figures:
    """Counts: "sent" is what its server may have got, "ok" and "failed" are what is over."""

    def __init__(self):
        self._rows = {}

    def count(self, name, what):
        """Count one of `NAMES` for event or key `name`, and in total."""
        for row in (name, "total"):
            if row not in self._rows:
                self._rows[row] = dict.fromkeys(NAMES, 0)
            self._rows[row][what] += 1

    def answered(self, name, status):
        """Count the class of an answer's status."""
        if 200 <= status < 600:
            self.count(name, "%dxx" % (status // 100))

    def rows(self):
        """Return {"total": {"queued": …}, event: {…}}, a copy."""
        rows = {"total": dict.fromkeys(NAMES, 0)}
        for name, row in self._rows.items():
            rows[name] = dict(row)
        return rows
