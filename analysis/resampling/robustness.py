"""How much bias would change what is said of an estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import t as student

from analysis.checks import require_level
from analysis.result import Result

__all__ = ["Robustness", "bias_share", "robustness"]


@dataclass(frozen=True, repr=False)
class Robustness(Result):
    """What bias an inference withstands.

    Attributes
    ----------
    estimate, standard_error : float
    observations, covariates : int
        Cases in the fit; predictors besides the one of interest and the intercept.
    threshold : float
        The smallest estimate, with the sign of the one found, whose interval leaves out zero.
    excludes_zero : bool
        Whether the interval of the estimate leaves out zero.
    share : float
        Where it does: the share of the estimate that has to be bias for it not to. Where it does not: what
        share of the threshold bias must have hidden (1 at an estimate of 0).
    cases : int
        That share of the observations: the number of cases to replace, by cases without an effect or, where
        the interval includes zero, by cases whose effect is the threshold.
    partial_correlation, correlation_threshold : float
        Of outcome and predictor given the covariates, and the smallest one that still leaves out zero; both
        with the degrees of freedom left once the omitted variable is in the model, as konfound has them.
    impact : float
        Impact threshold: product of the omitted variable's partial correlations with outcome and predictor
        that brings the one to the other. Negative where a variable would have to suppress.
    correlation : float
        Either of the two when they are of one size: the square root of the impact's size.
    """

    estimate: float
    standard_error: float
    observations: int
    covariates: int
    threshold: float
    excludes_zero: bool
    share: float
    cases: int
    partial_correlation: float
    correlation_threshold: float
    impact: float
    correlation: float

    def summary(self) -> str:
        """Return the share, and the omitted variable, in words."""
        if self.excludes_zero:
            return (
                f"{self.share:.0%} of the estimate ({self.cases} of {self.observations} cases) would have to "
                f"be bias before its interval includes zero. An omitted variable would have to correlate "
                f"{self.correlation:.2f} with both the outcome and the predictor."
            )
        return (
            f"The interval includes zero. Bias would have to hide {self.share:.0%} of the smallest estimate "
            f"whose interval excludes it. An omitted variable would have to correlate {self.correlation:.2f} "
            f"with either the outcome or the predictor and −{self.correlation:.2f} with the other."
        )


def bias_share(estimate: float, threshold: float) -> float:
    """Return the share of an estimate that has to be bias for it to fall to a threshold.

    Parameters
    ----------
    estimate : float
    threshold : float
        Of the same sign; not 0. It may come from any test: a standard error, a permutation.

    Returns
    -------
    float
        ``1 - threshold / estimate`` where the estimate is the larger, else ``1 - estimate / threshold``, what
        bias must have hidden of the threshold; above 1 where the estimate has the other sign.

    Raises
    ------
    ValueError
        When the threshold is 0, or one of the two is not finite.

    References
    ----------
    Frank, K. A., Maroulis, S. J., Duong, M. Q., & Kelcey, B. M. (2013). What would it take to change an
    inference? Educational Evaluation and Policy Analysis, 35, 437–460.

    Examples
    --------
    >>> round(bias_share(2, 0.8), 2), round(bias_share(0.2, 0.8), 2)
    (0.6, 0.75)
    """
    if threshold == 0 or not (math.isfinite(estimate) and math.isfinite(threshold)):
        raise ValueError(
            f"found estimate {estimate}, threshold {threshold}; allowed: finite, the threshold not 0"
        )
    ratio = estimate / threshold
    return 1 - 1 / ratio if ratio > 1 else 1 - ratio


def robustness(
    estimate: float, standard_error: float, observations: int, covariates: int = 0, level: float = 0.95
) -> Robustness:
    """Return what bias the inference from a coefficient of a linear model withstands.

    Parameters
    ----------
    estimate, standard_error : float
        Of the coefficient; the error above 0.
    observations : int
        Cases in the fit.
    covariates : int
        Predictors besides this one and the intercept, indicators of schools among them.
    level : float
        Of the interval that is to leave out zero.

    Returns
    -------
    Robustness

    Raises
    ------
    ValueError
        Naming every argument that is not allowed: the error above 0, at least ``covariates`` + 4 observations
        (one degree of freedom is left with the omitted variable in the model).

    Notes
    -----
    It says how large the bias must be, never that there is or isn't one. The interval's threshold has
    ``observations - covariates - 2`` degrees of freedom, those of the impact one fewer.

    References
    ----------
    Frank, K. A. (2000). Impact of a confounding variable on a regression coefficient. Sociological Methods &
    Research, 29, 147–194 (the impact threshold). Frank et al. (2013), see `bias_share` (share and cases).

    Examples
    --------
    >>> found = robustness(2, 0.4, 100, covariates=3)
    >>> round(found.share, 4), found.cases, round(found.correlation, 3)
    (0.6029, 60, 0.568)
    """
    require_level(level)
    wrong = []
    if not math.isfinite(estimate):
        wrong.append(f"estimate {estimate} (allowed: finite)")
    if not (math.isfinite(standard_error) and standard_error > 0):
        wrong.append(f"standard error {standard_error} (allowed: above 0)")
    if covariates < 0:
        wrong.append(f"{covariates} covariates (allowed: at least 0)")
    if observations < covariates + 4:
        wrong.append(f"{observations} observations (allowed: at least covariates + 4)")
    if wrong:
        raise ValueError("found " + "; ".join(wrong))
    sign = math.copysign(1, estimate)
    degrees = observations - covariates - 2
    threshold = sign * float(student.ppf((1 + level) / 2, degrees)) * standard_error
    share = bias_share(estimate, threshold)
    critical = float(student.ppf((1 + level) / 2, degrees - 1))
    least = critical / math.hypot(critical, math.sqrt(degrees - 1))
    ratio = abs(estimate) / standard_error
    found = ratio / math.hypot(ratio, math.sqrt(degrees - 1))
    impact = (found - least) / (1 - least if found > least else 1 + least)
    return Robustness(
        estimate,
        standard_error,
        observations,
        covariates,
        threshold,
        abs(estimate) > abs(threshold),
        share,
        round(share * observations),
        sign * found,
        sign * least,
        impact,
        math.sqrt(abs(impact)),
    )
