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

**p-values** are (1 + b) / (1 + m), b of m replicates being at least as extreme (Phipson & Smyth 2010);
statistics equal up to rounding count as equal. Replicates that cannot be fitted (no convergence, dependent
columns) are left out of b and m, counted in `excluded`, and announced by a RuntimeWarning.

**Streams.** Term number k (intercept 0) draws from stream k of the seed, so that a term added at the end
changes no other term's permutations; `y_permutation` and `qap_correlation` use stream 0.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from analysis.inference.qap_kernels import LinearPlan, LogitPlan, newton_logit, replicate

__all__ = ["MRQAP", "MRQAPTerm", "QAPCorrelation", "mrqap", "qap_correlation"]

Floats = NDArray[np.float64]
Matrix = NDArray[Any] | pd.DataFrame
Method = Literal["double_semipartialling", "y_permutation", "x_permutation"]
Family = Literal["linear", "logit"]
METHODS = {
    "double_semipartialling": "double semi-partialling (Dekker, Krackhardt & Snijders 2007)",
    "y_permutation": "permutation of y",
    "x_permutation": "permutation of each x",
}
FAMILIES = ("linear", "logit")
P_COLUMNS = ["p", "p_greater", "p_less", "p_error"]
TIDY = ["term", "estimate", "standard_error", "statistic", *P_COLUMNS, "permutation_sd"]


