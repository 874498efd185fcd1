"""The twin of a study of relational trust: its sizes, and rates that do what they say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy.stats import binom

import analysis.tables.load
from analysis.evidence.attribution import KNOWLEDGE, admissible, exposures, risk_set
from analysis.files import DATA_RAW
from analysis.sources.pipnic_twin import grown
from analysis.sources.twins import Twin, twin_of
from analysis.tables.faults import InvalidInput
from analysis.tables.load import load, load_truth, write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from analysis.tie_models.formation import formation_rates
from analysis.ties.overview import panels_of

FOLDER = DATA_RAW / "pipnic_twin"
SOURCES = ["same_school", "other_school", "returned", "session_1", "session_2", "session_3", "session_4"]
CODE = ["document_id", "segment_id", "code"]
TRUE_REPORTS = {"silent": 0.0, "receiver_recalls": 1.0, "receiver_invents": 0.0}

Ties = set[tuple[str, str]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(FOLDER / "datapackage.json")


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    """Return the committed parameters."""
    content: dict[str, Any] = json.loads((FOLDER / "parameters.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def twin(package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the committed parameters."""
    return checked(twin_of(grown, FOLDER).tables, package)


def only(parameters: dict[str, Any], *sources: str, **changed: object) -> Twin:
    """Return a twin in which these sources are certain and no other makes a tie; reports are true."""
    rates = {source: float(source in sources) for source in SOURCES}
    return grown({**parameters, **TRUE_REPORTS, "rates": rates, **changed})


def networks(made: Twin) -> list[Ties]:
    """Return the ties senders report, by wave."""
    ties = made.tables["ties"]
    ties = ties[ties["reported_by"] == ties["sender_id"]]
    waves = made.tables["waves"]["wave"]
    return [
        set(ties.loc[ties["wave"] == wave, ["sender_id", "receiver_id"]].itertuples(index=False, name=None))
        for wave in waves
    ]


def people_at(made: Twin, session: str) -> set[str]:
    """Return who came to a session."""
    attendance = made.tables["attendance"]
    return set(attendance.loc[attendance["activity_id"] == session, "actor_id"])


def test_sizes_are_those_of_the_study(twin: dict[str, pd.DataFrame]) -> None:
    actors = twin["actors"]
    assert sorted(Counter(actors["organization_id"]).values(), reverse=True) == [5, 4, 4, 4, 4]
    assert len(actors) == 21
    assert set(actors["organization_id"]) == set(twin["organizations"]["organization_id"])
    assert twin["waves"]["wave"].tolist() == [1, 2, 3]
    days = [date.fromisoformat(day) for day in twin["activities"]["date"]]
    assert [day.strftime("%A") for day in days] == ["Saturday"] * 4
    assert 0 < (max(days) - min(days)).days <= 90


def test_two_sessions_lie_between_any_two_waves(twin: dict[str, pd.DataFrame]) -> None:
    waves = twin["waves"]
    days = twin["activities"]["date"]
    for place in (0, 1):
        between = (days > waves["closed_on"][place]) & (days < waves["opened_on"][place + 1])
        assert between.sum() == 2


def test_the_seed_is_what_makes_it(parameters: dict[str, Any]) -> None:
    first, again, other = grown(parameters), grown(parameters, parameters["seed"]), grown(parameters, 1)
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert first.truth == again.truth
    assert not first.tables["ties"].equals(other.tables["ties"])
    assert (first.truth["seed"], other.truth["seed"]) == (parameters["seed"], 1)
    for name in ("organizations", "actors", "waves", "activities", "documents", "codebook"):
        pd.testing.assert_frame_equal(first.tables[name], other.tables[name])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_keep_to_the_data_model_too(
    parameters: dict[str, Any], package: DataPackage, seed: int
) -> None:
    made = grown(parameters, seed).tables
    assert {name: len(frame) for name, frame in checked(made, package).items()} == {
        name: len(frame) for name, frame in made.items()
    }


