"""Tests within groups against R on public networks, with the same structural zeros and the same blocks."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from analysis.files import DATA_RAW
from analysis.resampling.qap import qap_correlation
from analysis.sources import school_teacher_advice
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from analysis.ties.mixing import external_internal_test
from analysis.ties.overview import panels_of
from analysis.ties.reciprocity import reciprocity_test

PROGRAM = json.loads((Path(__file__).resolve().parents[1] / "reference/r_blocked_nulls.json").read_text())
DRAWS = 2000


def near(found: float, reference: dict[str, Any], name: str, draws: int) -> None:
    """Hold a mean of draws against that of R's, both of which err."""
    error = reference["sd"] * sqrt(1 / DRAWS + 1 / draws)
    assert abs(found - reference[name]) < 4 * error, name


def close_p(found: float, reference: dict[str, Any], draws: int) -> None:
    p = max(reference["p"], 2 / DRAWS)
    assert abs(found - reference["p"]) < 4 * sqrt(p * (1 - p) * (1 / DRAWS + 1 / draws))


@pytest.fixture
def monks(reference_folder: Path) -> tuple[NDArray[np.float64], list[str]]:
    folder = reference_folder / "ergm"
    groups = pd.read_csv(folder / "samplike_group.csv")["group"].tolist()
    return pd.read_csv(folder / "samplike.csv").to_numpy(float), groups


def test_advice_and_trust_within_fifteen_schools(data_mirror: Path) -> None:
    reference = PROGRAM["teachers"]
    package = read_package(DATA_RAW / "school_teacher_advice" / "datapackage.json")
    tables = checked(school_teacher_advice.tables(data_mirror / "school_teacher_advice", package), package)
    (panel,) = panels_of(tables, package.relations).values()
    (wave,) = panel.waves
    possible = panel.possible(wave)
    advice = possible.seen(panel.matrix(wave, threshold=1))
    trust = tables["actors"].set_index("actor_id")["trust"].loc[list(panel.actors)].to_numpy(float)
    alike = possible.seen(-np.abs(trust[:, None] - trust))
    assert int(possible.cells.sum()) == reference["cells"]
    assert np.nanmean(advice[possible.cells]) == pytest.approx(reference["density"], abs=1e-9)
    found = qap_correlation(advice, alike, permutations=DRAWS, seed=5, groups=possible.labels)
    assert found.estimate == pytest.approx(reference["estimate"], abs=1e-9)
    # Over all permutations a cell is on average its school's mean: R's draws and ours lie about that.
    homes, cells = possible.groups, possible.cells
    means = {home: np.nanmean(alike[np.ix_(homes == home, homes == home)]) for home in np.unique(homes)}
    expected = np.array([means[home] for home in homes[cells.nonzero()[0]]])
    spread = float(np.std(advice[cells]) * np.std(alike[cells]))
    exact = float(np.cov(advice[cells], expected, ddof=0)[0, 1]) / spread
    for mean, draws in ((found.permutation_mean, DRAWS), (reference["mean"], reference["draws"])):
        assert abs(mean - exact) < 4 * reference["sd"] / sqrt(draws)
    assert found.permutation_sd == pytest.approx(reference["sd"], rel=4 / sqrt(DRAWS))
    close_p(found.p, reference, reference["draws"])


def test_reciprocity_of_monks_who_name_as_many_within_their_group(
    monks: tuple[NDArray[np.float64], list[str]],
) -> None:
    reference = PROGRAM["monks"]["reciprocity"]
    found = reciprocity_test(*monks, draws=DRAWS, seed=5)
    assert found.estimate == pytest.approx(reference["estimate"], abs=1e-9)
    near(found.expected, reference, "mean", PROGRAM["monks"]["draws"])
    close_p(found.p, reference, PROGRAM["monks"]["draws"])


def test_external_internal_of_monks_of_whom_a_group_is_silent(
    monks: tuple[NDArray[np.float64], list[str]],
) -> None:
    reference = PROGRAM["monks"]["external_internal"]
    matrix, groups = monks
    matrix[np.array(groups) == "Outcasts"] = np.nan
    found = external_internal_test(matrix, groups, permutations=DRAWS, seed=5)
    assert found.estimate == pytest.approx(reference["estimate"], abs=1e-9)
    assert found.expected == pytest.approx(reference["expected"], abs=1e-9)
    near(found.permutation_mean, reference, "mean", PROGRAM["monks"]["draws"])
    assert found.permutation_sd == pytest.approx(reference["sd"], rel=4 / sqrt(DRAWS))
    close_p(found.p, reference, PROGRAM["monks"]["draws"])


def test_naming_and_being_named_among_monks_who_change_places_within_groups(
    monks: tuple[NDArray[np.float64], list[str]],
) -> None:
    reference = PROGRAM["monks"]["qap"]
    matrix, groups = monks
    found = qap_correlation(matrix, matrix.T, permutations=DRAWS, seed=5, groups=groups)
    assert found.estimate == pytest.approx(reference["estimate"], abs=1e-9)
    near(found.permutation_mean, reference, "mean", PROGRAM["monks"]["draws"])
    assert found.permutation_sd == pytest.approx(reference["sd"], rel=4 / sqrt(DRAWS))
    # What groups alone make of the correlation, which permutations of everybody do not see.
    free = qap_correlation(matrix, matrix.T, permutations=DRAWS, seed=5)
    assert abs(free.permutation_mean - reference["free_mean"]) < 4 * reference["free_sd"] / sqrt(DRAWS / 2)
    assert found.permutation_mean > 0.25
