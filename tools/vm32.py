"""Fetch Debian's 32-bit MicroPython into a cache folder and print the path of its launcher.

Pointers and small ints are as wide there as on an ESP32, so the heap figures carry over. Nothing
is installed: apt reads an index of its own, ``dpkg -x`` unpacks, and a launcher script starts the
VM with the loader and the libraries of its own architecture. Needs apt-get and dpkg (Debian,
Ubuntu).
"""

import argparse
import glob
import os
import pathlib
import subprocess
import sys

# The first suite that has it for i386 wins; sid's release is the nearest to the chip's.
SUITES = ("sid", "trixie")


def cache_dir():
    """Return the cache folder: $OFFHOOK_CACHE, else ~/.cache/offhook."""
    home = os.environ.get("OFFHOOK_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "offhook"
    )
    return pathlib.Path(home)


def launcher():
    """Return the path of the 32-bit VM's launcher, whether it is there or not."""
    return cache_dir() / "vm32" / "micropython"


def mirror():
    """Return the Debian mirror that this machine's apt is configured for."""
    out = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL) $(CODENAME)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for line in out.splitlines():
        uri, label, codename = (line.split() + ["", ""])[:3]
        if label == "Debian" and "-" not in codename:
            return uri
    raise SystemExit("vm32: apt has no Debian mirror configured; run 'apt-get update' first")


class Apt:
    """apt-get with an index of its own below `root`, for architecture i386."""

    def __init__(self, root, uri, suite):
        self.root = root
        for sub in ("lists/partial", "archives/partial", "etc"):
            (root / sub).mkdir(parents=True, exist_ok=True)
        (root / "status").touch()
        (root / "etc/sources.list").write_text(f"deb [arch=i386] {uri} {suite} main\n")
        self.options = [
            f"Dir::State={root}",
            f"Dir::State::status={root}/status",
            f"Dir::State::lists={root}/lists",
            f"Dir::Cache={root}",
            f"Dir::Etc::sourcelist={root}/etc/sources.list",
            "Dir::Etc::sourceparts=-",
            "APT::Architecture=i386",
            "APT::Architectures=i386",
            "Acquire::Languages=none",
            "APT::Sandbox::User=root",
            "Acquire::Check-Valid-Until=false",
        ]

    def run(self, tool, *words, cwd=None):
        """Run one apt tool and return what it printed."""
        command = [tool, "-q"] if tool == "apt-get" else [tool]
        for option in self.options:
            command += ["-o", option]
        done = subprocess.run(command + list(words), cwd=cwd, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{tool} {' '.join(words)}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def closure(self, package):
        """Return the names of `package` and all that it depends on, the VM's own libraries."""
        out = self.run(
            "apt-cache",
            "depends",
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
            package,
        )
        return sorted({x.split(":")[0] for x in out.split("\n") if x and x[0] not in " <|"})


def fetch():
    """Download, unpack and check the VM; return its launcher, or exit with the reason."""
    target = launcher()
    if target.exists():
        return target
    uri, errors = mirror(), []
    for suite in SUITES:
        root = cache_dir() / "vm32" / suite
        try:
            apt = Apt(root, uri, suite)
            apt.run("apt-get", "update")
            debs = root / "debs"
            debs.mkdir(exist_ok=True)
            apt.run("apt-get", "download", *apt.closure("micropython"), cwd=debs)
            for deb in debs.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(deb), str(root / "tree")], check=True)
            write_launcher(target, root / "tree")
            return target
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            errors.append(f"{suite}: {error}")
            target.unlink(missing_ok=True)
    raise SystemExit("vm32: no 32-bit VM to be had\n" + "\n".join(errors))


def write_launcher(target, tree):
    """Write the script that starts the VM of `tree`, and prove that it runs."""
    loader = (glob.glob(f"{tree}/**/ld-linux.so.2", recursive=True) or ["?"])[0]
    libraries = {os.path.dirname(p) for p in glob.glob(f"{tree}/**/*.so*", recursive=True)}
    target.write_text(
        "#!/bin/sh\n"
        f'exec "{loader}" --library-path "{":".join(sorted(libraries))}" '
        f'"{tree}/usr/bin/micropython" "$@"\n'
    )
    target.chmod(0o755)
    subprocess.run([str(target), "-c", "import sys; assert sys.maxsize == 2**31 - 1"], check=True)


def main():
    """Command line: fetch the VM (or only say where it would be) and print its path."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--where", action="store_true", help="print the path, fetch nothing")
    print(launcher() if parser.parse_args().where else fetch())
    return 0


if __name__ == "__main__":
    sys.exit(main())
