"""The queue, the marks of secrets and the cutting of templates, each by itself."""

from actions_support import Spec
from support import raises

from actions.queue import Entry, Queue
from actions.secrets import marks, masked, masked_setting, private
from actions.template import parse, split


def _queue(most=None):
    """Return (a queue, the names of what has given way)."""
    gone = []
    return Queue({"action_url_queue": most}, lambda entry: gone.append(entry.name)), gone


def _entry(name, size=10, stranger=False):
    return Entry(name, None, "x" * size, None, stranger)


def _names(queue):
    return "".join([x.name for x in queue.entries])


def test_the_oldest_gives_way_and_strangers_before_all_others():
    queue, gone = _queue(3)
    for name in "abc":
        assert not queue.full()
        queue.append(_entry(name))
    assert queue.full() and len(queue) == 3
    queue.append(_entry("d"))
    assert _names(queue) == "bcd" and gone == ["a"]
    queue.append(_entry("s", stranger=True))
    assert _names(queue) == "bcd" and gone == ["a", "s"], "the new one itself"
    queue.take(0)
    queue.append(_entry("t", stranger=True))
    queue.append(_entry("e"))
    assert _names(queue) == "cde" and gone == ["a", "s", "t"]


def test_a_setting_that_says_nothing_means_thirty_two():
    queue, gone = _queue()
    for number in range(32):
        assert not queue.full()
        queue.append(_entry(chr(64 + number)))
    assert queue.full() and gone == []
    queue.append(_entry("z"))
    assert len(queue) == 32 and gone == ["@"]


def test_bytes_are_bounded_and_counted_however_entries_come_and_go():
    for way in range(4):
        queue, gone = _queue(256)
        first = _entry("a", 8000)
        queue.append(first)
        if way == 0:
            queue.clear()
        elif way == 1:
            assert queue.take() is first
        elif way == 2:
            queue.append(_entry("b", 100))
            assert queue.take(1).name == "b" and queue.take(0) is first
        else:
            assert queue.put_back(queue.take())
            assert queue.take() is first
        assert len(queue) == 0
        queue.append(_entry("c", 8192))
        queue.append(_entry("d", 8192))
        assert gone == [] and _names(queue) == "cd", way
        queue.append(_entry("e", 1))
        assert gone == ["c"] and _names(queue) == "de", way
    queue, gone = _queue(256)
    queue.append(_entry("a", 20_000))
    assert _names(queue) == "a", "one alone is sent however long it is"
    queue.append(_entry("b", 5))
    assert _names(queue) == "b" and gone == ["a"]


def test_what_is_put_back_is_the_oldest_and_gives_way_where_there_is_no_room():
    queue, gone = _queue(2)
    for name in "ab":
        queue.append(_entry(name))
    first = queue.take()
    assert queue.put_back(first) is True and _names(queue) == "ab"
    first = queue.take()
    queue.append(_entry("c"))
    assert queue.put_back(first) is False and _names(queue) == "bc" and gone == ["a"]


def test_what_the_log_masks_of_a_request_is_known_from_its_template():
    for path, query, found in (
        ("/", "a=1&b=2", ()),
        ("/", "", ()),
        ("/u:p@h", "a", (-1,)),
        ("/", "a=u:p@h&b=1&c=u%3Ap%40h", (0, 2)),
        ("/", "u:p@h", (0,)),
        ("/", "b=1&user_pass1=x", (1,)),
        ("/", "http%5Fpass=x&user_pass[2]=y&wifi_psk=z", (0, 1, 2)),
        ("/", "a=http://u:p@h/", (0,)),
        ("/", "a=http%3A%2F%2Fu:p@h/", (0,)),
        ("/", "a=http://u@h:80/", ()),
        ("/", "a=http://h:80/", ()),
        ("/", "a=sip:201@h", ()),
        ("/", "a=sips:201@h", ()),
        ("/", "a=sip:u:p@h", (0,)),
        ("/", "a=sip::@h", (0,)),
        ("/", "a=sip:@h", ()),
        ("/", "a=sips:u:p@h", (0,)),
        ("/", "a=:p@h", (0,)),
        ("/", "a=//:@h", (0,)),
        ("/", "a=@h:1", ()),
        ("/", "a=u:@h", (0,)),
        ("/", "a=x:1", ()),
        ("/", "passport=1&pass=2&a_pass=3", (2,)),
    ):
        assert marks(path, query) == found, (path, query)


