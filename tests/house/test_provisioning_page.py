"""The page of provisioning against the table that the phone translates Snom's names by."""

import re

from offhook.provisioning import names
from offhook.settings import catalogue, zones
from tests.unit.test_provisioning_apply import FREQUENT
from tools import vm

PAGE = (vm.ROOT / "docs/provisioning.md").read_text("utf-8")
TAKEN, _, _REST = PAGE.partition("**Taken, with values that are mapped**")
MAPPED, _, NOT_THERE = _REST.partition("**Not there**")


def named(text):
    """Return the names in backticks."""
    return set(re.findall(r"`([a-z0-9_]+)`", text))


def test_every_name_is_where_the_phone_has_it():
    for name in names.ABSENT:
        assert name in named(NOT_THERE) and name not in named(MAPPED), name
    for name in [*names.RENAMED, *names.CONVERTED, *names.NEVER]:
        assert name in named(MAPPED) and name not in named(NOT_THERE), name
    assert named(NOT_THERE) - {"http_pass"} == names.ABSENT


def test_no_name_that_is_ours_is_said_not_to_be_there():
    for name in names.ABSENT:
        assert not catalogue.pattern(name) and not catalogue.pattern(name + "1"), name


def test_every_frequent_name_is_on_the_page():
    for name in FREQUENT:
        stem = name.rstrip("0123456789")
        assert {name, stem} & named(PAGE) or name.startswith(("action_", "firmware")), name


def test_the_zone_of_the_page_is_that_of_the_list():
    assert f"`GER+1` is `{zones.posix('GER+1')}`" in PAGE
