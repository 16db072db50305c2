"""A network's layers -> a small picture, as SVG text that can be seen on light and dark pages.

A map is drawn as a stack of squares: the side grows with its size, the stack with the number of
maps. A row of numbers is a bar, longer for more numbers.
"""

import html
import math
from collections.abc import Sequence

from mnist_core.config.layer_shapes import IMAGE_SHAPE, Layer

HEIGHT, GAP = 60, 9
STACK = 5  # squares in the largest stack
SHOWN = ("Conv2D", "MaxPooling2D", "GlobalAveragePooling2D", "Flatten", "Dense")
COLOURS = {"Conv2D": "#2f86e0", "MaxPooling2D": "#12a594", "Dense": "#e8820c"}
OTHER = "#8a8f98"
WORDS = {
    "Conv2D": "convolution",
    "MaxPooling2D": "max pooling",
    "GlobalAveragePooling2D": "average",
    "Flatten": "flatten",
    "Dense": "dense",
}


def to_svg(table: Sequence[Layer]) -> str:
    """The network as an SVG element, as wide as it has layers."""
    layers = [(OTHER, IMAGE_SHAPE)]
    layers += [(COLOURS.get(r.kind, OTHER), r.output_shape) for r in table if r.kind in SHOWN]
    parts, x = [], 1.0
    for colour, shape in layers:
        shapes, width = _stack(x, shape, colour) if len(shape) == 3 else _bar(x, shape, colour)
        parts.append(shapes)
        x += width + GAP
    width = x - GAP + 1
    description = html.escape(describe(table), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{description}"'
        f' viewBox="0 0 {width:.0f} {HEIGHT}" width="{width:.0f}" height="{HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )


def describe(table: Sequence[Layer]) -> str:
    """The picture in words, for screen readers."""
    steps = [f"{WORDS[r.kind]} to {_size(r.output_shape)}" for r in table if r.kind in SHOWN]
    return f"The network: a 28 by 28 image, then {', then '.join(steps)}."


def _size(shape) -> str:
    return f"{shape[2]} maps of {shape[0]} by {shape[1]}" if len(shape) == 3 else f"{shape[0]}"


def _stack(x, shape, colour) -> tuple[str, float]:
    side = 6 + 38 * shape[0] / IMAGE_SHAPE[0]
    count = min(STACK, 1 + round(math.log2(shape[2])) // 2) if shape[2] > 1 else 1
    width = side + 3 * (count - 1)
    top = (HEIGHT - width) / 2
    squares = [
        f'<rect x="{x + 3 * i:.1f}" y="{top + 3 * i:.1f}" width="{side:.1f}"'
        f' height="{side:.1f}" rx="2" fill="{colour}" fill-opacity="0.28" stroke="{colour}"/>'
        for i in reversed(range(count))
    ]
    return "".join(squares), width


def _bar(x, shape, colour) -> tuple[str, float]:
    height, width = min(HEIGHT - 4.0, 8 + 5 * math.log2(shape[0] + 1)), 7
    return (
        f'<rect x="{x:.1f}" y="{(HEIGHT - height) / 2:.1f}" width="{width}"'
        f' height="{height:.1f}" rx="2" fill="{colour}" fill-opacity="0.4" stroke="{colour}"/>'
    ), width
