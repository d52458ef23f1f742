"""Connections to web servers: how long they are kept, how many, and whose address is next."""

from actions_support import OK, Web
from support import Clock, raises
from test_net_http import STAYS, Kit

from base.compat import sleep_ms
from base.timers import Timers
from net.http_pool import Server
from net.tls import TimeUnknown


async def several(count, **more):
    """Return a kit with a clock of its own, and `count` servers that keep connections."""
    kit = Kit(clock=Clock(), **more)
    webs = []
    for _ in range(count):
        webs.append(await Web(STAYS, True).start())
    return kit, webs


async def done(kit, webs):
    kit.stop()
    for web in webs:
        web.close()


def server(web, secure=False):
    return Server(secure, "web.test", web.port, False)


async def asked(kit, web, scheme="https", path="/"):
    _, error = await kit.get("%s://web.test:%d%s" % (scheme, web.port, path))
    assert error is None, error


async def test_over_tls_a_connection_is_kept_four_minutes_else_a_second():
    for scheme, kept in (("https", 240_000), ("http", 1000)):
        kit, (web,) = await several(1)
        for _ in range(2):  # each request begins the time anew
            await asked(kit, web, scheme)
            kit.clock.move(kept - 500, kit.timers)
        assert web.connections == 1 and kit.client.pool.kept
        await asked(kit, web, scheme)
        kit.clock.move(kept + 500, kit.timers)
        assert not kit.client.pool.kept  # without that anybody asked
        await asked(kit, web, scheme)
        assert web.connections == 2, scheme
        await done(kit, [web])


async def test_what_a_server_says_of_its_patience_counts_but_a_second():
    for seconds, kept in ((5, 4000), (600, 240_000)):
        answer = STAYS.replace(b"\r\n\r\n", b"\r\nKeep-Alive: timeout=%d\r\n\r\n" % seconds)
        kit = Kit(clock=Clock())
        web = await Web(answer, True).start()
        await asked(kit, web)
        kit.clock.move(kept - 500, kit.timers)
        assert kit.client.pool.ready(server(web, True)), seconds
        kit.clock.move(500, kit.timers)
        assert not kit.client.pool.ready(server(web, True)), seconds
        await done(kit, [web])


async def test_over_tls_a_second_after_an_answer_shows_whether_the_connection_serves_again():
    kit = Kit(clock=Clock())
    webs = [await Web(OK, True).start(), await Web(OK, True).start()]
    pool = kit.client.pool
    for web in webs:
        here = server(web, True)
        assert not pool.proving(here)
        await asked(kit, web)  # it does not say whether it stays
        assert pool.proving(here) and not pool.ready(here)
        kit.clock.move(999, kit.timers)
        assert pool.proving(here)
        if web is webs[0]:
            kit.clock.move(1, kit.timers)
            assert pool.ready(here)
        else:
            web.cut()
            await sleep_ms(5)
            kit.clock.now += 1  # nobody has looked at it since, as happens on a busy loop
        assert not pool.proving(here)
        assert (here in pool._proven) == (web is webs[0])
    await asked(kit, webs[0], "http")
    assert not pool.proving(server(webs[0]))
    await done(kit, webs)


async def test_without_tls_nothing_has_to_be_ready():
    kit, (web,) = await several(1)
    assert kit.client.pool.ready(server(web)) and not kit.client.pool.ready(server(web, True))
    assert not kit.client.pool.has(server(web, True))
    await asked(kit, web)
    assert kit.client.pool.has(server(web, True)) and not kit.client.pool.has(server(web))
    await done(kit, [web])


async def test_two_over_tls_are_all_whether_kept_or_in_use():
    kit, webs = await several(3)
    pool = kit.client.pool
    await asked(kit, webs[0])
    first = await pool.take(server(webs[1], True))
    assert pool.has(server(webs[0], True)) and pool.has(server(webs[1], True))
    second = await pool.take(server(webs[2], True))
    assert not pool.has(server(webs[0], True))
    pool.give(second, True)
    pool.give(first, True)
    assert [x.server.port for x in pool.kept] == [webs[2].port, webs[1].port]
    await pool.take(server(webs[0], True))  # the one that was used last stays
    assert [x.server.port for x in pool.kept] == [webs[1].port]
    await done(kit, webs)


