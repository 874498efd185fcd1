"""Which domain of a network is its weakest, how sure that is, and whether it says more than the mean does.

A network is said to be limited by its weakest domain (Russell et al. 2025, Peabody Journal of Education
100(1)). Schools are drawn again, with all their people: nobody's answers are independent of the school's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count
from analysis.estimable import estimable
from analysis.result import Result

__all__ = ["LowestOrMean", "lowest_domain", "lowest_or_mean", "lowest_or_mean_table", "who_was_drawn"]


def lowest_domain(scores: pd.DataFrame, domains: Sequence[str], *, draws: int, seed: int) -> pd.DataFrame:
    """Return how often each domain is the lowest when schools are drawn again.

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    domains : sequence of str
    draws, seed : int

    Returns
    -------
    DataFrame
        index district, wave; a column per domain: the share of draws in which its mean was the lowest.

    Raises
    ------
    NotEstimable
        When there are fewer than two domains, or no district has two schools.

    Examples
    --------
    >>> low, high = ([("a", 1, school, *given) for school in "stu"] for given in (("x", 2.0), ("y", 3.0)))
    >>> rows = low + high
    >>> scores = pd.DataFrame(rows, columns=["district", "wave", "organization_id", "scale", "score"])
    >>> lowest_domain(scores, ["x", "y"], draws=10, seed=1).to_numpy().tolist()
    [[1.0, 0.0]]
    """
    require_count("draws", draws)
    _require_domains(domains)
    own = scores[scores["scale"].isin(domains)]
    random = np.random.default_rng(seed)
    rows = {}
    for (district, wave), part in own.groupby(["district", "wave"]):
        by_school = part.groupby(["organization_id", "scale"])["score"]
        sums = by_school.sum().unstack("scale").reindex(columns=[*domains]).fillna(0.0).to_numpy(dtype=float)
        counts = by_school.size().unstack("scale").reindex(columns=[*domains]).fillna(0).to_numpy(dtype=float)
        if len(sums) < 2 or (counts.sum(axis=0) == 0).any():
            continue
        picked = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
        heard = picked @ counts
        means = np.divide(picked @ sums, heard, out=np.full(heard.shape, np.inf), where=heard > 0)
        rows[district, wave] = np.bincount(means.argmin(axis=1), minlength=len(domains)) / draws
    if not rows:
        raise NotEstimable("found no district and wave of two schools; needed: one in which to draw schools")
    index = pd.MultiIndex.from_tuples(rows, names=["district", "wave"])
    return pd.DataFrame([*rows.values()], index=index, columns=[*domains])


@dataclass(frozen=True, repr=False)
class LowestOrMean(Result):
    """How closely an outcome goes with a person's lowest domain, and with the mean of all.

    Attributes
    ----------
    with_mean, with_lowest : float
        Correlations within districts and waves.
    difference, lower, upper : float
        The second less the first, with its 95 % interval over schools drawn anew.
    people, schools : int
    """

    with_mean: float
    with_lowest: float
    difference: float
    lower: float
    upper: float
    people: int
    schools: int

    def summary(self) -> str:
        """Return both correlations and their difference as a sentence."""
        return (
            f"the outcome correlates {self.with_mean:.2f} with the mean of all domains and "
            f"{self.with_lowest:.2f} with the lowest (difference {self.difference:+.2f}, "
            f"{self.lower:.2f} to {self.upper:.2f})"
        )


def lowest_or_mean(
    scores: pd.DataFrame, domains: Sequence[str], outcome: str, *, draws: int, seed: int
) -> LowestOrMean:
    """Return whether the lowest of a person's domains says more of an outcome than their mean.

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    domains : sequence of str
    outcome : str
        Another scale.
    draws, seed : int

    Raises
    ------
    NotEstimable
        When there are fewer than two domains, or fewer than two schools whose people have all scores.
    """
    require_count("draws", draws)
    _require_domains(domains)
    keys = ["wave", "district", "organization_id", "actor_id"]
    wide = scores[scores["scale"].isin([*domains, outcome])]
    wide = (
        wide.pivot(index=keys, columns="scale", values="score").reindex(columns=[*domains, outcome]).dropna()
    )
    frame = pd.DataFrame(
        {
            "outcome": wide[outcome],
            "mean": wide[[*domains]].mean(axis=1),
            "lowest": wide[[*domains]].min(axis=1),
        }
    )
    frame -= frame.groupby(level=["wave", "district"]).transform("mean")
    schools = frame.index.get_level_values("organization_id")
    values = frame.to_numpy(dtype=float)
    products = (
        pd.DataFrame(np.einsum("ia,ib->iab", values, values).reshape(len(values), 9), index=schools)
        .groupby(level=0)
        .sum()
    )
    if len(products) < 2:
        raise NotEstimable(f"found {len(products)} schools with all scores; needed: two")
    sums = products.to_numpy().reshape(-1, 3, 3)
    random = np.random.default_rng(seed)
    picked = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
    drawn = _differences(np.tensordot(picked, sums, axes=1))
    with_mean, with_lowest = _correlations(sums.sum(axis=0)[None])[0]
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    return LowestOrMean(
        with_mean=float(with_mean),
        with_lowest=float(with_lowest),
        difference=float(with_lowest - with_mean),
        lower=float(lower),
        upper=float(upper),
        people=int(frame.index.get_level_values("actor_id").nunique()),
        schools=len(sums),
    )


def lowest_or_mean_table(
    scores: pd.DataFrame, domains: Sequence[str], outcomes: Sequence[str], *, draws: int, seed: int
) -> pd.DataFrame | NotEstimable:
    """Return `lowest_or_mean` of several outcomes, index outcome; where none can be had, why."""
    found = {
        name: estimable(lowest_or_mean, scores, domains, name, draws=draws, seed=seed) for name in outcomes
    }
    parts = [
        result.tidy().assign(outcome=name).set_index("outcome")
        for name, result in found.items()
        if not isinstance(result, NotEstimable)
    ]
    whys = [str(result) for result in found.values() if isinstance(result, NotEstimable)]
    return pd.concat(parts) if parts else NotEstimable("; ".join(whys) or "found no outcome named")


def who_was_drawn(
    scores: pd.DataFrame, domains: Sequence[str], found: pd.DataFrame | NotEstimable
) -> list[Any]:
    """Return whom each row of `lowest_domain` rests on, as (person, wave); without rows everybody."""
    if isinstance(found, NotEstimable):
        return [*scores["actor_id"].astype(str).unique()]
    own = scores[scores["scale"].isin(domains)]
    people = own["actor_id"].astype(str).groupby([own["district"], own["wave"]]).unique().to_dict()
    return [
        frozenset((person, key["wave"]) for person in people[key["district"], key["wave"]])
        for key in found.index.to_frame(index=False).to_dict("records")
    ]


def _correlations(products: Floats) -> Floats:
    """Return the outcome's correlation with the mean and with the lowest, from sums of products."""
    spreads = np.sqrt(np.einsum("kaa->ka", products))
    return np.asarray(products[:, 0, 1:] / (spreads[:, :1] * spreads[:, 1:]))


def _differences(products: Floats) -> Floats:
    found = _correlations(products)
    return np.asarray(found[:, 1] - found[:, 0])


def _require_domains(domains: Sequence[str]) -> None:
    if len(domains) < 2:
        raise NotEstimable(f"found {len(domains)} domain; needed: two, of which one can be the lower")
