"""The few shapes of which the project's drawings are made: boxes, text, wires, symbols."""

from html import escape

INK = "#1c2530"
STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:13px;fill:#1c2530}"
    ".t{font-weight:bold;font-size:14px}.n{font-size:11px;fill:#5b6775}"
    ".g{font-family:'DejaVu Sans Mono',monospace;font-size:12px;fill:#ffffff}"
    ".d{font-family:'DejaVu Sans Mono',monospace;font-size:12px;fill:#7d90a8}"
    ".h{font-weight:bold;font-size:20px}.b{font-weight:bold;font-size:13px;fill:#ffffff}"
    ".p{font-size:10.5px;fill:#ffffff;font-weight:bold}"
)


class Svg:
    """Collects shapes; wires lie `under` boxes and text."""

    def __init__(self):
        self.under = []
        self.parts = []

    def box(self, x, y, width, height, fill, stroke, radius=8):
        """A rounded rectangle."""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
        )

    def text(self, x, y, text, kind="", anchor="start"):
        """A line of text, nothing for an empty one."""
        if not text:
            return
        self.parts.append(
            f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def wire(self, points, colour, width=2.2):
        """A wire through `points`, below all boxes."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self.under.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
            'stroke-linejoin="round"/>'
        )

    def line(self, *points, colour=INK, width=1.8):
        """A line above the boxes, of a symbol."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        )

    def area(self, *points, colour=INK):
        """A filled polygon."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self.parts.append(f'<polygon points="{path}" fill="{colour}"/>')

    def dot(self, x, y, colour=INK, radius=4.0):
        """A terminal, or a joint of wires."""
        self.parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>')

    def diode(self, x, y, right=True, led=False):
        """A diode 24 wide from (x, y) on; its cathode, the ring, is right or left."""
        flat, tip = (x + 6, x + 18) if right else (x + 18, x + 6)
        self.area((flat, y - 6), (flat, y + 6), (tip, y))
        self.line((tip, y - 6), (tip, y + 6), width=2.4)
        self.line((x, y), (x + 24, y))
        if led:
            for shift in (0, 6):
                self.line((x + 10 + shift, y - 8), (x + 16 + shift, y - 14), width=1.2)
                self.line((x + 12 + shift, y - 14), (x + 16 + shift, y - 14), width=1.2)
                self.line((x + 16 + shift, y - 14), (x + 16 + shift, y - 10), width=1.2)

    def button(self, x, y):
        """A push button 30 wide from (x, y) on."""
        self.line((x, y), (x + 5, y))
        self.line((x + 25, y), (x + 30, y))
        self.dot(x + 6, y, radius=2.4)
        self.dot(x + 24, y, radius=2.4)
        self.line((x + 5, y - 7), (x + 25, y - 7))
        self.line((x + 15, y - 7), (x + 15, y - 13))

    def resistor(self, x, y, text):
        """A resistor 36 wide from (x, y) on."""
        self.line((x, y), (x + 4, y))
        self.line((x + 32, y), (x + 36, y))
        self.parts.append(
            f'<rect x="{x + 4}" y="{y - 5}" width="28" height="10" fill="#ffffff" '
            f'stroke="{INK}" stroke-width="1.8"/>'
        )
        self.text(x + 18, y - 9, text, "n", "middle")

    def whole(self, width, height, unit="", style=STYLE, ground="#fbfaf7"):
        """Return the file's text."""
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}{unit}" height="{height}{unit}">',
            f"<style>{style}</style>",
            f'<rect width="{width}" height="{height}" fill="{ground}"/>',
            *self.under,
            *self.parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"
