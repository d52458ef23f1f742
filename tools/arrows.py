"""Who imports whom on the phone, and where that breaks the plan: ``python -m tools.arrows``.

The plan is docs/architecture.md's: arrows between rooms run down only, modules form no circle,
imports stand at the top of their file, and only hal/ knows the chip. `findings` says what breaks
it; `rooms` gives the arrows between the rooms, for the drawing of them.
"""

import ast
import sys

from tools.sources import source_path, sources

# Each room, and the rooms that it may import
DOWN = {
    "base": set(),
    "net": {"base"},
    "sip": {"net", "base"},
    "actions": {"net", "base"},
    "media": {"base"},
    "web": {"net", "base"},
    "offhook": {"sip", "actions", "media", "web", "net", "base"},
    "hal": {"base"},
    "loader": set(),  # it chooses the software: none of it is in reach yet
    "boot": {"loader"},
    "main": {"loader", "hal", "offhook", "base"},
}
CHIP = {"machine", "network", "esp32"}
# Whoever knows the chip outside of hal/, and why
KNOW_THE_CHIP = {
    "loader": "asks for the board's button before any software is chosen",
    "main": "restarts the board when not even the platform could be loaded",
}
# The only imports inside functions: the choice of a platform's parts, and why it is made late
LATE = {
    ("main", "hal"): "the loader has to choose the software first",
    ("main", "offhook"): "the same",
    ("hal.assemble", "hal"): "only the drivers that the board's data names are loaded",
    ("loader", "board"): "the board's data lies in the software that was chosen",
    ("loader", "machine"): "the loader's tests run where there is no such module",
}

# Where a person comes in beside main
ENTRIES = {
    ("offhook.phone", "hal"): "the REPL's phone is put together on the board where none has run",
}


class Arrow:
    """One import: module `source` imports `target`, at `line`.

    `late` is one inside a function, `optional` one that may fail: inside ``try``.
    """

    def __init__(self, source, target, line, late, optional):
        self.source, self.target, self.line = source, target, line
        self.late, self.optional = late, optional

    def __str__(self):
        return f"{source_path(self.source)}:{self.line}: {self.source} -> {self.target}"


def room(module):
    """Return the room of a module: the first part of its name."""
    return module.split(".")[0]


def modules():
    """Return {dotted name: path} of all modules of the phone; a package is its __init__."""
    found = {}
    for path, place in sources():
        if place.suffix == ".py":
            dotted = place.with_suffix("").as_posix().replace("/", ".")
            found[dotted.removesuffix(".__init__")] = path
    return found


class _Reader(ast.NodeVisitor):
    """Collects the imports of one module."""

    def __init__(self, source, known):
        self.source, self.known, self.arrows = source, known, []
        self.depth = self.trying = 0  # of functions, of ``try``

    def _function(self, node):
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function

    def visit_Try(self, node):
        self.trying += 1
        self.generic_visit(node)
        self.trying -= 1

    def _add(self, node, target):
        late, optional = self.depth > 0, self.trying > 0
        self.arrows.append(Arrow(self.source, target, node.lineno, late, optional))

    def visit_Import(self, node):
        for name in node.names:
            self._add(node, name.name)

    def visit_ImportFrom(self, node):
        if node.level:
            raise ValueError(f"{self.source}:{node.lineno}: write the module's whole name")
        for name in node.names:
            whole = f"{node.module}.{name.name}"
            self._add(node, whole if whole in self.known else node.module)


def arrows(found=None):
    """Return the `Arrow`s of all modules, or of those in `found` {name: path}."""
    found = modules() if found is None else found
    every = []
    for name, path in sorted(found.items()):
        reader = _Reader(name, found)
        reader.visit(ast.parse(path.read_text("utf-8"), str(path)))
        seen = set()
        for arrow in reader.arrows:
            if (arrow.target, arrow.late) not in seen and arrow.target != name:
                seen.add((arrow.target, arrow.late))
                every.append(arrow)
    return every


def rooms(every):
    """Return {room: rooms that it imports}."""
    found = {}
    for arrow in every:
        source, target = room(arrow.source), room(arrow.target)
        if target in DOWN and source != target:
            found.setdefault(source, set()).add(target)
    return found


def circles(every, known):
    """Return each circle of modules as the list of its names, shortest way round."""
    graph = {name: [] for name in known}
    for arrow in every:
        if arrow.target in graph:
            graph[arrow.source].append(arrow.target)
    found, seen = [], set()
    for start in sorted(graph):
        if start in seen:
            continue
        way = _way_back(graph, start)
        if way:
            found.append(way)
            seen.update(way)
    return found


def order(*tops):
    """Return the modules that `tops` need, themselves included, those below first.

    Imported in this order no import nests in another: each would take some 0.7 KB of the chip's
    stack of 16 KB, and 4 KB of the VM's on the host. What may fail is left to who tries it.
    """
    known = modules()
    graph = {}
    for arrow in arrows(known):
        if not arrow.late and not arrow.optional and arrow.target in known:
            graph.setdefault(arrow.source, []).append(arrow.target)
    found = []

    def add(name, above=()):
        if name not in found and name not in above:
            for target in graph.get(name, ()):
                add(target, (*above, name))
            found.append(name)

    for top in tops:
        add(top)
    # what an interpreter cannot load is left to the import that has a twin for it
    return [name for name in found if name != "base.compat_host" and name[-6:] != "_viper"]


def _way_back(graph, start):
    """Return the shortest way from `start` to itself, [] where there is none."""
    before, queue = {}, [start]
    for name in queue:
        for target in graph[name]:
            if target == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if target not in before:
                before[target] = name
                queue.append(target)
    return []


def findings(every=None, known=None):
    """Return [(room, text)] of all that breaks the plan."""
    known = modules() if known is None else known
    every = arrows(known) if every is None else every
    found = []
    for arrow in every:
        source, target = room(arrow.source), room(arrow.target)
        if arrow.late and not {(arrow.source, target), (source, target)} & set(LATE):
            found.append((source, f"{arrow}: an import inside a function"))
        if target in CHIP and source != "hal" and arrow.source not in KNOW_THE_CHIP:
            found.append((source, f"{arrow}: only hal/ knows the chip"))
        down = target in DOWN.get(source, ()) or (arrow.source, target) in ENTRIES
        if target in DOWN and source != target and not down:
            found.append((source, f"{arrow}: the room {source} must not import {target}"))
    for way in circles(every, known):
        found.append((room(way[0]), "a circle: " + " -> ".join([*way, way[0]])))
    return found


def main():
    """Print all that breaks the plan, room by room; return 1 where something does."""
    found = findings()
    for _, text in sorted(found):
        print(text)
    for name in DOWN:
        count = sum(1 for place, _ in found if place == name)
        if count:
            print(f"{name}: {count}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
