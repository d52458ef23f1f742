"""What headers, session timers, registrations and watched extensions do at their bounds."""

from sipkit import Wire
from support import Clock, raises

from base.timers import Timers
from sip.account import Account, account_of
from sip.call import announcement
from sip.call.session_timer import SessionTimer
from sip.message.escape import escape, unescape
from sip.message.fields import closing_quote, param, split, unquote, via
from sip.message.message import parse
from sip.registration import failure, refresh
from sip.subscription.dialog_info import MISSING, attribute, pickup, read, state_of, tags
from sip.transaction.invite import follow


def _message(*lines, start="UPDATE sip:100@a SIP/2.0"):
    return parse("\r\n".join((start,) + lines + ("", "")).encode())


def _response(*lines, status=200):
    return _message(*lines, start="SIP/2.0 %d x" % status)


# -- header values --------------------------------------------------------------------------------


def test_a_list_is_cut_where_neither_quotes_nor_brackets_are_open():
    for value, parts in (
        ("", []), ("  ", []), ("a", ["a"]), (" a , b ", ["a", "b"]), ("a,,b,", ["a", "b"]),
        ('"a,b",c', ['"a,b"', "c"]), ("<a,b>,c", ["<a,b>", "c"]),
        ('"a\\",b",c', ['"a\\",b"', "c"]), ('"a\\\\",b', ['"a\\\\"', "b"]),
        ('"x<",<y>,z', ['"x<"', "<y>", "z"]), ('"x>",<y,">">,z', ['"x>"', '<y,">">', "z"]),
        ("<a,b", ["<a,b"]), ("a>,b", ["a>", "b"]), ("a>,<b,c>", ["a>", "<b,c>"]),
        ('x,"a,b,c",y', ["x", '"a,b,c"', "y"]), ("<a>,<b>", ["<a>", "<b>"]),
        ("<a,b,c>,d,<e,f>", ["<a,b,c>", "d", "<e,f>"]),
    ):  # fmt: skip
        assert split(value, ",") == parts, value
        assert split(value.encode(), b",") == [x.encode() for x in parts], value
    for value in ('"a,b', 'a,"b', '"a\\",b', '<a,"b'):
        with raises(ValueError):
            split(value, ",")


def test_a_list_has_128_parts_at_most():
    assert len(split(",".join(["a"] * 128), ",")) == 128
    with raises(ValueError):
        split(",".join(["a"] * 129), ",")


def test_a_parameter_is_found_by_its_name_only():
    for params, name, value in (
        ("a=b", "a", "b"), (";a=b;c", "c", ""), (";A = b ", "a", "b"), (";ab=1", "a", None),
        (";a1=2;a=3", "a", "3"), (';a="x;a=y"', "a", "x;a=y"), (";b=a", "a", None),
        (';a="q\\"r"', "a", 'q"r'), (";x=1", "a", None), ("", "a", None), (";TAG=x", "tag", "x"),
    ):  # fmt: skip
        assert param(params, name) == value, params
        assert param(params.encode(), name) == value


def test_quoted_strings_are_closed_where_no_backslash_stands_before():
    for value, place in (
        ('"a"', 2), ('""', 1), ('"a\\"b"x', 5), ('"a\\\\"b', 4), ('"a" "b"', 2),
        ('"\\\\\\""', 5),
    ):  # fmt: skip
        assert closing_quote(value.encode()) == place, value
    for value in ('"a', '"a\\"', '"'):
        with raises(ValueError):
            closing_quote(value.encode())
    for value, text in (('"a\\"b"', 'a"b'), ('"a\\\\b"', "a\\b"), ("a", "a"), ('""', "")):
        assert unquote(value) == text


def test_a_via_names_its_host_and_port_or_is_refused():
    for value, host, port in (
        ("SIP/2.0/UDP a", "a", 0), ("SIP / 2.0 / UDP a:5060;x", "a", 5060),
        ("sip/2.0/tcp a", "a", 0),
        ("SIP/2.0/UDP a : 1 ;branch=x", "a", 1), ("SIP/2.0/UDP a:65535", "a", 65535),
        ("SIP/2.0/UDP [::1]", "[::1]", 0), ("SIP/2.0/UDP [::1]:5", "[::1]", 5),
    ):  # fmt: skip
        found = via(value)
        assert (found.host, found.port) == (host, port), value
        assert found.transport in ("UDP", "TCP")
    for value in (
        "SIP/2.0/UDP", "SIP/2.0/UDP a:", "SIP/2.0/UDP a:x", "SIP/2.0/UDP a:123456", "SIP/2.0 a",
        "HTTP/2.0/UDP a", "SIP/2.0/UDP a b", "SIP/2.0/UDP [::1", "SIP/2.0/UDP [::1]5",
        "SIP/2.0/UDP a:65536", "SIP/2.0/UDP [::1]:99999",
        "SIP/2.0/UDP :5", "SIP/2.0/UDP [::1]:", "SIP/2.0/UDP a" + ";x" * 130,
    ):  # fmt: skip
        with raises(ValueError):
            via(value)
    assert via("SIP/2.0/UDP a" + ";x" * 129).host == "a"


# -- session timers (RFC 4028) ------------------------------------------------------------------


class _Session:
    """A session timer, and what it has had done: "refresh", "update" or "expired"."""

    def __init__(self, wanted=0):
        self.clock = Clock(0x3FFFFFF0)
        self.timers = Timers(self.clock)
        self.done = []
        self.timer = SessionTimer(
            self.timers,
            wanted,
            lambda update: self.done.append("update" if update else "refresh"),
            lambda: self.done.append("expired"),
        )

    def run(self, seconds):
        self.clock.move(1000 * seconds, self.timers)
        done, self.done = self.done, []
        return done


