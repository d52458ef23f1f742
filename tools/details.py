"""What is drawn once below a board: the matrix of buttons, diodes and LEDs, a magnetic buzzer."""

HEIGHT = 250
_KEYS = (("KS0", 0), ("KS1", 12), ("KS2", 24))  # the line, the number before its first key
_PANEL = 330


def panels(board):
    """Return [drawing function] of what the board's parts need."""
    kinds = {block.kind for block in board.blocks}
    found = []
    if "ht16k33" in kinds:
        found += [keys, lamps]
    if "mcp23017" in kinds:
        found.append(expander)
    if "ringer" in kinds:
        found.append(buzzer)
    return found


def draw(svg, board, x, y):
    """Draw the details side by side from (x, y) on; return the width that they take."""
    for panel in panels(board):
        svg.box(x, y, _PANEL - 16, HEIGHT - 14, "#ffffff", "#9aa7b5")
        panel(svg, x + 14, y + 22)
        x += _PANEL
    return x


def keys(svg, x, y):
    """Keys of an HT16K33: a diode for each, its ring towards K."""
    svg.text(x, y, "HT16K33: keys, the ring towards K", "t")
    for row, (name, first) in enumerate(_KEYS[:2]):
        top = y + 36 + 92 * row
        svg.text(x, top + 4, name, "n")
        svg.line((x + 28, top), (x + 286, top))
        for column in range(2):
            left = x + 50 + 124 * column
            at = top + 44
            svg.dot(left, top, radius=3)
            svg.line((left, top), (left, at))
            svg.diode(left, at)
            svg.button(left + 24, at)
            svg.line((left + 54, at), (left + 74, at))
            svg.dot(left + 74, at, radius=3)
            svg.text(left + 30, at + 18, f"P{first + column + 1}", "n")
    for column in range(2):
        at = x + 124 + 124 * column
        svg.line((at, y + 36 + 20), (at, y + 188))
        svg.text(at, y + 204, f"K{column + 1}", "n", "middle")
    svg.text(x, y + 204, "… K12, KS2", "n")


def lamps(svg, x, y):
    """Lamps of an HT16K33: anode at ROW, cathode at COM."""
    svg.text(x, y, "HT16K33: lamps, anode at ROW", "t")
    for row in range(2):
        top = y + 36 + 92 * row
        svg.text(x, top + 4, f"ROW{row}", "n")
        svg.line((x + 36, top), (x + 286, top))
        for column in range(2):
            left = x + 60 + 124 * column
            at = top + 44
            svg.dot(left, top, radius=3)
            svg.line((left, top), (left, at))
            svg.diode(left, at, led=True)
            svg.line((left + 24, at), (left + 60, at))
            svg.dot(left + 60, at, radius=3)
            svg.text(left + 20, at + 20, f"P{8 * column + row + 1}", "n")
    for column in range(2):
        at = x + 120 + 124 * column
        svg.line((at, y + 36 + 20), (at, y + 188))
        svg.text(at, y + 204, f"COM{column}", "n", "middle")
    svg.text(x, y + 204, "… ROW7, COM7", "n")


def expander(svg, x, y):
    """A key and a lamp of an MCP23017."""
    svg.text(x, y, "MCP23017: a key and a lamp", "t")
    at = y + 60
    svg.text(x, at + 4, "GPA0 …", "n")
    svg.line((x + 50, at), (x + 90, at))
    svg.button(x + 90, at)
    svg.line((x + 120, at), (x + 170, at))
    svg.text(x + 176, at + 4, "GND", "n")
    svg.text(x + 96, at + 20, "P1", "n")
    at = y + 130
    svg.text(x, at + 4, "3V3", "n")
    svg.line((x + 30, at), (x + 60, at))
    svg.resistor(x + 60, at, "1 kΩ")
    svg.line((x + 96, at), (x + 120, at))
    svg.diode(x + 120, at, led=True)
    svg.line((x + 144, at), (x + 190, at))
    svg.text(x + 196, at + 4, "GPA7, GPB1 …", "n")
    svg.text(x + 122, at + 20, "lamp P1", "n")
    svg.text(x, y + 186, "GPA7 and GPB7 are outputs only: never a key", "n")


def buzzer(svg, x, y):
    """A magnetic buzzer: transistor and diode. A piezo disc goes straight to the pin."""
    svg.text(x, y, "Ringer: a magnetic buzzer, no piezo", "t")
    top, at, base = y + 36, y + 130, x + 124
    svg.text(x, at + 4, "GPIO", "n")
    svg.line((x + 34, at), (x + 70, at))
    svg.resistor(x + 70, at, "1 kΩ")
    svg.line((x + 106, at), (base, at))
    svg.line((base, at - 16), (base, at + 16), width=3)
    svg.line((base, at - 6), (base + 26, at - 24), (base + 26, top + 58))
    svg.line((base, at + 6), (base + 26, at + 24), (base + 26, at + 46))
    svg.area((base + 26, at + 24), (base + 14, at + 21), (base + 20, at + 13))
    svg.text(base + 34, at + 50, "GND", "n")
    svg.text(base + 34, at + 6, "NPN, BC337 or alike", "n")
    svg.box(base + 4, top + 18, 44, 40, "#ffffff", "#1c2530", 4)
    svg.text(base + 26, top + 42, "buzzer", "n", "middle")
    svg.line((base + 26, top + 18), (base + 26, top))
    svg.text(base + 32, top - 2, "3V3", "n")
    # the diode across the buzzer, its ring up
    side = base + 70
    svg.line((base + 26, top + 6), (side, top + 6), (side, top + 30))
    svg.line((base + 26, top + 66), (side, top + 66), (side, top + 44))
    svg.area((side - 6, top + 44), (side + 6, top + 44), (side, top + 31))
    svg.line((side - 6, top + 31), (side + 6, top + 31), width=2.4)
    svg.text(side + 12, top + 32, "1N4148,", "n")
    svg.text(side + 12, top + 46, "ring up (3V3)", "n")
