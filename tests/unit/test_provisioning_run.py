"""Provisioning as it runs: which files are asked for, what a failure costs, when it is again."""

import asyncio

from phonekit import Store, phone, wait
from support import raises

from base.compat import sleep_ms
from base.zone import days, offset
from net.url import parse
from offhook.provisioning import provisioning as room
from offhook.provisioning.broken import Broken
from offhook.provisioning.fetch import Fetch, Missing
from offhook.provisioning.pnp import GROUP, Search
from offhook.provisioning.sheet import Sheet
from sip.message.message import parse as parse_message

_HOST = "http://prov"


def xml(body="", files=(), keys=""):
    """Return a file of settings."""
    listed = "".join('<file url="%s"/>' % x for x in files)
    return (
        "<settings><phone-settings>%s</phone-settings><functionKeys>%s</functionKeys>"
        "<setting-files>%s</setting-files></settings>" % (body, keys, listed)
    ).encode()


class Server:
    """In the HTTP client's place: `files` {URL: bytes, a status, or an exception}."""

    def __init__(self, **files):
        self.files = files
        self.asked = []  # Requests
        self.seconds = set()

    async def get(self, request, seconds):
        assert request.verified and request.again
        self.asked.append(request)
        self.seconds.add(seconds)
        url = request.url
        place = "%s://%s%s" % ("https" if url.secure else "http", url.host, request.path)
        found = self.files.get(place, 404)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, int):
            request.status = found
            return
        request.status = 200
        assert len(found) <= request.limit
        for at in range(0, len(found), 50):
            request.sink(found[at : at + 50])

    def paths(self):
        return [x.path for x in self.asked]


def made(files, storage=None, **settings):
    """Return a whole phone whose web servers are a `Server` with `files`."""
    found = phone(storage, **settings)
    found.http = Server()
    found.http.files = files
    return found


def fetched(it, url):
    """Return the `Fetch` and the `Sheet` of one round."""
    sheet = Sheet()
    fetch = Fetch(it, sheet)
    asyncio.run(fetch.run(url))
    asyncio.new_event_loop()
    return fetch, sheet


# -- which files ----------------------------------------------------------------------------------


def test_a_file_is_asked_for_by_its_url_with_the_phones_address_in_it():
    data = xml("<redirect_number>7</redirect_number>")
    it = made({_HOST + "/c/AABBCC000001.xml?x=AABBCC000001": data}, mac="AABBCC000001")
    fetch, sheet = fetched(it, _HOST + "/c/{mac}.xml?x={mac}")
    assert sheet.wanted == {"redirect_number": "7"} and fetch.missing == 0
    assert fetch.files == ["AABBCC000001.xml: %d bytes, 1 settings" % len(data)]
    assert it.http.seconds == {60}


def test_of_a_folder_the_types_file_and_the_phones_are_asked_for():
    general, own = _HOST + "/f/snom300.htm", _HOST + "/f/snom300-AABBCC000001.htm"
    for kind in ("snom300", "300"):
        for there, missing in (((general, own), 0), ((general,), 1), ((own,), 1), ((), 2)):
            files = {x: xml("<redirect_number>7</redirect_number>") for x in there}
            it = made(files, mac="AABBCC000001", phone_type=kind)
            try:
                fetch, sheet = fetched(it, _HOST + "/f/")
                assert fetch.missing == missing < 2
                assert sheet.refused.count == missing
            except Missing as error:
                assert missing == 2 and "snom300-AABBCC000001.htm" in str(error)
            assert it.http.paths() == ["/f/snom300.htm", "/f/snom300-AABBCC000001.htm"]
    it = made({_HOST + "/f/?a": xml()})
    fetched(it, _HOST + "/f/?a")  # a script
    assert it.http.paths() == ["/f/?a"]


def test_listed_files_come_after_their_list_in_order_and_the_last_one_wins():
    files = {
        _HOST + "/a.xml": xml("<redirect_number>1</redirect_number>", ("b.xml", "/d/c.xml")),
        _HOST + "/b.xml": xml("<redirect_number>2</redirect_number>", ("e.xml",)),
        _HOST + "/e.xml": xml("<redirect_number>3</redirect_number>"),
        _HOST + "/d/c.xml": xml(
            "<redirect_number>4</redirect_number><ring_sound>Ringer2</ring_sound>"
        ),
    }
    it = made(files)
    fetch, sheet = fetched(it, _HOST + "/a.xml")
    assert it.http.paths() == ["/a.xml", "/b.xml", "/e.xml", "/d/c.xml"]
    assert sheet.wanted["redirect_number"] == "4" and sheet.settings == 5
    assert [x.partition(":")[0] for x in fetch.files] == ["a.xml", "b.xml", "e.xml", "c.xml"]
    assert fetch.files[3].endswith("2 settings")


