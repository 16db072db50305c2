"""The command line: what other programs read, and one line for what is wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import written_numbers
from kept_models import keep
from kept_runs import finished_run
from PIL import Image

from mnist_core.cli.parser import main
from mnist_core.config import layer_shapes
from mnist_core.config.schema import Experiment
from mnist_core.data import loading, mnist
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.models import store as model_store
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.strokes.rasterize import rasterize
from mnist_core.system import paths

SEVEN = [np.array([[84.0, 60], [196, 60], [125, 230]])]
ONE = [np.array([[140.0, 50], [140, 230]])]
FEW = ["--set", "recipe.train_images=200", "--set", "recipe.epochs=2"]
FEW += ["--set", "recipe.validation=none"]
SWEEP = "sweep --preset tiny --field recipe.epochs"
READER = "reader --strokes {strokes} --out {out} --choose-by"
UNKNOWN_MODEL = "There is no model called 'nope'. There are: reader, classic"
needs_mnist = pytest.mark.skipif(mnist.find_mnist() is None, reason="MNIST is not on this computer")


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def shell(home, *arguments):
    """The rows that the command line prints in a shell, with none of TensorFlow's own settings."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    result = subprocess.run(
        [sys.executable, "-m", "mnist_core", *map(str, arguments)],
        cwd=paths.PROJECT,
        env=env | {"MNIST_CORE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return lines(result.stdout) if "--json" in arguments else result.stdout.splitlines()


@pytest.fixture
def run_command(capsys):
    """Runs a command in this process and gives what it prints, read if it is JSON."""

    def run(*arguments):
        assert main(list(map(str, arguments))) == 0
        printed = capsys.readouterr().out
        return lines(printed) if "--json" in arguments else printed

    return run


@pytest.fixture
def refused(capsys):
    """Runs a command in this process and gives the one line that it is refused with."""

    def run(*arguments):
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as error:
            status = error.code
        printed = capsys.readouterr()
        assert (status, printed.out) == (2, "")
        assert printed.err.count("\n") == 1 and printed.err.endswith("\n")
        assert printed.err.startswith("mnist_core: ")
        return printed.err

    return run


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


def test_presets_as_json_can_be_trained_from(run_command):
    presets = {row["name"]: row for row in run_command("presets", "--json")}
    assert list(presets) == list(PRESETS)
    for name, row in presets.items():
        assert Experiment.from_json(json.dumps(row["experiment"])) == PRESETS[name]
        plan = layer_shapes.plan_layers(PRESETS[name].network)
        assert row["parameters"] == sum(layer.parameters for layer in plan)


def test_runs_and_models_as_json_are_those_there_are(home, run_command):
    run = run_store.create(PRESETS["tiny"], "waits")
    run.set_status("stopped")
    (row,) = run_command("runs", "--json")
    assert (row["id"], row["name"], row["state"]) == (run.id, "waits", "stopped")
    rows = run_command("models", "--json")
    assert [row["name"] for row in rows] == ["reader", "classic"]
    assert [row["test"] for row in rows] == [model_store.card(row["name"])["test"] for row in rows]


def test_a_run_that_only_guesses_says_so_whoever_wrote_its_card(home, run_command):
    finished_run(PRESETS["tiny"], "guesses", 0.1028, sentence="Imported.")
    finished_run(PRESETS["tiny"], "good", 0.9)
    sentences = {row["name"]: row["sentence"] for row in run_command("runs", "--json")}
    assert sentences == {"good": "", "guesses": "Imported. It does hardly better than guessing."}


def test_a_run_that_goes_on_is_not_judged_by_the_card_it_began_with(home, run_command):
    parent = finished_run(PRESETS["tiny"], "guesses", 0.1028)
    run_store.create(PRESETS["tiny"], "more", continues=parent)
    sentences = {row["name"]: row["sentence"] for row in run_command("runs", "--json")}
    assert sentences["more"] == ""


def test_a_model_that_only_guesses_says_so_at_the_end_of_its_line(home, run_command):
    for name, accuracy in (("good", 0.9), ("guesses", 0.1028)):
        keep(name, test={"accuracy": accuracy, "loss": 2.3, "images": 10_000})
    ends = [line.endswith("  It does hardly better than guessing.")
            for line in run_command("models").splitlines()]  # fmt: skip
    assert ends == [True, False, False, False]


def test_runs_are_deleted_together_and_had_back(home, run_command):
    for name in ("one", "two", "three"):
        finished_run(Experiment(), name)
    (deleted,) = run_command("delete", "two", "one", "--json")
    assert deleted["deleted"] == ["one", "two"]
    assert [row["name"] for row in run_command("runs", "--json")] == ["three"]
    assert run_command("restore", "two", "--json") == [{"restored": ["one", "two"]}]
    assert len(run_store.all_runs()) == 3


def test_the_folder_of_the_runs_is_the_one_they_are_in(home, run_command):
    folder = str(run_store.create(PRESETS["tiny"], "waits").folder.parent)
    assert run_command("runs", "--folder").strip() == folder
    assert run_command("runs", "--folder", "--json") == [{"folder": folder}]


@pytest.mark.parametrize("command", ["presets", "models"])
def test_without_json_there_is_a_line_for_each(home, run_command, command):
    text = run_command(command)
    names = [row["name"] for row in run_command(command, "--json")]
    assert [line.split()[0] for line in text.splitlines()] == names


@pytest.mark.slow
def test_a_picture_is_read_without_a_word_on_standard_error(home, seven):
    (row,) = shell(home, "predict", seven, "--json")
    assert (row["file"], row["digit"]) == (str(seven), 7)
    assert len(row["probabilities"]) == 10
    assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert int(np.argmax(row["probabilities"])) == 7


def test_a_bad_picture_does_not_stop_the_others(seven, tmp_path, capsys):
    assert main(["predict", str(tmp_path / "none.png"), str(seven), "--json"]) == 2
    printed = capsys.readouterr()
    assert [row["digit"] for row in lines(printed.out)] == [7]
    assert printed.err.count("\n") == 1


def test_a_number_is_read_with_the_box_and_the_probabilities_of_each_digit(tmp_path, run_command):
    number = written_numbers.write("2048\n75", gaps=(0.1, 0.2))
    picture = tmp_path / "number.png"
    Image.fromarray(number.picture()).save(picture)
    (row,) = run_command("read", picture, "--json")
    assert (row["file"], row["text"]) == (str(picture), "2048\n75")
    assert [digit["digit"] for digit in row["digits"]] == [2, 0, 4, 8, 7, 5]
    for digit in row["digits"]:
        left, top, right, bottom = digit["box"]
        assert 0 <= left < right <= number.canvas[1] and 0 <= top < bottom <= number.canvas[0]
        assert int(np.argmax(digit["probabilities"])) == digit["digit"]
        assert digit["not_sure"] == (max(digit["probabilities"]) < NOT_SURE_BELOW)
    assert run_command("read", picture).startswith(f"{picture}: 2048 75")


def test_an_evaluation_as_json_has_the_metrics_and_every_digit_and_mistake(
    stroke_file, run_command
):
    (row,) = run_command("evaluate", "--data", stroke_file, "--json")
    assert (row["model"], row["images"]) == ("reader", 2)
    assert row["accuracy"] in (0, 0.5, 1)
    assert row["loss"] >= 0
    low, high = row["interval"]
    assert low <= row["accuracy"] <= high
    assert 0 <= row["calibration_error"] <= 1 and row["not_sure"] in (0, 0.5, 1)
    matrix = np.array(row["confusion_matrix"])
    assert matrix.shape == (10, 10) and matrix.sum() == 2
    assert matrix.trace() == 2 * row["accuracy"]
    assert [digit["digit"] for digit in row["per_class"]] == list(range(10))
    seven, five = row["per_class"][7], row["per_class"][5]
    assert (seven["images"], seven["recall"]) == (1, matrix[7, 7])
    assert (five["images"], five["recall"]) == (0, None)


@pytest.mark.slow
def test_a_second_evaluation_computes_no_prediction(stroke_file, run_command, monkeypatch):
    arguments = ["evaluate", "--data", stroke_file]
    first = run_command(*arguments)
    monkeypatch.setattr(Classifier, "load", lambda name: pytest.fail("computed again"))
    assert run_command(*arguments) == first


def test_robustness_has_a_line_for_each_perturbation_and_amount(stroke_file, run_command):
    whole, *points = run_command("evaluate", "--data", stroke_file, "--robustness", "--json")
    expected = [(name, amount) for name, p in PERTURBATIONS.items() for amount in p.amounts]
    assert sorted((point["move"], point["amount"]) for point in points) == sorted(expected)
    unchanged = [p for p in points if p["amount"] == PERTURBATIONS[p["move"]].identity]
    assert {point["accuracy"] for point in unchanged} == {whole["accuracy"]}


@pytest.mark.slow
def test_without_json_an_evaluation_is_one_line_with_the_interval_and_the_number_of_images(
    stroke_file, run_command
):
    line = run_command("evaluate", "--data", stroke_file)
    assert re.search(r"accuracy [\d.]+ % \([\d.]+ % to [\d.]+ %\), loss", line)
    assert "(2 images)" in line and line.count("\n") == 1


@needs_mnist
@pytest.mark.slow
def test_a_training_keeps_a_model_and_says_so_in_json(home, seven):
    *epochs, last = shell(home, "train", "--preset", "tiny", *FEW, "--name", "Übung 1", "--json")
    assert [row["epoch"] for row in epochs] == [1, 2]
    assert (last["name"], last["state"]) == ("Übung 1", "finished")
    assert 0 <= last["accuracy"] <= 1
    assert last["parameters"] == model_store.card("Übung 1")["parameters"]
    assert run_store.get("Übung 1").experiment().recipe.train_images == 200
    assert len(shell(home, "predict", seven, "--model", "Übung 1", "--json")) == 1


@needs_mnist
@pytest.mark.slow
def test_a_training_that_nobody_watches_prints_whole_lines_and_no_bar(home):
    first, second, last = shell(home, "train", *FEW, "--name", "few")
    assert first.startswith("Epoch 1: loss ") and second.startswith("Epoch 2: loss ")
    assert re.fullmatch(r"few: finished\. Test accuracy [\d.]+ %, loss [\d.]+\.", last)


@needs_mnist
@pytest.mark.slow
def test_a_sweep_trains_a_run_for_each_value_and_says_how_each_ended(home):
    sweep = ("sweep", "--preset", "tiny", *FEW, "--field", "recipe.epochs", "--values", "1,2")
    ended = [row for row in shell(home, *sweep, "--json") if "name" in row]
    assert [(row["name"], row["recipe.epochs"], row["state"]) for row in ended] == [
        ("tiny epochs 1", "1", "finished"),
        ("tiny epochs 2", "2", "finished"),
    ]
    assert [run_store.get(row["name"]).experiment().recipe.epochs for row in ended] == [1, 2]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", []),
        ("nope", []),
        ("predict", []),
        ("read", []),
        ("train --epochs 3", []),
        ("train --set recipe.epochs=0", ["recipe.epochs must be from 1 to 200. Received: 0"]),
        ("train --set recipe.epochs=x", ["recipe.epochs must be a whole number. Received: 'x'"]),
        ("train --set recipe.nope=1", ["recipe.nope", "Known here: optimizer, "]),
        ("train --set recipe.optimizer=Adamm", ["recipe.optimizer", "Received: 'Adamm'"]),
        ("train --set recipe.epochs", ["--set must be PATH=VALUE. Received: 'recipe.epochs'"]),
        ("train --set network.blocks=9", ["network.blocks", "Received: 9"]),
        ("train --preset nope", ["--preset", "'nope'", "'lenet'"]),
        (f"{SWEEP} --values 1,0", ["mnist_core: recipe.epochs must be from 1 to 200"]),
        (f"{SWEEP} --values 1", ["Received: 1"]),
        ("predict {none}.png", ["{none}.png must be a whole picture", "Received: No such file"]),
        ("predict {text}", ["{text} must be a whole picture file (PNG, ", "Received: "]),
        ("predict {blank}", ["{blank}"]),
        ("read {blank}", ["{blank}"]),
        ("read {none}.png", ["{none}.png must be a whole picture", "Received: No such file"]),
        ("predict {seven} --model nope", [UNKNOWN_MODEL]),
        ("evaluate --data {strokes} --model nope", [UNKNOWN_MODEL]),
        ("evaluate --data {none}", ["{none} must be a file of strokes. Received: No such file"]),
        ("evaluate --data {bad}", ["{bad}, line 3: label must be a whole number 0 to 9.", " 12"]),
        (f"{READER} {{strokes}} --epochs 0", ["Recipe.epochs must be from", "Received: 0"]),
        (f"{READER} {{strokes}} --seed -1", ["Recipe.seed must be from", "Received: -1"]),
        (f"{READER} {{none}}", ["{none} must be a file of strokes. Received: No such file"]),
        ("reader --strokes {none} --choose-by {strokes} --out {out}", ["{none} must be a file of"]),
    ],
)
def test_an_error_in_the_arguments_is_one_line_that_names_it_and_nothing_is_begun(
    home, tmp_path, seven, stroke_file, refused, command, expected
):
    files = {name: tmp_path / name for name in ("none", "text", "blank", "bad", "out")}
    files["text"].write_text("text")
    Image.new("L", (28, 28)).save(files["blank"], "PNG")
    bad = '{"label": 12, "strokes": [[[0, 0]]]}\n'
    files["bad"].write_text(stroke_file.read_text() + bad)
    files |= {"seven": seven, "strokes": stroke_file}
    line = refused(*command.format(**files).split())
    assert [text for text in expected if text.format(**files) not in line] == []
    assert run_store.all_runs() == []
    assert not files["out"].exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "must be JSON, and can't be read: "),
        (b"[]", "Received: []"),
        (b"\xff\xfe", "must be JSON in UTF-8"),
        (b'{"colour": 1}', "colour"),
        (b'{"recipe": {"epochs": "3"}}', "epochs must be a whole number. Received: '3'"),
        (None, "Received: No such file"),
    ],
)
def test_a_bad_experiment_file_is_named(home, tmp_path, refused, content, expected):
    path = tmp_path / "experiment.json"
    if content is not None:
        path.write_bytes(content)
    line = refused("train", "--experiment", path)
    assert str(path) in line and expected in line


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_a_wrong_file_in_mnist_path_is_named_and_nothing_is_begun(
    home, seven, refused, monkeypatch, command
):
    monkeypatch.setenv("MNIST_PATH", str(seven))
    assert f"{seven} is not MNIST as Keras keeps it" in refused(command)
    assert run_store.all_runs() == []


def test_a_name_that_cannot_be_is_refused_before_anything_is_trained(home, refused, monkeypatch):
    monkeypatch.setattr(mnist, "find_mnist", lambda: Path("there"))
    monkeypatch.setattr(loading, "load", lambda name: None)
    assert "Received: '../x'" in refused("train", "--name", "../x")
    assert run_store.all_runs() == []