async def test_two_to_one_server_are_two():
    kit, webs = await several(2)
    pool = kit.client.pool
    here = server(webs[0], True)
    one, two = await pool.take(here), await pool.take(here)
    pool.give(one, True)
    assert pool.has(here)
    pool.drop(two)
    assert pool.has(here) and not pool._used  # the one that is kept
    again = await pool.take(here)
    assert again is one and again.kept
    pool.drop(again)
    assert not pool.has(here)
    await done(kit, webs)


async def test_who_cannot_be_connected_to_is_tried_at_his_next_address():
    kit, (web,) = await several(1)
    kit.resolver.addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    here = server(web)

    async def refuse(ip, port, tls=None, server_hostname=None):
        raise OSError("refused")

    connect, kit.network.connect = kit.network.connect, refuse
    with raises(OSError):
        await kit.client.pool.take(here)
    assert kit.resolver.addresses == ["127.0.0.2", "127.0.0.3", "127.0.0.1"]
    assert not kit.client.pool.has(here)
    kit.network.connect = connect
    connection = await kit.client.pool.take(here)
    assert connection.ip == "127.0.0.2"
    kit.client.pool.refused(connection)
    assert kit.resolver.addresses == ["127.0.0.3", "127.0.0.1", "127.0.0.2"]
    assert not kit.client.pool.has(here)
    await done(kit, [web])


async def test_an_address_that_is_not_allowed_is_not_connected_to_nor_used():
    kit, (web,) = await several(1)

    def allowed(ip):
        raise OSError("not " + ip)

    with raises(OSError):
        await kit.client.pool.take(server(web), allowed)
    assert web.connections == 0 and kit.network.count == 0
    await asked(kit, web, "http")
    with raises(OSError) as caught:
        await kit.client.pool.take(server(web), allowed)
    assert str(caught.value) == "not 127.0.0.1"
    assert not kit.client.pool.kept and not kit.client.pool.has(server(web))
    await done(kit, [web])


async def test_after_a_restart_nothing_is_kept_and_all_is_looked_at_again():
    kit, (web,) = await several(1)
    await asked(kit, web)
    await kit.client.pool.take(server(web))
    kit.client.restart(kit.timers)
    assert not kit.client.pool.kept and not kit.client.pool.has(server(web))
    await asked(kit, web)
    assert web.connections == 3 or kit.network.count == 3
    kit.clock.move(241_000, kit.timers)
    assert not kit.client.pool.kept
    await done(kit, [web])


async def test_a_server_that_has_said_so_once_is_taken_at_its_word_until_it_breaks_it():
    kit, webs = await several(1)
    (web,) = webs
    await asked(kit, web)  # "keep-alive"
    web.serve = OK  # says nothing any more
    for _ in range(3):
        await asked(kit, web)
    assert web.connections == 1
    kit.client.pool.broken(await kit.client.pool.take(server(web, True)))
    await asked(kit, web)
    await asked(kit, web)  # not proven any more: a connection each
    assert web.connections == 3
    await done(kit, webs)


async def test_eight_servers_are_known_to_keep_connections():
    kit, webs = await several(9)
    for web in webs:
        await asked(kit, web)
        web.serve = OK
    for index, more in ((8, 0), (1, 1), (0, 2)):  # the first of all has been forgotten
        before = webs[index].connections
        await asked(kit, webs[index])
        await asked(kit, webs[index])
        assert webs[index].connections - before == more, index
    await done(kit, webs)


async def test_what_closes_is_told_with_how_long_it_was_of_no_use():
    kit, webs = await several(2)
    told = []
    kit.client.pool.lost = lambda place, idle: told.append((place.port, idle))
    await asked(kit, webs[0])
    await kit.tick(3000)
    assert told == []
    webs[0].cut()
    await sleep_ms(5)
    await kit.tick(1000)
    ((port, idle),) = told
    assert port == webs[0].port and 3000 <= idle <= 4000
    await done(kit, webs)


async def test_two_servers_at_most_are_connected_to_ahead_of_need_one_after_the_other():
    kit, webs = await several(3)
    from_urls = [server(x, True) for x in webs]
    kit.client._ahead.want([server(webs[0])] + from_urls[:1] * 2 + from_urls[1:])
    pool = kit.client.pool
    for count in (1, 2):
        kit.clock.move(1000, kit.timers)
        await kit.until(lambda count=count: len(pool.kept) == count)
    await kit.tick(10_000)
    assert [x.connections for x in webs] == [1, 1, 0], [x.connections for x in webs]
    kit.client.restart(kit.timers)
    for count in (1, 2):
        kit.clock.move(1000, kit.timers)
        await kit.until(lambda count=count: len(pool.kept) == count)
    assert [x.connections for x in webs] == [2, 2, 0]
    await done(kit, webs)


