"""Moran's I, rewiring, Bass curve and hazards: against netdiffuseR, by enumeration, by hand."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize

from analysis.files import DATA_RAW
from analysis.inference.bass import bass
from analysis.inference.hazards import diffusion_regression, hazard_model, person_periods
from analysis.inference.morans_i import morans_i
from analysis.inference.structure_dependence import structure_dependence
from analysis.networks.adopters import adoption_times
from analysis.networks.diffusion import HOMOPHILY, thresholds
from analysis.networks.exposure_weights import inverse_geodesic_weights
from analysis.sources.diffusion_classics import tables
from analysis.tables.package import read_package

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan
ROUNDED = 1e-9  # the reference file holds eleven digits
PERIODS = np.arange(1.0, 19)


@pytest.fixture(scope="module")
def folder(reference_folder: Path) -> Path:
    return reference_folder / "netdiffuser"


@pytest.fixture(scope="module")
def published(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "netdiffuser_results.json").read_text())
    return found


@pytest.fixture(scope="module")
def ties(folder: Path) -> sparse.csr_array:
    rows = pd.read_csv(folder / "med_graph_t1_edgelist.csv")
    return sparse.csr_array((rows["x"].to_numpy(float), (rows["i"] - 1, rows["j"] - 1)), shape=(125, 125))


@pytest.fixture(scope="module")
def times(folder: Path) -> Floats:
    """Return times as netdiffuseR has them: the 16 never-adopters in month 18."""
    return pd.read_csv(folder / "med_toa.csv")["toa"].to_numpy(float)


@pytest.fixture(scope="module")
def attributes(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "medInnovations.csv")[["proage", "city"]]


# ---------------------------------------------------------------- Moran's I


@pytest.mark.parametrize("name", ["moran_w_graph", "moran_w_invgeodesic_n6"])
def test_morans_i_by_period_as_in_netdiffuser(
    name: str, ties: sparse.csr_array, times: Floats, published: dict[str, Any]
) -> None:
    rows = np.array(published[name], dtype=float)
    network = ties if name == "moran_w_graph" else inverse_geodesic_weights(ties, cutoff=6)
    adopted = (times[:, None] <= PERIODS).astype(float)
    found = morans_i(network, adopted, permutations=2000, seed=3, labels=list(PERIODS))
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
    assert found.tidy()["label"].tolist() == list(PERIODS)


def test_summary_of_netdiffuser_uses_inverse_geodesics(published: dict[str, Any]) -> None:
    """The two places in the reference that hold Moran's I agree, so that the test above covers both."""
    rows = pd.DataFrame(published["summary"])[["moran_obs", "moran_exp", "moran_sd", "moran_pval"]][:17]
    assert rows.to_numpy() == pytest.approx(np.array(published["moran_w_invgeodesic_n6"][:17], dtype=float))


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


def test_morans_i_of_four_people() -> None:
    """Two pairs that agree: 4 / 4 · 4 · 1 / 4 = 1; crossed pairs: −1."""
    pairs = np.kron(np.eye(2), np.array([[0, 1], [1, 0]]))
    assert morans_i(pairs, [1, 1, 0, 0], permutations=1, seed=0).statistic[0] == pytest.approx(1)
    assert morans_i(pairs, [1, 0, 1, 0], permutations=1, seed=0).statistic[0] == pytest.approx(-1)


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


# ---------------------------------------------------------------- structure dependence


def test_structure_dependence_as_in_netdiffuser(
    ties: sparse.csr_array, times: Floats, published: dict[str, Any]
) -> None:
    """Both means are of 1,000 rewirings with sd .017 to .018: four joint standard errors are .003."""
    expected = published["struct_test_threshold_swap"]
    found = structure_dependence(ties, times, PERIODS, never="missing", rewirings=1000, seed=4)
    assert found.observed == pytest.approx(expected["t0"], abs=ROUNDED)
    error = math.hypot(expected["sd"], found.sd) / math.sqrt(1000)
    assert abs(found.mean - expected["mean_t"]) < 4 * error
    assert abs(found.p - expected["p"]) < 4 * math.hypot(found.p_error, found.p_error)
    assert found.lower < found.mean < found.upper
    assert HOMOPHILY in found.summary()
    assert found.tidy().loc[0, "rewirings"] == 1000
    coded = structure_dependence(
        ties, np.where(times == 18, INF, times), PERIODS[:17], never="one period later", rewirings=5, seed=4
    )
    assert coded.replicates == pytest.approx(found.replicates[:5])


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