def test_lists_are_bounded_in_depth_and_number_and_go_to_no_lesser_place():
    deep = {}
    for level in range(6):
        deep[_HOST + "/%d.xml" % level] = xml("", ("%d.xml" % (level + 1),))
    it = made(deep)
    _, sheet = fetched(it, _HOST + "/0.xml")
    assert it.http.paths() == ["/0.xml", "/1.xml", "/2.xml", "/3.xml"]
    assert "lists within lists" in sheet.refused.lines()[0]
    many = {_HOST + "/%d.xml" % x: xml() for x in range(20)}
    many[_HOST + "/l.xml"] = xml("", ["%d.xml" % x for x in range(20)])
    it = made(many)
    _, sheet = fetched(it, _HOST + "/l.xml")
    assert len(it.http.asked) == 16 and sheet.refused.count == 5
    assert "more than 16 files" in sheet.refused.lines()[0]
    twice = {_HOST + "/a.xml": xml(), _HOST + "/a.xml?x": xml()}
    twice[_HOST + "/l.xml"] = xml("", ("a.xml", "a.xml", "l.xml", "/a.xml?x"))
    it = made(twice)
    _, sheet = fetched(it, _HOST + "/l.xml")
    assert it.http.paths() == ["/l.xml", "/a.xml", "/a.xml?x"]
    assert all("read already" in x for x in sheet.refused.lines()) and sheet.refused.count == 2
    it = made({"https://prov/l.xml": xml("", ("http://prov/a.xml", "ftp://x/y?pass=1"))})
    _, sheet = fetched(it, "https://prov/l.xml")
    assert len(it.http.asked) == 1 and sheet.refused.count == 2
    assert not any("pass" in x for x in sheet.refused.lines())


def test_a_listed_file_may_be_missing_the_first_one_not():
    it = made({_HOST + "/l.xml": xml("", ("a.xml", "b.xml")), _HOST + "/b.xml": xml()})
    fetch, sheet = fetched(it, _HOST + "/l.xml")
    assert fetch.missing == 1 and sheet.refused.lines() == ["a.xml: prov answers 404"]
    with raises(Missing):
        fetched(it, _HOST + "/none.xml")
    for status, kind in ((403, Broken), (204, Broken), (500, OSError), (503, OSError)):
        it = made({_HOST + "/l.xml": status})
        with raises(kind) as caught:
            fetched(it, _HOST + "/l.xml")
        assert "answers %d" % status in str(caught.value)


def test_credentials_go_to_the_first_server_only_unless_the_url_has_its_own():
    files = {
        _HOST + "/l.xml": xml("", ("a.xml", "http://other/b.xml", "http://x:y@other/c.xml")),
        _HOST + "/a.xml": xml(),
        "http://other/b.xml": xml(),
        "http://other/c.xml": xml(),
    }
    it = made(files, http_client_user="u", http_client_pass="p", http_client_auth="basic")
    fetched(it, _HOST + "/l.xml")
    logins = [(x.login, x.basic) for x in it.http.asked]
    assert logins == [(("u", "p"), True)] * 2 + [(None, False), (("x", "y"), False)]
    it = made(files, http_client_user="u", http_client_pass="p")
    fetched(it, _HOST + "/l.xml")
    assert it.http.asked[0].login == ("u", "p") and not it.http.asked[0].basic


# -- rounds ---------------------------------------------------------------------------------------


def round_of(it, first=False, restarts=True):
    """Ask the server once."""
    asyncio.run(it.provisioning._round(first, restarts))
    asyncio.new_event_loop()
    return it.provisioning


