"""Put a seeded sample of faults into the firmware, one by one, and count those that tests see.

``python -m tools.mutants [--seed 1] [--count 200] [--room sip] [--jobs 2]``. Each runs against the
unit tests that come by its line, under CPython; where those are of the VM only (hal's drivers),
in the VM. The survivors are printed with their lines; those in `equivalent.txt`, which change
nothing that anybody could see, are not counted.
"""

import argparse
import os
import pathlib
import pickle
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter

from tools import vm
from tools.mutants import points, trial

_EQUIVALENT = pathlib.Path(__file__).with_name("equivalent.txt")
_REACHED = vm.ROOT / "build/mutants"
_WANTED = 85  # percent
_LEAST = 8  # mutants of a room
_FEW = 20  # tests of a module for a line that none comes by
_NOT_HERE = ("_viper.py", "compat_vm.py", "firmware/boot.py", "firmware/main.py")
_TWIN = re.compile(r"^hal/(sim/|\w+/sim)")  # the simulated parts stand in for the chip in tests
_READ = {"firmware/loader.py": "test_loader"}  # tests that read it as a text, and run that
# Tests that run in the VM only -> what they are about
_IN_VM = {
    "test_hal_assemble": "hal/",
    "test_hal_board": "hal/",
    "test_hal_littlefs": "hal/storage/",
    "test_hal_platform": "hal/",
    "test_hal_sockets": "hal/network/",
    "test_hal_twins": "hal/",
    "test_hal_wipe": "hal/storage/",
    "test_sip_memory": "firmware/sip/",
    "test_settings_flash": "firmware/offhook/settings/",
}


def room_of(path):
    """Return the room of a source file: the rooms of offhook count for themselves."""
    parts = pathlib.PurePath(path).parts
    if parts[0] == "hal":
        return "hal"
    if parts[1] == "offhook" and len(parts) > 3:
        return parts[2]
    return parts[1] if len(parts) > 2 else "start"


def all_points():
    """Return ({path: source}, {room: [Mutant]})."""
    sources, rooms = {}, {}
    for folder in ("firmware", "hal"):
        for file in sorted((vm.ROOT / folder).rglob("*.py")):
            path = file.relative_to(vm.ROOT).as_posix()
            if not path.endswith(_NOT_HERE) and not _TWIN.match(path):
                sources[path] = file.read_text()
                found = points.points(path, sources[path])
                rooms.setdefault(room_of(path), []).extend(found)
    return sources, rooms


def sample(rooms, count, seed):
    """Return `count` of the mutants; small rooms have more than their share."""
    draw, chosen = random.Random(seed), []
    weights = {room: len(found) ** 0.5 for room, found in rooms.items() if found}
    for room in sorted(weights):
        share = max(_LEAST, round(count * weights[room] / sum(weights.values())))
        chosen += draw.sample(rooms[room], min(share, len(rooms[room])))
    return chosen


def tests_by_line(jobs, about):
    """Return {(path, line): {(seconds, file, test)}} of all unit tests, for the paths `about`.

    Line 0 stands for all of a module; a file of tests has all of its own there. What a file of
    tests reached is kept in build/mutants until one of those, or of the tests, changes.
    """
    _REACHED.mkdir(parents=True, exist_ok=True)
    names = [x.stem for x in sorted(trial.UNIT.glob("test_*.py"))]
    into = {name: _REACHED / f"{name}.pickle" for name in names}
    running = _Running(jobs)
    for name in names:
        if not _fresh(into[name], about):
            running.start(name, trial.reach, name, into[name])
    for name, status in running.rest():
        if status:
            raise SystemExit(f"{name} fails as it is: run make test-quick")
    found = {}
    for name in names:
        for test, (seconds, lines) in pickle.loads(into[name].read_bytes())[1].items():
            for place in lines | {(path, 0) for path, _ in lines} | {(name, 0)}:
                found.setdefault(place, set()).add((seconds, name, test))
    return found


def _fresh(file, about):
    """Return whether what was reached stands for the sources as they are."""
    try:
        texts, _ = pickle.loads(file.read_bytes())
        looked = [x for x in texts if x in about or x.startswith("tests/")]
        return all(texts[path] == trial.digest(path) for path in looked)
    except OSError:
        return False


