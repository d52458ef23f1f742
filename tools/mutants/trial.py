"""Running unit tests in a process of their own: to see where they come by, or against a fault."""

import asyncio
import builtins
import hashlib
import importlib
import importlib.abc
import importlib.util
import inspect
import io
import os
import pathlib
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tools import vm

UNIT = vm.ROOT / "tests/unit"
_MEMORY = 2 << 30  # bytes that a test with a fault may take
_SECONDS = 10  # that a test may wait for what is not the processor
_BUSY = 3  # s of the processor that a test may take beside a multiple of what it took
_LOOPS = "_plain.py"  # functions in loops over samples: called, they count as reached
_VM_SECONDS = 60


def module_of(path):
    """Return the name by which a source file is imported."""
    return ".".join(pathlib.PurePath(path.removeprefix("firmware/")).with_suffix("").parts)


class Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another source."""

    def __init__(self, path, source):
        self.name, self.path, self.source = module_of(path), path, source
        if self.name.endswith(".__init__"):
            self.name = self.name[:-9]

    def find_spec(self, name, path, target=None):
        """Find the one module."""
        if name != self.name:
            return None
        place = str(vm.ROOT / self.path)
        package = place.endswith("__init__.py")
        spec = importlib.util.spec_from_loader(name, self, origin=place, is_package=package)
        if package:
            spec.submodule_search_locations = [os.path.dirname(place)]
        return spec

    def exec_module(self, module):
        """Run its source."""
        module.__file__ = str(vm.ROOT / self.path)
        exec(compile(self.source, module.__file__, "exec"), module.__dict__)


def _prepare():
    """Be a process of its own: quiet, bounded, with the firmware's rooms on the path."""
    sink = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(sink, number)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.chdir(vm.ROOT)
    shutil.rmtree(scratch(os.getpid()), ignore_errors=True)  # left by one that was killed
    os.mkdir(scratch(os.getpid()))
    os.environ["OFFHOOK_TEMPORARY"] = scratch(os.getpid())
    sys.path[:0] = [str(UNIT), str(vm.ROOT), str(vm.ROOT / "firmware")]


def scratch(pid):
    """Return where the tests of child process `pid` keep what they write, for no one else."""
    return f"{tempfile.gettempdir()}/offhook-mutants-{pid}"


def _run(test):
    """Run one test; it raises where it fails."""
    support = importlib.import_module("support")
    try:
        if inspect.iscoroutinefunction(test):
            asyncio.run(test())
        else:
            test()
    except support.Skip:
        pass


def apart(function, *args):
    """Start ``function(*args)`` in a child process; return its id. Its end is its result."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _prepare()
        status = function(*args) or 0
    except BaseException:
        status = 1
    finally:
        os._exit(status)


# -- where tests come by -------------------------------------------------------------------------


def digest(path):
    """Return what changes with the content of a file of the project."""
    return hashlib.sha256((vm.ROOT / path).read_bytes()).hexdigest()


def reach(name, into):
    """Run the tests of file `name`; write ({file: digest}, {test: (seconds, {(path, line)})}).

    The files are those that have been imported, of tests too.
    """
    lines, left, found = set(), {}, {}
    roots = (str(vm.ROOT / "firmware"), str(vm.ROOT / "hal"))
    cut = len(str(vm.ROOT)) + 1

    def trace(frame, event, arg):
        code = frame.f_code
        rest = left.get(code)
        if rest is None:
            rest = set()
            if code.co_filename.startswith(roots):
                first = code.co_firstlineno  # of a function nothing but its "def"
                rest.update(x[2] for x in code.co_lines() if x[2])
                rest = rest - {first} or rest
            if code.co_filename.endswith(_LOOPS):  # line by line they would take minutes
                lines.update((code.co_filename[cut:], x) for x in rest)
                rest = set()
            left[code] = rest
        return local if rest else None  # once all its lines were seen it runs at full speed

    def local(frame, event, arg):
        if event == "line":
            code, line = frame.f_code, frame.f_lineno
            lines.add((code.co_filename[cut:], line))
            left[code].discard(line)
        return local

    module = importlib.import_module(name)
    if getattr(module, "ONLY", "") != "micropython":
        for test in [x for x in vars(module) if x.startswith("test_")]:
            if getattr(vars(module)[test], "only_in_the_vm", False):
                continue
            lines.clear()
            left.clear()
            begun = time.process_time()
            sys.settrace(trace)
            try:
                _run(getattr(module, test))
            finally:
                sys.settrace(None)
            found[test] = (time.process_time() - begun, set(lines))
    files = [getattr(x, "__file__", None) or "" for x in list(sys.modules.values())]
    texts = {x[cut:]: digest(x[cut:]) for x in files if x.startswith((*roots, str(UNIT)))}
    whole = into.with_suffix(".new")
    whole.write_bytes(pickle.dumps((texts, found)))
    whole.rename(into)


# -- a fault -------------------------------------------------------------------------------------


def try_fault(path, source, tests):
    """Run `tests`, [(seconds, file, test)], against a faulty module; return 0 if all pass.

    One that takes far longer than its seconds hangs.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 2 * _SECONDS)
    sys.meta_path.insert(0, Faulty(path, source))
    builtins.open = _opener(path, source)
    for seconds, name, test in tests:
        made = getattr(importlib.import_module(name), test)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS + 10 * seconds)
        signal.setitimer(signal.ITIMER_PROF, _BUSY + 2 * seconds)  # traced they took longer
        _run(made)
    return 0


def _opener(path, source, plain=open):
    """Return an `open` that gives the faulty text for the source itself."""

    def opened(name, *args, **options):
        return io.StringIO(source) if name == path else plain(name, *args, **options)

    return opened


def try_in_vm(path, source, names):
    """Run whole files of tests in the VM against a faulty module; return 0 where all pass."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for each in ("firmware", "hal"):
            shutil.copytree(vm.ROOT / each, root / each, ignore=_no_caches)
        (root / path).write_text(source)
        places = [UNIT, root / "firmware", root, vm.ROOT, ".frozen"]
        environment = {**os.environ, "MICROPYPATH": ":".join(map(str, places))}
        for name in names:
            command = [vm.vm_path(), "-X", "heapsize=8m", str(vm.ROOT / "tests/vm_runner.py")]
            done = subprocess.run(
                [*command, str(UNIT / f"{name}.py")],
                cwd=vm.ROOT,
                env=environment,
                timeout=_VM_SECONDS,
                capture_output=True,
                text=True,
                errors="replace",
            )
            if done.returncode or '"outcome": "failed"' in done.stdout:
                return 1
    return 0


_no_caches = shutil.ignore_patterns("__pycache__")
