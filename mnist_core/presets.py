"""Named experiments, each with a sentence on why it behaves as it does."""

import functools
from typing import NamedTuple

from mnist_core.config import labels
from mnist_core.config.paths import flatten, sort_paths
from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)

MAX_CHANGES = 4  # from a preset, for an experiment to be described by it


class Preset(NamedTuple):
    """An experiment, how good it is and why, and the accuracy its authors published."""

    accuracy: float  # on MNIST's test set: the median of tests/bench/presets.py's three runs
    experiment: Experiment
    why: str
    published: str = ""  # as its authors give it; empty where there is none
    next_step: str = ""  # the change that shows the reason, as text ...
    change: dict[str, str] = {}  # noqa: RUF012 -- ... and as `Experiment.with_values` takes it


def _network(*blocks, dense=(), head="flatten"):
    dense = tuple(d if isinstance(d, DenseLayer) else DenseLayer(units=d) for d in dense)
    return Network(blocks=blocks, head=head, dense=dense)


def _experiment(network, **recipe):
    return Experiment(network=network, recipe=Recipe(**recipe))


_PUBLISHED = {
    "two-conv-adadelta": Preset(
        0.888,
        _experiment(
            _network(ConvBlock(pool_size=0), ConvBlock(filters=64), dense=[128]),
            optimizer="Adadelta",
            learning_rate=0.001,  # Keras' default; the method's paper has none
            epochs=12,
            validation="test",
        ),
        "Adadelta at Keras' rate of 0.001 takes tiny steps, so after 12 epochs it is still on its"
        " way: change the optimizer to Adam and the same network passes 98.5 % in one epoch.",
        "88.16 % test",
        "Change the optimizer to Adam",
        {"recipe.optimizer": "Adam"},
    ),
    "one-conv-128": Preset(
        0.9857,
        _experiment(_network(ConvBlock(), dense=[128]), epochs=10),
        "One layer of edge detectors is enough for about 98.5 %; the dense layer holds 99 % of the"
        " parameters and starts to learn the training images by heart.",
    ),
    "lenet": Preset(
        0.9925,
        _experiment(
            _network(
                ConvBlock(filters=20, kernel_size=5, padding="same"),
                ConvBlock(filters=50, kernel_size=5),
                dense=[500],
            ),
            epochs=10,
            validation="test",
        ),
        "The classic: a second convolution sees combinations of strokes, so it passes 99 %.",
    ),
    "one-conv-100": Preset(
        0.9854,
        _experiment(
            _network(ConvBlock(), dense=[100]),
            batch_size=32,  # Keras' default, which its authors kept
            epochs=10,
        ),
        "Training accuracy climbs to almost 100 % while validation stays near 98.6 %: that gap is"
        " overfitting.",
        "98.6 % validation, 99.88 % training",
        "Add dropout of 0.5",
        {"network.dense.0.dropout_rate": "0.5"},
    ),
    "conv-bn-dropout": Preset(
        0.9909,
        _experiment(
            _network(
                ConvBlock(batch_normalization=True),
                ConvBlock(filters=64, batch_normalization=True),
                dense=[
                    DenseLayer(units=256, dropout_rate=0.3),
                    DenseLayer(units=64, dropout_rate=0.3),
                ],
            ),
            epochs=10,
            patience=3,
            restore_best_weights=True,
        ),
        "Batch normalization speeds it up, dropout keeps it from learning by heart, and early"
        " stopping picks the epoch that did best on images it had not seen.",
        "99.03 % test",
    ),
}

