"""Contacts out of a file in batches, and the closures among them: seconds and memory by their number.

Run by hand, in the environment with pyarrow: `.venv-cluster/bin/python tests/benchmarks/bench_contacts.py`.
Each size runs in a process of its own, so that the memory is its own peak; compiling is done before on a
small file. Streams are as in `bench_closure.py`, sparse: ten contacts a person, over a year, dated to the
minute; two in five go back to an earlier pair, one in five to a contact's contact (of the latest sixteen),
the rest anywhere, to people of uneven activity.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((100_000, "parquet"), (1_000_000, "parquet"), (10_000_000, "parquet"), (10_000_000, "csv"))
MINUTES = 365 * 24 * 60
KEPT = 16
sys.path.insert(0, str(ROOT))


@numba.njit
def _pairs(anyone: np.ndarray, chances: np.ndarray, picks: np.ndarray, people: int) -> np.ndarray:
    rows = len(anyone)
    pairs, met, count = anyone.copy(), np.zeros((people, KEPT), dtype=np.int32), np.zeros(people, np.int64)
    for row in range(rows):
        one, other = pairs[row]
        if row and chances[row] < 0.4:
            one, other = pairs[int(picks[row, 0] * row)]
        elif chances[row] < 0.6 and count[one]:
            broker = met[one, int(picks[row, 1] * min(count[one], KEPT))]
            other = met[broker, int(picks[row, 2] * min(count[broker], KEPT))]
        pairs[row] = one, other
        met[one, count[one] % KEPT] = other
        met[other, count[other] % KEPT] = one
        count[one] += 1
        count[other] += 1
    return pairs


def write(path: Path, rows: int) -> None:
    """Draw so many contacts among a tenth as many people, and write them."""
    random, people = np.random.default_rng(20261127), rows // 10
    activity = np.cumsum(random.lognormal(0.0, 1.0, people))
    anyone = np.searchsorted(activity, random.random((rows, 2)) * activity[-1]).astype(np.int32)
    pairs = _pairs(anyone, random.random(rows), random.random((rows, 3)), people)
    minutes = np.datetime64("2024-01-01T00:00", "s") + 60 * np.sort(random.integers(0, MINUTES, rows))
    names = pa.array(np.char.add("p", np.arange(people).astype(str)))
    ends = [pa.DictionaryArray.from_arrays(pa.array(side), names).cast(pa.string()) for side in pairs.T]
    table = pa.table({"time": pa.array(minutes), "sender_id": ends[0], "receiver_id": ends[1]})
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path)
    else:
        pyarrow.csv.write_csv(table, path)


def peak_memory() -> float:
    """Return the peak of this process alone, GiB (`getrusage` carries the parent's over)."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024**2


def measure(path: Path) -> None:
    """Read and detect once; print the row of the table."""
    from analysis.contacts.batches import contact_stream_of_file
    from analysis.contacts.closure import star_coalescence

    star_coalescence(contact_stream_of_file(path.with_stem("small")), window=14, persistence=7)
    clock, begun = time.perf_counter(), time.process_time()
    stream = contact_stream_of_file(path)
    then = time.process_time()
    found = star_coalescence(stream, window=14, persistence=7)
    done, seconds = time.process_time(), time.perf_counter() - clock
    rows = len(stream.clock) + stream.self_contacts
    print(
        f"| {path.suffix[1:]} | {rows:,} | {len(stream.people):,} | {len(found.events):,} | "
        f"{len(found.cascade):,} | "
        f"{then - begun:.1f} | {done - then:.1f} | {seconds:.1f} | {1e6 * (done - begun) / rows:.2f} | "
        f"{peak_memory():.2f} |",
        flush=True,
    )


def main() -> None:
    """Measure every size."""
    if len(sys.argv) == 2:
        measure(Path(sys.argv[1]))
        return
    print(f"{os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f} before; ", end="")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, pyarrow {pa.__version__}\n")
    print(
        "| file | contacts | people | events | closures | s reading | s detecting | s by the clock |", end=""
    )
    print(" µs a contact | GiB at the peak |\n|" + "---|" + "---:|" * 9, flush=True)
    for rows, kind in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"contacts.{kind}"
            for file, count in ((path.with_stem("small"), 2_000), (path, rows)):
                subprocess.run(
                    [
                        sys.executable,
                        "-c",
                        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
                        f"import bench_contacts as b; b.write(b.Path({str(file)!r}), {count})",
                    ],
                    check=True,
                )
            subprocess.run([sys.executable, __file__, str(path)], check=True)


if __name__ == "__main__":
    main()
