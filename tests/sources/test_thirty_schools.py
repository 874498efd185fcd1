"""The twins of a meeting of two stars: their sizes, what was planted, and that the detector finds it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any

import pandas as pd
import pytest

from analysis.contacts.closure import star_coalescence
from analysis.files import DATA_RAW
from analysis.sources import thirty_schools_null
from analysis.sources.thirty_schools import grown
from analysis.sources.twins import Twin, twin_of
from analysis.tables.package import read_package
from analysis.tables.validate import checked

FOLDERS = [DATA_RAW / "thirty_schools", DATA_RAW / "thirty_schools_null"]
PARAMETERS, WITHOUT = (
    json.loads((folder / "parameters.json").read_text(encoding="utf-8")) for folder in FOLDERS
)
START = date.fromisoformat(PARAMETERS["start"])


@pytest.fixture(scope="module", params=[None, 1, 2], ids=["committed", "seed 1", "seed 2"])
def seed(request: pytest.FixtureRequest) -> int | None:
    """Return the seed of the parameters, or another."""
    chosen: int | None = request.param
    return chosen


@pytest.fixture(scope="module", params=[PARAMETERS, WITHOUT], ids=["planted", "null"])
def meeting(request: pytest.FixtureRequest, seed: int | None) -> Twin:
    """Return a twin, with coalescence and without."""
    return grown(request.param, seed)


@pytest.fixture(scope="module")
def planted(seed: int | None) -> Twin:
    """Return a twin with coalescence."""
    return grown(PARAMETERS, seed)


def days_of(contacts: pd.DataFrame) -> dict[tuple[str, ...], list[str]]:
    """Return the dates on which each pair is in contact, in order."""
    found: dict[tuple[str, ...], list[str]] = {}
    for time, *pair in contacts.sort_values("time").itertuples(index=False):
        found.setdefault(tuple(sorted(pair)), []).append(time)
    return found


def later(day: str, days: int) -> str:
    """Return the date so many days after another."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def test_the_null_differs_in_one_parameter_and_shares_the_importer() -> None:
    assert {**PARAMETERS, "coalescence": False} == WITHOUT and PARAMETERS["coalescence"]
    assert thirty_schools_null.grown is grown


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_committed_twins_pass_the_checks(folder: Any) -> None:
    package = read_package(folder / "datapackage.json")
    found = checked(twin_of(grown, folder).tables, package)
    assert found["organizations"]["kind"].value_counts().to_dict() == {"school": 30, "network": 2}
    assert len(found["actors"]) == 60
    assert set(found["actors"]["organization_id"].value_counts()) == {2}
    assert twin_of(grown, folder).truth["collaborators"] == ["teacher_01", "teacher_31"]


def test_a_seed_gives_its_own_tables_every_time(meeting: Twin) -> None:
    again = grown(meeting.truth, meeting.truth["seed"])
    assert again.truth == meeting.truth
    for name, frame in meeting.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    another = grown(meeting.truth, meeting.truth["seed"] + 1)
    assert not meeting.tables["contacts"].equals(another.tables["contacts"])


def test_contacts_are_of_two_known_people_and_in_the_time_observed(meeting: Twin) -> None:
    contacts = meeting.tables["contacts"]
    assert set(contacts["sender_id"]) | set(contacts["receiver_id"]) <= set(meeting.tables["actors"].actor_id)
    assert (contacts["sender_id"] != contacts["receiver_id"]).all()
    assert contacts["time"].is_monotonic_increasing
    assert contacts["time"].between(START.isoformat(), later(str(START), PARAMETERS["days"])).all()


def test_stars_are_the_contacts_before_the_meeting_and_are_apart(meeting: Twin) -> None:
    met = meeting.truth["met_on_date"]
    dates = days_of(meeting.tables["contacts"])
    one, other = meeting.truth["collaborators"]
    assert dates[one, other] == [met] and met == later(str(START), PARAMETERS["met_on"])
    early = [pair for pair, times in dates.items() if times[0] < met]
    for person in (one, other):
        star = sorted(end for pair in early if person in pair for end in pair if end != person)
        assert meeting.truth["stars"][person] == star and len(star) == PARAMETERS["star"]
    home = meeting.tables["actors"].merge(meeting.tables["organizations"], on="organization_id")
    side = home.set_index("actor_id")["parent_id"]
    assert all(side[first] == side[second] for first, second in early)


def new_ties(meeting: Twin) -> list[dict[str, Any]]:
    """Return the ties planted after the meeting, whether they came of it or fell at random."""
    return list(meeting.truth["closures" if "closures" in meeting.truth else "placed_at_random"])


