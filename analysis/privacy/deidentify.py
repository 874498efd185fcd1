"""From a team's own tables to ones that may be analysed and shown: nobody is named in them.

Whatever identifies a person or a record becomes a keyed pseudonym. Organisations become School A, School B
and so on, or keep their names where that is asked for. What somebody called an activity or a routine may name
anybody: they become Activity 1, Routine 1, or what their owners choose. Free text goes, unless it is asked
for. When a name still stands anywhere in what would be written, nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analysis.privacy.disclosure import Disclosure, restricted
from analysis.privacy.names import Names
from analysis.privacy.pseudonyms import lettered, numbered, pseudonyms
from analysis.tables.describe import columns_of
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column
from analysis.tables.validate import checked

__all__ = ["DATES", "KEPT", "LABELLED", "Deidentified", "deidentify", "names_of"]

DATES = ("day", "month", "year")
"""How finely dates may be kept."""

LABELLED = {"activities": "Activity", "routines": "Routine"}
"""Tables whose rows have a name that somebody typed, and what they are called in its place."""

KEPT = ("organizations", *LABELLED)
"""What may keep its names."""

_PRECISION = {"day": 10, "month": 7, "year": 4}
_FIRST_DAY = {"day": "", "month": "-01", "year": "-01-01"}
_IDENTIFIED = ("person", "organization", "record")


@dataclass(frozen=True)
class Deidentified:
    """A dataset without names, and what its owners should know about it.

    Attributes
    ----------
    tables : dict of str to DataFrame
        The tables, checked.
    package : DataPackage
        Their declaration, without the attributes that were dropped.
    keys : DataFrame
        columns kind, identifier, pseudonym: who is who. It stays with the names.
    labels : DataFrame
        columns kind, name, label: what activities and routines are called. It stays with the names.
    rare : DataFrame
        Attribute combinations that single out fewer people than the smallest cell (`rare_combinations`).
    dropped : tuple of str
        `table.column` of the free text that was left out.
    words : dict of str to list of str
        By `table.column`, the words that stay: to be read by somebody who knows the people.
    ends : dict of str to (float, float)
        By `table.column` of numbers told of people or organisations, the least and the greatest left: what
        was beyond became it, so that as many people as the smallest cell share either end.
    """

    tables: dict[str, pd.DataFrame]
    package: DataPackage
    keys: pd.DataFrame
    labels: pd.DataFrame
    rare: pd.DataFrame
    dropped: tuple[str, ...]
    words: dict[str, list[str]]
    ends: dict[str, tuple[float, float]]


def deidentify(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    roster: pd.DataFrame | None,
    key: bytes,
    *,
    dates: Literal["day", "month", "year"] = "month",
    keep_text: Collection[str] = (),
    allowed_words: Iterable[str] = (),
    keep: Collection[str] = (),
    letters: Mapping[str, str] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> Deidentified:
    """Return a dataset in which nobody is named.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Checked tables.
    package : DataPackage
        Their declaration.
    roster : DataFrame or None
        Who was asked: columns actor_id, name, aliases, organization_id (see `schema.ROSTER`). Its names are
        searched for in everything that would be written.
    key : bytes
        The secret of the pseudonyms.
    dates : {"day", "month", "year"}
        How finely dates are kept: a coarser one becomes the first day of its month or year.
    keep_text : collection of str
        `table.column` of free text to keep.
    allowed_words : iterable of str
        Words that name nobody here, though somebody is called so.
    keep : collection of str
        ``organizations``: these keep the identifiers they came with, and may be named in texts.
        ``activities``, ``routines``: these keep their names. None by default.
    letters : mapping of str to str, optional
        What organisations were called the last time (*School A*), by identifier: they stay so.
    labels : mapping of str to mapping of str to str, optional
        What activities and routines are to be called, by name: as the last time, or as their owners chose.

    Raises
    ------
    InvalidInput
        When a name stands in a text that would be kept or in a label, a column named to be kept is no free
        text, something else is to keep its names, or two identifiers share a pseudonym or a label.
    """
    raise_faults(
        Fault("KEEP", repr(asked), f"names that may be kept: {', '.join(KEPT)}")
        for asked in keep
        if asked not in KEPT
    )
    text = [
        f"{name}.{column.name}"
        for name in tables
        for column in columns_of(TABLES[name], package)
        if column.privacy == "free"
    ]
    raise_faults(
        Fault("--keep-text", repr(asked), f"free text of this dataset: {', '.join(text) or 'none'}")
        for asked in keep_text
        if asked not in text
    )
    dropped = tuple(name for name in text if name not in keep_text)
    shown = _without(package, dropped)
    keys = _keys(tables, package, key)
    if "organizations" in keep:
        keys["organization"] = {name: name for name in keys["organization"]}
    else:
        sorts = _sorts(tables)
        keys["organization"] = lettered(keys["organization"], sorts, letters or {})
    called = {
        name: _called(name, tables, key, dates, keep, (labels or {}).get(name, {})) for name in LABELLED
    }
    raise_faults(_labelled_twice(called))
    keys |= called
    found = {name: _masked(name, frame, shown, keys, dates) for name, frame in tables.items()}
    for name, frame in found.items():
        for column in frame.columns:
            if f"{name}.{column}" in dropped:
                frame[column] = pd.NA
    names = names_of(tables, package, roster, allowed_words, keep)
    raise_faults(_standing_names(names, tables, shown, dropped, keep, called))
    shown = replace(restricted(shown), dates=dates)
    ends = _without_extremes(found, shown)
    return Deidentified(
        checked(found, shown),
        shown,
        pd.DataFrame(
            [(kind, *pair) for kind in _IDENTIFIED for pair in keys[kind].items()],
            columns=["kind", "identifier", "pseudonym"],
        ),
        pd.DataFrame(
            [(kind, *pair) for kind in LABELLED for pair in called[kind].items() if kind not in keep],
            columns=["kind", "name", "label"],
        ),
        _rare(found, shown),
        tuple(name for name in dropped if not _is_empty(tables, name)),
        _words(found, shown, keep),
        ends,
    )


def _is_empty(tables: Mapping[str, pd.DataFrame], name: str) -> bool:
    table, _, column = name.partition(".")
    return bool(tables[table][column].isna().all())


def _without(package: DataPackage, dropped: Collection[str]) -> DataPackage:
    attributes = {
        table: tuple(column for column in columns if f"{table}.{column.name}" not in dropped)
        for table, columns in package.attributes.items()
    }
    return replace(package, attributes=attributes, resources=())


def _keys(tables: Mapping[str, pd.DataFrame], package: DataPackage, key: bytes) -> dict[str, dict[str, str]]:
    """Return the pseudonyms of everything that is identified in the tables, by kind."""
    identifiers: dict[str, list[str]] = {kind: [] for kind in _IDENTIFIED}
    either: list[str] = []
    for name, frame in tables.items():
        for column in columns_of(TABLES[name], package):
            if column.privacy in identifiers:
                takes_both = " or " in (column.references or "")
                found = either if takes_both else identifiers[column.privacy]
                found += frame[column.name].dropna().unique().tolist()
    # Where a column takes people and organisations, one that is an organisation is no person.
    organizations = set(identifiers["organization"])
    identifiers["person"] += [name for name in either if name not in organizations]
    return {kind: pseudonyms(sorted(set(given)), kind, key) for kind, given in identifiers.items()}


def _called(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    key: bytes,
    dates: str,
    keep: Collection[str],
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """Return what each row of a table is called: numbered by date as it is kept, then by the key."""
    if name not in tables:
        return {}
    frame = tables[name]
    names = frame[TABLES[name].key[0]].astype(str).tolist()
    if name in keep:
        return {one: one for one in names}
    shuffled = pseudonyms(names, "record", key)
    days = frame["date"].astype(str).str.slice(0, _PRECISION[dates]) if "date" in frame else [""] * len(names)
    order = sorted(zip(days, names, strict=True), key=lambda pair: (pair[0], shuffled[pair[1]]))
    return numbered([one for _, one in order], LABELLED[name], chosen)


def _labelled_twice(called: Mapping[str, Mapping[str, str]]) -> Iterable[Fault]:
    for name, labels in called.items():
        seen: dict[str, str] = {}
        for one, label in labels.items():
            if seen.setdefault(label, one) != one:
                found = f"{label!r} for {seen[label]!r} and {one!r}"
                yield Fault(f"the labels of {name}", found, "a label of its own for each")


def _label_of(name: str, column: Column) -> str:
    """Return the table whose names stand in a column: its own, or the one it refers to."""
    return (column.references or name).split(".")[0]


def _sorts(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return what sort of organisation each is, where that is told."""
    known = tables.get("organizations", pd.DataFrame({"organization_id": [], "kind": []}))
    told = known.dropna(subset=["organization_id", "kind"])
    return dict(zip(told["organization_id"].astype(str), told["kind"].astype(str), strict=True))


