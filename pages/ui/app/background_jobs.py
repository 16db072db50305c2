"""Jobs in background threads: they go on whatever a visitor clicks, and all visitors share them."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from mnist_core.system import users

POLL_INTERVAL = 0.1  # seconds between two looks at the job that a page waits for
MAX_KEPT = 60  # finished jobs kept with their results; the oldest make room


class Job:
    """A call in a thread; `progress` is what it last reported."""

    def __init__(self, call: Callable[["Job"], Any], pool: ThreadPoolExecutor):
        self.progress: Any = None
        self._stop = threading.Event()
        self._future: Future = pool.submit(call, self)

    def report(self, *progress) -> None:
        """Set its progress; for the call itself."""
        self.progress = progress

    def stop(self) -> None:
        """Ask it to end soon."""
        self._stop.set()

    def should_stop(self) -> bool:
        """Whether somebody asked it to end."""
        return self._stop.is_set()

    def done(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    def result(self) -> Any:
        """What the call returned; waits for it. Raises what the call raised."""
        return self._future.result()

    def is_worth_keeping(self) -> bool:
        """Not if it was stopped, or failed by something that may pass, such as a full disk."""
        if self.should_stop():
            return False
        if not self.done():
            return True
        error = self._future.exception()
        return error is None or isinstance(error, ValueError)


class JobPool:
    """Jobs by key, run one at a time, for all visitors of this server."""

    def __init__(self):
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        self._jobs: dict[Hashable, Job] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Job | None:
        """The job of this key, if there is one that goes on or ended well."""
        job = self._jobs.get(key)
        return job if job and job.is_worth_keeping() else None

    def start(self, key: Hashable, call: Callable[[Job], Any]) -> Job:
        """The job of this key, or a new one that calls `call(job)`."""
        with self._lock:
            job = self.get(key)
            if job is None:
                self._jobs.pop(key, None)
                job = self._jobs[key] = Job(_as_current_user(call), self._executor)
                finished = [known for known, other in self._jobs.items() if other.done()]
                for known in finished[: max(0, len(self._jobs) - MAX_KEPT)]:
                    del self._jobs[known]
            return job


def _as_current_user(call):
    user_id = users.current_user()

    def call_as_user(job):
        with users.as_user(user_id):
            return call(job)

    return call_as_user


@st.cache_resource(show_spinner=False)
def job_pool(kind: str) -> JobPool:
    """The pool for a kind of job; no kind waits for another."""
    return JobPool()


def wait_for(job: Job, loading_text: str, progress_text: str) -> Any:
    """The result of a job that reports (done, total), with a bar until it is there.

    A click in between leaves the bar, and the job goes on.

    Args:
        loading_text: over the bar until the job reports.
        progress_text: over the bar from then on.
    """
    bar, polls = st.empty(), 0
    while not job.done():
        polls += 1
        if polls > 2:  # a job that is done at once shows no bar
            done, total = job.progress or (0, 1)
            bar.progress(done / total, progress_text if job.progress else loading_text)
        time.sleep(POLL_INTERVAL)
    bar.empty()
    return job.result()
