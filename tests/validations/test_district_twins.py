"""Intervals of the twin of two districts beside its truth: two twins here, two hundred by `make validate`."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.measurement.network_health import member_scores
from analysis.sources.two_districts import grown
from analysis.validations.district_findings import kinds_findings, people_behind, twin_table
from analysis.validations.district_twins import coverage, held_by_kind, intervals_of, large_twin

PARAMETERS: dict[str, Any] = json.loads(
    (DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """Return what a large twin says."""
    return large_twin(PARAMETERS, 60, 1)


@pytest.fixture(scope="module")
def covered() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the coverage over two twins."""
    return coverage(PARAMETERS, schools=12, seeds=2, seed=3, workers=1)


def test_alpha_of_a_large_twin_is_that_of_its_spreads(known: pd.DataFrame) -> None:
    spreads = PARAMETERS["spreads"]
    shared = sum(spreads[name] ** 2 for name in ("school", "school_own", "person", "person_own", "occasion"))
    shared += sum(of["share"] * of["effect"] ** 2 for of in PARAMETERS["roles"].values())
    for scale in ("hub_leadership", "system_alignment"):
        levels = [PARAMETERS["scales"][scale][district][0] for district in ("district_a", "district_b")]
        common = shared + np.var(levels)
        # Rounding adds a twelfth of a step to what is an item's own.
        own = spreads["item"] ** 2 + 1 / 12
        items = PARAMETERS["scales"][scale]["items"]
        expected = items * common / (items * common + own)
        assert known.loc[("alpha", scale, "2021"), "truth"] == pytest.approx(expected, abs=0.02)


def test_where_everybody_answers_the_share_is_all() -> None:
    roles = {name: {**of, "silent": 1e-9} for name, of in PARAMETERS["roles"].items()}
    found = large_twin({**PARAMETERS, "roles": roles}, 3, 1)
    rates = found[found.index.get_level_values("kind") == "answered"]
    assert len(rates) == 3 and (rates["truth"] == 1).all()


def test_every_parameter_that_the_page_estimates_has_an_interval(known: pd.DataFrame) -> None:
    tables = grown(PARAMETERS, 5).tables
    found, lowest = intervals_of(PARAMETERS, tables, known, seed=1)
    counts = found["kind"].value_counts().to_dict()
    assert counts == {
        "alpha": 40,
        "first level": 20,
        "last level": 20,
        "change": 20,
        "extreme silence": 20,
        "contrast": 10,
        "answered": 3,
        "lowest less mean": 2,
    }
    assert found.notna().all(axis=None) and (found["lower"] <= found["upper"]).all()
    row = found[(found["kind"] == "contrast") & (found["scale"] == "connections_across")].iloc[0]
    assert row["truth"] == pytest.approx(3 * (0.12 - 0.05))
    assert lowest["right"].all() and len(lowest) == 8
    table = twin_table(found)
    assert len(table) == 70 and table["held"].mean() > 0.8
    people = people_behind(table, member_scores(tables))
    both, one = (
        people[table.index.get_loc(key)]
        for key in (("contrast", "valued", "both"), ("change", "valued", "district_a"))
    )
    assert len(both) > len(one) > 100 and {kind for _, _, kind in one} == {"change"}


def test_coverage_counts_every_twin(covered: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    intervals, lowest = covered
    assert (intervals["twins"] == 2).all() and len(intervals) == 2 * 135
    kinds = held_by_kind(intervals)
    assert kinds.loc[("as made", "extreme silence"), ["least_held", "most_held"]].tolist() == [2, 2]
    assert (kinds["parameters"].groupby(level="silence").sum() == 135).all()
    assert (lowest["twins"] == 2).all() and (lowest["right"] <= 2).all()


def test_silence_that_depends_on_the_answer_lifts_what_is_heard(
    covered: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    intervals, _ = covered
    bias = (intervals["mean"] - intervals["truth"]).xs("last level", level="kind")
    assert bias["low answers silent"].mean() > bias["as made"].mean() + 0.02


def test_findings_name_what_does_not_hold() -> None:
    index = pd.MultiIndex.from_tuples(
        [("as made", "change", "x", "d"), ("low answers silent", "alpha", "x", "1")],
        names=["silence", "kind", "scale", "where"],
    )
    covered = pd.DataFrame({"held": [190, 150], "least": 181, "most": 197}, index=index)
    contrast, outcome, kept, broken = kinds_findings(covered, (9, 10), (12, 12))
    assert "9 of 10 intervals" in contrast.sentence and "12 of 12" in outcome.sentence
    assert kept.sentence == (
        "Where role decides who is silent, all 1 intervals hold the truth as often as they say."
    )
    assert broken.sentence.endswith("Too seldom: some of alpha.")
    assert broken.numbers == ("outside.low-answers-silent", "intervals.low-answers-silent")