def _masked(
    name: str, frame: pd.DataFrame, package: DataPackage, keys: Mapping[str, Mapping[str, str]], dates: str
) -> pd.DataFrame:
    columns = {column.name: column for column in columns_of(TABLES[name], package)}
    masked = frame[[column for column in frame.columns if column in columns]].copy()
    for label, column in columns.items():
        values = masked[label]
        if column.privacy in keys:
            known = dict(keys[column.privacy])
            if " or " in (column.references or ""):
                known = {**keys["organization"], **known}
            masked[label] = values.map(known, na_action="ignore").astype("string")
        elif column.privacy == "label":
            masked[label] = values.map(keys[_label_of(name, column)], na_action="ignore").astype("string")
        elif dates != "day" and column.kind in ("date", "time", "period") and values.dtype == "string":
            masked[label] = values.str.slice(0, _PRECISION[dates]) + _FIRST_DAY[dates]
    # In the order of the pseudonyms: the order of a roster may be alphabetical, or by school.
    return masked.sort_values(list(masked.columns), ignore_index=True)


def names_of(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    roster: pd.DataFrame | None,
    allowed_words: Iterable[str],
    keep: Collection[str] = (),
) -> Names:
    """Return everything that names somebody in a dataset: identifiers, and what the roster has."""
    people: list[str] = []
    others: list[str] = []

    def take(identifier: str, privacy: str) -> None:
        # Letters alone may be a name; with a digit it is somebody's numbering: teacher_07. A name of two
        # letters is one where the roster says so.
        if privacy == "organization" and "organizations" in keep:
            return
        named = privacy == "person" and re.fullmatch(r"\D{3,}", identifier)
        (people if named else others).append(identifier)

    for name, frame in tables.items():
        for column in columns_of(TABLES[name], package):
            if column.privacy in _IDENTIFIED:
                for identifier in frame[column.name].dropna().unique().tolist():
                    take(identifier, column.privacy)
    people = [name for name in people if name not in set(others)]
    if roster is not None:
        # What is a name of somebody stays one, whatever else it is: a roster takes nothing away.
        for actor in roster["actor_id"].dropna():
            take(actor, "person")
        people += roster["name"].dropna().tolist()
        for organization in roster["organization_id"].dropna():
            take(organization, "organization")
        for aliases in roster["aliases"].dropna():
            people += [alias.strip() for alias in aliases.split("|")]
    return Names(people, others, allowed_words)


