"""Domains of network health by district and year: scores with where people work, growth, invariance.

A district is the organisation a person's own is part of. Districts are described: levels and changes have
intervals, and there is no test of "district" anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as t_distribution

from analysis.checks import NotEstimable
from analysis.estimable import estimable
from analysis.measurement.categories import merged_categories
from analysis.measurement.growth import Growth, growth
from analysis.measurement.invariance import invariance_across_groups
from analysis.measurement.scales import scale_answers, scale_scores

__all__ = [
    "common_mix",
    "growth_by_scale",
    "growth_table",
    "invariance_between_districts",
    "member_scores",
    "people_of_districts",
    "school_levels",
    "with_home",
]

ALL = "all"


def with_home(people: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return rows of people with their ``role``, ``organization_id`` and ``district``.

    Parameters
    ----------
    people : DataFrame
        With ``actor_id``.
    tables : mapping of str to DataFrame
        actors; organizations, if there is one.

    Returns
    -------
    DataFrame
        Role "not told" and district "all" where the tables do not say. Of a dataset whose organisations have
        no parents, all is one district.
    """
    columns = ["role", "organization_id"]
    actors = tables["actors"].set_index("actor_id").reindex(columns=columns).astype(object)
    found = people.join(actors, on="actor_id")
    parents = pd.Series(dtype=object)
    if "organizations" in tables:
        known = (
            tables["organizations"].set_index("organization_id").reindex(columns=["parent_id"])["parent_id"]
        )
        parents = known.astype(object).dropna()
    district = found["organization_id"].map(parents).astype(object)
    return found.assign(
        role=found["role"].where(found["role"].notna(), "not told").astype(str),
        district=district.where(district.notna(), ALL).astype(str),
    )


def member_scores(tables: Mapping[str, pd.DataFrame], scales: Sequence[str] = ()) -> pd.DataFrame:
    """Return the scores of people whose organisation is known, with role and district.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, items, responses; organizations, if there is one.
    scales : sequence of str
        Only these, in this order; none: all.

    Raises
    ------
    ValueError
        Naming the scales that are not there.
    """
    known = [*map(str, tables["items"]["scale"].unique())]
    if unknown := [name for name in scales if name not in known]:
        raise ValueError(f"found no scale {', '.join(unknown)}; allowed: {', '.join(known)}")
    scores = with_home(scale_scores(tables), tables).dropna(subset="organization_id")
    wanted = [*scales] or known
    order = scores["scale"].map({name: place for place, name in enumerate(wanted)})
    kept = scores.assign(place=order).dropna(subset="place").sort_values(["place", "wave", "actor_id"])
    return kept.drop(columns="place").reset_index(drop=True)


def common_mix(asked: pd.DataFrame) -> pd.Series:
    """Return the one mix of roles that levels are held to: that of the people asked in the first wave.

    Parameters
    ----------
    asked : DataFrame
        ``wave``, ``role``, a row per person and wave.
    """
    first = asked.loc[asked["wave"] == asked["wave"].min(), "role"]
    shares: pd.Series = first.value_counts(normalize=True).sort_index().rename("share")
    return shares


def growth_by_scale(scores: pd.DataFrame, mix: pd.Series) -> dict[str, Growth | NotEstimable]:
    """Return the growth of each scale by district, at one mix of roles; or why there is none.

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    mix : Series
        Share of each role.

    Notes
    -----
    A line over the waves where there are three or more, otherwise each wave as it is.
    """
    shape = "linear" if scores["wave"].nunique() > 2 else "free"
    found: dict[str, Growth | NotEstimable] = {}
    for scale, own in scores.groupby("scale", sort=False):
        roles = mix.reindex(sorted(own["role"].unique()), fill_value=0.0)
        found[str(scale)] = estimable(
            growth,
            own.assign(wave=own["wave"].astype(int)),
            measure="score",
            district="district",
            role="role",
            mix={str(role): float(share) for role, share in (roles / roles.sum()).items()},
            shape=shape,  # type: ignore[arg-type]
        )
    return found


def growth_table(found: Mapping[str, Growth | NotEstimable], what: str) -> pd.DataFrame | NotEstimable:
    """Return levels of all waves, changes to the last wave, or contrasts of these between districts.

    Parameters
    ----------
    found : mapping
        As from `growth_by_scale`.
    what : {"levels", "changes", "contrasts"}

    Returns
    -------
    DataFrame or NotEstimable
        index scale, district (of contrasts: two districts), of levels also wave; ``estimate``, ``lower``,
        ``upper``. What could not be estimated is left out; where nothing could, why.
    """
    parts = []
    for scale, result in found.items():
        if not isinstance(result, NotEstimable):
            own: pd.DataFrame = getattr(result, what)
            own = own if what == "levels" else own[own["wave"] == own["wave"].max()]
            parts.append(own.assign(scale=scale))
    if not parts or all(part.empty for part in parts):
        whys = [str(result) for result in found.values() if isinstance(result, NotEstimable)]
        return NotEstimable("; ".join(dict.fromkeys(whys)) or "found one district, and nothing to contrast")
    frame = pd.concat(parts, ignore_index=True)
    keys = {"levels": ["district", "wave"], "changes": ["district"], "contrasts": ["district", "against"]}
    table: pd.DataFrame = frame.set_index(["scale", *keys[what]])[["estimate", "lower", "upper"]]
    return table


