"""Regressions of every wave on the one before: those of one pair of waves, under keys."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.resampling.qap import mrqap
from analysis.tie_models.change_statistics import edges, match, mutual
from analysis.tie_models.separable import separable
from analysis.tie_models.waves import formation_and_persistence, wave_on_wave
from analysis.ties.panel import Panel

GROUPS = [f"school {number // 4}" for number in range(12)]


@pytest.fixture
def panels() -> dict[str, Panel]:
    """Three waves of twelve people in three schools, ties half kept; somebody says nothing in the second."""
    random = np.random.default_rng(8)
    waves = [(random.random((12, 12)) < 0.3).astype(float)]
    for _ in range(2):
        kept = random.random((12, 12)) < 0.6
        waves.append(np.where(kept, waves[-1], random.random((12, 12)) < 0.3).astype(float))
    waves[1][5] = np.nan
    for wave in waves:
        np.fill_diagonal(wave, 0)
    return {"help": Panel.from_matrices(waves, relation="help")}


def test_each_regression_is_that_of_its_two_waves(panels: dict[str, Panel]) -> None:
    found = wave_on_wave(panels, GROUPS, permutations=50, seed=3)
    assert found.index.levels[1].tolist() == ["1 to 2", "2 to 3"]
    early, late = (panels["help"].matrix(wave) for wave in (1, 2))
    same = np.equal.outer(GROUPS, GROUPS).astype(float)
    terms = {"the same tie before": early, "its return before": early.T, "one group": same}
    expected = mrqap(late, terms, permutations=50, seed=3).tidy().set_index("term")
    for term in terms:
        row = found.loc[("help", "1 to 2", term)]
        assert row["estimate"] == expected["estimate"][term] and row["p"] == expected["p"][term]
        assert row["people"] == 11


def test_each_part_is_that_of_its_two_waves(panels: dict[str, Panel]) -> None:
    found = formation_and_persistence(panels, GROUPS, replicates=40, seed=3)
    early, late = (panels["help"].matrix(wave) for wave in (2, 3))
    terms = {"tie": edges(), "returned": mutual(), "one group": match(GROUPS)}
    for part in ("formation", "persistence"):
        fit = separable(early, late, terms, part, replicates=40, seed=3)  # type: ignore[arg-type]
        rows = found.loc[("help", "2 to 3", part)]
        assert rows["estimate"].tolist() == pytest.approx(fit.estimates.tolist(), abs=1e-8)
        assert (rows["pairs"] == fit.pairs).all() and (rows["ties"] == fit.ties).all()


def test_what_cannot_be_fitted_has_no_row(panels: dict[str, Panel]) -> None:
    empty = Panel.from_matrices([np.zeros((12, 12))] * 2, relation="none")
    for found in (
        wave_on_wave({"none": empty}, GROUPS, permutations=20, seed=1),
        formation_and_persistence({"none": empty}, GROUPS, replicates=20, seed=1),
        wave_on_wave({"help": Panel.from_matrices([panels["help"].matrix(1)])}, GROUPS, seed=1),
    ):
        assert found.empty and "estimate" in found.columns


def test_a_threshold_decides_what_a_tie_is(panels: dict[str, Panel]) -> None:
    doubled = Panel.from_matrices([panels["help"].matrix(wave) * 2 for wave in (1, 2, 3)], relation="help")
    plain = formation_and_persistence(panels, GROUPS, replicates=20, seed=3)
    assert formation_and_persistence({"help": doubled}, GROUPS, threshold=2, replicates=20, seed=3).equals(
        plain
    )
