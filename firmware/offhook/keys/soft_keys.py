"""Keys by software, for the console and key macros: a board need not have the key itself."""

from offhook.keys.names import OWN, function_key, own


def there(phone, name):
    """Return whether `phone` has the key `name`, on its board or by software."""
    index = function_key(name)
    if index is not None and index < OWN:
        return True
    return name == "HOOK" or own(name) is not None or name in phone.input.names()


def hold(phone, name, down):
    """Press or release a key. One that this board has passes its debouncing, others act at once.

    Raises ValueError for what is no key.
    """
    inputs, found = phone.input, False
    for part, _ in inputs.parts:
        if name in part.names:
            found = True
            if part.irq:
                part.irq.set()
    if found and down:
        inputs.held[name] = True
    elif found:
        inputs.held.pop(name, None)
    else:
        if not there(phone, name):
            raise ValueError("there is no key '%s'" % name[:20])
        phone.keys.on_key(name, down)
