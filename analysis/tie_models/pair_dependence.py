"""What ties of the same people have in common, and ties made both at once.

Where one meeting makes both ties of a pair at a stroke, two ordered pairs are one draw; where somebody is
popular, all ties to them come more often. The likelihood that takes rows for independent still finds the
rates (each tie's own chance is right, on average), but its ratio is too large by the factor by which the
variance of an estimate is too small; divided by that factor, it is chi-square again (Rotnitzky & Jewell 1990,
Biometrika 77, 485-497; Chandler & Bate 2007, Biometrika 94, 167-183; here for one rate at a time). The factor
is the sandwich with scores added up over rows that have a person in common, over the same with every row on
its own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import chi2

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable, require_level
from analysis.result import Result

__all__ = ["Together", "formed_together", "pair_numbers", "variance_factors"]

_CERTAIN = 50.0
"""Hazard that stands for infinity."""
_NONE = 1e-9
_ROUNDING = 1e-6
"""Residual, of 0 and 1, below which an outcome counts as foreseen."""


@dataclass(frozen=True, repr=False)
class Together(Result):
    """Ties of a pair made both at once.

    Attributes
    ----------
    pairs, both, either : int
        Pairs at risk of both ties in one wave; those that formed both; those that formed one or both.
    expected : float
        Pairs that would form both if the two were independent.
    share, lower, upper : float
        Of the hazard that the two ties of a pair have in common, how much makes both at once: 0, they are
        independent; 1, there is one draw per pair. The interval takes the rates of the sources as known.
    rate : float
        Chance that a pair at risk of both forms both at once, for that reason.
    """

    pairs: int
    both: int
    either: int
    expected: float
    share: float
    lower: float
    upper: float
    rate: float

    def tidy(self) -> pd.DataFrame:
        """Return one row, under the name of the source: ``mutual``."""
        return pd.DataFrame([{"source": "mutual", **asdict(self)}]).set_index("source")

    def summary(self) -> str:
        """Return the finding as a sentence."""
        return (
            f"{self.both} of {self.pairs} pairs at risk of both ties formed both, {self.expected:.1f} "
            f"expected if independent; {self.share:.0%} of what makes ties makes both at once "
            f"({self.lower:.0%} to {self.upper:.0%})"
        )


def pair_numbers(ends: pd.DataFrame, *, by_wave: bool = False) -> Integers:
    """Return a number for each row, the same for i→j and j→i.

    Parameters
    ----------
    ends : DataFrame
        ``sender_id``, ``receiver_id``; with `by_wave` also ``wave``, and another number in every wave.

    Examples
    --------
    >>> ends = pd.DataFrame({"sender_id": ["a", "b", "a"], "receiver_id": ["b", "a", "c"]})
    >>> pair_numbers(ends).tolist()
    [0, 0, 1]
    """
    one, other = np.sort(_people(ends), axis=0)
    keys = [one, other, *([pd.factorize(ends["wave"])[0]] if by_wave else [])]
    numbers: Integers = pd.MultiIndex.from_arrays(keys).factorize()[0]
    return numbers


def _people(ends: pd.DataFrame) -> Integers:
    """Return numbers of the senders and of the receivers, shape (2, p)."""
    both = pd.concat([ends["sender_id"], ends["receiver_id"]], ignore_index=True)
    numbers: Integers = pd.factorize(both)[0].reshape(2, -1)
    return numbers


def variance_factors(
    design: Floats, outcome: Floats, hazards: Floats, ends: pd.DataFrame
) -> tuple[Floats, int]:
    """Return how many times larger each hazard's variance is than if rows were independent, and the people.

    Parameters
    ----------
    design : ndarray of shape (p, k)
        Exposures.
    outcome : ndarray of shape (p,)
        0 or 1.
    hazards : ndarray of shape (k,)
        At the maximum of the likelihood.
    ends : DataFrame
        ``sender_id``, ``receiver_id`` of every row. Rows with a person in common may depend on each other, in
        all waves (Fafchamps & Gubert 2007, Journal of Development Economics 83, 326-350), here times
        n ÷ (n − 2) for n people.

    Returns
    -------
    factors : ndarray of shape (k,)
        The largest of three: with few people the sandwich by people is often too small, and that by pairs,
        or 1, is not gone below. Where no residual is left (all of the exposed formed a tie, or none), the
        largest there can be for pairs: Σ n² ÷ Σ n over their sizes n.
    people : int
    """
    chance = -np.expm1(-(design @ np.minimum(hazards, _CERTAIN)))
    there: Flags = chance > _NONE
    divided = np.where(there, chance, 1.0)
    residual = np.where(there, outcome - chance, 0.0)
    score = design * (residual / divided)[:, None]
    information = (design * np.where(there, (1 - chance) / divided, 0.0)[:, None]).T @ design
    pairs, ends_of = pair_numbers(ends), _people(ends)
    plain, of_pairs = score.T @ score, _products(score, pairs)
    people = int(ends_of.max()) + 1
    # A pair's own product is in the sums of both its people, and counts once.
    of_people = _products(np.vstack([score, score]), ends_of.ravel()) - of_pairs
    # Residuals are smaller than errors, the more so the fewer people there are.
    of_people *= people / max(people - 2, 1)
    factors = np.ones(len(hazards))
    for k in range(len(hazards)):
        # Hazards at their bound of 0 do not give way when another moves a little.
        free: Flags = (hazards > _NONE) & np.isfinite(hazards)
        free[k] = True
        among = np.ix_(free, free)
        row = np.linalg.pinv(information[among])[int(free[:k].sum())]
        alone, by_pair, by_person = (
            float(row @ spread[among] @ row) for spread in (plain, of_pairs, of_people)
        )
        # A chance that is 1 but for its last digits leaves residuals that are nothing but rounding.
        left = np.abs(residual[design[:, k] > 0]).max(initial=0.0) > _ROUNDING
        if left and alone > _NONE:
            factors[k] = max(1.0, by_pair / alone, by_person / alone)
        else:
            sizes = np.bincount(pairs[design[:, k] > 0]).astype(float)
            factors[k] = (sizes**2).sum() / sizes.sum()
    return factors, people


def _products(scores: Floats, groups: Integers) -> Floats:
    """Return the sum over groups of the outer product of a group's summed scores with itself."""
    sums = np.zeros((int(groups.max()) + 1, scores.shape[1]))
    np.add.at(sums, groups, scores)
    return sums.T @ sums


