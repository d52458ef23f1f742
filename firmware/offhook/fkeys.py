"""Function keys: ``fkey<idx>`` is CONTEXT TYPE ARGUMENT, idx = P number - 1.

The first four are line keys where nothing else is set. What a key does stands here for the common
types; the rare ones are loaded when such a key is first pressed.
"""

from base.compat import const

TYPES = (
    "none line speed dest url keyevent blf dtmf transfer redirect autoanswer icom orbit"
).split()
_LINES = const(4)  # keys that are lines by default
_LONG = const(2000)  # ms of a long press


def parse(text):
    """Return (context, type, argument); ValueError says what would be right."""
    words = text.split(None, 2)
    if not words:
        return None
    if len(words) == 1 and words[0] == "none":
        return "active", "none", ""
    if len(words) < 2:
        raise ValueError("'%s' does not fit; write CONTEXT TYPE ARGUMENT" % text[:40])
    context, kind = words[0], words[1]
    if context != "active" and not (context.isdigit() and 1 <= int(context) <= 12):
        raise ValueError(
            "context '%s' does not fit; it is active or an identity's number" % context
        )
    if kind not in TYPES:
        raise ValueError("type '%s' does not fit; it takes one of %s" % (kind, ", ".join(TYPES)))
    argument = words[2].strip() if len(words) > 2 else ""
    if not argument and kind in ("speed", "dest", "url", "keyevent", "blf", "dtmf", "icom"):
        raise ValueError("type %s wants an argument" % kind)
    return context, kind, argument


class FunctionKeys:
    """All function keys of one phone."""

    def __init__(self, desk, settings, actions, timers):
        self.desk = desk
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.count = 0
        self._keys = {}  # index -> (context, type, argument) of what is set
        self._down = {}  # index -> its long-press timer, False once it was long
        self.urls = {}  # index -> "busy" or "failed", of url keys

    def load(self, name):
        """Take setting ``fkey<idx>`` over."""
        index = int(name[4:])
        entry = parse(self.settings.get(name))
        if entry is None:
            self._keys.pop(index, None)
        elif entry[1] == "url":
            self._keys[index] = (entry[0], "url", self.actions.parse(entry[2]))
        else:
            self._keys[index] = entry

    def entry(self, index):
        """Return (context, type, argument) of a key."""
        entry = self._keys.get(index)
        if entry is None:
            entry = ("active", "line" if index < _LINES else "none", "")
        return entry

    def context(self, key):
        """Return the context of key "P5": "active" or an identity's number."""
        return self.entry(int(key[1:]) - 1)[0]

    def free_line(self, call, wanted=None):
        """Return the name of the line key for a new call: the wanted one, else the first free."""
        used = {other.key for other in self.desk.agent.calls if other is not call}
        if wanted and wanted not in used:
            return wanted
        number = str(call.account.number)
        for index in range(self.count):
            context, kind, _ = self.entry(index)
            name = "P%d" % (index + 1)
            if kind == "line" and name not in used and context in ("active", number):
                return name
        return None

    def call_on(self, name):
        """Return the call that is bound to key `name`, or None."""
        for call in self.desk.agent.calls:
            if call.key == name:
                return call
        return None

    def key(self, name, down):
        """Take a debounced press or release of key "P5"."""
        index = int(name[1:]) - 1
        late = self.settings.get("fkey_longpress%d" % index)
        if down:
            self._down[index] = self.timers.after(_LONG, self._long, index, name)
            if not late:
                self.act(index, name)
            return
        timer = self._down.pop(index, None)
        if timer:
            timer.cancel()
            if late:
                self.act(index, name)

    def _long(self, index, name):
        self._down[index] = False
        self.desk.fire("action_longpress_url", key=name)

    def act(self, index, name):
        """Do what the key is for."""
        context, kind, argument = self.entry(index)
        call = self.call_on(name)
        if kind == "line" or (call and kind in ("speed", "dest", "blf")):
            self._line(name, call)
        elif kind == "url":
            self._url(index, name, argument)
        elif kind in ("speed", "dest"):
            self.desk.key = name if kind == "dest" else None
            self.desk.dial(argument, account=self._account(context))
        elif kind == "keyevent":
            self.desk.press(argument)
        elif kind != "none":
            from offhook.rarekeys import act

            act(self, index, name)

    def _account(self, context):
        for account in self.desk.agent.accounts:
            if str(account.number) == context:
                return account
        return None

    def _line(self, name, call):
        desk = self.desk
        if call is None:
            desk.hold_active()
            desk.key = name
            if not desk.audio:
                desk.audio = "handset" if desk.off_hook else "speaker"
            if desk.entry:
                desk.dial(desk.entry, key=name)
            else:
                desk.dialling = True
        elif call.state == "ringing" and call.direction == "in":
            desk.answer(call)
        elif call.state == "held":
            desk.resume(call)
        elif call.state == "connected":
            call.hold()

    def _url(self, index, name, template):
        def done(ok):
            self.urls[index] = "failed"
            if ok:
                self._clear(index)
            else:
                self.timers.after(2000, self._clear, index)
            self.desk.changed()

        self.urls[index] = "busy"
        call = self.desk.active() or self.desk.waiting() or self.desk.held()
        self.actions.send(template, name, self.desk.context(call, name), done)

    def _clear(self, index):
        self.urls.pop(index, None)
        self.desk.changed()
