"""An experiment as a Keras program that stands alone: to read, to run, to change.

It has the network, the recipe and the choice of images of the experiment, but draws its random
numbers in another order: its figures come near those of the run, not digit for digit.
"""

import inspect
import json
from collections.abc import Callable, Iterator

from mnist_core.config import layer_shapes
from mnist_core.config.schema import MNIST_IMAGES, Augmentation, Experiment, Recipe
from mnist_core.training import augmentation, optimizers

LINE_LENGTH = 100  # characters
DRAWINGS_NOTE = """
The model it is from learned from people's drawings as well, which are not part of this program; it
learns from MNIST alone, and comes to another model."""


def generate(name: str, experiment: Experiment, drawings: bool = False) -> str:
    """The program.

    Args:
        name: what it calls the model that it saves; a checked run name.
        drawings: whether the model it is from learned from people's drawings, too.
    """
    recipe = experiment.recipe
    tensorflow = "import tensorflow as tf\n" if recipe.augmentation != Augmentation() else ""
    parts = [
        _HEAD.format(
            name=json.dumps(name, ensure_ascii=False),
            data=_data_note(experiment) + (DRAWINGS_NOTE if drawings else ""),
            tensorflow=tensorflow,
            seed=recipe.seed,
        ),
        _images(recipe),
        "\n".join(_model(experiment)) + "\n",
        _compile(recipe),
        _batches(recipe),
        _fit(recipe),
        _TAIL.format(file_name=json.dumps(f"{name}.keras", ensure_ascii=False)),
    ]
    return "\n".join(part for part in parts if part)


_HEAD = '''"""Trains the network {name} on MNIST with Keras and saves it.

Needs tensorflow and numpy. MNIST is downloaded, unless MNIST_PATH names a mnist.npz.{data}
"""

import os

import keras
import numpy as np
{tensorflow}
SEED = {seed}
keras.utils.set_random_seed(SEED)

# The images: uint8 (n, 28, 28), ink bright on 0. The network is fed floats from 0 to 1.
if os.environ.get("MNIST_PATH"):
    with np.load(os.environ["MNIST_PATH"]) as file:
        x_train, y_train, x_test, y_test = (
            file[key] for key in ("x_train", "y_train", "x_test", "y_test")
        )
else:
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32") / 255
x_test = x_test[..., None].astype("float32") / 255
'''


def _data_note(experiment) -> str:
    if experiment.data == "mnist":
        return ""
    return (
        f"\nThe run it is from learned from the data set {experiment.data!r}, which is not part of"
        "\nthis program; it learns from MNIST."
    )


def _images(recipe: Recipe) -> str:
    """Which images train and which validate: those that `training.loop.split_dataset` takes."""
    lines = []
    if recipe.train_images < MNIST_IMAGES:
        lines += [
            f"chosen = np.random.default_rng(SEED).permutation(len(x_train))"
            f"[:{recipe.train_images}]",
            "x_train, y_train = x_train[chosen], y_train[chosen]",
        ]
    if recipe.validation == "split":
        lines += [
            f"held_back = max(1, round({recipe.validation_fraction} * len(x_train)))",
            "order = np.random.default_rng(SEED).permutation(len(x_train))",
            "x_val, y_val = x_train[order[:held_back]], y_train[order[:held_back]]",
            "x_train, y_train = x_train[order[held_back:]], y_train[order[held_back:]]",
        ]
    return "\n".join(lines) + "\n" if lines else ""


def _model(experiment: Experiment) -> Iterator[str]:
    mixed = experiment.recipe.precision == "bfloat16"
    if mixed:
        yield "# The layers compute in 16 bits; their weights and the softmax have 32."
        yield 'keras.config.set_dtype_policy("mixed_bfloat16")'
    yield "model = keras.Sequential("
    yield "    ["
    yield f"        keras.Input({layer_shapes.IMAGE_SHAPE}),"
    for layer in layer_shapes.plan_layers(experiment.network):
        arguments = [f"{key}={_literal(value)}" for key, value in layer.arguments.items()]
        arguments.append(f'name="{layer.name}"')
        if mixed and layer.kind == "Softmax":
            arguments.append('dtype="float32"')
        yield from _call(" " * 8, f"keras.layers.{layer.kind}", arguments, ",")
    yield "    ]"
    yield ")"
    yield "model.summary()"


