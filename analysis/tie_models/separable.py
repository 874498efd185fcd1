"""Two waves seen apart: what makes ties form, and what makes them last, with intervals from simulation.

A separable temporal model (Krivitsky & Handcock 2014, JRSS B 76, 29-46) lets formation and persistence go
their own ways from one wave to the next: the formation network holds every tie of either wave, and only pairs
without a tie before are free in it; the persistence network holds the ties of both waves, and only pairs with
a tie before are free. Each is an exponential random graph given the first wave. Estimates here are those of
the pseudo-likelihood (logistic regression on change statistics), whose own standard errors are too small
where ties depend on each other. So the intervals come from a parametric bootstrap (Schmid & Desmarais 2017,
arXiv:1708.02598): networks are drawn from the fitted model by Gibbs sampling over the free pairs, the model
is fitted to each, and the bias-corrected middle of those estimates (Efron 1981, Canadian J. Statistics 9,
139-172) is the interval. In a small network some draws have no finite estimate; they count as running to
infinity, never as left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable, require_count, require_level, require_one_of
from analysis.resampling.monte_carlo import bias_corrected_interval, p_value
from analysis.result import Result
from analysis.tie_models.change_statistics import Term, change_statistics, read_network

__all__ = ["PARTS", "Part", "SeparablePart", "goodness_of_draws", "separable"]

Part = Literal["formation", "persistence"]
PARTS: tuple[Part, ...] = get_args(Part)

_TRIADIC = ("gwesp", "transitive_ties")
_SUITED = ("edges", "mutual", "sender", "receiver", "match", "edge_covariate", *_TRIADIC)
_INFINITE = 15.0
"""Log odds, at a term's largest change statistic, beyond which an estimate counts as running to infinity."""


