"""Call lists on the display: DOWN opens the dialled ones, UP and DOWN walk, ENTER calls.

LEFT and RIGHT change the list: dialled, received, missed. CANCEL closes it.
"""

_KINDS = "drm"
_TITLES = ("list_dialled", "list_received", "list_missed")


class Menu:
    """An open list; `desk.menu` holds it, the display shows `lines`."""

    def __init__(self, desk, kind=0):
        self.desk = desk
        self.kind = kind
        self.index = 0
        self.rows = desk.lists.entries(_KINDS[kind])
        if kind == 2:
            desk.missed = 0

    def lines(self):
        """Return the display's lines: title, then the entries from the chosen one."""
        text = self.desk.panel.text
        lines = [text(_TITLES[self.kind])]
        for row in self.rows[self.index : self.index + 4]:
            lines.append(("%s %s" % (row[3], row[2].split("@")[0])).strip())
        if not self.rows:
            lines.append(text("list_empty"))
        elif len(lines) > 1:
            lines[1] = ">" + lines[1]
        return lines

    def number(self):
        """Return the chosen number, None in an empty list."""
        return self.rows[self.index][2] if self.rows else None


def pressed(desk, name):
    """Take UP, DOWN, LEFT, RIGHT or MENU."""
    menu = desk.menu
    if menu is None:
        show(desk, 2 if name == "LEFT" else 1 if name == "RIGHT" else 0)
    elif name == "MENU":
        desk.menu = None
    elif name in ("LEFT", "RIGHT"):
        desk.menu = Menu(desk, (menu.kind + (1 if name == "RIGHT" else 2)) % 3)
    else:
        step = 1 if name == "DOWN" else -1
        menu.index = max(0, min(len(menu.rows) - 1, menu.index + step))


def show(desk, kind):
    """Open list `kind` (0 dialled, 1 received, 2 missed) where nothing else is going on."""
    if not (desk.active() or desk.dialling or desk.waiting()):
        desk.menu = Menu(desk, kind)
