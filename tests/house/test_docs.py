"""What README and docs/ name is there: files, targets, settings, words, tests, sources' names.

And each command that README shows is run by a test or by CI, or says that it is not.
"""

import ast
import functools
import pathlib
import re

import pytest

from actions import template
from offhook.console.words import WORDS
from offhook.keys import fkey_types, names
from offhook.settings import catalogue
from tools import arrows, configure, vm, wiring

ROOT = vm.ROOT
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "boards").glob("*/README.md")) + [ROOT / "tests/device/README.md"]
OURS = [x for x in PAGES if x.parent == ROOT or x.name in ("architecture.md", "adding.md")]

# A command of README, as it begins -> the file that runs it, and the words there that show it
RUN_BY = {
    "make run": (".ci/run", "make run </dev/null"),
    "make test": (".ci/run", "make test"),
    "make check-boards": (".ci/run", "make check-boards"),
    "make build": (".ci/run", "make build"),
    "make vm-frozen": (".ci/run", "make vm-frozen"),
    "make diagrams": ("tests/peers/test_boards.py", "diagram."),
    "make flash": ("tests/peers/test_flash.py", "flash.main("),
    "make console": ("tests/peers/test_flash.py", '"console"'),
    "make configure": ("tests/peers/test_configure.py", "configure.main("),
    "make deploy": ("tests/peers/test_deploy.py", "deploy.deploy("),
    "make sign": ("tests/phone/updateserver.py", "sign.sign("),
    "python3 -m http.server": ("tests/phone/test_readme.py", "http.server"),
    ".venv/bin/python -m tools.phone": ("tests/phone/test_readme.py", "-m tools.phone"),
}
BUILT = ("build/", "/app", "/state", "/tmp", "/dev/")  # what is there only after a command
PLACES = "boards/NAME boards/BOARD hal/keys/NEW hal/display/NEW catalogue_…".split()


def name(path):
    """Return a page's name, for the tests' own names."""
    return path.relative_to(ROOT).as_posix()


def text(path):
    """Return a page's text."""
    return path.read_text("utf-8")


@functools.cache
def quoted(path):
    """Return what stands between single backticks in a page, code blocks left out."""
    plain = re.sub(r"```.*?```", "", text(path), flags=re.S)
    plain = "\n".join(x for x in plain.splitlines() if not x.startswith("    "))
    return re.findall(r"`([^`\n]+)`", plain)


def block(path):
    """Return the lines of a page's indented code blocks, continued ones joined."""
    lines = [x[4:] for x in text(path).replace("\\\n", "").splitlines() if x.startswith("    ")]
    return [re.sub(r"\s+#( .*)?$", "", x) for x in lines]


@functools.cache
def functions():
    """Return the names of all test functions."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M))
    return found


@functools.cache
def targets():
    """Return make's targets."""
    return set(re.findall(r"^([a-z0-9-]+):", text(ROOT / "Makefile"), re.M))


@functools.cache
def defined():
    """Return {dotted name} of modules, their functions and classes, and what those define."""
    found = set()
    for module, path in arrows.modules().items():
        found.add(module)
        for node in ast.parse(path.read_text("utf-8")).body:
            for each in _names(node):
                found.add(f"{module}.{each}")
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    found.update(f"{module}.{node.name}.{x}" for x in _names(inner))
    return found