_KNOWS = "Supported: 100rel, timer"


def test_who_refreshes_and_how_long_a_session_lasts_is_what_the_request_says():
    for lines, owed, seconds, state, theirs, update in (
        (("Session-Expires: 1800", _KNOWS), 0, 1800, "watching", True, False),
        (("Session-Expires: 1800;refresher=uac", _KNOWS), 0, 1800, "watching", True, False),
        (("Session-Expires: 1800 ; Refresher = UAS", _KNOWS), 0, 1800, "refreshing", True, False),
        (("Session-Expires: 1800;refresher=uac",), 0, 1800, "refreshing", False, False),
        (("x: 90", _KNOWS, "Allow: INVITE, UPDATE"), 0, 90, "watching", True, True),
        (("Session-Expires: 89",), 0, 90, "refreshing", False, False),
        (("Session-Expires: 100", "Min-SE: 300", _KNOWS), 0, 300, "watching", True, False),
        (("Session-Expires: 400", "Min-SE: 300", _KNOWS), 0, 400, "watching", True, False),
        (("Session-Expires: 400", "Min-SE: much", _KNOWS), 0, 400, "watching", True, False),
        (("Session-Expires: soon", _KNOWS), 0, 90, "off", False, False),
        ((_KNOWS,), 0, 90, "off", False, False),
    ):
        timer = _Session().timer
        assert timer.asked(_message(*lines)) == owed, lines
        found = (timer.seconds, timer.state, timer.theirs, timer.update)
        assert found == (seconds, state, theirs, update), (lines, found)
        assert timer.ours is (state == "refreshing")
    for seconds in (1, 89):
        timer = _Session().timer
        status, headers = timer.asked(_message("Session-Expires: %d" % seconds, _KNOWS))
        assert (status, headers) == (422, (("Min-SE", "90"),)) and timer.state == "off"


def test_what_a_2xx_agrees_on_is_begun_at_once():
    for lines, seconds, state, update in (
        (("Session-Expires: 600;refresher=uac",), 600, "refreshing", False),
        (("Session-Expires: 600",), 600, "refreshing", False),
        (("Session-Expires: 600;refresher=uas", "Allow: UPDATE"), 600, "watching", True),
        (("Session-Expires: 60;refresher=uas",), 90, "watching", False),
        (("Session-Expires: x",), 90, "off", False),
        ((), 90, "off", False),
    ):
        session = _Session()
        session.timer.agreed(_response(*lines))
        timer = session.timer
        assert (timer.seconds, timer.state, timer.update) == (seconds, state, update), lines
        assert len(session.timers) == (state != "off")
    session = _Session()
    session.timer.update = True
    session.timer.agreed(_response("Session-Expires: 600", "Allow: INVITE"))
    assert not session.timer.update
    session.timer.update = True
    session.timer.agreed(_response("Session-Expires: 600"))
    assert session.timer.update, "nothing was said of that"


def test_a_refresh_is_due_at_half_time_and_the_end_shortly_before_the_whole():
    for seconds, half in ((90, 45), (91, 45), (1800, 900)):
        session = _Session()
        session.timer.agreed(_response("Session-Expires: %d" % seconds))
        assert session.run(half - 1) == [] and session.run(1) == ["refresh"]
        assert session.run(seconds) == [], "whoever refreshes begins the next time"
    # min(32, a third of the interval) before its end (section 10)
    for seconds, end in ((90, 60), (95, 64), (96, 64), (99, 67), (300, 268)):
        session = _Session()
        session.timer.agreed(_response("Session-Expires: %d;refresher=uas" % seconds))
        assert session.run(end - 1) == [] and session.run(1) == ["expired"], seconds
        assert not len(session.timers)


def test_a_refresh_that_had_to_wait_is_tried_again_and_one_of_theirs_begins_anew():
    session = _Session()
    session.timer.agreed(_response("Session-Expires: 100", "Allow: UPDATE"))
    assert session.run(50) == ["update"]
    session.timer.retry(7)
    assert session.run(6) == [] and session.run(1) == ["update"]
    session.timer.restart()
    assert session.run(49) == [] and session.run(1) == ["update"]
    session = _Session()
    session.timer.agreed(_response("Session-Expires: 300;refresher=uas"))
    session.timer.retry(1)
    assert session.run(200) == []
    session.timer.restart()
    assert session.run(267) == [] and session.run(1) == ["expired"]
    session.timer.restart()
    session.timer.stop()
    assert session.run(1000) == [] and session.timer.state == "off"
    session.timer.restart()
    session.timer.retry(1)
    assert session.run(1000) == []


def test_a_session_timer_is_asked_for_and_told_of_as_it_stands():
    for wanted, uac, lines in (
        (0, True, []), (0, False, []), (300, True, [("Session-Expires", "300")]), (300, False, []),
        (10, True, [("Session-Expires", "90")]),
    ):  # fmt: skip
        assert _Session(wanted).timer.headers(uac) == lines
    for refresher, ours in (("uac", "uas"), ("uas", "uac")):
        timer = _Session().timer
        timer.asked(_message("Session-Expires: 200;refresher=" + refresher, _KNOWS))
        value = ("Session-Expires", "200;refresher=")
        assert timer.headers(False) == [
            (value[0], value[1] + refresher), ("Require", "timer"),
        ]  # fmt: skip
        assert timer.headers(True) == [(value[0], value[1] + ours), ("Min-SE", "90")]
    timer = _Session().timer
    timer.asked(_message("Session-Expires: 200"))
    assert timer.headers(False) == [("Session-Expires", "200;refresher=uas")]


