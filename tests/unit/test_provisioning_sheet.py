"""What files give, name by name: bounded lists and texts, and what replaces what."""

from support import raises

from offhook.provisioning.broken import Broken
from offhook.provisioning.schedule import clock
from offhook.provisioning.sheet import Listing, Sheet
from offhook.provisioning.xml import Reader


def test_a_list_keeps_a_hundred_names_and_counts_the_rest():
    found = Listing()
    for number in range(99):
        found.add("n%03d" % number)
    assert len(found.names()) == 99 == found.count
    found.add("n099")
    assert found.names()[-1] == "n099" and len(found.names()) == 100
    found.add("x")
    found.add("y", "why")
    assert found.count == 102 and found.names()[100:] == ["and 2 more"]
    found.add("n000", "now why")
    assert found.count == 102 and found.lines()[0] == "n000: now why"
    assert found.lines()[-1] == "and 2 more"


def test_what_a_later_file_has_put_right_is_in_no_list():
    found = Listing()
    found.add("a", "1")
    found.add("b", "2")
    found.drop("a")
    found.drop("a")
    found.drop("c")
    assert found.count == 1 and found.lines() == ["b: 2"]
    found.drop("b")
    assert found.count == 0 and found.names() == []
    long = "x" * 60
    found.add(long)
    assert found.names() == ["x" * 40]
    found.drop(long)
    assert found.names() == []


def _taken(*settings):
    sheet = Sheet()
    for line, (name, text) in enumerate(settings):
        sheet.setting(name, text, "", line + 1)
    sheet.close()
    return sheet


def test_a_setting_that_was_refused_is_right_once_a_later_one_is():
    sheet = _taken(("user_name1", None), ("user_name1", "100"))
    assert sheet.wanted == {"user_name1": "100"} and sheet.refused.names() == []
    sheet = _taken(("user_name1", "100"), ("user_name1", None))
    assert sheet.refused.lines() == ["user_name1: line 2: its value cannot be read"]
    assert sheet.settings == 2
    for texts, names in (((None, "speed 201"), []), (("speed 201", None), ["fkey3"])):
        sheet = Sheet()
        for text in texts:
            sheet.key("3", text, {}, 7)
        assert sheet.refused.names() == names and sheet.settings == 2
        assert "speed 201" in sheet.wanted["fkey3"]


def test_values_together_are_bounded():
    sheet = _taken(*[("phone_name", "x" * 1024)] * 64)
    assert len(sheet.wanted["phone_name"]) == 1024
    with raises(Broken) as caught:
        sheet.setting("phone_name", "x", "", 65)
    assert "65536 characters" in str(caught.value)


def test_blanks_are_tidied_but_within_a_password():
    sheet = _taken(("user_realname1", "  A \n B "), ("user_pass1", "  a  b "))
    assert sheet.wanted == {"user_realname1": "A B", "user_pass1": "a  b"}


def test_an_empty_text_is_the_default_where_there_is_one_for_it():
    sheet = _taken(
        ("user_name1", ""), ("redirect_time", ""), ("dnd_mode", " "), ("ntp_server", "")
    )
    assert sheet.wanted == {
        "user_name1": None,
        "redirect_time": None,
        "dnd_mode": None,
        "ntp_server": "",
    }


def test_what_there_is_not_and_what_nobody_knows_are_lists_of_their_own():
    sheet = _taken(
        ("never_heard_of", "x"),
    )
    told = sheet.unknown.names() + sheet.absent.names()
    assert "never_heard_of" in told and sheet.wanted == {} and sheet.refused.names() == []


def test_odd_permissions_are_noted_up_to_a_hundred_times():
    sheet = Sheet()
    for line in range(150):
        sheet.setting("user_name1", "x", "odd!", line)
    assert len(sheet.notes) in (0, 100) and sheet.wanted == {"user_name1": "x"}
    assert not sheet.notes or sheet.notes[0].startswith("line 0: ")


def test_a_rule_of_summer_time_goes_with_the_offset_unless_there_is_a_zone():
    rule = "3600 03.05.07 02:00:00 10.05.07 03:00:00"
    sheet = _taken(("dst", rule), ("utc_offset", "3600"))
    assert sheet.wanted["timezone"] and sheet.refused.names() == []
    sheet = _taken(("timezone", "UTC0"), ("dst", rule))
    assert sheet.wanted["timezone"] == "UTC0"
    sheet = _taken(("dst", "no rule"))
    assert sheet.refused.names() == ["dst"] and "timezone" not in sheet.wanted


def _read(data, *cuts):
    """Return (the names of what was opened, the notes) of an XML file that comes in pieces."""
    names, last = [], 0
    reader = Reader(lambda element, _: names.append(element.name), lambda *_: None)
    for cut in cuts + (len(data),):
        reader.feed(data[last:cut])
        last = cut
    reader.close()
    return names, reader.notes


