"""What a measurement found: a line on the screen, and one in `python -m tests.bench`'s table."""

import json
import os
from pathlib import Path

FOLDER = "BENCH_FOLDER"  # of the environment: where a report's figures and pictures go


def figure(name: str, value: float, unit: str, goal: str = "") -> None:
    """Print a figure, and write it into the report's table if one is being made.

    Args:
        unit: "ratio" is a figure of two ways measured in turns; all others hold for this machine.
        goal: such as "at most 0.5".
    """
    aim = f"  (goal: {goal})" if goal else ""
    print(f"  {name}: {value:.4g} {unit}{aim}", flush=True)
    if folder := os.environ.get(FOLDER):
        line = {"name": name, "value": value, "unit": unit, "goal": goal}
        with (Path(folder) / "figures.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


def picture(name: str, chart) -> None:
    """Keep a Plotly figure for the report, if one is being made."""
    if folder := os.environ.get(FOLDER):
        chart.write_html(Path(folder) / f"{name}.html", include_plotlyjs="directory")


def write_table(document: Path, begin: str, end: str, table: str) -> None:
    """Put a table between its two marks in a document."""
    text = document.read_text()
    before, after = text.split(begin)[0], text.split(end)[1]
    document.write_text(f"{before}{begin}\n{table}\n{end}{after}")
