"""A sweep's experiments: one field, a few values."""

import contextlib
import re

from mnist_core.config import labels
from mnist_core.config.schema import Experiment

MAX_RUNS = 12  # runs: as many as a comparison can show and a morning can train


MAX_VALUES = 100  # ways to write them: "1, 1.0"


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
    known = list(labels.flatten(base))
    if base.recipe.validation == "none":
        known = [path for path in known if path not in NEED_VALIDATION]
    first = [path for path in USEFUL if path in known]
    return first + [path for path in known if path not in first]


def experiments(base: Experiment, path: str, text: str) -> dict[str, Experiment]:
    """An experiment for each value in a text such as "0.0003, 0.001, 0.003".

    Args:
        base: what stays the same.
        path: of the field that changes, dotted, as in `--set`.
        text: values with commas between them. A value said twice counts once.

    Returns:
        value in words -> experiment, in the order of the text.

    Raises:
        ValueError: a value can't be, or there are too few or too many; names it.
    """
    said = dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip())
    if len(said) > MAX_VALUES:
        raise ValueError(f"A sweep takes 2 to {MAX_RUNS} different values. Received: {len(said)}")
    found = {}
    for value in said:
        one = _with_value(base, path, value)
        found.setdefault(one, _value_text(one, path))
    if not 2 <= len(found) <= MAX_RUNS:
        raise ValueError(
            f"A sweep takes 2 to {MAX_RUNS} different values, with commas between them."
            f" Received: {len(found)}"
        )
    return {words: one for one, words in found.items()}


def _with_value(base, path, value) -> Experiment:
    try:
        changed = base.with_values({path: _normalize(path, value)})
    except ValueError as fault:
        raise ValueError(f"With {value[:40]}: {fault}") from None
    if path not in labels.flatten(changed):
        raise ValueError(f"A sweep needs a single field, as recipe.epochs is. Received: {path!r}")
    return changed


def _normalize(path, value) -> str:
    """The value as `with_values` takes it: "adam" -> Adam, "on" -> true, "2 x 2" -> 2."""
    with contextlib.suppress(KeyError):
        for choice, meaning in (labels.field_info(path).get("choices") or {}).items():
            names = [choice] if isinstance(choice, str) else [str(choice), meaning]
            if value.lower() in [name.lower() for name in names]:
                return str(choice)
    return SWITCHES.get(value.lower(), value)


def _value_text(experiment, path) -> str:
    return labels.format_value(path, labels.flatten(experiment)[path]).replace(",", "")


def suggest_values(base: Experiment, path: str) -> str:
    """A few values around the one that `base` has, all possible, as a text."""
    about, value = labels.field_info(path), labels.flatten(base)[path]
    if about.get("choices"):
        wanted = list(about["choices"])[:4]
    elif isinstance(value, bool):
        wanted = [False, True]
    elif about.get("length"):
        low, high = about["length"]
        wanted = range(low, min(high, low + 3) + 1)
    else:
        wanted = _nearby_values(path, value, about)
    texts = [labels.format_value(path, one).replace(",", "") for one in wanted]
    return ", ".join(dict.fromkeys(text for text in texts if _is_possible(base, path, text)))


def _nearby_values(path, value, about) -> list:
    low, high = about["limits"]
    if path.endswith("seed"):
        return [value, value + 1, value + 2]
    if path.endswith("learning_rate"):
        return [float(f"{value * factor:.1g}") for factor in (0.3, 1, 3)]
    if not value:
        step = about.get("step") or 1
        return [round(round(share * high / step) * step, 6) for share in (0, 0.25, 0.5)]
    kind = type(value)
    return [kind(min(high, max(low, value * factor))) for factor in (0.5, 1, 2)]


def _is_possible(base, path, text) -> bool:
    try:
        return bool(_with_value(base, path, text))
    except ValueError:
        return False
