"""Offers and answers: codecs, directions, old hold, several streams, junk."""

from sipkit import Wire
from support import data, raises

from sip import agent as agent_module
from sip.call.negotiation import Negotiation
from sip.call.sdp import allowed, answer, offer, parse, resolved

HEAD = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n"


def _sdp(*lines):
    return (HEAD + "".join([x + "\r\n" for x in lines])).encode()


def _answer(*lines, **more):
    return answer(_sdp(*lines), "10.0.0.1", 4000, 7, **more).decode().split("\r\n")


def test_our_offer_is_read_as_it_was_meant():
    found = parse(offer("10.0.0.1", 4000, 7, 2, "sendonly"))
    assert (found.ip, found.port, found.codec, found.payload) == ("10.0.0.1", 4000, "PCMA", 8)
    assert found.events == 101 and found.direction == "sendonly" and found.index == 0


def test_the_codec_is_the_first_that_both_know_and_dynamic_numbers_are_kept():
    lines = _answer(
        "m=audio 5000 RTP/AVP 9 97 8 99",
        "a=rtpmap:97 pcmu/8000",
        "a=rtpmap:99 telephone-event/8000",
    )
    assert "m=audio 4000 RTP/AVP 97 99" in lines
    assert "a=rtpmap:97 PCMU/8000" in lines and "a=rtpmap:99 telephone-event/8000" in lines


def test_g722_has_number_9_and_a_clock_of_8000_in_offers_and_answers():
    codecs = ("G722", "PCMA", "PCMU")
    data = offer("10.0.0.1", 4000, 7, codecs=codecs)
    lines = data.decode().split("\r\n")
    assert "m=audio 4000 RTP/AVP 9 8 0 101" in lines and "a=rtpmap:9 G722/8000" in lines
    found = parse(data, wide=True)
    assert (found.codec, found.payload) == ("G722", 9)
    for stream, more, number in (
        ("9 0", (), 9),  # it needs no rtpmap
        ("9 0", ("a=rtpmap:9 G722/8000/1",), 9),
        ("9", ("a=rtpmap:9 g722/16000",), 9),  # as some say
        ("109 8", ("a=rtpmap:109 G722/8000",), 109),
        ("8 9", (), 8),
        ("9 8", ("a=rtpmap:9 G722/48000",), 8),
    ):
        lines = _answer("m=audio 5000 RTP/AVP " + stream, *more, wide=True)
        assert "m=audio 4000 RTP/AVP %d" % number in lines, (stream, lines)
        assert number == 8 or "a=rtpmap:%d G722/8000" % number in lines


def test_g722_is_taken_only_where_it_is_wanted():
    assert parse(_sdp("m=audio 5000 RTP/AVP 9 0")).codec == "PCMU"
    with raises(ValueError):
        parse(_sdp("m=audio 5000 RTP/AVP 9"))
    for codecs, number in ((("PCMA",), 8), (("G722", "PCMA"), 9), (("PCMA", "PCMU"), 8)):
        negotiation = Negotiation(7, lambda: 4000, codecs)
        negotiation.take(_sdp("m=audio 5000 RTP/AVP 9 8 0"), True)
        answered = negotiation.describe("10.0.0.1", "sendrecv")
        assert b"m=audio 4000 RTP/AVP %d\r\n" % number in answered, codecs


def test_an_answer_with_g722_that_was_not_offered_is_not_taken():
    negotiation = Negotiation(7, lambda: 4000, ("PCMA", "PCMU"))
    negotiation.describe("10.0.0.1", "sendrecv")
    with raises(ValueError):
        negotiation.take(_sdp("m=audio 5000 RTP/AVP 9"))
    negotiation.take(_sdp("m=audio 5000 RTP/AVP 9 0"))
    assert negotiation.theirs.codec == "PCMU"


