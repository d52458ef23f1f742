"""The catalogue of settings against its page and against the sources that use it."""

import re

from offhook.settings import catalogue
from tools import settings_doc, vm
from tools.sources import packed


def test_the_page_of_settings_is_fresh():
    assert settings_doc.PATH.read_text("utf-8") == settings_doc.text(), "run make docs"


def test_every_setting_stands_on_the_page_once():
    page = settings_doc.text()
    for _, group in catalogue.groups():
        for each in group:
            assert page.count(f"| `{each.name}` |") == 1, each.name
            assert not each.private or f"{each.meaning}. *Secret.*" in page


STILL_TO_COME = []
# Named in the sources by its parts: "redirect_%s_number", "vol_" + device
BY_PARTS = ("redirect_", "vol_", "fkey@", "prov_polling_")


def test_every_setting_is_used_by_somebody_or_is_for_templates():
    sources = ""
    for path, place in vm.sources():
        if place.suffix == ".py" and not place.name.startswith("catalogue"):
            sources += path.read_text("utf-8")
    unused = []
    for _, group in catalogue.groups():
        for each in group:
            stem = each.name.rstrip("#@")
            used = re.search(r"(?<![a-z_$])" + stem + r"(?![a-z_])", sources)
            if not used and each.users != "templates" and not each.name.startswith(BY_PARTS):
                unused.append(each.name)
    assert unused == STILL_TO_COME


def test_each_setting_has_its_help_in_german_too():
    text = (vm.ROOT / "firmware/web/pages/help_de.js").read_text("utf-8")
    german = dict(re.findall(r'^  (\w+): "(.+)",$', text.split("const RIGHT")[0], re.M))
    wanted = {}
    for title, group in catalogue.groups():
        if title != "Action URL events":  # those stand in text.js
            wanted |= {each.name.rstrip("#@"): each for each in group}
    assert not set(wanted) - set(german), "help_de.js lacks these"
    assert not set(german) - set(wanted), "help_de.js has too many"
    for name, each in wanted.items():
        for sign in ("#", "@"):
            assert (sign in german[name]) == (sign in each.meaning) or "*" in each.meaning, name


def test_the_pages_take_sixty_kilobytes_of_the_flash_at_most():
    sizes = {}
    for path, place in vm.sources():
        if place.parts[:2] == ("web", "pages"):
            sizes[path.name] = len(packed(path, place)[1])
    assert len(sizes) >= 6 and sum(sizes.values()) <= 60_000, sizes
