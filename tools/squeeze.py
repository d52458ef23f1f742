"""Squeezes the firmware's names: each name of ours costs some 23 bytes of heap.

MicroPython interns every identifier of a loaded .mpy on the heap, unless the firmware has that
name in its flash already. Here each identifier that is defined by our sources only is renamed,
the same everywhere, to one that MicroPython has anyway, or to a short one that several share which
never meet. A name stays when a board or the interpreter could mean it too (the ESP32 stubs and the
VM's own modules are asked), when it stands in a string, in a file that is shipped as source, or in
the REPL's interface. ``names.txt`` says what became of each name, to read a traceback with.
"""

import ast
import json
import pathlib
import re
import sysconfig

from tools import vm
from tools.bundle import BUNDLES, bundle_of, joined

# Names that the language itself looks up
PREFIXES = ("__",)
# Names that code, or a person at the REPL, reaches by text
KEEP = {"user", "host", "uri", "phone", "self", "main", "run"}
# Attributes and keywords of the VM's own that dir() does not list
KEEP |= {"verify_mode", "server_hostname", "server_side", "do_handshake_on_connect", "cadata"}
SHIPPED_AS_SOURCE = (
    "firmware/main.py",
    "firmware/loader.py",
    "firmware/boot.py",
    "tools/vmboard/fake_network.py",
    "tests/device/check.py",
)
REPL = ("firmware/offhook/phone.py",)
# Duck-typed by asyncio, json or the stream protocol: never borrowed
# Imported by name from the host's tools
STARTED = ("hal.sim.platform", "hal.platform", "board")
# Modules that MicroPython has on any port: their names are not free for ours
MODULES = set(
    "array asyncio binascii bluetooth btree builtins cmath collections core cryptolib deflate dht "
    "errno esp esp32 espnow event framebuf funcs gc hashlib heapq io json lock lwip machine math "
    "micropython mip neopixel network ntptime onewire os platform random re requests rp2 select "
    "socket ssl stream struct sys task time tls uasyncio uctypes uos urequests vfs webrepl "
    "websocket _thread main boot board loader ffi termios jni".split()
)
PROTOCOL = set(
    "read readinto readline write ioctl close send throw append pop wait set clear get keys items "
    "values print object next iter len abs new init del".split()
)


