"""The pictures of README and docs/, taken from pages that run.

``make pictures`` writes them into docs/pictures; else they go to build/pages, to be looked at, and
those of docs/pictures only have to be of the same size: fonts differ from machine to machine.
"""

import os
import struct

import pytest

from tests.peers.browser import PICTURES
from tools import vm
from tools.control import free_ports
from tools.run import front_panel

FOLDER = vm.ROOT / "docs/pictures"
LARGEST = 100_000  # bytes
NAMES = ("panel", "actions", "phone", "first-start")


@pytest.fixture
def take():
    """Give ``take(page, name, height)``: a picture of the page's upper part."""

    def taken(page, name, height):
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        page.evaluate("document.activeElement.blur()")
        data = page.screenshot(animations="disabled", caret="hide")
        folder = FOLDER if os.environ.get("TAKE_PICTURES") else PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(data)
        assert size(data) == size((FOLDER / f"{name}.png").read_bytes()), "run make pictures"

    return taken


def size(png):
    """Return (width, height) of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_of_the_docs_is_small_and_somewhere_shown(name):
    data = (FOLDER / f"{name}.png").read_bytes()
    assert len(data) < LARGEST and size(data)[0] >= 390
    pages = [vm.ROOT / "README.md", *(vm.ROOT / "docs").glob("*.md")]
    assert any(f"pictures/{name}.png" in x.read_text("utf-8") for x in pages)


def test_no_picture_is_left_over():
    assert sorted(x.stem for x in FOLDER.iterdir()) == sorted(NAMES)


def test_the_panel_with_a_call(browser, take):
    with front_panel() as (panel, receiver, first, second):
        page = browser.open(panel.url, password=None)
        page.set_viewport_size({"width": 1280, "height": 800})
        first.ask("hook off")
        for digit in "200#":
            first.ask("press " + digit)
        second.wait(lambda calls: calls and calls[0]["state"] == "ringing")
        page.locator("#urls").get_by_text("incoming").wait_for()
        page.locator("#sip").get_by_text("180 Ringing").first.wait_for()
        called = page.frame_locator("iframe >> nth=1")
        called.get_by_label("Display").get_by_text("Call from").wait_for()
        page.frame_locator("iframe >> nth=0").get_by_text("Ringing").first.wait_for()
        take(page, "panel", 640)
        page.close()


def test_action_urls_with_a_preview(browser, take, desk):
    port = free_ports(1)[0]
    desk("100", options=("--dns", "none", "--web", str(port)), http_pass="geheim")
    page = browser.open(f"http://127.0.0.1:{port}/#actions")
    page.set_viewport_size({"width": 1000, "height": 800})
    field = page.get_by_label("action_incoming_url", exact=True)
    field.fill("http://192.0.2.10/log.php?who=$remote&name=$display_remote")
    card = page.locator("section", has=field)
    card.get_by_text("name=Sample%20Caller").wait_for()
    card.evaluate("x => scrollTo(0, x.offsetTop - 20)")
    take(page, "actions", 640)


def test_the_phone_on_a_telephones_screen(browser, take, desk):
    port = free_ports(1)[0]
    desk(
        "100",
        options=("--dns", "none", "--web", str(port)),
        http_pass="geheim",
        fkey4="active url http://192.0.2.10/door",
        fkey_label4="Door",
        fkey5="active speed 201",
        fkey_label5="Ann",
    )
    page = browser.open(f"http://127.0.0.1:{port}/#phone", size="small")
    page.get_by_role("button", name="P5 Door").wait_for()
    page.get_by_label("Display").get_by_text("P5 Door").wait_for()
    page.get_by_label("Display").evaluate("x => x.scrollIntoView()")
    take(page, "phone", 760)


def test_the_first_start(browser, take, desk):
    port = free_ports(1)[0]
    options = ("--first-start", str(port), "--dns", "none")
    desk("100", options=options, user_name1="", user_host1="", user_pass1="")
    page = browser.open(f"http://127.0.0.4:{port}/", password=None, size="small")
    page.get_by_label("Network", exact=True).select_option("Workshop")
    take(page, "first-start", 900)
