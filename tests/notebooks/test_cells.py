"""Each notebook's cells, run in this process on a small dataset or with few replicates, and what they record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.cells import KEPT_HERE, RUNS, Recorded, built, executed

ROOT = Path(__file__).resolve().parents[2]

# Of each run: parameters that cost less, and whose numbers hang on them (their keys begin so). All others are
# as the run itself has them, in reports/expected/.
CHEAPER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "relational_trust/help_example": (
        {"permutations": 19, "replicates": 20},
        ("mixing.", "reciprocity.", "caution.", "formation", "wave", "separable", "persistence"),
    ),
    "relational_trust/triangulation_example": ({"replicates": 4}, ("power", "design", "pair")),
    "relational_trust/trust_teachers": ({"replicates": 49}, ()),
    "relational_trust/recovery": ({"seeds": 2}, ()),
    "school_leaders/replication": ({"correlation_permutations": 49, "regression_permutations": 49}, ()),
    "school_leaders/reanalysis": ({"permutations": 49}, ()),
    "school_leaders/table_9_4": ({}, ()),
    "star_coalescence/cascades_example": ({"replicates": 9}, ("nulls-",)),
    "star_coalescence/cascades_twin": ({"replicates": 9, "factors": [0.5, 1.0]}, ("nulls-", "sensitivity.")),
    "star_coalescence/scale_up_example": ({"rewirings": 9, "permutations": 9}, ("structure.", "moran")),
    "star_coalescence/scale_up_twin": ({"rewirings": 9, "permutations": 9}, ("structure.", "moran")),
    "star_coalescence/netdiffuser": ({"rewirings": 9, "permutations": 9}, ()),
    "star_coalescence/policies": ({}, ()),
    "star_coalescence/recovery": ({}, ()),
    "your_network/network": ({"permutations": 19}, ("mixing.",)),
    "your_network/survey": ({}, ()),
    "your_network/activities": ({}, ()),
}

Runner = Callable[..., Recorded]


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of checked tables that these tests share."""
    return tmp_path_factory.mktemp("data_derived")


@pytest.fixture
def recorded(
    derived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Runner:
    """Return how to run one run's cells, with what its dataset needs."""

    def runner(name: str, cells: list[dict[str, Any]] | None = None) -> Recorded:
        run = RUNS[name]
        dataset = run.dataset.name
        mirror = None if dataset in KEPT_HERE else request.getfixturevalue("data_mirror")
        built(dataset, derived, mirror)
        return executed(run, CHEAPER[name][0], derived, tmp_path, monkeypatch, cells)

    return runner


def test_every_notebook_is_run_here() -> None:
    assert {RUNS[name].notebook.path for name in CHEAPER} == {run.notebook.path for run in RUNS.values()}
