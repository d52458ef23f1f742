"""For a person at the serial REPL: ``from offhook import phone``, then ``phone.help()``.

What the words do is in `offhook.repl`.
"""

from hal.platform import Platform as _Platform
from offhook.repl import Repl as _Repl

_repl = None


def _run(word, *values):
    global _repl
    if _repl is None:
        _repl = _Repl(_Platform)
    return _repl.run(word, *values)


def help():
    """Say what there is."""
    _run("help")


def set(name, value):
    """Set one setting and save; a refusal says what would be right, the old value stays."""
    _run("set", name, value)


def get(name):
    """Return a setting's value; a private one is not shown."""
    return _run("get", name)


def unset(name):
    """Give a setting its default back."""
    _run("unset", name)


def take(values):
    """Set several settings with one write, all of them or none; return True when they are."""
    return _run("take", values)


def provision(what):
    """Take a file of settings, as Snom's phones read them: "begin", "data BASE64", "end"."""
    return _run("provision", what)


def find(word):
    """Show the settings with `word` in name or meaning."""
    _run("find", word)


def show():
    """Show what differs from the defaults; secrets are masked."""
    _run("show")


def save():
    """Write the settings once more; each set has saved already."""
    _run("save")


def status():
    """Show network, missing parts and identities."""
    _run("status")


def version():
    """Show the versions of this software and of its firmware."""
    _run("version")


def log(lines=None):
    """Show the log, or its last `lines` lines."""
    _run("log", lines)


def counters():
    """Show the Action URLs' counters."""
    _run("counters")


def test_url(event):
    """Show an event's expanded Action URL, and send it."""
    _run("test_url", event)


def press(key):
    """Press a key, such as "P5"."""
    _run("press", key)


def wifi_scan():
    """Show the networks around."""
    _run("wifi_scan")


def update(url=None, force=False):
    """Fetch new software by HTTPS, with `force` an older one too."""
    _run("update", url, force)


def reset(what=None):
    """Restart the board; ``reset("settings")`` forgets all settings before."""
    _run("reset", what)
