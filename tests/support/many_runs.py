"""A home with thousands of runs, made in seconds: copies of one finished run, each its own."""

import dataclasses
import json
import os
import secrets
from pathlib import Path

from mnist_core.config import validation
from mnist_core.config.schema import Experiment
from mnist_core.models import store as model_store
from mnist_core.runs.run import Run

CREATED = 1_700_000_000.0  # unix time of the oldest
STEPS_PER_EVENT = 10  # points of a "steps" event, as `training.step_recorder` writes them


def keep_runs(runs_folder: Path, count: int, epochs: int = 3) -> None:
    """Finished runs with their models: "run 0" to "run {count - 1}", the last one the newest.

    Args:
        epochs: of each, with 40 steps each.
    """
    runs_folder.mkdir(parents=True, exist_ok=True)
    shipped = model_store.find(model_store.CLASSIC).folder
    card = json.loads((shipped / "card.json").read_bytes())
    experiment = validation.from_dict(Experiment, card["experiment"])
    weights = runs_folder.parent / "weights.keras"
    weights.write_bytes((shipped / "model.keras").read_bytes())
    events = "".join(json.dumps(event) + "\n" for event in make_events(epochs, 40, 5))
    for number in range(count):
        recipe = dataclasses.replace(experiment.recipe, seed=number)
        one = dataclasses.replace(experiment, recipe=recipe)
        _write(runs_folder / f"run {number}", one, card, events, weights, CREATED + 60 * number)


def _write(folder, experiment, card, events, weights, created) -> None:
    folder.mkdir()
    card = card | {"name": folder.name, "experiment": validation.to_dict(experiment)}
    status = {"state": "finished", "sentence": "", "created": created, "started": created + 1}
    files = {"id": secrets.token_hex(8), "experiment.json": experiment.to_json()}
    files |= {"status.json": json.dumps(status), "card.json": json.dumps(card, indent=1)}
    for name, text in (files | {"events.jsonl": events}).items():
        (folder / name).write_text(text)
    os.link(weights, folder / "model.keras")  # one file for all: 2.6 MB each would fill the disk


def make_events(epochs: int, steps_per_epoch: int, every: int) -> list[dict]:
    """What a run of so many epochs and steps leaves, with a point every so many steps."""
    total = epochs * steps_per_epoch
    start = {"kind": "start", "first_step": 1, "total_steps": total, "parameters": 656_080}
    start |= {"steps_per_epoch": steps_per_epoch, "first_epoch": 1, "epochs": epochs}
    events = [{"kind": "status", "state": "training", "sentence": "", "time": CREATED}, start]
    block = every * STEPS_PER_EVENT
    for epoch in range(1, epochs + 1):
        first, last = (epoch - 1) * steps_per_epoch + 1, epoch * steps_per_epoch
        for step in range(first, last + 1, block):
            loss = [2.3 / (1 + (step + i) / 500) for i in range(STEPS_PER_EVENT)]
            accuracy = [round(1 - value / 2.5, 4) for value in loss]
            steps = {"kind": "steps", "epoch": epoch, "first": step, "every": every}
            events.append(steps | {"loss": loss, "accuracy": accuracy, "seconds_left": 9.0})
        figures = {"loss": 0.1, "accuracy": 0.97, "val_loss": 0.1, "val_accuracy": 0.97}
        events.append({"kind": "epoch", "epoch": epoch, "step": last, "seconds": 3.0} | figures)
    return events


def have_train(run: Run, pid: int, token: str) -> None:
    """Have a run be in training, by a process that has this token on its command line."""
    import platform

    run.set_status("training", pid=pid, token=token, host=platform.node())