# ---------------------------------------------------------------- Bass


def test_bass_as_in_netdiffuser(times: Floats, published: dict[str, Any]) -> None:
    found = bass(times, PERIODS)
    # nls stops when a step changes little (1e-5 of the scale), which leaves about six digits.
    assert found.innovation == pytest.approx(published["fitbass"]["p"], rel=1e-4)
    assert found.imitation == pytest.approx(published["fitbass"]["q"], rel=1e-4)
    assert found.ceiling == 1
    assert np.isnan(found.ceiling_se)
    assert np.isnan(found.peak)
    assert found.residual_sum == pytest.approx(((found.fitted - found.observed) ** 2).sum())
    assert "no evidence of influence" in found.summary()


def test_bass_finds_the_curve_it_was_given() -> None:
    """100,000 people by p = .02, q = .4, of whom four in five ever adopt; the peak is ln(20) / .42."""
    clock = np.arange(1, 26)
    fall = np.exp(-0.42 * clock)
    number = np.round(80_000 * (1 - fall) / (1 + 20 * fall)).astype(int)
    spread = np.repeat(clock, np.diff(number, prepend=0)).astype(float)
    people = np.concatenate([spread, np.full(100_000 - len(spread), NAN)])
    found = bass(people, clock, ceiling=None)
    assert found.tidy()["estimate"].tolist() == pytest.approx([0.02, 0.4, 0.8], rel=1e-3)
    assert found.peak == pytest.approx(math.log(20) / 0.42, rel=1e-3)
    assert (found.tidy()["standard_error"] < 1e-3).all()
    fixed = bass(people, clock, ceiling=0.8)
    assert [fixed.innovation, fixed.imitation] == pytest.approx([0.02, 0.4], rel=1e-3)


def test_a_constant_hazard_leaves_nothing_to_imitate() -> None:
    """Half of those left adopt in every period: F(t) = 1 − 2^−t, so p = ln 2 and q = 0, its bound."""
    spread = np.concatenate([np.repeat(np.arange(1.0, 9), 2 ** np.arange(7, -1, -1)), [INF]])
    found = bass(spread, np.arange(1, 9))
    assert found.innovation == pytest.approx(math.log(2), rel=1e-4)
    assert found.imitation == pytest.approx(0, abs=1e-4)


# ---------------------------------------------------------------- hazards


def test_diffusion_regression_as_in_netdiffuser(
    ties: sparse.csr_array, times: Floats, attributes: pd.DataFrame, published: dict[str, Any]
) -> None:
    found = diffusion_regression(
        ties, times, PERIODS, attributes, covariates=["proage"], categorical=["city"]
    ).tidy()
    names = {"constant": "(Intercept)", "period": "per"} | {
        f"city[{k}]": f"factor(city){k}" for k in (2, 3, 4)
    }
    rows = pd.DataFrame(published["diffreg_logit"]).set_index("term")
    expected = rows.loc[[names.get(term, term) for term in found["term"]]]
    for ours, theirs in (
        ("estimate", "Estimate"),
        ("standard_error", "Std. Error"),
        ("z", "z value"),
        ("p", "Pr(>|z|)"),
    ):
        # Two Newton searches: glm stops at a relative change in deviance of 1e-8.
        assert found[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(float), rel=2e-4, abs=1e-12)


