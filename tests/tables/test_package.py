"""A dataset's declaration: read whole, or refused with every fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.files import DATA_RAW
from analysis.tables.faults import InvalidInput
from analysis.tables.package import read_package
from analysis.tables.schema import Column

DIGITS = "sha256:" + "0123456789abcdef" * 4


def content() -> dict[str, Any]:
    """Return a declaration without a fault."""
    return {
        "name": "small",
        "title": "Small",
        "kind": "real",
        "citation": "Somebody (2020)",
        "licenses": [{"title": "CC BY 4.0"}, {"title": "and thanks"}],
        "resources": [
            {
                "path": "a table.csv",
                "bytes": 12,
                "hash": DIGITS,
                "sources": [
                    {"path": "https://example.org/a%20table.csv"},
                    {"path": "doi:10.5281/zenodo.1/a table.csv"},
                    {"path": "package:some.module/data/a table.csv"},
                ],
            }
        ],
        "relations": [{"name": "help", "description": "Whom do you ask?", "minimum": 0, "maximum": 4}],
        "attributes": {
            "actors": [
                {
                    "name": "grade",
                    "type": "integer",
                    "description": "Grade.",
                    "enum": [1, 2],
                    "required": True,
                },
                {"name": "efficacy", "type": "number", "description": "Mean.", "minimum": 1, "maximum": 9},
            ]
        },
    }


def write(folder: Path, given: Any) -> Path:
    """Write a declaration (text as it is, else as JSON) into data_raw/small; return its path."""
    path = folder / "data_raw" / "small" / "datapackage.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(given if isinstance(given, str) else json.dumps(given))
    return path


def faults_of(path: Path) -> list[tuple[str | None, str, str]]:
    """Return column, finding and what is allowed of each fault, all of them in that one file."""
    with pytest.raises(InvalidInput) as caught:
        read_package(path)
    assert {fault.file for fault in caught.value.faults} == {"data_raw/small/datapackage.json"}
    return [(fault.column, fault.found, fault.allowed) for fault in caught.value.faults]


def test_a_declaration_is_read_whole(tmp_path: Path) -> None:
    package = read_package(write(tmp_path, content()))
    assert (package.name, package.title, package.citation) == ("small", "Small", "Somebody (2020)")
    assert package.licence == "CC BY 4.0; and thanks"
    assert (package.kind, package.label) == ("real", "REAL")
    (resource,) = package.resources
    assert (resource.path, resource.size, resource.sha256) == ("a table.csv", 12, DIGITS[7:])
    assert resource.homes[1:] == (
        "doi:10.5281/zenodo.1/a table.csv",
        "package:some.module/data/a table.csv",
    )
    (relation,) = package.relations
    assert (relation.name, relation.minimum, relation.maximum) == ("help", 0.0, 4.0)
    assert package.attributes == {
        "actors": (
            Column("grade", "integer", "Grade.", required=True, allowed=("1", "2")),
            Column("efficacy", "number", "Mean.", required=False, minimum=1, maximum=9),
        )
    }


def test_files_relations_and_attributes_may_all_be_absent(tmp_path: Path) -> None:
    given = content() | {"kind": "synthetic"}
    for entry in ("resources", "relations", "attributes"):
        del given[entry]
    package = read_package(write(tmp_path, given))
    assert (package.resources, package.relations, package.attributes) == ((), (), {})
    assert package.label == "SYNTHETIC"


@pytest.mark.parametrize(
    "path", sorted(DATA_RAW.glob("*/datapackage.json")), ids=lambda path: path.parent.name
)
def test_every_dataset_of_the_compendium_is_declared_soundly(path: Path) -> None:
    package = read_package(path)
    assert package.name == path.parent.name
    declared = json.loads(path.read_text())
    assert [resource.path for resource in package.resources] == [
        entry["path"] for entry in declared.get("resources", [])
    ]
    assert package.label == declared["kind"].upper()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("{", "no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        ('{"name": NaN}', "no JSON (NaN is no number in JSON)"),
        ("", "no JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[1]", "list"),
        ("null", "NoneType"),
    ],
)
def test_what_is_no_object_of_json_is_said_so(tmp_path: Path, given: str, found: str) -> None:
    assert faults_of(write(tmp_path, given)) == [(None, found, "a JSON object")]


def test_bytes_that_are_no_text_are_said_so(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b'{"name": "Zo\xeb"}')
    ((_, found, _),) = faults_of(path)
    assert found.startswith("no JSON ('utf-8' codec can't decode byte 0xeb in position 12")


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    ((_, found, _),) = faults_of(tmp_path / "data_raw" / "small" / "datapackage.json")
    assert found == "no such file"


def test_a_folder_in_its_place_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "data_raw" / "small" / "datapackage.json"
    path.mkdir(parents=True)
    ((_, found, _),) = faults_of(path)
    assert found == "no readable file (Is a directory)"


def test_an_empty_object_lacks_each_thing_it_must_have(tmp_path: Path) -> None:
    assert [column for column, _, _ in faults_of(write(tmp_path, {}))] == [
        "name",
        "kind",
        "title",
        "citation",
        "licenses",
    ]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    given = content()
    given["name"] = "other"
    given["kind"] = ["real"]
    given["title"] = " "
    given["licenses"] = [{"name": "MIT"}]
    given["resources"] = [
        {"path": "../x", "bytes": -1, "hash": "md5:1", "sources": [{"path": "http://example.org/x"}]},
        {"path": "a.csv", "bytes": True, "hash": DIGITS.upper(), "sources": "https://example.org"},
        {"path": "a.csv", "bytes": "5", "sources": []},
        {"bytes": 5, "hash": DIGITS, "sources": [{"title": "nowhere"}]},
    ]
    given["relations"] = [
        {"name": "help", "description": "?", "minimum": 4, "maximum": 0},
        {"name": "help", "minimum": 0},
        {"description": "?", "minimum": "0", "maximum": True},
    ]
    given["attributes"] = {
        "ties": [],
        "actors": [
            {"name": "role", "type": "text", "description": "Declared already."},
            {"name": "age", "type": ["integer"], "description": "?", "minimum": "0"},
            {"name": "age", "type": "number", "description": "?", "required": "false", "enum": ["young"]},
            {"name": "club", "type": "text", "enum": "chess", "minimum": 3, "maximum": 2},
        ],
        "organizations": {"size": "integer"},
    }
    address = (
        "https://…, doi:…/file, package:module/file, "
        "index:name==version/file#sha256=… (of the archive) or debian:package/file"
    )
    numbers = "two numbers, the lower first"
    assert faults_of(write(tmp_path, given)) == [
        ("name", "'other'", "the folder's name, small"),
        ("kind", "['real']", "real or synthetic"),
        ("title", "' '", "a text"),
        ("licenses.title", "None", "a text"),
        ("resources.path", "'../x'", "a plain file name"),
        ("resources.../x.bytes", "-1", "a whole number"),
        ("resources.../x.hash", "'md5:1'", "sha256: and 64 hexadecimal digits"),
        ("resources.../x.sources", "'http://example.org/x'", address),
        ("resources.a.csv.bytes", "True", "a whole number"),
        ("resources.a.csv.hash", repr(DIGITS.upper()), "sha256: and 64 hexadecimal digits"),
        ("resources.a.csv.sources", "'https://example.org'", "a list of objects"),
        ("resources.a.csv.bytes", "'5'", "a whole number"),
        ("resources.a.csv.hash", "None", "sha256: and 64 hexadecimal digits"),
        ("resources.a.csv.sources", "[]", "at least one address"),
        ("resources.path", "None", "a text"),
        ("resources..sources.path", "None", "a text"),
        ("relations.help.minimum, maximum", "(4, 0)", numbers),
        ("relations.help.description", "None", "a text"),
        ("relations.help.minimum, maximum", "(0, None)", numbers),
        ("relations.name", "None", "a text"),
        ("relations..minimum, maximum", "('0', True)", numbers),
        ("attributes", "'ties'", "tables that may have further columns: organizations, actors, episodes"),
        ("attributes.actors.age.type", "['integer']", "text, integer, number, date"),
        ("attributes.actors.age.minimum, maximum", "('0', None)", numbers),
        ("attributes.actors.age.required", "'false'", "true or false"),
        ("attributes.actors.age.enum", "['young']", "a list of numbers"),
        ("attributes.actors.club.enum", "'chess'", "a list of texts"),
        ("attributes.actors.club.minimum, maximum", "(3, 2)", numbers),
        ("attributes.actors.club.description", "None", "a text"),
        ("attributes.actors.name", "'age'", "each once"),
        ("attributes.actors.name", "'role'", "each once"),
        ("attributes.organizations", "{'size': 'integer'}", "a list of objects"),
        ("resources.path", "'a.csv'", "each once"),
        ("relations.name", "'help'", "each once"),
    ]


@pytest.mark.parametrize("entry", ["licenses", "resources", "relations"])
@pytest.mark.parametrize("value", ["text", {"a": 1}, [1], None])
def test_a_list_of_objects_is_nothing_else(tmp_path: Path, entry: str, value: Any) -> None:
    assert faults_of(write(tmp_path, content() | {entry: value})) == [
        (entry, repr(value), "a list of objects")
    ]


def test_attributes_are_an_object(tmp_path: Path) -> None:
    assert faults_of(write(tmp_path, content() | {"attributes": ["grade"]})) == [
        ("attributes", "['grade']", "an object, one entry per table")
    ]


@pytest.mark.parametrize(
    "path", ["../x", "a/b", "/etc/passwd", "..", ".", ".hidden", "x/", "./x"], ids=lambda path: path
)
def test_a_file_stays_in_its_folder(tmp_path: Path, path: str) -> None:
    given = content()
    given["resources"][0]["path"] = path
    assert faults_of(write(tmp_path, given)) == [("resources.path", repr(path), "a plain file name")]


@pytest.mark.parametrize(
    "home",
    [
        "ftp://example.org/x",
        "https://",
        "https:///x",
        "https://example.org/a table.csv",
        "doi:10.5281/zenodo.1",
        "doi:zenodo/x/y",
        "package:numpy",
        "package:/etc/passwd",
        "package:../numpy/x",
        "/etc/passwd",
        "file:///etc/passwd",
        "index:some-package==1.0/data/x.csv",
        "index:some-package/data/x.csv#sha256=" + "0" * 64,
        "index:some-package==1.0#sha256=" + "0" * 64,
        "index:some-package==1.0/data/x.csv#sha256=" + "0" * 63,
        "index:--extra==1.0/x#sha256=" + "0" * 64,
        "debian:r-cran-sna",
        "debian:-o/x",
        "debian:Upper/x",
    ],
)
def test_an_address_is_of_one_of_five_forms(tmp_path: Path, home: str) -> None:
    given = content()
    given["resources"][0]["sources"] = [{"path": home}]
    assert [(column, found) for column, found, _ in faults_of(write(tmp_path, given))] == [
        ("resources.a table.csv.sources", repr(home))
    ]


def test_a_file_out_of_a_package_may_be_an_address(tmp_path: Path) -> None:
    homes = [
        "index:some-package==1.0.post1/some_package-1.0/data/a table.csv#sha256=" + "0" * 64,
        "debian:r-cran-sna/usr/lib/R/site-library/sna/data/coleman.RData",
    ]
    given = content()
    given["resources"][0]["sources"] = [{"path": home} for home in homes]
    assert read_package(write(tmp_path, given)).resources[0].homes == tuple(homes)


def test_a_file_stands_in_for_another_of_the_dataset(tmp_path: Path) -> None:
    given = content()
    first = given["resources"][0]
    second = first | {"path": "the same.json", "instead_of": first["path"]}
    given["resources"] = [second, first]
    package = read_package(write(tmp_path, given))
    assert [resource.content for resource in package.resources] == [first["path"]] * 2
    assert [resource.path for resource in package.missing(tmp_path)] == [first["path"], "the same.json"]
    (tmp_path / "the same.json").write_bytes(b"")
    assert package.missing(tmp_path) == []
    given["resources"] = [second, second | {"path": "third.json", "instead_of": "the same.json"}]
    allowed = "a file of the dataset: there is none"
    assert faults_of(write(tmp_path, given)) == [
        ("resources.the same.json.instead_of", repr(first["path"]), allowed),
        ("resources.third.json.instead_of", "'the same.json'", allowed),
    ]


@pytest.mark.parametrize(
    "bounds", [("1e999", "1e999"), ("-1e999", "0"), ("false", "true"), ("1" + "0" * 400, "2" + "0" * 400)]
)
def test_the_ends_of_a_scale_are_finite_numbers(tmp_path: Path, bounds: tuple[str, str]) -> None:
    text = json.dumps(content()).replace('"minimum": 0, "maximum": 4', '"minimum": {}, "maximum": {}')
    low, high = bounds
    given = text.replace('"minimum": {}, "maximum": {}', f'"minimum": {low}, "maximum": {high}')
    ((column, _, allowed),) = faults_of(write(tmp_path, given))
    assert (column, allowed) == ("relations.help.minimum, maximum", "two numbers, the lower first")


def test_a_missing_list_of_licences_is_one_fault(tmp_path: Path) -> None:
    given = content()
    del given["licenses"]
    assert [(column, found) for column, found, _ in faults_of(write(tmp_path, given))] == [
        ("licenses", "None")
    ]
