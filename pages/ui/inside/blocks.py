"""A network's layers in few strips: a block each, and what it shows of itself while it is folded.

A block begins with a convolution or a dense layer. Folded, it shows the maps that its last
activation puts out, before pooling, as the strip on Draw does; the last strip is the ten outputs.
"""

from typing import NamedTuple

from mnist_core.interpret.activations import LayerActivation

HEADS = ("flatten", "average")  # they lay the maps in a row for the layer after them
OUTPUT = "output"
OUTPUTS = ("logits", "probabilities")
TITLES = {"block": "Block", "dense": "Dense layer", OUTPUT: "Output"}


class Block(NamedTuple):
    """Consecutive layers of a network."""

    name: str  # the beginning of its layers' names, such as "block1"; "output" for the last
    steps: list[LayerActivation]  # all its layers, in order
    shown: list[LayerActivation]  # those seen while it is folded

    @property
    def title(self) -> str:
        """What it is called: "Block 1"."""
        kind = self.name.rstrip("0123456789")
        number = self.name.removeprefix(kind)
        return f"{TITLES[kind]} {number}".strip()

    def describe(self) -> str:
        """What its layers do, one after the other: "conv → norm → activation → pool"."""
        if self.name == OUTPUT:
            return ""
        names = [step.layer.name for step in self.steps]
        return " → ".join(name.split("_")[-1].rstrip("0123456789") for name in names)

    def steps_shown(self, unfolded: bool) -> list[LayerActivation]:
        """The layers to see."""
        return self.steps if unfolded else self.shown


def group(steps: list[LayerActivation]) -> list[Block]:
    """All layers in blocks, in order."""
    groups: dict[str, list[LayerActivation]] = {}
    before = []  # a head, until it is known what comes after it
    for step in steps:
        if step.layer.name in HEADS:
            before.append(step)
            continue
        prefix = step.layer.name.split("_")[0]
        name = OUTPUT if prefix in OUTPUTS else prefix
        groups.setdefault(name, []).extend([*before, step])
        before.clear()
    return [Block(name, members, _shown(name, members)) for name, members in groups.items()]


def _shown(name, steps) -> list[LayerActivation]:
    if name == OUTPUT:
        return [step for step in steps if step.layer.name in OUTPUTS]
    computed = [step for step in steps if step.layer.kind in ("Conv2D", "Activation", "Dense")]
    return computed[-1:]
