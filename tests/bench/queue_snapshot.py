"""What one look at the queue costs where many people keep many runs.

    python tests/bench/queue_snapshot.py [people] [runs of each]

Every server looks at most twice a second, however many people look at it. Prints the first look,
which reads every status, and the median of the next.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))


def main(persons: int, each: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MNIST_CORE_HOME": home, "MNIST_CORE_PEOPLE": "many"}
        from mnist_core.presets import PRESETS
        from mnist_core.runs import store as run_store
        from mnist_core.scheduler import local, scheduler
        from mnist_core.system import users

        local.submit = lambda run, **known: None  # nothing trains here
        for number in range(persons):
            with users.as_user(users.user_id(f"browser {number}")):
                for _ in range(each):
                    run = run_store.create(PRESETS["quick"], "quick")
                    if number >= persons // 20:  # the others wait
                        run.set_status("finished")
        print(f"{persons} people with {each} runs each, {persons // 20 * each} of them waiting")
        times = [timed(scheduler.advance) for _ in range(11)]
        print(
            f"  one look: {1000 * statistics.median(times[1:]):.0f} ms; the first {times[0]:.2f} s"
        )
        with users.as_user(users.user_id("browser 0")):
            print(f"  one's own runs: {1000 * timed(run_store.all_runs):.1f} ms")


def timed(call) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or (1000, 5)))