def test_a_planted_tie_is_new_on_its_day_and_lasts_if_it_endures(meeting: Twin) -> None:
    dates = days_of(meeting.tables["contacts"])
    met = meeting.truth["met_on_date"]
    for closure in new_ties(meeting):
        first, *again = dates[tuple(closure["pair"])]
        assert first == closure["date"] and met < first <= later(met, PARAMETERS["window"])
        assert bool(again) == closure["endures"]
        soonest = later(first, PARAMETERS["persistence"])
        assert all(soonest <= day < later(soonest, PARAMETERS["horizon"]) for day in again)
    assert {closure["endures"] for closure in new_ties(meeting)} == {True, False}


def test_a_closure_is_of_the_kind_it_is_called(planted: Twin) -> None:
    one, other = planted.truth["collaborators"]
    stars = planted.truth["stars"]
    allowed = {
        "with_the_other_star": [*product([one], stars[other]), *product([other], stars[one])],
        "between_stars": list(product(stars[one], stars[other])),
    }
    pairs = {kind: {tuple(sorted(pair)) for pair in listed} for kind, listed in allowed.items()}
    closures = planted.truth["closures"]
    assert {closure["kind"] for closure in closures} == set(pairs)
    assert all(tuple(closure["pair"]) in pairs[closure["kind"]] for closure in closures)


def test_the_detector_finds_the_closures_their_days_and_endurance_and_no_other(planted: Twin) -> None:
    found = star_coalescence(
        planted.tables["contacts"],
        window=PARAMETERS["window"],
        persistence=PARAMETERS["persistence"],
        horizon=PARAMETERS["horizon"],
        pairs=[tuple(planted.truth["collaborators"])],
    )
    kinds = {"first_order_one": "with_the_other_star", "first_order_other": "with_the_other_star"}
    detected = Counter(
        (
            *sorted((row.first, row.second)),
            f"{day:%Y-%m-%d}",
            kinds.get(row.kind, "between_stars"),
            row.enduring,
        )
        for row, day in zip(
            found.cascade.itertuples(), pd.to_datetime(found.cascade["time"], unit="D"), strict=True
        )
    )
    assert detected == Counter(
        (*closure["pair"], closure["date"], closure["kind"], closure["endures"])
        for closure in planted.truth["closures"]
    )
    assert found.events[["star_one", "star_other"]].to_numpy().tolist() == [[9, 9]]


def test_the_null_has_as_many_new_ties_on_the_same_days_of_no_planted_kind(
    planted: Twin, seed: int | None
) -> None:
    null = grown(WITHOUT, seed)
    told, placed = (
        Counter((row["date"], row["endures"]) for row in new_ties(each)) for each in (planted, null)
    )
    assert told == placed and null.truth["stars"] == planted.truth["stars"]
    assert {closure["kind"] for closure in null.truth["placed_at_random"]} == {"at random"}
    met = null.truth["met_on_date"]
    fresh = [
        sum(times[0] > met for times in days_of(each.tables["contacts"]).values()) for each in (planted, null)
    ]
    assert fresh == [len(null.truth["placed_at_random"]) + PARAMETERS["other_new_ties"]] * 2


def test_every_school_adopts_once_or_is_censored_at_the_end(meeting: Twin) -> None:
    rows = meeting.tables["adoptions"].set_index("adopter_id")
    end = later(str(START), PARAMETERS["days"])
    schools = meeting.tables["organizations"].query("kind == 'school'")["organization_id"]
    assert rows.index.tolist() == schools.tolist() and len(rows) == PARAMETERS["schools"]
    assert ((rows["adopted_on"] == end) == (rows["censored"] == 1)).all()
    assert rows["adopted_on"].between(START.isoformat(), end).all()
    assert rows.index[rows["adopted_on"] == START.isoformat()].tolist() == ["school_01"]


def test_where_nobody_adopts_alone_a_contact_had_adopted_before(meeting: Twin) -> None:
    assert PARAMETERS["adoption"]["alone"] == 0.0
    every = PARAMETERS["adoption"]["every"]
    rows = meeting.tables["adoptions"]
    adopted = rows[rows["censored"] == 0].set_index("adopter_id")["adopted_on"].to_dict()
    home = meeting.tables["actors"].set_index("actor_id")["organization_id"].to_dict()
    contacts = [
        (time, {home[first], home[second]})
        for time, first, second in meeting.tables["contacts"].itertuples(index=False)
    ]
    for school, day in adopted.items():
        since = later(day, -every)
        sources = {
            end
            for time, ends in contacts
            if since <= time < day and school in ends
            for end in ends - {school}
        }
        assert school == "school_01" or any(adopted.get(source, day) <= since for source in sources)
