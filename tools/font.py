"""Make hal/display/font.py of the dots drawn in tools/font.txt.

``python -m tools.font`` makes it, ``--show TEXT`` prints a text in it.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "hal/display/font.py"
_HEAD = '''"""The display's font, made by tools/font.py from tools/font.txt: change it there.

A character is five bytes, one a column from the left, bit 0 on top. The ASCII characters from the
space to "~" come first, then those of EXTRA.
"""

'''


def glyphs():
    """Return [(character, five column bytes)] as drawn. Raises ValueError for a crooked one."""
    found = []
    for line in (HERE / "font.txt").read_text("utf-8").splitlines():
        if line.startswith("# ") and "." not in line.split()[1]:
            continue
        name, *rows = line.split()
        if len(rows) not in (7, 8) or any(len(row) != 5 or set(row) - set(".#") for row in rows):
            raise ValueError(f"font.txt: {name!r} is not 7 or 8 rows of 5 dots")
        columns = bytes(sum((row[x] == "#") << y for y, row in enumerate(rows)) for x in range(5))
        found.append((" " if name == "space" else name, columns))
    if "".join(x for x, _ in found[:95]) != "".join(map(chr, range(32, 127))):
        raise ValueError("font.txt: ASCII is not whole and in order")
    return found


def source():
    """Return the text of hal/display/font.py."""
    found = glyphs()
    extra = "".join(x for x, _ in found[95:])
    data = b"".join(x for _, x in found)
    lines = [f'EXTRA = "{extra}"\nDOTS = (']
    for at in range(0, len(data), 20):
        text = "".join(f"\\x{x:02x}" for x in data[at : at + 20])
        lines.append(f'    b"{text}"')
    return _HEAD + "\n".join(lines) + "\n)\n"


def show(text):
    """Print `text` in the font, to look at."""
    found = dict(glyphs())
    for y in range(8):
        dots = (found[c] + b"\0" for c in text)
        print("".join("█" if x >> y & 1 else " " for columns in dots for x in columns))


if __name__ == "__main__":
    if "--show" in sys.argv:
        show(sys.argv[-1])
    else:
        TARGET.write_text(source(), "utf-8")
