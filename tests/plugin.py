"""Runs each file of tests/unit twice, under CPython and in the MicroPython VM, and names both.

A unit test is a plain function ``test_…`` or coroutine; it uses ``assert`` and nothing of pytest,
so that the VM can run it. `support.Skip` skips with its reason; a file with
``ONLY = "micropython"`` is about what CPython does not have, and so is a
test marked with `support.only_in_the_vm`. In the VM a file runs as a whole,
once, against the firmware compiled by mpy-cross, and reports one JSON line a test.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

from tools import vm

HERE = pathlib.Path(__file__).resolve().parent
UNIT = HERE / "unit"
_MIXED = "Comparison between bytes and str"  # never equal, and in the VM a line on the console
_SECONDS = 120  # for one file in the VM


def pytest_configure(config):
    """Let CPython find the firmware's rooms under the names that they have on the flash."""
    for folder in (UNIT, vm.ROOT, vm.ROOT / "firmware"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    os.environ["OFFHOOK_TEMPORARY"] = tempfile.mkdtemp(prefix="offhook-")


def pytest_unconfigure(config):
    """Clear away what the unit tests have written."""
    shutil.rmtree(os.environ.pop("OFFHOOK_TEMPORARY", ""), ignore_errors=True)


def pytest_collect_file(file_path, parent):
    """Take the unit tests from pytest's own collector."""
    if file_path.parent == UNIT and file_path.name.startswith("test_"):
        return UnitFile.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makemodule(module_path, parent):
    """Keep pytest from collecting them once more."""
    if module_path.parent == UNIT:
        return Nothing.from_parent(parent, path=module_path)
    return None


class Nothing(pytest.File):
    """A file without tests of pytest's own kind."""

    def collect(self):
        """Collect nothing."""
        return []


class UnitFile(pytest.File):
    """One unit test file, in both interpreters."""

    def collect(self):
        """Yield each test twice."""
        name = self.path.stem
        spec = importlib.util.spec_from_file_location(name, self.path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        found = [x for x in vars(module) if x.startswith("test_")]
        run = VmRun(self.path)
        for test in found:
            test_function = vars(module)[test]
            only = getattr(test_function, "only_in_the_vm", False)
            if not only and getattr(module, "ONLY", "") != "micropython":
                yield CpythonItem.from_parent(self, name=f"{test}[cpython]", test=test_function)
            yield VmItem.from_parent(self, name=f"{test}[micropython]", test=test, run=run)


class CpythonItem(pytest.Item):
    """A test under CPython."""

    def __init__(self, *, test, **kwargs):
        super().__init__(**kwargs)
        self.test = test

    def runtest(self):
        """Call it, or run it on a loop of its own."""
        import support

        try:
            if inspect.iscoroutinefunction(self.test):
                asyncio.run(self.test())
            else:
                self.test()
        except support.Skip as reason:
            pytest.skip(str(reason))

    def reportinfo(self):
        """Return where it stands."""
        return self.path, self.test.__code__.co_firstlineno - 1, self.name


class VmRun:
    """One file's run in the VM; started by the first of its tests that wants a result."""

    def __init__(self, path):
        self.path = path
        self.results = None

    def result(self, test):
        """Return {"test", "outcome", "text"} of `test`."""
        if self.results is None:
            self.results = self._run()
        return self.results.get(test) or {"outcome": "failed", "text": self.output}

    def _run(self):
        source = bool(os.environ.get("OFFHOOK_SOURCE"))
        done = subprocess.run(
            [vm.vm_path(), "-X", "heapsize=8m", str(HERE / "vm_runner.py"), str(self.path)],
            env=vm.environment(source, extra=[str(UNIT)]),
            cwd=vm.ROOT,
            timeout=_SECONDS,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        self.output = (
            f"the VM ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
        if _MIXED in done.stderr:
            return {}  # all of them fail with what the VM has said
        lines = [x[8:] for x in done.stdout.splitlines() if x.startswith("@RESULT ")]
        return {x["test"]: x for x in map(json.loads, lines)}


class VmFailure(Exception):
    """A test failed in the VM; the message is its traceback there."""


class VmItem(pytest.Item):
    """A test in the MicroPython VM."""

    def __init__(self, *, test, run, **kwargs):
        super().__init__(**kwargs)
        self.test, self.run = test, run

    def runtest(self):
        """Take its result from the file's run."""
        result = self.run.result(self.test)
        if result["outcome"] == "skipped":
            pytest.skip(result["text"])
        if result["outcome"] != "passed":
            raise VmFailure(result["text"])

    def repr_failure(self, excinfo, style=None):
        """Show the VM's own traceback."""
        if isinstance(excinfo.value, VmFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        """Return where it stands."""
        return self.path, None, self.name
