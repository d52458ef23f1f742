"""Files of settings from a web server: the one that the setting names, and those that it lists."""

from base.compat import const
from net.http import Request
from net.url import parse, resolved
from offhook.provisioning.broken import Broken
from offhook.provisioning.document import Document

_LONGEST = const(262144)  # bytes of a file
_SECONDS = const(60)  # for a file, with its name, connection and redirections
_FILES = const(16)
_DEEP = const(3)  # lists that name lists


class Missing(ValueError):
    """The server has no such file."""


class Fetch:
    """One round of `phone`, into `sheet`.

    `files` are sentences on those that were read. What a round cannot be without is raised:
    OSError and TimeoutError of the network, `Broken` for a file, `Missing` for the first one.
    """

    def __init__(self, phone, sheet):
        self.files = []
        self.missing = 0
        self._phone = phone
        self._sheet = sheet
        self._first = None  # the server of the first file, which gets the password
        self._seen = set()

    async def run(self, text):
        """Read the file at the URL `text`, and all that it lists; those of a folder as Snom does.

        A document's own settings go first, the files that it lists after them, in their order.
        """
        url = self._url(text)
        self._first = url.secure, url.host, url.port
        if not url.path.endswith("/") or url.query:
            await self._one(url, 0)
            return
        kind = self._phone.settings.get("phone_type")
        stem = kind if kind[:4] == "snom" else "snom" + kind
        for name in (stem + ".htm", "%s-%s.htm" % (stem, self._mac())):
            await self._try(self._url(resolved(url, url.path, name)), 1)
        if self.missing == 2:
            raise Missing("neither %s.htm nor %s-%s.htm is there" % (stem, stem, self._mac()))

    def _mac(self):
        return self._phone.settings.get("mac") or self._phone.network.mac

    def _url(self, text):
        return parse(text.replace("{mac}", self._mac()))

    async def _one(self, url, depth):
        """Read one file, then those that it lists."""
        place = url.secure, url.host, url.port, url.path, url.query
        self._seen.add(place)
        sheet, document = self._sheet, Document(self._sheet)
        before, sheet.urls = sheet.settings, []
        await self._get(url, document)
        document.close()
        name = url.path[url.path.rfind("/") + 1 :] or url.host
        text = "%s: %d bytes, %d settings" % (name, document.bytes, sheet.settings - before)
        for other in sorted(document.others):
            text += ", %s of %d not taken" % (other, document.others[other])
        self.files.append(text)
        sheet.notes += ["%s, %s" % (name, note) for note in document.notes]
        for text in list(sheet.urls):
            await self._listed(url, text, depth + 1)

    async def _listed(self, url, text, depth):
        try:
            further = self._url(resolved(url, url.path, text))
            if url.secure and not further.secure:
                raise ValueError("from https to http")
            if depth > _DEEP:
                raise ValueError("lists within lists, more than %d" % _DEEP)
            if len(self._seen) >= _FILES:
                raise ValueError("more than %d files" % _FILES)
            place = further.secure, further.host, further.port, further.path, further.query
            if place in self._seen:
                raise ValueError("it was read already")
        except ValueError as error:
            self._sheet.refuse(_shown(text), str(error))
            return
        await self._try(further, depth)

    async def _try(self, url, depth):
        """Read a file that may be missing: many have one for a type only, or for one phone."""
        try:
            await self._one(url, depth)
        except Missing as error:
            self.missing += 1
            self._sheet.refuse(url.path[url.path.rfind("/") + 1 :], str(error))

    async def _get(self, url, document):
        get = self._phone.settings.get
        request = Request(url, sink=document.feed, limit=_LONGEST)
        request.verified = True  # whatever the settings say of web servers
        request.again = True
        if url.login:
            request.login = url.login
        elif get("http_client_user") and (url.secure, url.host, url.port) == self._first:
            request.login = get("http_client_user"), get("http_client_pass")
            request.basic = get("http_client_auth") == "basic"
        await self._phone.http.get(request, _SECONDS)
        if request.status == 404:
            raise Missing("%s answers 404" % url.host)
        if request.status >= 500:
            raise OSError("answers %d" % request.status)
        if request.status != 200:
            raise Broken("%s answers %d" % (url.host, request.status))


def _shown(text):
    """Return a URL of a list for messages: its end, without what may be secret."""
    return text.partition("?")[0].rpartition("/")[2] or "a file"
