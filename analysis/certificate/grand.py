"""What should always be reported about network data: a GRAND statement, item by item.

The 25 items are those of the Guidelines for Reporting About Network Data (Neal, Carley, Contractor et al. and
the GRAND Consortium 2026, version 0.5, grand-statement.org), under short names of ours. An item is computed
from the checked tables or read from `datapackage.json` (its own entries, and what stands under `grand`); what
is neither is listed as missing. Where data have a smallest cell, nothing may rest on fewer people: of a
team's own data only what its reports recorded is told, of public data no count of people or ties is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.certificate.contents import declaration
from analysis.compendium.pages import page_environment
from analysis.compendium.verdict import WITHHELD
from analysis.files import DATA_DERIVED, REPORTS, write_atomically
from analysis.labels import in_words
from analysis.privacy.disclosure import Disclosure
from analysis.tables.load import load
from analysis.tables.package import DataPackage, read_package

__all__ = [
    "DECLARED",
    "ITEMS",
    "Item",
    "Statement",
    "has_a_network",
    "statement_of",
    "team_statement",
    "write_statement",
]

ITEMS = {
    "1.1": "How the data were collected",
    "1.2": "Ethics",
    "1.3": "Waves or networks",
    "1.4": "Where",
    "1.5": "When",
    "1.6": "Availability",
    "1.7": "Citation",
    "2.1": "What nodes are",
    "2.2": "How many nodes",
    "2.3": "Who belongs",
    "2.4": "Missing",
    "2.5": "Limit on degree",
    "3.1": "What edges are",
    "3.2": "Direction",
    "3.3": "Weight",
    "3.4": "Self-loops",
    "3.5": "Several modes",
    "3.6": "Edges of more than two ends",
    "3.7": "How many edges",
    "4.1": "Symmetrised",
    "4.2": "Dichotomised",
    "4.3": "Projected",
    "4.4": "Excluded",
    "4.5": "Aggregated",
    "4.6": "Imputed",
}
"""Number and short name of every item."""

DECLARED = {
    "1.1": "collection",
    "1.2": "ethics",
    "1.4": "location",
    "1.5": "date",
    "2.3": "boundary",
    "2.4": "missing",
    "2.5": "degree_limit",
    "3.2": "direction",
    "4.1": "symmetrised",
    "4.2": "dichotomised",
    "4.3": "projected",
    "4.4": "excluded",
    "4.5": "aggregated",
    "4.6": "imputed",
}
"""Entry of `grand` in a datapackage that says an item."""

_MADE_UP = {
    "1.2": "nobody in the data exists",
    "1.4": "nowhere: made up",
    "2.3": "everybody that the parameters name",
    "2.5": "none",
    **dict.fromkeys(("4.1", "4.2", "4.3", "4.5"), "no: as made"),
    "4.4": "nobody and nothing",
    "4.6": "nothing",
}
_OF_FEW = ("2.2", "2.4", "3.3", "3.4", "3.7")
"""Items that count people, or tell what a few of them said."""
_EDGES = ("ties", "contacts", "routine_links")


@dataclass(frozen=True)
class Item:
    """One item: what is told, and how: `computed`, `declared`, or else `withheld` or `missing`."""

    number: str
    told: str
    how: str

    @property
    def name(self) -> str:
        """Its short name."""
        return ITEMS[self.number]


@dataclass(frozen=True)
class Statement:
    """The statement of a dataset."""

    package: DataPackage
    items: tuple[Item, ...]

    @property
    def told(self) -> int:
        """How many items are told."""
        return sum(item.how in ("computed", "declared") for item in self.items)


def has_a_network(dataset: str) -> bool:
    """Whether a dataset has ties, contacts or links, so that there is a network to describe."""
    return any((DATA_DERIVED / dataset / f"{name}.csv").is_file() for name in _EDGES)


def statement_of(dataset: str) -> Statement:
    """Return the statement of a public dataset, from its declaration and its checked tables."""
    declared = declaration(dataset)
    package = read_package(DATA_DERIVED / dataset / "datapackage.json")
    tables = load(dataset)
    computed = _from_declaration(package, declared) | _from_tables(tables, package)
    return _statement(package, computed, declared, _OF_FEW if Disclosure.of(package).restricts else ())


def team_statement(dataset: str) -> Statement:
    """Return the statement of a team's own dataset, from its declaration and what its reports recorded."""
    package = read_package(DATA_DERIVED / dataset / "datapackage.json")
    path = REPORTS / "datasets" / dataset / "network" / "numbers.json"
    numbers = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    declared = declaration(dataset)
    return _statement(package, _from_declaration(package, declared) | _from_report(numbers), declared)


