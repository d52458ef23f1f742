"""Keeps settings on the flash: one file of all, and a journal of what changed since.

What was answered as saved is there after a power cut at any byte. A change is one line appended to
the journal, whose files are so small that littlefs keeps them within their folder's block: an
append costs two small writes, and no block is copied or erased. Beyond some of them the last one
grows, which copies a block each time. When nobody calls, `compact` writes the whole file anew
under a temporary name, in slices, renames it over the old one, and deletes the journal that it
holds. Each line has its checksum (`records`); what is damaged is put into ``settings.bad`` for a
person to look at, and the rest is used. A file that cannot be read at all, or is too long for the
memory, is put there whole.
"""

from base import json_object
from base.compat import const
from offhook.settings import records

_WHOLE = "settings.txt"
_FIRST = "settings.json"  # made by hand or by `make build`; taken over at the first start
_BAD = "settings.bad"
_JOURNAL = "settings."  # and a number
_SMALL = const(128)  # bytes of a file that littlefs keeps inline
_FILES = const(8)  # of the journal; more would split their folder's block, which takes 0.5 s
_SLICE = const(512)  # bytes written at once
_KEPT = const(4096)  # bytes of what is damaged that are kept at a start
_TOLD = const(8)  # damaged lines that are told one by one


def _no_secret(name):
    return False


