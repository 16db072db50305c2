"""A model in the formats that Keras 2, Keras 3 and TensorFlow.js all read.

The architecture is JSON as Keras 2 wrote it, of layers that all three know by the same names and
arguments; what is Keras' default is left out. The weights are HDF5, or one row of float32.
"""

import io
import json

import h5py

from mnist_core.config import layer_shapes
from mnist_core.config.schema import Network, Recipe
from mnist_core.network import summary
from mnist_core.network.inference import Weights
from mnist_core.training import optimizers


def architecture(network: Network, views: int = 1) -> dict:
    """The graph from x to the probabilities that the app shows, as `model_from_json` reads it.

    Args:
        views: test-time views of each image, 1 or 2; see `prediction.Classifier`.
    """
    image = {"batch_input_shape": [None, *layer_shapes.IMAGE_SHAPE]}
    layers = [("InputLayer", "image", image), *_portable_layers(network)]
    if views == 1:
        name, config = "Sequential", {"layers": [_layer(*layer) for layer in layers]}
    else:
        name, config = "Model", _two_views(layers)
    # Keras 3 looks for the class in its module; the others pass over that
    return {"module": "keras", "class_name": name, "config": {"name": "network"} | config}


def _layer(kind: str, name: str, arguments: dict) -> dict:
    return {"class_name": kind, "config": {"name": name, "dtype": "float32"} | arguments}


def _two_views(layers: list[tuple[str, str, dict]]) -> dict:
    """The graph in which layers see the image and the image moved by half a pixel."""
    image, *shared, softmax = layers
    padding = ("ZeroPadding2D", "moved_padding", {"padding": [[0, 1], [0, 1]]})
    moved = ("AveragePooling2D", "moved", {"pool_size": 2, "strides": 1})
    graph = [
        _node(image),
        _node(padding, [("image", 0)]),
        _node(moved, [("moved_padding", 0)]),
    ]
    calls = [("image", 0), ("moved", 0)]  # by layer and number of its call
    for layer in shared:
        graph.append(_node(layer, *([call] for call in calls)))
        calls = [(layer[1], 0), (layer[1], 1)]
    graph.append(_node(("Average", "mean_logits", {}), calls))
    graph.append(_node(softmax, [("mean_logits", 0)]))
    ends = {"input_layers": ["image", 0, 0], "output_layers": [softmax[1], 0, 0]}
    return {"layers": graph} | ends


def _node(layer: tuple[str, str, dict], *calls: list[tuple[str, int]]) -> dict:
    inbound = [[[*source, 0, {}] for source in sources] for sources in calls]
    return _layer(*layer) | {"name": layer[1], "inbound_nodes": inbound}


def nest_ends(graph: dict) -> dict:
    """An architecture as TensorFlow.js reads it, too: with a list of inputs and one of outputs.

    Keras 3 then warns that the one input isn't in a list.
    """
    ends = ("input_layers", "output_layers")
    nested = {key: [graph["config"][key]] for key in ends if key in graph["config"]}
    return graph | {"config": graph["config"] | nested}


def _portable_layers(network: Network):
    """(kind, name, arguments) of each layer."""
    for layer in layer_shapes.plan_layers(network):
        arguments = dict(layer.arguments)
        if arguments.get("activation") != "leaky_relu":
            yield layer.kind, layer.name, arguments
            continue
        name = layer.name
        if layer.kind != "Activation":
            yield layer.kind, layer.name, arguments | {"activation": "linear"}
            name = f"{layer.name}_activation"
        # TensorFlow.js has no such activation, only the layer
        yield "LeakyReLU", name, {"alpha": layer_shapes.LEAKY_RELU_SLOPE}


def hdf5_weights(weights: Weights) -> bytes:
    """A file for `load_weights`. Its name must not end in `.weights.h5`: that is another format."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _write_weights(file, weights)
    return content.getvalue()


def hdf5_model(graph: dict, weights: Weights, recipe: Recipe) -> bytes:
    """A file for `load_model`, compiled."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2", "tensorflow"
        file.attrs["model_config"] = json.dumps(graph)
        file.attrs["training_config"] = json.dumps(_training_config(recipe))
        _write_weights(file.create_group("model_weights"), weights)
    return content.getvalue()


def _write_weights(group: h5py.Group, weights: Weights) -> None:
    layers = summary.by_layer(weights)
    group.attrs["keras_version"], group.attrs["backend"] = "2", "tensorflow"
    group.attrs["layer_names"] = [layer.encode() for layer in layers]
    for layer, names in layers.items():
        of_layer = group.create_group(layer)
        of_layer.attrs["weight_names"] = [name.replace(".", "/").encode() for name in names]
        for name in names:
            of_layer[name.replace(".", "/")] = weights[name]


def _training_config(recipe: Recipe) -> dict:
    arguments = optimizers.arguments(recipe)
    if recipe.optimizer == "AdamW":
        # Keras 2 takes an AdamW with arguments for one of its old optimizers, of which there is
        # none, unless the arguments hold a word that Keras 3 refuses. By its only other name there,
        # ExperimentalAdam, Keras 3 finds it by "name" alone, which as more than a word keeps
        # Keras 2 from training
        arguments = {}
    return {
        "loss": "sparse_categorical_crossentropy",
        "metrics": [{"class_name": "SparseCategoricalAccuracy", "config": {"name": "accuracy"}}],
        "weighted_metrics": None,
        "loss_weights": None,
        "optimizer_config": {"class_name": recipe.optimizer, "config": arguments},
    }


def tensorflow_js_model(graph: dict, weights: Weights) -> dict[str, bytes]:
    """The files of `tf.loadLayersModel`, by name: model.json, which is loaded, and weights.bin."""
    manifest = {
        "paths": ["weights.bin"],
        "weights": [
            {"name": name.replace(".", "/"), "shape": array.shape, "dtype": "float32"}
            for name, array in weights.items()
        ],
    }
    topology = nest_ends(graph)
    model = {"format": "layers-model", "modelTopology": topology, "weightsManifest": [manifest]}
    content = b"".join(array.astype("<f4").tobytes() for array in weights.values())
    return {"model.json": json.dumps(model).encode(), "weights.bin": content}
