"""The command line: what other programs read, and one line for what is wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.cli.parser import main
from mnist_core.config import layer_shapes
from mnist_core.config.schema import Experiment
from mnist_core.data import mnist
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.strokes.rasterize import rasterize

ROOT = Path(__file__).parents[2]
SEVEN = [np.array([[84.0, 60], [196, 60], [125, 230]])]
ONE = [np.array([[140.0, 50], [140, 230]])]
FEW = ["recipe.train_images=200", "recipe.epochs=2", "recipe.validation=none"]
needs_mnist = pytest.mark.skipif(mnist.find_mnist() is None, reason="MNIST is not on this computer")


def shell(*arguments, **environment):
    """The command line as a shell runs it, with none of TensorFlow's own settings."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    command = [sys.executable, "-m", "mnist_core", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=env | environment, capture_output=True, text=True, timeout=300
    )


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def seven(tmp_path):
    path = tmp_path / "seven.png"
    Image.fromarray(rasterize(SEVEN)).save(path)
    return path


@pytest.fixture
def stroke_file(tmp_path):
    drawings = [{"label": d, "strokes": [s.tolist() for s in x]} for d, x in ((7, SEVEN), (1, ONE))]
    path = tmp_path / "strokes.jsonl"
    path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
    return path


def refused(capsys, *arguments):
    """The one line that this is refused with."""
    try:
        status = main(list(map(str, arguments)))
    except SystemExit as left:
        status = left.code
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1 and printed.err.endswith("\n")
    assert printed.err.startswith("mnist_core: ")
    return printed.err


def test_presets_as_json_can_be_trained_from(capsys):
    assert main(["presets", "--json"]) == 0
    found = {row["name"]: row for row in lines(capsys.readouterr().out)}
    assert list(found) == list(PRESETS)
    for name, row in found.items():
        assert Experiment.from_json(json.dumps(row["experiment"])) == PRESETS[name]
        assert row["parameters"] == sum(
            r.parameters for r in layer_shapes.plan_layers(PRESETS[name].network)
        )


