"""The p1 model of a directed network, and the likelihood of independent dyads that it rests on.

Holland & Leinhardt (1981, JASA 76, 33-50) take the pairs {i, j} as independent, with

    P(mutual) ∝ exp(ρ + 2θ + α_i + α_j + β_i + β_j),  P(i → j only) ∝ exp(θ + α_i + β_j),  P(null) ∝ 1,

θ being density, ρ reciprocity, α_i the expansiveness and β_j the popularity of actors, each summing to zero.
The likelihood is concave; it is maximised by Newton's method, to the exact maximum rather than to a number of
rounds of iterative scaling.

**Infinite estimates.** An actor who names nobody has an expansiveness of minus infinity, one who names all
of plus infinity; for those named by nobody or by all the same holds of popularity, and without a mutual dyad
reciprocity is minus infinity. Such estimates are reported as infinite; the ties they make certain say nothing
more; the sums to zero are over the finite ones, as is the density that goes with them. What is left may make
others infinite, which is followed to the end. NaN marks an effect that no open tie speaks of. Where the
maximum lies at infinity along several effects together (as in a network without an asymmetric dyad), none is
reported: that is an error that names them (Geyer 2009, Electronic J. Statistics 3, 259-289).

**Standard errors** come from the information matrix. There are two effects an actor, so that their number
grows with the network and the usual theory for large samples does not hold (Haberman 1981, JASA 76, 60-61);
take them as descriptive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable
from analysis.result import Result
from analysis.tie_models.change_statistics import read_network

__all__ = ["DyadFit", "P1Result", "fit_dyads", "p1", "refuse_infinite"]


_CATEGORIES = ((0, 0), (1, 0), (0, 1), (1, 1))


@dataclass(frozen=True, eq=False)
class DyadFit:
    """Maximum likelihood estimates of a model of independent units with a few possible states each.

    Attributes
    ----------
    estimates : (p,)
    covariance : (p, p), inverse of the information
    log_likelihood : at the maximum
    iterations : Newton steps taken
    """

    estimates: Floats
    covariance: Floats
    log_likelihood: float
    iterations: int


@dataclass(frozen=True, repr=False, eq=False)
class P1Result(Result):
    """A p1 model fitted to a network.

    Attributes
    ----------
    density, density_error : θ and its standard error
    reciprocity, reciprocity_error : ρ and its standard error; minus or plus infinity (error NaN) when no open
        dyad is mutual, or all are
    actors : labels, in the order of the following
    expansiveness, expansiveness_error, popularity, popularity_error : (n,) α and β with standard errors;
        infinite ones and those that cannot be estimated (NaN) have error NaN
    log_likelihood : of the dyads, at the maximum
    g2 : -2 log-likelihood. One observation a dyad: only differences between nested models can be compared
        with chi-squared
    parameters : finite ones that were estimated (sums to zero counted out)
    dyads, missing_dyads : dyads observed in both directions; those left out
    iterations : Newton steps
    """

    density: float
    density_error: float
    reciprocity: float
    reciprocity_error: float
    actors: tuple[str, ...]
    expansiveness: Floats
    expansiveness_error: Floats
    popularity: Floats
    popularity_error: Floats
    log_likelihood: float
    g2: float
    parameters: int
    dyads: int
    missing_dyads: int
    iterations: int

    @property
    def infinite(self) -> pd.DataFrame:
        """The rows of `tidy` whose estimate is infinite, or cannot be had (NaN)."""
        table = self.tidy()
        odd: pd.DataFrame = table.loc[~np.isfinite(table["estimate"])].reset_index(drop=True)
        return odd

    def tidy(self) -> pd.DataFrame:
        """Return one row per effect: term, actor (empty for density and reciprocity), estimate, error."""
        overall = pd.DataFrame(
            {
                "term": ["density", "reciprocity"],
                "actor": ["", ""],
                "estimate": [self.density, self.reciprocity],
                "standard_error": [self.density_error, self.reciprocity_error],
            }
        )
        each = [
            pd.DataFrame({"term": term, "actor": self.actors, "estimate": values, "standard_error": errors})
            for term, values, errors in (
                ("expansiveness", self.expansiveness, self.expansiveness_error),
                ("popularity", self.popularity, self.popularity_error),
            )
        ]
        return pd.concat([overall, *each], ignore_index=True)

    def summary(self) -> str:
        """Return the result as text; infinite estimates are named."""
        lines = [
            "p1 model (Holland & Leinhardt 1981), exact maximum likelihood",
            f"{len(self.actors)} actors, {self.dyads} dyads, {self.missing_dyads} left out as missing",
            f"density {self.density:.4f} ({self.density_error:.4f}), "
            f"reciprocity {self.reciprocity:.4f} ({self.reciprocity_error:.4f})",
            f"log-likelihood {self.log_likelihood:.4f}, G² {self.g2:.4f}, {self.parameters} parameters, "
            f"{self.iterations} iterations",
        ]
        for name, values in (("expansiveness", self.expansiveness), ("popularity", self.popularity)):
            finite = values[np.isfinite(values)]
            if finite.size:
                lines.append(
                    f"{name}: {finite.size} finite, from {finite.min():.3f} to {finite.max():.3f} (sum 0)"
                )
        for term, rows in self.infinite.groupby("term", sort=False):
            for kind, chosen in (
                ("minus infinity", np.isneginf(rows["estimate"])),
                ("plus infinity", np.isposinf(rows["estimate"])),
                ("not estimable (no open tie)", np.isnan(rows["estimate"])),
            ):
                if chosen.any():
                    lines.append(f"{term}, {kind}: {', '.join(rows['actor'][chosen])}".removesuffix(": "))
        return "\n".join(lines)


def p1(matrix: ArrayLike | pd.DataFrame) -> P1Result:
    """Fit the p1 model to a directed network.

    Parameters
    ----------
    matrix : (n, n) array or data frame of 0, 1 and NaN; row sends, column receives. Self-ties are not used;
        a dyad with a missing cell is left out. Memory is about 64 n³ bytes.

    Raises
    ------
    ValueError
        If the matrix is no such network.
    NotEstimable
        If it has no tie or every tie; degrees leave no tie open; or the maximum of the likelihood lies at
        infinity along several effects together, or is not unique (they are named).

    Examples
    --------
    >>> ties = [[0, 1, 0, 1, 0], [0, 0, 1, 1, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]
    >>> p1(ties).tidy().head(2).round(3)
              term actor  estimate  standard_error
    0      density          -0.071           0.776
    1  reciprocity          -1.084           1.582
    """
    actors, values = read_network(matrix)
    size = len(actors)
    rows, columns = np.triu_indices(size, 1)
    kept = ~np.isnan(values[rows, columns] + values[columns, rows])
    missing = int((~kept).sum())
    rows, columns = rows[kept], columns[kept]
    chosen = (values[rows, columns] + 2 * values[columns, rows]).astype(np.int64)
    if not chosen.any() or (chosen == 3).all():
        found = "all are mutual" if chosen.any() else "none has a tie"
        raise NotEstimable(f"of {len(chosen)} dyads observed in both directions {found}; p1 needs both kinds")
    statistics = _p1_statistics(rows, columns, size)
    limits, possible = _settle_infinite(statistics, chosen)
    if (possible.sum(axis=1) == 1).all():
        raise NotEstimable(
            "who names all or nobody, and who is named so, make every tie certain: nothing to fit"
        )
    finite = limits == 0
    expand, names = _free_effects(finite, actors)
    fit = fit_dyads(statistics @ expand, chosen, possible=possible, names=names)
    estimates = np.where(finite, expand @ fit.estimates, limits)
    errors = np.where(finite, np.sqrt(((expand @ fit.covariance) * expand).sum(axis=1)), np.nan)
    return P1Result(
        float(estimates[0]),
        float(errors[0]),
        float(estimates[1]),
        float(errors[1]),
        actors,
        estimates[2 : 2 + size],
        errors[2 : 2 + size],
        estimates[2 + size :],
        errors[2 + size :],
        fit.log_likelihood,
        -2.0 * fit.log_likelihood,
        len(fit.estimates),
        len(chosen),
        missing,
        fit.iterations,
    )


def _p1_statistics(rows: Integers, columns: Integers, size: int) -> Floats:
    """Return what each state of each dyad adds to ties, mutuals, out- and in-degrees: (D, 4, 2 + 2n)."""
    statistics = np.zeros((len(rows), 4, 2 + 2 * size))
    dyads = np.arange(len(rows))
    for state, (forth, back) in enumerate(_CATEGORIES):
        statistics[:, state, 0] = forth + back
        statistics[:, state, 1] = forth * back
        statistics[dyads, state, 2 + rows] = forth
        statistics[dyads, state, 2 + columns] = back
        statistics[dyads, state, 2 + size + columns] = forth
        statistics[dyads, state, 2 + size + rows] = back
    return statistics


def _settle_infinite(statistics: Floats, chosen: Integers) -> tuple[Floats, Flags]:
    """Find the effects that are infinite, and the states they leave possible.

    Returns
    -------
    limits : 0 where the effect can be finite, else plus or minus infinity, or NaN where no open tie speaks of
        it; for density always 0
    possible : (D, 4), which states of a dyad have a probability above 0
    """
    dyads = np.arange(len(chosen))
    limits = np.zeros(statistics.shape[2])
    possible = np.ones(statistics.shape[:2], dtype=bool)
    observed = statistics[dyads, chosen]
    actors, reciprocity = np.arange(2, len(limits)), np.array([1])
    while True:
        for effects in (actors, reciprocity):
            open_effects = effects[limits[effects] == 0]
            layers = statistics[:, :, open_effects]
            lowest = np.where(possible[:, :, None], layers, np.inf).min(axis=1)
            highest = np.where(possible[:, :, None], layers, -np.inf).max(axis=1)
            total = observed[:, open_effects].sum(axis=0)
            low, high = total == lowest.sum(axis=0), total == highest.sum(axis=0)
            limits[open_effects[low]] = -np.inf
            limits[open_effects[high]] = np.inf
            limits[open_effects[low & high]] = np.nan
            fixed = low | high
            possible &= (layers == observed[:, None, open_effects])[:, :, fixed].all(axis=2)
            # Reciprocity waits until the actors are settled: what they make certain is no sign of it.
            if fixed.any():
                break
        else:
            return limits, possible


def _free_effects(finite: Flags, actors: Sequence[str]) -> tuple[Floats, list[str]]:
    """Return the matrix that turns free parameters into effects with sums of zero, and their names."""
    size = len(actors)
    single = [0, 1] if finite[1] else [0]
    unit = np.eye(len(finite))
    blocks, names = [unit[:, single]], ["density", "reciprocity"][: len(single)]
    for start, term in ((2, "expansiveness"), (2 + size, "popularity")):
        found = np.flatnonzero(finite[start : start + size]) + start
        if found.size:
            blocks.append(unit[:, found[:-1]] - unit[:, found[-1:]])
            names += [f"{term} of {actors[effect - start]}" for effect in found[:-1]]
    return np.hstack(blocks), names


def fit_dyads(
    statistics: Floats,
    chosen: Integers,
    *,
    names: Sequence[str],
    possible: Flags | None = None,
    iterations: int = 100,
) -> DyadFit:
    """Maximise the likelihood of independent units whose states have probabilities ∝ exp(statistics · θ).

    Parameters
    ----------
    statistics : (D, C, p), of each state of each unit
    chosen : (D,) the state that was observed
    names : of the p parameters, for messages
    possible : (D, C) which states can be at all; by default every one
    iterations : Newton steps allowed

    Raises
    ------
    NotEstimable
        As `refuse_infinite`; or no convergence: the largest standardised score is still above 1e-10.
    """
    units = np.arange(len(chosen))
    allowed = np.ones(statistics.shape[:2], dtype=bool) if possible is None else possible
    refuse_infinite(statistics, chosen, names=names, possible=allowed)
    # Statistics relative to the observed state: the log-likelihood is then minus a log-sum-exp.
    relative = statistics - statistics[units, chosen][:, None, :]
    flat = relative.reshape(-1, relative.shape[2])

    def evaluate(at: Floats) -> tuple[float, Floats]:
        exponent = np.where(allowed, relative @ at, -np.inf)
        top = exponent.max(axis=1, keepdims=True)
        weight = np.exp(exponent - top)
        total = weight.sum(axis=1, keepdims=True)
        return -float((top + np.log(total)).sum()), weight / total

    estimates = np.zeros(relative.shape[2])
    likelihood, shares = evaluate(estimates)
    for step in range(iterations + 1):
        means = np.einsum("dc,dcp->dp", shares, relative)
        score = -means.sum(axis=0)
        information = (flat * shares.reshape(-1, 1)).T @ flat - means.T @ means
        covariance = np.linalg.inv(information)
        if (np.abs(score) <= 1e-10 * np.sqrt(np.diag(information))).all():
            return DyadFit(estimates, covariance, likelihood, step)
        direction, length = covariance @ score, 1.0
        following = evaluate(estimates + direction)
        # The likelihood is concave, so that some step along Newton's direction raises it (up to rounding).
        while following[0] < likelihood - 1e-10 * abs(likelihood) and length > 1e-6:
            length /= 2
            following = evaluate(estimates + length * direction)
        estimates = estimates + length * direction
        likelihood, shares = following
    raise NotEstimable(f"the fit did not converge in {iterations} Newton steps")


def refuse_infinite(
    statistics: Floats, chosen: Integers, *, names: Sequence[str], possible: Flags | None = None
) -> None:
    """Raise when the likelihood of `fit_dyads` has no finite or no unique maximum.

    It has a finite one unless there is a direction along which no possible state of any unit gains on the
    observed one while some lose: a linear programme finds it (Geyer 2009, section 3).

    Raises
    ------
    NotEstimable
        Naming the parameters that run to infinity together, or saying that some cannot be told apart.
    """
    others = np.ones(statistics.shape[:2], dtype=bool) if possible is None else possible.copy()
    units = np.arange(len(chosen))
    others[units, chosen] = False
    relative = np.unique((statistics - statistics[units, chosen][:, None, :])[others], axis=0)
    if np.linalg.matrix_rank(relative) < len(names):
        raise NotEstimable(
            f"the {len(names)} parameters ({_some(names)}) cannot be told apart on these data: "
            "terms depend linearly on each other, or too few ties are open"
        )
    found = linprog(
        relative.sum(axis=0), A_ub=csr_array(relative), b_ub=np.zeros(len(relative)), bounds=(-1.0, 1.0)
    )
    if found.fun < -1e-6:
        moving = [
            f"{name} towards {'+' if slope > 0 else '-'}infinity"
            for name, slope in zip(names, found.x, strict=True)
            if abs(slope) > 1e-6
        ]
        raise NotEstimable(f"the likelihood has no finite maximum; it rises with {_some(moving)}")


def _some(items: Sequence[str], limit: int = 6) -> str:
    return ", ".join(items[:limit]) + (f" and {len(items) - limit} more" if len(items) > limit else "")
