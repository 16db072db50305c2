"""The walls between the rooms."""

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
ROOMS = [*LIBRARY, *PAGES, *UI]
GROUND = [
    *("config", "options", "layers", "preprocess", "ink", "pictures"),
    *("strokes", "runs", "run", "events", "presets", "files"),
    *("people", "settings", "holds", "turns", "logs", "unfinished", "faults"),
]
HEAVY = {"tensorflow", "keras", "tensorboard"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
TOP = {"requirements.txt", "streamlit_app.py", "pages", "mnist_core", "tests", "README.md"}
TOP |= {"LICENSE", "pyproject.toml"}
LARGEST_DATA = 100_000  # bytes
MIDDLING = 1.25  # sizes are "about": a quarter more is still about


def name_of(path):
    return str(path.relative_to(ROOT))


every_room = pytest.mark.parametrize("path", ROOMS, ids=name_of)


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(nodes):
    """Full names of all modules, and of what is taken from them, that these nodes import."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


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


def packages(names):
    return {name.split(".")[0] for name in names}


def loaded_by(module):
    """The packages that a fresh Python has loaded after importing a module."""
    code = f"import {module}, sys; print(*{{name.split('.')[0] for name in sys.modules}})"
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


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_library_knows_neither_pages_nor_streamlit(path):
    assert not packages(imports(path)) & {"pages", "streamlit", "streamlit_app"}


@pytest.mark.parametrize("path", UI, ids=name_of)
def test_what_pages_share_knows_no_page(path):
    taken = {name for name in imports(path) if name.startswith("pages.")}
    assert all(name.startswith("pages.ui") for name in taken)
    assert "streamlit_app" not in packages(imports(path))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_imports_no_page(path):
    taken = {name for name in imports(path) if name.startswith("pages.")}
    assert all(name.startswith("pages.ui") for name in taken)
    assert "streamlit_app" not in packages(imports(path))


def test_the_app_only_sets_up_and_names_its_pages():
    assert packages(imports(APP)) <= {"streamlit", "pages"}
    assert len(APP.read_text().splitlines()) <= 40
    named = {node.value for node in ast.walk(tree(APP)) if isinstance(node, ast.Constant)}
    assert {name_of(path) for path in PAGES} <= named


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_rooms_do_without_keras(name):
    path = ROOT / "mnist_core" / f"{name}.py"
    assert not packages(imports(path)) & HEAVY
    assert not packages(imports_at_once(path)) & {"plotly", "streamlit"}


def test_importing_all_ground_rooms_loads_nothing_heavy():
    modules = ", ".join(f"mnist_core.{name}" for name in GROUND)
    assert not loaded_by(modules) & (HEAVY | {"streamlit", "plotly"})


def test_importing_the_package_loads_nothing_but_python_itself():
    assert not loaded_by("mnist_core") & (HEAVY | {"numpy", "PIL", "plotly", "streamlit"})


def test_importing_any_room_of_the_library_waits_for_no_tensorflow():
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in LIBRARY]
    modules = ", ".join(name for name in names if not name.endswith(("__init__", "__main__")))
    assert not loaded_by(modules) & (HEAVY | {"streamlit"})


@pytest.mark.parametrize("name", ["figures", "curves", "comparison", "comparison_figures"])
def test_figures_are_made_of_plain_data(name):
    assert not packages(imports(ROOT / "mnist_core" / f"{name}.py")) & (HEAVY | {"streamlit"})


@every_room
def test_tensorflow_is_imported_late(path):
    assert not packages(imports_at_once(path)) & HEAVY


@pytest.mark.parametrize("path", [*PAGES, *UI, APP], ids=name_of)
def test_pages_leave_keras_to_the_library(path):
    assert not packages(imports(path)) & HEAVY


@every_room
def test_every_room_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path)) or path.read_text() == ""
    undocumented = [node.name for node in public_functions(path) if not ast.get_docstring(node)]
    assert undocumented == []


@every_room
def test_a_room_has_a_name_that_says_something(path):
    assert path.stem not in VAGUE
    assert path.parent.name not in VAGUE


@every_room
def test_a_room_can_be_read_in_one_go(path):
    most = 120 if path in PAGES else 200
    assert len(path.read_text().splitlines()) <= most * MIDDLING
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions(path)}
    assert {name: n for name, n in long.items() if n > 30 * MIDDLING} == {}


def tracked():
    """The files in git, with their sizes."""
    try:
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError) as fault:
        pytest.skip(f"this is not a git checkout: {fault}")
    return {name: (ROOT / name).stat().st_size for name in names if (ROOT / name).is_file()}


def test_the_top_level_holds_only_what_belongs_there():
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_no_data_set_is_kept_with_the_code():
    data = {n: s for n, s in tracked().items() if n.endswith((".npz", ".npy", ".jsonl", ".gz"))}
    assert {name: size for name, size in data.items() if size > LARGEST_DATA} == {}