def test_runs_and_models_as_json_are_those_there_are(home, capsys):
    run = run_store.create(PRESETS["tiny"], "waits")
    run.set_status("stopped")
    main(["runs", "--json"])
    (row,) = lines(capsys.readouterr().out)
    assert (row["name"], row["state"]) == ("waits", "stopped")
    main(["models", "--json"])
    rows = lines(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["reader", "classic"]
    assert [row["test"] for row in rows] == [model_store.card(row["name"])["test"] for row in rows]


def test_the_folder_of_the_runs_is_the_one_they_are_in(home, capsys):
    run = run_store.create(PRESETS["tiny"], "waits")
    main(["runs", "--folder"])
    assert Path(capsys.readouterr().out.strip()) == run.folder.parent
    main(["runs", "--folder", "--json"])
    assert lines(capsys.readouterr().out) == [{"folder": str(run.folder.parent)}]


@pytest.mark.parametrize("command", ["presets", "models"])
def test_a_person_gets_a_line_for_each(home, capsys, command):
    main([command])
    text = capsys.readouterr().out
    main([command, "--json"])
    names = [row["name"] for row in lines(capsys.readouterr().out)]
    assert [line.split()[0] for line in text.splitlines()] == names


@pytest.mark.slow
def test_a_picture_is_read_without_a_word_on_standard_error(home, seven):
    result = shell("predict", seven, "--json", MNIST_CORE_HOME=str(home))
    assert (result.returncode, result.stderr) == (0, "")
    (row,) = lines(result.stdout)
    assert (row["file"], row["digit"]) == (str(seven), 7)
    assert len(row["probabilities"]) == 10
    assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert int(np.argmax(row["probabilities"])) == 7


def test_a_bad_picture_does_not_stop_the_others(seven, tmp_path, capsys):
    assert main(["predict", str(tmp_path / "none.png"), str(seven), "--json"]) == 2
    printed = capsys.readouterr()
    assert [row["digit"] for row in lines(printed.out)] == [7]
    assert printed.err.count("\n") == 1


def test_a_stroke_file_is_evaluated(stroke_file, capsys):
    assert main(["evaluate", "--data", str(stroke_file), "--json"]) == 0
    (row,) = lines(capsys.readouterr().out)
    assert (row["model"], row["images"]) == ("reader", 2)
    assert row["accuracy"] in (0, 0.5, 1)
    assert row["loss"] >= 0
    low, high = row["interval"]
    assert low <= row["accuracy"] <= high
    assert 0 <= row["calibration_error"] <= 1 and row["not_sure"] in (0, 0.5, 1)


def test_an_evaluation_as_json_tells_of_every_digit_and_every_mistake(stroke_file, capsys):
    assert main(["evaluate", "--data", str(stroke_file), "--json"]) == 0
    (row,) = lines(capsys.readouterr().out)
    matrix = np.array(row["confusion_matrix"])
    assert matrix.shape == (10, 10) and matrix.sum() == 2
    assert matrix.trace() == 2 * row["accuracy"]
    assert [one["digit"] for one in row["per_class"]] == list(range(10))
    seven, five = row["per_class"][7], row["per_class"][5]
    assert (seven["images"], seven["recall"]) == (1, matrix[7, 7])
    assert (five["images"], five["recall"]) == (0, None)


def test_a_second_evaluation_asks_no_network(stroke_file, capsys, monkeypatch):
    arguments = ["evaluate", "--data", str(stroke_file), "--json"]
    main(arguments)
    first = capsys.readouterr().out
    monkeypatch.setattr(
        "mnist_core.evaluation.cached_predictions.Classifier.load",
        lambda name: pytest.fail("asked"),
    )
    main(arguments)
    assert capsys.readouterr().out == first


def test_robustness_has_a_line_for_each_move_and_amount(stroke_file, capsys):
    assert main(["evaluate", "--data", str(stroke_file), "--robustness", "--json"]) == 0
    whole, *points = lines(capsys.readouterr().out)
    expected = {(name, amount) for name, move in PERTURBATIONS.items() for amount in move.amounts}
    assert {(one["move"], one["amount"]) for one in points} == expected
    assert len(points) == len(expected)
    at_rest = [one for one in points if one["amount"] == PERTURBATIONS[one["move"]].identity]
    assert {one["accuracy"] for one in at_rest} == {whole["accuracy"]}


def test_a_person_is_told_the_accuracy_with_its_interval_and_the_number_of_images(
    stroke_file, capsys
):
    assert main(["evaluate", "--data", str(stroke_file)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"accuracy [\d.]+% \([\d.]+% to [\d.]+%\), loss", said)
    assert "(2 images)" in said and said.count("\n") == 1


@pytest.mark.parametrize(("option", "value"), [("--epochs", 0), ("--seed", -1)])
def test_a_reader_that_cannot_be_trained_so_is_refused(
    stroke_file, tmp_path, capsys, option, value
):
    files = ("--strokes", stroke_file, "--choose-by", stroke_file, "--out", tmp_path / "made")
    said = refused(capsys, "reader", *files, option, value)
    assert f"Recipe.{option[2:]} must be from" in said and f"Received: {value}" in said
    assert not (tmp_path / "made").exists()


def test_a_reader_is_not_begun_where_a_file_of_strokes_is_missing(stroke_file, tmp_path, capsys):
    out, none = tmp_path / "made", tmp_path / "none.jsonl"
    for learn, choose in ((none, stroke_file), (stroke_file, none)):
        arguments = ("--strokes", learn, "--choose-by", choose, "--out", out)
        said = refused(capsys, "reader", *arguments)
        assert "none.jsonl must be a file of strokes. Received: No such file" in said
    assert not out.exists()


@needs_mnist
@pytest.mark.slow
def test_a_training_keeps_a_model_and_says_so_in_json(home, seven):
    changes = [part for change in FEW for part in ("--set", change)]
    asked = ["train", "--preset", "tiny", *changes, "--name", "few", "--json"]
    result = shell(*asked, MNIST_CORE_HOME=str(home))
    assert (result.returncode, result.stderr) == (0, "")
    *epochs, last = lines(result.stdout)
    assert [row["epoch"] for row in epochs] == [1, 2]
    assert (last["name"], last["state"]) == ("few", "finished")
    assert 0 <= last["accuracy"] <= 1
    assert last["parameters"] == model_store.card("few")["parameters"]
    assert run_store.get("few").experiment().recipe.train_images == 200
    result = shell("predict", seven, "--model", "few", "--json", MNIST_CORE_HOME=str(home))
    assert len(lines(result.stdout)) == 1


@needs_mnist
@pytest.mark.slow
def test_a_training_that_nobody_watches_prints_whole_lines_and_no_bar(home):
    changes = [part for change in FEW for part in ("--set", change)]
    result = shell("train", *changes, "--name", "few", MNIST_CORE_HOME=str(home))
    assert (result.returncode, result.stderr) == (0, "")
    assert "\r" not in result.stdout
    first, second, last = result.stdout.splitlines()
    assert first.startswith("Epoch 1: loss ") and second.startswith("Epoch 2: loss ")
    assert re.fullmatch(r"few: finished\. Test accuracy [\d.]+%, loss [\d.]+\.", last)


@needs_mnist
@pytest.mark.slow
def test_a_sweep_trains_a_run_for_each_value_and_says_how_each_ended(home):
    changes = [part for change in FEW for part in ("--set", change)]
    asked = ["--preset", "tiny", *changes, "--field", "recipe.epochs", "--values", "1,2"]
    result = shell("sweep", *asked, "--json", MNIST_CORE_HOME=str(home))
    assert (result.returncode, result.stderr) == (0, "")
    ended = [row for row in lines(result.stdout) if "name" in row]
    assert [(row["name"], row["recipe.epochs"], row["state"]) for row in ended] == [
        ("tiny epochs 1", "1", "finished"),
        ("tiny epochs 2", "2", "finished"),
    ]
    assert [run_store.get(row["name"]).experiment().recipe.epochs for row in ended] == [1, 2]


def test_a_bad_value_of_a_sweep_is_named_and_nothing_is_queued(home, capsys):
    asked = ("sweep", "--preset", "tiny", "--field", "recipe.epochs")
    said = refused(capsys, *asked, "--values", "1,0")
    assert "With 0: Recipe.epochs must be from 1 to 200" in said
    assert "Received: 1" in refused(capsys, *asked, "--values", "1")
    assert run_store.all_runs() == []


def test_a_missing_picture_is_named(tmp_path, capsys):
    said = refused(capsys, "predict", tmp_path / "none.png")
    assert f"{tmp_path / 'none.png'} must be a whole picture" in said
    assert "Received: No such file" in said


def test_a_file_that_is_no_picture_is_named(tmp_path, capsys):
    (tmp_path / "x.png").write_text("text")
    said = refused(capsys, "predict", tmp_path / "x.png")
    assert "x.png must be a whole picture file (PNG, " in said and "Received: " in said


def test_an_empty_picture_is_named(tmp_path, capsys):
    Image.new("L", (28, 28)).save(tmp_path / "blank.png")
    assert "blank.png" in refused(capsys, "predict", tmp_path / "blank.png")


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ("recipe.epochs=0", "Recipe.epochs", "from 1 to 200. Received: 0"),
        ("recipe.epochs=x", "recipe.epochs", "must be a number, true, false or JSON. Received"),
        ("recipe.nope=1", "recipe.nope", "Known here: optimizer, "),
        ("recipe.optimizer=Adamm", "Recipe.optimizer", "Received: 'Adamm'"),
        ("recipe.epochs", "--set", "must be PATH=VALUE. Received: 'recipe.epochs'"),
        ("network.blocks=9", "network.blocks", "Received: 9"),
    ],
)
def test_a_bad_setting_is_named(home, capsys, change, field, expected):
    said = refused(capsys, "train", "--set", change)
    assert field.lower() in said.lower() and expected in said
    assert run_store.all_runs() == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "must be JSON. Received: "),
        (b"[]", "Received: []"),
        (b"\xff\xfe", "must be JSON in UTF-8"),
        (b'{"colour": 1}', "colour"),
        (b'{"recipe": {"epochs": "3"}}', "epochs must be a whole number. Received: '3'"),
        (None, "Received: No such file"),
    ],
)
def test_a_bad_experiment_file_is_named(home, tmp_path, capsys, content, expected):
    path = tmp_path / "experiment.json"
    if content is not None:
        path.write_bytes(content)
    said = refused(capsys, "train", "--experiment", path)
    assert str(path) in said and expected in said


