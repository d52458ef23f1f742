"""The sender: how many servers at once, what it asks the client for, what it tells of each GET."""

from actions_support import OK, Bench, Web, put
from support import Clock

from actions import sender
from base.compat import sleep_ms
from base.timers import Timers
from net.http import Request


class Held:
    """A client whose requests wait until a test lets them go; they are over with `status`."""

    def __init__(self, status=200):
        self.status = status
        self.asked = []  # (request, seconds)
        self.open = False
        self.wanted = None
        self.timers = None

    async def get(self, request, seconds):
        self.asked.append((request, seconds))
        while not self.open:
            await sleep_ms(1)
        request.begun, request.status = True, self.status

    def ready(self, url):
        return True

    def want(self, urls):
        self.wanted = ["%s:%d" % (x.host, x.port) for x in urls]

    def missing(self):
        return "the CA is missing"

    def restart(self, timers):
        self.timers = timers

    def close(self):
        pass

    def hosts(self):
        """Return who has been asked."""
        return [x.url.host for x, _ in self.asked]


def held(**options):
    bench = Bench(**options)
    bench.client = bench.sender.client = Held()
    return bench


async def some():
    """Let the loop turn."""
    for _ in range(5):
        await sleep_ms(0)


async def test_two_servers_over_tls_at_once_and_a_third_one_without():
    bench = held()
    for url in ("https://a/", "https://b/", "https://c/", "http://d/", "http://e/"):
        bench.send(bench.parse(url), "P1")
    await some()
    assert bench.client.hosts() == ["a", "b", "d"] and len(bench.queue) == 2
    bench.client.open = True
    await bench.over()
    assert bench.client.hosts() == ["a", "b", "d", "c", "e"] or bench.counted()[2] == 5
    bench.stop()


async def test_what_is_for_the_phone_itself_counts_for_no_server():
    bench = held()
    for url in ("https://a/", "https://b/", "https://localhost/x", "http://d/"):
        bench.send(bench.parse(url), "P1")
    while len(bench.client.hosts()) < 3:
        await sleep_ms(1)
    assert bench.client.hosts() == ["a", "b", "d"] and bench.local_paths == ["/x"]
    bench.client.open = True
    await bench.over()
    bench.stop()


async def test_a_try_has_the_seconds_of_its_setting_or_five():
    for options, seconds in (({"action_url_timeout": 7}, 7), ({"action_url_timeout": None}, 5)):
        bench = held(**options)
        bench.client.open = True
        assert await bench.go("http://a/")
        bench.set("e", "http://a/")
        await bench.test("e", None)
        assert [x for _, x in bench.client.asked] == [seconds] * 2
        bench.stop()


async def test_a_question_has_the_seconds_of_its_own_setting_or_two():
    for options, seconds in (
        ({"remote_blacklist_action_timer": 4}, 4),
        ({"remote_blacklist_action_timer": None}, 2),
    ):
        bench, got = held(**options), []
        bench.client.open = True
        bench.set("action_blacklist_url", "http://a/")
        bench.ask("action_blacklist_url", None, got.append)
        while not got:
            await sleep_ms(1)
        assert [x for _, x in bench.client.asked] == [seconds]
        bench.stop()


async def test_credentials_are_those_of_the_url_else_of_the_settings():
    own = {"http_client_user": "u", "http_client_pass": "p"}
    for url, options, login, basic in (
        ("http://a/", {}, None, False),
        ("http://a/", {"http_client_auth": "basic"}, None, False),
        ("http://x:y@a/", own, ("x", "y"), False),
        ("http://a/", own, ("u", "p"), False),
        ("http://a/", dict(own, http_client_auth="basic"), ("u", "p"), True),
        ("http://a/", dict(own, http_client_auth="digest"), ("u", "p"), False),
    ):
        bench = held(http_client_user="", http_client_auth="")
        bench.options.update(options)
        bench.client.open = True
        assert await bench.go(url)
        ((request, _),) = bench.client.asked
        assert (request.login, request.basic) == (login, basic), (url, options)
        bench.stop()


