"""Plans of the quadratic assignment procedure: what moves and what stays in the replicates of one term.

What stays is expressed in orthogonal columns before the compiled loops of `qap_kernels` run over it. Under
double semi-partialling what moves is what the other terms leave of the term's matrix (Dekker, Krackhardt &
Snijders 2007).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from analysis.arrays import Floats
from analysis.resampling.qap_input import CheckedMatrices
from analysis.resampling.qap_kernels import LinearPlan, LogitPlan

__all__ = ["build_plan", "linear_plan", "newton_start", "orthogonal_basis"]


def orthogonal_basis(design: Floats) -> tuple[Floats, Floats]:
    """Return orthogonal columns of root mean square 1 that span the design's, and R: design = basis @ R."""
    basis, triangle = qr(design, mode="economic", check_finite=False)
    root = np.sqrt(design.shape[0])
    return basis * root, triangle / root


def newton_start(basis: Floats, mean: float) -> Floats:
    """Start Newton's method at the constant that fits the mean of y."""
    start: Floats = basis.sum(axis=0) * np.log(mean / (1.0 - mean)) / basis.shape[0]
    return start


def build_plan(
    checked: CheckedMatrices, layers: Floats, outcome: Floats, family: str, term: int | None, method: str
) -> LinearPlan | LogitPlan:
    """Say what moves and what stays for one term, or for all at once when y moves (`term` is None)."""
    make = linear_plan if family == "linear" else _logit_plan
    if term is None:
        return make(checked, layers, moving=outcome, response=None)
    others = np.delete(layers, term, axis=0)
    moving = layers[term] if term == 0 else layers[term] - np.nanmean(layers[term][checked.allowed])
    if method == "double_semipartialling":
        known = checked.eligible & ~np.isnan(layers).any(axis=0)
        basis, triangle = orthogonal_basis(others[:, known].T)
        slopes = solve_triangular(triangle, basis.T @ moving[known] / basis.shape[0])
        moving = moving - np.tensordot(slopes, others, axes=1)
    return make(checked, others, moving=moving, response=outcome)


def linear_plan(
    checked: CheckedMatrices, fixed: Floats, *, moving: Floats, response: Floats | None
) -> LinearPlan:
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


def _logit_plan(
    checked: CheckedMatrices, fixed: Floats, *, moving: Floats, response: Floats | None
) -> LogitPlan:
    """As `linear_plan`, with the design laid out cell by cell."""
    size = fixed.shape[0]
    inside, basis, triangle = _fixed_basis(checked, fixed, response)
    cells = basis.shape[0]
    scale = 1.0
    if response is None:
        design, values = basis, np.zeros(cells)
        start = newton_start(basis, float(moving[checked.observed].mean()))
        transform = solve_triangular(triangle, np.eye(size))
    else:
        scale = _root_mean_square(moving[checked.allowed])
        design, values = np.column_stack([basis, np.zeros(cells)]), response[inside]
        start = np.append(newton_start(basis, float(values.mean())), 0.0)
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
    checked: CheckedMatrices, fixed: Floats, response: Floats | None
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return the cells where everything that stays is observed, and the basis of `fixed` over them."""
    inside = checked.eligible & ~np.isnan(fixed).any(axis=0)
    if response is not None:
        inside &= ~np.isnan(response)
    return inside, *orthogonal_basis(fixed[:, inside].T)


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.nanmean(values**2)))
