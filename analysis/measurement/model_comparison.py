"""One factor model against another: what equal parameters cost, all together and item by item."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.linalg import null_space
from scipy.stats import chi2

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.factor_design import Design
from analysis.measurement.factor_model import FactorModel, fitted
from analysis.measurement.moment_fit import added_directions
from analysis.measurement.weighted_least_squares import ThresholdMoments, scaled_and_shifted

__all__ = ["breaking_items", "difference_test", "item_tests"]

_FEWEST_HELD = 2


def difference_test(narrower: FactorModel, wider: FactorModel) -> tuple[float, float, float]:
    """Return χ² of what a narrower model loses against a wider one, its degrees of freedom, and p.

    Of plain fits the difference; of robust ones scaled (Satorra & Bentler 2001, Psychometrika 66, 507-514);
    of ordinal ones scaled and shifted (Satorra 2000, in Innovations in Multivariate Statistical Analysis,
    233-247). p is missing where the models have as many parameters, as with thresholds of items of three
    categories.
    """
    freedom = narrower.fit.df - wider.fit.df
    change = narrower.fit.chi_square - wider.fit.chi_square
    if freedom <= 0:
        return change, float(freedom), math.nan
    moments = narrower.moments
    if isinstance(moments, ThresholdMoments):
        trace, squares = _restriction(narrower, wider, moments)
        change, _ = scaled_and_shifted(change, freedom, trace, squares)
    elif narrower.scaled is not None:
        factors = [
            model.fit.df * model.scaling_factor if model.fit.df else 0.0 for model in (narrower, wider)
        ]
        factor = (factors[0] - factors[1]) / freedom
        change = change / factor if factor > 0 else math.nan
    return change, float(freedom), float(chi2.sf(change, freedom))


def _restriction(narrower: FactorModel, wider: FactorModel, moments: ThresholdMoments) -> tuple[float, float]:
    """Return the traces that scale a difference, of what the restriction leaves of chance and its square."""
    wide, _ = moments.weighted(wider.structure, wider.theta)
    narrow, _ = moments.weighted(narrower.structure, narrower.theta)
    within = np.linalg.lstsq((wide / moments.weights).T, (narrow / moments.weights).T, rcond=None)[0]
    restriction = null_space(within.T).T
    inverse = np.linalg.inv(wide @ wide.T)
    middle = restriction @ inverse
    inner = np.linalg.inv(middle @ restriction.T)
    meat = middle @ wide @ moments.sampling @ wide.T @ middle.T
    product = inner @ meat
    return float(np.trace(product)), float(np.sum(product * product.T))


def item_tests(design: Design, model: FactorModel, what: str) -> pd.DataFrame:
    """Return score tests of setting one item's equal parameters free, an item per row.

    Parameters
    ----------
    design : Design
        Of the model.
    model : FactorModel
    what : str
        Which of the design's equal parameters.

    Returns
    -------
    data frame
        item, chi_square, df, p, p_holm. Items whose parameters, set free, would change nothing have no row.
    """
    moments = model.moments
    narrow, residuals = moments.weighted(model.structure, model.theta)
    rows = []
    for item in (item for own in design.scales.values() for item in own):
        wider = design.release(item, what).structure(moments)
        theta = np.array([_value(model, label) for label in wider.labels])
        wide, _ = moments.weighted(wider, theta)
        new = [place for place, label in enumerate(wider.labels) if label not in model.structure.place]
        directions = added_directions(wide[new], narrow)
        freedom = directions.shape[1]
        if (what, item) in design.released or not freedom:
            continue
        along = directions.T @ residuals
        spread = np.eye(freedom)
        if model.scaled is not None:
            spread = moments.sampling_along(model.structure, model.theta, directions)
        statistic = moments.people * float(along @ np.linalg.solve(spread, along))
        rows.append((item, statistic, freedom, float(chi2.sf(statistic, freedom))))
    found = pd.DataFrame(rows, columns=["item", "chi_square", "df", "p"])
    return found.assign(p_holm=_holm(found["p"].to_numpy()))


def breaking_items(design: Design, model: FactorModel, what: str, alpha: float) -> pd.DataFrame:
    """Return the tests of all items, and which have to be set free for the others to be equal.

    One item that differs makes the others look different too. So the one that breaks it most is set free, the
    model fitted again and the others tested again, until none is left that breaks it (Yoon & Millsap 2007,
    Structural Equation Modeling 14, 435-463), a factor has only two items that are equal, or the wider model
    is not estimable.

    Parameters
    ----------
    design, model, what :
        As in `item_tests`.
    alpha : float
        Of Holm's correction over the items of a step.

    Returns
    -------
    data frame
        As `item_tests`, with release: 1 for the first item set free, 2 for the second, missing for others.
    """
    found = item_tests(design, model, what)
    released: list[str] = []
    tests = found
    while True:
        free = {item for own, item in design.released if own == what}
        held = {factor: [item for item in own if item not in free] for factor, own in design.scales.items()}
        may = [item for own in held.values() if len(own) > _FEWEST_HELD for item in own]
        worst = tests[tests["item"].isin(may) & (tests["p_holm"] < alpha)].sort_values("chi_square")
        if worst.empty:
            break
        released.append(str(worst["item"].iloc[-1]))
        design = replace(design, released=design.released | {(what, released[-1])})
        try:
            wider = fitted(design, model.moments, robust=model.scaled is not None)
        except NotEstimable:
            break
        tests = item_tests(design, wider, what)
    order = {item: float(step) for step, item in enumerate(released, start=1)}
    return found.assign(release=found["item"].map(order).astype(float))


def _value(model: FactorModel, label: tuple[Hashable, ...]) -> float:
    """Return a wider model's parameter where the narrower stands: its own, that all share, or none (0)."""
    place = model.structure.place.get(label, model.structure.place.get(label[:-1]))
    return 0.0 if place is None else float(model.theta[place])


def _holm(p: Floats) -> Floats:
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty(len(p))
    found[order] = np.minimum(stepped, 1)
    return found
