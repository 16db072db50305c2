"""Named experiments, each with a sentence on why it behaves as it does."""

from typing import NamedTuple

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)


class Preset(NamedTuple):
    """An experiment, why it behaves as it does, and the accuracy its authors published."""

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
        _experiment(_network(ConvBlock(), dense=[128]), epochs=10),
        "One layer of edge detectors is enough for about 98.5 %; the dense layer holds 99 % of the"
        " parameters and starts to learn the training images by heart.",
    ),
    "lenet": Preset(
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
        _experiment(
            _network(
                ConvBlock(filters=8, kernel_size=5),
                ConvBlock(filters=24, kernel_size=5),
                dense=[96],
            ),
            learning_rate=0.004,
            schedule="cosine",
            epochs=3,
            validation_fraction=0.05,
            train_images=58_000,  # what two cores manage in ten seconds
        ),
        "Few filters make steps cheap; a high learning rate that falls to 0 makes each one count.",
    ),
    "tiny": Preset(
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
        _experiment(_network(ConvBlock(), dense=[128]), learning_rate=0.3, epochs=2),
        "A learning rate 300 times too high: the first steps overshoot so far that the network"
        " ends up guessing, at 10 %.",
        next_step="Set the learning rate to 0.001",
        change={"recipe.learning_rate": "0.001"},
    ),
    "by-heart": Preset(
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
