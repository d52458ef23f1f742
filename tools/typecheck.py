"""mypy over firmware/ and hal/, with the stubs of MicroPython's ESP32 port: a part of `make lint`.

The code has no annotations, so what mypy infers of ``self.x = None`` is worth nothing and those
kinds of complaint are off; calls with wrong arguments, attributes and names that there are not
remain. What CPython's types lack of MicroPython's modules is listed here, each with its reason.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

from tools.sources import ROOT

# Copied, for mypy takes no stubs that lie loose in site-packages
STUBS = ("machine.pyi", "network.pyi", "esp32.pyi", "vfs.pyi", "micropython.pyi", "_mpy_shed")
_OFF = "union-attr var-annotated operator assignment index misc override str-format no-redef"
KNOWN = (
    (r'"asyncio" has no attribute|has no attribute "core"', "asyncio of MicroPython"),
    (r'no attribute "(sleep|ticks)_\w+"', "time of MicroPython"),
    (r'no attribute "(mem_free|mem_alloc|print_exception|ipoll)"', "gc, sys, select"),
    (r'"StreamReader" has incompatible type|for "start_server"', "asyncio of MicroPython"),
    (r'Name "ptr(8|16|32)" is not defined', "a type of native code"),
    (r'Unexpected keyword argument "\w+" for "LAN"', "the stubs have another port's LAN"),
    (r'"(Chip|_Way|Subscription)" has no attribute', "given by its subclasses or its owner"),
    (r'"None" has no attribute|"None" not callable', "an attribute that begins as None"),
)


def stubs(folder):
    """Make a folder with the stubs only, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = pathlib.Path(sysconfig.get_path("purelib"))
    for name in STUBS:
        copy = shutil.copytree if (site / name).is_dir() else shutil.copyfile
        copy(site / name, folder / name)
    return folder


def complaints(output):
    """Return the lines of mypy's output that are neither about the stubs nor known."""
    lines = [x for x in output.splitlines() if ": error:" in x and "stubs/" not in x]
    return [x for x in lines if not any(re.search(word, x) for word, _ in KNOWN)]


def main():
    """Run mypy; return 1 where it complains."""
    folder = stubs(ROOT / "build" / "stubs")
    command = [sys.executable, "-m", "mypy", "--check-untyped-defs", "--explicit-package-bases"]
    command += ["--ignore-missing-imports", "--hide-error-context", "--no-error-summary"]
    for code in _OFF.split():
        command += ["--disable-error-code", code]
    done = subprocess.run(
        [*command, "firmware", "hal"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": f"{folder}:{ROOT / 'firmware'}:{ROOT}"},
    )
    found = complaints(done.stdout)
    print("\n".join([*found, done.stderr.strip()]).strip() or "mypy: firmware and hal are well")
    return 1 if found or done.stderr else 0


if __name__ == "__main__":
    sys.exit(main())