def people_of_districts(scores: pd.DataFrame, table: pd.DataFrame | NotEstimable) -> list[Any]:
    """Return whom each row of `growth_table` rests on, as (person, scale, wave or "all").

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    table : DataFrame or NotEstimable
        Where nothing could be estimated, everybody is returned.
    """
    if isinstance(table, NotEstimable):
        return [*scores["actor_id"].astype(str).unique()]
    groups = []
    for key in table.index.to_frame(index=False).to_dict("records"):
        own = scores[scores["scale"] == key["scale"]]
        own = own[own["district"].isin([key["district"], key.get("against", key["district"])])]
        if "wave" in key:
            own = own[own["wave"] == key["wave"]]
        at = key.get("wave", ALL)
        groups.append(frozenset((str(person), key["scale"], at) for person in own["actor_id"]))
    return groups


def school_levels(
    scores: pd.DataFrame, scales: Sequence[str]
) -> tuple[pd.DataFrame, list[frozenset[tuple[str, str, object]]]]:
    """Return each school's mean over several scales in each wave, with its 95 % interval.

    Parameters
    ----------
    scores : DataFrame
        As from `member_scores`.
    scales : sequence of str
        Of each person first the mean over those answered.

    Returns
    -------
    DataFrame
        index district, school, wave; ``estimate``, ``lower``, ``upper`` (Student's, as if people answered
        apart; NaN of a single person), ``people``.
    list of frozenset
        Whom each row rests on, as (person, "schools", wave).

    Examples
    --------
    >>> rows = [("d", "s", 1, person, "x", score) for person, score in (("a", 2.0), ("b", 4.0))]
    >>> names = ["district", "organization_id", "wave", "actor_id", "scale", "score"]
    >>> school_levels(pd.DataFrame(rows, columns=names), ["x"])[0][["estimate", "people"]].iloc[0].tolist()
    [3.0, 2.0]
    """
    keys = ["district", "organization_id", "wave"]
    own = scores[scores["scale"].isin(scales)].groupby([*keys, "actor_id"])["score"].mean().reset_index()
    cells = own.groupby(keys)
    frame = pd.DataFrame({"estimate": cells["score"].mean(), "people": cells.size()})
    free = frame["people"] - 1
    reach = t_distribution.ppf(0.975, free.where(free > 0)) * cells["score"].std() / frame["people"] ** 0.5
    frame["lower"], frame["upper"] = frame["estimate"] - reach, frame["estimate"] + reach
    people = [
        frozenset((str(person), "schools", key[2]) for person in group["actor_id"]) for key, group in cells
    ]
    frame.index = frame.index.set_names("school", level=1)
    return frame[["estimate", "lower", "upper", "people"]], people


def invariance_between_districts(
    tables: Mapping[str, pd.DataFrame], scales: Sequence[str], wave: int, *, ordinal: bool = False
) -> tuple[pd.DataFrame, list[frozenset[Any]]]:
    """Return the factor model of each scale in one wave, held equal between districts step by step.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `member_scores`.
    scales : sequence of str
    wave : int
    ordinal : bool
        Whether answers are ordered categories, of which rare ones are put together (`merged_categories`):
        thresholds, loadings and intercepts are held equal, in this order.

    Returns
    -------
    DataFrame
        index (scale, level); ``people``, ``df``, ``cfi``, ``rmsea``, ``cfi_change``, ``items`` that break the
        level, ``note``: why there is no model.
    list of frozenset
        Whom each row rests on, as (person, scale, "districts").
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    people = []
    for scale in scales:
        answers = scale_answers(tables, scale)
        at = answers.index.get_level_values("wave") == wave
        answers = answers[at].droplevel("wave").dropna()
        home = with_home(pd.DataFrame({"actor_id": answers.index}), tables)["district"].to_numpy()
        if ordinal:
            apart = merged_categories({name: answers[home == name] for name in np.unique(home)})
            answers = pd.concat(apart.values()).loc[answers.index]
        who = frozenset((str(person), scale, "districts") for person in answers.index)
        found = estimable(
            invariance_across_groups,
            answers,
            {scale: [*answers]},
            pd.Series(home, index=answers.index),
            ordinal=ordinal,
            levels=None if ordinal else 2,
        )
        if isinstance(found, NotEstimable):
            rows[scale, "none"] = {"people": len(answers), "note": str(found)}
            people.append(who)
            continue
        for _, row in found.comparisons.iterrows():
            level = str(row["level"])
            told = {"people": found.people, "items": ", ".join(found.breaking(level)), "note": ""}
            rows[scale, level] = {name: row[name] for name in ("df", "cfi", "rmsea", "cfi_change")} | told
            people.append(who)
    columns = ["people", "df", "cfi", "rmsea", "cfi_change", "items", "note"]
    index = pd.MultiIndex.from_tuples(rows, names=["scale", "level"])
    return pd.DataFrame([*rows.values()], index=index).reindex(columns=columns), people