def test_the_truth_is_written_beside_the_tables(
    parameters: dict[str, Any], package: DataPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis.tables.load, "DATA_DERIVED", tmp_path)
    known = twin_of(grown, FOLDER).truth
    made = checked(twin_of(grown, FOLDER).tables, package)
    write_dataset(made, package, tmp_path / "pipnic_twin", known)
    write_dataset(made, package, tmp_path / "real")
    assert load_truth("pipnic_twin") == known
    assert {**known, **parameters} == known
    assert set(known) - set(parameters) == {"made_by"}
    assert load_truth("real") == {}
    pd.testing.assert_frame_equal(load("pipnic_twin")["ties"], made["ties"])
    with pytest.raises(InvalidInput) as caught:
        load_truth("twin")
    assert [str(fault) for fault in caught.value.faults] == [
        "data_derived/twin: found no such dataset; allowed: those built by `make data`: pipnic_twin, real"
    ]


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_new_tie_is_in_the_counts_of_its_wave(parameters: dict[str, Any], seed: int) -> None:
    made = grown({**parameters, **TRUE_REPORTS}, seed)
    for wave, (earlier, later) in enumerate(pairwise(networks(made)), start=2):
        counts = made.truth["made_by"][str(wave)]
        assert sum(counts.values()) == len(later - earlier) > 0
        held = {2: {"session_1", "session_2"}, 3: {"session_3", "session_4"}}[wave]
        assert set(counts) <= {"same_school", "other_school", "returned"} | held


def test_reports_are_drawn_last(parameters: dict[str, Any]) -> None:
    plain, true = grown(parameters), grown({**parameters, "receiver_recalls": 1.0})
    assert plain.truth["made_by"] == true.truth["made_by"]


def expected_new(made: Twin, source: str, wave: int, before: Ties) -> Ties:
    """Return the ties that form if this source is certain and no other makes any."""
    home = made.tables["actors"].set_index("actor_id")["organization_id"].to_dict()
    pairs = {pair for pair in permutations(home, 2) if pair not in before}
    if source == "returned":
        return {pair for pair in pairs if pair[::-1] in before}
    if source in ("same_school", "other_school"):
        return {pair for pair in pairs if (home[pair[0]] == home[pair[1]]) == (source == "same_school")}
    if wave != {"session_1": 2, "session_2": 2, "session_3": 3, "session_4": 3}[source]:
        return set()
    there = people_at(made, source)
    return {pair for pair in pairs if there >= set(pair)}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_of_rate_one_makes_exactly_the_ties_it_can(parameters: dict[str, Any], source: str) -> None:
    made = only(parameters, source)
    for wave, (earlier, later) in enumerate(pairwise(networks(made)), start=2):
        expected = expected_new(made, source, wave, earlier)
        assert later - earlier == expected
        counts = {source: len(expected)} if expected else {}
        assert made.truth["made_by"][str(wave)] == counts
    if source.startswith("session"):
        assert 2 <= len(people_at(made, source)) < 21


def test_without_a_source_no_tie_forms(parameters: dict[str, Any]) -> None:
    made = only(parameters)
    first, second, third = networks(made)
    assert first > second > third
    assert made.truth["made_by"] == {"2": {}, "3": {}}


def test_no_tie_is_lost_without_dissolution_and_every_one_with_it(parameters: dict[str, Any]) -> None:
    kept = grown({**parameters, **TRUE_REPORTS, "dissolution": 0.0})
    first, second, third = networks(kept)
    assert first < second < third
    lost = grown({**parameters, **TRUE_REPORTS, "dissolution": 1.0})
    first, second, third = networks(lost)
    assert first and second and third
    assert not first & second
    assert not second & third