def test_our_own_tables_give_the_same_numbers(
    data_mirror: Path, attributes: pd.DataFrame, published: dict[str, Any]
) -> None:
    """The times of never-adopters have to be made up, as netdiffuseR's data do, to get its numbers.

    Left as censored, exposure loses even its sign: the 16 "adoptions" of month 18 made the difference.
    """
    package = read_package(DATA_RAW / "diffusion_classics" / "datapackage.json")
    ours = tables(data_mirror / "diffusion_classics", package)
    actors = [actor for actor in ours["actors"]["actor_id"] if actor.startswith("med_")]
    found = adoption_times(ours["adoptions"], actors, "tetracycline")
    rows = ours["ties"][ours["ties"]["relation"] == "medical_innovation"]
    place = {actor: number for number, actor in enumerate(actors)}
    network = sparse.csr_array(
        (rows["value"].to_numpy(float), (rows["sender_id"].map(place), rows["receiver_id"].map(place))),
        shape=(125, 125),
    )
    made_up = found["adopted_on"].replace(INF, 18)
    options: dict[str, Any] = {"covariates": ["proage"], "categorical": ["city"]}
    theirs = diffusion_regression(network, made_up, PERIODS, attributes, **options).tidy().set_index("term")
    assert theirs.loc["exposure", "estimate"] == pytest.approx(-0.23786232014, rel=1e-4)
    assert theirs.loc["exposure", "standard_error"] == pytest.approx(0.30608421405, rel=1e-4)
    adopted = (made_up.to_numpy()[:, None] <= PERIODS[:17]).astype(float)
    moran = morans_i(network, adopted, permutations=1, seed=1).statistic
    assert moran == pytest.approx([row[0] for row in published["moran_w_graph"][:17]], abs=ROUNDED)
    censored = diffusion_regression(
        network,
        found["adopted_on"],
        PERIODS[:17],
        attributes,
        observed_until=found["observed_until"],
        **options,
    )
    assert censored.events == 97
    assert censored.estimates[censored.terms.index("exposure")] > 0
    assert HOMOPHILY in censored.summary()


def _saturated() -> pd.DataFrame:
    """Return 40 rows with exposure 0, of which 10 adopt, and 20 with exposure 1, of which 8 adopt."""
    exposed = np.repeat([0.0, 1.0], [40, 20])
    adopted = np.concatenate([np.arange(40) < 10, np.arange(20) < 8]).astype(int)
    return pd.DataFrame({"adopted": adopted, "exposure": exposed, "school": np.arange(60) % 7})


def test_a_logit_of_one_yes_or_no_is_the_log_odds_ratio() -> None:
    found = hazard_model(_saturated(), covariates=())
    assert found.terms == ("constant", "exposure")
    assert found.estimates == pytest.approx([math.log(10 / 30), math.log(8 / 12 / (10 / 30))])
    assert found.standard_errors == pytest.approx(
        [math.sqrt(1 / 10 + 1 / 30), math.sqrt(1 / 10 + 1 / 30 + 1 / 8 + 1 / 12)]
    )
    assert found.lower[1] == pytest.approx(found.estimates[1] - 1.959964 * found.standard_errors[1])
    assert found.tidy().loc[1, "ratio"] == pytest.approx(2)
    assert found.log_likelihood == pytest.approx(
        10 * math.log(0.25) + 30 * math.log(0.75) + 8 * math.log(0.4) + 12 * math.log(0.6)
    )


def test_a_complementary_log_log_of_one_yes_or_no_is_the_log_hazard_ratio() -> None:
    found = hazard_model(_saturated(), covariates=(), link="complementary log-log")
    base, other = math.log(-math.log(0.75)), math.log(-math.log(0.6))
    assert found.estimates == pytest.approx([base, other - base])


def _simulated() -> pd.DataFrame:
    random = np.random.default_rng(12)
    frame = pd.DataFrame(
        {
            "exposure": random.random(400),
            "period": random.integers(1, 6, 400),
            "school": [f"s{k}" for k in random.integers(0, 12, 400)],
        }
    )
    chance = 1 / (1 + np.exp(1.5 - frame["exposure"]))
    return frame.assign(adopted=(random.random(400) < chance).astype(int))


