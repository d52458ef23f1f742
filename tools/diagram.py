"""Draw each board's wiring and write its table from its data: ``python -m tools.diagram``.

boards/NAME/wiring.svg is made anew, and in boards/NAME/README.md what is between two marks.
``--check`` changes nothing and fails where a file differs from the data.
"""

import sys
from html import escape

from tools import check_boards, wiring

_ROW = 26
_GAP = 22
_HEAD = 44
_FOOT = 24
_BOX = 270
_WIRE = 130
_BOARD = 260
_BUS = (46, 76)  # where the two bus lines run, from the board's edge
_MARKS = ("<!-- wiring: made by tools/diagram.py -->", "<!-- end of wiring -->")
_COLOURS = {
    "row": "#c2571a",
    "column": "#0f7b6c",
    "switch": "#7a3fb0",
    "switch, own pull-up": "#7a3fb0",
    "interrupt": "#c22f4e",
    "i2c": "#1f5fbf",
    "output": "#8a6d00",
    "input": "#4d6b1f",
    "rmii": "#666666",
}
_I2C = {"SDA": "#1f5fbf", "SCL": "#2f8f3a"}
_MEANING = {
    "row": "output, open drain",
    "column": "input with the chip's pull-up",
    "switch": "input with the chip's pull-up, other side to GND",
    "switch, own pull-up": "input, 10 kΩ to 3V3 of its own",
    "i2c": "I2C, 4.7 kΩ to 3V3 (most boards have them)",
    "output": "output",
    "input": "input",
    "rmii": "on the board",
}
_LEFT = ("keypad", "hook", "ringer", "w5500", "lan8720", "wifi")
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:13px;fill:#1c2530}"
    ".t{font-weight:bold;font-size:14px}.n{font-size:11px;fill:#5b6775}"
    ".g{font-family:'DejaVu Sans Mono',monospace;font-size:12px;fill:#ffffff}"
    ".h{font-weight:bold;font-size:20px}.b{font-weight:bold;font-size:13px;fill:#ffffff}"
)


