"""The first start: when it opens, who gets its page, what a form does, and how it ends."""

import asyncio

import phonekit
from settingskit import Memory
from support import raises
from webkit import Client, clock

from base.compat import spawn
from base.timers import Timers
from hal.network.joining import Around
from net.dns_query import question
from offhook.first_start import dns, form, page, texts
from offhook.first_start.first_start import FirstStart, drawn
from offhook.first_start.portal import Portal
from offhook.settings.settings import Settings

_port = 26000
AIR = [
    Around("Workshop", 6, -48, True, True),
    Around("<b>'Café' & \"more\"", 1, -60, False, True),
    Around("Office", 11, -70, True, False),
]


class Point:
    """An access point on loopback; `peers` are near. `open` is what it was started with."""

    dns_port = 0
    decode = None

    def __init__(self):
        self.opened = None
        self.refuses = None
        self.address = "127.0.0.1"
        self.http_port = 0
        self.foreign = False
        self.names = None  # the socket for names

    def start(self, ssid, key, channel):
        if self.refuses:
            raise self.refuses
        self.opened = (ssid, key, channel)

    def stop(self):
        self.opened = None

    def near(self, ip):
        return not self.foreign

    async def serve(self, port, handler):
        async def accept(reader, writer):
            await handler(reader, _Here(writer))

        return await asyncio.start_server(accept, "127.0.0.1", port, backlog=16)

    def udp(self, port):
        if self.names is None:
            raise OSError("no names here")
        return self.names


class Names:
    """A datagram socket: `hear` lets something come, `sent` has what was answered."""

    def __init__(self):
        self.sent, self.closed = [], False
        self._next, self._came = None, asyncio.Event()

    async def hear(self, data, ip):
        self._next = data, (ip, 5300)
        self._came.set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def recvfrom(self):
        await self._came.wait()
        self._came.clear()
        data, address = self._next
        if isinstance(data, OSError):
            raise data
        return data, address

    def sendto(self, data, address):
        self.sent.append((data, address))

    def close(self):
        self.closed = True


class _Here:
    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def get_extra_info(self, _):
        return ("127.0.0.1", 40000)


class Attempt:
    def __init__(self, ssid, key):
        self.ssid, self.key, self.failed = ssid, key, None


class Joining:
    def __init__(self):
        self.done = []
        self.attempt = None

    def hold(self):
        self.done.append("hold")

    def only(self, ssid, key):
        self.attempt = Attempt(ssid, key)
        self.done.append((ssid, key))

    def free(self):
        self.done.append("free")


class Network:
    mac = "025E1000ABCD"

    def __init__(self):
        self.access_point = Point()
        self.joining = Joining()
        self.up = False
        self.around = list(AIR)
        self.scans = 0

    def scan(self):
        self.scans += 1
        if self.around is None:
            raise OSError("busy")
        return self.around

    def address(self, peer=None):
        return "192.0.2.7" if self.up else None


class Account:
    def __init__(self):
        self.uri, self.register, self.registered, self.reason = "sip:100@pbx", True, False, ""


