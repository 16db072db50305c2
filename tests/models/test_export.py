"""Models as files for other programs, and as bundles for this one."""

import io
import zipfile

import keras
import numpy as np
import pytest
import safetensors.numpy
from kept_models import SMALL, random_x
from zip_files import members, zipped

from mnist_core.models import bundle_import, bundle_weights, export
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store


def exported(kind, folder):
    path = folder / export.file_name("mine", kind)
    path.write_bytes(export.to_bytes("mine", kind))
    return path


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_keras_reads_what_is_exported_for_it(mine, tmp_path, kind):
    loaded = keras.models.load_model(exported(kind, tmp_path))
    assert np.allclose(loaded(random_x()), mine(random_x()))


def test_keras_builds_the_model_from_the_json_and_the_weights(mine, tmp_path):
    with zipfile.ZipFile(exported("json", tmp_path)) as archive:
        archive.extractall(tmp_path)
    loaded = keras.models.model_from_json((tmp_path / "architecture.json").read_text())
    loaded.load_weights(tmp_path / "model.weights.h5")
    assert np.allclose(loaded(random_x()), mine(random_x()))


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
    specs = bundle_weights.specs(PRESETS[name].network)
    assert {key: spec.shape for key, spec in specs.items()} == made


def new_bundle() -> bytes:
    return export.to_bytes("mine", "bundle")


def bundle_of_an_earlier_version() -> bytes:
    """With weights.npz in place of weights.safetensors."""
    parts, weights = members(new_bundle()), io.BytesIO()
    np.savez(weights, **safetensors.numpy.load(parts.pop("weights.safetensors")))
    return zipped(parts | {"weights.npz": weights.getvalue()})


@pytest.mark.parametrize("make", [new_bundle, bundle_of_an_earlier_version])
def test_an_imported_bundle_is_the_model_that_was_exported(mine, make):
    assert bundle_import.import_bundle(make(), "theirs") == "theirs"
    assert (model_store.load("theirs")(random_x()) == mine(random_x())).numpy().all()
    left, right = model_store.card("mine"), model_store.card("theirs")
    assert left | {"name": ""} == right | {"name": ""}


def test_an_imported_bundle_is_a_finished_run_with_its_curves(mine):
    bundle_import.import_bundle(new_bundle(), "theirs")
    run = run_store.get("theirs")
    assert run.state == "finished"
    assert run.experiment() == SMALL
    assert [event["kind"] for event in run.events()[0]] == ["start", "epoch", "test"]


def test_a_bundle_whose_name_is_taken_gets_a_number(mine):
    assert bundle_import.import_bundle(new_bundle(), "mine") == "mine 2"
