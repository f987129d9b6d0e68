"""The house stands: imports run one way, and importing the package loads nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gradflow_nb"
FLOORS = ("errors", "core", "notation", "diagram", "exercises", "widgets", "front")
FRONT = {"__init__", "show", "magics", "cli", "functions", "torch"}
ALLOWED = {("core/display.py", "show")}
"""The one upward line: shown classes import their renderer when they are first shown."""


def floor(module: str) -> int:
    """The floor on which a module of the package stands, by its dotted name without `gradflow_nb.`."""
    if module in ("errors", "notation.plain"):
        return 0
    first = module.partition(".")[0]
    return FLOORS.index(first if first in FLOORS else "front")


def imports(tree: ast.AST, package: list[str]) -> set[str]:
    """The modules of the package that a file imports, at its top or inside a function, but not for type checkers."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found |= {name for part in node.orelse for name in imports(part, package)}
            continue
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("gradflow_nb")):
            base = package[: len(package) + 1 - node.level] if node.level else ["gradflow_nb"]
            stem = [*base, *(node.module or "").removeprefix("gradflow_nb").strip(".").split(".")]
            stem = [part for part in stem if part][1:]
            for alias in node.names:
                folder = PACKAGE.joinpath(*stem)
                whole = (folder / alias.name).is_dir() or (folder / f"{alias.name}.py").is_file()
                found.add(".".join([*stem, alias.name] if whole else stem) or "__init__")
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("gradflow_nb.") for alias in node.names if alias.name.startswith("gradflow_nb")
            }
        found |= imports(node, package)
    return found


FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES)
def test_imports_run_one_way(file):
    parts = Path(file).with_suffix("").parts
    own = ".".join(part for part in parts if part != "__init__" or len(parts) == 1)
    for module in imports(ast.parse((PACKAGE / file).read_text(encoding="utf-8")), ["gradflow_nb", *parts[:-1]]):
        if (file, module) not in ALLOWED:
            assert floor(module) <= floor(own), f"{file} imports {module}, which stands above it"


def test_the_reader_of_imports_sees_what_is_there():
    """Without this, the test above could pass by finding nothing."""

    def of(file):
        return imports(ast.parse((PACKAGE / file).read_text(encoding="utf-8")), ["gradflow_nb", *Path(file).parts[:-1]])

    assert {"errors", "notation.plain", "core.graph", "core.worlds.exact"} <= of("core/evaluate.py") | of(
        "core/worlds/exact.py"
    )
    assert (
        "show" in of("core/display.py") and "core.flow" in of("diagram/figure.py") and of("notation/plain.py") == set()
    )
    assert "core.operations" in of("core/worlds/nodes.py")


@pytest.mark.parametrize("folder", ["core", "notation"])
def test_the_mathematics_loads_nothing_but_the_standard_library_at_once(folder):
    """numpy, sympy and mpmath may be imported inside functions, or by a world or formula module that is loaded late."""
    late = {"core/formula.py", *(f"core/worlds/{world}.py" for world in ("symbols", "precise", "arrays"))}
    for file in (f for f in FILES if f.startswith(folder) and f not in late):
        for node in ast.parse((PACKAGE / file).read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0):
                name = node.names[0].name if isinstance(node, ast.Import) else node.module
                assert name.partition(".")[0] in sys.stdlib_module_names, f"{file} imports {name}"


def test_importing_the_package_stays_light(root):
    heavy = "numpy sympy mpmath ipywidgets anywidget graphviz pygraphviz typst IPython".split()
    code = f"import sys, gradflow_nb; print(*(m for m in {heavy!r} if m in sys.modules), len(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split()[:-1] == [] and run.stderr == ""


def test_reading_and_evaluating_text_stays_light(root):
    code = (
        "import sys, gradflow_nb as gf; flow = gf.graph('y = x^2 + sin(x)').at(x=0); flow.total('y', 'x'); "
        "print('numpy' in sys.modules, 'sympy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
