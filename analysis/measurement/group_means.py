"""What the mean of a group's answers can carry: of one scale in depth, of many scales side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.aggregation import intraclass_correlation, within_group_agreement
from analysis.measurement.person_measures import PersonMeasures
from analysis.measurement.scales import scale_answers
from analysis.measurement.school_reliability import school_reliability

__all__ = ["aggregation_by_scale", "group_mean_table", "who_aggregates"]


def group_mean_table(
    answers: pd.DataFrame,
    measures: PersonMeasures,
    groups: Sequence[object] | pd.Series,
    *,
    lowest: int,
    highest: int,
) -> pd.DataFrame:
    """Return agreement within groups, and how far groups can be told apart by means and by measures.

    Parameters
    ----------
    answers : DataFrame
        A row per person, a column per item of one scale.
    measures : PersonMeasures
        Of the same people.
    groups : sequence of length n
        School, or company, of each; somebody without one is left out.
    lowest, highest : int
        Answers that could be given.

    Returns
    -------
    DataFrame
        index what, column ``value``: people and groups; mean and least r_wg(j) against uniform answers;
        ICC(1) and ICC(2) of mean answers (analysis of variance, n₀) and of person measures; and of the
        measures, their errors known, the share of variance between groups, and the reliability of groups.

    Raises
    ------
    NotEstimable
        When nobody's group is known, or as the estimators.
    """
    homes = pd.Series(list(groups), dtype=object)
    if homes.isna().all():
        raise NotEstimable("found nobody whose group is known; needed: two groups")
    people = measures.people
    agreement = within_group_agreement(answers, homes, lowest=lowest, highest=highest)
    within = agreement.groups["agreement"].dropna()
    means = intraclass_correlation(answers.mean(axis=1), homes)
    measured = intraclass_correlation(people["measure"], homes)
    known = school_reliability(people["measure"], people["standard_error"], homes)
    found = {
        "people": means.people,
        "groups": means.groups,
        "r_wg(j), mean": within.mean(),
        "r_wg(j), least": within.min(),
        "ICC(1) of mean answers": means.icc1,
        "ICC(2) of mean answers": means.icc2,
        "ICC(1) of measures": measured.icc1,
        "ICC(2) of measures": measured.icc2,
        "share between groups, free of error": known.intraclass,
        "reliability of groups, errors known": known.reliability,
    }
    return pd.DataFrame({"value": np.array([*found.values()], dtype=float)}, index=[*found]).rename_axis(
        "what"
    )


def aggregation_by_scale(
    tables: Mapping[str, pd.DataFrame], scales: Sequence[str] = (), *, null: str = "uniform"
) -> pd.DataFrame:
    """Say of each scale, in its last wave, whether its answers may be put together into a group's mean.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors (with their organisation), items and responses of the data model.
    scales : sequence of str
        Which; empty: all.
    null : str
        How people answer by chance, as for `within_group_agreement`.

    Returns
    -------
    DataFrame
        Index `scale`; ``items``, ``people``, ``groups``; ``agreement`` (mean), ``agreement_median`` and
        ``agreement_least`` of r_wg, or r_wg(j) with several items, over groups, each answered by two people;
        ``icc1`` with ``lower`` and ``upper``, by analysis of variance with n₀; ``icc1_mean`` and
        ``icc2_mean`` with the mean size; ``icc1_reml`` and ``icc2_reml`` by a mixed model; of mean answers of
        people who answered every item.

    Raises
    ------
    NotEstimable
        Where people's organisations are not known, or no scale was answered in two groups.
    """
    wanted = list(scales) or list(dict.fromkeys(tables["items"]["scale"])) if "items" in tables else []
    if not wanted or "organization_id" not in tables["actors"]:
        raise NotEstimable("found no scale answered by people whose organisation is known")
    rows = {}
    for scale in wanted:
        answers, groups = _in_groups(tables, scale)
        ends = tables["items"].loc[tables["items"]["scale"] == scale, ["minimum", "maximum"]]
        try:
            rows[scale] = _aggregated(answers, groups, float(ends.min().min()), float(ends.max().max()), null)
        except NotEstimable:
            continue
    if not rows:
        raise NotEstimable("found no scale answered by two people in each of two groups")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scale")


def who_aggregates(
    tables: Mapping[str, pd.DataFrame], table: pd.DataFrame | NotEstimable
) -> list[frozenset[object]]:
    """Return whom each row of `aggregation_by_scale` rests on, as (person, scale, wave)."""
    if isinstance(table, NotEstimable):
        return []
    found: list[frozenset[object]] = []
    for scale in table.index:
        wave = scale_answers(tables, scale).index.get_level_values("wave").max()
        answers, _ = _in_groups(tables, scale)
        found.append(frozenset((person, scale, wave) for person in answers.index))
    return found


def _in_groups(tables: Mapping[str, pd.DataFrame], scale: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return whole answers to a scale in its last wave by people whose group is known, and the groups."""
    answers = scale_answers(tables, scale)
    waves = answers.index.get_level_values("wave")
    last = answers[waves == waves.max()].droplevel("wave").dropna()
    home = tables["actors"].set_index("actor_id")["organization_id"].reindex(last.index)
    return last[home.notna()], home[home.notna()].astype(str)


def _aggregated(
    answers: pd.DataFrame, groups: pd.Series, lowest: float, highest: float, null: str
) -> dict[str, float]:
    scores = answers.mean(axis=1)
    plain, mean, mixed = (
        intraclass_correlation(scores, groups, method=method) for method in ("anova_n0", "anova_mean", "reml")
    )
    whole = lowest % 1 == 0 and highest % 1 == 0 and (answers % 1 == 0).all(axis=None)
    agreed = pd.Series(dtype=float)
    if whole or answers.shape[1] == 1:
        found = within_group_agreement(answers, groups, lowest=int(lowest), highest=int(highest), null=null)
        agreed = found.groups["agreement"].dropna()
    return {
        "items": answers.shape[1],
        "people": plain.people,
        "groups": plain.groups,
        "agreement": agreed.mean(),
        "agreement_median": agreed.median(),
        "agreement_least": agreed.min(),
        "icc1": plain.icc1,
        "lower": plain.lower,
        "upper": plain.upper,
        "icc1_mean": mean.icc1,
        "icc2_mean": mean.icc2,
        "icc1_reml": mixed.icc1,
        "icc2_reml": mixed.icc2,
    }
