"""What a group's mean can carry, in one table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.group_means import aggregation_by_scale, group_mean_table, who_aggregates
from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch

TESTS = Path(__file__).resolve().parents[1]


def test_soldiers_in_companies(soldiers_tables: dict[str, pd.DataFrame], lq2002: pd.DataFrame) -> None:
    homes = soldiers_tables["actors"].set_index("actor_id")["organization_id"]
    people = person_measures(rasch(lq2002), lq2002)
    answers = lq2002.droplevel("wave") if lq2002.index.nlevels > 1 else lq2002
    found = group_mean_table(answers, people, homes.reindex(answers.index), lowest=1, highest=5)["value"]
    assert (found["people"], found["groups"]) == (2042, 49)
    # multilevel (R): mean r_wg(j) of 49 companies.
    assert found["r_wg(j), mean"] == pytest.approx(0.8677849, abs=5e-7)
    assert found["ICC(1) of mean answers"] == pytest.approx(0.089, abs=5e-4)
    # Free of errors of measurement schools share more.
    assert found["share between groups, free of error"] > found["ICC(1) of measures"]


def test_people_without_a_group_cannot_be_compared() -> None:
    answers = pd.DataFrame(np.random.default_rng(1).integers(0, 2, (40, 3)), columns=list("abc"))
    people = person_measures(rasch(answers), answers)
    with pytest.raises(NotEstimable, match="found nobody whose group is known; needed: two groups"):
        group_mean_table(answers, people, [None] * 40, lowest=0, highest=1)


def test_scales_side_by_side_equal_r_multilevel(
    soldiers_tables: dict[str, pd.DataFrame], reference_folder: Path
) -> None:
    scales = ["bhr2000_leadership", "bh1996_cohesion_score", "lq2002_leadership"]
    found = aggregation_by_scale(soldiers_tables, scales)
    program = json.loads((reference_folder / "multilevel/results.json").read_text(encoding="utf-8"))
    own = json.loads((TESTS / "reference/r_collective_efficacy.json").read_text(encoding="utf-8"))["icc"]
    assert found["agreement"].tolist() == pytest.approx(
        [
            program["bhr2000_rwgj_11items"]["mean"],
            program["bh1996_rwg_COHES"]["mean"],
            program["lq2002_rwgj_LEAD11"]["mean"],
        ],
        abs=1e-8,
    )
    assert found["agreement"].round(5).tolist() == [0.88761, 0.63164, 0.86778]
    cohesion = program["bh1996"]["COHES"]
    (mixed,) = (row for row in program["bh1996_mult_icc"] if row["Variable"] == "COHES")
    known = own | {
        "bh1996_cohesion_score": {
            "icc1_mean": cohesion["ICC1_anova"],
            "icc2_mean": cohesion["ICC2_anova"],
            "icc1_reml": mixed["ICC1"],
            "icc2_reml": mixed["ICC2"],
        }
    }
    for scale in scales:
        for column, value in known[scale].items():
            assert found.loc[scale, column] == pytest.approx(value, abs=1e-6), (scale, column)
    people = who_aggregates(soldiers_tables, found)
    assert [len(group) for group in people] == found["people"].tolist() == [5400, 7382, 2042]


def test_scales_without_groups_or_answers_are_left_out_or_said() -> None:
    items = pd.DataFrame(
        [("i", "one", 1, 5, 0), ("j", "two", 1, 5, 0)],
        columns=["item_id", "scale", "minimum", "maximum", "reversed"],
    )
    rows = [(1, person, "i", value) for person, value in zip("abcd", (1, 2, 4, 4), strict=True)]
    answers = pd.DataFrame([*rows, (1, "a", "j", 3)], columns=["wave", "actor_id", "item_id", "value"])
    actors = pd.DataFrame({"actor_id": list("abcd"), "organization_id": list("xxyy")})
    tables = {"items": items, "responses": answers, "actors": actors}
    found = aggregation_by_scale(tables)
    assert found.index.tolist() == ["one"]
    # Variances 1/2 and 0 about a chance of 2.
    assert found.loc["one", "agreement"] == pytest.approx((0.75 + 1) / 2)
    assert who_aggregates(tables, NotEstimable("none")) == []
    for left in ({"actors": actors}, tables | {"actors": actors[["actor_id"]]}):
        with pytest.raises(NotEstimable, match="no scale answered by people"):
            aggregation_by_scale(left)
    with pytest.raises(NotEstimable, match="in each of two groups"):
        aggregation_by_scale(tables, ["two"])
