"""A real scheduler with two worker processes: the same bits, whatever dies, and nothing half-written.

Needs the package distributed, which the environment of `make cluster` has: `make test-cluster` runs them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis import parallel
from analysis.parallel import CLUSTER_VARIABLE, ClusterError, mapped, places, replicated
from analysis.resampling.specification import Specification, specification_curve
from analysis.validations import network_design
from tests.cluster_tasks import Counted, asked_within, drawn, whose
from tests.compendium.small import Small, make_small

pytest.importorskip("distributed", reason="distributed is not installed here: make test-cluster has it")
pytestmark = [
    # Dask's own loops and sockets end when they like.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ROOT = Path(__file__).resolve().parents[1]
_LONG = 600
"""Seconds after which what is waited for does not come any more, also on a busy machine."""


@contextmanager
def serving(root: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A scheduler and two workers of a checkout: its address, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPENDIUM_")}
    command = [sys.executable, "-m", "analysis", "cluster", "--workers", "2", "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=root,
        env=environment | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        told = server.stdout.readline()
        assert "2 workers" in told
        assert "tcp://127.0.0.1:" in told  # no other machine reaches it
        yield told.rpartition("=")[2].strip(), server
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        if server.stdout is not None:
            server.stdout.close()


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with serving(ROOT) as (address, _):
        yield address
        parallel._client(address).close()


@pytest.fixture
def cluster(served: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(CLUSTER_VARIABLE, served)
    return served


def test_replicates_have_the_bits_of_one_machine(cluster: str) -> None:
    assert places() == 2
    assert replicated(drawn, 50, seed=3) == replicated(drawn, 50, seed=3, workers=1)
    assert mapped(abs, []) == []
    assert mapped(asked_within, [1, 2]) == [[1, 1], [2, 2]]  # a worker asks nobody else


def test_a_specification_curve_is_the_same(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    listed = []
    for cut in (0.2, 0.5):
        y, a = ((random.random((12, 12)) > cut).astype(float) for _ in range(2))
        listed.append(Specification({"cut": str(cut)}, y, {"a": a}))
    there = specification_curve(listed, permutations=50, seed=1)
    monkeypatch.delenv(CLUSTER_VARIABLE)
    pd.testing.assert_frame_equal(
        there, specification_curve(listed, permutations=50, seed=1), check_exact=True
    )


def test_a_validation_writes_the_same_bytes(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_design, "_DRAWS", 20)
    network_design.main(["--seeds", "2", "--out", str(tmp_path / "there.json")])
    monkeypatch.delenv(CLUSTER_VARIABLE)
    network_design.main(["--seeds", "2", "--out", str(tmp_path / "here.json")])
    assert (tmp_path / "there.json").read_bytes() == (tmp_path / "here.json").read_bytes()


def test_what_a_task_holds_is_packed_once(cluster: str) -> None:
    assert mapped(Counted(), range(40)) == list(range(40))
    assert Counted.packed == 1


def test_a_worker_killed_in_the_middle_is_survived(cluster: str) -> None:
    pids = set(parallel._client(cluster).run(os.getpid).values())
    killed: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def kill_the_first() -> None:
            with listening.accept()[0] as caller, caller.makefile() as told:
                killed.append(int(told.readline()))
                os.kill(killed[0], signal.SIGKILL)

        listening.settimeout(_LONG)
        killer = Thread(target=kill_the_first)
        killer.start()
        # Each tells that it is in the middle before it goes on.
        found = mapped(partial(whose, 0.1, ask=listening.getsockname()), range(40))
        killer.join(_LONG)
    assert killed[0] in pids
    assert [item for item, _ in found] == list(range(40))
    assert pids - set(killed) <= {pid for _, pid in found}


def test_a_task_that_fails_there_fails_here(cluster: str) -> None:
    with pytest.raises(ZeroDivisionError):
        mapped(partial(divmod, 1), [1, 0])


def test_where_nothing_listens_it_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    monkeypatch.setenv(CLUSTER_VARIABLE, address)
    # Dask, which has patience, is not even asked.
    monkeypatch.setattr("distributed.Client", None)
    with pytest.raises(ClusterError, match=rf"^no scheduler answers at {address} \(\w+\): .*refused; make"):
        mapped(abs, [1])


def test_where_what_listens_is_no_scheduler_it_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv(CLUSTER_VARIABLE, address)
        with pytest.raises(ClusterError, match=rf"no scheduler answers at {address} .* within 0\.5 s"):
            mapped(abs, [1])


def test_a_command_ends_in_one_line_where_no_scheduler_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from analysis.parallel import mapped; mapped(abs, [1])"],
        cwd=ROOT,
        env=os.environ | {CLUSTER_VARIABLE: "tcp://127.0.0.1:9", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=_LONG,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("no scheduler answers at tcp://127.0.0.1:9 (COMPENDIUM_CLUSTER): ")


def test_a_worker_with_another_lock_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "analysis", tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(f"{lock}# another\n", encoding="utf-8")
    with serving(tmp_path) as (address, _):
        monkeypatch.setenv(CLUSTER_VARIABLE, address)
        with pytest.raises(ClusterError, match=rf"^the cluster at {address} is refused: ") as caught:
            mapped(abs, [1])
    refused = str(caught.value).partition(" is refused: ")[2].partition(". End these")[0].split("; ")
    # Both, each with its name and place, and for nothing else.
    told = [re.sub(r"tcp://127\.0\.0\.1:\d+", "…", one) for one in refused]
    assert told == [f"worker {name} at … has another requirements.lock" for name in (0, 1)]


def test_a_scheduler_that_goes_away_is_told_in_one_line() -> None:
    code = "from functools import partial; from analysis.parallel import mapped; "
    code += "from tests.cluster_tasks import whose; mapped(partial(whose, 0), range(4)); "
    code += "print('begun', flush=True); mapped(partial(whose, 1), range(400))"
    with serving(ROOT) as (address, server):
        running = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {CLUSTER_VARIABLE: address, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n"
        os.killpg(server.pid, signal.SIGKILL)
        _, wrong = running.communicate(timeout=_LONG)
    assert running.returncode == 1
    assert wrong == f"the scheduler at {address} is gone; what was finished before stays as it is\n"


def slow_sweep(folder: Path) -> Small:
    """A small compendium with a sweep of three runs: the first is soon done, the others take their time."""
    small = make_small(folder)
    path = small.root / "notebooks/small/small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    sentence = (
        "import time\ntime.sleep(0.5 if factor == 1 else 4)\n"
        'results.finding("many", f"There are {matrix.sum() * factor:.0f} ties.", numbers=["ties"])'
    )
    notebook.cells.append(nbformat.v4.new_code_cell(sentence, id="finding"))
    nbformat.write(notebook, path)
    study = small.root / "notebooks/small/study.yml"
    sweep = "    run: once\n    grid: {factor: [1, 2, 3]}\n"
    headline = "    headlines:\n      - {finding: many, number: ties, above: 4}\n"
    study.write_text(study.read_text() + "sweeps:\n  - id: factors\n" + sweep + headline)
    return small


def sweep(small: Small, address: str = "") -> subprocess.Popen[str]:
    """Start a sweep, on the cluster if one is named."""
    command, environment = small.command("sweep", "--study", "small")
    return subprocess.Popen(
        command,
        cwd=small.root,
        env=environment | ({CLUSTER_VARIABLE: address} if address else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What runs behind a shell's back is deaf to interrupts, and so is what it starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def end_after_the_first(running: subprocess.Popen[str], end: Callable[[], object]) -> tuple[str, str]:
    """Let a sweep make a run, end something, and return all it says."""
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        said += line
        if line.startswith("sweep small/") and "done in" in line:
            end()
            break
    more, wrong = running.communicate(timeout=_LONG)
    return said + more, wrong


def test_a_sweep_is_interrupted_resumed_and_the_same_as_here(tmp_path: Path, served: str) -> None:
    small = slow_sweep(tmp_path)
    with serving(small.root) as (address, server):
        # The workers of another checkout have other code, or another lock, and are told by name.
        _, wrong = sweep(small, served).communicate(timeout=_LONG)
        assert wrong.startswith(f"the cluster at {served} is refused: worker ")
        assert "has other code in analysis/" in wrong
        assert len(wrong.splitlines()) == 1

        running = sweep(small, address)
        end_after_the_first(running, partial(running.send_signal, signal.SIGINT))
        assert running.returncode == 130
        assert not small.reports()
        again = sweep(small, address)
        said, wrong = again.communicate(timeout=_LONG)
        assert again.returncode == 0, wrong
        before = int(said.partition("3 runs, ")[2].partition(" of them")[0])
        assert 1 <= before < 3
        assert said.count(": started") == 3 - before
        there = small.reports()

        # Every run anew, and the scheduler goes away in the middle.
        small.replace("notebooks/small/small.ipynb", "sleep(0.5", "sleep(0.6")
        running = sweep(small, address)
        said, wrong = end_after_the_first(running, partial(os.killpg, server.pid, signal.SIGKILL))
        assert running.returncode == 1
        told = f"the scheduler at {address} is gone; what was finished before stays as it is"
        assert wrong.splitlines() == [told]
        assert "Traceback" not in said
        assert small.reports() == there
        assert not list((small.root / "reports").rglob(".partial-*"))

    small.replace("notebooks/small/small.ipynb", "sleep(0.6", "sleep(0.7")
    here = sweep(small)
    _, wrong = here.communicate(timeout=_LONG)
    assert here.returncode == 0, wrong
    assert small.reports() == there
