"""Call lists: the last 20 calls dialled, received and missed, kept over a reboot.

One file, one line a call: kind, Unix seconds, number, name, of a call of ours the number that
was dialled, for it may have reached somebody else, and how its voice was. It is read when a
list is looked at and written some seconds after a call has ended, when no call goes on: writing
flash takes its time.
"""

from collections import namedtuple

from base import flash
from base.compat import const
from base.printable import printable

FILE = "calls.txt"
_EACH = const(20)
_LATER = const(3000)  # ms from the end of a call to the write
_AGAIN = const(600_000)  # ms after a write that failed
_MOST = const(30)  # calls that may wait for it: beside one that lasts
_SPARED = const(5)  # those that stay in memory where they cannot be written
_LINES = const(120)  # of the file that are looked at, twice as many as it may have
_LONGEST = const(600)  # bytes of a line
_FIELDS = const(6)
_OLDEST = const(4)  # fields of a line that older software wrote

# kind: "d" dialled, "r" received, "m" missed; time: Unix seconds as text, "0" when not known;
# voice: MOS, loss in percent, jitter and delay in ms, such as "4.3 0.2 4 61", "" without voice
Entry = namedtuple("Entry", ("kind", "time", "number", "name", "dialled", "voice"))


class Lists:
    """The call lists of `desk`; `storage` keeps them."""

    def __init__(self, desk, storage):
        self.desk = desk
        self.storage = storage
        self._new = []  # lines not yet written, the newest first
        self._timer = None
        self._over = False
        self._told = ""  # why they could not be written

    def remember(self, call, wanted=True):
        """Put a call that has ended on top of its list; unanswered ones only where `wanted`."""
        kind = "d" if call.direction == "out" else "r" if call.answered else "m"
        if self._over or (kind == "m" and not wanted):
            return
        name, number = printable(call.remote_display or ""), printable(call.remote)
        entry = (
            kind,
            str(self.desk.clock.time() or 0),
            number[:80],
            name[:40],
            self.desk.of(call).dialled[:80],
            _voice(self.desk.of(call).figures),
        )
        self._new.insert(0, "\t".join(entry) + "\n")
        self._new = self._new[:_MOST]
        if self._timer and self._told:  # the next try is far away
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self.desk.timers.after(_LATER, self._write)

    def _lines(self):
        """Yield the lines, the newest first: those not yet written, then those of the file."""
        yield from self._new
        raw, start = self._stored(), 0
        for _ in range(_LINES):
            end = raw.find(b"\n", start)
            line = raw[start : end if end >= 0 else start + _LONGEST]
            try:
                if 0 < len(line) < _LONGEST:
                    yield line.decode() + "\n"
            except UnicodeError:
                pass
            if end < 0:
                return
            start = end + 1

    def _stored(self):
        """Return the file's bytes; one that cannot be read is told and deleted."""
        try:
            raw = self.storage.read(FILE)
            if raw is not None or FILE not in self.storage.names():
                return raw or b""
        except MemoryError:
            pass
        self.desk.log(1, "%s cannot be read, the call lists begin anew", FILE)
        self.storage.remove(FILE)
        return b""

    def entries(self, kind=None):
        """Return the `Entry` of each call, the newest first, of one kind or all."""
        rows = []
        for line in self._lines():
            row = line.rstrip("\n").split("\t")
            if _OLDEST <= len(row) < _FIELDS:
                row += [""] * (_FIELDS - len(row))
            if _right(row) and kind in (None, row[0]) and len(rows) < 3 * _EACH:
                rows.append(Entry(*[printable(x) for x in row]))
        return rows

    def last_dialled(self):
        """Return the number dialled last, None when there is none."""
        rows = self.entries("d")
        return rows[0].dialled or rows[0].number if rows else None

    def _write(self):
        self._timer = None
        if self.desk.agent.calls:
            self._timer = self.desk.timers.after(_LATER, self._write)
        else:
            self.flush()

    def forget(self):
        """Keep no call any more: all that is stored is being forgotten, and the phone restarts."""
        self._new, self._over = [], True

    def flush(self):
        """Write what is new, where something is."""
        if self._new:
            self.save()

    def save(self):
        """Write what is new, under a temporary name and then renamed."""
        count, kept = {}, []
        for line in self._lines():
            count[line[:1]] = count.get(line[:1], 0) + 1
            if count[line[:1]] <= _EACH:
                kept.append(line)
        try:
            # In one piece: to read a line and write one in turn took seconds of the chip's flash
            self.storage.write(FILE, "".join(kept).encode())
            self._new, self._told = [], ""
        except OSError as error:
            self._new = self._new[:_SPARED]
            why = flash.cause(error)
            if why != self._told:  # it is told once
                self.desk.log(2, "call lists not saved, %s", why)
            self._told = why
            self._timer = self._timer or self.desk.timers.after(_AGAIN, self._write)


def _right(row):
    """Return whether the fields of a line are those of a call."""
    return (
        len(row) == _FIELDS
        and row[0] in ("d", "r", "m")
        and not row[1].strip("0123456789")
        and len(row[1]) < 12
    )


def _voice(figures):
    """Return how a call's voice was, as a line of the file has it."""
    if figures is None:
        return ""
    return "%.1f %.1f %d %d" % (figures.mos, figures.loss, figures.jitter, figures.delay)
