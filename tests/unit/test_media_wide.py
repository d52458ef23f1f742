"""Wideband calls: G.722 both ways, beside calls of 8 kHz, and all that is heard with the voice."""

from array import array

from mediakit import Call, Phone, Said, alike, pair, power, run, speech, tone
from support import Clock

from media.g711 import ALAW
from media.g722 import Encoder
from media.jitter import Jitter
from media.loops import alaw


def _rtp(phone):
    return [x for x, _ in phone.network.seen if not 192 <= x[1] <= 223]


def _hears(phone, *tones):
    """Return which of `tones` a phone has heard in the last 0.2 s, by the rate of its frames."""
    wide = phone.audio.wide[-3200:]
    return [hz for hz in tones if power(wide, hz, 16000) > 0.05]


def test_two_phones_hear_each_other_and_what_8_khz_cannot_carry():
    first, second = pair(codec="G722")
    run(first.clock, 2000, first, second)
    for phone, says in ((second, speech), (first, lambda i: speech(i + 1000))):
        found, delay = alike(phone.audio, says, 1200)
        assert found > 0.99, found
        assert delay <= 80 * 8, delay
        assert phone.audio.sizes == {320}
    first.audio.fine = tone(6000, 16000)
    run(first.clock, 1000, first, second)
    assert _hears(second, 2000, 6000) == [6000]
    assert power(second.audio.wide[-3200:], 6000, 16000) > 0.2


