"""The name server of the phone's own network: every name is the phone, nothing else is said."""

from net.dns_query import fits, question
from net.dns_records import TYPES
from net.dns_records import answer as read
from offhook.first_start.dns import answer

IP = "192.168.4.1"
A, AAAA, ANY = 1, 28, 255


def query(name="captive.apple.com", kind=A, group=1):
    made = question(0x1234, name, kind)
    made[-1] = group
    return bytes(made)


def test_every_name_has_the_phones_address():
    for name in ("captive.apple.com", "x", "a.b.c.d.e.f", "täst.example", "WWW.MSFTNCSI.COM"):
        asked = query(name)
        said = answer(asked, IP)
        assert fits(said, asked), name
        found, ttl = read(said, name.lower(), TYPES["A"])
        assert found == [IP] and ttl <= 10, (name, found)
    assert read(answer(query("x", ANY), IP), "x", TYPES["A"])[0] == [IP]


def test_other_kinds_have_no_answer_and_nobody_waits_for_one():
    for kind in (AAAA, 2, 5, 6, 12, 15, 16, 33, 65, 0, 65535):
        asked = query("x.example", kind)
        said = answer(asked, IP)
        assert said[3] & 15 == 0 and said[6:8] == b"\0\0" and fits(said, asked), kind
    assert answer(query("x", A, 3), IP)[6:8] == b"\0\0", "of another class"


def test_a_query_with_more_behind_its_question_is_answered_all_the_same():
    asked = query()
    edns = asked[:11] + b"\1" + asked[12:] + b"\0\0\x29\x10\0\0\0\0\0\0\0"
    said = answer(edns, IP)
    assert said[6:8] == b"\0\1" and said[10:12] == b"\0\0" and len(said) == len(asked) + 16
    recursive = answer(asked, IP)
    assert recursive[2] & 1 and recursive[2] & 0x80
    plain = bytearray(asked)
    plain[2] = 0
    assert not answer(bytes(plain), IP)[2] & 1


def test_what_is_no_query_gets_no_answer():
    asked = query()
    response = bytearray(asked)
    response[2] |= 0x80
    for data in (b"", b"x", asked[:11], bytes(response), bytes(600), b"\xff" * 600):
        assert answer(data, IP) is None, data[:20]


def test_a_broken_query_is_told_so_and_no_more():
    asked = query()

    def with_count(count):
        return asked[:4] + bytes((0, count)) + asked[6:]

    for data, code in (
        (asked[:-1], 1),
        (asked[:14], 1),
        (with_count(0), 1),
        (with_count(2), 1),
        (asked[:12] + b"\xc0\x0c\0\1\0\1", 1),  # the name is itself
        (b"\x12\0" + asked[2:12] + b"\xc0\1\0\1\0\1", 1),  # no name can stand before the first
        (asked[:12] + b"\1x\xc0\x0c\0\1\0\1", 1),
        (asked[:12] + b"\x40" + b"x" * 64 + b"\0\0\1\0\1", 1),
        (asked[:12] + b"\3\xff\xfe\xfd\0\0\1\0\1", 1),
        (asked[:12] + (b"\x3f" + b"x" * 63) * 5 + b"\0\0\1\0\1", 1),
        (asked[:2] + b"\x28\0" + asked[4:], 4),  # an update
        (b"\0" * 12, 1),
    ):
        said = answer(data, IP)
        assert said[3] & 15 == code and len(said) == 12 and said[:2] == data[:2], data
        assert said[2] & 0x80 and said[4:] == bytes(8), "it has no question and no record"


def test_nothing_that_comes_breaks_it_and_an_answer_is_never_much_longer():
    seed = 1
    for size in list(range(12, 60)) * 20:
        data = bytearray(query()[:12]) if size % 2 else bytearray(12)
        while len(data) < size:
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            data.append(seed >> 16 & 255)
        data[2] &= 0x7F
        said = answer(bytes(data), IP)
        assert said is None or len(said) <= len(data) + 16
