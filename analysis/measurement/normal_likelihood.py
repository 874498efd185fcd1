"""Factor models of continuous answers by maximum likelihood, with what answers that are not normal ask for.

Statistics are those of a normal likelihood with divisor N. The robust ones scale χ² by the trace of Yuan &
Bentler (2000, Sociological Methodology 30, 165-200) in the form of Asparouhov & Muthén (2005), and take
standard errors from observed information and casewise scores (Huber 1967; White 1982, Econometrica 50, 1-25).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.factor_structure import Structure

__all__ = ["NormalMoments"]

_DIFFERENCE = 1e-5


class NormalMoments:
    """Means and covariances of groups of people.

    Parameters
    ----------
    answers : sequence of arrays, n_g × p
        One a group, complete.
    means : bool
        Whether the means are part of the model; without, they are left as they are.

    Raises
    ------
    NotEstimable
        When a group's covariances are singular.
    """

    def __init__(self, answers: Sequence[Floats], *, means: bool) -> None:
        self.answers = [np.asarray(own, dtype=float) for own in answers]
        self.means = means
        self.sizes = [len(own) for own in self.answers]
        self.people = sum(self.sizes)
        self.mean = [own.mean(axis=0) for own in self.answers]
        self.covariance = [np.cov(own, rowvar=False, ddof=0) for own in self.answers]
        self._log_determinants = []
        for covariance in self.covariance:
            sign, size = np.linalg.slogdet(covariance)
            spread = np.linalg.eigvalsh(covariance / np.sqrt(np.outer(*2 * [np.diag(covariance)])))[0]
            if sign <= 0 or spread < 1e-10:
                raise NotEstimable(
                    "found items that follow from the others exactly; their covariances are singular"
                )
            self._log_determinants.append(float(size))
        self.moments = sum(len(own) * (len(own) + 1) // 2 + len(own) * means for own in self.mean)

    def _distance(self, group: int, mean: Floats) -> Floats:
        return self.mean[group] - mean if self.means else np.zeros_like(mean)

    def value(self, structure: Structure, theta: Floats) -> float:
        """Return half the discrepancy per person: χ² is 2N times it."""
        total = 0.0
        for group, (mean, covariance) in enumerate(structure.implied(theta)):
            factor = _cholesky(covariance)
            if factor is None:
                return math.inf
            away = self._distance(group, mean)
            second = self.covariance[group] + np.outer(away, away)
            determinant = 2 * float(np.log(np.diag(factor)).sum())
            trace = float(np.trace(np.linalg.solve(covariance, second)))
            own = determinant - self._log_determinants[group] + trace - len(mean)
            total += self.sizes[group] / self.people * own / 2
        return total

    def weighted(self, structure: Structure, theta: Floats) -> tuple[Floats, Floats]:
        """Return derivatives (q × m) and residuals (m) of covariances and means, in units of equal weight."""
        derivatives, residuals = [], []
        implied = structure.implied(theta)
        for group, own in enumerate(structure.derivatives(theta)):
            mean, covariance = implied[group]
            inverse = np.linalg.inv(np.linalg.cholesky(covariance))
            share = math.sqrt(self.sizes[group] / self.people)
            away = self._distance(group, mean)
            gap = self.covariance[group] + np.outer(away, away) - covariance
            half = share / math.sqrt(2)
            derivatives.append(half * (inverse @ own.covariances @ inverse.T).reshape(len(theta), -1))
            residuals.append(half * (inverse @ gap @ inverse.T).ravel())
            if self.means:
                derivatives.append(share * own.means @ inverse.T)
                residuals.append(share * inverse @ away)
        return np.concatenate(derivatives, axis=1), np.concatenate(residuals)

    def statistic(self, value: float) -> float:
        """Return χ² of a minimum."""
        return 2 * self.people * value

    def log_likelihood(self, value: float) -> float:
        """Return the log-likelihood of a minimum."""
        saturated = 0.0
        for size, mean, determinant in zip(self.sizes, self.mean, self._log_determinants, strict=True):
            saturated -= size / 2 * (len(mean) * math.log(2 * math.pi) + determinant + len(mean))
        return saturated - self.people * value

    def casewise_scores(self, structure: Structure, theta: Floats) -> Floats:
        """Return each person's derivatives of the log-likelihood, N × q."""
        implied = structure.implied(theta)
        scores = []
        for group, own in enumerate(structure.derivatives(theta)):
            mean, covariance = implied[group]
            centre = mean if self.means else self.mean[group]
            away = np.linalg.solve(covariance, (self.answers[group] - centre).T).T
            # Symmetric matrices: half their cells say all, those off the diagonal counted twice.
            rows, columns = np.tril_indices(len(mean))
            twice = np.where(rows == columns, 0.5, 1.0)
            cells = own.covariances[:, rows, columns] * twice
            traces = np.einsum("ab,jab->j", np.linalg.inv(covariance), own.covariances) / 2
            found = (away[:, rows] * away[:, columns]) @ cells.T - traces
            scores.append(found + (away @ own.means.T if self.means else 0.0))
        return np.concatenate(scores)

    def sampling_along(self, structure: Structure, theta: Floats, directions: Floats) -> Floats:
        """Return the covariance of √N times the weighted residuals along directions, m × d (from people)."""
        total, first = np.zeros(2 * (directions.shape[1],)), 0
        for group, (mean, covariance) in enumerate(structure.implied(theta)):
            p = len(mean)
            centre = mean if self.means else self.mean[group]
            away = np.linalg.solve(np.linalg.cholesky(covariance), (self.answers[group] - centre).T).T
            own = directions[first : first + p * p]
            products = (away[:, :, None] * away[:, None, :]).reshape(len(away), -1)
            along = products @ own / math.sqrt(2)
            first += p * p
            if self.means:
                along = along + away @ directions[first : first + p]
                first += p
            along = along - along.mean(axis=0)
            # A group's residuals are weighted by the root of its share.
            total += along.T @ along / self.people
        return total

    def observed_information(self, structure: Structure, theta: Floats) -> Floats:
        """Return the second derivatives of half the discrepancy, from differences of exact first ones."""
        columns = []
        for place in range(len(theta)):
            step = np.zeros_like(theta)
            step[place] = _DIFFERENCE * max(1.0, abs(float(theta[place])))
            above, below = (self._gradient(structure, theta + way * step) for way in (1, -1))
            columns.append((above - below) / (2 * step[place]))
        found = np.array(columns).reshape(len(theta), len(theta))
        symmetric: Floats = (found + found.T) / 2
        return symmetric

    def _gradient(self, structure: Structure, theta: Floats) -> Floats:
        derivatives, residuals = self.weighted(structure, theta)
        gradient: Floats = -derivatives @ residuals
        return gradient

    def robust(self, structure: Structure, theta: Floats) -> tuple[float, Floats]:
        """Return what scales χ², times degrees of freedom, and the parameters' covariance."""
        scores = self.casewise_scores(structure, theta)
        products = scores.T @ scores / self.people
        bread = np.linalg.inv(self.observed_information(structure, theta))
        saturated = 0.0
        for own, mean, covariance in zip(self.answers, self.mean, self.covariance, strict=True):
            away = own - mean
            distances = np.einsum("ia,ia->i", away, np.linalg.solve(covariance, away.T).T)
            saturated += (float((distances**2).mean()) - len(mean)) / 2 + len(mean) * self.means
        trace = abs(saturated - float(np.sum(bread * products)))
        sandwich: Floats = bread @ products @ bread / self.people
        return trace, sandwich


def _cholesky(matrix: Floats) -> Floats | None:
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=float)
    except np.linalg.LinAlgError:
        return None
