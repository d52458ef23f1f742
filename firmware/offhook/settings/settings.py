"""The settings of one phone: values in memory, the catalogue's defaults behind them.

`update` saves at once and is for a phone at rest; `keep` waits until no call is being set up or
ended; `change` takes a value over at once and lets `serve` save it, as keys do. All of them take
the texts that a person wrote, all or none, and refuse with a ValueError that names the setting,
the value and what would be right; the old value stays then. They refuse what provisioning has
locked too: a lock binds whoever sits at the phone. `provide` is provisioning's own way.
"""

import asyncio

from base import flash
from base.compat import const, sleep_ms
from offhook.settings import catalogue
from offhook.settings import marks as provisioned
from offhook.settings.catalogue import canonical
from offhook.settings.store import Store

_SOON = const(1000)  # ms from a change by a key to its save: a volume key is pressed often
_LATER = const(5000)  # ms until one looks again whether nobody calls
_WAITING = const(32)  # settings that may wait for the end of a call
_AGAIN = const(30_000)  # ms after a save that failed


async def _at_once():
    """Wait for nothing: until a phone says when it is quiet."""


def _always():
    return True


class Settings:
    """All settings; values are str, int or bool.

    `checks` are what other rooms refuse, see `catalogue.parse`; some may be added later.
    `relations(get, names)`, set later, refuses settings that do not go together; `names` are those
    that change. `quiet()`, set later, is awaited before the flash is written; the store is tidied
    while `idle()`, set later, is true, for that takes its time.
    """

    def __init__(self, storage, log, checks=()):
        self.log = log
        self.listeners = []
        self.values = {}
        self.aside = {}  # texts that are stored and not used: unknown, or of no use any more
        self.troubles = []
        self.marks = provisioned.Marks()  # what provisioning has said of settings
        self.checks = dict(checks)
        self.relations = None
        self.quiet = _at_once
        self.idle = _always
        self._store = Store(storage, self._trouble, self.private)
        self._failed = ""  # why the last save did not succeed
        self._unsaved = {}  # name -> text that `serve` has to save
        self._fleeting = {}  # name -> text, or None, that a restart gives back
        self._wake = asyncio.Event()
        self._load()

    # -- reading ------------------------------------------------------------------------------

    def get(self, name):
        """Return a setting's value; KeyError for a name that is none."""
        value = self.values.get(name)
        if value is not None:
            return value
        plain = canonical(name) if name.endswith("]") else name
        return catalogue.default(name) if plain == name else self.get(plain)

    def known(self, name):
        """Return True when `name` is a setting."""
        return catalogue.pattern(name) is not None

    def spec(self, name):
        """Return the `catalogue.Setting` of a name; KeyError when there is none."""
        return catalogue.find(name)

    def text(self, name):
        """Return a setting's value as it is written, None for a name that is none."""
        return self.spec(name).written(self.get(name)) if self.known(name) else None

    def private(self, name):
        """Return True for a secret, which nobody is shown."""
        return self.known(name) and self.spec(name).private

    def locked(self, name):
        """Return who has locked a setting against the person at the phone, "" for nobody."""
        return self.marks.locks.get(canonical(name), "")

    def changed(self):
        """Return the names of all settings that were set, sorted."""
        return sorted(self.values)

    def on_change(self, callback):
        """Call ``callback(name)`` after a setting has changed."""
        self.listeners.append(callback)

    def damaged(self):
        """Return whether stored settings were damaged, and nobody has looked at them yet."""
        return self._store.damaged()

    @property
    def trouble(self):
        """What is wrong with the stored settings, "" for nothing."""
        return "; ".join(self.troubles + [self._failed] if self._failed else self.troubles)

    # -- changing -----------------------------------------------------------------------------

    def set(self, name, text):
        """Set one setting and save; see `update`."""
        self.update({name: text})

    def unset(self, name):
        """Give a setting its default back and save; see `update`."""
        self.update({name: None})

    def update(self, texts, forced=False):
        """Set several settings with one write, and tell the listeners.

        `texts` is {name: text}, None for the default. `forced`: whoever starts the phone sets
        them, locked or not.
        """
        values = self._parsed(texts, forced)
        written = {n: self._written(n, v) for n, v in values.items() if self._differs(n, v)}
        if written:
            self._save(written)
            self._take(values)

    async def keep(self, texts):
        """Do what `update` does once no call is being set up or ended; return whether it is saved.

        While there is a call it is not: the flash may hold up voice. Then it is saved when the
        call is over.
        """
        self._parsed(texts)  # what is wrong is said at once
        await self.quiet()
        if self._waits():
            self.change(texts)
            return not self._unsaved
        self.update(texts)
        return True

    def _waits(self):
        """Return whether what is to be saved waits for the end of a call; so much, no more."""
        return not self.idle() and len(self._unsaved) < _WAITING

    def change(self, texts):
        """Take settings over at once, and save them soon."""
        values = self._parsed(texts)
        for name, value in values.items():
            if self._differs(name, value):
                self._unsaved[name] = self._written(name, value)
        self._wake.set()
        self._take(values)

    def sifted(self, texts):
        """Return ({name: value}, {name: why it is refused}) of texts that need not all fit."""
        values, errors = {}, {}
        for name, text in texts.items():
            try:
                values[canonical(name)] = self._value(name, text)
            except ValueError as error:
                errors[name] = str(error)
        while True:
            try:
                self._relate(values)
                return values, errors
            except ValueError as error:
                found = str(error).partition(":")[0]
                stem = found.partition("_")[0]
                wrong = [found] if found in values else [x for x in values if x.startswith(stem)]
                for name in wrong or list(values):
                    del values[name]
                    errors[name] = str(error)

    def provide(self, values, marks, fleeting=()):
        """Take over what a server gives, {name: value or None} of `sifted`, with one write.

        `marks` (`settings.marks.Marks`) are those from now on; the names in `fleeting` are as
        before after a restart. Return the names whose value has changed. OSError changes nothing.
        """
        old = {name: self.values.get(name) for name in values}
        written = {}
        for name, value in values.items():
            if name not in fleeting and self._differs(name, value):
                written[name] = self._written(name, value)
        if marks.text() != self.marks.text():
            written[provisioned.NAME] = marks.text() or None
        stored = {name: self._stored(name) for name in fleeting}
        if written:
            self._append(written)
        self.marks = marks
        self._take(values)
        self._fleeting.update(stored)
        return sorted(name for name in old if old[name] != self.values.get(name))

    def _stored(self, name):
        """Return the text of a setting on the flash, None where it has its default there."""
        if name in self._fleeting:
            return self._fleeting[name]
        return self.text(name) if name in self.values else None

    def flush(self):
        """Save now what `change` has left to be saved; OSError when the storage cannot."""
        if self._unsaved:
            self._append(self._unsaved)

    def erase(self):
        """Forget all settings, and all else that the storage has; OSError when it cannot.

        Return the seconds that the next start wipes the flash for.
        """
        seconds = self._store.erase()
        self.values, self.aside, self._unsaved, self._fleeting = {}, {}, {}, {}
        self.marks = provisioned.Marks()
        return seconds

    async def serve(self):
        """Save what `change` has changed, and tidy the store when it is due: a task."""
        while True:
            if not self._unsaved and not self._store.due:
                await self._wake.wait()
            self._wake.clear()
            await sleep_ms(_SOON)
            try:
                await self.quiet()
                while self._unsaved and self._waits():
                    await sleep_ms(_SOON)
                    await self.quiet()
                self.flush()
                if self._store.due and self.idle():
                    await self.compact()
                    self._failed = ""
                elif self._store.due:
                    await sleep_ms(_LATER)
            except OSError as error:
                failed = "not saved, %s" % flash.cause(error)
                if failed != self._failed:
                    self._failed = failed  # it is told once
                    self.log(1, "settings: %s", failed)
                await sleep_ms(_AGAIN)

    async def compact(self):
        """Write all settings into one file; OSError when the storage cannot."""
        texts = dict(self.aside)
        for name, value in self.values.items():
            texts[name] = self._written(name, value)
        for name, text in self._fleeting.items():
            texts[name] = text
        texts[provisioned.NAME] = self.marks.text()
        texts = {name: text for name, text in texts.items() if text is not None}
        if not texts[provisioned.NAME]:
            del texts[provisioned.NAME]
        await self._store.compact(texts, self._pause)

    async def _pause(self):
        await sleep_ms(0)
        await self.quiet()

    def refused(self, texts):
        """Return {name: message} for each of `texts` that does not fit on its own."""
        errors = {}
        for name, text in texts.items():
            try:
                if text is not None:
                    catalogue.parse(canonical(name), text, self.checks)
                elif not self.known(name):
                    raise ValueError(catalogue.unknown(name))
            except ValueError as error:
                errors[name] = str(error)
        return errors

    def _parsed(self, texts, forced=False):
        """Return {canonical name: value}; ValueError when one of the texts does not fit."""
        values = {}
        for name, text in texts.items():
            who = "" if forced else self.locked(name)
            if who:
                raise ValueError("%s: locked by %s, whose files may change it" % (name, who))
            values[canonical(name)] = self._value(name, text)
        self._relate(values)
        return values

    def _value(self, name, text):
        if text is not None:
            return catalogue.parse(name, text, self.checks)
        if not self.known(name) and canonical(name) not in self.aside:
            raise ValueError(catalogue.unknown(name))
        return None

    def _relate(self, values):
        """Refuse {name: value} that do not go together, or with what there is."""
        if self.relations:

            def get(name):
                value = values.get(name)
                if value is not None:
                    return value
                return catalogue.default(name) if name in values else self.get(name)

            self.relations(get, values)

    def _differs(self, name, value):
        if name in self.aside or name in self._fleeting:
            return True
        return value != self.values.get(name) if value is None else value != self.get(name)

    def _written(self, name, value):
        return None if value is None else self.spec(name).written(value)

    def _save(self, written):
        try:
            self._append(written)
        except OSError as error:
            name = sorted(written)[0]
            raise ValueError("%s: not saved, %s" % (name, flash.cause(error)))

    def _append(self, written):
        secret = any(self.private(name) for name in written)  # what it was must not live on
        for name in written:
            self._fleeting.pop(name, None)
        self._store.append(written, secret)
        self._failed = ""
        self._unsaved = {n: t for n, t in self._unsaved.items() if n not in written}
        if self._store.due:
            self._wake.set()

    def _take(self, values):
        """Take {name: value or None} over, and tell the listeners of what has changed."""
        told = []
        for name, value in values.items():
            self.aside.pop(name, None)
            before = self.values.get(name)
            if value is None:
                self.values.pop(name, None)
            elif self._differs(name, value):
                self.values[name] = value
            if before != self.values.get(name):
                told.append(name)
        for name in sorted(told):
            for callback in self.listeners:
                callback(name)

    # -- start --------------------------------------------------------------------------------

    def _load(self):
        texts = self._store.load()
        self.marks = provisioned.Marks(texts.pop(provisioned.NAME, None) or "")
        for name, text in texts.items():
            if text is None:
                continue
            try:
                self.values[name] = catalogue.parse(name, text, self.checks)
            except ValueError as error:
                self.aside[name] = text
                self._trouble("stored, but not used: %s" % error)

    def _trouble(self, text):
        if text not in self.troubles:
            self.troubles.append(text)
        self.log(1, "settings: %s", text)
