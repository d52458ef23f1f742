"""A peer that is there without one of its parts is skipped with that part's name, never failed."""

import pytest

from tests.peers import baresip, kamailio


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Kamailio's modules, as empty files in a folder; nothing is started."""
    for name in (*kamailio._MODULES, "tls"):
        (tmp_path / f"{name}.so").touch()
    monkeypatch.setattr(kamailio, "_modules_path", lambda: f"{tmp_path}/")
    monkeypatch.setattr(kamailio, "program", lambda name: f"/nowhere/{name}")
    return tmp_path


@pytest.mark.parametrize("name", ["tls", "htable"])
def test_a_missing_module_is_named_and_skipped(modules, tmp_path, name):
    (modules / f"{name}.so").unlink()
    with pytest.raises(pytest.skip.Exception, match=rf"Kamailio is there without its {name}\.so"):
        kamailio.Kamailio(tmp_path, certificate=("a", "b"))


def test_with_all_of_them_it_is_started(modules, tmp_path):
    with pytest.raises(FileNotFoundError):  # there is no such program
        kamailio.Kamailio(tmp_path, certificate=("a", "b"))


def test_a_baresip_without_a_module_is_skipped_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(baresip, "_modules_path", lambda: tmp_path)
    monkeypatch.setattr(baresip, "program", lambda name: f"/nowhere/{name}")
    with pytest.raises(pytest.skip.Exception, match=r"baresip is there without its stdio\.so"):
        baresip.Baresip(tmp_path / "folder")
