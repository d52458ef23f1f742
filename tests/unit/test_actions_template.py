"""Templates: reading them when they are set, and expanding them at an event."""

from actions_support import Spec
from support import raises

from actions.expand import Values
from actions.expand import expand as joined
from actions.secrets import masked, masked_setting
from actions.template import parse, split

# setting -> (kind, value); a password is private
_SETTINGS = {
    "mac": ("text", ""),
    "phone_type": ("text", "offhook"),
    "language": ("one", "English"),
    "user_name1": ("text", "one"),
    "user_name10": ("text", "ten"),
    "user_host1": ("host", ""),
    "user_uid1": ("text", "u 1"),
    "user_pass1": ("text", "geheim"),
    "call": ("text", "WRONG"),
    "active_line": ("int", 0),
    "redirect_number": ("text", "+49 30"),
    "redirect_event": ("one", "none"),
    "redirect_time": ("int", 10),
    "dnd_mode": ("bool", False),
    "dhcp": ("bool", True),
}

_VALUES = {
    "local": "100@pbx.example",
    "remote": "200@pbx.example",
    "display_remote": 'M\u00fcller & S\u00f6hne "A/B"\r\nX-Evil: 1',
    "local_ip": "192.0.2.7",
    "call-id": "abc-1@192.0.2.7",
    "nr_ongoing_calls": "1",
    "active_key": "P5",
}


def known(name):
    return Spec(_SETTINGS[name][0], "pass" in name)


class Options:
    """Settings, and the network part that has the hardware address."""

    mac = "000413A1B2C3"

    def __init__(self, empty):
        self.empty = empty

    def get(self, name):
        if name == "action_url_unset":
            return "empty" if self.empty else "literal"
        return _SETTINGS[name][1]


def expand(target, lookup, empty):
    options = Options(empty)
    values = Values(options, options, lambda name, argument, _: lookup(name, argument), None)
    return joined(target.pieces, values, None)


def look(name, argument):
    if name == "sip_header":
        return {"x-id": "v=1;w", "to": "never"}.get(argument.lower())
    return _VALUES.get(name)


def path(text, empty=False):
    """Return what the only template of `text` becomes."""
    targets = parse(text, known)
    assert len(targets) == 1, targets
    return expand(targets[0], look, empty)


def place(text):
    """Return (secure, host, port, login) of the only template."""
    return parse(text, known)[0].url[:4]


def refused(text):
    with raises(ValueError) as caught:
        parse(text, known)
    return str(caught.value)


def test_the_vendors_own_examples():
    text = "http://internal.server.net/help.xml?redirect=$redirect_number&time=$redirect_time"
    assert path(text) == "/help.xml?redirect=%2B49%2030&time=10"
    assert place(text) == (False, "internal.server.net", 80, None)
    assert path("http://www.snom.com/$mac&/settings.xml") == "/000413A1B2C3/settings.xml"


def test_templates_seen_in_the_wild():
    base = "https://pbx.example/web/xml_incoming.php"
    assert path(base + "?nst=$user_uid[1]&amp;vendor=snom&amp;remotenumber=$remote") == (
        "/web/xml_incoming.php?nst=u%201&vendor=snom&remotenumber=200@pbx.example"
    )
    assert path(base + "?action=regevent&amp;regstate=REGISTERED&amp;ip=$local_ip") == (
        "/web/xml_incoming.php?action=regevent&regstate=REGISTERED&ip=192.0.2.7"
    )
    assert path("http://192.0.2.9:8083/hue/1/4") == "/hue/1/4"
    assert path("http://192.0.2.9:8080/in/snom?l=$active_line&o=$outgoing_identity") == (
        "/in/snom?l=0&o=$outgoing_identity"
    )
    assert path("192.0.2.9/mac=$mac&local=$local") == "/mac=000413A1B2C3local=$local"
    assert path("http://192.0.2.9:8083/") == "/"


