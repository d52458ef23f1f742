"""Joins modules that are always on the heap together: each module of its own costs some 200 bytes.

Works on the sources before tools.squeeze renames them. A bundle lists its modules in the order of
their imports; their top-level names must differ, private ones (``_name``) are told apart here.
"""

import ast

BUNDLES = (
    ("base.compat", "base.timers", "base.log", "base.dns"),
    ("hal.datagram", "hal.names", "hal.debounce", "hal.net"),
    ("hal.sim.clock", "hal.sim.keys", "hal.sim.panel", "hal.sim.network", "hal.sim.board"),
    ("offhook.settings", "offhook.desk", "offhook.fkeys", "offhook.reports", "offhook.panel"),
    ("sip.message", "sip.dialog", "sip.transport", "sip.agent"),
    ("sip.validate", "sip.inbound"),
)


def bundle_of(dotted):
    """Return the bundle that a module belongs to, None for one that stands alone."""
    for bundle in BUNDLES:
        if dotted in bundle:
            return bundle
    return None


def names_of(tree):
    """Return the names that a module's top level defines, without what it imports."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        for each in ast.walk(node) if isinstance(node, ast.Assign | ast.If | ast.Try) else ():
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                found.add(each.id)
    return found


class Private(ast.NodeTransformer):
    """Gives a module's own top-level names a number where another one has them too."""

    def __init__(self, names, number):
        self.names = {name: f"{name}_{number}" for name in names}

    def visit_Name(self, node):
        """Rename a variable."""
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node):
        """Rename a top-level function; methods keep their names."""
        if node.col_offset == 0:
            node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        """Rename a class."""
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node


def joined(bundle, texts):
    """Return one source text for the modules of `bundle`; `texts` gives theirs.

    Raises SystemExit where two modules define the same public name.
    """
    body, taken, imported = [], set(), set()
    for number, dotted in enumerate(bundle):
        tree = ast.parse(texts[dotted])
        own = names_of(tree)
        clash = own & (taken | imported)
        public = {name for name in clash if not name.startswith("_")}
        if public:
            raise SystemExit(f"bundle: {dotted} defines {', '.join(sorted(public))} once more")
        tree = Private(clash, number).visit(tree)
        taken |= own - clash
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module in bundle:
                continue  # defined further up in the same bundle
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported |= {x.asname or x.name for x in node.names}
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring
            body.append(node)
    return ast.unparse(ast.Module(body, []))