def test_robust_errors_are_the_sandwich_by_group() -> None:
    frame = _simulated()
    found = hazard_model(frame, groups="school")
    x = np.column_stack([np.ones(400), frame["exposure"], frame["period"]])
    y = frame["adopted"].to_numpy()

    def negative(b: Floats) -> float:
        return float(np.logaddexp(0, x @ b).sum() - y @ (x @ b))

    best = minimize(negative, np.zeros(3), method="BFGS", options={"gtol": 1e-7}).x
    assert found.estimates == pytest.approx(best, abs=1e-5)
    chance = 1 / (1 + np.exp(-x @ found.estimates))
    bread = np.linalg.inv((x * (chance * (1 - chance))[:, None]).T @ x)
    scores = pd.DataFrame(x * (y - chance)[:, None]).groupby(frame["school"]).sum().to_numpy()
    count = len(scores)
    factor = count / (count - 1) * (400 - 1) / (400 - 3)
    robust = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread) * factor)
    assert found.standard_errors == pytest.approx(robust, rel=1e-6)
    assert found.groups == 12
    assert "With 12 groups, robust standard errors tend to be too small." in found.summary()
    plain = hazard_model(frame)
    assert plain.standard_errors == pytest.approx(np.sqrt(np.diag(bread)), rel=1e-6)
    assert "groups" not in plain.summary()


@pytest.mark.parametrize("link", ["logit", "complementary log-log"])
def test_years_do_as_well_as_periods_from_1(link: Any) -> None:
    frame = _simulated()
    first = hazard_model(frame, link=link)
    later = hazard_model(frame.assign(period=frame["period"] + 1945), link=link)
    assert later.estimates[1:] == pytest.approx(first.estimates[1:], rel=1e-5)
    assert later.standard_errors[1:] == pytest.approx(first.standard_errors[1:], rel=1e-5)
    assert later.estimates[0] == pytest.approx(first.estimates[0] - 1945 * first.estimates[2], rel=1e-5)


def test_only_a_model_with_exposure_carries_the_warning() -> None:
    assert HOMOPHILY in hazard_model(_simulated()).summary()
    assert HOMOPHILY not in hazard_model(_simulated(), exposure=None).summary()


def test_rows_with_something_missing_are_left_out_and_counted() -> None:
    frame = _saturated()
    gaps = pd.concat([frame, pd.DataFrame({"adopted": [1, 0], "exposure": [NAN, NAN], "school": [0, 1]})])
    found = hazard_model(gaps, covariates=())
    assert (found.rows, found.left_out, found.events) == (60, 2, 18)
    assert found.estimates == pytest.approx(hazard_model(frame, covariates=()).estimates)


def test_person_periods_of_four_people() -> None:
    """0 adopts in 2, 1 in 1, 2 is seen until 1 only, 3 never adopts."""
    found = person_periods(
        [2, 1, INF, NAN],
        [1, 2, 3],
        attributes=pd.DataFrame({"role": list("abcd")}, index=[7, 7, 8, 9]),
        by_period={"met": np.arange(12).reshape(4, 3)},
        observed_until=[2, 1, 1, 3],
    )
    assert found.to_numpy().tolist() == [
        [0, 1, 0, "a", 0],
        [0, 2, 1, "a", 1],
        [1, 1, 1, "b", 3],
        [2, 1, 0, "c", 6],
        [3, 1, 0, "d", 9],
        [3, 2, 0, "d", 10],
        [3, 3, 0, "d", 11],
    ]
    assert list(found.columns) == ["actor", "period", "adopted", "role", "met"]


# ---------------------------------------------------------------- bad input

