"""How long `make` takes: cold, with nothing to do, and after one notebook was touched.

Run by hand, from the repository's root, in its environment, with the data within reach:

    python tests/benchmarks/bench_make.py [--rounds 3]

It works on a copy of the checkout (without .venv), and prints a Markdown table.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", ".cache", "__pycache__", ".hypothesis", ".mypy_cache", ".ruff_cache"
)


def build(folder: Path) -> float:
    """Seconds one build takes in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    mirror = environment.get("COMPENDIUM_DATA_MIRROR")
    if mirror:
        environment["COMPENDIUM_DATA_MIRROR"] = str((ROOT / mirror).resolve())
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "make"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "UNAVAILABLE" in done.stdout:
        raise SystemExit(f"the build failed, or had no data:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - started


def main(given: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="builds of each kind; the median is shown")
    rounds = parser.parse_args(given).rounds
    measured: dict[str, list[float]] = {
        "cold (data, runs, verdict, pages)": [],
        "nothing to do": [],
        "one notebook touched": [],
    }
    cold, nothing, touched = measured.values()
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "compendium"
            shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
            for built in ("reports", "data_derived"):
                shutil.rmtree(folder / built)
                (folder / built).mkdir()
            cold.append(build(folder))
            nothing.append(build(folder))
            notebook = folder / "notebooks/school_leaders/reanalysis.ipynb"
            notebook.write_text(notebook.read_text().replace("## Question", f"## Question {number}", 1))
            touched.append(build(folder))
    print(
        f"{datetime.date.today()}; {os.cpu_count()} cores; {platform.system()}; "
        f"Python {platform.python_version()}\n"
    )
    print("| build | seconds (median) | least | most |\n|---|---:|---:|---:|")
    for name, seconds in measured.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} |")


if __name__ == "__main__":
    main()
