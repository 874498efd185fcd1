"""The twin of the essay on designing a network: its sizes, and numbers that do what they say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.theory_of_action import theory_faults
from analysis.files import DATA_RAW
from analysis.measurement.scales import scale_scores
from analysis.sources.rural_network import BACKBONE, grown
from analysis.sources.twins import twin_of
from analysis.tables.package import read_package
from analysis.tables.validate import checked

FOLDER = DATA_RAW / "rural_network"


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    """Return the committed parameters."""
    content: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def twin() -> dict[str, pd.DataFrame]:
    """Return the checked tables of the committed parameters."""
    return checked(twin_of(grown, FOLDER).tables, read_package(FOLDER / "datapackage.json"))


def still(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters under which nothing varies but what is planted."""
    return {
        **parameters,
        "efficacy": {**parameters["efficacy"], "school": 0, "person": 0, "item": 0},
        "growth": {**parameters["growth"], "spread": 0},
        "spreads": {"school": 0, "round": 0, "own": 0},
        "silent": 0,
    }


def test_sizes(twin: dict[str, pd.DataFrame], parameters: dict[str, Any]) -> None:
    counts = twin["actors"]["organization_id"].value_counts()
    assert counts.pop(BACKBONE) == parameters["backbone"]
    assert (counts == parameters["teachers"]).all() and len(counts) == parameters["schools"]
    assert len(twin["waves"]) == parameters["rounds"]
    assert len(twin["contacts"]) == parameters["rounds"] * parameters["contacts"]["each_round"]
    assert set(twin["ties"]["wave"]) == set(parameters["survey_rounds"])
    home = twin["actors"].set_index("actor_id")["organization_id"]
    assert (twin["ties"]["sender_id"].map(home) == twin["ties"]["receiver_id"].map(home)).all()
    assert theory_faults(twin) == []


def test_the_seed_decides(parameters: dict[str, Any]) -> None:
    first, again, other = (grown(parameters, seed) for seed in (5, 5, 6))
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert first.truth == again.truth and not first.tables["ties"].equals(other.tables["ties"])


def test_contacts_begin_with_the_rounds_and_the_backbone_hands_over_on_a_line(
    parameters: dict[str, Any],
) -> None:
    rule = {**parameters["contacts"], "each_round": 4000, "start": 0.7, "slope": -0.02}
    contacts = grown({**parameters, "contacts": rule, "rounds": 24}, 1).tables["contacts"]
    assert contacts["time"].iloc[0].startswith(parameters["start"])
    days = pd.to_datetime(contacts["time"]) - pd.Timestamp(parameters["start"])
    share = contacts["sender_id"].str.startswith("coach").groupby(days.dt.days // 28).mean()
    error = np.sqrt(0.25 / 4000)
    assert np.abs(share - (0.7 - 0.02 * share.index)).max() < 4 * error
    assert not contacts["receiver_id"].str.startswith("coach").any()
    assert (contacts["sender_id"] != contacts["receiver_id"]).all()


def test_without_noise_growth_and_measures_are_what_was_planted(parameters: dict[str, Any]) -> None:
    twin = grown(still(parameters), 3)
    tables, paths = twin.tables, parameters["paths"]
    last = tables["ties"][tables["ties"]["wave"] == parameters["survey_rounds"][-1]]
    home = tables["actors"].set_index("actor_id")["organization_id"]
    size = parameters["teachers"]
    density = last["sender_id"].map(home).value_counts() / (size * (size - 1))
    growth = tables["measures"].query("measure == 'growth'").set_index("organization_id")["value"]
    expected = parameters["growth"]["level"] + twin.truth["follows"]["total"] * (
        density - parameters["network"]["density"]
    )
    np.testing.assert_allclose(growth, expected.reindex(growth.index), atol=1e-4)
    assert twin.truth["follows"]["indirect"] == paths["density_to_efficacy"] * paths["efficacy_to_growth"]
    marked = tables["measures"].query("measure == 'tasks_tried'").groupby("wave")["value"].first()
    shift = parameters["measures"]["tasks_tried"]["shift"]
    after = marked.index >= parameters["change_round"]
    assert set(marked[after]) == {marked.iloc[0] + shift} and set(marked[~after]) == {marked.iloc[0]}
    scores = scale_scores(tables)
    own = scores[(scores["scale"] == "collective_efficacy") & (scores["wave"] == 24)]
    means = own.groupby(own["actor_id"].map(home))["score"].mean()
    level = parameters["efficacy"]["level"] + paths["density_to_efficacy"] * (
        density - parameters["network"]["density"]
    )
    # Answers are whole numbers: without spread each is the school's level, rounded.
    assert np.abs(means - level).max() <= 0.5 + 1e-9


def test_silence_takes_answers_and_names_away_together(twin: dict[str, pd.DataFrame]) -> None:
    silent = pd.MultiIndex.from_frame(twin["nonresponse"][["wave", "actor_id"]])
    for table, who in (("ties", "sender_id"), ("responses", "actor_id")):
        assert not pd.MultiIndex.from_frame(twin[table][["wave", who]]).isin(silent).any()
    teachers = twin["nonresponse"][~twin["nonresponse"]["actor_id"].str.startswith("coach")]
    assert 0.01 < len(teachers) / (2 * 576) < 0.1
