"""Moran's I: against netdiffuseR, by every permutation, by hand."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.adoption.exposure import HOMOPHILY
from analysis.adoption.exposure_weights import inverse_geodesic_weights
from analysis.adoption.morans_i import morans_i
from analysis.adoption.setting import Adoption
from tests.adoption.adopters import Study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan
ROUNDED = 1e-9  # the reference file holds eleven digits

# ---------------------------------------------------------------- against netdiffuseR


@pytest.mark.parametrize("name", ["moran_w_graph", "moran_w_invgeodesic_n6"])
def test_morans_i_by_period_as_in_netdiffuser(name: str, med: Study, netdiffuser: dict[str, Any]) -> None:
    rows = np.array(netdiffuser[name], dtype=float)
    network = med.ties if name == "moran_w_graph" else inverse_geodesic_weights(med.ties, cutoff=6)
    adopted = (med.times[:, None] <= med.periods).astype(float)
    found = morans_i(network, adopted, permutations=2000, seed=3, labels=list(med.periods))
    # In month 18 everybody has adopted: netdiffuseR prints 0 for I, which is undefined.
    assert np.isnan(found.statistic[17])
    assert np.isnan(found.p[17])
    assert found.expected == pytest.approx(rows[0, 1], abs=ROUNDED)
    for ours, column in ((found.statistic, 0), (found.sd, 2), (found.p_normal, 3)):
        assert ours[:17] == pytest.approx(rows[:17, column], abs=ROUNDED)
    # Over 2,000 permutations the mean has a standard error of sd / √2000; the sd, here, of about 2 %.
    assert (np.abs(found.permutation_mean - found.expected)[:17] < 4 * found.sd[:17] / 2000**0.5).all()
    assert found.permutation_sd[:17] == pytest.approx(found.sd[:17], rel=0.1)
    assert HOMOPHILY in found.summary()
    assert found.tidy()["label"].tolist() == list(med.periods)


def test_summary_of_netdiffuser_uses_inverse_geodesics(netdiffuser: dict[str, Any]) -> None:
    """The two places in the reference that hold Moran's I agree, so that the test above covers both."""
    rows = pd.DataFrame(netdiffuser["summary"])[["moran_obs", "moran_exp", "moran_sd", "moran_pval"]][:17]
    assert rows.to_numpy() == pytest.approx(np.array(netdiffuser["moran_w_invgeodesic_n6"][:17], dtype=float))


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize("normalised", [False, True])
def test_morans_i_against_every_permutation(normalised: bool) -> None:
    random = np.random.default_rng(2)
    network = random.integers(0, 3, (6, 6)).astype(float)
    np.fill_diagonal(network, 0)
    values = np.array([1.0, 2, 2, 4, 7, 9])
    weights = network / network.sum(axis=1, keepdims=True) if normalised else network

    def by_definition(drawn: Floats) -> float:
        z = drawn - drawn.mean()
        return float(6 / weights.sum() * (weights * np.outer(z, z)).sum() / (z**2).sum())

    every = np.array([by_definition(np.array(drawn)) for drawn in itertools.permutations(values)])
    found = morans_i(network, values, permutations=20_000, seed=1, normalised=normalised)
    assert found.statistic[0] == pytest.approx(by_definition(values))
    assert every.mean() == pytest.approx(found.expected)
    assert every.std() == pytest.approx(found.sd[0])
    error = 4 * math.sqrt(0.25 / 20_000)
    assert abs(found.p[0] - np.mean(np.abs(every + 0.2) >= abs(found.statistic[0] + 0.2) - 1e-9)) < error
    assert abs(found.p_greater[0] - np.mean(every >= found.statistic[0] - 1e-9)) < error


@pytest.mark.parametrize("normalised", [False, True])
def test_within_groups_the_mean_is_that_of_every_permutation_within_groups(normalised: bool) -> None:
    """Of 3! · 2! · 1! arrangements; the exact mean is far from −1 / (n − 1), since the groups differ."""
    random = np.random.default_rng(5)
    network = random.integers(0, 3, (6, 6)).astype(float)
    np.fill_diagonal(network, 0)
    values, groups = np.array([1.0, 7, 2, 9, 2, 4]), np.array(["a", "b", "a", "b", "a", "c"])
    every = []
    for one in itertools.permutations([0, 2, 4]):
        for other in itertools.permutations([1, 3]):
            order = np.arange(6)
            order[[0, 2, 4]], order[[1, 3]] = one, other
            drawn = values[order]
            every.append(morans_i(network, drawn, permutations=1, seed=1, normalised=normalised).statistic[0])
    found = morans_i(network, values, permutations=20_000, seed=1, normalised=normalised, groups=groups)
    assert found.expected[0] == pytest.approx(np.mean(every))
    assert found.permutation_mean[0] == pytest.approx(
        np.mean(every), abs=4 * np.std(every) / math.sqrt(20_000)
    )
    assert found.sd[0] == pytest.approx(np.std(every), rel=0.05)
    away = np.abs(np.array(every) - np.mean(every)) >= abs(found.statistic[0] - np.mean(every)) - 1e-9
    assert found.p[0] == pytest.approx(away.mean(), abs=4 * math.sqrt(0.25 / 20_000))
    assert "within 3 groups" in found.summary()


