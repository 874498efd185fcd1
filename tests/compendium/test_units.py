"""Bringing units up to date: in which order, what becomes of those that depend on one that cannot be made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from analysis.compendium import state as state_module
from analysis.compendium.driver import Outcome, bring_up_to_date, stale
from analysis.compendium.plan import Unavailable, Unit
from analysis.compendium.state import State
from analysis.tables.faults import Fault, InvalidInput


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state_module, "ROOT", tmp_path)
    monkeypatch.setattr(state_module, "_FILE", tmp_path / ".cache" / "state.json")
    return tmp_path


class Bench:
    """Units that write a file of their own, and a list of which were made, in order."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[str] = []
        self.said: list[str] = []
        self.inputs: dict[str, str] = {}

    def unit(
        self,
        name: str,
        needs: Sequence[str] = (),
        after: Sequence[str] = (),
        make: Callable[[], None] = lambda: None,
    ) -> Unit:
        path = self.root / f"{name}.txt"

        def write(_: Mapping[str, str]) -> None:
            self.made.append(name)
            make()
            path.write_text(name)

        def inputs() -> dict[str, str]:
            return {"code": self.inputs.get(name, "1")}

        return Unit(name, inputs, (path,), write, tuple(needs), tuple(after))

    def run(self, units: Sequence[Unit], workers: int = 1) -> Outcome:
        """Bring them up to date with what is remembered; what was made before is forgotten."""
        self.made.clear()
        outcome = Outcome()
        bring_up_to_date(units, State(), self.said.append, outcome, workers=workers)
        return outcome


@pytest.fixture
def bench(root: Path) -> Bench:
    return Bench(root)


def fails(error: Exception) -> Callable[[], None]:
    def make() -> None:
        raise error

    return make


def test_what_is_stale_is_made_once_and_after_what_it_needs(bench: Bench) -> None:
    units = [
        bench.unit("data"),
        bench.unit("run", ["data"]),
        bench.unit("other"),
        bench.unit("page", ["run"]),
    ]
    bench.run(units, workers=3)
    assert sorted(bench.made) == ["data", "other", "page", "run"]
    order = [name for name in bench.made if name != "other"]
    assert order == ["data", "run", "page"]
    assert bench.run(units).missing == {}
    assert bench.made == []
    bench.inputs["data"] = "2"
    assert stale(units, State()) == {
        "data": ["code changed"],
        "run": ["data is stale"],
        "page": ["run is stale"],
    }
    bench.run(units)
    assert bench.made == ["data"], "what it gave is what was there, as far as the others' inputs tell"


def test_the_longest_start_first_and_what_was_never_made_before_them(bench: Bench, root: Path) -> None:
    units = [bench.unit(name) for name in ("short", "long", "unknown", "middle", "new")]
    state = State()
    for name, seconds in (("short", 1.0), ("long", 90.0), ("middle", 30.0)):
        state.record(name, {"code": "0"}, [], seconds)
    bench.run(units)
    assert bench.made == ["unknown", "new", "long", "middle", "short"]
    assert 0 <= State().seconds("long") < 90, "what was remembered is what it took now"


def test_as_many_are_made_at_a_time_as_there_are_workers(bench: Bench) -> None:
    together = threading.Barrier(2, timeout=20)

    def meet() -> None:
        together.wait()

    outcome = bench.run([bench.unit("one", make=meet), bench.unit("two", make=meet)], workers=2)
    assert outcome.missing == {}, "each waits for the other to be made at the same time"
    assert {line for line in bench.said if line.endswith(": started")} == {"one: started", "two: started"}


def test_what_cannot_be_made_leaves_out_what_needs_it_and_nothing_else(bench: Bench) -> None:
    lacking = fails(Unavailable("data unavailable: x.csv", ""))
    units = [
        bench.unit("data", make=lacking),
        bench.unit("run", ["data"]),
        bench.unit("page", ["run"]),
        bench.unit("reader", after=["run"]),
        bench.unit("other"),
    ]
    outcome = bench.run(units, workers=2)
    assert outcome.missing == dict.fromkeys(["data", "run", "page"], "data unavailable: x.csv")
    assert set(bench.made) == {"data", "reader", "other"}
    assert outcome.failed == [], "data that cannot be had are no fault"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unavailable("failed", "cell 3: ValueError: no"), "run: cell 3: ValueError: no"),
        (OSError(28, "No space left on device"), "run: [Errno 28] No space left on device"),
        (
            InvalidInput([Fault("a.csv", "x", "y")]),
            "run: 1 fault, nothing written:\n  a.csv: found x; allowed: y",
        ),
        (KeyError("mean"), "run: KeyError: 'mean'"),
    ],
)
def test_a_failure_is_told_and_tried_again(bench: Bench, error: Exception, told: str) -> None:
    outcome = bench.run([bench.unit("run", make=fails(error)), bench.unit("other")])
    assert outcome.failed == [told]
    assert outcome.missing == {"run": "failed"}
    assert sorted(bench.made) == ["other", "run"]
    assert bench.run([bench.unit("run"), bench.unit("other")]).missing == {}
    assert bench.made == ["run"]


def test_what_is_needed_and_not_among_the_units_counts_as_there(bench: Bench) -> None:
    bench.run([bench.unit("run", ["data ours"])])
    assert bench.made == ["run"]
