"""The reliability of every scale of a dataset, in every wave, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.network_health import with_home
from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch
from analysis.measurement.reliability import Alpha, alpha, omega
from analysis.measurement.scales import scale_answers

__all__ = [
    "alpha_in_schools",
    "homes_of",
    "reliability_by_scale",
    "reliability_table",
    "who_answered_all",
]

_COLUMNS = ("scale", "wave", "items", "people", "alpha", "lower", "upper", "omega", "separation", "why")


def reliability_table(tables: Mapping[str, pd.DataFrame], scales: Sequence[str] = ()) -> pd.DataFrame:
    """Return `reliability_by_scale` for a page: index (scale, wave), ``why`` under the name ``note``.

    Raises
    ------
    NotEstimable
        Where no items were asked.
    """
    if not {"items", "responses"} <= tables.keys():
        raise NotEstimable("found no items with answers")
    return reliability_by_scale(tables, scales).set_index(["scale", "wave"]).rename(columns={"why": "note"})


def reliability_by_scale(
    tables: Mapping[str, pd.DataFrame],
    scales: Sequence[str] = (),
    *,
    level: float = 0.95,
    nested: bool = False,
) -> pd.DataFrame:
    """Return alpha, omega and separation reliability of each scale and wave.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the data model.
    scales : sequence of str
        Which; empty: all.
    level : float
        Of the interval of alpha.
    nested : bool
        Whether it allows for people of one organisation who answer alike, organisations being taken from
        districts.

    Returns
    -------
    DataFrame
        ``scale``, ``wave``, ``items``, ``people`` (who answered all items), ``alpha`` with ``lower`` and
        ``upper``, ``omega`` (total, of one factor), ``separation`` (of measures by the rating-scale model;
        whole numbers on one range only) and ``why``: what cannot be estimated and why, or an empty text.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.
    """
    homes = homes_of(tables) if nested else None
    ranges = tables["items"].set_index("item_id")[["minimum", "maximum"]]
    rows = []
    for scale in scales or tables["items"]["scale"].unique():
        answers = scale_answers(tables, scale)
        for wave, own in answers.groupby(level="wave"):
            row = {"scale": scale, "wave": wave, "items": own.shape[1], "people": len(own.dropna())}
            whys = []
            try:
                found = (
                    alpha(own, level=level) if homes is None else alpha_in_schools(own, homes, level=level)
                )
                row |= {"alpha": found.alpha, "lower": found.lower, "upper": found.upper}
            except NotEstimable as fault:
                whys.append(str(fault))
            else:
                try:
                    row["omega"] = omega(own, factors=1).total
                except NotEstimable as fault:
                    whys.append(f"omega: {fault}")
                try:
                    row["separation"] = _separation(own, ranges)
                except NotEstimable as fault:
                    whys.append(f"separation: {fault}")
            rows.append(row | {"why": "; ".join(whys)})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def homes_of(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return where people work: index ``actor_id``; ``organization_id`` (empty: not told), ``district``."""
    everybody = with_home(tables["actors"][["actor_id"]].reset_index(drop=True), tables).set_index("actor_id")
    return everybody.assign(organization_id=everybody["organization_id"].fillna(""))


def alpha_in_schools(answers: pd.DataFrame, homes: pd.DataFrame, *, level: float = 0.95) -> Alpha:
    """Return alpha, its interval allowing for people of one organisation who answer alike.

    Parameters
    ----------
    answers : DataFrame
        index with a level actor_id; a column per item.
    homes : DataFrame
        As from `homes_of`.
    level : float

    Raises
    ------
    NotEstimable
        As `alpha`.
    """
    own = homes.loc[answers.index.get_level_values("actor_id")]
    return alpha(answers, level=level, groups=own["organization_id"], strata=own["district"])


def who_answered_all(
    tables: Mapping[str, pd.DataFrame], scales: Sequence[str] = ()
) -> list[frozenset[tuple[str, str, object]]]:
    """Return whom each row of `reliability_by_scale` rests on, as (person, scale, wave)."""
    if not {"items", "responses"} <= tables.keys():
        return []
    return [
        frozenset((str(person), str(scale), wave) for _, person in own.dropna().index)
        for scale in scales or tables["items"]["scale"].unique()
        for wave, own in scale_answers(tables, scale).groupby(level="wave")
    ]


def _separation(answers: pd.DataFrame, ranges: pd.DataFrame) -> float:
    own = ranges.loc[answers.columns, ["minimum", "maximum"]].astype(float)
    ends = dict(zip(own.index, own.itertuples(index=False, name=None), strict=True))
    whole = (answers.dropna() % 1 == 0).all(axis=None) and all(
        end % 1 == 0 for pair in ends.values() for end in pair
    )
    if not whole or len(set(ends.values())) > 1:
        raise NotEstimable("found answers that are no steps of one range")
    model = rasch(answers, ranges={item: (int(low), int(high)) for item, (low, high) in ends.items()})
    return person_measures(model, answers).separation_reliability()
