"""Survey and documents of a district and year: what each says, and how they meet."""

from __future__ import annotations

from itertools import product

import pytest

from analysis.evidence.district_display import (
    CELLS,
    display_keys,
    district_display,
    district_findings,
    met,
    outcome_counts,
)
from analysis.evidence.joint_display import OUTCOMES

MORE_CONFLICT = {
    "conflict lower": 0.4,
    "conflict upper": 0.5,
    "alignment lower": 0.1,
    "alignment upper": 0.3,
    "conflict": 0.45,
}
MORE_FIT = {
    **MORE_CONFLICT,
    "conflict lower": 0.1,
    "conflict upper": 0.2,
    "alignment lower": 0.3,
    "conflict": 0.15,
}
NEITHER = {**MORE_CONFLICT, "alignment upper": 0.4}


def test_strands_meet_in_one_way_whichever_is_named_first() -> None:
    for one, other in product(CELLS, CELLS):
        assert met(one, other) == met(other, one)
        assert met(one, other) in OUTCOMES
    assert met("unclear", "unclear") == "agreement"
    assert met("not told", "not told") == "silence"


def test_the_display_by_hand() -> None:
    documents = {
        ("a", 2020): MORE_CONFLICT,
        ("a", 2021): MORE_CONFLICT,
        ("b", 2021): MORE_FIT,
        ("b", 2022): NEITHER,
    }
    survey = {
        ("a", 2021): {"lower": 3.0, "upper": 3.9, "valued": 5.5},
        ("b", 2021): {"lower": 3.0, "upper": 3.9, "valued": 5.0},
        ("b", 2022): {"lower": 4.1, "upper": 4.9, "valued": 5.2},
        ("b", 2023): {"lower": 3.9, "upper": 4.9, "valued": 5.4},
    }
    found = district_display(documents, survey, 4.0)
    assert found["documents"].tolist() == ["conflict", "conflict", "alignment", "unclear", "not told"]
    assert found["survey"].tolist() == ["not told", "conflict", "conflict", "alignment", "unclear"]
    assert found["outcome"].tolist() == ["silence", "agreement", "dissonance", "partial agreement", "silence"]
    assert found["conflict"].tolist()[:3] == [0.45, 0.45, 0.15]
    assert found["valued"].isna().tolist() == [True, False, False, False, False]
    assert outcome_counts(found)["count"].to_dict() == {
        "agreement": 1,
        "partial agreement": 1,
        "silence": 2,
        "dissonance": 1,
    }
    sentences = [finding.sentence for finding in district_findings(found)]
    assert sentences == [
        "Documents beside the survey of the same district and year: agreement in 1, partial agreement in 1, "
        "silence in 2 and dissonance in 1.",
        "In the last survey members rate the value of their network 5.50 in a and 5.40 in b.",
    ]


def test_what_a_run_did_not_record_is_not_told() -> None:
    nothing = dict.fromkeys(MORE_CONFLICT)
    found = district_display(
        {("a", 2021): nothing}, {("a", 2021): {"lower": None, "upper": None, "valued": None}}, 4.0
    )
    assert found.loc[("a", 2021), ["documents", "survey", "outcome"]].tolist() == [
        "not told",
        "not told",
        "silence",
    ]
    assert len(district_findings(found)) == 1


@pytest.mark.parametrize(
    ("lower", "upper", "says"), [(4.0, 4.5, "unclear"), (3.5, 4.0, "unclear"), (4.01, 5, "alignment")]
)
def test_an_interval_that_touches_the_middle_is_unclear(lower: float, upper: float, says: str) -> None:
    found = district_display({}, {("a", 2021): {"lower": lower, "upper": upper, "valued": 5.0}}, 4.0)
    assert found["survey"].tolist() == [says]


def test_keys_are_those_of_the_pages() -> None:
    assert display_keys("district_a", 2021)["conflict lower"] == "groups.conflict.district_a.2021.lower"
    survey = display_keys("district_a", 2021, alignment="system_alignment", outcome="valued")
    assert survey["valued"] == "levels.valued.district_a.2021.estimate"
    assert set(display_keys("a", 1)) == set(MORE_CONFLICT)
