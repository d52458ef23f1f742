"""The phone's pages in a real browser: each of them, in both languages, and what is done there."""

import json

import pytest

from tests.peers import link
from tests.peers.browser import picture, serious_faults, show
from tests.peers.peer import until
from tests.phone.webserver import WebServer
from tools.control import free_ports

PAGES = "status phone actions fkeys calls log settings service".split()
OUTSIDE = "192.0.2.7"  # a plain HTTP address that is no loopback: browsers trust it less


@pytest.fixture
def site(desk):
    """Give ``site(name, **settings)``: a phone, and the URL of its pages."""

    def make(name="100", /, host="127.0.0.1", **settings):
        port = free_ports(1)[0]
        settings.setdefault("http_pass", "geheim")
        phone = desk(name, options=("--dns", "none", "--web", str(port)), **settings)
        return phone, f"http://{host}:{port}/"

    return make


@pytest.mark.parametrize("size", ("large", "small"))
@pytest.mark.parametrize("locale", ("en", "de"))
def test_each_page_is_there_and_axe_finds_no_serious_fault(
    root_network, start, browser, site, locale, size
):
    link.tun("outside", OUTSIDE, "192.0.2.8")
    _, url = site(host=OUTSIDE, fkey4="active url http://door.example/open", fkey_label4="Door")
    page = browser.open(url, locale=locale, size=size)
    titles = set()
    for name in PAGES:
        show(page, name)
        titles.add(page.title())
        picture(page, f"{name}-{locale}-{size}", whole=name in ("status", "phone"))
        assert not serious_faults(page), name
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"{name} is {width} dots too wide"
    assert len(titles) == len(PAGES)
    assert page.evaluate("document.documentElement.lang") == locale
    assert not page.evaluate("isSecureContext")  # else this test shows less than it says