def test_templates_for_home_automation_and_customer_databases():
    for text, sent in (
        (
            "http://fhem:8083/fhem?cmd.snom=set%20Phone%20state%20$remote&XHR=1",
            "/fhem?cmd.snom=set%20Phone%20state%20200@pbx.example&XHR=1",
        ),
        (
            "http://h/fhem?cmd=set Phone call $local",
            "/fhem?cmd=set%20Phone%20call%20100@pbx.example",
        ),
        (
            "http://h/set/snom.0.ring?value=$remote&plain",
            "/set/snom.0.ring?value=200@pbx.example&plain",
        ),
        ("http://h/api/webhook/snom-ring", "/api/webhook/snom-ring"),
        (
            'http://h/x?json={"from":"$remote","key":"$active_key"}',
            '/x?json={"from":"200@pbx.example","key":"P5"}',
        ),
        ("http://h/rpc?[$active_key]|$local^`;$mac", "/rpc?[P5]|100@pbx.example^`;000413A1B2C3"),
        (
            "https://h/cti/$remote&/at/$local_ip&/$call-id&?k=$active_key",
            "/cti/200@pbx.example/at/192.0.2.7/abc-1@192.0.2.7?k=P5",
        ),
        ("http://h/snom/$phone_type-$mac&.xml", "/snom/$phone_type-000413A1B2C3.xml"),
        ("http://h/help.aspx?type=hangup&mac=$mac", "/help.aspx?type=hangup&mac=000413A1B2C3"),
        (
            "http://h/crm/index.php?module=PBX&amp;event=in&amp;callId=$call-id&amp;local=$local",
            "/crm/index.php?module=PBX&event=in&callId=abc-1@192.0.2.7&local=100@pbx.example",
        ),
        ("http://h/x?who=$user_name1:$local_ip;$nr_ongoing_calls", "/x?who=one:192.0.2.7;1"),
        ("http://h/?x=$sip_header( X-ID )&y=$sip_header(x-id)", "/?x=v%3D1%3Bw&y=v%3D1%3Bw"),
        ("http://h/?x=$$local_ip&y=${remote}&z=$REMOTE", "/?x=$192.0.2.7&y=${remote}&z=$REMOTE"),
        ("http://h?mac=$mac#$remote", "/?mac=000413A1B2C3"),
        ("http://h/?&&a=&b&", "/?&&a=&b&"),
    ):
        assert path(text) == sent


def test_the_longest_known_name_is_meant():
    assert path("http://h/?a=$call-id") == "/?a=abc-1@192.0.2.7"
    assert path("http://h/?a=$call") == "/?a=WRONG"
    assert path("http://h/?a=$local_ip&b=$local") == "/?a=192.0.2.7&b=100@pbx.example"
    assert path("http://h/?a=$user_name10&b=$user_name1") == "/?a=ten&b=one"
    assert path("http://h/?a=$remote_$local-x") == "/?a=200@pbx.example_100@pbx.example-x"
    assert path("http://h/?a=$remote$local") == "/?a=200@pbx.example100@pbx.example"
    assert path("http://h/?a=$mac.xml") == "/?a=000413A1B2C3.xml"


def test_a_number_is_never_cut():
    assert path("http://h/?a=$user_name19&b=$user_name100") == "/?a=$user_name19&b=$user_name100"


def test_an_indexed_setting_may_have_brackets():
    assert path("http://h/?a=$user_uid[1]&b=$user_uid1") == "/?a=u%201&b=u%201"
    assert path("http://h/?a=$user_uid[77]&b=$mac[1]") == "/?a=$user_uid[77]&b=000413A1B2C3[1]"
    assert path("http://h/?a=$user_uid[77]", True) == "/?a="


def test_what_has_no_value_stays_or_goes():
    text = "http://h/?a=$nosuch&b=$cancel_reason&c=$user_pass1&d=$sip_header(No)"
    assert path(text) == "/?a=$nosuch&b=$cancel_reason&c=&d=$sip_header(No)"
    assert path(text, True) == "/?a=&b=&c=&d="


def test_settings_are_written_as_they_are_set():
    assert path("http://h/?a=$dnd_mode&b=$dhcp&c=$active_line&d=$redirect_time&e=$user_host1") == (
        "/?a=off&b=on&c=0&d=10&e="
    )
    assert path("http://h/$dnd_mode&/$language&/$user_host1&/$redirect_time&") == (
        "/off/English//10"
    )


