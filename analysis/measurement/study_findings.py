"""What the pages on measurement of the study of two districts open with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.finding import Finding, key_of, percent, row_of, signed
from analysis.labels import in_words
from analysis.measurement.printed_models import Text

__all__ = ["district_findings", "measurement_findings", "printed_findings"]

RELIABLE = 0.7
"""Alpha from which items are usually said to go together (a convention)."""


def measurement_findings(
    scale: str,
    reliability: pd.DataFrame,
    items: pd.DataFrame,
    functioning: pd.DataFrame,
    schools: pd.DataFrame | NotEstimable,
) -> list[Finding]:
    """Say how reliable a scale is, how far its items reach, whether they move, what a group's mean carries.

    Parameters
    ----------
    scale : str
    reliability : DataFrame
        Index scale.
    items : DataFrame
        Index item: ``location``.
    functioning : DataFrame
        Index item: ``p_holm``.
    schools : DataFrame or NotEstimable
        As from `group_mean_table`.
    """
    name = in_words(scale)
    row = row_of(reliability, scale)
    found = [
        Finding(
            "reliability",
            f"The {row['items']:.0f} items of {name} {_together(row['alpha'])}: alpha is {row['alpha']:.2f} "
            f"(interval {row['lower']:.2f} to {row['upper']:.2f}), from {row['people']:.0f} people; people's "
            f"Rasch measures have a reliability of {row['separation']:.2f}.",
            tuple(
                key_of("reliability", scale, column)
                for column in ("items", "alpha", "lower", "upper", "people", "separation")
            ),
        )
    ]
    located = items["location"].astype(float)
    ends = [str(located.idxmin()), str(located.idxmax())]
    low, high = signed(located.min()), signed(located.max())
    found.append(
        Finding(
            "reach",
            f"Its items lie between {low} and {high} logits. A scale says little about people far outside "
            "that range.",
            tuple(key_of("items", end, "location") for end in ends),
        )
    )
    moved = functioning.index[functioning["p_holm"] < 0.05]
    told = (
        "Some items differ between two random halves of the people, by chance alone"
        if len(moved)
        else "No item differs between two random halves of the people, as it should be"
    )
    found.append(
        Finding(
            "halves",
            f"{told} (after Holm's correction).",
            tuple(key_of("functioning", item, "p_holm") for item in functioning.index),
        )
    )
    if not isinstance(schools, NotEstimable):
        known = schools["value"]
        keys = ("groups", "ICC(1) of mean answers", "ICC(2) of mean answers")
        found.append(
            Finding(
                "groups",
                f"{percent(known[keys[1]])} of the differences lie between the {known['groups']:.0f} groups "
                f"(ICC(1)); the mean of a group has a reliability of {known[keys[2]]:.2f} (ICC(2)).",
                tuple(key_of("schools", key, "value") for key in keys),
            )
        )
    return found


def printed_findings(text: Text, numbers: pd.Series) -> list[Finding]:
    """Say what the numbers of a text come to.

    Parameters
    ----------
    text : {"lamethods", "mlmrev", "bliese", "packages"}
    numbers : Series
        As from `printed_numbers`, by key.
    """

    def made(key: str, sentence: str, *names: str) -> Finding:
        return Finding(key, sentence, tuple(key_of(text, name, "value") for name in names))

    n: Mapping[str, float] = {str(key): float(value) for key, value in numbers.items()}
    if text == "lamethods":
        return [
            made(
                "fit",
                f"The fit of five factors is a CFI of {n['cfa_model_building_cfi']:.3f} for the half of the "
                f"teachers that built the model and {n['cfa_holdout_cfi']:.3f} for the half held out.",
                "cfa_model_building_cfi",
                "cfa_holdout_cfi",
            ),
            made(
                "invariance",
                f"Equal loadings in two groups drawn at random raise χ² by {n['ch21_chi2_difference']:.2f} "
                f"with {n['ch21_df_difference']:.0f} degrees of freedom.",
                "ch21_chi2_difference",
                "ch21_df_difference",
            ),
        ]
    if text == "mlmrev":
        keys = [f"scotssec_{name}_variance" for name in ("primary", "second", "residual")]
        return [
            made(
                "london",
                f"In London, results of {n['exam_1_n']:,.0f} pupils with the same entry test and sex differ "
                f"between {n['exam_1_schools']:.0f} schools by a standard deviation of "
                f"{n['exam_1_school_sd']:.2f}, and within schools by {n['exam_1_residual_sd']:.2f}.",
                "exam_1_n",
                "exam_1_schools",
                "exam_1_school_sd",
                "exam_1_residual_sd",
            ),
            made(
                "scotland",
                f"In Scotland, results differ between primary schools with a variance of {n[keys[0]]:.2f}, "
                f"between secondary schools of {n[keys[1]]:.2f} and between pupils of {n[keys[2]]:.2f}.",
                *keys,
            ),
        ]
    if text == "bliese":
        return [
            made("people", f"{percent(n['icc'])} of the variance of satisfaction is between people.", "icc"),
            made(
                "change",
                f"Satisfaction changes by {n['time']:.3f} from one occasion to the next (standard error "
                f"{n['time_se']:.3f}).",
                "time",
                "time_se",
            ),
        ]
    return [
        made(
            "agreement",
            f"How far soldiers of one company agree about its leaders: rWG(j) averages "
            f"{n['agreement.mean_lq2002_leadership']:.2f}, and is "
            f"{n['agreement.least_lq2002_leadership']:.2f} in the company that agrees least.",
            "agreement.mean_lq2002_leadership",
            "agreement.least_lq2002_leadership",
        ),
        made(
            "hours",
            f"{percent(n['anova_mean.icc1_work_hours'])} of the differences in working hours lie between "
            f"companies, and {percent(n['anova_mean.icc1_wellbeing_score'])} of those in well-being.",
            "anova_mean.icc1_work_hours",
            "anova_mean.icc1_wellbeing_score",
        ),
    ]


def district_findings(summary: pd.DataFrame, changes: pd.DataFrame, names: Sequence[str]) -> list[Finding]:
    """Say how measures of districts moved, and whether districts can be told apart by their change.

    Parameters
    ----------
    summary : DataFrame
        As from `panel_summary`.
    changes : DataFrame
        As from `unit_changes`.
    names : sequence of str
        Measures to tell of.
    """
    found = []
    for name in names:
        row, told = row_of(summary, name), in_words(name)
        moved = "rose" if row["last"] > row["first"] else "fell"
        found.append(
            Finding(
                key_of("panel", name),
                f"{told.capitalize()}: the median district {moved} from {row['first']:.1f} to "
                f"{row['last']:.1f}; {percent(row['rose'])} of {row['throughout']:.0f} districts rose.",
                tuple(key_of("panel", name, column) for column in ("first", "last", "rose", "throughout")),
            )
        )
    name = names[0]
    row = row_of(changes, name)
    found.append(
        Finding(
            "slopes",
            f"The yearly change of {in_words(name)} is {row['mean']:.2f} on average and differs "
            f"between districts by a standard deviation of {row['spread']:.2f}. The change of a single "
            f"district has a reliability of {row['reliability']:.2f}.",
            tuple(key_of("slopes", name, column) for column in ("spread", "mean", "reliability")),
        )
    )
    return found


def _together(alpha: float) -> str:
    return "go together well" if alpha >= RELIABLE else "do not go together well"
