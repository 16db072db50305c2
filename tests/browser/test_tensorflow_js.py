"""What is exported for TensorFlow.js, loaded by it in a web page."""

import json
from functools import partial

import chromium
import npm_packages
import numpy as np
import pytest
import tensorflow_js
from kept_models import KINDS
from zip_files import members

from mnist_core.data import synthesis
from mnist_core.models import export
from mnist_core.models import store as model_store
from mnist_core.network import parameter_count
from mnist_core.prediction import Classifier

SITE = "http://site.test/"
PREDICT = """async (x) => {
    const model = await tf.loadLayersModel("model.json");
    return Array.from(await model.predict(tf.tensor(x, [x.length / 784, 28, 28, 1])).data());
}"""
COUNT = """async (architecture) => {
    const model = await tf.models.modelFromJSON(architecture);
    return [model.countParams(), model.outputs[0].shape];
}"""


@pytest.fixture
def web_page(tab, pytestconfig):
    """A page of an empty site that has loaded TensorFlow.js."""
    try:
        scripts = tensorflow_js.scripts(pytestconfig.cache.mkdir("tensorflow_js"))
    except npm_packages.NotThereError as reason:
        chromium.skip_or_fail(str(reason))
    serve(tab, {"": b""})
    tab.goto(SITE)
    for script in scripts:
        tab.add_script_tag(content=script)
    return tab


def serve(tab, files: dict[str, bytes]) -> None:
    """Have the site hold these files."""
    for name, content in files.items():
        kind = "application/octet-stream" if name else "text/html"
        tab.route(SITE + name, partial(_fulfill, content, kind))


def _fulfill(content: bytes, kind: str, route) -> None:
    route.fulfill(body=content, content_type=kind)


def exported(name, kind) -> dict[str, bytes]:
    KINDS[name](name)
    return members(export.to_bytes(name, kind))


@pytest.mark.parametrize("name", KINDS)
def test_it_answers_with_the_exported_model_as_the_app_does(name, web_page):
    serve(web_page, exported(name, "tensorflow_js"))
    images = synthesis.synthesize(5, seed=1)[0]
    answer = web_page.evaluate(PREDICT, (images.ravel() / 255).tolist())
    ours = Classifier.load(name).probabilities(images)
    assert np.abs(np.reshape(answer, (5, 10)) - ours).max() < 1e-5


@pytest.mark.parametrize("name", KINDS)
def test_it_builds_the_network_of_the_exported_architecture(name, web_page):
    architecture = json.loads(exported(name, "json")["architecture.json"])
    built = web_page.evaluate(COUNT, architecture)
    assert built == [parameter_count(model_store.experiment(name).network), [None, 10]]
