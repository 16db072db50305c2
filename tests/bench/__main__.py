"""All measurements with one command, in at most half an hour: a table, pictures, all that was said.

    python -m tests.bench [FOLDER]

Writes report.md, and a picture for each curve, into the folder (default: bench-report in the
system's temporary folder). Ratios are of two ways measured in turns in one run, and hold elsewhere;
times and memory hold for this machine and what else it was doing. Needs MNIST (MNIST_PATH) and a
Chromium.
"""

import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import chromium

from mnist_core.system import machine
from tests.bench import report

LIMIT = 30 * 60  # seconds for all; what is left then is named and not run
INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
PACKAGES = ("tensorflow", "keras", "numpy", "streamlit", "plotly", "h5py")


class Measurement(NamedTuple):
    """A script of this folder with its arguments."""

    title: str
    command: tuple[str, ...]


MEASUREMENTS = (
    Measurement("From the pen to the answer on Draw", ("pen_to_answer.py", "draw")),
    Measurement("From the pen to all layers on Inside", ("pen_to_answer.py", "inside")),
    Measurement("The smallest flips on Inside", ("inside.py", "flips", "20")),
    Measurement("A class of thirty", ("class_at_once.py", "2", "30")),
    Measurement("One image", ("prediction.py", "reader")),
    Measurement("A picture becomes an image", ("preprocess.py",)),
    Measurement("Watching a training", ("watching.py", "2")),
    Measurement("Growth with the runs kept", ("growth.py", "runs", "5", "500", "5000")),
    Measurement("Pages opened with many runs kept", ("growth.py", "kept")),
    Measurement("Growth with the length of a run", ("growth.py", "steps")),
    Measurement("Growth with the images read at once", ("growth.py", "images")),
    Measurement("Growth with the batch size", ("growth.py", "batch")),
    Measurement("Growth with the people", ("growth.py", "people", "1", "15", "30")),
    Measurement("From Start to the first point", ("first_point.py", "3")),
    Measurement("A test set and its robustness", ("evaluation.py",)),
    Measurement("TensorBoard's files", ("event_files.py",)),
    Measurement("The queue of a thousand people", ("queue_snapshot.py", "1000", "5")),
)


def describe_machine() -> list[str]:
    """Lines that say what was measured on."""
    cpu = Path("/proc/cpuinfo")
    text = cpu.read_text() if cpu.exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    flags = set(re.search(r"flags\s*: (.*)", text)[1].split()) if "flags" in text else set()
    has = [name for name in INSTRUCTIONS if name in flags] or ["not known"]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return [
        f"- {datetime.date.today()}, {platform.platform(terse=True)}",
        f"- {model[1] if model else platform.processor()}: {machine.cpu_count()} processors"
        f" ({', '.join(has)}), {machine.memory() >> 30} GiB of memory",
        f"- Python {platform.python_version()}, {', '.join(versions)}",
    ]


def run(measurement: Measurement, folder: Path, seconds: float) -> str:
    """Run one; returns what it printed."""
    script, *arguments = measurement.command
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "bench" / script), *arguments],
            env=os.environ | {report.FOLDER: str(folder)},
            cwd=ROOT, text=True, timeout=seconds, check=False, capture_output=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as expired:
        said = (expired.stdout or b"").decode()
        return f"{said}\nIt was ended after {seconds:.0f} s, when the half hour was over."
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["nothing"]
        return f"{done.stdout}\nIt failed with status {done.returncode}: {last[0]}"
    return done.stdout.rstrip()


def table(folder: Path) -> list[str]:
    """All figures as a Markdown table."""
    lines = ["| figure | measured | goal |", "|---|---|---|"]
    path = folder / "figures.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        one = json.loads(line)
        lines.append(f"| {one['name']} | {one['value']:.4g} {one['unit']} | {one['goal']} |")
    return lines


def draw_pictures(folder: Path) -> list[str]:
    """Every chart as a PNG; Markdown that shows them."""
    from playwright.sync_api import sync_playwright

    charts = sorted(folder.glob("*.html"))
    if charts and chromium.find():
        with sync_playwright() as playwright:
            tab = chromium.launch(playwright).new_page(viewport={"width": 900, "height": 500})
            for chart in charts:
                tab.goto(chart.as_uri())
                tab.locator(".main-svg").first.wait_for()
                tab.screenshot(path=chart.with_suffix(".png"))
    return [f"![{chart.stem}]({chart.stem}.png)" for chart in charts]


def main(folder: str = "") -> None:
    place = Path(folder or Path(tempfile.gettempdir()) / "bench-report")
    place.mkdir(parents=True, exist_ok=True)
    for old in [*place.glob("*.html"), *place.glob("*.png"), *place.glob("*.jsonl")]:
        old.unlink()
    began, said = time.monotonic(), []
    for measurement in MEASUREMENTS:
        left = LIMIT - (time.monotonic() - began)
        print(f"{measurement.title} …", flush=True)
        text = run(measurement, place, left) if left > 0 else "Not run: the half hour was over."
        print(text, flush=True)
        said += [
            f"### {measurement.title}",
            f"`{' '.join(measurement.command)}`",
            f"```\n{text}\n```",
        ]
    minutes, load = (time.monotonic() - began) / 60, psutil.getloadavg()[2]
    lines = [
        "# Measurements",
        *describe_machine(),
        f"- {minutes:.0f} minutes in all; load of the machine in the last quarter hour {load:.1f}",
        "",
        *table(place),
        "",
        *draw_pictures(place),
        "",
        *said,
    ]
    (place / "report.md").write_text("\n".join(lines) + "\n")
    print(f"{place / 'report.md'}, after {minutes:.0f} minutes")


if __name__ == "__main__":
    main(*sys.argv[1:])
