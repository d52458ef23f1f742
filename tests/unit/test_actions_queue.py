"""The queue: nothing lost, nothing twice, everything in order, and no server holds up another."""

import asyncio

from actions_support import OK, Bench, Web, put

from base.compat import sleep_ms


async def hang(head, reader, writer):
    await reader.read(1)


def numbers(web):
    return [int(x.partition("=")[2]) for x in web.paths()]


async def test_an_event_sends_its_templates_with_the_values_of_its_moment():
    web = await Web().start()
    bench = Bench()
    bench.set(
        "action_incoming_url",
        "http://web.test:%d/a?r=$remote http://web.test:%d/b" % (web.port, web.port),
    )
    values = {"remote": "200@h"}
    assert bench.has("action_incoming_url") and not bench.has("action_missed_url")
    bench.fire("action_incoming_url", values)
    values["remote"] = "300@h"
    bench.fire("action_incoming_url", values)
    bench.fire("action_missed_url", values)
    bench.set("action_incoming_url", "")
    bench.fire("action_incoming_url", values)
    await bench.over()
    assert web.paths() == ["/a?r=200@h", "/b", "/a?r=300@h", "/b"]
    assert bench.counted("action_incoming_url") == bench.counted() == (4, 4, 4, 0, 0, 0)
    web.close()
    bench.stop()


async def test_a_refused_template_leaves_the_old_one():
    bench = Bench()
    bench.set("action_setup_url", "http://localhost/x")
    try:
        bench.set("action_setup_url", "http://$phone_ip/x")
        raise AssertionError("taken")
    except ValueError:
        pass
    assert bench.has("action_setup_url")
    bench.stop()


async def test_a_lookup_that_fails_leaves_the_literal():
    bench = Bench()

    def broken(name, argument, context):
        raise RuntimeError("oops")

    bench.values.lookup = broken
    bench.set("action_setup_url", "http://localhost/x?m=$phone_ip")
    bench.fire("action_setup_url")
    await bench.over()
    assert bench.local_paths == ["/x?m=$phone_ip"]
    assert bench.logged("oops")
    bench.stop()


async def test_events_for_one_server_arrive_in_order_one_after_the_other():
    at_once = [0, 0]

    async def serve(head, reader, writer):
        at_once[0] += 1
        at_once[1] = max(at_once)
        await sleep_ms(1)
        await put(writer, OK)
        at_once[0] -= 1

    web = await Web(serve).start()
    bench = Bench()
    bench.set("a", "http://web.test:%d/?n=$csta_id" % web.port)
    for number in range(30):
        bench.fire("a", {"csta_id": number})
    await bench.over()
    assert numbers(web) == list(range(30))
    assert at_once[1] == 1
    web.close()
    bench.stop()


async def test_of_100_events_in_a_queue_of_32_the_oldest_give_way():
    web = await Web().start()
    web.close()  # refuses
    bench = Bench(action_url_queue=32)
    bench.sender.pauses = (60000,) * 3
    bench.set("a", "http://web.test:%d/?n=$csta_id" % web.port)
    for number in range(100):
        bench.fire("a", {"csta_id": number})
        await bench.begun()
    assert [x.path for x in bench.queue.entries] == ["/?n=%d" % n for n in range(68, 100)]
    assert bench.counted("a") == bench.counted() == (100, 0, 0, 0, bench.counted()[4], 68)
    assert len(bench.logged("Queue full, dropped a for web.test")) == 68
    await web.listen(web.port)  # it is back
    for key in list(bench.sender.pausing):
        bench.sender.resume(key)
    await bench.over()
    assert numbers(web) == list(range(68, 100))
    assert bench.counted()[:3] == (100, 32, 32)
    web.close()
    bench.stop()


async def test_100_events_at_once_beside_a_server_that_hangs():
    web = await Web(hang).start()
    bench = Bench(action_url_queue=32)
    bench.set("a", "http://web.test:%d/?n=$csta_id" % web.port)
    for number in range(100):
        bench.fire("a", {"csta_id": number})
    await web.wait(1)
    assert len(bench.queue) == 32 and len(bench.busy) == 1
    assert bench.counted() == (100, 0, 0, 0, 0, 67)
    web.close()
    bench.stop()


async def test_what_waits_is_bounded_in_bytes_too():
    bench = Bench(action_url_queue=256)
    bench.sender.busy = {1: False, 2: False, 3: False}  # nothing may start
    bench.set("a", "http://web.test/?x=" + "y" * 1000)
    for _ in range(100):
        bench.fire("a")
    assert sum(len(x.path) for x in bench.queue.entries) <= 16384
    assert len(bench.queue) == 16 and bench.counted() == (100, 0, 0, 0, 0, 84)
    bench.stop()