async def test_without_network_nothing_is_connected_to_ahead_of_need():
    kit, (web,) = await several(1)
    kit.network.up = False
    kit.client._ahead.want([server(web, True)])
    await kit.tick(3000)
    assert kit.network.count == 0
    kit.network.up = True
    await kit.tick(1000)
    await kit.until(lambda: web.connections == 1)
    await done(kit, [web])


async def test_while_the_time_is_not_known_nothing_has_failed_and_soon_after_it_is_connected_to():
    kit, (web,) = await several(1)
    trust = kit.client.pool.trust

    def unknown(verified=False):
        raise TimeUnknown("the time is not known yet")

    known, trust.context = trust.context, unknown
    kit.client._ahead.want([server(web, True)])
    await kit.tick(7000)
    assert kit.network.count == 0 and kit.lines == []
    trust.context = known
    await kit.tick(1000)
    await kit.until(lambda: web.connections == 1)
    await done(kit, [web])


async def test_a_server_without_answer_is_tried_after_one_two_four_minutes_and_half_an_hour():
    kit, (web,) = await several(1)
    tries = []

    async def refuse(ip, port, tls=None, server_hostname=None):
        tries.append(kit.clock.now)
        raise OSError("refused")

    kit.network.connect = refuse
    kit.client._ahead.want([server(web, True)])
    for _ in range(1440):
        kit.clock.move(5000, kit.timers)
        for _ in range(3):
            await sleep_ms(0)
    gaps = [(tries[x + 1] - tries[x]) // 1000 for x in range(len(tries) - 1)]
    for index, wanted in enumerate((60, 120, 240, 480, 960, 1920, 1920)):
        assert wanted <= gaps[index] <= wanted + 5, gaps
    assert kit.lines[0].startswith("No connection to web.test:%d yet: refused" % web.port)
    await done(kit, [web])


async def test_a_server_that_is_slow_to_connect_to_is_not_connected_to_twice():
    kit, (web,) = await several(1)
    begun = []
    connect = kit.network.connect

    async def slow(ip, port, tls=None, server_hostname=None):
        begun.append(kit.clock.now)
        while len(begun) == 1 and not go:
            await sleep_ms(1)
        return await connect(ip, port, tls, server_hostname)

    go = []
    kit.network.connect = slow
    kit.client._ahead.want([server(web, True)])
    await kit.tick(4000)
    assert len(begun) == 1
    go.append(True)
    await kit.until(lambda: kit.client.pool.kept)
    await kit.tick(4000)
    assert len(begun) == 1 and web.connections == 1
    await done(kit, [web])


async def test_what_is_kept_is_looked_at_by_one_timer_and_none_where_nothing_is():
    kit, webs = await several(2)
    before = len(kit.timers)
    for web in webs:
        await asked(kit, web)
    assert len(kit.timers) == before + 1
    kit.clock.move(10_000, kit.timers)
    assert len(kit.timers) == before + 1
    kit.client.pool.close()
    kit.clock.move(1000, kit.timers)
    assert len(kit.timers) == before
    await asked(kit, webs[0])
    assert len(kit.timers) == before + 1
    await done(kit, webs)


async def test_after_a_restart_it_is_the_new_timers_that_look():
    kit, (web,) = await several(1)
    await asked(kit, web)
    timers = Timers(kit.clock)
    kit.client.restart(timers)
    pool = kit.client.pool
    pool.give(await pool.take(server(web, True)), True)
    assert len(timers) == 1 and len(pool.kept) == 1
    kit.clock.move(240_000, timers)
    assert not pool.kept
    await done(kit, [web])


async def test_a_connection_that_breaks_is_closed_and_not_in_use_any_more():
    kit, (web,) = await several(1)
    pool, here = kit.client.pool, server(web, True)
    for way in (pool.broken, pool.drop, pool.refused):
        connection = await pool.take(here)
        closed = []
        connection.close = lambda closed=closed: closed.append(1)
        assert pool.has(here)
        way(connection)
        assert closed == [1] and not pool.has(here)
    await done(kit, [web])
