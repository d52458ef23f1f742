"""What a board's data means in wires: the one description that check, diagram and tables share.

`load(name)` gives a `Board`; its `blocks` are the parts, each with its wires. A wire says which
GPIO goes to which terminal of the part, and what the GPIO has to be able to do; what goes to a
supply or to another part instead is `fixed`.
"""

import dataclasses
import json
import pathlib
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent / "boards"

# What a use asks of a pin: `drives` an output, `pulled` an internal pull-up, `pressed`: a finger
# can hold its level at boot, `shared`: an open-drain line that several parts may use.
Use = dataclasses.make_dataclass("Use", ["drives", "pulled", "pressed", "shared"], frozen=True)
USES = {
    "row": Use(True, False, True, False),
    "column": Use(False, True, True, False),
    "switch": Use(False, True, True, False),
    "switch, own pull-up": Use(False, False, True, False),
    "interrupt": Use(False, False, False, True),
    "i2c": Use(True, False, False, False),
    "output": Use(True, False, False, False),
    "input": Use(False, False, False, False),
    "rmii": Use(False, False, False, False),
}
RMII = {19: "TXD0", 21: "TX_EN", 22: "TXD1", 25: "RXD0", 26: "RXD1", 27: "CRS_DV"}
KEYPAD = "123456789*0#"
ADDRESSES = {
    "ht16k33": range(0x70, 0x78),
    "mcp23017": range(0x20, 0x28),
    "tca8418": range(0x34, 0x35),
    "ssd1306": range(0x3C, 0x3E),
    "sh1106": range(0x3C, 0x3E),
    "hd44780": (*range(0x20, 0x28), *range(0x38, 0x40)),
}
FIVE_VOLTS = ("ht16k33", "hd44780")  # made for 5 V: their lines go through a level shifter


@dataclasses.dataclass
class Wire:
    """GPIO `pin` to terminal `terminal`; `use` is a name of USES."""

    pin: int
    terminal: str
    use: str


@dataclasses.dataclass
class Block:
    """One part: `title` and `note` for people, `data` as the board has it.

    `fixed` are terminals that go to no GPIO: (terminal, what it goes to); `own` are wires of the
    part to its keys and lamps: (terminal, key or lamp).
    """

    kind: str
    data: dict
    title: str
    note: str = ""
    wires: list = dataclasses.field(default_factory=list)
    fixed: list = dataclasses.field(default_factory=list)
    own: list = dataclasses.field(default_factory=list)

    @property
    def shifted(self):
        """True where its lines go through the level shifter."""
        return self.kind in FIVE_VOLTS


@dataclasses.dataclass
class Board:
    """A board: what its module has in PARTS, BUTTON, …, its board.json, its blocks."""

    name: str
    parts: tuple
    button: int
    about: dict
    blocks: list = dataclasses.field(default_factory=list)
    fkeys: dict = dataclasses.field(default_factory=dict)
    firmware: str = ""
    frozen: bool = False
    setup_key: str | None = None  # held at start it opens the first start

    def soldered(self, pin):
        """Return (effect, text) of what the board itself has at a GPIO, ("", "") for nothing."""
        return self.about.get("soldered", {}).get(str(pin), ("", ""))

    def on_board(self, block):
        """Return whether a part is one of the board's own, with no wire to be laid."""
        own = "parts " + block.kind
        return block.kind in ("lan8720", "wifi") or (
            bool(block.wires) and all(self.soldered(x.pin)[0] == own for x in block.wires)
        )

    def headers(self):
        """Return [(name, side, [(printed name, GPIO or None), …])] of its rows of pins."""
        return [(x["name"], x["side"], list(pins(x["pins"]))) for x in self.about["headers"]]

    def printed(self, pin):
        """Return (header, printed name) of a GPIO, None where it is not led out."""
        for name, _, row in self.headers():
            for text, gpio in row:
                if gpio == pin:
                    return name, text
        return None

    def places(self):
        """Return {GPIO: place in header order}, for sorting."""
        found = [gpio for _, _, row in self.headers() for _, gpio in row if gpio is not None]
        return {gpio: place for place, gpio in enumerate(found)}


def pins(text):
    """Yield (printed name, GPIO or None) of a row of pins: "3V3 VP=36 34"."""
    for word in text.split():
        name, _, number = word.partition("=")
        yield name, int(number or name) if (number or name).isdigit() else None


