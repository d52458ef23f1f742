"""Provisioning as the phone runs it: when the server is asked, and what becomes of its answer.

A task of its own: the phone never waits for it, and it never touches a call. Files are fetched and
read while nobody's call is being set up, and applied while nobody calls, all that fits with one
write. A server that is down, slow or wrong is told once; the phone goes on with what it has, and
asks again later. Files by hand, over console or page, go the same way from `begin` to `end`.
"""

import asyncio

from actions.secrets import masked_setting
from base import flash
from base.compat import const, sleep_ms, wait_for_ms
from net.cause import cause
from net.url import parse
from offhook.desk.restart import restart
from offhook.provisioning.apply import BY_HAND, RESTART, apply
from offhook.provisioning.broken import Broken
from offhook.provisioning.document import Document
from offhook.provisioning.fetch import Fetch
from offhook.provisioning.perm import Perm
from offhook.provisioning.pnp import Search
from offhook.provisioning.schedule import seconds
from offhook.provisioning.sheet import Sheet

_LOOK = const(200)  # ms between two looks at the network, the calls, or the time
_TIME = const(30_000)  # ms that the time may take to be known, for https
_MINUTE = const(60)
_AGAIN = const(60)  # s until a server that is down is asked again, twice as long each time
_LONGEST = const(3600)  # s of that at most
_BY_HAND = const(262144)  # bytes of a file by hand
_WRITABLE = Perm(False, False, False)


