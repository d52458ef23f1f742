"""The first start's page and form: what they show, what is taken over, what is told at last."""

from test_first_start import AIR, Account, Bench, text

from hal.network.joining import Around
from offhook.first_start import form, page, texts

FIELDS = (("other", "text"), ("wifi_pass", "password"), ("user", "text"), ("host", "text"),
          ("user_pass", "password"), ("http_pass", "password"))  # fmt: skip


def tag(html, start):
    """Return the attributes of the first element that begins so."""
    assert "<" + start in html, start
    return html.split("<" + start)[1].split(">")[0]


def field(html, name):
    """Return (label, attributes, what follows) of a form's field."""
    row = html.split('<label for="%s">' % name)[1].split("</p>")[0]
    label, rest = row.split("</label>")
    return label, rest.split(">")[0], rest.partition(">")[2]


# -- the form ----------------------------------------------------------------------------------


def test_the_form_has_a_field_for_each_thing_and_says_how_to_send_it():
    for words in (texts.EN, texts.DE):
        html = page.form(words, AIR, {}, {}, "t0ken")
        labels = {"other": "another", "http_pass": "pages_pass"}
        for name, kind in FIELDS:
            label, attributes, behind = field(html, name)
            assert label == words[labels.get(name, name)], name
            for part in ('id="%s"', 'name="%s"'):
                assert part % name in attributes, (name, attributes)
            assert 'type="%s"' % kind in attributes and 'value=""' in attributes
            assert "aria" not in attributes and "placeholder" not in attributes and behind == ""
        assert field(html, "ssid")[0] == words["network"]
        for key in ("wifi", "account", "pages"):
            assert "<h2>%s</h2>" % words[key] in html
        for key in ("later", "pages_help"):
            assert '<p class="help">%s</p>' % words[key] in html
        lang = words["lang"]
        for target, button in (("/", "connect"), ("/scan", "search")):
            _, _, rest = html.partition('<form method="post" action="%s?%s"' % (target, lang))
            sent = rest.split("</form>")[0]
            assert 'name="token" value="t0ken"' in sent and "</button>" in sent
            assert words[button] in sent
        assert html.count("<form") == html.count("</form>") == 2
        assert 'role="alert"' not in html and "http-equiv" not in html
        assert html.endswith("</main></body></html>")


def test_a_page_offers_the_other_language():
    for words, other, turn in ((texts.EN, "Deutsch", "de"), (texts.DE, "English", "en")):
        for html in (
            page.form(words, AIR, {}, {}, "t"),
            page.joining(words, "Workshop", "joining"),
            page.joined(words, "joined", "t", [], False),
            page.closed(words),
        ):
            assert (
                '<a href="/?%s" lang="%s" hreflang="%s">%s</a>' % ((turn,) * 3 + (other,)) in html
            )
            assert "<h1>%s</h1>" % words["title"] in html
        assert texts.of(words["lang"]) is words
    assert texts.of("fr") is texts.EN and texts.of("") is texts.EN


def test_what_was_written_is_in_its_field_again_and_a_password_never_is():
    written = {name: "my <%s>" % name for name, _ in FIELDS}
    html = page.form(texts.EN, AIR, written, {}, "t")
    for name, kind in FIELDS:
        value = "my &lt;%s&gt;" % name if kind == "text" else ""
        assert 'value="%s"' % value in field(html, name)[1], name
    for name, kind in FIELDS:
        if kind == "password":
            html = page.form(texts.EN, AIR, {name + "_set": True}, {}, "t")
            for each, _ in FIELDS:
                hinted = 'placeholder="%s"' % texts.EN["kept"] in field(html, each)[1]
                assert hinted == (each == name), (name, each)


def test_an_error_stands_beside_its_field_and_is_tied_to_it():
    for name in ("ssid",) + tuple(x for x, _ in FIELDS):
        html = page.form(texts.EN, AIR, {}, {name: "no <good>"}, "t")
        assert html.count('aria-invalid="true" aria-describedby="%s_error"' % name) == 1
        assert html.count("aria-invalid") == html.count('class="bad"') == 1
        said = '<span class="bad" id="%s_error">no &lt;good&gt;</span>' % name
        assert said in field(html, name)[2], name
    html = page.form(texts.EN, AIR, {}, {}, "t", "it <failed>")
    assert '<p class="bad" role="alert">it &lt;failed&gt;</p>' in html


