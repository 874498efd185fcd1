"""Time MRQAP (double semi-partialling, two regressors) per permutation, beside R `sna::netlm` where it is.

    python tests/benchmarks/bench_mrqap.py [--sizes 21 200 1000]

Prints Markdown tables. A time per permutation is the difference of two runs over the difference of their
permutations, so that compilation, start-up and the observed fit are left out; all three terms are tested, as
in netlm. It is of the processor, all threads together, since what a clock shows hangs on who else is at work.
Peak memory is that of a process of its own that does nothing else.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

# A script is started with its own folder on the path, not the repository's.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.resampling.qap import mrqap

Floats = NDArray[np.float64]
SECONDS = 4.0  # aimed at for the longer of our two runs
R_PERMUTATIONS = {50: (10, 110), 400: (2, 12)}  # up to that many actors: the two runs of R
R_LARGE = (1, 3)
R_SCRIPT = """
suppressMessages(library(sna))
arguments <- commandArgs(TRUE)
n <- as.integer(arguments[2])
read <- function(name) {
  matrix(readBin(file.path(arguments[1], name), "double", n * n), n, n, byrow = TRUE)
}
y <- read("y"); x <- list(read("a"), read("b"))
seconds <- function(reps) {
  sum(system.time(netlm(y, x, nullhyp = "qapspp", reps = reps))[c("user.self", "sys.self")])
}
few <- as.integer(arguments[3]); many <- as.integer(arguments[4])
cat((seconds(many) - seconds(few)) / (many - few), as.character(packageVersion("sna")), "\\n")
"""


def example(size: int) -> tuple[Floats, dict[str, Floats]]:
    """Return a valued matrix and two related regressors, (size, size) each."""
    generator = np.random.default_rng(size)
    a, b, noise = (generator.normal(size=(size, size)) for _ in range(3))
    return 0.2 * a + noise, {"a": a, "b": 0.5 * a + b}


MISSING = {
    "complete": lambda a, b, random: None,
    "a tenth of the cells of one x": lambda a, b, random: a.__setitem__(random(a.shape) < 0.1, np.nan),
    "a tenth of the rows of one x": lambda a, b, random: a.__setitem__(slice(len(a) // 10), np.nan),
    "half the rows of one x": lambda a, b, random: a.__setitem__(slice(len(a) // 2), np.nan),
    "a fifth of the cells of each x": lambda a, b, random: [
        x.__setitem__(random(x.shape) < 0.2, np.nan) for x in (a, b)
    ],
}


def with_missing(size: int, kind: str) -> tuple[Floats, dict[str, Floats]]:
    """Return the example with cells of the regressors missing."""
    y, x = example(size)
    MISSING[kind](x["a"], x["b"], np.random.default_rng(1).random)
    return y, x


def per_permutation(run: Callable[[int], object]) -> float:
    """Return seconds of the processor that a permutation of `run(permutations)` takes, the least of three."""
    run(200)  # compiles, and starts the threads
    begun = time.process_time()
    run(200)
    many = int(np.clip(200 * SECONDS / (time.process_time() - begun), 400, 200_000)) // 100 * 100
    seconds = []
    for permutations in (100, many) * 3:
        start = time.process_time()
        run(permutations)
        seconds.append(time.process_time() - start)
    return (min(seconds[1::2]) - min(seconds[::2])) / (many - 100)


def time_r(size: int) -> tuple[float, str] | None:
    """Return seconds a permutation of sna's netlm and sna's version, None where R or sna is missing."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    y, x = example(size)
    few, many = next((runs for limit, runs in R_PERMUTATIONS.items() if size <= limit), R_LARGE)
    with tempfile.TemporaryDirectory() as folder:
        for name, matrix in {"y": y, **x}.items():
            matrix.tofile(Path(folder) / name)
        script = Path(folder) / "netlm.R"
        script.write_text(R_SCRIPT)
        done = subprocess.run(
            [rscript, str(script), folder, str(size), str(few), str(many)], capture_output=True, text=True
        )
    if done.returncode != 0:
        return None
    seconds, version = done.stdout.split()[-2:]
    return float(seconds), version


def peak_memory(size: int, permutations: int) -> None:
    """Print this process's peak memory in MiB and the seconds taken by one analysis."""
    y, x = example(size)
    mrqap(y[:20, :20], {name: matrix[:20, :20] for name, matrix in x.items()}, permutations=1, seed=1)
    start, begun = time.perf_counter(), time.process_time()
    mrqap(y, x, permutations=permutations, seed=1)
    seconds, processor = time.perf_counter() - start, time.process_time() - begun
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, seconds, processor)


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[21, 200, 1000], help="numbers of actors")
    parser.add_argument("--memory-size", type=int, default=1000, help="actors of the memory run (0: none)")
    parser.add_argument("--memory-permutations", type=int, default=10_000, help="permutations of that run")
    parser.add_argument("--memory-only", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_only:
        peak_memory(options.memory_size, options.memory_permutations)
        return

    print(f"MRQAP, double semi-partialling, two regressors; {datetime.date.today().isoformat()}\n")
    print(
        f"{os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f} before; "
        f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}\n"
    )
    if options.memory_size:
        # First, while this process is small: a child's peak starts at its parent's.
        arguments = [
            "--memory-size",
            options.memory_size,
            "--memory-permutations",
            options.memory_permutations,
        ]
        done = subprocess.run(
            [sys.executable, __file__, "--memory-only", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=True,
        )
        mebibytes, seconds, processor = map(float, done.stdout.split())
        print(
            f"Peak memory, {options.memory_permutations:,} permutations at n = {options.memory_size:,}: "
            f"{mebibytes:,.0f} MiB ({seconds:.1f} s by the clock, {processor:.1f} s of the processor; "
            "observed fit included, compiling not)\n"
        )
    rows, version = [], None
    for size in options.sizes:
        y, x = example(size)
        ours = per_permutation(lambda m, y=y, x=x: mrqap(y, x, permutations=m, seed=1))  # type: ignore[misc]
        theirs = time_r(size)
        version = theirs[1] if theirs else version
        cells = (f"{1e3 * theirs[0]:,.2f}", f"{theirs[0] / ours:,.0f}") if theirs else ("not run", "")
        rows.append(f"| {size:,} | {1e3 * ours:,.4f} | {cells[0]} | {cells[1]} |")
    print("| actors | ours, ms a permutation | sna netlm, ms a permutation | times faster |")
    print("|---:|---:|---:|---:|")
    print("\n".join(rows))
    largest = max(options.sizes)
    print(f"\n| missing, {largest:,} actors | ms a permutation | times the complete case |\n|---|---:|---:|")
    complete = 0.0
    for kind in MISSING:
        y, x = with_missing(largest, kind)
        ours = per_permutation(lambda m, y=y, x=x: mrqap(y, x, permutations=m, seed=1))  # type: ignore[misc]
        complete = complete or ours
        print(f"| {kind} | {1e3 * ours:,.2f} | {ours / complete:.2f} |", flush=True)
    print(f"\nsna {version}" if version else "\nR with the package sna was not found: its part was skipped.")


if __name__ == "__main__":
    main()
