"""Work in a thread of its own, which says how far it is."""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator


class CountedTask:
    """Work that goes through a number of things; it begins at once."""

    def __init__(self, work: Callable[["CountedTask"], object]):
        """
        Args:
            work: called with this. An OSError in it ends it; any other is an error of the program.
        """
        self.done, self.total = 0, 0
        self._began, self._ended = time.monotonic(), threading.Event()
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work) -> None:
        try:
            with contextlib.suppress(OSError):
                work(self)
        finally:
            self._ended.set()

    def count(self, things: Collection) -> Iterator:
        """Each of the things; by them it is known how far this is."""
        self.total = len(things)
        for self.done, thing in enumerate(things):
            yield thing

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, after so many seconds at the latest."""
        return self._ended.wait(seconds)

    def seconds_left(self) -> float | None:
        """How long it will take still; None before anything can be told."""
        taken = time.monotonic() - self._began
        return taken * (self.total - self.done) / self.done if self.done else None
