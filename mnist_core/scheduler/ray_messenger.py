"""Speaks with a Ray cluster, from a process of its own, for a server that must go on without it.

Ray ends every process that is connected to a cluster one minute after that cluster is gone, and
waits two minutes for an address where nobody is. A server must suffer neither; so it starts this
(`ray_cluster`) and asks in lines of JSON. Runs are trained by detached actors, one for each:
they outlive this process and the server, and end themselves when their run has ended.
"""

import contextlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from pathlib import Path

from mnist_core.runs.run import Run
from mnist_core.scheduler import job_process
from mnist_core.system import paths, settings, users

NAMESPACE = "mnist_core"
CPUS = 2  # a training uses two cores well
PATIENCE = 60.0  # seconds; a shared folder may show late what another machine wrote
LINGERS = 3.0  # seconds after it had a run begun
TRAVELS = (settings.MNIST_PATH.name, "KERAS_HOME", "TF_CPP_MIN_LOG_LEVEL")  # and all MNIST_CORE_*
NOT_INSTALLED = 'Ray is not installed here: pip install "ray>=2.52,<3"'
SILENT = "it doesn't answer; is it started, and is the address right?"


def surroundings() -> dict[str, str]:
    """The variables of this process that decide how a run is trained, wherever that is."""
    found = {k: v for k, v in os.environ.items() if k in TRAVELS or k.startswith("MNIST_CORE_")}
    found[settings.HOME.name] = str(users.home().absolute())
    if place := found.get(settings.MNIST_PATH.name):
        found[settings.MNIST_PATH.name] = str(Path(place).expanduser().absolute())
    return {"TF_CPP_MIN_LOG_LEVEL": "2"} | found


class Cluster:
    """The cluster that this process is connected to."""

    begun = float("-inf")  # when it was last asked to begin a run

    def look(self) -> dict:
        """{"slots": how many runs it trains at once, "alive": tokens of those it has or will}."""
        import ray

        cpus = self._cpus()
        each = self._cpus_each(cpus)
        alive = ray.util.list_named_actors()  # pending ones, too
        return {"slots": sum(n // each for n in cpus), "alive": alive}

    def begin(self, folder: str, token: str) -> dict:
        """Have an actor called `token` train the run in a folder, as soon as a node is free."""
        import ray

        self.begun = time.monotonic()
        actor = ray.remote(Trainer).options(
            name=token,
            namespace=NAMESPACE,
            lifetime="detached",
            num_cpus=self._cpus_each(self._cpus()),
            max_restarts=0,
            scheduling_strategy="SPREAD",
        )
        actor.remote(folder, token)
        return {}

    def _cpus(self) -> list[int]:
        """Of each node that is there."""
        import ray

        return [int(n["Resources"].get("CPU", 0)) for n in ray.nodes() if n["Alive"]]

    def _cpus_each(self, cpus) -> int:
        return min(CPUS, max([1, *cpus]))


class Trainer:
    """The actor: does for one run what a process of `worker` does, on whichever node."""

    def __init__(self, folder: str, token: str):
        """
        Args:
            folder: of the run; a path that every node knows.
            token: its name, which stands in the run's status, too.
        """
        threading.Thread(target=self._train, args=(Run(Path(folder)), token)).start()

    def _train(self, run, token):
        import ray

        from mnist_core.scheduler import ray_cluster

        context = ray.get_runtime_context()
        ray_cluster.speak_through(Cluster())
        try:
            if _is_meant(run, token):
                with users.as_user(users.SINGLE_USER):
                    job_process.run_job(run, CPUS, node=context.get_node_id())
        except Exception:
            traceback.print_exc()  # by now into worker.log
        finally:
            ray.kill(context.current_actor)


def _is_meant(run, token) -> bool:
    """Whether the run is still to be trained by the actor of that name.

    It isn't if whoever asked heard no answer in time, and began it anew.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        status = run.status()
        if status.get("ray") == token and status["state"] == "starting":
            return True
        time.sleep(0.2)
    return False


def serve() -> None:
    """Connect to the cluster, then answer a question in JSON a line until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # Ray talks on both
        os.dup2(nowhere, stream)
    questions, cluster = queue.SimpleQueue(), Cluster()
    threading.Thread(target=_listen, args=(questions, cluster), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        greeting = _answer(_connect)
        print(json.dumps(greeting), file=answers)
        while "fault" not in greeting:
            asked = questions.get()
            call = getattr(cluster, asked.pop("do"))
            print(json.dumps(_answer(call, **asked)), file=answers)


def _listen(questions, cluster) -> None:
    for line in sys.stdin:
        questions.put(json.loads(line))
    # The server is gone. What was begun just now may be on its way to the cluster still; if that
    # is too short, Ray forgets the actor, and whoever looks next has the run begun anew.
    time.sleep(max(0.0, cluster.begun + LINGERS - time.monotonic()))
    os._exit(0)  # whatever Ray waits for


def _connect() -> dict:
    import ray

    package, travels = paths.PACKAGE, surroundings()
    os.chdir(package.anchor)  # Ray has the nodes import from here, too, before what is sent
    ray.init(
        address=settings.RAY.value(),
        namespace=NAMESPACE,
        log_to_driver=False,
        runtime_env={
            "py_modules": [str(package)],  # so that a node needs the requirements only
            "excludes": ["**/__pycache__"],
            "env_vars": travels,
        },
    )
    return {}


def _answer(call, **asked) -> dict:
    """What it says; or {"fault": why it says nothing, in words, "details": for the log}."""
    try:
        return call(**asked)
    except ModuleNotFoundError as fault:
        words = NOT_INSTALLED if fault.name == "ray" else f"{fault.name} is not installed here."
        return {"fault": words, "details": ""}
    except (ConnectionError, TimeoutError):
        return {"fault": SILENT, "details": ""}
    except Exception as fault:
        words = f"{type(fault).__name__}; the app's log says more."
        return {"fault": words, "details": traceback.format_exc()}
