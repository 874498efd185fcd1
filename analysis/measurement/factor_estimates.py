"""Parameters of a fitted factor model as a table, and what it leaves of the correlations."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.measurement.factor_structure import MATRICES, Block, Label, Structure
from analysis.measurement.normal_likelihood import NormalMoments
from analysis.measurement.weighted_least_squares import ThresholdMoments

__all__ = ["estimates", "residual_correlations", "told_name"]


def told_name(name: Hashable) -> str:
    """Return a name in words: an item, or an item of a wave."""
    return " in ".join(map(str, name[::-1])) if isinstance(name, tuple) else str(name)


def residual_correlations(
    structure: Structure, theta: Floats, moments: NormalMoments | ThresholdMoments
) -> tuple[float, float]:
    """Return the root mean square of residual correlations (SRMR) and the largest of them.

    Groups are weighted by their people; means count where they are part of the model.
    """
    total, largest = 0.0, 0.0
    for group, (own, (mean, covariance)) in enumerate(
        zip(structure.matrices(theta), structure.implied(theta), strict=True)
    ):
        rows, columns = np.tril_indices(len(mean))
        cells = len(rows)
        if isinstance(moments, ThresholdMoments):
            scales = own["scales"]
            implied = scales[rows] * scales[columns] * covariance[rows, columns]
            gaps = (moments.groups[group].correlations[rows, columns] - implied) * (rows != columns)
            standardised = gaps
        else:
            observed = moments.covariance[group]
            spread, own_spread = np.sqrt(np.diag(observed)), np.sqrt(np.diag(covariance))
            gaps = ((observed - covariance) / np.outer(spread, spread))[rows, columns]
            standardised = (
                observed / np.outer(spread, spread) - covariance / np.outer(own_spread, own_spread)
            )[rows, columns]
            if moments.means:
                gaps = np.concatenate([gaps, (moments.mean[group] - mean) / spread])
                cells += len(mean)
        total += moments.sizes[group] / moments.people * math.sqrt(float(gaps @ gaps) / cells)
        largest = max(largest, float(np.abs(standardised).max()))
    return total, largest


def estimates(
    structure: Structure, theta: Floats, covariance: Floats, groups: tuple[Hashable, ...]
) -> pd.DataFrame:
    """Return parameters with their errors, a row each: the table of `factor_model.FactorModel`."""
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    rows = []
    for group, block, own, (_, implied) in zip(
        groups, structure.blocks, structure.matrices(theta), structure.implied(theta), strict=True
    ):
        ordinal = len(block.threshold_items) > 0
        spread = 1 / own["scales"] if ordinal else np.sqrt(np.diag(implied))
        factor_spread = np.sqrt(np.diag(own["factor_covariance"]))
        units = {
            "loadings": factor_spread[None, :] / spread[:, None],
            "factor_covariance": 1 / np.outer(factor_spread, factor_spread),
            "residual_covariance": 1 / np.outer(spread, spread),
            "intercepts": 1 / spread,
            "factor_means": 1 / factor_spread,
        }
        marked = [(int(row), int(column)) for row, column in np.argwhere(block.fixed["loadings"])]
        for matrix in MATRICES:
            cells: dict[tuple[int, ...], Label | None] = {**block.labels[matrix]}
            if matrix == "loadings":
                cells |= dict.fromkeys(marked)
            for cell, label in sorted(cells.items(), key=lambda own_cell: own_cell[0]):
                if matrix.endswith("covariance") and cell[0] < cell[1]:
                    continue
                value = float(own[matrix][cell])
                error = 0.0 if label is None else float(errors[structure.place[label]])
                unit = float(units[matrix][cell]) if matrix in units else math.nan
                rows.append((group, matrix, *_names(block, matrix, cell), value, error, value * unit))
    columns = ["group", "matrix", "row", "column", "estimate", "se", "standardised"]
    return pd.DataFrame(rows, columns=columns)


def _names(block: Block, matrix: str, cell: tuple[int, ...]) -> tuple[str, str]:
    if matrix == "loadings":
        return told_name(block.items[cell[0]]), told_name(block.factors[cell[1]])
    if matrix == "thresholds":
        own = block.threshold_items
        number = int((own[: cell[0]] == own[cell[0]]).sum()) + 1
        return told_name(block.items[own[cell[0]]]), f"threshold {number}"
    names = block.factors if matrix.startswith("factor") else block.items
    first = told_name(names[cell[0]])
    return (first, told_name(names[cell[1]])) if len(cell) == 2 else (first, "")
