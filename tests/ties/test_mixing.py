"""The permutation test of the E-I index, once and by wave."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analysis.resampling.many_tests import derived_seed
from analysis.ties.mixing import external_internal_test, mixing_by_wave
from analysis.ties.panel import Panel
from analysis.ties.structure import external_internal

TEAMS = [team for team, size in enumerate((5, 4, 4, 4, 4)) for _ in range(size)]


def test_against_every_permutation_of_a_small_network() -> None:
    generator = np.random.default_rng(3)
    matrix = (generator.random((6, 6)) < 0.4).astype(float)
    groups = ["a", "a", "b", "b", "b", "c"]
    every = np.array([external_internal(matrix, list(drawn)) for drawn in permutations(groups)])
    found = external_internal_test(matrix, groups, permutations=20_000, seed=1)
    exact_less = np.mean(every <= found.estimate + 1e-12)
    exact = np.mean(np.abs(every - every.mean()) >= abs(found.estimate - every.mean()) - 1e-9)
    error = 4 * np.sqrt(0.25 / 20_000)
    assert abs(found.p_less - exact_less) < error
    assert abs(found.p - exact) < error
    assert abs(found.permutation_mean - every.mean()) < 4 * every.std() / np.sqrt(20_000)
    assert abs(found.permutation_sd - every.std()) < 0.02
    assert found.expected == pytest.approx(every.mean())


def test_above_zero_and_still_below_expectation() -> None:
    """Teams of 5, 4, 4, 4, 4: E-I of +.5 looks outward, and is more inward than chance (+.676)."""
    generator = np.random.default_rng(8)
    same = np.equal.outer(TEAMS, TEAMS) & ~np.eye(21, dtype=bool)
    other = ~np.equal.outer(TEAMS, TEAMS)
    for arcs, significant in ((20, False), (80, True)):
        matrix = np.zeros((21, 21))
        for cells, number in ((same, arcs // 4), (other, arcs - arcs // 4)):
            chosen = generator.choice(np.flatnonzero(cells), number, replace=False)
            matrix.flat[chosen] = 1
        found = external_internal_test(matrix, TEAMS, permutations=4000, seed=2)
        assert found.estimate == 0.5
        assert found.expected == pytest.approx(0.676, abs=0.0005)
        assert (found.p < 0.05) is significant
        assert found.lower < found.permutation_mean < found.upper
        assert "E-I +0.500, +0.676 under random mixing" in found.summary()
        assert found.tidy().loc[0, "p"] == found.p


def test_the_same_seed_gives_the_same_result() -> None:
    matrix = (np.random.default_rng(4).random((6, 6)) < 0.4).astype(float)
    groups = [0, 0, 0, 1, 1, 1]
    first, again, other = (
        external_internal_test(matrix, groups, permutations=50, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.permutation_mean != other.permutation_mean


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one"):
        external_internal_test(np.eye(3), [1, 1, 2], permutations=5, seed=1)
    with pytest.raises(ValueError, match="found 0 permutations"):
        external_internal_test(np.ones((3, 3)), [1, 1, 2], permutations=0, seed=1)
    with pytest.raises(ValueError):
        external_internal_test(np.ones((3, 3)), [1, 1], permutations=5, seed=1)


@pytest.fixture
def panels() -> dict[str, Panel]:
    """Two relations of six people; f is not there in wave 1, and nobody is tied in wave 2 of materials."""
    generator = np.random.default_rng(11)
    values = (generator.random((2, 6, 6)) < 0.5) * generator.integers(1, 4, (2, 6, 6)).astype(float)
    values[0, 5, :] = values[0, :, 5] = np.nan
    there = np.ones((2, 6), dtype=bool)
    there[0, 5] = False
    materials = np.zeros((2, 6, 6))
    materials[0, 0, 3] = materials[1, 2, 2] = 1
    return {
        "help": Panel.from_matrices(values, present=there, relation="help"),
        "materials": Panel.from_matrices(materials, relation="materials"),
    }


HOMES = ["oak", "oak", "oak", "elm", "elm", "elm"]
TESTED = ["external_internal", "random_mixing", "lower", "upper", "p"]


def test_every_relation_and_wave_is_tested_among_those_there(panels: dict[str, Panel]) -> None:
    found = mixing_by_wave(panels, HOMES, permutations=99, seed=5)
    assert found.index.names == ["relation", "wave"]
    assert found.index.tolist() == [("help", 1), ("help", 2), ("materials", 1), ("materials", 2)]
    assert found.columns.tolist() == ["ties", "without_group", *TESTED, "note"]
    for place, (relation, wave, people) in enumerate((("help", 1, 5), ("help", 2, 6), ("materials", 1, 6))):
        values = panels[relation].values[wave - 1][:people, :people]
        ties = [(i, j) for i, j in np.argwhere(values > 0) if i != j]
        crossing = sum(HOMES[i] != HOMES[j] for i, j in ties)
        row = found.iloc[place]
        assert row["ties"] == len(ties)
        assert row["external_internal"] == pytest.approx((2 * crossing - len(ties)) / len(ties))
        seed = derived_seed(5, relation, wave)
        alone = external_internal_test(values, HOMES[:people], permutations=99, seed=seed)
        assert row[["lower", "upper", "p"]].tolist() == [alone.lower, alone.upper, alone.p]
    # Of 20 ordered pairs of three and two people 8 stay at home; of 30 of three and three, 12.
    assert found["random_mixing"].tolist()[:3] == pytest.approx([4 / 20, 6 / 30, 6 / 30])


def test_a_wave_without_a_tie_is_missing_and_a_self_tie_is_none(panels: dict[str, Panel]) -> None:
    row = mixing_by_wave(panels, HOMES, permutations=9, seed=5).loc[("materials", 2)]
    assert row["ties"] == 0
    assert row[TESTED].isna().all()


def test_the_threshold_leaves_weaker_ties_out(panels: dict[str, Panel]) -> None:
    found = mixing_by_wave(panels, HOMES, threshold=2, permutations=9, seed=5)
    values = panels["help"].values[1] * (1 - np.eye(6))
    assert found.loc[("help", 2), "ties"] == (values >= 2).sum() < (values >= 1).sum()
    assert found.loc["materials", "ties"].tolist() == [0, 0]


def test_names_of_groups_play_no_part(panels: dict[str, Panel]) -> None:
    renamed = [{"oak": 2, "elm": "x"}[home] for home in HOMES]
    one, other = (mixing_by_wave(panels, homes, permutations=49, seed=5) for homes in (HOMES, renamed))
    pd.testing.assert_frame_equal(one, other)


def test_without_a_panel_there_is_no_row() -> None:
    found = mixing_by_wave({}, [], seed=1)
    assert len(found) == 0
    assert found.columns.tolist() == ["ties", "without_group", *TESTED, "note"]


def test_groups_that_do_not_fit_the_panels_are_refused(panels: dict[str, Panel]) -> None:
    with pytest.raises(ValueError) as caught:
        mixing_by_wave(panels, HOMES[:5], permutations=9, seed=1)
    assert str(caught.value) == "there are 5 groups for 6 actors; one each is needed"


def test_people_without_a_school_leave_the_index_and_are_counted(panels: dict[str, Panel]) -> None:
    homes: list[object] = [*HOMES[:4], None, float("nan")]
    found = mixing_by_wave(panels, homes, permutations=99, seed=5)
    # f, the sixth, is not there in wave 1 of help.
    assert found["without_group"].tolist() == [1, 2, 2, 2]
    alone = external_internal_test(
        panels["help"].values[1][:4, :4], HOMES[:4], permutations=99, seed=derived_seed(5, "help", 2)
    )
    assert found.loc[("help", 2), ["external_internal", "p"]].tolist() == [alone.estimate, alone.p]


def test_where_no_tie_could_cross_the_index_is_not_defined() -> None:
    matrix = np.kron(np.eye(2), np.ones((3, 3)))
    panel = Panel("advice", tuple("abcdef"), (1,), matrix[None], np.ones((1, 6), bool), np.ones((1, 6), bool))
    walled = replace(panel, homes=tuple("xxxyyy"), crosses=False)
    row = mixing_by_wave({"advice": walled}, permutations=9, seed=1).loc[("advice", 1)]
    assert row["note"].startswith("not defined: no tie could have crossed groups")
    assert row[TESTED].isna().all()
    assert mixing_by_wave({"advice": replace(panel, homes=tuple("xxxyyy"))}, seed=1)["p"].notna().all()


def silent_school(seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return random ties among 21 people in schools of 12, 3, 3 and 3, the large one silent."""
    matrix = (np.random.default_rng(seed).random((21, 21)) < 0.3).astype(float)
    matrix[:12] = np.nan
    np.fill_diagonal(matrix, 0)
    return matrix


def test_a_silent_school_is_not_taken_for_an_open_one() -> None:
    schools = np.repeat(["a", "b", "c", "d"], [12, 3, 3, 3])
    rejected = sum(
        external_internal_test(silent_school(seed), schools, permutations=199, seed=seed).p <= 0.05
        for seed in range(200)
    )
    # The 99 % binomial bound of 200 tests at .05 is 18; over all schools permuted it was 9 of 10.
    assert rejected <= 18


def test_everybody_asked_names_everybody() -> None:
    matrix = np.ones((12, 12))
    matrix[3:] = np.nan
    found = external_internal_test(matrix, [0] * 3 + [1] * 9, permutations=199, seed=1)
    # 3 × 9 = 27 of the 33 cells observed go to the other group.
    assert found.estimate == found.expected == pytest.approx((27 - 6) / 33)
    assert found.p == 1