def sources():
    """Return {path below the project: source text} of all that runs on the chip."""
    found = {}
    for tree in (*vm.TREES, "boards"):
        for path in sorted((vm.ROOT / tree).rglob("*.py")):
            found[path.relative_to(vm.ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


def joined_sources():
    """Return the same with the modules of each bundle joined, under the path of its last one."""
    found = sources()
    for bundle in BUNDLES:
        paths = {dotted: vm.source_path(dotted) for dotted in bundle}
        texts = {dotted: found.pop(path) for dotted, path in paths.items()}
        found[paths[bundle[-1]]] = joined(bundle, texts)
    return found


def rom_names():
    """Return the identifiers that MicroPython 1.26 to 1.29 hold in their flash.

    tools/rom_names.txt has those that two builds of the unix VM share; a name that a board's build
    should lack costs it what any name costs, and nothing else.
    """
    return set((pathlib.Path(__file__).parent / "rom_names.txt").read_text("utf-8").split())


def stub_names():
    """Return every identifier of the ESP32's own modules, from their type stubs."""
    folder = pathlib.Path(sysconfig.get_paths()["purelib"])
    names = set()
    for path in folder.glob("*.pyi"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names.update(getattr(node, x, None) for x in ("name", "arg", "id", "attr"))
    return names


class Survey(ast.NodeVisitor):
    """What names there are, file by file: where each one stands, and which ones are ours."""

    def __init__(self):
        self.file = self.function = ""
        self.places = {}  # name -> {(file, function)}
        self.costly = set()  # names that MicroPython interns: all but local variables
        self.wide = set()  # names that can belong to an object of another file
        self.used, self.texts, self.bases = set(), set(), []
        self.classes, self.aliases = {}, {}  # class -> {its file}; name here -> its own name

    def _note(self, name, costly=True):
        self.places.setdefault(name, set()).add((self.file, self.function))
        if costly:
            self.costly.add(name)

    def visit_Module(self, node):
        """The top level of a file: what is assigned here is a global."""
        for child in node.body:
            for each in (
                ast.walk(child) if isinstance(child, ast.Assign | ast.If | ast.Try) else ()
            ):
                folded = isinstance(child, ast.Assign) and is_const(child.value)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and not folded:
                    self.costly.add(each.id)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        """A function defines its name and its parameters."""
        self._note(node.name)
        outer, self.function = self.function, self.function or f"{node.name}:{node.lineno}"
        self.generic_visit(node)
        self.function = outer

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_arg(self, node):
        """A parameter, of a lambda too."""
        self._note(node.arg)

    def visit_ClassDef(self, node):
        """A class defines its name; what it derives from ties two files together."""
        self._note(node.name)
        self.classes.setdefault(node.name, set()).add(self.file)
        self.bases += [(self.file, ast.unparse(base)) for base in node.bases]
        for child in node.body:
            for target in child.targets if isinstance(child, ast.Assign) else ():
                if isinstance(target, ast.Name):
                    self.costly.add(target.id)
        self.generic_visit(node)

    def visit_Attribute(self, node):
        """An attribute; one of anything but self may belong to an object of another file."""
        self._note(node.attr, isinstance(node.ctx, ast.Store))
        self.places[node.attr].add((self.file, ""))  # all methods share the instance
        if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            self.wide.add(node.attr)
        self.used.add(node.attr)
        self.generic_visit(node)

    def visit_Name(self, node):
        """A variable."""
        self._note(node.id, False)
        self.used.add(node.id)

    def visit_keyword(self, node):
        """A keyword of a call names a parameter in some other place."""
        if node.arg:
            self._note(node.arg, False)
            self.wide.add(node.arg)
        self.generic_visit(node)

    def visit_ImportFrom(self, node):
        """What is imported is another file's."""
        for each in node.names:
            self._note(each.name, False)
            self.wide.add(each.name)
            self.aliases[each.asname] = each.name

    def visit_Constant(self, node):
        """A text may be a name for getattr."""
        if isinstance(node.value, str) and node.value.isidentifier():
            self.texts.add(node.value)

    def visit_Expr(self, node):
        """Docstrings are no texts: they are not even compiled."""
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            self.generic_visit(node)


def is_const(node):
    """Return True for ``const(…)``, whose name costs nothing when it begins with an underscore."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "const"


def families(survey):
    """Return file -> its family: files tied by inheritance share their instances' names."""
    family = {}

    def head(file):
        while family.get(file, file) != file:
            file = family[file]
        return file

    for file, base in survey.bases:
        name = base.rpartition(".")[2]
        for other in survey.classes.get(survey.aliases.get(name, name), ()):
            family[head(other)] = head(file)
    return head


def survey_all():
    """Return the `Survey` of all sources, and the names that must stay."""
    survey, kept = Survey(), set(KEEP)
    for path in sources():
        kept.update(pathlib.PurePath(path).with_suffix("").parts)
    for path, text in joined_sources().items():
        survey.file = path
        survey.visit(ast.parse(text))
    kept |= survey.texts
    for path in SHIPPED_AS_SOURCE:
        kept.update(re.findall(r"[A-Za-z_]\w*", (vm.ROOT / path).read_text(encoding="utf-8")))
    for path in REPL:  # what a person types: functions and their parameters
        for node in ast.parse((vm.ROOT / path).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                kept.update([node.name, *(x.arg for x in node.args.args)])
    return survey, kept


def mapping():
    """Return {our name: the name that it becomes}; names that never meet may become the same.

    Names with a dot are modules, see `flat_modules`.
    """
    survey, kept = survey_all()
    rom, head = rom_names(), families(survey)
    ours = [
        name
        for name in survey.costly - kept - rom - stub_names()
        if not name.startswith(PREFIXES) and len(name) > 1
    ]
    taken = set(survey.places) | survey.used | survey.texts | kept | PROTOCOL
    free = [x for x in sorted(rom - taken) if not x.startswith("_")]
    letters = "abcdefghijklmnopqrstuvwxyz"
    free += [a + b for a in letters for b in letters if a + b not in taken | rom]
    where = {}
    for name in ours:
        places = {(head(file), function) for file, function in survey.places[name]}
        files = {file for file, _ in places}
        if name in survey.wide or len(files) > 1 and not all(x for _, x in places):
            where[name] = None  # anywhere
        else:
            where[name] = places
    borrowed = [x for x in free if x in rom and x not in MODULES and x.islower() and len(x) > 2]
    moved = flat_modules(borrowed[::-1])
    free = [x for x in free if x not in moved.values()]
    return {**colour(where, free), **moved}


def colour(where, free):
    """Give each name one of `free`, the same to names whose places are apart."""
    plan, users = {}, {}
    order = sorted(where, key=lambda x: (where[x] is not None, -len(where[x] or ()), x))
    for name in order:
        for new in free:
            if all(apart(where[name], where[other]) for other in users.get(new, ())):
                plan[name] = new
                users.setdefault(new, []).append(name)
                break
    return plan


def apart(one, other):
    """Return True when two names never meet: no file in common, or only different functions."""
    if one is None or other is None:
        return False
    for file, function in one:
        for other_file, other_function in other:
            if file == other_file and (
                not function or not other_function or function == other_function
            ):
                return False
    return True


def flat_modules(free):
    """Return {dotted name: new name}: each module moves to the top, under a name of `free`.

    "sip.call" costs three names on the heap, its file's, its own and its package's attribute; at
    the top level and under a borrowed name it is one. What source files and people import stays.
    """
    stays = set()
    for path in (*SHIPPED_AS_SOURCE, *REPL):
        if (vm.ROOT / path).exists():
            tree = ast.parse((vm.ROOT / path).read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    stays.add(node.module)
                    stays.update(f"{node.module}.{x.name}" for x in node.names)
                elif isinstance(node, ast.Import):
                    stays.update(x.name for x in node.names)
    stays.update(x.removeprefix("firmware/").removesuffix(".py").replace("/", ".") for x in REPL)
    stays.update(STARTED)
    moved = {}
    for _, place in vm.sources():
        dotted = place.with_suffix("").as_posix().replace("/", ".")
        if place.suffix == ".py" and "." in dotted and not dotted.endswith("__init__"):
            bundle = bundle_of(dotted)
            if bundle and dotted not in moved:
                name = bundle[-1] if bundle[-1] in stays else free.pop()
                moved.update(dict.fromkeys(bundle, name))
            elif not bundle and dotted not in stays:
                moved[dotted] = free.pop()
    return moved


class Rename(ast.NodeTransformer):
    """Renames every identifier of `plan`, and the modules in it (names with a dot)."""

    def __init__(self, plan):
        self.plan = plan

    def visit_ImportFrom(self, node):
        """Import what has moved from its new place."""
        self.generic_visit(node)
        if node.module in self.plan:
            node.module = self.plan[node.module]
            return node
        kept, out = [], []
        for each in node.names:
            moved = self.plan.get(f"{node.module}.{each.name}")
            if moved:
                out.append(ast.Import([ast.alias(moved, each.asname or each.name)]))
            else:
                kept.append(each)
        if kept:
            out.append(ast.ImportFrom(node.module, kept, node.level))
        return out

    def visit_Constant(self, node):
        """A text of modules' names, for unload and the like, follows them."""
        if isinstance(node.value, str) and "." in node.value:
            words = node.value.split(" ")
            if any(word in self.plan for word in words):
                node.value = " ".join(self.plan.get(word, word) for word in words)
        return node

    def _new(self, name):
        return self.plan.get(name, name)

    def visit_FunctionDef(self, node):
        """Rename a function."""
        node.name = self._new(node.name)
        self.generic_visit(node)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_arg(self, node):
        """Rename a parameter."""
        node.arg = self._new(node.arg)
        return node

    def visit_ClassDef(self, node):
        """Rename a class."""
        node.name = self._new(node.name)
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node):
        """Rename an attribute."""
        node.attr = self._new(node.attr)
        self.generic_visit(node)
        return node

    def visit_Name(self, node):
        """Rename a variable."""
        node.id = self._new(node.id)
        return node

    def visit_keyword(self, node):
        """Rename a keyword of a call."""
        node.arg = self._new(node.arg) if node.arg else None
        self.generic_visit(node)
        return node

    def visit_alias(self, node):
        """Rename what is imported; modules keep their names."""
        node.name = self._new(node.name)
        if node.asname:
            node.asname = self._new(node.asname)
        return node

    def visit_Global(self, node):
        """Rename the names of a global or nonlocal statement."""
        node.names = [self._new(name) for name in node.names]
        return node

    visit_Nonlocal = visit_Global


def squeezed(text, plan):
    """Return a source text with the names of `plan`."""
    return ast.unparse(Rename(plan).visit(ast.parse(text)))


def save(plan, path):
    """Write the names, borrowed name first, to read a traceback with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted(f"{new} {old}" for old, new in plan.items())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(mapping(), indent=1))