def test_each_network_says_how_strong_it_is_and_whether_it_can_be_joined():
    html = page.form(texts.EN, AIR, {"ssid": "Workshop"}, {}, "t")
    options = [x.split("</option>")[0] for x in html.split("<option ")[1:]]
    assert options == [
        'value="">Please choose',
        'value="Workshop" selected>Workshop (with password, -48 dBm)',
        'value="&lt;b&gt;&#39;Café&#39; &amp; &quot;more&quot;">'
        "&lt;b&gt;&#39;Café&#39; &amp; &quot;more&quot; (open, -60 dBm)",
        'value="Office" disabled>Office (%s, -70 dBm)' % texts.EN["unusable"],
    ]
    assert "selected" not in page.form(texts.EN, AIR, {"ssid": "elsewhere"}, {}, "t")
    assert page.form(texts.EN, [], {}, {}, "t").count("<option") == 1


# -- the pages behind it -----------------------------------------------------------------------


def test_the_page_that_waits_comes_again_by_itself_until_there_is_a_result():
    html = page.joining(texts.EN, "<Workshop>", "joining")
    assert 'http-equiv="refresh"' in html and 'data-state="joining"' in html
    assert '<p role="status">%s</p>' % (texts.EN["joining"] % "&lt;Workshop&gt;") in html
    assert texts.EN["wait"] in html
    for waits in (True, False):
        html = page.joined(texts.EN, "joined", "t0ken", ["one <1>", "two"], waits)
        assert "<p>one &lt;1&gt;</p><p>two</p></div>" in html
        assert ('http-equiv="refresh"' in html) == waits
        assert 'data-state="%s"' % ("joined" if waits else "") in html
        assert (texts.EN["closes"] in html) == (not waits), "more is to come"
        assert '<form method="post" action="/close?en">' in html
        assert 'name="token" value="t0ken"' in html and texts.EN["done"] in html
    html = page.closed(texts.DE)
    assert texts.DE["closed"] in html and "<form" not in html and "http-equiv" not in html
    assert 'data-state=""' in html
    assert page.redirect("http://192.168.4.1/").count("http://192.168.4.1/") == 2


# -- what becomes of a form --------------------------------------------------------------------


def test_a_wifi_password_has_8_to_63_bytes_or_is_a_key_of_64_hex_digits():
    """IEEE 802.11 annex J.4: a passphrase of 8 to 63 characters, or 256 bits."""
    for key, good in (
        ("x" * 7, False),
        ("x" * 8, True),
        ("é" * 4, True),  # 8 bytes of UTF-8
        ("é" * 3 + "x", False),
        ("x" * 63, True),
        ("é" * 31 + "x", True),
        ("é" * 32, False),
        ("a" * 64, True),
        ("0123456789abcdefABCDEF" + "0" * 42, True),
        ("g" + "0" * 63, False),
        ("0" * 32 + "g" + "0" * 31, False),
        ("a" * 65, False),
    ):
        taken, errors = form.wishes({"ssid": "Workshop", "wifi_pass": key}, AIR, {}.get)
        assert errors == ({} if good else {"wifi_pass": "short_pass"}), key
        assert taken["wifi_pass1"] == key


def test_a_password_that_stays_empty_means_what_fits_to_the_network():
    secret = Around("Home", 1, -50, True, True)
    free = Around("Home", 1, -50, False, True)
    other = Around("Other", 1, -50, True, True)
    for air, ssid, password, expected in (
        ([secret], "Home", "there", None),  # stays
        ([other], "Home", "there", None),  # not heard just now
        ([other, secret], "Home", "there", None),
        ([], "Home", "there", None),
        ([free], "Home", "there", ""),  # it is open by now
        ([secret], "Home", "", "needs_pass"),
        ([secret], "Else", "there", "needs_pass"),
        ([free], "Else", "there", ""),
        ([other], "Else", "there", ""),
    ):
        there = {"wifi_ssid1": ssid, "wifi_pass1": password}
        taken, errors = form.wishes({"ssid": "Home"}, air, there.get)
        found = errors.get("wifi_pass", taken.get("wifi_pass1"))
        assert found == expected, (air, ssid, password, found)


