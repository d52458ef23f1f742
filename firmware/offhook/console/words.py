"""All words of the console: the one place that finds the function of a word."""

from offhook.console import (
    desk_words,
    page_words,
    provisioning_words,
    service_words,
    settings_words,
)
from offhook.console.word import Word

_MOST = 20  # characters of a wrong word that are repeated


def help_(phone, rest):
    """Return a line for each word, or that of one."""
    names = [rest] if rest else ORDER
    return ["%s: %s" % (find(name).usage, find(name).meaning) for name in names]


def find(word):
    """Return the `Word` of a name; ValueError where there is none."""
    if word not in WORDS:
        raise ValueError("there is no command '%s'; help lists them" % word[:_MOST])
    return WORDS[word]


WORDS = {"help": Word("help [WORD]", "what there is, and what it does", help_)}
WORDS.update(desk_words.WORDS)
WORDS.update(settings_words.WORDS)
WORDS.update(service_words.WORDS)
WORDS.update(page_words.WORDS)
WORDS.update(provisioning_words.WORDS)
ORDER = (
    "help press hook dial keys calls voice display lamps "
    "set get unset find show status version log counters test_url ram loaded "
    "first_start groups group take actions preview fkeys lists provisioning provision reboot "
    "update reset "
    "fault json quit"
).split()
