"""Who adopts next, by how many of those they are tied to had adopted: shares with intervals, no model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.checks import require_level
from analysis.resampling.proportions import wilson_interval

__all__ = ["hazard_by_class"]

_CLASSES = ("no ties", "none of them", "up to 1/4", "1/4 to 1/2", "1/2 to 3/4", "3/4 to all")
"""Of those one is tied to, how many had adopted."""


def hazard_by_class(rows: pd.DataFrame, *, exposure: str = "exposure", level: float = 0.95) -> pd.DataFrame:
    """Return the share of those at risk who adopt, by classes of exposure.

    Parameters
    ----------
    rows : DataFrame
        As from `person_periods`, with the column `exposure`: a share, or missing for who has no ties.
    exposure : str
    level : float
        Of the intervals: Wilson's, as if person-periods were independent.

    Returns
    -------
    DataFrame
        index: the class, in words; ``people`` (different ones), ``at_risk`` (person-periods), ``adopted``,
        ``hazard``, ``lower``, ``upper``. Empty classes are left out.

    Raises
    ------
    ValueError
        When a column is missing, exposure is no share, or the level is not between 0 and 1.
    """
    lacking = [name for name in ("actor", "adopted", exposure) if name not in rows]
    if lacking:
        raise ValueError(f"no column {', '.join(lacking)}; there are {', '.join(map(str, rows.columns))}")
    require_level(level)
    shares = rows[exposure].to_numpy(float)
    if ((shares < 0) | (shares > 1)).any():
        wrong = shares[(shares < 0) | (shares > 1)][0]
        raise ValueError(f"{exposure}: found {wrong:g}; allowed: 0 to 1, and missing for who has no ties")
    # 0: no ties; 1: none of them; then quarters.
    place = np.where(np.isnan(shares), 0, np.ceil(np.nan_to_num(shares) * 4 - 1e-9) + 1).astype(int)
    adopted, actors = rows["adopted"].to_numpy(int) == 1, rows["actor"]
    found = {}
    for kind in np.unique(place):
        there = place == kind
        events, risk = int(adopted[there].sum()), int(there.sum())
        low, high = wilson_interval(events, risk, level)
        found[_CLASSES[kind]] = {
            "people": int(actors[there].nunique()),
            "at_risk": risk,
            "adopted": events,
            "hazard": events / risk,
            "lower": low,
            "upper": high,
        }
    columns = ["people", "at_risk", "adopted", "hazard", "lower", "upper"]
    frame = pd.DataFrame.from_dict(found, orient="index", columns=columns)
    return frame.astype(dict.fromkeys(columns[:3], int))
