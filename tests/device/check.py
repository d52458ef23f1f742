"""Runs on a board, started by a person: says what to press, and what it saw.

``mpremote connect PORT mount tests/device repl``, then ``import check``: ``mpremote run`` would
keep the keyboard to itself.
"""

import asyncio
import gc
import os
import select
import sys
import time

import machine

_WAIT = 20_000  # ms for a person to do what was asked
RESULTS = []


def result(name, good, text=""):
    """Keep and print what a step showed."""
    RESULTS.append((name, good))
    word = "well" if good else "skipped" if good is None else "NOT WELL"
    print("  %s: %s %s" % (name, word, text))


def skipped():
    """Return whether the person wants to skip: "s" was typed."""
    poller = select.poll()
    poller.register(sys.stdin, select.POLLIN)
    return bool(poller.poll(0)) and sys.stdin.read(1) == "s"


def ask(text):
    """Ask a question; return True for y, None for s."""
    print("? %s  y/n/s" % text)
    answer = ""
    while answer not in ("y", "n", "s"):
        answer = sys.stdin.read(1).lower()
    return None if answer == "s" else answer == "y"


def settings():
    """Return a function that gives settings as the phone has them."""
    from hal.storage.littlefs import Storage
    from offhook.changes import PLAIN
    from offhook.settings.settings import Settings

    def log(_, text, *values):
        print(text % values)

    return Settings(Storage("/state"), log, PLAIN).get


def assemble():
    """Make the parts; what is missing is a result."""
    import board

    from hal.assemble import assemble

    gc.collect()
    before = gc.mem_free()
    start = time.ticks_ms()
    parts = assemble(board, settings(), lambda level, text, *values: print(" ", text % values))
    gc.collect()
    taken = time.ticks_diff(time.ticks_ms(), start)
    print("  parts made in %d ms, %d bytes of heap" % (taken, before - gc.mem_free()))
    for name in parts.missing:
        result(name, False, "(does not answer)")
    return parts


def keys(parts):
    """Each key of each part is pressed once; the time of the scan is shown."""
    for part in parts.keys:
        count = len(part.names)
        print(
            "Press each of these once, 's' skips: %s"
            % " ".join(part.names[i] for i in range(count))
        )
        seen, end = 0, time.ticks_add(time.ticks_ms(), _WAIT * (1 + count // 8))
        longest = 0
        while seen != (1 << count) - 1 and time.ticks_diff(end, time.ticks_ms()) > 0:
            start = time.ticks_us()
            try:
                mask = part.read()
            except OSError as error:
                result(part.names[0], False, repr(error))
                break
            longest = max(longest, time.ticks_diff(time.ticks_us(), start))
            for bit in range(count):
                if mask >> bit & 1 and not seen >> bit & 1:
                    print("    saw", part.names[bit])
            seen |= mask
            if skipped():
                break
            time.sleep_ms(5)
        missed = [part.names[i] for i in range(count) if not seen >> i & 1]
        result(
            "keys %s…" % part.names[0],
            None if missed and not seen else not missed,
            "longest scan %d us, not seen: %s" % (longest, " ".join(missed) or "none"),
        )


async def interrupt(parts):
    """An interrupt line wakes the loop: the time from its edge is what the person cannot see."""
    for part in parts.keys:
        if not part.irq:
            continue
        part.read()
        print("Press and hold %s, or another key of this part" % part.names[0])
        try:
            await asyncio.wait_for_ms(part.irq.wait(), _WAIT)
            await asyncio.sleep_ms(40)
            result("interrupt %s…" % part.names[0], part.read() != 0)
        except asyncio.TimeoutError:
            result("interrupt %s…" % part.names[0], None)


def shows(parts):
    """Lamps, display and ringer, judged by the person's eyes and ears."""
    if parts.display:
        start = time.ticks_ms()
        parts.display.show(["Offhook", "ÄÖÜ äöü ß", "0123456789*#"])
        taken = time.ticks_diff(time.ticks_ms(), start)
        result("display", ask("Does the display show Offhook and ÄÖÜ äöü ß?"), "%d ms" % taken)
    if parts.lamps:
        for index in range(parts.lamps.count):
            parts.lamps.set(index, True)
            parts.lamps.flush()
            time.sleep_ms(60)
        good = ask("Did all %d lamps go on, one after the other?" % parts.lamps.count)
        for index in range(parts.lamps.count):
            parts.lamps.set(index, False)
        parts.lamps.flush()
        result("lamps", good)
    if parts.ringer:
        for hz in (1000, 800) * 3:
            parts.ringer.tone(hz)
            time.sleep_ms(150)
        parts.ringer.quiet()
        result("ringer", ask("Did it ring, in two tones?"))


async def network(parts):
    """The network comes up by the settings; power saving is off; a datagram goes to ourselves."""
    part = parts.network
    await part.start()
    for _ in range(300):
        if part.up:
            break
        await asyncio.sleep_ms(100)
    result("network", part.up, "%s %s" % (part.address(), part.dns() if part.up else part.reason))
    if not part.up:
        return
    one = part.udp(5999)
    one.sendto(b"x", (part.address(), 5999))
    try:
        data, _ = await asyncio.wait_for_ms(one.recvfrom(), 2000)
        result("datagram to ourselves", data == b"x")
    except asyncio.TimeoutError:
        result("datagram to ourselves", False)
    one.close()
    from hal.clock.sntp import query

    for server in part.dns():
        try:
            parts.clock.set(await query(part, server, os.urandom(8)))
            result("time from %s" % server, parts.clock.time() is not None)
        except OSError as error:
            result("time from %s" % server, None, repr(error))


def storage():
    """A file survives its writing, and renames over another."""
    from hal.storage.littlefs import Storage

    part = Storage("/state")
    part.write("check.tmp", b"a" * 2000)
    start = time.ticks_ms()
    part.write("check.tmp", b"b" * 2000)
    taken = time.ticks_diff(time.ticks_ms(), start)
    result("storage", part.read("check.tmp") == b"b" * 2000, "2 KB in %d ms" % taken)
    part.remove("check.tmp")


async def main():
    """All steps, then the list."""
    print(sys.implementation._machine, machine.freq() // 1_000_000, "MHz,", gc.mem_free(), "free")
    parts = assemble()
    storage()
    shows(parts)
    keys(parts)
    await interrupt(parts)
    if parts.found and ask("Unplug the expansion module; is it off?"):
        chip = parts.found[0][1]
        try:
            chip.read()
            result("module unplugged", False, "it still answers")
        except OSError:
            result("module unplugged", True)
        ask("Plug it in again; is it in?")
        try:
            chip.read()
            result("module plugged in again", True)
        except OSError as error:
            result("module plugged in again", False, repr(error))
    await network(parts)
    print("\n%d steps" % len(RESULTS))
    for name, good in RESULTS:
        if not good:
            print("%s: %s" % ("skipped" if good is None else "NOT WELL", name))


asyncio.run(main())
