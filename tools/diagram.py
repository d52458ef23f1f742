"""Draw each board's wiring and write its table from its data: ``python -m tools.diagram``.

boards/NAME/wiring.svg is made anew, and in boards/NAME/README.md what is between two marks.
``--check`` changes nothing and fails where a file differs from the data.
"""

import sys

from tools import check_boards, details, labels, wiring
from tools.svg import Svg

_ROW = 24
_TERMINAL = 5  # px that a terminal lies below the pins' grid: no wire lies upon another's
_GAP = 1  # rows between two boxes
_BOX = 320
_TRACK = 9  # px between two wires side by side
_BOARD = 300
_TOP = 96
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
_SUPPLY = {"5V": "#b3261e", "3V3": "#b36b00", "GND": "#33404f"}
_PADS = {"5V": "5V", "+5V": "5V", "3V3": "3V3", "+3.3V": "3V3", "GND": "GND", "G": "GND"}
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


class Net:
    """One wire, or a bus: from a pin, where there is one, to terminals at boxes of one side."""

    def __init__(self, colour, pin=None):
        self.colour = colour
        self.pin = pin
        self.ends = []  # y of each terminal
        self.start = None  # y where it comes to that side


class Box:
    """One part as it is drawn: `rows` are (terminal, `Net`, needs a pull-up)."""

    bus = False  # on the I2C bus

    def __init__(self, title, note, rows, fixed=(), own=()):
        self.title, self.note, self.rows = title, note, rows
        self.fixed, self.own = fixed, own

    @property
    def tags(self):
        """Supply terminals, each a coloured tag."""
        return [x for x in self.fixed if x[1] in _SUPPLY]

    @property
    def texts(self):
        """The other lines of text below the terminals."""
        lines = [f"{terminal}: {goes}" for terminal, goes in self.fixed if goes not in _SUPPLY]
        return lines + [f"{terminal} ↔ {what}" for terminal, what in self.own]

    @property
    def height(self):
        """Height in rows of the grid."""
        texts = len(self.texts) if len(self.texts) < 6 else -(-len(self.texts) // 2)
        return 2 + len(self.rows) + (texts * 16 + (26 if self.tags else 4)) / _ROW


class Drawing:
    """One board: it stands in the middle with its pins in their order, the parts beside it."""

    def __init__(self, board):
        self.board = board
        self.svg = Svg()
        self.pins = {}  # GPIO -> (True on the left side, y)
        self.nets = {True: [], False: []}

    def draw(self):
        """Return the SVG's text."""
        svg, board = self.svg, self.board
        rows = self._pins()
        left, right = self._sides()
        heights = [sum(x.height + _GAP for x in side) for side in (left, right)]
        tracks = [len(self.nets[True]), len(self.nets[False])]
        self.left = 40 + _BOX + 40 + _TRACK * tracks[0]
        self.right = self.left + _BOARD
        self.width = self.right + 40 + _TRACK * tracks[1] + _BOX + 40
        height = max(rows + 3, *heights)
        self.first = _TOP + int((height - rows - 3) / 2 + 2) * _ROW  # y of the uppermost pin
        end = self._board(rows)
        for boxes, is_left, tall in ((left, True, heights[0]), (right, False, heights[1])):
            y = _TOP + int((height - tall) / 2) * _ROW
            for box in boxes:
                self._box(box, y, is_left)
                y += (int(box.height + 0.999) + _GAP) * _ROW
            end = max(end, y)
            self._route(is_left)
        svg.text(40, 40, f"{board.about['title']}: wiring", "h")
        svg.text(self.width - 40, 40, "made from board.py by tools/diagram.py", "n", "end")
        own = [x.title for x in board.blocks if board.on_board(x)]
        if own:
            svg.text(40, 62, "On the board itself: " + ", ".join(own), "n")
        far = details.draw(svg, board, 40, end + 20)
        self.width = max(self.width, far + 24)
        return svg.whole(self.width, end + 20 + details.HEIGHT + 10)

    def _pins(self):
        """Give each pin its side and place; return the number of rows of the longer side."""
        count = {"left": 0, "right": 0}
        for _, side, row in self.board.headers():
            count[side] += 1  # the header's name
            for _, gpio in row:
                if gpio is not None:
                    self.pins.setdefault(gpio, (side == "left", count[side]))
                count[side] += 1
        return max(count.values())

    def _y(self, place):
        return self.first + place * _ROW

    # -- what is drawn on which side ------------------------------------------------------------

    def _sides(self):
        """Return the boxes of the left and of the right side."""
        board = self.board
        blocks = [x for x in board.blocks if not board.on_board(x) and x.kind != "i2c"]
        chips = [x for x in blocks if x.kind in wiring.ADDRESSES]
        others = [x for x in blocks if x.kind not in wiring.ADDRESSES]
        sides = {True: [], False: []}
        home = self._bus(chips, sides)
        for block in sorted(others, key=lambda x: -len(x.wires)):
            places = [self.pins[x.pin][0] for x in block.wires]
            want = sum(places) * 2 >= len(places)
            tall = {x: sum(y.height + _GAP for y in sides[x]) for x in sides}
            if tall[want] > tall[not want] + 4:
                want = not want
            rows = [(x.terminal, self._net(x, want), False) for x in block.wires]
            sides[want].append(Box(block.title, block.note, rows, block.fixed, block.own))
        for side, boxes in sides.items():
            if side != home:
                boxes.sort(key=self._middle)
            else:
                chips = [x for x in boxes if x.bus]
                rest = sorted((x for x in boxes if not x.bus), key=self._middle)
                half = [x for x in rest if self._middle(x) < self._middle(chips[0])]
                boxes[:] = half + chips + [x for x in rest if x not in half]
        return sides[True], sides[False]

    def _middle(self, box):
        """Return the place where the pins of a box lie, in the mean."""
        places = [self.pins[net.pin][1] for _, net, _ in box.rows if net.pin is not None]
        return sum(places) / len(places) if places else 0

    def _net(self, wire, side, colour=None):
        net = Net(colour or _COLOURS[wire.use], wire.pin)
        self.nets[side].append(net)
        return net

    def _bus(self, chips, sides):
        """Make the boxes of the I2C chips, those of 5 V behind a shifter; return their side."""
        for bus in [x for x in self.board.blocks if x.kind == "i2c"]:
            number = bus.data.get("bus", 0)
            mine = [x for x in chips if x.data.get("bus", 0) == number]
            side = self.pins[bus.wires[0].pin][0]
            lines = {x.terminal: self._net(x, side, _I2C[x.terminal]) for x in bus.wires}
            for block in [x for x in mine if not x.shifted]:
                self._chip(block, lines, sides[side], side)
            fives = [x for x in mine if x.shifted]
            if fives:
                self._shifted(fives, lines, sides[side], side)
        return side

    def _chip(self, block, lines, boxes, side):
        rows = [(name, lines[name], False) for name in ("SDA", "SCL")]
        for wire in block.wires:
            rows.append((wire.terminal, self._net(wire, side), needs_pullup(self.board, wire)))
        boxes.append(Box(block.title, block.note, rows, block.fixed, block.own))
        boxes[-1].bus = True

    def _shifted(self, blocks, lines, boxes, side):
        """Add the level shifter and the chips of 5 V behind it."""
        low = [(f"LV{i + 1}  {name}", lines[name], False) for i, name in enumerate(lines)]
        high, behind = [], {}
        for number, name in enumerate(lines):
            behind[name] = Net(_I2C[name])
            high.append((f"HV{number + 1}  {name}", behind[name], False))
        inside = []
        for block in blocks:
            rows = [(name, behind[name], False) for name in ("SDA", "SCL")]
            for wire in block.wires:
                number = len(low) + 1
                text = f"INT of 0x{block.data['address']:02X}"
                low.append((f"LV{number}  {text}", self._net(wire, side), False))
                rows.append((wire.terminal, Net(_COLOURS["interrupt"]), False))
                high.append((f"HV{number}  {text}", rows[-1][1], False))
            inside.append(Box(block.title, block.note, rows, block.fixed, block.own))
        self.nets[side] += [net for _, net, _ in high]
        fixed = [("LV", "3V3"), ("HV", "5V"), ("GND", "GND")]
        note = f"{len(low)} channels, BSS138; for the chips of 5 V"
        boxes.append(Box("Level shifter", note, low + high, fixed))
        boxes += inside
        for box in boxes:
            box.bus = True

    # -- drawing --------------------------------------------------------------------------------

    def _board(self, rows):
        """Draw the board with its rows of pins; return where it ends."""
        svg, board = self.svg, self.board
        top = self.first - 2 * _ROW
        end = self._y(rows) + _ROW
        plate = (
            f'<rect x="{self.left}" y="{top}" width="{_BOARD}" height="{end - top}" rx="12" '
            'fill="#21344a" stroke="#0e1a28" stroke-width="2"/>'
        )
        svg.under.append(plate)
        middle = self.left + _BOARD / 2
        svg.text(middle, top + 24, board.about["title"], "b", "middle")
        text = f"button: {board.about['button']} (GPIO {board.button})"
        svg.text(middle, end - 8, text, "g", "middle")
        wires = {x.pin: x for block in board.blocks for x in block.wires}
        count = {"left": 0, "right": 0}
        for name, side, row in board.headers():
            left = side == "left"
            x = self.left if left else self.right
            inner, anchor = (x + 12, "start") if left else (x - 12, "end")
            svg.text(inner, self._y(count[side]) + 4, name, "d", anchor)
            count[side] += 1
            for printed, gpio in row:
                y = self._y(count[side])
                count[side] += 1
                mine = gpio in wires
                colour = _SUPPLY.get(_PADS.get(printed), "#5d6f85")
                if mine:
                    wire = wires[gpio]
                    colour = _I2C.get(wire.terminal, _COLOURS[wire.use])
                svg.dot(x, y, colour, 4.5)
                text = printed
                if mine and printed == str(gpio):
                    text = f"GPIO {gpio}"
                elif gpio is not None and printed != str(gpio):
                    text = f"{printed} · GPIO {gpio}" if left else f"GPIO {gpio} · {printed}"
                svg.text(inner, y + 4, text, "g" if mine else "d", anchor)
        return end

    def _box(self, box, y, left):
        svg = self.svg
        x = 40 if left else self.width - 40 - _BOX
        edge = x + _BOX if left else x
        svg.box(x, y, _BOX, box.height * _ROW - 2, "#ffffff", "#9aa7b5")
        svg.text(x + 14, y + 20, box.title, "t")
        svg.text(x + 14, y + 36, box.note, "n")
        at = y + 2 * _ROW + _TERMINAL
        for terminal, net, pullup in box.rows:
            net.ends.append(at)
            svg.dot(edge, at, net.colour)
            inner = edge - 12 if left else edge + 12
            svg.text(inner, at + 4, terminal, "", "end" if left else "start")
            if pullup:
                far = edge - 122 if left else edge + 64
                svg.text(far, at + 4, "10 kΩ to 3V3", "n")
            at += _ROW
        self._below(box, x + 14, at)

    def _below(self, box, x, at):
        """Draw what has no wire: texts in one or two columns, then the supply's tags."""
        svg, texts = self.svg, box.texts
        high = len(texts) if len(texts) < 6 else -(-len(texts) // 2)
        for number, text in enumerate(texts):
            svg.text(x + number // high * (_BOX // 2 - 14), at + number % high * 16, text, "n")
        at += high * 16 - 6
        for terminal, goes in box.tags:
            text = terminal if terminal == goes else f"{terminal} {goes}"
            wide = 12 + 7 * len(text)
            svg.box(x, at, wide, 16, _SUPPLY[goes], _SUPPLY[goes], 4)
            svg.text(x + wide / 2, at + 12, text, "p", "middle")
            x += wide + 8

    def _route(self, left):
        """Draw the nets of one side, each in a track of its own between board and boxes."""
        svg = self.svg
        edge = self.left if left else self.right
        box = 40 + _BOX if left else self.width - 40 - _BOX
        away = -1 if left else 1
        for net in self.nets[left]:
            net.start = self._leave(net, left, edge)
        down = [x for x in self.nets[left] if min(x.ends) >= x.start]
        up = [x for x in self.nets[left] if x not in down]
        order = sorted(down, key=lambda x: -x.start) + sorted(up, key=lambda x: x.start)
        for track, net in enumerate(order):
            x = edge + away * (20 + track * _TRACK)
            if net.pin is not None:
                svg.wire([(edge, net.start), (x, net.start)], net.colour)
            reach = [net.start, *net.ends]
            svg.wire([(x, min(reach)), (x, max(reach))], net.colour)
            for y in net.ends:
                svg.wire([(x, y), (box, y)], net.colour)
                if len(net.ends) > 1:
                    svg.dot(x, y, net.colour, 3)

    def _leave(self, net, left, edge):
        """Return where a net comes to a side; one from the other side runs below the board."""
        if net.pin is None:
            return net.ends[0]
        side, place = self.pins[net.pin]
        y = self._y(place)
        if side == left:
            return y
        other = self.left if side else self.right
        inside = other + (6 if side else -6)
        across = y + (10 if side else 14)
        self.svg.wire([(other, y), (inside, y), (inside, across), (edge, across)], net.colour, 1.6)
        return across


def needs_pullup(board, wire):
    """Return whether an interrupt line needs a resistor, because the pin has no pull-up."""
    chip = check_boards.CHIPS[board.about["chip"]]
    bare = wire.pin in chip.input_only and board.soldered(wire.pin)[0] != "pull-up"
    return wire.use == "interrupt" and bare


def table(board):
    """Return the wiring as Markdown tables, with what stands around them in the README."""
    lines = [f"![wiring of {board.about['title']}](wiring.svg)", ""]
    lines += _firmware(board) + ["", "Pins in the order of the board's headers:", ""]
    lines += ["| header | printed | GPIO | part | terminal | the pin is |"]
    lines += ["|---|---|---:|---|---|---|"]
    places = board.places()
    outside = [x for x in board.blocks if not board.on_board(x)]
    wires = [(wire, block) for block in outside for wire in block.wires]
    for wire, block in sorted(wires, key=lambda x: places[x[0].pin]):
        header, printed = board.printed(wire.pin)
        title = "all I2C chips" if block.kind == "i2c" else block.title
        meaning = _meaning(board, wire, block)
        row = (header, printed, wire.pin, title, wire.terminal, meaning)
        lines.append("| " + " | ".join(map(str, row)) + " |")
    own = [x for x in board.blocks if board.on_board(x) and x.wires]
    for block in own:
        text = ", ".join(f"{x.terminal} {x.pin}" for x in block.wires)
        lines += ["", f"Wired on the board itself: {block.title}: {text}."]
    chips = [x for x in board.blocks if x.kind in wiring.ADDRESSES]
    if chips:
        lines += ["", "On the I2C bus:", "", "| address | chip | what it has |", "|---|---|---|"]
        for block in chips:
            title = block.title.rsplit(" ", 1)[0]
            lines.append(f"| 0x{block.data['address']:02X} | {title} | {block.note} |")
    lines += ["", "Supply, and what goes to no GPIO:", "", "| part | terminals |", "|---|---|"]
    if any(x.shifted for x in outside):
        lines.append("| Level shifter | LV to 3V3, HV to 5V, GND |")
    for block in [x for x in outside if x.fixed]:
        goes = ", ".join(_goes(*x) for x in block.fixed)
        lines.append(f"| {block.title} | {goes} |")
    keyed = [x for x in outside if x.own]
    for block in keyed:
        lines += ["", f"Keys and lamps of {block.title}:", "", "| line | what |", "|---|---|"]
        lines += [f"| {line} | {what} |" for line, what in block.own]
    if board.setup_key:
        text = f"`{board.setup_key}` held while the phone starts opens [the first start]"
        lines += ["", text + "(../../docs/first-start.md)."]
    lines += ["", "Function keys until the settings say otherwise ([labels](labels.svg)): "]
    named = [f"{key} {word}" for key, word in labels.labels(board) if word]
    lines[-1] += ", ".join(named) + "."
    lines += ["", "To buy:", "", "| number | part |", "|---:|---|"]
    lines += [f"| {count or '–'} | {what} |" for what, count in board.about["buy"]]
    return "\n".join(lines)


def _goes(terminal, what):
    if terminal == what:
        return terminal
    return f"{terminal} to {what}" if what in _SUPPLY else f"{terminal} {what}"


def _meaning(board, wire, block):
    if wire.use != "interrupt":
        return _MEANING[wire.use]
    if block.shifted:
        return "input, through the level shifter"
    own = needs_pullup(board, wire)
    return "input, 10 kΩ to 3V3" if own else "input with a pull-up"


def _firmware(board):
    """Return the lines that say what to flash."""
    about = board.about
    lines = [f"Firmware, at flash offset {about['firmware_offset']:#x}:", ""]
    if about["frozen"]:
        lines[0] = (
            "Firmware: built with the software in it (`make firmware`), on this official one's "
            f"base; at flash offset {about['firmware_offset']:#x}:"
        )
    for each in about["firmwares"]:
        which = f" for {each['module']}" if each["module"] else ""
        name = each["page"].split("/", 3)[3].strip("/")
        page = f"[micropython.org/{name}]({each['page']})"
        lines.append(f"- {each['name']}{which}: `{each['file']}` of {page}")
    tried = about["tried"]
    span = (
        f"{tried['first']} to {tried['last']}"
        if tried["first"] != tried["last"]
        else tried["last"]
    )
    said = f"{span} on {tried['on']}" if span else tried["on"]
    return lines + ["", f"MicroPython {about['firmware_least']} or later; tried: {said}."]


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
        folder / "labels.svg": labels.sheet(board),
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
