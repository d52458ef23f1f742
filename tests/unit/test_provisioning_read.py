"""Files of settings as they are in the field: read as far as can be told, or refused whole."""

import json

from support import data, raises

from offhook.provisioning import characters, perm
from offhook.provisioning.broken import Broken
from offhook.provisioning.document import Document

_SMALL = b"""<!-- written by hand -->
<?xml version="1.0" encoding="utf-8"?>
<settings>
 <phone-settings e="2">
  <user_name idx="1" perm="R">201</user_name>
  <user_realname idx="1" perm="">M&#252;ller &amp; S&#xF6;hne</user_realname>
  <dnd_mode perm="!">off</dnd_mode>
 </phone-settings>
 <functionKeys e="2">
  <fkey idx="4" context="active" label="Door" perm="">speed 42</fkey>
 </functionKeys>
</settings>
"""


class Take:
    """Notes what a document tells."""

    def __init__(self):
        self.values = {}
        self.perms = {}
        self.keys = {}
        self.urls = []
        self.refused = {}

    def setting(self, name, text, flag, line):
        self.values[name] = text
        self.perms[name] = flag

    def key(self, index, text, attributes, line):
        self.keys[index] = (text, attributes)

    def file(self, url, line):
        self.urls.append(url)

    def refuse(self, name, why):
        self.refused[name] = why


def read(text, piece=64):
    """Return (what was told, the document) of a file that is whole."""
    raw = text if isinstance(text, bytes) else text.encode()
    take = Take()
    document = Document(take)
    for start in range(0, len(raw), piece):
        document.feed(raw[start : start + piece])
    document.close()
    return take, document


def settings(body):
    """Return what is told of a body of <phone-settings>."""
    return read("<settings><phone-settings>%s</phone-settings></settings>" % body)


def refused(text):
    """Return why a file is refused whole."""
    with raises(Broken) as caught:
        read(text)
    return str(caught.value)


# -- Snom's XML ---------------------------------------------------------------------------------


def test_a_small_file_is_read_whatever_pieces_it_comes_in():
    for piece in (1, 2, 3, 7, 64, 5000):
        take, document = read(_SMALL, piece)
        assert take.values == {
            "user_name1": "201",
            "user_realname1": "Müller & Söhne",
            "dnd_mode": "off",
        }, piece
        assert take.perms == {"user_name1": "R", "user_realname1": "", "dnd_mode": "!"}
        assert take.keys["4"][0] == "speed 42" and take.keys["4"][1]["label"] == "Door"
        assert document.notes == [] and document.bytes == len(_SMALL)


def test_a_file_that_ends_early_anywhere_is_refused_whole():
    whole = _SMALL.rstrip()
    for end in range(len(whole)):
        document = Document(Take())
        document.feed(whole[:end])
        with raises(Broken):
            document.close()
    read(whole)


def test_bytes_that_were_turned_give_a_reading_or_a_refusal_and_nothing_else():
    seed = 12345
    for _ in range(400):
        raw = bytearray(_SMALL)
        for _ in range(3):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            raw[seed % len(raw)] = (seed >> 13) & 0xFF
        try:
            read(bytes(raw), 50)
        except Broken:
            pass


def test_sections_may_be_files_of_their_own():
    take, _ = read("<phone-settings><dnd_mode>on</dnd_mode></phone-settings>")
    assert take.values == {"dnd_mode": "on"} and take.perms == {"dnd_mode": None}
    take, _ = read('<function-keys><fkey idx="1">line</fkey></function-keys>')
    assert take.keys["1"][0] == "line"
    take, _ = read('<setting-files><file url="http://h/a?b=1&amp;c=2"/></setting-files>')
    assert take.urls == ["http://h/a?b=1&c=2"]


def test_other_sections_are_counted_and_nothing_in_them_is_a_setting():
    take, document = read(
        "<settings><tbook><item><name>Anna</name><number>1</number></item><item/></tbook>"
        "<dialplan><template match='1'/></dialplan><phone-settings/></settings>"
    )
    assert document.others == {"tbook": 2, "dialplan": 1}
    assert take.values == {} and take.refused == {}


def test_comments_cdata_attributes_and_references_are_read_as_xml_has_them():
    take, document = settings(
        "<a perm='RW' idx = \"1\">1</a><!-- <b>2</b> --><c><![CDATA[<x>&amp;]]></c>"
        '<d perm=" ">&lt;&#x1F600;&quot;&apos;</d><e url="a>b"/><f>a&nbsp;b&#0;&</f>'
    )
    assert take.values == {
        "a1": "1",
        "c": "<x>&amp;",
        "d": "<\U0001f600\"'",
        "e": "",
        "f": "a&nbsp;b&#0;&",
    }
    assert take.perms["a1"] == "RW" and take.perms["d"] == " " and document.notes == []


