"""Tables against their declaration: every fault, each in its place, and nothing but faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis.tables.faults import InvalidInput
from analysis.tables.load import read_tables, write_tables
from analysis.tables.schema import TABLES, Column
from analysis.tables.validate import checked
from tests.tables.datasets import PACKAGE, random_tables, text_tables


def faults_of(tables: dict[str, pd.DataFrame]) -> list[tuple[str, int | None, str | None, str]]:
    """Return file, row, column and finding of each fault; none when the tables pass."""
    try:
        checked(tables, PACKAGE)
    except InvalidInput as error:
        return [(fault.file, fault.row, fault.column, fault.found) for fault in error.faults]
    return []


FILES = {
    "organizations.csv": """\
organization_id,parent_id,kind,joined_on,left_on
district,,district,,
north,district,church,,
south,west,school,2024-08-01,2023-07-31
""",
    "actors.csv": """\
actor_id,organization_id,role,shoe_size,years,grade,efficacy,subject
a1,north,teacher,41,twelve,1,3.5,maths
a2,north,teacher,40,2.5,4,inf,music
,south,teacher,39,51,2,"3,5",PE
a1,east,head,38,-1,3,nan,
""",
    "waves.csv": """\
wave,label,opened_on,closed_on
1,Autumn,2024-02-30,2024-09-30
2,,24-09-01,2024-9-30
two,Spring,,
3,Summer,2024-06-30,2024-06-01
-1,Winter,,2024-13-01
1,Autumn again,,
""",
    "nonresponse.csv": """\
wave,actor_id
2,a2
7,a1
2,a9
""",
    "ties.csv": """\