def test_a_round_applies_what_it_reads_and_reports_it():
    body = "<redirect_number perm='R'>7</redirect_number><nosuch>1</nosuch><vlan_id>3</vlan_id>"
    body += "<redirect_time>999</redirect_time><ring_sound perm='?'>Ringer2</ring_sound>"
    it = made({_HOST + "/a.xml": xml(body)}, setting_server=_HOST + "/a.xml")
    assert it.provisioning.state == "not yet" and it.provisioning.report()["locked"] == []
    report = round_of(it).report()
    assert it.settings.get("redirect_number") == "7" and it.settings.get("ring_sound") == 2
    assert report["state"] == "done" and report["from"] == "prov" and report["settings"] == 5
    assert report["taken"] == 2 and report["changed"] == ["redirect_number", "ring_sound"]
    assert report["unknown"] == ["nosuch"] and report["absent"] == ["vlan_id"]
    assert report["locked"] == ["redirect_number by prov"] and report["restart"] == []
    assert len(report["refused"]) == 1 and report["refused"][0].startswith("redirect_time: ")
    assert "perm" in report["notes"][0] or "?" in report["notes"][0]
    (line,) = [x for x in it.log.lines() if "provisioning by prov" in x]
    assert "2 of 5 settings fit, 2 changed, 0 kept, 1 refused, 1 unknown, 1 not there" in line
    assert it.http.paths() == ["/a.xml"]
    round_of(it)
    assert it.provisioning.report()["changed"] == []


def test_a_rule_of_summer_time_and_its_offset_are_put_together_in_one_round():
    body = "<utc_offset>3600</utc_offset><dst>3600 03.05.07 02:00:00 10.05.07 03:00:00</dst>"
    it = made({_HOST + "/a.xml": xml(body)}, setting_server=_HOST + "/a.xml")
    round_of(it)
    zone = it.settings.get("timezone")
    assert offset(zone, days(2026, 1, 15) * 86400)[0] == 3600
    assert offset(zone, days(2026, 7, 15) * 86400)[0] == 7200


def test_a_policy_of_never_and_no_server_ask_nobody():
    it = made({}, setting_server=_HOST + "/a.xml", update_policy="never_update")
    assert round_of(it).state == "switched off by update_policy" and not it.http.asked
    it = made({}, pnp_config="off")
    assert round_of(it, True).state == "no setting_server" and not it.http.asked


def test_a_failure_is_told_once_and_a_server_that_is_down_is_asked_twice_as_late_each_time():
    it = made({}, setting_server=_HOST + "/a.xml")
    run = it.provisioning
    for error, text in ((OSError("refused"), "prov: refused"), (asyncio.TimeoutError(), "prov: ")):
        it.http.files[_HOST + "/a.xml"] = error
        for pause in (60, 120, 240, 480, 960, 1920, 3600, 3600):
            round_of(it)
            assert run._pause == pause and pause <= run._again < pause + pause // 4
            assert run.state.startswith("failed: " + text)
        told = [x for x in it.log.lines() if "[2]" in x and "the phone runs with what it" in x]
        assert len(told) == 1 or text != "prov: refused"
        it.http.files[_HOST + "/a.xml"] = xml()
        round_of(it)
        assert run._pause == run._again == 0 and run.state == "done"
    it.http.files[_HOST + "/a.xml"] = 404  # it would be the same again
    round_of(it)
    assert run._again == 0 and run.state == "failed: prov answers 404"


def test_what_needs_a_restart_restarts_once_unless_that_is_forbidden():
    for more, restarts, resets in (
        ("", True, 1),
        ("", False, 0),
        ("<auto_reboot_on_setting_change>off</auto_reboot_on_setting_change>", True, 0),
    ):
        it = made({_HOST + "/a.xml": xml("<network_id_port>5070</network_id_port>" + more)},
                  setting_server=_HOST + "/a.xml")  # fmt: skip
        round_of(it, False, restarts)
        assert it.provisioning.report()["restart"] == ["network_id_port"]
        assert it.platform.resets == resets and it.settings.marks.restarted is bool(resets)
        assert any("restart" in x for x in it.log.lines())
        round_of(it, False, restarts)
        assert it.platform.resets == resets  # there is nothing new
    it = made({_HOST + "/a.xml": xml("<network_id_port>5070</network_id_port>")},
              setting_server=_HOST + "/a.xml")  # fmt: skip
    it.agent.call(it.agent.accounts[0], "201")
    it.idle = lambda: True
    round_of(it)
    assert it.platform.resets == 0  # a call goes first
    it.agent.calls[0].hangup()
    wait(it, 2500)
    assert it.platform.resets == 1