def test_the_setting_says_which_codecs_and_a_small_heap_leaves_g722_out():
    for setting, large, small in (
        (None, "G722 PCMA PCMU", "PCMA PCMU"),
        ("g722", "G722 PCMA PCMU", "PCMA PCMU"),
        ("g722_pcmu", "G722 PCMU PCMA", "PCMU PCMA"),
        ("pcma", "PCMA PCMU", "PCMA PCMU"),
        ("pcmu_only", "PCMU", "PCMU"),
    ):
        real = agent_module.small
        try:
            for is_small, wanted in ((False, large), (True, small)):
                agent_module.small = lambda found=is_small: found
                agent = Wire().agent("10.0.0.1", "100", codec_priority=setting)
                assert " ".join(agent.codecs()) == wanted, (setting, is_small)
        finally:
            agent_module.small = real


def test_other_streams_are_refused_in_their_place():
    lines = _answer("m=video 6000 RTP/AVP 96", "m=audio 5000 RTP/AVP 0", "m=image 7000 udptl t38")
    found = [x for x in lines if x[:2] == "m="]
    assert found == ["m=video 0 RTP/AVP 96", "m=audio 4000 RTP/AVP 0", "m=image 0 udptl t38"]


def test_the_answer_stays_within_what_the_offer_allows():
    for theirs, ours, both in (
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
    ):
        assert allowed(theirs, ours) == both
        lines = _answer("m=audio 5000 RTP/AVP 0", "a=" + theirs, direction=ours)
        assert "a=" + both in lines, (theirs, ours)


def test_an_address_of_zeros_is_the_old_way_to_hold():
    media = parse(_sdp("m=audio 5000 RTP/AVP 0", "c=IN IP4 0.0.0.0"))
    assert media.direction == "sendonly"
    media = parse(_sdp("m=audio 5000 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=inactive"))
    assert media.direction == "inactive"


def test_a_direction_of_the_session_counts_until_the_stream_has_its_own():
    data = (HEAD + "a=sendonly\r\nm=audio 5000 RTP/AVP 0\r\n").encode()
    assert parse(data).direction == "sendonly"
    assert parse(data + b"a=sendrecv\r\n").direction == "sendrecv"


def test_what_fits_nothing_is_a_value_error():
    for lines in (
        (),
        ("m=audio 5000 RTP/AVP 9 18",),
        ("m=audio 5000 RTP/SAVP 0",),
        ("m=audio 99999 RTP/AVP 0",),
        ("m=audio x RTP/AVP 0",),
        ("m=audio",),
        ("m=video 5000 RTP/AVP 0",),
        ("m=audio 5000 RTP/AVP 0", "c=IN IP6 ::1"),
        ("m=audio 5000 RTP/AVP 0", "c=IN IP4 300.1.2.3"),
        ("m=audio 5000 RTP/AVP 0", "c=IN IP4 pbx..example"),
        ("m=audio 5000 RTP/AVP 0", "c=IN IP4 pbx_\u00e4.example"),
        ("m=audio 5000 RTP/AVP 0", "c=IN IP4"),
        ("m=audio 5000 RTP/AVP 200", "a=rtpmap:200 PCMU/8000"),
        ("m=audio 5000 RTP/AVP 0",) * 17,
    ):
        with raises(ValueError):
            parse(_sdp(*lines))
    assert parse(_sdp("m=audio 5000 RTP/AVP 0")).port == 5000  # so each was its own fault


def test_a_good_stream_behind_junk_is_not_taken():
    good = _sdp("m=audio 5000 RTP/AVP 0")
    many = 99 - good.count(b"\n")  # 99 lines are read
    for junk in (
        good.replace(b"v=0", b"v=1"),
        good.replace(b"v=0\r\n", b""),
        b"x\r\n" + good,
        b"\xff\xfe" + good,
        good + b"a=\r\n" * (many + 1),
        good.replace(b"m=audio", b"M=audio"),
        good.replace(b"c=IN IP4 10.0.0.9", b"x=IN IP4 10.0.0.9"),
        b"",
    ):
        with raises(ValueError):
            parse(junk)
    assert parse(good).port == parse(good + b"a=\r\n" * many).port == 5000
    assert parse(good.replace(b"\r\n", b"\n")).port == 5000


