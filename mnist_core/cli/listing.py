"""The commands `presets`, `runs` and `models`, which list what exists; `delete` and `restore`."""

import contextlib
import time

from mnist_core.config.labels import format_percent
from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.validation import to_dict
from mnist_core.models import store as model_store
from mnist_core.presets import ABOUT
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from mnist_core.system import users
from mnist_core.training import guessing


def list_presets(options, emit) -> None:
    """A line per preset: its parameter count and why it behaves as it does."""
    for name, preset in ABOUT.items():
        facts = {"name": name, "parameters": _parameters(preset.experiment), "why": preset.why}
        facts |= {"published": preset.published, "experiment": to_dict(preset.experiment)}
        emit(f"{name:18} {facts['parameters']:>9,} parameters  {preset.why}", **facts)


def _parameters(experiment) -> int:
    return sum(layer.parameters for layer in plan_layers(experiment.network))


def list_runs(options, emit) -> None:
    """A line per run, the newest first; or where they are kept."""
    if options.folder:
        emit(str(users.runs_folder()), folder=str(users.runs_folder()))
        return
    with contextlib.suppress(OSError):  # a cluster, a folder to read only: listed all the same
        scheduler.advance()
    for run in run_store.all_runs():
        status = run.status()
        facts = {key: status.get(key) for key in ("state", "sentence", "created", "seconds")}
        facts["sentence"] = guessing.add_verdict(status["sentence"], _test_accuracy(run))
        text = f"{run.name:30} {status['state']:12} {facts['sentence']}".rstrip()
        emit(text, name=run.name, id=run.id, **facts)


def delete_runs(options, emit) -> None:
    """Move runs to the trash, all of them or none."""
    deletion = run_store.delete(*options.names)
    until = time.strftime("%Y-%m-%d", time.localtime(deletion.gone_after))
    text = f"Deleted: {', '.join(deletion.names)}. Until {until} `restore` brings them back."
    emit(text, deleted=deletion.names, gone_after=deletion.gone_after)


def restore_runs(options, emit) -> None:
    """Have those back that were deleted together with a run, or last of all."""
    wanted = options.name
    found = [one for one in run_store.deletions() if not wanted or wanted in one.names]
    if not found:
        raise run_store.RunError(
            f"No run called {wanted!r} is in the trash." if wanted else "The trash is empty."
        )
    names = [run.name for run in run_store.restore(found[0])]
    emit(f"Brought back: {', '.join(names)}.", restored=names)


def _test_accuracy(run) -> float | None:
    """By the run's card; what trains may have that of the run it continues."""
    try:
        card = model_store.card(run) if run.state in ENDED and run.has_model() else {}
    except model_store.ModelError:
        card = {}
    return (card.get("test") or {}).get("accuracy")


def list_models(options, emit) -> None:
    """A line per model, the newest first: test accuracy, parameters; or why it can't be used."""
    for model in model_store.all_models():
        try:
            card = model_store.card(model)
            experiment = model_store.experiment(model)
        except model_store.ModelError as error:
            emit(f"{model.name:30} can't be used: {error}", name=model.name, error=str(error))
            continue
        parameters, test = _parameters(experiment), card["test"] or {}
        figure = f"{format_percent(test['accuracy'])} test" if test else "not tested"
        if test and experiment.recipe.validation == "test":
            figure += ", peeked"
        text = f"{model.name:30} {figure:22} {parameters:>9,} parameters  {card['made']:25}"
        text = f"{text}  {guessing.add_verdict('', test.get('accuracy'))}"
        facts = {key: card[key] for key in ("test", "made", "seconds")}
        emit(text.rstrip(), name=model.name, parameters=parameters, **facts)
