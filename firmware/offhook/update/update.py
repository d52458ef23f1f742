"""New software from an HTTPS server, into the folder that the loader switches to.

The server offers what ``make build`` has put into build/BOARD/root/app, as it is. Its list
files.sha256 comes first; a file whose hash the phone has already is copied, the others are fetched
one after the other over one connection and checked while they are written. Only when all are there
is the loader told, by the file "complete". Broken off anywhere, the phone goes on with what it
has, and the next time goes on where this one ended. Calls go first: nothing is fetched in one.
"""

import asyncio
import os
from binascii import hexlify
from hashlib import sha256

from base.compat import const, sleep_ms, spawn
from net.http import Request
from net.url import parse

_LIST = "files.sha256"
_FOR = "board.txt"  # names the board that the software is for
_LONGEST = const(262144)  # bytes of one file
_FILES = const(500)
_NAME = const(60)  # characters of a file's name
_PIECE = const(512)  # bytes
_FILE = const(120)  # s for one file
_BLOCK = const(4096)  # bytes that the flash gives a file at a time
_SPARE = const(65536)
_TIME = const(60_000)  # ms until the time must be known, and the network up
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"


class Server:
    """The server, and the folder on it; one connection serves for all files."""

    def __init__(self, url):
        try:
            parsed = parse(url)
            if not parsed.secure or parsed.login or parsed.query or "#" in url:
                raise ValueError("it takes https://host/folder")
        except ValueError as error:
            raise ValueError("update: '%s' does not fit; %s" % (url[:60], error))
        self.url = parsed
        self.host = parsed.host

    async def save(self, phone, name, place):
        """Write the file `name` to `place`; return its hash."""
        digest = sha256()
        with open(place, "wb") as file:

            def sink(data):
                digest.update(data)
                file.write(data)

            path = self.url.path.rstrip("/") + "/" + name
            request = Request(self.url, path, sink=sink, limit=_LONGEST)
            request.verified = True  # whatever the settings say of web servers
            request.again = True
            await _known(phone)
            await phone.http.get(request, _FILE)
        if request.status != 200:
            raise ValueError("%s answers %d for %s" % (self.host, request.status, name))
        return hexlify(digest.digest()).decode()