def test_every_cut_and_many_changes_of_a_description_are_read_or_refused():
    data = _sdp("m=audio 5000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000")
    for index in range(len(data)):
        for junk in (data[:index], data[:index] + b"\xff" + data[index + 1 :]):
            try:
                answer(junk, "10.0.0.1", 4000, 7)
            except ValueError:
                pass


def test_the_answer_has_the_profile_of_the_offer():
    lines = _answer("m=audio 5000 RTP/SAVP 0", "m=audio 5002 RTP/AVPF 0", "a=rtcp-mux")
    found = [x for x in lines if x[:2] == "m="]
    assert found == ["m=audio 0 RTP/SAVP 0", "m=audio 4000 RTP/AVPF 0"]


def test_a_name_of_the_session_that_is_no_utf_8_is_nobodys_concern():
    data = _sdp("m=audio 5000 RTP/AVP 0").replace(b"s=-", b"s=Gespr\xe4ch")
    assert parse(data).port == 5000 and b"m=audio 4000" in answer(data, "10.0.0.1", 4000, 7)


def test_the_first_live_stream_that_fits_is_taken_and_the_others_get_port_0():
    for offered, answered, port in (
        (("m=audio 0 RTP/AVP 0", "m=audio 7016 RTP/AVP 8 101"), (0, 4000), 7016),
        (("m=audio 7000 RTP/AVP 0", "m=audio 7002 RTP/AVP 0"), (4000, 0), 7000),
        (("m=audio 7000 RTP/AVP 18", "m=audio 7002 RTP/AVP 0"), (0, 4000), 7002),
        (("m=audio 7000 RTP/SAVP 0", "m=audio 7002 RTP/AVP 0"), (0, 4000), 7002),
        (
            ("m=video 0 RTP/AVP 31", "m=audio 7002 RTP/AVP 0", "m=audio 0 RTP/AVP 8"),
            (0, 4000, 0),
            7002,
        ),
        (("m=audio 0 RTP/AVP 0",), (0,), 0),  # it is taken out of use (RFC 3264 section 8.2)
    ):
        assert parse(_sdp(*offered)).port == port
        ports = [int(x.split(" ")[1]) for x in _answer(*offered) if x[:2] == "m="]
        assert tuple(ports) == answered, offered


def test_of_alternative_addresses_the_one_that_we_can_reach_is_taken():
    offered = (
        "a=group:ANAT 1 2",
        "m=audio 7000 RTP/AVP 0",
        "c=IN IP6 2001:db8::1",
        "a=mid:1",
        "m=audio 7002 RTP/AVP 0",
        "c=IN IP4 10.0.0.8",
        "a=mid:2",
    )
    found = parse(_sdp(*offered))
    assert (found.ip, found.port, found.index) == ("10.0.0.8", 7002, 1)
    assert [x[:12] for x in _answer(*offered) if x[:2] == "m="] == ["m=audio 0 RT", "m=audio 4000"]


def test_an_address_of_the_stream_goes_before_that_of_the_session():
    for order in (("m=audio 1 RTP/AVP 0", "c=IN IP4 10.0.0.8", "a=sendonly"),):
        assert parse(_sdp(*order)).ip == "10.0.0.8"
    both = _sdp("m=audio 1 RTP/AVP 9", "c=IN IP4 10.0.0.8", "m=audio 2 RTP/AVP 0")
    assert parse(both).ip == "10.0.0.9"  # not that of another stream


def test_a_name_in_place_of_an_address_is_kept_to_be_resolved():
    for name in ("media.example.net", "host", "a-b.c1.example.", "1.example"):
        found = parse(_sdp("m=audio 5000 RTP/AVP 0", "c=IN IP4 " + name))
        assert (found.ip, found.host, found.port) == (None, name, 5000)
    assert parse(_sdp("m=audio 5000 RTP/AVP 0")).host is None


def test_payload_numbers_are_those_of_rtp():
    for number in ("128", "999", "99999999999", "x", "-1", "\u00b2"):
        with raises(ValueError):
            parse(_sdp("m=audio 5000 RTP/AVP " + number, "a=rtpmap:%s PCMU/8000" % number))
    lines = ("m=audio 5000 RTP/AVP 0 200", "a=rtpmap:200 telephone-event/8000")
    assert parse(_sdp(*lines)).events is None


