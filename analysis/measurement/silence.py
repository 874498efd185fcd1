"""Who was asked and did not answer, and how far their silence could have moved a mean.

Weights stand in for people of the same role, district and wave: right if, among these, who is silent does not
depend on the answer. The best and the worst case need no such belief: the silent all gave the highest or the
lowest answer there is (Manski 1990, American Economic Review 80, 319-323).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measurement.network_health import with_home
from analysis.resampling.proportions import wilson_interval

__all__ = ["asked_people", "response_rates", "silence_bounds"]


def asked_people(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return everybody asked in each wave, with role and district, and whether they answered anything.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, responses; nonresponse where silence is known.

    Returns
    -------
    DataFrame
        ``wave``, ``actor_id``, ``answered``, ``role``, ``organization_id``, ``district``. Without a table of
        nonresponse everybody asked answered.
    """
    parts = [tables["responses"][["wave", "actor_id"]].drop_duplicates().assign(answered=True)]
    if "nonresponse" in tables:
        silent = tables["nonresponse"]
        if "relation" in silent:
            silent = silent[silent["relation"].isna()]
        parts.append(silent[["wave", "actor_id"]].assign(answered=False))
    asked = pd.concat(parts, ignore_index=True).astype({"wave": int, "actor_id": str, "answered": bool})
    return with_home(asked, tables).sort_values(["wave", "actor_id"]).reset_index(drop=True)


def response_rates(asked: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, list[frozenset[Any]]]:
    """Return the share who answered in each group, and whom each row rests on.

    Parameters
    ----------
    asked : DataFrame
        As from `asked_people`.
    by : list of str
        Columns that make the groups.

    Returns
    -------
    DataFrame
        index `by`; ``asked`` (people and waves), ``share`` with its 95 % interval ``lower``, ``upper``
        (Wilson's, of as many independent answers as a share is worth in which people are asked repeatedly).
    list of frozenset
        The smaller of those who answered and those who did not, since the share tells of both.
    """
    grouped = asked.groupby(by)
    rates = pd.DataFrame({"asked": grouped.size(), "share": grouped["answered"].mean()})
    people, ends = [], []
    for _, own in grouped:
        ends.append(_interval(own))
        sides = [
            frozenset((str(row.actor_id), row.wave) for row in side.itertuples())
            for _, side in own.groupby("answered")
        ]
        people.append(min(sides, key=len))
    return rates.assign(lower=[low for low, _ in ends], upper=[high for _, high in ends]), people


def _interval(asked: pd.DataFrame) -> tuple[float, float]:
    """Return the 95 % interval of a share who answered; the same person's answers may go together."""
    share = float(asked["answered"].mean())
    away = (asked["answered"] - share).groupby(asked["actor_id"]).sum()
    variance = float((away**2).sum()) / len(asked) ** 2
    worth = share * (1 - share) / variance if variance > 0 else float(len(away))
    return wilson_interval(share * worth, worth, 0.95)


def silence_bounds(
    scores: pd.DataFrame, asked: pd.DataFrame, ranges: pd.DataFrame, wave: int
) -> tuple[pd.DataFrame, list[frozenset[Any]]]:
    """Return each scale's mean in one wave as answered, weighted, and at worst and best.

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    asked : DataFrame
        As from `asked_people`.
    ranges : DataFrame
        index scale; ``minimum``, ``maximum`` of an answer.
    wave : int

    Returns
    -------
    DataFrame
        index scale, district; ``answered`` (mean), ``weighted`` (each answer stands for all of its role and
        district who were asked), ``lowest``, ``highest`` (the silent all at an end of the range).
    list of frozenset
        Whom each row rests on.
    """
    now = asked[asked["wave"] == wave]
    cells = now.groupby(["district", "role"])["actor_id"].nunique()
    rows, people = {}, []
    at = scores[scores["wave"] == wave]
    for (scale, district), own in at.groupby(["scale", "district"], sort=False):
        count = int((now["district"] == district).sum())
        heard = own["role"].value_counts()
        weights = own["role"].map(cells.xs(str(district)).reindex(heard.index) / heard).astype(float)
        low, high = (float(ranges[end].loc[str(scale)]) for end in ("minimum", "maximum"))
        share = min(len(own) / count, 1.0)
        rows[scale, district] = {
            "answered": own["score"].mean(),
            "weighted": float((own["score"] * weights).sum() / weights.sum()),
            "lowest": share * own["score"].mean() + (1 - share) * low,
            "highest": share * own["score"].mean() + (1 - share) * high,
        }
        people.append(frozenset((str(person), str(scale), "silence") for person in own["actor_id"]))
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(rows, names=["scale", "district"])
    return frame, people