async def _known(phone):
    """Wait until network and time are there; what else is missing, the request says."""
    for _ in range(_TIME // 100):
        if phone.network.up and phone.clock.time() is not None:
            break
        await sleep_ms(100)


def _exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


async def _hash(path):
    """Return the hash of a file, "" where there is none."""
    try:
        digest = sha256()
        with open(path, "rb") as file:
            while True:
                data = file.read(_PIECE)
                if not data:
                    return hexlify(digest.digest()).decode()
                digest.update(data)
                await sleep_ms(0)
    except OSError:
        return ""


async def _copy(path, place):
    with open(path, "rb") as old, open(place, "wb") as new:
        while True:
            data = old.read(_PIECE)
            if not data:
                return
            new.write(data)
            await sleep_ms(0)


def _entries(path):
    """Yield (hash, name) of a list; ValueError where it could harm."""
    count = 0
    with open(path) as file:
        for line in file:
            digest, _, name = line.strip().partition("  ")
            count += 1
            if (
                len(digest) != 64
                or not 0 < len(name) <= _NAME
                or any(x not in _LETTERS for x in name)
                or any(x in ("", ".", "..") for x in name.split("/"))
                or name[:5] == "trial"
                or name in ("complete", _LIST)
                or count > _FILES
            ):
                raise ValueError("'%s' does not belong on the list" % line.strip()[:90])
            yield digest, name


def _walk(folder, below=""):
    for name in os.listdir(folder + below):
        path = below + "/" + name
        if os.stat(folder + path)[0] & 0x4000:
            yield from _walk(folder, path)
        else:
            yield path[1:]


def _stale(root):
    """Delete what is in /next and not on its list."""
    wanted = {name for _, name in _entries(root + "/next/" + _LIST)}
    for name in list(_walk(root + "/next")):
        if name not in wanted and name != _LIST:
            os.remove(root + "/next/" + name)


def _delete(folder):
    for name in os.listdir(folder):
        path = folder + "/" + name
        if os.stat(path)[0] & 0x4000:
            _delete(path)
        else:
            os.remove(path)
    os.rmdir(folder)


def _size(folder):
    return sum(-(-os.stat(folder + "/" + x)[6] // _BLOCK) * _BLOCK for x in _walk(folder))


def _room(root):
    """Delete the software before, once it is needed no more, where the flash is too full."""
    needed = _size(root + "/app") - _size(root + "/next") + _SPARE
    stat = os.statvfs(root or "/")
    if stat[0] * stat[3] >= needed or not _exists(root + "/prev"):
        return
    if any(name[:5] == "trial" for name in os.listdir(root + "/app")):
        raise ValueError("the last one is still on trial")
    _delete(root + "/prev")


async def _quiet(phone, server):
    """Wait until nobody calls, and until what waits to be sent is: two TLS are too many."""
    waited = 0
    while (phone.agent and phone.agent.calls) or (not phone.actions.idle() and waited < _TIME):
        phone.http.close()
        await sleep_ms(500)
        waited += 500


async def _file(phone, server, root, digest, name):
    """Have the file `name` in /next; return True where it was fetched."""
    place = root + "/next/" + name
    if await _hash(place) == digest:
        return False
    at = name.find("/")
    while at > 0:
        try:
            os.mkdir(root + "/next/" + name[:at])
        except OSError:
            pass  # it is there
        at = name.find("/", at + 1)
    if await _hash(root + "/app/" + name) == digest:
        await _copy(root + "/app/" + name, place)
        return False
    if await server.save(phone, name, place) != digest:
        os.remove(place)
        raise ValueError("%s is damaged" % name)
    return True


async def _list(phone, server, root):
    """Fetch the list; return False where the phone has that software already."""
    try:
        os.mkdir(root + "/next")
    except OSError:
        pass  # one that was broken off
    if _exists(root + "/next/complete"):
        os.remove(root + "/next/complete")
    path = root + "/next/" + _LIST
    digest = await server.save(phone, _LIST, path + ".new")
    os.rename(path + ".new", path)
    if digest == await _hash(root + "/app/" + _LIST):
        return False
    board = [digest for digest, name in _entries(path) if name == _FOR]
    if not board:
        raise ValueError("that is no software of a phone")
    if board[0] != await _hash(root + "/app/" + _FOR):
        raise ValueError("that software is for another board")
    return True


async def _fetch(phone, server, root, say):
    if not await _list(phone, server, root):
        _delete(root + "/next")
        say("this software is here already")
        return False
    _stale(root)
    _room(root)
    fetched = count = 0
    for digest, name in _entries(root + "/next/" + _LIST):
        await _quiet(phone, server)
        fetched += await _file(phone, server, root, digest, name)
        count += 1
        if not count % 10:
            say("%d files checked, %d fetched" % (count, fetched))
    phone.http.close()
    open(root + "/next/complete", "w").close()
    say("%d files fetched, %d unchanged; restarting" % (fetched, count - fetched))
    await _quiet(phone, server)
    return True


async def bring(phone, url, say):
    """Fetch the software at `url` and restart with it; ValueError says why not.

    ``say(text)`` is told how it goes.
    """
    root = getattr(phone.platform, "flash", None)
    if root is None or not _exists(root + "/app/" + _LIST):
        raise ValueError("update: this phone's software is not in its flash")
    server = Server(url)
    try:
        done = await _fetch(phone, server, root, say)
    except asyncio.TimeoutError:
        raise ValueError("update: %s does not answer" % server.host)
    except (OSError, ValueError) as error:  # the latter is ours, or the certificate's
        raise ValueError("update: %s" % error)
    finally:
        phone.http.close()
    if done:
        phone.platform.reset()


def start(phone, url):
    """Begin an update beside the running phone, whose log tells how it goes; see `bring`."""
    if phone.updating:
        raise ValueError("an update is under way")
    Server(url)  # what is wrong with it is said now
    phone.updating = True
    spawn(_beside(phone, url))


async def _beside(phone, url):
    def say(text):
        phone.log(3, "update: %s", text)

    try:
        await bring(phone, url, say)
    except ValueError as error:
        phone.log(1, "%s", error)
    finally:
        phone.updating = False
