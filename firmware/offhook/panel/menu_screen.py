"""The display while a call list is open."""

from base.compat import const

_TITLES = ("list_dialled", "list_received", "list_missed")
_ROWS = const(4)


def listing(view, menu):
    """Return the lines of an open list: its title, then the entries from the chosen one."""
    lines = [view.text(_TITLES[menu.kind])]
    for row in menu.rows[menu.index : menu.index + _ROWS]:
        lines.append(("%s %s" % (row.name, row.number.split("@")[0])).strip())
    if not menu.rows:
        lines.append(view.text("list_empty"))
    else:
        lines[1] = ">" + lines[1]
    return lines
