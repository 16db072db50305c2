"""The walls between the packages, and the one order in which they import each other."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = sorted((ROOT / "mnist_core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
UI = sorted((ROOT / "pages/ui").rglob("*.py"))
APP = ROOT / "streamlit_app.py"
FILES = [*LIBRARY, *PAGES, *UI]
# From the ground up: what comes first is imported by what comes later, never the other way
ORDER = [
    *("system", "config", "presets", "network", "preprocess", "strokes", "data", "runs"),
    *("training", "models", "prediction", "evaluation", "interpret", "reading"),
    *("adaptation", "scheduler", "plots"),
    *("pretrained", "cli", "__main__"),
]
SHARED_UI = ["state", "app", "widgets", "choices", "navigation"]  # from the ground up, too
# The contract: what these packages offer by themselves. All else is imported from its module
EXPORTS = {
    "config": {"Network", "Recipe", "Experiment", "ConvBlock", "DenseLayer", "Augmentation"},
    "network": {"build", "layer_table", "parameter_count"},
    "preprocess": {"to_mnist", "BlankPictureError"},
    "data": {"load", "Dataset", "Digits"},
    "training": {"train"},
    "reading": {"read", "read_strokes"},
    "adaptation": {"adapt"},
}
WITHOUT_TENSORFLOW = ["system", "config", "presets", "preprocess", "strokes", "reading", "plots"]
HEAVY = {"tensorflow", "keras", "tensorboard"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
TOP = {"requirements.txt", "streamlit_app.py", "pages", "mnist_core", "tests", "README.md"}
TOP |= {"LICENSE", "pyproject.toml"}
MAX_FILES = 12  # in a folder, its __init__ included
MAX_DATA = 100_000  # bytes
TOLERANCE = 1.25  # sizes are "about": a quarter more is still about


def name_of(path):
    return str(path.relative_to(ROOT))


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}
every_file = pytest.mark.parametrize("path", FILES, ids=name_of)


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(nodes):
    """Full names of all modules, and of what is taken from them, that these nodes import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def imports(path):
    return imported(ast.walk(tree(path)))


def imports_at_once(path):
    """What is imported as soon as the module is: all that stands outside functions."""

    def outside(node):
        yield node
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                yield from outside(child)

    return imported(outside(tree(path)))


def own_imports(path):
    """The modules of this project that a file imports, at once or late.

    A package counts where a name is taken from it, not where it is only on the way to a module.
    """
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else node.module)
    return {name for name in found if name in MODULES} - {module_of(path)}


def packages(names):
    return {name.split(".")[0] for name in names}


