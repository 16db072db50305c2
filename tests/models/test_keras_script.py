"""The exported Keras program does by itself what the run does."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from kept_models import SMALL, random_x

from mnist_core.config.schema import Augmentation, Experiment, Recipe
from mnist_core.data import loading
from mnist_core.data.types import DataMissingError, Dataset, Digits
from mnist_core.models import export, keras_script
from mnist_core.network import keras_model, summary
from mnist_core.presets import PRESETS
from mnist_core.training import loop, optimizers
from mnist_core.training.augmentation import augment

TINY = Experiment(
    network=SMALL.network,
    recipe=Recipe(
        epochs=2,
        train_images=300,
        patience=1,
        restore_best_weights=True,
        schedule="cosine",
        augmentation=Augmentation(shift=1.0, rotation=10.0, scale=0.1, shear=5.0, elastic=1.0),
    ),
)


def run_part(recipe: Recipe, start: str, end: str, names: dict) -> dict:
    """Run the program from `start` to before `end`; gives what it defines."""
    program = keras_script.generate("mine", Experiment(recipe=recipe))
    exec(program[program.index(start) : program.index(end)], names)
    return names


@pytest.mark.parametrize("name", PRESETS)
def test_the_script_of_every_preset_is_python_with_short_lines(name):
    program = keras_script.generate(name, PRESETS[name])
    ast.parse(program)
    assert max(map(len, program.splitlines())) <= 100


def test_the_script_saves_the_model_under_its_name_in_any_language():
    name = "Übung 𐐀"
    program = keras_script.generate(name, TINY)
    assert f'"{name}"' in ast.get_docstring(ast.parse(program))
    (saved,) = re.findall(r"model\.save\((.*)\)", program)
    assert ast.literal_eval(saved) == f"{name}.keras"


@pytest.mark.parametrize("name", ["tiny", "lenet", "conv-bn-dropout", "by-heart"])
def test_the_script_is_as_tidy_as_our_own_code(name):
    program = keras_script.generate("mine", PRESETS[name], drawings=True).encode()
    for command in (["check", "--isolated"], ["format", "--check", "--line-length=100"]):
        ruff = [sys.executable, "-m", "ruff", *command, "-"]
        done = subprocess.run(ruff, input=program, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "says_so"), [("reader", True), ("classic", False)])
def test_the_script_of_a_model_that_learned_from_drawings_too_says_so(name, says_so):
    program = export.to_bytes(name, "script").decode()
    assert ("people's drawings" in ast.get_docstring(ast.parse(program))) == says_so


@pytest.mark.parametrize("optimizer", optimizers.ARGUMENTS)
def test_the_script_names_the_optimizer_that_trains_the_run(optimizer):
    recipe = Recipe(optimizer=optimizer, learning_rate=0.02, momentum=0.7, weight_decay=0.03)
    program = keras_script.generate("mine", Experiment(recipe=recipe))
    call = re.search(r"optimizer=(keras\.optimizers\.\w+\(.*\)),", program)[1]
    made = eval(call, {"keras": keras})
    unnamed = {"name": ""}  # Keras numbers its optimizers
    assert made.get_config() | unnamed == optimizers.make_optimizer(recipe).get_config() | unnamed


def test_the_script_of_a_run_in_16_bits_computes_its_layers_in_16_bits_and_keeps_32_for_weights():
    before = keras.config.dtype_policy()
    try:
        recipe = Recipe(precision="bfloat16")
        model = run_part(recipe, "keras.config", "BATCH_SIZE", {"keras": keras})["model"]
    finally:
        keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in model.layers[:-1]} == {"bfloat16"}
    assert model.layers[-1].compute_dtype == "float32"
    assert {str(weight.dtype) for weight in model.weights} == {"float32"}
    assert "dtype_policy" not in keras_script.generate("mine", TINY)


@pytest.mark.slow
def test_the_script_trains_the_same_network_by_itself(tmp_path):
    try:
        source = loading.load("mnist").source
    except DataMissingError as missing:
        pytest.skip(str(missing))
    (tmp_path / "train.py").write_text(keras_script.generate("mine", TINY))
    environment = os.environ | {"MNIST_PATH": str(Path(source).absolute()), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"Total params: {summary.parameter_count(TINY.network):,}" in done.stdout
    assert re.search(r"test loss \d\.\d{4}, test accuracy \d+\.\d\d%", done.stdout)
    trained = keras.models.load_model(tmp_path / "mine.keras")
    built = keras_model.build(TINY.network)
    assert [w.shape for w in trained.weights] == [w.shape for w in built.weights]


def test_the_script_takes_the_images_the_run_takes():
    digits = Digits(np.zeros((400, 28, 28), np.uint8), np.arange(400) % 251)
    train, validation = loop.split_dataset(Dataset("mnist", digits, digits, "", ""), TINY.recipe)
    names = {"np": np, "SEED": TINY.recipe.seed, "x_train": digits.images, "y_train": digits.labels}
    run_part(TINY.recipe, "chosen = ", "model = ", names)
    assert (names["y_train"] == train.labels).all()
    assert (names["y_val"] == validation.labels).all()


@pytest.mark.parametrize(
    "augmentation",
    [
        Augmentation(shift=6.0),
        Augmentation(rotation=6.0),
        Augmentation(scale=0.5),
        Augmentation(shear=6.0),
        Augmentation(elastic=2.0),
        TINY.recipe.augmentation,
    ],
)
def test_the_script_augments_images_as_the_run_does(augmentation, monkeypatch):
    import tensorflow as tf

    rng = np.random.default_rng(0)
    uniform = rng.uniform(-1, 1, (6, 6)).astype(np.float32)
    normal = rng.normal(size=(6, 5, 5, 2)).astype(np.float32)
    for kind, values in (("uniform", uniform), ("normal", normal)):
        for function in (kind, f"stateless_{kind}"):
            monkeypatch.setattr(tf.random, function, lambda *_, values=values: values)
    script = run_part(
        Recipe(augmentation=augmentation), "def ", "batches = ", {"tf": tf, "keras": keras}
    )
    theirs, _ = script["augment"](tf.constant(random_x()), None)
    ours = augment(tf.constant(random_x()), augmentation, (0, 0))
    assert np.allclose(theirs, ours, atol=1e-5)
    assert not np.allclose(ours, random_x(), atol=0.1)
