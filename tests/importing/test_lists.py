"""Adoptions, activities and two-mode attendance by name: read as typed, in the layouts teams have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.importing.dataset.own import read_own
from tests.importing.test_command import raw, run  # noqa: F401  (fixtures)

Run = Callable[..., tuple[int, str, str]]

ROSTER = """actor_id,name,aliases,organization_id
t1,Ana Ruiz,,north
t2,Ben Odel,Benny,north
t3,Chloé Marsh,,south
"""


@pytest.fixture
def say(run: Run, tmp_path: Path) -> Callable[..., tuple[int, str]]:  # noqa: F811
    """Return what imports a text as a file of a kind, with the roster, and gives the code and all told."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")

    def said(kind: str, text: str, *words: str, roster: bool = True) -> tuple[int, str]:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        names = ("--roster", str(tmp_path / "roster.csv")) if roster else ()
        code, out, err = run(kind, path, *names, *words)
        return code, out + err

    return said


Say = Callable[..., tuple[int, str]]


def rows(table: str) -> set[tuple[object, ...]]:
    """Return the rows of a table of the dataset, what is missing as None."""
    frame = read_own("ours").tables[table].astype(object)
    return set(frame.where(pd.notna(frame), None).itertuples(index=False, name=None))


LOG = "Name,Practice,Date\nAna Ruiz,exit tickets,03/09/2024\nBenny,Exit Tickets,05/10/2024\n"
TALLY = "1 of somebody who had not"

ADOPTED = {
    "who has no row had not by the day that is said": (
        LOG,
        ("--dates", "day-first", "--until", "2025-06-30"),
        {("t1", "2024-09-03", 0), ("t2", "2024-10-05", 0), ("t3", "2025-06-30", 1)},
        "1 without a row had not taken it up by 2025-06-30",
    ),
    "without that day nothing is said of them": (
        LOG,
        ("--dates", "month-first"),
        {("t1", "2024-03-09", 0), ("t2", "2024-05-10", 0)},
        "2 rows: 2 of somebody who took it up",
    ),
    "a cell without a day is not yet": (
        "Name,Date\nAna Ruiz,2024-10-05\nBen Odel,\n",
        ("--innovation", "exit tickets", "--until", "1 June 2025"),
        {("t1", "2024-10-05", 0), ("t2", "2025-06-01", 1), ("t3", "2025-06-01", 1)},
        TALLY,
    ),
    "the first use counts": (
        "Name,Date\nAna Ruiz,2024-12-05\nana ruiz,2024-10-05\n",
        ("--innovation", "exit tickets"),
        {("t1", "2024-10-05", 0)},
        "1 row of somebody again: the first use counts",
    ),
    "rounds are periods": (
        "Teacher,Tool,Since\nAna Ruiz,exit tickets,2\nBen Odel,exit tickets,10\nBen Odel,exit tickets,9\n",
        ("--until", "12"),
        {("t1", "2", 0), ("t2", "9", 0), ("t3", "12", 1)},
        "3 rows",
    ),
    "a column says not yet": (
        "Name,Date,Censored\nAna Ruiz,2024-10-05,no\nBen Odel,2024-12-01,1\n",
        ("--innovation", "exit tickets"),
        {("t1", "2024-10-05", 0), ("t2", "2024-12-01", 1)},
        TALLY,
    ),
    "several people in one cell": (
        'Name,Date\n"Ana Ruiz; Ben Odel",2024-10-05\n',
        ("--innovation", "exit tickets", "--split", ";"),
        {("t1", "2024-10-05", 0), ("t2", "2024-10-05", 0)},
        "1 row: 1 of somebody who took it up",
    ),
}


@pytest.mark.parametrize("case", ADOPTED)
def test_adoptions_are_read_by_name(case: str, say: Say) -> None:
    text, words, expected, told = ADOPTED[case]
    code, said = say("adoptions", text, *words)
    assert code == 0, said
    assert told in said
    found = {(who, str(when), no) for what, who, when, no in rows("adoptions") if what == "exit tickets"}
    assert found == expected


def test_every_fault_of_a_list_of_adoptions_is_told_at_once(say: Say, raw: Path) -> None:  # noqa: F811
    text = "Name,Practice,Date,Censored\nA. Ruiz,exit tickets,2024-10-05,\n,exit tickets,soon,\n"
    code, said = say("adoptions", text + "Ben Odel,,,maybe\nBen Odel,exit tickets,05/10/2024,perhaps\n")
    assert code == 1
    assert "near: Ana Ruiz (t1)" in said
    assert "row 3, column Name: found an empty cell" in said
    assert "row 4, column Date: found an empty cell; allowed: when it was first used (if they had not" in said
    assert "row 4, column Practice: found an empty cell" in said
    assert "row 5, column Date: found '05/10/2024'" in said
    assert "column Censored: found 'perhaps'" in said
    assert not (raw / "ours").exists()


