"""Work behind the page: it goes on whatever a visitor clicks, and all who ask for it share it."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from mnist_core.system import users

POLL_INTERVAL = 0.1  # seconds between two looks at what a page waits for
MAX_KEPT = 60  # finished tasks kept, with their results; the first make room


class Job:
    """Something that a thread computes; `news` is what it last told of its progress."""

    def __init__(self, call: Callable[["Job"], Any], pool: ThreadPoolExecutor):
        self.news: Any = None
        self._stop = threading.Event()
        self._future: Future = pool.submit(call, self)

    def tell(self, *news) -> None:
        """Say how far it is; called by what computes."""
        self.news = news

    def stop(self) -> None:
        """Ask it to end soon."""
        self._stop.set()

    def should_stop(self) -> bool:
        """Whether somebody asked it to end."""
        return self._stop.is_set()

    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._future.done()

    def result(self) -> Any:
        """What came of it; waits for it. Raises what it raised."""
        return self._future.result()

    def is_worth_keeping(self) -> bool:
        """Not if it was stopped, or failed by something that may pass, such as a full disk."""
        if not self.done():
            return not self.should_stop()
        fault = self._future.exception()
        return not self.should_stop() and (fault is None or isinstance(fault, ValueError))


class JobPool:
    """Tasks by what they are about, one at a time; for all visitors of this server."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tasks")
        self._known: dict[Hashable, Job] = {}
        self._lock = threading.Lock()

    def get(self, about: Hashable) -> Job | None:
        """The task about this, if there is one that goes on or ended well."""
        found = self._known.get(about)
        return found if found and found.is_worth_keeping() else None

    def start(self, about: Hashable, call: Callable[[Job], Any]) -> Job:
        """That task, or a new one that calls `call(task)`."""
        with self._lock:
            found = self.get(about)
            if found is None:
                self._known.pop(about, None)
                found = self._known[about] = Job(_as_current_user(call), self._pool)
                finished = [key for key, task in self._known.items() if task.done()]
                for key in finished[: max(0, len(self._known) - MAX_KEPT)]:
                    del self._known[key]
            return found


def _as_current_user(call):
    person = users.current_user()

    def called(task):
        with users.as_user(person):
            return call(task)

    return called


@st.cache_resource(show_spinner=False)
def job_pool(kind: str) -> JobPool:
    """The tasks of a kind: those of another kind don't wait for them."""
    return JobPool()


def wait_for(task: Job, before: str, words: str) -> Any:
    """What came of a task, after a bar that shows how far it is: its news are (done, of).

    A click in between leaves the bar, and the task goes on.

    Args:
        before: the words until there are news. words: those from then on.
    """
    place, patience = st.empty(), 2  # what is done at once shows no bar
    while not task.done():
        if patience > 0:
            patience -= 1
        else:
            done, of = task.news or (0, 1)
            place.progress(done / of, words if task.news else before)
        time.sleep(POLL_INTERVAL)
    place.empty()
    return task.result()
