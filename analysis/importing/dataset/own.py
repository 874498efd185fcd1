"""A team's own dataset under `data_raw/`: begun, read, added to. Nothing of it is ever committed."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.files import DATA_RAW, keep_private, partial_folder, write_atomically
from analysis.importing.dataset.corrections import Change, joined, joined_silence, with_rows, write_changes
from analysis.importing.dataset.people_file import read_roster
from analysis.importing.shared.account import counted
from analysis.tables.adopter_kind import others_of_kind
from analysis.tables.cells import typed
from analysis.tables.describe import described
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.load import examine_tables, read_tables
from analysis.tables.package import DataPackage, Relation, examine_package, is_public, read_package
from analysis.tables.schema import ROSTER, TABLES, Column
from analysis.tables.validate import checked, examine

__all__ = ["EXAMPLE", "NAMES", "OwnData", "add_tables", "begin", "own_folder", "read_own", "told"]

EXAMPLE = "example_network"
"""The dataset whose tables are shown as an example of filled ones."""

NAMES = "names"
"""Folder, in that of the dataset, of what says who is who."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GUIDE = Path(__file__).parents[1] / "guide.md"


@dataclass(frozen=True)
class OwnData:
    """A team's own dataset as it was read.

    Attributes
    ----------
    package : DataPackage
        Its declaration.
    tables : dict of str to DataFrame
        Its checked tables.
    roster : DataFrame or None
        The names, where there is a roster.
    example : bool
        Whether there were no tables yet, so that the example beside them was read.
    """

    package: DataPackage
    tables: dict[str, pd.DataFrame]
    roster: pd.DataFrame | None
    example: bool


def own_folder(dataset: str) -> Path:
    """Return the folder of a dataset of one's own.

    Raises
    ------
    InvalidInput
        When the name is none, or is taken by a dataset of the compendium.
    """
    if not _NAME.fullmatch(dataset):
        allowed = "a name of lower-case letters, digits and _, the first a letter, at most 40 of them"
        raise_faults([Fault("name of the dataset", repr(dataset), allowed)])
    if is_public(dataset):
        raise_faults([Fault("name of the dataset", dataset, "a name no dataset of the compendium has")])
    return DATA_RAW / dataset


