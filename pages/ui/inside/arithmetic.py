"""The arithmetic of one value, written out with the real numbers."""

import html

import numpy as np

from mnist_core.interpret import layer_arithmetic

HEAVIEST = 10  # contributions that are shown one by one
SMALL = 0.0005  # numbers below are shown by their size
STYLE = """
.sum { overflow-x: auto; font-variant-numeric: tabular-nums; line-height: 1.5; }
.sum p { margin: 0 0 .5rem; }
.sum sup { line-height: 0; }
.sum table { border-collapse: collapse; margin: 0 0 .6rem; }
.sum .grids { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: end; }
.sum .grids > div > span { font-size: .8rem; opacity: .75; }
.sum .grids td { font-size: .72rem; padding: .12rem .3rem; text-align: right;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.sum td.outside { opacity: .4; }
.sum td.plus { background: color-mix(in srgb, #ff8f0f 32%, transparent); }
.sum td.minus { background: color-mix(in srgb, #2f86e0 32%, transparent); }
.sum .steps-of td { padding: .08rem .8rem .08rem 0; }
.sum .steps-of td:last-child { text-align: right; padding-right: 0; }
.sum .steps-of tr.total td { border-top: 1.5px solid currentColor; font-weight: 600; }
"""


class NumberFormat:
    """Numbers as text: rounded, or with all the digits that they have."""

    def __init__(self, all_digits: bool):
        self.all_digits = all_digits

    def number(self, value: float) -> str:
        """One number."""
        return all_digits_text(value) if self.all_digits else rounded_text(value)

    def cell(self, value: float, kind: str = "") -> str:
        """A cell of a table; its title has all digits."""
        shown = all_digits_text(value) if self.all_digits else f"{value:.2f}" if value else "0"
        return f'<td class="{kind}" title="{all_digits_text(value)}">{shown}</td>'

    def row(self, words: str, value: float, kind: str = "") -> str:
        """A line of a sum."""
        return f'<tr class="{kind}"><td>{words}</td>{self._value(value)}</tr>'

    def _value(self, value) -> str:
        return f'<td title="{all_digits_text(value)}">{self.number(value)}</td>'


def all_digits_text(value: float) -> str:
    """All the digits of a number as float32, no more."""
    return np.format_float_positional(np.float32(value) + 0, unique=True, trim="-")


def rounded_text(value: float) -> str:
    """Four decimals; of a number too small for them its size, as in 2.7·10⁻⁹."""
    if value == 0 or abs(value) >= SMALL or not np.isfinite(value):
        return f"{value + 0.0:.4f}"  # never -0.0000
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10<sup>{int(power)}</sup>".replace("sup>-", "sup>\u2212")


def show(found, chosen_map: int, all_digits: bool) -> str:
    """The arithmetic as HTML.

    Args:
        found: a record of `arithmetic`.
        chosen_map: the map before a convolution whose patch is shown.
    """
    write = NumberFormat(all_digits)
    return f'<div class="sum">{_KINDS[type(found)](found, chosen_map, write)}</div>'


def heaviest_map(found: layer_arithmetic.Convolution) -> int:
    """The map before a convolution that counts most for this value."""
    return int(np.abs(found.products.sum(axis=(0, 1))).argmax())


def _convolution(found, chosen, write) -> str:
    products = found.products
    of_maps = products.sum(axis=(0, 1))
    patch, kernel = found.inputs[..., chosen], found.weights[..., chosen]
    several = len(of_maps) > 1
    grids = (
        _grid("the patch", patch, write, outside=found.padding_mask)
        + _grid("× the filter", kernel, write)
        + _grid("= products", products[..., chosen], write, signs=True)
    )
    lines = ""
    if several:
        order = np.argsort(-np.abs(of_maps), kind="stable")
        shown = list(dict.fromkeys([chosen, *order[:HEAVIEST].tolist()]))
        for number in sorted(shown, key=order.tolist().index):
            mark = " (above)" if number == chosen else ""
            lines += write.row(f"products of map {number}{mark}", of_maps[number])
        rest = len(of_maps) - len(shown)
        if rest:
            lines += write.row(
                f"the other {rest} maps", of_maps.sum() - of_maps[np.array(shown)].sum()
            )
    else:
        lines += write.row("all products", of_maps.sum())
    return f'<div class="grids">{grids}</div>{_steps(lines, found, write)}'


