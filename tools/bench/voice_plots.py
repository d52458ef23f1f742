"""The two drawings of ``make bench-voice``: gaps between packets, depth of the jitter buffer."""

from tools.svg import INK, Svg

_WIDTH, _HEIGHT = 860, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 52, 56
_COLOURS = ("#1f6f8b", "#d1495b", "#7a9e3f", "#8d5a97", "#c98a1b", "#9aa3ad")
_MOST = 60.0  # ms on the axis of gaps


def _x(part):
    return round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(part):
    return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM), 1)


def _frame(title, under, aside, across, up):
    """Return a drawing with its axes; `across` and `up` are [(part of the axis, text)]."""
    svg = Svg()
    svg.text(_LEFT, 28, title, "t")
    for part, text in across:
        svg.wire([(_x(part), _y(0)), (_x(part), _y(1))], "#e4e0d6", 1)
        svg.text(_x(part), _y(0) + 18, text, "n", "middle")
    for part, text in up:
        svg.wire([(_x(0), _y(part)), (_x(1), _y(part))], "#e4e0d6", 1)
        svg.text(_x(0) - 8, _y(part) + 4, text, "n", "end")
    svg.line((_x(0), _y(1)), (_x(0), _y(0)), (_x(1), _y(0)), colour=INK, width=1.2)
    svg.text(_x(1), _y(0) + 40, under, "n", "end")
    svg.text(_LEFT - 44, _TOP - 8, aside, "n")
    return svg


def gaps(rows, path):
    """Draw the share of gaps up to each length, a line for each of `rows` {name: gaps in ms}."""
    svg = _frame(
        "Gaps between the packets of a call",
        "ms from one packet to the next; 20 is right",
        "share of all packets, %",
        [(ms / _MOST, str(ms)) for ms in range(0, int(_MOST) + 1, 10)],
        [(share / 100, str(share)) for share in range(0, 101, 20)],
    )
    for number, (name, found) in enumerate(rows.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        ordered = sorted(found)
        points = []
        for step in range(241):
            ms = step * _MOST / 240
            share = sum(1 for x in ordered if x <= ms) / max(1, len(ordered))
            points.append((_x(ms / _MOST), _y(share)))
        svg.line(*points, colour=colour, width=2)
        at = _TOP + 24 + 20 * number
        svg.line((_x(0.62), at - 4), (_x(0.66), at - 4), colour=colour, width=3)
        svg.text(_x(0.675), at, name)
    path.write_text(svg.whole(_WIDTH, _HEIGHT))


def depth(found, lines, end, path):
    """Draw the wanted and the real delay of the buffer over time; `lines` [(s, the line)]."""
    most = max(120, *(max(x[1:]) for x in found)) * 1.1
    step = 50 if most > 160 else 20
    svg = _frame(
        "The jitter buffer on a line that is good, bad and good again",
        "seconds",
        "ms of delay",
        [(s / end, str(s)) for s in range(0, end + 1, 5)],
        [(ms / most, str(ms)) for ms in range(0, int(most), step)],
    )
    for second, text in lines:
        svg.wire([(_x(second / end), _y(0)), (_x(second / end), _y(1))], "#9aa3ad", 1.4)
        for row, word in enumerate(text.split()):
            svg.text(_x(second / end) + 5, _TOP + 10 + 14 * row, word.replace("=", " "), "n")
    for column, colour, name in ((2, "#9fc3d1", "in the buffer"), (1, "#1f6f8b", "wanted")):
        points = [(_x(min(1, x[0] / end)), _y(min(1, x[column] / most))) for x in found]
        svg.line(*points, colour=colour, width=2)
        at = _HEIGHT - 16
        left = 0.0 if column == 1 else 0.16
        svg.line((_x(left), at - 4), (_x(left + 0.04), at - 4), colour=colour, width=3)
        svg.text(_x(left + 0.05), at, name)
    path.write_text(svg.whole(_WIDTH, _HEIGHT))