def test_an_end_tag_that_fits_nothing_closes_what_it_stands_in_and_is_noted():
    take, document = settings("<a>1</b><c>2</c><d>3</d></e>")
    assert take.values == {"a": "1", "c": "2", "d": "3"}
    assert document.notes == ["line 1: </b> closes <a>", "line 1: </e> closes nothing"]


def test_an_element_without_its_end_holds_what_follows_and_all_of_that_is_listed():
    take, document = settings("<a>1 <b>2</b><c>3</c>")
    assert take.values == {}
    assert sorted(take.refused) == ["a", "b", "c"] and "stands within <a>" in take.refused["b"]
    assert document.notes == ["line 1: <a> is not closed before </phone-settings>"]


def test_stray_signs_in_a_tag_are_passed_over():
    take, document = settings(
        "<a perm=\"R\", idx='2' ; / >1</a><b perm=RW idx=3>2</b><c perm>3</c>"
    )
    assert take.values == {"a2": "1", "b3": "2", "c": "3"}
    assert take.perms["a2"] == "R" and take.perms["b3"] == "RW"
    assert len(document.notes) == 2


def test_an_address_in_brackets_is_text():
    take, document = settings("<a>blf <sip:201@h;user=phone>|*8</a><b>1 < 2</b>")
    assert take.values == {"a": "blf <sip:201@h;user=phone>|*8", "b": "1 < 2"}
    assert len(document.notes) == 2


def test_a_quote_that_does_not_end_costs_its_tag_only():
    take, document = settings('<a perm="R>1</a><b perm="">2</b>')
    assert take.values["b"] == "2" and take.values["a"] == "1"


def test_what_is_too_long_is_no_value_and_the_rest_is_read():
    take, _ = settings("<a>%s</a><b>2</b>" % ("x" * 9000))
    assert take.values == {"a": None, "b": "2"}
    take, document = settings("<!-- %s --><b>2</b>" % ("x" * 90000))
    assert take.values == {"b": "2"}
    assert "a tag of more than" in refused("<settings><a %s" % ("x" * 9000))


def test_what_is_no_utf_8_is_no_value_unless_the_file_says_what_it_is():
    take, _ = read(b"<phone-settings><a>M\xfcller</a><b>2</b></phone-settings>")
    assert take.values == {"a": None, "b": "2"}
    head = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    take, _ = read(head + b"<phone-settings><a>M\xfcller</a></phone-settings>")
    assert take.values == {"a": "Müller"}
    for name, letters in (
        ("ISO-8859-1", b"\xfc\x80\x93"),
        ("windows-1252", b"\xfc\x80\x93"),
        ("ISO-8859-15", b"\xfc\xa4\xbd"),
        ("latin1", b"\xfc\x80\x93"),
    ):
        for quote in (b'"', b"'"):
            head = b"<?xml version='1.0' encoding = " + quote + name.encode() + quote + b" ?>"
            take, _ = read(head + b"<phone-settings><a>" + letters + b"</a></phone-settings>")
            wanted = "ü€œ" if name == "ISO-8859-15" else "ü€“"
            assert take.values == {"a": wanted}, name
    inside = b"<?php encoding='iso-8859-1' ?><a>M\xc3\xbc</a>"
    take, _ = read(b"<phone-settings>" + inside + b"</phone-settings>")
    assert take.values == {"a": "Mü"}, "that is no declaration"
    for head in (b"<?xml encoding='KOI8-R'?>", b"<?xml encoding?>", b"<?xml encoding='?>"):
        take, _ = read(head + b"<phone-settings><a>M\xfc</a><b>2</b></phone-settings>")
        assert take.values == {"a": None, "b": "2"}, head
    take, _ = read(b"\xef\xbb\xbf<phone-settings><a>M\xc3\xbcller</a></phone-settings>")
    assert take.values == {"a": "Müller"}


