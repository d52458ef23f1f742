"""Refuse boards whose pins cannot work: ``python -m tools.check_boards [NAME …]``.

Each finding is a sentence that names board, pin and both sides. Sources: ESP32 and ESP32-S3 data
sheets (strapping, input-only, flash and PSRAM pins), Espressif's EMAC page for RMII, the boards'
schematics for what is soldered to their pins (board.json, "soldered": GPIO -> [effect, text]).
"""

import dataclasses
import sys

from tools import wiring


@dataclasses.dataclass(frozen=True)
class Chip:
    """What the pins of a chip can do."""

    pins: frozenset
    flash: frozenset
    psram: dict  # kind -> pins that it takes
    input_only: frozenset
    strapping: frozenset
    console: frozenset
    unbuilt: frozenset  # in no build of MicroPython
    offset: int  # of the firmware in the flash


CHIPS = {
    "esp32": Chip(
        pins=frozenset({*range(20), *range(21, 24), *range(25, 28), *range(32, 40)}),
        flash=frozenset(range(6, 12)),
        psram={"quad": frozenset({16, 17})},
        input_only=frozenset(range(34, 40)),
        strapping=frozenset({0, 2, 5, 12, 15}),
        console=frozenset({1, 3}),
        unbuilt=frozenset(),
        offset=0x1000,
    ),
    "esp32s3": Chip(
        pins=frozenset({*range(22), *range(26, 49)}),
        flash=frozenset(range(27, 33)),
        psram={"quad": frozenset({26}), "octal": frozenset({26, *range(33, 38)})},
        input_only=frozenset(),
        strapping=frozenset({0, 3, 45, 46}),
        console=frozenset({19, 20, 43, 44}),
        unbuilt=frozenset({26}),
        offset=0,
    ),
}
_ABOUT = (
    "title chip flash psram frozen firmware firmwares firmware_offset firmware_least tried "
    "image_offset image_size button own_button headers soldered buy"
).split()
_PULLED_UP = ("i2c", "interrupt")  # lines that a resistor holds high at reset
# What the board itself has at a pin -> the uses that it leaves, None: all
_LEFT = {
    "taken": (),
    "button": ("switch", "switch, own pull-up"),
    "slow": ("interrupt", "switch", "switch, own pull-up"),
    "divider": ("interrupt", "input"),
    "pull-up": None,
    "unless used": None,
}


def check(board):
    """Return the findings about a `wiring.Board`, none when it can work."""
    missing = [name for name in _ABOUT if name not in board.about]
    if missing:
        return [f"{board.name}: board.json lacks {', '.join(missing)}"]
    chip = CHIPS.get(board.about["chip"])
    if chip is None:
        return [f"{board.name}: unknown chip '{board.about['chip']}'"]
    found = []
    for block in board.blocks:
        for wire in block.wires:
            found += _pin(board, chip, block, wire)
            found += _soldered(board, block, wire)
    found += _twice(board) + _button(board, chip) + _rmii(board) + _buses(board) + _keys(board)
    found += _firmware(board, chip) + _function_keys(board) + _setup_key(board)
    return [f"{board.name}: {text}" for text in found]


def _pin(board, chip, block, wire):
    """Return what is wrong with one wire by itself."""
    pin, use, who = wire.pin, wiring.USES[wire.use], f"{block.title}, {wire.terminal}"
    if pin not in chip.pins:
        return [f"GPIO {pin} ({who}) does not exist on the {board.about['chip']}"]
    if pin in chip.flash:
        return [f"GPIO {pin} ({who}) belongs to the flash"]
    psram = board.about["psram"]
    if pin in chip.psram.get(psram, ()):
        return [f"GPIO {pin} ({who}) belongs to the {psram} PSRAM"]
    if pin in chip.unbuilt:
        return [f"GPIO {pin} ({who}) is in no MicroPython for the {board.about['chip']}"]
    if pin in chip.console:
        return [f"GPIO {pin} ({who}) belongs to the serial console"]
    found = []
    if use.drives and pin in chip.input_only:
        found.append(f"GPIO {pin} ({who}) is input-only and cannot be an output")
    if use.pulled and pin in chip.input_only:
        found.append(f"GPIO {pin} ({who}) has no pull-up")
    if use.pressed and pin in chip.strapping:
        found.append(f"GPIO {pin} ({who}) is a strapping pin that a pressed key holds at boot")
    if pin == 12 and board.about["chip"] == "esp32" and wire.use in _PULLED_UP:
        found.append(
            f"GPIO 12 ({who}) is high at reset: the chip takes its flash for one of 1.8 V"
        )
    return found


