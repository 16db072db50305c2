"""What the app uses of Streamlit that is not public: all of it, and that it is still there."""

import ast
import importlib.metadata
import importlib.util
import re
from pathlib import Path

import pytest

from mnist_core.system import paths

CONTEXT = "streamlit.runtime.scriptrunner.get_script_run_ctx"
RUNNER = "streamlit.runtime.scriptrunner.script_runner.ScriptRunner"
SESSION = "streamlit.runtime.app_session.AppSession"
REQUESTS = "streamlit.runtime.scriptrunner_utils.script_requests"
# file -> what it uses; of the drawing component, what that doesn't document
PRIVATE = {
    "pages/ui/app/identity.py": {CONTEXT},
    "pages/ui/app/late_requests.py": {
        *(RUNNER, f"{RUNNER}._run_script", f"{REQUESTS}.RerunData"),
        *(f"{REQUESTS}.ScriptRequestType", f"{REQUESTS}.ScriptRequestType.STOP"),
        *(SESSION, f"{SESSION}._create_scriptrunner", f"{SESSION}State"),
        f"{SESSION}State.SHUTDOWN_REQUESTED",
    },
    "pages/ui/navigation/page_entry.py": {CONTEXT, f"{CONTEXT}().is_history_navigation"},
    "pages/ui/widgets/charts.py": {  # to serve a folder
        "streamlit.components.v1.declare_component",
        "streamlit.components.v1.declare_component().name",
    },
    "pages/ui/widgets/canvas.py": {
        "streamlit.components.v2.component_registry",  # by the name of its log
        "streamlit_drawable_canvas.out",
        "streamlit_drawable_canvas.__file__",
        "streamlit-drawable-canvas.streamlit_drawable_canvas",  # the component's name
    },
}
PUBLIC = {"streamlit", "streamlit_drawable_canvas.st_canvas"}


def private_uses(source: str) -> set[str]:
    """Modules below streamlit, what is read from them, and names of such modules in texts."""
    tree, names, uses = ast.parse(source), {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("streamlit"):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}"
                      for alias in node.names}  # fmt: skip
        elif isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name
                      for alias in node.names if alias.name.startswith("streamlit")}  # fmt: skip
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            uses |= set(re.findall(r"^streamlit[-.][\w.-]+$", node.value))
    uses |= {name for name in names.values() if "." in name}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        owner = re.fullmatch(r"(\w+)(\(.*\))?", ast.unparse(node.value), re.DOTALL)
        origin = names.get(owner[1]) if owner else None
        if origin and (origin != "streamlit" or node.attr.startswith("_")):
            uses.add(f"{origin}{'()' * bool(owner[2])}.{node.attr}")
    return uses - PUBLIC


def test_streamlits_private_parts_are_used_in_five_places_and_nowhere_else():
    sources = [paths.PROJECT / "streamlit_app.py", *paths.PROJECT.glob("pages/**/*.py")]
    uses = {str(path.relative_to(paths.PROJECT)): private_uses(path.read_text())
            for path in sources}  # fmt: skip
    assert {file: used for file, used in uses.items() if used} == PRIVATE


@pytest.mark.parametrize(
    ("source", "use"),
    [
        ("from streamlit.runtime import exists", "streamlit.runtime.exists"),
        ("import streamlit.runtime as r", "streamlit.runtime"),
        ("import streamlit as st\nst._config.get()", "streamlit._config"),
        ("logging.getLogger('streamlit.x')", "streamlit.x"),
    ],
)
def test_another_use_would_be_found(source, use):
    assert use in private_uses(source)


def source_of(module: str) -> str:
    """A module's text, without importing what only a running app can import."""
    return Path(importlib.util.find_spec(module).origin).read_text()


def test_streamlit_still_has_what_is_used_of_it():
    from streamlit.runtime.scriptrunner import ScriptRunContext, get_script_run_ctx

    assert get_script_run_ctx(suppress_warning=True) is None  # outside of an app
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert "is already registered" in source_of("streamlit.components.v2.component_registry")


def test_the_drawing_component_still_has_what_is_used_of_it():
    source = source_of("streamlit_drawable_canvas")
    assert "\nout = st.components.v2.component(\n" in source
    for argument in (
        '"streamlit-drawable-canvas.streamlit_drawable_canvas"',
        'js="index-*.js"',
        "html='<div class=\"canvas-root\"></div>'",
    ):
        assert argument in source
    folder = Path(importlib.util.find_spec("streamlit_drawable_canvas").origin).parent
    assert ".dc-toolbar" in (folder / "frontend/build/index-style.css").read_text()


def test_only_the_minor_version_that_is_tested_can_be_installed():
    requirements = (paths.PROJECT / "requirements.txt").read_text()
    low, high = re.search(r"^streamlit>=1\.(\d+),<1\.(\d+)\b", requirements, re.M).groups()
    assert int(high) == int(low) + 1
    assert importlib.metadata.version("streamlit").startswith(f"1.{low}.")