def test_a_private_setting_is_empty_whichever_way_it_is_named():
    for text in ("$user_pass1", "$user_pass[1]"):
        assert path("http://h/%s&/x?p=%s&q=1" % (text, text)) == "//x?p=&q=1"


def test_a_dollar_without_a_name_is_a_character():
    text = "http://h/a$b?x=$&y=$$&z=$5&w=5$&v=${remote}&u={$mac}"
    assert path(text, True) == "/a$b?x=$&y=$$&z=$5&w=5$&v=${remote}&u={000413A1B2C3}"


def test_in_the_path_only_the_form_with_ampersand_is_expanded():
    assert path("http://h/$mac/x") == "/$mac/x"
    assert path("http://h/$remote&/x") == "/200@pbx.example/x"
    assert path("http://h/$display_remote&") == (
        "/M%C3%BCller%20%26%20S%C3%B6hne%20%22A%2FB%22%0D%0AX-Evil:%201"
    )
    assert path("http://h/$user_uid[1]&/$sip_header(X-Id)&/") == "/u%201/v%3D1%3Bw/"
    assert path("http://h/$macx&/$nosuch&/$cancel_reason&") == "/$macx&/$nosuch&/$cancel_reason&"
    assert path("http://h/$mac&?m=$mac&n=1") == "/000413A1B2C3?m=000413A1B2C3&n=1"


def test_values_cannot_add_a_line_a_header_or_a_parameter():
    assert path("http://h/?n=$display_remote&x=1") == (
        "/?n=M%C3%BCller%20%26%20S%C3%B6hne%20%22A%2FB%22%0D%0AX-Evil:%201&x=1"
    )

    def hostile(name, argument):
        return "a\0\r\n&b=c#d?e+f g%41\x7f/\\"

    target = parse("http://h/?n=$remote", known)[0]
    assert expand(target, hostile, False) == (
        "/?n=a%00%0D%0A%26b%3Dc%23d%3Fe%2Bf%20g%2541%7F%2F%5C"
    )


def test_a_value_may_be_bytes_or_a_number_and_is_bounded():
    target = parse("http://h/?n=$remote", known)[0]
    assert expand(target, lambda n, a: b"\xff\xfe!", False) == "/?n=%FF%FE%21"
    assert expand(target, lambda n, a: 7, False) == "/?n=7"
    long = expand(target, lambda n, a: "x" + "\u00fc" * 4000, False)
    assert long == "/?n=x" + "%C3%BC" * 255


def test_what_the_template_says_is_sent_to_the_letter():
    text = "http://h/a b/%41;x=1?q={a|b}^`\"<>\\&e=%zz%&p=a+b c&n=[1]'()*!,~"
    assert path(text) == "/a%20b/%41;x=1?q={a|b}^`\"<>\\&e=%zz%&p=a+b%20c&n=[1]'()*!,~"
    assert path("http://h/gr\u00fc\u00dfe?t=\tx\x01\x7f\u20ac") == (
        "/gr%C3%BC%C3%9Fe?t=%09x%01%7F%E2%82%AC"
    )


def test_further_question_marks_belong_to_the_query():
    text = "http://h/a?u=http://x/y?m=$mac&w=//z?$mac"
    assert path(text) == "/a?u=http://x/y?m=000413A1B2C3&w=//z?000413A1B2C3"


def test_the_fragment_is_never_sent():
    assert path("http://h/a?b=1#c=$mac?d") == "/a?b=1"
    assert path("http://h#top") == "/"
    assert path("http://h/#$remote&") == "/"
    assert path("http://h/?n=%23") == "/?n=%23"


