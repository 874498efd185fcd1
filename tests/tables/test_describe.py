"""The declaration of a built dataset, against the data model and against Frictionless Data's terms."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.files import DATA_RAW
from analysis.tables.cells import fault_cells, typed
from analysis.tables.describe import columns_of, described
from analysis.tables.faults import Fault, InvalidInput
from analysis.tables.load import read_tables, write_dataset
from analysis.tables.package import DataPackage, Relation, is_public, read_package
from analysis.tables.schema import TABLES, Column
from analysis.tables.validate import checked

ATTRIBUTES = {
    "actors": (
        Column("years", "integer", "Years there.", required=False, minimum=0, maximum=50),
        Column("grade", "integer", "Grade.", required=True, allowed=("1", "2")),
        Column("share", "number", "Share.", required=False, allowed=("0", "0.5", "1.0"), maximum=1.5),
        Column("subject", "text", "Subject.", required=False, allowed=("maths", "arts")),
        Column("note", "text", "Remarks.", required=False, privacy="free"),
        Column("born_on", "date", "Birthday.", required=False),
    ),
    "organizations": (Column("motto", "text", "Motto.", required=True, privacy="free"),),
}
PACKAGE = DataPackage(
    name="small",
    title="Small",
    kind="real",
    citation="Somebody (2020)",
    licence="CC BY 4.0; and thanks",
    resources=(),
    relations=(Relation("help", "Whom do you ask?", 0, 3.5),),
    attributes=ATTRIBUTES,
    smallest_cell=7,
)
FULL = described(PACKAGE, TABLES)
RESOURCES = {resource["name"]: resource for resource in FULL["resources"]}

CONSTRAINTS = {
    "string": {"required", "enum", "pattern"},
    "date": {"required", "enum", "minimum", "maximum"},
    "integer": {"required", "enum", "minimum", "maximum"},
    "number": {"required", "enum", "minimum", "maximum"},
}
"""Constraints that Table Schema has for a type, as far as they are used here."""
TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "time": "string",
    "period": "string",
}


def test_it_is_json_with_every_table_once() -> None:
    assert json.loads(json.dumps(FULL, allow_nan=False)) == FULL
    assert FULL["profile"] == "tabular-data-package"
    assert re.fullmatch("[a-z0-9._-]+", FULL["name"])
    assert [resource["name"] for resource in FULL["resources"]] == list(TABLES)
    for name, resource in RESOURCES.items():
        assert resource["path"] == f"{name}.csv"
        assert resource["profile"] == "tabular-data-resource"
        assert resource["encoding"] == "utf-8"
        assert resource["description"] == f"A row is {TABLES[name].row}."
        assert resource["schema"]["missingValues"] == [""]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_a_field_with_its_type_and_constraints(name: str) -> None:
    columns = [*TABLES[name].columns, *ATTRIBUTES.get(name, ())]
    fields = RESOURCES[name]["schema"]["fields"]
    assert [field["name"] for field in fields] == [column.name for column in columns]
    for field, column in zip(fields, columns, strict=True):
        assert set(field) <= {"name", "type", "description", "constraints"}
        assert field["description"] == column.description
        assert field["type"] == TYPES[column.kind]
        constraints = field.get("constraints", {})
        assert set(constraints) <= CONSTRAINTS[field["type"]]
        assert constraints.get("required", False) is column.required
        assert constraints.get("minimum") == column.minimum
        assert constraints.get("maximum") == column.maximum
        listed = constraints.get("enum", [])
        assert list(map(str, listed)) == list(column.allowed)
        numeric = column.kind in ("integer", "number")
        assert all(isinstance(value, (int, float) if numeric else str) for value in listed)
        assert ("pattern" in constraints) == (column.kind in ("time", "period"))
        assert "enum" not in constraints or listed


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_those_of_the_data_model_where_frictionless_can_say_them(name: str) -> None:
    table, schema = TABLES[name], RESOURCES[name]["schema"]
    required = {column.name for column in table.columns if column.required}
    # The columns of a primary key have a value in every row; where ours may be empty it is none.
    if table.key and required.issuperset(table.key):
        assert schema["primaryKey"] == list(table.key)
    else:
        assert "primaryKey" not in schema
    expected = [
        (column.name, *column.references.split("."))
        for column in table.columns
        if column.references and " or " not in column.references
    ]
    found = [
        (key["fields"], key["reference"]["resource"] or name, key["reference"]["fields"])
        for key in schema.get("foreignKeys", [])
    ]
    assert found == expected
    for _, other, field in found:
        assert field in [column["name"] for column in RESOURCES[other]["schema"]["fields"]]
    for key in schema.get("foreignKeys", []):
        assert key["reference"]["resource"] != name


def test_tables_with_and_without_a_key_are_both_there() -> None:
    without = {name for name, resource in RESOURCES.items() if "primaryKey" not in resource["schema"]}
    assert without == {"contacts", "nonresponse", "design_elements"}
    own = RESOURCES["organizations"]["schema"]["foreignKeys"]
    assert own == [
        {"fields": "parent_id", "reference": {"resource": "", "fields": "organization_id"}},
    ]
    assert "foreignKeys" not in RESOURCES["adoptions"]["schema"]


def test_a_key_to_a_table_that_is_not_there_is_left_out() -> None:
    (resource,) = described(PACKAGE, ["design_elements"])["resources"]
    assert "foreignKeys" not in resource["schema"]
    actors, ties = described(PACKAGE, ["actors", "ties"])["resources"]
    assert "foreignKeys" not in actors["schema"]
    assert [key["fields"] for key in ties["schema"]["foreignKeys"]] == [
        "sender_id",
        "receiver_id",
        "reported_by",
    ]


def pattern(table: str, column: str) -> re.Pattern[str]:
    (field,) = (field for field in RESOURCES[table]["schema"]["fields"] if field["name"] == column)
    return re.compile(field["constraints"]["pattern"])


@pytest.mark.parametrize(
    ("text", "time", "period"),
    [
        ("2024-03-05", True, True),
        ("2024-03-05T14:30", True, False),
        ("2024-03-05T14:30:09", True, False),
        ("2024-3-5", False, False),
        ("14:30", False, False),
        ("1954", False, True),
        ("-3", False, True),
        ("3.5", False, False),
        ("", False, False),
    ],
)
def test_patterns_take_what_the_tables_take(text: str, time: bool, period: bool) -> None:
    for table, column, fits in (("contacts", "time", time), ("adoptions", "adopted_on", period)):
        assert bool(pattern(table, column).fullmatch(text)) is fits
        faults: list[Fault] = []
        declared = next(known for known in TABLES[table].columns if known.name == column)
        frame = pd.DataFrame({known.name: ["1"] for known in TABLES[table].columns})
        frame[column] = text
        typed(TABLES[table], frame, (), faults)
        assert (column not in {fault.column for fault in faults}) is fits, declared.kind


def test_what_is_described_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "data_derived/small/datapackage.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(FULL), encoding="utf-8")
    assert read_package(path) == PACKAGE
    assert described(read_package(path), TABLES) == FULL


NUMBER = st.one_of(st.integers(-1000, 1000), st.floats(-1000, 1000))


@given(st.lists(NUMBER, max_size=4, unique_by=str), st.sampled_from(["integer", "number"]))
def test_any_list_of_numbers_comes_back(values: list[float], kind: Any) -> None:
    column = Column("grade", kind, "Grade.", allowed=tuple(map(str, values)))
    package = DataPackage("a", "A", "real", "C", "L", (), (), {"actors": (column,)})
    ((attribute,),) = described(package, [])["attributes"].values()
    assert tuple(map(str, attribute.get("enum", []))) == column.allowed


@pytest.mark.parametrize(
    "path", sorted(DATA_RAW.glob("*/datapackage.json")), ids=lambda path: path.parent.name
)
def test_every_dataset_of_the_compendium_comes_back(path: Path, tmp_path: Path) -> None:
    package = read_package(path)
    copy = tmp_path / package.name / "datapackage.json"
    copy.parent.mkdir()
    copy.write_text(json.dumps(described(package, TABLES)), encoding="utf-8")
    again = read_package(copy)
    assert again.resources == ()
    for part in ("name", "title", "kind", "citation", "licence", "relations", "attributes", "smallest_cell"):
        assert getattr(again, part) == getattr(package, part)


def test_the_files_of_a_built_dataset_keep_to_what_is_written_beside_them(tmp_path: Path) -> None:
    source = DATA_RAW / "example_network"
    package = read_package(source / "datapackage.json")
    tables = checked(read_tables(source), package)
    folder = tmp_path / "data_derived/example_network"
    write_dataset(tables, package, folder)
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    frames = {}
    assert {resource["path"] for resource in content["resources"]} == {
        path.name for path in folder.glob("*.csv")
    }
    for resource in content["resources"]:
        frame = pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False)
        frames[resource["name"]] = frame
        assert list(frame) == [field["name"] for field in resource["schema"]["fields"]]
        for field in resource["schema"]["fields"]:
            assert_fits(frame[field["name"]], field)
    for resource in content["resources"]:
        frame, schema = frames[resource["name"]], resource["schema"]
        if "primaryKey" in schema:
            assert not frame[schema["primaryKey"]].eq("").any(axis=None)
            assert not frame.duplicated(schema["primaryKey"]).any()
        for key in schema.get("foreignKeys", []):
            there = frames[key["reference"]["resource"] or resource["name"]][key["reference"]["fields"]]
            assert set(frame[key["fields"]]) - {""} <= set(there)


def assert_fits(cells: pd.Series, field: dict[str, Any]) -> None:
    """Check cells against a field of Table Schema."""
    constraints = field.get("constraints", {})
    filled = cells[cells != ""]
    assert len(filled) == len(cells) or not constraints.get("required")
    values: pd.Series = filled
    if field["type"] in ("integer", "number"):
        assert field["type"] == "number" or filled.str.fullmatch(r"-?\d+").all()
        values = filled.astype(float)
        assert values.ge(constraints.get("minimum", -float("inf"))).all()
        assert values.le(constraints.get("maximum", float("inf"))).all()
    elif field["type"] == "date":
        pd.to_datetime(filled, format="%Y-%m-%d")
    if "enum" in constraints:
        assert values.isin(constraints["enum"]).all()
    if "pattern" in constraints:
        assert filled.str.fullmatch(constraints["pattern"]).all()


def test_further_columns_come_last() -> None:
    names = [column.name for column in columns_of(TABLES["organizations"], PACKAGE)]
    assert names[-1] == "motto"
    assert names[:-1] == [column.name for column in TABLES["organizations"].columns]
    assert columns_of(TABLES["ties"], PACKAGE) == TABLES["ties"].columns


def declared(tmp_path: Path, **entries: Any) -> Path:
    """Write a declaration with entries; return its path."""
    path = tmp_path / "data_raw/small/datapackage.json"
    path.parent.mkdir(parents=True)
    content = {
        "name": "small",
        "title": "Small",
        "kind": "real",
        "citation": "C",
        "licenses": [{"title": "L"}],
    }
    path.write_text(json.dumps(content | entries), encoding="utf-8")
    return path


@pytest.mark.parametrize("smallest", [0, 1, 5])
def test_a_smallest_cell_is_read_and_without_one_it_is_that_of_private_data(
    tmp_path: Path, smallest: int
) -> None:
    assert read_package(declared(tmp_path, smallest_cell=smallest)).smallest_cell == smallest
    assert read_package(declared(tmp_path / "other")).smallest_cell == 5


@pytest.mark.parametrize("smallest", [-1, 5.0, "5", True, None, [5]])
def test_a_smallest_cell_is_a_whole_number(tmp_path: Path, smallest: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_package(declared(tmp_path, smallest_cell=smallest))
    assert [str(fault) for fault in caught.value.faults] == [
        f"data_raw/small/datapackage.json, column smallest_cell: found {smallest!r}; allowed: a whole number"
    ]


@pytest.mark.parametrize(
    ("item", "privacy"),
    [
        ({"type": "text"}, "free"),
        ({"type": "text", "enum": []}, "free"),
        ({"type": "text", "enum": ["a"]}, ""),
        ({"type": "integer"}, ""),
        ({"type": "number"}, ""),
        ({"type": "date"}, ""),
    ],
)
def test_a_text_that_may_say_anything_is_free_text(
    tmp_path: Path, item: dict[str, Any], privacy: str
) -> None:
    attribute = {"name": "note", "description": "Remarks."} | item
    package = read_package(declared(tmp_path, attributes={"actors": [attribute]}))
    assert [column.privacy for column in package.attributes["actors"]] == [privacy]


def test_every_committed_dataset_says_that_it_is_public() -> None:
    made = sorted(path.parent.name for path in DATA_RAW.glob("*/SOURCE.md"))
    assert [name for name in [*made, "example_network"] if not is_public(name)] == []
    assert not is_public("a_network_nobody_has")


@pytest.mark.parametrize(
    "content", ["{}", "[]", "not JSON", '{"audience": "private"}', '{"audience": 1}', None]
)
def test_what_does_not_say_that_it_is_public_is_somebodys_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setattr("analysis.tables.package.DATA_RAW", tmp_path)
    (tmp_path / "ours").mkdir()
    if content is not None:
        (tmp_path / "ours/datapackage.json").write_text(content)
    assert not is_public("ours")


def test_an_audience_is_public_or_private_and_private_where_none_is_declared(tmp_path: Path) -> None:
    assert read_package(declared(tmp_path)).audience == "private"
    assert read_package(declared(tmp_path / "open", audience="public")).audience == "public"
    with pytest.raises(InvalidInput, match="column audience: found 'everybody'; allowed: public or private"):
        read_package(declared(tmp_path / "other", audience="everybody"))


@pytest.mark.parametrize(
    ("value", "allowed", "hint"),
    [
        ("5/9/2024", "a date, year-month-day", "write the year first, then month and day"),
        ("2024-03-05 14:30", "a date, year-month-day, or with a time of day", "a T between day and time"),
        ("2024-03-05T14:30Z", "a date, year-month-day, or with a time of day", "a T between"),
        ("2024-03-05T9:30", "a date, year-month-day, or with a time of day", "a T between"),
        ("2024-03-05T10:00", "dates, year-month-day, or whole numbers of periods", "leave out the time"),
        ("05.10.2024 14:30", "a date, year-month-day, or with a time", "write the year first"),
        ("2025-02-30", "a date, year-month-day", "there is no such day"),
        ("2,5", "a number", "with a decimal point: 2.5"),
        (" -0,25 ", "a number", "with a decimal point: -0.25"),
        ("1,000,000", "a number", ""),
        ("soon", "a date, year-month-day", ""),
        ("2,5", "maths, arts", ""),
        ("", "a number", ""),
    ],
)
def test_a_cell_a_spreadsheet_wrote_its_own_way_has_a_hint(value: str, allowed: str, hint: str) -> None:
    faults: list[Fault] = []
    fault_cells("actors.csv", "x", pd.Series(["good", value]), pd.Series([False, True]), allowed, faults)
    (fault,) = faults
    assert (fault.file, fault.row, fault.column, fault.allowed) == ("actors.csv", 3, "x", allowed)
    assert fault.found == (repr(value) if value else "nothing")
    assert fault.hint.startswith(hint)
    assert bool(fault.hint) == bool(hint)
