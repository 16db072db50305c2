"""What a page knows of a run: its events so far, read once each."""

from dataclasses import dataclass, field

from mnist_core import curves
from mnist_core.events import DAMAGED
from mnist_core.run import ENDED, Run
from pages.ui.layers_in_turn import Layers


@dataclass
class Story:
    """A run that a visitor follows."""

    run: Run
    events: list[dict] = field(default_factory=list)
    offset: int = 0
    layers: Layers = field(default_factory=Layers)  # its curves, while it trains

    def read_on(self) -> None:
        """Take in what has happened since."""
        new, self.offset = self.run.events(self.offset)
        self.events += new

    def curves(self) -> curves.Curves:
        """All points so far."""
        return curves.from_events(self.events)

    def last(self, kind: str) -> dict:
        """The latest event of a kind, or an empty one."""
        return next((e for e in reversed(self.events) if e["kind"] == kind), {})

    def damaged(self) -> int:
        """How many of its events could not be read."""
        return len(self.of_kind(DAMAGED))

    def of_kind(self, kind: str) -> list[dict]:
        """All events of a kind, in order."""
        return [event for event in self.events if event["kind"] == kind]

    def exists(self) -> bool:
        """Whether nobody has deleted the run meanwhile."""
        return self.run.folder.is_dir()

    def has_ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self.run.state in ENDED

    def steps_done(self) -> int:
        """How many steps have been taken, those of a continued run's parent included."""
        return curves.last_step(self.events)
