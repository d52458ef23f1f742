"""The rooms that can be used alone, for ``mpremote mip install``: ``python -m tools.packages``.

packages/NAME/package.json lists the modules that a room needs, in the form of mip; their paths
lead from the list to the sources. ``--check`` fails where a list is not fresh.
"""

import argparse
import json
import sys

from tools import arrows
from tools.sources import ROOT

# Each package, and the modules that its example imports
NETWORK = ("base.timers", "net.resolver", "hal.network.interface")
PACKAGES = {
    "sip": ("sip.agent", "sip.account", *NETWORK),
    "actions": ("actions.actions", "net.http", *NETWORK),
}


def files(name):
    """Return {place on the board: path of the source} of a package, packages' __init__ too."""
    known = arrows.modules()
    wanted = set(arrows.order(*PACKAGES[name]))
    for module in list(wanted):
        parts = module.split(".")
        wanted |= {".".join(parts[:count]) for count in range(1, len(parts))}
    found = {}
    for module in wanted:
        path = known[module]
        place = module.replace(".", "/") + ("/__init__.py" if path.stem == "__init__" else ".py")
        found[place] = path.relative_to(ROOT).as_posix()
    return dict(sorted(found.items()))


def text(name):
    """Return the text of a package's package.json."""
    version = {}
    exec((ROOT / "firmware/base/version.py").read_text("utf-8"), version)
    urls = [[place, "../../" + path] for place, path in files(name).items()]
    return json.dumps({"urls": urls, "deps": [], "version": version["VERSION"]}, indent=1) + "\n"


def main():
    """Write the lists, or check that they are fresh."""
    parser = argparse.ArgumentParser(prog="tools.packages", description=__doc__.split(":")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where stale")
    check = parser.parse_args().check
    stale = 0
    for name in PACKAGES:
        path = ROOT / "packages" / name / "package.json"
        if check:
            fresh = path.exists() and path.read_text("utf-8") == text(name)
            stale += not fresh
            print(f"{path.relative_to(ROOT)}: {'fresh' if fresh else 'STALE: make packages'}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(name), "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