class Svg:
    """Collects shapes."""

    def __init__(self):
        self.under = []
        self.parts = []

    def box(self, x, y, width, height, fill, stroke, radius=8):
        """A rounded rectangle."""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
        )

    def text(self, x, y, text, kind="", anchor="start"):
        """A line of text."""
        self.parts.append(
            f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def wire(self, points, colour):
        """A wire through `points`, below all boxes."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self.under.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
            'stroke-linejoin="round"/>'
        )

    def dot(self, x, y, colour, radius=4):
        """A terminal, or a joint of wires."""
        self.parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>')

    def whole(self, width, height):
        """Return the file's text."""
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">',
            f"<style>{_STYLE}</style>",
            f'<rect width="{width}" height="{height}" fill="#fbfaf7"/>',
            *self.under,
            *self.parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"


def _rows(block):
    """Return [(terminal, wire or None)] of a block; chips on a bus have SDA and SCL first."""
    rows = [(wire.terminal, wire) for wire in block.wires]
    if block.kind in wiring.ADDRESSES:
        rows = [("SDA", None), ("SCL", None)] + rows
    return rows


def _height(block):
    return _HEAD + _ROW * len(_rows(block)) + (_FOOT if block.fixed else 8)


class Drawing:
    """One board: it stands in the middle, inputs and network on its left, chips on its right."""

    def __init__(self, board):
        self.board = board
        self.svg = Svg()
        self.left = 40 + _BOX + _WIRE
        self.right = self.left + _BOARD
        self.width = self.right + _WIRE + _BOX + 40

    def draw(self):
        """Return the SVG's text."""
        svg, board = self.svg, self.board
        blocks = [x for x in board.blocks if x.wires or x.kind in wiring.ADDRESSES]
        left = [x for x in blocks if x.kind in _LEFT]
        right = [x for x in blocks if x.kind not in _LEFT]
        for voice in [x for x in right if x.kind.startswith("i2s")]:
            if sum(map(_height, left)) + _height(voice) <= sum(map(_height, right)):
                right.remove(voice)
                left.append(voice)
        bottom = max(self._side(left, True), self._side(right, False))
        svg.text(40, 40, f"{board.about['title']}: wiring", "h")
        note = "made from board.py by tools/diagram.py"
        svg.text(self.width - 40, 40, note, "n", "end")
        plate = [
            f'<rect x="{self.left}" y="64" width="{_BOARD}" height="{bottom - 64}" rx="12" '
            'fill="#21344a" stroke="#0e1a28" stroke-width="2"/>'
        ]
        svg.under = svg.under + plate
        middle = self.left + _BOARD / 2
        svg.text(middle, 88, board.about["title"], "b", "middle")
        if board.button is not None:
            text = f"button: {board.about['button']} (GPIO {board.button})"
            svg.text(middle, bottom - 12, text, "g", "middle")
        return svg.whole(self.width, bottom + 30)

    def _side(self, blocks, left):
        y = 104
        buses = {}
        for block in blocks:
            if block.kind == "i2c":
                y = self._bus(block, y, buses)
                continue
            x = 40 if left else self.right + _WIRE
            self._box(block, x, y, left, buses)
            y += _height(block) + _GAP
        for (_, name), (x, top, end) in buses.items():
            self.svg.wire([(self.right, top), (x, top), (x, end)], _I2C[name])
        return y + 16

    def _bus(self, block, y, buses):
        # A bus has no box: its two lines run down beside the chips
        bus = block.data.get("bus", 0)
        self.svg.text(self.right + _WIRE, y + 20, f"{block.title}, {block.note}", "n")
        for (terminal, wire), shift in zip(_rows(block), _BUS, strict=True):
            self._pad(wire, y + 16, False, _I2C[terminal])
            buses[bus, terminal] = (self.right + shift, y + 16, y + 16)
            y += _ROW
        return y + _GAP

    def _pad(self, wire, y, left, colour):
        svg = self.svg
        x = self.left if left else self.right
        svg.dot(x, y, colour, 5)
        inner = x + 12 if left else x - 12
        svg.text(inner, y + 4, f"GPIO {wire.pin}", "g", "start" if left else "end")

    def _box(self, block, x, y, left, buses):
        svg = self.svg
        svg.box(x, y, _BOX, _height(block), "#ffffff", "#9aa7b5")
        svg.text(x + 14, y + 20, block.title, "t")
        svg.text(x + 14, y + 36, block.note, "n")
        edge = x + _BOX if left else x
        at = y + _HEAD + 12
        for terminal, wire in _rows(block):
            if wire is None:
                self._tap(block, terminal, edge, at, buses)
                colour = _I2C[terminal]
            else:
                colour = _COLOURS[wire.use]
                self._pad(wire, at, left, colour)
                svg.wire([(self.left if left else self.right, at), (edge, at)], colour)
                if needs_pullup(self.board, wire):
                    self._resistor(edge, at)
            svg.dot(edge, at, colour)
            inner = edge - 12 if left else edge + 12
            svg.text(inner, at + 4, terminal, "", "end" if left else "start")
            at += _ROW
        if block.fixed:
            text = " · ".join(f"{terminal} {goes}" for terminal, goes in block.fixed)
            svg.text(x + 14, at + 4, text, "n")

    def _tap(self, block, name, edge, y, buses):
        key = (block.data.get("bus", 0), name)
        x, top, _ = buses[key]
        buses[key] = (x, top, y)
        self.svg.wire([(x, y), (edge, y)], _I2C[name])
        self.svg.dot(x, y, _I2C[name])

    def _resistor(self, edge, y):
        svg = self.svg
        svg.box(edge - 46, y - 7, 34, 14, "#fff4d6", "#8a6d00", 3)
        svg.text(edge - 29, y + 4, "10k↑", "n", "middle")


def needs_pullup(board, wire):
    """Return whether an interrupt line needs a resistor, because the pin has no pull-up."""
    chip = check_boards.CHIPS[board.about["chip"]]
    return wire.use == "interrupt" and wire.pin in chip.input_only


def table(board):
    """Return the wiring as a Markdown table, with what stands around it in the README."""
    lines = [f"![wiring of {board.about['title']}](wiring.svg)", ""]
    lines += ["| GPIO | part | terminal | the pin is |", "|---:|---|---|---|"]
    for block in board.blocks:
        for wire in block.wires:
            meaning = _MEANING.get(wire.use)
            if wire.use == "interrupt":
                own = needs_pullup(board, wire)
                meaning = "input, 10 kΩ to 3V3" if own else "input with the chip's pull-up"
            title = "all I2C chips" if block.kind == "i2c" else block.title
            lines.append(f"| {wire.pin} | {title} | {wire.terminal} | {meaning} |")
    chips = [x for x in board.blocks if x.kind in wiring.ADDRESSES]
    if chips:
        lines += ["", "On the I2C bus:", "", "| address | chip | what it has |", "|---|---|---|"]
        for block in chips:
            title = block.title.rsplit(" ", 1)[0]
            lines.append(f"| 0x{block.data['address']:02X} | {title} | {block.note} |")
    lines += ["", "To buy:", "", "| number | part |", "|---:|---|"]
    lines += [f"| {count or '–'} | {what} |" for what, count in board.about["buy"]]
    return "\n".join(lines)


def readme(board, text):
    """Return a README's text with its part between the marks made anew."""
    if _MARKS[0] not in text or _MARKS[1] not in text:
        raise SystemExit(f"boards/{board.name}/README.md: the marks are missing")
    before, rest = text.split(_MARKS[0])
    return f"{before}{_MARKS[0]}\n{table(board)}\n{_MARKS[1]}{rest.split(_MARKS[1])[1]}"


def outputs(board):
    """Return {path: text} of what is made from the board's data."""
    folder = wiring.ROOT / board.name
    page = folder / "README.md"
    return {
        folder / "wiring.svg": Drawing(board).draw(),
        page: readme(board, page.read_text("utf-8")),
    }


def main(words):
    """Make the files, or with ``--check`` compare them; return 1 where one differs."""
    stale = []
    for name in wiring.names():
        for path, text in outputs(wiring.load(name)).items():
            if path.exists() and path.read_text("utf-8") == text:
                continue
            stale.append(path)
            if "--check" not in words:
                path.write_text(text, "utf-8")
    for path in stale:
        print(("differs from the data: " if "--check" in words else "made ") + str(path))
    return 1 if stale and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