def begin(dataset: str, title: str = "") -> Path:
    """Make the folder of a new dataset: guide, templates, a filled example, a declaration to be completed.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InvalidInput
        When the name is no name, or the folder is there already; nothing in it is touched.
    """
    folder = own_folder(dataset)
    if folder.exists():
        raise_faults([Fault(f"data_raw/{dataset}", "a folder of that name", "a name that is not taken yet")])
    partial = partial_folder(folder)
    try:
        (partial / ".gitignore").write_text("*\n", encoding="utf-8")
        guide = _GUIDE.read_text(encoding="utf-8").replace("{name}", dataset)
        (partial / "GUIDE.md").write_text(guide, encoding="utf-8")
        declared = DataPackage(
            name=dataset,
            title=title or f"The network {dataset}",
            kind="real",
            citation="Our own data; not published.",
            licence="not to be passed on",
            resources=(),
            relations=(),
            attributes={},
        )
        _write_json(partial / "datapackage.json", described(declared, ()))
        templates = partial / "templates"
        templates.mkdir()
        for table in TABLES.values():
            with (templates / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerow(column.name for column in table.columns)
        shutil.copytree(DATA_RAW / EXAMPLE, partial / "example")
        example = json.loads((DATA_RAW / EXAMPLE / "datapackage.json").read_text(encoding="utf-8"))
        # Whoever copies it into their own folder has not said that their data are everybody's.
        _write_json(
            partial / "example/datapackage.json", example | {"name": "example", "audience": "private"}
        )
        keep_private(partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def read_own(dataset: str) -> OwnData:
    """Read and check a dataset of one's own, or, while it has no tables, the example in its folder.

    Raises
    ------
    InvalidInput
        With every fault of declaration, tables and roster.
    """
    folder = own_folder(dataset)
    faults: list[Fault] = []
    package = examine_package(folder / "datapackage.json", faults)
    example = not any(folder.glob("*.csv"))
    if example and not (folder / "example").is_dir():
        allowed = "at least one table: see templates/, or say `make import KIND=help`"
        raise_faults([*faults, Fault(f"data_raw/{dataset}", "no table", allowed)])
    place = folder / "example" if example else folder
    if example:
        package = examine_package(place / "datapackage.json", faults)
    texts, unread = examine_tables(place, faults)
    tables = examine(texts, package, faults, unread)
    path = place / NAMES / "roster.csv"
    roster = read_roster(path, faults) if path.is_file() else None
    raise_faults(faults)
    return OwnData(package, tables, roster, example)


def add_tables(
    dataset: str,
    tables: Mapping[str, pd.DataFrame],
    relations: Mapping[str, Relation],
    *,
    roster: pd.DataFrame | None = None,
    replace: bool = False,
    asked: Collection[tuple[int, str]] = (),
    attributes: Mapping[str, Sequence[Column]] | None = None,
    changed: Literal["keep", "update"] | None = None,
    notes: list[str] | None = None,
    names: Mapping[str, pd.DataFrame] | None = None,
    moves: Sequence[tuple[int, Change]] = (),
    write: bool = True,
) -> dict[str, int]:
    """Add tables to a dataset of one's own, which is begun if it is not there; all of it or nothing.

    Parameters
    ----------
    dataset : str
        Its name.
    tables : mapping of str to DataFrame
        Rows to add. A person, an organisation or a wave that is there already stays as it is; what was
        empty there is filled in.
    relations : mapping of str to Relation
        Relations to declare, by name.
    roster : DataFrame, optional
        The names, kept apart from the tables.
    replace : bool
        Whether what is given takes the place of what there is on the same: ties and silence of the waves and
        relations in `asked`, answers to the same items in the same wave, codings of the same document by the
        same coder, who came to the same activity, contacts of the same two people at the same time.
        Everything else stays.
    asked : collection of (int, str)
        Waves and relations the tables tell of.
    attributes : mapping of str to sequence of Column, optional
        Further columns to declare, by table.
    changed : {"keep", "update"}, optional
        What becomes of people of whom something else is said than before (another school, say): without it
        that is a fault. Each change is written to `names/changes.csv` with the waves it came with.
    notes : list of str, optional
        Changes are appended.
    names : mapping of str to DataFrame, optional
        What documents and coders are called, kept apart as the names of people are.
    moves : sequence of (int, Change)
        What the list of people itself says otherwise from a wave on; written to `names/changes.csv`, too.
    write : bool
        Without it everything is checked and counted, and nothing is written.

    Returns
    -------
    dict of str to int
        Rows of each table now there.

    Raises
    ------
    InvalidInput
        With every fault the tables would then have; nothing is written.
    """
    folder = own_folder(dataset)
    begun = folder.exists()
    if not begun:
        begin(dataset)
    try:
        declaration = folder / "datapackage.json"
        content = json.loads(declaration.read_text(encoding="utf-8")) if declaration.is_file() else {}
        package = _with_relations(read_package(declaration), relations, attributes or {})
        faults: list[Fault] = []
        merged = examine(read_tables(folder), package, faults)
        raise_faults(faults)
        there = dict(merged)
        changes: list[Change] = []
        for name, frame in tables.items():
            added = typed(TABLES[name], frame, package.attributes.get(name, ()), faults)
            before = merged.get(name, added.iloc[:0])
            if name in _KEYED:
                merged[name] = with_rows(TABLES[name], before, added, changed, changes, faults)
            elif name != "nonresponse":
                merged[name] = joined(name, before, added, asked if replace else None)
        if {"ties", "nonresponse"} & tables.keys():
            silence = joined_silence(there, tables, asked, replace=replace)
            if len(silence) or "nonresponse" in (*there, *tables):
                merged["nonresponse"] = typed(TABLES["nonresponse"], silence, (), faults)
        called = _names_before(folder)
        if roster is not None and called is not None:
            # What the table of people says too has been told there.
            told_of: tuple[list[Change], list[Fault]] = ([], [])
            roster = with_rows(ROSTER, called, roster, changed, *told_of)
            changes += [change for change in told_of[0] if change.column == "name"]
            faults += [fault for fault in told_of[1] if fault.found.startswith("name ")]
        raise_faults(faults)
        found = checked(merged, package)
    except BaseException:
        if not begun:
            shutil.rmtree(folder)
        raise
    written = [*tables]
    written += ["nonresponse"] if "nonresponse" in found.keys() - tables.keys() and "ties" in tables else []
    if notes is not None:
        notes += [str(change) for change in changes]
        notes += [f"from wave {wave} on: {change}" for wave, change in moves]
    if not write:
        if not begun:
            shutil.rmtree(folder)
        return {name: len(found[name]) for name in written}
    kept = [entry for entry in content.get("relations", []) if entry.get("name") not in relations]
    content["relations"] = kept + [relation.declared() for relation in relations.values()]
    for name, columns in (attributes or {}).items():
        declared = content.setdefault("attributes", {}).setdefault(name, [])
        known = {entry["name"] for entry in declared}
        declared += [
            {"name": column.name, "type": column.kind, "description": column.description}
            for column in columns
            if column.name not in known
        ]
    _write_json(declaration, content)
    for name in written:
        write_atomically(folder / f"{name}.csv", found[name].to_csv(index=False, lineterminator="\n"))
    if roster is not None:
        write_atomically(folder / NAMES / "roster.csv", roster.to_csv(index=False, lineterminator="\n"))
    for name, frame in (names or {}).items():
        write_atomically(folder / NAMES / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    if changes:
        write_changes(folder / NAMES / "changes.csv", changes, sorted({wave for wave, _ in asked}))
    for wave, change in moves:
        write_changes(folder / NAMES / "changes.csv", [change], [wave])
    keep_private(folder)
    return {name: len(found[name]) for name in written}


_KEYED = ("organizations", "actors", "waves", "activities")


def _names_before(folder: Path) -> pd.DataFrame | None:
    path = folder / NAMES / "roster.csv"
    return read_roster(path, []) if path.is_file() else None


def _with_relations(
    package: DataPackage, relations: Mapping[str, Relation], attributes: Mapping[str, Sequence[Column]]
) -> DataPackage:
    kept = [relation for relation in package.relations if relation.name not in relations]
    further = dict(package.attributes)
    for name, columns in attributes.items():
        known = {column.name for column in further.get(name, ())}
        new = [column for column in columns if column.name not in known]
        further[name] = (*further.get(name, ()), *new)
    return dataclasses.replace(package, relations=(*kept, *relations.values()), attributes=further)


def told(data: OwnData) -> list[str]:
    """Return in words what is in a dataset: sizes, answers by wave, what there is not."""
    tables = data.tables
    lines = [counted(len(frame), name) for name, frame in tables.items()]
    summary = [f"{data.package.label}: {data.package.title}", f"tables: {', '.join(lines) or 'none'}"]
    if {"actors", "waves", "ties"} <= tables.keys():
        silent = tables.get("nonresponse", pd.DataFrame(columns=["wave", "actor_id", "relation"]))
        ties = tables["ties"]
        for wave in tables["waves"]["wave"]:
            nobody = silent[(silent["wave"] == wave) & silent["relation"].isna()]
            counts = ties[ties["wave"] == wave]["relation"].value_counts(sort=False)
            listed = ", ".join(
                f"{counted(count, 'ties')} of {relation}" for relation, count in counts.items()
            )
            summary.append(f"wave {wave}: {listed or 'no tie'}; {len(nobody)} did not answer")
        if "nonresponse" not in tables:
            summary.append("no table nonresponse: people who name nobody count as having answered so")
    if "contacts" in tables and len(tables["contacts"]):
        contacts = tables["contacts"]
        alone = int((contacts["sender_id"] == contacts["receiver_id"]).sum())
        with_themselves = f"; {alone} of people with themselves, which reports leave out" if alone else ""
        summary.append(f"contacts from {contacts['time'].min()} to {contacts['time'].max()}{with_themselves}")
    summary.extend(_told_of_adoptions(tables))
    absent = [name for name in TABLES if name not in tables]
    summary.append(f"not there, and not needed by all reports: {', '.join(absent) or 'none'}")
    return summary


def _told_of_adoptions(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return in words each innovation's rows and span, who has no row, and names that are nearly one."""
    if "adoptions" not in tables:
        return []
    lines: list[str] = []
    seen: dict[str, str] = {}
    for innovation, rows in tables["adoptions"].groupby("innovation"):
        try:
            kind, without = others_of_kind(tables, set(rows["adopter_id"]))
            told = f"; {len(without)} {kind} have no row, and reports leave them out" if without else ""
        except ValueError as mixed:
            told = f"; no report can take it: {mixed}"
        never = int((rows["censored"] == 1).sum())
        line = f"adoption of {innovation!r}: {len(rows) - never} adopted, {never} had not, "
        line += f"{rows['adopted_on'].min()} to {rows['adopted_on'].max()}"
        line += told
        near = get_close_matches(str(innovation).casefold(), list(seen), 1, 0.85)
        line += f"; is it the same as {seen[near[0]]!r}?" if near else ""
        seen[str(innovation).casefold()] = str(innovation)
        lines.append(line)
    return lines


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
