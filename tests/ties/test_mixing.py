"""The permutation test of the E-I index, once and by wave."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ties.mixing import drawn_with_mixing, external_internal_test, mixing_by_wave
from analysis.ties.panel import Panel
from analysis.ties.structure import external_internal, external_internal_expected

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
    assert found.columns.tolist() == ["ties", *TESTED, "note"]
    for place, (relation, wave, people) in enumerate((("help", 1, 5), ("help", 2, 6), ("materials", 1, 6))):
        values = panels[relation].values[wave - 1][:people, :people]
        ties = [(i, j) for i, j in np.argwhere(values > 0) if i != j]
        crossing = sum(HOMES[i] != HOMES[j] for i, j in ties)
        row = found.iloc[place]
        assert row["ties"] == len(ties)
        assert row["external_internal"] == pytest.approx((2 * crossing - len(ties)) / len(ties))
        alone = external_internal_test(values, HOMES[:people], permutations=99, seed=5)
        assert row[["lower", "upper", "p"]].tolist() == [alone.lower, alone.upper, alone.p]
    # Of 20 ordered pairs of three and two people 8 stay at home; of 30 of three and three, 12.
    assert found["random_mixing"].tolist()[:3] == pytest.approx([4 / 20, 6 / 30, 6 / 30])


def test_a_wave_without_a_tie_is_missing_and_a_self_tie_is_none(panels: dict[str, Panel]) -> None:
    row = mixing_by_wave(panels, HOMES, permutations=9, seed=5).loc[("materials", 2)]
    assert row["ties"] == 0
    assert row[TESTED].isna().all()
    assert row["note"].startswith("not estimable: found no tie")


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
    assert found.columns.tolist() == ["ties", *TESTED]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (HOMES[:5], "there are 5 groups for 6 actors; one each is needed"),
        ([*HOMES[:4], None, float("nan")], "no group for the actors at [4, 5] (2 in all); each needs one"),
    ],
)
def test_groups_that_do_not_fit_the_panels_are_refused(
    panels: dict[str, Panel], groups: list[object], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        mixing_by_wave(panels, groups, permutations=9, seed=1)
    assert str(caught.value) == message


def test_teams_of_five_and_four_have_284_of_420_pairs_across() -> None:
    # Pairs within: 5 × 4 in one team, 4 × 3 in each of four.
    assert 21 * 20 - (5 * 4 + 4 * 4 * 3) == 352
    assert external_internal_expected(TEAMS) == pytest.approx((352 - 68) / 420)
    full = drawn_with_mixing(TEAMS, internal=68, external=352, seed=1)
    np.testing.assert_array_equal(full, 1 - np.eye(21))
    assert external_internal(full, TEAMS) == pytest.approx(284 / 420)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_same_mixing_is_told_from_chance_with_many_ties_only(seed: int) -> None:
    found = {}
    for internal, external in ((20, 60), (5, 15)):
        matrix = drawn_with_mixing(TEAMS, internal=internal, external=external, seed=seed)
        tested = external_internal_test(matrix, TEAMS, permutations=999, seed=seed)
        assert tested.estimate == 0.5
        found[internal + external] = tested.p
    assert found[80] < 0.05 < found[20]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.integers(0, 99), st.data())
def test_as_many_ties_are_drawn_as_asked_for(groups: list[str], seed: int, data: st.DataObject) -> None:
    same = np.array([[one == other for other in groups] for one in groups])
    pairs = ~np.eye(len(groups), dtype=bool)
    internal = data.draw(st.integers(0, int((same & pairs).sum())))
    external = data.draw(st.integers(0, int((~same).sum())))
    found = drawn_with_mixing(groups, internal=internal, external=external, seed=seed)
    assert set(np.unique(found)) <= {0, 1}
    assert np.trace(found) == 0
    assert (found[same].sum(), found[~same].sum()) == (internal, external)
    again = drawn_with_mixing(groups, internal=internal, external=external, seed=seed)
    np.testing.assert_array_equal(found, again)


def test_every_pair_of_a_kind_is_as_likely() -> None:
    groups, draws = ["a", "a", "b", "b"], 3000
    drawn = [drawn_with_mixing(groups, internal=1, external=2, seed=seed) for seed in range(draws)]
    shares = np.mean(drawn, axis=0)
    # One of four pairs within, two of eight across: a quarter each.
    error = 4 * np.sqrt(0.25 * 0.75 / draws)
    assert (np.abs(shares - 0.25 * (1 - np.eye(4))) < error).all()
    assert not np.array_equal(drawn[0], drawn[1])


@pytest.mark.parametrize(
    ("groups", "internal", "external", "message"),
    [
        (TEAMS, 69, 0, "found internal=69; allowed: 0 to 68, the pairs there are"),
        (TEAMS, 0, 353, "found external=353; allowed: 0 to 352, the pairs there are"),
        (TEAMS, -1, 3, "found internal=-1; allowed: 0 to 68, the pairs there are"),
        (["a", "a"], 0, 1, "found external=1; allowed: 0 to 0, the pairs there are"),
        ([], 1, 0, "found internal=1; allowed: 0 to 0, the pairs there are"),
        (["a", None], 0, 1, "no group for the actors at [1] (1 in all); each needs one"),
    ],
)
def test_ties_that_find_no_place_are_refused(
    groups: list[object], internal: int, external: int, message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        drawn_with_mixing(groups, internal=internal, external=external, seed=1)
    assert str(caught.value) == message