def test_a_missing_scheme_or_path_is_added():
    assert place("192.0.2.1/x") == (False, "192.0.2.1", 80, None)
    assert place("pbx.example:8080/x") == (False, "pbx.example", 8080, None)
    assert place("//pbx.example/x") == (False, "pbx.example", 80, None)
    assert place("localhost/command.htm?key=P1") == (False, "localhost", 80, None)
    assert place("HTTPS://Pbx.Example./x") == (True, "pbx.example", 443, None)
    assert place("https://h:8443?x") == (True, "h", 8443, None)
    assert place("http://h:/x") == (False, "h", 80, None)
    assert place("http://a.0xfg/") == (False, "a.0xfg", 80, None)
    assert place("http://a.0xg1/") == (False, "a.0xg1", 80, None)
    assert path("http://h?a=1") == "/?a=1"
    assert path("h?u=http://x/") == "/?u=http://x/"
    assert path("h/http://x/") == "/http://x/"
    assert path("localhost") == "/"
    assert path("http://h//double//slash") == "//double//slash"


def test_user_and_password():
    assert place("http://bob:s3cret@h/x")[3] == ("bob", "s3cret")
    assert place("http://bob@h/x")[3] == ("bob", "")
    assert place("bob:pa$$w:rd@h:81/x") == (False, "h", 81, ("bob", "pa$$w:rd"))
    assert place("http://a%40b:c%3Ad%2f%zz@h/")[3] == ("a@b", "c:d/%zz")
    assert place("http://a@b:c@h/")[3] == ("a@b", "c")
    assert place("http://h/?m=a@b")[3] is None


def test_several_templates_in_one_setting():
    assert split("http://a/x http://b/y") == ["http://a/x", "http://b/y"]
    assert split(" a/x?t=1 2\n\thttps://b/y z \r\nHTTP://c ") == [
        "a/x?t=1 2",
        "https://b/y z",
        "HTTP://c",
    ]
    assert split("http://a/?u=http://b/") == ["http://a/?u=http://b/"]
    assert split("  ") == []
    assert parse("", known) == ()
    two = parse("http://a/?m=$mac https://b/?m=$mac", known)
    assert [expand(x, look, False) for x in two] == ["/?m=000413A1B2C3"] * 2
    assert [x.url[:3] for x in two] == [(False, "a", 80), (True, "b", 443)]
    assert "9 URLs" in refused(" ".join(["http://a/"] * 9))


def test_1024_characters_work_and_1025_are_refused_with_their_length():
    text = "http://h/?a=" + "x" * (1024 - 12)
    assert path(text) == text[8:]
    assert "1025" in refused(text + "y")
    assert path("http://h/?m=$mac&a=" + "x" * (1024 - 19)).endswith("x" * 1005)
    assert len(path(text[:-1] + "&amp;")) == 1024 - 8
    two = parse(text + " " + text, known)
    assert [len(expand(x, look, False)) for x in two] == [1016, 1016]


def test_a_variable_as_host_is_refused_with_the_way_out():
    for text in (
        "http://$phone_ip/command.htm?key=P1",
        "$phone_ip/x",
        "http://u:p@$phone_ip/",
        "http://h:$redirect_time/",
        "http://pbx.$user_host1/",
    ):
        assert "localhost" in refused(text), text
    assert "variable" in refused("$language://h/")


def test_bad_places_are_refused():
    for text, word in (
        ("ftp://h/", "ftp"),
        ("sip:100@h", "http://"),
        ("tel:110", "http://"),
        ("http:/h/x", "http://"),
        ("http", "http://"),
        ("https//h", "http://"),
        ("http://", "host"),
        ("http:///x", "host"),
        ("http://:80/x", "host"),
        ("http://u:p@/x", "host"),
        ("http://h:0/", "port"),
        ("http://h:65536/", "port"),
        ("http://h:8x/", "port"),
        ("http://h:-1/", "port"),
        ("http://h:123456789012345/", "port"),
        ("http://u:geheim/x@h/", "port"),
        ("http://[::1]/", "IPv6"),
        ("http://2001:db8::1/x", "IPv6"),
        ("http://my host/", "' '"),
        ("http:// h/", "' '"),
        ("http://h{1}/", "'{'"),
        ("http://h\u00fc.de/", "xn--"),
        ("http://a..b/", "name"),
        ("http://.a/", "name"),
        ("http://" + "a" * 64 + "/", "name"),
        ("http://" + "abc." * 70 + "de/", "name"),
        ("?x=1", "host"),
        ("/x", "host"),
        ("POST", "no URL"),
        ("POST http://h/x", "no URL"),
        ("h", "no URL"),
        ("http://127.1/", "192.0.2.1"),
        ("http://127.0.0.001/", "192.0.2.1"),
        ("http://2130706433/", "192.0.2.1"),
        ("http://0x7f.1/", "192.0.2.1"),
        ("http://h.1/", "192.0.2.1"),
    ):
        message = refused(text)
        assert word in message, (text, message)
        assert "geheim" not in message