wave,relation,sender_id,receiver_id,value
1,help,a1,a2,5
1,help,a2,a1,6
1,trust,nobody,a2,1
1,love,a2,a1,1
9,trust,a2,a1,-0.5
1,help,a1,,4
1,help,a1,a2,often
3,help,a1,a2,
""",
    "friends.csv": "actor_id,friend_id\na1,a2\n",
}

_NAMES = {name: ", ".join(column.name for column in table.columns) for name, table in TABLES.items()}

PLANTED = [
    f"friends.csv: found a table of that name; allowed: tables of the data model: {', '.join(TABLES)}",
    "organizations.csv, row 3, column kind: found 'church'; "
    f"allowed: {', '.join(TABLES['organizations'].columns[2].allowed)}",
    "organizations.csv, row 4, column parent_id: found 'west'; "
    "allowed: one in organizations.csv, column organization_id",
    "organizations.csv, row 4, column left_on: "
    "found 2023-07-31, before joined_on 2024-08-01; allowed: a date not before joined_on",
    "actors.csv, row 1, column shoe_size: found an undeclared column; "
    f"allowed: columns: {_NAMES['actors']}, years, grade, efficacy, subject "
    "(declare it in datapackage.json, under attributes)",
    "actors.csv, row 2, column years: found 'twelve'; allowed: an integer, at most 9007199254740992 in size",
    "actors.csv, row 3, column years: found '2.5'; allowed: an integer, at most 9007199254740992 in size",
    "actors.csv, row 3, column grade: found '4'; allowed: 1, 2, 3",
    "actors.csv, row 3, column efficacy: found 'inf'; allowed: a number",
    "actors.csv, row 4, column actor_id: found nothing; allowed: a value",
    "actors.csv, row 4, column years: found '51'; allowed: at least 0 and at most 50",
    "actors.csv, row 4, column efficacy: found '3,5'; allowed: a number (with a decimal point: 3.5)",
    "actors.csv, row 4, column subject: found 'PE'; allowed: maths, music",
    "actors.csv, row 5, column actor_id: found 'a1' again, as in row 2; allowed: each actor_id once",
    "actors.csv, row 5, column organization_id: found 'east'; "
    "allowed: one in organizations.csv, column organization_id",
    "actors.csv, row 5, column years: found '-1'; allowed: at least 0 and at most 50",
    "actors.csv, row 5, column efficacy: found 'nan'; allowed: a number",
    "waves.csv, row 2, column opened_on: found '2024-02-30'; allowed: a date, year-month-day "
    "(there is no such day)",
    "waves.csv, row 3, column label: found nothing; allowed: a value",
    "waves.csv, row 3, column opened_on: found '24-09-01'; allowed: a date, year-month-day "
    "(write the year first, then month and day with two digits each, as in 2024-03-05)",
    "waves.csv, row 3, column closed_on: found '2024-9-30'; allowed: a date, year-month-day "
    "(write the year first, then month and day with two digits each, as in 2024-03-05)",
    "waves.csv, row 4, column wave: found 'two'; allowed: an integer, at most 9007199254740992 in size",
    "waves.csv, row 5, column closed_on: "
    "found 2024-06-01, before opened_on 2024-06-30; allowed: a date not before opened_on",
    "waves.csv, row 6, column wave: found '-1'; allowed: at least 0",
    "waves.csv, row 6, column closed_on: found '2024-13-01'; allowed: a date, year-month-day "
    "(there is no such day)",
    "waves.csv, row 7, column wave: found '1' again, as in row 2; allowed: each wave once",
    "nonresponse.csv, row 3, column wave: found '7'; allowed: one in waves.csv, column wave",
    "nonresponse.csv, row 4, column actor_id: found 'a9'; allowed: one in actors.csv, column actor_id",
    "ties.csv, row 1, column reported_by: found no such column; allowed: Whose answer it is.",
    "ties.csv, row 3, column value: found '6'; allowed: help is measured from 1 to 5",
    "ties.csv, row 4, column sender_id: found 'nobody'; allowed: one in actors.csv, column actor_id",
    "ties.csv, row 5, column relation: found 'love'; "
    "allowed: relations declared in datapackage.json: help, trust",
    "ties.csv, row 6, column wave: found '9'; allowed: one in waves.csv, column wave",
    "ties.csv, row 6, column value: found '-0.5'; allowed: trust is measured from 0 to 1",
    "ties.csv, row 7, column receiver_id: found nothing; allowed: a value",
    "ties.csv, row 8, column value: found 'often'; allowed: a number",
    "ties.csv, row 9, column value: found nothing; allowed: a value",
]


def test_every_planted_fault_is_listed_in_its_place_and_no_other(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(InvalidInput) as caught:
        checked(read_tables(tmp_path), PACKAGE)
    listed = [str(fault) for fault in caught.value.faults]
    assert sorted(listed) == sorted(PLANTED)
    assert [line.split(",")[0] for line in listed] == [line.split(",")[0] for line in PLANTED]
    rows = [(fault.file, fault.row or 0) for fault in caught.value.faults if fault.file == "ties.csv"]
    assert rows == sorted(rows)


def test_sound_tables_come_back_typed_and_complete() -> None:
    found = checked(text_tables(), PACKAGE)
    assert list(found) == [name for name in TABLES if name in text_tables()]
    for name, frame in found.items():
        declared = [*TABLES[name].columns, *PACKAGE.attributes.get(name, ())]
        dtypes = {"integer": "Int64", "number": "Float64", "text": "string", "date": "string"}
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
            column.name: dtypes[column.kind] for column in declared
        }
    actors = found["actors"]
    assert actors["years"].tolist() == [12, pd.NA, 0]
    assert actors["efficacy"].tolist() == [3.5, pd.NA, -1000.0]
    # A column nobody has is missing in every row, never zero or empty text.
    assert actors["joined_on"].isna().all()
    assert found["ties"]["value"].tolist() == [5.0, 0.5, 1.0]


def test_the_order_of_tables_is_the_declarations() -> None:
    given = text_tables()
    backwards = {name: given[name] for name in reversed(given)}
    assert list(checked(backwards, PACKAGE)) == [name for name in TABLES if name in given]


@pytest.mark.parametrize("absent", ["nonresponse", "ties"])
def test_a_table_nothing_refers_to_may_be_absent(absent: str) -> None:
    given = text_tables()
    del given[absent]
    assert list(checked(given, PACKAGE)) == [name for name in TABLES if name in given]


def test_no_table_at_all_is_no_fault() -> None:
    assert checked({}, PACKAGE) == {}


def test_a_table_referred_to_must_be_there() -> None:
    given = text_tables()
    del given["actors"]
    assert faults_of(given) == [
        ("nonresponse.csv", None, "actor_id", "no table actors"),
        ("ties.csv", None, "sender_id", "no table actors"),
        ("ties.csv", None, "receiver_id", "no table actors"),
        ("ties.csv", None, "reported_by", "no table actors"),
    ]
    empty = {"ties": text_tables()["ties"].iloc[:0]}
    assert faults_of(empty) == []


@pytest.mark.parametrize("kind", ["sender_id", "actor_id"])
def test_a_missing_column_is_one_fault_not_one_for_each_row_that_depends_on_it(kind: str) -> None:
    given = text_tables()
    table = "ties" if kind == "sender_id" else "actors"
    given[table] = given[table].drop(columns=kind)
    assert faults_of(given) == [(f"{table}.csv", 1, kind, "no such column")]


def test_cells_that_could_not_be_read_are_no_duplicates_of_one_another() -> None:
    given = text_tables()
    given["ties"]["wave"] = ["one", "one", "one"]
    given["ties"]["receiver_id"] = "a2"
    assert faults_of(given) == [("ties.csv", row, "wave", "'one'") for row in (2, 3, 4)]


def test_a_column_twice_is_a_fault() -> None:
    given = text_tables()
    given["waves"] = pd.concat([given["waves"], given["waves"][["label"]]], axis=1)
    assert faults_of(given) == [("waves.csv", 1, "label", "the column a second time")]


def test_a_column_without_a_name_is_called_so() -> None:
    given = text_tables()
    given["waves"][""] = ""
    assert faults_of(given) == [("waves.csv", 1, "", "a column without a name")]


def test_each_repetition_points_to_the_first_row_that_has_the_key() -> None:
    given = text_tables()
    given["ties"] = given["ties"].iloc[[0, 1, 0, 2, 1]]
    key = "wave + relation + sender_id + receiver_id + reported_by"
    assert faults_of(given) == [
        ("ties.csv", 4, key, "'1', 'help', 'a1', 'a2', 'a1' again, as in row 2"),
        ("ties.csv", 6, key, "'1', 'trust', 'a2', 'a1', 'a2' again, as in row 3"),
    ]


def test_two_reporters_of_one_tie_are_no_repetition() -> None:
    given = text_tables()
    given["ties"].loc[3] = ["1", "help", "a1", "a2", "4", "a2"]
    assert faults_of(given) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("years", "1e300"),
        ("years", "9007199254740993"),
        ("years", "1e999"),
        ("years", "1_000"),
        ("years", "0x10"),
        ("efficacy", "-Infinity"),
        ("efficacy", "1e999"),
        ("efficacy", "1,000"),
        ("efficacy", "True"),
        ("joined_on", "0000-00-00"),
        ("joined_on", "2023-02-29"),
        ("joined_on", "2024-1-05"),
        ("joined_on", "05/01/2024"),
        ("joined_on", "2024-01-05 10:00"),
        ("joined_on", "٢٠٢٤-٠١-٠٥"),
    ],
)
def test_what_only_looks_like_a_value_is_refused(column: str, value: str) -> None:
    given = text_tables()
    given["actors"]["joined_on"] = ""
    given["actors"].loc[1, column] = value
    assert faults_of(given) == [("actors.csv", 3, column, repr(value))]


def test_the_largest_integer_a_float_is_sure_of_passes_unchanged() -> None:
    given = text_tables()
    given["waves"].loc[2] = [str(2**53), "Far off", "2024-02-29", ""]
    assert checked(given, PACKAGE)["waves"]["wave"].tolist() == [1, 2, 2**53]


@pytest.mark.parametrize(("low", "high"), [(None, 10.0), (2.0, None)])
def test_a_bound_may_be_on_one_side_only(low: float | None, high: float | None) -> None:
    column = Column("years", "number", "Years.", minimum=low, maximum=high)
    package = replace(PACKAGE, attributes={"actors": (column,)})
    actors = pd.DataFrame({"actor_id": ["a", "b", "c"], "years": [1.5, 5, 11]})
    with pytest.raises(InvalidInput) as caught:
        checked({"actors": actors}, package)
    (fault,) = caught.value.faults
    expected = (4, "11.0", "at most 10") if low is None else (2, "1.5", "at least 2")
    assert (fault.row, fault.found.strip("'"), fault.allowed) == expected


def test_listed_numbers_are_compared_as_numbers() -> None:
    given = text_tables()
    given["actors"]["grade"] = [1.0, 2.0, np.nan]
    assert checked(given, PACKAGE)["actors"]["grade"].tolist() == [1, 2, pd.NA]


def test_values_in_memory_are_taken_as_well_as_text_whatever_their_index() -> None:
    given = text_tables()
    actors = pd.DataFrame(
        {
            "actor_id": ["a1", "a2", "a3"],
            "joined_on": [pd.Timestamp("2023-01-05"), pd.NaT, pd.Timestamp("2022-12-31")],
            "years": pd.array([3, None, 4], dtype="Int64"),
            "efficacy": np.array([0.5, np.nan, 2], dtype="float32"),
            "subject": [None, "maths", float("nan")],
        },
        index=[7, 7, 3],
    )
    found = checked(given | {"actors": actors}, PACKAGE)["actors"]
    assert found["joined_on"].tolist() == ["2023-01-05", pd.NA, "2022-12-31"]
    assert found["years"].tolist() == [3, pd.NA, 4]
    assert found["efficacy"].tolist() == [0.5, pd.NA, 2.0]
    assert found["subject"].tolist() == [pd.NA, "maths", pd.NA]
    assert found.index.tolist() == [0, 1, 2]
    actors["years"] = [True, 51, "x"]
    assert faults_of(given | {"actors": actors}) == [
        ("actors.csv", 2, "years", "'True'"),
        ("actors.csv", 3, "years", "'51'"),
        ("actors.csv", 4, "years", "'x'"),
    ]


def test_space_around_a_cell_does_not_count_and_the_input_is_left_alone() -> None:
    given = text_tables()
    given["ties"].loc[0, "sender_id"] = " a1\t"
    given["actors"].loc[2, "role"] = "  "
    before = {name: frame.copy() for name, frame in given.items()}
    found = checked(given, PACKAGE)
    assert found["ties"]["sender_id"].tolist() == ["a1", "a2", "a1"]
    assert found["actors"]["role"].tolist() == ["teacher", "teacher", pd.NA]
    for name, frame in given.items():
        assert_frame_equal(frame, before[name])


@pytest.mark.parametrize("text", ["Year\r1", "Year\r\n1", "Year\n1"])
def test_every_line_break_is_kept_as_a_line_feed(tmp_path: Path, text: str) -> None:
    given = text_tables()
    given["waves"].loc[0, "label"] = text
    first = checked(given, PACKAGE)
    assert first["waves"]["label"].tolist() == ["Year\n1", "Spring"]
    write_tables(first, tmp_path)
    assert_frame_equal(checked(read_tables(tmp_path), PACKAGE)["waves"], first["waves"])


@pytest.mark.parametrize(
    ("relation", "value", "fits"),
    [
        ("help", "1", True),
        ("help", "5.0", True),
        ("help", "0.99", False),
        ("help", "5.01", False),
        ("trust", "0", True),
        ("trust", "1", True),
        ("trust", "1.5", False),
        ("trust", "-0.1", False),
    ],
)
def test_a_value_is_held_against_its_own_relations_scale(relation: str, value: str, fits: bool) -> None:
    given = text_tables()
    given["ties"].loc[1, ["relation", "value"]] = [relation, value]
    given["ties"].loc[1, "wave"] = "2"
    assert faults_of(given) == ([] if fits else [("ties.csv", 3, "value", repr(value))])


def test_a_package_without_relations_allows_no_tie() -> None:
    given = text_tables()
    del given["nonresponse"]
    with pytest.raises(InvalidInput, match=r"declared in datapackage\.json: none") as caught:
        checked(given, replace(PACKAGE, relations=()))
    assert [fault.row for fault in caught.value.faults] == [2, 3, 4]


@given(random_tables())
@settings(deadline=None, max_examples=25)
def test_any_sound_tables_return_from_their_files_unchanged(
    tmp_path_factory: pytest.TempPathFactory, given_tables: dict[str, pd.DataFrame]
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    first = checked(given_tables, PACKAGE)
    for name, frame in given_tables.items():
        for column in frame.columns:
            kept = [None if pd.isna(value) else value for value in first[name][column]]
            drawn = [
                value.strip().replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
                for value in frame[column]
            ]
            assert kept == drawn
    write_tables(first, folder)
    again = checked(read_tables(folder), PACKAGE)
    assert list(again) == list(first)
    for name, frame in first.items():
        assert_frame_equal(again[name], frame, check_exact=True)


CORRUPTIONS = [
    ("organizations", "organization_id", ""),
    ("organizations", "parent_id", "no such organisation"),
    ("organizations", "kind", "church"),
    ("organizations", "joined_on", "yesterday"),
    ("organizations", "left_on", "2023-02-29"),
    ("actors", "organization_id", "no such organisation"),
    ("actors", "years", "-1"),
    ("actors", "years", "0.5"),
    ("actors", "grade", "4"),
    ("actors", "efficacy", "high"),
    ("actors", "subject", "PE"),
    ("waves", "wave", "first"),
    ("waves", "label", " "),
    ("nonresponse", "wave", "9007199254740992"),
    ("nonresponse", "actor_id", "no such actor"),
    ("ties", "wave", "1.5"),
    ("ties", "relation", "love"),
    ("ties", "sender_id", "no such actor"),
    ("ties", "receiver_id", ""),
    ("ties", "value", "5.5"),
    ("ties", "reported_by", "no such actor"),
]
# What other tables refer to: once it is gone, they are at fault as well.
REFERRED_TO = {"organization_id", "wave"}


@given(random_tables(), st.sampled_from(CORRUPTIONS), st.data())
@settings(deadline=None, max_examples=60)
def test_a_single_corruption_is_reported_where_it_is(
    given_tables: dict[str, pd.DataFrame], corruption: tuple[str, str, str], data: st.DataObject
) -> None:
    table, column, value = corruption
    frame = given_tables[table]
    if frame.empty or (value == "9007199254740992" and 2**53 in given_tables["waves"]["wave"].tolist()):
        return
    row = data.draw(st.integers(0, len(frame) - 1))
    frame.loc[row, column] = value
    found = "nothing" if not value.strip() else repr(value)
    reported = faults_of(given_tables)
    assert (f"{table}.csv", row + 2, column, found) in reported
    if column not in REFERRED_TO:
        assert len(reported) == 1
    elif table in ("nonresponse", "ties"):
        assert {(file, line) for file, line, _, _ in reported} == {(f"{table}.csv", row + 2)}