async def test_requests_to_the_phone_itself_are_paced():
    bench, slept = Bench(), []

    async def sleep(ms):
        slept.append(ms)

    sender.sleep_ms = sleep
    try:
        for number in range(3):
            bench.send(bench.parse("http://localhost/%d" % number), "P1")
        await bench.over()
    finally:
        sender.sleep_ms = sleep_ms
    assert bench.local_paths == ["/0", "/1", "/2"]
    assert len(slept) == 3 and 10 <= min(slept) <= max(slept) <= 50
    bench.stop()


async def test_whoever_watches_is_told_of_each_request_and_of_its_end():
    web = await Web().start()
    bench, told = Bench(), []
    bench.sender.pauses = ()
    bench.sender.told = lambda entry, url, status, cause: told.append(
        (entry.name, url, status, cause)
    )
    url = "http://web.test:%d/?p=%%s" % web.port
    assert await bench.go(url % "a:b@c")
    assert told == [("P1", url % "***", None, None), ("P1", url % "***", 200, None)]
    told.clear()
    assert not await bench.go("https://nowhere.invalid/x")
    (first, last) = told
    assert first[1:] == ("https://nowhere.invalid:443/x", None, None)
    assert last[2:] == (0, "no address for nowhere.invalid") or last[3]
    bench.stop()
    web.close()


async def test_a_retry_that_finds_the_queue_full_gives_way_and_tells_its_key():
    bench, told = Bench(action_url_queue=2), []
    bench.sender.pauses = (60_000,)
    bench.send(bench.parse("http://nowhere.invalid/0"), "P1", None, told.append)
    for number in (1, 2):  # while the first one is under way
        bench.send(bench.parse("http://nowhere.invalid/%d" % number), "P2")
    while bench.busy:
        await sleep_ms(1)
        if bench.sender.pausing:
            break
    assert told == [False] and bench.counted("P1") == (1, 0, 0, 0, 0, 1)
    assert not bench.logged("Retry 1 of 1") or "(P2)" in bench.logged("Retry 1 of 1")[0]
    assert [x.path for x in bench.queue.entries] == ["/1", "/2"]
    bench.stop()


async def test_a_queue_that_is_not_quite_full_keeps_a_retry():
    bench = Bench(action_url_queue=2)
    bench.sender.pauses = (60_000,)
    bench.send(bench.parse("http://nowhere.invalid/0"), "P1")
    bench.send(bench.parse("http://nowhere.invalid/1"), "P1")
    await bench.begun()
    assert [x.path for x in bench.queue.entries] == ["/0", "/1"]
    assert bench.logged("Retry 1 of 1 in 60000 ms: nowhere.invalid:80: no address")
    assert bench.counted() == (2, 0, 0, 0, 1, 0)
    bench.stop()


async def test_what_has_gone_through_the_queue_leaves_room_for_all_that_comes():
    bench = held(action_url_queue=256)
    bench.client.open = True
    text = "http://a/?x=" + "y" * 1000
    for _ in range(40):
        assert await bench.go(text)
    bench.client.open = False
    for _ in range(17):  # one under way, and 16 KB
        bench.send(bench.parse(text), "P1")
    await some()
    assert bench.counted()[5] == 0 and len(bench.queue) == 16
    bench.send(bench.parse(text), "P1")
    assert bench.counted()[5] == 1 and len(bench.queue) == 16
    bench.client.open = True
    await bench.over()
    assert bench.counted()[2] == 57
    bench.stop()


async def test_after_a_restart_nothing_of_before_waits_or_is_under_way():
    bench = held()
    bench.set("e", "http://a/?n=$csta_id https://b/")
    for number in range(3):
        bench.fire("e", {"csta_id": number})
    bench.sender.pausing.add("c:80")
    await some()
    assert not bench.idle()
    timers = Timers(Clock())
    bench.restart(timers)
    assert bench.idle() and not bench.sender.pausing
    assert bench.sender.timers is bench.client.timers is timers
    before = len(bench.client.asked)
    bench.fire("e", {"csta_id": 9})
    bench.send(bench.parse("http://c/"), "P1")
    await some()
    paths = [x.path for x, _ in bench.client.asked[before:]]
    assert sorted(paths) == ["/", "/", "/?n=9"]
    bench.stop()