def write_statement(statement: Statement, path: Path, up: str, home: str) -> None:
    """Write a statement as a page; `up` leads from there to `reports/`, `home` to the page it belongs to."""
    page = page_environment().get_template("grand.html")
    write_atomically(path, page.render(up=up, home=home, statement=statement, package=statement.package))


def _statement(
    package: DataPackage,
    computed: Mapping[str, str],
    declared: Mapping[str, Any],
    withheld: Collection[str] = (),
) -> Statement:
    given = declared.get("grand") or {}
    items = []
    for number in ITEMS:
        text = str(given.get(DECLARED.get(number, ""), "")).strip()
        if text:
            items.append(Item(number, text, "declared"))
        elif number in withheld:
            items.append(Item(number, "", "withheld"))
        elif computed.get(number):
            items.append(Item(number, computed[number], "computed"))
        else:
            items.append(Item(number, "", "missing"))
    return Statement(package, tuple(items))


def _from_declaration(package: DataPackage, declared: Mapping[str, Any]) -> dict[str, str]:
    public = declared.get("audience") == "public"
    files = len(declared.get("resources", ()))
    told = {
        "1.7": package.citation,
        "1.6": "the team's own data; they are not passed on",
        "3.1": _each(package, lambda relation: relation.description),
        "3.2": _each(package, lambda one: "from who reports to whom" if one.directed else "undirected"),
    }
    if public:
        told["1.6"] = (
            f"{_count(files, 'file')}, with addresses and hashes in data_raw/{package.name}/datapackage.json"
            if files
            else f"no file to be had: data_raw/{package.name}/SOURCE.md says where they are from"
        )
    if package.kind == "synthetic" and public:
        source = f"analysis/sources/{package.name}.py from data_raw/{package.name}/parameters.json"
        told |= {"1.1": f"made up: grown by {source}, seed included"} | _MADE_UP
    return told


def _each(package: DataPackage, words: Any) -> str:
    return "; ".join(f"{in_words(relation.name)}: {words(relation)}" for relation in package.relations)


