"""The study of star coalescence: what its pages must show, from the accepted numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.compendium.studies import load_studies

ROOT = Path(__file__).resolve().parents[2]
STUDY = next(study for study in load_studies() if study.id == "star_coalescence")
NUMBERS = {
    run.id: json.loads((ROOT / f"reports/expected/star_coalescence/{run.id}.json").read_text())
    for run in STUDY.runs
}


def test_the_streams_have_the_sizes_their_sources_state() -> None:
    messages = NUMBERS["cascades_messages"]
    assert (messages["people"], messages["contacts"]) == (1899, 59_835)
    for course, posts, alone in (("dlt1", 2529, 86), ("dlt2", 2584, 25)):
        found = NUMBERS[f"cascades_{course}"]
        assert (found["contacts"] + found["self-contacts"], found["self-contacts"]) == (posts, alone)


def test_the_planted_meeting_is_found_whole_and_the_other_twin_has_none() -> None:
    twin, null, recovery = (NUMBERS[name] for name in ("cascades_twin", "cascades_null", "recovery"))
    assert recovery["planted"] == recovery["planted.found"] > 0
    assert recovery["planted.missed"] == recovery["planted.invented"] == 0
    closed = [
        f"event.{words}.value"
        for words in ("closed-by-the-one", "closed-by-the-other", "second-order-closures")
    ]
    assert sum(twin[key] for key in closed) == recovery["planted"]
    assert twin["nulls-coalescence.random-placement.p"] == 0.001
    assert null["nulls-coalescence.random-placement.p"] > 0.05


def test_one_sided_brokerage_answers_for_both_sides_alone() -> None:
    for run in ("cascades_twin", "cascades_dlt1", "cascades_dlt2", "cascades_messages"):
        found = NUMBERS[run]
        assert "nulls-coalescence.one-sided-brokerage.p" not in found
        assert found["nulls-both-sides.one-sided-brokerage.p"] < 0.05


def test_the_test_of_the_meeting_and_of_all_meetings_has_power_where_it_should() -> None:
    found = NUMBERS["recovery"]
    for of, statistic in (("the-meeting", "closure"), ("all-meetings", "coalescence")):
        key = f"levels.{of}.{statistic}.random-placement"
        assert found[f"{key}.found"] > 0.95 and found[f"{key}.rejected"] <= found[f"{key}.most"]


def test_activities_bound_what_closures_may_have_come_of_them() -> None:
    twin, null = NUMBERS["activities_twin"], NUMBERS["activities_null"]
    known = "known.dates-and-attendance"
    for found in (twin, null):
        assert found[f"{known}.of_an_activity_at_most"] + found[f"{known}.none"] == found["closures"]
        least = [value for key, value in found.items() if key.endswith(".at_least")]
        assert set(least) == {0}, "a tie without an activity leaves none that must account for any"
    assert twin["calendar.closures.p"] < 0.05 < null["calendar.closures.p"]
    assert NUMBERS["recovery"]["activities.lost"] == NUMBERS["recovery"]["activities.false"] == 0


def test_adoption_in_the_twin_follows_contacts_as_it_was_made_to() -> None:
    found = NUMBERS["scale_up_twin"]
    for kind in ("no-ties", "none-of-them"):
        assert found[f"hazard-by-exposure.{kind}.adopted"] == 0 < found[f"hazard-by-exposure.{kind}.at_risk"]
    assert found["hazard-by-exposure.3-4-to-all.lower"] > found["hazard-by-exposure.none-of-them.upper"]
    assert found["hazard-model.exposure.lower"] > 0
    for course in ("period-spline-1", "period-spline-2", "upcoming-exposure"):
        assert found[f"hazard-model.{course}.lower"] < 0 < found[f"hazard-model.{course}.upper"]


def test_villages_and_years_account_for_some_of_what_exposure_seemed_to_do() -> None:
    """Farmers: 1.11 with a straight line and no villages, .70 with both free; p of structure ≈ .05."""
    farmers, women = NUMBERS["scale_up_farmers"], NUMBERS["scale_up_villages"]
    assert farmers["hazard-model.exposure.estimate"] == pytest.approx(0.70, abs=0.005)
    assert women["hazard-model.exposure.estimate"] == pytest.approx(0.71, abs=0.005)
    assert farmers["structure.mean-threshold.mean"] == pytest.approx(0.4985, abs=0.001)
    assert 0.02 < farmers["structure.mean-threshold.p"] < 0.1
    assert farmers["moran.time-of-adoption.expected"] == pytest.approx(0.066, abs=0.0005)
    for found in (farmers, women):
        placebo = "hazard-model.upcoming-exposure"
        assert found[f"{placebo}.lower"] < 0 < found[f"{placebo}.upper"]
        assert abs(found["hazard-model.constant.estimate"]) < 10


def test_every_run_has_a_hazard_and_says_how_many_tests_it_makes() -> None:
    for run, found in NUMBERS.items():
        if run.startswith("scale_up_"):
            assert "hazard-model.exposure.estimate" in found or run == "scale_up_example", run
            assert " test" in found["tests"], run


def test_physicians_as_netdiffuser_and_with_censored_ones_left_censored() -> None:
    found = NUMBERS["scale_up_physicians"]
    assert (found["who.adopted.number"], found["who.had-not-when-observation-ended.number"]) == (109, 16)
    theirs = NUMBERS["netdiffuser"]
    assert theirs["thresholds.medical_innovation.coded"] == pytest.approx(0.5660, abs=0.00005)
    assert theirs["thresholds.medical_innovation.adopters"] < theirs["thresholds.medical_innovation.coded"]
    assert theirs["structure.mean.value"] == pytest.approx(0.555, abs=0.005)
    # Coded as adopters of the month after the last, the sixteen turn the estimate round.
    assert theirs["diffreg.exposure.estimate"] < 0 < theirs["diffreg-censored.exposure.estimate"]


def test_netdiffuser_returns_but_where_its_times_are_another_woman_s() -> None:
    found = NUMBERS["netdiffuser"]
    assert [found[f"pairing.{name}"] for name in ("women", "rows", "times")] == [1047, 1047, 866]
    assert found["pairing.threshold"] == pytest.approx(0.58446, abs=5e-6)
    assert found["thresholds.korean_family_planning.coded"] == pytest.approx(0.62856, abs=5e-6)
    assert found["structure.software_p"] == pytest.approx(
        found["structure.p.value"], abs=4 * found["structure.p_error.value"]
    )
    assert found["change.exposure"] == (
        "from -0.238 (cannot be told from 0) to 0.012 (cannot be told from 0)"
    )
    months = [key for key in found if key.startswith("moran.") and key.endswith(".statistic")]
    assert len(months) == 17


def test_fifty_seven_education_policies_of_fifty_states() -> None:
    found = NUMBERS["policies"]
    assert [found[f"counts.{name}"] for name in ("policies", "adoptions", "states")] == [57, 1393, 50]


def test_thirty_schools_in_the_end() -> None:
    found = NUMBERS["scale_up_twin"]
    assert (found["who.adopted.number"], found["reach-table.25.adopters"]) == (30, 30)
