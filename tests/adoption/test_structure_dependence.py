"""Rewiring that keeps degrees: against netdiffuseR, by enumeration, on a planted contagion."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from analysis.adoption.exposure import HOMOPHILY
from analysis.adoption.setting import Adoption
from analysis.adoption.structure_dependence import structure_dependence
from analysis.adoption.thresholds import thresholds
from tests.adoption.adopters import Study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan
ROUNDED = 1e-9  # the reference file holds eleven digits

# ---------------------------------------------------------------- against netdiffuseR


def test_structure_dependence_as_in_netdiffuser(med: Study, netdiffuser: dict[str, Any]) -> None:
    """Both means are of 1,000 rewirings with sd .017 to .018: four joint standard errors are .003."""
    expected = netdiffuser["struct_test_threshold_swap"]
    found = structure_dependence(med.ties, med.times, med.periods, never="missing", rewirings=1000, seed=4)
    assert found.observed == pytest.approx(expected["t0"], abs=ROUNDED)
    error = math.hypot(expected["sd"], found.sd) / math.sqrt(1000)
    assert abs(found.mean - expected["mean_t"]) < 4 * error
    assert abs(found.p - expected["p"]) < 4 * math.hypot(found.p_error, found.p_error)
    assert [found.lower, found.upper] == pytest.approx(np.quantile(found.replicates, [0.025, 0.975]).tolist())
    assert found.lower < found.mean < found.upper
    above = found.replicates - found.observed
    tail = min((above <= 1e-9).sum(), (above >= -1e-9).sum())
    one_sided = (1 + tail) / 1001
    assert found.p == pytest.approx(2 * one_sided)
    # Twice the binomial error of the smaller tail.
    assert found.p_error == pytest.approx(2 * math.sqrt(one_sided * (1 - one_sided) / 1000))
    assert HOMOPHILY in found.summary()
    assert found.tidy().loc[0, "rewirings"] == 1000
    coded = structure_dependence(
        med.ties, med.honest, med.periods[:17], never="one period later", rewirings=5, seed=4
    )
    assert coded.replicates == pytest.approx(found.replicates[:5])


def test_the_mean_threshold_is_that_of_thresholds(med: Study) -> None:
    found = structure_dependence(med.ties, med.honest, med.periods[:17], never="missing", rewirings=1, seed=1)
    own = thresholds(med.ties, med.honest, med.periods[:17], never="missing")
    assert found.observed == pytest.approx(own[med.honest < INF].mean())


# ---------------------------------------------------------------- by enumeration


def _same_degrees(size: int, out: list[int], into: list[int], symmetric: bool) -> set[tuple[int, ...]]:
    """Return every network without self-ties that has these degrees, flattened."""
    cells = [(i, j) for i in range(size) for j in range(size) if (i < j if symmetric else i != j)]
    found = set()
    for chosen in itertools.product((0, 1), repeat=len(cells)):
        network = np.zeros((size, size), int)
        for (i, j), tie in zip(cells, chosen, strict=True):
            network[i, j] = tie
            if symmetric:
                network[j, i] = tie
        if network.sum(axis=1).tolist() == out and network.sum(axis=0).tolist() == into:
            found.add(tuple(network.ravel().tolist()))
    return found


@pytest.mark.parametrize("directed", [True, False])
def test_rewiring_reaches_every_network_of_the_same_degrees_alike(directed: bool) -> None:
    size = 4 if directed else 6
    network = np.zeros((size, size))
    lines = [(0, 1), (1, 2), (2, 3), (3, 0)] if directed else [(0, 1), (1, 2), (2, 3), (4, 5)]
    for i, j in lines:
        network[i, j] = 1
        if not directed:
            network[j, i] = 1
    every = _same_degrees(
        size, network.sum(axis=1).astype(int).tolist(), network.sum(axis=0).astype(int).tolist(), not directed
    )
    seen: Counter[tuple[int, ...]] = Counter()

    def watch(drawn: sparse.csr_array) -> float:
        seen[tuple(drawn.toarray().astype(int).ravel().tolist())] += 1
        return 1.0

    draws = 3000
    structure_dependence(
        network,
        [1.0] * size,
        [1],
        never="missing",
        statistic=watch,
        directed=directed,
        rewirings=draws,
        seed=6,
    )
    # Directed: the 9 derangements of four; undirected: counted by the enumeration alone.
    assert len(every) == 9 if directed else len(every) > 9
    assert set(seen) == every
    counts = np.array([seen[one] for one in every])
    expected = (draws + 1) / len(every)
    # Chi-squared with k − 1 degrees of freedom: five standard deviations above its mean.
    free = len(every) - 1
    assert ((counts - expected) ** 2 / expected).sum() < free + 5 * math.sqrt(2 * free)


@pytest.mark.parametrize("directed", [True, False])
def test_rewiring_keeps_degrees_and_values(directed: bool) -> None:
    random = np.random.default_rng(9)
    network = np.where(random.random((30, 30)) < 0.15, random.integers(1, 5, (30, 30)), 0).astype(float)
    np.fill_diagonal(network, 0)
    if not directed:
        network = np.triu(network) + np.triu(network).T
    changed = []

    def check(drawn: sparse.csr_array) -> float:
        dense = drawn.toarray()
        assert (dense != 0).sum(axis=0).tolist() == (network != 0).sum(axis=0).tolist()
        assert (dense != 0).sum(axis=1).tolist() == (network != 0).sum(axis=1).tolist()
        assert not dense.diagonal().any()
        if directed:
            assert dense.sum(axis=1) == pytest.approx(network.sum(axis=1))
        else:
            assert (dense == dense.T).all()
        assert sorted(dense[dense != 0]) == sorted(network[network != 0])
        changed.append((dense != network).any())
        return 0.0

    structure_dependence(
        network,
        [1.0] * 30,
        [1],
        never="missing",
        statistic=check,
        directed=directed,
        rewirings=5,
        seed=1,
    )
    assert changed == [False, True, True, True, True, True]


@pytest.mark.parametrize("directed", [True, False])
def test_within_groups_ties_stay_within_and_between_stay_between(directed: bool) -> None:
    random = np.random.default_rng(9)
    groups = np.repeat(["a", "b", "c"], [12, 10, 8])
    same = groups[:, None] == groups
    network = (random.random((30, 30)) < np.where(same, 0.3, 0.1)).astype(float)
    np.fill_diagonal(network, 0)
    if not directed:
        network = np.triu(network) + np.triu(network).T
    changed = []

    def check(drawn: sparse.csr_array) -> float:
        dense = drawn.toarray()
        for block in (same, ~same):
            for axis in (0, 1):
                kept = (network * block).sum(axis=axis).tolist()
                assert (dense * block).sum(axis=axis).tolist() == kept
        assert not dense.diagonal().any() and (directed or (dense == dense.T).all())
        changed.append([bool(((dense != network) & block).any()) for block in (same, ~same)])
        return 0.0

    structure_dependence(
        network,
        [1.0] * 30,
        [1],
        never="missing",
        groups=groups,
        statistic=check,
        directed=directed,
        rewirings=5,
        seed=1,
    )
    assert changed == [[False, False], *[[True, True]] * 5]


def test_within_groups_every_network_is_reached_alike() -> None:
    """Two groups of four, a ring in each: 9 derangements each, 81 networks together."""
    ring = np.roll(np.eye(4), -1, axis=1)
    seen: Counter[tuple[int, ...]] = Counter()

    def watch(drawn: sparse.csr_array) -> float:
        seen[tuple(drawn.indices.tolist())] += 1
        return 1.0

    structure_dependence(
        np.kron(np.eye(2), ring),
        [1.0] * 8,
        [1],
        never="missing",
        groups=[0] * 4 + [1] * 4,
        statistic=watch,
        rewirings=8000,
        seed=6,
    )
    expected = 8001 / 81
    assert len(seen) == 81
    squares = sum((count - expected) ** 2 / expected for count in seen.values())
    assert squares < 80 + 5 * math.sqrt(2 * 80)


def test_farmers_within_villages(farmers: Adoption) -> None:
    """All their ties lie within villages. Across villages p is .002, as small as 999 rewirings can tell."""
    options: dict[str, Any] = {
        "never": "missing",
        "lag": 1,
        "no_alters": NAN,
        "rewirings": 499,
        "seed": 30002,
    }
    given = (farmers.networks[0], farmers.times, farmers.periods)
    across = structure_dependence(*given, **options)
    within = structure_dependence(*given, groups=farmers.groups, **options)
    assert across.p == pytest.approx(2 / 500)
    assert within.mean == pytest.approx(0.4985, abs=0.001)
    assert 0.02 < within.p < 0.1
    assert "within and between 11 groups" in within.summary()


def test_a_planted_contagion_is_found_and_the_seed_decides() -> None:
    """On a ring all name the one before, who adopts one period earlier: thresholds are 1, the first's 0."""
    size = 24
    ring = np.roll(np.eye(size), -1, axis=1)
    planted = np.arange(float(size))
    first, again, other = (
        structure_dependence(ring, planted, np.arange(float(size)), never="missing", rewirings=99, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.observed == pytest.approx((size - 1) / size)
    assert first.p == 0.02
    assert first.replicates.tolist() == again.replicates.tolist() != other.replicates.tolist()


# ---------------------------------------------------------------- bad input
SQUARE = np.ones((4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: structure_dependence(SQUARE, [1] * 4, [1], never="missing", rewirings=0, seed=1),
            "found 0 rewirings; allowed: at least 1",
        ),
        (
            lambda: structure_dependence(SQUARE, [1] * 4, [1], never="missing", swaps_per_tie=0, seed=1),
            "found 0 swaps a tie; allowed: at least 1",
        ),
        (
            lambda: structure_dependence(np.eye(4), [1] * 4, [1], never="missing", seed=1),
            "found 0 ties; needed: two that can be swapped",
        ),
        (
            lambda: structure_dependence(
                np.triu(SQUARE), [1] * 4, [1], never="missing", directed=False, seed=1
            ),
            "directed is False, but the cells (0, 1) and (1, 0) differ",
        ),
        (
            lambda: structure_dependence(SQUARE, [1] * 4, [1], never="missing", groups=[1, 2], seed=1),
            "there are 2 groups for 4 actors; one each is needed",
        ),
        (
            lambda: structure_dependence(SQUARE, [NAN] * 4, [1], never="missing", seed=1),
            "the statistic of the observed network is nan; a finite one is needed",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
