"""Dialog-info and message-summary bodies: the RFCs' own, full and partial, and damaged ones."""

from support import data, raises

from sip.subscription.dialog_info import MISSING, attribute, read, state_of
from sip.subscription.message_summary import summary

_NO_INFO = ("05", "17")  # not well formed as printed, or a schema


def _body(number):
    return data("rfc4235-dialog-info/%s.xml" % number)


def test_the_bodies_of_rfc_4235_are_read_and_the_broken_ones_refused():
    for number in range(1, 23):
        name = "%02d" % number
        body = _body(name)
        if name in _NO_INFO:
            with raises(ValueError):
                read(body, None, {})
        else:
            version, dialogs = read(body, None, {})
            if b'state="partial"' in body:  # of what, is not known: a full one is asked for
                assert version == MISSING and dialogs == {}, name
            else:
                text = str(body, "utf-8").partition("<dialog-info")[2].partition('version="')[2]
                assert version == int(text.partition('"')[0]), name
            busy = name in ("01", "04", "06", "07", "21")
            assert state_of(dialogs)[0] == ("busy" if busy else "idle"), name


def test_the_forked_call_of_rfc_4235_in_its_order():
    version, dialogs, states = None, {}, []
    for name in ("10", "11", "12", "13", "14", "15", "16"):
        version, dialogs = read(_body(name), version, dialogs)
        states.append((version, state_of(dialogs)[0]))
    assert states[0] == (0, "idle")
    assert [x[0] for x in states] == [0, 1, 2, 3, 4, 5, 6]
    assert states[4][1] == states[6][1] == "busy"


def test_an_old_version_and_a_gap_change_nothing_and_ask_for_a_full_state():
    version, dialogs = read(_body("06"), None, {})
    assert version == 1 and len(dialogs) == 1
    assert read(_body("10"), version, dialogs) == (-1, dialogs)
    assert read(_body("09"), version, dialogs) == (-1, dialogs)
    assert read(_body("03"), None, {}) == (-1, {})


def test_ringing_is_what_comes_in_and_busy_what_goes_out():
    body = '<dialog-info version="0" state="full">%s</dialog-info>'
    dialog = '<dialog id="%s" direction="%s"><state>%s</state></dialog>'
    for direction, state, wanted in (
        ("recipient", "early", "ringing"),
        ("receiver", "early", "ringing"),
        ("", "early", "ringing"),
        ("initiator", "early", "busy"),
        ("initiator", "trying", "busy"),
        ("recipient", "confirmed", "busy"),
        ("recipient", "terminated", "idle"),
    ):
        text = body % (dialog % ("1", direction, state))
        assert state_of(read(text.encode(), None, {})[1])[0] == wanted, (direction, state)
    both = dialog % ("1", "initiator", "confirmed") + dialog % ("2", "recipient", "early")
    assert state_of(read((body % both).encode(), None, {})[1])[0] == "ringing"


def test_prefixes_quotes_comments_and_entities():
    text = (
        "<?xml version='1.0'?><!-- <dialog> --><d:dialog-info xmlns:d='urn:x'\r\n version='3' "
        "state='full'><d:dialog id='a&amp;b' call-id = 'x&quot;y'><d:state>early</d:state>"
        "<d:remote><d:identity>sip:9@h</d:identity></d:remote></d:dialog></d:dialog-info>"
    )
    version, dialogs = read(text.encode(), None, {})
    assert version == 3 and dialogs["a&b"][2] == 'x"y' and dialogs["a&b"][5] == "sip:9@h"
    assert attribute('local-tag="1" remote-tag="2"', "tag") == ""


def test_an_attribute_is_found_among_those_that_look_like_it():
    for text, value in (
        ("id id =id id = 'x'", ""),
        ("id id = 'x id=y'", "x id=y"),
        ("xid='1' id='2'", "2"),
        ("id2='1' id\r\n=\r\n'2'", "2"),
        ("id='\u00e9", "\u00e9"),
        ("id=", ""),
        ("id" * 900, ""),
    ):
        assert attribute(text, "id") == value, text


def test_every_cut_and_every_single_damage_is_refused_or_read():
    body = _body("14")
    for cut in range(len(body)):
        try:
            read(body[:cut], None, {})
        except ValueError:
            pass
    for index in range(0, len(body), 3):
        for byte in b'<>"\xff /':
            damaged = body[:index] + bytes([byte]) + body[index + 1 :]
            try:
                read(damaged, 3, {})
            except ValueError:
                pass


def test_many_dialogs_are_bounded():
    dialog = '<dialog id="%d"><state>confirmed</state></dialog>'
    text = '<dialog-info version="0">%s</dialog-info>'
    some = text % "".join(dialog % x for x in range(100))
    assert len(read(some.encode(), None, {})[1]) == 8
    with raises(ValueError):
        read((text % "".join(dialog % x for x in range(500))).encode(), None, {})


def test_what_a_message_summary_leaves_out_is_none():
    for body, found in (
        (b"Messages-Waiting: yes\r\n", (1, 0)),
        (b"Messages-Waiting: no\r\n", (0, 0)),
        (b"Voice-Message: 2/8 (0/2)\r\n", (0, 8)),
        (b"Messages-Waiting: yes\r\nVoice-Message: 0/8\r\n", (1, 8)),
        (b"Messages-Waiting: YES\r\nVoice-Message: x/y\r\n", (1, 0)),
        (b"", (0, 0)),
        (b"\xff", (0, 0)),
    ):
        assert summary(body) == found, body


def test_message_summaries_of_rfc_3842():
    found = [summary(data("rfc3842-mwi/%02d.txt" % x)) for x in range(1, 6)]
    assert found == [(1, 0), (2, 8), (4, 8), (4, 8), (4, 8)]
    assert summary(b"Messages-Waiting: no\r\nVoice-Message: 0/3") == (0, 3)
    assert summary(b"messages-waiting:YES\r\n\r\n") == (1, 0)
    assert summary(b"\xff\xfe") == (0, 0) and summary(b"") == (0, 0)
    assert summary(b"Messages-Waiting: yes\nVoice-Message: x/y") == (1, 0)
    assert summary(b"Messages-Waiting: yes\r\nVoice-Message: 3 / 1 (1 / 0)") == (3, 1)
    assert summary(b"Messages-Waiting: yes\nVoice-Message:\t3/ 1") == (3, 1)
