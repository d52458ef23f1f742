"""Packages of a Debian suite, binary and source, for i386, unpacked without installing anything.

apt reads an index of its own below a folder; the mirror is the one that this machine's apt is
configured for. Needs apt-get and dpkg (Debian).
"""

import subprocess


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
    raise SystemExit("apt has no Debian mirror configured; run 'apt-get update' first")


class Apt:
    """apt-get with an index of its own below `root`, for architecture i386.

    RuntimeError tells what apt said when it cannot do something.
    """

    def __init__(self, root, uri, suite):
        self.root = root
        for sub in ("lists/partial", "archives/partial", "etc"):
            (root / sub).mkdir(parents=True, exist_ok=True)
        (root / "status").touch()
        (root / "etc/sources.list").write_text(
            f"deb [arch=i386] {uri} {suite} main\ndeb-src {uri} {suite} main\n"
        )
        self._options = [
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
        self.run("apt-get", "update")

    def run(self, tool, *words, cwd=None):
        """Run one apt tool and return what it printed."""
        command = [tool, "-q"] if tool == "apt-get" else [tool]
        for option in self._options:
            command += ["-o", option]
        done = subprocess.run(command + list(words), cwd=cwd, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{tool} {' '.join(words)}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def closure(self, *packages):
        """Return the names of `packages` and all that they depend on, sorted."""
        without = "recommends suggests conflicts breaks replaces enhances".split()
        options = ["--recurse", *(f"--no-{x}" for x in without)]
        out = self.run("apt-cache", "depends", *options, *packages)
        return sorted({x.split(":")[0] for x in out.split("\n") if x and x[0] not in " <|"})

    def unpack(self, tree, *packages):
        """Download `packages`, and unpack them below the folder `tree`."""
        debs = self.root / "debs"
        debs.mkdir(exist_ok=True)
        self.run("apt-get", "download", *packages, cwd=debs)
        for name in packages:
            deb = next(debs.glob(f"{name}_*.deb"))
            subprocess.run(["dpkg", "-x", str(deb), str(tree)], check=True)

    def source(self, package, tree):
        """Download the source package, and unpack it, patched, as the folder `tree`."""
        folder = self.root / "source"
        folder.mkdir(exist_ok=True)
        self.run("apt-get", "source", "--download-only", package, cwd=folder)
        description = next(folder.glob(f"{package}_*.dsc"))
        command = ["dpkg-source", "--no-check", "-x", str(description), str(tree)]
        subprocess.run(command, check=True, capture_output=True)