@dataclass(frozen=True)
class QAPCorrelation:
    """Correlation of two matrices with its permutation test.

    Attributes
    ----------
    estimate : Pearson correlation over the observed cells
    p, p_greater, p_less : two-sided (|r*| >= |r|) and one-sided p-values
    p_error : Monte Carlo standard error of p, sqrt(p (1 - p) / m)
    permutation_mean, permutation_sd : of the correlation over the replicates
    actors, observed, missing : number of actors, of cells observed in both matrices, of cells that are not
    permutations, excluded : replicates asked for, and how many of them could not be computed
    """

    estimate: float
    p: float
    p_greater: float
    p_less: float
    p_error: float
    permutation_mean: float
    permutation_sd: float
    actors: int
    observed: int
    missing: int
    permutations: int
    excluded: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row: estimate, p-values and the spread of the permutation distribution."""
        names = ["estimate", "p", "p_greater", "p_less", "p_error", "permutation_mean", "permutation_sd"]
        return pd.DataFrame([{"term": "correlation", **{name: getattr(self, name) for name in names}}])

    def summary(self) -> str:
        """Return the result as a few lines of text."""
        return (
            f"QAP correlation: {self.estimate:.4f}\n"
            f"{self.actors} actors, {self.observed} cells observed, {self.missing} missing\n"
            f"p = {self.p:.3g} (Monte Carlo error {self.p_error:.2g}); "
            f"greater {self.p_greater:.3g}, less {self.p_less:.3g}\n"
            f"{self.permutations} permutations (seed {self.seed}, {self.excluded} excluded): "
            f"mean {self.permutation_mean:.4f}, SD {self.permutation_sd:.4f}"
        )


@dataclass(frozen=True)
class MRQAPTerm:
    """One term of a regression of matrices.

    Attributes
    ----------
    term : its name
    estimate, standard_error, statistic : coefficient, its classical standard error, and their ratio (t; z
        under logit). The standard error takes cells as independent: it scales the statistic, no more.
    p, p_greater, p_less : permutation p-values, two-sided and one-sided
    p_error : Monte Carlo standard error of p
    permutation_sd : standard deviation of the coefficient over the replicates
    statistic_permutation_sd : the same for the statistic
    excluded : replicates that could not be fitted
    """

    term: str
    estimate: float
    standard_error: float
    statistic: float
    p: float
    p_greater: float
    p_less: float
    p_error: float
    permutation_sd: float
    statistic_permutation_sd: float
    excluded: int


@dataclass(frozen=True)
class MRQAP:
    """Regression of a matrix on others with permutation tests; `result["name"]` gives a term.

    Attributes
    ----------
    terms : the intercept, then the xs in their order
    actors, observed, missing : number of actors, of cells observed in every matrix, of cells that are not
    r_squared, adjusted_r_squared : linear only, else None
    log_likelihood, deviance, aic, mcfadden : logit only, else None; mcfadden = 1 - logL / logL(intercept)
    method, family, permutations, seed, groups, self_ties, directed : as asked for; `groups` is their number
    """

    terms: tuple[MRQAPTerm, ...]
    actors: int
    observed: int
    missing: int
    method: str
    family: str
    permutations: int
    seed: int
    groups: int
    self_ties: bool
    directed: bool
    r_squared: float | None = None
    adjusted_r_squared: float | None = None
    log_likelihood: float | None = None
    deviance: float | None = None
    aic: float | None = None
    mcfadden: float | None = None

    def __getitem__(self, term: str) -> MRQAPTerm:
        """Return the term of that name; KeyError names those there are."""
        for candidate in self.terms:
            if candidate.term == term:
                return candidate
        raise KeyError(f"no term {term!r}; there are {[candidate.term for candidate in self.terms]}")

    def tidy(self) -> pd.DataFrame:
        """Return one row a term: estimate, standard error, statistic, p-values, permutation SD."""
        return pd.DataFrame([asdict(term) for term in self.terms])[TIDY]

    def summary(self) -> str:
        """Return a table of the terms under a few lines on the data and the test."""
        fit = ", ".join(
            f"{name} = {value:.4f}"
            for name, value in [
                ("R²", self.r_squared),
                ("adjusted R²", self.adjusted_r_squared),
                ("log-likelihood", self.log_likelihood),
                ("deviance", self.deviance),
                ("AIC", self.aic),
                ("McFadden R²", self.mcfadden),
            ]
            if value is not None
        )
        excluded = ", ".join(f"{term.term} {term.excluded}" for term in self.terms if term.excluded)
        lines = [
            f"MRQAP ({self.family}), {METHODS[self.method]}",
            f"{self.actors} actors, {self.observed} {'cells' if self.directed else 'dyads'} observed, "
            f"{self.missing} missing, self-ties {'counted' if self.self_ties else 'left out'}",
            f"{self.permutations} permutations (seed {self.seed})"
            + (f" within {self.groups} groups" if self.groups > 1 else ""),
            fit,
            "",
            self.tidy().to_string(
                index=False,
                float_format="{:.4f}".format,
                formatters=dict.fromkeys(P_COLUMNS, "{:.3g}".format),
            ),
        ]
        return "\n".join(lines + ([f"Replicates that could not be fitted: {excluded}"] if excluded else []))


@dataclass(frozen=True)
class _Checked:
    """Matrices as (k, n, n) floats, the cells that count, the actors of each group."""

    names: list[str]
    layers: Floats
    allowed: NDArray[np.bool_]
    eligible: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    members: list[NDArray[np.int64]]
    directed: bool


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
    groups : a label an actor; permutations stay within groups
    self_ties : whether the diagonal counts

    Raises
    ------
    ValueError
        Naming every fault found: shapes, labels, infinite values, no variance, too few cells, options.

    Notes
    -----
    Hubert (1987), Assignment Methods in Combinatorial Data Analysis; Krackhardt (1987), Social Networks 9,
    171-186. With missing cells each replicate correlates over the cells observed in the first and in the
    permuted second matrix.
    """
    faults = _option_faults(permutations, seed)
    checked = _check({"first": first, "second": second}, groups, self_ties, True, faults)
    observed = checked.observed
    _check_cells(checked, 2, "linear")
    correlations: Floats = np.atleast_2d(np.corrcoef(checked.layers[:, observed]))
    estimate = float(correlations[0, 1])
    ones = np.ones_like(checked.layers[:1])
    centred = checked.layers[1] - np.nanmean(checked.layers[1][checked.allowed])
    plan = _linear_plan(checked, ones, moving=centred, response=checked.layers[0])
    _, statistics, degrees = replicate(plan, checked.members, permutations, seed=seed, stream=0)
    # A correlation is t / sqrt(t² + df); written with angles, an infinite t (a perfect one) gives 1.
    replicates = np.sin(np.arctan2(statistics[:, 0], np.sqrt(np.maximum(degrees, 1))))
    used = replicates[np.isfinite(replicates)]
    p_values = _p_values("correlation", estimate, used, permutations, level=2)
    return QAPCorrelation(
        estimate,
        *p_values,
        permutation_mean=float(used.mean()),
        permutation_sd=_deviation(used),
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
    groups : a label an actor; permutations stay within groups
    self_ties : whether the diagonal counts
    directed : if False, each dyad counts once (the upper triangle) and every matrix must be symmetric

    Raises
    ------
    ValueError
        Naming every fault found: shapes, labels, values, no variance, collinear xs, too few cells, options;
        or: the xs fit y exactly; the logistic fit does not converge; no replicate could be fitted.

    Notes
    -----
    Dekker, Krackhardt & Snijders (2007), Psychometrika 72, 563-581. Estimates are those of ordinary
    regression over the cells observed in every matrix.
    """
    faults = _option_faults(permutations, seed)
    for option, value, known in (("method", method, tuple(METHODS)), ("family", family, FAMILIES)):
        if value not in known:
            faults.append(f"{option} is {value!r}, allowed are {', '.join(map(repr, known))}")
    if not isinstance(x, Mapping) or not x:
        faults.append("x must be a dictionary {name: matrix} with at least one entry")
    xs = {str(name): matrix for name, matrix in x.items()} if isinstance(x, Mapping) else {}
    if "intercept" in xs:
        faults.append("an x is named 'intercept', which is the name of the constant term: rename it")
    matrices = {"y": y, **{f"x {name!r}": matrix for name, matrix in xs.items()}}
    checked = _check(matrices, groups, self_ties, directed, faults)
    _check_cells(checked, len(matrices), family)

    outcome = checked.layers[0]
    layers = np.concatenate([np.ones_like(checked.layers[:1]), checked.layers[1:]])
    fit = _fit(layers[:, checked.observed].T, outcome[checked.observed], family)
    terms = []
    everything = None
    for position, name in enumerate(["intercept", *xs]):
        if method == "y_permutation":
            if everything is None:
                plan = _build(checked, layers, outcome, family, None, method)
                everything = replicate(plan, checked.members, permutations, seed=seed, stream=0)
            estimates, statistics = everything[0][:, position], everything[1][:, position]
        elif method == "x_permutation" and position == 0:
            estimates = statistics = np.empty(0)
        else:
            plan = _build(checked, layers, outcome, family, position, method)
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


def _basis(design: Floats) -> tuple[Floats, Floats]:
    """Return orthogonal columns of root mean square 1 that span the design's, and R: design = basis @ R."""
    basis, triangle = qr(design, mode="economic", check_finite=False)
    root = np.sqrt(design.shape[0])
    return basis * root, triangle / root


def _fit(design: Floats, response: Floats, family: str) -> _Fit:
    """Fit y as observed: (cells, k) design, by QR."""
    cells, size = design.shape
    basis, triangle = _basis(design)
    inverse = solve_triangular(triangle, np.eye(size))
    if family == "linear":
        coefficients = basis.T @ response / cells
        residual = float(((response - basis @ coefficients) ** 2).sum())
        total = float(((response - response.mean()) ** 2).sum())
        if residual <= 1e-12 * total:
            raise ValueError("the xs fit y exactly: without residuals there is no t statistic to compare")
        share = 1.0 - residual / total
        quality = {
            "r_squared": share,
            "adjusted_r_squared": 1.0 - (1.0 - share) * (cells - 1) / (cells - size),
        }
        spread = np.sqrt((inverse**2).sum(axis=1) * residual / (cells - size) / cells)
        return _Fit(solve_triangular(triangle, coefficients), spread, quality)
    coefficients, factor = _start(basis, float(response.mean())), np.empty((size, size))
    everywhere = np.ones(cells, dtype=np.bool_)
    converged, likelihood = newton_logit(
        np.ascontiguousarray(basis), response, everywhere, coefficients, factor
    )
    if not converged:
        raise ValueError(
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


def _start(basis: Floats, mean: float) -> Floats:
    """Start Newton's method at the constant that fits the mean of y."""
    start: Floats = basis.sum(axis=0) * np.log(mean / (1.0 - mean)) / basis.shape[0]
    return start


def _build(
    checked: _Checked, layers: Floats, outcome: Floats, family: str, term: int | None, method: str
) -> LinearPlan | LogitPlan:
    """Say what moves and what stays for one term, or for all at once when y moves (`term` is None)."""
    make = _linear_plan if family == "linear" else _logit_plan
    if term is None:
        return make(checked, layers, moving=outcome, response=None)
    others = np.delete(layers, term, axis=0)
    moving = layers[term] if term == 0 else layers[term] - np.nanmean(layers[term][checked.allowed])
    if method == "double_semipartialling":
        known = checked.eligible & ~np.isnan(layers).any(axis=0)
        basis, triangle = _basis(others[:, known].T)
        slopes = solve_triangular(triangle, basis.T @ moving[known] / basis.shape[0])
        moving = moving - np.tensordot(slopes, others, axes=1)
    return make(checked, others, moving=moving, response=outcome)


def _linear_plan(checked: _Checked, fixed: Floats, *, moving: Floats, response: Floats | None) -> LinearPlan:
    """Express what stays in orthogonal columns over its observed cells; without `response`, y moves."""
    size = fixed.shape[0]
    inside, basis, triangle = _fixed_basis(checked, fixed, response)
    columns = np.zeros((size if response is None else size + 1, *inside.shape))
    columns[:size, inside] = basis.T
    centre, scale = 0.0, 1.0
    if response is None:
        # Moving y about its mean keeps digits; the mean is given back to the intercept, the first term.
        centre = float(np.nanmean(moving[checked.allowed]))
        transform = solve_triangular(triangle, np.eye(size))
    else:
        values = response[inside]
        columns[size, inside] = values - basis @ (basis.T @ values) / values.size
        scale = _root_mean_square(moving[checked.allowed])
        transform = np.eye(size + 1)[-1:] / scale
    return LinearPlan(
        moving=np.where(checked.allowed, (moving - centre) / scale, 0.0),
        columns=columns,
        position=size,
        inside=inside,
        eligible=checked.eligible,
        upper=not checked.directed,
        transform=np.ascontiguousarray(transform),
        offset=np.eye(transform.shape[0])[0] * centre,
    )


def _logit_plan(checked: _Checked, fixed: Floats, *, moving: Floats, response: Floats | None) -> LogitPlan:
    """As `_linear_plan`, with the design laid out cell by cell."""
    size = fixed.shape[0]
    inside, basis, triangle = _fixed_basis(checked, fixed, response)
    cells = basis.shape[0]
    scale = 1.0
    if response is None:
        design, values = basis, np.zeros(cells)
        start = _start(basis, float(moving[checked.observed].mean()))
        transform = solve_triangular(triangle, np.eye(size))
    else:
        scale = _root_mean_square(moving[checked.allowed])
        design, values = np.column_stack([basis, np.zeros(cells)]), response[inside]
        start = np.append(_start(basis, float(values.mean())), 0.0)
        transform = np.eye(size + 1)[-1:] / scale
    return LogitPlan(
        moving=np.ascontiguousarray(moving / scale),
        cells=np.argwhere(inside),
        design=np.ascontiguousarray(design),
        response=values,
        position=size,
        start=start,
        transform=np.ascontiguousarray(transform),
        offset=np.zeros(transform.shape[0]),
    )


def _fixed_basis(
    checked: _Checked, fixed: Floats, response: Floats | None
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return the cells where everything that stays is observed, and the basis of `fixed` over them."""
    inside = checked.eligible & ~np.isnan(fixed).any(axis=0)
    if response is not None:
        inside &= ~np.isnan(response)
    return inside, *_basis(fixed[:, inside].T)


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.nanmean(values**2)))


def _term(
    name: str, fit: _Fit, position: int, estimates: Floats, statistics: Floats, permutations: int
) -> MRQAPTerm:
    """Compare one term's statistic with its replicates; none at all (nothing to permute) gives NaN."""
    estimate = float(fit.estimates[position])
    standard_error = float(fit.standard_errors[position])
    used = ~np.isnan(statistics)
    statistic = estimate / standard_error
    nothing = statistics.size == 0
    p_values = (np.nan, np.nan, np.nan, np.nan)
    if not nothing:
        p_values = _p_values(name, statistic, statistics[used], permutations, level=3)
    return MRQAPTerm(
        name,
        estimate,
        standard_error,
        statistic,
        *p_values,
        permutation_sd=_deviation(estimates[used]),
        statistic_permutation_sd=_deviation(statistics[used & np.isfinite(statistics)]),
        excluded=0 if nothing else int(permutations - used.sum()),
    )


def _p_values(
    name: str, statistic: float, replicates: Floats, permutations: int, *, level: int
) -> tuple[float, float, float, float]:
    """Return two-sided, upper and lower p-value and the Monte Carlo error of the first.

    `level` is the number of calls between the user's and this one, so that a warning points at theirs.
    """
    count = replicates.size
    if count == 0:
        raise ValueError(f"{name}: none of the {permutations} replicates could be fitted")
    if count < permutations:
        warnings.warn(
            f"{name}: {permutations - count} of {permutations} replicates could not be fitted "
            "(no convergence or dependent columns) and are left out of its p-values",
            RuntimeWarning,
            stacklevel=level + 1,
        )
    # Permutations that leave the statistic as it was must count as equal whatever the rounding.
    slack = 1e-9 * max(1.0, abs(statistic))
    extreme = (
        np.abs(replicates) >= abs(statistic) - slack,
        replicates >= statistic - slack,
        replicates <= statistic + slack,
    )
    p, greater, less = ((1.0 + float(hits.sum())) / (1.0 + count) for hits in extreme)
    return p, greater, less, float(np.sqrt(p * (1.0 - p) / count))


def _deviation(values: Floats) -> float:
    """Return the sample standard deviation, NaN of fewer than two values."""
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")


def _option_faults(permutations: int, seed: int) -> list[str]:
    faults = []
    for name, value, least in (("permutations", permutations, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            faults.append(f"{name} is {value!r}, a whole number of at least {least} is needed")
    return faults


def _check(
    matrices: Mapping[str, Matrix], groups: Any, self_ties: bool, directed: bool, faults: list[str]
) -> _Checked:
    """Turn the matrices into floats and raise on every fault of form, `faults` included."""
    layers: dict[str, Floats] = {}
    frames = {name: matrix for name, matrix in matrices.items() if isinstance(matrix, pd.DataFrame)}
    for name, matrix in matrices.items():
        try:
            if isinstance(matrix, pd.DataFrame):
                values = matrix.to_numpy(dtype=np.float64, na_value=np.nan)
            else:
                values = np.asarray(matrix, dtype=np.float64)
        except (TypeError, ValueError):
            faults.append(f"{name} holds something that is no number")
            continue
        if values.ndim != 2 or values.shape[0] != values.shape[1]:
            faults.append(f"{name} has shape {values.shape}, a square matrix (actors, actors) is needed")
            continue
        if np.isinf(values).any():
            faults.append(f"{name} holds {int(np.isinf(values).sum())} infinite values; missing is NaN")
        if not directed:
            faults.extend(_asymmetry(name, values))
        layers[name] = values
    sizes = {name: values.shape[0] for name, values in layers.items()}
    if len(set(sizes.values())) > 1:
        faults.append(
            f"the matrices differ in size: {', '.join(f'{k} has {v} actors' for k, v in sizes.items())}"
        )
    for name, frame in frames.items():
        first = next(iter(frames))
        faults.extend(_label_difference(f"{name}: rows", frame.index, "its columns", frame.columns))
        if name != first:
            faults.extend(_label_difference(f"{name}: rows", frame.index, f"{first}", frames[first].index))
    size = next(iter(sizes.values()), 0)
    members = _members(groups, size, frames, faults)
    if faults:
        raise ValueError("; ".join(faults))
    allowed = np.full((size, size), True) if self_ties else ~np.eye(size, dtype=np.bool_)
    eligible = allowed if directed else np.triu(allowed)
    stack = np.stack(list(layers.values()))
    observed = eligible & ~np.isnan(stack).any(axis=0)
    return _Checked(list(layers), stack, allowed, eligible, observed, members, directed)


def _asymmetry(name: str, values: Floats) -> list[str]:
    """Name the first cell that differs from its mirror image."""
    differing = np.argwhere(~np.isclose(values, values.T, rtol=1e-9, atol=1e-12, equal_nan=True))
    if differing.size == 0:
        return []
    i, j = (int(position) for position in differing[0])
    return [
        f"{name} is not symmetric (cell {i}, {j} is {values[i, j]:g}, cell {j}, {i} is {values[j, i]:g}), "
        "which directed=False needs"
    ]


def _label_difference(name: str, labels: pd.Index[Any], other: str, known: pd.Index[Any]) -> list[str]:
    """Name the first position at which two equally long sets of labels differ."""
    if len(labels) != len(known):
        return []
    for position, (label, expected) in enumerate(zip(labels, known, strict=True)):
        if label != expected:
            return [f"{name} are labelled {label!r} where {other} has {expected!r} (position {position})"]
    return []


def _members(
    groups: Any, size: int, frames: Mapping[str, pd.DataFrame], faults: list[str]
) -> list[NDArray[np.int64]]:
    """Return the positions of each group's actors; all of them without groups."""
    if groups is None:
        return [np.arange(size, dtype=np.int64)]
    labels = pd.Series(groups)
    if len(labels) != size:
        faults.append(f"groups has {len(labels)} labels for {size} actors")
        return []
    if labels.isna().any():
        faults.append(f"groups lacks a label for {int(labels.isna().sum())} actors")
        return []
    if isinstance(groups, pd.Series) and frames and not isinstance(groups.index, pd.RangeIndex):
        first = next(iter(frames))
        faults.extend(_label_difference("groups", groups.index, first, frames[first].index))
    codes = pd.factorize(labels)[0]
    members = [np.flatnonzero(codes == code).astype(np.int64) for code in range(codes.max() + 1)]
    if all(group.size == 1 for group in members):
        faults.append("groups puts every actor in a group of its own: nothing can be permuted")
    return members


def _check_cells(checked: _Checked, terms: int, family: str) -> None:
    """Raise on every fault of the values in the cells observed in all matrices."""
    values = checked.layers[:, checked.observed]
    cells = values.shape[1]
    if cells <= terms:
        raise ValueError(f"{cells} cells are observed in every matrix, more than {terms} are needed")
    faults = []
    spread = values.std(axis=1)
    flat = spread <= 1e-12 * np.abs(values).max(axis=1)
    for name, constant, value in zip(checked.names, flat, values[:, 0], strict=True):
        if constant:
            faults.append(f"{name} has no variance over the {cells} observed cells: all are {value:g}")
    if family == "logit":
        outcome = checked.layers[0][checked.allowed]
        strange = outcome[~np.isnan(outcome) & (outcome != 0.0) & (outcome != 1.0)]
        if strange.size:
            faults.append(f"y holds {strange[0]:g}: under family 'logit' only 0, 1 and NaN are allowed")
    kept: list[int] = []
    for position in range(1, len(checked.names)):
        if flat[position]:
            continue
        column = (values[position] - values[position].mean()) / spread[position]
        others = ((values[kept] - values[kept].mean(axis=1, keepdims=True)) / spread[kept, None]).T
        slopes = np.linalg.lstsq(others, column)[0]
        if np.linalg.norm(column - others @ slopes) <= 1e-7 * np.linalg.norm(column):
            sources = [checked.names[k] for k, slope in zip(kept, slopes, strict=True) if abs(slope) > 1e-6]
            faults.append(f"{checked.names[position]} is a linear combination of {' and '.join(sources)}")
        else:
            kept.append(position)
    if faults:
        raise ValueError("; ".join(faults))