def test_chances_of_ties_before_are_within_and_across_schools(parameters: dict[str, Any]) -> None:
    made = only(parameters, tied_before={"same_school": 1.0, "other_school": 0.0})
    home = made.tables["actors"].set_index("actor_id")["organization_id"].to_dict()
    same = {pair for pair in permutations(home, 2) if home[pair[0]] == home[pair[1]]}
    # One team of five and four of four.
    assert len(same) == 5 * 4 + 4 * 4 * 3
    assert networks(made)[0] == same


@pytest.mark.parametrize(("chance", "came"), [(0.0, 0), (1.0, 21)])
def test_attendance_is_the_chance_to_come(parameters: dict[str, Any], chance: float, came: int) -> None:
    made = grown({**parameters, "attendance": chance})
    assert [len(people_at(made, session)) for session, _ in parameters["sessions"]] == [came] * 4


def test_every_new_tie_has_a_contact_on_the_day_it_formed(parameters: dict[str, Any]) -> None:
    made = grown({**parameters, **TRUE_REPORTS, "idle_contacts": 0.0})
    contacts = made.tables["contacts"]
    days = dict(parameters["sessions"])
    by_day = Counter(contacts["time"])
    waves = parameters["waves"]
    places = networks(made)
    for place, (earlier, later) in enumerate(pairwise(places)):
        inside = contacts[(contacts["time"] > waves[place][2]) & (contacts["time"] < waves[place + 1][1])]
        met = Counter(inside[["sender_id", "receiver_id"]].itertuples(index=False, name=None))
        # A tie that is there before is used once in between; a new one on the day it forms.
        assert met == Counter(earlier | later)
        counts = made.truth["made_by"][str(place + 2)]
        for name in (f"session_{2 * place + 1}", f"session_{2 * place + 2}"):
            assert by_day[days[name]] == counts.get(name, 0)
            there = people_at(made, name)
            at_session = contacts.loc[contacts["time"] == days[name], ["sender_id", "receiver_id"]]
            assert set(at_session.to_numpy().ravel()) <= there
    held = contacts["time"].isin(days.values())
    assert set(contacts.loc[held, "kind"]) == {"at a session"}
    assert set(contacts.loc[~held, "kind"]) == {"in between"}


def test_idle_contacts_are_between_all_who_came_if_certain(parameters: dict[str, Any]) -> None:
    made = only(parameters, idle_contacts=1.0)
    contacts = made.tables["contacts"]
    for session, day in parameters["sessions"]:
        number = len(people_at(made, session))
        assert (contacts["time"] == day).sum() == number * (number - 1) / 2


def test_both_ends_report_the_true_network_if_nobody_errs(parameters: dict[str, Any]) -> None:
    made = grown({**parameters, **TRUE_REPORTS})
    ties = made.tables["ties"]
    assert (ties.groupby(["wave", "sender_id", "receiver_id"]).size() == 2).all()
    assert set(ties["value"]) == {1, 2, 3}
    assert (ties.groupby(["wave", "sender_id", "receiver_id"])["value"].nunique() == 1).all()
    assert len(made.tables["nonresponse"]) == 0


def test_receivers_leave_out_and_invent(parameters: dict[str, Any]) -> None:
    none = grown({**parameters, **TRUE_REPORTS, "receiver_recalls": 0.0}).tables["ties"]
    assert (none["reported_by"] == none["sender_id"]).all()
    every = grown({**parameters, **TRUE_REPORTS, "receiver_invents": 1.0}).tables["ties"]
    assert (every["reported_by"] == every["receiver_id"]).sum() == 3 * 21 * 20


def test_who_is_silent_reports_nothing(parameters: dict[str, Any]) -> None:
    made = grown({**parameters, "silent": 0.3}).tables
    silent = set(made["nonresponse"].itertuples(index=False, name=None))
    assert len(silent) == len(made["nonresponse"]) > 0
    assert not silent & set(made["ties"][["wave", "reported_by"]].itertuples(index=False, name=None))
    nobody = grown({**parameters, "silent": 1.0}).tables
    assert (len(nobody["nonresponse"]), len(nobody["ties"])) == (63, 0)


