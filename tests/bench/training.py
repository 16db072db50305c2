"""Training speed in both precisions against Keras' `fit` and PyTorch, preset by preset.

    MNIST_PATH=... python tests/bench/training.py measure [PRESET ...]
    python tests/bench/training.py table            training.json -> mnist_core/README.md

The methods take turns on the same images, so that noise hits all. PyTorch is none of our
requirements: TORCH_PYTHON names the Python of an environment that has it; without one its column
stays empty. Also what `training.duration` estimates for the same images.
"""

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from mnist_core.data import loading
from mnist_core.network import summary
from mnist_core.presets import PRESETS
from mnist_core.system import machine
from mnist_core.training import duration, loop, train_step
from mnist_core.training.step_runner import Batches, StepRunner
from tests.bench import report

RESULTS = Path(__file__).with_name("training.json")
BEGIN, END = "<!-- speed: made by tests/bench/training.py -->", "<!-- end of speed -->"
STEPS, ROUNDS = 20, 10  # of each method
OURS = ("float32", "bfloat16")
RIVALS = ("fit", "fit, 16 steps per execution", "PyTorch")
SIDE = 2048  # of the matrices whose product shows what the machine can do


def ours(experiment, precision):
    """A function that trains some steps as the app does, and gives the seconds."""
    experiment = experiment.with_values({"recipe.precision": precision})
    train, size = loading.load("mnist").train, experiment.recipe.batch_size
    model = loop.compile_model(experiment)
    steps = train_step.compile_train_steps(model, experiment.network, experiment.recipe)
    runner = StepRunner(steps, train.images, train.labels)
    order = np.random.default_rng(0).permutation(len(train.labels))[: STEPS * size]
    batches = Batches(order, size * np.arange(1, STEPS + 1), [0.001] * STEPS, 0)
    return lambda: timed(lambda: list(runner.run(batches)))


def keras_fit(experiment, **compiling):
    """A function that trains as many by `fit`."""
    train, size = loading.load("mnist").train, experiment.recipe.batch_size
    model = loop.compile_model(experiment)
    loss = "sparse_categorical_crossentropy"
    model.compile(model.optimizer, loss, metrics=["accuracy"], **compiling)
    x, y = train.images[: STEPS * size, ..., None] / np.float32(255), train.labels[: STEPS * size]
    return lambda: timed(lambda: model.fit(x, y, batch_size=size, verbose=0, shuffle=False))


def torch_fit(name):
    """The same by PyTorch in a process of its own; None without PyTorch."""
    python = os.environ.get("TORCH_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
        print("No PyTorch: set TORCH_PYTHON to the Python of an environment that has it.")
        return None
    images, threads = STEPS * PRESETS[name].recipe.batch_size, machine.cpu_count()
    script = Path(__file__).with_name("torch_training.py")
    process = subprocess.Popen(
        [python, script, name, str(images), str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip

    def epoch():
        process.stdin.write("\n")
        return float(process.stdout.readline())

    epoch.close = process.communicate
    return epoch


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ceilings() -> dict:
    """GFLOP/s of a large matrix product in each precision, the best of several."""
    import tensorflow as tf

    rates = {}
    for dtype in OURS:
        matrix = tf.ones((SIDE, SIDE), dtype)
        products = [timed(lambda m=matrix: tf.matmul(m, m).numpy()) for _ in range(60)]
        rates[dtype] = 2e-9 * SIDE**3 / min(products)
    return rates


def measure(name) -> dict:
    """Images per second of each method in its fastest round, and the preset's work."""
    experiment = PRESETS[name]
    methods = {precision: ours(experiment, precision) for precision in OURS}
    methods["fit"] = keras_fit(experiment)
    methods["fit, 16 steps per execution"] = keras_fit(experiment, steps_per_execution=16)
    if torch := torch_fit(name):
        methods["PyTorch"] = torch
    seconds = {method: [] for method in methods}
    for number in range(ROUNDS + 1):
        for method, epoch in methods.items():
            measured = epoch()
            if number:  # the first compiles
                seconds[method].append(measured)
    if torch:
        torch.close()
    images = STEPS * experiment.recipe.batch_size
    speeds = {method: images / min(s) for method, s in seconds.items()}
    plain = {"recipe.validation": "none", "recipe.patience": "0"}
    plain |= {"recipe.restore_best_weights": "false", "recipe.train_images": "60000"}
    return {
        "speeds": {method: round(speed) for method, speed in speeds.items()},
        "estimate": round(60_000 / duration.epoch_seconds(experiment.with_values(plain))),
        "flops": training_flops(experiment.network),
    }


def training_flops(network) -> int:
    """Of an image: a product and a sum forward, twice as many backward."""
    return 3 * 2 * summary.multiply_adds(network)


def table(results: dict) -> str:
    """The results as Markdown."""
    columns = ["preset", "float32", "bfloat16", "`fit`", "`fit`, 16 steps", "PyTorch", "gain"]
    columns += ["MFLOP", "GFLOP/s"]
    rows = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    for name, found in results["presets"].items():
        speeds = found["speeds"]
        best = max(speeds[rival] for rival in RIVALS if rival in speeds)
        cells = [f"{speeds[m]:,}" if m in speeds else "–" for m in (*OURS, *RIVALS)]
        gain = " / ".join(f"{speeds[precision] / best:.2f}" for precision in OURS)
        rates = " / ".join(f"{1e-9 * speeds[p] * found['flops']:.0f}" for p in OURS)
        rows.append(
            f"| {name} | {' | '.join(cells)} | **{gain}** | {found['flops'] / 1e6:.1f} | {rates} |"
        )
    return "\n".join(rows)


def main(command, *names) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"presets": {}}
    if command == "measure":
        results["date"] = datetime.date.today().isoformat()
        results["ceilings"] = {k: round(rate) for k, rate in ceilings().items()}
        for name in names or PRESETS:
            results["presets"][name] = measure(name)
            print(name, json.dumps(results["presets"][name]), flush=True)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    report.write_table(ROOT / "mnist_core" / "README.md", BEGIN, END, table(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