def test_the_files_of_the_field_are_met():
    for name, answered in (
        ("sdp-anat.sip", (0, 4000)),
        ("sdp-port0-first.sip", (0, 4000)),
        ("sdp-c-hostname.sip", (4000,)),
    ):
        body = data("field/" + name).replace(b"\r", b"").partition(b"\n\n")[2]
        lines = answer(body, "10.0.0.1", 4000, 7).decode().split("\r\n")
        assert tuple([int(x.split(" ")[1]) for x in lines if x[:2] == "m="]) == answered


def test_what_a_stream_says_of_its_packets_is_taken_and_junk_is_as_if_it_was_not_there():
    found = parse(_sdp("m=audio 5000 RTP/AVP 0", "a=ptime:30", "a=rtcp-mux", "a=rtcp:6001"))
    assert (found.ptime, found.mux, found.control) == (30, True, 6001)
    assert "a=rtcp-mux" in _answer("m=audio 5000 RTP/AVP 0", "a=rtcp-mux")
    assert "a=rtcp-mux" not in _answer("m=audio 5000 RTP/AVP 0")
    for junk in (
        "a=ptime:x",
        "a=ptime:",
        "a=ptime:1000000",
        "a=rtcp:0",
        "a=rtcp:65536",
        "a=rtcp:x",
    ):
        found = parse(_sdp("m=audio 5000 RTP/AVP 0", junk))
        assert (found.ptime, found.mux, found.control) == (0, False, None), junk
    assert parse(_sdp("m=audio 5000 RTP/AVP 0", "a=rtcp:65535")).control == 65535


def test_where_reports_are_wanted_and_what_is_taken_at_most():
    for text, wanted in (
        ("a=rtcp:4711", (4711, None)),
        ("a=rtcp:4711 IN IP4 10.1.2.3", (4711, "10.1.2.3")),
        ("a=rtcp:4711 IN IP4 host.example", (4711, None)),
        ("a=rtcp:4711 IN IP6 ::1", (4711, None)),
        ("a=rtcp:70000 IN IP4 10.1.2.3", (None, None)),
        ("a=rtcp:", (None, None)),
    ):
        media = parse(_sdp("m=audio 5000 RTP/AVP 0", text, "a=maxptime:40"))
        assert (media.control, media.control_ip) == wanted, text
        assert media.maxptime == 40


def test_comfort_noise_has_a_number_where_it_is_spoken_of():
    assert parse(_sdp("m=audio 5000 RTP/AVP 0")).comfort is None
    assert parse(_sdp("m=audio 5000 RTP/AVP 0 13")).comfort == 13  # it needs no rtpmap
    found = parse(_sdp("m=audio 5000 RTP/AVP 0 98", "a=rtpmap:98 CN/8000"))
    assert found.comfort == 98 and found.codec == "PCMU"
    assert parse(_sdp("m=audio 5000 RTP/AVP 0 98", "a=rtpmap:98 CN/16000")).comfort is None


def test_a_name_that_was_resolved_has_all_that_was_said_with_it():
    text = _sdp(
        "m=audio 5000 RTP/AVP 0 98 101",
        "c=IN IP4 host.example",
        "a=rtpmap:98 CN/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtcp:4711 IN IP4 10.1.2.3",
        "a=rtcp-mux",
        "a=ptime:30",
        "a=maxptime:40",
        "a=sendonly",
    )
    there, found = parse(text), resolved(parse(text), "10.0.0.9")
    assert found.ip == "10.0.0.9"
    kept = "port codec payload events direction comfort ptime maxptime mux control control_ip"
    for name in kept.split():
        assert getattr(found, name) == getattr(there, name), name


