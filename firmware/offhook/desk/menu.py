"""An open call list: which one, and which of its entries is chosen.

DOWN opens the dialled calls, UP and DOWN walk, ENTER calls, LEFT and RIGHT change the list,
CANCEL closes it.
"""

from base.compat import const

DIALLED, RECEIVED, MISSED = const(0), const(1), const(2)
_KINDS = "drm"  # as `offhook.desk.call_lists` names them


class Menu:
    """An open list; `desk.menu` holds it."""

    def __init__(self, desk, kind=DIALLED):
        self.kind = kind
        self.index = 0
        self.rows = desk.lists.entries(_KINDS[kind])
        if kind == MISSED:
            desk.missed = 0

    def number(self):
        """Return the chosen number, None in an empty list."""
        return self.rows[self.index].number if self.rows else None

    def move(self, step):
        """Choose another entry, `step` further down."""
        self.index = max(0, min(len(self.rows) - 1, self.index + step))


def pressed(desk, name):
    """Take UP, DOWN, LEFT, RIGHT or MENU."""
    menu = desk.menu
    if menu is None:
        show(desk, {"LEFT": MISSED, "RIGHT": RECEIVED}.get(name, DIALLED))
    elif name == "MENU":
        desk.menu = None
    elif name in ("LEFT", "RIGHT"):
        desk.menu = Menu(desk, (menu.kind + (1 if name == "RIGHT" else 2)) % 3)
    else:
        menu.move(1 if name == "DOWN" else -1)


def show(desk, kind):
    """Open list `kind` where nothing else is going on."""
    if not (desk.active() or desk.dialling or desk.waiting()):
        desk.menu = Menu(desk, kind)
