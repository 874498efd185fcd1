"""Time the triad census beside python-igraph's, on a uniform and on a skewed random network.

    python tests/benchmarks/bench_triads.py [--ties 1000000] [--rounds 5]

Prints a Markdown table. Both sides start from the same array of ties; what it takes to make igraph's graph
and our compressed rows of it is set-up, shown apart. Compilation is left out; one thread is used. The least
of the rounds is shown (igraph: of `--igraph-rounds`). Counts must be equal.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import igraph
import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# A script is started with its own folder on the path, not the repository's.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.ties.triads import triad_census, triad_census_by_node

Ties = NDArray[np.int64]


def uniform(actors: int, ties: int) -> Ties:
    """Draw different ties among all ordered pairs alike (Erdős and Rényi)."""
    keys = np.random.default_rng(actors).choice(actors * (actors - 1), size=ties, replace=False)
    sender, receiver = np.divmod(keys, actors - 1)
    return np.column_stack([sender, receiver + (receiver >= sender)])


def power_law(actors: int, ties: int, exponent: float) -> Ties:
    """Draw different ties with chances by the product of actors' weights, whose tail is a power law."""
    generator = np.random.default_rng(actors)
    weights = np.arange(1, actors + 1) ** (-1 / (exponent - 1))
    keys = np.empty(0, dtype=np.int64)
    while len(keys) < ties:
        drawn = generator.choice(actors, size=(2, ties), p=weights / weights.sum())
        keys = np.unique(np.concatenate([keys, (drawn[0] * actors + drawn[1])[drawn[0] != drawn[1]]]))
    chosen = generator.choice(keys, size=ties, replace=False)
    labels = generator.permutation(actors)
    return np.column_stack([labels[chosen // actors], labels[chosen % actors]])


def preferential(actors: int, ties: int) -> Ties:
    """Let each new actor tie to earlier ones by their degrees (Barabási and Albert), directions at random."""
    generator = np.random.default_rng(actors)
    each = ties // actors
    ends = np.empty(2 * ties, dtype=np.int64)
    found = []
    filled = 0
    for actor in range(1, actors):
        chosen = (
            set(range(actor)) if actor <= each else set(ends[generator.integers(filled, size=each)].tolist())
        )
        for other in chosen:
            ends[filled], ends[filled + 1] = actor, other
            filled += 2
            found.append((actor, other))
    pairs = np.array(found)
    swap = generator.random(len(pairs)) < 0.5
    pairs[swap] = pairs[swap, ::-1]
    return pairs


def timed(run: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Return the least seconds of some rounds, and the last result."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def measure(name: str, actors: int, pairs: Ties, rounds: int, igraph_rounds: int) -> str:
    """Return a network's row of the table."""
    cells = np.ones(len(pairs), dtype=np.int8)
    setup, rows = timed(
        lambda: sparse.csr_array((cells, (pairs[:, 0], pairs[:, 1])), shape=(actors, actors)), rounds
    )
    theirs_setup, graph = timed(lambda: igraph.Graph(n=actors, edges=pairs, directed=True), igraph_rounds)
    ours, census = timed(lambda: triad_census(rows), rounds)
    by_node, _ = timed(lambda: triad_census_by_node(rows), rounds)
    theirs, expected = timed(graph.triad_census, igraph_rounds)
    # igraph counts the empty triads in floating point.
    if census.tolist()[1:] != [int(count) for count in expected][1:]:
        raise SystemExit(f"{name}: the counts differ:\n{census.tolist()}\n{list(expected)}")
    most = max(graph.degree())
    return (
        f"| {name} | {actors:,} | {len(pairs):,} | {most:,} | {setup:.3f} | {theirs_setup:.3f} | {ours:.3f} "
        f"| {theirs:.3f} | {theirs / ours:,.0f} | {by_node:.3f} |"
    )


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--igraph-rounds", type=int, default=2)
    options = parser.parse_args()
    ties = options.ties
    networks = [
        ("Erdős–Rényi", ties // 10, lambda actors: uniform(actors, ties)),
        ("Erdős–Rényi", ties, lambda actors: uniform(actors, ties)),
        ("preferential attachment", ties // 10, lambda actors: preferential(actors, ties)),
        ("power law, exponent 3", ties // 10, lambda actors: power_law(actors, ties, 3.0)),
    ]
    triad_census(sparse.csr_array(np.eye(3, k=1, dtype=np.int8)))  # compiles
    triad_census_by_node(sparse.csr_array(np.eye(3, k=1, dtype=np.int8)))

    print(f"Triad census of {ties:,} ties, seconds; {datetime.date.today().isoformat()}\n")
    print(
        f"{os.cpu_count()} cores ({platform.machine()}), one thread used; "
        f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
        f"igraph {igraph.__version__}\n"
    )
    print(
        "| network | actors | ties | most ties of one | set-up, ours | set-up, igraph | ours | igraph "
        "| times faster | ours, by node |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    for name, actors, draw in networks:
        print(measure(name, actors, draw(actors), options.rounds, options.igraph_rounds), flush=True)


if __name__ == "__main__":
    main()
