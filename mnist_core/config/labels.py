"""An experiment's fields and their values in words."""

import math

from mnist_core.config.schema import OPTIONS

LABELS = {
    "blocks": "Convolution blocks",
    "dense": "Dense layers",
    "head": "From maps to numbers",
    "kernel_size": "Kernel size",
    "pool_size": "Max pooling",
    "train_images": "Training images",
    "validation": "Validation",
    "warmup": "Warm-up",
    "data": "Data set",
}
ENTRIES = {"blocks": "Block", "dense": "Dense"}  # what one entry of a list is called
MISSING = "–"  # in place of a value that an experiment has no room for


def label(name: str) -> str:
    """A field's name as the form writes it: kernel_size -> Kernel size."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def path_label(path: str) -> str:
    """A path as a person says it: network.blocks.2.filters -> Block 3: filters."""
    *parents, name = path.split(".")
    if parents and parents[-1].isdecimal():
        return f"{ENTRIES[parents[-2]]} {int(parents[-1]) + 1}: {_uncapitalized(label(name))}"
    if "augmentation" in parents:
        return f"Augmentation: {_uncapitalized(label(name))}"
    return label(name)


def _uncapitalized(text) -> str:
    return text[0].lower() + text[1:]


def format_percent(share: float, decimals: int = 2) -> str:
    """A share of 1 as this program writes it: 99.04 %; "NaN" for one that is no number."""
    return "NaN" if math.isnan(share) else f"{100 * share:.{decimals}f} %"


def format_duration(seconds: float) -> str:
    """Seconds in words: 12 s, 1 min 34 s, 25 min, 2 h 5 min."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return _two_units(*divmod(whole, 60), "min", "s")
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else _two_units(*divmod(minutes, 60), "h", "min")


def _two_units(large: int, small: int, large_unit: str, small_unit: str) -> str:
    return f"{large} {large_unit}" + (f" {small} {small_unit}" if small else "")


def format_value(path: str, value) -> str:
    """A value in words; `MISSING` for None."""
    if value is None:
        return MISSING
    choices = OPTIONS[path].choices
    if choices and not isinstance(value, str):
        return choices[value]
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return value if isinstance(value, str) else f"{value:,}"
