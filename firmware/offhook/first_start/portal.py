"""Who may see the first start's page, and what is done with what they send.

It listens on the address of the phone's own network only, so that whoever is there has read its
password off the display. Any other name leads to the page, those of the probes by which Android,
iOS and Windows look for the internet among them; the page itself is served by its address alone,
so that no page of somebody else, which every name would lead to here, can read or send the form.
"""

from binascii import hexlify
from os import urandom

from base.compat import const
from offhook.first_start import form, page, texts
from web import files
from web.answer import HTML, TEXT
from web.passwords import same
from web.server import Server

_BODY = const(4096)  # bytes of a form
_FILES = ("style.css", "first.js")
# What asks whether the internet is there, by its path: served by our address they lead on too
PROBES = (
    "/generate_204 /gen_204 /hotspot-detect.html /library/test/success.html /connecttest.txt "
    "/ncsi.txt /redirect /success.txt /canonical.html"
).split()


class Portal:
    """Serves the page of `first`, a `offhook.first_start.first_start.FirstStart`."""

    def __init__(self, first, access_point, timers, log):
        self._first = first
        self._access_point = access_point
        self._token = hexlify(urandom(16)).decode()
        self._server = Server(access_point, timers, log, self._serve)
        port = access_point.http_port
        self._host = access_point.address + (":%d" % port if port != 80 else "")
        self.url = "http://%s/" % self._host

    async def start(self):
        """Listen; OSError where that cannot be."""
        await self._server.start(self._access_point.http_port)

    def stop(self):
        """Listen no more."""
        self._server.stop()

    async def _serve(self, request, answer, reader):
        if not self._access_point.near(request.peer):
            await answer.refuse(403, "this page is for the phone's own network")
            return
        answer.wanted()
        if request.method not in ("GET", "HEAD", "POST"):
            await answer.refuse(405, "GET, HEAD or POST", ("Allow: GET, HEAD, POST",))
        elif request.headers.get("host", "").lower() != self._host or request.path in PROBES:
            self._first.asked()
            more = ("Location: " + self.url,)
            await answer.send(302, page.redirect(self.url), HTML, more)
        elif request.method == "POST":
            await self._post(request, answer, reader)
        elif request.path == "/":
            self._first.asked()
            await answer.send(200, self._page(self._texts(request)), HTML)
        elif request.path == "/state":
            await answer.send(200, self._first.state, TEXT)
        elif request.path[1:] in _FILES:
            await files.send(files.find(request.path[1:]), request, answer)
        else:
            await answer.refuse(404, "there is no such page")

    def _texts(self, request):
        """Return the texts in the language of the link, else of the browser, else of the phone."""
        wish = request.query
        if wish not in ("de", "en"):
            wish = request.headers.get("accept-language", self._first.language()).lower()[:2]
        return texts.of(wish)

    def _page(self, words, values=None, errors=(), note=""):
        first, about = self._first, self._first.told
        if first.state == "joining":
            return page.joining(words, first.ssid, first.state)
        if first.over:
            lines, waits = first.lines(words)
            if not waits:
                first.seen()
            return page.joined(words, first.state, self._token, lines, waits)
        if about and not note and values is None:
            note = words["failed"] % (first.ssid, words.get(about, about))
        shown = first.values() if values is None else values
        return page.form(words, first.networks, shown, errors, self._token, note)

    async def _post(self, request, answer, reader):
        """Carry out a form, if it is one of ours; the page comes back, or what leads to it."""
        first, words = self._first, self._texts(request)
        first.asked()
        fields = form.read(await reader.body(request, _BODY))
        origin = request.headers.get("origin", "null")  # what a page without referrer says
        if not same(fields.get("token", ""), self._token) or origin.lower() not in (
            "null",
            self.url[:-1],
        ):
            await answer.send(403, self._page(words, note=words["wrong_form"]), HTML)
            return
        if request.path == "/close" and first.over:
            await answer.send(200, page.closed(words), HTML)
            first.close()
            return
        if request.path == "/scan" and first.state == "open":
            first.scan()
        elif request.path == "/" and first.state == "open":
            errors = first.take(fields, words["lang"])
            if errors:
                said = {name: words.get(text, text) for name, text in errors.items()}
                values = {name: fields.get(name, "") for name in form.NAMES}
                await answer.send(400, self._page(words, values, said), HTML)
                return
        await answer.send(303, "", HTML, ("Location: %s?%s" % (self.url, words["lang"]),))
