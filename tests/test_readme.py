"""What the README says is so."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.models import store as model_store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BENCH = runpy.run_path(str(ROOT / "tests" / "bench" / "presets.py"))
READING = runpy.run_path(str(ROOT / "tests" / "bench" / "reading.py"))


def code(language):
    """The lines of the README's fenced blocks of a language."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL))


def test_it_starts_with_one_sentence_and_a_picture_that_is_there():
    picture = re.search(r"!\[.+?\]\((.+?)\)", README)
    assert (ROOT / picture[1]).stat().st_size > 10_000
    assert README.index(picture[0]) < README.index("## Start")


@pytest.mark.parametrize("which", ["start", "test"])
def test_starting_and_testing_is_one_command_each_that_installs_first(which):
    command = re.search(rf"<!-- the {which} command -->\n```sh\n(.*?)```", README, re.DOTALL)[1]
    assert len(command.strip().splitlines()) == 1
    assert "pip install -q -r requirements.txt && " in command


def test_the_results_table_is_the_one_that_the_measurements_make():
    results = json.loads(BENCH["RESULTS"].read_text())
    shown = README.split(BENCH["BEGIN"])[1].split(BENCH["END"])[0].strip()
    assert shown == BENCH["table"](results)


def test_the_results_hold_every_preset_with_three_seeds():
    results = json.loads(BENCH["RESULTS"].read_text())
    assert {name: len(found) for name, found in results.items()} == dict.fromkeys(
        BENCH["PRESETS"], 3
    )


def test_the_table_of_what_is_read_is_the_one_that_the_measurements_make():
    results = json.loads(READING["RESULTS"].read_text())
    shown = README.split(READING["BEGIN"])[1].split(READING["END"])[0].strip()
    assert shown == READING["table"](results)


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


def test_every_room_of_the_library_is_on_the_map():
    drawn = README.split("## The map")[1].split("## Limits")[0]
    rooms = {path.stem for path in (ROOT / "mnist_core").glob("*.py") if path.stem[0] != "_"}
    assert not {room for room in rooms if not re.search(rf"\b{room}\b", drawn)}


def test_every_page_is_in_the_table_of_pages():
    for page in (ROOT / "pages").glob("*.py"):
        assert f"| {page.stem.capitalize()} |" in README


@pytest.mark.parametrize(
    "command", [line.split("#")[0] for line in code("sh").splitlines() if "mnist_core" in line]
)
def test_the_command_lines_parse(command):
    from mnist_core.cli.parser import parser

    parser().parse_args(command.split()[3:])


@pytest.mark.slow
def test_the_python_example_runs_and_tells_of_the_training():
    done = subprocess.run(
        [sys.executable, "-c", code("python")], cwd=ROOT, capture_output=True, text=True
    )
    if "mnist.npz" in done.stderr or "There is no MNIST" in done.stderr:
        pytest.skip("MNIST is not on this computer")
    assert done.returncode == 0, done.stderr
    assert "'kind': 'epoch'" in done.stdout