def test_one_port_for_both_is_kept_by_a_later_offer_of_ours():
    negotiation = Negotiation(7, lambda: 4000)
    assert b"rtcp-mux" not in negotiation.describe("10.0.0.1", "sendrecv")
    negotiation.take(_sdp("m=audio 5000 RTP/AVP 8"))
    assert b"rtcp-mux" not in negotiation.describe("10.0.0.1", "sendonly")
    negotiation.settle()
    negotiation.take(_sdp("m=audio 5000 RTP/AVP 8", "a=rtcp-mux"), True)
    assert b"a=rtcp-mux" in negotiation.describe("10.0.0.1", "sendrecv")
    assert b"a=rtcp-mux" in negotiation.describe("10.0.0.1", "sendonly")


_VIDEO_FIRST = (
    b"v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n"
    b"m=video 5000 RTP/AVPF 99\r\na=rtpmap:99 VP8/90000\r\n"
    b"m=audio 4000 RTP/AVPF 101 0 8 96\r\na=rtpmap:101 opus/48000/2\r\n"
    b"a=rtpmap:96 telephone-event/8000\r\n"
    b"m=text 5002 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n"
)


def _said(body, start):
    return [x for x in body.decode().split("\r\n") if x.startswith(start)]


def test_a_later_offer_leaves_each_stream_in_its_place_and_goes_on_with_what_was_agreed():
    negotiation = Negotiation(7, lambda: 4000)
    negotiation.take(_VIDEO_FIRST, True)
    answered = negotiation.describe("10.0.0.1", "sendrecv")
    assert [x.split()[:2] for x in _said(answered, "m=")] == [
        ["m=video", "0"], ["m=audio", "4000"], ["m=text", "0"]
    ]  # fmt: skip
    again = negotiation.describe("10.0.0.1", "sendonly")
    assert _said(again, "m=") == [
        "m=video 0 RTP/AVPF 99", "m=audio 4000 RTP/AVPF 0 8 96", "m=text 0 RTP/AVP 98"
    ]  # fmt: skip
    assert "a=rtpmap:96 telephone-event/8000" in _said(again, "a=")
    assert parse(again).direction == "sendonly"


def test_a_later_offer_of_ours_begins_with_the_codec_that_was_taken():
    for wanted, taken in (("PCMA", b"0"), ("PCMU", b"8")):
        codecs = (wanted, "PCMU" if wanted == "PCMA" else "PCMA")
        negotiation = Negotiation(7, lambda: 4000, codecs)
        offered = negotiation.describe("10.0.0.1", "sendrecv")
        numbers = {"PCMA": "8", "PCMU": "0"}
        assert _said(offered, "m=")[0].split()[3] == numbers[wanted]
        theirs = _VIDEO_FIRST[: _VIDEO_FIRST.index(b"m=")]
        negotiation.take(theirs + b"m=audio 4000 RTP/AVP %s 101\r\n" % taken)
        again = negotiation.describe("10.0.0.1", "sendonly")
        assert _said(again, "m=")[0].split()[3] == taken.decode()


def test_a_later_offer_keeps_the_keys_and_never_goes_back_from_savp():
    negotiation = Negotiation(7, lambda: 4000, secure="wanted")
    key = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + b"A" * 40 + b"\r\n"
    head = _VIDEO_FIRST[: _VIDEO_FIRST.index(b"m=")]
    negotiation.take(head + b"m=audio 4000 RTP/SAVP 0\r\n" + key, True)
    negotiation.describe("10.0.0.1", "sendrecv")
    again = negotiation.describe("10.0.0.1", "sendonly")
    assert _said(again, "m=")[0].split()[2] == "RTP/SAVP" and _said(again, "a=crypto:")


# -- bounds ---------------------------------------------------------------------------------------


def _reads(data, **more):
    try:
        return parse(data, **more)
    except ValueError:
        return None


def test_a_description_has_a_hundred_lines_and_sixteen_streams_at_most():
    for count, good in ((93, True), (94, False)):  # five before them, the m= line, and the end
        data = _sdp("m=audio 5000 RTP/AVP 0", *["a=x"] * count)
        assert len(data.split(b"\n")) == count + 7
        assert bool(_reads(data)) is good, count
    for count, good in ((15, True), (16, False)):
        data = _sdp(*["m=video 1 RTP/AVP 31"] * count + ["m=audio 5000 RTP/AVP 0"])
        assert bool(_reads(data)) is good, count


