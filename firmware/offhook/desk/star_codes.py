"""Star codes: what the PBX is to know is dialled, one code after the other, when nobody calls."""

from base.compat import const
from offhook.desk.dialling import dial

_AGAIN = const(1000)  # ms between two looks whether nobody calls
_MOST = const(8)


def switch(desk, code):
    """Dial `code` as soon as there is no call."""
    desk.codes = desk.codes[1 - _MOST :] + [code]
    if len(desk.codes) == 1:
        desk.timers.after(0, _next, desk)


def _next(desk):
    if desk.agent.calls or desk.audio or desk.dialling:
        desk.timers.after(_AGAIN, _next, desk)
        return
    code, desk.codes = desk.codes[0], desk.codes[1:]
    dial(desk, code)
    desk.changed()
    if desk.codes:
        desk.timers.after(_AGAIN, _next, desk)
