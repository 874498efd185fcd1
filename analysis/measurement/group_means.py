"""What the mean of a group's answers to a scale can carry, in one table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.aggregation import intraclass_correlation, within_group_agreement
from analysis.measurement.person_measures import PersonMeasures
from analysis.measurement.school_reliability import school_reliability

__all__ = ["group_mean_table"]


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
        A row a person, a column an item of one scale.
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