class Store:
    """The settings in `storage`, as {name: text}. `tell(text)` hears what is wrong with them.

    ``private(name)`` tells which of them are secrets.
    """

    def __init__(self, storage, tell, private=_no_secret):
        self.storage = storage
        self.tell = tell
        self.private = private
        self.due = False  # the whole file should be written anew
        self._files = []  # numbers of the journal's files, the oldest first
        self._next = 1  # number of the journal's next file
        self._size = _SMALL  # bytes in its last one
        self._torn = True  # it may end within a line, as what was there at start: it is left alone
        self._bad = bytearray()  # of damaged lines
        self._damages = 0  # lines
        self._secret = False  # one was replaced: what was set aside may hold it

    def damaged(self):
        """Return whether something was set aside that nobody has looked at yet."""
        return _BAD in self.storage.names()

    # -- reading ------------------------------------------------------------------------------

    def load(self):
        """Return {name: text} of what is stored; whatever state the flash is in."""
        texts = {}
        first = self._load_whole(texts)
        for number in self._numbers():
            self._next = number + 1
            name = _JOURNAL + str(number)
            if number < first:  # the power went before it was deleted
                self._remove(name)
                continue
            raw = self._read(name)
            if raw is not None:
                self._files.append(number)
                self._add(texts, name, raw, True)
        self._next = max(self._next, first)
        if self._damages > _TOLD:
            self.tell("%d lines are damaged in all" % self._damages)
        if self._bad:
            self._set_aside()
        self.due = self.due or len(self._files) >= _FILES
        return texts

    def _read(self, name):
        """Return a file's bytes, None without any: where they cannot be had, it is set aside."""
        why = "cannot be read"
        try:
            raw = self.storage.read(name)
        except MemoryError:
            raw, why = None, "does not fit into the memory"
        if raw is None and name in self.storage.names():
            self._put_away(name, why)
        return raw

    def _put_away(self, name, why):
        """Set a whole file aside."""
        self.due = True
        self.tell("%s %s, set aside as %s" % (name, why, _BAD))
        try:
            self.storage.remove(_BAD)
            self.storage.rename(name, _BAD)
        except OSError as error:
            self.tell("%s: %r" % (name, error))

    def _load_whole(self, texts):
        """Add what the whole file says; return the journal's first number that goes after it."""
        raw = self._read(_WHOLE)
        if raw is None:
            self._load_first(texts)
            return 0
        head, _, rest = raw.partition(b"\n")
        first, count = 0, None
        try:
            _, begin, lines = records.opened(head).split()
            first, count = int(begin), int(lines)
        except ValueError:
            self._damaged(_WHOLE, head)
        found = self._add(texts, _WHOLE, rest, False)
        if count is not None and found != count:
            self.tell("%s has %d of its %d lines" % (_WHOLE, found, count))
            self.due = True
        return first

    def _add(self, texts, name, raw, unfinished):
        """Add the lines `raw` of file `name`; return their number.

        `unfinished`: the power may have gone in the middle of the last one; nobody was told that
        it is saved.
        """
        found = {}
        try:
            count = self._unpack(found, name, raw, unfinished)
            texts.update(found)
            return count
        except MemoryError:
            found.clear()
            self._put_away(name, "does not fit into the memory")
            return 0

    def _unpack(self, texts, name, raw, unfinished):
        count = start = 0
        while start < len(raw):
            end = raw.find(b"\n", start)
            if end < 0:
                if unfinished:
                    break
                end = len(raw)
            line, start = raw[start:end], end + 1
            count += 1
            try:
                found = records.unpack(line)
                texts.update(found)
                if unfinished and any(self.private(x) for x in found):
                    self.due = self._secret = True  # the line before it may hold another one
            except ValueError:
                self._damaged(name, line)
        return count

    def _load_first(self, texts):
        raw = self._read(_FIRST)
        if raw is None:
            return
        self.due = True
        try:
            values = json_object.read(raw)
        except ValueError:
            self._damaged(_FIRST, raw)
            return
        except MemoryError:
            self._put_away(_FIRST, "does not fit into the memory")
            return
        for name, value in values.items():
            switch = value is True or value is False
            texts[name] = ("off", "on")[value] if switch else str(value)

    def _numbers(self):
        found = []
        for name in self.storage.names():
            number = name[len(_JOURNAL) :]
            if name[: len(_JOURNAL)] == _JOURNAL and number.isdigit():
                found.append(int(number))
        return sorted(found)

    def _damaged(self, name, line):
        self._damages += 1
        left = _KEPT - len(self._bad)
        if left > 0:
            self._bad.extend(line[: left - 1] + b"\n")
        if self._damages > _TOLD:
            return
        known = line[9:49].split(b"=")[0]  # the setting, where the name was spared
        if known and not known.strip(b"abcdefghijklmnopqrstuvwxyz_0123456789"):
            name += " (" + known.decode() + ")"
        self.tell("a line of %s is damaged, set aside in %s" % (name, _BAD))

    def _remove(self, name):
        try:
            self.storage.remove(name)
        except OSError as error:
            self.tell("%s: %r" % (name, error))

    def _set_aside(self):
        self.due = True
        try:
            self.storage.append(_BAD, self._bad)
        except (OSError, MemoryError) as error:
            self.tell("%s: %r" % (_BAD, error))
        self._bad = bytearray()

    # -- writing ------------------------------------------------------------------------------

    def append(self, texts, secret=False):
        """Save {name: text or None} together, at once; OSError when the storage cannot.

        `secret`: what they were before is deleted soon, with what was set aside. Holds the loop
        for a few ms; for some 60 ms where the line is longer than 128 bytes.
        """
        line = records.pack(texts)
        full = self._size + len(line) > _SMALL
        begun = full and (len(self._files) < _FILES or self._torn)
        if begun:
            self._files.append(self._next)
            self._next += 1
            self._size = 0
            self._torn = False
        self._size += len(line)
        try:
            self.storage.append(_JOURNAL + str(self._files[-1]), line)
        except OSError:
            self._size, self._torn = _SMALL, True
            self.due = True  # the line may be there all the same, and was refused
            if begun:
                self._take_back(self._files[-1])
            raise
        if secret:
            self._secret = True
        if secret or len(self._files) >= _FILES:
            self.due = True

    def _take_back(self, number):
        """Forget a file of the journal that was begun in vain: on a full flash each try does."""
        name = _JOURNAL + str(number)
        self._remove(name)
        if name not in self.storage.names():
            self._files.remove(number)
            self._next = number

    async def compact(self, texts, pause):
        """Write the whole file anew with {name: text}; OSError leaves all as it was.

        Each step holds the loop for some 60 ms at most; ``await pause()`` goes before it.
        """
        self.due, secret = False, self._secret
        self._size, self._torn = _SMALL, True  # what is changed meanwhile goes into the next file
        done = list(self._files)
        try:
            await self._write_whole(texts, self._next, pause)
            for number in done:
                await pause()
                self.storage.remove(_JOURNAL + str(number))
                self._files.remove(number)
            self.storage.remove(_FIRST)
            if secret:
                self.storage.remove(_BAD)
                self._secret = False
        except OSError:
            self.due = True
            raise

    async def _write_whole(self, texts, first, pause):
        names = sorted(texts)
        data = records.seal("#settings %d %d" % (first, len(names)))
        file = self.storage.create(_WHOLE + ".new")
        try:
            for name in names:
                data += records.pack({name: texts[name]})
                if len(data) >= _SLICE:
                    await pause()
                    file.write(data)
                    data = b""
            await pause()
            file.write(data)
        finally:
            file.close()
        await pause()
        self.storage.rename(_WHOLE + ".new", _WHOLE)

    def erase(self):
        """Delete all that the storage has: settings, call lists, what was set aside.

        Return the seconds that the next start wipes the flash for. OSError where something stays.
        """
        storage, seconds = self.storage, None
        line = records.seal("#settings %d 0" % self._next)  # from here on, nothing counts
        try:
            seconds = storage.wipe_later()
        except OSError:
            pass  # it is full: what is deleted makes room
        try:
            storage.write(_WHOLE, line)
        except OSError:
            pass  # the same
        for name in storage.names():
            if name != _WHOLE:
                storage.remove(name)
        storage.remove(_WHOLE)
        self._files, self._next, self._size, self._torn = [], 1, _SMALL, True
        self.due = self._secret = False
        if storage.names():
            raise OSError("%s cannot be deleted" % ", ".join(sorted(storage.names())))
        return storage.wipe_later() if seconds is None else seconds
