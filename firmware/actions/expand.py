"""What an event does with a parsed template: its pieces joined with the values of the moment."""

from actions.secrets import masked_setting
from base.compat import const

_VALUE = const(512)  # bytes taken of one value: a header of a stranger's INVITE may be 4 KB

_PLAIN = b"-._~@:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Values:
    """Where the values come from: settings, the phone itself, and what the phone's owner hands in.

    ``lookup(name, argument, context)`` gives a runtime variable's value: str, bytes, int, or None
    where it has none at this event.
    """

    def __init__(self, options, network, lookup, log):
        self.options = options
        self.network = network
        self.lookup = lookup
        self.log = log

    def runtime(self, name, argument, context):
        """Return the value of a runtime variable; a fault costs the value, not the event."""
        if name == "mac":
            return self.options.get(name) or self.network.mac
        try:
            return self.lookup(name, argument, context)
        except Exception as error:
            self.log(1, "$%s: %r", name, error)
            return None

    def setting(self, name, none):
        """Return the setting, its passwords masked; `none` is what a false one reads."""
        value = self.options.get(name) or none
        return masked_setting(name, value) if isinstance(value, str) else value


class Variable:
    """A ``$name`` of a template that has no value ever; `written` is how it stands there."""

    def __init__(self, written):
        self.written = written

    def value(self, values, context):
        """Return its value from `values` (`Values`), None without one."""
        return None


class Setting(Variable):
    """A variable that is a setting, with what is read where it is false."""

    def __init__(self, written, name, none):
        super().__init__(written)
        self.name = name
        self.none = none

    def value(self, values, context):
        """Return the setting."""
        return values.setting(self.name, self.none)


class Runtime(Variable):
    """A variable of the moment; `argument` is that of ``$sip_header(NAME)``."""

    def __init__(self, written, name, argument=None):
        super().__init__(written)
        self.name = name
        self.argument = argument

    def value(self, values, context):
        """Return what it is now."""
        return values.runtime(self.name, self.argument, context)


def expand(pieces, values, context):
    """Return path and query: the texts of `pieces` joined with the values of its `Variable`s.

    What has no value stays as its literal, or goes when ``action_url_unset`` is empty; in the path
    that is ``$name&``: its ``&`` goes with a value only. Values are percent-encoded, all but RFC
    3986 unreserved characters, ``@`` and ``:``.
    """
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return pieces[0]
    out = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        value = piece.value(values, context)
        if value is not None:
            out.append(_encoded(value))
        elif values.options.get("action_url_unset") != "empty":
            out.append(piece.written)
    return "".join(out)


def _encoded(value):
    if not isinstance(value, bytes):
        value = ("on" if value is True else str(value)).encode()
    end = min(len(value), _VALUE)
    while end < len(value) and value[end] & 0xC0 == 0x80:  # not within a character
        end -= 1
    value = value[:end]
    if not value.strip(_PLAIN):
        return str(value, "utf-8")
    return "".join(chr(x) if x in _PLAIN else "%%%02X" % x for x in value)
