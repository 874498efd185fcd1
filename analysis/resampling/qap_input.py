"""What the quadratic assignment procedure is given: matrices, groups and options, read and checked.

Every fault of form is listed in one error, and after it every fault of the values in the cells that count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.checks import NotEstimable

__all__ = [
    "FAMILIES",
    "METHODS",
    "CheckedMatrices",
    "Family",
    "Matrix",
    "Method",
    "check_cells",
    "check_matrices",
    "option_faults",
]

Matrix = NDArray[Any] | pd.DataFrame
Method = Literal["double_semipartialling", "y_permutation", "x_permutation"]
Family = Literal["linear", "logit"]
METHODS = {
    "double_semipartialling": "double semi-partialling (Dekker, Krackhardt & Snijders 2007)",
    "y_permutation": "permutation of y",
    "x_permutation": "permutation of each x",
}
FAMILIES = ("linear", "logit")


@dataclass(frozen=True)
class CheckedMatrices:
    """Matrices as (k, n, n) floats, the cells that count, the actors of each group."""

    names: list[str]
    layers: Floats
    allowed: NDArray[np.bool_]
    eligible: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    members: list[NDArray[np.int64]]
    directed: bool


def option_faults(permutations: int, seed: int) -> list[str]:
    """Return what is wrong with the number of permutations and the seed."""
    faults = []
    for name, value, least in (("permutations", permutations, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            faults.append(f"{name} is {value!r}, a whole number of at least {least} is needed")
    return faults


def check_matrices(
    matrices: Mapping[str, Matrix], groups: Any, self_ties: bool, directed: bool, faults: list[str]
) -> CheckedMatrices:
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
    return CheckedMatrices(list(layers), stack, allowed, eligible, observed, members, directed)


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
    """Return the positions of each group's actors, all without groups; one without a label is alone."""
    if groups is None:
        return [np.arange(size, dtype=np.int64)]
    labels = pd.Series(groups)
    if len(labels) != size:
        faults.append(f"groups has {len(labels)} labels for {size} actors")
        return []
    if isinstance(groups, pd.Series) and frames and not isinstance(groups.index, pd.RangeIndex):
        first = next(iter(frames))
        faults.extend(_label_difference("groups", groups.index, first, frames[first].index))
    codes = pd.factorize(labels)[0]
    members = [np.flatnonzero(codes == code).astype(np.int64) for code in range(codes.max() + 1)]
    members += [np.array([actor], dtype=np.int64) for actor in np.flatnonzero(codes < 0)]
    if all(group.size == 1 for group in members):
        faults.append("groups puts every actor in a group of its own: nothing can be permuted")
    return members


def check_cells(checked: CheckedMatrices, terms: int, family: str) -> None:
    """Raise on every fault of the values in the cells observed in all matrices.

    Raises
    ------
    NotEstimable
        When there are too few cells, or a matrix does not vary over them or follows from others.
    ValueError
        When y is not of 0 and 1 under family "logit".
    """
    if family == "logit":
        outcome = checked.layers[0][checked.allowed]
        strange = outcome[~np.isnan(outcome) & (outcome != 0.0) & (outcome != 1.0)]
        if strange.size:
            raise ValueError(f"y holds {strange[0]:g}: under family 'logit' only 0, 1 and NaN are allowed")
    values = checked.layers[:, checked.observed]
    cells = values.shape[1]
    if cells <= terms:
        raise NotEstimable(f"{cells} cells are observed in every matrix, more than {terms} are needed")
    faults = []
    spread = values.std(axis=1)
    flat = spread <= 1e-12 * np.abs(values).max(axis=1)
    for name, constant, value in zip(checked.names, flat, values[:, 0], strict=True):
        if constant:
            faults.append(f"{name} has no variance over the {cells} observed cells: all are {value:g}")
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
        raise NotEstimable("; ".join(faults))
