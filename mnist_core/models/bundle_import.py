"""A bundle that was exported elsewhere -> a finished run."""

import json
import logging
import time
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.models import bundle
from mnist_core.models import store as model_store
from mnist_core.network import keras_model, summary
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, staging, users

log = logging.getLogger(__name__)


def import_bundle(data: bytes, name: str) -> Run:
    """Make a model of a bundle. No code in it is run.

    Returns:
        The run it became, of this name, with a number behind it where that is taken or a shipped
        model's.

    Raises:
        ValueError: the name isn't one, or the bundle is refused; says why. Nothing is written.
    """
    name = run_store.free_name(name)
    try:
        experiment, card, weights = bundle.unpack(data)
    except ValueError as error:
        log.info("A bundle was refused: %s", error)
        raise
    model = keras_model.build(experiment.network)
    keras_model.assign(model, weights)
    # Filled under another name first, so that the run's folder appears whole
    with staging.staging_folder(users.runs_folder()) as new:
        _write_run(new, experiment, card, model)
        (run,) = run_store.publish([(new, name)])
    log.info("Run %s was imported.", run)
    return run


def _write_run(folder: Path, experiment: Experiment, card: dict, model) -> None:
    model_store.save(folder, model, card)
    atomic_files.write(folder / "experiment.json", experiment.to_json())
    status = {"state": "finished", "sentence": "Imported.", "created": time.time()}
    atomic_files.write(folder / "status.json", json.dumps(status | {"continues": None}))
    run = Run(folder)
    run.append(_start_event(experiment, card["curves"]))
    for epoch in card["curves"]:
        run.append({"kind": "epoch"} | epoch)
    if card["test"]:
        run.append({"kind": "test"} | card["test"])


def _start_event(experiment: Experiment, epochs: list[dict]) -> dict:
    """The event that tells how far the curves of an imported model go, for their axis."""
    steps = [epoch["step"] for epoch in epochs]
    return {
        "kind": "start",
        "first_step": 1,
        "first_epoch": 1,
        "epochs": len(epochs),
        "total_steps": max(steps, default=1),
        "steps_per_epoch": min(steps, default=1),
        "parameters": summary.parameter_count(experiment.network),
        "time": time.time(),
    }
