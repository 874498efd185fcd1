"""Rates by hand, in data and in drawn courses; fitted chances come back; what cannot be measured is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.compendium.stored import stored_results
from analysis.files import DATA_RAW
from analysis.sources import school_teacher_advice
from analysis.tables.package import read_package
from analysis.tie_models.network_growth import GrowthPlan
from analysis.tie_models.network_growth_courses import FITTED, drawn_course, fitted_plan, foretold
from analysis.tie_models.network_growth_rates import Course, course_of, course_rates, work_rates

DAYS = [
    (0.0, 0, 1),
    (3.0, 1, 0),  # returned within two weeks
    (10.0, 0, 1),  # and in contact again a week later
    (11.0, 2, 1),  # never returned, and followed to the end
    (12.0, 1, 3),
    (30.0, 3, 1),  # too late to be a return; in contact again
    (60.0, 2, 3),  # not followed long enough
]


def course(order: list[int] | None = None) -> Course:
    places = np.array(order if order else range(4))
    days, one, other = zip(*DAYS, strict=True)
    return Course(np.array(days), places[list(one)], places[list(other)], np.array([0, 0, 1, -1]), 1)


def test_rates_of_contacts_worked_by_hand() -> None:
    rates = course_rates(course())
    assert rates.loc["returned contact", ["estimate", "of"]].tolist() == [1 / 3, 3]
    assert rates.loc["lasting contact", ["estimate", "of"]].tolist() == [2 / 3, 3]
    assert rates.loc["own group", ["estimate", "of"]].tolist() == [1 / 2, 2]
    assert rates.loc["backbone load", ["estimate", "of"]].tolist() == [3 / 7, 7]
    assert rates.loc["reciprocity", "estimate"] == 4 / 6
    assert rates.loc["partners", "estimate"] == (1 + 3 + 2 + 2) / 4
    # 0 has one partner; 1 has its second after 11 days; 2 after 49; 3 after 48.
    assert rates.loc["second partner", "estimate"] == 1 / 4
    assert rates.loc["compactness", "estimate"] == pytest.approx(2 * (4 + 2 / 2) / 12)


def test_intervals_leave_out_a_person_at_a_time() -> None:
    """The jackknife of Snijders and Borgatti written out, on shares of pairs."""
    generator = np.random.default_rng(1)
    ends = generator.integers(0, 12, (2, 400))
    ends = ends[:, ends[0] != ends[1]]
    many = Course(np.sort(generator.random(ends.shape[1]) * 60), *ends, generator.integers(0, 3, 12), 1)
    row = course_rates(many).loc["own group"]
    pairs = {tuple(sorted(pair)) for pair in ends.T.tolist()}
    same = {pair: many.groups[pair[0]] == many.groups[pair[1]] for pair in pairs}
    without = [np.mean([hit for pair, hit in same.items() if gone not in pair]) for gone in range(12)]
    error = np.sqrt(10 / 24 * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert row["upper"] - row["estimate"] == pytest.approx(2.200985 * error, rel=1e-5)


def test_ties_at_work_by_hand() -> None:
    actors = pd.DataFrame({"actor_id": list("abcdef"), "organization_id": [1, 1, 2, 2, 3, 3]})
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("e", "f"), ("a", "c"), ("a", "a")]
    ties = pd.DataFrame(pairs, columns=["sender_id", "receiver_id"]).assign(relation="advice")
    rates = work_rates({"actors": actors, "ties": ties}, "advice", crosses=True)
    assert rates["estimate"].tolist() == pytest.approx([4 / 6, 1 / 6, 2 / 5])
    unasked = work_rates({"actors": actors, "ties": ties}, "advice", crosses=False)
    assert np.isnan(unasked.loc["asked between", "estimate"])


def test_what_cannot_be_measured_is_said() -> None:
    actors = pd.DataFrame({"actor_id": ["a", "b"], "organization_id": "one", "runs": 0, "group": "x"})
    contacts = pd.DataFrame({"time": ["2020-01-01"], "sender_id": ["a"], "receiver_id": ["b"]})
    with pytest.raises(NotEstimable, match="nobody of 'one' marked runs"):
        course_of({"actors": actors, "contacts": contacts}, "one", "group", ["runs"])
    with pytest.raises(NotEstimable, match="no contact"):
        course_of({"actors": actors, "contacts": contacts.iloc[:0]}, "one", "group", ["runs"])
    read = course_of({"actors": actors.assign(runs=[0, 1]), "contacts": contacts}, "one", "group", ["runs"])
    with pytest.raises(NotEstimable, match="no pair to measure returned contact"):
        course_rates(read)
    with pytest.raises(NotEstimable, match="found 1 organizations"):
        work_rates({"actors": actors, "ties": contacts.assign(relation="advice")}, "advice", crosses=True)


def made_course() -> tuple[GrowthPlan, Course]:
    """Draw a course of 120 people from chances that are known."""
    generator = np.random.default_rng(7)
    plan = GrowthPlan(
        returning=0.3, lasting=0.3, alike=0.4, through_backbone=0.25, acquainted=0.0, evenness=1.0
    )
    days = np.sort(generator.random(900) * 70)
    sender = np.concatenate([np.arange(120), generator.integers(0, 120, 780)])
    receiver = (sender + generator.integers(1, 120, 900)) % 120
    first = Course(days, sender, receiver, generator.integers(0, 4, 120), 2)
    return plan, drawn_course(plan, first, generator)


def test_chances_that_drew_a_course_are_found_again_and_foretell_it() -> None:
    plan, seen = made_course()
    fitted = fitted_plan(seen, GrowthPlan(acquainted=0.0), draws=4, seed=1)
    for chance in FITTED.values():
        assert getattr(fitted, chance) == pytest.approx(getattr(plan, chance), abs=0.12), chance
    told = foretold(fitted, seen, course_rates(seen), draws=30, seed=2, sure=True)
    assert told.loc[list(FITTED), "inside"].all()
    assert told["inside"].sum() >= 8
    wide = foretold(fitted, seen, course_rates(seen), draws=30, seed=2)
    assert (wide["most"] - wide["least"]).sum() > (told["most"] - told["least"]).sum()


def test_a_forecast_from_the_wrong_chances_is_noticed() -> None:
    plan, seen = made_course()
    told = foretold(replace(plan, returning=0.0), seen, course_rates(seen), draws=30, seed=2, sure=True)
    assert not told.loc["returned contact", "inside"]
    assert not told.loc["reciprocity", "inside"]


def test_a_drawn_course_keeps_what_was_given() -> None:
    plan, seen = made_course()
    again = drawn_course(plan, seen, np.random.default_rng(3))
    # Whoever had joined may make a first contact later, never sooner.
    assert again.weekly[1].tolist() == seen.weekly[1].tolist()
    assert (again.weekly[0] <= seen.weekly[0]).all()
    assert sorted(again.groups) == sorted(seen.groups)


def test_the_stored_rates_are_those_of_the_tables(data_mirror: Path) -> None:
    record = stored_results("network_design", "growth")
    package = read_package(DATA_RAW / "school_teacher_advice/datapackage.json")
    teachers = school_teacher_advice.tables(data_mirror / "school_teacher_advice", package)
    work = work_rates(teachers, "advice", crosses=False).dropna()
    for name in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(record["work"][name], work[name], atol=1e-6)
    seen = pd.DataFrame(record["work"]).set_index("rate")
    seen = pd.concat([seen, pd.DataFrame(record["course"]).set_index("rate")])
    drawn = pd.DataFrame(record["drawn"]).set_index("rate")["drawn"]
    assert len(drawn) == 6
    assert ((seen["lower"] <= drawn) & (drawn <= seen["upper"])).all()
