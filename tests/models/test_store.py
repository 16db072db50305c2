import ast
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.data import loading
from mnist_core.data.types import DataMissingError, Dataset, Digits
from mnist_core.models import bundle_import, bundle_weights, export, keras_script
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.network import keras_model, summary
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.training import loop, optimizers
from mnist_core.training.augmentation import augment

SMALL = Experiment(
    network=Network(
        blocks=(ConvBlock(filters=4, batch_normalization=True, dropout_rate=0.2),),
        dense=(DenseLayer(units=8, dropout_rate=0.1),),
    )
)
NOTHING = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
DATASET = Dataset("mnist", NOTHING, NOTHING, "0" * 64, "/home/somebody/secret/mnist.npz")
EPOCHS = [{"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8, "seconds": 1.5}]
TEST = {"loss": 0.4, "accuracy": 0.85, "images": 2}


def card_of(name="mine", experiment=SMALL):
    return card_file.make_card(name, experiment, DATASET, EPOCHS, TEST, 12.34, "finished")


def x(count=6):
    return np.random.default_rng(0).random((count, 28, 28, 1), np.float32)


@functools.cache
def small_model():
    return keras_model.build(SMALL.network, seed=1)


@functools.cache
def small_keras():
    """model.keras, as bytes: saving takes long."""
    with tempfile.TemporaryDirectory() as place:
        model_store.save(Path(place), small_model(), card_of())
        return (Path(place) / "model.keras").read_bytes()


@pytest.fixture
def mine(home):
    """The Keras model that was saved under the name "mine"."""
    run = run_store.create(SMALL, "mine")
    (run.folder / "model.keras").write_bytes(small_keras())
    (run.folder / "card.json").write_text(json.dumps(card_of()))
    run.set_status("finished")
    return small_model()


def test_a_saved_model_answers_as_before(mine):
    assert (model_store.load("mine")(x()) == mine(x())).numpy().all()


def test_a_model_saved_with_its_optimizer_answers_as_before(home):
    model = loop.compile_model(SMALL)
    model_store.save(run_store.create(SMALL, "mine").folder, model, card_of())
    assert np.allclose(model_store.load("mine")(x()), model(x()))


def test_names_lists_what_has_weights_and_what_ships_last(mine):
    run_store.create(SMALL, "not trained yet")
    assert model_store.names() == ["mine", "reader", "classic"]


def test_every_model_that_ships_has_a_name_no_run_can_take():
    assert model_store.SHIPPED == run_store.RESERVED


def test_a_model_that_is_not_there_is_named_with_those_that_are(mine):
    with pytest.raises(ValueError, match=r"'yours'. There are: mine, reader, classic"):
        model_store.load("yours")


@pytest.mark.parametrize("name", ["../mine", "a/b", "", ".hidden", "x" * 61, "Reader", "Classic"])
def test_a_name_that_could_leave_its_folder_is_refused(mine, name):
    with pytest.raises(ValueError, match="A name must"):
        model_store.load(name)


def test_a_card_goes_by_the_name_its_model_has_now(mine):
    run_store.rename("mine", "ours")
    assert model_store.card("ours")["name"] == "ours"


def test_a_damaged_card_is_named(mine):
    (model_store.folder("mine") / "card.json").write_text("{")
    with pytest.raises(ValueError, match=re.escape(str(model_store.folder("mine")))):
        model_store.card("mine")


def test_damaged_weights_are_named(mine):
    path = model_store.folder("mine") / "model.keras"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=re.escape(str(path))):
        model_store.load("mine")


def test_a_card_names_no_folder_of_its_maker(mine):
    assert model_store.card("mine")["data"]["source"] == "mnist.npz"
    assert "somebody" not in json.dumps(model_store.card("mine"))


def test_a_card_tells_the_experiment_and_the_parameters_keras_counts(mine):
    card = model_store.card("mine")
    assert Experiment.from_json(json.dumps(card["experiment"])) == SMALL
    assert card["parameters"] == mine.count_params()


def test_the_version_on_a_card_is_the_projects():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == card_of()["versions"]["mnist_core"]


def exported(kind, place):
    path = place / export.file_name("mine", kind)
    path.write_bytes(export.to_bytes("mine", kind))
    return path


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_keras_reads_what_is_exported_for_it(mine, tmp_path, kind):
    read = keras.models.load_model(exported(kind, tmp_path))
    assert np.allclose(read(x()), mine(x()))


def test_keras_builds_the_model_from_the_json_and_the_weights(mine, tmp_path):
    with zipfile.ZipFile(exported("json", tmp_path)) as archive:
        archive.extractall(tmp_path)
    read = keras.models.model_from_json((tmp_path / "architecture.json").read_text())
    read.load_weights(tmp_path / "model.weights.h5")
    assert np.allclose(read(x()), mine(x()))


def test_an_unknown_kind_of_export_is_refused_with_the_known_ones(mine):
    with pytest.raises(ValueError, match=r"script, .*bundle\. Received: 'pickle'"):
        export.to_bytes("mine", "pickle")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("script", "train_my_net.py"),
        ("keras", "my net.keras"),
        ("h5", "my net.h5"),
        ("json", "my net.zip"),
        ("bundle", "my net.bundle.zip"),
    ],
)
def test_every_kind_of_export_has_a_file_name_with_the_models(kind, name):
    assert export.file_name("my net", kind) == name