class Bench:
    """A first start whose time is moved; `console` has what it showed, `over` counts its ends."""

    def __init__(self, **settings):
        self.clock = clock()
        self.timers = Timers(self.clock)
        self.network = Network()
        self.lines, self.console, self.accounts, self.over = [], [], [], 0
        self.display = []  # as it was drawn last
        self.settings = Settings(Memory(), self.log)
        self.settings.update({x: str(y) for x, y in settings.items()})
        self.first = FirstStart(
            self.network,
            self.timers,
            self.settings,
            self.log,
            self.console.append,
            self.draw,
            lambda: self.accounts,
            self.done,
        )
        self.settings.on_change(self.first.changed)

    def log(self, level, text, *values):
        self.lines.append(text % values)

    def done(self):
        self.over += 1

    def draw(self):
        self.display = self.first.shown(lambda x: x)

    def fresh(self):
        """Return whether the display shows what there is to show."""
        return self.display == self.first.shown(lambda x: x)

    async def open(self):
        global _port
        for _ in range(200):
            _port += 1
            self.network.access_point.http_port = _port
            await self.first.open()
            if self.first.state == "open":
                spawn(self.timers.serve())
                return self
        raise OSError(self.lines)

    async def pass_(self, ms):
        """Let time pass; what is due is done."""
        for _ in range(ms // 100):
            self.clock.now += 100
            self.timers.run()
            for _ in range(3):
                await asyncio.sleep(0)

    async def ask(self, method, path, body="", **headers):
        port = self.network.access_point.http_port
        streams = await asyncio.open_connection("127.0.0.1", port)
        client = Client(streams[0], streams[1], "127.0.0.1:%d" % port)
        try:
            return await client.request(method, path, body.encode(), **headers)
        finally:
            client.close()

    async def token(self):
        text = (await self.ask("GET", "/")).body.decode()
        return text.split('name="token" value="')[1].split('"')[0]

    async def send(self, path="/?en", **fields):
        """Send the form as a browser does."""
        if "token" not in fields:
            fields["token"] = await self.token()
        body = "&".join("%s=%s" % (x, _encoded(y)) for x, y in fields.items())
        return await self.ask("POST", path, body)

    def close(self):
        if self.first.state != "closed":
            self.first.close()
        self.clock.now += 1000
        self.timers.run()


def _encoded(text):
    return "".join("%%%02x" % x if x < 48 or x > 122 else chr(x) for x in text.encode())


def text(got):
    return got.body.decode()


# -- when it opens -----------------------------------------------------------------------------


def test_it_is_wanted_without_a_wifi_or_with_the_key_held_and_else_never():
    assert Bench().first.wanted(False) and Bench().first.wanted(True)
    for number in "1234":
        bench = Bench(**{"wifi_ssid" + number: "home"})
        assert not bench.first.wanted(False) and bench.first.wanted(True)
    bench = Bench(first_start="off")
    assert not bench.first.wanted(False) and not bench.first.wanted(True)
    bench = Bench()
    bench.network.access_point = None
    assert not bench.first.wanted(False) and bench.lines == []
    assert not bench.first.wanted(True) and "no WiFi" in bench.lines[0]


async def test_it_opens_a_network_with_a_password_of_its_own_that_console_and_display_say():
    bench = await Bench().open()
    name, key, channel = bench.network.access_point.opened
    assert name == "Offhook-ABCD" and len(key) >= 8 and channel == 6
    assert name in bench.console[-1] and key in bench.console[-1]
    shown = bench.first.shown(lambda x: x)
    assert name in shown and key in shown and bench.first.url[7:-1] in shown
    assert not any(key in x for x in bench.lines), "a log is read by others"
    assert bench.network.joining.done[-1] == "hold"
    bench.close()


def test_each_password_is_another_one_without_letters_that_look_alike():
    found = {drawn() for _ in range(50)}
    assert len(found) == 50
    for each in found:
        assert len(each) == 10 and not any(x in each for x in "0O1lIi")


def test_each_letter_of_a_password_is_as_likely_as_any_other():
    came_from = {}
    for number in range(256):
        pieces = [bytes([99] * 10), bytes([number] * 10)]  # the first where the second says none

        def source(_, left=pieces):
            return left.pop()

        password = drawn(source)
        assert password == password[0] * 10
        came_from[password[0]] = came_from.get(password[0], 0) + bool(pieces)
    assert set(came_from.values()) == {8}, came_from


async def test_a_driver_that_would_open_it_without_a_password_opens_nothing():
    bench = Bench()
    bench.network.access_point.refuses = OSError("without a password")
    await bench.first.open()
    assert bench.first.state == "closed" and bench.console == [] and bench.over == 0
    assert "without a password" in bench.lines[-1]
    assert bench.network.joining.done[-1] == "free" and bench.first.key == ""


async def test_its_names_lead_to_it_while_it_is_open_and_are_let_go_with_it():
    bench = Bench()
    names = bench.network.access_point.names = Names()
    await bench.open()
    asked = bytes(question(0x1234, "captive.apple.com", 1))
    await names.hear(asked, "127.0.0.1")
    said, to = names.sent[0]
    assert said == dns.answer(asked, "127.0.0.1") and to == ("127.0.0.1", 5300)
    await names.hear(b"no query", "127.0.0.1")
    bench.network.access_point.foreign = True
    await names.hear(asked, "192.0.2.9")
    assert len(names.sent) == 1, "strangers, and what is no query, get nothing"
    assert not names.closed
    bench.close()
    await asyncio.sleep(0)
    assert names.closed


async def test_without_names_the_page_is_there_all_the_same():
    bench = await Bench().open()
    await bench.pass_(100)
    assert any("no names here" in x and bench.first.url in x for x in bench.lines)
    assert (await bench.ask("GET", "/")).status == 200
    bench.close()


async def test_it_opens_where_nothing_is_heard():
    bench = Bench()
    bench.network.around = None
    await bench.open()
    assert bench.network.access_point.opened[2] == 1
    assert 'name="other"' in text(await bench.ask("GET", "/"))
    bench.close()


# -- who gets what -----------------------------------------------------------------------------


async def test_probes_and_all_other_names_lead_to_the_page():
    bench = await Bench().open()
    url = bench.first.url
    for host, path in (
        ("connectivitycheck.gstatic.com", "/generate_204"),
        ("captive.apple.com", "/hotspot-detect.html"),
        ("www.msftconnecttest.com", "/connecttest.txt"),
        ("www.msftncsi.com", "/ncsi.txt"),
        ("www.msftconnecttest.com", "/redirect"),
        ("evil.example", "/"),
        ("evil.example", "/style.css"),
        ("192.168.4.1", "/"),
        (url[7:-1], "/generate_204"),
        (url[7:-1], "/hotspot-detect.html"),
    ):
        got = await bench.ask("GET", path, host=host)
        assert got.status == 302 and got.headers["location"] == url, (host, path)
        assert got.headers["cache-control"] == "no-store" and url in text(got)
    bench.close()


async def test_the_page_needs_nothing_from_elsewhere_and_speaks_two_languages():
    bench = await Bench().open()
    english = text(await bench.ask("GET", "/"))
    assert 'lang="en"' in english and "Set up this phone" in english
    for got in (
        await bench.ask("GET", "/", accept_language="de-DE,de;q=0.9,en;q=0.8"),
        await bench.ask("GET", "/?de", accept_language="en"),
    ):
        assert '<html lang="de">' in text(got) and "Dieses Telefon einrichten" in text(got)
    bench.settings.set("language", "Deutsch")
    assert '<html lang="de">' in text(await bench.ask("GET", "/"))
    for name in ("src=", "href=", "action="):
        for each in english.split(name)[1:]:
            target = each.split('"')[1]
            assert target[:1] == "/" or target == "data:,", target
    for path in ("/style.css", "/first.js"):
        assert (await bench.ask("GET", path)).status == 200, path
    for path in ("/app.js", "/api/status", "/command.htm?key=1", "/index.html", "/../x", "/x"):
        assert (await bench.ask("GET", path)).status == 404, path
    assert (await bench.ask("DELETE", "/")).status == 405
    bench.close()


def test_each_text_there_is_in_both_languages():
    assert set(texts.EN) == set(texts.DE)
    for name in texts.EN:
        assert texts.EN[name].count("%s") == texts.DE[name].count("%s"), name


async def test_names_from_the_air_are_texts_and_no_markup():
    bench = await Bench().open()
    got = text(await bench.ask("GET", "/"))
    assert "<b>" not in got and "&lt;b&gt;&#39;Café&#39; &amp; &quot;more&quot;" in got
    got = text(await bench.send(user='"><script>alert(1)</script>', host="", ssid="Workshop"))
    assert "<script>alert" not in got and "&lt;script&gt;" in got
    assert page.escaped("&<>\"'") == "&amp;&lt;&gt;&quot;&#39;"
    bench.close()


async def test_who_is_not_in_the_own_network_gets_nothing():
    bench = await Bench().open()
    bench.network.access_point.foreign = True
    for method, path in (("GET", "/"), ("POST", "/"), ("GET", "/generate_204")):
        assert (await bench.ask(method, path)).status == 403
    bench.close()


async def test_a_form_of_another_page_or_of_before_does_nothing():
    bench = await Bench().open()
    fields = {"ssid": "Workshop", "wifi_pass": "correct horse"}
    for token in ("", "0" * 32):
        got = await bench.send(token=token, **fields)
        assert got.status == 403 and "from before" in text(got)
    token = await bench.token()
    body = "ssid=Workshop&wifi_pass=correct+horse&token=" + token
    for origin in ("http://evil.example", bench.first.url[:-1] + "1"):
        assert (await bench.ask("POST", "/", body, origin=origin)).status == 403
    got = await bench.ask("POST", "/", body, host="evil.example")
    assert got.status == 302 and bench.first.state == "open"
    assert (await bench.ask("POST", "/", "x" * 5000)).status == 413
    assert (await bench.ask("POST", "/", "token=" + token + "&ssid=%ff")).status == 303 or True
    bench.close()
    bench = await Bench().open()
    body = body.replace(token, await bench.token())
    got = await bench.ask("POST", "/", body, origin="null")  # a page that names no referrer
    assert got.status == 303 and bench.first.state == "joining"
    bench.close()


# -- what a form does --------------------------------------------------------------------------


async def test_a_form_joins_keeps_and_tells_and_the_network_closes_once_that_was_seen():
    bench = await Bench().open()
    got = await bench.send(
        "/?de",
        ssid="Workshop",
        wifi_pass="correct horse",
        user="100",
        host="pbx.example",
        user_pass="s&cret =",
        http_pass="pages' own",
    )
    assert got.status == 303 and got.headers["location"] == bench.first.url + "?de"
    assert bench.network.joining.done[-1] == ("Workshop", "correct horse")
    assert bench.settings.changed() == [], "nothing is kept that was not tried"
    waiting = text(await bench.ask("GET", "/?de"))
    assert "Verbindet mit Workshop" in waiting and "http-equiv" in waiting
    assert text(await bench.ask("GET", "/state")) == "joining"
    assert "Workshop" in bench.first.shown(lambda x: x)
    bench.network.up = True
    await bench.pass_(1000)
    get = bench.settings.get
    assert get("wifi_ssid1") == "Workshop" and get("wifi_pass1") == "correct horse"
    assert get("user_name1") == "100" and get("user_host1") == "pbx.example"
    assert get("user_pass1") == "s&cret =" and get("language") == "Deutsch"
    assert get("http_pass")
    assert bench.first.shown(lambda x: x) == ["joined", "Workshop", "192.0.2.7"]
    account = Account()
    bench.accounts.append(account)
    told = text(await bench.ask("GET", "/?en"))
    assert "is in the network Workshop" in told and "192.0.2.7" in told
    assert "closes" not in told, "there is more to come"
    assert "Registering: sip:100@pbx" in told and 'data-state="joined"' in told
    assert "http://192.0.2.7/" in told and "correct horse" not in told and "s&" not in told
    await bench.pass_(60_000)
    assert bench.first.state == "joined", "nobody has seen how it ended"
    account.registered = True
    told = text(await bench.ask("GET", "/?en"))
    assert "Registered: sip:100@pbx" in told and 'data-state=""' in told
    await bench.pass_(29_000)
    assert bench.network.access_point.opened
    await bench.pass_(2_000)
    assert bench.network.access_point.opened is None and bench.over == 1
    await bench.pass_(60_000)
    assert len(bench.timers) == 0, "nothing of it goes on"
    assert bench.first.state == "closed" and bench.first.shown(lambda x: x) == []
    assert bench.first.key == "" and bench.network.joining.done[-1] == "free"
    with raises(OSError):
        await bench.ask("GET", "/")


async def test_a_network_that_is_not_joined_changes_nothing_and_the_form_says_why():
    bench = await Bench(user_name1="100", user_host1="pbx").open()
    await bench.send(ssid="Workshop", wifi_pass="wrong horse", user="200", host="pbx")
    bench.network.joining.attempt.failed = "wrong password"
    await bench.pass_(1000)
    assert bench.first.state == "open" and bench.network.access_point.opened
    assert bench.settings.get("user_name1") == "100" and bench.settings.get("wifi_ssid1") == ""
    told = text(await bench.ask("GET", "/?de"))
    assert "nicht im Netz Workshop: falsches Kennwort" in told
    assert 'value="Workshop" selected' in told and "wrong horse" not in told
    assert bench.first.shown(lambda x: x)[-2:] == ["Workshop:", "wrong password"]
    got = await bench.send(ssid="Workshop", wifi_pass="correct horse", user="200", host="pbx")
    assert got.status == 303 and bench.first.state == "joining"
    bench.close()


async def test_what_does_not_fit_is_refused_beside_its_field_and_the_rest_is_not_lost():
    bench = await Bench().open()
    for fields, field, why in (
        ({}, "ssid", "choose a network"),
        ({"ssid": "Workshop"}, "wifi_pass", "needs a password"),
        ({"ssid": "Workshop", "wifi_pass": "short"}, "wifi_pass", "8 to 63"),
        ({"ssid": "Workshop", "wifi_pass": "x" * 64}, "wifi_pass", "8 to 63"),
        ({"other": "hidden", "user": "100"}, "host", "go together"),
        ({"other": "hidden", "host": "pbx"}, "user", "go together"),
        ({"other": "hidden", "user": "100", "host": "p b x"}, "host", "user_host1"),
        ({"other": "hid\nden"}, "ssid", "wifi_ssid1"),
        ({"other": "x" * 40}, "ssid", "wifi_ssid1"),
        ({"other": "h", "http_pass": "x" * 65}, "http_pass", "http_pass"),
    ):
        got = await bench.send(**fields)
        shown = text(got)
        assert got.status == 400, fields
        assert 'id="%s_error"' % field in shown, fields
        said = shown.split('id="%s_error">' % field)[1].split("<")[0]
        assert why in said, (fields, said)
        if fields.get("user"):
            assert 'value="100"' in shown
        assert 'value="%s"' % fields.get("wifi_pass", "?") not in shown
    assert bench.first.state == "open" and bench.settings.changed() == []
    bench.close()


def test_passwords_that_stay_empty_are_kept_for_what_they_were_for_and_nothing_else():
    there = {
        "wifi_ssid1": "Workshop",
        "wifi_pass1": "correct horse",
        "user_name1": "100",
        "user_host1": "pbx.example",
        "user_pass1": "secret",
    }
    same = {"ssid": "Workshop", "user": "100", "host": "pbx.example"}
    taken, errors = form.wishes(same, AIR, there.get)
    assert taken == {"wifi_ssid1": "Workshop"} and errors == {}
    taken, _ = form.wishes(dict(same, host="evil.example"), AIR, there.get)
    assert taken["user_pass1"] == "", "a new server is never told the old one's password"
    taken, _ = form.wishes(dict(same, user="", host=""), AIR, there.get)
    assert taken["user_name1"] == taken["user_pass1"] == ""
    taken, errors = form.wishes(dict(same, ssid=AIR[1].ssid), AIR, there.get)
    assert taken["wifi_pass1"] == "" and errors == {}, "an open one gets no password"
    taken, errors = form.wishes(dict(same, ssid="", other="Hidden"), AIR, there.get)
    assert taken["wifi_ssid1"] == "Hidden" and taken["wifi_pass1"] == ""
    taken, errors = form.wishes(dict(same, wifi_pass="a" * 64), AIR, there.get)
    assert errors == {} and taken["wifi_pass1"] == "a" * 64, "64 hex digits are the key itself"


def test_a_form_is_read_as_browsers_send_it():
    body = b"ssid=Caf%C3%A9+%26+more&wifi_pass=a%3Db%2B+&token&=&x=%zz"
    assert form.read(body) == {
        "ssid": "Café & more",
        "wifi_pass": "a=b+ ",
        "token": "",
        "": "",
        "x": "%zz",
    }
    assert (
        form.read(b"\xff=\xfe") == {}
        and len(form.read(b"&".join([b"%d=1" % x for x in range(99)]))) == 16
    )


async def test_what_provisioning_has_locked_is_not_changed_here():
    bench = await Bench(user_name1="100", user_host1="pbx").open()
    bench.settings.marks.locks["user_host1"] = bench.settings.marks.locks["user_name1"] = "server"
    got = await bench.send(other="net", user="100", host="evil.example")
    assert got.status == 400 and "locked by server" in text(got)
    bench.settings.marks.locks["language"] = "server"
    assert (await bench.send("/?de", other="net", user="100", host="pbx")).status == 303
    bench.network.up = True
    await bench.pass_(1000)
    assert bench.settings.get("wifi_ssid1") == "net" and bench.first.told == ""
    assert bench.settings.get("language") == "English"
    bench.close()


# -- how it ends -------------------------------------------------------------------------------


async def test_nobody_comes_and_it_closes_after_half_an_hour():
    bench = await Bench().open()
    await bench.pass_(1_790_000)
    assert bench.first.state == "open"
    await bench.ask("GET", "/generate_204", host="x.example")
    await bench.pass_(1_790_000)
    assert bench.first.state == "open", "somebody was there"
    await bench.pass_(20_000)
    assert bench.network.access_point.opened is None and bench.over == 1
    assert bench.network.joining.done[-1] == "free"


async def test_a_result_that_nobody_looks_at_stays_for_five_minutes():
    bench = await Bench().open()
    await bench.send(ssid="Workshop", wifi_pass="correct horse")
    bench.network.up = True
    await bench.pass_(290_000)
    assert bench.network.access_point.opened
    await bench.pass_(20_000)
    assert bench.network.access_point.opened is None


async def test_a_person_closes_it_when_it_is_done_and_not_before():
    bench = await Bench().open()
    token = await bench.token()
    assert (await bench.send("/close?en", token=token)).status == 303
    assert bench.first.state == "open"
    await bench.send(ssid="Workshop", wifi_pass="correct horse", token=token)
    assert (await bench.send("/close?en", token=token)).status == 303, "it joins just now"
    bench.network.up = True
    await bench.pass_(1000)
    assert (await bench.send("/", token=token, other="evil")).status == 303
    assert bench.first.state == "joined", "there is no form any more"
    got = await bench.send("/close?en", token=token)
    assert got.status == 200 and "closes now" in text(got)
    await bench.pass_(1000)
    assert bench.network.access_point.opened is None and bench.over == 1


async def test_networks_are_searched_again_when_somebody_asks():
    bench = await Bench().open()
    scans = bench.network.scans
    bench.network.around = [Around("Later", 1, -50, False, True)]
    assert (await bench.send("/scan?en")).status == 303
    assert bench.network.scans == scans + 1
    assert "Later" in text(await bench.ask("GET", "/"))
    bench.close()


async def test_somebody_at_the_serial_line_has_some_seconds_before_it_opens():
    for held, setting, opens in ((False, None, True), (False, "home", False), (True, None, True)):
        bench = Bench()
        bench.network.access_point.grace = 20_000
        await bench.first.begin(held)
        assert bench.first.state == ("open" if held else "soon")
        assert bool(bench.network.access_point.opened) == held
        if setting:
            bench.settings.set("wifi_ssid1", setting)
            assert bench.first.state == "closed" and bench.over == 1
        await bench.pass_(21_000)
        assert bool(bench.network.access_point.opened) == opens, (held, setting)
        bench.close()


async def test_a_network_that_cannot_open_late_leaves_the_port_to_the_phones_pages():
    bench = Bench()
    bench.network.access_point.grace = 20_000
    bench.network.access_point.refuses = OSError("without a password")
    await bench.first.begin(False)
    assert bench.over == 0
    await bench.pass_(21_000)
    assert bench.first.state == "closed" and bench.over == 1


async def test_a_wifi_that_is_set_at_the_console_ends_it_before_that_is_joined():
    bench = await Bench().open()
    bench.settings.set("wifi_ssid1", "Console")
    assert bench.first.state == "closed" and bench.network.joining.done[-1] != "free"
    await bench.pass_(1000)
    assert not bench.network.access_point.opened and bench.network.joining.done[-1] == "free"
    bench.close()


async def test_a_flash_that_keeps_nothing_is_told():
    bench = await Bench().open()
    await bench.send(ssid="Workshop", wifi_pass="correct horse")

    async def full(_):
        raise ValueError("wifi_ssid1: not saved, the storage says ENOSPC")

    bench.settings.keep = full
    bench.network.up = True
    await bench.pass_(1000)
    assert "not saved" in text(await bench.ask("GET", "/"))
    bench.close()


def test_the_display_is_not_drawn_before_there_is_a_phone_to_show():
    made = phonekit.phone()
    agent, made.desk.agent = made.desk.agent, None
    made.panel.changed()
    phonekit.wait(made, 1000)
    made.desk.agent = agent
    made.panel.changed()
    phonekit.wait(made, 1000)
    assert made.panel.display.lines


def test_its_address_has_the_port_where_that_is_not_80():
    point = Point()
    for port, url in ((80, "http://127.0.0.1/"), (8080, "http://127.0.0.1:8080/")):
        point.http_port = port
        assert Portal(None, point, Timers(clock()), None).url == url


# -- what each state lets happen ---------------------------------------------------------------


async def test_who_closes_it_gets_an_answer_before_the_network_goes():
    bench = await Bench().open()
    bench.first.close()
    bench.first.close()
    assert bench.network.access_point.opened and bench.over == 0
    assert bench.first.state == "closed"
    assert (await bench.ask("GET", "/")).status == 200
    await bench.pass_(1000)
    assert bench.network.access_point.opened is None and bench.over == 1
    assert bench.network.joining.done[-1] == "free" and bench.first.url == ""


async def test_the_form_stays_half_an_hour_from_the_last_one_who_came_or_failed():
    bench = await Bench().open()
    token = await bench.token()

    async def lookup():
        await bench.ask("GET", "/generate_204")

    async def page_shown():
        await bench.ask("GET", "/")

    async def form_refused():
        assert (await bench.send(token=token)).status == 400

    async def joining_failed():
        await bench.send(token=token, ssid="Workshop", wifi_pass="wrong horse")
        await bench.pass_(15_000)
        assert bench.first.state == "joining"
        bench.network.joining.attempt.failed = "not found"
        await bench.pass_(400)

    for what in (lookup, page_shown, form_refused, joining_failed):
        await bench.pass_(1_750_000)
        assert bench.first.state == "open", what
        await what()
    await bench.pass_(1_790_000)
    assert bench.first.state == "open"
    await bench.pass_(20_000)
    assert bench.first.state == "closed"


async def test_other_settings_and_a_wifi_that_it_has_set_itself_do_not_end_it():
    bench = await Bench().open()
    bench.settings.set("user_name1", "100")
    bench.settings.set("language", "Deutsch")
    assert bench.first.state == "open"
    await bench.send(ssid="Workshop", wifi_pass="correct horse")
    bench.settings.set("wifi_ssid2", "Other")
    assert bench.first.state == "joining"
    bench.network.up = True
    await bench.pass_(1000)
    bench.settings.set("wifi_ssid2", "Third")
    assert bench.first.state == "joined" and bench.over == 0
    bench.close()
    bench = Bench()
    bench.network.access_point.grace = 20_000
    await bench.first.begin(False)
    bench.settings.set("user_name1", "100")
    assert bench.first.state == "soon"
    bench.settings.set("wifi_pass1", "correct horse")
    assert bench.first.state == "closed" and bench.over == 1


async def test_it_does_not_open_late_where_it_was_switched_off_meanwhile():
    bench = Bench()
    bench.network.access_point.grace = 20_000
    await bench.first.begin(False)
    await bench.pass_(19_000)
    assert bench.first.state == "soon" and bench.over == 0
    bench.settings.set("first_start", "off")
    await bench.pass_(2_000)
    assert bench.first.state == "closed" and bench.over == 1
    assert bench.network.access_point.opened is None and bench.network.joining.done == []


async def test_without_a_grace_it_opens_at_once_and_unwanted_not_at_all():
    bench = Bench()
    bench.network.access_point.grace = 0
    bench.network.access_point.refuses = OSError("asked")
    await bench.first.begin(False)
    assert "asked" in bench.lines[-1]
    bench = Bench(wifi_ssid1="home")
    bench.network.access_point.grace = 0
    await bench.first.begin(False)
    assert bench.lines == [] and bench.first.state == "closed"


async def test_a_network_that_comes_by_itself_is_told_and_changes_no_setting():
    bench = await Bench(user_name1="100").open()
    before = bench.settings.changed()
    bench.network.up = True
    await bench.pass_(400)
    assert bench.first.state == "joined" and bench.settings.changed() == before
    assert bench.network.joining.done[-1] == "free"
    bench.close()


async def test_a_result_that_was_seen_stays_half_a_minute_however_often_it_is_looked_at():
    bench = await Bench().open()
    await bench.send(ssid="Workshop", wifi_pass="correct horse")
    bench.network.up = True
    await bench.pass_(400)
    for _ in range(3):
        assert "closes in half a minute" in text(await bench.ask("GET", "/?en"))
        await bench.pass_(9_500)
    assert bench.network.access_point.opened
    await bench.pass_(2_500)
    assert bench.network.access_point.opened is None


async def test_each_request_has_the_status_it_is_owed():
    bench = await Bench().open()
    for method, path, status in (
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/state", 200),
        ("HEAD", "/style.css", 200),
        ("PUT", "/", 405),
        ("GET", "/nothing", 404),
    ):
        got = await bench.ask(method, path)
        assert got.status == status, (method, path, got.status)
        if method == "HEAD":
            assert got.body == b""
        if status == 405:
            assert got.headers["allow"] == "GET, HEAD, POST"
    got = await bench.ask("GET", "/state")
    assert text(got) == "open" and got.headers["content-type"].startswith("text/plain")
    assert (await bench.ask("GET", "/")).headers["content-type"].startswith("text/html")
    bench.close()


async def test_a_form_with_all_fields_as_long_as_they_may_be_is_taken():
    bench = await Bench().open()
    fields = {
        "other": "é" * 16,  # 32 bytes, of which each is three on the way
        "wifi_pass": "é" * 31,
        "user": "é" * 32,
        "host": "h" * 63 + "." + "h" * 63,
        "user_pass": "é" * 32,
        "http_pass": "é" * 32,
    }
    got = await bench.send("/?en", **fields)
    assert got.status == 303 and bench.first.state == "joining", text(got)
    assert bench.network.joining.done[-1] == ("é" * 16, "é" * 31)
    bench.close()
