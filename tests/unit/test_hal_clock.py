"""The clock, and the time from the network."""

import asyncio

import contracts
from support import raises

import hal.clock.rtc as module
from base.version import RELEASED
from hal.clock import sntp
from hal.clock.rtc import Clock
from hal.clock.sntp import Refused, query

_BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


class _Rtc:
    def datetime(self, value):
        self.value = value


def test_the_clock_keeps_the_contract():
    contracts.clock(Clock(_Rtc()))


def test_setting_the_clock_sets_the_rtc_in_utc():
    rtc = _Rtc()
    Clock(rtc).set(1_790_000_000)  # a Monday
    assert rtc.value[:3] == (2026, 9, 21) and rtc.value[4:7] == (14, 13, 20)
    assert rtc.value[3] == 0


def test_a_text_that_is_no_time_zone_is_refused_and_the_old_one_stays():
    clock = Clock(_Rtc())
    clock.zone(_BERLIN)
    before = clock.localtime()
    for text in (
        "",
        "Berlin",
        "CET",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.1.0,M1.9.9",
        "1",
    ):
        with raises(ValueError):
            clock.zone(text)
    assert clock.localtime()[:4] == before[:4]


def test_a_fixed_offset_needs_no_rule():
    import time

    clock = Clock(_Rtc())
    clock.zone(7200)
    assert clock.localtime()[3] == (time.gmtime()[3] + 2) % 24


class _Socket:
    def __init__(self, answers):
        self.answers = answers
        self.sent = None
        self.closed = False

    def sendto(self, data, address):
        self.sent = data, address
        return self.answers is not None

    async def recvfrom(self):
        while not self.answers:
            await asyncio.sleep(10)
        return self.answers.pop(0)

    def close(self):
        self.closed = True


class _Network:
    def __init__(self, answers):
        self.sock = _Socket(answers)

    def udp(self, port=0):
        return self.sock


_COOKIE = b"12345678"


def _reply(seconds, first=0x24, stratum=2, cookie=_COOKIE):
    stamp = (seconds + 2_208_988_800) & 0xFFFFFFFF
    return (
        bytes((first, stratum))
        + bytes(22)
        + cookie
        + bytes(8)
        + stamp.to_bytes(4, "big")
        + bytes(4)
    )


async def test_who_does_not_answer_is_not_waited_for_and_leaves_no_socket():
    async def over(answer, ms):
        answer.close()
        assert 500 <= ms <= 5000
        raise asyncio.TimeoutError

    before, sntp.wait_for_ms = sntp.wait_for_ms, over
    network = _Network([])
    try:
        with raises(OSError):
            await query(network, "192.0.2.1", _COOKIE)
    finally:
        sntp.wait_for_ms = before
    assert network.sock.closed


async def test_the_servers_time_is_taken_and_strangers_are_not_heard():
    server = ("192.0.2.1", 123)
    network = _Network(
        [
            (_reply(1), ("192.0.2.66", 123)),
            (_reply(2, cookie=b"87654321"), server),
            (b"short", server),
            (_reply(1_790_000_000), server),
        ]
    )
    assert await query(network, "192.0.2.1", _COOKIE) == 1_790_000_000
    assert network.sock.closed and len(network.sock.sent[0]) == 48
    assert network.sock.sent[1] == server


async def test_the_era_after_2036_is_understood():
    network = _Network([(_reply(2_100_000_000), ("192.0.2.1", 123))])
    assert await query(network, "192.0.2.1", _COOKIE) == 2_100_000_000


async def test_a_server_that_refuses_is_told_from_one_that_does_not_answer():
    for code in (b"RATE", b"DENY", b"RSTR", b"\xff\n\0;", bytes(4)):
        data = _reply(1_790_000_000, stratum=0)
        network = _Network([(data[:12] + code + data[16:], ("192.0.2.1", 123))])
        with raises(Refused) as caught:
            await query(network, "192.0.2.1", _COOKIE)
        assert (code == b"RATE") is ("RATE" in str(caught.value)), code


async def test_no_time_before_this_softwares_is_taken_and_any_after_it():
    for seconds in (RELEASED, 2_085_978_495, 2_085_978_497, 4_102_444_800, 4_233_462_143):
        network = _Network([(_reply(seconds), ("192.0.2.1", 123))])
        assert await query(network, "192.0.2.1", _COOKIE) == seconds


async def test_a_server_without_time_and_one_out_of_reach_are_errors():
    for answers in (
        [(_reply(5, stratum=0), ("192.0.2.1", 123))],
        [(_reply(5, stratum=16), ("192.0.2.1", 123))],
        [(_reply(5, first=0xE4), ("192.0.2.1", 123))],
        [(_reply(5, first=0x23), ("192.0.2.1", 123))],
        [(_reply(1_790_000_000, first=0x04), ("192.0.2.1", 123))],  # version 0
        [(_reply(1_790_000_000, first=0x2C), ("192.0.2.1", 123))],  # version 5
        [(_reply(1_790_000_000, first=0x25), ("192.0.2.1", 123))],  # a broadcast
        [(_reply(1_790_000_000, first=0xE4), ("192.0.2.1", 123))],  # not synchronised
        [(_reply(-2_208_988_800), ("192.0.2.1", 123))],  # no time at all
        [(_reply(0), ("192.0.2.1", 123))],
        [(_reply(-1), ("192.0.2.1", 123))],
        [(_reply(RELEASED - 1), ("192.0.2.1", 123))],
        None,
    ):
        network = _Network(answers)
        with raises(OSError):
            await query(network, "192.0.2.1", _COOKIE)
        assert network.sock.closed


def test_a_clock_that_nobody_has_set_tells_no_time():
    kept = module.time
    for now, known in ((0, False), (1_600_000_000, False), (1_700_000_001, True)):
        module.time = type("Time", (), {"gmtime": kept.gmtime, "time": lambda now=now: now})
        try:
            clock = Clock(_Rtc())
            clock._epoch = 0
            assert clock.time() == (now if known else None)
        finally:
            module.time = kept


class _Times:
    """The module `time` of a chip whose clock begins in 1970 or 2000."""

    def __init__(self, now, since):
        self.now, self.since = now, since

    def time(self):
        return self.now - self.since

    def gmtime(self, seconds):
        import time

        return time.gmtime(seconds + self.since)


def test_the_time_is_the_same_whatever_year_the_chip_counts_from():
    kept = module.time
    for since in (0, 946_684_800):
        module.time = _Times(1_790_000_000, since)
        try:
            rtc = _Rtc()
            clock = Clock(rtc)
            assert clock.time() == 1_790_000_000
            assert clock.localtime() == (2026, 9, 21, 14, 13, 20), since
            clock.zone(3600)
            assert clock.localtime() == (2026, 9, 21, 15, 13, 20)
            clock.zone(-7200)
            assert clock.localtime() == (2026, 9, 21, 12, 13, 20)
            clock.zone(_BERLIN)
            assert clock.localtime() == (2026, 9, 21, 16, 13, 20)
            module.time.now = 1_793_000_000  # after the change of October
            assert clock.localtime() == (2026, 10, 26, 8, 33, 20)
            clock.zone("UTC0")
            assert clock.localtime()[3] == 7
            clock.set(1_790_000_000)
            assert rtc.value == (2026, 9, 21, 0, 14, 13, 20, 0)
        finally:
            module.time = kept