def test_a_flash_that_is_full_is_told_and_nothing_has_changed():
    it = made({_HOST + "/a.xml": xml("<redirect_number>7</redirect_number>")},
              setting_server=_HOST + "/a.xml")  # fmt: skip

    def full(*_):
        raise OSError(28)

    it.settings.provide = full
    assert (
        round_of(it).state.startswith("failed: not saved")
        and "when" not in it.provisioning.report()
    )
    assert it.settings.get("redirect_number") == "" and "not saved" in it.log.lines()[-1]


async def test_files_wait_for_calls_and_over_tls_for_the_time():
    it = made({"https://prov/a.xml": xml("<redirect_number>7</redirect_number>")},
              setting_server="https://prov/a.xml")  # fmt: skip
    slept, calm, idle = [], [False], [False]

    async def sleep(ms):
        slept.append(ms)
        if len(slept) == 3:
            calm[0] = True
        if len(slept) == 6:
            it.clock.seconds = 1_790_000_000
        if len(slept) == 9:
            idle[0] = True
        assert bool(it.http.asked) is (len(slept) > 6), slept

    it.calm, it.idle = lambda: calm[0], lambda: idle[0]
    room.sleep_ms = sleep
    try:
        await it.provisioning._round(False, True)
        assert len(slept) == 9 and it.settings.get("redirect_number") == "7"
    finally:
        room.sleep_ms = sleep_ms


async def test_a_time_that_is_never_known_is_waited_for_half_a_minute():
    it, slept = made({}, setting_server="https://prov/a.xml"), []

    async def sleep(ms):
        slept.append(ms)

    room.sleep_ms = sleep
    try:
        await it.provisioning._round(False, True)
    finally:
        room.sleep_ms = sleep_ms
    assert 29_000 <= sum(slept) <= 31_000 and it.http.asked  # then it says what is missing
    it = made({}, setting_server=_HOST + "/a.xml")
    await it.provisioning._round(False, True)  # without TLS nobody wants to know it
    assert it.http.asked


def test_a_file_by_hand_is_taken_in_pieces_within_bounds_and_lists_nothing():
    it = phone()
    run = it.provisioning
    for action in (lambda: run.feed(b"x"), lambda: asyncio.run(run.end())):
        with raises(ValueError) as caught:
            action()
        assert "provision begin" in str(caught.value)
    run.begin()
    run.feed(xml("<redirect_number>7</redirect_number>", ("http://prov/secret/a.xml",)))
    report = asyncio.run(run.end())
    assert report["from"] == "a file" and it.settings.get("redirect_number") == "7"
    assert report["refused"] == ["a.xml: files are listed by a server only"]
    assert report["files"][0].startswith("by hand: ")
    run.begin()
    for _ in range(4):
        run.feed(b"<!-- " + b" " * 65531)
    with raises(ValueError):
        run.feed(b"x")
    with raises(ValueError):
        run.feed(b"x")  # it was given up
    run.begin()
    with raises(ValueError):
        run.feed(b"<nonsense>" + b" " * 300)
    asyncio.new_event_loop()


# -- when -----------------------------------------------------------------------------------------


class Waits:
    """In the place of `wait_for_ms`: notes the time, and lets it pass or ends it."""

    def __init__(self, run, wakes):
        self.run, self.left = run, wakes
        self.waited = []

    async def __call__(self, what, ms):
        what.close()
        self.waited.append(ms)
        if len(self.waited) > self.left:
            return
        raise asyncio.TimeoutError


def until(it, wakes):
    """Return the seconds that it waits; somebody wakes it after so many looks."""
    waits, before = Waits(it.provisioning, wakes), room.wait_for_ms
    room.wait_for_ms = waits
    try:
        asyncio.run(it.provisioning._until())
    finally:
        room.wait_for_ms = before
        asyncio.new_event_loop()
    return sum(waits.waited) // 1000, waits.waited


def test_it_waits_as_long_as_settings_say_or_a_server_that_is_down_wants():
    it = phone()
    assert until(it, 5)[1] == [60_000] * 6  # nobody asks for anything until it is woken
    it = phone(settings_refresh_timer="150")
    assert until(it, 99)[1] == [60_000, 60_000, 30_000]
    it.provisioning._again = 70
    assert until(it, 99)[1] == [60_000, 10_000]
    it = phone()
    it.provisioning._again = 130
    assert until(it, 99)[0] == 130 and it.provisioning._again == 0


