"""One matching of names for every reader: who is meant, and who is never made up."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.importing.lists.edge_list import read_edges
from analysis.importing.lists.roster_survey import read_roster_survey
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.network import as_tables
from analysis.importing.shared.people import Matcher, People
from analysis.tables.faults import Fault, InvalidInput, raise_faults

ROSTER = pd.DataFrame(
    {
        "actor_id": ["t1", "t2", "t3", "t4"],
        "name": ["Ana Ruiz", "Ben Odel", "Chloé Marsh", "Cy Marsh"],
        "aliases": [pd.NA, "Benny", pd.NA, pd.NA],
        "organization_id": ["north", "north", "south", "south"],
        "role": pd.NA,
        "joined_on": pd.NA,
        "left_on": pd.NA,
    }
).astype("string")


def identified(labels: list[str], people: People, *, once: bool = False) -> tuple[dict[str, str], list[str]]:
    """Return who is meant by each label, and the faults."""
    faults: list[Fault] = []
    found = people.identify("f", dict.fromkeys(labels), faults, [], once=once)
    return found, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    "written", ["Ana Ruiz", "ANA  RUIZ", "ana ruiz", "t1", "T1", "Ána Ruíz", "Ana Ruiz (north)"]
)
def test_case_accents_and_spaces_make_nobody_new(written: str) -> None:
    assert identified([written], People(Matcher(ROSTER))) == ({written: "t1"}, [])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Ruiz, Ana", "near: Ana Ruiz (t1)"),
        ("A. Ruiz", "near: Ana Ruiz (t1)"),
        ("Anna Ruis", "near: Ana Ruiz (t1)"),
        ("Ana Ruiz, Ben Odel", "several people: one a cell"),
        ("Total", "that is nobody's name"),
        ("Quux Zap", "nobody's name is near"),
        ("1", "nobody's name is near"),
    ],
)
def test_whoever_is_not_on_the_roster_is_a_fault_with_the_nearest(written: str, hint: str) -> None:
    _, faults = identified([written], People(Matcher(ROSTER)))
    assert len(faults) == 1
    assert hint in faults[0]


def test_a_title_is_understood_before_a_surname_of_one_person_alone() -> None:
    matcher = Matcher(ROSTER)
    assert identified(["Ms. Ruiz", "Dr Ben Odel"], People(matcher)) == (
        {"Ms. Ruiz": "t1", "Dr Ben Odel": "t2"},
        [],
    )
    assert matcher.notes[0] == "'Ms. Ruiz' is read as Ana Ruiz (t1)"
    _, faults = identified(["Ms Marsh"], People(matcher))
    assert "Chloé Marsh (t3), Cy Marsh (t4) are called so" in faults[0]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["1", "1.0"], "'1.0', beside '1'"),
        (["2", "02"], "'02', beside '2'"),
        (["Ana Ruiz", "Ruiz, Ana"], "is that 'Ruiz, Ana'?"),
        (["Ana Ruiz", "A. Ruiz"], "is that 'A. Ruiz'?"),
        (["Ana", "Ben", "Ana; Ben"], "'Ana; Ben', several names"),
        (["Ana Ruiz, Ben Odel"], "several names"),
        (["Ana", "TOTAL:"], "'TOTAL:'; allowed: the name of a person"),
        (["Ana", "#REF!"], "'#REF!'"),
        (["Ana", "Grand Total"], "'Grand Total'"),
    ],
)
def test_without_a_roster_what_may_be_nobody_or_somebody_else_is_a_fault(
    labels: list[str], told: str
) -> None:
    _, faults = identified(labels, People())
    assert faults
    assert any(told in fault for fault in faults)


@pytest.mark.parametrize(
    "labels",
    [
        ["A1", "A2", "A10"],
        ["Teacher A 1", "A Teacher 2"],
        ["Ruiz, Ana", "Odel, Ben"],
        ["10", "100", "1"],
        ["Ana Ruiz", "Ana Lund"],
        ["Ana Ruiz", "Anna Ruiz"],
    ],
)
def test_labels_that_tell_people_apart_are_kept(labels: list[str]) -> None:
    assert identified(labels, People(), once=True) == ({label: label for label in labels}, [])


def test_people_of_the_dataset_are_met_again() -> None:
    found, faults = identified(["ana ruiz", "Dan"], People(known=["Ana Ruiz"]))
    assert (found, faults) == ({"ana ruiz": "Ana Ruiz", "Dan": "Dan"}, [])
    assert identified(["Ruiz, Ana"], People(known=["Ana Ruiz"]))[1]
    assert not identified(["Ruiz, Ana"], People(known=["Ana Ruiz"], new=True))[1]


def test_a_file_that_lists_each_once_lists_nobody_twice() -> None:
    _, faults = identified(["Zoë", "Zoe"], People(), once=True)
    assert faults == ["f: found 'Zoe', who is 'Zoë' too; allowed: each person once"]
    _, faults = identified(["Benny", "t2"], People(Matcher(ROSTER)), once=True)
    assert len(faults) == 1


def test_what_is_lost_is_never_accounted_for() -> None:
    with pytest.raises(RuntimeError, match="3 rows, of which 2"):
        Account("f", "rows", 3, {"ties": 2})


CELLS = st.sampled_from(["", "Ana", "ana", "Ben", "Cy", "Dan", "Ben;Cy", "0", "1", "2", "x", "-99"])


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
@settings(deadline=None, max_examples=40)
def test_rows_in_are_rows_out_and_rows_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["sender", "receiver", "value"], *rows])
    path = tmp_path_factory.mktemp("rows") / "e.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    try:
        network = read_edges(path)
    except InvalidInput as wrong:
        assert wrong.faults
        return
    filled = [row for row in rows if any(row)]
    told_of = f"e.csv: {counted(len(filled), 'rows')}"
    account = next((note for note in network.notes if note.startswith(told_of)), "")
    assert account
    told = Counter({"with ties": 0})
    for part in filter(None, account.removeprefix("e.csv: ").partition(": ")[2].split(", ")):
        count, _, what = part.partition(" ")
        if count.isdecimal():
            told[what] = int(count)
    assert sum(told.values()) == len(filled)
    assert told["with ties"] == len(as_tables(network)["ties"])


@given(
    st.lists(
        st.lists(st.sampled_from(["", "0", "1", "3", "-99"]), min_size=4, max_size=4), min_size=4, max_size=4
    ),
    st.sampled_from(["missing", "none"]),
)
@settings(deadline=None, max_examples=40)
def test_answers_in_are_ties_and_answers_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], blank: str
) -> None:
    names = ROSTER["name"].tolist()
    lines = [["respondent", *(f"help | 1 | {name}" for name in names)]]
    lines += [[name, *row] for name, row in zip(names, rows, strict=True)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    path = tmp_path_factory.mktemp("answers") / "s.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    faults: list[Fault] = []
    notes: list[str] = []
    labels = {"-99": None}
    says = {"help": blank}
    tables = read_roster_survey(
        path,
        ROSTER,
        ["help"],
        faults,
        labels=labels,
        blank=says,
        notes=notes,  # type: ignore[arg-type]
    )
    raise_faults(faults)
    assert any("16 answers" in note for note in notes)
    silent = set(tables["nonresponse"]["actor_id"])
    for place, (actor, row) in enumerate(zip(ROSTER["actor_id"], rows, strict=True)):
        others = [cell for column, cell in enumerate(row) if column != place]
        gone = others.count("-99") + (others.count("") if blank == "missing" else 0)
        answered = len(others) - others.count("-99") - others.count("")
        assert (actor in silent) == (not answered or gone > 0)
        named = sum(cell in ("1", "3") for cell in others)
        mine = tables["ties"][tables["ties"]["sender_id"] == actor]
        assert len(mine) == (0 if actor in silent else named)