async def test_a_dead_server_does_not_hold_up_another():
    dead = await Web(hang).start()
    live = await Web().start()
    gone = await Web().start()
    gone.close()
    bench = Bench(action_url_timeout=60)
    for web in (dead, gone, live):
        bench.set("e%d" % web.port, "http://web.test:%d/?n=$csta_id" % web.port)
    bench.sender.pauses = (60000,) * 3
    for number in range(5):
        for web in (dead, gone, live):
            bench.fire("e%d" % web.port, {"csta_id": number})
    await live.wait(5)
    assert numbers(live) == [0, 1, 2, 3, 4]
    assert numbers(dead) == [0]
    while bench.busy and not bench.sender.pausing:
        await sleep_ms(1)
    assert list(bench.sender.pausing) == ["web.test:%d" % gone.port]
    for web in (dead, live):
        web.close()
    bench.stop()


async def test_a_name_that_does_not_resolve_does_not_hold_up_another():
    live = await Web().start()
    bench = Bench(action_url_timeout=60)
    bench.send(bench.parse("http://slow.test/x"), "P1")
    bench.send(bench.parse("http://web.test:%d/y" % live.port), "P2")
    await live.wait(1)
    assert bench.counted("P2")[0] == 1
    live.close()
    bench.stop()


async def test_a_retry_stays_ahead_of_later_events():
    web = await Web().start()
    web.close()
    bench = Bench()
    bench.sender.pauses = (60000,) * 3
    bench.set("a", "http://web.test:%d/?n=$csta_id" % web.port)
    for number in range(3):
        bench.fire("a", {"csta_id": number})
    while not bench.sender.pausing:
        await sleep_ms(1)
    bench.fire("a", {"csta_id": 3})
    await web.listen(web.port)
    bench.sender.resume("web.test:%d" % web.port)
    await bench.over()
    assert numbers(web) == [0, 1, 2, 3]
    assert bench.counted() == (4, 4, 4, 0, 1, 0)
    web.close()
    bench.stop()