@pytest.mark.parametrize(
    "arguments",
    [["evaluate", "--data", "STROKES"], ["predict", "PICTURE"]],
)
def test_an_unknown_model_is_named_with_those_there_are(
    home, stroke_file, seven, capsys, arguments
):
    places = {"STROKES": str(stroke_file), "PICTURE": str(seven)}
    arguments = [places.get(a, a) for a in arguments]
    said = refused(capsys, *arguments, "--model", "nope")
    assert "There is no model called 'nope'. There are: reader, classic" in said


def test_an_unknown_preset_is_named_with_those_there_are(capsys):
    said = refused(capsys, "train", "--preset", "nope")
    assert "--preset" in said and "'nope'" in said and "'lenet'" in said


@pytest.mark.parametrize("arguments", [[], ["nope"], ["predict"], ["train", "--epochs", "3"]])
def test_wrong_arguments_are_refused_in_one_line(capsys, arguments):
    refused(capsys, *arguments)


def test_a_bad_line_of_a_stroke_file_is_named(stroke_file, capsys):
    with stroke_file.open("a") as file:
        file.write('{"label": 12, "strokes": [[[0, 0]]]}\n')
    said = refused(capsys, "evaluate", "--data", stroke_file)
    assert f"{stroke_file}, line 3: label must be a whole number 0 to 9. Received: 12" in said


def test_a_missing_stroke_file_is_named(tmp_path, capsys):
    said = refused(capsys, "evaluate", "--data", tmp_path / "none.jsonl")
    assert "none.jsonl must be a file of strokes. Received: No such file" in said


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_a_wrong_file_in_MNIST_PATH_is_named_and_nothing_is_begun(  # noqa: N802
    home, seven, capsys, monkeypatch, command
):
    monkeypatch.setenv("MNIST_PATH", str(seven))
    assert f"{seven} is not MNIST as Keras keeps it" in refused(capsys, command)
    assert run_store.all_runs() == []


def test_a_name_that_cannot_be_is_refused_before_anything_is_trained(home, capsys, monkeypatch):
    monkeypatch.setattr("mnist_core.data.mnist.find_mnist", lambda: Path("there"))
    monkeypatch.setattr("mnist_core.data.loading.load", lambda name: None)
    assert "Received: '../x'" in refused(capsys, "train", "--name", "../x")
    assert run_store.all_runs() == []
