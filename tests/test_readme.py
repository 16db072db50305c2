"""What the README and the guides beside the code say is so."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from mnist_core.cli.parser import parser
from mnist_core.models import store as model_store
from mnist_core.presets import ABOUT, PRESETS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
LIBRARY = (ROOT / "mnist_core" / "README.md").read_text()
GUIDES = [ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob(".github/*.md")]
ORDER = [
    *("system", "config", "presets", "network", "preprocess", "strokes", "data", "runs"),
    *("training", "models", "prediction", "evaluation", "interpret", "reading"),
    *("adaptation", "scheduler", "plots"),
    *("pretrained", "cli"),
]  # as tests/test_architecture.py holds it
BENCH = runpy.run_path(str(ROOT / "tests" / "bench" / "presets.py"))
SPEED = runpy.run_path(str(ROOT / "tests" / "bench" / "training.py"))
RECORDS = runpy.run_path(str(ROOT / "tests" / "bench" / "records.py"))
NUMBERS = runpy.run_path(str(ROOT / "tests" / "bench" / "whole_numbers.py"))
HANDS = runpy.run_path(str(ROOT / "tests" / "bench" / "adaptation.py"))
PAPER = runpy.run_path(str(ROOT / "tests" / "bench" / "paper.py"))
READING = runpy.run_path(str(ROOT / "tests" / "bench" / "reading.py"))


def code(text, language):
    """The lines of a text's fenced blocks of a language."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


def commands():
    """Every call of the command line in any of the guides."""
    lines = [line for guide in GUIDES for line in code(guide.read_text(), "sh").splitlines()]
    return [line.split("#")[0] for line in lines if line.startswith("python -m mnist_core")]


def test_it_can_be_read_in_a_few_minutes():
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_into_the_project_leads_somewhere(guide):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", guide.read_text())
    assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_project_that_is_named_is_there(guide):
    named = re.findall(r"`((?:tests|pages|mnist_core)/[\w/]+\.\w+)", guide.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_it_starts_with_a_picture_and_shows_four_that_are_there():
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    assert len(pictures) == 4
    assert all((ROOT / picture).stat().st_size > 10_000 for picture in pictures)
    assert README.index(pictures[0]) < README.index("## Start")


@pytest.mark.parametrize("which", ["start", "test"])
def test_starting_and_testing_is_one_command_each_that_installs_first(which):
    command = re.search(rf"<!-- the {which} command -->\n```sh\n(.*?)```", README, re.DOTALL)[1]
    assert len(command.strip().splitlines()) == 1
    assert "pip install -q -r requirements.txt && " in command


def test_the_results_table_is_the_one_that_the_measurements_make():
    results = json.loads(BENCH["RESULTS"].read_text())
    shown = README.split(BENCH["BEGIN"])[1].split(BENCH["END"])[0].strip()
    assert shown == BENCH["table"](results)


def test_the_accuracy_kept_beside_a_preset_is_the_measured_one():
    results = json.loads(BENCH["RESULTS"].read_text())
    own = {name: results[name][PRESETS[name].recipe.precision] for name in results}
    measured = {name: median(f["test_accuracy"] for f in found) for name, found in own.items()}
    assert {name: preset.accuracy for name, preset in ABOUT.items()} == measured


def test_the_results_hold_every_preset_with_three_seeds():
    results = json.loads(BENCH["RESULTS"].read_text())
    assert list(results) == list(PRESETS)
    assert {len(found) for kept in results.values() for found in kept.values()} == {3}


@pytest.mark.parametrize(
    ("guide", "bench"),
    [(LIBRARY, SPEED), (README, RECORDS), (LIBRARY, NUMBERS), (LIBRARY, HANDS)],
    ids=["speed", "records", "numbers", "hands"],
)
def test_the_tables_with_a_date_are_the_ones_that_the_measurements_make(guide, bench):
    results = json.loads(bench["RESULTS"].read_text())
    shown = guide.split(bench["BEGIN"])[1].split(bench["END"])[0].strip()
    assert shown == bench["table"](results)
    assert results["date"] in guide


@pytest.mark.parametrize(
    ("guide", "bench"), [(README, READING), (LIBRARY, PAPER)], ids=["people", "paper"]
)
def test_the_tables_of_what_is_read_are_the_ones_that_the_measurements_make(guide, bench):
    results = json.loads(bench["RESULTS"].read_text())
    shown = guide.split(bench["BEGIN"])[1].split(bench["END"])[0].strip()
    assert shown == bench["table"](results)


def test_what_the_shipped_models_read_is_what_their_cards_say():
    results = json.loads(READING["RESULTS"].read_text())
    for name in model_store.SHIPPED:
        accuracy = results[name]["sets"]["mnist"]["accuracy"]
        assert accuracy == pytest.approx(model_store.card(name)["test"]["accuracy"], abs=2e-4)
    figures = model_store.card("reader")["about"]["figures"]
    for name in set(figures) & set(results["reader"]["sets"]):
        found = results["reader"]["sets"][name]
        assert found["accuracy"] == pytest.approx(figures[name]["accuracy"], abs=2e-3)


def test_the_readers_accuracy_is_the_one_on_its_card():
    accuracy = model_store.card("reader")["test"]["accuracy"]
    assert f"It reads {accuracy:.2%}".replace("%", " %") in README.replace("\n", " ")


def test_the_map_has_a_line_for_each_package_in_the_order_of_imports():
    drawn = README.split("## The map")[1].split("## Limits")[0]
    paths = [p for p in (ROOT / "mnist_core").iterdir() if p.suffix == ".py" or p.is_dir()]
    packages = {path.stem for path in paths if path.stem[0] != "_"}
    lines = re.findall(r"^  (\w+)  +\w", drawn.split("mnist_core/")[1], re.MULTILINE)
    assert [line for line in lines if line in packages] == ORDER
    assert packages == set(ORDER)


def test_every_page_is_in_the_table_of_pages():
    for page in (ROOT / "pages").glob("*.py"):
        assert f"| {page.stem.capitalize()} |" in README


@pytest.mark.parametrize("command", commands())
def test_the_command_lines_parse(command):
    parser().parse_args(command.split()[3:])


@pytest.mark.slow
def test_the_python_example_runs_and_tells_of_the_training():
    done = subprocess.run(
        [sys.executable, "-c", code(LIBRARY, "python")], cwd=ROOT, capture_output=True, text=True
    )
    if "mnist.npz" in done.stderr or "There is no MNIST" in done.stderr:
        pytest.skip("MNIST is not on this computer")
    assert done.returncode == 0, done.stderr
    assert "'kind': 'epoch'" in done.stdout
