"""The hazard of adoption by exposure to those one is tied to: netdiffuseR's ``diffreg``, and a placebo.

Networks, times of adoption and periods are given as in `analysis.adoption.exposure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.adoption.exposure import ExposureWeights, exposure, upcoming_exposure
from analysis.adoption.exposure_weights import Network
from analysis.adoption.hazards import HazardLink, HazardModel, hazard_model
from analysis.adoption.period_terms import PeriodEffects
from analysis.adoption.person_periods import person_periods

__all__ = ["UPCOMING", "diffusion_regression"]

UPCOMING = "upcoming exposure"
"""Name of the placebo."""


def diffusion_regression(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    attributes: pd.DataFrame | None = None,
    *,
    covariates: Sequence[str] = (),
    categorical: Sequence[str] = (),
    lag: int = 1,
    network_lag: int | None = None,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
    observed_until: npt.ArrayLike | None = None,
    period_effects: PeriodEffects = "automatic",
    groups: str | None = None,
    clustered: bool = True,
    placebo: bool = False,
    link: HazardLink = "logit",
) -> HazardModel:
    """Fit a hazard of adoption with lagged exposure, attributes and periods (netdiffuseR's ``diffreg``).

    Exposure grows as a hazard rises and stays high when it falls. Unless the hazard is free to do so on its
    own, exposure stands for its course: with a linear trend and a bell-shaped hazard it is "significant" in a
    third of networks without any contagion. So it is for communities that adopt early or late.

    Parameters
    ----------
    network, adoption_time, periods, lag, network_lag, weights, valued, no_alters
        As `analysis.adoption.exposure.exposure`; the first `lag` periods are left out.
    attributes : DataFrame of n rows, optional
        Holds the `covariates`, `categorical` and `groups`.
    covariates, categorical, period_effects, link
        As `hazard_model`; netdiffuseR's trend is "linear".
    observed_until
        As `analysis.adoption.adopters.hazard_by_period`.
    groups : str, optional
        Column of communities: each gets a constant of its own, and standard errors are clustered by them.
    clustered : bool
        False leaves the standard errors those of maximum likelihood, where communities are too few to
        cluster by.
    placebo : bool
        Whether exposure is replaced by `upcoming_exposure`: the share of those one is tied to who adopt in
        the *next* period. They cannot have been followed yet; an estimate as large as that of exposure says
        that likeness, or a common time, makes tied people adopt together. (It is no clean zero where ties
        run both ways: those who adopt next may follow the person.)

    Returns
    -------
    HazardModel
        Terms ``constant``, ``exposure``, the covariates, those of the period if it has any, the categories.
        Except with a linear trend the constant is of the average period and community. netdiffuseR's data
        give never-adopters the period after the last, in which all of them "adopt"; given as inf or NaN,
        they are at risk to the end and never adopt.

    Raises
    ------
    ValueError, NotEstimable
        As `hazard_model` and `analysis.adoption.exposure.exposure`.
    """
    kind: dict[str, Any] = {"network_lag": network_lag, "weights": weights, "valued": valued}
    kind |= {"no_alters": no_alters}
    name = UPCOMING if placebo else "exposure"
    found = (
        upcoming_exposure(network, adoption_time, periods, **kind | {"network_lag": network_lag or 0})
        if placebo
        else exposure(network, adoption_time, periods, lag=lag, **kind)
    )
    # The same person-periods for both, those that have a period before.
    found[:, :lag] = np.nan
    frame = person_periods(
        adoption_time,
        periods,
        attributes=attributes,
        by_period={name: found},
        observed_until=observed_until,
    )
    return hazard_model(
        frame,
        exposure=name,
        period_effects=period_effects,
        covariates=covariates,
        categorical=categorical,
        effects=[] if groups is None else [groups],
        groups=groups if clustered else None,
        link=link,
    )