def _steps(lines, found, write) -> str:
    """The end of every weighted sum: the bias, the sum, the bend."""
    lines += write.row("bias", found.bias)
    lines += write.row("sum", found.sum, "total")
    if found.activation != "linear":
        lines += write.row(f"{found.activation}(sum)", found.result, "total")
    return f'<table class="steps-of">{lines}</table>'


def _dense(found, chosen, write) -> str:
    order = found.largest_products(HEAVIEST)
    lines = "".join(
        f"<tr><td>value {i}: {write.number(found.inputs[i])} ×"
        f" {write.number(found.weights[i])}</td>{write._value(found.products[i])}</tr>"
        for i in order
    )
    rest = len(found.products) - len(order)
    if rest:
        lines += write.row(
            f"the other {rest:,} products", found.products.sum() - found.products[order].sum()
        )
    return "<p>Its largest contributions:</p>" + _steps(lines, found, write)


def _pooling(found, chosen, write) -> str:
    grid = _grid("the square", found.patch, write, mark=found.argmax)
    lines = write.row("the largest", found.result, "total")
    return f'<div class="grids">{grid}</div><table class="steps-of">{lines}</table>'


def _average(found, chosen, write) -> str:
    lines = write.row(f"sum of the map's {found.values.size} values", found.values.sum(dtype=float))
    lines += write.row(f"divided by {found.values.size}", found.result, "total")
    return f'<table class="steps-of">{lines}</table>'


def _normalization(found, chosen, write) -> str:
    spread = float(np.sqrt(found.variance + found.epsilon))
    apart = (found.value - found.mean) / spread
    lines = write.row("value", found.value)
    lines += write.row("minus the map's mean in training", found.mean)
    lines += write.row(f"divided by √(variance {write.number(found.variance)} + 0.001)", spread)
    lines += write.row("gives", apart, "total")
    lines += write.row("times gamma", found.gamma)
    lines += write.row("plus beta", found.beta)
    lines += write.row("gives", found.result, "total")
    return f'<table class="steps-of">{lines}</table>'


def _activation(found, chosen, write) -> str:
    lines = write.row("value", found.value)
    lines += write.row(f"{found.activation}(value)", found.result, "total")
    return f'<table class="steps-of">{lines}</table>'


def _same(found, chosen, write) -> str:
    if len(found.source) == 3:
        row, column, number = found.source
        words = f"passed on from map {number}, row {row}, column {column}"
    else:
        words = f"passed on from value {found.source[0]}"
    return f'<table class="steps-of">{write.row(words, found.result, "total")}</table>'


def _softmax(found, chosen, write) -> str:
    largest = float(found.logits.max())
    lines = "".join(
        f"<tr><td>{'<b>' * (d == found.digit)}{d}: exp({write.number(z)} − {write.number(largest)})"
        f"{'</b>' * (d == found.digit)}</td>{write._value(found.exponentials[d])}</tr>"
        for d, z in enumerate(found.logits)
    )
    lines += write.row("sum of all ten", found.exponentials.sum(), "total")
    words = f"{write.number(found.exponentials[found.digit])} ÷ the sum"
    lines += write.row(words, found.result, "total")
    return f'<table class="steps-of">{lines}</table>'


def _grid(words, values, write, signs=False, outside=None, mark=None) -> str:
    rows = ""
    for i, row in enumerate(values):
        cells = ""
        for j, value in enumerate(row):
            kind = "outside" if outside is not None and outside[i, j] else ""
            if (signs and value) or mark == (i, j):
                kind = "plus" if value > 0 or mark else "minus"
            cells += write.cell(value, kind)
        rows += f"<tr>{cells}</tr>"
    return f"<div><span>{html.escape(words)}</span><table>{rows}</table></div>"


_KINDS = {
    layer_arithmetic.Convolution: _convolution,
    layer_arithmetic.Dense: _dense,
    layer_arithmetic.Pooling: _pooling,
    layer_arithmetic.Average: _average,
    layer_arithmetic.Normalization: _normalization,
    layer_arithmetic.Activation: _activation,
    layer_arithmetic.PassThrough: _same,
    layer_arithmetic.Softmax: _softmax,
}
