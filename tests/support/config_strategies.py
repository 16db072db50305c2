"""Hypothesis strategies for networks, recipes and experiments: any that are valid."""

from hypothesis import strategies as st

from mnist_core.config import choices, schema
from mnist_core.config.options import fields
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe


def values(option):
    if option.choices:
        return st.sampled_from(list(option.choices))
    if option.kind is bool:
        return st.booleans()
    return (st.integers if option.kind is int else st.floats)(*option.limits)


def instances(kind, **fixed):
    free = {name: values(option) for name, option in fields(kind).items() if name not in fixed}
    return st.builds(kind, **(free | fixed))


def networks():
    small = {"filters": st.integers(1, 8), "convolutions": st.integers(1, 2)}
    blocks = st.lists(instances(ConvBlock, **small), max_size=4)
    dense = st.lists(instances(DenseLayer, units=st.integers(1, 32)), max_size=3)
    heads = st.sampled_from(list(choices.HEADS))
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
