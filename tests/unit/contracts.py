"""What each kind of part promises; run on its driver and on its simulated twin."""

import asyncio

from support import raises


def keys(part, press, release, unplug, plug, settle):
    """Keys: the mask follows the fingers; OSError while the part is away, and it comes back.

    `press(name)` and so on act on the part's other side, `settle()` lets the part's own time pass.
    """
    names = part.names
    assert len(names) == len(set(names)) and part.read() == 0
    for name in (names[0], names[-1]):
        press(name)
        settle()
        assert part.read() == 1 << names.index(name), name
        settle()
        assert part.read() == 1 << names.index(name), "a held key stays down"
        release(name)
        settle()
        assert part.read() == 0
    if unplug is None:
        return
    unplug()
    for _ in range(3):
        settle()
        with raises(OSError):
            part.read()
    plug()
    settle()
    assert part.read() == 0
    press(names[1])
    settle()
    assert part.read() == 2
    release(names[1])
    settle()


def lamps(part, lit, unplug, plug):
    """Lamps: what `set` says shows with `flush`, and shows again when the part is back."""
    last = part.count - 1
    part.set(0, True)
    part.set(last, True)
    part.flush()
    assert lit(0) and lit(last) and not any(lit(x) for x in range(1, last))
    unplug()
    with raises(OSError):
        part.flush()
    plug()
    part.flush()
    assert lit(0) and lit(last)
    part.set(0, False)
    part.flush()
    assert not lit(0) and lit(last)


async def display(part, line):
    """A display: lines as they were given, cut to its width; missing ones are empty.

    What it shows is there after some turns of the loop.
    """
    assert part.rows >= 2 and part.columns >= 16
    for lines, row, text in (
        (["Küche", "Grüße ÄÖÜ"], 0, "Küche"),
        (["Küche", "Grüße ÄÖÜ"], 1, "Grüße ÄÖÜ"),
        (["x" * 50], 0, "x" * part.columns),
        (["x" * 50], 1, ""),
        (["line"] * 20, part.rows - 1, "line"),
    ):
        part.show(lines)
        await turns()
        assert line(row) == text


async def turns(count=100):
    """Let the loop turn, so that what waits for it happens."""
    for _ in range(count):
        await asyncio.sleep(0)


def ringer(part, sounding):
    """A ringer: a tone, another, and quiet."""
    part.tone(440)
    assert sounding() == 440
    part.tone(1000)
    assert sounding() == 1000
    part.quiet()
    assert not sounding()


def storage(part):
    """Storage: whole files by name."""
    assert part.read("none") is None
    part.write("a", b"one")
    part.write("a", b"two")
    part.write("b", b"")
    assert part.read("a") == b"two" and part.read("b") == b""
    assert sorted(part.names()) == ["a", "b"]
    part.rename("a", "b")
    assert part.read("b") == b"two" and part.read("a") is None
    part.remove("b")
    part.remove("b")
    assert part.names() == []


def clock(part):
    """A clock: ticks that wrap, the time and its local form."""
    now = part.ms()
    assert part.diff(part.add(now, 1000), now) == 1000
    assert part.diff(part.add(2**30 - 5, 10), 2**30 - 5) == 10
    assert part.time() is None or part.time() > 1_700_000_000
    assert len(part.localtime()) == 6
