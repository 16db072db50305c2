"""What the folder of a new run holds: what is asked, and what it begins with."""

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.runs.run import ENDED, Run
from mnist_core.runs.run_name import RunError
from mnist_core.system import atomic_files


def write(
    folder: Path, experiment: Experiment, parent: Run | None, files: Mapping[str, str], fields: dict
) -> None:
    """Fill the folder of a run that is to be queued.

    Args:
        parent: the run that it continues: it begins with its weights and curves.
        files: what else it begins with: name -> text.
        fields: more for its status.

    Raises:
        RunError: the parent has no weights, is still training, or is of another network.
    """
    atomic_files.write(folder / "experiment.json", experiment.to_json())
    for name, text in files.items():
        atomic_files.write(folder / name, text)
    if parent:
        _require_continuable(parent, experiment)
        _inherit(parent, folder)
    known = parent and {"id": parent.id, "name": parent.name}
    status = fields | {"created": time.time(), "continues": known}
    atomic_files.write(
        folder / "status.json", json.dumps(status | {"state": "queued", "sentence": ""})
    )


def _require_continuable(parent: Run, experiment: Experiment) -> None:
    if parent.state not in ENDED or not parent.has_model():
        raise RunError(
            f"{parent.name!r} can't be continued: it has no weights yet, or is still training."
        )
    if parent.experiment().network != experiment.network:
        raise RunError(
            f"To continue {parent.name!r} the network must stay the same; the recipe may change."
        )


def _inherit(parent: Run, new: Path) -> None:
    """The parent's weights and card, and its curves as far as its weights go."""
    for name in ("model.keras", "card.json"):
        shutil.copy2(parent.folder / name, new / name)
    events = [e for e in parent.events()[0] if e["kind"] in ("start", "steps", "epoch")]
    if parent.state in ("interrupted", "failed"):  # its weights are those of its last full epoch
        last = max((i for i, e in enumerate(events) if e["kind"] == "epoch"), default=-1)
        events = events[: last + 1]
    (new / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
