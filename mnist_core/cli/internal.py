"""The hidden command that the scheduler starts: work."""

from mnist_core.scheduler import job_process


def run_job(options, emit) -> None:
    """Train a run in this process; see `scheduler.job_process`."""
    job_process.run_assigned(options.token, options.folder)
