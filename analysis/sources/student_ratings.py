"""Forty-one students of a language course abroad rate their talk with one another, three times."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, Relation
from analysis.tables.schema import Column

__all__ = ["tables"]

_STUDENTS, _WAVES = 41, (1, 2, 3)
_PEOPLE = "1_nodes.csv"
_PERSON, _CLASS = "node_id", "qasid_class"
_DIRECTIONS = ("out", "in", "mutual")


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the classes), actors, waves, nonresponse and ties.

    Each student says of the others who turns to whom, and how much. Either of the two may therefore report a
    tie: `out` is one from the student who rates, `in` one to that student, `mutual` is both. Of what is known
    of a student nothing is read but the class; how much of the talk is in the language learnt is not read.

    Raises
    ------
    InvalidInput
        With every fault of the four files.
    """
    faults: list[Fault] = []
    relation = package.relations[0]
    people = _people(raw / _PEOPLE, faults)
    ratings = {wave: _ratings(raw / f"{wave}_course_edges.csv", relation, faults) for wave in _WAVES}
    raise_faults(faults)
    silent = [
        (wave, person)
        for wave, found in ratings.items()
        for person in sorted(set(people[_PERSON]) - set(found["source"]))
    ]
    classes = sorted(people[_CLASS].unique())
    return {
        "organizations": pd.DataFrame({"organization_id": map(_class, classes), "kind": "group"}),
        "actors": pd.DataFrame(
            {
                "actor_id": people[_PERSON].map(_student),
                "organization_id": people[_CLASS].map(_class),
                "role": "student",
            }
        ),
        "waves": pd.DataFrame({"wave": _WAVES, "label": [f"Month {wave}" for wave in _WAVES]}),
        "nonresponse": pd.DataFrame(silent, columns=["wave", "actor_id"]).assign(
            actor_id=lambda rows: rows["actor_id"].map(_student)
        ),
        "ties": pd.concat(
            [_ties(wave, found, relation) for wave, found in ratings.items()], ignore_index=True
        ),
    }


def _people(path: Path, faults: list[Fault]) -> pd.DataFrame:
    columns = [
        Column(_PERSON, "integer", "The student's number.", minimum=1, maximum=_STUDENTS),
        Column(_CLASS, "integer", "Number of the class.", minimum=1, maximum=99),
    ]
    people = read_delimited(path, columns, faults)
    fault_cells(
        path.name, _PERSON, people[_PERSON], people[_PERSON].duplicated(), "each student once", faults
    )
    if len(people) not in (0, _STUDENTS):
        faults.append(Fault(path.name, f"{len(people)} students", str(_STUDENTS)))
    return people


def _ratings(path: Path, relation: Relation, faults: list[Fault]) -> pd.DataFrame:
    low, high = relation.minimum, relation.maximum
    columns = [
        *(
            Column(end, "integer", "A student's number.", minimum=1, maximum=_STUDENTS)
            for end in ("source", "target")
        ),
        Column("direction", "text", "Who turns to whom.", allowed=_DIRECTIONS),
        Column("intensity", "integer", "How much.", minimum=low, maximum=high),
    ]
    found = read_delimited(path, columns, faults)
    again = found.duplicated(["source", "target"]) & found["source"].notna()
    fault_cells(path.name, "target", found["target"], again, "each student rated once by another", faults)
    return found


def _ties(wave: int, ratings: pd.DataFrame, relation: Relation) -> pd.DataFrame:
    # Three students gave a rating of themselves in one wave or another.
    others = ratings[ratings["source"] != ratings["target"]]
    sent, received = (others[others["direction"].isin([way, "mutual"])] for way in ("out", "in"))
    senders = pd.concat([sent["source"], received["target"]])
    receivers = pd.concat([sent["target"], received["source"]])
    reporters = pd.concat([sent["source"], received["source"]])
    return pd.DataFrame(
        {
            "wave": wave,
            "relation": relation.name,
            "sender_id": senders.map(_student),
            "receiver_id": receivers.map(_student),
            "value": pd.concat([sent["intensity"], received["intensity"]]),
            "reported_by": reporters.map(_student),
        }
    )


def _student(number: int) -> str:
    return f"student_{number:02d}"


def _class(number: int) -> str:
    return f"class_{number}"


if __name__ == "__main__":
    sys.exit(build(tables, "student_ratings"))