def test_a_packet_has_160_bytes_and_as_many_ticks_for_20_ms():
    for ptime in (10, 30):
        first, second = pair(codec="G722", ptime=ptime)
        run(first.clock, 1200, first, second)
        packets = _rtp(first)
        assert abs(len(packets) - 1200 // ptime) <= 2
        assert {len(x) for x in packets} == {12 + 8 * ptime} and {x[1] & 127 for x in packets} == {
            9
        }
        stamps = [int.from_bytes(x[4:8], "big") for x in packets]
        assert {stamps[i + 1] - stamps[i] for i in range(len(stamps) - 1)} == {8 * ptime}
        assert alike(second.audio, speech, 1600)[0] > 0.98, ptime


def test_the_payload_number_is_the_one_that_was_agreed():
    first, second = pair()
    first.hears(second, codec="G722", payload=109)
    run(first.clock, 500, first, second)
    assert {x[1] & 127 for x in _rtp(first)[5:]} == {109}


def test_muted_sends_silence_and_hold_brings_no_old_speech_back():
    first, second = pair(codec="G722")
    run(first.clock, 500, first, second)
    first.voice.muted = True
    run(first.clock, 1000, first, second)
    assert max(second.audio.wide[-3200:]) < 20
    first.voice.muted = False
    first.call.state = "held"
    second.hears(first, codec="G722", direction="sendonly")
    run(first.clock, 1000, first, second)
    assert max(first.audio.played[-1600:]) == 0 and max(second.audio.played[-1600:]) < 20
    first.call.state = "connected"
    second.hears(first, codec="G722")
    run(first.clock, 2000, first, second)
    assert alike(second.audio, speech, 1200)[0] > 0.99
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_a_tenth_of_the_packets_lost_is_concealed():
    first, second = pair(codec="G722")
    run(first.clock, 1000, first, second)
    count = [0]

    def lost(data):
        count[0] += 1
        return count[0] % 10 == 3

    first.network.lost = lost
    before = second.voice.stream(second.call).jitter.concealed
    run(first.clock, 2000, first, second)
    stream = second.voice.stream(second.call)
    assert stream.source.lost() >= 8
    assert stream.jitter.concealed - before >= 8 * 160
    assert alike(second.audio, speech, 2000)[0] > 0.9


def test_the_buffer_shrinks_without_a_click_and_the_decoder_goes_on_where_it_was():
    jitter, encoder, coded = Jitter(), Encoder(), bytearray(160)
    jitter.widen(1)
    codes = array("h", [i for i in range(256)])
    wave = tone(500, 16000)
    out, samples = array("h", bytes(640)), array("h", bytes(640))
    jitter.target, steps, last = 1600, 0, 0
    for n in range(160):
        for i in range(320):
            samples[i] = wave(320 * n + i)
        encoder.encode(samples, 0, coded, 0, 160)
        jitter.put(coded, 0, 160, 160 * n, 160 * n, codes, False)
        jitter.take(out, 160 * n)
        if n == 30:
            jitter.target = 400
        if n > 20:
            jumps = [abs(out[i] - (out[i - 1] if i else last)) for i in range(320)]
            steps = max(jumps + [steps])
        last = out[319]
    assert jitter.shrunk > 1000 and jitter.delay(160 * 160) < 800, jitter.shrunk
    assert power(out, 500, 16000) > 0.2
    assert steps < 1900, steps  # 8000 high at 500 Hz goes in steps of 1570


def test_a_stream_that_changes_its_codec_is_followed_whatever_was_described():
    first, second = pair(codec="G722")
    run(first.clock, 1000, first, second)
    for codec, sizes in (("PCMA", {320}), ("G722", {320}), ("PCMU", {320})):
        first.hears(second, codec=codec)  # we send another one, they still send G.722
        run(first.clock, 1500, first, second)
        assert alike(second.audio, speech, 1200)[0] > 0.99, codec
        assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99, codec
        first.audio.sizes.clear()
        run(first.clock, 100, first, second)
        assert first.audio.sizes == sizes, codec
    second.hears(first, codec="PCMU")
    run(first.clock, 1500, first, second)
    first.audio.sizes.clear()
    run(first.clock, 100, first, second)
    assert first.audio.sizes == {160}, "both ways are narrow"
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_where_memory_is_short_a_wideband_call_has_no_voice_and_goes_on():
    first, second = pair()
    run(first.clock, 200, first, second)
    real = first.voice.rates.widen

    def full():
        raise MemoryError

    first.voice.rates.widen = full
    first.hears(second, codec="G722")
    assert "memory is short" in first.lines[-1]
    first.voice.media(first.call)
    run(first.clock, 500, first, second)
    assert first.audio.sizes == {160} and max(first.audio.played[-1600:]) == 0
    second.hears(first, codec="G722")  # what comes then is no voice that we could take
    first.hears(second, codec="PCMU")
    unknown = first.voice.stream(first.call).unknown
    run(first.clock, 500, first, second)
    assert first.voice.stream(first.call).unknown > unknown + 10
    first.voice.rates.widen = real
    first.hears(second, codec="G722")
    run(first.clock, 1000, first, second)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_digits_in_band_are_tones_at_the_streams_own_rate():
    first, second = pair(codec="G722", events=None)
    run(first.clock, 500, first, second)
    assert first.voice.send_tones(first.call, "5")
    low = high = 0
    for _ in range(40):
        run(first.clock, 10, first, second)
        heard = second.audio.wide[-640:]
        low, high = max(low, power(heard, 770, 16000)), max(high, power(heard, 1336, 16000))
    assert low > 0.1 and high > 0.1, (low, high)
    run(first.clock, 1000, first, second)
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_digits_as_events_go_with_wideband_too():
    first, second = pair(codec="G722")
    run(first.clock, 500, first, second)
    assert first.voice.send_dtmf(first.call, "17#")
    run(first.clock, 1500, first, second)
    assert "".join(second.digits) == "17#"


def test_the_tones_of_the_phone_have_their_frequency_in_a_wideband_call():
    first, second = pair(codec="G722")
    second.audio.says = None
    run(first.clock, 500, first, second)
    first.voice.tone("waiting")
    run(first.clock, 200, first, second)
    assert power(first.audio.wide[-1600:], 425, 16000) > 0.1
    run(first.clock, 600, first, second)
    assert max(first.audio.wide[-1600:]) < 20, "two of 200 ms, and a pause of five seconds"


def test_comfort_noise_has_its_level_at_16_khz():
    first, second = pair(codec="G722")
    run(first.clock, 1000, first, second)
    stream = second.voice.stream(second.call)
    stream.jitter.comfort(40)
    run(first.clock, 400, second)
    heard = second.audio.wide[-3200:]
    mean = sum([x * x for x in heard]) / len(heard)
    assert 0.5 < mean / (32768 * 0.01) ** 2 < 2, mean


def _conference(*codecs):
    """Return a phone in the middle of two, joined, and those two, of `codecs`; each says a tone,
    and one that only 16 kHz can carry."""
    wires, clock = {}, Clock(0x3FFFF000)
    phones = []
    for n, (low, high) in enumerate(((500, 4600), (1000, 5500), (1600, 6500))):
        phones.append(Phone("10.0.0.%d" % (n + 1), wires, clock, tone(low)))
        phones[n].audio.fine = _sum(tone(low, 16000), tone(high, 16000))
    middle, left, right = phones
    middle.join(left, codec=codecs[0])
    left.join(middle, codec=codecs[0])
    middle.other = Call()
    port = middle.voice.port(middle.other)
    right.voice.port(right.call)
    middle.other.voice = Said("10.0.0.3", right.voice.port(right.call), codec=codecs[1])
    middle.voice.media(middle.other)
    right.call.voice = Said("10.0.0.1", port, codec=codecs[1])
    right.voice.media(right.call)
    middle.voice.joined = (middle.call, middle.other)
    return phones


def _sum(one, two):
    return lambda i: one(i) // 2 + two(i) // 2


_TONES = (500, 1000, 1600, 4600, 5500, 6500)


def test_in_a_wideband_conference_all_is_heard_by_all():
    middle, left, right = _conference("G722", "G722")
    run(middle.clock, 700, middle, left, right)
    assert _hears(middle, *_TONES) == [1000, 1600, 5500, 6500]
    assert _hears(left, *_TONES) == [500, 1600, 4600, 6500]
    assert _hears(right, *_TONES) == [500, 1000, 4600, 5500]


def test_in_a_conference_of_two_rates_each_hears_what_his_line_carries():
    for order in (("G722", "PCMA"), ("PCMA", "G722")):
        middle, left, right = _conference(*order)
        if order[0] == "PCMA":
            left, right = right, left
            wide, narrow = (1600, 6500), 1000
        else:
            wide, narrow = (1000, 5500), 1600
        run(middle.clock, 700, middle, left, right)
        assert _hears(middle, *_TONES) == sorted((narrow,) + wide), order
        assert _hears(left, *_TONES) == sorted((500, 4600, narrow)), order
        last = right.audio.played[-1600:]
        assert right.audio.sizes == {160}
        assert [hz for hz in (500, 1000, 1600) if power(last, hz) > 0.05] == sorted((500, wide[0]))
        for folded in (8000 - 4600, 8000 - wide[1]):
            assert power(last, folded) < 0.01, "what 8 kHz cannot carry"


def test_when_the_wideband_one_leaves_a_conference_the_call_is_narrow_again():
    middle, left, right = _conference("G722", "PCMA")
    run(middle.clock, 600, middle, left, right)
    middle.call.state = "ended"
    middle.voice.media(middle.call)
    middle.audio.sizes.clear()
    run(middle.clock, 600, middle, left, right)
    assert middle.audio.sizes == {160}
    last = middle.audio.played[-1600:]
    assert power(last, 1600) > 0.05 and power(last, 1000) < 0.01


def test_of_two_calls_of_two_rates_the_one_that_is_heard_decides():
    middle, left, right = _conference("G722", "PCMA")
    middle.voice.joined = ()
    middle.other.state = "held"
    run(middle.clock, 500, middle, left, right)
    assert middle.audio.sizes == {320}
    before = len(right.audio.wide)
    middle.call.state, middle.other.state = "held", "connected"
    middle.audio.sizes.clear()
    run(middle.clock, 600, middle, left, right)
    assert middle.audio.sizes == {160} and not before
    assert power(right.audio.played[-1600:], 500) > 0.05
    assert max(left.audio.wide[-3200:]) < 20, "silence at its own rate"


def test_a_packet_of_g711_in_a_wideband_stream_is_no_noise():
    first, second = pair(codec="G722")
    run(first.clock, 500, first, second)
    stream, samples, coded = (
        second.voice.stream(second.call),
        array("h", [0] * 160),
        bytearray(160),
    )
    alaw(samples, 0, coded, 0, 160)
    assert max([abs(ALAW[x]) for x in coded]) <= 8
    packet = bytearray(_rtp(first)[-1])
    for _ in range(10):
        packet[1] = 8
        packet[2:4] = (int.from_bytes(packet[2:4], "big") + 1 & 0xFFFF).to_bytes(2, "big")
        packet[4:8] = (int.from_bytes(packet[4:8], "big") + 160 & 0xFFFFFFFF).to_bytes(4, "big")
        packet[12:] = coded
        first.network.carry(
            first.network.sockets[first.voice.stream(first.call).port.number],
            bytes(packet),
            ("10.0.0.2", stream.port.number),
        )
        run(first.clock, 20, second)
    assert max(second.audio.played[-800:]) < 600
