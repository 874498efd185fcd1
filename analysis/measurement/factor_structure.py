"""What a factor model says of means and covariances, as matrices whose cells are fixed or parameters.

Answers (or, of ordinal items, the latent responses behind them) have mean ν + Λα and covariance ΛΦΛ' + Θ:
loadings Λ, factor covariances Φ, residual covariances Θ, intercepts ν, factor means α (Jöreskog 1971,
Psychometrika 36, 409-426). Ordinal items add thresholds τ and scales δ, one over the standard deviation of
the latent response (Muthén 1984, Psychometrika 49, 115-132). A block is a group of people with matrices of
its own; waves of the same people are one block. Parameters with the same label are equal, in one block or
between blocks.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from analysis.arrays import Floats, Integers

__all__ = ["MATRICES", "Block", "Label", "Matrices", "Structure"]

Label: TypeAlias = tuple[Hashable, ...]
Matrices: TypeAlias = dict[str, Floats]

MATRICES = (
    "loadings",
    "factor_covariance",
    "residual_covariance",
    "intercepts",
    "factor_means",
    "thresholds",
    "scales",
)


class Block:
    """The matrices of one group of people: a value where a cell is fixed, a label where it is a parameter.

    Parameters
    ----------
    items, factors : sequence of hashable
        Names of rows and columns.
    threshold_items : array of ints
        The row of each threshold; empty for continuous items.

    Attributes
    ----------
    fixed : dict of arrays
        By name of `MATRICES`.
    labels : dict of dicts
        By matrix, from cell to label.
    """

    def __init__(
        self,
        items: Sequence[Hashable],
        factors: Sequence[Hashable],
        threshold_items: Sequence[int] | Integers = (),
    ) -> None:
        self.items, self.factors = tuple(items), tuple(factors)
        self.threshold_items: Integers = np.asarray(threshold_items, dtype=np.int64)
        p, k = len(self.items), len(self.factors)
        self.fixed: Matrices = {
            "loadings": np.zeros((p, k)),
            "factor_covariance": np.eye(k),
            "residual_covariance": np.zeros((p, p)),
            "intercepts": np.zeros(p),
            "factor_means": np.zeros(k),
            "thresholds": np.zeros(len(self.threshold_items)),
            "scales": np.ones(p),
        }
        self.labels: dict[str, dict[tuple[int, ...], Label]] = {name: {} for name in MATRICES}

    def free(self, matrix: str, cell: tuple[int, ...], label: Label) -> None:
        """Make a cell a parameter, and its mirror image where the matrix is a covariance."""
        self.labels[matrix][cell] = label
        if matrix.endswith("covariance"):
            self.labels[matrix][cell[::-1]] = label


@dataclass(frozen=True)
class _Derivatives:
    """Of what a block says, by parameter (q): means q × p, covariances q × p × p, thresholds, scales."""

    means: Floats
    covariances: Floats
    thresholds: Floats
    scales: Floats


class Structure:
    """All blocks of a model, and its parameters in order.

    Parameters
    ----------
    blocks : sequence of Block

    Examples
    --------
    >>> block = Block(["a", "b"], ["f"])
    >>> for row in (0, 1):
    ...     block.free("loadings", (row, 0), ("loading", "same"))
    ...     block.free("residual_covariance", (row, row), ("residual", row))
    >>> structure = Structure([block])
    >>> structure.labels
    (('loading', 'same'), ('residual', 0), ('residual', 1))
    >>> structure.implied(np.array([2.0, 1.0, 3.0]))[0][1].tolist()
    [[5.0, 4.0], [4.0, 7.0]]
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        found = (
            label for block in self.blocks for matrix in MATRICES for label in block.labels[matrix].values()
        )
        self.labels: tuple[Label, ...] = tuple(dict.fromkeys(found))
        self.place: Mapping[Label, int] = {label: number for number, label in enumerate(self.labels)}
        self._cells = [self._placed(block) for block in self.blocks]

    def _placed(self, block: Block) -> dict[str, tuple[tuple[Integers, ...], Integers]]:
        placed = {}
        for matrix, cells in block.labels.items():
            if cells:
                index = tuple(np.array(axis, dtype=np.int64) for axis in zip(*cells, strict=True))
                placed[matrix] = (index, np.array([self.place[label] for label in cells.values()]))
        return placed

    def matrices(self, theta: Floats) -> list[Matrices]:
        """Return each block's matrices, filled in with the values of the parameters."""
        filled = []
        for block, cells in zip(self.blocks, self._cells, strict=True):
            own = {name: value.copy() for name, value in block.fixed.items()}
            for matrix, (index, places) in cells.items():
                own[matrix][index] = theta[places]
            filled.append(own)
        return filled

    def implied(self, theta: Floats) -> list[tuple[Floats, Floats]]:
        """Return each block's means (p) and covariances (p × p)."""
        return [_implied(own) for own in self.matrices(theta)]

    def derivatives(self, theta: Floats) -> list[_Derivatives]:
        """Return how means, covariances, thresholds and scales of each block change with each parameter."""
        q = len(self.labels)
        found = []
        for block, cells, own in zip(self.blocks, self._cells, self.matrices(theta), strict=True):
            p = len(block.items)
            loadings, covariance = own["loadings"], own["factor_covariance"]
            means, covariances = np.zeros((q, p)), np.zeros((q, p, p))
            thresholds, scales = np.zeros((q, len(block.threshold_items))), np.zeros((q, p))
            spread = covariance @ loadings.T
            for matrix, (index, places) in cells.items():
                if matrix == "loadings":
                    for row, column, place in zip(*index, places, strict=True):
                        covariances[place, row, :] += spread[column]
                        covariances[place, :, row] += spread[column]
                        means[place, row] += own["factor_means"][column]
                elif matrix == "factor_covariance":
                    for row, column, place in zip(*index, places, strict=True):
                        covariances[place] += np.outer(loadings[:, row], loadings[:, column])
                elif matrix == "residual_covariance":
                    np.add.at(covariances, (places, *index), 1.0)
                elif matrix == "intercepts":
                    np.add.at(means, (places, *index), 1.0)
                elif matrix == "factor_means":
                    np.add.at(means, places, loadings.T[index])
                else:
                    np.add.at(thresholds if matrix == "thresholds" else scales, (places, *index), 1.0)
            found.append(_Derivatives(means, covariances, thresholds, scales))
        return found


def _implied(own: Matrices) -> tuple[Floats, Floats]:
    loadings = own["loadings"]
    covariance = loadings @ own["factor_covariance"] @ loadings.T + own["residual_covariance"]
    return own["intercepts"] + loadings @ own["factor_means"], covariance