def test_a_422_is_followed_where_it_asks_for_more_than_was_offered():
    for least, again, seconds in (("90", 0, 300), ("91", 1, 300), ("301", 1, 301), ("", 0, 300),
                                  ("x", 0, 300)):  # fmt: skip
        timer = _Session(300).timer
        assert timer.longer(_response("Min-SE: " + least, status=422)) is bool(again), least
        assert timer.seconds == seconds
        if again:
            assert timer.ours and ("Min-SE", least) in timer.headers(True)
            assert not timer.longer(_response("Min-SE: " + least, status=422)), "once"
    timer = _Session().timer
    timer.asked(_message("Session-Expires: 200", _KNOWS))
    assert timer.longer(_response("Min-SE: 500", status=422)) and timer.state == "watching"


# -- registration -------------------------------------------------------------------------------


class _Registered:
    """As much of a registration as its answers are read by."""

    def __init__(self, expires=3600, routes=(), failures=1, **settings):
        self.expires, self.failures, self.settings = expires, failures, settings
        self.agent = self.dialog = self.account = self
        self.transport = "auto"
        self.bound, self.raised = "<sip:100@10.0.0.1:5060>", 0
        self.public, self.flow = ("10.0.2.1", 4000), ("10.0.2.1", 5000)
        self.routes = routes
        self.drawn = 0

    def random(self, bits):
        return self.drawn


