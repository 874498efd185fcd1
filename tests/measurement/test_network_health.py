"""Domains by district and year: what is asked of scores, of silence, of the lowest domain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as t_distribution

from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.measurement.growth import Growth
from analysis.measurement.health_findings import health_findings
from analysis.measurement.network_health import (
    common_mix,
    growth_by_scale,
    growth_table,
    invariance_between_districts,
    member_scores,
    people_of_districts,
    school_levels,
    with_home,
)
from analysis.measurement.scale_invariance import ordinal_by_scale
from analysis.measurement.silence import asked_people, response_rates, silence_bounds
from analysis.measurement.weak_link import lowest_domain, lowest_or_mean, lowest_or_mean_table, who_was_drawn
from analysis.resampling.proportions import wilson_interval
from analysis.sources.two_districts import grown


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    """Return the committed parameters of the twin."""
    text = (DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


@pytest.fixture(scope="module")
def tables(parameters: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the twin's tables."""
    return grown(parameters).tables


@pytest.fixture(scope="module")
def scores(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the twin's scores."""
    return member_scores(tables)


@pytest.fixture(scope="module")
def found(scores: pd.DataFrame, parameters: dict[str, Any]) -> dict[str, Growth | NotEstimable]:
    """Return growth at the mix of roles the twin's levels are of."""
    return growth_by_scale(scores, pd.Series({name: of["share"] for name, of in parameters["roles"].items()}))


def given(scores: dict[str, Sequence[float]], schools: Sequence[str]) -> pd.DataFrame:
    """Return scores of people, one a place of the lists, in one district and wave."""
    parts = [
        pd.DataFrame(
            {"scale": name, "score": values, "organization_id": schools, "actor_id": range(len(values))}
        )
        for name, values in scores.items()
    ]
    return pd.concat(parts).assign(district="d", wave=1)


def test_the_order_of_rows_does_not_decide_where_the_search_ends(
    scores: pd.DataFrame, found: dict[str, Growth | NotEstimable], parameters: dict[str, Any]
) -> None:
    # This scale's likelihood is flat: a search that goes by differences alone once stopped early here.
    mixed = scores[scores["scale"] == "system_alignment"].sample(frac=1, random_state=5)
    mix = pd.Series({name: of["share"] for name, of in parameters["roles"].items()})
    one, again = found["system_alignment"], growth_by_scale(mixed, mix)["system_alignment"]
    assert isinstance(one, Growth) and isinstance(again, Growth)
    for name in ("estimate", "standard_error"):
        assert again.changes[name].tolist() == pytest.approx(one.changes[name].tolist(), rel=1e-6)


def test_levels_and_changes_of_the_twin_are_recovered(
    found: dict[str, Growth | NotEstimable], parameters: dict[str, Any]
) -> None:
    levels, changes = growth_table(found, "levels"), growth_table(found, "changes")
    assert isinstance(levels, pd.DataFrame) and isinstance(changes, pd.DataFrame)
    assert len(levels) == 10 * 2 * 4 and len(changes) == 20
    errors = []
    for scale, of in parameters["scales"].items():
        for district in ("district_a", "district_b"):
            start, change = of[district]
            for table, key, truth in (
                (levels, (scale, district, 2021), start),
                (changes, (scale, district), 3 * change),
            ):
                row = table.loc[key]
                errors.append((row["estimate"] - truth) / ((row["upper"] - row["lower"]) / 3.92))
    # Forty standardised errors, ten scales of the same people: none beyond four, few beyond two.
    assert np.abs(errors).max() < 4
    assert np.mean(np.abs(errors) < 2) > 0.8


def test_no_table_has_a_p_value_of_district(found: dict[str, Growth | NotEstimable]) -> None:
    for what in ("levels", "changes", "contrasts"):
        table = growth_table(found, what)
        assert isinstance(table, pd.DataFrame)
        assert [*table.columns] == ["estimate", "lower", "upper"]


def test_a_contrast_is_the_difference_of_changes(
    found: dict[str, Growth | NotEstimable], scores: pd.DataFrame
) -> None:
    changes, contrasts = growth_table(found, "changes"), growth_table(found, "contrasts")
    assert isinstance(changes, pd.DataFrame) and isinstance(contrasts, pd.DataFrame)
    wide = changes["estimate"].unstack("district")
    np.testing.assert_allclose(
        contrasts["estimate"].droplevel(["district", "against"])[wide.index],
        wide["district_a"] - wide["district_b"],
    )
    people = people_of_districts(scores, contrasts)
    assert len(people) == len(contrasts)
    assert {person for person, _, _ in people[0]} == set(
        scores.loc[scores["scale"] == "hub_leadership", "actor_id"]
    )


def test_without_an_answer_the_table_says_why(scores: pd.DataFrame) -> None:
    one = scores[scores["wave"] == 2021]
    nothing = growth_table(growth_by_scale(one, common_mix(one)), "levels")
    assert isinstance(nothing, NotEstimable) and "1 waves" in str(nothing)
    assert people_of_districts(one, nothing) == [*one["actor_id"].unique()]


def test_a_scale_that_is_not_there_is_named(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="found no scale mood, joy; allowed: hub_leadership"):
        member_scores(tables, ["mood", "valued", "joy"])


def test_without_organisations_all_is_one_district(tables: dict[str, pd.DataFrame]) -> None:
    people = pd.DataFrame({"actor_id": tables["actors"]["actor_id"].head(3)})
    alone = with_home(people, {"actors": tables["actors"][["actor_id"]]})
    assert alone[["role", "district"]].to_numpy().tolist() == [["not told", "all"]] * 3
    assert set(with_home(people, tables)["district"]) <= {"district_a", "district_b"}


def test_the_mix_is_that_of_the_first_wave() -> None:
    asked = pd.DataFrame({"wave": [1, 1, 1, 1, 2], "role": ["t", "t", "t", "l", "l"]})
    assert common_mix(asked).to_dict() == {"l": 0.25, "t": 0.75}


def test_items_of_the_twin_mean_the_same_in_both_districts(tables: dict[str, pd.DataFrame]) -> None:
    found, people = invariance_between_districts(tables, ["valued"], 2021)
    assert found.index.tolist() == [("valued", level) for level in ("configural", "metric", "scalar")]
    assert (found["items"] == "").all() and len(people) == 3
    none, _ = invariance_between_districts(tables, ["valued"], 1999)
    assert none.index.tolist() == [("valued", "none")] and none["note"].iloc[0]


def test_silence_by_hand() -> None:
    actors = pd.DataFrame(
        {
            "actor_id": list("abcdef"),
            "organization_id": "s",
            "role": ["leader", "leader", "teacher", "teacher", "teacher", "teacher"],
        }
    )
    responses = pd.DataFrame({"wave": 1, "actor_id": list("abc"), "item_id": "i", "value": [5, 5, 2]})
    silent = pd.DataFrame({"wave": 1, "actor_id": list("def"), "relation": pd.NA})
    tables = {
        "actors": actors,
        "responses": responses,
        "nonresponse": silent,
        "items": pd.DataFrame({"item_id": ["i"], "scale": "x", "minimum": 1, "maximum": 5, "reversed": 0}),
    }
    asked = asked_people(tables)
    rates, sides = response_rates(asked, ["role"])
    assert rates[["asked", "share"]].to_dict("index") == {
        "leader": {"asked": 2, "share": 1.0},
        "teacher": {"asked": 4, "share": 0.25},
    }
    # Everybody was asked once: Wilson's interval of the people.
    assert rates.loc["teacher", ["lower", "upper"]].tolist() == pytest.approx(wilson_interval(1, 4, 0.95))
    assert rates.loc["leader", ["lower", "upper"]].tolist() == pytest.approx(wilson_interval(2, 2, 0.95))
    assert sides == [frozenset({("a", 1), ("b", 1)}), frozenset({("c", 1)})]
    ranges = pd.DataFrame({"minimum": [1], "maximum": [5]}, index=["x"])
    bounds, people = silence_bounds(member_scores(tables), asked, ranges, 1)
    # Twelve points from three people; the teacher stands for four; three silent give 1 or 5.
    expected = {"answered": 4.0, "weighted": (10 + 4 * 2) / 6, "lowest": 15 / 6, "highest": 27 / 6}
    assert bounds.loc[("x", "all")].to_dict() == pytest.approx(expected)
    assert len(people[0]) == 3
    everybody = asked_people({name: table for name, table in tables.items() if name != "nonresponse"})
    assert everybody["answered"].all()


def test_who_is_silent_again_and_again_counts_once() -> None:
    # Four people asked three times who always do the same are worth four answers, not twelve.
    waves = [1, 2, 3] * 4
    people = [person for person in "abcd" for _ in range(3)]
    asked = pd.DataFrame(
        {"wave": waves, "actor_id": people, "role": "t", "answered": [person == "a" for person in people]}
    )
    rates, _ = response_rates(asked, ["role"])
    assert rates.loc["t", ["lower", "upper"]].tolist() == pytest.approx(wilson_interval(1, 4, 0.95))


def test_schools_by_wave(scores: pd.DataFrame) -> None:
    levels, people = school_levels(scores, ["hub_leadership", "network_roles"])
    assert len(levels) == 24 * 4 and levels["people"].tolist() == [len(group) for group in people]
    key = ("district_b", "district_b_school_03", 2022)
    own = scores[(scores["organization_id"] == key[1]) & (scores["wave"] == key[2])]
    means = own[own["scale"].isin(["hub_leadership", "network_roles"])].groupby("actor_id")["score"].mean()
    assert levels.loc[key, "estimate"] == pytest.approx(means.mean())
    reach = t_distribution.ppf(0.975, len(means) - 1) * means.std() / len(means) ** 0.5
    assert levels.loc[key, "upper"] == pytest.approx(means.mean() + reach)
    alone, _ = school_levels(own[own["actor_id"] == own["actor_id"].iloc[0]], ["hub_leadership"])
    assert alone["people"].tolist() == [1] and alone["lower"].isna().all()


def test_ordered_answers_of_the_twin_mean_the_same(tables: dict[str, pd.DataFrame]) -> None:
    levels = ["configural", "thresholds", "loadings", "intercepts"]
    found, people = invariance_between_districts(tables, ["hub_leadership"], 2021, ordinal=True)
    assert found.index.get_level_values("level").tolist() == levels and len(people) == 4
    assert (found["items"] == "").all() and found["cfi_change"].min() > -0.01
    waves, both = ordinal_by_scale(tables, ["valued"])
    assert waves.index.tolist() == [
        ("valued", wave, level) for wave in (2022, 2023, 2024) for level in levels
    ]
    assert waves["people"].tolist() == [len(group) for group in both]
    first = {**tables, "responses": tables["responses"][tables["responses"]["wave"] == 2021]}
    none, _ = ordinal_by_scale(first, ["valued"])
    assert none["note"].tolist() == ["found 1 wave with answers; needed: two"]


def test_an_item_answered_otherwise_in_one_district_is_named(tables: dict[str, pd.DataFrame]) -> None:
    there = tables["actors"].loc[tables["actors"]["organization_id"].str.startswith("district_b"), "actor_id"]
    responses = tables["responses"].copy()
    moved = (responses["item_id"] == "hub_leadership_2") & responses["actor_id"].isin(there)
    responses.loc[moved, "value"] = (responses.loc[moved, "value"] + 1).clip(upper=7)
    found, _ = invariance_between_districts(
        {**tables, "responses": responses}, ["hub_leadership"], 2021, ordinal=True
    )
    assert "hub_leadership_2" in " ".join(found["items"])


def test_the_lowest_domain_is_as_sure_as_schools_agree() -> None:
    # In school s x is lower by two, in t higher by one: x is lowest unless only t is drawn, once in four.
    scores = given({"x": [1.0, 3.0], "y": [3.0, 2.0]}, ["s", "t"])
    found = lowest_domain(scores, ["x", "y"], draws=20_000, seed=3)
    assert found.loc[("d", 1), "x"] == pytest.approx(0.75, abs=0.015)
    assert found.sum(axis=1).to_numpy() == pytest.approx(1)
    assert who_was_drawn(scores, ["x", "y"], found) == [frozenset({("0", 1), ("1", 1)})]
    again = lowest_domain(scores.sample(frac=1, random_state=1), ["x", "y"], draws=20_000, seed=3)
    pd.testing.assert_frame_equal(found, again)


def test_lowest_or_mean_is_a_difference_of_correlations() -> None:
    scores = given(
        {"x": [1.0, 4, 2, 5, 3, 1], "y": [2.0, 3, 5, 5, 1, 4], "z": [1.0, 3, 2, 5, 1, 1]},
        ["s", "s", "t", "t", "u", "u"],
    )
    found = lowest_or_mean(scores, ["x", "y"], "z", draws=500, seed=1)
    wide = scores.pivot(index="actor_id", columns="scale", values="score")
    lowest, mean = wide[["x", "y"]].min(axis=1), wide[["x", "y"]].mean(axis=1)
    assert found.with_lowest == pytest.approx(lowest.corr(wide["z"]))
    assert found.with_mean == pytest.approx(mean.corr(wide["z"]))
    assert found.lower <= found.difference <= found.upper
    assert (found.people, found.schools) == (6, 3)
    assert found.summary().startswith("the outcome correlates 0.")


def test_too_little_for_a_weak_link_is_named() -> None:
    scores = given({"x": [1.0, 3.0], "y": [3.0, 2.0], "z": [1.0, 2.0]}, ["s", "s"])
    with pytest.raises(NotEstimable, match="found 1 domain; needed: two"):
        lowest_domain(scores, ["x"], draws=10, seed=1)
    with pytest.raises(NotEstimable, match="found no district and wave of two schools"):
        lowest_domain(scores, ["x", "y"], draws=10, seed=1)
    nothing = lowest_or_mean_table(scores, ["x", "y"], ["z"], draws=10, seed=1)
    assert isinstance(nothing, NotEstimable) and "found 1 schools" in str(nothing)
    assert str(lowest_or_mean_table(scores, ["x", "y"], [], draws=10, seed=1)) == "found no outcome named"
    assert who_was_drawn(scores, ["x"], NotEstimable("no")) == ["0", "1"]


def test_findings_without_anything_to_estimate_say_who_answered() -> None:
    index = pd.MultiIndex.from_tuples([("d", 1), ("d", 2)], names=["district", "wave"])
    rates = pd.DataFrame({"share": [0.8, 0.5]}, index=index)
    nothing = NotEstimable("no")
    (finding,) = health_findings(nothing, nothing, nothing, rates, ["x"], ["z"])
    assert finding.sentence == "Between 50 % and 80 % of those asked answered, by district and wave."
    assert finding.numbers == ("rates.d.2.share", "rates.d.1.share")