class _Running:
    """At most `jobs` child processes at a time."""

    def __init__(self, jobs):
        self.jobs, self.pids, self.done = jobs, {}, []

    def start(self, what, function, *args):
        """Start one as soon as there is room."""
        while len(self.pids) >= self.jobs:
            self._wait()
        self.pids[trial.apart(function, *args)] = what

    def _wait(self):
        pid, status = os.wait()
        shutil.rmtree(trial.scratch(pid), ignore_errors=True)
        if pid in self.pids:
            self.done.append((self.pids.pop(pid), status))

    def rest(self):
        """Return [(what, status)] of all, once they have ended."""
        while self.pids:
            self._wait()
        done, self.done = self.done, []
        return done


def _passing(mutant, tests):
    """Return the tests that come by a mutant, the fastest first."""
    if mutant.path in _READ:
        return sorted(tests[_READ[mutant.path], 0])
    anyone = tests.get((mutant.path, 0))
    if not anyone:  # all of it runs at the import: whoever comes by its neighbours
        folder = mutant.path.rpartition("/")[0]
        near = [x for x in tests if x[1] == 0 and x[0].rpartition("/")[0] == folder]
        return sorted(set().union(*(tests[x] for x in near)))
    if not mutant.where:  # run at the import
        return sorted(anyone)
    lines = (mutant.line, mutant.statement)
    found = set().union(*(tests.get((mutant.path, line), ()) for line in lines))
    # what is called while modules are imported, if at all, shows in whatever imports them
    return sorted(found or anyone)[: None if found else _FEW]


def survivors(chosen, sources, tests, jobs):
    """Return those of the mutants that no test sees."""
    running, alive = _Running(jobs), []
    for mutant in chosen:
        found = _passing(mutant, tests)
        source = points.mutated(sources[mutant.path], mutant)
        try:
            compile(source, mutant.path, "exec")
        except SyntaxError:
            continue
        if found:
            running.start(mutant, trial.try_fault, mutant.path, source, found)
        else:
            alive.append(mutant)
    alive += [mutant for mutant, status in running.rest() if status == 0]
    for mutant in alive:
        names = [x for x, about in _IN_VM.items() if mutant.path.startswith(about)]
        if names:
            source = points.mutated(sources[mutant.path], mutant)
            running.start(mutant, trial.try_in_vm, mutant.path, source, names)
    seen = {mutant for mutant, status in running.rest() if status}
    return [x for x in alive if x not in seen], {
        x for x in alive if not tests.get((x.path, x.line))
    }


def main():
    """Print the survivors, and the table of the rooms."""
    parser = argparse.ArgumentParser(prog="tools.mutants", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--room", action="append", help="these rooms only; repeatable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    begun = time.monotonic()
    sources, rooms = all_points()
    if args.room:
        rooms = {room: rooms[room] for room in args.room}
    tests = tests_by_line(args.jobs, {x.path for found in rooms.values() for x in found})
    chosen = sample(rooms, args.count, args.seed)
    equivalent = {x for x in _EQUIVALENT.read_text().splitlines() if x and x[0] != "#"}
    chosen = [x for x in chosen if points.key(sources[x.path], x) not in equivalent]
    alive, unreached = survivors(chosen, sources, tests, args.jobs)
    for mutant in sorted(alive):
        mark = " (no unit test comes by)" if mutant in unreached else ""
        print(f"{mutant.path}:{mutant.line} {mutant.where or '-'}{mark}")
        print("    " + points.key(sources[mutant.path], mutant).split(" | ", 1)[1])
    print(f"\n{'room':10} {'tried':>6} {'seen':>6} {'percent':>8}")
    tried, lived = Counter(map(_room, chosen)), Counter(map(_room, alive))
    for room in sorted(tried):
        _row(room, tried[room], lived[room])
    _row("all", len(chosen), len(alive))
    minutes = (time.monotonic() - begun) / 60
    print(f"\n{minutes:.0f} min, seed {args.seed}; good is {_WANTED} % in each room")
    return 0


def _room(mutant):
    return room_of(mutant.path)


def _row(room, tried, lived):
    print(f"{room:10} {tried:6} {tried - lived:6} {100 * (tried - lived) / tried:8.0f}")


if __name__ == "__main__":
    sys.exit(main())
