"""Bundles: a model leaves this app and comes back as it was."""

import io
import math

import numpy as np
import pytest
import safetensors.numpy
from kept_models import SMALL, keep_varied, random_x
from small_runs import small_experiment
from zip_files import members, zipped

from mnist_core.config import validation
from mnist_core.models import bundle_import, bundle_weights, export
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import job

pytestmark = pytest.mark.slow  # models are made, packed and read


@pytest.mark.parametrize("name", PRESETS)
def test_the_weights_a_bundle_must_hold_are_those_keras_makes(name):
    model = keras_model.build(PRESETS[name].network)
    made = {f"{a.name}.{w.name}": tuple(w.shape) for a in model.layers for w in a.weights}
    specs = bundle_weights.specs(PRESETS[name].network)
    assert {key: spec.shape for key, spec in specs.items()} == made


def new_bundle() -> bytes:
    return export.to_bytes("mine", "bundle")


def bundle_of_an_earlier_version() -> bytes:
    """With weights.npz in place of weights.safetensors."""
    parts, weights = members(new_bundle()), io.BytesIO()
    np.savez(weights, **safetensors.numpy.load(parts.pop("weights.safetensors")))
    return zipped(parts | {"weights.npz": weights.getvalue()})


def test_an_imported_bundle_answers_to_the_last_bit_as_the_model_that_was_exported(model_name):
    images = (random_x()[..., 0] * 255).astype(np.uint8)
    bundle_import.import_bundle(export.to_bytes(model_name, "bundle"), "theirs")
    ours = Classifier.load(model_name).probabilities(images)
    assert np.array_equal(Classifier.load("theirs").probabilities(images), ours)


def test_an_imported_bundle_has_the_whole_card_of_the_model_that_was_exported(model_name):
    bundle_import.import_bundle(export.to_bytes(model_name, "bundle"), "theirs")
    experiment = validation.to_dict(model_store.experiment(model_name))  # newer fields filled in
    card = model_store.card(model_name) | {"name": "theirs", "experiment": experiment}
    assert model_store.card("theirs") == card


def test_a_bundle_of_an_earlier_version_can_be_imported(mine):
    bundle_import.import_bundle(bundle_of_an_earlier_version(), "theirs")
    assert (model_store.load("theirs")(random_x()) == mine(random_x())).numpy().all()


def kinds(run) -> list[str]:
    """Of its events; "damaged" is one, too."""
    return [event["kind"] for event in run.events()[0]]


def test_an_imported_bundle_is_a_finished_run_with_its_curves(mine):
    bundle_import.import_bundle(new_bundle(), "theirs")
    run = run_store.get("theirs")
    assert run.state == "finished"
    assert run.experiment() == SMALL
    assert kinds(run) == ["start", "epoch", "test"]


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_model_whose_training_diverged_comes_back_with_its_curves(home, loss):
    epoch = {"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8}
    epoch |= {"val_loss": loss, "val_accuracy": 0.1}
    keep_varied("mine", curves=[epoch], test={"loss": loss, "accuracy": 0.1, "images": 9})
    bundle_import.import_bundle(new_bundle(), "theirs")
    assert repr(model_store.card("theirs")["curves"]) == repr([epoch])  # NaN isn't NaN
    assert kinds(run_store.get("theirs")) == ["start", "epoch", "test"]


def test_the_bundle_of_a_run_that_has_trained_comes_back_with_its_card_and_curves(home):
    job.train_run(run_store.create(small_experiment(), "mine"))
    bundle_import.import_bundle(new_bundle(), "theirs")
    assert model_store.card("theirs") == model_store.card("mine") | {"name": "theirs"}
    assert set(kinds(run_store.get("theirs"))) == {"start", "epoch", "test"}


@pytest.mark.parametrize("name", ["mine", "reader", "classic", "Reader"])
def test_a_bundle_whose_name_is_taken_or_a_shipped_models_gets_a_number(mine, name):
    assert bundle_import.import_bundle(new_bundle(), name).name == f"{name} 2"
    assert bundle_import.import_bundle(new_bundle(), name).name == f"{name} 3"


def in_folder(parts, folder="my net.bundle/"):
    """The parts with the folder's own entry, as a file manager zips a folder."""
    return {folder: b""} | {folder + name: content for name, content in parts.items()}


def with_additions(parts):
    """What macOS and Windows add to a folder of parts, or beside it."""
    folder = next(iter(parts)).rpartition("/")[0]
    names = [".DS_Store", f"__MACOSX/{folder}/._card.json", f"__MACOSX/._{folder}"]
    names += [f"{folder}/{name}" for name in ("._card.json", "desktop.ini", "Thumbs.db") if folder]
    return parts | dict.fromkeys(names, b"\x00\x05\x16\x07")


@pytest.mark.parametrize(
    "again",
    [
        in_folder,
        lambda parts: {f"a/{name}": content for name, content in parts.items()},
        with_additions,
        lambda parts: with_additions(in_folder(parts)),
    ],
    ids=["a folder", "what is in a folder", "files and more", "a folder and more"],
)
def test_a_bundle_that_was_unpacked_and_zipped_again_can_be_imported(mine, again):
    bundle_import.import_bundle(zipped(again(members(new_bundle()))), "theirs")
    assert (model_store.load("theirs")(random_x()) == mine(random_x())).numpy().all()
