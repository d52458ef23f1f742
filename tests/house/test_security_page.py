"""The page of who may do what names tests; each of them is there."""

import re

from tools import vm

PAGE = vm.ROOT / "docs/security.md"


def _in_file(stem):
    """Return the names of the tests in a file, None where there is no such file."""
    files = list((vm.ROOT / "tests").glob(f"*/{stem}.py"))
    if not files:
        return None
    return {x for file in files for x in re.findall(r"def (test_\w+)", file.read_text())}


def test_each_test_that_the_page_names_is_in_the_file_that_it_names():
    named, found, missing = 0, None, []
    for name in re.findall(r"`(test_\w+)`", PAGE.read_text()):
        of_file = _in_file(name)
        if of_file is not None:
            found = of_file
        else:
            named += 1
            if name not in (found or ()):
                missing.append(name)
    assert not missing, missing
    assert named > 50