def test_sip_header_names_that_are_never_shown():
    assert path("http://h/?a=$sip_header(X-ID)&b=$sip_header( x-id )") == (
        "/?a=v%3D1%3Bw&b=v%3D1%3Bw"
    )
    for name in "Via To From Call-ID Expires Route Record-Route Contact CSeq t F i".split():
        text = "/?a=$sip_header(%s)" % name
        assert path("http://h" + text) == text
        assert path("http://h" + text, True) == "/?a="
    assert path("http://h/?a=$sip_header(Max-Forwards)") == "/?a=$sip_header(Max-Forwards)"
    assert path("http://h/?a=$sip_header()&b=$sip_header(x") == (
        "/?a=$sip_header()&b=$sip_header(x"
    )
    assert path("http://h/?a=$sip_header(a b)") == "/?a=$sip_header(a%20b)"


def test_the_log_hides_what_the_template_wrote_as_user_and_password():
    def shown(text):
        target = parse(text, known)[0]
        return masked(expand(target, look, False), target.marks)

    assert shown("http://h/?a=1&u=http://bob:geheim@cam/x&c=$mac") == (
        "/?a=1&u=***&c=000413A1B2C3"
    )
    assert shown("http://h/?u=bob:geheim@cam&v=2") == "/?u=***&v=2"
    assert shown("http://h/?u=http%3A%2F%2Fbob%3Ageheim%40cam") == "/?u=***"
    assert shown("http://h/?u=$user_name1:$user_pass1@cam") == "/?u=***"
    assert shown("http://h/?bob:geheim@cam&v=2") == "/?***&v=2"
    assert shown("http://h/x/bob:geheim@cam?v=2") == "/***?v=2"
    assert shown("http://h/?a=sip:$user_name1@h&b=$remote&t=10:30") == (
        "/?a=sip:one@h&b=200@pbx.example&t=10:30"
    )
    assert shown(
        "http://localhost/settings.htm?settings=save&user_pass1=geheim&user%5Fpass[2]=x"
    ) == ("/settings.htm?settings=save&user_pass1=***&user%5Fpass[2]=***")
    assert (
        shown("http://h/?passed=1&http_pass=a&n=http_pass")
        == "/?passed=1&http_pass=***&n=http_pass"
    )
    assert shown("http://h/?i=$call-id") == "/?i=abc-1@192.0.2.7"
    assert shown("http://h/?psk=geheim&a=http://:geheim@cam/") == "/?psk=***&a=***"


def test_a_setting_that_is_shown_hides_the_passwords_of_its_urls():
    for text, hidden in (
        ("http://bob:geheim@h/x?a=b:c", "http://bob:***@h/x?a=b:c"),
        ("bob:a=b:c@h:80/", "bob:***@h:80/"),
        ("http://bob@h:80/?t=10:30&m=joe@x", "http://bob@h:80/?t=10:30&m=joe@x"),
        ("http://h/?l=bob:geheim@cam http://x:y@h/", "http://h/?l=bob:***@cam http://x:***@h/"),
        ("http://h/?l=http%3A%2F%2Fbob%3ageheim%40cam", "http://h/?l=http%3A***%40cam"),
        ("http://h/?u=sip:bob@h&v=sips:bob:pin@h", "http://h/?u=sip:bob@h&v=sips:bob:***@h"),
        ("http://h/?a=1&user_pass1=x#y", "http://h/?a=1&user_pass1=***#y"),
        ("active url http://h/?$local:$remote", "active url http://h/?$local:$remote"),
    ):
        assert masked_setting("action_setup_url", text) == hidden
        assert masked_setting("fkey7", text) == hidden
        assert masked_setting("user_realname1", text) == text


