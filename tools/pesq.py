"""Make a virtual environment with PESQ (ITU-T P.862): ``python -m tools.pesq``.

The package `pesq` holds the ITU's reference code, whose terms allow tests only: so it is no part
of what the project needs, and stands in the cache folder with versions pinned by hash
(tests/pesq.txt). It is compiled when it is installed, which takes gcc, Python's headers and half a
minute. `score` compares two recordings; without PESQ it returns None.
"""

import json
import subprocess
import sys
import venv

from tools import vm, vm32

_LIST = vm.ROOT / "tests/pesq.txt"
_SCRIPT = """\
import json, sys, numpy, pesq
rate, one, two = json.load(sys.stdin)
one, two = (numpy.array(x, dtype=numpy.int16) for x in (one, two))
print(pesq.pesq(rate, one, two, "wb" if rate == 16000 else "nb"))
"""


def folder():
    """Return the environment's folder, whether it is there or not."""
    return vm32.cache_dir() / ("pesq-%d.%d" % sys.version_info[:2])


def python():
    """Return the environment's Python once all is installed, else None."""
    path = folder() / "bin/python"
    return str(path) if (folder() / "complete").exists() else None


def score(spoken, heard, rate=8000):
    """Return the MOS-LQO (1.0 to 4.5) of `heard` beside `spoken`, arrays of samples; or None.

    16000 as the `rate` takes P.862.2's wideband mode, in which the scores are lower.
    """
    if python() is None:
        return None
    said = json.dumps([rate, list(spoken), list(heard)])
    done = subprocess.run([python(), "-c", _SCRIPT], input=said, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    return float(done.stdout)


def main():
    """Make it where it is not there; return 1, with the reason, where it cannot be."""
    with vm32.alone():
        return 0 if python() else _make()


def _make():
    venv.create(folder(), with_pip=True, clear=True)
    words = [str(folder() / "bin/pip"), "install", "--quiet", "--require-hashes", "-r", str(_LIST)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        print("pesq: " + done.stderr[-2000:], file=sys.stderr)
        return 1
    (folder() / "complete").touch()
    print(f"PESQ in {folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
