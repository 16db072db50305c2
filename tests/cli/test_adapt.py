"""The command `adapt`: a model of its own name, figures before and after, and what is refused."""

import json
import os
import subprocess
import sys

import hands
import pytest

from mnist_core.adaptation import request
from mnist_core.cli.parser import main
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.system import paths


@pytest.fixture
def stroke_file(tmp_path):
    """A file of drawings, three of each digit."""
    path = tmp_path / "mine.jsonl"
    path.write_text(request.encode(hands.drawings()))
    return path


@pytest.mark.slow
def test_a_hand_becomes_a_model_with_its_accuracy_before_and_after(home, stroke_file):
    command = ["adapt", "--model", "classic", "--name", "mine", "--json", "--drawings"]
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", *command, str(stroke_file)],
        cwd=paths.PROJECT, env=os.environ | {"MNIST_CORE_HOME": str(home)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert (told["name"], told["state"], told["drawings"], told["held_back"]) == (
        *("mine", "finished", 30, 10),
    )
    assert told["after"]["drawings"] > told["before"]["drawings"]
    assert told["after"]["mnist"] == model_store.card("mine")["test"]["accuracy"]
    assert set(told["before"]) == {"drawings", "mnist"}


def test_a_file_of_too_many_drawings_is_named(home, tmp_path, capsys):
    path = tmp_path / "many.jsonl"
    path.write_text(request.encode(hands.drawings(1, (1,)) * 1001))
    assert main(["adapt", "--model", "classic", "--drawings", str(path), "--name", "mine"]) == 2
    assert "many.jsonl: A hand is learned from 1 to 1,000 drawings. Received: 1,001" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--model": "nobody"}, "There is no model called 'nobody'"),
        ({"--drawings": "nowhere.jsonl"}, "nowhere.jsonl must be a file of strokes"),
        ({"--name": "../x"}, "name"),
        ({"--seed": "-1"}, "seed must be"),
    ],
)
def test_an_error_in_the_arguments_is_one_line_and_nothing_is_begun(
    home, stroke_file, capsys, changes, words
):
    options = {"--model": "classic", "--drawings": str(stroke_file), "--name": "mine"} | changes
    assert main(["adapt", *(text for pair in options.items() for text in pair)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert run_store.all_runs() == []
