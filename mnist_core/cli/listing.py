"""The commands `presets`, `runs` and `models`, which list what exists."""

import contextlib

from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.validation import to_dict
from mnist_core.models import store as model_store
from mnist_core.presets import ABOUT
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler
from mnist_core.system import users


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
        text = f"{run.name:30} {status['state']:12} {status.get('sentence', '')}".rstrip()
        emit(text, name=run.name, id=run.id, **facts)


def list_models(options, emit) -> None:
    """A line per model, the newest first: test accuracy, parameters; or why it can't be used."""
    for model in model_store.all_models():
        try:
            card = model_store.card(model)
            parameters = _parameters(model_store.experiment(model))
        except model_store.ModelError as error:
            emit(f"{model.name:30} can't be used: {error}", name=model.name, error=str(error))
            continue
        test = card["test"] or {}
        figure = f"{test['accuracy']:.2%} test" if test else "not tested"
        text = f"{model.name:30} {figure:14} {parameters:>9,} parameters  {card['made']}"
        facts = {key: card[key] for key in ("test", "made", "seconds")}
        emit(text.rstrip(), name=model.name, parameters=parameters, **facts)
