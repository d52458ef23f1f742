"""The first start's page in a browser: in both languages, small and large, without scripts."""

import pytest

from tests.peers.browser import picture, serious_faults
from tools.control import free_ports


@pytest.fixture
def first(desk):
    """A phone at its first start, and the address of its page."""
    port = free_ports(1)[0]
    options = ("--first-start", str(port), "--dns", "none")
    return desk("100", options=options, user_name1="", user_host1=""), f"http://127.0.0.4:{port}/"


WORDS = {
    "en": ("Network", "Its password", "User", "Connect", "is in the network Workshop", "wrong"),
    "de": ("Netz", "Sein Kennwort", "Benutzer", "Verbinden", "ist im Netz Workshop", "falsches"),
}


@pytest.mark.parametrize("scripts", (True, False))
@pytest.mark.parametrize("locale", ("en", "de"))
def test_a_person_sets_the_phone_up_and_sees_what_became_of_it(browser, first, locale, scripts):
    phone, url = first
    network, password, user, connect, joined, wrong = WORDS[locale]
    size = "small" if locale == "de" else "large"
    page = browser.open(url, password=None, locale=locale, size=size, scripts=scripts)
    assert page.locator("html").get_attribute("lang") == locale
    picture(page, f"first-start-{locale}", whole=True)
    page.get_by_label(network, exact=True).select_option("Workshop")
    page.get_by_label(password).fill("wrong horse")
    page.get_by_role("button", name=connect, exact=True).click()
    page.get_by_role("alert").get_by_text(wrong).wait_for()
    assert page.get_by_label(network, exact=True).input_value() == "Workshop"
    page.get_by_label("Server").fill("127.0.0.1:9")
    page.get_by_label(user, exact=True).fill("100")
    page.get_by_label(password).fill("correct horse")
    page.get_by_role("button", name=connect, exact=True).click()
    page.get_by_text(joined).wait_for()
    page.get_by_text("sip:100@127.0.0.1:9").wait_for()
    picture(page, f"first-start-joined-{locale}", whole=True)
    assert phone.ask("get language")["value"] == ("Deutsch" if locale == "de" else "English")
    page.locator("form button").click()
    page.locator("p[role=status]").wait_for()
    phone.wait(lambda said: said["state"] == "closed", "first_start")


@pytest.mark.parametrize("size", ("large", "small"))
@pytest.mark.parametrize("locale", ("en", "de"))
def test_the_page_has_room_everywhere_and_axe_finds_no_serious_fault(browser, first, locale, size):
    _, url = first
    page = browser.open(url, password=None, locale=locale, size=size)
    page.get_by_role("button").first.click()  # nothing chosen: errors are shown beside fields
    page.locator("[aria-invalid]").first.wait_for()
    assert not serious_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert not page.evaluate(
        "performance.getEntriesByType('resource').filter(x => !x.name.startsWith(location.origin))"
        ".length"
    )


def test_every_probe_ends_at_the_page(browser, first):
    _, url = first
    for path in ("generate_204", "hotspot-detect.html", "connecttest.txt", "ncsi.txt", "redirect"):
        page = browser.open(url + path, password=None)
        assert page.url == url
        page.close()
