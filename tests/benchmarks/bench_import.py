"""How long a list of a million ties of 5,000 people takes to be imported, and how much memory.

    PYTHONPATH=. .venv/bin/python tests/benchmarks/bench_import.py

Promised: under 15 s and 1 GiB.
"""

from __future__ import annotations

import resource
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import analysis.importing.dataset.own as own
from analysis.__main__ import main
from analysis.files import DATA_RAW

PEOPLE, TIES, SEED = 5_000, 1_000_000, 1


def write_ties(path: Path) -> None:
    """Write as many different ties, in a random order."""
    generator = np.random.default_rng(SEED)
    drawn = generator.choice(PEOPLE * (PEOPLE - 1), TIES, replace=False)
    senders, receivers = drawn // (PEOPLE - 1), drawn % (PEOPLE - 1)
    receivers = receivers + (receivers >= senders)
    values = generator.integers(1, 4, TIES)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("sender,receiver,value\n")
        rows = zip(senders.tolist(), receivers.tolist(), values.tolist(), strict=True)
        stream.writelines(f"teacher {one},teacher {other},{value}\n" for one, other, value in rows)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "data_raw"
        raw.mkdir()
        shutil.copytree(DATA_RAW / own.EXAMPLE, raw / own.EXAMPLE)
        own.DATA_RAW = raw
        path = Path(folder) / "ties.csv"
        write_ties(path)
        started, before = time.perf_counter(), time.process_time()
        code = main(
            ["import", "edges", str(path), "--dataset", "large", "--tie", "help", "--relation", "help:0:3"]
        )
        wall, seconds = time.perf_counter() - started, time.process_time() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"exit code {code}; {wall:.1f} s, {seconds:.1f} s of processor; {memory:.2f} GiB at most")
