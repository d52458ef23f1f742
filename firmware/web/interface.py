"""The interface behind the pages: the console's words as JSON, and what changes as a stream.

``GET /api/WORD?REST`` asks, ``POST /api/WORD`` with REST as its body does; REST is what stands
behind the word at the console. docs/interface.md has it all. Two streams at most: whoever comes
third asks ``GET /api/changes?N`` again and again.
"""

import json

from base.compat import const, sleep_ms
from base.timers import Deadline
from web import guard
from web.answer import EVENTS
from web.command import unquote

_STREAMS = const(2)
_STEP = const(1000)  # ms between two looks where nothing wakes it
_PAUSE = const(100)  # ms at least between two events
_SILENCE = const(10)  # looks without an event until a comment shows whether the client lives
_SLOW = const(10_000)  # ms that a client may take to take an event
_LATER = ("Retry-After: 5",)


class Interface:
    """Asks `words` and watches `watch` for whoever is logged in.

    ``words.reads`` and ``words.writes`` are {word: function(rest)}; a function may be a coroutine
    function, and refuses with a ValueError, whose ``errors``, where it has some, are the messages
    of fields. ``watch.changes(seen)`` returns what is new and notes it in the dict `seen`;
    ``watch.wait(seen, ms)`` waits for something new. ``quiet()`` waits while a call is set up.
    """

    def __init__(self, words, watch, timers, log, quiet):
        self._words = words
        self._watch = watch
        self._timers = timers
        self._log = log
        self._quiet = quiet
        self._streams = 0

    async def serve(self, request, answer, reader):
        """Carry out a request to ``/api/…``."""
        word = request.path[5:]
        if not guard.same_origin(request):  # it could not read the answer, but would hold a place
            await answer.refuse(403, "not for a page of somebody else")
            return
        if word in ("events", "changes"):
            if request.method == "POST":
                await answer.refuse(405, "%s is asked for with GET" % word, ("Allow: GET",))
            elif word == "events":
                await self._events(request, answer)
            else:
                await answer.json(self._watch.changes(_seen(request.query)))
            return
        if request.method == "POST":
            await self._post(word, request, answer, reader)
        elif word in self._words.reads:
            await self._quiet()
            await self._run(self._words.reads[word], unquote(request.query), answer)
        elif word in self._words.writes:
            await answer.refuse(405, "%s is asked for with POST" % word, ("Allow: POST",))
        else:
            await answer.refuse(404, "there is no word '%s'" % word[:20])

    async def _post(self, word, request, answer, reader):
        if not guard.own_page(request):
            text = "a change needs the header X-Offhook, and no other page's Origin"
            await answer.refuse(403, text)
            return
        function = self._words.writes.get(word) or self._words.reads.get(word)
        if function is None:
            await answer.refuse(404, "there is no word '%s'" % word[:20])
            return
        if request.headers.get("expect", "").lower() == "100-continue":
            await answer.go_on()
        try:
            rest = (await reader.body(request)).decode()
        except UnicodeError:
            await answer.refuse(400, "that is no UTF-8")
            return
        await self._run(function, rest, answer)

    async def _run(self, function, rest, answer):
        try:
            found = function(rest)
            if hasattr(found, "send"):
                found = await found
        except ValueError as error:
            refused = {"error": str(error)}
            errors = getattr(error, "errors", None)  # {setting: text}, of a form
            if errors:
                refused["errors"] = errors
            await answer.json(refused, 400)
            return
        except OSError as error:
            self._log(1, "web: %r", error)
            await answer.json({"error": "%r" % error}, 500)
            return
        await answer.json({"ok": True} if found is None else found)

    async def _events(self, request, answer):
        if self._streams >= _STREAMS:
            text = "%d browsers listen already; ask /api/changes" % _STREAMS
            await answer.refuse(503, text, _LATER)
            return
        self._streams += 1
        try:
            answer.endless()
            with Deadline(self._timers, _SLOW):
                await answer.stream(EVENTS)
            await self._tell(answer, _seen(request.query))
        finally:
            self._streams -= 1

    async def _tell(self, answer, seen):
        silent = 0
        while True:
            found, text = self._watch.changes(seen), None
            silent += 1
            if found:
                text = "data: %s\n\n" % json.dumps(found)
            elif silent >= _SILENCE:
                text = ":\n\n"
            if text:
                silent = 0
                with Deadline(self._timers, _SLOW):
                    await answer.write(text)
            await sleep_ms(_PAUSE)
            await self._watch.wait(seen, _STEP)


def _seen(query):
    """Return what a client says that it has seen: the number of the last line of the log."""
    return {"log": int(query)} if query.isdigit() and len(query) < 10 else {}
