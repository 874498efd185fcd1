"""The example of a filled dataset: its parameters, its tables, its survey, and nobody's name outside it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.importing.dataset.people_file import read_roster
from analysis.importing.lists.roster_survey import read_roster_survey
from analysis.importing.shared.people import Matcher
from analysis.sources.example_network import invented, survey_of, tables
from analysis.tables.faults import Fault
from analysis.tables.load import write_tables
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FOLDER = DATA_RAW / "example_network"
TABLES = sorted(path.name for path in FOLDER.glob("*.csv"))


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    """Return the committed parameters."""
    content: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def made(parameters: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables as they are made."""
    return invented(parameters)


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(FOLDER / "datapackage.json")


@pytest.fixture(scope="module")
def example(package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the committed files."""
    return checked(tables(FOLDER, package), package)


def test_the_committed_tables_are_those_the_parameters_give(
    made: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    write_tables(made, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == TABLES
    differing = [name for name in TABLES if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()]
    assert differing == []


def test_the_committed_survey_is_the_one_the_tables_give(made: dict[str, pd.DataFrame]) -> None:
    for name, frame in zip(("roster", "survey"), survey_of(made), strict=True):
        text = frame.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        assert (FOLDER / "survey" / f"{name}.csv").read_bytes() == text.encode(), name
    assert sorted(path.name for path in (FOLDER / "survey").iterdir()) == ["roster.csv", "survey.csv"]


def test_the_seed_is_what_makes_it(parameters: dict[str, Any], made: dict[str, pd.DataFrame]) -> None:
    for name, frame in invented(parameters).items():
        pd.testing.assert_frame_equal(frame, made[name])
    other = invented({**parameters, "seed": parameters["seed"] + 1})
    assert not other["ties"].equals(made["ties"])
    pd.testing.assert_frame_equal(other["organizations"], made["organizations"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_keep_to_the_data_model_too(
    parameters: dict[str, Any], package: DataPackage, tmp_path: Path, seed: int
) -> None:
    write_tables(invented({**parameters, "seed": seed}), tmp_path)
    checked(tables(tmp_path, package), package)


def test_there_are_a_few_dozen_people_in_three_waves(
    example: dict[str, pd.DataFrame], parameters: dict[str, Any], package: DataPackage
) -> None:
    assert package.label == "SYNTHETIC"
    people = example["actors"]
    assert 24 <= len(people) <= 60
    assert len(people) == sum(parameters["schools"].values()) + parameters["office"]
    sizes = people["organization_id"].value_counts().to_dict()
    assert sizes == {**parameters["schools"], "office": parameters["office"]}
    assert example["waves"]["wave"].tolist() == [1, 2, 3]
    assert example["waves"][["label", "opened_on", "closed_on"]].to_numpy().tolist() == parameters["waves"]
    assert example["activities"].to_numpy().tolist() == parameters["activities"]
    asked = example["ties"].groupby("relation")["wave"].unique().map(sorted)
    assert asked.to_dict() == {"help": [1, 2, 3], "materials": [1, 2, 3]}


def test_everybody_adopts_or_is_censored_while_there(
    example: dict[str, pd.DataFrame], parameters: dict[str, Any]
) -> None:
    adoptions, people = example["adoptions"], example["actors"].set_index("actor_id")
    assert set(adoptions["innovation"]) == {parameters["adoption"]["innovation"]}
    assert sorted(adoptions["adopter_id"]) == sorted(people.index)
    assert 5 < adoptions["censored"].sum() < len(people) - 5
    end = parameters["waves"][-1][2]
    gone = people["left_on"].fillna(end).loc[adoptions["adopter_id"]].astype(str).str[:10]
    days = adoptions["adopted_on"].astype(str)
    assert (days.to_numpy() <= gone.to_numpy()).all()
    censored = adoptions["censored"].astype(int).to_numpy() == 1
    assert (days.to_numpy()[censored] == gone.to_numpy()[censored]).all()
    assert min(days) > parameters["activities"][0][1]


def test_whoever_was_absent_or_silent_reports_nothing(example: dict[str, pd.DataFrame]) -> None:
    people, waves = example["actors"], example["waves"].set_index("wave")
    # Text of dates in ISO order compares as the days do.
    there = {
        (wave, row.actor_id)
        for wave, (opened, closed) in waves[["opened_on", "closed_on"]].iterrows()
        for row in people.itertuples()
        if (pd.isna(row.joined_on) or row.joined_on <= closed)
        and (pd.isna(row.left_on) or row.left_on >= opened)
    }
    assert len(there) == 3 * len(people) - 2
    ties, silent = example["ties"], example["nonresponse"]
    for end in ("sender_id", "receiver_id"):
        assert set(zip(ties["wave"], ties[end], strict=True)) <= there
    assert (ties["reported_by"] == ties["sender_id"]).all()
    assert (ties["sender_id"] != ties["receiver_id"]).all()
    wholly = silent[silent["relation"].isna()]
    refused = set(zip(wholly["wave"], wholly["actor_id"], strict=True))
    assert refused <= there
    answers = example["responses"]
    for frame, person in ((ties, "sender_id"), (answers, "actor_id")):
        assert refused.isdisjoint(zip(frame["wave"], frame[person], strict=True))
    (partly,) = silent.dropna(subset="relation").itertuples(index=False)
    own = ties[(ties["wave"] == partly.wave) & (ties["sender_id"] == partly.actor_id)]
    assert "materials" == partly.relation not in set(own["relation"])


def test_importing_the_survey_gives_the_ties_and_nonrespondents(example: dict[str, pd.DataFrame]) -> None:
    faults: list[Fault] = []
    roster = read_roster(FOLDER / "survey" / "roster.csv", faults)
    found = read_roster_survey(
        FOLDER / "survey" / "survey.csv", roster, ["help", "materials"], faults, waves=example["waves"]
    )
    assert faults == []
    for name in ("ties", "nonresponse"):
        columns = example[name].columns.tolist()
        assert found[name].columns.tolist() == columns
        one, other = (
            sorted(map(tuple, frame.astype(object).where(frame.notna(), None).to_numpy()), key=str)
            for frame in (found[name], example[name])
        )
        assert one == other
    columns = ["actor_id", "organization_id", "role", "joined_on", "left_on"]
    pd.testing.assert_frame_equal(found["actors"][columns], example["actors"][columns])
    assert found["waves"]["wave"].tolist() == [1, 2, 3]


def test_a_survey_that_somebody_spoilt_gives_a_fault(
    example: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    shutil.copytree(FOLDER / "survey", tmp_path / "survey")
    path = tmp_path / "survey" / "survey.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("Björn", "Bjoern", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    faults: list[Fault] = []
    roster = read_roster(tmp_path / "survey" / "roster.csv", faults)
    read_roster_survey(path, roster, ["help", "materials"], faults, waves=example["waves"])
    assert [str(fault) for fault in faults] == [
        "survey.csv, row 3, column respondent: found 'Bjoern Brûlé'; allowed: a name, alias or identifier on "
        "the roster (near: Björn Brûlé (e02); if one is meant, add 'Bjoern Brûlé' to their aliases)"
    ]


def words(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    plain = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return re.findall(r"[^\W\d_]+", plain.casefold())


def names_on_the_roster() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "survey" / "roster.csv", dtype=str, keep_default_na=False)


def test_nobody_is_called_like_another() -> None:
    roster = names_on_the_roster()
    ways = [" ".join(words(name)) for column in ("name", "aliases") for name in roster[column] if name]
    # Some go by a nickname too, as on a real list.
    assert len(ways) > len(roster)
    assert len(set(ways)) == len(ways)
    matcher, faults = Matcher(read_roster(FOLDER / "survey" / "roster.csv", [])), list[Fault]()
    for person, name, aliases in roster[["actor_id", "name", "aliases"]].itertuples(index=False, name=None):
        for way in (person, name, aliases or name):
            assert matcher.find(way, ("roster.csv", 1, None), faults) == person
    assert faults == []


def test_no_name_stands_outside_the_survey() -> None:
    roster = names_on_the_roster()
    named = {word for column in ("name", "aliases") for text in roster[column] for word in words(text)}
    assert named & set(words((FOLDER / "survey" / "survey.csv").read_text(encoding="utf-8")))
    outside = [path for path in FOLDER.rglob("*") if path.is_file() and path.parent != FOLDER / "survey"]
    assert {path.name for path in outside} >= {*TABLES, "parameters.json", "datapackage.json"}
    found = {path.name: named & set(words(path.read_text(encoding="utf-8"))) for path in outside}
    assert {name: here for name, here in found.items() if here} == {}
