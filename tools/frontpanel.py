"""The front panel of ``make run``: both phones in a terminal, to play with.

TAB changes the phone that the keys go to. Typed keys are the phone's: digits, * and #, Enter; the
other keys stand in the table below and at the foot of the screen.
"""

import curses
import queue
import threading

from tools.control import Control, Refused

KEYS = {
    "d": "DND",
    "r": "REDIAL",
    "t": "TRANSFER",
    "o": "HOLD",
    "m": "MUTE",
    "s": "SPEAKER",
    "e": "HEADSET",
    "n": "MESSAGE",
    "+": "VOLUME_UP",
    "-": "VOLUME_DOWN",
    "c": "CANCEL",
    "\n": "ENTER",
    "\x7f": "CANCEL",
}
ARROWS = {
    curses.KEY_UP: "UP",
    curses.KEY_DOWN: "DOWN",
    curses.KEY_LEFT: "LEFT",
    curses.KEY_RIGHT: "RIGHT",
}
HELP = (
    "TAB other phone  h handset  0-9*# Enter dial  c cancel  s speaker  o hold  t transfer",
    "r redial  d DND  m mute  e headset  n messages  + - volume  arrows call lists",
    "p then a number and Enter: function key P1-P50 (P5 door, P6 DND)",
    "l then Enter: the same, held for 2 s   : any command of the control port   q quit",
)
_MARKS = {"off": ".", "on": "#", "slow": "o", "fast": "*"}


class Desk:
    """One phone on the screen; its commands go through a thread, so that no key waits."""

    def __init__(self, name, port):
        self.name = name
        self.lifted = False
        self.lines, self.lamps, self.message = [], {}, ""
        self.jobs = queue.Queue()
        self._show, self._do = Control(port), Control(port)
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self):
        while True:
            line = self.jobs.get()
            try:
                answer = self._do.ask(line)
                self.message = "" if answer == {"ok": True} else str(answer)
            except (Refused, OSError, EOFError, ValueError) as error:
                self.message = str(error)

    def look(self):
        """Ask what the display and the lamps show."""
        try:
            self.lines = self._show.ask("display")["lines"]
            self.lamps = self._show.ask("lamps")
        except (OSError, EOFError, ValueError):
            self.message = "the phone is gone"


def draw(screen, desks, focus, events, typing):
    """Draw both phones, what arrived, and the help."""
    screen.erase()
    height, width = screen.getmaxyx()
    column = max(30, width // 2)
    for index, desk in enumerate(desks):
        left = index * column
        style = curses.A_REVERSE if index == focus else curses.A_BOLD
        hook = "handset lifted" if desk.lifted else "handset down"
        put(screen, 0, left, f" Phone {desk.name}  {hook} ", style)
        for row, line in enumerate(desk.lines[:6]):
            put(screen, 2 + row, left + 1, line[: column - 3])
        lit = [f"{key}{_MARKS[how]}" for key, how in desk.lamps.items() if how != "off"]
        put(screen, 9, left + 1, ("lamps: " + " ".join(lit))[: column - 3])
        put(screen, 10, left + 1, desk.message[: column - 3], curses.A_DIM)
    put(screen, 12, 0, typing or "Action URLs that arrived:", curses.A_BOLD)
    room = max(0, height - 14 - len(HELP))
    for row, line in enumerate(events[-room:] if room else []):
        put(screen, 13 + row, 0, line[: width - 1])
    for row, line in enumerate(HELP):
        put(screen, height - len(HELP) + row, 0, line[: width - 1], curses.A_DIM)
    screen.refresh()


def put(screen, row, column, text, style=0):
    """Write text where the window has room for it."""
    try:
        screen.addstr(row, column, text, style)
    except curses.error:
        pass  # the window is too small for this line


def loop(screen, desks, events):
    """Take keys until q."""
    curses.curs_set(0)
    screen.timeout(200)
    focus, typing = 0, ""
    while True:
        for desk in desks:
            desk.look()
        draw(screen, desks, focus, events, typing)
        code = screen.getch()
        desk = desks[focus]
        if code in ARROWS and not typing:
            desk.jobs.put("press " + ARROWS[code])
        code = 127 if code == curses.KEY_BACKSPACE else code
        if code < 0 or code > 255:
            continue
        key = "\n" if code in (13, curses.KEY_ENTER) else chr(code)
        if typing:
            typing = typed(desk, typing, key)
        elif key == "q":
            return
        elif key == "\t":
            focus = 1 - focus
        elif key == "h":
            desk.lifted = not desk.lifted
            desk.jobs.put("hook off" if desk.lifted else "hook on")
        elif key in "pl:":
            typing = key
        elif key in KEYS:
            desk.jobs.put("press " + KEYS[key])
        elif key in "0123456789*#":
            desk.jobs.put("press " + key)


def typed(desk, typing, key):
    """Take a key of the number behind p or l, or of a command behind a colon."""
    if key == "\n":
        what, rest = typing[0], typing[1:]
        if what == ":":
            desk.jobs.put(rest)
        elif rest.isdigit():
            desk.jobs.put(f"press P{rest}" + (" 2200" if what == "l" else ""))
        return ""
    if key in ("\x7f", "\x1b"):
        return typing[:-1]
    return typing + key


def play(house):
    """Show the front panel of ``house(show)`` until the person quits; return 0."""
    events = []
    print("starting two phones …")
    with house(events.append) as (_, first, second):
        desks = [Desk("100", first.control_port), Desk("200", second.control_port)]
        curses.wrapper(loop, desks, events)
    return 0