def test_an_action_url_is_set_previewed_tested_and_seen_in_the_log(browser, site, start):
    server = WebServer()
    phone, url = site()
    caller, _ = site("200", user_outbound1=f"127.0.0.1:{phone.sip_port}")
    page = browser.open(url + "#actions")
    field = page.get_by_label("action_incoming_url", exact=True)
    card = page.locator("section", has=field)
    field.fill("http://$remote/x")
    card.get_by_text("a variable cannot be host").wait_for()
    field.fill(f"{server.url}/in?who=$remote&name=$display_remote")
    card.get_by_text("/in?who=201@desk.example&name=Sample%20Caller").wait_for()
    card.get_by_text("With a sample call:").wait_for()
    card.get_by_role("button", name="Test").click()
    card.get_by_text("Answer 200").wait_for()
    assert server.wait(1)[0].startswith("/in?who=")
    assert "who=$remote" in phone.ask("get action_incoming_url")["value"]
    caller.ask("dial 100")
    assert server.wait(2)[1] == "/in?who=200@desk.example&name="
    show(page, "log")
    page.locator("#log").get_by_text("file = /in?who=200@desk.example").wait_for()
    page.get_by_role("searchbox", name="Filter").fill("who=200")
    until(lambda: page.locator("#log").inner_text().count("\n") == 0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert "who=200@desk.example" in open(download.value.path()).read()
    show(page, "phone")
    page.get_by_text("200@desk.example").first.wait_for()
    picture(page, "phone-ringing")
    caller.ask("press CANCEL")
    server.close()


def test_a_wrong_value_is_refused_beside_its_field_and_nothing_else_is_lost(browser, site):
    phone, url = site()
    page = browser.open(url + "#settings")
    page.get_by_label("Group").select_option("Device")
    level = page.get_by_label("log_level", exact=True)
    level.fill("99")
    page.get_by_label("phone_name", exact=True).fill("lobby")
    page.get_by_role("button", name="Save").click()
    page.locator(".field", has=level).get_by_text("it takes a number from 0 to 9").wait_for()
    assert page.get_by_label("phone_name", exact=True).input_value() == "lobby"
    assert phone.ask("get phone_name")["value"] == ""
    level.fill("7")
    page.get_by_role("button", name="Save").click()
    until(lambda: phone.ask("get log_level")["value"] == 7)
    assert phone.ask("get phone_name")["value"] == "lobby"


def test_the_help_of_settings_speaks_german(browser, site):
    _, url = site()
    page = browser.open(url + "#settings", locale="de")
    page.get_by_label("Gruppe").select_option("Device")
    box = page.locator(".field", has=page.get_by_label("log_level", exact=True))
    box.get_by_text("das Protokoll behält Zeilen bis zu dieser Stufe").wait_for()
    box.get_by_text("eine Zahl von 0 bis 9").wait_for()
    assert not page.locator(".help[lang=en]").count()


def test_a_password_is_written_and_never_read(browser, site):
    phone, url = site(user_pass1="hush-hush", action_setup_url="http://bob:hush@h.example/")
    page = browser.open(url + "#settings")
    secret = page.get_by_label("user_pass1", exact=True)
    assert secret.input_value() == "" and "set" in secret.get_attribute("placeholder")
    page.get_by_label("user_realname1", exact=True).fill("Ann")
    page.get_by_role("button", name="Save").click()
    until(lambda: phone.ask("get user_realname1")["value"] == "Ann")
    show(page, "actions")
    field = page.get_by_label("action_setup_url", exact=True)
    assert field.input_value() == "http://bob:***@h.example/"
    field.fill("http://bob:***@h.example/new")
    page.get_by_role("button", name="Save").click()
    page.locator(".field", has=field).get_by_text("write it anew").wait_for()
    for name in PAGES:
        show(page, name)
        assert "hush" not in page.content()


def test_p5_is_bound_and_pressed_on_the_page(browser, site):
    server = WebServer()
    phone, url = site(auto_dial="0")
    page = browser.open(url + "#fkeys")
    key = page.get_by_role("group", name="P5", exact=True)
    key.get_by_label("Type").select_option("url")
    key.get_by_label("Number, URL or key").fill(f"{server.url}/door?k=$active_key")
    key.get_by_label("Label").fill("Door <3")
    page.get_by_role("button", name="Save").click()
    until(lambda: phone.ask("get fkey4")["value"].startswith("active url"))
    show(page, "phone")
    page.get_by_role("button", name="P5 Door <3").click()
    assert server.wait(1) == ["/door?k=P5"]
    page.get_by_text("/door?k=P5").wait_for()
    page.get_by_role("button", name="Lift the handset").click()
    page.get_by_role("button", name="Put the handset back").wait_for()
    page.get_by_role("button", name="7 pqrs").click()
    page.get_by_label("Display").get_by_text("7").first.wait_for()
    page.locator("h1").click()
    page.keyboard.press("8")
    page.get_by_label("Display").get_by_text("78").wait_for()
    page.get_by_role("button", name="9 wxyz").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Display").get_by_text("789").wait_for()
    page.get_by_role("button", name="Put the handset back").click()
    page.get_by_role("button", name="Lift the handset").wait_for()
    server.close()


def test_a_name_that_a_caller_sends_is_text_and_never_markup(browser, site):
    phone, url = site(log_level="9")
    name = "<img src=x onerror=document.title=1><b>B"
    caller, _ = site("200", user_outbound1=f"127.0.0.1:{phone.sip_port}", user_realname1=name)
    page = browser.open(url + "#phone")
    caller.ask("dial 100")
    phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    page.get_by_label("Display").get_by_text("<img src").wait_for()
    caller.ask("press CANCEL")
    phone.wait(lambda calls: not calls)
    for each in PAGES:
        show(page, each)
        assert not page.locator("main img, main b >> text=B").filter(has_text="B<").count()
        assert page.locator("main img").count() == 0
    show(page, "calls")
    page.get_by_text(name[:40]).first.wait_for()
    assert "Offhook" in page.title()


def test_two_browsers_listen_and_a_third_one_asks(browser, site):
    phone, url = site(auto_dial="0")
    pages = [browser.open(url + "#phone") for _ in range(3)]
    for page in pages:
        page.get_by_label("Display").get_by_text("100").first.wait_for()
    phone.ask("hook off")
    phone.ask("press 4")
    for page in pages:
        page.get_by_label("Display").get_by_text("4").first.wait_for()
        page.get_by_role("button", name="Put the handset back").wait_for()


def test_a_page_of_somebody_else_cannot_make_the_browser_do_anything(browser, site):
    """The browser is logged in at the phone; another page there tries its best."""
    phone, url = site(remote_control="on", http_allow="127.0.0.0/8")
    page = browser.open(url)
    show(page, "status")
    attack = (
        f"<img src='{url}command.htm?number=0900'>"
        f"<img src='{url}settings.htm?settings=save&phone_name=owned'>"
        f"<form id=f method=post enctype=text/plain action='{url}api/set'>"
        "<input name='phone_name owned' value=''></form>"
        f"<script>fetch('{url}api/set', {{method: 'POST', mode: 'no-cors', "
        "credentials: 'include', body: 'phone_name owned'}).catch(() => 0)"
        ".then(() => f.submit())</script>"
    )

    def face(_, connection):
        body = attack.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    evil = WebServer(face)
    page.goto(evil.url.replace("127.0.0.1", "localhost") + "/")
    page.wait_for_url(url + "api/set")
    assert "not for a page of somebody else" in page.content()
    assert phone.ask("get phone_name")["value"] == "" and not phone.ask("calls")
    evil.close()


def test_the_settings_go_into_a_file_and_come_back(browser, site, tmp_path):
    phone, url = site(phone_name="lobby")
    page = browser.open(url + "#service")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    saved = json.loads(open(download.value.path()).read())
    assert saved["phone_name"] == "lobby" and saved["http_pass"] == "***"
    path = tmp_path / "new.json"
    path.write_text(json.dumps({"phone_name": "hall", "dnd_mode": True, "log_level": 77}))
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Take the file's settings").click()
    page.get_by_text("it takes a number from 0 to 9").first.wait_for()
    assert phone.ask("get phone_name")["value"] == "hall"
    assert phone.ask("get dnd_mode")["value"] == "on"


def test_a_file_of_a_pbx_is_taken_and_what_it_locks_is_shown_as_locked(browser, site, tmp_path):
    phone, url = site()
    page = browser.open(url + "#service")
    path = tmp_path / "snomD785.xml"
    path.write_text(
        "<?xml version='1.0'?><settings><phone-settings>"
        "<phone_name perm='R'>hall</phone_name><log_level perm='RW'>7</log_level>"
        "<no_such_thing perm=''>1</no_such_thing></phone-settings></settings>"
    )
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Take the file's settings").click()
    page.get_by_text("no_such_thing").first.wait_for()
    assert phone.ask("get phone_name")["value"] == "hall"
    show(page, "settings")
    page.get_by_label("Group").select_option("Device")
    page.get_by_text("Locked by").wait_for()
    assert page.get_by_label("phone_name", exact=True).is_disabled()
    assert page.get_by_label("log_level", exact=True).is_enabled()
