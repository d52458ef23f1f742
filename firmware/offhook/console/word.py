"""What a word of the console is, and what the modules of words share."""

from collections import namedtuple

from actions.secrets import masked_setting
from offhook.settings.catalogue import canonical

# `function(phone, rest)` gives the answer, None for {"ok": true}; it may be a coroutine.
# ValueError is a refusal. `rest` is what stands behind the word.
Word = namedtuple("Word", ("usage", "meaning", "function"))


def shown(settings, name):
    """Return a setting's text as anybody may see it: secrets, and passwords in URLs, masked."""
    name = canonical(name)
    text = settings.text(name)
    if settings.private(name):
        return text and "***"
    return masked_setting(name, text)