def names():
    """Return the names of all boards."""
    return sorted(path.parent.name for path in ROOT.glob("*/board.py"))


def load(name):
    """Return the `Board` called `name`. Raises SystemExit when there is none."""
    folder = ROOT / name
    if not (folder / "board.py").exists():
        raise SystemExit(f"no board '{name}'; there are: {', '.join(names())}")
    module = types.ModuleType("board")
    exec((folder / "board.py").read_text("utf-8"), module.__dict__)
    about = json.loads((folder / "board.json").read_text("utf-8"))
    board = make(module.NAME, module.PARTS, module.BUTTON, about, getattr(module, "FKEYS", {}))
    board.firmware = getattr(module, "FIRMWARE", "")
    board.frozen = getattr(module, "FROZEN", False)
    board.setup_key = getattr(module, "SETUP_KEY", None)
    return board


def make(name, parts, button, about, fkeys=None):
    """Return the `Board` of this data."""
    board = Board(name, parts, button, about, fkeys=fkeys or {})
    board.firmware = " or ".join(x["name"] for x in about.get("firmwares", ()))
    board.frozen = about.get("frozen", False)
    for kind, data in parts:
        board.blocks.append(block(kind, data))
    return board


def block(kind, data):
    """Return the `Block` of one entry of PARTS. Raises ValueError for what no driver takes."""
    maker = globals().get("_" + kind)
    if maker is None:
        raise ValueError(f"there is no part '{kind}'")
    try:
        made = maker(**data)
    except TypeError as error:
        raise ValueError(f"{kind}: {error}") from None
    made.kind, made.data = kind, data
    return made


def _block(title, note="", wires=(), fixed=(), own=()):
    return Block("", {}, title, note, [Wire(*wire) for wire in wires], list(fixed), list(own))


def _supply(volts, terminal="VCC"):
    return [(terminal, volts), ("GND", "GND")]


def _wifi():
    return _block("WiFi", "in the chip")


def _row_name(names, wide, index):
    return f"row {index + 1} ({' '.join(names[index * wide : index * wide + wide])})"


def _column_name(names, wide, index):
    return f"column {index + 1} ({' '.join(names[index::wide])})"


def _keypad(rows, columns, names=KEYPAD):
    wide = len(columns)
    if len(rows) * wide != len(names):
        raise ValueError(f"keypad: {len(rows)} rows x {wide} columns, but {len(names)} keys")
    wires = [(pin, _row_name(names, wide, i), "row") for i, pin in enumerate(rows)]
    wires += [(pin, _column_name(names, wide, i), "column") for i, pin in enumerate(columns)]
    return _block(f"Keypad {len(rows)} x {wide}", "bare matrix", wires)


def _hook(pin, lifted=0, pull=True):
    note = "closed while lifted" if lifted == 0 else "open while lifted"
    use = "switch" if pull else "switch, own pull-up"
    return _block("Hook switch", note, [(pin, "contact", use)], [("other side", "GND")])


def _ringer(pin):
    note = "piezo disc; a magnetic one as drawn below"
    return _block("Ringer", note, [(pin, "+", "output")], [("−", "GND")])


def _i2c(sda, scl, bus=0, freq=400_000):
    note = f"{freq // 1000} kHz"
    return _block(f"I2C bus {bus}", note, [(sda, "SDA", "i2c"), (scl, "SCL", "i2c")])


def _chip(title, address, irq, keys, first, lamps, module, fixed, own=()):
    if isinstance(keys, str):
        note = "keypad " + keys
    else:
        note = f"keys P{first}–P{first + keys - 1}" if keys else ""
    if lamps:
        note += f", {lamps} lamps"
    if module:
        note = f"{module}: {note}"
    wires = [] if irq is None else [(irq, "INT", "interrupt")]
    return _block(f"{title} 0x{address:02X}", note, wires, fixed, own)


def _capacity(kind, keys, lamps, most, most_lamps):
    count = len(keys) if isinstance(keys, str) else keys
    if not (0 <= count <= most and 0 <= lamps <= most_lamps):
        raise ValueError(f"{kind}: at most {most} keys and {most_lamps} lamps")
    return count


