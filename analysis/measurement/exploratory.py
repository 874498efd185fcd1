"""Exploratory factor analysis: are items fit for it, how many factors, and which items go together?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import chi2

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count, require_one_of
from analysis.labels import in_words
from analysis.measurement.answers import answers_by_group
from analysis.measurement.fit_indices import told_p
from analysis.measurement.rotation import Rotation, rotate
from analysis.result import Result

__all__ = ["Exploration", "Extraction", "SamplingAdequacy", "exploratory", "sampling_adequacy"]

Extraction = Literal["minimum_residual", "maximum_likelihood"]
_LEAST_UNIQUENESS = 0.005


@dataclass(frozen=True, repr=False)
class SamplingAdequacy(Result):
    """Whether items have enough in common for factors.

    Attributes
    ----------
    overall : float
        Kaiser-Meyer-Olkin measure: squared correlations over these and the squared partial ones (Kaiser 1974,
        Psychometrika 39, 31-36).
    by_item : Series
        The same of each item.
    chi_square, df, p : float, int, float
        Bartlett's test that no item correlates with another (1951, Biometrika 38, 337-344).
    people : int
    """

    overall: float
    by_item: pd.Series
    chi_square: float
    df: int
    p: float
    people: int

    def tidy(self) -> pd.DataFrame:
        """Return a row per item."""
        return self.by_item.rename("kmo").rename_axis("item").reset_index()

    def summary(self) -> str:
        """Return the result as a sentence."""
        worst = str(self.by_item.idxmin())
        return (
            f"Kaiser-Meyer-Olkin {self.overall:.2f}, lowest {self.by_item[worst]:.2f} ({worst}); "
            f"Bartlett χ² {self.chi_square:.1f} with {self.df} degrees of freedom, {told_p(self.p)}; "
            f"{self.people} people"
        )


@dataclass(frozen=True, repr=False)
class Exploration(Result):
    """An exploratory factor analysis.

    Attributes
    ----------
    loadings : data frame
        Standardised: a row per item, a column per factor ("factor 1", …), the largest first.
    factor_correlations : data frame
    uniquenesses : Series
        What an item has of its own.
    chi_square, df, p : float, int, float
        Of the factors against correlations as they are, with Bartlett's correction (1951); for minimum
        residuals of the discrepancy at their solution.
    bic : float
        With intercepts, by maximum likelihood; NaN otherwise.
    extraction, rotation : str
    people, left_out : int
    """

    loadings: pd.DataFrame
    factor_correlations: pd.DataFrame
    uniquenesses: pd.Series
    chi_square: float
    df: int
    p: float
    bic: float
    extraction: Extraction
    rotation: Rotation
    people: int
    left_out: int

    def tidy(self) -> pd.DataFrame:
        """Return loadings and uniquenesses, a row per item."""
        return self.loadings.assign(uniqueness=self.uniquenesses).rename_axis("item").reset_index()

    def summary(self) -> str:
        """Return the result as a sentence."""
        told = f", BIC {self.bic:.2f}" if math.isfinite(self.bic) else ""
        out = f", {self.left_out} left out who did not answer every item" if self.left_out else ""
        return (
            f"{self.loadings.shape[1]} factors ({in_words(self.extraction)}, {self.rotation}): "
            f"χ² {self.chi_square:.2f} with {self.df} degrees of freedom ({told_p(self.p)}){told}; "
            f"{self.people} people{out}"
        )


def sampling_adequacy(answers: pd.DataFrame, items: Sequence[str]) -> SamplingAdequacy:
    """Return whether items have enough in common for factors.

    Parameters
    ----------
    answers : data frame
        A row per person, a column per item; people who left one open are left out.
    items : sequence of str

    Raises
    ------
    ValueError, NotEstimable
        As `answers.answers_by_group`; and when items follow from others exactly.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> common = generator.normal(size=(300, 1))
    >>> answers = pd.DataFrame(common + generator.normal(size=(300, 3)), columns=list("abc"))
    >>> round(sampling_adequacy(answers, list("abc")).overall, 1)
    0.7
    """
    correlations, people, _ = _correlations(answers, items)
    inverse = np.linalg.inv(correlations)
    partial = inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    off = ~np.eye(len(correlations), dtype=bool)
    simple, rest = correlations**2 * off, partial**2 * off
    p = len(correlations)
    statistic = -(people - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(correlations)[1])
    df = p * (p - 1) // 2
    return SamplingAdequacy(
        overall=float(simple.sum() / (simple.sum() + rest.sum())),
        by_item=pd.Series(simple.sum(axis=0) / (simple.sum(axis=0) + rest.sum(axis=0)), index=list(items)),
        chi_square=statistic,
        df=df,
        p=float(chi2.sf(statistic, df)),
        people=people,
    )


def exploratory(
    answers: pd.DataFrame,
    items: Sequence[str],
    factors: int,
    *,
    extraction: Extraction = "minimum_residual",
    rotation: Rotation = "oblimin",
    starts: int = 30,
    seed: int = 1,
) -> Exploration:
    """Return an exploratory factor analysis of the items' Pearson correlations.

    Parameters
    ----------
    answers : data frame
        A row per person, a column per item; people who left one open are left out.
    items : sequence of str
    factors : int
    extraction : {"minimum_residual", "maximum_likelihood"}
        Least squared residual correlations (Harman & Jones 1966, Psychometrika 31, 351-368), or a normal
        likelihood (Jöreskog 1967, Psychometrika 32, 443-482).
    rotation, starts, seed :
        As in `rotation.rotate`.

    Raises
    ------
    ValueError
        When there are too many factors for the items, or an argument is none of those allowed.
    NotEstimable
        As `answers.answers_by_group`; when the search does not converge or an item has nothing of its
        own (Heywood case).

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> common = np.repeat(generator.normal(size=(600, 2)), 3, axis=1)
    >>> answers = pd.DataFrame(common + generator.normal(size=(600, 6)), columns=list("abcdef"))
    >>> found = exploratory(answers, list("abcdef"), 2)
    >>> found.loadings.abs().idxmax(axis=1).nunique(), found.df
    (2, 4)
    """
    require_one_of("extraction", extraction, Extraction)
    require_count("factors", factors)
    p = len(items)
    df = ((p - factors) ** 2 - p - factors) // 2
    if df < 0:
        raise ValueError(
            f"found {factors} factors of {p} items; allowed: no more parameters than correlations"
        )
    correlations, people, given = _correlations(answers, items)
    uniquenesses, loadings = _extracted(correlations, list(items), factors, extraction)
    implied = loadings @ loadings.T + np.diag(uniquenesses)
    ratio = np.linalg.solve(implied, correlations)
    discrepancy = float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - p)
    statistic = (people - 1 - (2 * p + 5) / 6 - 2 * factors / 3) * discrepancy
    bic = math.nan
    if extraction == "maximum_likelihood":
        covariance = np.cov(given, rowvar=False, ddof=0)
        log_likelihood = (
            -people
            / 2
            * (p * math.log(2 * math.pi) + float(np.linalg.slogdet(covariance)[1]) + p + discrepancy)
        )
        parameters = 2 * p + p * factors - factors * (factors - 1) // 2
        bic = parameters * math.log(people) - 2 * log_likelihood
    rotated = rotate(loadings, rotation, starts=starts, seed=seed)
    names = [f"factor {number}" for number in range(1, factors + 1)]
    return Exploration(
        loadings=pd.DataFrame(rotated.loadings, index=list(items), columns=names),
        factor_correlations=pd.DataFrame(rotated.factor_correlations, index=names, columns=names),
        uniquenesses=pd.Series(uniquenesses, index=list(items)),
        chi_square=statistic,
        df=df,
        p=float(chi2.sf(statistic, df)) if df else math.nan,
        bic=bic,
        extraction=extraction,
        rotation=rotation,
        people=people,
        left_out=len(answers) - people,
    )


def _correlations(answers: pd.DataFrame, items: Sequence[str]) -> tuple[Floats, int, Floats]:
    (given,) = answers_by_group(answers, items).answers
    correlations: Floats = np.atleast_2d(np.corrcoef(given, rowvar=False))
    if np.linalg.eigvalsh(correlations)[0] < 1e-10:
        raise NotEstimable("found items that follow from the others exactly; their correlations are singular")
    return correlations, len(given), given


def _extracted(
    correlations: Floats, items: list[str], factors: int, extraction: Extraction
) -> tuple[Floats, Floats]:
    """Return uniquenesses and unrotated loadings at the minimum."""
    own = _likelihood if extraction == "maximum_likelihood" else _residuals
    multiple = 1 / np.diag(np.linalg.inv(correlations))
    found = minimize(
        own,
        np.minimum(multiple * (1 - factors / (2 * len(correlations))), 0.98),
        args=(correlations, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LEAST_UNIQUENESS, 1.0)] * len(correlations),
        options={"maxiter": 5_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    uniquenesses: Floats = found.x
    if (uniquenesses <= _LEAST_UNIQUENESS).any():
        own_nothing = items[int(np.argmin(uniquenesses))]
        raise NotEstimable(f"item {own_nothing} would have nothing of its own (Heywood case): fewer factors")
    if float(np.abs(np.where(uniquenesses < 1, found.jac, 0)).max()) > 1e-4:
        raise NotEstimable(f"the search for {factors} factors did not converge: {found.message}")
    if extraction == "maximum_likelihood":
        root = np.sqrt(uniquenesses)
        values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
        size = np.sqrt(np.maximum(values[::-1][:factors] - 1, 0))
        return uniquenesses, root[:, None] * vectors[:, ::-1][:, :factors] * size
    values, vectors = np.linalg.eigh(correlations - np.diag(uniquenesses))
    return uniquenesses, vectors[:, ::-1][:, :factors] * np.sqrt(np.maximum(values[::-1][:factors], 0))


def _residuals(uniquenesses: Floats, correlations: Floats, factors: int) -> tuple[float, Floats]:
    values, vectors = np.linalg.eigh(correlations - np.diag(uniquenesses))
    left = len(values) - factors
    rest = values[:left]
    return float(rest @ rest) / 2, -(vectors[:, :left] ** 2) @ rest


def _likelihood(uniquenesses: Floats, correlations: Floats, factors: int) -> tuple[float, Floats]:
    root = np.sqrt(uniquenesses)
    values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
    left = len(values) - factors
    rest = values[:left]
    # Each eigenvalue's slope by a uniqueness is -value × its squared cell ÷ the uniqueness.
    slope = (vectors[:, :left] ** 2) @ (1 - rest) / uniquenesses
    return float((rest - np.log(rest) - 1).sum()), slope
