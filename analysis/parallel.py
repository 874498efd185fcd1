"""How independent tasks are spread, over cores or over a cluster; the only place that knows.

Without more said they go to processes of this machine. `COMPENDIUM_CLUSTER=tcp://host:8786` sends them to the
workers of a Dask scheduler (optional packages, `requirements-cluster.lock`), with the same bits: what a task
draws hangs on its own seed, and every worker must have this code, this lock and these packages. A task
and what it holds go out once; a worker that dies is done without, and what it had begun is begun again.
Workers of Dask run whatever they are sent: a scheduler belongs where everybody is trusted.
"""

from __future__ import annotations

import logging
import math
import os
import platform
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.files import ROOT, code_digest, digest, digest_file

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CLUSTER_VARIABLE", "ClusterError", "mapped", "places", "replicated", "serve"]

S = TypeVar("S")
T = TypeVar("T")

CLUSTER_VARIABLE = "COMPENDIUM_CLUSTER"
"""Names the scheduler that tasks go to."""
_TOLD_EVERY = 10.0
_PATIENCE = 10.0
"""Seconds until a scheduler that does not answer counts as gone."""
_PARTS = 8
"""Parts in which each worker gets a task: none waits long for the others, or has much to begin again."""
_RETRIES = 3
_STAYS = "what was finished before stays as it is"


class ClusterError(RuntimeError):
    """The cluster cannot be used, or is gone; what was finished before stays as it is."""


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
        Processes of this machine; by default the cluster, where `COMPENDIUM_CLUSTER` names one, or else as
        many as there are cores (one inside a run, which is one of several).
    threads : bool
        Threads of this machine instead: for a task whose compiled loops let others run beside them.
    told : str
        What to call the task in the progress lines on standard error; without it there are none.

    Returns
    -------
    list
        In the order of the items.

    Raises
    ------
    ClusterError
        When there is a cluster to go to, and it cannot be used.

    Examples
    --------
    >>> mapped(abs, [-3, 2, -1], workers=1)
    [3, 2, 1]
    """
    listed = list(items)
    address = os.environ.get(CLUSTER_VARIABLE)
    if address and workers is None and not threads and listed:
        return _in_order(_on_cluster(task, listed, address), len(listed), told)
    import joblib

    processes = joblib.cpu_count() if workers is None else workers
    parallel = joblib.Parallel(
        n_jobs=min(processes, max(len(listed), 1)),
        return_as="generator",
        prefer="threads" if threads else "processes",
    )
    results = parallel(joblib.delayed(task)(one) for one in listed)
    return _in_order(((place, [result]) for place, result in enumerate(results)), len(listed), told)


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
        Takes a generator; otherwise as in `mapped`.
    count : int
        How many times.
    seed : int
        Each replicate's generator comes from it and the replicate's number alone (a spawned seed sequence),
        so that results do not depend on the workers.
    workers, told
        As in `mapped`.

    Returns
    -------
    list
        In the order of the replicates.
    """
    import numpy as np

    seeds = np.random.SeedSequence(seed).spawn(count)
    return mapped(partial(_once, task), seeds, workers=workers, told=told)


def places() -> int:
    """Return how many tasks are done at a time: on the cluster, where there is one, or else here."""
    if address := os.environ.get(CLUSTER_VARIABLE):
        client = _client(address)
        try:
            return sum(client.nthreads().values())
        except OSError:
            raise _gone(address) from None
    import joblib

    return int(joblib.cpu_count())


def _once(task: Callable[[np.random.Generator], T], seed: np.random.SeedSequence) -> T:
    import numpy as np

    return task(np.random.default_rng(seed))


def _in_order(results: Iterable[tuple[int, Sequence[T]]], count: int, told: str) -> list[T]:
    """Put results in their places, telling how many there are so far."""
    found: dict[int, T] = {}
    started = last = time.monotonic()
    for place, part in results:
        found.update(enumerate(part, start=place))
        now = time.monotonic()
        if told and (now - last > _TOLD_EVERY or len(found) == count):
            print(f"{told}: {len(found)} of {count}, {now - started:.0f} s", file=sys.stderr, flush=True)
            last = now
    return [found[place] for place in range(count)]