def test_the_address_of_a_key_is_shown_whole_and_only_its_password_is_hidden():
    for text, shown in (
        ("1 blf <sip:141@192.0.2.9;user=phone>", None),
        ("1 blf &lt;sip:143@192.0.2.9;user=phone&gt;|*8", None),
        ("active speed sip:201@h", None),
        ("active speed <sips:201@h:5061>", None),
        ("active speed <sip:bob:secret@h>", "active speed <sip:bob:***@h>"),
        ("1 blf &lt;sip:bob:secret@h&gt;", "1 blf &lt;sip:bob:***@h&gt;"),
    ):
        assert masked_setting("fkey5", text) == (shown or text), text


def test_what_is_taken_for_a_variable_and_is_none_is_named_and_sent_as_it_stands():
    def warnings(text):
        return [x for target in parse(text, known) for x in target.warnings]

    for text, words in (
        ("http://h/?a=$REMOTE", ["$REMOTE"]),
        ("http://h/?a=$nosuch&b=$nosuch&c=$user_uid[77]", ["$nosuch", "$user_uid[77]"]),
        ("http://h/?a=${remote}", ["${remote}", "$remote"]),
        ("http://h/?a=$(remote)", ["$(remote)", "$remote"]),
        ("http://localhost/command.htm?number=*21#", ["%23"]),
        ("127.0.0.1/command.htm?key=#", ["%23"]),
        ("http://h/$mac/x?b=1", ["$mac&"]),
        ("http://h/$macx&/y", ["$mac&"]),
        ("http://h/a$b?x=100$", ["$b"]),
        ("http://h/?a=$sip_header(Via)", ["$sip_header(Via)"]),
        ("http://h/?a=$remote http://h/?b=$Local", ["$Local"]),
    ):
        found = warnings(text)
        assert found and all(any(word in x for x in found) for word in words), (text, found)
    for text in (
        "http://h/?a=$remote&b=$mac&c=$user_pass1&d=$duration&e=$call_direction",
        "http://h/$mac&/x?a=$$&b=$5&c=$&d=$sip_header(X-Id)#$nosuch",
        "http://h/a$&?x=100$(&y=${&z=$()",
        "http://localhost/command.htm?key=%23",
    ):
        assert warnings(text) == [], warnings(text)
    assert path("http://h/?a=$REMOTE&b=${remote}") == "/?a=$REMOTE&b=${remote}"
    for text, sentence in (
        ("http://h/?a=${remote}&b=1", "${remote} is no variable; write $remote"),
        ("http://h/?a=$(x)&b=1", "$(x) is no variable; write $x"),
        ("http://h/?a=$nosuch[3]&b", "no event knows $nosuch[3]; it stays as it stands"),
    ):
        assert warnings(text) == [sentence]


def test_a_header_without_a_name_or_an_end_stays_as_it_stands():
    for text in ("?a=$sip_header()", "?a=$sip_header(  )", "?a=$sip_header(X-Id", "?a=$1a&b=$-x"):
        assert path("http://h/" + text) == "/" + text.replace(" ", "%20"), text
        (target,) = parse("http://h/" + text, known)
        assert not any("$1a" in x or "$-x" in x for x in target.warnings)


def test_what_others_write_is_no_name_of_a_command_or_setting_of_this_phone():
    for host in ("localhost", "127.0.0.1", "localhost:80", "LOCALHOST."):
        for query in (
            "$display_remote", "$remote=1", "key=P1&$display_remote", "x$local", "a=b&c$remote=d",
            "$sip_header(X-Do)", "&$cancel_reason",
        ):  # fmt: skip
            with raises(ValueError) as caught:
                parse("http://%s/command.htm?%s" % (host, query), known)
            assert "name of a command" in str(caught.value), query
        for query in (
            "key=$display_remote", "number=$remote&outgoing_uri=$local", "a==$remote",
            "settings=save&redirect_number=$remote", "$redirect_event=1", "x=1;$remote", "",
        ):  # fmt: skip
            parse("http://%s/command.htm?%s" % (host, query), known)
    parse("http://web.example/x?$display_remote", known)  # whose business it is
    parse("http://localhost/$remote&/x?a=$remote", known)
