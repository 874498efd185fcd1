"""Star coalescence over streams of contacts: seconds and memory by number of contacts; the null models.

Run by hand: `python tests/benchmarks/bench_closure.py`. Each size runs in a process of its own, so that the
memory is its own peak; compiling is done before on a small stream. Streams are sparse: ten contacts a
person, over a year, dated to the minute; two in five go back to an earlier pair, one in five to a contact's
contact, the rest anywhere, to people of uneven activity. A second kind has hubs.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
MINUTES = 365 * 24 * 60
sys.path.insert(0, str(ROOT))


def stream(rows: int, people: int) -> pd.DataFrame:
    """Draw so many contacts among so many people."""
    random = np.random.default_rng(20261130)
    activity = np.cumsum(random.lognormal(0.0, 1.0, people))
    anyone = np.searchsorted(activity, random.random((rows, 2)) * activity[-1]).tolist()
    chances, picks = random.random(rows).tolist(), random.random((rows, 3)).tolist()
    met: list[list[int]] = [[] for _ in range(people)]
    pairs: list[tuple[int, int]] = []
    for (one, other), chance, (first, second, third) in zip(anyone, chances, picks, strict=True):
        if pairs and chance < 0.4:
            one, other = pairs[int(first * len(pairs))]
        elif chance < 0.6 and met[one]:
            broker = met[one][int(second * len(met[one]))]
            other = met[broker][int(third * len(met[broker]))]
        pairs.append((one, other))
        met[one].append(other)
        met[other].append(one)
    minutes = np.sort(random.integers(0, MINUTES, rows))
    times = (np.datetime64("2024-01-01T00:00", "m") + minutes).astype(str)
    names = np.char.add("p", np.arange(people).astype(str)).astype(object)
    ends = names[np.array(pairs)]
    return pd.DataFrame({"time": times, "sender_id": ends[:, 0], "receiver_id": ends[:, 1]})


def peak_memory() -> float:
    """Return the peak of this process alone, MiB (`getrusage` carries the parent's over)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(path: Path) -> None:
    """Read, detect and count once; print the row of the table."""
    from analysis.contacts.closure import star_coalescence
    from analysis.contacts.stream import contact_stream
    from analysis.contacts.two_paths import two_paths

    small = contact_stream(stream(500, 50))
    star_coalescence(small, window=14, persistence=7)
    two_paths(small, by="time")
    contacts = pd.read_pickle(path)
    rows = len(contacts)
    before = peak_memory()
    begun = time.perf_counter()
    read = contact_stream(contacts)
    then = time.perf_counter()
    found = star_coalescence(read, window=14, persistence=7)
    detected = time.perf_counter()
    two_paths(read, by="time")
    counted = time.perf_counter()
    peak = peak_memory()
    print(
        f"| {path.stem} | {rows:,} | {rows // 10:,} | {len(found.events):,} | {len(found.cascade):,} | "
        f"{then - begun:.2f} | {detected - then:.2f} | "
        f"{counted - detected:.2f} | {1e6 * (counted - begun) / rows:.1f} | {before:.0f} | {peak:.0f} |",
        flush=True,
    )


def hubs(rows: int, people: int) -> pd.DataFrame:
    """Draw so many contacts at random, people's activity falling off as their rank to the power of -.6."""
    random = np.random.default_rng(20261130)
    activity = np.cumsum(np.arange(1, people + 1) ** -0.6)
    ends = np.searchsorted(activity, random.random((rows, 2)) * activity[-1])
    names = np.char.add("p", np.arange(people).astype(str)).astype(object)[ends]
    times = np.sort(random.integers(0, MINUTES, rows)) / 1440
    return pd.DataFrame({"time": times, "sender_id": names[:, 0], "receiver_id": names[:, 1]})


def nulls(dataset: str, course: str, settings: dict[str, float]) -> None:
    """Print how long 1,000 replicates of each null model take, on one core and on all."""
    from typing import get_args

    from analysis.contacts.coalescence import coalescence_test
    from analysis.contacts.nulls import Null
    from analysis.contacts.stream import contact_stream
    from analysis.files import DATA_DERIVED

    table = DATA_DERIVED / dataset / "contacts.csv"
    if not table.is_file():
        print(f"| {dataset} | not built: make data | | |", flush=True)
        return
    contacts = pd.read_csv(table)
    stream = contact_stream(contacts[contacts["sender_id"].str.startswith(course)])
    for null in get_args(Null):
        seconds = []
        for workers in (1, None):
            for replicates in (4, 1_000):
                begun = time.perf_counter()
                coalescence_test(
                    stream, null, "coalescence", seed=1, replicates=replicates, workers=workers, **settings
                )
            seconds.append(time.perf_counter() - begun)
        told = f"{course or dataset}: {len(stream.clock):,} contacts"
        print(f"| {told} | `{null}` | {seconds[0]:.1f} | {seconds[1]:.1f} |", flush=True)


def main() -> None:
    """Measure every size, then the null models."""
    if len(sys.argv) == 2:
        measure(Path(sys.argv[1]))
        return
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}\n")
    print(
        "| stream | contacts | people | events | closures | s reading | s detecting | s two-paths |",
        end="",
    )
    print(" µs a contact | MiB before | MiB at the peak |\n|" + "---|" + "---:|" * 10, flush=True)
    for name, made, sizes in (("sparse", stream, SIZES), ("with hubs", hubs, SIZES[-3:])):
        for rows in sizes:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{name}.pickle"
                made(rows, rows // 10).to_pickle(path)
                subprocess.run([sys.executable, __file__, str(path)], check=True)
    print("\n| contacts | null model, 1,000 replicates | s, one process | s, all cores |")
    print("|---|---|---:|---:|", flush=True)
    nulls("mooced_dlt", "dlt1", {"window": 14, "persistence": 7, "burn_in": 7})
    nulls("collegemsg", "", {"window": 21, "persistence": 7, "burn_in": 14})


if __name__ == "__main__":
    main()