def test_a_comment_ends_at_its_end_wherever_the_file_is_cut():
    data = b"<a><!-- x -- -> --><b/><!--- --><c/></a>"
    for cut in range(len(data)):
        assert _read(data, cut)[0] == ["a", "b", "c"], cut
        assert _read(data, cut, min(cut + 1, len(data)))[0] == ["a", "b", "c"], cut


def test_what_is_odd_is_noted_twelve_times_and_that_there_is_more_once():
    notes = _read(b"<a>" + b"<b c;/>\n" * 12 + b"</a>")[1]
    assert notes == ["line %d: stray signs in <b>" % x for x in range(1, 13)]
    for count in (13, 30):
        again = _read(b"<a>" + b"<b c;/>\n" * count + b"</a>")[1]
        assert again == notes + ["and more"]


def test_a_file_is_over_only_where_it_may_be():
    for data in (b"", b"<a>", b"<a><b></a", b"<a/><!-- ", b"<a><![CDATA[x</a>", b"<a><b>"):
        with raises(Broken) as caught:
            _read(data)
        assert str(caught.value).startswith("line 1: "), data
    with raises(Broken) as caught:
        _read(b"<a>\n<b>\n\n<c></c>")
    assert "</b>, which began in line 2" in str(caught.value) and "line 4" in str(caught.value)


def test_elements_may_be_twelve_deep():
    def nested(count):
        return b"<a>" * count + b"</a>" * count

    assert len(_read(nested(12))[0]) == 12
    with raises(Broken) as caught:
        _read(nested(13))
    assert "12 elements" in str(caught.value)


def _attributes(tag):
    """Return (the attributes of a tag, the notes)."""
    found = []
    reader = Reader(lambda element, _: found.append(element.attributes), lambda *_: None)
    reader.feed(tag)
    reader.close()
    return found[0], reader.notes


def test_attributes_are_read_however_they_are_written():
    for tag, attributes, odd in (
        (b"<a/>", {}, False),
        (b"<a b=\"1\" c='2' d=3/>", {"b": "1", "c": "2", "d": "3"}, False),
        (b'<a b = "1"\n\tc= 2 />', {"b": "1", "c": "2"}, False),
        (b'<a b="x>y" c=""/>', {"b": "x>y", "c": ""}, False),
        (b'<a b="1"c="2"/>', {"b": "1", "c": "2"}, False),
        (b'<a b c="2"/>', {"c": "2"}, True),
        (b'<a ; b="1"/>', {"b": "1"}, True),
        (b'<a =1 b="1"/>', {"b": "1"}, True),
        (b'<a b="&lt;&#65;"/>', {"b": "<A"}, False),
        (b'<a b="it\'s"/>', {"b": "it's"}, False),
        (b"<a b=http://h/x></a>", {"b": "http://h/x"}, False),
    ):
        found, notes = _attributes(tag)
        assert found == attributes and bool(notes) is odd, (tag, found, notes)


def test_a_declaration_is_passed_over_and_one_with_definitions_is_not():
    for data in (b"<!DOCTYPE settings><a/>", b"<!DOCTYPE a SYSTEM 'x'>\n<a></a>", b"<!x><a/>"):
        for cut in range(len(data)):
            names, notes = _read(data, cut)
            assert names == ["a"] and notes == [], (data, cut)
    with raises(Broken):
        _read(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")


def test_a_zone_that_comes_of_an_offset_is_locked_as_that_is():
    rule = "3600 03.05.07 02:00:00 10.05.07 03:00:00"
    for flag in ("R", ""):
        sheet = Sheet()
        sheet.setting("utc_offset", "3600", flag, 1)
        sheet.setting("dst", rule, "", 2)
        sheet.close()
        assert sheet.perms["timezone"] == sheet.perms["utc_offset"], flag
    sheet = Sheet()
    sheet.setting("dst", rule, "", 1)
    sheet.close()
    assert not any(sheet.perms["timezone"])


def test_a_key_has_a_number_that_there_is():
    for index, taken in (("0", True), ("31", True), ("175", True), ("176", False), ("1000", False),
                         ("0001", False), ("", False), ("x", False), ("-1", False)):  # fmt: skip
        sheet = Sheet()
        sheet.key(index, "speed 201", {}, 1)
        assert bool(sheet.wanted) is taken, index
        assert bool(sheet.refused.names()) is not taken, index


def test_a_time_of_day_is_seconds_since_midnight():
    for text, seconds in (
        ("", 0),
        ("00:00", 0),
        ("07:30", 27_000),
        ("23:59", 86_340),
        ("7:", 25_200),
    ):
        assert clock(text) == seconds, text