def _from_tables(tables: Mapping[str, pd.DataFrame], package: DataPackage) -> dict[str, str]:
    """Return what follows from the checked tables."""
    told: dict[str, str] = {}
    waves, actors, organizations = (tables.get(name) for name in ("waves", "actors", "organizations"))
    if waves is not None and len(waves):
        told["1.3"] = _count(len(waves), "wave") + ": " + "; ".join(_wave(row) for _, row in waves.iterrows())
        days = waves[[name for name in ("opened_on", "closed_on") if name in waves]].stack().dropna()
        told["1.5"] = f"{_day(days.min())} to {_day(days.max())}" if len(days) else ""
    ends: list[str] = []
    nodes = {"people": actors, "organizations": organizations}
    told["2.1"] = " and ".join(name for name, frame in nodes.items() if frame is not None and len(frame))
    sizes = [f"{len(frame)} {name}" for name, frame in nodes.items() if frame is not None and len(frame)]
    if actors is not None and "role" in actors and actors["role"].notna().any():
        roles = actors["role"].value_counts().sort_index()
        sizes.append("by role: " + ", ".join(f"{in_words(role)} {count}" for role, count in roles.items()))
    told["2.2"] = "; ".join(sizes)
    silent = tables.get("nonresponse")
    if silent is not None and len(silent):
        counts = silent.groupby("wave")["actor_id"].nunique()
        told["2.4"] = "did not answer: " + ", ".join(
            f"{count} in wave {wave}" for wave, count in counts.items()
        )
    elif package.kind == "synthetic":
        told["2.4"] = "none: made up"
    ties, contacts, links = (tables.get(name) for name in _EDGES)
    counted, weights, loops = [], [], []
    if ties is not None and len(ties):
        for relation in sorted(set(ties["relation"])):
            of = ties[ties["relation"] == relation]
            by_wave = sorted(Counter(of["wave"]).items())
            counted += [f"{in_words(relation)}, wave {wave}: {count}" for wave, count in by_wave]
            values = of["value"]
            low, high = values.min(), values.max()
            spread = f"{low:g} to {high:g}, mean {values.mean():.3g}, SD {values.std(ddof=0):.3g}"
            weights.append(f"{in_words(relation)}: {f'always {low:g}' if low == high else spread}")
        loops.append(f"{int((ties['sender_id'] == ties['receiver_id']).sum())} ties")
        by_receiver = ties["reported_by"] == ties["receiver_id"]
        if (by_receiver & (ties["sender_id"] != ties["receiver_id"])).any():
            counted.append("counted as reported: both ends were asked")
        ends.append("ties between people")
    if contacts is not None and len(contacts):
        counted.append(f"{len(contacts)} dated contacts")
        weights.append("contacts: unweighted")
        loops.append(f"{int((contacts['sender_id'] == contacts['receiver_id']).sum())} contacts")
        ends.append("contacts between people")
        told.setdefault("1.3", "one stream of dated contacts")
        told["1.5"] = told.get("1.5") or f"{_day(contacts['time'].min())} to {_day(contacts['time'].max())}"
    if links is not None and len(links):
        counted.append(f"{len(links)} links between routines")
        weights.append("links: unweighted")
        loops.append(f"{int((links['from_id'] == links['to_id']).sum())} links")
        ends.append("links between routines")
        told["2.1"] += " and routines" if told["2.1"] else "routines"
    if "attendance" in tables and len(tables["attendance"]):
        ends.append("attendance between people and activities, which is kept apart")
    told |= {"3.3": "; ".join(weights), "3.4": "; ".join(loops), "3.5": "; ".join(ends)}
    told |= {"3.6": "no: an edge has two ends", "3.7": "; ".join(counted)}
    if not package.relations and counted:
        told["3.1"] = ", ".join(ends)
        told["3.2"] = "sender and receiver, as listed; of links, from the first routine to the second"
    return told


def _wave(row: pd.Series[Any]) -> str:
    between = " to ".join(_day(row[name]) for name in ("opened_on", "closed_on") if pd.notna(row.get(name)))
    return f"{row['label']} ({between})" if between else str(row["label"])


def _day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else str(value)


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'s' if number != 1 else ''}"


def _from_report(numbers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what a team's report recorded, which is what it may show."""

    def recorded(table: str, column: str) -> str:
        keys = [key.split(".") for key in numbers if key.startswith(f"{table}.")]
        places = list(dict.fromkeys((parts[1], parts[2]) for parts in keys if len(parts) == 4))
        found = []
        for relation, wave in places:
            entry = numbers.get(f"{table}.{relation}.{wave}.{column}", {"value": WITHHELD})
            found.append(f"{in_words(relation)}, wave {wave}: {entry['value']}")
        return "; ".join(found)

    told = {"2.1": "people", "2.2": recorded("answered", "people"), "3.7": recorded("structure", "ties")}
    waves = sorted({key.split(".")[2] for key in numbers if key.startswith(("answered.", "structure."))})
    told["1.3"] = f"{_count(len(waves), 'wave')}: {', '.join(waves)}" if waves else ""
    answered = recorded("answered", "answered")
    told["2.4"] = f"answered: {answered}" if answered else ""
    return told | {"3.5": "one mode: people", "3.6": "no: an edge has two ends"}
