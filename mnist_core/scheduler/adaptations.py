"""Runs that learn a person's hand: queued like any other."""

import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from mnist_core.adaptation import examples, fine_tuning, request
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import scheduler

log = logging.getLogger(__name__)


def start(model: str | Run, drawings: Sequence[Any], name: str, seed: int = 0) -> Run:
    """A new run that learns a hand now, or when its turn comes; the model stays as it is.

    Args:
        model: that it begins as, or its name; a shipped one, too.
        drawings: see `adaptation.adapt`. The run has them in its folder until it has ended.
        name: of the new run, and of its model.
        seed: see `adaptation.adapt`.

    Raises:
        ValueError: there is no such model, it is still training, the name isn't one, a drawing
            isn't one, or there are too many runs; says which and why.
        OSError: it can't be written.
    """
    parent, parsed = model_store.find(model), examples.parse_drawings(drawings)
    experiment = fine_tuning.make_experiment(parent, loading.best_available(), seed)
    if parent.state not in ENDED:
        raise run_store.RunError(f"{parent.name!r} is still training: it can learn a hand then.")
    known = {"id": parent.id, "name": parent.name, "drawings": len(parsed)}
    files = {request.NAME: request.encode(parsed)}
    run = run_store.create(experiment, name, files=files, adapts=known)
    log.info("Run %s was asked for.", run)
    with contextlib.suppress(OSError):  # it waits; a page that shows it says why
        scheduler.advance()
    return run
