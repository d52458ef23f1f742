"""Build MicroPython's unix port with the software frozen in: ``python -m tools.vm_frozen``.

32 bits wide, with TLS, of Debian's source package and the project's manifest.py. Its heap figures
are those of a chip whose firmware has the software frozen in. Nothing is installed: headers and
libraries for i386 are unpacked beside it. Needs gcc, make, apt-get and dpkg-dev (Debian); it takes
half a minute, and seconds where only the software has changed. What is fetched lies in the cache
folder; the VM, which holds this working copy's software, in build/.
"""

import argparse
import os
import subprocess
import sys

from tools import vm, vm32
from tools.debian import Apt, mirror

SUITE = "sid"
_BUILT = vm.ROOT / "build/vm-frozen"
_LIBRARIES = ("libmbedtls-dev", "libc6-dev")
_OPTIONS = {
    "MICROPY_FORCE_32BIT": "1",
    "MICROPY_PY_BTREE": "0",
    "MICROPY_PY_FFI": "0",
    "MICROPY_SSL_MBEDTLS": "1",
    "MICROPY_MPYCROSS_DEPENDENCY": "",
    "MPY_CROSS_FLAGS": "-march=x86",
    "CFLAGS_EXTRA": "-DMICROPY_FLOAT_USE_NATIVE_FLT16=0",  # i386 without SSE has no such type
    "CWARN": "-w",
}


def folder():
    """Return the cache folder of sources and libraries."""
    return vm32.cache_dir() / "vm-frozen"


def launcher():
    """Return the path of the VM's launcher, whether it is there or not."""
    return _BUILT / "micropython"


def fetch():
    """Unpack sources and libraries where they are not there yet; RuntimeError where they cannot.

    The folder "source" is made last: without it all is fetched again.
    """
    source, root = folder() / "source", folder() / "root"
    if source.exists():
        return
    apt = Apt(folder() / "apt", mirror(), SUITE)
    needed = apt.closure(*_LIBRARIES)
    compiler = next(x for x in needed if x.startswith("gcc-") and x.endswith("-base"))
    # libgcc.a and what a program begins and ends with; its sanitizers are not needed
    apt.unpack(root, *needed, compiler.replace("gcc-", "libgcc-").replace("-base", "-dev"))
    if not (root / "lib").exists():
        (root / "lib").symlink_to("usr/lib")
    part = folder() / "source.part"
    subprocess.run(["rm", "-rf", str(part)], check=True)
    apt.source("micropython", part)
    part.rename(source)


def compiler(root):
    """Return the compiler's command line: the host's gcc, with headers and libraries of i386."""
    library = next((root / "usr/lib/gcc/i686-linux-gnu").iterdir())
    place = root / "usr/lib/i386-linux-gnu"
    return (  # no PIE: what an older linker makes of one, the newer loader cannot start
        f"gcc -m32 -no-pie --sysroot={root} -B{library}/ -L{library} -L{place} "
        f"-isystem {root}/usr/include/i386-linux-gnu"
    )


def build(board="wroom"):
    """Build the VM with the software of `board`, if anything has changed; return its launcher."""
    with vm32.alone():
        fetch()
    root, out = folder() / "root", _BUILT / "out"
    _BUILT.mkdir(parents=True, exist_ok=True)
    options = {
        **_OPTIONS,
        "MICROPY_MPYCROSS": vm.mpy_cross(),
        "FROZEN_MANIFEST": str(vm.ROOT / "manifest.py"),
        "BUILD": str(out),
        "CC": compiler(root),
    }
    words = [f"{name}={value}" for name, value in options.items()]
    jobs = f"-j{os.cpu_count()}"
    done = subprocess.run(
        ["make", jobs, "-C", str(folder() / "source/ports/unix"), *words],
        env={**os.environ, "OFFHOOK_PORT": "unix", "OFFHOOK_BOARD": board},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-3000:])
    vm32.write_launcher(launcher(), root, out / "micropython")
    return launcher()


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="wroom", help="whose software is frozen in")
    words = parser.parse_args()
    try:
        print(build(words.board))
    except (RuntimeError, OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise SystemExit(f"vm-frozen: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