def _ht16k33(address=0x70, keys=32, first=1, lamps=32, irq=None, bus=0, module="", optional=False):
    _capacity("ht16k33", keys, lamps, 36, 64)
    fixed = _supply("5V", "VDD")
    if address & 7:
        fixed.append((" ".join(f"A{i}" for i in range(3) if address >> i & 1), "bridged"))
    return _chip("HT16K33", address, irq, keys, first, lamps, module, fixed)


def _gp(line):
    return f"GP{'AB'[line // 8]}{line % 8}"


def _mcp23017(address=0x20, keys=8, first=1, lamps=8, irq=None, bus=0, module="", optional=False):
    count = len(keys) if isinstance(keys, str) else keys
    if count > 14:
        raise ValueError("mcp23017: at most 14 keys, its lines 7 and 15 are outputs only")
    _capacity("mcp23017", keys, lamps, 14, 16)
    if count + lamps > 16:
        raise ValueError("mcp23017: keys and lamps together are more than its 16 lines")

    inputs = [x for x in range(16) if x not in (7, 15)][:count]
    outputs = [x for x in range(16) if x not in inputs][:lamps]
    own = [(_gp(line), f"P{first + i}") for i, line in enumerate(inputs)]
    own += [(_gp(line), f"lamp P{first + i}") for i, line in enumerate(outputs)]
    fixed = [*_supply("3V3", "VDD"), ("RESET", "3V3")]
    fixed.append(("A0 A1 A2", "GND" if address == 0x20 else f"{address & 7:03b}, A2 first"))
    return _chip("MCP23017", address, irq, keys, first, lamps, module, fixed, own)


def _tca8418(
    address=0x34, keys=32, first=1, columns=8, irq=None, bus=0, module="", optional=False
):
    count = _capacity("tca8418", keys, 0, min(80, 8 * columns), 0)
    names = keys if isinstance(keys, str) else [f"P{first + i}" for i in range(count)]
    rows = -(-count // columns)
    own = [(f"ROW{i}", _row_name(names, columns, i)) for i in range(rows)]
    own += [(f"COL{i}", _column_name(names, columns, i)) for i in range(columns)]
    fixed = [*_supply("3V3", "VCC"), ("RESET", "3V3")]
    return _chip("TCA8418", address, irq, keys, first, 0, module, fixed, own)


def _ssd1306(address=0x3C, bus=0):
    return _block(f"Display SSD1306 0x{address:02X}", "8 lines of 21", (), _supply("3V3"))


def _sh1106(address=0x3C, bus=0):
    return _block(f"Display SH1106 0x{address:02X}", "8 lines of 21", (), _supply("3V3"))


def _hd44780(address=0x27, bus=0, columns=16, rows=2):
    note = f"{rows} lines of {columns}, PCF8574"
    return _block(f"Display HD44780 0x{address:02X}", note, (), _supply("5V"))


def _i2s_out(bclk, ws, data, sd=None):
    wires = [(bclk, "BCLK", "output"), (ws, "LRC", "output"), (data, "DIN", "output")]
    fixed = [("GAIN", "open: 9 dB (GND 12, VIN 6)"), *_supply("5V", "VIN")]
    if sd is None:
        fixed.insert(0, ("SD", "open: always on"))
    else:
        wires.append((sd, "SD", "output"))
    return _block("Amplifier MAX98357A", "loudspeaker or earpiece", wires, fixed)


def _i2s_in(bclk, ws, data):
    wires = [(bclk, "SCK", "output"), (ws, "WS", "output"), (data, "SD", "input")]
    return _block("Microphone INMP441", "", wires, [("L/R", "GND"), *_supply("3V3", "VDD")])


def _lan8720(mdc, mdio, phy_addr, clock, clock_out, power=None):
    wires = [(pin, name, "rmii") for pin, name in RMII.items()]
    wires += [(mdc, "MDC", "output"), (mdio, "MDIO", "output")]
    wires.append((clock, "50 MHz", "output" if clock_out else "input"))
    if power is not None:
        wires.append((power, "power", "output"))
    return _block(f"Ethernet LAN8720, PHY {phy_addr}", "on the board", wires)


def _w5500(sck, mosi, miso, cs, irq, reset=None, spi=1):
    wires = [(sck, "SCLK", "output"), (mosi, "MOSI", "output"), (miso, "MISO", "input")]
    wires += [(cs, "SCS", "output"), (irq, "INT", "input")]
    if reset is not None:
        wires.append((reset, "RST", "output"))
    return _block("Ethernet W5500", "SPI", wires, _supply("3V3"))