def _standing_names(
    names: Names,
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    dropped: Collection[str],
    keep: Collection[str],
    called: Mapping[str, Mapping[str, str]],
) -> Iterable[Fault]:
    """Return the faults of all that would be written as it stands, in the rows of the owners' own files."""
    hint = "change the text; or, if nobody is meant, allow the word with WORDS="
    open_columns = {
        name: frame[
            [
                column.name
                for column in columns_of(TABLES[name], package)
                if (
                    _is_open(name, column, keep)
                    or (column.privacy == "organization" and "organizations" in keep)
                )
                and f"{name}.{column.name}" not in dropped
            ]
        ]
        for name, frame in tables.items()
    }
    said = {
        "name": package.name,
        "title": package.title,
        "citation": package.citation,
        "licenses": package.licence,
        "relations": [[relation.name, relation.description] for relation in package.relations],
        "attributes": [
            [column.name, column.description, *column.allowed]
            for columns in package.attributes.values()
            for column in columns
        ],
    }
    chosen = sorted(label for name, labels in called.items() if name not in keep for label in labels.values())
    return [
        *names.faults_in_json(said, "datapackage.json", hint),
        *names.faults_in_tables(open_columns, hint),
        *names.faults_in_tables({"names/labels": pd.DataFrame({"label": chosen})}, hint),
    ]


def _is_open(name: str, column: Column, keep: Collection[str]) -> bool:
    """Whether what was typed into a column stays as it is."""
    if column.privacy == "label":
        return _label_of(name, column) in keep
    return column.kind == "text" and not column.allowed and column.privacy not in _IDENTIFIED


def _without_extremes(
    tables: dict[str, pd.DataFrame], package: DataPackage
) -> dict[str, tuple[float, float]]:
    """Change attributes that are numbers so that nobody stands out at either end; return the ends left.

    An organisation counts as many people as belong to it.
    """
    found = {}
    people = tables.get("actors", pd.DataFrame({"organization_id": []}))
    for name in sorted(tables.keys() & {"actors", "organizations"}):
        frame = tables[name]
        for column in package.attributes.get(name, ()):
            values = pd.to_numeric(frame[column.name], errors="coerce").dropna()
            if column.kind not in ("integer", "number") or column.allowed or values.empty:
                continue
            sizes = people["organization_id"].value_counts()
            counts = (
                frame["organization_id"].map(sizes).fillna(0)
                if name == "organizations"
                else frame[column.name].notna()
            )
            least, most = Disclosure.of(package).ends(values, counts[values.index].astype(int))
            if least > values.min() or most < values.max():
                frame[column.name] = frame[column.name].clip(least, most)
                found[f"{name}.{column.name}"] = (float(least), float(most))
    return found


def _rare(tables: Mapping[str, pd.DataFrame], package: DataPackage) -> pd.DataFrame:
    actors = tables.get("actors", pd.DataFrame({"actor_id": []}))
    described = actors.drop(columns="actor_id").dropna(axis="columns", how="all")
    return Disclosure.of(package).rare(described)


def _words(
    tables: Mapping[str, pd.DataFrame], package: DataPackage, keep: Collection[str]
) -> dict[str, list[str]]:
    kept = {}
    for name, frame in tables.items():
        for column in columns_of(TABLES[name], package):
            values = frame[column.name].dropna()
            if _is_open(name, column, keep) and len(values):
                kept[f"{name}.{column.name}"] = sorted(values.unique())
    return kept
