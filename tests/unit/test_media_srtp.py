"""SRTP and SRTCP: vectors of RFC 3711 and of libsrtp, replay, roll-over, forgery, whole calls."""

import hashlib
from binascii import unhexlify

from mediakit import Said, alike, pair, run, speech
from support import only_in_the_vm

from base.compat import aes
from media.sha1 import Mac
from media.srtp import SUITES, Stream, Way, derive

_MASTER = unhexlify("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6")
_OTHER = bytes(range(30))
_LONG, _SHORT = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"


def _rtp(sequence, body=b"\xab" * 16, ssrc="cafebabe"):
    stamp = (160 * sequence & 0xFFFFFFFF).to_bytes(4, "big")
    return bytearray(b"\x80\x00" + (sequence & 0xFFFF).to_bytes(2, "big") + stamp
                     + unhexlify(ssrc) + body)  # fmt: skip


def _sealed(way, packet):
    out = bytearray(len(packet) + 10)
    return out[: way.protect(packet, len(packet), out)]


def _opened(way, data):
    data = bytearray(data)
    size = way.open(data, len(data), 12)
    return bytes(data[:size]) if size else None


def test_the_key_stream_is_that_of_the_standard():  # RFC 3711 B.2
    key = unhexlify("2b7e151628aed2a6abf7158809cf4f3c")
    stream = Stream(key, unhexlify("f0f1f2f3f4f5f6f7f8f9fafbfcfd"))
    out = bytearray(16 * 0xFF03)
    stream.lay(out, 0, out, 0, len(out), bytes(4), 0, 0, 0)
    for block, wanted in (
        (0, "e03ead0935c95e80e166b16dd92b4eb4"),
        (1, "d23513162b02d0f72a43a2fe4a5f97ab"),
        (2, "41e95b3bb0a2e8dd477901e4fca894c0"),
        (0xFEFF, "ec8cdf7398607cb0f2d21675ea9ea1e4"),
        (0xFF00, "362b7c3c6773516318a077d7fc5073ae"),
        (0xFF01, "6a2cc3787889374fbeb4c81b17ba6c44"),
    ):
        assert out[16 * block : 16 * block + 16] == unhexlify(wanted), block


def test_keys_are_derived_as_the_standard_derives_them():  # RFC 3711 B.3
    assert derive(_MASTER, 0, 16) == unhexlify("c61e7a93744f39ee10734afe3ff7a087")
    assert derive(_MASTER, 2, 14) == unhexlify("30cbbc08863d8c85d49db34a9ae1")
    assert derive(_MASTER, 1, 96) == unhexlify(
        "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578e"
        "f72270986371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f"
        "34db60dbdfb2dc68"
    )


def test_a_packet_is_the_one_that_libsrtp_makes():
    packet = bytearray(unhexlify("800f1234decafbadcafebabe") + b"\xab" * 16)
    for suite, wanted in (
        (_LONG, "4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"),
        (_SHORT, "4e55dc4ce79978d88ca4d215949d2402b78d6acc"),
    ):
        sealed = _sealed(Way(_MASTER, SUITES[suite]), packet)
        assert sealed == packet[:12] + unhexlify(wanted), suite
        assert _opened(Way(_MASTER, SUITES[suite]), sealed) == bytes(packet)


def test_a_report_is_the_one_that_libsrtp_makes():
    report = unhexlify("81c8000bcafebabe") + b"\xab" * 16
    sealed = unhexlify(
        "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798"
    )
    way = Way(_MASTER, 10)
    way.protect_report(report)  # libsrtp begins with 1
    assert way.protect_report(report) == sealed
    assert Way(_MASTER, 10).open_report(sealed) == report


def test_a_tag_is_hmac_sha1_of_packets_of_any_length():
    key, data = bytes(range(20)), bytes([i * 7 & 255 for i in range(300)])
    mac = Mac(key)
    inner, outer = bytes([x ^ 0x36 for x in key]), bytes([x ^ 0x5C for x in key])
    for n in list(range(0, 70)) + list(range(110, 140)) + [172, 300]:
        mac.make(data, n, b"\1\2\3\4", 4)
        first = hashlib.sha1(inner + b"\x36" * 44 + data[:n] + b"\1\2\3\4").digest()
        assert mac.digest == hashlib.sha1(outer + b"\x5c" * 44 + first).digest(), n


