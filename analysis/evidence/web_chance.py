"""How far changes could get in a web of routines, against webs that chance gives.

=============  ==============================================================================================
`rewired`      Each medium's links get their targets anew by exchanges between two links, so that every
               routine keeps the number of links it has of each medium, from it and to it. A link's days stay
               with the routine it leads from. No link leads to itself or is there twice.
`dates`        All links stay; their days (first and last together) are shuffled among them.
=============  ==============================================================================================

References
----------
Maslov & Sneppen (2002), Science 296, 910-913 (exchanges that keep degrees). Holme & Saramäki (2012), Physics
Reports 519, 97-125 (shuffled dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_count, require_one_of
from analysis.evidence.routine_webs import Web
from analysis.evidence.timed_reach import arrivals, starting_points
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result

__all__ = ["Null", "WebChance", "reach_by_chance", "redrawn", "rewired_targets"]

Null = Literal["rewired", "dates"]

_STATISTICS = ("reach", "across")
_EXCHANGES = 20
"""Tried for each link."""


@dataclass(frozen=True, repr=False)
class WebChance(Result):
    """Reach against one null model.

    Attributes
    ----------
    frame : DataFrame
        index ``statistic``: ``reach`` (mean share of the other routines that a change can get to) and
        ``across`` (mean share of the routines of other organisations); ``observed``, ``by_chance`` (mean of
        the draws), ``lower`` and ``upper`` (their 2.5 % and 97.5 % points), ``p`` (two-sided, doubled).
    null : str
    draws : int
    """

    frame: pd.DataFrame
    null: str
    draws: int

    def summary(self) -> str:
        """Say what was observed, what chance gives, and p."""
        told = [
            f"{row['statistic']} {row['observed']:.2f} (chance {row['by_chance']:.2f}, p = {row['p']:.3f})"
            for row in self.tidy().to_dict("records")
        ]
        return f"Against {self.draws} webs, {self.null}: {', '.join(told)}."

    def tidy(self) -> pd.DataFrame:
        """Return a row per statistic."""
        return self.frame.reset_index()

    def by_statistic(self) -> pd.DataFrame:
        """Return the rows under the names of their statistics."""
        return self.frame


def rewired_targets(web: Web, draws: int, generator: np.random.Generator) -> Integers:
    """Return where links lead to after exchanges within each medium.

    Returns
    -------
    ndarray of shape (draws, links)
        Positions of routines; each row a web with the same numbers of links in and out of each routine by
        medium, after 20 exchanges tried a link.
    """
    one, other = web.ends()
    count, size = len(one), len(web.organizations)
    media = pd.factorize(web.links["medium"])[0]
    targets = np.repeat(other[None], draws, axis=0)
    there = np.zeros((draws, media.max() + 1, size, size), dtype=bool)
    there[:, media, one, other] = True
    rows = np.arange(draws)
    for _ in range(_EXCHANGES * count):
        first, second = generator.integers(count, size=(2, draws))
        medium, a, c = media[first], one[first], one[second]
        b, d = targets[rows, first], targets[rows, second]
        # a → b and c → d become a → d and c → b.
        free = (media[second] == medium) & (a != d) & (c != b) & (a != c) & (b != d)
        free &= ~there[rows, medium, a, d] & ~there[rows, medium, c, b]
        row, kind, a, b, c, d = (part[free] for part in (rows, medium, a, b, c, d))
        there[row, kind, a, b] = there[row, kind, c, d] = False
        there[row, kind, a, d] = there[row, kind, c, b] = True
        targets[row, first[free]], targets[row, second[free]] = d, b
    return targets


def redrawn(web: Web, null: Null, generator: np.random.Generator) -> Web:
    """Return one web that a null model gives.

    Examples
    --------
    >>> from analysis.evidence.routine_webs import routine_web
    >>> routines = pd.DataFrame({"routine_id": list("abc"), "organization_id": list("xxy")})
    >>> links = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "c"], "medium": "people"})
    >>> web = routine_web({"routines": routines, "routine_links": links})
    >>> sorted(redrawn(web, "rewired", np.random.default_rng(1)).links["to_id"])
    ['b', 'c']
    """
    targets, since, until = _drawn(web, null, 1, generator)
    names = np.array(web.routines)
    links = web.links.assign(to_id=names[targets[0]], since=since[0], until=until[0])
    return Web(web.organizations, links)


def _drawn(
    web: Web, null: Null, draws: int, generator: np.random.Generator
) -> tuple[Integers, Floats, Floats]:
    _, other = web.ends()
    since, until = (web.links[name].to_numpy(dtype=float) for name in ("since", "until"))
    as_it_is = np.repeat(np.arange(len(other))[None], draws, axis=0)
    if null == "rewired":
        return rewired_targets(web, draws, generator), since[as_it_is], until[as_it_is]
    order = generator.permuted(as_it_is, axis=1)
    return other[as_it_is], since[order], until[order]


def reach_by_chance(
    web: Web, starts: pd.DataFrame, null: Null, *, horizon: float = np.inf, draws: int = 999, seed: int
) -> WebChance:
    """Return how far changes can get, against webs that a null model gives.

    Parameters
    ----------
    web : Web
    starts : DataFrame
        ``routine_id`` and ``day`` of each change.
    null : {"rewired", "dates"}
    horizon : float
        Days each change is followed for.
    draws, seed : int

    Raises
    ------
    ValueError
        For another null, no draw, or unknown routines.
    NotEstimable
        When there is one organisation only, every draw is the web itself (nothing can be exchanged), or all
        dates are the same.

    Examples
    --------
    >>> from analysis.evidence.routine_webs import routine_web
    >>> from analysis.evidence.timed_reach import starts_of
    >>> routines = pd.DataFrame({"routine_id": list("abcd"), "organization_id": list("xxyy")})
    >>> links = pd.DataFrame({"from_id": list("abcd"), "to_id": list("bcda"), "medium": "people"})
    >>> web = routine_web({"routines": routines, "routine_links": links})
    >>> found = reach_by_chance(web, starts_of(web), "rewired", draws=99, seed=1).frame
    >>> found["observed"].tolist()
    [1.0, 1.0]
    """
    require_one_of("null", null, get_args(Null))
    require_count("draws", draws)
    home = np.array(list(web.organizations.values()))
    if len(set(home)) < 2:
        raise NotEstimable("found routines of one organisation; nothing can lead across")
    dates = web.links[["since", "until"]].drop_duplicates()
    if null == "dates" and len(dates) < 2:
        raise NotEstimable("found the same days for every link; shuffling them changes nothing")
    one, other = web.ends()
    since, until = (web.links[name].to_numpy(dtype=float)[None] for name in ("since", "until"))
    targets, sinces, untils = _drawn(web, null, draws, np.random.default_rng(seed))
    if null == "rewired" and (targets == other).all():
        raise NotEstimable("found no two links of one medium that could exchange their targets")
    begun, most = starting_points(web, starts, horizon)
    foreign = home[None] != starts["routine_id"].map(web.organizations).to_numpy()[:, None]
    observed = _shares(arrivals(one[None], other[None], since, until, begun, most), foreign)[:, 0]
    drawn = np.concatenate(
        [
            _shares(
                arrivals(
                    np.repeat(one[None], len(some), axis=0),
                    targets[some],
                    sinces[some],
                    untils[some],
                    begun,
                    most,
                ),
                foreign,
            )
            for some in np.array_split(np.arange(draws), -(-draws // 100))
        ],
        axis=1,
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    frame = pd.DataFrame(
        {
            "observed": observed,
            "by_chance": drawn.mean(axis=1),
            "lower": low,
            "upper": high,
            "p": [p_value(drawn[k], observed[k], "doubled") for k in range(len(_STATISTICS))],
        },
        index=pd.Index(_STATISTICS, name="statistic"),
    )
    return WebChance(frame, null, draws)


def _shares(found: Floats, foreign: Floats) -> Floats:
    """Return the mean shares of routines reached, of all others and of those of other organisations."""
    within = np.isfinite(found)
    reach = (within.sum(axis=2) - 1) / (found.shape[2] - 1)
    across = (within & foreign).sum(axis=2) / foreign.sum(axis=1)
    return np.stack([reach.mean(axis=1), across.mean(axis=1)])
