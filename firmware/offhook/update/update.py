"""New software from an HTTPS server, into the folder that the loader switches to.

The server offers what ``make build`` and ``make sign`` have put into build/BOARD/root/app, as it
is. Its list files.sha256 comes first, and must be signed with the key whose public half is the
setting ``update_key``; it has to be for this board, whole, and not older than what runs. Then a
file whose hash the phone has already is copied, the others are fetched one after the other over
one connection and checked while they are written. Only when all are there is the loader told, by
the file "complete". Broken off anywhere, the phone goes on with what it has; what is whole waits
for the next time, what is not is deleted. Calls go first: nothing is fetched in one, for each
block of the flash that is written holds up voice, and a file that is under way when one begins is
fetched anew after it.
"""

import asyncio
import os
from binascii import hexlify, unhexlify
from hashlib import sha256

from base import flash
from base.compat import const, sleep_ms, spawn
from base.version import VERSION
from net.http import Request
from net.url import parse
from offhook.update import files, listing
from offhook.update.ed25519 import verify

_LONGEST = const(1048576)  # bytes of one file
_LIST = const(65536)  # bytes of the list
_SIGNATURE = const(256)  # bytes of its signature
_FILE = const(120)  # s for one file
SPARE = 65536  # bytes that stay free: settings and call lists go on being saved
_TIME = const(60_000)  # ms until the time must be known, and the network up
_WAIT = const(500)  # ms between two looks whether nobody calls
_TELL = const(10)  # files


class NoRoom(OSError):
    """The flash is too small for the software."""


class Called(OSError):
    """A call has begun."""


