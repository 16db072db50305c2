"""What a list tells of a run: read from its folder once, and then kept in `models.index`."""

from typing import NamedTuple

from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.presets import describe_experiment
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED, Run
from mnist_core.system import error_messages


class RunSummary(NamedTuple):
    """What can't be read is missing."""

    run: Run
    name: str
    id: str
    state: str
    sentence: str
    created: float  # unix time; 0: not known
    seconds: float | None  # it took to train
    has_model: bool
    test: dict  # its test figures, or nothing; of a run that goes on nothing
    description: str  # of its experiment; empty if that can't be read
    parameters: int | None
    peeked: bool  # whether its test figures are those of its validation, too
    sweep: str  # the id of the sweep that it belongs to, or nothing
    errors: tuple[str, ...]  # why something of it can't be read, a sentence each


def summarize(run: Run) -> RunSummary | None:
    """What the folder of a run holds now; None if it is gone."""
    status, card, errors = run.status(), {}, []
    experiment = _attempt(run.experiment, errors)
    has_model = run.has_model()
    if has_model:
        card = _attempt(lambda: model_store.card(run), errors) or {}
    ended, seconds, sweep = status["state"] in ENDED, status.get("seconds"), status.get("sweep")
    found = RunSummary(
        run,
        run.name,
        run.id,
        status["state"],
        status["sentence"],
        status["created"],
        card.get("seconds") if seconds is None and ended else seconds,
        has_model,
        (card.get("test") or {}) if ended else {},
        describe_experiment(experiment) if experiment else "",
        summary.parameter_count(experiment.network) if experiment else None,
        bool(experiment and experiment.recipe.validation == "test"),
        str(sweep.get("id", "")) if isinstance(sweep, dict) else "",
        tuple(errors),
    )
    return found if run_store.is_run(run.folder) else None


def _attempt(read, errors: list[str]):
    try:
        return read()
    except (ValueError, OSError) as error:
        errors.append(error_messages.user_message(error))
        return None