def test_a_setting_that_changes_meanwhile_begins_its_time():
    it = phone()
    looks = []

    async def waits(what, ms):
        what.close()
        looks.append(ms)
        if len(looks) == 2:
            it.settings.set("settings_refresh_timer", "90")
        raise asyncio.TimeoutError

    before, room.wait_for_ms = room.wait_for_ms, waits
    try:
        asyncio.run(it.provisioning._until())
    finally:
        room.wait_for_ms = before
        asyncio.new_event_loop()
    assert looks == [60_000, 60_000, 60_000, 30_000]


async def test_a_person_or_the_registrar_has_it_asked_at_once():
    it = phone()
    it.provisioning.resync()
    await it.provisioning._until()
    assert not it.provisioning._wake.is_set()


async def test_a_restart_that_a_round_has_wanted_wants_no_further_one():
    storage = Store()
    first = made({_HOST + "/a.xml": xml("<network_id_port>5070</network_id_port>")}, storage,
                 setting_server=_HOST + "/a.xml")  # fmt: skip
    await first.provisioning._round(True, True)
    again = made({_HOST + "/a.xml": xml("<network_id_port>5080</network_id_port>")}, storage)
    assert again.settings.marks.restarted
    rounds = []

    async def one(start, restarts):
        rounds.append((start, restarts))
        if len(rounds) == 2:
            raise asyncio.CancelledError

    again.provisioning._round = one
    again.provisioning.resync()
    try:
        await again.provisioning.serve()
    except asyncio.CancelledError:
        pass
    assert rounds == [(True, False), (False, True)]
    assert not again.settings.marks.restarted and not phone(storage).settings.marks.restarted


# -- plug and play --------------------------------------------------------------------------------


class Multicast:
    """A network whose group answers with what `answers` makes of each SUBSCRIBE."""

    mac = "000413A1B2C3"
    up = True

    def __init__(self, *answers, taken=0):
        self.answers = list(answers)
        self.taken = taken
        self.ports, self.sent, self.waiting = [], [], []
        self.closed = 0

    def address(self, peer=None):
        return "192.0.2.7"

    def udp(self, port):
        self.ports.append(port)
        if len(self.ports) <= self.taken:
            raise OSError("taken")
        return self

    def sendto(self, data, address):
        self.sent.append((bytes(data), address))
        if address == GROUP and self.answers:
            self.waiting += self.answers.pop(0)(parse_message(bytes(data)))

    async def recvfrom(self):
        while not self.waiting:
            await sleep_ms(1)
        return self.waiting.pop(0), ("192.0.2.1", 5060)

    def close(self):
        self.closed += 1


def notify(message, body=b"http://prov/{mac}.xml", call=None, method="NOTIFY"):
    text = (
        "%s sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nFrom: <sip:p>;tag=1\r\n"
    )
    text += "To: <sip:x>;tag=2\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContent-Length: %d\r\n\r\n"
    return (text % (method, call or message.header("call-id"), method, len(body))).encode() + body


async def searched(network, **settings):
    it = phone(**settings)
    it.network = network
    return await Search(it).run()


async def test_the_group_is_asked_and_the_url_of_a_notify_is_taken_and_answered():
    network = Multicast(
        lambda message: [
            b"junk",
            notify(message, call="other"),
            notify(message, method="OPTIONS"),
            notify(message, b""),
            notify(message, b" \r\n"),
            notify(message, b"ftp://x/"),
            notify(message, b"http://x/" + b"a" * 256),
            notify(message, b"http://$x/"),
            notify(message, b" HTTPS://prov/{mac}.xml more\r\n"),
        ]
    )
    url = await searched(network, mac="AABBCC000001", phone_type="desk")
    assert url == "HTTPS://prov/{mac}.xml" and network.closed == 1
    data, address = network.sent[0]
    message = parse_message(data)
    assert address == GROUP and message.method == "SUBSCRIBE"
    assert message.header("expires") == "0" and message.header("accept") == "application/url"
    assert 'model="desk"' in message.header("event") and "%3aAABBCC000001@" in message.uri
    assert "192.0.2.7:%d" % network.ports[0] in message.header("contact")
    assert 49152 <= network.ports[0] <= 65535
    answers = [parse_message(x[0]) for x in network.sent[1:]]
    assert len(answers) == 6 and all(x.status == 200 for x in answers)
    assert all(address == ("192.0.2.1", 5060) for _, address in network.sent[1:])
    assert all(x.header("cseq") == "1 NOTIFY" for x in answers)


