"""What a group's mean can carry, in one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.group_means import group_mean_table
from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch


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