@dataclass(frozen=True, repr=False, eq=False)
class SeparablePart(Result):
    """The formation or the persistence part of a separable model.

    Attributes
    ----------
    part : {"formation", "persistence"}
    terms : tuple of str
        In the order asked for.
    estimates : ndarray of shape (k,)
        Log odds of forming (or keeping) a tie per unit of the change statistic; ±inf where ties and non-ties
        are separated.
    lower, upper : ndarray of shape (k,)
        Bias-corrected percentile interval of the bootstrap.
    naive_errors : ndarray of shape (k,)
        Standard errors of the logistic regression, too small where ties depend on each other.
    pairs, ties : int
        Free pairs observed in both waves, and those with a tie in the later.
    infinite : int
        Bootstrap replicates of which an estimate ran to infinity.
    replicates, seed : int
    level : float
    goodness : DataFrame
        How the network looks beside those drawn for the bootstrap (`goodness_of_draws`).
    """

    part: Part
    terms: tuple[str, ...]
    estimates: Floats
    lower: Floats
    upper: Floats
    naive_errors: Floats
    pairs: int
    ties: int
    infinite: int
    replicates: int
    seed: int
    level: float
    goodness: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per term."""
        return pd.DataFrame(
            {
                "part": self.part,
                "term": self.terms,
                "estimate": self.estimates,
                "lower": self.lower,
                "upper": self.upper,
                "naive_error": self.naive_errors,
            }
        )

    def summary(self) -> str:
        """Return the terms under a line on the data."""
        return "\n".join(
            [
                f"{self.part}: {self.ties} ties of {self.pairs} free pairs; {self.replicates} replicates, "
                f"{self.infinite} of them without finite estimates; {self.level:.0%} intervals",
                self.tidy().to_string(index=False, float_format="{:.3f}".format),
            ]
        )


def separable(
    before: npt.ArrayLike | pd.DataFrame,
    after: npt.ArrayLike | pd.DataFrame,
    terms: Mapping[str, Term],
    part: Part,
    *,
    level: float = 0.95,
    replicates: int = 500,
    sweeps: int = 30,
    directed: bool = True,
    seed: int,
) -> SeparablePart:
    """Fit one part of a separable temporal model.

    Parameters
    ----------
    before, after : (n, n) arrays or data frames of 0, 1 and NaN (missing)
        Row sends, column receives.
    terms : mapping of str to Term
        Named terms of `change_statistics`: `edges`, `mutual`, `sender`, `receiver`, `match`,
        `edge_covariate`, `gwesp`, `transitive_ties`. `edges` is the constant and is not added by itself.
    part : {"formation", "persistence"}
        Of pairs without a tie before, or of ties there before.
    level : float
        Of the intervals.
    replicates : int
        Networks drawn for the bootstrap.
    sweeps : int
        Times every free pair is drawn anew before a network counts as drawn, starting from the observed one.
    directed : bool
        If False, both waves must be symmetric, each pair is one tie, and `mutual`, `sender` and `receiver`
        are no terms.
    seed : int
        Starts the draws.

    Raises
    ------
    ValueError
        With every fault: matrices that are no networks of the same actors, no term or an unsuited one.
    NotEstimable
        For no free pair with a tie or none without, or terms that depend linearly on each other over the free
        pairs.

    Notes
    -----
    Pairs not observed in both waves are not free; where statistics of other pairs are built on them they
    count as absent, and `mutual` as not returned, unless the wave that was observed settles it: the formation
    network holds a tie seen in either wave. In the first wave a tie that is missing counts as absent.
    """
    names, first = read_network(before, directed=directed)
    later, second = read_network(after, directed=directed)
    labelled = isinstance(before, pd.DataFrame) and isinstance(after, pd.DataFrame)
    require_one_of("part", part, PARTS)
    require_level(level)
    require_count("replicates", replicates, 20)
    require_count("sweeps", sweeps)
    _check(first, second, terms, same=not labelled or names == later, directed=directed)
    seen = ~np.isnan(first) & ~np.isnan(second) & ~np.eye(len(first), dtype=bool)
    early, late = np.nan_to_num(first) == 1, np.nan_to_num(second) == 1
    formation = part == "formation"
    network = (early | late if formation else early & late).astype(np.float64)
    free = seen & (~early if formation else early)
    if not directed:
        free = np.triu(free)
    outcome = network[free]
    if not 0 < outcome.sum() < len(outcome):
        found = "every" if outcome.any() else "no"
        raise NotEstimable(f"{part}: {found} free pair has a tie in the later wave; needed: some and not all")
    design = _design(network, terms, free)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEstimable(
            f"{part}: over the free pairs the terms {', '.join(terms)} depend on each other; drop one"
        )
    estimates, errors = _logistic(design, outcome)
    drawn = np.empty((replicates, len(terms)))
    networks = np.empty((replicates, *network.shape), dtype=bool)
    bounded = np.sign(estimates) * _INFINITE / np.abs(design).max(axis=0)
    fixed, weight, triadic = _parts(network, terms, np.where(np.isinf(estimates), bounded, estimates))
    cells = np.argwhere(free)
    generator = np.random.default_rng(seed)
    for replicate in range(replicates):
        order = _order(cells, sweeps, generator)
        uniform = generator.random(len(order))
        simulated = _sampled(network, fixed, weight, triadic, order, uniform, directed)
        networks[replicate] = simulated == 1
        drawn[replicate] = _logistic(_design(simulated, terms, free), simulated[free])[0]
    ends = [bias_corrected_interval(drawn[:, k], estimates[k], level) for k in range(len(terms))]
    lower, upper = np.array(ends).T
    return SeparablePart(
        part,
        tuple(terms),
        estimates,
        lower,
        upper,
        errors,
        len(outcome),
        int(outcome.sum()),
        int(np.isinf(drawn).any(axis=1).sum()),
        replicates,
        seed,
        level,
        goodness_of_draws(network == 1, networks, directed=directed),
    )


def goodness_of_draws(network: Flags, networks: Flags, *, directed: bool = True) -> pd.DataFrame:
    """Compare a network with networks drawn from a model, in what no term of the model need give.

    Parameters
    ----------
    network : ndarray of bool, shape (n, n)
    networks : ndarray of bool, shape (draws, n, n)
    directed : bool
        If False, degrees are of one kind, and each tie counts once.

    Returns
    -------
    DataFrame
        index `aspect` (out-degree and in-degree, or degree: people by how many they name, and are named by;
        shared partners: ties i → k by how many j there are with i → j → k) and `count` (0, 1, 2, …; the last
        holds those of as many and more); ``observed``, ``mean``, ``lower`` and ``upper`` (95 % of the
        draws), and ``p`` of the whole aspect: the share of draws at least as far from the mean of all, by
        Mahalanobis distance (Hunter, Goodreau & Handcock 2008, Journal of the American Statistical
        Association 103, 248-258, for the aspects; Lospinoso & Snijders 2019, Methodological Innovations 12,
        for the distance).

    Examples
    --------
    >>> draws = np.random.default_rng(1).random((200, 9, 9)) < 0.3
    >>> draws &= ~np.eye(9, dtype=bool)
    >>> found = goodness_of_draws(draws[0], draws)
    >>> float(found.loc["out-degree", "observed"].sum())
    9.0
    """
    counted = [
        _aspects(network.astype(float), directed),
        *(_aspects(one.astype(float), directed) for one in networks),
    ]
    frames = {}
    for aspect in counted[0]:
        # Counts above the largest that one draw in twenty has say nothing one by one.
        largest = int(max(np.percentile([one[aspect].max(initial=0) for one in counted], 95), 1))
        tables = np.array(
            [
                np.bincount(np.minimum(one[aspect].astype(int), largest), minlength=largest + 1)
                for one in counted
            ],
            dtype=float,
        )
        observed, draws = tables[0], tables[1:]
        lower, upper = np.percentile(draws, [2.5, 97.5], axis=0)
        inverse = np.linalg.pinv(np.cov(draws, rowvar=False))
        apart = tables - draws.mean(axis=0)
        distances = np.einsum("ij,jk,ik->i", apart, inverse, apart)
        frames[aspect] = pd.DataFrame(
            {
                "observed": observed,
                "mean": draws.mean(axis=0),
                "lower": lower,
                "upper": upper,
                "p": p_value(distances[1:], distances[0], "greater"),
            }
        )
    return pd.concat(frames, names=["aspect", "count"])


def _aspects(ties: Floats, directed: bool) -> dict[str, Floats]:
    """Return the degree of each actor, and the shared partners of each tie."""
    partners = (ties @ ties)[(ties if directed else np.triu(ties)) == 1]
    if not directed:
        return {"degree": ties.sum(axis=1), "shared partners": partners}
    return {"out-degree": ties.sum(axis=1), "in-degree": ties.sum(axis=0), "shared partners": partners}


def _check(
    first: Floats,
    second: Floats,
    terms: Mapping[str, Term],
    *,
    same: bool,
    directed: bool,
) -> None:
    faults = []
    if first.shape != second.shape:
        faults.append(f"found waves of {len(first)} and {len(second)} actors; allowed: the same actors")
    elif not same:
        faults.append("the waves carry different labels, or an order of their own; allowed: the same actors")
    if not isinstance(terms, Mapping) or not terms:
        faults.append("terms must be a dictionary {name: term} with at least one entry")
    else:
        kinds = {name: term.kind if isinstance(term, Term) else "no term" for name, term in terms.items()}
        suited = _SUITED if directed else tuple(kind for kind in _SUITED if Term(kind).undirected)
        unsuited = [f"{name!r} ({kind})" for name, kind in kinds.items() if kind not in suited]
        if unsuited:
            faults.append(f"found {', '.join(unsuited)}; allowed: {', '.join(suited)}")
        if sum(kind in _TRIADIC for kind in kinds.values()) > 1:
            faults.append("found two terms of shared partners; allowed: one")
    if faults:
        raise ValueError("\n".join(faults))


def _design(network: Floats, terms: Mapping[str, Term], free: Flags) -> Floats:
    return np.stack([change_statistics(network, term)[free] for term in terms.values()], axis=1)


def _logistic(design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Return estimates and standard errors; ±inf, and NaN, where an estimate runs off.

    Newton's method; the usual library warns or raises where ties and non-ties are separated, which in a
    bootstrap is a result like any other.
    """
    size = design.shape[1]
    if not 0 < outcome.sum() < len(outcome) or np.linalg.matrix_rank(design) < size:
        return np.full(size, np.inf if outcome.all() else -np.inf), np.full(size, np.nan)
    scale = np.abs(design).max(axis=0)
    design = design / scale
    found = np.zeros(size)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.lstsq(information, design.T @ (outcome - chance), rcond=None)[0]
        found = found + step * min(1.0, 5.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9 or np.abs(found).max() > 4 * _INFINITE:
            break
    off = np.abs(found) > _INFINITE
    # Cells whose odds are infinite tell nothing of the other terms.
    errors = np.sqrt(np.diag(np.linalg.pinv(information, rcond=1e-9, hermitian=True)))
    return (
        np.where(off, np.copysign(np.inf, found), found / scale),
        np.where(off, np.nan, errors / scale),
    )


def _parts(
    network: Floats, terms: Mapping[str, Term], estimates: Floats
) -> tuple[Floats, float, tuple[float, float]]:
    """Return what the log odds of a tie are made of: a fixed part a cell, mutuality, shared partners."""
    fixed = np.zeros_like(network)
    mutual, partners, decay = 0.0, 0.0, 0.0
    for term, estimate in zip(terms.values(), estimates, strict=True):
        if term.kind == "mutual":
            mutual += float(estimate)
        elif term.kind in _TRIADIC:
            partners = float(estimate)
            decay = -math.expm1(-(term.decay or 0.0)) if term.kind == "gwesp" else 0.0
        else:
            fixed += estimate * change_statistics(network, term)
    return fixed, mutual, (partners, decay)


def _order(
    cells: npt.NDArray[np.int64], sweeps: int, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return every cell once a sweep, in an order of the sweep's own."""
    places = generator.permuted(np.tile(np.arange(len(cells)), (sweeps, 1)), axis=1)
    found: npt.NDArray[np.int64] = cells[places.ravel()]
    return found


@numba.njit(cache=True)
def _sampled(
    network: Floats,
    fixed: Floats,
    mutual: float,
    triadic: tuple[float, float],
    order: npt.NDArray[np.int64],
    uniform: Floats,
    directed: bool = True,
) -> Floats:  # pragma: no cover - compiled
    """Return a network drawn by Gibbs sampling: each listed pair again, given the rest."""
    ties = network.copy()
    size = len(ties)
    partners, decay = triadic
    paths = ties @ ties
    for step in range(len(order)):
        i, j = order[step, 0], order[step, 1]
        was = ties[i, j] == 1.0
        odds = fixed[i, j] + mutual * ties[j, i]
        if partners != 0.0:
            earned = paths[i, j] if decay == 1.0 else (1.0 - decay ** paths[i, j]) / (1.0 - decay)
            for k in range(size):
                if k in (i, j):
                    continue
                if ties[j, k] == 1.0 and ties[i, k] == 1.0:
                    earned += decay ** (paths[i, k] - 1.0 if was else paths[i, k])
                if ties[k, i] == 1.0 and ties[k, j] == 1.0:
                    earned += decay ** (paths[k, j] - 1.0 if was else paths[k, j])
            odds += partners * earned
        now = uniform[step] < 1.0 / (1.0 + math.exp(-odds))
        if now != was:
            change = 1.0 if now else -1.0
            ties[i, j] = 1.0 if now else 0.0
            if not directed:
                ties[j, i] = ties[i, j]
            for k in range(size):
                if k != i and k != j:
                    if ties[j, k] == 1.0:
                        paths[i, k] += change
                        if not directed:
                            paths[k, i] += change
                    if ties[k, i] == 1.0:
                        paths[k, j] += change
                        if not directed:
                            paths[j, k] += change
    return ties
