"""Ties read, checked and made into typed tables: seconds and memory by number of rows.

Run by hand: `python tests/benchmarks/bench_tables.py`. Each size runs in a process of its own, so that the
memory is its own peak.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 100_000, 300_000, 1_000_000)
sys.path.insert(0, str(ROOT))


def write(folder: Path, rows: int) -> None:
    """Write a dataset of so many distinct ties among rows / 20 people, in three waves."""
    random = np.random.default_rng(20261123)
    people = max(rows // 20, 100)
    names = np.char.add("p", np.arange(people).astype(str))
    keys = random.choice(people * people * 3, size=rows, replace=False)
    wave, pair = np.divmod(keys, people * people)
    sender, receiver = np.divmod(pair, people)
    pd.DataFrame({"actor_id": names}).to_csv(folder / "actors.csv", index=False)
    pd.DataFrame({"wave": [1, 2, 3], "label": ["a", "b", "c"]}).to_csv(folder / "waves.csv", index=False)
    ties = {
        "wave": wave + 1,
        "relation": "help",
        "sender_id": names[sender],
        "receiver_id": names[receiver],
        "value": random.integers(1, 5, rows),
        "reported_by": names[sender],
    }
    pd.DataFrame(ties).to_csv(folder / "ties.csv", index=False)


def measure(folder: Path, rows: int) -> None:
    """Read and check once; print rows, seconds and the peak of memory."""
    from analysis.tables.load import read_tables
    from analysis.tables.package import DataPackage, Relation
    from analysis.tables.validate import checked

    package = DataPackage("b", "b", "synthetic", "b", "b", (), (Relation("help", "help", 0, 4),), {})
    begun = time.perf_counter()
    tables = checked(read_tables(folder), package)
    seconds = time.perf_counter() - begun
    if len(tables["ties"]) != rows:
        raise SystemExit("ties were lost")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {rows:,} | {seconds:.2f} | {1e6 * seconds / rows:.2f} | {peak:.0f} |", flush=True)


def main() -> None:
    """Write and measure every size."""
    if len(sys.argv) == 3:
        measure(Path(sys.argv[1]), int(sys.argv[2]))
        return
    print("| ties | seconds | µs a tie | MiB at the peak |\n|---|---|---|---|", flush=True)
    for rows in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), rows)
            subprocess.run([sys.executable, __file__, folder, str(rows)], check=True)


if __name__ == "__main__":
    main()