def loaded_by(modules):
    """The packages that a fresh Python has loaded after importing some modules."""
    code = f"import {', '.join(modules)}, sys; print(*{{n.split('.')[0] for n in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def public_functions(path):
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node
            inside = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            yield from (n for n in inside if not n.name.startswith("_"))


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def circles(edges):
    """Groups of modules that reach each other (Tarjan's strongly connected components)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in edges[module]:
            if other not in index:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in edges:
        if module not in index:
            visit(module)
    return found


def test_a_circle_is_found_where_there_is_one():
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert circles(edges) == [["a", "b", "c"]]


def test_no_modules_import_each_other_in_a_circle():
    assert circles({module: own_imports(path) for module, path in MODULES.items()}) == []


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_library_imports_downwards_only(path):
    place = path.relative_to(ROOT / "mnist_core").with_suffix("").parts[0]
    if place == "__init__":
        assert own_imports(path) == set()
        return
    below = ORDER[: ORDER.index(place) + 1]
    taken = {name.split(".")[1] for name in own_imports(path) if name.count(".")}
    assert taken <= set(below)


@pytest.mark.parametrize("path", UI, ids=name_of)
def test_parts_of_pages_import_downwards_only(path):
    place = path.relative_to(ROOT / "pages/ui").parts[0]
    below = SHARED_UI[: SHARED_UI.index(place) + 1] if place in SHARED_UI else [*SHARED_UI, place]
    taken = {name.split(".")[2] for name in own_imports(path) if name.startswith("pages.ui.")}
    assert taken <= set(below)


def test_every_package_of_the_library_has_its_place_in_the_order():
    places = {path.relative_to(ROOT / "mnist_core").with_suffix("").parts[0] for path in LIBRARY}
    assert places - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_library_knows_neither_pages_nor_streamlit(path):
    assert not packages(imports(path)) & {"pages", "streamlit", "streamlit_app"}


@pytest.mark.parametrize("path", [*PAGES, *UI], ids=name_of)
def test_no_page_is_imported(path):
    taken = {name for name in own_imports(path) if name.startswith("pages.")}
    assert all(name.startswith("pages.ui.") for name in taken)
    assert "streamlit_app" not in packages(imports(path))


def test_the_app_only_sets_up_and_names_its_pages():
    assert packages(imports(APP)) <= {"streamlit", "pages"}
    assert len(APP.read_text().splitlines()) <= 40
    named = {node.value for node in ast.walk(tree(APP)) if isinstance(node, ast.Constant)}
    assert {name_of(path) for path in PAGES} <= named


@pytest.mark.parametrize("package", ORDER[:-1])
def test_a_package_re_exports_the_names_of_the_contract_and_nothing_else(package):
    path = ROOT / "mnist_core" / package / "__init__.py"
    if path.exists():
        names = {name.rpartition(".")[2] for name in imports(path) if name not in MODULES}
        assert names == EXPORTS.get(package, set())


@pytest.mark.parametrize("package", WITHOUT_TENSORFLOW)
def test_a_package_that_does_without_tensorflow_never_imports_it(package):
    paths = [p for p in LIBRARY if name_of(p).startswith(("mnist_core/" + package + "/",))]
    paths = paths or [ROOT / "mnist_core" / f"{package}.py"]
    assert {name_of(path) for path in paths if packages(imports(path)) & HEAVY} == set()


def test_importing_the_ground_loads_nothing_heavy():
    ground = ORDER[: ORDER.index("training")]
    modules = [
        name for name in MODULES if name.startswith(tuple(f"mnist_core.{g}" for g in ground))
    ]
    assert not loaded_by(modules) & (HEAVY | {"streamlit", "plotly"})


def test_importing_the_package_loads_nothing_but_python_itself():
    assert not loaded_by(["mnist_core"]) & (HEAVY | {"numpy", "PIL", "plotly", "streamlit"})


def test_importing_any_module_of_the_library_waits_for_no_tensorflow():
    modules = [m for m in MODULES if m.startswith("mnist_core") and not m.endswith("__main__")]
    assert not loaded_by(modules) & (HEAVY | {"streamlit"})


@every_file
def test_tensorflow_is_imported_late(path):
    assert not packages(imports_at_once(path)) & HEAVY


@pytest.mark.parametrize("path", [*PAGES, *UI, APP], ids=name_of)
def test_pages_leave_keras_to_the_library(path):
    assert not packages(imports(path)) & HEAVY


@every_file
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path))
    undocumented = [node.name for node in public_functions(path) if not ast.get_docstring(node)]
    assert undocumented == []


@every_file
def test_a_module_has_a_name_that_says_something(path):
    assert path.stem not in VAGUE
    assert path.parent.name not in VAGUE


@every_file
def test_a_module_can_be_read_in_one_go(path):
    most = 120 if path in PAGES else 200
    assert len(path.read_text().splitlines()) <= most * TOLERANCE
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions(path)}
    assert {name: n for name, n in long.items() if n > 30 * TOLERANCE} == {}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=name_of)
def test_a_folder_can_be_taken_in_at_a_glance(folder):
    assert len(list(folder.glob("*.py"))) <= MAX_FILES


def tracked():
    """The files in git, with their sizes."""
    try:
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this is not a git checkout: {error}")
    return {name: (ROOT / name).stat().st_size for name in names if (ROOT / name).is_file()}


def test_the_top_level_holds_only_what_belongs_there():
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_no_data_set_is_kept_with_the_code():
    data = {n: s for n, s in tracked().items() if n.endswith((".npz", ".npy", ".jsonl", ".gz"))}
    # What tests/pretrained/test_embedding_indexes.py looks into
    indexes = {n for n in data if Path(n).match("mnist_core/pretrained/*/embedding_index.npz")}
    assert {n: size for n, size in data.items() if size > MAX_DATA and n not in indexes} == {}
