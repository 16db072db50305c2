"""Sweeps: one field, a few values, a run for each."""

import contextlib
import re
import secrets
from collections.abc import Iterable

from mnist_core import fields, runs, worker
from mnist_core.config import Experiment
from mnist_core.runs import Run

MOST = 12  # runs: as many as a comparison can show and a morning can train
MOST_SAID = 100  # ways to write them: "1, 1.0"
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
LONGEST_NAME = 54  # of the 60 characters a run's name may have; a number may come behind


def paths(base: Experiment) -> list[str]:
    """Every field that can be swept, those that teach most first."""
    known = list(fields.values(base))
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
    if len(said) > MOST_SAID:
        raise ValueError(f"A sweep takes 2 to {MOST} different values. Received: {len(said)}")
    found = {}
    for value in said:
        one = _with_value(base, path, value)
        found.setdefault(one, _in_words(one, path))
    if not 2 <= len(found) <= MOST:
        raise ValueError(
            f"A sweep takes 2 to {MOST} different values, with commas between them."
            f" Received: {len(found)}"
        )
    return {words: one for one, words in found.items()}


def _with_value(base, path, value) -> Experiment:
    try:
        changed = base.with_values({path: _as_written(path, value)})
    except ValueError as fault:
        raise ValueError(f"With {value[:40]}: {fault}") from None
    if path not in fields.values(changed):
        raise ValueError(f"A sweep needs a single field, as recipe.epochs is. Received: {path!r}")
    return changed


def _as_written(path, value) -> str:
    """The value as `with_values` takes it: "adam" -> Adam, "on" -> true, "2 x 2" -> 2."""
    with contextlib.suppress(KeyError):
        for choice, meaning in (fields.about(path).get("choices") or {}).items():
            names = [choice] if isinstance(choice, str) else [str(choice), meaning]
            if value.lower() in [name.lower() for name in names]:
                return str(choice)
    return SWITCHES.get(value.lower(), value)


def _in_words(experiment, path) -> str:
    return fields.shown(path, fields.values(experiment)[path]).replace(",", "")


def suggestion(base: Experiment, path: str) -> str:
    """A few values around the one that `base` has, all possible, as a text."""
    about, value = fields.about(path), fields.values(base)[path]
    if about.get("choices"):
        wanted = list(about["choices"])[:4]
    elif isinstance(value, bool):
        wanted = [False, True]
    elif about.get("length"):
        low, high = about["length"]
        wanted = range(low, min(high, low + 3) + 1)
    else:
        wanted = _around(path, value, about)
    texts = [fields.shown(path, one).replace(",", "") for one in wanted]
    return ", ".join(dict.fromkeys(text for text in texts if _is_possible(base, path, text)))


def _around(path, value, about) -> list:
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


def start(found: dict[str, Experiment], path: str, name: str) -> list[Run]:
    """Queue a run for each; they train one after the other, and remember that they belong together.

    Args:
        found: as `experiments` gives them.
        path: of the field that changes.
        name: of what they start from; each is called after it, the field and its value.

    Raises:
        RunError: the name isn't one, or there would be too many runs.
    """
    runs.require_room(len(found), waiting=len(found))
    sweep = {"id": secrets.token_hex(6), "field": path, "from": name}
    made = [runs.create(e, run_name(name, path, v), sweep=sweep) for v, e in found.items()]
    with contextlib.suppress(OSError):  # they wait; whoever looks at them hears why
        worker.tend()
    return made


def run_name(name: str, path: str, value: str) -> str:
    """What the run of one value is called: "quick learning rate 0.003"."""
    field = f" {fields.words(path).lower().replace(':', '')} "
    what = re.sub(r"[^A-Za-z0-9 ._+-]", "", field + value).rstrip(". ")
    return name.split(field)[0][: LONGEST_NAME - len(what)] + what  # of a sweep's run: its base


def sweep_of(run: Run) -> str:
    """The id of the sweep that a run belongs to, or nothing."""
    known = run.status().get("sweep")
    return str(known.get("id", "")) if isinstance(known, dict) else ""


def members(sweep: str) -> list[Run]:
    """The runs of a sweep that are still there, in the order they were queued."""
    return [run for run in reversed(runs.all_runs()) if sweep and sweep_of(run) == sweep]


def stop(found: Iterable[Run]) -> None:
    """Stop several runs: those that wait first, so that none begins because another ended."""
    for run in sorted(found, key=lambda run: run.state not in runs.WAITING):
        worker.stop(run)
