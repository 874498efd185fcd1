"""Cohesive subgroups against a search of every set and every division, and UCINET's as printed."""

from __future__ import annotations

from itertools import chain, combinations, product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import Floats
from analysis.ties.class_friendships import (
    faction_densities,
    first_choices,
    printed_division,
    ranked_network,
    subgroup_counts,
)
from analysis.ties.subgroups import factions, k_plexes, misfit, n_cliques

SIZES, SEEDS = st.integers(2, 7), st.integers(0, 10_000)


def network(size: int, seed: int) -> Floats:
    upper = np.triu(np.random.default_rng(seed).random((size, size)) < 0.45, 1).astype(float)
    ties: Floats = upper + upper.T
    return ties


def largest(sets: list[frozenset[int]]) -> set[frozenset[int]]:
    return {one for one in sets if not any(one < other for other in sets)}


def every_set(size: int, least: int) -> list[frozenset[int]]:
    some = chain.from_iterable(combinations(range(size), number) for number in range(least, size + 1))
    return [*map(frozenset, some)]


@given(SIZES, SEEDS, st.integers(1, 3), st.integers(1, 4))
def test_k_plexes_are_those_of_a_search_of_every_set(size: int, seed: int, k: int, least: int) -> None:
    ties = network(size, seed)
    held = [
        group
        for group in every_set(size, 1)
        if all(ties[one, sorted(group)].sum() >= len(group) - k for one in group)
    ]
    expected = {group for group in largest(held) if len(group) >= least}
    assert set(k_plexes(ties, k, least=least)) == expected


@given(SIZES, SEEDS, st.integers(1, 3))
def test_n_cliques_hold_who_is_within_reach(size: int, seed: int, n: int) -> None:
    ties = network(size, seed)
    steps = dict(nx.all_pairs_shortest_path_length(nx.from_numpy_array(ties)))
    held = [
        group
        for group in every_set(size, 1)
        if all(steps[one].get(other, np.inf) <= n for one in group for other in group)
    ]
    assert set(n_cliques(ties, n, least=1)) == largest(held)


@given(st.integers(2, 6), SEEDS, st.integers(1, 3))
def test_factions_are_the_best_of_every_division(size: int, seed: int, groups: int) -> None:
    ties = network(size, seed)
    divisions = {
        frozenset(
            frozenset(np.flatnonzero(np.array(own) == group).tolist())
            for group in range(groups)
            if group in own
        )
        for own in product(range(groups), repeat=size)
    }
    wrong = {division: misfit(ties, tuple(division)) for division in divisions}
    found = factions(ties, groups)
    assert found.misfit == min(wrong.values())
    assert {frozenset(division) for division in found.divisions} == {
        division for division, value in wrong.items() if value == found.misfit
    }
    assert len(found.divisions) == len(set(found.divisions))
    assert found.fit == pytest.approx(1 - found.misfit / (size * (size - 1)))


def test_ucinet_s_subgroups_of_the_fraternity(fraternity_tables: dict[str, pd.DataFrame]) -> None:
    chosen = ranked_network(fraternity_tables, 1, 3)
    either = np.maximum(chosen, chosen.T)
    assert subgroup_counts(either).to_list() == [11, 3, 6, 20, 16, 28, 17]
    found, members, densities = faction_densities(either)
    assert (found.misfit, round(found.fit, 3), len(found.divisions)) == (58, 0.787, 1)
    assert set(found.divisions[0]) == set(printed_division())
    assert members["members"].to_list() == ["3 5 9 11 12 17", "1 6 8 10 13 15", "2 4 7 14 16"]
    assert densities.loc[1].round().to_list() == [80, 14, 20]
    choices = first_choices(chosen, 3)
    assert choices[["ties", "diameter", "steps from 15 to 16"]].to_list() == [51, 5, 5]


@pytest.mark.parametrize("wrong", [[[0, 1], [0, 0]], [[0, 2], [2, 0]], [[0, 1]]])
def test_what_is_refused(wrong: list[list[int]]) -> None:
    for method in (lambda: n_cliques(wrong, 1), lambda: k_plexes(wrong, 1), lambda: factions(wrong, 1)):
        with pytest.raises(ValueError, match="allowed"):
            method()


def test_numbers_below_one_are_refused() -> None:
    pair = [[0, 1], [1, 0]]
    for method in (lambda: n_cliques(pair, 0), lambda: k_plexes(pair, 0), lambda: factions(pair, 0)):
        with pytest.raises(ValueError, match="1 or more"):
            method()
