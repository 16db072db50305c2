"""Models as files for other programs, which answer with them as the app does."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tf_keras
from config_strategies import networks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kept_models import SMALL, keep_varied, make_card, small_model

from mnist_core.data import synthesis
from mnist_core.data.types import Digits
from mnist_core.evaluation import metrics
from mnist_core.models import export, interchange
from mnist_core.models import store as model_store
from mnist_core.network import parameter_count
from mnist_core.prediction import Classifier
from mnist_core.runs import store as run_store
from mnist_core.training import optimizers

pytestmark = pytest.mark.slow  # Keras 3 and Keras 2 build and compile each model

DIGITS = Digits(*synthesis.synthesize(40, seed=1)[:2])
X = DIGITS.images[..., None].astype(np.float32) / 255
FILES = pytest.mark.parametrize(
    ("keras", "kind"), [(keras, "keras"), (keras, "h5"), (tf_keras, "h5")]
)
KERAS = pytest.mark.parametrize("keras", [keras, tf_keras], ids=["Keras 3", "Keras 2"])


def exported(name, kind, folder):
    path = folder / export.file_name(name, kind)
    path.write_bytes(export.to_bytes(name, kind))
    return path


def evaluated(model) -> list[float]:
    """[loss, accuracy] by a model that Keras has loaded, as it is."""
    return model.evaluate(X, DIGITS.labels, verbose=0)


def answers_as_the_app(model, name) -> bool:
    theirs, ours = model(X).numpy(), Classifier.load(name).probabilities(DIGITS.images)
    assert ours.std(axis=0).max() > 0.01  # or any two models would answer alike
    return theirs.shape == ours.shape and np.abs(theirs - ours).max() < 1e-5  # rounding: 2e-6


def test_keras_3_answers_with_the_keras_file_as_the_app_does(model_name, tmp_path):
    loaded = keras.models.load_model(exported(model_name, "keras", tmp_path))
    assert answers_as_the_app(loaded, model_name)


@KERAS
def test_keras_answers_with_the_h5_file_as_the_app_does(keras, model_name, tmp_path):
    loaded = keras.models.load_model(exported(model_name, "h5", tmp_path))
    assert answers_as_the_app(loaded, model_name)


@KERAS
def test_keras_answers_with_the_json_and_the_weights_as_the_app_does(keras, model_name, tmp_path):
    with zipfile.ZipFile(exported(model_name, "json", tmp_path)) as archive:
        archive.extractall(tmp_path)
    loaded = keras.models.model_from_json((tmp_path / "architecture.json").read_text())
    loaded.load_weights(tmp_path / "weights.h5")
    assert answers_as_the_app(loaded, model_name)


@FILES
def test_what_keras_loads_can_be_evaluated_at_once(keras, kind, home, tmp_path):
    result = evaluated(keras.models.load_model(exported("reader", kind, tmp_path)))
    assert result == pytest.approx(metrics.evaluate(Classifier.load("reader"), DIGITS)[1::-1])


@FILES
@pytest.mark.parametrize("optimizer", optimizers.ARGUMENTS)
def test_what_keras_loads_trains_on_by_the_recipe(optimizer, keras, kind, home, tmp_path):
    recipe = {"recipe.optimizer": optimizer, "recipe.learning_rate": "0.02"}
    experiment = SMALL.with_values(recipe)
    run = run_store.create(experiment, "mine")
    model_store.save(run.folder, small_model(), make_card("mine", experiment))
    loaded = keras.models.load_model(exported("mine", kind, tmp_path))
    assert type(loaded.optimizer).__name__ == optimizer
    rate = 0.001 if (optimizer, kind) == ("AdamW", "h5") else 0.02  # see `interchange`
    assert float(loaded.optimizer.learning_rate) == pytest.approx(rate)
    before = evaluated(loaded)
    loaded.fit(X, DIGITS.labels, batch_size=40, epochs=5, verbose=0)
    assert evaluated(loaded)[0] != before[0]


def test_the_keras_file_holds_what_the_optimizer_had_gathered(home, tmp_path):
    run = keep_varied("mine")
    kept, given = run.folder / "model.keras", exported("mine", "keras", tmp_path)
    velocity = [
        keras.models.load_model(path).optimizer.variables[2].numpy() for path in (kept, given)
    ]
    assert velocity[0].any()
    assert np.array_equal(*velocity)


@settings(max_examples=30, deadline=None)
@given(networks(), st.integers(1, 2))
def test_keras_2_builds_any_network_of_any_number_of_views(network, views):
    assume(parameter_count(network) < 1_000_000)
    built = tf_keras.models.model_from_json(json.dumps(interchange.architecture(network, views)))
    assert built.count_params() == parameter_count(network)
    assert built.output_shape == (None, 10)


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
        ("tensorflow_js", "my net.tensorflow_js.zip"),
        ("bundle", "my net.bundle.zip"),
    ],
)
def test_every_kind_of_export_has_a_file_name_with_the_models(kind, name):
    assert export.file_name("my net", kind) == name