def test_what_was_changed_on_its_way_is_refused():
    sealed = _sealed(Way(_MASTER, 10), _rtp(7))
    for at in range(len(sealed)):
        forged = bytearray(sealed)
        forged[at] ^= 1
        way = Way(_MASTER, 10)
        assert _opened(way, forged) is None and way.forged == 1, at
    way = Way(_MASTER, 10)
    for cut in (11, 12, 15, 21, len(sealed) - 1):
        assert _opened(way, sealed[:cut]) is None
    assert _opened(Way(_OTHER, 10), sealed) is None
    assert _opened(way, sealed) == bytes(_rtp(7))  # nothing of all that has hurt


def test_a_packet_is_taken_once_and_late_ones_within_the_window():
    sender, way = Way(_MASTER, 10), Way(_MASTER, 10)
    sealed = [_sealed(sender, _rtp(100 + i)) for i in range(200)]
    for i in (0, 1, 5, 3, 4, 2, 70, 10):
        assert _opened(way, sealed[i]), i
        assert _opened(way, sealed[i]) is None, i
    assert _opened(way, sealed[6]) is None  # 64 and more behind
    assert way.replayed == 9 and way.forged == 0
    assert _opened(way, sealed[7]) and _opened(way, sealed[199])


def test_the_sequence_number_rolls_over_both_ways_late_packets_too():
    sender, way = Way(_MASTER, 10), Way(_MASTER, 10)
    numbers = [65530 + i for i in range(12)] + [65536 + 32768 * i for i in (1, 2, 3, 4)]
    numbers = numbers[:12] + [65536 + 20000 * i for i in range(1, 8)]
    sealed = {n: _sealed(sender, _rtp(n)) for n in numbers}
    order = [65530, 65532, 65536, 65535, 65531, 65538, 65537, 65534]
    for n in order + numbers[12:]:
        assert _opened(way, sealed[n]) == bytes(_rtp(n)), n
    assert sender._roll == way._roll == 3
    again = Way(_MASTER, 10)
    assert _opened(again, sealed[numbers[-1]]) is None  # who does not know the roll-over


def test_another_source_under_the_same_key_begins_anew_and_the_old_one_is_gone():
    sender, second, way = Way(_MASTER, 10), Way(_MASTER, 10), Way(_MASTER, 10)
    old = [_sealed(sender, _rtp(65535 + i)) for i in range(3)]
    for each in old[:2]:
        assert _opened(way, each)
    new = [_sealed(second, _rtp(500 + i, ssrc="00000001")) for i in range(3)]
    forged = bytearray(new[0])
    forged[-1] ^= 1
    assert _opened(way, forged) is None and _opened(way, old[2])
    for each in new:
        assert _opened(way, each) is not None
    assert _opened(way, old[0]) is None and _opened(way, old[2]) is None


def test_reports_are_taken_once_and_forged_ones_never():
    sender, way = Way(_MASTER, 10), Way(_MASTER, 10)
    report = unhexlify("81c9000700000001") + bytes(range(24))
    sealed = [sender.protect_report(report) for _ in range(4)]
    assert way.open_report(sealed[2]) == report and way.open_report(sealed[1]) == report
    assert way.open_report(sealed[2]) is None and way.replayed == 1
    forged = bytearray(sealed[3])
    forged[9] ^= 1
    assert way.open_report(forged) is None and way.open_report(sealed[3][:20]) is None
    assert way.open_report(b"") is None and way.forged == 3
    assert way.open_report(sealed[3]) == report


