"""Confirmatory factor analysis of one group or several: continuous items or ordinal ones.

Continuous answers are fitted by maximum likelihood (`normal_likelihood`), ordinal ones by diagonally weighted
least squares on thresholds and polychoric correlations (`weighted_least_squares`). `invariance` compares
models whose parameters are equal between groups or waves with models in which they are not.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_one_of
from analysis.measurement.answers import answers_to_scales, scale_items
from analysis.measurement.factor_design import Design, start
from analysis.measurement.factor_estimates import estimates, residual_correlations, told_name
from analysis.measurement.factor_structure import Block, Structure
from analysis.measurement.fit_indices import FitIndices, fit_indices
from analysis.measurement.moment_fit import minimise
from analysis.measurement.normal_likelihood import NormalMoments
from analysis.measurement.polychoric import ordinal_moments
from analysis.measurement.weighted_least_squares import ThresholdMoments
from analysis.result import Result

__all__ = ["FactorModel", "Moments", "Scaling", "confirmatory", "fitted"]

Scaling = Literal["unit_variance", "first_item"]
Moments = NormalMoments | ThresholdMoments


@dataclass(frozen=True, repr=False)
class FactorModel(Result):
    """A fitted factor model.

    Attributes
    ----------
    fit : FitIndices
        Of χ² as it is; for ordinal items of the statistic before it is scaled, which is held against nothing.
    scaled : FitIndices, optional
        Of χ² scaled for answers that are not normal, or scaled and shifted for ordinal ones.
    scaling_factor : float
        χ² divided by the scaled one (ordinal: before the shift); NaN where none was asked for.
    cfi_robust, rmsea_robust : float
        What the plain indices would be of normal answers (Brosseau-Liard & Savalei 2014, Multivariate
        Behavioral Research 49, 460-470); NaN where the answers are ordinal or no robust statistic was asked
        for.
    log_likelihood, aic, bic : float
        NaN for ordinal items.
    largest_residual : float
        Largest absolute difference between an observed and an implied correlation.
    estimates : data frame
        A row per parameter: group, matrix, row, column, estimate, se, standardised. Fixed first loadings have
        an error of zero.
    people : int
        Who answered every item.
    left_out : int
        Who did not.
    groups : tuple
    structure, theta, moments :
        The model, its parameters in order, and what it was fitted to; for comparisons.
    """

    fit: FitIndices
    scaled: FitIndices | None
    scaling_factor: float
    cfi_robust: float
    rmsea_robust: float
    log_likelihood: float
    aic: float
    bic: float
    largest_residual: float
    estimates: pd.DataFrame
    people: int
    left_out: int
    groups: tuple[Hashable, ...]
    structure: Structure = field(compare=False)
    theta: Floats = field(compare=False)
    moments: Moments = field(compare=False)

    @property
    def reported(self) -> FitIndices:
        """The fit to report: the scaled one where there is one."""
        return self.fit if self.scaled is None else self.scaled

    def tidy(self) -> pd.DataFrame:
        """Return the estimates, a row per parameter."""
        return self.estimates.copy()

    def summary(self) -> str:
        """Return the fit as a sentence."""
        who = f"{self.people} people" + (f" in {len(self.groups)} groups" if len(self.groups) > 1 else "")
        out = f", {self.left_out} left out who did not answer every item" if self.left_out else ""
        return f"{'' if self.scaled is None else 'scaled '}{self.reported.summary()}; {who}{out}"

    def loadings(self) -> pd.DataFrame:
        """Return standardised loadings: a row per item (by group if several), a column per factor."""
        own = self.estimates[self.estimates["matrix"] == "loadings"]
        index = ["row"] if len(self.groups) == 1 else ["group", "row"]
        return own.pivot_table(index=index, columns="column", values="standardised", sort=False)


def confirmatory(
    answers: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    *,
    groups: Sequence[Hashable] | pd.Series | None = None,
    ordinal: bool = False,
    robust: bool = False,
    means: bool | None = None,
    scaling: Scaling = "unit_variance",
    equal: Collection[str] = (),
) -> FactorModel:
    """Return a confirmatory factor analysis: each item has one factor, factors may go together.

    Parameters
    ----------
    answers : data frame
        A row per person, a column per item; people who left one open are left out.
    scales : mapping of str to sequence of str
        Items of each factor.
    groups : sequence of length n, optional
        Of different people; waves of the same people are `invariance.invariance_across_waves`.
    ordinal : bool
        Whether items are ordered categories, coded in whole numbers.
    robust : bool
        Whether to scale χ² and take sandwich standard errors, for continuous answers that are not normal
        (ordinal ones always do).
    means : bool, optional
        Whether means are part of the model of continuous items. By default with several groups or `robust`.
    scaling : {"unit_variance", "first_item"}
        What gives a factor its unit: its variance (of the first group) or the loading of its first item.
    equal : collection of str
        What is equal in all groups: "loadings", "intercepts", "residuals" (continuous) or "thresholds",
        "loadings", "intercepts" (ordinal; Wu & Estabrook 2016, Psychometrika 81, 1014-1045).

    Raises
    ------
    ValueError
        When an argument is none of those allowed, an item has no column or values are no numbers.
    NotEstimable
        When the answers have faults (`answers`), the search does not converge, the parameters are not
        determined, or a variance comes out negative (Heywood case).

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> factor = generator.normal(size=(500, 1))
    >>> answers = pd.DataFrame(factor + generator.normal(size=(500, 4)), columns=list("abcd"))
    >>> model = confirmatory(answers, {"f": list("abcd")})
    >>> model.fit.df, model.people
    (2, 500)
    """
    require_one_of("scaling", scaling, Scaling)
    items = scale_items(scales)
    given = answers_to_scales(answers, scales, groups, ordinal=ordinal)
    several = len(given.groups) > 1
    moments: Moments
    if ordinal:
        moments = ThresholdMoments([ordinal_moments(codes, items) for codes in given.codes])
    else:
        moments = NormalMoments(given.answers, means=(several or robust) if means is None else means)
    design = Design(
        scales, given.groups, ordinal=ordinal, equal=frozenset(equal), first_item=scaling == "first_item"
    )
    return fitted(design, moments, robust=robust, left_out=given.left_out)


def fitted(design: Design, moments: Moments, *, robust: bool = False, left_out: int = 0) -> FactorModel:
    """Return the model of a design, fitted to moments; what `confirmatory` and `invariance` share."""
    structure = design.structure(moments)
    found = minimise(moments, structure, start(structure, moments))
    theta = found.theta
    df = moments.moments - len(theta)
    if df < 0:
        raise NotEstimable(
            f"found {moments.moments} moments and {len(theta)} parameters; no fewer moments are needed"
        )
    _require_proper(structure, theta)
    alone = _independence(structure, moments)
    alone_found = minimise(moments, alone, start(alone, moments))
    alone_df = moments.moments - len(alone_found.theta)
    srmr, largest = residual_correlations(structure, theta, moments)
    groups, people = len(structure.blocks), moments.people
    scaled, factor, cfi, rmsea = None, math.nan, math.nan, math.nan
    log_likelihood = aic = bic = math.nan
    if isinstance(moments, ThresholdMoments):
        statistic = moments.statistic(structure, theta)
        base = moments.statistic(alone, alone_found.theta)
        counted = people - groups
        covariance = moments.robust_covariance(structure, theta)
        if df:
            adjusted, factor = moments.adjusted(structure, theta, df)
            base_adjusted, _ = moments.adjusted(alone, alone_found.theta, alone_df)
            scaled = fit_indices(adjusted, df, (base_adjusted, alone_df), counted, groups, srmr)
    else:
        statistic, base = moments.statistic(found.value), moments.statistic(alone_found.value)
        counted = people
        log_likelihood = moments.log_likelihood(found.value)
        aic, bic = (unit * len(theta) - 2 * log_likelihood for unit in (2.0, math.log(people)))
        covariance = np.linalg.inv(found.information) / people
        if robust:
            trace, covariance = moments.robust(structure, theta)
            base_trace, _ = moments.robust(alone, alone_found.theta)
            if df:
                factor, base_factor = trace / df, base_trace / alone_df
                scaled_base = (base / base_factor, alone_df)
                scaled = fit_indices(statistic / factor, df, scaled_base, counted, groups, srmr)
                over, base_over = max(statistic - trace, 0.0), max(base - base_trace, statistic - trace, 0.0)
                cfi = 1 - over / base_over if base_over else 1.0
                rmsea = math.sqrt(over / (counted * df)) * math.sqrt(groups)
    return FactorModel(
        fit=fit_indices(statistic, df, (base, alone_df), counted, groups, srmr),
        scaled=scaled,
        scaling_factor=factor,
        cfi_robust=cfi,
        rmsea_robust=rmsea,
        log_likelihood=log_likelihood,
        aic=aic,
        bic=bic,
        largest_residual=largest,
        estimates=estimates(structure, theta, covariance, design.units_of_blocks()),
        people=people,
        left_out=left_out,
        groups=design.units_of_blocks(),
        structure=structure,
        theta=theta,
        moments=moments,
    )


def _independence(structure: Structure, moments: Moments) -> Structure:
    """Return the model in which items have nothing in common."""
    blocks = []
    for number, own in enumerate(structure.blocks):
        block = Block(own.items, (), own.threshold_items)
        for place in range(len(own.items)):
            if isinstance(moments, NormalMoments):
                block.free("residual_covariance", (place, place), ("residual", place, number))
                if moments.means:
                    block.free("intercepts", (place,), ("intercept", place, number))
        for place in range(len(own.threshold_items)):
            block.free("thresholds", (place,), ("threshold", place, number))
        blocks.append(block)
    return Structure(blocks)


def _require_proper(structure: Structure, theta: Floats) -> None:
    """Raise when a variance is negative, naming it."""
    faults = []
    for block, own, (_, covariance) in zip(
        structure.blocks, structure.matrices(theta), structure.implied(theta), strict=True
    ):
        common = covariance - own["residual_covariance"]
        ordinal = len(block.threshold_items) > 0
        left = 1 / own["scales"] ** 2 - np.diag(common) if ordinal else np.diag(own["residual_covariance"])
        faults += [
            f"the residual variance of {told_name(item)} is {value:.3f}"
            for item, value in zip(block.items, left, strict=True)
            if value < 0
        ]
        smallest = np.linalg.eigvalsh(own["factor_covariance"]).min(initial=1.0)
        if smallest < 0:
            faults.append(
                "the factors' covariances are those of no distribution: two factors are alike, or too many"
            )
    if faults:
        raise NotEstimable(
            f"the best fitting model is improper (Heywood case): {'; '.join(dict.fromkeys(faults))}"
        )
