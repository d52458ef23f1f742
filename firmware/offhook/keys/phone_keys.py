"""The keys for the phone itself: volume, do-not-disturb, forwarding, identities, lists.

Functions on a `Desk`, by the key's own name in ``KEYS``.
"""

from offhook.desk import menu
from offhook.desk.forwarding import toggle as redirect
from offhook.desk.restart import restart
from offhook.desk.volume import louder


def toggle(desk, name):
    """Switch a setting that is on or off; its change is what fires an event."""
    desk.change({name: "off" if desk.settings.get(name) else "on"})


def other_line(desk, step):
    """Let the next identity, or the one before, be that of outgoing calls."""
    numbers = [account.number for account in desk.agent.accounts]
    if numbers:
        now = desk.account().number
        number = numbers[(numbers.index(now) + step) % len(numbers)]
        desk.change({"active_line": str(number)})


KEYS = {
    "DND": lambda desk: toggle(desk, "dnd_mode"),
    "AUTOANSWER": lambda desk: toggle(desk, "autoanswer"),
    "REDIRECT": redirect,
    "VOLUME_UP": lambda desk: louder(desk, 1),
    "VOLUME_DOWN": lambda desk: louder(desk, -1),
    "NEXT_ID": lambda desk: other_line(desk, 1),
    "PREV_ID": lambda desk: other_line(desk, -1),
    "HELP": lambda desk: desk.say(desk.about()),
    "REBOOT": restart,
    "DIALED_LIST": lambda desk: menu.show(desk, menu.DIALLED),
    "ACCEPTED_LIST": lambda desk: menu.show(desk, menu.RECEIVED),
    "MISSED_LIST": lambda desk: menu.show(desk, menu.MISSED),
    "MENU": lambda desk: menu.pressed(desk, "MENU"),
    "UP": lambda desk: menu.pressed(desk, "UP"),
    "DOWN": lambda desk: menu.pressed(desk, "DOWN"),
    "LEFT": lambda desk: menu.pressed(desk, "LEFT"),
    "RIGHT": lambda desk: menu.pressed(desk, "RIGHT"),
}
