"""What a board's data means in wires: the one description that check, diagram and tables share.

`load(name)` gives a `Board`; its `blocks` are the parts, each with its wires. A wire says which
GPIO goes to which terminal of the part, and what the GPIO has to be able to do.
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


@dataclasses.dataclass
class Wire:
    """GPIO `pin` to terminal `terminal`; `use` is a name of USES."""

    pin: int
    terminal: str
    use: str


@dataclasses.dataclass
class Block:
    """One part: `title` and `note` for people, `data` as the board has it."""

    kind: str
    data: dict
    title: str
    note: str = ""
    wires: list = dataclasses.field(default_factory=list)
    power: str = "3V3 GND"


@dataclasses.dataclass
class Board:
    """A board: its module's PARTS and BUTTON, its board.json, its blocks."""

    name: str
    parts: tuple
    button: int
    about: dict
    blocks: list = dataclasses.field(default_factory=list)


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
    return make(module.NAME, module.PARTS, module.BUTTON, about)


def make(name, parts, button, about):
    """Return the `Board` of this data."""
    board = Board(name, parts, button, about)
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


def _block(title, note="", wires=(), power="3V3 GND"):
    return Block("", {}, title, note, [Wire(*wire) for wire in wires], power)


def _wifi():
    return _block("WiFi", "in the chip", power="")


def _keypad(rows, columns, names=KEYPAD):
    wide = len(columns)
    if len(rows) * wide != len(names):
        raise ValueError(f"keypad: {len(rows)} rows x {wide} columns, but {len(names)} keys")
    wires = [
        (pin, f"row {i + 1} ({' '.join(names[i * wide : i * wide + wide])})", "row")
        for i, pin in enumerate(rows)
    ]
    wires += [
        (pin, f"column {i + 1} ({' '.join(names[i::wide])})", "column")
        for i, pin in enumerate(columns)
    ]
    return _block(f"Keypad {len(rows)} x {wide}", "bare matrix", wires, "")


def _hook(pin, lifted=0, pull=True):
    note = "closed while lifted" if lifted == 0 else "open while lifted"
    use = "switch" if pull else "switch, own pull-up"
    return _block("Hook switch", note, [(pin, "contact", use)], "GND")


def _ringer(pin):
    return _block("Ringer", "piezo disc", [(pin, "+", "output")], "GND")


def _i2c(sda, scl, bus=0, freq=400_000):
    note = f"{freq // 1000} kHz"
    return _block(f"I2C bus {bus}", note, [(sda, "SDA", "i2c"), (scl, "SCL", "i2c")], "")


def _chip(title, address, irq, keys, first, lamps, module):
    if isinstance(keys, str):
        note = "keypad " + keys
    else:
        note = f"keys P{first}–P{first + keys - 1}" if keys else ""
    if lamps:
        note += f", {lamps} lamps"
    if module:
        note = f"{module}: {note}"
    wires = [] if irq is None else [(irq, "INT", "interrupt")]
    return _block(f"{title} 0x{address:02X}", note, wires)


def _capacity(kind, keys, lamps, most, most_lamps):
    count = len(keys) if isinstance(keys, str) else keys
    if not (0 <= count <= most and 0 <= lamps <= most_lamps):
        raise ValueError(f"{kind}: at most {most} keys and {most_lamps} lamps")
    return count


def _ht16k33(address=0x70, keys=32, first=1, lamps=32, irq=None, bus=0, module="", optional=False):
    _capacity("ht16k33", keys, lamps, 36, 64)
    return _chip("HT16K33", address, irq, keys, first, lamps, module)


def _mcp23017(address=0x20, keys=8, first=1, lamps=8, irq=None, bus=0, module="", optional=False):
    count = _capacity("mcp23017", keys, lamps, 16, 16)
    if count + lamps > 16:
        raise ValueError("mcp23017: keys and lamps together are more than its 16 lines")
    return _chip("MCP23017", address, irq, keys, first, lamps, module)


def _tca8418(
    address=0x34, keys=32, first=1, columns=8, irq=None, bus=0, module="", optional=False
):
    _capacity("tca8418", keys, 0, min(80, 8 * columns), 0)
    return _chip("TCA8418", address, irq, keys, first, 0, module)


def _ssd1306(address=0x3C, bus=0, left=0):
    return _block(f"Display SSD1306 0x{address:02X}", "8 lines of 21")


def _sh1106(address=0x3C, bus=0):
    return _block(f"Display SH1106 0x{address:02X}", "8 lines of 21")


def _hd44780(address=0x27, bus=0, columns=16, rows=2):
    return _block(f"Display HD44780 0x{address:02X}", f"{rows} lines of {columns}, PCF8574")


def _i2s_out(bclk, ws, data):
    wires = [(bclk, "BCLK", "output"), (ws, "LRC", "output"), (data, "DIN", "output")]
    return _block("Amplifier MAX98357A", "loudspeaker", wires, "5V GND")


def _i2s_in(bclk, ws, data):
    wires = [(bclk, "SCK", "output"), (ws, "WS", "output"), (data, "SD", "input")]
    return _block("Microphone INMP441", "L/R to GND", wires)


def _lan8720(mdc, mdio, phy_addr, clock, clock_out, power=None):
    wires = [(pin, name, "rmii") for pin, name in RMII.items()]
    wires += [(mdc, "MDC", "output"), (mdio, "MDIO", "output")]
    wires.append((clock, "50 MHz", "output" if clock_out else "input"))
    if power is not None:
        wires.append((power, "power", "output"))
    return _block(f"Ethernet LAN8720, PHY {phy_addr}", "on the board", wires, "")


def _w5500(sck, mosi, miso, cs, irq, reset=None, spi=1, baudrate=20_000_000):
    wires = [(sck, "SCLK", "output"), (mosi, "MOSI", "output"), (miso, "MISO", "input")]
    wires += [(cs, "SCS", "output"), (irq, "INT", "input")]
    if reset is not None:
        wires.append((reset, "RST", "output"))
    return _block("Ethernet W5500", "SPI", wires)
