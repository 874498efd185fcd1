"""One row for each person and period in which the person might have adopted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.adoption.adopters import people_at_risk

__all__ = ["person_periods"]


def person_periods(
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    attributes: pd.DataFrame | None = None,
    by_period: dict[str, npt.ArrayLike] | None = None,
    observed_until: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return one row for each person and period in which the person might have adopted.

    Parameters
    ----------
    adoption_time, periods, observed_until
        As `analysis.adoption.adopters.hazard_by_period`.
    attributes : DataFrame of n rows, optional
        What does not change, in the order of the actors.
    by_period : dict of (n, T) array-like, optional
        What does, such as exposure.

    Returns
    -------
    DataFrame
        ``actor`` (the place, 0 … n − 1), ``period``, ``adopted`` (0 or 1), attributes, `by_period`.

    Raises
    ------
    ValueError
        When a shape does not fit or a column's name is taken.

    Examples
    --------
    >>> person_periods([1, 2, float("nan")], [1, 2])
       actor  period  adopted
    0      0     1.0        1
    1      1     1.0        0
    2      1     2.0        1
    3      2     1.0        0
    4      2     2.0        0
    """
    bounds = np.asarray(periods, dtype=float)
    at_risk, adopts = people_at_risk(adoption_time, bounds, observed_until=observed_until)
    actors, places = at_risk.nonzero()
    frame = pd.DataFrame(
        {"actor": actors, "period": bounds[places], "adopted": adopts[actors, places].astype(int)}
    )
    given = pd.DataFrame() if attributes is None else attributes
    if attributes is not None and len(attributes) != len(at_risk):
        raise ValueError(
            f"attributes has {len(attributes)} rows for {len(at_risk)} actors; one each is needed"
        )
    taken = [*frame.columns, *given.columns, *(by_period or {})]
    twice = sorted({str(name) for name in taken if taken.count(name) > 1})
    if twice:
        raise ValueError(f"more than one column is called {', '.join(twice)}; rename")
    for name in given.columns:
        frame[name] = given[name].iloc[actors].to_numpy()
    for name, values in (by_period or {}).items():
        table = np.asarray(values, dtype=float)
        if table.shape != at_risk.shape:
            raise ValueError(f"{name} has shape {table.shape}; needed: {at_risk.shape}, actors by periods")
        frame[name] = table[actors, places]
    return frame
