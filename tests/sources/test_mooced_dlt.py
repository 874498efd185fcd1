"""The two MOOC-Eds: published counts, every reply and person, no title, and every fault of spoilt files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources.mooced_dlt import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

COURSES = ("dlt1", "dlt2")
RECEIVERS = {"dlt1": "Receiver", "dlt2": "Reciever"}
TIMES = {"dlt1": "%m/%d/%y %H:%M", "dlt2": "%m/%d/%y"}
TEXTS = {
    "dlt1": ("Discussion Title", "Discussion Category", "Parent Category", "Category Text"),
    "dlt2": ("Title", "Category", "Parent", "Description"),
}
NODES = {
    "dlt1": [
        "UID,Facilitator,role1,experience,experience2,grades,location,region,country,group,gender,expert",
        "1,0,libmedia,1,6 to 10,secondary, Planted,South,US,UZ,planted,0",
        "7,1,Operations,3,20+,middle, Planted,International,XX,DL,planted,1",
    ],
    "dlt2": [
        "uid,facilitator,role,experience2,experience,grades,location,region,country,group,gender,expert",
        "2,0,curriculum,2,17,generalist,Planted,Midwest,US,AL,planted,0",
        "30,0,NULL,3,120,NULL,Planted,NULL,US,NULL,planted,1",
    ],
}
EDGES = {
    "dlt1": [
        "Sender,Receiver,Timestamp,Discussion Title,Discussion Category",
        '7,1,4/4/13 16:32,"Planted, title",Planted category',
        "1,1,12/31/13 0:05,Planted title,Planted category",
    ],
    "dlt2": ["Sender,Reciever,Timestamp,Title,Description", "30,2,9/27/13,Planted title,Planted text"],
}
ROLES = (
    "admin, classteaching, consultant, curriculum, districtadmin, instructionaltech, libmedia, operations, "
    "Operations, other, otheredprof, profdev, projectmanagement, schooladmin, specialed, techinfrastructure"
)

Rows = list[dict[str, str]]
Lines = dict[str, list[str]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "mooced_dlt" / "datapackage.json")


@pytest.fixture(scope="module")
def published(data_mirror: Path) -> dict[str, Rows]:
    """Return the rows of the four files, by their names without `.csv`, read without our reader."""
    found = {}
    for path in (data_mirror / "mooced_dlt").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "mooced_dlt", package), package)


def write(folder: Path, nodes: Lines = NODES, edges: Lines = EDGES) -> None:
    """Write the four files; their lines end as in the published ones, with carriage returns."""
    for kind, files in (("nodes", nodes), ("edges", edges)):
        for course, lines in files.items():
            (folder / f"{course}-{kind}.csv").write_bytes("\r".join(lines).encode())


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the files of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("course", "people", "replies", "to_oneself", "stamp"),
    [
        ("dlt1", 445, 2_529, 86, r"2013-\d\d-\d\dT\d\d:\d\d"),
        ("dlt2", 492, 2_584, 25, r"201[34]-\d\d-\d\d"),
    ],
)
def test_a_course_has_its_people_and_its_replies(
    real: dict[str, pd.DataFrame], course: str, people: int, replies: int, to_oneself: int, stamp: str
) -> None:
    own = real["actors"]["organization_id"] == course
    assert real["actors"].loc[own, "actor_id"].tolist() == [
        f"{course}_{number:03d}" for number in range(1, people + 1)
    ]
    contacts = real["contacts"]
    contacts = contacts[contacts["sender_id"].str.startswith(course)]
    assert len(contacts) == replies
    assert contacts["receiver_id"].str.startswith(course).all()
    assert (contacts["sender_id"] == contacts["receiver_id"]).sum() == to_oneself
    assert contacts["time"].str.fullmatch(stamp).all()
    assert set(contacts["kind"]) == {"reply"}


def test_a_discussion_is_a_title_of_a_course(
    real: dict[str, pd.DataFrame], published: dict[str, Rows]
) -> None:
    titles = [(course, row[TEXTS[course][0]]) for course in COURSES for row in published[f"{course}-edges"]]
    numbers = real["contacts"]["conversation_id"].to_list()
    assert len(set(titles)) == len(set(numbers)) == len(set(zip(titles, numbers, strict=True)))


def test_every_reply_returns(real: dict[str, pd.DataFrame], published: dict[str, Rows]) -> None:
    expected = []
    for course in COURSES:
        for row in published[f"{course}-edges"]:
            time = datetime.strptime(row["Timestamp"], TIMES[course]).isoformat(timespec="minutes")
            ends = [f"{course}_{int(row[end]):03d}" for end in ("Sender", RECEIVERS[course])]
            expected.append((time if course == "dlt1" else time[:10], *ends))
    found = real["contacts"][["time", "sender_id", "receiver_id"]]
    assert Counter(found.itertuples(index=False, name=None)) == Counter(expected)


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("facilitator", "Facilitator", "facilitator"),
        ("expert", "expert", "expert"),
        ("experience_level", "experience", "experience2"),
        ("experience_band", "experience2", None),
        ("experience_years", None, "experience"),
        ("grades", "grades", "grades"),
        ("region", "region", "region"),
        ("discussion_group", "group", "group"),
    ],
)
def test_every_attribute_returns(
    real: dict[str, pd.DataFrame],
    published: dict[str, Rows],
    column: str,
    first: str | None,
    second: str | None,
) -> None:
    for course, header in zip(COURSES, (first, second), strict=True):
        given = [row[header] if header else "NULL" for row in published[f"{course}-nodes"]]
        # One person would have 120 years of experience.
        impossible = given.count("120")
        assert impossible == (column == "experience_years" and course == "dlt2")
        own = real["actors"].loc[real["actors"]["organization_id"] == course, column]
        expected = ["" if cell in ("NULL", "120") else cell for cell in given]
        assert own.astype("string").fillna("").tolist() == expected


def test_people_with_one_role_in_a_file_have_one_role_in_the_table(
    real: dict[str, pd.DataFrame], published: dict[str, Rows]
) -> None:
    given = [row["role1"] for row in published["dlt1-nodes"]] + [
        row["role"] for row in published["dlt2-nodes"]
    ]
    pairs = set(zip((role.lower() for role in given), real["actors"]["role"].fillna(""), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})
    assert ("null", "") in pairs
    assert ("classteaching", "classroom teaching") in pairs


def test_every_cell_is_an_identifier_a_time_a_number_or_a_declared_word(
    real: dict[str, pd.DataFrame], package: DataPackage
) -> None:
    person = r"dlt[12]_\d{3}"
    patterns = {
        "actors": {"actor_id": person, "organization_id": "dlt[12]", "role": "[a-z ]{5,28}"},
        "contacts": {
            "time": "[0-9T:-]+",
            "sender_id": person,
            "receiver_id": person,
            "kind": "reply",
            "conversation_id": r"dlt[12]_discussion_\d{3}",
        },
        "organizations": {"organization_id": "dlt[12]", "kind": "course"},
    }
    for column in package.attributes["actors"]:
        words = map(re.escape, column.allowed)
        patterns["actors"][column.name] = "|".join(words) if column.kind == "text" else r"\d{1,2}"
        assert column.allowed or column.kind != "text"
    assert set(patterns) == set(real)
    for name, frame in real.items():
        for header in frame.columns:
            cells = frame[header].dropna().astype("string")
            assert cells.str.fullmatch(patterns[name].get(header, "never")).all(), (name, header)


def test_no_word_of_a_title_comes_out(
    real: dict[str, pd.DataFrame], published: dict[str, Rows], package: DataPackage, tmp_path: Path
) -> None:
    write_dataset(real, package, tmp_path / "built")
    built = b"".join(path.read_bytes().lower() for path in (tmp_path / "built").glob("*.csv"))
    titles = " ".join(
        row[header] for course in COURSES for row in published[f"{course}-edges"] for header in TEXTS[course]
    )
    # Roles, regions and the tables' own headers share these with the titles.
    roles = {"administration", "infrastructure", "instructional", "professional"}
    known = roles | {"international", "organization", "organizations"}
    words = set(re.findall("[a-z]{12,}", titles.lower())) - known
    assert len(words) > 50
    assert [word for word in words if word.encode() in built] == []


def test_four_people_and_three_replies_by_hand(tmp_path: Path, package: DataPackage) -> None:
    write(tmp_path)
    found = checked(tables(tmp_path, package), package)
    attributes = [column.name for column in package.attributes["actors"]]
    people = found["actors"][["actor_id", "role", *attributes]].astype("string").fillna("")
    assert people.to_numpy().tolist() == [
        ["dlt1_001", "library and media", "0", "0", "1", "6 to 10", "", "secondary", "South", "UZ"],
        ["dlt1_007", "operations", "1", "1", "3", "20+", "", "middle", "International", "DL"],
        ["dlt2_002", "curriculum", "0", "0", "2", "", "17", "generalist", "Midwest", "AL"],
        ["dlt2_030", "", "0", "1", "3", "", "", "", "", ""],
    ]
    assert found["contacts"].to_numpy().tolist() == [
        ["2013-04-04T16:32", "dlt1_007", "dlt1_001", "reply", "dlt1_discussion_001"],
        ["2013-12-31T00:05", "dlt1_001", "dlt1_001", "reply", "dlt1_discussion_002"],
        ["2013-09-27", "dlt2_030", "dlt2_002", "reply", "dlt2_discussion_001"],
    ]
    assert "planted" not in "".join(frame.to_csv() for frame in found.values()).lower()


def test_faults_of_all_four_files_come_at_once(tmp_path: Path, package: DataPackage) -> None:
    nodes = {
        "dlt1": [
            *NODES["dlt1"],
            "7,0,juggler,4,7,secondary, Planted,South,US,UZ,planted,2",
        ],
        "dlt2": [*NODES["dlt2"], "31,0,other,3,71,middle,Planted,South,US,AL,planted,0"],
    }
    edges = {
        "dlt1": [*EDGES["dlt1"], "1,8,31/4/13 16:32,x,y", "NULL,7,4/4/13,x,y"],
        "dlt2": [*EDGES["dlt2"], "2,2,9/27/13 10:00,x,y", "7,30,2013-09-27,x,y"],
    }
    write(tmp_path, nodes, edges)
    minutes = "month/day/year hour:minute, as in 4/30/13 16:05"
    assert faults_of(tmp_path, package) == [
        f"dlt1-nodes.csv, row 4, column role1: found 'juggler'; allowed: {ROLES}",
        "dlt1-nodes.csv, row 4, column expert: found '2'; allowed: 0, 1",
        "dlt1-nodes.csv, row 4, column experience: found '4'; allowed: 1, 2, 3",
        "dlt1-nodes.csv, row 4, column experience2: found '7'; "
        "allowed: 0 to 3, 4 to 5, 6 to 10, 11 to 20, 20+",
        "dlt1-nodes.csv, row 4, column UID: found '7'; allowed: each person once",
        "dlt1-edges.csv, row 5, column Sender: found nothing; allowed: a value",
        "dlt1-edges.csv, row 4, column Receiver: found '8'; allowed: a person of dlt1-nodes.csv",
        f"dlt1-edges.csv, row 4, column Timestamp: found '31/4/13 16:32'; allowed: {minutes}",
        f"dlt1-edges.csv, row 5, column Timestamp: found '4/4/13'; allowed: {minutes}",
        "dlt2-nodes.csv, row 4, column experience: found '71'; allowed: at most 70, or 120 for none",
        "dlt2-edges.csv, row 4, column Sender: found '7'; allowed: a person of dlt2-nodes.csv",
        "dlt2-edges.csv, row 3, column Timestamp: found '9/27/13 10:00'; "
        "allowed: month/day/year, as in 4/30/13",
        "dlt2-edges.csv, row 4, column Timestamp: found '2013-09-27'; allowed: month/day/year, as in 4/30/13",
    ]


def test_a_missing_file_a_renamed_column_and_a_file_broken_off_come_at_once(
    tmp_path: Path, package: DataPackage
) -> None:
    edges = {
        "dlt1": [*EDGES["dlt1"], "1,7,4/4"],
        "dlt2": [EDGES["dlt2"][0].replace("Reciever", "Receiver"), *EDGES["dlt2"][1:]],
    }
    write(tmp_path, NODES, edges)
    (tmp_path / "dlt2-nodes.csv").unlink()
    assert faults_of(tmp_path, package) == [
        "dlt1-edges.csv, row 4: found 3 cells; allowed: 5, as in the first line",
        "dlt2-nodes.csv: found no such file; allowed: run `make data`",
        "dlt2-edges.csv, row 1, column Reciever: found no column of that name; "
        "allowed: one; the columns are Sender, Receiver, Timestamp, Title, Description",
    ]


@pytest.mark.parametrize("number", ["0", "1000", "1.5"])
def test_a_person_has_a_number_of_up_to_three_digits(
    tmp_path: Path, package: DataPackage, number: str
) -> None:
    nodes = {**NODES, "dlt2": [*NODES["dlt2"], NODES["dlt2"][1].replace("2", number, 1)]}
    write(tmp_path, nodes)
    (fault,) = faults_of(tmp_path, package)
    assert fault.startswith(f"dlt2-nodes.csv, row 4, column uid: found '{number}'; allowed: ")
