"""What a pair's two ties have in common: cases by hand, and coverage where rows are not independent."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, chi2

from analysis.checks import NotEstimable
from analysis.evidence.joint_display import network_finding
from analysis.tie_models.formation import formation_power, formation_rates
from analysis.tie_models.pair_dependence import formed_together, pair_numbers, variance_factors

Floats = NDArray[np.float64]
PEOPLE, NETWORKS = 21, 100
RATES = np.array([0.02, 0.1, 0.1])
SENDERS, RECEIVERS = np.nonzero(~np.eye(PEOPLE, dtype=bool))
ENDS = pd.DataFrame({"wave": 2, "sender_id": SENDERS, "receiver_id": RECEIVERS})


def both_ways(*cells: tuple[int, int, int]) -> tuple[list[int], pd.DataFrame]:
    """Return outcomes and ends of pairs listed as (i to j formed, j to i formed, how many such pairs)."""
    listed = [cell[:2] for cell in cells for _ in range(cell[2])]
    rows = [(1, f"a{k}", f"b{k}", x) for k, (x, _) in enumerate(listed)]
    rows += [(1, f"b{k}", f"a{k}", y) for k, (_, y) in enumerate(listed)]
    frame = pd.DataFrame(rows, columns=["wave", "sender_id", "receiver_id", "formed"])
    return frame["formed"].tolist(), frame[["wave", "sender_id", "receiver_id"]]


def one_source(formed: list[int]) -> pd.DataFrame:
    """Return exposures to one source that everybody was exposed to."""
    return pd.DataFrame({"only": np.ones(len(formed))})


def test_pairs_are_numbered_without_direction() -> None:
    ends = pd.DataFrame([(1, "a", "b"), (2, "b", "a"), (1, "b", "c"), (1, "b", "a")])
    ends.columns = pd.Index(["wave", "sender_id", "receiver_id"])
    assert pair_numbers(ends).tolist() == [0, 0, 1, 0]
    assert pair_numbers(ends, by_wave=True).tolist() == [0, 1, 2, 0]


def test_the_factor_of_pairs_by_hand() -> None:
    # Residuals .6 (16 rows) and -.4 (24): squares sum to 9.6. Products over pairs: 6 of .36, 4 of -.24, 10 of
    # .16: 2.8 in all, twice; 1 + 5.6 / 9.6.
    formed, ends = both_ways((1, 1, 6), (1, 0, 4), (0, 0, 10))
    found = formation_rates(formed, one_source(formed), ends=ends)
    assert found.rates[0] == pytest.approx(0.4, abs=1e-6)
    # Of people there are 40, and nobody is in two pairs.
    assert found.factors[0] == pytest.approx((1 + 5.6 / 9.6) * 40 / 38, abs=1e-5)


def test_one_draw_a_pair_counts_as_half_the_rows() -> None:
    """The interval of 40 rows in 20 pairs that do alike is that of 20, but for F in place of chi-square."""
    formed, ends = both_ways((1, 1, 7), (0, 0, 13))
    found = formation_rates(formed, one_source(formed), ends=ends)
    halved = [1] * 7 + [0] * 13
    # F(1, 39) at 95 % is 4.091; with 40 / 38 for 40 people, the chi-square quantile at another level.
    level = float(chi2.cdf(4.09128 * 40 / 38, 1))
    expected = formation_rates(halved, one_source(halved), level=level)
    assert found.factors[0] == pytest.approx(2.0 * 40 / 38)
    assert (found.lower[0], found.upper[0]) == pytest.approx((expected.lower[0], expected.upper[0]), abs=1e-4)


@pytest.mark.parametrize("made", [0, 1])
def test_where_all_or_none_formed_pairs_count_in_full(made: int) -> None:
    formed, ends = both_ways((made, made, 10))
    found = formation_rates(formed, one_source(formed), ends=ends)
    # No residual is left but rounding, which adds up to anything: both rows of a pair count as one.
    assert found.factors[0] == pytest.approx(2.0)
    assert found.upper[0] - found.lower[0] < 1


def test_ties_that_repel_each_other_narrow_nothing() -> None:
    formed, ends = both_ways((1, 0, 10), (0, 1, 10))
    assert formation_rates(formed, one_source(formed), ends=ends).factors[0] == 1.0


def test_rows_of_different_people_are_on_their_own() -> None:
    formed = [1] * 5 + [0] * 15
    ends = pd.DataFrame({"sender_id": range(20), "receiver_id": range(20, 40)})
    found = formation_rates(formed, one_source(formed), ends=ends)
    alone = formation_rates(formed, one_source(formed))
    assert (found.factors[0], alone.factors[0]) == (pytest.approx(40 / 38), 1.0)
    assert (found.people, alone.people) == (40, 0)
    assert "clustered by 40 people" in found.summary() and "clustered" not in alone.summary()
    assert found.rates[0] == alone.rates[0]


def test_the_factor_of_people_by_hand() -> None:
    # One person names four and all form, one names four and none does: residuals +-.5 all alike within a
    # sender. Each row is in a cluster with the three others of its sender: 1 + 3, times 10 / 8.
    ends = pd.DataFrame({"sender_id": [0] * 4 + [1] * 4, "receiver_id": range(2, 10)})
    formed = [1] * 4 + [0] * 4
    hazard = np.array([math.log(2)])
    factors, people = variance_factors(np.ones((8, 1)), np.array(formed, float), hazard, ends)
    assert factors[0] == pytest.approx(4.0 * 10 / 8) and people == 10


def test_names_and_order_of_people_play_no_part() -> None:
    formed, exposures, _ = drawn(1, 0.5)
    order = np.random.default_rng(2).permutation(len(formed))
    names = ENDS.assign(sender_id=(SENDERS + 5) % PEOPLE, receiver_id=(RECEIVERS + 5) % PEOPLE)
    plain = formation_rates(formed, exposures, ends=ENDS)
    moved = formation_rates(formed[order], exposures.iloc[order], ends=names.iloc[order])
    np.testing.assert_allclose(moved.factors, plain.factors, atol=1e-6)
    np.testing.assert_allclose(moved.upper, plain.upper, atol=1e-5)
    assert (plain.factors >= 1).all() and (plain.factors > 1).any()


def drawn(seed: int, together: float, popularity: float = 0.0) -> tuple[Floats, pd.DataFrame, Floats]:
    """Return outcomes and exposures of 21 people at two activities; a share of draws is one for both ties.

    Ties to a popular person form more often: rates are multiplied by a gamma variable of the receiver, of
    mean 1 and variance `popularity`.
    """
    random = np.random.default_rng(seed)
    came = random.random((2, PEOPLE)) < 0.8
    met = (came[:, SENDERS] & came[:, RECEIVERS]).T
    exposed = np.column_stack([np.ones(len(SENDERS)), met]).astype(float)
    pair = pair_numbers(ENDS)
    draws, of_pairs = random.random(exposed.shape), random.random((pair.max() + 1, 3))
    alike = random.random(of_pairs.shape) < together
    draws = np.where(alike[pair], of_pairs[pair], draws)
    rates = np.tile(RATES, (len(SENDERS), 1))
    if popularity:
        rates *= random.gamma(1 / popularity, popularity, PEOPLE)[RECEIVERS, None]
    formed = ((draws < rates) & (exposed > 0)).any(axis=1).astype(float)
    chances = 1 - np.prod(np.where(exposed > 0, 1 - RATES, 1.0), axis=1)
    return formed, pd.DataFrame(exposed, columns=["else", "a", "b"]), chances


def covered(networks: int, *made: float, by_people: bool = True) -> Floats:
    """Return which intervals of which networks hold the rate, shape (networks, sources)."""
    rows = []
    for seed in range(networks):
        formed, exposures, _ = drawn(seed, *made)
        found = formation_rates(formed, exposures, ends=ENDS if by_people else None)
        rows.append((found.lower <= RATES) & (found.upper >= RATES))
    return np.array(rows, dtype=float)


@pytest.mark.parametrize("made", [(0.0,), (0.5,), (1.0,), (0.0, 0.5)])
def test_intervals_hold_the_rate_whatever_ties_of_the_same_people_share(made: tuple[float, ...]) -> None:
    held = covered(NETWORKS, *made)
    assert held.mean() >= 0.93
    # Of each source: no fewer than would surprise once in a hundred.
    assert (held.sum(axis=0) >= binom.ppf(0.01, NETWORKS, 0.95)).all(), held.mean(axis=0)


def test_without_people_the_same_intervals_hold_it_too_rarely() -> None:
    assert covered(NETWORKS, 1.0, by_people=False).mean() < 0.90


@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_the_share_that_is_one_draw_is_found_again(together: float) -> None:
    found = []
    for seed in range(40):
        formed, _, chances = drawn(seed, together)
        found.append(formed_together(formed, chances, ENDS))
    held = sum(one.lower <= together <= one.upper for one in found)
    assert held >= binom.ppf(0.001, 40, 0.95)
    # On average within .1; it cannot be below 0.
    assert np.mean([one.share for one in found]) == pytest.approx(together, abs=0.1)


def test_both_at_once_by_hand() -> None:
    formed, ends = both_ways((1, 1, 6), (1, 0, 4), (0, 0, 10))
    chances = np.full(40, 0.4)
    found = formed_together(formed, chances, ends)
    assert (found.pairs, found.both, found.either) == (20, 6, 10)
    assert found.expected == pytest.approx(20 * 0.16)
    # Neither forms of half the pairs: .36 times exp(share x .511) is .5; ln(.5 / .36) / .511 = .643. The grid
    # has .645; a marginal of .4 is met exactly, so that this is the maximum.
    assert found.share == pytest.approx(math.log(0.5 / 0.36) / -math.log(0.6), abs=0.005)
    assert found.rate == pytest.approx(1 - 0.6**found.share)
    assert found.lower < found.share < found.upper
    assert found.tidy().loc["mutual", "both"] == 6
    assert found.summary().startswith("6 of 20 pairs at risk of both ties formed both, 3.2 expected if")


def test_independent_ties_are_seldom_made_at_once() -> None:
    formed, ends = both_ways((1, 1, 4), (1, 0, 12), (0, 1, 12), (0, 0, 22))
    found = formed_together(formed, np.full(100, 0.32), ends)
    assert found.lower == 0 and found.share < 0.3


def test_what_cannot_be_told_is_refused() -> None:
    ends = pd.DataFrame({"wave": [1, 2], "sender_id": ["a", "b"], "receiver_id": ["b", "a"]})
    with pytest.raises(NotEstimable, match="found no pair that may form both ties"):
        formed_together([1, 0], np.array([0.5, 0.5]), ends)
    formed, ends = both_ways((1, 1, 6))
    with pytest.raises(ValueError, match="found ends of 11 rows for 12 outcomes; allowed: one for each"):
        formation_rates(formed, one_source(formed), ends=ends.iloc[1:])


@pytest.mark.parametrize("together", [0.0, 1.0])
def test_power_is_of_the_rule_that_the_page_decides_by(together: float) -> None:
    """A network at a time: found where `network_finding` says yes."""
    setting = {"activities": 1, "attendance": 0.6, "rate": 0.15, "outside": 0.03, "seed": 4}
    found = formation_power(10, replicates=1, together=together, **setting).iloc[0]
    random = np.random.default_rng(4)
    senders, receivers = np.nonzero(~np.eye(10, dtype=bool))
    ends = pd.DataFrame({"sender_id": senders, "receiver_id": receivers})
    came = random.random((1, 10)) < 0.6
    exposed = np.column_stack([np.ones(90), came[0, senders] & came[0, receivers]]).astype(float)
    draws, of_pairs = random.random((90, 2)), random.random((45, 2))
    alike = (random.random((45, 2)) < together)[pair_numbers(ends)]
    draws = np.where(alike, of_pairs[pair_numbers(ends)], draws)
    formed = ((draws < [0.03, 0.15]) & (exposed > 0)).any(axis=1).astype(float)
    rates = formation_rates(formed, pd.DataFrame(exposed, columns=["else", "met"]), ends=ends).tidy()
    assert found["power"] == (network_finding(rates, baseline=0.03)["met"] == "yes")
    assert found["width"] == pytest.approx(rates["upper"][1] - rates["lower"][1], abs=1e-5)
