"""Networks that break a method's assumptions: what level its test then has, and how often its interval holds.

Twins made the way an estimator supposes say little of it. Here ties keep to teams, some people are popular,
both ties of a pair are made at once, a whole school says nothing. Each test meets those of these twins in
which what it looks for is absent; each interval meets all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable
from analysis.parallel import replicated
from analysis.tie_models.formation import formation_rates
from analysis.tie_models.waves import wave_on_wave
from analysis.ties.mixing import external_internal_test
from analysis.ties.panel import Panel
from analysis.ties.reciprocity import reciprocity_test

__all__ = ["RATES", "TWINS", "drawn_arcs", "levels_and_coverage"]

TWINS = ("groups", "popular people", "mutual events", "silent school")

RATES = {"same_school": 0.05, "other_school": 0.01, "session_1": 0.12, "session_2": 0.0}
"""What sources of new ties do in these twins; the second session does nothing."""

_DRAWS = 199
"""Of each test: enough for a level at .05, whose rejections are then exact."""
_WITHIN, _ACROSS, _ANYWHERE = 0.35, 0.02, 0.1
_POPULARITY = 0.5
"""Variance of what chances of ties to a person are multiplied by; its mean is 1, its distribution gamma."""
_TOGETHER = 0.8
"""Share of pairs of which one draw makes both ties, where events are mutual."""
_ATTENDANCE = 0.8
_LEVEL = 0.05
_NOTHING = 1e-6


def drawn_arcs(
    chances: Floats,
    generator: np.random.Generator,
    *,
    together: float = 0.0,
    popularity: Floats | None = None,
) -> Flags:
    """Return arcs drawn with these chances.

    Parameters
    ----------
    chances : ndarray of shape (n, n)
        Of each ordered pair.
    generator : Generator
    together : float
        Share of pairs of which one draw decides on both arcs.
    popularity : ndarray of shape (n,), optional
        By what the chances of arcs to each person are multiplied.

    Examples
    --------
    >>> arcs = drawn_arcs(np.full((9, 9), 0.5), np.random.default_rng(1), together=1.0)
    >>> bool((arcs == arcs.T).all()), bool(arcs.diagonal().any())
    (True, False)
    """
    draws = generator.random(chances.shape)
    if together:
        alike = np.triu(generator.random(chances.shape) < together, 1)
        draws = np.where(alike.T, draws.T, draws)
    arcs: Flags = draws < chances * (1.0 if popularity is None else popularity)
    np.fill_diagonal(arcs, False)
    return arcs


def _one(teams: Sequence[int], twin: str, generator: np.random.Generator) -> dict[tuple[str, str], bool]:
    """Draw one network for each test; return which tests reject at .05, and which intervals hold the rate."""
    groups = np.repeat(np.arange(len(teams)), teams)
    people, labels = len(groups), groups.tolist()
    same = groups[:, None] == groups
    together = _TOGETHER if twin == "mutual events" else 0.0
    silent = (groups == int(np.argmax(teams))) & (twin == "silent school")

    def arcs(chances: Floats) -> Flags:
        popular = generator.gamma(1 / _POPULARITY, _POPULARITY, people) if twin == "popular people" else None
        return drawn_arcs(chances, generator, together=together, popularity=popular)

    def seen(ties: Flags) -> Floats:
        return np.where(silent[:, None], np.nan, ties.astype(float))

    grouped = np.where(same, _WITHIN, _ACROSS)
    found: dict[tuple[str, str], bool] = {}
    seed = int(generator.integers(2**32))
    if not together:
        returned = reciprocity_test(seen(arcs(grouped)), labels, draws=_DRAWS, seed=seed)
        found["test", "reciprocity"] = returned.p <= _LEVEL
    if twin != "groups":
        anywhere = seen(arcs(np.full(same.shape, _ANYWHERE)))
        try:
            mixed = external_internal_test(anywhere, labels, permutations=_DRAWS, seed=seed)
        except NotEstimable:
            pass
        else:
            found["test", "E-I index"] = mixed.p <= _LEVEL
    panel = Panel.from_matrices([seen(arcs(grouped)) for _ in range(2)], relation="help")
    regressed = wave_on_wave({"help": panel}, labels, permutations=_DRAWS, seed=seed)["p"].dropna()
    terms = regressed.index.get_level_values("term")
    for term, p in zip(terms, regressed, strict=True):
        found["test", f"wave on wave, {term}"] = bool(p <= _LEVEL)

    before = arcs(grouped)
    came = generator.random((2, people)) < _ATTENDANCE
    met = came[:, :, None] & came[:, None, :]
    exposed = np.stack([same, ~same, *met])
    made = [arcs(np.where(there, rate, 0.0)) for there, rate in zip(exposed, RATES.values(), strict=True)]
    at_risk = ~before & ~np.eye(people, dtype=bool) & ~silent[:, None]
    senders, receivers = at_risk.nonzero()
    rates = formation_rates(
        np.any(made, axis=0)[at_risk].astype(float),
        pd.DataFrame(exposed[:, at_risk].T.astype(float), columns=list(RATES)),
        ends=pd.DataFrame({"sender_id": senders, "receiver_id": receivers}),
    )
    for source, lower, upper in zip(rates.sources, rates.lower, rates.upper, strict=True):
        found["interval", source] = bool(lower - _NOTHING <= RATES[source] <= upper)
    found["test", "formation rate above zero"] = bool(rates.lower[-1] > _NOTHING)
    return found


def levels_and_coverage(
    teams: Sequence[int], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the level of every test, and the coverage of the formation rates' intervals, in every twin.

    Parameters
    ----------
    teams : sequence of int
        People in each school; the first of the largest is the one that says nothing.
    seeds, seed : int
        Networks of each twin, and what starts them.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    levels : DataFrame
        index `test`, `twin`: ``networks`` in which there was a test, ``rejected`` at .05, ``share``, ``most``
        (the largest number rejected that is no surprise at .01 if one in twenty is), ``holds``. A test has no
        row for the twin in which what it looks for is there: reciprocity under mutual events, E-I in groups.
    coverage : DataFrame
        index `source`, `twin`: ``truth``, ``networks``, ``covered``, ``share``, ``least`` (the smallest
        number that is no surprise at .01 if 95 of 100 intervals hold the rate), ``holds``.
    """
    parts = []
    for place, twin in enumerate(TWINS):
        drawn = replicated(
            partial(_one, tuple(teams), twin),
            seeds,
            seed=seed + place,
            workers=workers,
            told=f"{told}: {twin}" if told else "",
        )
        parts += [(kind, name, twin, yes) for one in drawn for (kind, name), yes in one.items()]
    found = pd.DataFrame(parts, columns=["kind", "name", "twin", "yes"])
    counts = found.groupby(["kind", "name", "twin"], sort=False)["yes"].agg(["size", "sum"])
    levels = _renamed(counts.xs("test"), "test", "rejected")
    levels["most"] = binom.ppf(0.99, levels["networks"], _LEVEL).astype(int)
    levels["holds"] = levels["rejected"] <= levels["most"]
    coverage = _renamed(counts.xs("interval"), "source", "covered")
    coverage.insert(0, "truth", coverage.index.get_level_values("source").map(RATES).to_numpy(float))
    coverage["least"] = binom.ppf(0.01, coverage["networks"], 1 - _LEVEL).astype(int)
    coverage["holds"] = coverage["covered"] >= coverage["least"]
    return levels, coverage


def _renamed(counts: pd.DataFrame | pd.Series[Any], name: str, of: str) -> pd.DataFrame:
    frame = pd.DataFrame(counts).rename(columns={"size": "networks", "sum": of}).astype(int)
    frame["share"] = frame[of] / frame["networks"]
    return frame.rename_axis([name, "twin"])