def test_coders_who_do_not_err_agree_throughout(parameters: dict[str, Any]) -> None:
    right, wrong = (grown({**parameters, "coder_errs": share}).tables["codings"] for share in (0.0, 1.0))
    for codings in (right, wrong):
        assert (codings.groupby(CODE)["applied"].agg(["size", "nunique"]) == [2, 1]).all().all()
    # Who always errs says the opposite.
    assert (right["applied"] + wrong["applied"] == 1).all()
    some = grown({**parameters, "coder_errs": 0.3}).tables["codings"]
    assert (some.groupby(CODE)["applied"].nunique() == 2).any()


def test_notes_hold_codes_as_often_as_they_should(parameters: dict[str, Any]) -> None:
    notes = {"session_2": {"asking": 1.0, "giving": 0.0}}
    made = grown({**parameters, "notes": notes, "coder_errs": 0.0}).tables
    documents = made["documents"].set_index("document_id")
    assert documents.index.tolist() == [
        "note_session_2",
        *(f"interview_{school}" for school in parameters["teams"]),
    ]
    assert documents.loc["note_session_2", "date"] == dict(parameters["sessions"])["session_2"]
    codings = made["codings"][made["codings"]["document_id"] == "note_session_2"]
    assert codings.groupby("code")["applied"].agg(["size", "sum"]).to_dict("index") == {
        "asking": {"size": 2 * parameters["segments"], "sum": 2 * parameters["segments"]},
        "giving": {"size": 2 * parameters["segments"], "sum": 0},
    }


def test_the_last_session_has_no_note_and_interviews_belong_to_none(twin: dict[str, pd.DataFrame]) -> None:
    days = twin["activities"].set_index("activity_id")["date"]
    noted = twin["documents"].loc[twin["documents"]["kind"] == "field note", "date"].tolist()
    assert noted == days[["session_1", "session_2", "session_3"]].tolist()
    interviews = twin["documents"].loc[twin["documents"]["kind"] == "interview", "date"]
    assert (interviews > twin["waves"]["closed_on"].max()).all()


def test_the_rates_are_recovered(parameters: dict[str, Any]) -> None:
    held, outcomes, designs = [], [], []
    for seed in range(10):
        made = grown(parameters, seed).tables
        panel = panels_of(made)["help"]
        pairs = risk_set(panel)
        homes = made["actors"].set_index("actor_id")["organization_id"].to_dict()
        outcome, design = exposures(pairs, admissible(made, pairs, panel.waves)[KNOWLEDGE[1]], homes)
        design = design.rename(columns={"same_group": "same_school", "other_group": "other_school"})
        assert design.columns.tolist() == SOURCES
        found = formation_rates(outcome, design).tidy().set_index("source").loc[SOURCES[3:]]
        made_with = found.index.map(parameters["rates"])
        held += ((found["lower"] <= made_with) & (made_with <= found["upper"])).tolist()
        outcomes.append(outcome)
        designs.append(design)
    # Fewer than this would be so in one of a thousand runs if 95 of 100 intervals held the rate.
    assert sum(held) >= binom.ppf(0.001, len(held), 0.95)
    together = formation_rates(pd.concat(outcomes), pd.concat(designs), level=0.999).tidy()
    made_with = together["source"].map(parameters["rates"])
    assert ((together["lower"] <= made_with) & (made_with <= together["upper"])).all()
    # The intervals are narrow enough to tell sessions of high rates from those of low ones.
    together = together.set_index("source")
    low, high = ["session_1", "session_3"], ["session_2", "session_4"]
    rates = parameters["rates"]
    assert together.loc[high, "lower"].min() > max(rates[session] for session in low)
    assert together.loc[low, "upper"].max() < min(rates[session] for session in high)