async def test_servers_of_events_over_tls_are_wanted_as_long_as_they_have_one():
    bench = held()
    bench.set("a", "https://one/x http://two/ https://localhost/")
    assert bench.client.wanted == ["one:443"]
    bench.set("b", "https://three:8443/")
    assert sorted(bench.client.wanted) == ["one:443", "three:8443"]
    bench.set("a", "http://one/")
    assert bench.client.wanted == ["three:8443"]
    bench.set("b", "")
    assert bench.client.wanted == []
    bench.stop()


async def test_what_is_odd_is_told_once_for_all_urls():
    bench = held()
    assert bench.warnings("http://a/ https://localhost/") == []
    assert bench.warnings("https://a/ https://b/") == ["the CA is missing"]
    odd = bench.warnings("http://a/?x=$nosuch http://b/?x=$nosuch https://c/")
    assert len(odd) == 2 and "$nosuch" in odd[0] and odd[1] == "the CA is missing"
    bench.stop()


async def test_several_urls_of_a_key_are_over_with_the_last_of_them():
    bench, told = held(), []
    bench.send(
        bench.parse("http://a/ http://localhost/404 http://localhost/x"), "P1", None, told.append
    )
    while bench.local_paths != ["/404", "/x"] or "localhost:80" in bench.busy:
        await sleep_ms(1)
    assert told == []
    bench.client.open = True
    await bench.over()
    assert told == [False]
    bench.stop()


async def test_an_answer_that_comes_with_a_fault_is_an_answer():
    bench = held()

    async def get(request, seconds):
        request.begun, request.status = True, 200
        raise OSError("its body broke")

    bench.client.get = get
    assert await bench.go("http://a/")
    assert bench.counted() == (1, 1, 1, 0, 0, 0)
    bench.stop()


async def test_counters_are_a_copy_and_have_all_from_the_start():
    bench = held()
    row = bench.counters()["total"]
    assert row["queued"] == row["5xx"] == 0 and len(row) == 10
    row["queued"] = 9
    bench.client.open = True
    for status in (100, 200, 299, 302, 404, 503, 599, 600):
        bench.client.status = status
        await bench.go("http://a/")
    row = bench.counters()["P1"]
    assert (row["2xx"], row["3xx"], row["4xx"], row["5xx"]) == (2, 1, 1, 2)
    assert row["queued"] == 8 and row["ok"] == 2 and row["failed"] == 6
    bench.counters()["P1"]["ok"] = 0
    assert bench.counters()["P1"]["ok"] == 2
    bench.stop()


async def test_a_url_is_shown_with_the_phones_values_or_a_samples_and_masked():
    bench = Bench(mac="000413A1B2C4")
    (target,) = bench.parse("https://h/?a=$mac&b=u:p@x&c=$remote")
    shown = bench.shown(target, {"remote": "201"})
    assert shown == "https://h:443/?a=000413A1B2C4&b=***&c=201"

    class Sample:
        options = bench.options

        def runtime(self, name, argument, context):
            return "sample of " + name

    assert "a=sample%20of%20mac" in bench.shown(target, None, Sample())
    bench.stop()


async def test_a_request_begins_unsent_and_asks_for_its_urls_own_path():
    bench = Bench()
    (target,) = bench.parse("http://h/p?q=1")
    request = Request(target.url)
    assert request.path == "/p?q=1" and Request(target.url, "/x").path == "/x"
    assert not (request.begun or request.final or request.again or request.verified)
    bench.stop()


async def test_a_question_whose_answer_takes_long_is_logged_as_what_it_was():
    async def serve(head, reader, writer):
        await put(writer, OK.replace(b"200", b"404"))

    web = await Web(serve).start()
    bench, got = Bench(), []
    bench.set("action_blacklist_url", "http://web.test:%d/" % web.port)
    bench.ask("action_blacklist_url", None, got.append)
    while not got:
        await sleep_ms(1)
    assert got == [404] and bench.logged("[3] Answer 404: web.test"), bench.lines
    assert bench.counted("action_blacklist_url") == (1, 1, 1, 0, 0, 0)
    bench.stop()
    web.close()
