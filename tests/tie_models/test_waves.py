"""Regressions of every wave on the one before: those of one pair of waves, under keys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.resampling.many_tests import derived_seed
from analysis.resampling.qap import mrqap
from analysis.tie_models import waves
from analysis.tie_models.change_statistics import edges, gwesp, match, mutual
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
    seed = derived_seed(3, "help", "1 to 2")
    fit = mrqap(late, terms, permutations=50, seed=seed, groups=GROUPS)
    expected = fit.tidy().set_index("term")
    for term in terms:
        row = found.loc[("help", "1 to 2", term)]
        assert row["estimate"] == expected["estimate"][term]
        assert row["people"] == 11
    tested = found.loc[("help", "1 to 2")].drop("one group")
    assert tested["p"].tolist() == expected["p"][tested.index].tolist()
    assert tested["permutation_sd"].tolist() == expected["permutation_sd"][tested.index].tolist()
    # Belonging to one group is the same in every permutation within groups: it has no test.
    untested = found.loc[("help", "1 to 2", "one group")]
    assert np.isnan(untested["p"]) and np.isnan(untested["permutation_sd"])
    assert untested["note"] == "not tested: people change places within their group"
    # A spread of permutations is no standard error, and nothing here says it is.
    assert found.columns.tolist() == ["people", "estimate", "permutation_sd", "p", "note"]


def test_people_without_groups_all_change_places(panels: dict[str, Panel]) -> None:
    found = wave_on_wave(panels, permutations=50, seed=3).loc[("help", "1 to 2")]
    early, late = (panels["help"].matrix(wave) for wave in (1, 2))
    terms = {"the same tie before": early, "its return before": early.T}
    fit = mrqap(late, terms, permutations=50, seed=derived_seed(3, "help", "1 to 2"))
    assert found["p"].tolist() == [fit[term].p for term in terms]
    # So do people each of whom is a group of their own.
    alone = wave_on_wave(panels, range(12), permutations=50, seed=3).loc[("help", "1 to 2")]
    assert alone["p"].tolist() == found["p"].tolist()


def test_where_no_tie_crosses_cells_across_are_no_evidence(panels: dict[str, Panel]) -> None:
    """The same ties within schools, once declared never to cross."""
    inside = np.equal.outer(GROUPS, GROUPS)
    matrices = [np.where(inside, panels["help"].matrix(wave), 0.0) for wave in (1, 3)]
    ties = Panel.from_matrices(matrices, relation="help")
    walls = replace(ties, homes=tuple(GROUPS), crosses=False)
    found = wave_on_wave({"help": walls}, permutations=50, seed=3).loc[("help", "1 to 2")]
    assert found.index.tolist() == ["the same tie before", "its return before"]
    early, late = (np.where(inside, matrix, np.nan) for matrix in matrices)
    fit = mrqap(
        late,
        {"the same tie before": early, "its return before": early.T},
        permutations=50,
        seed=derived_seed(3, "help", "1 to 2"),
        groups=GROUPS,
    )
    assert found["estimate"].tolist() == [fit[term].estimate for term in found.index]
    assert found["p"].tolist() == [fit[term].p for term in found.index]
    blind = wave_on_wave({"help": ties}, GROUPS, permutations=50, seed=3).loc[("help", "1 to 2")]
    assert blind["estimate"]["the same tie before"] != found["estimate"]["the same tie before"]


def test_an_undirected_relation_is_not_regressed_on_its_return(panels: dict[str, Panel]) -> None:
    matrices = [np.maximum(panels["help"].matrix(wave), panels["help"].matrix(wave).T) for wave in (1, 3)]
    talk = replace(Panel.from_matrices(matrices, relation="talk"), directed=False)
    found = wave_on_wave({"talk": talk}, GROUPS, permutations=50, seed=3).loc[("talk", "1 to 2")]
    assert found.index.tolist() == ["the same tie before", "one group"]


def test_each_part_is_that_of_its_two_waves(panels: dict[str, Panel]) -> None:
    found, goodness = formation_and_persistence(panels, GROUPS, replicates=40, seed=3)
    early, late = (panels["help"].matrix(wave) for wave in (2, 3))
    terms = {
        "tie": edges(),
        "returned": mutual(),
        "one group": match(GROUPS),
        "shared partners": gwesp(math.log(2)),
    }
    for part in ("formation", "persistence"):
        seed = derived_seed(3, "help", "2 to 3", part)
        fit = separable(early, late, terms, part, replicates=40, seed=seed)  # type: ignore[arg-type]
        rows = found.loc[("help", "2 to 3", part)]
        assert rows.index.tolist() == list(terms)
        assert np.isfinite(fit.estimates[-1])
        finite = np.where(np.isinf(fit.estimates), np.nan, fit.estimates).tolist()
        assert rows["estimate"].tolist() == pytest.approx(finite, abs=1e-8, nan_ok=True)
        assert (rows["pairs"] == fit.pairs).all() and (rows["ties"] == fit.ties).all()
        shown = goodness.loc[("help", "2 to 3", part)]
        assert shown.index.tolist() == ["out-degree", "in-degree", "shared partners"]
        for aspect, counts in fit.goodness.groupby("aspect"):
            inside = counts["observed"].between(counts["lower"], counts["upper"])
            assert shown["outside"][aspect] == (~inside).sum()
            assert shown["counts"][aspect] == len(counts) and shown["p"][aspect] == counts["p"].iloc[0]


def test_shared_partners_that_cannot_be_estimated_are_left_out_and_said_so() -> None:
    """A circle, in which no two neighbours have a third in common, loses two of its ties."""
    early = np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1)
    late = early.copy()
    for one, other in ((0, 1), (5, 6)):
        late[one, other] = late[other, one] = 0
    panel = replace(Panel.from_matrices([early, late], relation="help"), directed=False)
    found, goodness = formation_and_persistence({"help": panel}, replicates=20, seed=1)
    rows = found.loc[("help", "1 to 2", "persistence")]
    assert rows["note"]["shared partners"] == "left out: cannot be estimated"
    assert rows["estimate"].notna()["tie"]
    assert ("help", "1 to 2", "persistence") in goodness.index.droplevel("aspect")


def test_an_undirected_relation_has_shared_partners_and_no_return(panels: dict[str, Panel]) -> None:
    matrices = [np.maximum(panels["help"].matrix(wave), panels["help"].matrix(wave).T) for wave in (1, 3)]
    talk = replace(Panel.from_matrices(matrices, relation="talk"), directed=False)
    found, _ = formation_and_persistence({"talk": talk}, GROUPS, replicates=20, seed=3)
    rows = found.loc[("talk", "1 to 2", "formation")]
    assert rows.index.tolist() == ["tie", "one group", "shared partners"]
    assert rows["pairs"].iloc[0] == (66 - matrices[0].sum() / 2)


def test_what_cannot_be_fitted_says_so_in_its_rows() -> None:
    empty = {"none": Panel.from_matrices([np.zeros((12, 12))] * 2, relation="none")}
    regressed = wave_on_wave(empty, GROUPS, permutations=20, seed=1)
    fitted, goodness = formation_and_persistence(empty, GROUPS, replicates=20, seed=1)
    assert goodness.empty and "p" in goodness.columns
    for found, rows, why in ((regressed, 3, "has no variance"), (fitted, 6, "free pair has a tie")):
        assert len(found) == rows
        assert found["estimate"].isna().all() and (found["people"] == 12).all()
        assert found["note"].str.startswith("not estimable: ").all()
        assert found["note"].str.contains(why).all()


def test_one_wave_has_no_row(panels: dict[str, Panel]) -> None:
    found = wave_on_wave({"help": Panel.from_matrices([panels["help"].matrix(1)])}, GROUPS, seed=1)
    assert found.empty and "estimate" in found.columns and "note" not in found.columns


def test_nothing_infinite_is_shown(panels: dict[str, Panel]) -> None:
    """All ties that were returned last; of the others some do."""
    early = panels["help"].matrix(1)
    returned = (early == 1) & (early.T == 1)
    late = np.where(returned | (np.random.default_rng(2).random((12, 12)) < 0.5), early, 0.0)
    late = np.nan_to_num(late)
    panel = Panel.from_matrices([early, late], relation="help")
    terms = {"tie": edges(), "returned": mutual(), "one group": match(GROUPS)}
    triads = {**terms, "shared partners": gwesp(math.log(2))}
    options = {"replicates": 40, "seed": derived_seed(3, "help", "1 to 2", "persistence")}
    fit = separable(early, late, triads, "persistence", **options)  # type: ignore[arg-type]
    assert np.isfinite(fit.estimates[-1])
    found, _ = formation_and_persistence({"help": panel}, GROUPS, replicates=40, seed=3)
    rows = found.loc[("help", "1 to 2", "persistence")]
    numbers = rows[["estimate", "lower", "upper"]].to_numpy(float)
    expected = np.column_stack([fit.estimates, fit.lower, fit.upper])
    # Were nothing infinite here, there would be nothing to see.
    assert np.isinf(expected).any()
    expected[np.isinf(fit.estimates)] = np.nan
    expected[np.isinf(expected)] = np.nan
    np.testing.assert_allclose(numbers, expected, atol=1e-8)
    assert not (np.signbit(numbers) & (numbers == 0)).any()
    assert (rows["note"] != "").tolist() == np.isnan(numbers).any(axis=1).tolist()


def test_an_error_in_the_code_is_no_finding(
    panels: dict[str, Panel], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise ValueError("no column of that name")

    for name, call in (("mrqap", wave_on_wave), ("separable", formation_and_persistence)):
        monkeypatch.setattr(waves, name, wrong)
        with pytest.raises(ValueError, match="no column of that name"):
            call(panels, GROUPS, seed=1)  # type: ignore[operator]


def test_a_threshold_decides_what_a_tie_is(panels: dict[str, Panel]) -> None:
    doubled = Panel.from_matrices([panels["help"].matrix(wave) * 2 for wave in (1, 2, 3)], relation="help")
    plain, _ = formation_and_persistence(panels, GROUPS, replicates=20, seed=3)
    above, _ = formation_and_persistence({"help": doubled}, GROUPS, threshold=2, replicates=20, seed=3)
    assert above.equals(plain)