def test_lines_end_in_any_of_the_three_ways():
    data = _sdp("m=audio 5000 RTP/AVP 0", "a=sendonly")
    for end in (b"\r\n", b"\n", b"\r"):
        found = parse(data.replace(b"\r\n", end))
        assert (found.port, found.direction, found.ip) == (5000, "sendonly", "10.0.0.9"), end


def test_each_part_of_a_stream_is_held_to_its_bounds():
    for line, port in (
        ("audio 65535 RTP/AVP 0", 65535), ("audio 65536 RTP/AVP 0", None),
        ("audio 100000 RTP/AVP 0", None), ("audio 4000/2 RTP/AVP 0", 4000),
        ("audio x RTP/AVP 0", None), ("audio -1 RTP/AVP 0", None), ("audio 0 RTP/AVP 0", 0),
        ("audio 4000 RTP/AVPF 0", 4000), ("audio 4000 RTP/SAVP 0", None),
        ("audio 4000 UDP/TLS/RTP/SAVPF 0", None), ("video 4000 RTP/AVP 0", None),
        ("audio 4000 RTP/AVP 18", None), ("audio 4000 RTP/AVP", None), ("audio 4000", None),
        ("audio 4000 RTP/AVP 18 8", 4000), ("audio 4000 RTP/AVP x 8", 4000),
    ):  # fmt: skip
        found = _reads(_sdp("m=" + line))
        assert (found and found.port) == port, line
    for number, codec in (("127", "PCMU"), ("128", "PCMA"), ("0127", "PCMA"), ("96", "PCMU")):
        data = _sdp("m=audio 4000 RTP/AVP %s 8" % number, "a=rtpmap:%s PCMU/8000" % number)
        assert parse(data).codec == codec, number
    for name, codec in (("PCMU", "PCMU"), ("pcmu/8000/1", "PCMU"), ("PCMU/16000", "PCMA")):
        data = _sdp("m=audio 4000 RTP/AVP 96 8", "a=rtpmap:96 " + name)
        assert parse(data).codec == codec, name


def test_numbers_of_attributes_have_five_digits_and_ports_sixteen_bits():
    for line, field, value in (
        ("ptime:20", "ptime", 20), ("ptime:20.5", "ptime", 20), ("ptime:99999", "ptime", 99999),
        ("ptime:100000", "ptime", 0), ("ptime:x", "ptime", 0), ("ptime", "ptime", 0),
        ("maxptime:40 ", "maxptime", 40), ("maxptime:100000", "maxptime", 0),
        ("rtcp:1", "control", 1), ("rtcp:0", "control", None), ("rtcp:65535", "control", 65535),
        ("rtcp:65536", "control", None), ("rtcp:5 IN IP4 10.0.0.7", "control_ip", "10.0.0.7"),
        ("rtcp:5 IN IP6 10.0.0.7", "control_ip", None), ("rtcp:5 IN IP4", "control_ip", None),
        ("rtcp:5 IN IP4 10.0.0.256", "control_ip", None), ("rtcp-mux", "mux", True),
        ("rtcp-muxed", "mux", False), ("sendonly ", "direction", "sendonly"),
        ("rtpmap:13 CN/8000", "comfort", None),
    ):  # fmt: skip
        found = parse(_sdp("m=audio 4000 RTP/AVP 0", "a=" + line))
        assert getattr(found, field) == value, line


