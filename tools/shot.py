"""Take README's picture of two phones that run: ``python -m tools.shot`` makes docs/run.svg.

It is drawn of what the phones themselves say, `display` and `lamps`, while 200 rings, and of the
Action URLs that have arrived until then. It holds no time of day, so that a test can take it anew.
"""

import sys

from tools import run, vm
from tools.control import Refused
from tools.svg import INK, Svg

PATH = vm.ROOT / "docs/run.svg"
_KEYS = ("LINE 1", "LINE 2", "LINE 3", "LINE 4", "door", "DND")  # P1 to P6, as tools.run sets them
_PAD = "123456789*0#"
_WIDE = 400
_LIT = {"off": "#39424d", "on": "#ff5a4d", "slow": "#ffb34d", "fast": "#ffd84d"}


def moment():
    """Return ([(name, display's lines, {key: lamp}) of each phone], [Action URL, …])."""
    events = []
    with run.house(events.append) as (receiver, first, second):
        first.ask("hook off")
        for digit in "200#":
            first.ask("press " + digit)
        second.wait(lambda calls: calls and calls[0]["state"] == "ringing")
        first.wait(lambda calls: calls and calls[0]["state"] == "ringing")
        receiver.wait(("100", "offhook"), ("100", "outgoing"), ("200", "incoming"))
        phones = []
        for name, phone in (("100", first), ("200", second)):
            lamps = phone.wait(lambda lamps: lamps["P1"] != "off", "lamps")
            phones.append((name, phone.ask("display")["lines"], lamps))
        try:
            first.ask("hook on")
        except Refused:
            pass  # it is over anyway
    order = ("offhook", "outgoing", "incoming")
    told = [x.strip() for x in events if x.split()[2] in order]
    return phones, sorted(told, key=lambda x: order.index(x.split()[2]))


def drawing(phones, events):
    """Return the SVG of what `moment` has seen."""
    svg = Svg()
    for place, (name, lines, lamps) in enumerate(phones):
        _phone(svg, 20 + place * (_WIDE + 20), 20, name, lines, lamps)
    top = 380
    svg.box(20, top, 2 * _WIDE + 20, 40 + 22 * len(events), "#1c2530", INK)
    svg.text(36, top + 24, "Action URLs that arrived", "b")
    for row, line in enumerate(events):
        svg.text(36, top + 48 + 22 * row, line, "g")
    return svg.whole(2 * _WIDE + 60, top + 60 + 22 * len(events))


def _phone(svg, x, y, name, lines, lamps):
    svg.box(x, y, _WIDE, 340, "#e9e6de", INK, 18)
    svg.text(x + 20, y + 28, f"Phone {name}", "t")
    svg.box(x + 20, y + 42, _WIDE - 40, 96, "#0d2030", INK, 6)
    for row, line in enumerate(lines[:5]):
        svg.text(x + 32, y + 62 + 18 * row, line, "g")
    for place, label in enumerate(_KEYS):
        left, top = x + 20 + place % 2 * 100, y + 158 + place // 2 * 58
        svg.box(left, top, 88, 46, "#ffffff", INK, 6)
        svg.dot(left + 14, top + 14, _LIT[lamps[f"P{place + 1}"]], 6)
        svg.text(left + 28, top + 19, f"P{place + 1}", "n")
        svg.text(left + 44, top + 38, label, "n", "middle")
    for place, sign in enumerate(_PAD):
        left, top = x + 236 + place % 3 * 50, y + 158 + place // 3 * 43
        svg.box(left, top, 42, 35, "#ffffff", INK, 6)
        svg.text(left + 21, top + 23, sign, "t", "middle")


def main():
    """Take the picture; return 0."""
    text = drawing(*moment())
    if not PATH.exists() or PATH.read_text("utf-8") != text:
        PATH.write_text(text, "utf-8")
        print(f"{PATH.relative_to(vm.ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
