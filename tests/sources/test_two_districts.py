"""The twin of a study of two districts: its sizes, and numbers that do what they say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from analysis.files import DATA_RAW
from analysis.measurement.scales import scale_scores
from analysis.sources.twins import twin_of
from analysis.sources.two_districts import DISTRICTS, grown
from analysis.tables.package import read_package
from analysis.tables.validate import checked

FOLDER = DATA_RAW / "two_districts"
STILL = {"school": 0, "school_own": 0, "school_change": 0, "person": 0, "person_own": 0, "occasion": 0}


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    """Return the committed parameters."""
    content: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def twin() -> dict[str, pd.DataFrame]:
    """Return the checked tables of the committed parameters."""
    return checked(twin_of(grown, FOLDER).tables, read_package(FOLDER / "datapackage.json"))


def roles(parameters: dict[str, Any], **changed: float) -> dict[str, Any]:
    """Return the parameters with every role alike in what is changed."""
    return {**parameters, "roles": {name: {**of, **changed} for name, of in parameters["roles"].items()}}


def scores_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return scores with role and district of each person."""
    actors = tables["actors"].set_index("actor_id")
    scores = scale_scores(tables).join(actors[["role", "organization_id"]], on="actor_id")
    return scores.assign(district=scores["organization_id"].str.slice(0, 10))


def test_sizes(twin: dict[str, pd.DataFrame], parameters: dict[str, Any]) -> None:
    schools = twin["organizations"][twin["organizations"]["kind"] == "school"]
    assert schools["parent_id"].value_counts().to_dict() == dict.fromkeys(DISTRICTS, parameters["schools"])
    asked = len(twin["nonresponse"]) + twin["responses"].groupby(["wave", "actor_id"]).ngroups
    assert asked == 4 * 2 * parameters["schools"] * parameters["people"]
    kinds = pd.Series({name: of["kind"] for name, of in parameters["scales"].items()}).value_counts()
    assert kinds.to_dict() == {"domain": 6, "context": 2, "outcome": 2}
    assert (twin["documents"]["organization_id"].value_counts() == 36).all()
    assert set(twin["documents"]["date"].str.slice(0, 4)) == {str(year) for year in range(2018, 2024)}
    assert twin["evidence"][["if_true", "if_false"]].notna().all(axis=None)


def test_the_same_seed_gives_the_same_tables(parameters: dict[str, Any]) -> None:
    one, other, third = grown(parameters), grown(parameters), grown(parameters, 7)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])
    assert not one.tables["responses"].equals(third.tables["responses"])


def test_without_spread_scores_are_levels_and_roles(parameters: dict[str, Any]) -> None:
    still = {**parameters, "spreads": {**STILL, "item": 0.7}, "people": 60}
    scores = scores_of(grown(still).tables)
    effects = {name: of["effect"] for name, of in parameters["roles"].items()}
    for (scale, district), own in scores.groupby(["scale", "district"]):
        start, change = parameters["scales"][str(scale)][str(district)]
        away = own["score"] - own["role"].map(effects) - start - change * (own["wave"] - 2021)
        # Four standard errors of the mean; an answer above seven is seven.
        assert abs(away.mean()) < 4 * away.std() / np.sqrt(len(away)) + 0.01, (scale, district)


def test_effects_of_roles_are_zero_over_their_shares(parameters: dict[str, Any]) -> None:
    every = parameters["roles"].values()
    assert sum(of["share"] * of["effect"] for of in every) == pytest.approx(0)
    assert sum(of["share"] for of in every) == pytest.approx(1)


def test_nobody_leaves_or_is_silent_where_no_role_does(parameters: dict[str, Any]) -> None:
    tables = grown(roles(parameters, leaves=0.0, silent=1e-12)).tables
    assert len(tables["actors"]) == 2 * parameters["schools"] * parameters["people"]
    assert tables["actors"]["left_on"].isna().all()
    assert len(tables["nonresponse"]) == 0


def test_teachers_are_silent_and_leave_more_often(twin: dict[str, pd.DataFrame]) -> None:
    actors = twin["actors"].set_index("actor_id")
    silent = twin["nonresponse"]["actor_id"].map(actors["role"]).value_counts()
    heard = (
        twin["responses"].drop_duplicates(["wave", "actor_id"])["actor_id"].map(actors["role"]).value_counts()
    )
    share = silent / (silent + heard)
    assert share["teacher"] > share["coach"] > share["leader"]
    left = actors["left_on"].notna().groupby(actors["role"]).mean()
    assert left["teacher"] > left["leader"]


def test_with_a_slope_those_who_answer_low_are_silent(parameters: dict[str, Any]) -> None:
    alike = roles(parameters, effect=0.0)
    means = {
        slope: scores_of(grown({**alike, "silence_slope": slope}, 5).tables)["score"].mean()
        for slope in (0.0, 4.0)
    }
    assert means[4.0] > means[0.0] + 0.1


def test_codes_are_as_frequent_as_they_should_be(parameters: dict[str, Any]) -> None:
    exact = {**parameters, "documents": {**parameters["documents"], "coder_errs": 0.0}}
    tables = grown(exact).tables
    codings = tables["codings"].merge(tables["documents"], on="document_id")
    assert (codings.groupby(["document_id", "segment_id", "code"])["applied"].nunique() == 1).all()
    one = codings[codings["coder_id"] == "coder_1"]
    for (district, code), own in one.groupby(["organization_id", "code"]):
        chance = np.mean(parameters["codes"][str(code)][str(district)])
        low, high = binom.ppf([1e-4, 1 - 1e-4], len(own), chance)
        assert low <= own["applied"].sum() <= high, (district, code)


def test_district_b_has_more_conflict_and_both_networks_are_valued(twin: dict[str, pd.DataFrame]) -> None:
    codings = twin["codings"].merge(twin["documents"], on="document_id")
    conflict = (
        codings[codings["code"].str.startswith("conflict")].groupby("organization_id")["applied"].mean()
    )
    assert conflict["district_b"] > 2 * conflict["district_a"]
    scores = scores_of(twin)
    valued = scores[scores["scale"] == "valued"].groupby("district")["score"].mean()
    assert (valued > 4.5).all()
    assert abs(valued.diff().iloc[-1]) < 0.3