def test_one_group_is_no_group(med: Study) -> None:
    alone = morans_i(med.ties, med.times, permutations=99, seed=3)
    one = morans_i(med.ties, med.times, permutations=99, seed=3, groups=["all"] * len(med.times))
    assert one.expected == pytest.approx(alone.expected)
    assert (one.p, one.permutation_mean) == (alone.p, alone.permutation_mean)


def test_farmers_are_alike_within_villages(farmers: Adoption) -> None:
    """Adopters of one village are alike whoever is tied to whom: .066 is expected, not −.002."""
    adopted = np.isfinite(farmers.times)
    ties, times = farmers.networks[0][adopted][:, adopted], farmers.times[adopted]
    found = morans_i(ties, times, permutations=199, seed=30002, groups=np.array(farmers.groups)[adopted])
    assert found.expected[0] == pytest.approx(0.066, abs=5e-4)
    # 2,000 permutations within villages drawn by R.
    theirs = json.loads((Path(__file__).parents[1] / "reference/r_adoption_hazards.json").read_text())[
        "farmers"
    ]["moran"]
    assert found.statistic[0] == pytest.approx(theirs["statistic"], rel=1e-9)
    assert found.expected[0] == pytest.approx(theirs["mean"], abs=4 * theirs["sd"] / math.sqrt(2000))
    assert morans_i(ties, times, permutations=9, seed=1).expected[0] == pytest.approx(-0.0019, abs=1e-4)


def test_morans_i_of_four_people() -> None:
    """Two pairs that agree: 4 / 4 · 4 · 1 / 4 = 1; crossed pairs: −1."""
    pairs = np.kron(np.eye(2), np.array([[0, 1], [1, 0]]))
    assert morans_i(pairs, [1, 1, 0, 0], permutations=1, seed=0).statistic[0] == pytest.approx(1)
    assert morans_i(pairs, [1, 0, 1, 0], permutations=1, seed=0).statistic[0] == pytest.approx(-1)


def test_a_network_of_all_pairs_has_nothing_to_test() -> None:
    """Every permutation gives one value: its spread is 0, and a distance in such units says nothing."""
    found = morans_i(np.ones((5, 5)) - np.eye(5), [1.0, 0, 0, 1, 0], permutations=50, seed=1)
    assert found.statistic == pytest.approx(found.expected)
    assert np.isnan(found.p_normal).all() and found.p == 1


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_morans_i_does_not_know_labels_nor_units(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = (random.random((8, 8)) < 0.4).astype(float)
    values, order = random.normal(size=8), random.permutation(8)
    first = morans_i(network, values, permutations=9, seed=1)
    moved = morans_i(network[np.ix_(order, order)], 3 - 2 * values[order], permutations=9, seed=1)
    assert moved.statistic == pytest.approx(first.statistic)
    assert moved.sd == pytest.approx(first.sd)


# ---------------------------------------------------------------- bad input
SQUARE = np.ones((4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: morans_i(SQUARE, [1, 2, 3], seed=1),
            "values has shape (3,); needed: 4 rows, one for each actor, and a column",
        ),
        (
            lambda: morans_i(SQUARE, [1, 2, 3, 4], permutations=0, seed=1),
            "found 0 permutations; allowed: at least 1",
        ),
        (
            lambda: morans_i(SQUARE, np.empty((4, 0)), seed=1),
            "values has shape (4, 0); needed: 4 rows, one for each actor, and a column",
        ),
        (
            lambda: morans_i(np.zeros((4, 4)), [1, 2, 3, NAN], seed=1),
            "values has 1 missing or infinite numbers; allowed: none",
        ),
        (
            lambda: morans_i(np.zeros((4, 4)), [1, 2, 3, 4], seed=1),
            "found 4 actors and 0 ties; Moran's I needs 4 actors and a tie",
        ),
        (
            lambda: morans_i(SQUARE, [1, 2, 3, 4], seed=1, labels=["a", "b"]),
            "there are 2 labels for 1 columns; one each is needed",
        ),
        (
            lambda: morans_i(SQUARE, [1, 2, 3, 4], seed=1, groups=["a", "b"]),
            "there are 2 groups for 4 actors; one each is needed",
        ),
        (
            lambda: morans_i(SQUARE, [1, 2, 3, 4], seed=1, groups=["a", None, "b", None]),
            "groups: 2 missing; allowed: none",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
