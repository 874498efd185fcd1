"""How often a meeting makes a tie: formation rates of several sources at once, and the power to find them.

A pair without a tie in one wave has one in the next if at least one of the sources it was exposed to made it.
With independent sources of hazards h_s ≥ 0 (a rate is 1 − exp(−h_s)), the pair's tie forms with probability
1 − exp(−Σ_s x_s h_s), x_s being its exposure to source s: additive hazards in one interval, a binomial model
with complementary log-log shape (Prentice & Gloeckler 1978, Biometrics 34, 57-67, with hazards added
instead of multiplied), also known as noisy-or. The likelihood is concave in the hazards, whose bound of 0 is
part of the model. Intervals are those of the profile likelihood, its ratio divided by what the dependence of
ties of the same people makes of it (`pair_dependence`).

**Whether the rates can be told apart at all is a matter of the exposures**: where everybody came to
everything, only the sum of the activities' hazards leaves a trace, whatever the numbers of people and ties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq, linprog, minimize
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable, require_count, require_level
from analysis.resampling.monte_carlo import p_error
from analysis.result import Result
from analysis.tie_models.pair_dependence import pair_numbers, variance_factors

__all__ = ["FormationRates", "formation_power", "formation_rates"]


_TINY = 1e-10
_ABOVE_ZERO = 1e-6
"""What the lower end of an interval has to exceed, for rounding."""
_WITH_SCHOOL = 0.5
"""Share of people who, where power is asked of several schools, come to an activity as their school does."""
_LARGEST = 20.0
"""Hazard at which a tie is as good as certain."""


@dataclass(frozen=True, repr=False, eq=False)
class FormationRates(Result):
    """Rates of tie formation by source.

    Attributes
    ----------
    sources : tuple of str
        In the order asked for.
    rates : ndarray of shape (k,)
        Probability that the source alone makes a tie of an exposed pair without one.
    lower, upper : ndarray of shape (k,)
        Profile-likelihood interval.
    factors : ndarray of shape (k,)
        By how much the dependence of ties of the same people widens the variance of each: 1 where there is
        none.
    least, most : ndarray of shape (k,)
        All values the maximum of the likelihood is reached with: equal where the rate is identified, apart
        where other sources can take its place without a trace.
    exposed, formed : ndarray of int, shape (k,)
        Pairs exposed to the source, and those of them who formed a tie (by whatever source).
    pairs, new : int
        Pairs at risk, and ties formed among them.
    level : float
        Of the intervals.
    log_likelihood : float
        At the maximum.
    chances : ndarray of shape (pairs,)
        Chance of each pair's tie, as the rates have it.
    people : int
        Whose ties the intervals allow to depend on each other; 0 where rows count as independent.
    """

    sources: tuple[str, ...]
    rates: Floats
    lower: Floats
    upper: Floats
    factors: Floats
    least: Floats
    most: Floats
    exposed: npt.NDArray[np.int_]
    formed: npt.NDArray[np.int_]
    pairs: int
    new: int
    level: float
    log_likelihood: float
    chances: Floats
    people: int

    @property
    def identified(self) -> npt.NDArray[np.bool_]:
        """Which rates the data can tell from the others, shape (k,)."""
        found: npt.NDArray[np.bool_] = self.most - self.least < 1e-6
        return found

    def tidy(self) -> pd.DataFrame:
        """Return one row per source."""
        return pd.DataFrame(
            {
                "source": self.sources,
                "exposed": self.exposed,
                "formed": self.formed,
                "rate": self.rates,
                "lower": self.lower,
                "upper": self.upper,
                "identified": self.identified,
                "least": self.least,
                "most": self.most,
            }
        )

    def summary(self) -> str:
        """Return the rates under a line on the data."""
        return "\n".join(
            [
                f"{self.new} ties formed by {self.pairs} ordered pairs at risk; {self.level:.0%} intervals"
                + (f", clustered by {self.people} people" if self.people else ""),
                self.tidy().to_string(index=False, float_format="{:.3f}".format),
            ]
        )


def formation_rates(
    formed: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    exposures: pd.DataFrame,
    *,
    ends: pd.DataFrame | None = None,
    level: float = 0.95,
) -> FormationRates:
    """Estimate the formation rate of every source by maximum likelihood.

    Parameters
    ----------
    formed : sequence of length p
        1 where the pair formed a tie, 0 where it did not. Pairs that were not observed are left out before.
    exposures : DataFrame of shape (p, k)
        How much each pair was exposed to each source: 0 or more; usually 0 and 1.
    ends : DataFrame of shape (p, ...), optional
        ``sender_id``, ``receiver_id`` of every row, in the order of `formed`. Rows with a person in common
        may then depend on each other: meetings that make both ties of a pair, popular people. Without it
        every row counts as a draw of its own, and intervals are too narrow where that is not so.
    level : float
        Of the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        With every fault: no source, lengths that differ, values that are not 0 and 1, exposures that are
        negative or missing, a source nobody was exposed to, a tie formed by a pair exposed to none.
    NotEstimable
        For no pair at risk.
    """
    outcome = np.asarray(formed, dtype=float)
    design = exposures.to_numpy(dtype=float)
    require_level(level)
    _check(outcome, design, list(map(str, exposures.columns)))
    if ends is not None and len(ends) != len(outcome):
        raise ValueError(f"found ends of {len(ends)} rows for {len(outcome)} outcomes; allowed: one for each")
    # Hazards are found per largest exposure, so that the unit of an exposure does not matter.
    scale = design.max(axis=0)
    rows, place = np.unique(design / scale, axis=0, return_inverse=True)
    trials = np.bincount(place.ravel(), minlength=len(rows)).astype(float)
    ties: Floats = np.bincount(place.ravel(), weights=outcome, minlength=len(rows)).astype(float)
    hazards, best = _maximum(rows, trials, ties)
    factors, people, drops = _drops(design / scale, outcome, hazards, ends, level)
    intervals = [_interval(rows, trials, ties, k, hazards[k], best - drops[k]) for k in range(len(hazards))]
    flat = [_flat(rows, trials, ties, hazards, k) for k in range(len(hazards))]
    chances = -np.expm1(-(design / scale) @ hazards)
    hazards[_sure(rows, trials, ties)] = np.inf
    lower, upper = np.array(intervals).T / scale
    least, most = np.array(flat).T / scale
    return FormationRates(
        sources=tuple(map(str, exposures.columns)),
        rates=-np.expm1(-hazards / scale),
        lower=-np.expm1(-lower),
        upper=-np.expm1(-upper),
        factors=factors,
        least=-np.expm1(-least),
        most=-np.expm1(-most),
        exposed=(design > 0).sum(axis=0),
        formed=((design > 0) & (outcome[:, None] == 1)).sum(axis=0),
        pairs=len(outcome),
        new=int(outcome.sum()),
        level=level,
        log_likelihood=best,
        chances=chances,
        people=people,
    )


def _drops(
    design: Floats,
    outcome: Floats,
    hazards: Floats,
    ends: pd.DataFrame | None,
    level: float,
) -> tuple[Floats, int, Floats]:
    """Return the variance factors, the people, and how far the log-likelihood may fall in each interval."""
    if ends is None:
        return np.ones(len(hazards)), 0, np.full(len(hazards), float(chi2.ppf(level, 1)) / 2)
    factors, people = variance_factors(design, outcome, hazards, ends)
    # With few people the factor is itself uncertain: F, as in a regression with clustered errors.
    return factors, people, factors * float(f_distribution.ppf(level, 1, max(people - 1, 1))) / 2


def _check(outcome: Floats, design: Floats, names: list[str]) -> None:
    faults = []
    if not names:
        faults.append("found no source; allowed: at least one")
    elif len(outcome) != len(design):
        faults.append(f"found {len(outcome)} outcomes for {len(design)} pairs; allowed: one for each")
    else:
        if not np.isin(outcome, (0.0, 1.0)).all():
            faults.append("formed: found values other than 0 and 1; leave out pairs that were not observed")
        if not (np.isfinite(design) & (design >= 0)).all():
            faults.append("exposures: found negative or missing values; allowed: numbers of 0 or more")
        unused = [name for name, column in zip(names, design.T, strict=True) if not (column > 0).any()]
        if unused and outcome.size:
            faults.append(f"no pair at risk was exposed to {', '.join(unused)}; leave such sources out")
        bare = int(((design == 0).all(axis=1) & (outcome == 1)).sum())
        if bare:
            faults.append(f"{bare} ties formed by pairs exposed to no source; add one for everything else")
    if faults:
        raise ValueError("\n".join(faults))
    if not outcome.size:
        raise NotEstimable("found no pair at risk; formation rates need at least one")


def _maximum(
    rows: Floats, trials: Floats, ties: Floats, fixed: Mapping[int, float] | None = None
) -> tuple[Floats, float]:
    """Return hazards that maximise the likelihood, some of them held fixed, and the log-likelihood there."""
    held = dict(fixed or {})
    free = [k for k in range(rows.shape[1]) if k not in held]
    base = rows[:, list(held)] @ np.array(list(held.values())) if held else np.zeros(len(rows))
    part = rows[:, free]

    def negative(hazards: Floats) -> tuple[float, Floats]:
        total = np.maximum(base + part @ hazards, _TINY)
        formed = -np.expm1(-total)
        value = ties @ np.log(formed) - (trials - ties) @ total
        slope = ties * np.exp(-total) / formed - (trials - ties)
        return -float(value), -(part.T @ slope)

    if not free:
        return np.array([held[k] for k in range(rows.shape[1])]), -negative(np.zeros(0))[0]
    start = np.full(
        len(free), max(-np.log1p(-min(ties.sum() / trials.sum(), 0.95)), 0.01) / max(len(free), 1)
    )
    found = minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, _largest(rows, k)) for k in free],
        options={"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-9},
    )
    hazards = np.zeros(rows.shape[1])
    hazards[free] = found.x
    for k, value in held.items():
        hazards[k] = value
    return hazards, -float(found.fun)


def _largest(rows: Floats, source: int) -> float:
    """Return the hazard at which even the pairs least exposed to a source are as good as certain of a tie."""
    column = rows[:, source]
    return float(_LARGEST / column[column > 0].min())


def _sure(rows: Floats, trials: Floats, ties: Floats) -> npt.NDArray[np.bool_]:
    """Return the sources all of whose exposed pairs formed a tie: no hazard is too large for them."""
    found: npt.NDArray[np.bool_] = (trials - ties) @ rows == 0
    return found


def _interval(
    rows: Floats, trials: Floats, ties: Floats, source: int, estimate: float, least: float
) -> tuple[float, float]:
    """Return where the profile likelihood of one hazard falls to `least`; infinity where it never does."""
    largest = _largest(rows, source)

    def above(hazard: float) -> float:
        return _maximum(rows, trials, ties, {source: hazard})[1] - least

    lower = 0.0 if above(0.0) >= 0 else float(brentq(above, 0.0, estimate, xtol=1e-6))
    step = max(estimate, 0.05)
    end = estimate + step
    while end < largest and above(end) > 0:
        step *= 2
        end = min(estimate + step, largest)
    upper = np.inf if above(end) > 0 else float(brentq(above, estimate, end, xtol=1e-6))
    return lower, upper


def _flat(rows: Floats, trials: Floats, ties: Floats, hazards: Floats, source: int) -> tuple[float, float]:
    """Return least and most of one hazard over all hazards that leave every pair's chance as it is.

    A pair exposed to a source of infinite hazard is certain of its tie whatever the other sources do.
    """
    sure = _sure(rows, trials, ties)
    if sure[source]:
        alone = (rows[:, source] > 0) & ((rows[:, sure] > 0).sum(axis=1) == 1)
        return (np.inf if alone.any() else 0.0), np.inf
    rows = rows[~(rows[:, sure] > 0).any(axis=1)]
    goal = np.zeros(rows.shape[1])
    goal[source] = 1.0
    if np.linalg.matrix_rank(np.vstack([rows, goal])) == np.linalg.matrix_rank(rows):
        return hazards[source], hazards[source]
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * goal, A_eq=rows, b_eq=rows @ hazards, bounds=(0, None), method="highs")
        ends.append(float(found.x[source]) if found.success else float(hazards[source]))
    return min(ends), max(ends)


def formation_power(
    people: int,
    *,
    activities: int,
    attendance: float,
    rate: float,
    outside: float,
    together: float = 0.0,
    answered: float = 1.0,
    schools: int = 1,
    level: float = 0.95,
    replicates: int = 200,
    seed: int,
) -> pd.DataFrame:
    """Return how often a survey before and after some activities would find what one of them did.

    Found is what a page calls found (`evidence.joint_display.network_finding`): the interval of the
    activity's rate, clustered by people, lies above 0. That is one end of a two-sided interval, so that a
    rate of 0 is found at most half as often as intervals miss.

    Parameters
    ----------
    people : int
        In the network; none is tied to another before.
    activities : int
        Between the two surveys, each making ties of pairs who both came.
    attendance : float
        Chance of each person to come to each activity.
    rate, outside : float
        Formation rate of every activity, and of everything else.
    together : float
        Chance that what a source does to a pair it does to both of its ties: 0, the two are independent
        draws; 1, they are one. Either way each tie forms at the same rate.
    answered : float
        Chance of each person to answer a survey; only the ties named by those who answer both are known.
    schools : int
        Into which the people are dealt out evenly. Of several, half of the people come or stay away as their
        school does.
    level : float
        Of the interval.
    replicates, seed : int
        Simulated networks.

    Returns
    -------
    DataFrame
        One row: people, activities, attendance, rate, together; ``power`` and its Monte Carlo error
        ``power_error``;
        ``identified``: the share of replicates in which the exposures can tell the first activity from the
        rest; ``width``: mean width of the interval of its rate in those.
    """
    for name, share in (
        ("attendance", attendance),
        ("rate", rate),
        ("outside", outside),
        ("together", together),
        ("answered", answered),
    ):
        if not 0 <= share <= 1:
            raise ValueError(f"found {name}={share}; allowed: a share from 0 to 1")
    require_level(level)
    require_count("people", people, 2)
    require_count("activities", activities)
    require_count("schools", schools)
    require_count("replicates", replicates)
    generator = np.random.default_rng(seed)
    homes = np.arange(people) * schools // people
    chances = np.array([outside, *[rate] * activities])
    senders, receivers = np.nonzero(~np.eye(people, dtype=bool))
    ends = pd.DataFrame({"sender_id": senders, "receiver_id": receivers})
    pair = pair_numbers(ends)
    tests, identified, widths = 0, 0, []
    for _ in range(replicates):
        came = generator.random((activities, people)) < attendance
        if schools > 1:
            with_school = generator.random((activities, people)) < _WITH_SCHOOL
            came = np.where(
                with_school, (generator.random((activities, schools)) < attendance)[:, homes], came
            )
        met = (came[:, senders] & came[:, receivers]).T.astype(float)
        rows = np.column_stack([np.ones(len(senders)), met])
        draws, of_pairs = generator.random(rows.shape), generator.random((pair.max() + 1, rows.shape[1]))
        one_draw = generator.random(of_pairs.shape) < together
        draws = np.where(one_draw[pair], of_pairs[pair], draws)
        outcome = ((draws < chances) & (rows > 0)).any(axis=1).astype(float)
        told = ends
        if answered < 1:
            both: Flags = np.asarray((generator.random((2, people)) < answered).all(axis=0))
            known = both[senders]
            rows, outcome, told = rows[known], outcome[known], ends[known].reset_index(drop=True)
        used = [0, *(1 + np.flatnonzero(rows[:, 1:].any(axis=0)))]
        if 1 not in used:
            continue
        kept, place = np.unique(rows[:, used], axis=0, return_inverse=True)
        trials = np.bincount(place.ravel()).astype(float)
        ties: Floats = np.bincount(place.ravel(), weights=outcome).astype(float)
        hazards, best = _maximum(kept, trials, ties)
        least, most = _flat(kept, trials, ties, hazards, 1)
        if least < most - 1e-6:
            continue
        identified += 1
        _, _, drops = _drops(rows[:, used], outcome, hazards, told, level)
        lower, upper = _interval(kept, trials, ties, 1, hazards[1], best - drops[1])
        tests += lower > _ABOVE_ZERO
        widths.append(float(np.exp(-lower) - np.exp(-upper)))
    power = tests / replicates
    return pd.DataFrame(
        [
            {
                "people": people,
                "activities": activities,
                "attendance": attendance,
                "rate": rate,
                "together": together,
                "power": power,
                "power_error": p_error(power, replicates),
                "identified": identified / replicates,
                "width": float(np.mean(widths)) if widths else np.nan,
            }
        ]
    )