def _call(indent: str, function: str, arguments: list[str], end: str = "") -> Iterator[str]:
    """The lines of a call: one, three, or one per argument, whichever fits first."""
    inside = ", ".join(arguments)
    if len(line := f"{indent}{function}({inside}){end}") <= LINE_LENGTH:
        yield line
        return
    yield f"{indent}{function}("
    if len(line := f"{indent}    {inside}") <= LINE_LENGTH:
        yield line
    else:
        yield from (f"{indent}    {argument}," for argument in arguments)
    yield f"{indent}){end}"


def _literal(value) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _compile(recipe: Recipe) -> str:
    lines = [
        f"BATCH_SIZE = {recipe.batch_size}",
        f"EPOCHS = {recipe.epochs}",
    ]
    rate = f"{recipe.learning_rate}"
    if recipe.schedule == "cosine":
        lines += [
            "steps = EPOCHS * -(-len(x_train) // BATCH_SIZE)",
            f"warmup_steps = round({recipe.warmup} * steps)",
            "learning_rate = keras.optimizers.schedules.CosineDecay(",
            f"    0.0 if warmup_steps else {rate},",
            "    decay_steps=max(1, steps - warmup_steps),",
            "    warmup_steps=warmup_steps,",
            f"    warmup_target={rate} if warmup_steps else None,",
            ")",
        ]
        rate = "learning_rate"
    values = optimizers.arguments(recipe) | {"learning_rate": rate}
    arguments = ", ".join(f"{name}={value}" for name, value in values.items())
    lines += [
        "model.compile(",
        f"    optimizer=keras.optimizers.{recipe.optimizer}({arguments}),",
        '    loss="sparse_categorical_crossentropy",',
        '    metrics=["accuracy"],',
        ")",
    ]
    return "\n".join(lines) + "\n"


_AUGMENT = '''
def augment(x, y):
    """Each image changed at random, in one resampling."""
    # At most: pixels right, pixels down, radians, share wider, share taller, radians of slant.
    limits = [{limits}]
    changes = tf.random.uniform((tf.shape(x)[0], 6), -1.0, 1.0) * tf.constant(limits)
    transforms = affine_transforms(changes)
{sample}


batches = tf.data.Dataset.from_tensor_slices((x_train, y_train))
batches = batches.shuffle(len(x_train), seed=SEED).batch(BATCH_SIZE).map(augment)
'''

_SAMPLE_AFFINE = """\
    matrices = tf.pad(transforms, [[0, 0], [0, 2]])
    return keras.ops.image.affine_transform(x, matrices, fill_mode="constant"), y"""

_SAMPLE_ELASTIC = """\
    normal = tf.random.normal((tf.shape(x)[0], {side}, {side}, 2))
    points = sample_points(transforms) + {elastic} * elastic_field(normal)
    return sample_bilinear(x, points), y"""


def _batches(recipe: Recipe) -> str:
    a = recipe.augmentation
    if a == Augmentation():
        return ""
    functions, sample = [augmentation.affine_transforms], _SAMPLE_AFFINE
    if a.elastic:
        functions += [augmentation.sample_points, augmentation.elastic_field]
        functions += [augmentation.sample_bilinear]
        sample = _SAMPLE_ELASTIC.format(side=augmentation.ELASTIC_GRID, elastic=a.elastic)
    limits = ", ".join(repr(round(float(value), 6)) for value in augmentation.change_limits(a))
    own = _AUGMENT.format(limits=limits, sample=sample)
    return "\n".join(f"\n{_source(function)}" for function in functions) + f"\n{own}"


def _source(function: Callable) -> str:
    """The text of a function that trains the runs; the program imports TensorFlow at its top."""
    return inspect.getsource(function).replace("    import tensorflow as tf\n\n", "")


def _fit(recipe: Recipe) -> str:
    lines, arguments = [], ["x_train", "y_train", "batch_size=BATCH_SIZE"]
    if recipe.augmentation != Augmentation():
        arguments = ["batches"]
    arguments.append("epochs=EPOCHS")
    if recipe.validation != "none":
        part = {"split": "val", "test": "test"}[recipe.validation]
        arguments.append(f"validation_data=(x_{part}, y_{part})")
    if recipe.patience or recipe.restore_best_weights:
        stopping = [
            'monitor="val_loss"',
            f"patience={recipe.patience or 'EPOCHS'}",
            f"restore_best_weights={recipe.restore_best_weights}",
        ]
        lines += _call("", "early_stopping = keras.callbacks.EarlyStopping", stopping)
        arguments.append("callbacks=[early_stopping]")
    return "\n".join([*lines, *_call("", "model.fit", arguments)]) + "\n"


_TAIL = """loss, accuracy = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)
print(f"test loss {{loss:.4f}}, test accuracy {{accuracy:.2%}}")
model.save({file_name})
"""
