"""Who may import whom: the plan of the house, read from the imports of firmware/ and hal/."""

import pytest

from tools import arrows


def broken(room):
    """Return the texts of what breaks the plan in `room`."""
    return [text for place, text in arrows.findings() if place == room]


@pytest.mark.parametrize("room", arrows.DOWN)
def test_imports_run_down_without_a_circle_and_stand_at_the_top(room):
    found = broken(room)
    assert not found, "\n".join(found)


def test_every_module_is_in_a_room_of_the_plan():
    assert {arrows.room(x) for x in arrows.modules()} <= set(arrows.DOWN)


def test_what_may_be_late_or_know_the_chip_is_still_there():
    every = arrows.arrows()
    late = {(x.source, y) for x in every if x.late for y in (x.target, arrows.room(x.target))}
    assert set(arrows.LATE) <= late, "an exception that nobody needs any more"
    chip = {x.source for x in every if x.target in arrows.CHIP}
    assert set(arrows.KNOW_THE_CHIP) <= chip


def find(tmp_path, **sources):
    """Return what breaks the plan in modules made of `sources`; "__" in a name is a dot."""
    known = {}
    for name, text in sources.items():
        path = tmp_path / (name + ".py")
        path.write_text(text)
        known[name.replace("__", ".")] = path
    return [text for _, text in arrows.findings(arrows.arrows(known), known)]


def test_an_arrow_upwards_is_named(tmp_path):
    found = find(tmp_path, sip__call="import offhook.desk\n", offhook__desk="")
    assert len(found) == 1 and "sip.call -> offhook.desk: the room sip must not" in found[0]
    assert not find(tmp_path, offhook__desk="from sip import call\n", sip__call="")


def test_a_circle_is_named_with_all_on_it(tmp_path):
    found = find(
        tmp_path,
        sip__a="from sip import b\n",
        sip__b="import sip.c\n",
        sip__c="def f():\n from sip.a import x\n",
        sip__d="import sip.a\n",
    )
    assert "a circle: sip.a -> sip.b -> sip.c -> sip.a" in found
    assert sum(x.startswith("a circle") for x in found) == 1


def test_an_import_inside_a_function_or_of_the_chip_is_named(tmp_path):
    found = find(tmp_path, base__log="class A:\n def f(self):\n  import machine\n")
    assert any("base.log -> machine: an import inside a function" in x for x in found)
    assert any("only hal/ knows the chip" in x for x in found)
