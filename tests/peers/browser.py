"""Debian's Chromium, driven by Playwright, for the phone's pages."""

import pathlib
import shutil

import pytest

PICTURES = pathlib.Path(__file__).resolve().parents[2] / "build/pages"
SIZES = {"large": (1200, 900), "small": (390, 800)}
LOCALES = {"en": "en-US", "de": "de-DE"}


class Browser:
    """One Chromium; `open` gives pages of it, `complaints` is what they had to complain of."""

    def __init__(self):
        playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: make venv")
        chromium = shutil.which("chromium")
        if chromium is None:
            pytest.skip("chromium is missing; run 'make peers'")
        self._driver = playwright.sync_playwright().start()
        self._chromium = self._driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        self.complaints = []

    def open(self, url, password="geheim", locale="en", size="large", user="admin", scripts=True):
        """Open `url` as somebody with a password, in a browser that knows nothing yet."""
        width, height = SIZES[size]
        context = self._chromium.new_context(
            http_credentials={"username": user, "password": password} if password else None,
            locale=LOCALES[locale],
            viewport={"width": width, "height": height},
            accept_downloads=True,
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(url)
        return page

    def _heard(self, message):
        expected = "Failed to load resource"  # of an answer that is no 200: a test's own matter
        if message.type in ("error", "warning") and expected not in message.text:
            self.complaints.append(message.text)

    def stop(self):
        """End the browser and its driver."""
        self._chromium.close()
        self._driver.stop()


def show(page, name):
    """Go to one of the pages, and wait until it is there."""
    page.evaluate("name => { location.hash = name; }", name)
    page.wait_for_selector(f"nav a[href='#{name}'][aria-current]")
    page.wait_for_selector("main div[aria-busy]", state="detached")


def picture(page, name, whole=False):
    """Keep a picture of the page in build/pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / (name + ".png")), full_page=whole)


def serious_faults(page):
    """Return what axe finds serious or critical on a page: its rule, and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        (x["id"], [y["html"][:120] for y in x["nodes"][:3]])
        for x in axe.run(page).response["violations"]
        if x["impact"] in ("serious", "critical")
    ]
