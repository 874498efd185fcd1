"""The twins of a study of coordinated change: their rules, and that the parts of the tables fit together."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from analysis.evidence.change_steps import checked_steps, reach_by_episode
from analysis.evidence.interactions import in_one_place
from analysis.evidence.routine_webs import routine_web
from analysis.files import DATA_RAW
from analysis.sources import central_office_null
from analysis.sources.central_office import KINDS, grown
from analysis.sources.twins import Twin
from analysis.tables.package import read_package
from analysis.tables.validate import checked

FOLDERS = [DATA_RAW / "central_office", DATA_RAW / "central_office_null"]
PARAMETERS, WITHOUT = (
    json.loads((folder / "parameters.json").read_text(encoding="utf-8")) for folder in FOLDERS
)


@pytest.fixture(scope="module", params=[None, 1], ids=["committed", "seed 1"])
def twin(request: pytest.FixtureRequest) -> Twin:
    """Return a twin of the parameters' seed, or another."""
    return grown(PARAMETERS, request.param)


def test_the_null_differs_in_the_chances_of_the_outcome_and_has_no_interaction() -> None:
    assert central_office_null.grown is grown
    assert {key for key in PARAMETERS if PARAMETERS[key] != WITHOUT[key]} == {"outcome"}
    odds = {kind: chance / (1 - chance) for kind, chance in WITHOUT["outcome"].items()}
    assert odds["both"] * odds["neither"] == pytest.approx(odds["connection only"] * odds["reflection only"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_tables_keep_to_the_data_model(folder: Any) -> None:
    found = grown(json.loads((folder / "parameters.json").read_text(encoding="utf-8"))).tables
    assert set(checked(found, read_package(folder / "datapackage.json"))) == set(found)


def test_the_seed_is_what_makes_it(twin: Twin) -> None:
    again = grown(PARAMETERS, twin.truth["seed"])
    for name, frame in twin.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert not grown(PARAMETERS, 7).tables["codings"].equals(twin.tables["codings"])


def test_changes_are_of_the_kind_that_web_and_routines_say(twin: Twin) -> None:
    episodes = twin.tables["episodes"].set_index("episode_id")
    web = routine_web(twin.tables)
    steps = checked_steps(twin.tables, web)
    reach = reach_by_episode(twin.tables, web, steps, PARAMETERS["horizon"])
    reflects = twin.tables["routines"].set_index("routine_id")["reflection"]
    assert (episodes["reflection"] == episodes["routine_id"].map(reflects)).all()
    assert (reach["reached"] <= reach["possible"]).all()
    across = {
        episode: {web.organizations[name] for name in own["routine_id"]}
        for episode, own in steps[steps["enacted"] == 1].groupby("episode_id")
    }
    assert all(len(across[name]) == 1 for name in episodes.index[episodes["connection"] == 0])
    assert max(map(len, across.values())) == 2
    assert pd.Series(twin.truth["kinds"]).value_counts().to_dict() == dict.fromkeys(KINDS, 9)
    assert in_one_place(steps) == []
    assert not (episodes["outcome"] & episodes["at_odds"]).any()


def test_coders_err_as_often_as_the_truth_says(twin: Twin) -> None:
    codings = twin.tables["codings"]
    applies = twin.truth["applies"]
    true = [
        code in applies[f"{document} {segment}"]
        for document, segment, code in codings[["document_id", "segment_id", "code"]].itertuples(index=False)
    ]
    wrong = (codings["applied"] != pd.Series(true).astype(int)).groupby(codings["coder_id"]).mean()
    for coder, errs in PARAMETERS["coder_errs"].items():
        assert wrong[coder] == pytest.approx(errs, abs=0.03)


def test_evidence_stands_in_segments_that_were_coded_so(twin: Twin) -> None:
    evidence, codings = twin.tables["evidence"], twin.tables["codings"]
    known = set(
        codings.loc[codings["applied"] == 1, ["document_id", "segment_id"]].itertuples(index=False, name=None)
    )
    assert set(evidence[["document_id", "segment_id"]].itertuples(index=False, name=None)) <= known
    assert {*evidence["direction"]} == {"for", "against"}
