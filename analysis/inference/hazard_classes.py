"""Who adopts next, by how many of those they are tied to had adopted: shares with intervals, no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.inference.proportions import require_level, wilson_interval

__all__ = ["hazard_by_class"]

_ENDS = ("0", "1/4", "1/2", "3/4", "all")
"""Ends of the classes of exposure, of those one is tied to."""


def hazard_by_class(
    rows: pd.DataFrame, *, exposure: str = "exposure", smallest: int = 0, level: float = 0.95
) -> pd.DataFrame:
    """Return the share of those at risk who adopt, by classes of exposure.

    Parameters
    ----------
    rows : DataFrame
        As from `person_periods`, with the column `exposure`: a share, or missing for who has no ties.
    exposure : str
    smallest : int
        Neighbouring classes are taken together until each has no adoption or so many, no person-period
        without one or so many, and so many different people.
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
    groups = [[kind] for kind in range(len(_ENDS) + 1) if (place == kind).any()]

    def few(group: list[int]) -> bool:
        there = np.isin(place, group)
        events, people = int(adopted[there].sum()), int(actors[there].nunique())
        return any(0 < count < smallest for count in (people, events, int(there.sum()) - events))

    while len(groups) > 1 and any(map(few, groups)):
        at = next(index for index, group in enumerate(groups) if few(group))
        # With the class above, but for the highest.
        at -= at == len(groups) - 1
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    found = {}
    for group in groups:
        there = np.isin(place, group)
        events, risk = int(adopted[there].sum()), int(there.sum())
        low, high = wilson_interval(events, risk, level)
        found[_class_name(group)] = {
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


def _class_name(group: Sequence[int]) -> str:
    """Return classes of exposure that lie side by side in words."""
    least, most = group[0], group[-1]
    if most == len(_ENDS) and least < 2:
        return ("all", "any ties")[least]
    if most < 2:
        return ", or ".join(("no ties", "none of them")[least : most + 1])
    # "None of them" is the lower end of the first class of shares.
    span = f"{_ENDS[least - 2]} to {_ENDS[most - 1]}" if least > 2 else f"up to {_ENDS[most - 1]}"
    return f"no ties, or {span}" if least == 0 else span