def test_a_name_that_was_written_goes_before_one_that_was_chosen():
    taken, errors = form.wishes({"ssid": "Workshop", "other": "Hidden"}, AIR, {}.get)
    assert taken["wifi_ssid1"] == "Hidden" and errors == {}
    taken, errors = form.wishes({"ssid": AIR[1].ssid}, AIR, {}.get)
    assert taken["wifi_ssid1"] == AIR[1].ssid
    assert form.wishes({}, AIR, {}.get)[1] == {"ssid": "no_ssid"}


def test_an_account_is_user_and_server_and_its_password_goes_with_them():
    there = {"user_name1": "100", "user_host1": "pbx", "user_pass1": "old"}
    for user, host, password, expected in (
        ("100", "pbx", "", {}),
        (" 100 ", " pbx ", "", {}),
        ("100", "pbx", "new", {"user_pass1": "new"}),
        ("101", "pbx", "", {"user_name1": "101", "user_host1": "pbx", "user_pass1": ""}),
        ("100", "pbx2", "p", {"user_name1": "100", "user_host1": "pbx2", "user_pass1": "p"}),
        (" 101 ", " pbx ", "p", {"user_name1": "101", "user_host1": "pbx", "user_pass1": "p"}),
        ("", "", "", {"user_name1": "", "user_host1": "", "user_pass1": ""}),
    ):
        fields = {"other": "net", "user": user, "host": host, "user_pass": password}
        taken, errors = form.wishes(fields, [], there.get)
        assert errors == {}
        found = {x: y for x, y in taken.items() if x.startswith("user")}
        assert found == expected, (user, host, password)
    assert form.wishes({"other": "n", "user": "101"}, [], there.get)[1] == {"host": "host_too"}
    assert form.wishes({"other": "n", "host": "pbx"}, [], there.get)[1] == {"user": "host_too"}


def test_the_pages_password_is_changed_only_where_one_was_written():
    assert "http_pass" not in form.wishes({"other": "net"}, [], {}.get)[0]
    assert form.wishes({"other": "net", "http_pass": "p"}, [], {}.get)[0]["http_pass"] == "p"


async def test_the_form_shows_what_the_phone_has_and_no_secret():
    bench = await Bench(
        wifi_ssid1="Workshop", wifi_pass1="correct horse", user_name1="100", user_host1="pbx"
    ).open()
    html = text(await bench.ask("GET", "/"))
    assert 'value="Workshop" selected' in html and 'value=""' in field(html, "other")[1]
    assert 'value="100"' in field(html, "user")[1] and 'value="pbx"' in field(html, "host")[1]
    for name, there in (("wifi_pass", True), ("user_pass", False), ("http_pass", False)):
        assert ("placeholder" in field(html, name)[1]) == there, name
    assert "correct horse" not in html
    bench.close()
    bench = await Bench(wifi_ssid1="Hidden", user_pass1="secret", http_pass="pages").open()
    html = text(await bench.ask("GET", "/"))
    assert "selected" not in html and 'value="Hidden"' in field(html, "other")[1]
    for name, there in (("wifi_pass", False), ("user_pass", True), ("http_pass", True)):
        assert ("placeholder" in field(html, name)[1]) == there, name
    bench.close()


async def test_what_is_locked_is_told_beside_its_field_unless_it_is_the_same():
    locked = {
        "wifi_ssid1": ("ssid", {"other": "Elsewhere"}),
        "wifi_pass1": ("wifi_pass", {"ssid": "Workshop", "wifi_pass": "correct horse"}),
        "user_name1": ("user", {"other": "net", "user": "100", "host": "pbx"}),
        "user_host1": ("host", {"other": "net", "user": "100", "host": "pbx"}),
        "user_pass1": ("user_pass", {"other": "net", "user": "1", "host": "h", "user_pass": "p"}),
        "http_pass": ("http_pass", {"other": "net", "http_pass": "p"}),
    }
    for setting, (name, fields) in locked.items():
        bench = Bench(wifi_ssid1="Home")
        bench.first.networks = AIR
        bench.settings.marks.locks[setting] = "server"
        assert bench.first.take(fields, "en") == {name: "locked by server"}, setting
        assert bench.first.state == "closed" and bench.network.joining.done == []
    bench = Bench(wifi_ssid1="Home", wifi_pass1="correct horse", user_name1="1", user_host1="h")
    for setting in ("wifi_ssid1", "wifi_pass1", "user_name1", "language"):
        bench.settings.marks.locks[setting] = "server"
    assert bench.first.take({"other": "Home", "user": "1", "host": "h2"}, "de") == {}
    assert bench.network.joining.done == [("Home", "correct horse")]
    assert bench.first.state == "joining" and bench.first.ssid == "Home"