def formed_together(
    formed: npt.ArrayLike, chances: Floats, ends: pd.DataFrame, *, level: float = 0.95
) -> Together:
    """Estimate how much of what makes ties makes both ties of a pair at once.

    With hazards a and b of i→j and j→i, of which θ min(a, b) is common to both, neither tie forms with
    probability exp(−a − b + θ min(a, b)), and each forms as often as before (Marshall & Olkin 1967, Journal
    of the American Statistical Association 62, 30-44). θ is where the likelihood is largest, given a and b,
    to .005.

    Parameters
    ----------
    formed : array-like of shape (p,)
        0 or 1.
    chances : ndarray of shape (p,)
        That the row's tie forms, as the rates have it (`FormationRates.chances`).
    ends : DataFrame of shape (p, ...)
        ``wave``, ``sender_id``, ``receiver_id``.
    level : float
        Of the profile interval.

    Raises
    ------
    NotEstimable
        When no pair that may form both ties is at risk of both.

    Examples
    --------
    Ten pairs, five of which formed both ties and five none:

    >>> rows = [(1, i, i + 50) for i in range(10)] + [(1, i + 50, i) for i in range(10)]
    >>> ends = pd.DataFrame(rows, columns=["wave", "sender_id", "receiver_id"])
    >>> found = formed_together([1, 0] * 10, np.full(20, 0.5), ends)
    >>> found.both, found.expected, found.share
    (5, 2.5, 1.0)
    """
    require_level(level)
    outcome = np.asarray(formed, dtype=float)
    numbers = pair_numbers(ends, by_wave=True)
    order = np.argsort(numbers, kind="stable")
    first = np.flatnonzero(np.diff(numbers[order]) == 0)
    one, other = order[first], order[first + 1]
    possible = np.minimum(chances[one], chances[other]) > _NONE
    if not possible.any():
        raise NotEstimable("found no pair that may form both ties at risk of both; allowed: at least one")
    hazards = -np.log1p(-np.minimum(chances, 1 - 1e-12))
    a, b = hazards[one[possible]], hazards[other[possible]]
    forth, back = outcome[one[possible]], outcome[other[possible]]
    common = np.minimum(a, b)

    def likelihood(share: float) -> float:
        neither = np.exp(-a - b + share * common)
        both = 1 - np.exp(-a) - np.exp(-b) + neither
        alone = np.where(forth == 1, np.exp(-b), np.exp(-a)) - neither
        cells = np.select([forth + back == 0, forth + back == 2], [neither, both], alone)
        return float(np.log(np.maximum(cells, 1e-15)).sum())

    grid = np.linspace(0, 1, 201)
    values = np.array([likelihood(value) for value in grid])
    share = float(grid[values.argmax()])
    drop = float(values.max() - chi2.ppf(level, 1) / 2)

    def above(value: float) -> float:
        return likelihood(value) - drop

    count = outcome[one] + outcome[other]
    return Together(
        pairs=len(one),
        both=int((count == 2).sum()),
        either=int((count > 0).sum()),
        expected=float((chances[one] * chances[other]).sum()),
        share=share,
        lower=0.0 if above(0.0) >= 0 else float(brentq(above, 0.0, share)),
        upper=1.0 if above(1.0) >= 0 else float(brentq(above, share, 1.0)),
        rate=float(-np.expm1(-share * common).sum() / len(one)),
    )
