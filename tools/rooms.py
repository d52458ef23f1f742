"""Draw who imports whom, from the imports: ``python -m tools.rooms`` makes docs/*.svg.

One drawing of the rooms, one each of what is inside of the large ones. An arrow that follows from
others is left out: what stands on "net" may use what "net" stands on. So an arrow upwards, or a
circle, cannot be drawn at all.
"""

import sys

from tools import arrows, vm
from tools.svg import INK, Svg

FOLDER = vm.ROOT / "docs"
# Drawing -> the room whose inside it shows, "" for the rooms themselves
DRAWINGS = {"rooms": "", "sip": "sip", "offhook": "offhook"}
_WIRE = "#5b6775"
_COLOURS = ("#dbe7f3", "#e4efdc", "#f6ead2", "#f3dede", "#e6e0f1", "#dcefee")
_HEIGHT, _GAP, _ROW = 38, 22, 84
_SWEEPS = 12


def graph(inside, every=None):
    """Return {node: nodes that it imports} of the rooms, or of the parts `inside` one of them."""
    found = {}
    for arrow in arrows.arrows() if every is None else every:
        ends = [_node(name, inside) for name in (arrow.source, arrow.target)]
        for node in ends:
            if node:
                found.setdefault(node, set())
        if all(ends) and ends[0] != ends[1] and not _entry(arrow, inside):
            found[ends[0]].add(ends[1])
    tied = set().union(*found.values()) | {node for node, near in found.items() if near}
    return {node: near for node, near in found.items() if node in tied}


def _entry(arrow, inside):
    """Return whether an arrow is that of a way in beside main, which the drawing leaves out."""
    return not inside and (arrow.source, arrows.room(arrow.target)) in arrows.ENTRIES


def _node(name, inside):
    words = name.split(".")
    if not inside:
        return words[0] if words[0] in arrows.DOWN else None
    return words[1] if words[0] == inside and len(words) > 1 else None


def circle(nodes):
    """Return the nodes that import themselves by way of others, [] where arrows run down only."""
    return sorted(node for node in nodes if node in _below(nodes, node))


def _below(nodes, start):
    seen, todo = set(), [start]
    while todo:
        for node in nodes[todo.pop()] - seen:
            seen.add(node)
            todo.append(node)
    return seen


def reduced(nodes):
    """Return `nodes` without the arrows that follow from others."""
    below = {node: _below(nodes, node) for node in nodes}
    return {
        node: {x for x in near if not any(x in below[y] for y in near if y != x)}
        for node, near in nodes.items()
    }


def _levels(nodes):
    """Return {node: how many rows it stands above the ground}."""
    found = {}

    def level(node):
        if node not in found:
            found[node] = 1 + max([level(x) for x in nodes[node]], default=-1)
        return found[node]

    for node in nodes:
        level(node)
    return found


def _rows(nodes, levels):
    """Return ([[place, …] from the top], [(place above, place below)]); a place is (node, level).

    An arrow over several rows has a place of its own in each of them, named after both its ends.
    """
    rows = [[] for _ in range(max(levels.values()) + 1)]
    lines = []
    for node in sorted(nodes):
        rows[levels[node]].append((node, levels[node]))
    for node in sorted(nodes):
        for other in sorted(nodes[node]):
            last = (node, levels[node])
            for level in range(levels[node] - 1, levels[other], -1):
                place = (f"{node} {other}", level)
                rows[level].append(place)
                lines.append((last, place))
                last = place
            lines.append((last, (other, levels[other])))
    return rows[::-1], lines


def _width(place):
    return 14 if " " in place[0] else 9 * len(place[0]) + 36


def _sorted(rows, lines):
    """Sort each row so that arrows cross little: by the middle of what a place is tied to."""
    near = {}
    for upper, lower in lines:
        near.setdefault(lower, []).append(upper)
        near.setdefault(upper, []).append(lower)
    for sweep in range(_SWEEPS):
        order = rows if sweep % 2 else rows[::-1]
        at = _packed(rows)
        for row in order:
            row.sort(key=lambda x: (_middle(near.get(x, ()), at, x), x))
            at = _packed(rows)
    return rows


def _middle(places, at, own):
    return sum(at[x] for x in places) / len(places) if places else at[own]


def _packed(rows):
    """Return {place: x of its middle}, each row centred."""
    widest = max(sum(_width(x) + _GAP for x in row) for row in rows)
    found = {}
    for row in rows:
        x = (widest - sum(_width(x) + _GAP for x in row)) / 2 + _GAP
        for place in row:
            found[place] = x + _width(place) / 2
            x += _width(place) + _GAP
    return found


def drawing(inside, every=None):
    """Return the text of the SVG of the rooms, or of what is `inside` one of them."""
    nodes = reduced(graph(inside, every))
    if circle(nodes):
        raise SystemExit(f"{inside or 'rooms'}: a circle: {', '.join(circle(nodes))}")
    rows, lines = _rows(nodes, _levels(nodes))
    at = _packed(_sorted(rows, lines))
    tops = {place: 20 + _ROW * index for index, row in enumerate(rows) for place in row}
    svg = Svg()
    for upper, lower in lines:
        start, end = (at[upper], tops[upper] + _HEIGHT), (at[lower], tops[lower])
        svg.wire([_round(start), _round(end)], _WIRE, 1.6)
        if " " in lower[0]:
            svg.wire([_round(end), _round((end[0], end[1] + _HEIGHT))], _WIRE, 1.6)
        else:
            _head(svg, start, end)
    for index, row in enumerate(rows):
        for place in row:
            if " " not in place[0]:
                wide, left = _width(place), round(at[place] - _width(place) / 2)
                colour = _COLOURS[(len(rows) - 1 - index) % len(_COLOURS)]
                svg.box(left, tops[place], wide, _HEIGHT, colour, INK)
                svg.text(left + wide // 2, tops[place] + 24, place[0], "t", "middle")
    width = max(at[x] + _width(x) / 2 for x in at) + _GAP
    return svg.whole(round(width), 40 + _ROW * len(rows) - (_ROW - _HEIGHT))


def _round(point):
    return tuple(round(x, 1) for x in point)


def _head(svg, start, end):
    """Draw an arrow's head at `end`."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = (across * across + down * down) ** 0.5
    across, down = across / length, down / length
    back = (end[0] - 9 * across, end[1] - 9 * down)
    left = (back[0] - 4 * down, back[1] + 4 * across)
    right = (back[0] + 4 * down, back[1] - 4 * across)
    svg.area(_round(end), _round(left), _round(right), colour=_WIRE)


def main():
    """Write the drawings that have changed; return 0."""
    every = arrows.arrows()
    for name, inside in DRAWINGS.items():
        path, text = FOLDER / f"{name}.svg", drawing(inside, every)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"{path.relative_to(vm.ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
