"""Formation rates: binomials, brute force, the score, exposures that cannot be told apart; and power."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom, chi2

from analysis.tie_models.formation import FormationRates, formation_power, formation_rates

Floats = NDArray[np.float64]


def cells(*rows: tuple[tuple[float, ...], int, int]) -> tuple[list[int], pd.DataFrame]:
    """Return outcomes and exposures of pairs listed as (exposures, formed, not formed)."""
    outcome = [value for _, yes, no in rows for value in [1] * yes + [0] * no]
    exposed = [list(exposure) for exposure, yes, no in rows for _ in range(yes + no)]
    return outcome, pd.DataFrame(exposed, columns=list("abcd")[: len(rows[0][0])], dtype=float)


def binomial_profile(formed: int, exposed: int, level: float) -> tuple[float, float]:
    """Return where twice the binomial log-likelihood ratio equals the quantile of chi-square."""

    def above(rate: float) -> float:
        ratio = binom.logpmf(formed, exposed, formed / exposed) - binom.logpmf(formed, exposed, rate)
        return float(chi2.ppf(level, 1) - 2 * ratio)

    edge, estimate = 1e-13, formed / exposed
    lower = 0.0 if formed == 0 else float(brentq(above, edge, estimate))
    upper = 1.0 if formed == exposed else float(brentq(above, estimate, 1 - edge))
    return lower, upper


def log_likelihood(hazards: Floats, outcome: list[int], exposures: pd.DataFrame) -> float:
    """Return the log-likelihood, a pair at a time."""
    total = 0.0
    for formed, row in zip(outcome, exposures.to_numpy(), strict=True):
        none = math.prod(math.exp(-hazard) ** x for hazard, x in zip(hazards, row, strict=True))
        total += math.log(1 - none if formed else none)
    return total


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(("formed", "exposed"), [(0, 20), (1, 400), (7, 20), (19, 20), (20, 20)])
def test_one_source_is_a_binomial(formed: int, exposed: int, level: float) -> None:
    found = formation_rates(*cells(((1,), formed, exposed - formed)), level=level)
    assert found.rates[0] == pytest.approx(formed / exposed, abs=1e-6)
    assert (found.lower[0], found.upper[0]) == pytest.approx(
        binomial_profile(formed, exposed, level), abs=1e-5
    )
    assert found.least[0] == found.most[0] == pytest.approx(found.rates[0])
    assert (found.exposed[0], found.formed[0], found.pairs, found.new) == (exposed, formed, exposed, formed)
    likelihood = binom.logpmf(formed, exposed, formed / exposed) - math.log(math.comb(exposed, formed))
    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-6)


def test_two_sources_with_no_pair_in_common_are_two_binomials() -> None:
    found = formation_rates(*cells(((1, 0), 7, 13), ((0, 1), 3, 27)))
    np.testing.assert_allclose(found.rates, [0.35, 0.1], atol=1e-6)
    ends = np.column_stack([found.lower, found.upper])
    np.testing.assert_allclose(
        ends, [binomial_profile(7, 20, 0.95), binomial_profile(3, 30, 0.95)], atol=1e-5
    )
    assert found.identified.all()


OVERLAP = cells(((1, 0), 4, 16), ((1, 1), 9, 11), ((1, 2), 6, 4))


def test_where_cells_can_be_matched_exactly_the_rates_follow_by_hand() -> None:
    # Everything else makes a tie of 1 pair in 5; where both are at work 3 in 5 stay apart: .8 × .75.
    found = formation_rates(*cells(((1, 0), 4, 16), ((1, 1), 8, 12)))
    np.testing.assert_allclose(found.rates, [0.2, 0.25], atol=1e-6)
    assert found.exposed.tolist() == [40, 20]
    assert found.formed.tolist() == [12, 8]


def test_the_estimate_is_the_best_of_a_grid() -> None:
    outcome, exposures = OVERLAP
    found = formation_rates(outcome, exposures)
    grid = np.linspace(0.005, 0.995, 100)
    best = max(product(grid, grid), key=lambda rates: _counted(*rates))
    assert np.abs(found.rates - best).max() < 0.01
    assert found.log_likelihood >= _counted(*best)
    assert found.log_likelihood == pytest.approx(_counted(*found.rates))
    assert found.log_likelihood == pytest.approx(log_likelihood(-np.log1p(-found.rates), outcome, exposures))


def _counted(first: float, second: float) -> float:
    """Return the log-likelihood of `OVERLAP` by rates: none of the sources makes a tie, or one does."""
    apart = [1 - first, (1 - first) * (1 - second), (1 - first) * (1 - second) ** 2]
    counts = [(4, 16), (9, 11), (6, 4)]
    return sum(
        yes * math.log(1 - none) + no * math.log(none) for none, (yes, no) in zip(apart, counts, strict=True)
    )


def test_the_profile_interval_is_where_the_best_of_the_other_rate_falls_short() -> None:
    found = formation_rates(*OVERLAP)
    grid = np.linspace(0.0005, 0.9995, 1000)
    for end in (found.lower[1], found.upper[1]):
        profile = max(_counted(first, float(end)) for first in grid)
        assert 2 * (found.log_likelihood - profile) == pytest.approx(chi2.ppf(0.95, 1), abs=2e-3)


@pytest.fixture(scope="module")
def drawn() -> tuple[list[int], pd.DataFrame]:
    """Return 240 pairs exposed to everything else and to three activities, one of which makes no ties."""
    generator = np.random.default_rng(5)
    exposed = (generator.random((240, 4)) < 0.5).astype(float)
    exposed[:, 0] = 1.0
    chance = 1 - np.prod(1 - np.array([0.05, 0.3, 0.2, 0.0]) * exposed, axis=1)
    outcome = (generator.random(240) < chance).astype(int).tolist()
    return outcome, pd.DataFrame(exposed, columns=["else", "a", "b", "c"])


@pytest.fixture(scope="module")
def fitted(drawn: tuple[list[int], pd.DataFrame]) -> FormationRates:
    """Return the rates of the drawn pairs."""
    return formation_rates(*drawn)


def test_no_direction_inside_the_bounds_rises(
    drawn: tuple[list[int], pd.DataFrame], fitted: FormationRates
) -> None:
    outcome, exposures = drawn
    hazards = -np.log1p(-fitted.rates)
    step = 1e-5
    for source in range(4):
        forth, back = hazards.copy(), hazards.copy()
        forth[source] += step
        back[source] += -step
        slope = log_likelihood(forth, outcome, exposures) - log_likelihood(back, outcome, exposures)
        # At the bound of 0 the likelihood may only fall.
        assert slope / (2 * step) < 2e-3
        assert hazards[source] == 0 or slope / (2 * step) > -2e-3
    assert fitted.identified.all()
    assert (fitted.lower <= fitted.rates).all() and (fitted.rates <= fitted.upper).all()


def test_a_source_at_the_bound_has_an_interval_from_there() -> None:
    # Fewer ties where the activity was than where it was not: no hazard of 0 or more explains that.
    found = formation_rates(*cells(((1, 0), 10, 10), ((1, 1), 4, 16)))
    assert found.rates[1] == found.lower[1] == 0
    assert found.rates[0] == pytest.approx(14 / 40, abs=1e-6)
    assert 0 < found.upper[1] < 0.3


def assert_same(found: FormationRates, expected: FormationRates, order: list[int]) -> None:
    np.testing.assert_allclose(found.rates, expected.rates[order], atol=1e-5)
    np.testing.assert_allclose(found.lower, expected.lower[order], atol=1e-5)
    np.testing.assert_allclose(found.upper, expected.upper[order], atol=1e-5)
    assert found.exposed.tolist() == expected.exposed[order].tolist()
    assert found.formed.tolist() == expected.formed[order].tolist()
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-7)


def test_the_order_of_pairs_and_sources_changes_nothing(
    drawn: tuple[list[int], pd.DataFrame], fitted: FormationRates
) -> None:
    outcome, exposures = drawn
    order = [2, 0, 3, 1]
    rows = np.random.default_rng(1).permutation(240)
    moved = exposures.iloc[rows, order]
    found = formation_rates(np.array(outcome, dtype=float)[rows], moved)
    assert found.sources == ("b", "else", "c", "a")
    assert_same(found, fitted, order)
    assert_same(formation_rates(pd.Series(outcome, index=rows), exposures), fitted, [0, 1, 2, 3])


def test_the_unit_of_an_exposure_changes_hazards_by_that_unit_and_nothing_else(
    drawn: tuple[list[int], pd.DataFrame], fitted: FormationRates
) -> None:
    outcome, exposures = drawn
    units = np.array([1.0, 60.0, 0.25, 10_000.0])
    found = formation_rates(outcome, exposures * units)
    for name in ("rates", "lower", "upper", "least", "most"):
        hazards = -np.log1p(-getattr(fitted, name))
        np.testing.assert_allclose(-np.log1p(-getattr(found, name)) * units, hazards, atol=1e-5)
    assert found.log_likelihood == pytest.approx(fitted.log_likelihood, abs=1e-7)


def test_a_wider_level_holds_a_narrower_one(
    drawn: tuple[list[int], pd.DataFrame], fitted: FormationRates
) -> None:
    narrow = formation_rates(*drawn, level=0.5)
    assert narrow.level == 0.5
    np.testing.assert_allclose(narrow.rates, fitted.rates)
    assert (fitted.lower[:3] < narrow.lower[:3]).all() and (narrow.upper < fitted.upper).all()


def test_of_sources_always_together_only_the_sum_is_known() -> None:
    found = formation_rates(*cells(((1, 1), 7, 13)))
    assert found.identified.tolist() == [False, False]
    # Of 20 pairs 7 formed a tie: either source may have made none of them, or all.
    np.testing.assert_allclose(found.least, 0, atol=1e-6)
    np.testing.assert_allclose(found.most, 0.35, atol=1e-6)
    assert (1 - found.rates[0]) * (1 - found.rates[1]) == pytest.approx(0.65, abs=1e-6)
    np.testing.assert_allclose(found.lower, 0)
    np.testing.assert_allclose(found.upper, binomial_profile(7, 20, 0.95)[1], atol=1e-5)


def test_a_third_source_is_known_beside_two_that_are_not() -> None:
    found = formation_rates(*cells(((1, 1, 0), 5, 15), ((1, 1, 1), 8, 12), ((0, 0, 1), 4, 16)))
    assert found.identified.tolist() == [False, False, True]
    # The cells hold exactly: .75 × .8 = .6 stay apart.
    np.testing.assert_allclose(found.most, [0.25, 0.25, 0.2], atol=1e-5)
    np.testing.assert_allclose(found.least, [0, 0, 0.2], atol=1e-5)


def test_unequal_exposures_that_always_go_together_share_a_weighted_sum() -> None:
    found = formation_rates(*cells(((1, 2), 5, 15), ((2, 4), 7, 9)))
    # Stay apart: .75 of those exposed once and its square, 9 in 16, of those exposed twice.
    np.testing.assert_allclose(found.most, [0.25, 1 - math.sqrt(0.75)], atol=1e-5)
    np.testing.assert_allclose(found.least, 0, atol=1e-5)


def test_sources_that_make_no_ties_are_known_however_they_overlap() -> None:
    found = formation_rates(*cells(((1, 1), 0, 30)))
    np.testing.assert_allclose(found.rates, 0, atol=1e-6)
    assert found.identified.all()


def test_a_source_that_never_failed_hides_those_beside_it() -> None:
    found = formation_rates(*cells(((1, 0), 6, 0), ((1, 1), 9, 0), ((0, 1), 5, 5)))
    np.testing.assert_allclose(found.rates, [1, 0.5], atol=1e-6)
    assert found.identified.all()
    hidden = formation_rates(*cells(((1, 0), 6, 0), ((1, 1), 9, 0)))
    # Nobody met the second source alone: it may have done nothing, or everything.
    assert (hidden.least.tolist(), hidden.most.tolist()) == ([1, 0], [1, 1])
    assert hidden.identified.tolist() == [True, False]


def test_results_read_as_table_and_text() -> None:
    found = formation_rates(*cells(((1, 0), 7, 13), ((0, 1), 3, 27)))
    table = found.tidy()
    assert table.columns.tolist() == [
        "source", "exposed", "formed", "rate", "lower", "upper", "identified", "least", "most",
    ]  # fmt: skip
    assert table["source"].tolist() == ["a", "b"]
    head, _, first, _ = found.summary().split("\n")
    assert head == "10 ties formed by 50 ordered pairs at risk; 95% intervals"
    assert first.split()[:4] == ["a", "20", "7", "0.350"]


def frame(*columns: list[float]) -> pd.DataFrame:
    """Return exposures to sources a, b, …"""
    return pd.DataFrame(dict(zip("abcd", columns, strict=False)))


@pytest.mark.parametrize(
    ("formed", "exposures", "level", "message"),
    [
        ([], frame(), 0.95, "found no source; allowed: at least one"),
        ([], frame([]), 0.95, "found no pair at risk; formation rates need at least one"),
        ([1.0], frame([1, 0]), 0.95, "found 1 outcomes for 2 pairs; allowed: one for each"),
        ([1, 2], frame([1, 1]), 0.95,
         "formed: found values other than 0 and 1; leave out pairs that were not observed"),
        ([1, math.nan], frame([1, 1]), 0.95,
         "formed: found values other than 0 and 1; leave out pairs that were not observed"),
        ([1, 0], frame([1, -1]), 0.95,
         "exposures: found negative or missing values; allowed: numbers of 0 or more"),
        ([1, 0], frame([1, math.nan]), 0.95,
         "exposures: found negative or missing values; allowed: numbers of 0 or more"),
        ([1, 0], frame([1, 1], [0, 0], [0, 0]), 0.95,
         "no pair at risk was exposed to b, c; leave such sources out"),
        ([1, 1, 0], frame([1, 0, 0]), 0.95,
         "1 ties formed by pairs exposed to no source; add one for everything else"),
        ([1, 0], frame([1, 1]), 1.0, "found level 1.0; allowed: between 0 and 1"),
        ([3, 1], frame([-1, 0], [0, 0]), 0.95,
         "formed: found values other than 0 and 1; leave out pairs that were not observed\n"
         "exposures: found negative or missing values; allowed: numbers of 0 or more\n"
         "no pair at risk was exposed to a, b; leave such sources out\n"
         "1 ties formed by pairs exposed to no source; add one for everything else"),
    ],
)  # fmt: skip
def test_every_fault_comes_at_once(
    formed: list[float], exposures: pd.DataFrame, level: float, message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        formation_rates(formed, exposures, level=level)
    assert str(caught.value) == message


REPLICATES = 120
POWER = {
    "no rate": (12, {"rate": 0.0, "replicates": REPLICATES}),
    "few": (5, {"rate": 0.3, "replicates": 30}),
    "few again": (5, {"rate": 0.3, "replicates": 30}),
    "few, another seed": (5, {"rate": 0.3, "replicates": 30, "seed": 9}),
    "one draw per pair": (12, {"rate": 0.3, "replicates": 30, "together": 1.0}),
    "certain": (10, {"rate": 1.0, "replicates": 3, "outside": 0.0}),
    "many": (12, {"rate": 0.3, "replicates": 30}),
    "all came": (8, {"rate": 0.3, "replicates": 10, "attendance": 1.0}),
    "nobody came": (8, {"rate": 0.3, "replicates": 10, "attendance": 0.0}),
}
SETTING = {"activities": 1, "attendance": 0.5, "outside": 0.1, "seed": 8}


@pytest.fixture(scope="module")
def power() -> dict[str, pd.Series]:
    """Return the row of every setting."""
    return {
        name: formation_power(people, **{**SETTING, **changes}).iloc[0]
        for name, (people, changes) in POWER.items()
    }


def test_without_an_effect_it_is_found_half_as_often_as_the_interval_misses(
    power: dict[str, pd.Series],
) -> None:
    found = power["no rate"]
    low, high = binom.ppf([0.0005, 0.9995], REPLICATES, 0.025)
    assert low <= found["power"] * REPLICATES <= high
    assert found["power"] > 0
    assert found["power_error"] == pytest.approx(
        math.sqrt(found["power"] * (1 - found["power"]) / REPLICATES)
    )
    # Hardly ever do all twelve come, or fewer than two.
    assert found["identified"] > 0.95


def test_power_grows_and_intervals_shrink_with_people(power: dict[str, pd.Series]) -> None:
    few, many = power["few"], power["many"]
    # Three Monte Carlo errors apart.
    assert many["power"] - few["power"] > 3 * math.hypot(few["power_error"], many["power_error"])
    assert many["width"] < few["width"]
    assert (many["people"], many["activities"], many["attendance"], many["rate"]) == (12, 1, 0.5, 0.3)


def test_one_draw_a_pair_tells_less(power: dict[str, pd.Series]) -> None:
    one, independent = power["one draw per pair"], power["many"]
    assert (one["together"], independent["together"]) == (1, 0)
    # The width of an interval grows with the root of the variance, which is twice as large.
    assert one["width"] > 1.15 * independent["width"]


@pytest.mark.parametrize("name", ["all came", "nobody came"])
def test_where_everybody_or_nobody_came_nothing_can_be_found(name: str, power: dict[str, pd.Series]) -> None:
    found = power[name]
    assert (found["identified"], found["power"], found["power_error"]) == (0, 0, 0)
    assert math.isnan(found["width"])


def test_power_without_an_outside_or_a_doubt_is_certain(power: dict[str, pd.Series]) -> None:
    # All who met are tied, and nobody else: no chance is left for the activity to have done nothing.
    assert (power["certain"]["power"], power["certain"]["identified"]) == (1, 1)


def test_the_seed_alone_decides(power: dict[str, pd.Series]) -> None:
    pd.testing.assert_series_equal(power["few"], power["few again"])
    assert power["few"]["width"] != power["few, another seed"]["width"]


@pytest.mark.parametrize(
    ("people", "changes", "message"),
    [
        (5, {"attendance": 1.5}, "found attendance=1.5; allowed: a share from 0 to 1"),
        (5, {"rate": -0.1}, "found rate=-0.1; allowed: a share from 0 to 1"),
        (5, {"together": 2}, "found together=2; allowed: a share from 0 to 1"),
        (5, {"outside": 2}, "found outside=2; allowed: a share from 0 to 1"),
        (5, {"level": math.nan}, "found level nan; allowed: between 0 and 1"),
        (1, {}, "found 1 people; allowed: at least 2"),
        (5, {"activities": 0}, "found 0 activities; allowed: at least 1"),
        (5, {"replicates": 0}, "found 0 replicates; allowed: at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    people: int, changes: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        formation_power(people, **{**SETTING, "rate": 0.1, **changes})
    assert str(caught.value) == message
