"""A sweep's experiments: one field, a few values."""

import re

from mnist_core.config import labels
from mnist_core.config.paths import flatten
from mnist_core.config.schema import OPTIONS, Experiment

MAX_RUNS = 12  # more lines than a comparison can show, and hours of training
MAX_TEXTS = 100  # several may mean one value: "1, 1.0"
USEFUL = (
    "recipe.learning_rate",
    "recipe.optimizer",
    "recipe.batch_size",
    "recipe.epochs",
    "recipe.train_images",
    "network.blocks",
    "network.blocks.0.filters",
    "network.blocks.0.kernel_size",
    "network.dense",
    "network.dense.0.units",
    "network.dense.0.dropout_rate",
    "recipe.augmentation.rotation",
    "recipe.seed",
)
NEED_VALIDATION = ("recipe.patience", "recipe.restore_best_weights")  # else they must be off
SWITCHES = {"on": "true", "yes": "true", "off": "false", "no": "false"}


def sweepable_paths(base: Experiment) -> list[str]:
    """Every field that can be swept, those that teach most first."""
    known = list(flatten(base))
    if base.recipe.validation == "none":
        known = [path for path in known if path not in NEED_VALIDATION]
    first = [path for path in USEFUL if path in known]
    return first + [path for path in known if path not in first]


def experiments(base: Experiment, path: str, text: str) -> dict[str, Experiment]:
    """An experiment for each value in a text such as "0.0003, 0.001, 0.003".

    Args:
        base: what stays the same.
        path: of the field that changes, dotted, as in `--set`.
        text: values with commas between them. A value that is there twice counts once.

    Returns:
        value as text -> experiment, in the order of the text.

    Raises:
        ValueError: a value can't be, or there are too few or too many; names it.
    """
    texts = dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip())
    if len(texts) > MAX_TEXTS:
        raise _wrong_number(len(texts))
    experiments = {}
    for text in texts:
        experiment = _with_value(base, path, text)
        experiments[_value_text(path, flatten(experiment)[path])] = experiment
    if not 2 <= len(experiments) <= MAX_RUNS:
        raise _wrong_number(len(experiments))
    return experiments


def _wrong_number(count: int) -> ValueError:
    return ValueError(
        f"A sweep takes 2 to {MAX_RUNS} different values, with commas between them."
        f" Received: {count} value{'s' * (count != 1)}"
    )


def _with_value(base, path, value) -> Experiment:
    try:
        changed = base.with_values({path: _normalize(path, value)})
    except ValueError as error:
        names_it = str(error).startswith(path)
        raise ValueError(str(error) if names_it else f"With {value[:40]!r}: {error}") from None
    if path not in flatten(changed):
        raise ValueError(f"A sweep needs a single field, as recipe.epochs is. Received: {path!r}")
    return changed


def _normalize(path, value) -> str:
    """The value as `with_values` takes it: "adam" -> Adam, "on" -> true, "2 x 2" -> 2."""
    choices = OPTIONS[path].choices if path in OPTIONS else None
    for choice, meaning in (choices or {}).items():
        names = [choice] if isinstance(choice, str) else [str(choice), meaning]
        if value.lower() in [name.lower() for name in names]:
            return str(choice)
    return SWITCHES.get(value.lower(), value)


def _value_text(path, value) -> str:
    return labels.format_value(path, value).replace(",", "")


def suggest_values(base: Experiment, path: str) -> str:
    """A few values around the one that `base` has, all possible, as a text."""
    option, value = OPTIONS[path], flatten(base)[path]
    if option.choices:
        values = list(option.choices)[:4]
    elif isinstance(value, bool):
        values = [False, True]
    elif option.length:
        low, high = option.length
        values = range(low, min(high, low + 3) + 1)
    else:
        values = _nearby_values(option, value)
    texts = dict.fromkeys(_value_text(path, value) for value in values)
    return ", ".join(text for text in texts if _is_possible(base, path, text))


def _nearby_values(option, value) -> list:
    low, high = option.limits
    if option.name == "seed":
        return [value, value + 1, value + 2]
    if option.name == "learning_rate":
        return [float(f"{value * factor:.1g}") for factor in (0.3, 1, 3)]
    if not value:
        step = option.step or 1
        return [round(round(share * high / step) * step, 6) for share in (0, 0.25, 0.5)]
    kind = type(value)
    return [kind(min(high, max(low, value * factor))) for factor in (0.5, 1, 2)]


def _is_possible(base, path, text) -> bool:
    try:
        return bool(_with_value(base, path, text))
    except ValueError:
        return False