def _names(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [x.id for x in node.targets if isinstance(x, ast.Name)]
    return []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_files_that_are_there(page):
    missing = []
    for word in quoted(page):
        if not re.fullmatch(r"[\w.*…/-]+", word) or "/" not in word or word.startswith(BUILT):
            continue
        if any(x in word for x in PLACES) or not re.match(r"[a-z.]", word):
            continue
        pattern = word.rstrip("/").replace("…", "*")
        if word.split("/")[0] not in ("http:", "https:", "text", "application") and not list(
            ROOT.glob(pattern)
        ):
            missing.append(word)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_pages_links_and_pictures_lead_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


def anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", text(path), re.M)
    return {re.sub(r"[^\w\- ]", "", x.lower()).strip().replace(" ", "-") for x in heads}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_targets_that_make_has(page):
    commands = [x for x in quoted(page) + block(page) if x.startswith("make ")]
    assert [x for x in commands if not {x.split()[1]} <= targets()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_tests_that_are_there(page):
    named = set(re.findall(r"\btest_\w+\b(?!\.py|\*)", text(page)))
    named -= {x.stem for x in (ROOT / "tests").rglob("*.py")} | {"test_url"}
    assert named - functions() == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_what_the_sources_define(page):
    rooms = "|".join(x for x in arrows.DOWN if x not in ("boot", "main", "loader"))
    dotted = [x for x in quoted(page) if re.fullmatch(rf"(?:{rooms})(?:\.\w+)+", x)]
    assert [x for x in dotted if x not in defined() and not x.endswith((".py", ".md"))] == []


def known(word):
    """Return whether a word with underscores is something that the phone knows by that name."""
    stem = word.rstrip("#@")
    if catalogue.pattern(word) or word in catalogue._ROWS or catalogue.pattern(stem + "1"):
        return True
    if word in WORDS or word in template._RUNTIME or stem in (x[0] for x in wiring_parts()):
        return True
    return word in functions() or any(x.rsplit(".", 1)[-1] == word for x in defined())


def wiring_parts():
    """Return the parts of all boards."""
    return [part for board in wiring.names() for part in wiring.load(board).parts]


@pytest.mark.parametrize("page", OURS, ids=name)
def test_a_page_names_only_settings_and_names_that_are_known(page):
    faults = "empty_datagram power_cut system_memory poller_dead".split()
    words = [x for x in quoted(page) if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+[#@]?", x)]
    boards = {path.parent.name for path in ROOT.glob("boards/*/board.py")}
    unknown = [x for x in words if not known(x) and x not in faults and x not in boards]
    assert unknown == []


def test_readme_shows_every_event_and_every_variable():
    page = text(ROOT / "README.md")
    events = next(rows for title, rows in catalogue.groups() if title == "Action URL events")
    assert [x.name for x in events if f"`{x.name}`" not in page] == []
    assert [x for x in template._RUNTIME if f"${x}" not in page] == []


def test_readme_shows_every_type_of_function_key_and_only_keys_that_there_are():
    page = text(ROOT / "README.md")
    assert [x for x in fkey_types.TYPES if f"`{x}`" not in page] == []
    assert [
        x for x in quoted(ROOT / "README.md") if re.match("F_[A-Z]", x) and not names.own(x)
    ] == []


def test_readme_names_a_word_of_the_console_only_where_it_is_one():
    page = text(ROOT / "README.md")
    table = page.split("| word | does |")[1].split("\n\n")[0]
    words = {
        x.split()[0]
        for row in table.splitlines()
        for x in re.findall(r"`([^`]+)`", row.split(" | ")[0])
    }
    words = {x for x in words if x.islower()}
    typed = {x.split()[1] for x in block(ROOT / "README.md") if x.startswith("offhook>")}
    assert words and typed and (words | typed) - set(WORDS) == set()


def test_each_command_of_readme_is_run_or_says_that_it_is_not():
    left = []
    lines = [x for x in text(ROOT / "README.md").splitlines() if x.startswith("    ")]
    for line in (x.strip() for x in lines):
        if not line.startswith(("make ", "python", ".venv")) or "not run by our tests" in line:
            continue
        found = [x for x in RUN_BY if line.startswith(x)]
        if not found:
            left.append(line)
        for each in found:
            file, words = RUN_BY[each]
            assert words in (ROOT / file).read_text("utf-8"), (each, file)
    assert left == []


def test_what_readme_types_at_the_repl_is_there_and_tested():
    tested = (ROOT / "tests/peers/test_repl.py").read_text("utf-8")
    typed = re.findall(r"^ +>>> phone\.(\w+)\(", text(ROOT / "README.md"), re.M)
    assert typed
    for word in typed:
        assert f"offhook.phone.{word}" in defined() and f"phone.{word}(" in tested, word


def test_readmes_file_of_settings_is_taken(tmp_path):
    toml = re.search(r"```toml\n(.*?)```", text(ROOT / "README.md"), re.S).group(1)
    path = tmp_path / "my-phone.toml"
    path.write_text(toml, "utf-8")
    values = configure.read(path)
    configure.check(values)
    assert values["user_name1"] == "100" and values["wifi_ssid1"] == "workshop"


def test_readmes_firmware_is_the_boards():
    page = text(ROOT / "README.md")
    about = wiring.load("devkit").about
    files = set(re.findall(r"ESP32_GENERIC[\w.-]*\.bin", page))
    assert files
    for file in files:
        assert pathlib.PurePath(file).match(about["firmwares"][0]["file"])
        assert file.endswith(f"-v{about['tried']['last']}.bin")


def test_readme_says_of_each_board_what_its_data_say():
    page = text(ROOT / "README.md")
    for board in wiring.names():
        row = re.search(rf"^\| \[{board}\]\(boards/{board}/README.md\).*$", page, re.M).group(0)
        assert row.split("|")[3].strip() == ("no" if wiring.load(board).frozen else "yes"), row


def test_every_page_is_reached_from_readme():
    page = text(ROOT / "README.md")
    reached = page + "".join(text(x) for x in PAGES if x.parent == ROOT / "docs")
    for path in (ROOT / "docs").glob("*"):
        assert f"({name(path)}" in page or f"({path.name}" in reached, path.name
