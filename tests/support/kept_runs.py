"""Runs as if they had trained: what they leave behind, without a training."""

import json

from mnist_core.runs import store as run_store

STEPS_PER_EPOCH = 4


def training_run(experiment, name, epochs=1, **figures):
    """A run in training, so many of its two epochs done."""
    run = run_store.create(experiment, name)
    run.set_status("training")
    start = {"kind": "start", "first_step": 1, "total_steps": 2 * STEPS_PER_EPOCH}
    run.append(start | {"steps_per_epoch": STEPS_PER_EPOCH, "first_epoch": 1, "epochs": 2})
    for epoch in range(1, epochs + 1):
        add_epoch(run, epoch, **figures)
    return run


def add_epoch(run, epoch, **figures):
    """What a run says of an epoch; `figures` are those of its end that matter to a test."""
    first, last = (epoch - 1) * STEPS_PER_EPOCH + 1, epoch * STEPS_PER_EPOCH
    steps = {"loss": [1.0 / epoch] * STEPS_PER_EPOCH, "accuracy": [0.5] * STEPS_PER_EPOCH}
    run.append({"kind": "steps", "first": first, "every": 1, "epoch": epoch} | steps)
    known = {"loss": 1.0, "accuracy": 0.5, "val_loss": 0.8, "val_accuracy": 0.6 + epoch / 10}
    run.append({"kind": "epoch", "epoch": epoch, "step": last, "seconds": 1.0} | known | figures)


def finished_run(experiment, name, accuracy=0.9, loss=0.3, sentence="", **figures):
    """A run that has taken its test, with a card and a file in place of weights."""
    run = training_run(experiment, name, 2, **figures)
    test = {"accuracy": accuracy, "loss": loss, "images": 10_000}
    run.append({"kind": "test"} | test)
    (run.folder / "card.json").write_text(json.dumps({"test": test, "curves": []}))
    (run.folder / "model.keras").write_bytes(b"weights")
    run.set_status("finished", sentence, seconds=12.0)
    return run