# -- what is told at last ----------------------------------------------------------------------


def told(bench):
    """Return (English sentences of the joined phone, whether there is more to come)."""
    return bench.first.lines(texts.EN)


async def joined(**settings):
    """Return a `Bench` whose phone has just joined Workshop."""
    bench = await Bench(**settings).open()
    await bench.send(ssid="Workshop", wifi_pass="correct horse")
    bench.network.up = True
    await bench.pass_(400)
    assert bench.first.state == "joined"
    return bench


async def test_the_result_says_how_each_account_is_doing():
    bench = await joined()
    lines, waits = told(bench)
    assert lines[0] == texts.EN["joined"] % "Workshop" and not waits
    assert lines[1] == texts.EN["address"] % "192.0.2.7" and texts.EN["no_account"] in lines
    for registered, reason, register, said, more in (
        (True, "", True, "Registered: sip:100@pbx", False),
        (True, "", False, "Registered: sip:100@pbx", False),
        (False, "403", True, "Not registered: sip:100@pbx, 403", False),
        (False, "", True, "Registering: sip:100@pbx …", True),
        (False, "", False, None, False),  # one that does not register has nothing to tell
    ):
        account = Account()
        account.registered, account.reason, account.register = registered, reason, register
        bench.accounts[:] = [account]
        lines, waits = told(bench)
        assert waits == more and texts.EN["no_account"] not in lines
        assert [x for x in lines if "100@pbx" in x] == ([said] if said else []), lines
    bench.accounts[:] = [Account(), Account()]
    bench.accounts[1].registered = True
    assert len([x for x in told(bench)[0] if "100@pbx" in x]) == 2 and told(bench)[1]
    await bench.pass_(19_000)
    assert told(bench)[1]
    await bench.pass_(2_000)
    lines, waits = told(bench)
    assert not waits, "an account that never answers is not waited for without an end"
    assert "Registering: sip:100@pbx …" in lines
    bench.close()


async def test_the_result_says_where_the_phones_pages_are():
    for settings, url in (
        ({}, None),
        ({"http_pass": "geheim"}, "http://192.0.2.7/"),
        ({"http_pass": "geheim", "http_port": 8080}, "http://192.0.2.7:8080/"),
        ({"http_pass": "geheim", "webserver_type": "https"}, None),
        ({"http_pass": "geheim", "webserver_type": "http_https"}, "http://192.0.2.7/"),
        ({"http_pass": "geheim", "webserver_type": "off"}, None),
        ({"http_port": 8080}, None),
    ):
        bench = Bench(**settings)
        bench.network.up = True
        lines, _ = told(bench)
        expected = texts.EN["pages_at"] % (url, "admin") if url else texts.EN["no_pages"]
        assert lines[-1] == expected, (settings, lines)


async def test_the_display_is_drawn_anew_at_each_step():
    bench = await Bench().open()
    assert bench.fresh() and bench.display
    await bench.send(ssid="Workshop", wifi_pass="wrong horse")
    assert bench.fresh() and bench.display[:2] == ["joining", "Workshop"]
    assert bench.display[2:] == [bench.first.name, bench.first.key]
    bench.network.joining.attempt.failed = "wrong password"
    await bench.pass_(400)
    assert bench.fresh() and bench.display[-1] == "wrong password"
    await bench.send(ssid="Workshop", wifi_pass="correct horse")
    assert "wrong password" not in bench.display and bench.fresh()
    bench.network.up = True
    await bench.pass_(400)
    assert bench.fresh() and bench.display == ["joined", "Workshop", "192.0.2.7"]
    bench.first.close()
    assert bench.fresh() and bench.display == []
    bench.close()


async def test_the_display_forgets_a_network_that_could_not_be_opened():
    bench = Bench()
    bench.network.access_point.refuses = OSError("busy")
    await bench.first.open()
    assert bench.fresh() and bench.display == [] and bench.first.url == ""
    assert bench.first.name == ""