def test_a_refresh_comes_a_minute_before_the_end_or_after_four_fifths():
    for seconds, due in (
        (1, 1000), (2, 1000), (3, 1500), (10, 5000), (11, 8800), (100, 80000), (299, 239200),
        (300, 240000), (301, 241000), (3600, 3540000),
    ):  # fmt: skip
        assert refresh.due(seconds, lambda bits: 0) == due, seconds
        for drawn in (1, 30000, 65535):  # a thousand phones do not come at once
            found = refresh.due(seconds, lambda bits, drawn=drawn: drawn)
            assert max(1000, due * 95 // 100 - 1) <= found <= due, (seconds, drawn)
    assert refresh.due(3600, lambda bits: 1000) == 3539000


def test_what_a_registrar_grants_is_read_of_our_own_contact_first():
    ours, other = "<sip:100@10.0.0.1>", "<sip:100@10.0.0.7:5060>"
    third = "<sip:101@10.0.0.1>;expires=%d"
    for lines, expires, seconds in (
        ((), 3600, 3600),
        (("Expires: 600",), 3600, 600),
        (("Expires: 7200",), 3600, 3600),
        (("Expires: soon",), 3600, 3600),
        (("Expires: 600", "Contact: %s;expires=300" % ours), 3600, 300),
        (("Expires: 600", "Contact: %s" % ours), 3600, 600),
        (("Contact: %s;expires=7200, %s;expires=200" % (ours, other),), 3600, 3600),
        (("Contact: %s;expires=300, %s;expires=200" % (other, ours),), 3600, 200),
        (("Contact: %s;expires=300, %s" % (other, ours), "Expires: 100"), 3600, 100),
        (("Contact: %s;expires=300" % other,), 3600, 300),  # the only one is ours
        # and that with the address that the registrar sees, of datagrams or of the connection
        (("Contact: <sip:100@10.0.2.1:4000>;expires=70, %s;expires=40" % other,), 3600, 70),
        (("Contact: <sip:100@10.0.2.1:5000>;expires=70, %s;expires=40" % other,), 3600, 70),
        (("Contact: <sip:100@10.0.2.1:6000>;expires=70, %s;expires=40" % other,), 3600, 40),
        (("Contact: <sip:7@10.0.2.1:4000>;expires=70, %s;expires=40" % other,), 3600, 40),
        # where none is ours any of them may be, but for what is too little for that
        (("Contact: %s, %s;expires=80" % (third % 90, other),), 3600, 80),
        (("Contact: %s, %s;expires=8" % (third % 9, other),), 3600, 30),
        (("Contact: %s, %s;expires=8" % (third % 9, other),), 20, 20),
        (("Contact: %s, %s;expires=8" % (third % 9, other), "Expires: 50"), 3600, 50),
        (("Contact: <sip:x@y:z>;expires=9, %s;expires=8" % ours,), 3600, 8),
        (('Contact: "a;expires=9', "Expires: 50"), 3600, 50),
        # who grants less than three seconds has refused
        (("Expires: 3",), 3600, 3), (("Expires: 2",), 3600, 0), (("Expires: 0",), 3600, 0),
        (("Contact: %s;expires=3" % ours,), 3600, 3), (("Contact: %s;expires=2" % ours,), 3600, 0),
        (("Contact: %s;expires=0, %s" % (ours, other), "Expires: 50"), 3600, 0),
    ):  # fmt: skip
        found = refresh.granted(_Registered(expires), _response(*lines))
        assert found == seconds, (lines, found)


def test_the_service_route_is_taken_behind_the_outbound_proxy():
    def routes(first, *lines):
        return refresh.routes(_Registered(routes=first), _response(*lines))

    assert routes(()) == ()
    assert routes((), "Service-Route: <sip:p;lr>, <sip:q;lr>") == ("<sip:p;lr>", "<sip:q;lr>")
    assert routes(("<sip:o;lr>",), "Service-Route: <sip:p;lr>") == ("<sip:o;lr>", "<sip:p;lr>")
    assert routes(("<sip:p:5070;lr>",), "Service-Route: <sip:p;lr>") == ("<sip:p;lr>",)
    assert routes(("<sip:o;lr>",)) == ()
    for junk in ("<sip:;lr>", "<sip:p", "<sip:p:x>", '"', "<sip:[::1];lr>", "<tel:1>"):
        assert routes((), "Service-Route: " + junk) == (), junk


def test_pauses_double_from_half_a_minute_to_half_an_hour():
    for failures, seconds in ((1, 30), (2, 60), (3, 120), (6, 960), (7, 1800), (20, 1800)):
        for status in (500, 403):
            for drawn in (0, 1023):
                stub = _Registered(failures=failures)
                stub.drawn = drawn
                most = max(seconds, 60) if status == 403 else seconds
                found = failure.pause(stub, _response(status=status))
                assert most * 500 <= found < most * 1000 + 1, (failures, status, found)
                assert abs(found - most * (1000 if drawn else 500)) < most, (failures, drawn)
    stub = _Registered(failures=1, register_back_off=4)
    assert failure.pause(stub, _response(status=500)) == 2000
    often = _Registered(failures=20, register_back_off=4)  # 64 times the first is the longest, too
    assert failure.pause(often, _response(status=500)) == 64 * 2000
    for status in (401, 403, 407):
        assert failure.pause(stub, _response(status=status)) == 30000, status
    for text, ms in (
        ("100", 100000), ("100;duration=5", 100000), ("100 (busy)", 100000), ("100(x)", 100000),
        ("1", 15000), ("3600", 3600000), ("3601", 3600000), ("9999999", 3600000), ("x", 15000),
        ("", 15000),
    ):  # fmt: skip
        stub = _Registered()
        assert failure.pause(stub, _response("Retry-After: " + text, status=503)) == ms, text


def test_an_interval_is_lengthened_up_to_a_day():
    for least, again in (
        ("3601", 1), ("86400", 1), ("3600", 0), ("60", 0), ("86401", 0), ("x", 0), ("", 0),
    ):  # fmt: skip
        stub = _Registered()
        response = _response("Min-Expires: " + least, status=423)
        assert failure.tried_again(stub, response) is bool(again), least
        assert stub.expires == (int(least) if again else 3600)


def test_a_refusal_is_told_in_the_words_of_whoever_refuses():
    response = _response(status=403)
    assert failure.reason_of(response) == "403 x"
    response.reason = ""
    assert failure.reason_of(response) == "403"
    response.local = True
    assert failure.reason_of(response) == "403 no answer"


# -- which account ------------------------------------------------------------------------------


def _invite(uri, to, source="10.0.0.9"):
    message = _message("To: <%s>" % to, start="INVITE %s SIP/2.0" % uri)
    message.source = (source, 5060)
    return message


class _At:
    def __init__(self, *addresses):
        self.addresses = addresses


def test_a_call_is_for_the_account_whose_registrar_user_and_host_fit_best():
    direct = Account(1, "300")
    one, two = Account(2, "100", "one.example", "p"), Account(3, "100", "two.example:5070", "p")
    three = Account(4, "200", "two.example", "p")
    one.registration, two.registration, three.registration = (
        _At("10.0.0.1"),
        _At("10.0.0.2"),
        _At("10.0.0.2"),
    )
    accounts = [direct, one, two, three]
    for uri, to, source, found in (
        ("sip:300@x", "sip:300@x", "10.0.0.9", direct),
        ("sip:9@x", "sip:300@x", "10.0.0.9", direct),
        ("sip:100@x", "sip:100@x", "10.0.0.1", one),
        ("sip:100@x", "sip:100@x", "10.0.0.2", two),
        ("sip:100@two.example", "sip:100@x", "10.0.0.9", two),
        ("sip:100@x", "sip:100@two.example", "10.0.0.9", two),
        ("sip:100@one.example", "sip:100@one.example", "10.0.0.2", two),
        ("sip:200@x", "sip:200@x", "10.0.0.2", three),
        ("sip:x@10.0.0.1", "sip:200@two.example", "10.0.0.2", three),
        ("sip:x@10.0.0.1", "sip:200@two.example", "10.0.0.9", None),
        ("sip:x@10.0.0.1", "sip:y@z", "10.0.0.1", one),
        ("sip:x@y", "sip:x@y", "10.0.0.9", None),
    ):
        assert account_of(accounts, _invite(uri, to, source)) is found, (uri, to, source)
    assert account_of([direct], _invite("sip:300@x", "sip:300@x")) is direct
    assert account_of([direct], _invite("sip:301@x", "sip:301@x")) is None


def test_without_a_registrar_the_host_that_is_given_as_a_number_serves():
    for host, outbound, source, served in (
        ("10.0.0.9", "", "10.0.0.9", True),
        ("10.0.0.9:5070", "", "10.0.0.9", True),
        ("10.0.0.9", "", "10.0.0.8", False),
        ("10.0.0.99", "", "10.0.0.9", False),
        ("10.0.0.8", "10.0.0.9", "10.0.0.9", True),
        ("10.0.0.8", "sip:10.0.0.9:5080;lr", "10.0.0.9", True),
        ("10.0.0.8", "10.0.0.9", "10.0.0.8", False),
        ("pbx.example", "", "10.0.0.9", False),
        ("", "", "10.0.0.9", False),
    ):
        account = Account(1, "100", host)
        account.outbound = outbound
        message = _invite("sip:100@x", "sip:100@x", source)
        assert account.is_served_by(message) is served, (host, outbound, source)


# -- dialog-info --------------------------------------------------------------------------------


def _info(dialogs, version="0", state="full"):
    head = '<dialog-info version="%s" state="%s">' % (version, state)
    return (head + dialogs + "</dialog-info>").encode()


def _dialog(name, state="confirmed", more="", inside=""):
    return '<dialog id="%s" %s><state>%s</state>%s</dialog>' % (name, more, state, inside)


def test_a_body_has_500_tags_at_most_and_comments_that_end():
    for count, good in ((249, True), (250, False)):
        body = _info("<a></a>" * count)
        if good:
            assert read(body, None, {}) == (0, {})
        else:
            with raises(ValueError):
                read(body, None, {})
    one = _dialog("1")
    for text in ("<!---->" + one, "<!-- <dialog> -->" + one, one + "<!-- > -- > <b> -->",
                 "<!--> <b> -->" + one):  # fmt: skip
        assert len(read(_info(text), None, {})[1]) == 1, text
    assert len(read(b"<!-- x -->" + _info(one), None, {})[1]) == 1
    assert len(read(b'<?xml version="1.0"?>\n<!DOCTYPE x>\n' + _info(one), None, {})[1]) == 1
    assert len(read(_info(one) + b"<!-- x -->", None, {})[1]) == 1
    for junk in (
        _info(one)[:-1], _info(one + "<!-- x"), _info("</dialog>"), _info("<a><b></a></b>"),
        _info(one)[:-14], b"<!-- x", b"", b"text", b"<other></other>", _info("<a"),
    ):  # fmt: skip
        with raises(ValueError):
            read(junk, None, {})


def test_elements_are_told_with_their_text_and_the_names_above():
    found = [(a, b, c, list(d)) for a, b, c, d in tags("<x:a b='1'>t<c/>u<d>v</d></x:a>")]
    assert found == [
        ("a", "b='1'", "t", []), ("c", "", "u", ["a"]), ("d", "", "v", ["a"]),
    ]  # fmt: skip


def test_an_attribute_is_found_by_its_whole_name_in_either_quotes():
    for text, name, value in (
        ('id="1"', "id", "1"), ("id='1'", "id", "1"), ('call-id="2" id="1"', "id", "1"),
        ('id = "1"', "id", "1"), ('\n id\r\n=\n"1"', "id", "1"), ("id=1", "id", ""),
        ('ident="2" id="1"', "id", "1"), ('ident="2"', "id", ""), ("id", "id", ""), ("", "id", ""),
        ('a="&lt;&gt;&quot;&apos;&amp;lt;"', "a", "<>\"'&lt;"), ('id="1', "id", "1"),
        ("id=\"it's\"", "id", "it's"),
    ):  # fmt: skip
        assert attribute(text, name) == value, text


def test_eight_calls_of_an_extension_are_kept():
    body = _info("".join([_dialog(str(n)) for n in range(10)]))
    dialogs = read(body, None, {})[1]
    assert sorted(dialogs) == [str(n) for n in range(8)]
    more = _info(_dialog("9") + _dialog("3", "terminated") + _dialog("9"), "1", "partial")
    assert sorted(read(more, 0, dialogs)[1]) == ["0", "1", "2", "4", "5", "6", "7", "9"]


def test_versions_go_on_by_one_or_are_asked_for_anew():
    one = {"1": "x"}
    for before, number, state, after in (
        (None, "5", "full", 5), (None, "5", "partial", MISSING), (MISSING, "5", "partial", 5),
        (5, "5", "partial", "same"), (5, "6", "partial", 6), (5, "7", "partial", MISSING),
        (5, "4", "partial", MISSING), (5, "4", "full", MISSING), (5, "5", "full", 5),
        (5, "9", "full", 9), (None, "x", "full", 0), (None, "999999999", "full", 999999999),
        (None, "1000000000", "full", 0),
    ):  # fmt: skip
        found = read(_info(_dialog("2"), number, state), before, one)
        if after in ("same", MISSING):
            assert found == (before if after == "same" else MISSING, one), (before, number, state)
        else:
            keys = ["1", "2"] if state == "partial" else ["2"]
            assert (found[0], sorted(found[1])) == (after, keys), (before, number, state)
    assert one == {"1": "x"}


def test_what_rings_and_by_what_it_is_picked_up():
    who = 'direction="%s" call-id="c" local-tag="l" remote-tag="r"'
    inside = "<remote><identity>sip:9@h</identity>%s</remote>"
    for direction, state, target, found in (
        ("recipient", "early", "", ("ringing", "sip:9@h")),
        ("recipient", "proceeding", "<target uri='sip:8@h'/>", ("ringing", "sip:8@h")),
        ("recipient", "trying", "<target uri='sips:8@h'/>", ("ringing", "sips:8@h")),
        ("recipient", "trying", "<target uri='tel:8'/>", ("ringing", "sip:201@h")),
        ("initiator", "early", "", ("busy", "sip:201@h")),
        ("recipient", "confirmed", "", ("busy", "sip:201@h")),
        ("recipient", "terminated", "", ("idle", "sip:201@h")),
    ):
        body = _info(_dialog("1", state, who % direction, inside % target))
        dialogs = read(body, None, {})[1]
        assert state_of(dialogs)[0] == found[0], (direction, state)
        uri, replaces = pickup(dialogs, "sip:201@h")
        assert uri == found[1], (direction, state, target)
        ringing = found[0] == "ringing"
        assert replaces == ("c;to-tag=r;from-tag=l;early-only" if ringing else "")
    for missing in ("call-id", "local-tag", "remote-tag"):
        text = (who % "recipient").replace(missing, "x")
        dialogs = read(_info(_dialog("1", "early", text)), None, {})[1]
        assert pickup(dialogs, "sip:201@h") == ("sip:201@h", ""), missing


# -- on the wire --------------------------------------------------------------------------------


def test_a_cancel_and_an_ack_belong_to_their_invite():
    invite = (
        b"INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z1\r\nVia: SIP/2.0/UDP b\r\n"
        b"From: <sip:a@h>;tag=f\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\n"
        b"Route: <sip:p;lr>\r\nRoute: <sip:q;lr>\r\nContact: <sip:a@a>\r\n\r\n"
    )
    cancel = parse(follow("CANCEL", invite, None))
    assert (cancel.method, cancel.uri) == ("CANCEL", "sip:b@h")
    assert cancel.all("via") == ["SIP/2.0/UDP a;branch=z1"], "its own only (9.1)"
    assert cancel.header("to") == "<sip:b@h>"
    assert cancel.header("from") == "<sip:a@h>;tag=f" and cancel.header("call-id") == "c"
    assert tuple(cancel.cseq()) == (7, "CANCEL") and cancel.header("max-forwards") == "70"
    assert cancel.all("route") == ["<sip:p;lr>", "<sip:q;lr>"] and not cancel.header("contact")
    ack = parse(follow("ACK", invite, _response("To: <sip:b@h>;tag=t", status=486)))
    assert tuple(ack.cseq()) == (7, "ACK") and ack.header("to") == "<sip:b@h>;tag=t"


US, REGISTRAR = "10.0.0.1", "10.0.0.9"


def _registering(seen=None):
    """Return (wire, registrar, agent, account), registered; it is seen at address `seen`."""
    wire = Wire()
    peer = wire.peer(REGISTRAR)
    agent = wire.agent(US, "direct")
    account = Account(2, "100", REGISTRAR, "secret")
    agent.add(account)
    assert peer.take() == ["REGISTER"]
    request = peer.got[0]
    if seen:
        via_line = request.raw("via")
        told = via_line.replace(b"rport", b"rport=40000;received=" + seen)
        request.lines[request.lines.index((b"via", via_line))] = (b"via", told)
    peer.reply(request, 200, headers=(("Expires", "3600"),), contact=False)
    return wire, peer, agent, account


async def test_a_mapping_is_held_open_each_15_s_until_the_registration_ends():
    wire, peer, agent, account = _registering(b"198.51.100.7")
    pings = []
    wire.ends[REGISTRAR, 5060] = lambda data, *more: pings.append(data)
    wire.run(60_000)
    beats = [x for x in pings if x == b"\r\n\r\n"]
    assert 3 <= len(beats) <= 4, pings
    account.registered = False  # it ends without a word
    await account.registration.stop()
    del pings[:]
    wire.run(60_000)
    assert not pings and not agent.transactions


def test_before_its_answer_the_registrar_is_who_was_asked():
    wire = Wire()
    peer = wire.peer(REGISTRAR)
    agent = wire.agent(US, "direct")
    account = Account(2, "100", REGISTRAR, "secret")
    message = _invite("sip:100@x", "sip:100@x", REGISTRAR)
    message.protocol = "UDP"
    agent.network.up = False
    account.tried = False
    agent.add(account)
    assert peer.take() == [] and not account.is_served_by(message), "nobody was asked yet"
    agent.network.up = True
    account.registration.start()
    assert peer.take() == ["REGISTER"] and account.is_served_by(message)
    message.source = (REGISTRAR, 5061)
    assert not account.is_served_by(message)
    message.source, message.protocol = (REGISTRAR, 5060), "TCP"
    assert not account.is_served_by(message)


# -- announcement, escapes, lists -----------------------------------------------------------------


def _quiet(level, text, *values):
    """Take a line of the log."""


def test_an_automatic_answer_comes_at_once_or_when_it_was_asked_for():
    for lines, seconds in (
        ((), None),
        (("Answer-Mode: Auto",), 0), (("Answer-Mode: auto;require",), 0),
        (("Priv-Answer-Mode: Auto",), 0), (("Answer-Mode: Manual",), None),
        (("Call-Info: <sip:x>;answer-after=0",), 0), (("Call-Info: <sip:x>;answer-after=5",), 5),
        (("Call-Info: <sip:x>;answer-after=999",), 999),
        (("Call-Info: <sip:x>;answer-after=1000",), 0),
        (("Call-Info: <sip:x>;answer-after=x",), 0), (("Call-Info: <sip:x>;purpose=icon",), None),
        (("Call-Info: <sip:x;answer-after=4>;a=b",), None),
        (("Call-Info: <sip:x>;purpose=icon, <sip:y>;answer-after=7",), 7),
        (('Call-Info: "<',), None),
        (("Alert-Info: <http://x>;info=alert-autoanswer",), 0),
        (("Alert-Info: Auto Answer",), 0), (("Alert-Info: info=alert-autoanswer;delay=3",), 3),
        (("Alert-Info: <x;answer-after=6>",), 6), (("Alert-Info: Ring Answer",), 2),
        (("Alert-Info: Auto-Answer;delay=12345",), 0),
        (("Alert-Info: <http://x/Bellcore-dr3>",), None),
        (("Alert-Info: plain", "Alert-Info: auto-answer"), 0),
    ):  # fmt: skip
        assert announcement.auto_answer(_message(*lines), _quiet) == seconds, lines


def test_whom_a_call_was_meant_for_is_told_by_diversion_else_by_history():
    one, two = "<sip:200@h>;reason=unconditional", "<sip:300@h>"
    for lines, found in (
        ((), None),
        (("Diversion: " + one,), "200@h"), (("Diversion: %s, %s" % (one, two),), "200@h"),
        (("Diversion: <sip:100@h>, " + one,), "200@h"), (("Diversion: <sip:100@h>",), None),
        (("Diversion: <sip:9@h>;privacy=full, " + one,), "200@h"),
        (('Diversion: <sip:9@h>;privacy="off"',), "9@h"),
        (("Diversion: <sip:9@h>;privacy=OFF",), "9@h"),
        (("Diversion: <sip:9@h",), None),
        (("Diversion: <sip:9@h", "History-Info: %s, %s" % (one, two)), "200@h"),
        (("History-Info: " + one,), None),
        (("History-Info: <sip:1@h>;index=1, <sip:2@h?Reason=SIP>;index=1.1, <sip:3@h>;index=1.2",),
         "2@h"),
        (("History-Info: <sip:1@h>;index=1, <sip:3@h>;index=1.1",), "1@h"),
        (("Diversion: " + two, "History-Info: %s, %s" % (one, two)), "300@h"),
    ):  # fmt: skip
        assert announcement.diversion(_message(*lines), _quiet, "100") == found, lines


def test_escapes_are_undone_where_they_are_some():
    for text, plain in (
        ("abc", "abc"), ("%41", "A"), ("a%41b", "aAb"), ("%", "%"), ("%4", "%4"), ("a%4", "a%4"),
        ("%4g", "%4g"), ("%g4", "%g4"), ("%%41", "%A"), ("%23%2a", "#*"), ("%c3%BC", "\u00fc"),
        ("%ff", "%ff"), ("%41" * 200, "A" * 200), ("%41" * 201, "%41" * 201), ("%f%66", "%ff"),
        ("%F", "%F"), ("%41%", "A%"),
    ):  # fmt: skip
        assert unescape(text) == plain, text
    for plain, text in (
        ("abcXYZ019", "abcXYZ019"), ("-_.!~*'()", "-_.!~*'()"), ("#", "%23"), (" ", "%20"),
        ("\u00fc", "%C3%BC"), ("a@b;c", "a%40b%3Bc"), ("\x7f", "%7F"),
    ):  # fmt: skip
        assert escape(plain) == text and unescape(text) == plain, plain
    assert escape("a;b#", ";") == "a;b%23"


def test_of_several_addresses_the_first_counts_and_a_from_is_one():
    message = _message(
        'Contact: "a, b" <sip:1@h>;x=1, <sip:2@h>', "From: b, c <sip:3@h>;tag=t", "To: <sip:4@h>",
    )  # fmt: skip
    assert tuple(message.address("contact")) == ("a, b", "sip:1@h", ";x=1")
    assert message.address("from").uri == "sip:3@h" and message.tag("from") == "t"
    assert message.tag("to") == "" and message.address("to").uri == "sip:4@h"
    assert _message("Contact: <sip:1@h>,<sip:2@h>").address("contact").uri == "sip:1@h"
    assert _message("Contact: sip:1@h").address("contact").uri == "sip:1@h"


def test_a_message_is_read_or_owed_a_status_by_its_first_line():
    for line, fault in (
        (b"OPTIONS sip:a SIP/2.0", 0),
        (b"OPTIONS sip:a sip/2.0", 0),
        (b"OPTIONS sip:a SIP/3.0", 505),
        (b"OPTIONS  sip:a SIP/2.0", 400), (b"OPTIONS <sip:a> SIP/2.0", 400),
        (b"OPTIONS sip:a b SIP/2.0", 400), (b"OPTIONS\tsip:a SIP/2.0", 400),
    ):  # fmt: skip
        assert parse(line + b"\r\n\r\n").fault == fault, line
    for line in (b"OPTIONS sip:a", b"OPTIONS", b"OPTIONS sip:a HTTP/1.1", b"SIP/2.0 99 x",
                 b"SIP/2.0 700 x", b"SIP/2.0 1000 x", b"SIP/2.0", b"SIP/2.0 x"):  # fmt: skip
        with raises(ValueError):
            parse(line + b"\r\n\r\n")
    for line, status, reason in ((b"SIP/2.0 100", 100, ""), (b"SIP/2.0 699 a b", 699, "a b"),
                                 (b"SIP/2.0 200 ", 200, "")):  # fmt: skip
        message = parse(line + b"\r\n\r\n")
        assert (message.status, message.reason, message.method) == (status, reason, "")
    assert parse(b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\nnone\r\n\r\nbody").fault == 400
    for value, number in (("7 BYE", 7), ("999999999999 BYE", 999999999999)):
        assert tuple(_message("CSeq: " + value).cseq()) == (number, "BYE")
    for value in ("BYE", "7", "7 BYE x", "x BYE", "-1 BYE", "1234567890123 BYE"):
        with raises(ValueError):
            _message("CSeq: " + value).cseq()
    for text, found in (("a\tb", False), ("a\x01b", True), ("a\x7fb", True), ("a\nb", True),
                        ("a\x1fb", True), ("a b", False), ("a\x00b", True)):  # fmt: skip
        assert _message("Subject: " + text).controls is found, text
    assert _message("Supported: a, Timer").has("supported", "timer")
    assert not _message("Supported: timers").has("supported", "timer")
    assert not _message("Via: SIP/2.0/UDP a;rport2").rport
    assert _message("v: SIP/2.0/UDP a;rport").rport


def test_a_transaction_that_has_ended_is_out_of_the_table_and_silent():
    wire = Wire()
    agent, peer = wire.agent(US, "100"), wire.peer(REGISTRAR)
    call = agent.call(agent.accounts[0], "200@" + REGISTRAR)
    assert peer.take() == ["INVITE"]
    transaction = call.outgoing.transaction
    assert not transaction.final
    transaction.end()
    assert transaction.final and not agent.transactions and transaction.data is None
    peer.reply(peer.got[0], 180)
    transaction.happen(4)
    assert peer.take(5000) == [] and call.state == "calling"
    call.hangup()


def test_what_a_call_of_ours_is_refused_with_is_followed_for_3xx_only():
    for status, follows in ((300, 1), (301, 1), (302, 1), (399, 1), (400, 0), (404, 0), (480, 0)):
        wire = Wire()
        agent, peer, other = wire.agent(US, "100"), wire.peer(REGISTRAR), wire.peer("10.0.0.8")
        agent.trusted = lambda account, message: True
        call = agent.call(agent.accounts[0], "200@" + REGISTRAR)
        peer.take()
        where = [("Contact", "<sip:300@10.0.0.8>")]
        peer.reply(peer.got[0], status, headers=where, contact=False)
        assert peer.take() == ["ACK"], status
        assert [x.method for x in other.got] == ["INVITE"] * follows, status
        assert (call.state == "ended") is not follows
        call.hangup()


def _seen(peer, request, port, ip):
    """Answer a REGISTER, telling the address that it came from."""
    line = request.raw("via")
    told = line.replace(b"rport", b"rport=%d;received=%s" % (port, ip.encode()))
    request.lines[request.lines.index((b"via", line))] = (b"via", told)
    peer.reply(request, 200, headers=(("Expires", "3600"),), contact=False)


def test_who_is_seen_elsewhere_registers_once_more_from_there_and_then_no_more():
    for ip, port, again in ((US, 5060, 0), ("198.51.100.7", 5060, 1), (US, 40000, 1)):
        wire = Wire()
        peer = wire.peer(REGISTRAR)
        agent = wire.agent(US, "direct", use_rport_contact=True)
        account = Account(2, "100", REGISTRAR, "secret")
        agent.add(account)
        assert peer.take() == ["REGISTER"]
        sent = 0
        while sent < 4:
            request = [x for x in peer.got if x.method == "REGISTER"][:1]
            if not request:
                break
            sent += 1
            _seen(peer, request[0], port, ip)
            peer.take()
        assert sent == 1 + again, (ip, port)
        assert account.registered
        where = "%s:%d" % (ip, port)
        assert where in account.registration.bound


def test_only_a_2xx_registers():
    for status, registered in (
        (200, 1),
        (202, 1),
        (300, 0),
        (305, 0),
        (400, 0),
        (486, 0),
        (600, 0),
    ):
        wire = Wire()
        peer = wire.peer(REGISTRAR)
        agent = wire.agent(US, "direct")
        account = Account(2, "100", REGISTRAR, "secret")
        agent.add(account)
        assert peer.take() == ["REGISTER"]
        peer.reply(peer.got[0], 100, contact=False)
        peer.take()
        assert not account.registered and not account.tried
        request = parse(wire.log[0][3])
        request.source = wire.log[0][1]
        peer.reply(request, status, contact=False)
        peer.take()
        assert account.registered is bool(registered) and account.tried, status
        assert agent.party.events == ["registered" if registered else "reg_failed"]
        assert (account.reason == "") is bool(registered)


def test_an_address_of_an_exchange_is_who_it_was_registered_for():
    account = Account(1, "100", "pbx.example")
    account.display = 'A "B"'
    assert account.uri == "sip:100@pbx.example"
    assert account.name_addr == '"A \\"B\\"" <sip:100@pbx.example>'
    for outbound, routes in (
        ("", ()), ("proxy", ("<sip:proxy;lr>",)), ("proxy:5070", ("<sip:proxy:5070;lr>",)),
        ("sip:proxy;lr", ("<sip:proxy;lr>",)), ("SIPS:proxy", ("<SIPS:proxy;lr>",)),
        ("sip:proxy;transport=tcp", ("<sip:proxy;transport=tcp;lr>",)),
    ):  # fmt: skip
        account.outbound = outbound
        assert account.routes() == routes, outbound
    for hop, home in (
        ("sip:pbx.example", 1), ("sip:x@pbx.example", 1), ("sip:pbx.example:5070", 0),
        ("sip:pbx.example;maddr=10.0.0.66", 0), ("sip:other", 0),
    ):  # fmt: skip
        account.outbound = ""
        assert account.leads_home(hop) is bool(home), hop
    account.outbound = "proxy"
    assert account.leads_home("sip:proxy;lr") and not account.leads_home("sip:pbx.example")
    for n in range(20):
        account.learn_home([("10.0.1.%d" % n, 5060, "UDP"), ("10.0.1.%d" % n, 5060, "UDP")])
    assert len(account.home) == 16
    assert account.is_home(("10.0.1.19", 5060, "TCP")) and account.is_home(
        ("10.0.1.4", 5060, "UDP")
    )
    assert not account.is_home(("10.0.1.3", 5060, "UDP"))
    assert not account.is_home(("10.0.1.19", 5060, "TLS"))
    assert not account.is_home(("10.0.1.19", 5061, "UDP"))
    assert account.owns("sip:x@pbx.example") and account.owns("sip:x@proxy")
    assert account.owns("sip:x@10.0.1.19") and not account.owns("sip:x@10.0.1.3")
    assert not account.owns("sip:x@pbx.example;maddr=10.0.0.66") and not account.owns("tel:1")
    account = Account(1, "1#2")
    for user, called in (("1#2", 1), ("1%232", 1), ("1%232;phone-context=x", 1), ("12", 0),
                         ("1%242", 0)):  # fmt: skip
        assert account.is_called(user) is bool(called), user
