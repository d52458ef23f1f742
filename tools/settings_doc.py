"""Make docs/settings.md of the catalogue: ``python -m tools.settings_doc [--check]``."""

import argparse
import pathlib
import sys

from tools import vm

PATH = vm.ROOT / "docs/settings.md"
_HEAD = """# Settings

Made from the catalogue (`firmware/offhook/settings/catalogue_*.py`) by `make docs`: change it
there. `#` stands for a number from 1: an identity to {identities}, or a wireless network. `@`
stands for a function key: 0 is P1. An indexed name may be written with brackets too,
`user_name[2]`.

Set them at the console (`set NAME VALUE`, `unset NAME`, `find WORD`, `show`), with `make
configure` from a TOML file, or at the REPL (`phone.set("NAME", VALUE)`). A value that does not fit
is refused, and the old one stays. *Secret* settings are masked wherever they are shown, and give
nothing in an Action URL. A change is kept once it was answered, whatever happens to the power.

"""


def _catalogue():
    sys.path.insert(0, str(vm.ROOT / "firmware"))
    try:
        from offhook.settings import catalogue
    finally:
        sys.path.pop(0)
    return catalogue


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def _default(setting):
    text = setting.written(setting.default)
    return f"`{_cell(text)}`" if text else ""


def text():
    """Return the page."""
    catalogue = _catalogue()
    out = [_HEAD.format(identities=catalogue.IDENTITIES)]
    groups = list(catalogue.groups())
    for title, _ in groups:
        anchor = title.lower().replace(" ", "-")
        out.append(f"- [{title}](#{anchor})\n")
    for title, settings in groups:
        out.append(f"\n## {title}\n\n| setting | takes | default | meaning | used by |\n")
        out.append("|---|---|---|---|---|\n")
        for each in settings:
            secret = " *Secret.*" if each.private else ""
            out.append(
                f"| `{each.name}` | {_cell(each.right())} | {_default(each)} "
                f"| {_cell(each.meaning)}.{secret} | {each.users} |\n"
            )
    return "".join(out)


def main(words=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--check", action="store_true", help="only say whether it is fresh")
    words = parser.parse_args(words)
    path, made = pathlib.Path(PATH), text()
    if path.exists() and path.read_text("utf-8") == made:
        return 0
    if words.check:
        raise SystemExit(f"{path.relative_to(vm.ROOT)} is stale: make docs")
    path.parent.mkdir(exist_ok=True)
    path.write_text(made, "utf-8")
    print(f"{path.relative_to(vm.ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