def test_organizations_adopt_too(say: Say) -> None:
    assert say("adoptions", LOG, "--dates", "day-first", "--until", "2025-06-30")[0] == 0
    text = "School,Policy,Date\nNorth,block schedule,2024-10-05\nEast,block schedule,2024-11-05\n"
    columns = ("--person-column", "School", "--innovation-column", "Policy", "--adopters", "organizations")
    code, said = say("adoptions", text, *columns, "--until", "2025-06-30", roster=False)
    assert code == 0, said
    found = {row[1:] for row in rows("adoptions") if row[0] == "block schedule"}
    assert found == {("north", "2024-10-05", 0), ("East", "2024-11-05", 0), ("south", "2025-06-30", 1)}


def test_a_list_again_takes_the_place_of_the_same_innovation_alone(say: Say) -> None:
    other = LOG.replace("xit", "ntry")
    assert say("adoptions", other.replace("Entry", "entry"), "--dates", "day-first")[0] == 0
    assert say("adoptions", LOG, "--dates", "day-first")[0] == 0
    assert say("adoptions", LOG.replace("03/09", "04/09"), "--dates", "day-first")[0] == 1
    assert say("adoptions", LOG.replace("03/09", "04/09"), "--dates", "day-first", "--replace")[0] == 0
    assert {(row[0], row[2]) for row in rows("adoptions") if row[1] == "t1"} == {
        *(("entry tickets", "2024-09-03"), ("exit tickets", "2024-09-04"))
    }


PLAN = "Topic,Date,Kind\nKick-off,05/10/2024,workshop\nVisit,12/10/2024,\nkick-off,05/10/2024,workshop\n"


def test_a_list_of_activities_and_then_people_by_meetings(say: Say) -> None:
    code, said = say("activities", PLAN, "--dates", "day-first", roster=False)
    assert code == 0, said
    assert "3 rows: 2 activities, 1 there before, counted once" in said
    planned = {("Kick-off", "2024-10-05", "workshop"), ("Visit", "2024-10-12", "activity")}
    assert {row[:3] for row in rows("activities")} == planned
    table = "Name,School,Kick-off,Visit\nAna Ruiz,north,1,0\nBen Odel,north,x,\nChloé Marsh,south,,yes\n"
    code, said = say("attendance", table, "--register")
    assert code == 0, said
    assert "6 cells: 3 of somebody who came, 3 of somebody who did not come" in said
    came = {("Kick-off", "t1"), ("Kick-off", "t2"), ("Visit", "t3")}
    assert {row[:2] for row in rows("attendance")} == came
    assert {row[:3] for row in rows("activities")} == planned
    turned = "Meeting,Ana Ruiz,Benny,Chloé Marsh\nKick-off,1,x,\nVisit,0,,1\n"
    assert say("attendance", turned, "--people-across", "--replace")[0] == 0
    assert {row[:2] for row in rows("attendance")} == came


def test_people_across_have_marks_below_them(say: Say) -> None:
    text = "Date,Session,Ana Ruiz,Ben Odel,Total\n05/10/2024,Talk,x,,1\n06/10/2024,Visit,x,x,2\n"
    code, said = say("attendance", text, "--people-across", "--dates", "day-first")
    assert code == 1
    assert "'Total'" in said
    code, said = say("attendance", text, "--people-across", "--dates", "day-first", "--unread", "Total")
    assert code == 0, said
    assert "4 cells: 3 of somebody who came, 1 of somebody who did not come" in said
    assert {row[:2] for row in rows("attendance")} == {("Talk", "t1"), ("Visit", "t1"), ("Visit", "t2")}
    assert {row[:2] for row in rows("activities")} == {("Talk", "2024-10-05"), ("Visit", "2024-10-06")}


def test_an_activity_on_two_days_is_asked_about(say: Say) -> None:
    text = "Activity,Date\nTeam,2024-10-01\nTeam,2024-10-08\n"
    assert "'Team' on 2024-10-08, and on 2024-10-01 before" in say("activities", text, roster=False)[1]
    assert say("activities", text, "--repeated", roster=False)[0] == 0
    assert {row[0] for row in rows("activities")} == {"Team, day 1", "Team, day 2"}
