"""Who may have learned from whom: ties inferred from the order in which several innovations were adopted.

Gomez-Rodriguez, Leskovec & Krause (2010), Inferring networks of diffusion and influence, KDD. No tie is
observed: an inferred one says that adoption here often followed adoption there closely, for whatever reason.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats

__all__ = ["cascade_sizes", "cascade_times", "gain_of_first_ties", "infer_ties"]


def cascade_times(adoptions: pd.DataFrame) -> pd.DataFrame:
    """Return when each adopted each innovation: a row per innovation, a column per adopter; NaN: never seen.

    Parameters
    ----------
    adoptions : DataFrame
        ``innovation``, ``adopter_id``, ``adopted_on`` (whole periods), ``censored``.
    """
    known = adoptions[adoptions["censored"] == 0].assign(
        adopted_on=lambda rows: rows["adopted_on"].astype(float)
    )
    return known.pivot(index="innovation", columns="adopter_id", values="adopted_on")


def cascade_sizes(times: pd.DataFrame) -> pd.DataFrame:
    """Return quartiles of how many adopted an innovation, and of how many did so in a period already taken.

    Parameters
    ----------
    times : DataFrame
        As from `cascade_times`.

    Returns
    -------
    DataFrame
        index statistic: ``length``, ``ties``.

    Examples
    --------
    >>> times = pd.DataFrame({"a": [1.0, 1.0], "b": [1.0, 2.0], "c": [1.0, float("nan")]})
    >>> cascade_sizes(times).loc["largest"].tolist()
    [3.0, 2.0]
    """
    length = times.notna().sum(axis=1)
    ties = length - times.nunique(axis=1)
    statistics = {
        "smallest": 0.0,
        "lower quarter": 0.25,
        "median": 0.5,
        "upper quarter": 0.75,
        "largest": 1.0,
    }
    found = {
        name: {label: float(values.quantile(share)) for label, share in statistics.items()}
        | {"mean": float(values.mean())}
        for name, values in (("length", length), ("ties", ties))
    }
    return pd.DataFrame(found).rename_axis("statistic")


def infer_ties(
    times: pd.DataFrame,
    rate: float,
    *,
    cutoff: float,
    with_tie: float = 0.5,
    without: float = 1e-9,
) -> pd.DataFrame:
    """Add, one at a time, the tie that makes the observed order most likely, until it adds too little.

    In each innovation everybody but the first has one source, somebody earlier; the log-likelihood of waiting
    a time d is log(w rate) − rate d, with w `with_tie` along an inferred tie and `without` where there is
    none. The tie with the greatest gain over all innovations is added (of several the last by name); Vuong's
    test of the gains by innovation (less one parameter) says whether it adds anything. The tie
    that ends the search is kept, as in the R package NetworkInference.

    Parameters
    ----------
    times : DataFrame
        As from `cascade_times`.
    rate : float
        Of the exponential waiting time, per period.
    cutoff : float
        The p-value of Vuong's test at which the search ends.
    with_tie, without : float
        Weights, the first the greater.

    Returns
    -------
    DataFrame
        ``sender_id``, ``receiver_id``, ``gain``, ``p``, in order of inference.

    Raises
    ------
    ValueError
        For a rate, cutoff or weights out of range.

    Examples
    --------
    >>> times = pd.DataFrame({"a": [1.0, 5.0, 2.0], "b": [2.0, 6.0, 4.0]})
    >>> infer_ties(times, 1.0, cutoff=0.1)[["sender_id", "receiver_id"]].to_numpy().tolist()
    [['a', 'b']]
    """
    _check(rate, with_tie, without)
    if not 0 < cutoff <= 1:
        raise ValueError(f"found cutoff {cutoff}; allowed: above 0, at most 1")
    waits, shortest = _waits(times)
    number = len(times)
    # Log-likelihoods without what all share: the logarithm of the rate.
    best = math.log(without) - rate * shortest
    tied = math.log(with_tie) - rate * waits
    gains = np.nansum(np.maximum(tied - best[:, None, :], 0), axis=0)
    names, rows = times.columns, []
    for _ in range(int(np.isfinite(waits).any(axis=0).sum())):
        # Equal gains differ in their last digits: the last of them is taken, as by the package.
        equal = np.flatnonzero(gains.ravel() >= gains.max() - 1e-7)
        sender, receiver = divmod(int(equal[-1]), len(names))
        gain = gains[sender, receiver]
        if gain <= 0:
            break
        by_innovation = np.nan_to_num(np.maximum(tied[:, sender, receiver] - best[:, receiver], 0))
        improved = by_innovation - 1 / number
        spread = improved.std(ddof=1)
        p = float(norm.sf(improved.sum() / (spread * math.sqrt(number)))) if spread > 0 else 0.0
        rows.append((names[sender], names[receiver], gain, p))
        if p >= cutoff:
            break
        best[:, receiver] += by_innovation
        gains[:, receiver] = np.nansum(np.maximum(tied[:, :, receiver] - best[:, [receiver]], 0), axis=0)
    return pd.DataFrame(rows, columns=["sender_id", "receiver_id", "gain", "p"])


def gain_of_first_ties(
    times: pd.DataFrame, sender: str, receivers: list[str], rate: float, ratio: float
) -> pd.Series:
    """Return what each tie from one sender gains when it is the first to its receiver.

    Parameters
    ----------
    times, rate
        As for `infer_ties`.
    sender : str
    receivers : list of str
    ratio : float
        `with_tie` ÷ `without`.
    """
    _check(rate, ratio, 1.0)
    waits, shortest = _waits(times[[sender, *(name for name in times.columns if name != sender)]])
    columns = [sender, *(name for name in times.columns if name != sender)]
    later = waits[:, 0, :] - shortest
    gains = np.nansum(np.maximum(math.log(ratio) - rate * later, 0), axis=0)
    return pd.Series(gains, index=columns)[receivers].rename("gain").rename_axis("receiver")


def _waits(times: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return waiting times (innovation, from, to), NaN unless positive, and the shortest to each."""
    when = times.to_numpy(float)
    waits = when[:, None, :] - when[:, :, None]
    waits[~(waits > 0)] = np.nan
    shortest = np.where(np.isnan(waits), np.inf, waits).min(axis=1)
    return waits, np.where(np.isfinite(shortest), shortest, np.nan)


def _check(rate: float, with_tie: float, without: float) -> None:
    if not rate > 0 or not 0 < without < with_tie:
        raise ValueError(
            f"found rate {rate}, weights {with_tie} and {without}; allowed: above 0, the first weight greater"
        )