SQUARE = np.ones((4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: morans_i(SQUARE, [1, 2, 3], permutations=0, seed=1),
            "values has shape (3,); needed: 4 rows, one for each actor\n"
            "found 0 permutations; allowed: at least 1",
        ),
        (
            lambda: morans_i(np.zeros((4, 4)), [1, 2, 3, NAN], seed=1),
            "values has 1 missing or infinite numbers; allowed: none\n"
            "found 4 actors and 0 ties; Moran's I needs 4 actors and a tie",
        ),
        (
            lambda: morans_i(SQUARE, [1, 2, 3, 4], seed=1, labels=["a", "b"]),
            "there are 2 labels for 1 columns; one each is needed",
        ),
        (
            lambda: structure_dependence(SQUARE, [1] * 4, [1], never="missing", rewirings=0, seed=1),
            "found 0 rewirings and 20 swaps a tie; allowed: at least 1",
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
            lambda: structure_dependence(SQUARE, [NAN] * 4, [1], never="missing", seed=1),
            "the statistic of the observed network is nan; a finite one is needed",
        ),
        (lambda: bass([1, 2, 3], [1, 2]), "found 2 periods; needed: more than 2, evenly spaced"),
        (lambda: bass([1, 2, 3], [1, 2, 4]), "found 3 periods; needed: more than 2, evenly spaced"),
        (lambda: bass([9, NAN], [1, 2, 3]), "found no adopter in these periods; needed: one or more"),
        (
            lambda: bass([1, 2], [1, 2, 3], ceiling=1.5),
            "ceiling is 1.5; allowed: above 0 and up to 1, or None",
        ),
        (
            lambda: person_periods([1, 2], [1, 2], attributes=pd.DataFrame({"role": ["a"]})),
            "attributes has 1 rows for 2 actors; one each is needed",
        ),
        (
            lambda: person_periods([1, 2], [1, 2], attributes=pd.DataFrame({"period": [1, 2]})),
            "more than one column is called period; rename",
        ),
        (
            lambda: person_periods([1, 2], [1, 2, 3], by_period={"met": np.ones((3, 2))}),
            "met has shape (3, 2); needed: (2, 3), actors by periods",
        ),
        (
            lambda: hazard_model(_saturated(), link="probit"),  # type: ignore[arg-type]
            "link is 'probit'; allowed are 'logit', 'complementary log-log'",
        ),
        (
            lambda: hazard_model(_saturated(), covariates=["period", "age"]),
            "no column period, age; there are adopted, exposure, school",
        ),
        (
            lambda: hazard_model(_saturated().assign(role="a"), covariates=["role"]),
            "not numeric: role; name such covariates in categorical",
        ),
        (
            lambda: hazard_model(
                _saturated().assign(adopted=2, twice=lambda frame: 2 * frame["exposure"], one=1),
                covariates=["twice"],
                groups="one",
                level=95,
            ),
            "adopted: found values other than 0 and 1\ntwice: follows from the terms before; leave it out\n"
            "found 1 groups; needed: two or more\nfound level 95; allowed: between 0 and 1",
        ),
        (
            lambda: hazard_model(_saturated().assign(adopted=0), covariates=()),
            "adopted: 0 in 60 complete rows; needed: some, but not all",
        ),
        (
            lambda: hazard_model(_saturated().assign(exposure=[INF] * 60), covariates=()),
            "found infinite values; allowed: finite numbers, and missing",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize("link", ["logit", "complementary log-log"])
@pytest.mark.parametrize("kind", ["complete", "partial"])
def test_perfect_separation_is_named(link: Any, kind: str) -> None:
    frame = _saturated()
    if kind == "complete":
        frame["exposure"] = frame["adopted"].astype(float)
    else:
        frame.loc[frame["exposure"] == 1, "adopted"] = 0
    message = f"the {link} hazard has no finite estimates: some term separates adoptions from the rest"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        hazard_model(frame, covariates=(), link=link)


def test_the_mean_threshold_is_that_of_thresholds(ties: sparse.csr_array, times: Floats) -> None:
    honest = np.where(times == 18, INF, times)
    found = structure_dependence(ties, honest, PERIODS[:17], never="missing", rewirings=1, seed=1)
    own = thresholds(ties, honest, PERIODS[:17], never="missing")
    assert found.observed == pytest.approx(own[honest < INF].mean())
