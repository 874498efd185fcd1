"""Results of the quadratic assignment procedure, and the p-values in them.

How the p-values are defined is told in `analysis.resampling.qap`, whose functions return these results.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass

import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.resampling.monte_carlo import p_error, p_value
from analysis.resampling.qap_input import METHODS
from analysis.result import Result

__all__ = ["MRQAP", "MRQAPTerm", "QAPCorrelation", "p_values", "sample_deviation"]

P_COLUMNS = ["p", "p_greater", "p_less", "p_error"]
TIDY = ["term", "estimate", "standard_error", "statistic", *P_COLUMNS, "permutation_sd"]


@dataclass(frozen=True, repr=False)
class QAPCorrelation(Result):
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


@dataclass(frozen=True, repr=False)
class MRQAP(Result):
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
        """Return one row per term: estimate, standard error, statistic, p-values, permutation SD."""
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


def p_values(
    name: str, statistic: float, replicates: Floats, permutations: int, *, level: int
) -> tuple[float, float, float, float]:
    """Return two-sided, upper and lower p-value and the Monte Carlo error of the first.

    `level` is the number of calls between the user's and this one, so that a warning points at theirs.
    """
    count = replicates.size
    if count == 0:
        raise NotEstimable(f"{name}: none of the {permutations} replicates could be fitted")
    if count < permutations:
        warnings.warn(
            f"{name}: {permutations - count} of {permutations} replicates could not be fitted "
            "(no convergence or dependent columns) and are left out of its p-values",
            RuntimeWarning,
            stacklevel=level + 1,
        )
    p, greater, less = (
        p_value(replicates, statistic, alternative) for alternative in ("about_zero", "greater", "less")
    )
    return p, greater, less, p_error(p, count)


def sample_deviation(values: Floats) -> float:
    """Return the sample standard deviation, NaN of fewer than two values."""
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")
