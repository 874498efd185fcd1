"""Which inputs of a simulation does its output depend on? Shares of variance (Sobol indices).

*First* is the share of the output's variance that goes if an input is fixed; *total* the share that is left
if all others are. First indices by Saltelli et al. (2010, Computer Physics Communications 181, 259-270,
table 2, b), total ones by Jansen (1999; there f). A simulation's output is a mean of few replicates: its
Monte Carlo variance is known, and taken out of every variance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import qmc

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count, require_level

__all__ = ["saltelli_design", "variance_shares"]


def saltelli_design(inputs: int, power: int, *, seed: int) -> Floats:
    """Return points of the unit cube at which a simulation has to be run.

    Parameters
    ----------
    inputs : int
        d.
    power : int
        There are N = 2 to this power rows in each part.
    seed : int
        Scrambles the Sobol sequence.

    Returns
    -------
    ndarray of float, shape (d + 2, N, d)
        A, B, and for each input A with that column of B.

    Examples
    --------
    >>> saltelli_design(3, 4, seed=1).shape
    (5, 16, 3)
    """
    require_count("inputs", inputs)
    require_count("power", power)
    points = qmc.Sobol(2 * inputs, scramble=True, rng=seed).random_base2(power)
    first, second = points[:, :inputs], points[:, inputs:]
    mixed = np.repeat(first[None], inputs, axis=0)
    for place in range(inputs):
        mixed[place, :, place] = second[:, place]
    return np.concatenate([first[None], second[None], mixed])


def variance_shares(
    outputs: Floats,
    names: list[str],
    *,
    noise: float = 0.0,
    level: float = 0.95,
    resamples: int = 500,
    seed: int,
) -> pd.DataFrame:
    """Return each input's share of the output's variance.

    Parameters
    ----------
    outputs : ndarray of float, shape (d + 2, N)
        At the points of `saltelli_design`.
    names : list of str
        Of the d inputs.
    noise : float
        Mean Monte Carlo variance of one output.
    level : float
        Of percentile intervals over resampled rows.
    resamples, seed : int

    Returns
    -------
    DataFrame
        index `input`; ``first``, ``first_lower``, ``first_upper``, ``total``, ``total_lower``,
        ``total_upper``. Estimates may be a little below 0.

    Raises
    ------
    NotEstimable
        When the output does not vary beyond its noise.
    ValueError
        When the shapes do not agree, or an output is not finite.

    Examples
    --------
    >>> points = saltelli_design(2, 8, seed=1)
    >>> shares = variance_shares(points[..., 0] * 3, ["heard", "ignored"], seed=1)
    >>> shares["total"].round(2).tolist()
    [1.0, 0.0]
    """
    require_level(level)
    require_count("resamples", resamples)
    if outputs.ndim != 2 or len(outputs) != len(names) + 2 or not np.isfinite(outputs).all():
        raise ValueError(
            f"found outputs of shape {outputs.shape}, {int((~np.isfinite(outputs)).sum())} not finite; "
            f"allowed: ({len(names) + 2}, N), all finite"
        )
    if outputs[:2].var() <= noise or np.ptp(outputs[:2]) == 0:
        raise NotEstimable("the output does not vary beyond its Monte Carlo noise")
    generator = np.random.default_rng(seed)
    count = outputs.shape[1]
    drawn = [_shares(outputs[:, generator.integers(count, size=count)], noise) for _ in range(resamples)]
    tail = 100 * (1 - level) / 2
    lower, upper = np.nanpercentile(drawn, [tail, 100 - tail], axis=0)
    columns = {}
    for place, (name, values) in enumerate(zip(("first", "total"), _shares(outputs, noise), strict=True)):
        columns[name] = values
        columns[f"{name}_lower"], columns[f"{name}_upper"] = lower[place], upper[place]
    return pd.DataFrame(columns, index=pd.Index(names, name="input"))


def _shares(outputs: Floats, noise: float) -> Floats:
    """Return first and total shares, shape (2, d)."""
    centred = outputs - outputs[:2].mean()
    one, other, mixed = centred[0], centred[1], centred[2:]
    variance = centred[:2].var() - noise
    if variance <= 0:
        return np.full((2, len(mixed)), np.nan)
    first = (other * (mixed - one)).mean(axis=1)
    total = ((one - mixed) ** 2).mean(axis=1) / 2 - noise
    shares: Floats = np.array([first, total]) / variance
    return shares