def test_the_counter_begins_with_salt_source_and_the_whole_index():  # RFC 3711 4.1.1
    key, salt = bytes(range(16)), bytes([7 * i & 255 for i in range(14)])
    encrypt, ssrc = aes(key), unhexlify("cafebabe")
    for high, low in (
        (0, 0),
        (1, 0xFFFF),
        (0x0123, 0x4567),
        (0x01234567, 0x89AB),
        (0x3FFFFFFF, 1),
    ):
        value = int.from_bytes(salt, "big") << 16
        value ^= int.from_bytes(ssrc, "big") << 64 ^ (high << 16 | low) << 16
        wanted = bytearray()
        for block in range(3):
            out = bytearray(16)
            encrypt((value + block).to_bytes(16, "big"), out)
            wanted += out
        found = bytearray(45)
        Stream(key, salt).lay(bytes(44), 1, found, 2, 43, b"xx" + ssrc, 2, high, low)
        assert found[2:] == wanted[:43] and found[:2] == bytes(2), (high, low)


# -- calls ------------------------------------------------------------------------------------


def _secured(suite=_LONG, **said):
    """Return two phones whose voice is encrypted."""
    first, second = pair(**said)
    for phone, other, ours, theirs in ((first, second, _MASTER, _OTHER),
                                       (second, first, _OTHER, _MASTER)):  # fmt: skip
        port = phone.call.voice.port
        phone.call.voice = Said(other.network.ip, port, secret=(suite, ours, theirs), **said)
        phone.voice.media(phone.call)
    return first, second


def test_an_encrypted_call_carries_speech_both_ways_by_both_suites():
    for suite, tag in SUITES.items():
        first, second = _secured(suite)
        run(first.clock, 3000, first, second)
        assert alike(second.audio, speech, 1200)[0] > 0.99, suite
        assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99, suite
        sizes = {len(x) for x, _ in first.network.seen if not 192 <= x[1] <= 223}
        assert sizes == {172 + tag}
        row = first.voice.summary()[0]
        assert row["srtp"] == suite and row["forged"] == 0 and row["lost"] == 0


def test_every_length_of_packet_is_encrypted_and_digits_and_reports_too():
    for ptime in (10, 20, 30, 60):
        first, second = _secured(ptime=ptime)
        run(first.clock, 1000, first, second)
        assert first.voice.send_dtmf(first.call, "42#")
        run(first.clock, 9000, first, second)
        assert "".join(second.digits) == "42#", ptime
        assert second.voice.stream(second.call).reports.received > 0
        assert second.voice.stream(second.call).reports.round_trip is not None
        assert alike(second.audio, speech, 1600)[0] > 0.98, ptime
        assert second.voice.summary()[0]["forged"] == 0


def test_a_shared_port_carries_reports_too():
    first, second = _secured(mux=True)
    run(first.clock, 12000, first, second)
    assert first.voice.stream(first.call).reports.received > 0
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_what_is_not_encrypted_is_not_heard():
    first, second = pair()
    port = second.call.voice.port
    second.call.voice = Said("10.0.0.1", port, secret=(_LONG, _OTHER, _MASTER))
    second.voice.media(second.call)
    run(first.clock, 2000, first, second)
    assert max(second.audio.played) == 0
    assert second.voice.stream(second.call).forged > 50


def test_a_new_key_in_mid_call_is_followed_and_the_same_one_goes_on():
    first, second = _secured()
    run(first.clock, 1000, first, second)
    stream = first.voice.stream(first.call)
    ways = stream._secured.out, stream._secured.way
    new = bytes(range(100, 130))
    first.call.voice = Said("10.0.0.2", first.call.voice.port, secret=(_LONG, _MASTER, new))
    second.call.voice = Said("10.0.0.1", second.call.voice.port, secret=(_LONG, new, _MASTER))
    for phone in (first, second):
        phone.voice.media(phone.call)
    run(first.clock, 2000, first, second)
    assert stream._secured.out is ways[0] and stream._secured.way is not ways[1]
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert alike(second.audio, speech, 1200)[0] > 0.99


@only_in_the_vm
def test_no_packet_allocates():
    import micropython

    sender, way = Way(_MASTER, 10), Way(_MASTER, 10)
    packet, out = _rtp(0, bytes(160)), bytearray(190)
    sender.protect(packet, 172, out)
    way.open(out, 182, 12)
    micropython.heap_lock()
    try:
        for n in range(1, 3000):
            packet[2], packet[3] = n >> 8 & 255, n & 255
            sender.protect(packet, 172, out)
            way.open(out, 182, 12)
    finally:
        micropython.heap_unlock()
    assert way.forged == way.replayed == 0
