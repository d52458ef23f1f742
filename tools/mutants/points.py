"""Where in a module a small fault can be put: a flipped comparison, a dropped statement, …"""

import ast
import re
from collections import namedtuple

# `line` is that of the fault, `statement` where its statement begins; `old` and `new` the text
# from there; `start`, `end` are places in the source. `where` names the function, "" for none.
Mutant = namedtuple("Mutant", ("path", "line", "statement", "where", "start", "end", "old", "new"))

_FLIPPED = {
    "==": "!=",
    "!=": "==",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
}
_LARGE = 700  # numbers above are times and sizes: half of it; below are counts and statuses
_TIME = re.compile(r"#.*\bm?s\b|\bsleep_ms\(|\.after\(")  # a time it is whatever its size
# calls that nothing depends on
_SILENT = ("log", "_log", "print", "const", "print_exception", "collect")


class Finder(ast.NodeVisitor):
    """Collects the `Mutant`s of one module's source."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.offsets = [0]
        for line in source.encode().splitlines(keepends=True):
            self.offsets.append(self.offsets[-1] + len(line))
        self.found, self.names = [], []
        self.inside = 0  # functions
        self.statement = 1
        self.visit(ast.parse(source))

    def _place(self, line, column):
        return len(self.source.encode()[: self.offsets[line - 1] + column].decode())

    def _span(self, node):
        return self._place(node.lineno, node.col_offset), self._place(
            node.end_lineno, node.end_col_offset
        )

    def _add(self, node, start, end, new):
        old = self.source[start:end]
        where = ".".join(self.names) if self.inside else ""
        line = self.source.count("\n", 0, start) + 1
        new += "\n" * (old.count("\n") - new.count("\n"))
        self.found.append(Mutant(self.path, line, self.statement, where, start, end, old, new))

    def _between(self, left, right):
        """Return (start, end) of the operator between two nodes, without space and brackets."""
        start, end = self._span(left)[1], self._span(right)[0]
        text = self.source[start:end]
        word = re.search(r"[^\s()#\\]+(\s+(not|in)\b)?", text)
        return start + word.start(), start + word.end()

    # -- what is visited ------------------------------------------------------------------------

    def visit(self, node):
        """Visit a node; a statement's first line is where tests are seen to come by."""
        if isinstance(node, ast.stmt):
            self.statement = node.lineno
        super().visit(node)

    def visit_ClassDef(self, node):
        """Go into a class."""
        self.names.append(node.name)
        for each in node.body:
            self.visit(each)
        self.names.pop()

    def visit_FunctionDef(self, node):
        """Go into a function."""
        self.inside += 1
        self.visit_ClassDef(node)
        self.inside -= 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Compare(self, node):
        """Flip a comparison."""
        if len(node.ops) == 1:
            start, end = self._between(node.left, node.comparators[0])
            operator = re.sub(r"\s+", " ", self.source[start:end])
            if operator in _FLIPPED:
                self._add(node, start, end, _FLIPPED[operator])
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        """Turn an "and" into an "or", and back."""
        start, end = self._between(node.values[0], node.values[1])
        if self.source[start:end] in ("and", "or"):
            self._add(node, start, end, "or" if self.source[start:end] == "and" else "and")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        """Drop a "not"."""
        if isinstance(node.op, ast.Not):
            start = self._span(node)[0]
            self._add(node, start, start + 4, "")
        self.generic_visit(node)

    def visit_BinOp(self, node):
        """Turn plus into minus, and back, where numbers may be meant."""
        sides = (node.left, node.right)
        texts = any(isinstance(x, (ast.Constant, ast.JoinedStr, ast.Tuple)) and not _number(x)
                    for x in sides)  # fmt: skip
        if isinstance(node.op, (ast.Add, ast.Sub)) and not texts:
            start, end = self._between(node.left, node.right)
            self._add(node, start, end, "-" if isinstance(node.op, ast.Add) else "+")
        self.generic_visit(node)

    def visit_Constant(self, node):
        """Change a number or a truth."""
        start, end = self._span(node)
        if node.value is True or node.value is False:
            self._add(node, start, end, str(not node.value))
        elif isinstance(node.value, int):
            text = self.source.split("\n")[node.lineno - 1]
            times = node.value > _LARGE or (node.value > 1 and _TIME.search(text))
            value = node.value // 2 if times else node.value + 1
            self._add(node, start, end, str(value))

    def visit_Call(self, node):
        """Leave the numbers in a line of the log alone."""
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in _SILENT or name == "const":
            self.generic_visit(node)

    def visit_If(self, node):
        """Take the other way where the condition is a plain value."""
        if isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
            start, end = self._span(node.test)
            self._add(node, start, end, "not " + self.source[start:end])
        self.generic_visit(node)

    def visit_Return(self, node):
        """Return nothing."""
        value = node.value
        if value is not None and not (
            isinstance(value, ast.Constant) and value.value in (None, "")
        ):
            start, end = self._span(value)
            if not isinstance(value, ast.Constant):
                self._add(node, start, end, "None")
            self.generic_visit(node)

    def visit_Expr(self, node):
        """Drop a call."""
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name not in _SILENT:
                self._add(node, *self._span(node), "pass")
            self.generic_visit(node)

    def _dropped(self, node):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        inside = self.names and all(isinstance(x, (ast.Attribute, ast.Subscript)) for x in targets)
        if inside or isinstance(node, ast.AugAssign):
            self._add(node, *self._span(node), "pass")
        self.generic_visit(node)

    visit_Assign = visit_AugAssign = _dropped

    def visit_Raise(self, node):
        """Raise nothing; how much of a text the message repeats is left alone."""
        self._add(node, *self._span(node), "pass")


def _number(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def points(path, source):
    """Return the `Mutant`s of a module."""
    return Finder(path, source).found


def mutated(source, mutant):
    """Return the source with the fault in it."""
    return source[: mutant.start] + mutant.new + source[mutant.end :]


def key(source, mutant):
    """Return "path | the line | the line with the fault", which outlives a change elsewhere."""
    before = source.split("\n")[mutant.line - 1].strip()
    after = mutated(source, mutant).split("\n")[mutant.line - 1].strip()
    return f"{mutant.path} | {before} | {after}"
