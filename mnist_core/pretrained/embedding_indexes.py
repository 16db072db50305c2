"""Makes the embedding indexes of the models that ship, by which Inside finds look-alikes at once.

    python -m mnist_core.pretrained.embedding_indexes

It needs MNIST, and takes some two minutes; then commit the files.
"""

from mnist_core.data import loading
from mnist_core.data.types import Dataset
from mnist_core.interpret import index_file, nearest
from mnist_core.interpret.nearest import EmbeddingIndex
from mnist_core.models import store as model_store
from mnist_core.network.inference import InferenceNetwork


def make(network: InferenceNetwork, dataset: Dataset) -> EmbeddingIndex:
    """The index of a training set."""
    images = dataset.train.images
    components = nearest.fit_components(network, images[: nearest.CHUNK])
    return EmbeddingIndex(components, nearest.encode(network, images, components))


def main() -> None:
    """Write both, beside the weights."""
    mnist = loading.load("mnist")
    for model in map(model_store.find, model_store.SHIPPED):
        index = make(model_store.inference_network(model), mnist)
        path = index_file.write(model, mnist, index)
        print(f"{path.parent.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