def _soldered(board, block, wire):
    """Return what the board itself has at a pin that leaves no room for this wire."""
    who = f"{block.title}, {wire.terminal}"
    effect, text = board.soldered(wire.pin)
    if effect.startswith("parts "):
        left = None if block.kind == effect[6:] else ()
    else:
        left = _LEFT.get(effect)
    if left is not None and wire.use not in left:
        return [f"GPIO {wire.pin} ({who}) has something on the board: {text}"]
    if not board.on_board(block) and board.printed(wire.pin) is None:
        return [f"GPIO {wire.pin} ({who}) is led out to no header of the board"]
    return []


def _firmware(board, chip):
    """Return where firmware, PSRAM and flash of a board's description do not fit each other."""
    about, found = board.about, []
    if about["psram"] not in (None, *chip.psram):
        found.append(f"the {about['chip']} has no PSRAM of kind '{about['psram']}'")
    suffix = {"octal": "SPIRAM_OCT"}.get(about["psram"], "")
    if about["psram"] == "quad" and about["chip"] == "esp32":
        suffix = "SPIRAM"
    variant = about["firmware"].partition("-")[2]
    if variant != suffix:
        found.append(f"firmware {about['firmware']} is not the one for {about['psram']} PSRAM")
    if board.firmware != " or ".join(x["name"] for x in about["firmwares"]):
        found.append(f"board.py names the firmware '{board.firmware}', board.json another")
    if about["frozen"] == bool(about["psram"]) or about["frozen"] != board.frozen:
        found.append("software is frozen where there is no PSRAM, and there only")
    if about["firmware_offset"] != chip.offset:
        found.append(f"the {about['chip']}'s firmware begins at {chip.offset:#x}")
    if about["image_size"] != about["flash"] - about["image_offset"]:
        found.append("image_size is not what the flash has behind image_offset")
    return found


def _function_keys(board):
    """Return function keys of FKEYS that the board does not have, or that are no function."""
    owned = {name for block in board.blocks for name in key_names(block)}
    found = [
        f"FKEYS {index}: there is no key P{index + 1}"
        for index in board.fkeys
        if f"P{index + 1}" not in owned
    ]
    return found + [
        f"FKEYS {index}: '{text}' is not TYPE ARGUMENT"
        for index, text in board.fkeys.items()
        if len(text.split()) != 2
    ]


def _setup_key(board):
    """Return what is wrong with the key that opens the first start."""
    key, kinds = board.setup_key, {block.kind for block in board.blocks}
    if key is None:
        return []
    if "wifi" not in kinds:
        return [f"SETUP_KEY '{key}': the board has no WiFi to open"]
    if not any(key in key_names(block) for block in board.blocks):
        return [f"SETUP_KEY '{key}': the board has no such key"]
    return []


def _twice(board):
    """Return the pins that two wires claim; interrupt lines of open-drain chips may be shared."""
    users, found = {}, []
    for block in board.blocks:
        for wire in block.wires:
            users.setdefault(wire.pin, []).append((block, wire))
    for pin, wires in sorted(users.items()):
        shared = all(
            wiring.USES[wire.use].shared and block.kind in ("mcp23017", "tca8418")
            for block, wire in wires
        )
        if len(wires) > 1 and not shared and not any(wire.use == "rmii" for _, wire in wires):
            both = " and ".join(f"{block.title}, {wire.terminal}" for block, wire in wires)
            found.append(f"GPIO {pin} is used twice: {both}")
    return found


