"""What each command of the command line does.

A command takes the parsed options and `say(text, **facts)`, which prints the text for a person
or the facts as JSON. It returns the exit status; None is 0.
"""

from mnist_core.scheduler import job_process


def run_job(options, say) -> None:
    """Train the run whose folder comes on standard input; see `worker`."""
    job_process.run_submitted()


def serve_ray(options, say) -> None:
    """Speak with the Ray cluster for a server; see `ray_messenger`."""
    from mnist_core.scheduler import ray_messenger

    ray_messenger.serve()
