"""A sheet of labels for the function keys of a board, to print at 100%: boards/NAME/labels.svg."""

from tools import check_boards
from tools.svg import Svg

_WIDE, _HIGH = 22, 9  # mm of one label
_COLUMNS = 8
_LEFT, _TOP = 15, 28
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:2.6px;fill:#000000}"
    ".t{font-size:5px;font-weight:bold}.n{font-size:1.9px;fill:#666666}"
    ".k{font-size:2.6px;font-weight:bold}"
)
_WORDS = {"VOLUME_DOWN": "VOLUME −", "VOLUME_UP": "VOLUME +", "UP": "▲", "DOWN": "▼"}


def word(text):
    """Return what is printed for a function: "HOLD" for "keyevent F_HOLD"."""
    kind, _, argument = text.partition(" ")
    name = argument.removeprefix("F_")
    return _WORDS.get(name, name) if kind == "keyevent" else f"{kind} {argument}"


def labels(board):
    """Return [(key, word or "")] of the board's function keys, those of the module at the end."""
    names = [
        name
        for block in board.blocks
        for name in check_boards.key_names(block)
        if name[:1] == "P" and name[1:].isdigit()
    ]
    found = []
    for name in sorted(names, key=lambda x: int(x[1:])):
        index = int(name[1:]) - 1
        lines = min(board.fkeys, default=4)
        text = f"LINE {index + 1}" if index < lines else word(board.fkeys.get(index, ""))
        found.append((name, text.strip()))
    return found


def sheet(board):
    """Return the SVG's text: an A4 page."""
    svg = Svg()
    svg.text(_LEFT, 16, f"{board.about['title']}: labels of the function keys", "t")
    note = (
        "Print at 100%, cut along the lines. An empty label is a key without a function: "
        "set it with fkey<number less one>."
    )
    svg.text(_LEFT, 22, note)
    for place, (name, text) in enumerate(labels(board)):
        x = _LEFT + place % _COLUMNS * _WIDE
        y = _TOP + place // _COLUMNS * _HIGH
        svg.parts.append(
            f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" fill="#ffffff" '
            'stroke="#999999" stroke-width="0.2"/>'
        )
        svg.text(x + 1, y + 2.4, name, "n")
        svg.text(x + _WIDE / 2, y + 6.2, text, "k", "middle")
    rows = -(-len(labels(board)) // _COLUMNS)
    end = _TOP + rows * _HIGH + 8
    svg.text(_LEFT, end, "On the keypad: # dials what was typed, as OK (ENTER) does. On a long")
    svg.text(_LEFT, end + 4, "press a key can do something else: action_longpress_url.")
    return svg.whole(210, 297, "mm", _STYLE, "#ffffff")