def test_what_holds_no_settings_is_refused_whole():
    for text, why in (
        ("", "empty"),
        ("   ", "empty"),
        ("<!-- only that", "comment"),
        ("<html><head><title>404</title></head></html>", "no settings"),
        ("<!DOCTYPE html><html><body>Login</body></html>", "<html> holds no settings"),
        ("<manager_config/>", "<manager_config> holds no settings"),
        ("<settings>", "ends before </settings>"),
        ("<settings></settings", "within a tag"),
        ('<!DOCTYPE s [<!ENTITY a "b">]><settings/>', "DOCTYPE"),
        ("<settings>" + "<x>" * 20, "within each other"),
        (b"\x1f\x8b\x08\x00compressed", "compressed"),
        (b"\xff\xfe<\0s\0", "no UTF-8"),
        ("ldapsearch failed", "within a line"),
        ("[1, 2]", "within a line"),
        ("hello\nworld\n", "no settings"),
    ):
        assert why in refused(text), (text, refused(text))


def test_an_index_or_a_perm_that_is_none_is_listed():
    take, _ = settings('<a idx="x">1</a><b idx="">2</b>')
    assert take.values == {"b": "2"} and "idx 'x'" in take.refused["a"]


def test_200_kilobytes_are_read_and_nothing_is_kept_of_them():
    document = Document(Take())
    document.feed(b"<settings><phone-settings>")
    line = b'<unknown_thing perm="">some value of no use to anybody</unknown_thing>\n'
    for _ in range(200000 // len(line)):
        document.feed(line)
        assert len(document._reader._data) < 100
    document.feed(b"</phone-settings></settings>")
    document.close()
    assert len(document.take.values) == 1 and document.bytes > 199000


# -- perm -----------------------------------------------------------------------------------------


def test_perm_says_what_a_person_may_do():
    for text, locked, once, fleeting in (
        (None, False, False, False),
        ("", False, False, False),
        ("RW", False, False, False),
        ("rw", False, False, False),
        ("$", False, False, False),
        ("R", True, False, False),
        ("&", True, False, False),
        (" ", True, False, False),
        ("!", False, True, False),
        ("V", True, False, True),
        ("RWV", False, False, True),
        ("RV", True, False, True),
        ("!V", False, True, True),
    ):
        assert perm.parse(text) == (locked, once, fleeting), text
    with raises(ValueError):
        perm.parse("X")


# -- the older form -------------------------------------------------------------------------------


def test_lines_are_settings_and_without_a_flag_they_are_locked():
    take, document = read(
        b"<html>\r\n<pre>\r\n# a: comment\r\n<!-- b: another -->\r\nlanguage!: Deutsch\r\n"
        b'user_pass1: p&w<1>:"x" # and more\nphone_name$:\n zone: x\nno line\nbad-name: 1\n'
        b"M\xfcller: 1\ncity: K\xf6ln\n</pre></html>"
    )
    assert take.values == {
        "language": " Deutsch",
        "user_pass1": ' p&w<1>:"x" # and more',
        "phone_name": "",
        "city": " Köln",
    }
    assert take.perms == {"language": "!", "user_pass1": "&", "phone_name": "$", "city": "&"}
    assert [note.partition(":")[0] for note in document.notes] == [
        "line 8",
        "line 9",
        "line 10",
        "line 11",
    ]


def test_the_older_form_that_ends_early_is_refused_whole_or_says_so():
    text = b"<html><pre>\nuser_name1: 201\nuser_pass1: hush\n</pre>\n</html>\n"
    for end in range(len(text.rstrip()) - len(b"</pre>\n</html>")):
        document = Document(Take())
        document.feed(text[:end])
        with raises(Broken):
            document.close()
    assert "ends within a line" in refused("user_name1: 201\nuser_pass1: hu")
    take, _ = read("user_name1: 201\nuser_pass1: hush\n")
    assert len(take.values) == 2


# -- our own --------------------------------------------------------------------------------------


def test_our_json_is_read():
    take, _ = read(
        '{"dnd_mode": true, "user_name1": "201", "user_expiry1": 600, "phone_name": null, '
        '"ring_sound": {"value": 3, "perm": "R"}, "bad": [1]}'
    )
    assert take.values == {
        "dnd_mode": "on",
        "user_name1": "201",
        "user_expiry1": "600",
        "phone_name": "",
        "ring_sound": "3",
        "bad": None,
    }
    assert take.perms["ring_sound"] == "R" and take.perms["dnd_mode"] == ""
    assert read('{"settings": {"a": "1"}}')[0].values == {"a": "1"}


def test_json_of_more_than_its_bound_is_refused_while_it_comes():
    document = Document(Take())
    document.feed(b'{"a": "')
    with raises(Broken) as caught:
        for _ in range(300):
            document.feed(b"x" * 1024)
    assert "XML may be longer" in str(caught.value)


def test_json_that_is_none_is_refused_whole():
    text = '{"dnd_mode": true, "user_name1": "201"}'
    for end in range(len(text)):
        with raises(Broken):
            read(text[:end])
    assert "no JSON" in refused('{"a": 1} x') and "object" in refused("{}")
    for text in (
        '{"a": 1, 2: 3}', '{null: 1}', '{true: 1, "a": 2}', '{"settings": {"a": 1, 2: 3}}',
        '{"a": ' + "[" * 5000,
    ):  # fmt: skip
        assert "no JSON object" in refused(text), text


def test_character_references_stay_in_bounds():
    for text, meant in (
        ("&#252;", "ü"),
        ("&#xfc;", "ü"),
        ("&#1114112;", "&#1114112;"),
        ("&#55296;", "&#55296;"),
        ("&#-1;", "&#-1;"),
        ("&#99999999999;", "&#99999999999;"),
        ("&amp;lt;", "&lt;"),
        ("&;&", "&;&"),
    ):
        assert characters.references(text) == meant


# -- files as PBX software writes them ------------------------------------------------------------


def test_files_as_pbx_software_writes_them():
    wanted = json.loads(data("snom-provisioning/expectations.json"))["files"]
    for name in ("general.xml", "old.htm"):
        take, document = read(data("snom-provisioning/" + name), 512)
        values = {key: " ".join(text.split()) for key, text in take.values.items()}
        expected = wanted[name]["values"]
        for key in expected:
            assert values[key] == expected[key], key
        assert len(values) == len(expected)
        flags = wanted[name].get("perm") or wanted[name]["flag"]
        for key in flags:
            assert take.perms[key] == flags[key], key
        keys = wanted[name].get("fkeys", {})
        for index in keys:
            text, attributes = take.keys[index]
            assert (text, attributes["context"]) == (keys[index]["value"], keys[index]["context"])
            assert attributes["label"] == keys[index]["label"]
        assert len(take.keys) == len(keys)
        for other in wanted[name].get("other_elements", ()):
            assert document.others[other["element"]] == other["entries"]


def test_a_list_of_files_behind_a_comment_is_read():
    wanted = json.loads(data("snom-provisioning/expectations.json"))["container.htm"]["urls"]
    take, _ = read(data("snom-provisioning/container.htm"))
    assert take.urls == [url.partition(" (")[0] for url in wanted]


def test_references_are_characters_to_the_edges_of_unicode():
    for name, code in (
        ("#1", 1), ("#65", 65), ("#x41", 65), ("#X41", 65), ("#55295", 0xD7FF), ("#xD800", None),
        ("#xDFFF", None), ("#xE000", 0xE000), ("#x10FFFF", 0x10FFFF), ("#x10fffe", 0x10FFFE),
        ("#x110000", None), ("#0", None), ("#", None), ("#x", None), ("#xg", None), ("#6a", None),
        ("#-1", None), ("nbspx", None), ("", None),
    ):  # fmt: skip
        text = "a&%s;b" % name
        assert characters.references(text) == ("a%sb" % chr(code) if code else text), name


def test_a_comment_before_the_form_ends_at_its_end_and_nowhere_else():
    for comment in (
        b"<!---->",
        b"<!-- x -->",
        b"<!--> <no/> -->",
        b"<!---> <no/> -->",
        b"<!-- - -> -->",
    ):
        for form in (_SMALL[_SMALL.index(b"<?xml") :], b'{"dnd_mode": "off"}'):
            for between in (b"", b"\n", b"<!-- y -->"):
                for piece in (1, 3, 64):
                    take, _ = read(comment + between + form, piece)
                    assert take.values["dnd_mode"] == "off", (comment, between, piece)


def test_cdata_may_be_empty_and_is_text_as_it_stands():
    for inner, value in (
        ("<![CDATA[]]>", ""), ("<![CDATA[a&amp;<b>]]>", "a&amp;<b>"), ("x<![CDATA[]]>y", "xy"),
        ("<![CDATA[]]]]>", "]]"), ("<![CDATA[a]]b]]>", "a]]b"),
    ):  # fmt: skip
        text = "<settings><phone-settings><mac>%s</mac></phone-settings></settings>"
        for piece in (1, 2, 5, 64):
            take, _ = read(text % inner, piece)
            assert take.values["mac"] == value, (inner, piece)


def test_json_may_be_64_kilobytes_long():
    for size in (65536, 65537):
        raw = b'{"phone_name": "x"}'
        raw += b" " * (size - len(raw))
        if size == 65536:
            assert read(raw, 512)[0].values["phone_name"] == "x"
            continue
        with raises(Broken) as caught:
            read(raw, 512)
        assert "65536" in str(caught.value)
