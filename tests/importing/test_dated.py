"""Days as people write them; sign-in sheets and logs by name, in the layouts teams have."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.importing.files.sheets import Layout
from analysis.importing.lists.attendance_list import ATTENDANCE, read_attendance
from analysis.importing.lists.contact_log import CONTACTS, read_contacts
from analysis.importing.shared.account import counted
from analysis.importing.shared.dated import Listed, Way
from analysis.importing.shared.days import read_moment
from analysis.importing.shared.people import Matcher, People
from analysis.tables.faults import Fault

PLACE = ("log.csv", 2, "Date")
ROSTER = pd.DataFrame(
    [
        ("t1", "Ana Ruiz", "", "north"),
        ("t2", "Ben Odel", "Benny", "north"),
        ("t3", "Chloé Marsh", "", "south"),
    ],
    columns=["actor_id", "name", "aliases", "organization_id"],
)


def way(**given_: object) -> Way:
    """Return how a list is read, with names on the roster."""
    return Way(**{"columns": {}, "people": People(Matcher(ROSTER)), **given_})  # type: ignore[arg-type]


def written(place: Path, text: str) -> Path:
    """Return a file with a text."""
    path = place / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def came(place: Path, text: str, given_: Way | None = None, **more: object) -> tuple[set[str], str, str]:
    """Return who came to what (`what day who`), notes, and faults."""
    faults: list[Fault] = []
    notes: list[str] = []
    found: Listed = read_attendance(written(place, text), given_ or way(), faults, notes, **more)  # type: ignore[arg-type]
    days = dict(found.tables["activities"][["activity_id", "date"]].itertuples(index=False, name=None))
    pairs = found.tables["attendance"].itertuples(index=False, name=None)
    return {f"{one} {days[one]} {who}" for one, who in pairs}, "\n".join(notes), "\n".join(map(str, faults))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 12, 31)))
@settings(max_examples=60)
def test_a_moment_is_read_alike_in_every_form_it_is_written_in(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    day = f"{moment:%Y-%m-%d}"
    plain = {
        *(day, f"{moment:%Y/%m/%d}", f"{moment.day} {moment:%B} {moment.year}", f"{moment:%d-%b-%Y}"),
        *(f"{moment:%B} {moment.day}, {moment.year}", f"{moment:%A, %d %b %Y}", f"{moment:%b. %d %Y}"),
    }
    for text in plain:
        assert read_moment(text, None, PLACE, []) == day
    for sign in "/.-":
        for year in ("%Y", "%y"):
            text = moment.strftime(f"%d{sign}%m{sign}{year}")
            assert read_moment(text, "day-first", PLACE, []) == day
            assert read_moment(f"{text} 9:05", "day-first", PLACE, []) == day
            text = moment.strftime(f"%m{sign}%d{sign}{year}")
            assert read_moment(text, "month-first", PLACE, []) == day
    iso = f"{moment:%Y-%m-%dT%H:%M:%S}" if moment.second else f"{moment:%Y-%m-%dT%H:%M}"
    for clock in ("%H:%M:%S", "%I:%M:%S %p", "%I:%M:%S%p"):
        for between in (" ", "T", ", "):
            text = f"{day}{between}{moment.strftime(clock)}"
            assert read_moment(text, None, PLACE, [], time_of_day=True) == iso


@pytest.mark.parametrize(
    ("text", "order", "told"),
    [
        ("03/04/2024", None, "say --dates day-first or --dates month-first"),
        ("13/04/2024", None, "say --dates day-first, if all days"),
        ("04/13/2024", None, "say --dates month-first, if all days"),
        ("04/13/2024", "day-first", "days are read day-first"),
        ("2024-02-30", None, "allowed: a day, as in 2024-10-05"),
        ("5 Octember 2024", None, "allowed: a day"),
        ("", None, "found an empty cell"),
        ("45570", None, "found '45570'"),
        ("2024-10-05 14:30+02:00", None, "without a zone"),
        ("2024-10-05 13:30 pm", None, "allowed: a day"),
    ],
)
def test_a_day_that_may_be_two_or_is_none_is_refused(text: str, order: object, told: str) -> None:
    faults: list[Fault] = []
    assert read_moment(text, order, PLACE, faults, time_of_day=True) is None  # type: ignore[arg-type]
    (fault,) = faults
    assert told in str(fault)


def test_somebody_who_signed_twice_was_there_once_and_it_is_told(tmp_path: Path) -> None:
    text = (
        "Date,Session,Name\n2024-10-01,Talk,Ana Ruiz\n2024-10-01,talk,ana ruiz\n2024-10-01,Talk,Benny\n,,\n"
    )
    found, notes, faults = came(tmp_path, text)
    assert not faults
    assert found == {"Talk 2024-10-01 t1", "Talk 2024-10-01 t2"}
    assert "3 names: 2 attendances, 1 of somebody who signed twice, counted once" in notes


def test_several_names_in_a_cell_are_parted_by_a_declared_sign_alone(tmp_path: Path) -> None:
    text = 'Date,Session,Name\n2024-10-01,Talk,"Ana Ruiz, Ben Odel"\n2024-10-02,Visit,\n'
    assert "several people: one a cell, or say what parts them with --split" in came(tmp_path, text)[2]
    found, notes, faults = came(tmp_path, text, way(split=","))
    assert not faults
    assert found == {"Talk 2024-10-01 t1", "Talk 2024-10-01 t2"}
    assert "2 rows: 1 of somebody who came, 1 that name nobody" in notes


def test_first_names_and_surnames_may_stand_in_two_columns(tmp_path: Path) -> None:
    text = "Last Name,First Name,Event,Date\nRuiz,Ana,Talk,1 Oct 2024\nMarsh,Chloe,Talk,1 Oct 2024\n"
    assert came(tmp_path, text)[0] == {"Talk 2024-10-01 t1", "Talk 2024-10-01 t3"}


def test_a_column_that_may_say_who_stayed_away_is_not_passed_over(tmp_path: Path) -> None:
    text = "Date,Session,Name,Status\n2024-10-01,Talk,Ana Ruiz,present\n2024-10-01,Talk,Ben Odel,excused\n"
    text += "2024-10-01,Talk,Chloé Marsh,\n"
    assert "is --present-column 'Status' meant? If not, say --unread 'Status'" in came(tmp_path, text)[2]
    marked = way(columns={"present": "Status"})
    assert "'excused'; allowed: yes, no, a tick, 1 or 0" in came(tmp_path, text, marked)[2]
    found, notes, faults = came(tmp_path, text, marked, words={"excused": 0.0})
    assert not faults
    assert found == {"Talk 2024-10-01 t1"}
    assert "3 rows: 1 of somebody who came, 2 of somebody who did not come" in notes


def test_a_sheet_of_one_meeting_needs_no_columns_but_names(tmp_path: Path) -> None:
    text = "Name\nAna Ruiz\nBen Odel\n"
    assert came(tmp_path, text)[2].count("no such column") == 2
    more = {"activity": "Talk", "date": "1/10/2024"}
    assert "--date: found '1/10/2024'" in came(tmp_path, text, **more)[2]
    found = came(tmp_path, text, way(order="day-first"), **more)[0]
    assert found == {"Talk 2024-10-01 t1", "Talk 2024-10-01 t2"}


def test_what_stands_once_for_several_rows_is_filled_down_when_asked(tmp_path: Path) -> None:
    text = "Date,Session,Name\n2024-10-01,Talk,Ana Ruiz\n,,Ben Odel\n2024-10-02,Visit,Ana Ruiz\n,,\n"
    assert "--fill-down" in came(tmp_path, text)[2]
    found, _, faults = came(tmp_path, text, way(fill_down=True))
    assert not faults
    assert found == {"Talk 2024-10-01 t1", "Talk 2024-10-01 t2", "Visit 2024-10-02 t1"}


def test_one_name_on_several_days_is_several_activities_only_if_said(tmp_path: Path) -> None:
    text = "Date,Session,Name\n2024-10-08,Team,Ana Ruiz\n2024-10-01,Team,Ana Ruiz\n2024-10-01,Talk,Ana Ruiz\n"
    assert "'Team' on 2024-10-01, and on 2024-10-08 before" in came(tmp_path, text)[2]
    found = came(tmp_path, text, repeated=True)[0]
    assert found == {
        *("Team, day 1 2024-10-01 t1", "Team, day 2 2024-10-08 t1", "Talk 2024-10-01 t1"),
    }
    later = "Date,Session,Name\n2024-10-15,Team,Ben Odel\n2024-10-08,Team,Ben Odel\n"
    known = {"Team, day 1": ("2024-10-01", "x"), "Team, day 2": ("2024-10-08", "x")}
    found = came(tmp_path, later, repeated=True, known=known)[0]
    assert found == {"Team, day 3 2024-10-15 t2", "Team, day 2 2024-10-08 t2"}
    again = "Date,Session,Name\n2024-10-02,talk,Ben Odel\n"
    known = {"Talk": ("2024-10-01", "x")}
    assert "'Talk' on 2024-10-02, and on 2024-10-01" in came(tmp_path, again, known=known)[2]
    assert came(tmp_path, again, known=known, repeated=True)[0] == {"Talk, day 2 2024-10-02 t2"}


def test_a_register_of_marks_is_attendance(tmp_path: Path) -> None:
    text = "Name,School,10/01/2024,10/08/2024,Talk\nAna Ruiz,north,x,,1\nBen Odel,north,,X,\n"
    text += "Chloé Marsh,south,absent,,0\n"
    known = {"Talk": ("2024-09-02", "visit")}
    more = {"register": True, "known": known}
    assert "say --dates day-first or" in came(tmp_path, text, **more)[2]
    assert "as in --activity" in came(tmp_path, text, way(order="month-first"), **more)[2]
    more["activity"] = "Team"
    found, notes, faults = came(tmp_path, text, way(order="month-first"), **more)
    assert not faults
    assert found == {
        *("Team, day 1 2024-10-01 t1", "Team, day 2 2024-10-08 t2", "Talk 2024-09-02 t1"),
    }
    assert "9 cells: 3 of somebody who came, 6 of somebody who did not come" in notes
    assert "columns that were not read: 'School'" in notes
    empty = came(tmp_path, "Name,School\nAna Ruiz,north\n", **more)[2]
    assert "found no column of a day" in empty
    del more["known"]
    assert (
        "is an activity the dataset has, or a day, meant? If not, say --unread 'Talk'"
        in (came(tmp_path, text, way(order="month-first"), **more)[2])
    )


def test_an_activity_is_of_one_kind(tmp_path: Path) -> None:
    text = "Date,Session,Kind,Name\n2024-10-01,Talk,visit,Ana Ruiz\n2024-10-01,Talk,workshop,Ben Odel\n"
    assert "'Talk' of the kind 'workshop', 'visit' before" in came(tmp_path, text)[2]


def test_who_is_not_on_the_roster_is_told_with_whoever_is_near(tmp_path: Path) -> None:
    text = "Date,Session,Name\n2024-10-01,Talk,A. Ruiz\n"
    assert "near: Ana Ruiz (t1)" in came(tmp_path, text)[2]


@given(
    st.lists(
        st.tuples(
            st.integers(1, 28), st.sampled_from(["Ana Ruiz", "t2", "Chloe Marsh"]), st.sampled_from("ab")
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=30, deadline=None)
def test_every_row_of_a_log_is_a_contact_or_told(
    tmp_path_factory: pytest.TempPathFactory, log: list[tuple[int, str, str]]
) -> None:
    lines = [
        "Date;Time;From;To;Channel",
        *(f"{day}.10.2024;9:30;{who};Benny;{kind}" for day, who, kind in log),
    ]
    path = written(tmp_path_factory.mktemp("log"), "\n".join(lines))
    faults: list[Fault] = []
    notes: list[str] = []
    found = read_contacts(path, way(order="day-first"), faults, notes).tables["contacts"]
    assert not faults
    ids = {"Ana Ruiz": "t1", "t2": "t2", "Chloe Marsh": "t3"}
    expected = Counter((f"2024-10-{day:02}T09:30", ids[who], "t2", kind) for day, who, kind in log)
    got = found[["time", "sender_id", "receiver_id", "kind"]].itertuples(index=False, name=None)
    assert sorted(expected) == list(got)
    again = len(log) - len(expected)
    assert (f"{again} there before word for word, counted once" in "\n".join(notes)) == (again > 0)
    loops = sum(one[1] == "t2" for one in expected)
    assert (f"{counted(loops, 'contacts')} of people with themselves" in "\n".join(notes)) == (loops > 0)


def test_a_log_with_holes_or_a_title_is_refused_in_words(tmp_path: Path) -> None:
    faults: list[Fault] = []
    path = written(tmp_path, "Our log,,\nDate,From,To\n2024-10-01,Ana Ruiz,\nsoon,Ana Ruiz,Benny\n")
    read_contacts(path, way(), faults, [])
    assert "is row 2 the header? Say so with --header-row" in "\n".join(map(str, faults))
    faults.clear()
    read_contacts(path, way(layout=Layout(header_row=2)), faults, [])
    assert [(fault.row, fault.column) for fault in faults] == [(3, "To"), (4, "Date")]


def test_several_receivers_are_one_contact_each(tmp_path: Path) -> None:
    path = written(tmp_path, "when,from,to\n2024-10-01,Ana Ruiz,Benny; Chloé Marsh\n")
    notes: list[str] = []
    found = read_contacts(path, way(split=";"), [], notes, kind="mail").tables["contacts"]
    assert found["receiver_id"].tolist() == ["t2", "t3"]
    assert found["kind"].tolist() == ["mail", "mail"]
    assert "1 row: 1 with people and a day" in "\n".join(notes)


def test_usual_headers_are_of_one_column_each() -> None:
    for usual in (ATTENDANCE, CONTACTS):
        names = [header for headers in usual.values() for header in headers if header != "time"]
        assert len(names) == len(set(names))