class Provisioning:
    """Provisioning of `phone` (offhook.telephone.Phone)."""

    def __init__(self, phone):
        self._phone = phone
        self._wake = asyncio.Event()
        self._told = ""  # the failure that was told last
        self._busy = False
        self._hand = None  # the document that is given by hand, with its sheet
        self._again = 0  # s until a server that was down is asked again, 0 where it was not
        self._pause = 0  # s that were waited for it last
        self.state = "not yet"
        self._last = None  # what the last round has brought

    # -- what others ask ----------------------------------------------------------------------

    def resync(self):
        """Ask the server as soon as that can be: check-sync, or a person."""
        self._wake.set()

    def report(self):
        """Return what the last round has brought, for a person: a dict of texts and lists."""
        found = {"state": self.state, "server": self._shown(), "locked": self._locked()}
        found.update(self._last or {})
        return found

    def _shown(self):
        server = self._phone.settings.get("setting_server")
        return masked_setting("setting_server", server)

    def _locked(self):
        locks = self._phone.settings.marks.locks
        return ["%s by %s" % (name, locks[name]) for name in sorted(locks)]

    # -- by hand ------------------------------------------------------------------------------

    def begin(self):
        """Take a file by hand: its bytes come by `feed`, until `end`."""
        sheet = Sheet()
        self._hand = Document(sheet)

    def feed(self, data):
        """Take bytes of it; ValueError where it cannot be read, and is given up."""
        document = self._hand
        if document is None:
            raise ValueError("no file was begun; 'provision begin' does that")
        try:
            if document.bytes + len(data) > _BY_HAND:
                raise Broken("longer than %d bytes" % _BY_HAND)
            document.feed(data)
        except ValueError:
            self._hand = None
            raise

    async def end(self):
        """Apply it once nobody calls, and return the report; ValueError where nothing was."""
        document, self._hand = self._hand, None
        if document is None:
            raise ValueError("no file was begun; 'provision begin' does that")
        document.close()
        sheet = document.take
        for url in sheet.urls:
            sheet.refuse(url.rpartition("/")[2], "files are listed by a server only")
        sheet.close()
        sheet.notes += document.notes
        await self._calm()
        self._apply(sheet, BY_HAND, ["by hand: %d bytes" % document.bytes])
        return self.report()

    # -- the task -----------------------------------------------------------------------------

    async def serve(self):
        """Ask the server at start, when it is time, and when somebody wants it: a task."""
        settings = self._phone.settings
        marks = settings.marks
        fresh = marks.restarted  # this start is what the last round has wanted
        if fresh:
            marks = marks.copy()
            marks.restarted = False
            self._save(marks)
        while not self._phone.network.up:
            await sleep_ms(_LOOK)
        await self._round(True, not fresh)
        while True:
            await self._until()
            await self._round(False, True)

    async def _until(self):
        """Wait until the server is to be asked: it is time, or somebody wants it."""
        rule, left = None, None
        while True:
            now = self._rule()
            if now != rule:
                rule, left = now, self._left()
            if self._again:
                left = self._again if left is None else min(left, self._again)
            if left is not None and left <= 0:
                return
            step = _MINUTE if left is None else min(left, _MINUTE)
            try:
                await wait_for_ms(self._wake.wait(), step * 1000)
                self._wake.clear()
                return
            except asyncio.TimeoutError:
                left = None if left is None else left - step
                self._again = max(0, self._again - step) if self._again else 0

    def _rule(self):
        names = "enabled mode period time time_rand_end".split()
        get = self._phone.settings.get
        return [get("prov_polling_" + x) for x in names] + [get("settings_refresh_timer")]

    def _left(self):
        phone, now = self._phone, None
        if phone.clock.time() is not None:
            hour, minute, second = phone.clock.localtime()[3:6]
            now = hour * 3600 + minute * 60 + second
        return seconds(phone.settings.get, now, phone.platform.random)

    async def _round(self, first, restarts):
        """Ask the server once. `first`: at start, when plug and play may find one."""
        get = self._phone.settings.get
        if get("update_policy") == "never_update":
            self.state = "switched off by update_policy"
            return
        url = get("setting_server")
        found = ""
        if not url and first and self._may_search():
            self.state = "searching by plug and play"
            url = found = await self._search()
        if not url:
            self.state = "no setting_server"
            return
        await self._get(url, found, restarts)

    def _may_search(self):
        get = self._phone.settings.get
        if "pnp" not in [x.partition(":")[0] for x in get("provisioning_order").split()]:
            return False
        wish = get("pnp_config")
        if wish != "new" or self._phone.agent.accounts:
            return wish == "on"
        if self._phone.settings.damaged():
            # It had an owner: nobody shall become its owner by answering first
            self._phone.log(2, "plug and play: not asked, as stored settings were damaged")
            return False
        return True

    async def _search(self):
        try:
            url = await Search(self._phone).run()
        except (OSError, ValueError) as error:
            self._phone.log(4, "provisioning: plug and play: %s", cause(error))
            return ""
        if url:
            shown = masked_setting("setting_server", url)
            self._phone.log(3, "provisioning: found by plug and play: %s", shown)
        return url

    async def _get(self, url, found, restarts):
        """Fetch, read and apply; whatever happens is told, and the phone goes on."""
        phone, sheet = self._phone, Sheet()
        fetch = Fetch(phone, sheet)
        self.state = "fetching"
        pause, self._again, self._pause = self._pause, 0, 0
        try:
            await self._ready(url)
            await fetch.run(url)
            sheet.close()
        except ValueError as error:  # `Broken` and `Missing` too: it would be the same again
            self._failed(url, str(error))
            return
        except Exception as error:  # the network's; what else there may be stays here too
            self._failed(url, cause(error))
            self._pause = min(max(2 * pause, _AGAIN), _LONGEST)
            # hundreds of phones do not come back in the same second
            self._again = self._pause + phone.platform.random(12) % (self._pause // 4)
            return
        if found and "setting_server" not in sheet.wanted:
            sheet.wanted["setting_server"] = found  # who has told once is asked from now on
            sheet.perms["setting_server"] = _WRITABLE
        self._told = ""
        await self._calm()
        self._apply(sheet, parse(url.replace("{mac}", "0")).host, fetch.files, restarts)

    def _failed(self, url, text):
        try:
            host = parse(url.replace("{mac}", "0")).host
        except ValueError:
            host = "setting_server"
        text = text if text.startswith(host) else "%s: %s" % (host, text)
        level = 2 if text != self._told else 6
        self._told = text
        self._phone.log(level, "provisioning: %s; the phone runs with what it has", text)
        self.state = "failed: " + text

    async def _ready(self, url):
        """Wait while a call is being set up, and some time for the clock where it takes TLS."""
        phone, waited = self._phone, 0
        secure = url[:6].lower() == "https:"
        while not phone.calm() or (secure and phone.clock.time() is None and waited < _TIME):
            await sleep_ms(_LOOK)
            waited += _LOOK

    async def _calm(self):
        """Wait until nobody calls: identities may change."""
        self.state = "waiting until nobody calls"
        while not (self._phone.idle() and self._phone.calm()):
            await sleep_ms(_LOOK)

    # -- what was read ------------------------------------------------------------------------

    def _apply(self, sheet, who, files, restarts=True):
        phone = self._phone
        settings = phone.settings
        try:
            outcome = apply(settings, sheet, who, bool(restarts and phone.agent))
        except OSError as error:
            self.state = "failed: not saved, %s" % flash.cause(error)
            phone.log(1, "provisioning: not saved, %s", flash.cause(error))
            return
        needs = [name for name in outcome.changed if name in RESTART]
        self._last = {
            "when": phone.stamp(),
            "from": who,
            "files": files,
            "settings": sheet.settings,
            "taken": outcome.taken,
            "changed": outcome.changed,
            "kept": outcome.kept,
            "refused": sheet.refused.lines(),
            "unknown": sheet.unknown.names(),
            "absent": sheet.absent.names(),
            "notes": sheet.notes,
            "restart": needs,
        }
        phone.log(
            3 if outcome.changed or sheet.refused.count else 5,
            "provisioning by %s: %d of %d settings fit, %d changed, %d kept, %d refused, "
            "%d unknown, %d not there",
            who,
            outcome.taken,
            sheet.settings,
            len(outcome.changed),
            len(outcome.kept),
            sheet.refused.count,
            sheet.unknown.count,
            sheet.absent.count,
        )
        if needs:
            words = ", ".join(needs)
            if settings.marks.restarted:
                phone.log(2, "provisioning: restart for %s", words)
                restart(phone.desk)
            else:
                phone.log(2, "provisioning: %s will be used after a restart", words)
        self.state = "done"

    def _save(self, marks):
        try:
            self._phone.settings.provide({}, marks)
        except OSError as error:
            self._phone.log(1, "provisioning: not saved, %s", flash.cause(error))