_OURS = {
    "quick": Preset(
        0.9915,
        _experiment(
            _network(
                ConvBlock(filters=16, kernel_size=5, pool_size=3),
                ConvBlock(filters=32, kernel_size=5, padding="same"),
                dense=[96],
            ),
            learning_rate=0.006,
            schedule="cosine",
            warmup=0.2,
            epochs=2,
            precision="bfloat16",
            validation_fraction=0.05,
        ),
        "Early pooling and 16 bits make steps cheap; a high learning rate that falls to 0 makes"
        " each one count.",
    ),
    "quick-99.5": Preset(
        0.9954,
        _experiment(
            _network(
                ConvBlock(filters=32, kernel_size=5, pool_size=3),
                ConvBlock(filters=64, kernel_size=5, padding="same"),
                dense=[DenseLayer(units=128, dropout_rate=0.3)],
            ),
            learning_rate=0.005,
            schedule="cosine",
            warmup=0.15,
            epochs=8,
            precision="bfloat16",
            validation="none",
            augmentation=Augmentation(shift=1.0, rotation=7.0, scale=0.07, shear=4.0),
        ),
        "The same idea as quick with twice the filters, and images that change a little each time"
        " they are seen, so that it goes on learning for eight epochs.",
    ),
    "tiny": Preset(
        0.9911,
        _experiment(
            _network(
                ConvBlock(filters=6, batch_normalization=True),
                ConvBlock(filters=10, batch_normalization=True),
                ConvBlock(filters=8, batch_normalization=True, pool_size=0),
            ),
            learning_rate=0.02,
            schedule="cosine",
            epochs=30,
            validation="none",
            augmentation=Augmentation(shift=1.0, rotation=8.0, scale=0.08, shear=5.0),
        ),
        "Where nearly all parameters usually are, in a dense layer, it has none; few filters and a"
        " long training with changed images do the rest.",
    ),
}

_INSTRUCTIVE = {
    "too-fast": Preset(
        0.1135,
        _experiment(_network(ConvBlock(), dense=[128]), learning_rate=0.3, epochs=2),
        "A learning rate 300 times too high: the first steps overshoot so far that the network"
        " ends up guessing, at 10 %.",
        next_step="Set the learning rate to 0.001",
        change={"recipe.learning_rate": "0.001"},
    ),
    "by-heart": Preset(
        0.8761,
        _experiment(
            _network(ConvBlock(), dense=[512]),
            train_images=300,
            batch_size=32,
            epochs=40,
            validation="test",
        ),
        "With 300 images for 2.8 million parameters it learns them by heart: 100 % in training,"
        " about 12 points less on digits it has not seen.",
        next_step="Give it 30,000 images",
        change={"recipe.train_images": "30000", "recipe.epochs": "2"},
    ),
    "no-bend": Preset(
        0.9186,
        _experiment(
            _network(
                ConvBlock(activation="linear", pool_size=0),
                dense=[DenseLayer(activation="linear")],
            ),
            epochs=3,
        ),
        "Without a nonlinearity, layers on layers are still one weighted sum per digit: it stays"
        " near 92 %, however many parameters it has.",
        next_step="Put the bends back: relu",
        change={"network.blocks.0.activation": "relu", "network.dense.0.activation": "relu"},
    ),
}

ABOUT: dict[str, Preset] = _PUBLISHED | _OURS | _INSTRUCTIVE
PRESETS: dict[str, Experiment] = {name: preset.experiment for name, preset in ABOUT.items()}


def describe_experiment(experiment: Experiment) -> str:
    """An experiment in words, by the preset nearest to it: "quick: learning rate 0.003".

    The data set doesn't count. One that is like no preset is "its own".
    """
    flat = flatten(experiment)
    changes = {name: _changed_paths(preset, flat) for name, preset in _flat_presets().items()}
    name = min(changes, key=lambda name: len(changes[name]))
    if len(changes[name]) > MAX_CHANGES:
        return "its own"
    values = [
        f"{labels.path_label(path)} {labels.format_value(path, flat.get(path))}"
        for path in sort_paths(Experiment, changes[name])
    ]
    return f"{name}: {', '.join(values).lower()}" if values else name


@functools.cache
def _flat_presets() -> dict[str, dict]:
    return {name: flatten(experiment) for name, experiment in PRESETS.items()}


def _changed_paths(first, second) -> list[str]:
    paths = first.keys() | second.keys()
    return [path for path in paths if path != "data" and first.get(path) != second.get(path)]