def test_an_address_is_four_numbers_or_a_name():
    label = "a" * 63
    longest = ".".join([label] * 3) + "." + "b" * 61  # 253 characters
    for where, ip, host in (
        ("10.0.0.255", "10.0.0.255", None), ("0.0.0.1", "0.0.0.1", None),
        ("10.0.0.1/127", "10.0.0.1", None), ("Media.Example", None, "media.example"),
        ("media.example.", None, "media.example."), ("a_b-c.d", None, "a_b-c.d"),
        (label + ".d", None, label + ".d"), (longest, None, longest), ("x", None, "x"),
    ):  # fmt: skip
        found = parse(_sdp("m=audio 4000 RTP/AVP 0", "c=IN IP4 " + where))
        assert (found.ip, found.host) == (ip, host), where
    for where in ("10.0.0.256", "10.0.0", "10.0.0.1.2", "0010.0.0.1", "1", "a..b", ".", "a.1",
                  "a" * 64 + ".d", longest + "b", "a b", "a!b", "-"):  # fmt: skip
        found = _reads(_sdp("m=audio 4000 RTP/AVP 0", "c=IN IP4 " + where))
        assert found is None or where in ("a b", "-"), where
    for line in ("c=IN IP6 ::1", "c=IN IP4", "c=XX IP4 10.0.0.1"):
        assert _reads(_sdp("m=audio 4000 RTP/AVP 0", line)) is None, line


def test_voice_and_its_reports_go_to_one_host_and_never_to_many():
    stream = "m=audio 4000 RTP/AVP 0"
    for where in (
        "224.0.1.75",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "224.2.1.1/127",
    ):
        assert _reads(_sdp(stream, "c=IN IP4 " + where)) is None, where
        found = parse(_sdp(stream, "a=rtcp:5 IN IP4 " + where))
        assert (found.ip, found.control, found.control_ip) == ("10.0.0.9", 5, None), where
    assert parse(_sdp(stream, "c=IN IP4 223.255.255.255")).ip == "223.255.255.255"
    assert parse(_sdp(stream, "c=IN IP4 010.001.000.009")).ip == "10.1.0.9"


def test_each_direction_allows_what_its_opposite_is():
    for theirs, found in (
        ("sendrecv", ("sendrecv", "sendonly", "recvonly", "inactive")),
        ("sendonly", ("recvonly", "inactive", "recvonly", "inactive")),
        ("recvonly", ("sendonly", "sendonly", "inactive", "inactive")),
        ("inactive", ("inactive", "inactive", "inactive", "inactive")),
    ):
        for n, ours in enumerate(("sendrecv", "sendonly", "recvonly", "inactive")):
            assert allowed(theirs, ours) == found[n], (theirs, ours)


def test_zeros_for_an_address_hold_whatever_direction_is_said():
    for said, found in (("sendrecv", "sendonly"), ("recvonly", "sendonly"),
                        ("inactive", "inactive")):  # fmt: skip
        data = _sdp("m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=" + said)
        assert parse(data).direction == found


def test_an_offer_and_an_answer_are_these_lines():
    head = ["v=0", "o=- 7 3 IN IP4 10.0.0.1", "s=-", "c=IN IP4 10.0.0.1", "t=0 0"]
    made = offer("10.0.0.1", 4000, 7, 3, "recvonly", ("PCMU", "G722"), 30, True)
    assert made.decode().split("\r\n") == head + [
        "m=audio 4000 RTP/AVP 0 9 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:9 G722/8000",
        "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:30", "a=recvonly",
        "a=rtcp-mux", "",
    ]  # fmt: skip
    lines = _answer("m=video 9 RTP/AVP 31 32", "m=audio 5000 RTP/AVP 8 0", version=3, ptime=40)
    assert lines == head + [
        "m=video 0 RTP/AVP 31 32", "m=audio 4000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000",
        "a=ptime:40", "a=sendrecv", "",
    ]  # fmt: skip
    lines = _answer("m=audio 0 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000", "a=rtcp-mux")
    assert "m=audio 0 RTP/AVP 8 96" in lines and "a=fmtp:96 0-15" in lines
    assert "a=rtcp-mux" in lines


def test_a_port_has_five_digits_at_most():
    from sip.call import sdp

    body = b"v=0\r\nc=IN IP4 10.0.0.9\r\nm=audio %s RTP/AVP 8\r\n"
    for port, found in ((b"4000", 4000), (b"04000", 4000), (b"65535", 65535), (b"4000/2", 4000)):
        assert sdp.parse(body % port).port == found
    for port in (b"004000", b"65536", b"x", b"", b"-1"):
        try:
            sdp.parse(body % port)
            raise AssertionError(port)
        except ValueError:
            pass