def _button(board, chip):
    """Return what is wrong with the button: it may be the hook, or one of the board's own."""
    if board.button is None:
        return []
    users = {wire.pin: wire for block in board.blocks for wire in block.wires}
    user = users.get(board.button)
    if user and not user.use.startswith("switch"):
        return [f"GPIO {board.button} is used twice: the button and {user.terminal}"]
    if board.button not in chip.pins:
        return [f"GPIO {board.button} (button) does not exist on the {board.about['chip']}"]
    own = board.about.get("own_button")
    if not own and board.button in chip.strapping:
        return [
            f"GPIO {board.button} (button) is a strapping pin that a pressed key holds at boot"
        ]
    if board.button in chip.input_only and board.soldered(board.button)[0] != "button":
        return [f"GPIO {board.button} (button) has no pull-up"]
    return []


def _rmii(board):
    """Return the clashes with the six fixed lines of RMII, and a clock on a wrong pin."""
    ethernet = [x for x in board.blocks if x.kind == "lan8720"]
    found = []
    if ethernet and board.about["chip"] != "esp32":
        found.append(f"the {board.about['chip']} has no RMII: a LAN8720 cannot work")
    for own in ethernet:
        for block in board.blocks:
            for wire in block.wires:
                name = wiring.RMII.get(wire.pin)
                if name and wire.use != "rmii":
                    found.append(
                        f"GPIO {wire.pin} ({block.title}, {wire.terminal}) is RMII's {name}"
                    )
        clock, out = own.data["clock"], own.data["clock_out"]
        if clock not in ((0, 16, 17) if out else (0,)):
            way = "out only on GPIO 0, 16 or 17" if out else "in only on GPIO 0"
            found.append(f"GPIO {clock}: RMII's 50 MHz clock goes {way}")
    return found


def _buses(board):
    """Return I2C chips without a bus, at an address they cannot have, or at another's."""
    buses = {x.data.get("bus", 0): x.data for x in board.blocks if x.kind == "i2c"}
    found, taken = [], {}
    for block in board.blocks:
        possible = wiring.ADDRESSES.get(block.kind)
        if possible is None:
            continue
        bus, address = block.data.get("bus", 0), block.data.get("address", possible[0])
        if bus not in buses:
            found.append(f"{block.title}: there is no I2C bus {bus}")
        elif block.kind == "hd44780" and buses[bus].get("freq", 400_000) > 100_000:
            found.append(f"{block.title}: its PCF8574 takes 100 kHz, bus {bus} has more")
        if address not in possible:
            found.append(f"{block.title}: a {block.kind} cannot have address 0x{address:02X}")
        other = taken.setdefault((bus, address), block)
        if other is not block:
            found.append(
                f"{other.title} and {block.title} have one address, 0x{address:02X}, on bus {bus}"
            )
    return found


def _keys(board):
    """Return keys that two parts claim, and a board without its keypad or network."""
    owners, found = {}, []
    for block in board.blocks:
        for name in key_names(block):
            if name in owners:
                found.append(f"key {name} is on {owners[name]} and on {block.title}")
            owners.setdefault(name, block.title)
    lacking = [x for x in wiring.KEYPAD if x not in owners]
    if lacking:
        found.append(f"no key {' '.join(lacking)}")
    if not any(x.kind in ("wifi", "lan8720", "w5500") for x in board.blocks):
        found.append("no network")
    return found


def key_names(block):
    """Return the names of the keys that a block has."""
    if block.kind == "keypad":
        return list(block.data.get("names", wiring.KEYPAD))
    if block.kind == "hook":
        return ["HOOK"]
    if block.kind not in ("ht16k33", "mcp23017", "tca8418"):
        return []
    keys, first = block.data.get("keys", 8 if block.kind == "mcp23017" else 32), 1
    if isinstance(keys, str):
        return list(keys)
    first = block.data.get("first", 1)
    return [f"P{first + i}" for i in range(keys)]


def main(chosen):
    """Check boards, print each finding; return 1 when there is one."""
    found = []
    for name in chosen or wiring.names():
        try:
            board = wiring.load(name)
            findings = check(board)
        except (ValueError, KeyError) as error:
            findings = [f"{name}: {error}"]
        found += findings
        if not findings:
            pins = sum(len(block.wires) for block in board.blocks)
            print(f"{name}: {len(board.blocks)} parts on {pins} pins, nothing clashes")
    for text in found:
        print("REFUSED", text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