def test_a_request_is_masked_where_its_marks_say_so_and_else_as_it_is():
    for path, where, shown in (
        ("/a?b=c", (), "/a?b=c"),
        ("/a?b=c&d=e", (1,), "/a?b=c&d=***"),
        ("/a?b=c&d", (0, 1), "/a?b=***&***"),
        ("/u:p@h?b=c", (-1,), "/***?b=c"),
        ("/u:p@h", (-1,), "/***"),
        ("/a?b=c", (1,), "/a?b=c"),
        ("/a?b=c=d", (0,), "/a?b=***"),
    ):
        assert masked(path, where) == shown, (path, where)


def test_a_setting_that_is_shown_has_no_passwords_in_its_urls():
    for text, shown in (
        ("http://u:p@h/", "http://u:***@h/"),
        ("http://u:p@h/ http://v:q@h/?a=b", "http://u:***@h/ http://v:***@h/?a=b"),
        ("http://u@h/?a=b:c", "http://u@h/?a=b:c"),
        ("http://h/?user_pass1=x&b=@", "http://h/?user_pass1=***&b=@"),
        ("http://h/?a=u:p@h#f", "http://h/?a=u:***@h#f"),
        ("http://h/?a=u%3Ap%40h", "http://h/?a=u%3A***%40h"),
        ("http://h/?a=sip:201@h", "http://h/?a=sip:201@h"),
        ("http://h/?a=sips:201@h", "http://h/?a=sips:201@h"),
        ("http://h/?a=sip:u:p@h", "http://h/?a=sip:u:***@h"),
        ("http://h/?a=<sip:201@h>", "http://h/?a=<sip:201@h>"),
        ("http://h/?a=&lt;sip:201@h&gt;", "http://h/?a=&lt;sip:201@h&gt;"),
        ("http://h/?a=xsip:201@h", "http://h/?a=xsip:***@h"),
        ("active blf sip:201@h", "active blf sip:201@h"),
        ("u:p@h", "u:***@h"),
        (":p@h", ":***@h"),
        ("a:b=c:d@h", "a:***@h"),
        ("@", "@"),
        ("pass", "pass"),
    ):
        assert masked_setting("action_hold", text) == shown, text
    assert masked_setting("phone_name", "u:p@h") == "u:p@h"
    for name in ("fkey1", "user_outbound1", "update_server", "setting_server"):
        assert masked_setting(name, "u:p@h") == "u:***@h", name


def test_what_is_called_like_a_secret_is_one():
    for name in (
        "user_pass1",
        "http_pass[2]",
        "A_PASSWORD",
        "x%5Fpin",
        "x%5fhash",
        "client_secret",
        "psk",
    ):
        assert private(name), name
    for name in ("passport", "pass", "pin", "user_name1", "pass_user", "fkey_longpress1"):
        assert not private(name), name


def test_white_space_before_a_scheme_parts_templates():
    a, b, c = "http://a/", "https://b/x", "HTTP://c/?u=http://d/"
    for text, found in (
        ("", []),
        ("  ", []),
        (a, [a]),
        (a + " " + b, [a, b]),
        (" %s\n%s\t%s\r\n" % (b, a, c), [b, a, c]),
        (a + b, [a + b]),
        (a + "  x " + b, [a + "  x", b]),
        ("h http://", ["h", "http://"]),
        ("x " + c + " " + c, ["x", c, c]),
        ("http:// http://a/ https:// https://b/x", ["http://", a, "https://", b]),
        ("http://a/?x=1&amp;y=2", ["http://a/?x=1&y=2"]),
    ):
        assert split(text) == found, text


def _known(name):
    return {"user_name1": Spec("text", False), "mac": Spec("text", False)}[name]


def test_so_many_urls_and_no_more():
    assert len(parse(" ".join(["http://h/"] * 8), _known)) == 8
    with raises(ValueError) as caught:
        parse(" ".join(["http://h/"] * 9), _known)
    assert "9 URLs" in str(caught.value) and "8 are possible" in str(caught.value)


def test_brackets_around_a_number_belong_to_a_name_and_others_do_not():
    for text, written in (
        ("$user_name[1]", ["$user_name1"]),
        ("$user_name[1]x", ["$user_name1", "x"]),
        ("$user_name[]", ["$user_name", "[]"]),
        ("$user_name[1", ["$user_name", "[1"]),
        ("$user_name[a]", ["$user_name", "[a]"]),
        ("$user_name[13]", ["$user_name[13]"]),
        ("$user_name[1]1]", ["$user_name1", "1]"]),
        ("$mac[1]", ["$mac", "[1]"]),
        ("$mac[", ["$mac", "["]),
    ):
        (target,) = parse("http://h/?" + text, _known)
        found = [getattr(x, "written", x) for x in target.pieces]
        assert found[0].endswith("?") and found[1:] == written, (text, found)