async def test_a_request_that_was_sent_is_never_sent_again():
    for serve in (hang, b"", b"HTTP/1.1 200", b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n"):
        web = await Web(serve).start()
        bench = Bench(action_url_timeout=0.1)
        assert not await bench.go("http://web.test:%d/x" % web.port)
        assert web.paths() == ["/x"]
        assert bench.counted() == (1, 1, 0, 1, 0, 0), (serve, bench.lines)
        web.close()
        bench.stop()


async def test_three_servers_at_once_and_no_more():
    webs = []
    for _ in range(4):
        webs.append(await Web(hang).start())
    bench = Bench(action_url_timeout=60)
    for web in webs:
        bench.send(bench.parse("http://web.test:%d/x" % web.port), "P1")
    for web in webs[:3]:
        await web.wait(1)
    assert len(bench.busy) == 3 and len(bench.queue) == 1
    assert webs[3].heads == []
    told = []  # a key that presses another one waits for no server
    for path in ("a", "b"):
        bench.send(bench.parse("http://localhost/" + path), "P2", None, told.append)
    while len(told) < 2:
        await sleep_ms(1)
    assert bench.local_paths == ["/a", "/b"] and len(bench.busy) == 3
    assert webs[3].heads == []
    for web in webs:
        web.close()
    bench.stop()


async def test_a_key_with_two_urls_is_done_when_both_are():
    web = await Web().start()
    bench = Bench()
    assert await bench.go("http://web.test:%d/a http://localhost/b" % web.port)
    assert not await bench.go("http://web.test:%d/a http://localhost/404" % web.port)
    web.close()
    bench.stop()


async def test_a_dropped_request_tells_its_key():
    bench = Bench(action_url_queue=1)
    bench.sender.busy = {1: False, 2: False, 3: False}
    told = []
    bench.send(bench.parse("http://web.test/a"), "P1", None, told.append)
    bench.send(bench.parse("http://web.test/b"), "P2", None, told.append)
    assert told == [False] and bench.counted("P1") == (1, 0, 0, 0, 0, 1)
    bench.stop()


async def test_a_question_goes_beside_the_queue_and_is_answered_once():
    async def serve(head, reader, writer):
        await put(writer, OK) if "n=1 " in head else await reader.read(1)

    web = await Web(serve).start()
    bench = Bench(remote_blacklist_action_timer=0.2, action_url_timeout=60)
    got = []
    bench.send(bench.parse("http://web.test:%d/hang" % web.port), "P1")
    bench.set("action_blacklist_url", "http://web.test:%d/?n=$csta_id" % web.port)
    for number in (1, 2):
        bench.ask("action_blacklist_url", {"csta_id": number}, got.append)
    while len(got) < 2:
        await sleep_ms(1)
    assert got == [200, 0]
    assert bench.counted("action_blacklist_url") == (2, 2, 1, 1, 0, 0)
    assert len(bench.busy) == 1
    web.close()
    bench.stop()


async def test_the_log_masks_passwords_of_the_template():
    bench = Bench()
    assert await bench.go("http://bob:geheim@localhost/x?u=http://ann:geheim@cam/y&z=1")
    assert bench.local_paths == ["/x?u=http://ann:geheim@cam/y&z=1"]
    assert bench.logged("file = /x?u=***&z=1")
    assert not bench.logged("geheim")
    bench.stop()


async def test_a_question_that_is_answered_no_is_no_failure():
    web = await Web(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").start()
    bench, got = Bench(), []
    bench.set("action_blacklist_url", "http://web.test:%d/" % web.port)
    bench.ask("action_blacklist_url", None, got.append)
    while not got:
        await sleep_ms(1)
    assert got == [404] and bench.counted("action_blacklist_url") == (1, 1, 1, 0, 0, 0)
    assert bench.logged("Answer 404") and not bench.logged("Refused")
    web.close()
    bench.stop()


async def test_under_a_flood_the_events_of_strangers_give_way_first():
    bench = Bench(action_url_queue=4)
    bench.sender.busy = {1: False, 2: False, 3: False}  # nothing may start
    bench.stranger = lambda context: context["from"] == "stranger"
    bench.set("a", "http://web.test/?n=$csta_id")

    def fire(number, who):
        bench.fire("a", {"csta_id": number, "from": who})

    def waiting():
        return [int(x.path[4:]) for x in bench.queue.entries]

    for number, who in enumerate(("owner", "stranger", "owner", "stranger")):
        fire(number, who)
    for number in range(4, 8):
        fire(number, "stranger")
    assert waiting() == [0, 2, 6, 7]
    fire(8, "owner")
    fire(9, "owner")
    assert waiting() == [0, 2, 8, 9]
    fire(10, "stranger")  # there is nobody of less weight
    assert waiting() == [0, 2, 8, 9]
    fire(11, "owner")
    assert waiting() == [2, 8, 9, 11] and bench.counted()[5] == 8
    bench.stop()


async def test_a_handshake_waits_for_a_calm_moment_but_not_for_long():
    for calm_after, least, most in ((3, 3, 5), (1000, 28, 32)):
        looks = [0]

        def calm(looks=looks, calm_after=calm_after):
            looks[0] += 1
            return looks[0] > calm_after

        bench = Bench(calm=calm, check_trusted_certificate=True)  # and nobody to be trusted
        assert not await bench.go("https://web.test/x")
        assert least <= looks[0] <= most, looks
        assert bench.logged("Failed ca_certificate is empty"), bench.lines
        looks[0] = 0
        assert not await bench.go("http://nowhere.invalid/x")
        assert looks[0] == 0
        bench.stop()


async def test_the_second_event_over_tls_waits_for_the_first_ones_connection_not_for_a_handshake():
    web = await Web(OK, True).start()  # it does not say that the connection stays
    bench = Bench(calm=lambda: True, check_trusted_certificate=False)

    async def connect(ip, port, tls=None, server_hostname=None):
        bench.network.count += 1
        return await asyncio.open_connection(ip, port)

    bench.network.connect = connect
    for name in "ab":
        bench.set(name, "https://web.test:%d/%s" % (web.port, name))
        bench.fire(name)
    await web.wait(2)
    assert web.paths() == ["/a", "/b"] and bench.network.count == 1
    bench.stop()
    web.close()


async def test_a_test_waits_for_the_answer_and_says_what_it_was():
    web = await Web(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n").start()
    bench = Bench()
    bench.set("a", "http://web.test:%d/?u=x:y@z&n=$csta_id http://nowhere.invalid/" % web.port)
    first, second = await bench.test("a", {"csta_id": 7})
    assert first["status"] == 418 and first["cause"] == "" and 0 <= first["ms"] < 2000
    assert first["url"] == "http://web.test:%d/?u=***&n=7" % web.port
    assert second["status"] == 0 and second["cause"] == "no address for nowhere.invalid"
    assert bench.counted("a") == (2, 1, 0, 2, 0, 0) and await bench.test("b", None) == []
    web.close()
    bench.stop()
