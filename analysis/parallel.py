"""How independent tasks are spread over cores; the only place that knows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import joblib
import numpy as np

__all__ = ["mapped", "replicated"]

S = TypeVar("S")
T = TypeVar("T")

_TOLD_EVERY = 10.0


def mapped(
    task: Callable[[S], T],
    items: Iterable[S],
    *,
    workers: int | None = None,
    threads: bool = False,
    told: str = "",
) -> list[T]:
    """Run one task on each of several things.

    Parameters
    ----------
    task : callable
        Takes one of them; a function of a module, so that other processes can import it (or a
        `functools.partial` of one).
    items : iterable
    workers : int, optional
        Processes; by default as many as there are cores (one inside a run, which is one of several).
    threads : bool
        Threads instead: for a task whose compiled loops let others run beside them.
    told : str
        What to call the task in the progress lines on standard error; without it there are none.

    Returns
    -------
    list
        In the order of the items.

    Examples
    --------
    >>> mapped(abs, [-3, 2, -1], workers=1)
    [3, 2, 1]
    """
    listed = list(items)
    processes = joblib.cpu_count() if workers is None else workers
    parallel = joblib.Parallel(
        n_jobs=min(processes, max(len(listed), 1)),
        return_as="generator",
        prefer="threads" if threads else "processes",
    )
    results: list[T] = []
    started = last = time.monotonic()
    for result in parallel(joblib.delayed(task)(one) for one in listed):
        results.append(result)
        now = time.monotonic()
        if told and (now - last > _TOLD_EVERY or len(results) == len(listed)):
            print(
                f"{told}: {len(results)} of {len(listed)}, {now - started:.0f} s", file=sys.stderr, flush=True
            )
            last = now
    return results


def replicated(
    task: Callable[[np.random.Generator], T],
    count: int,
    *,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> list[T]:
    """Run one task many times, each with random numbers of its own.

    Parameters
    ----------
    task : callable
        Takes a generator; a function of a module, so that other processes can import it (or a
        `functools.partial` of one).
    count : int
        How many times.
    seed : int
        Each replicate's generator comes from it and the replicate's number alone (a spawned seed sequence),
        so that results do not depend on the workers.
    workers : int, optional
        Processes; by default as many as there are cores (one inside a run, which is one of several).
    told : str
        What to call the task in the progress lines on standard error; without it there are none.

    Returns
    -------
    list
        In the order of the replicates.
    """
    seeds = np.random.SeedSequence(seed).spawn(count)
    return mapped(partial(_once, task), seeds, workers=workers, told=told)


def _once(task: Callable[[np.random.Generator], T], seed: np.random.SeedSequence) -> T:
    return task(np.random.default_rng(seed))
