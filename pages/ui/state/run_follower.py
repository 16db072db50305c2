"""A run as a page follows it: its events so far, each read once."""

from dataclasses import dataclass, field

from mnist_core.runs import history
from mnist_core.runs.events import DAMAGED
from mnist_core.runs.run import ENDED, Run
from pages.ui.state.double_buffer import DoubleBuffer


@dataclass
class RunFollower:
    """A run and the events of it that have been read."""

    run: Run
    events: list[dict] = field(default_factory=list)
    offset: int = 0
    buffer: DoubleBuffer = field(default_factory=DoubleBuffer)  # its curves, while it trains

    def update(self) -> None:
        """Take in what has happened since."""
        new, self.offset = self.run.events(self.offset)
        self.events += new

    def curves(self) -> history.Curves:
        """All points so far."""
        return history.from_events(self.events)

    def last(self, kind: str) -> dict:
        """The latest event of a kind, or an empty one."""
        return next((e for e in reversed(self.events) if e["kind"] == kind), {})

    def damaged_count(self) -> int:
        """How many of its events could not be read."""
        return len(self.events_of_kind(DAMAGED))

    def events_of_kind(self, kind: str) -> list[dict]:
        """All events of a kind, in order."""
        return [event for event in self.events if event["kind"] == kind]

    def exists(self) -> bool:
        """Whether nobody has deleted the run meanwhile."""
        return self.run.exists()

    def has_ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self.run.state in ENDED

    def only_guesses(self) -> bool:
        """Whether its test showed that; see `training.guessing`."""
        return "constant_layer" in self.last("test")

    def completed_steps(self) -> int:
        """How many steps have been taken, those of a continued run's parent included."""
        return history.last_step(self.events)
