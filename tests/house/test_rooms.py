"""The drawings of who imports whom: fresh, and drawn only where arrows run down."""

import pytest

from tools import arrows, rooms

EVERY = arrows.arrows()


@pytest.mark.parametrize("name", rooms.DRAWINGS)
def test_a_drawing_of_rooms_is_fresh(name):
    text = rooms.drawing(rooms.DRAWINGS[name], EVERY)
    assert (rooms.FOLDER / f"{name}.svg").read_text("utf-8") == text, "run make docs"


@pytest.mark.parametrize("inside", ["", *arrows.DOWN])
def test_the_parts_of_a_room_form_no_circle(inside):
    assert rooms.circle(rooms.graph(inside, EVERY)) == []


def test_an_arrow_that_follows_from_others_is_left_out_and_no_other():
    nodes = {"a": {"b", "c", "d"}, "b": {"c"}, "c": set(), "d": set()}
    assert rooms.reduced(nodes) == {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}


def test_a_circle_of_parts_is_named():
    assert rooms.circle({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == ["a", "b"]
