"""The front panel of ``make run`` in a browser: two phones, what arrives, SIP, faults."""

import urllib.error
import urllib.request

import pytest

from tests.peers.browser import Browser, picture, serious_faults
from tests.peers.peer import until
from tools.run import front_panel


@pytest.fixture
def house(start):
    """The panel's page in a browser: (page, receiver, phone 100, phone 200, panel)."""
    browser = start(Browser())
    with front_panel() as (panel, receiver, first, second):
        page = browser.open(panel.url, password=None)
        yield page, receiver, first, second, panel
        page.close()
    assert not browser.complaints


def test_a_call_between_two_phones_is_made_and_looked_at(house):
    page, receiver, first, second, _ = house
    one, two = page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")
    one.get_by_role("button", name="Lift the handset").click()
    for name in ("2 abc", "0", "0", "#"):
        one.get_by_role("button", name=name, exact=True).click()
    two.get_by_label("Display").get_by_text("Call from").wait_for()
    two.get_by_role("button", name="Lift the handset").click()
    first.wait(lambda calls: calls and calls[0]["state"] == "connected")
    picture(page, "panel", whole=True)
    one.get_by_role("button", name="Put the handset back").click()
    second.wait(lambda calls: not calls)
    assert not receiver.wait(("100", "outgoing"), ("200", "connected"), ("200", "disconnected"))
    rows = page.locator("#urls tr")
    until(lambda: rows.filter(has_text="disconnected").count() == 2)
    texts = [x.split(": ")[1] for x in page.locator("#sip button").evaluate_all(
        "all => all.map(x => x.getAttribute('aria-label'))")]  # fmt: skip
    wanted = ["INVITE", "180", "200 OK", "ACK", "BYE", "200 OK"]
    for text in texts:
        if wanted and text.startswith(wanted[0]):
            wanted.pop(0)
    assert not wanted, texts
    page.get_by_role("button", name="from 100: INVITE").first.click()
    page.locator("#message").get_by_text("Content-Type: application/sdp").wait_for()


@pytest.mark.parametrize("size", ("large", "small"))
@pytest.mark.parametrize("locale", ("en", "de"))
def test_the_panel_speaks_both_languages_and_axe_finds_no_serious_fault(start, locale, size):
    browser = start(Browser())
    with front_panel() as (panel, receiver, first, second):
        page = browser.open(panel.url, password=None, locale=locale, size=size)
        first.ask("dial 200")
        second.wait(lambda calls: calls and calls[0]["state"] == "ringing")
        german, lift = locale == "de", ("Lift the handset", "Hörer abheben")
        page.get_by_role(
            "button", name="von 100: INVITE" if german else "from 100: INVITE"
        ).wait_for()
        page.get_by_label("Webserver hängt" if german else "web server hangs").wait_for()
        page.get_by_role("heading", name="Action URLs, die ankamen" if german else "that arrived")
        frame = page.frame_locator("iframe >> nth=0")
        frame.get_by_role("button", name=lift[german]).wait_for()
        assert page.locator("html").get_attribute("lang") == locale
        picture(page, f"panel-{locale}-{size}", whole=True)
        assert not serious_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.locator("header #language").click()
        page.get_by_label("web server hangs" if german else "Webserver hängt").wait_for()
        frame.get_by_role("button", name=lift[not german]).wait_for()
        page.close()
    assert not browser.complaints


def test_faults_are_switches(house):
    page, _, first, _, panel = house
    page.get_by_label("web server down").check()
    until(lambda: panel.switches["web server down"])
    first.ask("press P5")
    first.wait(lambda c: c["total"]["retried"], "counters")
    page.get_by_label("web server down").uncheck()
    page.locator("#urls").get_by_text("door").wait_for()
    page.get_by_label("100 unplugged").check()
    first.wait(lambda said: said["network"] != "up", "status")
    page.frame_locator("iframe >> nth=0").get_by_label("Display").get_by_text(
        "No network"
    ).wait_for()
    page.get_by_label("100 unplugged").uncheck()
    first.wait(lambda said: said["network"] == "up", "status")


def test_the_panel_takes_nothing_from_other_pages(house):
    *_, panel = house
    for path, headers in (
        ("switch", {}),
        ("switch", {"X-Offhook": "1", "Origin": "http://evil.example"}),
        ("100/api/set", {"Origin": "http://evil.example", "X-Offhook": "1"}),
        ("switch", {"X-Offhook": "1", "Host": "evil.example"}),
    ):
        request = urllib.request.Request(panel.url + path, b"dnd_mode on", headers)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert caught.value.code == 403
