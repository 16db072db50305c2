"""Hypothesis strategies for networks, recipes and experiments: any that are valid."""

import dataclasses

from hypothesis import strategies as st

from mnist_core.config import schema
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe


def values(field, kind):
    about = field.metadata
    if about["choices"]:
        return st.sampled_from(list(about["choices"]))
    if kind is bool:
        return st.booleans()
    low, high = about["limits"]
    return st.integers(low, high) if kind is int else st.floats(low, high)


def instances(kind, **fixed):
    fields = {f.name: values(f, f.type) for f in dataclasses.fields(kind) if f.name not in fixed}
    return st.builds(kind, **(fields | fixed))


def networks():
    small = {"filters": st.integers(1, 8), "convolutions": st.integers(1, 2)}
    blocks = st.lists(instances(ConvBlock, **small), max_size=4)
    dense = st.lists(instances(DenseLayer, units=st.integers(1, 32)), max_size=3)
    heads = st.sampled_from(list(schema.HEADS))
    return st.tuples(blocks, heads, dense).map(_network_or_none).filter(bool)


def _network_or_none(parts):
    try:
        return Network(blocks=parts[0], head=parts[1], dense=parts[2])
    except ValueError:
        return None


def recipes():
    augmentations = instances(schema.Augmentation)
    validations = st.sampled_from(["split", "test"])
    return instances(Recipe, augmentation=augmentations, validation=validations)


experiments = st.builds(
    Experiment, network=networks(), recipe=recipes(), data=st.sampled_from(["mnist", "built-in"])
)