@pytest.mark.parametrize("name", PRESETS)
def test_the_weights_a_bundle_must_hold_are_those_keras_makes(name):
    model = keras_model.build(PRESETS[name].network)
    made = {f"{a.name}.{w.name}": tuple(w.shape) for a in model.layers for w in a.weights}
    forms = bundle_weights.specs(PRESETS[name].network)
    assert {key: form.shape for key, form in forms.items()} == made


def test_an_imported_bundle_is_the_model_that_was_exported(mine):
    assert bundle_import.import_bundle(export.to_bytes("mine", "bundle"), "theirs") == "theirs"
    assert (model_store.load("theirs")(x()) == mine(x())).numpy().all()
    left, right = model_store.card("mine"), model_store.card("theirs")
    assert left | {"name": ""} == right | {"name": ""}


def test_an_imported_bundle_is_a_finished_run_with_its_curves(mine):
    bundle_import.import_bundle(export.to_bytes("mine", "bundle"), "theirs")
    run = run_store.get("theirs")
    assert run.state == "finished"
    assert run.experiment() == SMALL
    assert [e["kind"] for e in run.events()[0]] == ["start", "epoch", "test"]


def test_a_bundle_whose_name_is_taken_gets_a_number(mine):
    assert bundle_import.import_bundle(export.to_bytes("mine", "bundle"), "mine") == "mine 2"


@pytest.mark.parametrize("name", PRESETS)
def test_the_script_of_every_preset_is_python_with_short_lines(name):
    program = keras_script.generate(name, PRESETS[name])
    ast.parse(program)
    assert max(map(len, program.splitlines())) <= 100


@pytest.mark.parametrize("name", ["tiny", "lenet", "conv-bn-dropout", "by-heart"])
def test_the_script_is_as_tidy_as_our_own_code(name):
    program = keras_script.generate("mine", PRESETS[name]).encode()
    for command in (["check", "--isolated"], ["format", "--check", "--line-length=100"]):
        ruff = [sys.executable, "-m", "ruff", *command, "-"]
        done = subprocess.run(ruff, input=program, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("optimizer", keras_script.OPTIMIZER_ARGUMENTS)
def test_the_script_names_the_optimizer_that_trains_the_run(optimizer):
    recipe = Recipe(optimizer=optimizer, learning_rate=0.02, momentum=0.7, weight_decay=0.03)
    program = keras_script.generate("mine", Experiment(recipe=recipe))
    call = re.search(r"optimizer=(keras\.optimizers\.\w+\(.*\)),", program)[1]
    made = eval(call, {"keras": keras})
    unnamed = {"name": ""}  # Keras numbers its optimizers
    assert made.get_config() | unnamed == optimizers.make_optimizer(recipe).get_config() | unnamed


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


def test_the_script_takes_the_images_the_run_takes(tmp_path):
    images = np.zeros((400, 28, 28), np.uint8)
    labels = np.arange(400) % 251
    dataset = DATASET._replace(train=Digits(images, labels))
    train, validation = loop.split_dataset(dataset, TINY.recipe)
    names = {"np": np, "SEED": TINY.recipe.seed, "x_train": images, "y_train": labels}
    exec(keras_script._choice(TINY.recipe), names)
    assert (names["y_train"] == train.labels).all()
    assert (names["y_val"] == validation.labels).all()


def test_the_scripts_augmentation_moves_images_as_the_run_does():
    import tensorflow as tf

    for part in ("shift", "rotation", "scale", "shear", "elastic"):
        augmentation = Augmentation(**{part: {"scale": 0.5, "elastic": 2.0}.get(part, 6.0)})
        dice = np.random.default_rng(0).uniform(-1, 1, (6, 6)).astype(np.float32)
        bends = np.random.default_rng(1).normal(size=(6, 5, 5, 2)).astype(np.float32)
        recipe = Recipe(augmentation=augmentation)
        program = keras_script._batches(recipe).split("batches = ")[0]
        names = {"tf": tf, "keras": keras}
        exec(program, names)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tf.random, "uniform", lambda *_, d=dice: d)
            patch.setattr(tf.random, "stateless_uniform", lambda *_, d=dice: d)
            patch.setattr(tf.random, "normal", lambda *_, b=bends: b)
            patch.setattr(tf.random, "stateless_normal", lambda *_, b=bends: b)
            theirs, _ = names["augment"](tf.constant(x()), None)
            ours = augment(tf.constant(x()), augmentation, (0, 0))
        assert np.allclose(theirs, ours, atol=1e-5)
        assert not np.allclose(ours, x(), atol=0.1)


@pytest.mark.parametrize("name", model_store.SHIPPED)
def test_a_model_that_ships_can_be_loaded(name):
    assert model_store.load(name)(x()).shape == (6, 10)
    assert model_store.card(name)["test"]["accuracy"] > 0.98
