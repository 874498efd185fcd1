"""Who replied to whom in two online courses for educators (MOOC-Eds), and when."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column

__all__ = ["tables"]

_ROLES = {
    "admin": "administration",
    "classteaching": "classroom teaching",
    "consultant": "consulting",
    "curriculum": "curriculum",
    "districtadmin": "district administration",
    "instructionaltech": "instructional technology",
    "libmedia": "library and media",
    "operations": "operations",
    "Operations": "operations",
    "other": "other",
    "otheredprof": "other educational profession",
    "profdev": "professional development",
    "projectmanagement": "project management",
    "schooladmin": "school administration",
    "specialed": "special education",
    "techinfrastructure": "technical infrastructure",
}


@dataclass(frozen=True)
class _Course:
    """One course: its name, the headers of its two files, and how a post's time is written there."""

    name: str
    person: str
    role: str
    attributes: dict[str, str]
    receiver: str
    title: str
    written: str
    stored: str
    shown: str


_COURSES = (
    _Course(
        "dlt1",
        "UID",
        "role1",
        {
            "facilitator": "Facilitator",
            "expert": "expert",
            "experience_level": "experience",
            "experience_band": "experience2",
            "grades": "grades",
            "region": "region",
            "discussion_group": "group",
        },
        "Receiver",
        "Discussion Title",
        "%m/%d/%y %H:%M",
        "%Y-%m-%dT%H:%M",
        "month/day/year hour:minute, as in 4/30/13 16:05",
    ),
    _Course(
        "dlt2",
        "uid",
        "role",
        {
            "facilitator": "facilitator",
            "expert": "expert",
            "experience_level": "experience2",
            "experience_years": "experience",
            "grades": "grades",
            "region": "region",
            "discussion_group": "group",
        },
        "Reciever",
        "Title",
        "%m/%d/%y",
        "%Y-%m-%d",
        "month/day/year, as in 4/30/13",
    ),
)
_SENDER, _TIME = "Sender", "Timestamp"
_MISSING = ("NULL",)
_IMPOSSIBLE_YEARS = 120


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the two courses), actors and contacts.

    Replies to oneself and posts listed twice are kept as they came. Titles, in which names occur, say which
    posts are of one discussion and are replaced by a number; categories and descriptions are never read.

    Raises
    ------
    InvalidInput
        With every fault of the four files.
    """
    faults: list[Fault] = []
    actors, contacts = [], []
    for course in _COURSES:
        people = _people(raw, course, package, faults)
        posts = _posts(raw, course, people[course.person], faults)
        actors.append(_actors(course, people))
        contacts.append(posts)
    raise_faults(faults)
    return {
        "organizations": pd.DataFrame({"organization_id": [course.name for course in _COURSES]}).assign(
            kind="course"
        ),
        "actors": pd.concat(actors, ignore_index=True),
        "contacts": pd.concat(contacts, ignore_index=True),
    }


def _people(raw: Path, course: _Course, package: DataPackage, faults: list[Fault]) -> pd.DataFrame:
    declared = {column.name: column for column in package.attributes["actors"]}
    columns = [Column(course.person, "integer", "Number of the person.", minimum=1, maximum=999)]
    columns.append(Column(course.role, "text", "Role.", required=False, allowed=tuple(_ROLES)))
    for name, header in course.attributes.items():
        known = declared[name]
        maximum = _IMPOSSIBLE_YEARS if name == "experience_years" else known.maximum
        columns.append(
            Column(
                header,
                known.kind,
                known.description,
                required=known.required,
                allowed=known.allowed,
                minimum=known.minimum,
                maximum=maximum,
            )
        )
    path = raw / f"{course.name}-nodes.csv"
    people = read_delimited(path, columns, faults, missing=_MISSING)
    if "experience_years" in course.attributes:
        header = course.attributes["experience_years"]
        most = float(declared["experience_years"].maximum or _IMPOSSIBLE_YEARS)
        allowed = f"at most {most:g}, or {_IMPOSSIBLE_YEARS} for none"
        impossible = people[header].between(most, _IMPOSSIBLE_YEARS, inclusive="neither").fillna(False)
        fault_cells(path.name, header, people[header], impossible.astype(bool), allowed, faults)
    number = people[course.person]
    again = number.duplicated() & number.notna()
    fault_cells(path.name, course.person, number, again, "each person once", faults)
    return people


def _posts(raw: Path, course: _Course, people: pd.Series, faults: list[Fault]) -> pd.DataFrame:
    path = raw / f"{course.name}-edges.csv"
    columns = [
        Column(_SENDER, "integer", "Who wrote."),
        Column(course.receiver, "integer", "Whom it replies to."),
        Column(_TIME, "text", "When."),
        Column(course.title, "text", "Title of the discussion.", required=False),
    ]
    posts = read_delimited(path, columns, faults, missing=_MISSING)
    if len(people):
        for header in (_SENDER, course.receiver):
            unknown = posts[header].notna() & ~posts[header].isin(people)
            fault_cells(
                path.name, header, posts[header], unknown, f"a person of {course.name}-nodes.csv", faults
            )
    time = pd.to_datetime(posts[_TIME], format=course.written, errors="coerce")
    fault_cells(path.name, _TIME, posts[_TIME], time.isna() & posts[_TIME].notna(), course.shown, faults)
    return pd.DataFrame(
        {
            "time": time.dt.strftime(course.stored),
            "sender_id": _identifiers(course, posts[_SENDER]),
            "receiver_id": _identifiers(course, posts[course.receiver]),
            "kind": "reply",
            "conversation_id": _discussions(course, posts[course.title]),
        }
    )


def _actors(course: _Course, people: pd.DataFrame) -> pd.DataFrame:
    actors = pd.DataFrame(
        {
            "actor_id": _identifiers(course, people[course.person]),
            "organization_id": course.name,
            "role": people[course.role].map(_ROLES),
            **{name: people[header] for name, header in course.attributes.items()},
        }
    )
    if "experience_years" in actors:
        years = actors["experience_years"]
        actors["experience_years"] = years.mask(years == _IMPOSSIBLE_YEARS)
    return actors


def _identifiers(course: _Course, numbers: pd.Series) -> pd.Series:
    return numbers.map(lambda number: f"{course.name}_{number:03d}", na_action="ignore")


def _discussions(course: _Course, titles: pd.Series) -> pd.Series:
    codes, _ = pd.factorize(titles)
    numbers = pd.Series(codes, index=titles.index) + 1
    return numbers.where(numbers > 0).map(
        lambda number: f"{course.name}_discussion_{number:03.0f}", na_action="ignore"
    )


if __name__ == "__main__":
    sys.exit(build(tables, "mooced_dlt"))
