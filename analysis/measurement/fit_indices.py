"""How far a model is from the answers: χ², CFI, TLI, RMSEA with its interval, SRMR."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from analysis.checks import require_level
from analysis.result import Result

__all__ = ["FitIndices", "fit_indices", "rmsea_interval", "told_p"]


@dataclass(frozen=True, repr=False)
class FitIndices(Result):
    """Fit of one model.

    Attributes
    ----------
    chi_square : float
    df : int
        Degrees of freedom; with none the model fits by construction, and RMSEA is missing.
    p : float
        Of exact fit.
    cfi, tli : float
        Against items that have nothing in common (Bentler 1990, Psychological Bulletin 107, 238-246; Tucker &
        Lewis 1973). Not above 1 (CFI).
    rmsea, rmsea_lower, rmsea_upper : float
        Misfit per degree of freedom and its 90 % interval (Steiger 1998 for several groups).
    srmr : float
        Root mean square of the residual correlations, over the moments the model is of (Bentler 1995).
    """

    chi_square: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    srmr: float

    def summary(self) -> str:
        """Return the fit as a sentence."""
        if not self.df:
            return "the model fits by construction, with no degrees of freedom left"
        return (
            f"χ² {self.chi_square:.3f} with {self.df} degrees of freedom ({told_p(self.p)}), "
            f"CFI {self.cfi:.3f}, RMSEA {self.rmsea:.3f} "
            f"({self.rmsea_lower:.3f} to {self.rmsea_upper:.3f}), SRMR {self.srmr:.3f}"
        )


def fit_indices(
    statistic: float, df: int, baseline: tuple[float, int], people: float, groups: int, srmr: float
) -> FitIndices:
    """Return the indices of a χ².

    Parameters
    ----------
    statistic, df : float, int
        χ² and its degrees of freedom.
    baseline : tuple of float and int
        The same of the model in which items have nothing in common.
    people : float
        That the statistic counts (N, or N less a person a group).
    groups : int
    srmr : float

    Examples
    --------
    >>> fit = fit_indices(85.306, 24, (918.852, 36), 301, 1, 0.065)
    >>> round(fit.cfi, 3), round(fit.tli, 3), round(fit.rmsea, 3)
    (0.931, 0.896, 0.092)
    """
    base, base_df = baseline
    over, base_over = max(statistic - df, 0.0), max(base - base_df, statistic - df, 0.0)
    missing = math.nan
    tli = rmsea = lower = upper = missing
    if df:
        rmsea = math.sqrt(over / (people * df)) * math.sqrt(groups)
        lower, upper = rmsea_interval(statistic, df, people, groups)
    if df and base_df and base != base_df:
        tli = (base / base_df - statistic / df) / (base / base_df - 1)
    return FitIndices(
        chi_square=statistic,
        df=df,
        p=float(chi2.sf(statistic, df)) if df else missing,
        cfi=1 - over / base_over if base_over else 1.0,
        tli=tli,
        rmsea=rmsea,
        rmsea_lower=lower,
        rmsea_upper=upper,
        srmr=srmr,
    )


def told_p(p: float) -> str:
    """Return a p-value in words.

    Examples
    --------
    >>> told_p(0.0312), told_p(1e-9)
    ('p = 0.0312', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"


def rmsea_interval(
    statistic: float, df: float, people: float, groups: int = 1, level: float = 0.9
) -> tuple[float, float]:
    """Return the interval of RMSEA, from the noncentral χ² whose tails the statistic cuts.

    After Browne & Cudeck (1992, Sociological Methods & Research 21, 230-258).

    Examples
    --------
    >>> tuple(round(end, 4) for end in rmsea_interval(85.306, 24, 301))
    (0.0714, 0.1137)
    """
    require_level(level)
    ends = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        if chi2.cdf(statistic, df) < tail:
            ends.append(0.0)
            continue
        top = 2 * statistic + 100
        while ncx2.cdf(statistic, df, top) > tail:
            top *= 2

        def beyond(noncentrality: float, tail: float = tail) -> float:
            return float(ncx2.cdf(statistic, df, noncentrality)) - tail

        ends.append(math.sqrt(brentq(beyond, 1e-12, top, xtol=1e-10) * groups / (people * df)))
    return ends[0], ends[1]