class Update:
    """One update of `phone` from the folder at `url`; ``say(text)`` is told how it goes.

    `forced`: an older version is taken too.
    """

    def __init__(self, phone, url, say=None, forced=False):
        self._root = _flash(phone.platform)
        self.url = _server(url)
        self._key = _key(phone.settings.get("update_key"))
        self._phone = phone
        self._say = say
        self._forced = forced

    async def bring(self):
        """Fetch the software and restart with it; ValueError says why not."""
        try:
            done = await self._fetch()
        except asyncio.TimeoutError:
            raise ValueError("update: %s does not answer" % self.url.host)
        except ValueError as error:  # ours, or the certificate's
            raise ValueError("update: %s" % error)
        except OSError as error:
            words = flash.words(error)
            if words or isinstance(error, NoRoom):
                self._give_up()
            raise ValueError("update: %s" % (words or error))
        except MemoryError:
            raise ValueError("update: the memory does not suffice just now")
        finally:
            self._phone.http.close()
        if done:
            self._phone.restart()

    def _give_up(self):
        """Delete what was brought: it would fill the flash for nothing."""
        try:
            files.delete(self._root + "/next")
        except OSError:
            pass  # it takes no changes

    async def _fetch(self):
        """Have all files in /next; return False where they are in /app already."""
        wanted = await self._list()
        if wanted is None:
            files.delete(self._root + "/next")
            self._say("this software is here already")
            return False
        self._tidy(wanted)
        self._make_room()
        await self._file(listing.VERSION, wanted[listing.VERSION])
        self._check_version()
        fetched = count = 0
        for name in sorted(wanted):
            await self._quiet()
            fetched += await self._file(name, wanted[name])
            count += 1
            if not count % _TELL:
                self._say("%d files checked, %d fetched" % (count, fetched))
        self._phone.http.close()
        open(self._root + "/next/complete", "w").close()
        self._say("%d files fetched, %d unchanged; restarting" % (fetched, count - fetched))
        await self._quiet()
        return True

    async def _list(self):
        """Fetch the list; return {name: hash}, None where the phone has that software already."""
        following = self._root + "/next"
        if files.exists(following) and not files.is_folder(following):
            files.delete(following)
        files.folders_for(self._root, "next/x")
        files.delete(following + "/complete")
        new = following + "/" + listing.LIST + ".new"
        try:
            digest = await self._save(listing.LIST, new, _LIST)
            if digest == await files.digest(self._root + "/app/" + listing.LIST):
                return None
            await self._check_signature(digest)
            wanted = listing.read(new)
            if wanted[listing.BOARD] != await files.digest(self._root + "/app/" + listing.BOARD):
                raise ValueError("that software is for another board")
            os.rename(new, following + "/" + listing.LIST)
        except Exception:
            files.delete(new)
            raise
        return wanted

    async def _check_signature(self, digest):
        """Refuse a list, of that hash, which the owner has not signed."""
        path = self._root + "/next/" + listing.SIGNATURE
        try:
            await self._save(listing.SIGNATURE, path, _SIGNATURE)
            with open(path) as file:
                signature = unhexlify(file.read(129).strip())
        except ValueError as error:  # none there, or no hex digits
            raise ValueError("that software is not signed: %s" % error)
        finally:
            files.delete(path)
        if not await verify(self._key, listing.signed(digest), signature):
            raise ValueError("that software is not signed with the key of update_key")

    def _check_version(self):
        with open(self._root + "/next/" + listing.VERSION) as file:
            version = file.read(40).strip()
        if listing.older(version, VERSION) and not self._forced:
            raise ValueError("version %s is older than %s; 'force' takes it" % (version, VERSION))

    def _tidy(self, wanted):
        """Delete what is in /next and not wanted, folders that are left empty among it."""
        following = self._root + "/next"
        for name in list(files.walk(following)):
            if name not in wanted and name != listing.LIST:
                os.remove(following + "/" + name)
        files.prune(following)

    def _make_room(self):
        """Delete the software before, once it is needed no more, where the flash is too full."""
        root = self._root
        needed = files.size(root + "/app") - files.size(root + "/next") + SPARE
        if files.free(root or "/") < needed:
            self._delete_prev()

    def _delete_prev(self):
        """Delete the software before; ValueError while it may be needed."""
        root = self._root
        if not files.exists(root + "/prev"):
            return
        if any(name[:5] == "trial" for name in os.listdir(root + "/app")):
            raise ValueError("the last one is still on trial")
        files.delete(root + "/prev")

    def _calls(self):
        return self._phone.agent and self._phone.agent.calls

    async def _no_call(self):
        while self._calls():
            self._phone.http.close()
            await sleep_ms(_WAIT)

    async def _quiet(self):
        """Wait until nobody calls, and what waits to be sent is: two TLS are too many."""
        phone, waited = self._phone, 0
        while self._calls() or (not phone.actions.idle() and waited < _TIME):
            phone.http.close()
            await sleep_ms(_WAIT)
            waited += _WAIT

    async def _file(self, name, digest):
        """Have the file `name` in /next; return True where it was fetched."""
        place = self._root + "/next/" + name
        if await files.digest(place) == digest:
            return False
        files.folders_for(self._root + "/next", name)
        here = self._root + "/app/" + name
        try:
            if await files.digest(here) == digest:
                self._gain(name, os.stat(here)[6] - self._room())
                await files.copy(here, place, self._no_call)
                return False
            if await self._save(name, place, _LONGEST, self._room()) != digest:
                raise ValueError("%s is damaged" % name)
        except Exception:
            files.delete(place)
            raise
        return True

    def _room(self):
        """Return the bytes of the flash that may be used."""
        return files.free(self._root or "/") - SPARE

    def _gain(self, name, missing):
        """Return how many bytes more there are, `missing` at least: the software before gives way.

        NoRoom where that does not suffice.
        """
        before = self._room()
        if missing > 0:
            self._delete_prev()
        gained = self._room() - before
        if gained < missing:
            raise NoRoom("the flash has no room for %s: %d bytes more" % (name, missing))
        return gained

    async def _save(self, name, place, limit, room=_LIST):
        """Write the server's file `name` to `place`, when no call comes between; return its hash.

        It has `limit` bytes at most; beyond `room` of them, more has to be gained.
        """
        while True:
            await self._no_call()
            try:
                return await self._fetched(name, place, limit, room)
            except Called:
                files.delete(place)
                room = max(room, self._room())

    async def _fetched(self, name, place, limit, room):
        digest, count = sha256(), 0
        with open(place, "wb") as file:

            def sink(data):
                nonlocal count, room
                count += len(data)
                if self._calls():
                    raise Called("a call has begun")
                if count > room:
                    room += self._gain(name, count - room)
                digest.update(data)
                file.write(data)

            path = self.url.path.rstrip("/") + "/" + name
            request = Request(self.url, path, sink=sink, limit=limit)
            request.verified = True  # whatever the settings say of web servers
            request.again = True
            await self._known()
            await self._phone.http.get(request, _FILE)
        if request.status != 200:
            raise ValueError("%s answers %d for %s" % (self.url.host, request.status, name))
        return hexlify(digest.digest()).decode()

    async def _known(self):
        """Wait until network and time are there; what else is missing, the request says."""
        for _ in range(_TIME // 100):
            if self._phone.network.up and self._phone.clock.time() is not None:
                break
            await sleep_ms(100)

    async def beside(self):
        """Bring the software beside the running phone, whose log tells how it goes."""
        phone = self._phone
        self._say = lambda text: phone.log(3, "update: %s", text)
        try:
            await self.bring()
        except ValueError as error:
            phone.log(1, "%s", error)
        except Exception as error:  # whatever it is, whoever has asked for it hears of it
            phone.log(1, "update: given up: %r", error)
        finally:
            phone.updating = False


def _flash(platform):
    """Return the root of the flash that has the software; ValueError where there is none."""
    root = getattr(platform, "flash", None)
    if root is None:
        raise ValueError(
            "update: this phone's software is part of its firmware; "
            "write a newer firmware with make flash"
        )
    if not files.exists(root + "/app/" + listing.LIST):
        raise ValueError(
            "update: this phone's software is not in its flash; make deploy puts it there"
        )
    return root


def _server(url):
    try:
        parsed = parse(url)
        if not parsed.secure or parsed.login or parsed.query or "#" in url:
            raise ValueError("it takes https://host/folder")
    except ValueError as error:
        raise ValueError("update: '%s' does not fit; %s" % (url[:60], error))
    return parsed


def _key(text):
    if not text:
        raise ValueError("update_key is empty; it takes the public key that 'make sign' shows")
    return unhexlify(text)


def start(phone, url, forced=False):
    """Begin an update beside the running phone; what is wrong is said now, as a ValueError."""
    if phone.updating:
        raise ValueError("an update is under way")
    update = Update(phone, url, None, forced)
    phone.updating = True
    spawn(update.beside())
