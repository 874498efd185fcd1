"""Quadratic assignment procedure: correlation (QAP) and regression (MRQAP) of matrices of ties.

Cells that share a sender or a receiver are not independent, so standard errors that count cells as
independent observations are wrong. Permuting the actors of one matrix, rows and columns together, breaks its
relation to the others and keeps its own structure (Hubert 1987; Krackhardt 1987, 1988).

- `qap_correlation`: Pearson correlation of two matrices over cells; the second is permuted.
- `mrqap`, `method="double_semipartialling"`: for each term, the part of its matrix that the other terms do
  not explain by least squares is permuted, y is fitted on it and the other terms, and t statistics, which
  are pivotal, are compared (Dekker, Krackhardt & Snijders 2007).
- `"y_permutation"`: y is permuted; this tests all terms at once, and is invalid for one term where the others
  matter. `"x_permutation"`: the term's matrix itself is permuted, which breaks its relation to the others.

**Intercept.** It is a term like the others, its matrix being constant. Double semi-partialling permutes what
the other terms leave of that constant, as R sna `netlm` does. A constant matrix cannot be permuted: under
`x_permutation` the intercept's p-values are NaN (sna compares rounding errors there).

**Missing cells** (NaN) travel with the matrix that is permuted; each replicate uses the cells observed after
its permutation. Under double semi-partialling that matrix is the residual, observed where every x is.

**Groups.** Where people sit in schools, ties follow the schools, and people of one are no stand-in for people
of another: two matrices that share nothing but the schools look related if everybody changes places with
everybody. With `groups` people change places within their group only. Cells that could not hold
a tie (structural zeros) are NaN in every matrix: with `Possible` of the room of ties, `possible.seen(matrix)`
and ``groups=possible.labels``. A matrix that is the same for all of a group (being of one school) is not
moved by such permutations, which therefore cannot test it.

**p-values** are (1 + b) / (1 + m), b of m replicates being at least as extreme (Phipson & Smyth 2010);
statistics equal up to rounding count as equal. Replicates that cannot be fitted (no convergence, dependent
columns) are left out of b and m, counted in `excluded`, and announced by a RuntimeWarning.

**Streams.** Term number k (intercept 0) draws from stream k of the seed, so that a term added at the end
changes no other term's permutations; `y_permutation` and `qap_correlation` use stream 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.resampling.qap_input import (
    FAMILIES,
    METHODS,
    Family,
    Matrix,
    Method,
    check_cells,
    check_matrices,
    option_faults,
)
from analysis.resampling.qap_kernels import newton_logit, replicate
from analysis.resampling.qap_plans import build_plan, linear_plan, newton_start, orthogonal_basis
from analysis.resampling.qap_results import MRQAP, MRQAPTerm, QAPCorrelation, p_values, sample_deviation

__all__ = ["mrqap", "qap_correlation"]


def qap_correlation(
    first: Matrix,
    second: Matrix,
    *,
    permutations: int = 2000,
    seed: int,
    groups: Sequence[Any] | NDArray[Any] | pd.Series[Any] | None = None,
    self_ties: bool = False,
) -> QAPCorrelation:
    """Correlate two matrices over their cells and test it by permuting the actors of the second.

    Parameters
    ----------
    first, second : (n, n) arrays, or data frames with equal labels in equal order; NaN = missing
    permutations : number of replicates, at least 1
    seed : names the random streams, 0 or more
    groups : a label an actor; permutations stay within groups, and an actor without a label stays in place
    self_ties : whether the diagonal counts

    Raises
    ------
    ValueError
        Naming every fault found: shapes, labels, infinite values, options.
    NotEstimable
        For too few cells, or a matrix without variance.

    Notes
    -----
    Hubert (1987), Assignment Methods in Combinatorial Data Analysis; Krackhardt (1987), Social Networks 9,
    171-186. With missing cells each replicate correlates over the cells observed in the first and in the
    permuted second matrix.

    Examples
    --------
    >>> first = [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]]
    >>> second = [[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]]
    >>> qap_correlation(first, second, permutations=99, seed=1)
    <QAPCorrelation: QAP correlation: 0.7071 …>
    """
    faults = option_faults(permutations, seed)
    checked = check_matrices({"first": first, "second": second}, groups, self_ties, True, faults)
    observed = checked.observed
    check_cells(checked, 2, "linear")
    correlations: Floats = np.atleast_2d(np.corrcoef(checked.layers[:, observed]))
    estimate = float(correlations[0, 1])
    ones = np.ones_like(checked.layers[:1])
    centred = checked.layers[1] - np.nanmean(checked.layers[1][checked.allowed])
    plan = linear_plan(checked, ones, moving=centred, response=checked.layers[0])
    _, statistics, degrees = replicate(plan, checked.members, permutations, seed=seed, stream=0)
    # A correlation is t / sqrt(t² + df); written with angles, an infinite t (a perfect one) gives 1.
    replicates = np.sin(np.arctan2(statistics[:, 0], np.sqrt(np.maximum(degrees, 1))))
    used = replicates[np.isfinite(replicates)]
    tested = p_values("correlation", estimate, used, permutations, level=2)
    return QAPCorrelation(
        estimate,
        *tested,
        permutation_mean=float(used.mean()),
        permutation_sd=sample_deviation(used),
        actors=observed.shape[0],
        observed=int(observed.sum()),
        missing=int((checked.eligible & ~observed).sum()),
        permutations=int(permutations),
        excluded=permutations - used.size,
        seed=int(seed),
    )


def mrqap(
    y: Matrix,
    x: Mapping[str, Matrix],
    *,
    permutations: int = 2000,
    method: Method = "double_semipartialling",
    family: Family = "linear",
    seed: int,
    groups: Sequence[Any] | NDArray[Any] | pd.Series[Any] | None = None,
    self_ties: bool = False,
    directed: bool = True,
) -> MRQAP:
    """Regress a matrix on others, cell by cell, with permutation tests of every term.

    Parameters
    ----------
    y : (n, n) array or data frame; 0 and 1 under logit; NaN = missing
    x : a matrix of the same actors for each name
    permutations : number of replicates a term, at least 1
    method : "double_semipartialling", "y_permutation" or "x_permutation", see the module's notes
    family : "linear" (least squares) or "logit" (maximum likelihood; terms are residualised by least squares)
    seed : names the random streams, 0 or more
    groups : a label an actor; permutations stay within groups, and an actor without a label stays in place
    self_ties : whether the diagonal counts
    directed : if False, each dyad counts once (the upper triangle) and every matrix must be symmetric

    Raises
    ------
    ValueError
        Naming every fault found: shapes, labels, values, options.
    NotEstimable
        For too few cells, matrices without variance, collinear xs; or: the xs fit y exactly; the logistic fit
        does not converge; no replicate could be fitted.

    Notes
    -----
    Dekker, Krackhardt & Snijders (2007), Psychometrika 72, 563-581. Estimates are those of ordinary
    regression over the cells observed in every matrix.

    Examples
    --------
    >>> advice = [[0, 1, 1, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    >>> trust = [[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 1], [0, 1, 1, 0]]
    >>> mrqap(advice, {"trust": trust}, permutations=99, seed=1).tidy()[["term", "estimate"]].round(3)
            term  estimate
    0  intercept     0.400
    1      trust     0.314
    """
    faults = option_faults(permutations, seed)
    for option, value, known in (("method", method, tuple(METHODS)), ("family", family, FAMILIES)):
        if value not in known:
            faults.append(f"{option} is {value!r}, allowed are {', '.join(map(repr, known))}")
    if not isinstance(x, Mapping) or not x:
        faults.append("x must be a dictionary {name: matrix} with at least one entry")
    xs = {str(name): matrix for name, matrix in x.items()} if isinstance(x, Mapping) else {}
    if "intercept" in xs:
        faults.append("an x is named 'intercept', which is the name of the constant term: rename it")
    matrices = {"y": y, **{f"x {name!r}": matrix for name, matrix in xs.items()}}
    checked = check_matrices(matrices, groups, self_ties, directed, faults)
    check_cells(checked, len(matrices), family)

    outcome = checked.layers[0]
    layers = np.concatenate([np.ones_like(checked.layers[:1]), checked.layers[1:]])
    fit = _fit(layers[:, checked.observed].T, outcome[checked.observed], family)
    terms = []
    everything = None
    for position, name in enumerate(["intercept", *xs]):
        if method == "y_permutation":
            if everything is None:
                plan = build_plan(checked, layers, outcome, family, None, method)
                everything = replicate(plan, checked.members, permutations, seed=seed, stream=0)
            estimates, statistics = everything[0][:, position], everything[1][:, position]
        elif method == "x_permutation" and position == 0:
            estimates = statistics = np.empty(0)
        else:
            plan = build_plan(checked, layers, outcome, family, position, method)
            replicates = replicate(plan, checked.members, permutations, seed=seed, stream=position)
            estimates, statistics = replicates[0][:, 0], replicates[1][:, 0]
        terms.append(_term(name, fit, position, estimates, statistics, permutations))
    return MRQAP(
        terms=tuple(terms),
        actors=outcome.shape[0],
        observed=int(checked.observed.sum()),
        missing=int((checked.eligible & ~checked.observed).sum()),
        method=method,
        family=family,
        permutations=int(permutations),
        seed=int(seed),
        groups=len(checked.members),
        self_ties=self_ties,
        directed=directed,
        **fit.quality,
    )


@dataclass(frozen=True)
class _Fit:
    estimates: Floats
    standard_errors: Floats
    quality: dict[str, Any]


def _fit(design: Floats, response: Floats, family: str) -> _Fit:
    """Fit y as observed: (cells, k) design, by QR."""
    cells, size = design.shape
    basis, triangle = orthogonal_basis(design)
    inverse = solve_triangular(triangle, np.eye(size))
    if family == "linear":
        coefficients = basis.T @ response / cells
        residual = float(((response - basis @ coefficients) ** 2).sum())
        total = float(((response - response.mean()) ** 2).sum())
        if residual <= 1e-12 * total:
            raise NotEstimable("the xs fit y exactly: without residuals there is no t statistic to compare")
        share = 1.0 - residual / total
        quality = {
            "r_squared": share,
            "adjusted_r_squared": 1.0 - (1.0 - share) * (cells - 1) / (cells - size),
        }
        spread = np.sqrt((inverse**2).sum(axis=1) * residual / (cells - size) / cells)
        return _Fit(solve_triangular(triangle, coefficients), spread, quality)
    coefficients, factor = newton_start(basis, float(response.mean())), np.empty((size, size))
    everywhere = np.ones(cells, dtype=np.bool_)
    converged, likelihood = newton_logit(
        np.ascontiguousarray(basis), response, everywhere, coefficients, factor
    )
    if not converged:
        raise NotEstimable(
            "the logistic regression of y on the xs does not converge; most often some combination of "
            "the xs separates the ones of y from its zeros, and a coefficient is infinite"
        )
    mean = response.mean()
    null = cells * (mean * np.log(mean) + (1.0 - mean) * np.log(1.0 - mean))
    spread = np.sqrt((solve_triangular(np.tril(factor), inverse.T, lower=True) ** 2).sum(axis=0))
    quality = {
        "log_likelihood": likelihood,
        "deviance": -2.0 * likelihood,
        "aic": -2.0 * likelihood + 2.0 * size,
        "mcfadden": float(1.0 - likelihood / null),
    }
    return _Fit(inverse @ coefficients, spread, quality)


def _term(
    name: str, fit: _Fit, position: int, estimates: Floats, statistics: Floats, permutations: int
) -> MRQAPTerm:
    """Compare one term's statistic with its replicates; none at all (nothing to permute) gives NaN."""
    estimate = float(fit.estimates[position])
    standard_error = float(fit.standard_errors[position])
    used = ~np.isnan(statistics)
    statistic = estimate / standard_error
    nothing = statistics.size == 0
    tested = (np.nan, np.nan, np.nan, np.nan)
    if not nothing:
        tested = p_values(name, statistic, statistics[used], permutations, level=3)
    return MRQAPTerm(
        name,
        estimate,
        standard_error,
        statistic,
        *tested,
        permutation_sd=sample_deviation(estimates[used]),
        statistic_permutation_sd=sample_deviation(statistics[used & np.isfinite(statistics)]),
        excluded=0 if nothing else int(permutations - used.sum()),
    )
