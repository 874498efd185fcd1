"""Factor models of ordinal items by diagonally weighted least squares (Muthén, du Toit & Spisic 1997).

Thresholds and polychoric correlations are weighted by one over their variances; χ² has N − 1 and is then
scaled and shifted to the mean and variance of the distribution it is held against (Asparouhov & Muthén 2010).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.linalg import block_diag

from analysis.arrays import Floats
from analysis.measurement.factor_structure import Structure
from analysis.measurement.polychoric import OrdinalMoments

__all__ = ["ThresholdMoments", "scaled_and_shifted"]


class ThresholdMoments:
    """Thresholds and polychoric correlations of groups of people, and how much they vary by chance.

    Parameters
    ----------
    groups : sequence of OrdinalMoments

    Attributes
    ----------
    sampling : array, m × m
        Covariance of √N times the residuals, in units of equal weight.
    weights : array of m floats
        Which a residual is multiplied by to be in these units.
    """

    def __init__(self, groups: Sequence[OrdinalMoments]) -> None:
        self.groups = tuple(groups)
        self.sizes = [own.people for own in groups]
        self.people = sum(self.sizes)
        self._roots, sampling = [], []
        for own in groups:
            spread = np.sqrt(np.diag(own.covariance))
            self._roots.append(math.sqrt(own.people / self.people) / spread)
            sampling.append(own.covariance / np.outer(spread, spread))
        self.sampling: Floats = block_diag(*sampling)
        self.moments = len(self.sampling)
        self.weights: Floats = np.concatenate(self._roots)

    def value(self, structure: Structure, theta: Floats) -> float:
        """Return half the discrepancy per person."""
        residuals = self._residuals(structure, theta)
        return float(residuals @ residuals) / 2

    def _residuals(self, structure: Structure, theta: Floats) -> Floats:
        found = []
        for own, root, matrices, (mean, covariance) in zip(
            self.groups, self._roots, structure.matrices(theta), structure.implied(theta), strict=True
        ):
            rows, columns = np.tril_indices(len(mean), -1)
            scales, items = matrices["scales"], own.threshold_items
            cut = scales[items] * (matrices["thresholds"] - mean[items])
            together = (scales[rows] * scales[columns]) * covariance[rows, columns]
            observed = np.concatenate([own.thresholds, own.correlations[rows, columns]])
            found.append(root * (observed - np.concatenate([cut, together])))
        return np.concatenate(found)

    def weighted(self, structure: Structure, theta: Floats) -> tuple[Floats, Floats]:
        """Return derivatives (q × m) and residuals (m) of thresholds and correlations, in equal weights."""
        derivatives = []
        for own, root, matrices, (mean, covariance), slopes in zip(
            self.groups,
            self._roots,
            structure.matrices(theta),
            structure.implied(theta),
            structure.derivatives(theta),
            strict=True,
        ):
            rows, columns = np.tril_indices(len(mean), -1)
            scales, items = matrices["scales"], own.threshold_items
            cut = scales[items] * (slopes.thresholds - slopes.means[:, items]) + slopes.scales[:, items] * (
                matrices["thresholds"] - mean[items]
            )
            product = scales[rows] * scales[columns]
            product_slope = (
                slopes.scales[:, rows] * scales[columns] + scales[rows] * slopes.scales[:, columns]
            )
            together = (
                product * slopes.covariances[:, rows, columns] + product_slope * covariance[rows, columns]
            )
            derivatives.append(root * np.concatenate([cut, together], axis=1))
        return np.concatenate(derivatives, axis=1), self._residuals(structure, theta)

    def statistic(self, structure: Structure, theta: Floats) -> float:
        """Return χ² before it is scaled, with N − 1 in each group."""
        residuals = self._residuals(structure, theta)
        ends = np.cumsum([len(root) for root in self._roots])[:-1]
        return sum(
            self.people / size * (size - 1) * float(own @ own)
            for size, own in zip(self.sizes, np.split(residuals, ends), strict=True)
        )

    def robust_covariance(self, structure: Structure, theta: Floats) -> Floats:
        """Return the covariance of the parameters."""
        derivatives, _ = self.weighted(structure, theta)
        bread = np.linalg.inv(derivatives @ derivatives.T)
        return bread @ (derivatives @ self.sampling @ derivatives.T) @ bread / (self.people - len(self.sizes))

    def sampling_along(self, structure: Structure, theta: Floats, directions: Floats) -> Floats:
        """Return the covariance of √N times the weighted residuals along directions, m × d."""
        along: Floats = directions.T @ self.sampling @ directions
        return along

    def adjusted(self, structure: Structure, theta: Floats, freedom: int) -> tuple[float, float]:
        """Return χ² scaled and shifted, and the factor it was divided by."""
        derivatives, _ = self.weighted(structure, theta)
        inner, _ = np.linalg.qr(derivatives.T)
        left = self.sampling - inner @ (inner.T @ self.sampling)
        return scaled_and_shifted(
            self.statistic(structure, theta), freedom, float(np.trace(left)), float(np.sum(left * left.T))
        )


def scaled_and_shifted(statistic: float, freedom: int, trace: float, squares: float) -> tuple[float, float]:
    """Return a statistic given the mean and variance of χ², and the factor it was divided by.

    Parameters
    ----------
    statistic : float
    freedom : int
        Degrees of freedom.
    trace, squares : float
        Traces of the matrix whose eigenvalues weigh the statistic's distribution, and of its square.

    Examples
    --------
    >>> scaled_and_shifted(12.0, 5, 5.0, 5.0)
    (12.0, 1.0)
    """
    factor = math.sqrt(freedom / squares)
    return factor * statistic + freedom - factor * trace, 1 / factor
