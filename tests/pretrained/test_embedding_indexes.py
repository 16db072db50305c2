"""The embedding indexes that ship: of the shipped weights and of MNIST, and good for both."""

import numpy as np
import pytest

from mnist_core.data import loading, mnist
from mnist_core.interpret import activations, index_file, nearest
from mnist_core.interpret.nearest import EmbeddingIndex
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.system import paths

of_each_model = pytest.mark.parametrize(
    "name", [pytest.param("reader", marks=pytest.mark.slow), "classic"]
)


@pytest.fixture
def dataset():
    """MNIST."""
    if mnist.find_mnist() is None:
        pytest.skip("MNIST is not on this computer")
    return loading.load("mnist")


def shipped(name, dataset) -> EmbeddingIndex | None:
    return index_file.read(model_store.find(name), dataset, Classifier.load(name).network)


@of_each_model
def test_it_is_small_and_holds_numbers_by_which_no_image_can_be_made(name):
    path = paths.PACKAGE / "pretrained" / name / index_file.NAME
    with np.load(path, allow_pickle=False) as file:
        shapes = {key: file[key].shape for key in file.files}
    units = activations.embedding_units(Classifier.load(name).network)
    assert shapes == {
        "mean": (units,), "directions": (units, 16), "step": (1,), "codes": (60_000, 16),
        "weights": (32,), "digits": (32,),
    }  # fmt: skip
    assert path.stat().st_size < 900_000


@of_each_model
def test_its_nearest_digits_are_those_of_all_embeddings(name, dataset):
    index, network, part = shipped(name, dataset), Classifier.load(name).network, 600
    images = dataset.train.images[:part]
    codes = nearest.encode(network, images[:50], index.components)
    np.testing.assert_allclose(codes, index.codes[:50], atol=1)
    vectors = activations.embeddings(network, images)
    index = index._replace(codes=index.codes[:part])
    for image in dataset.test.images[:4]:
        vector = activations.embeddings(network, image[None])
        distances = np.linalg.norm(vectors - vector, axis=1)
        neighbours = nearest.nearest_neighbours(index, network, images, image, 12, 60)
        assert [n.number for n in neighbours] == np.argsort(distances)[:12].tolist()


def test_it_is_not_used_for_other_digits_other_weights_or_when_it_is_damaged(dataset, tmp_path):
    assert shipped("classic", dataset)
    assert shipped("classic", dataset._replace(checksum="0" * 64)) is None
    classic = model_store.find("classic")
    copy = Run(tmp_path)
    for file in classic.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    network = Classifier.load("classic").network
    assert index_file.read(copy, dataset, network)
    with (tmp_path / "model.keras").open("ab") as weights:
        weights.write(b"other")
    assert index_file.read(copy, dataset, network) is None
    (tmp_path / "model.keras").write_bytes((classic.folder / "model.keras").read_bytes())
    whole = (tmp_path / index_file.NAME).read_bytes()
    (tmp_path / index_file.NAME).write_bytes(whole[: len(whole) // 2])
    assert index_file.read(copy, dataset, network) is None