async def test_a_url_of_256_characters_is_one():
    long = b"http://x/" + b"a" * 247
    assert await searched(Multicast(lambda message: [notify(message, long)])) == long.decode()


async def test_a_port_that_is_taken_is_followed_by_another_one_four_in_all():
    network = Multicast(lambda message: [notify(message)], taken=3)
    assert await searched(network) and len(network.ports) == 4
    with raises(OSError):
        await searched(Multicast(taken=4))


def test_who_is_found_is_asked_and_kept_and_a_phone_that_is_set_up_searches_not():
    for settings, accounts, first, searches in (
        ({"pnp_config": "on"}, 1, True, True),
        ({"pnp_config": "new"}, 1, True, False),
        ({"pnp_config": "new"}, 0, True, True),
        ({"pnp_config": "off"}, 0, True, False),
        ({"pnp_config": "on"}, 0, False, False),
        ({"pnp_config": "on", "provisioning_order": "dhcp:stop"}, 0, True, False),
        ({"pnp_config": "on", "setting_server": "http://own/a.xml"}, 0, True, False),
    ):
        it = made(
            {_HOST + "/000413A1B2C3.xml": xml("<redirect_number>7</redirect_number>")}, **settings
        )
        it.network = Multicast(lambda message: [notify(message)])
        if not accounts:
            it.agent.accounts.clear()
        try:
            round_of(it, first)
        except ValueError as error:
            raise AssertionError((settings, error))
        assert bool(it.network.sent) is searches, settings
        if searches:
            assert it.settings.get("setting_server") == _HOST + "/{mac}.xml"
            assert it.settings.locked("setting_server") == ""
            assert it.settings.get("redirect_number") == "7"
            assert parse(it.settings.get("setting_server").replace("{mac}", "0")).host == "prov"


def test_a_phone_whose_settings_were_damaged_belongs_to_nobody_who_answers_first():
    line = b"00000000 user_name1=100\n"  # its checksum is wrong
    for setting, asks in (("new", False), ("on", True)):
        storage = Store({"settings.txt": line, "settings.1": line})
        it = made(
            {_HOST + "/000413A1B2C3.xml": xml("<redirect_number>7</redirect_number>")},
            storage,
            pnp_config=setting,
        )
        assert it.settings.trouble and not it.settings.get("user_name1")
        it.network = Multicast(lambda message: [notify(message)])
        it.agent.accounts.clear()
        found = round_of(it, True)
        assert bool(it.network.sent) is asks
        if not asks:
            assert found.state == "no setting_server" and not it.settings.get("redirect_number")
            assert "stored settings were damaged" in it.log.lines()[-1]
    storage = Store(storage.files)  # the next start finds nothing wrong any more, but the trace
    again = made({}, storage)
    again.network = Multicast(lambda message: [notify(message)])
    again.agent.accounts.clear()
    assert "settings.bad" in storage.files
    again.settings.values.pop("setting_server", None)
    again.settings.values.pop("pnp_config", None)
    round_of(again, True)
    assert not again.network.sent


def test_a_file_that_names_its_own_server_has_the_last_word():
    body = xml("<setting_server>http://else/a.xml</setting_server>")
    it = made({_HOST + "/000413A1B2C3.xml": body}, pnp_config="on")
    it.network = Multicast(lambda message: [notify(message)])
    round_of(it, True)
    assert it.settings.get("setting_server") == "http://else/a.xml"


def test_a_network_without_multicast_finds_nobody():
    it = made({}, pnp_config="on")
    it.network = Multicast(taken=9)
    assert round_of(it, True).state == "no setting_server"


def test_the_time_of_day_counts_to_the_second():
    it = phone(prov_polling_enabled="on", prov_polling_mode="abs", prov_polling_time="07:21")
    assert it.provisioning._left() == 3600  # nobody knows the time
    it.clock.seconds = 1_790_000_000
    assert it.provisioning._left() == 18  # it is 07:20:42
