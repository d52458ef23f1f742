"""Call lists: the last 20 calls dialled, received and missed, kept over a reboot.

One file, one line a call: kind, Unix seconds, number, name. It is read when a list is looked at
and rewritten when a call ends, never held in memory.
"""

from base.compat import const

_FILE = "calls.txt"
_EACH = const(20)


def kind_of(call):
    """Return "d" for a call dialled, "r" for one received, "m" for one missed."""
    if call.direction == "out":
        return "d"
    return "r" if call.answered else "m"


def entries(desk, kind=None):
    """Return [[kind, time, number, name]], the newest first, of one kind or all."""
    raw = desk.storage.read(_FILE) or b""
    try:
        rows = [line.split("\t", 3) for line in raw.decode().split("\n")]
    except UnicodeError:
        return []
    return [row for row in rows if len(row) == 4 and kind in (None, row[0])]


def remember(desk, call):
    """Put a call that has ended on top of its list."""
    kind, number = kind_of(call), call.remote
    if kind == "m" and getattr(call, "quiet", False):
        return
    name = (call.remote_display or "").replace("\t", " ").replace("\n", " ").replace("\r", " ")
    rows = entries(desk)
    same = [row for row in rows if row[0] == kind]
    if len(same) >= _EACH:
        rows.remove(same[-1])
    rows.insert(0, [kind, str(desk.panel.clock.time() or 0), number[:80], name[:40]])
    try:
        desk.storage.write(_FILE, "\n".join("\t".join(row) for row in rows).encode())
    except OSError as error:
        desk.log(2, "call list not saved: %r", error)


def last_dialled(desk):
    """Return the number dialled last, None when there is none."""
    rows = entries(desk, "d")
    return rows[0][2] if rows else None