def _on_cluster(task: Callable[[S], T], listed: Sequence[S], address: str) -> Iterator[tuple[int, list[T]]]:
    """Yield the results of parts of a list as they come, each with the place of its first."""
    client = _client(address)
    from asyncio import CancelledError

    from distributed import KilledWorker, wait
    from distributed.client import FutureCancelledError

    size = math.ceil(len(listed) / (_PARTS * max(places(), 1)))
    waiting = {place: list(listed[place : place + size]) for place in range(0, len(listed), size)}
    for _ in range(_RETRIES):
        sent: dict[Any, int] = {}
        failed: BaseException | None = None
        try:
            # One copy goes to every worker, so that any of them may die; what is lost is sent again.
            held = client.scatter(partial(_part, task, _identity()), hash=False, broadcast=True)
            sent = {client.submit(_applied, held, part, pure=False): place for place, part in waiting.items()}
            while sent and failed is None:
                try:
                    done = wait(list(sent), timeout=1, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    _require_workers(client, address)
                    continue
                for future in done:
                    if future.status == "error":
                        failed = future.exception()
                        break
                    part = future.result()
                    place = sent.pop(future)
                    del waiting[place]
                    yield place, part
        except (FutureCancelledError, CancelledError):
            _require_workers(client, address)
            continue
        except OSError:
            raise _gone(address) from None
        finally:
            if client.status == "running":
                with suppress(OSError):
                    client.cancel(list(sent))
        if isinstance(failed, KilledWorker):
            times = failed.allowed_failures + 1
            told = (
                f"a task ended {times} workers, the last at {failed.last_worker.address}; too little memory?"
            )
            raise ClusterError(f"the cluster at {address}: {told}")
        if failed is not None:
            raise failed
        return
    told = f"lost what it was sent {_RETRIES} times; are its workers alive?"
    raise ClusterError(f"the cluster at {address} {told}")


def _applied(held: Callable[[Sequence[S]], list[T]], part: Sequence[S]) -> list[T]:
    return held(part)


def _part(task: Callable[[S], T], identity: Mapping[str, str], part: Sequence[S]) -> list[T]:
    """Do one part on a worker, which is of the cluster itself and asks nobody else."""
    if differing := _differing(identity, _identity()):
        raise ClusterError(
            f"a worker has {differing} than what asks it: {platform.node()}, process {os.getpid()}"
        )
    os.environ.pop(CLUSTER_VARIABLE, None)
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"
    return [task(one) for one in part]


@cache
def _client(address: str) -> Any:
    """Connect to a scheduler, once a process; refuse workers that would give other bits."""
    sys.excepthook = _excepthook
    if find_spec("distributed") is None:
        told = f"the package distributed is not installed, which {CLUSTER_VARIABLE}={address} needs"
        raise ClusterError(f"{told}: call make, which uses the environment of make cluster")
    _require_greeting(address)
    from distributed import Client

    # Dask tells at length what is said here in one line.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError, TypeError):
        raise _silent(address, f" within {_PATIENCE:g} s") from None
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise ClusterError(f"the cluster at {address} has no workers") from None
    names = {where: told["name"] for where, told in client.scheduler_info(n_workers=-1)["workers"].items()}
    refused = []
    for where, theirs in client.run(_identity, on_error="return").items():
        differing = (
            _differing(_identity(), theirs) if isinstance(theirs, dict) else f"no such code ({theirs})"
        )
        if differing:
            refused.append(f"worker {names.get(where, '?')} at {where} has {differing}")
    if refused:
        told = "; ".join(sorted(refused))
        raise ClusterError(
            f"the cluster at {address} is refused: {told}. End these, or give them this checkout"
        )
    return client


def _require_greeting(address: str) -> None:
    """Raise where nothing listens, or what listens does not greet as a scheduler does: Dask would wait on."""
    place = re.fullmatch(r"tcp://\[?([^\[\]/]+?)\]?:(\d{1,5})", address)
    if place is None:
        return
    told = ""
    try:
        with socket.create_connection((place[1], int(place[2])), timeout=_PATIENCE) as scheduler:
            told = "" if scheduler.recv(1) else ": what listens there closes at once"
    except TimeoutError:
        told = f" within {_PATIENCE:g} s"
    except (OSError, OverflowError) as error:
        told = f": {error}"
    if told:
        raise _silent(address, told)


def _silent(address: str, told: str) -> ClusterError:
    return ClusterError(
        f"no scheduler answers at {address} ({CLUSTER_VARIABLE}){told}; make cluster starts one here"
    )


def _require_workers(client: Any, address: str) -> None:
    """Raise where the scheduler does not answer any more, or has nobody to give work to."""
    if client.status != "running":
        raise _gone(address)
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise ClusterError(f"the cluster at {address} has no workers left; {_STAYS}") from None
    except OSError:
        raise _gone(address) from None


def _gone(address: str) -> ClusterError:
    return ClusterError(f"the scheduler at {address} is gone; {_STAYS}")


def _excepthook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Tell in one line, where a program ends because its cluster does."""
    if issubclass(kind, ClusterError):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


@cache
def _identity() -> dict[str, str]:
    """Return what must be the same everywhere for the bits to be."""
    lock = ROOT / "requirements.lock"
    installed = []
    for name in re.findall(r"^([a-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE):
        try:
            installed.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return {
        "another requirements.lock": digest_file(lock),
        "other packages installed": digest(" ".join(installed).encode()),
        "another version of Python": platform.python_version(),
        "other code in analysis/": code_digest(),
    }


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    return ", ".join(name for name in one if one[name] != other.get(name))


def serve(workers: int, port: int) -> None:
    """Run a scheduler and workers for trying, until interrupted; no other machine reaches them."""
    from distributed import LocalCluster

    one_thread = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
    os.environ.pop(CLUSTER_VARIABLE, None)
    os.environ.update(dict.fromkeys(one_thread, "1"))
    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            scheduler_port=port,
            dashboard_address=None,
            worker_dashboard_address=None,
            memory_limit=0,
            local_directory=str(ROOT / ".cache/cluster"),
        )
    except (OSError, RuntimeError) as error:
        raise ClusterError(f"no cluster on port {port}: {error.__cause__ or error}") from None
    with cluster:
        print(
            f"{workers} workers. In another terminal: export {CLUSTER_VARIABLE}={cluster.scheduler_address}"
        )
        print("Ctrl-C ends it.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
