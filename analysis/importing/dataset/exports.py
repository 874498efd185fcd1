"""A team's own network without names, for another program: in the folder of the dataset, for them alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pandas as pd

from analysis.files import DATA_DERIVED, ROOT, keep_private, write_atomically
from analysis.importing.dataset.own import own_folder
from analysis.importing.formats.network_writers import FORMATS
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import ImportedNetwork
from analysis.privacy.disclosure import Disclosure
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.load import load
from analysis.tables.package import DataPackage, read_package

__all__ = ["EXPORTS", "network_of", "write_export"]

EXPORTS = "exports"
"""Folder, in that of the dataset, of what is written for other programs."""


def network_of(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    *,
    relations: Collection[str] = (),
    waves: Collection[int] = (),
) -> ImportedNetwork:
    """Return the network of a dataset's tables.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, ties, and nonresponse if there is one.
    package : DataPackage
        Its declaration: which relations have a direction, and the smallest cell.
    relations, waves : collection
        Which ones; by default all.

    Returns
    -------
    ImportedNetwork
        With everybody, also those without ties. Where the dataset protects small groups, small schools stand
        together as on its pages, and what else is said of people is left out where too few have it in common.
    """
    ties = tables["ties"]
    silent = tables.get("nonresponse", pd.DataFrame(columns=["wave", "actor_id", "relation"]))
    told = pd.concat([ties[["wave", "relation"]], silent[["wave", "relation"]].dropna()])
    asked = [
        (int(wave), str(relation))
        for wave, relation in told.drop_duplicates().sort_values(["wave", "relation"]).itertuples(index=False)
        if (not relations or relation in relations) and (not waves or wave in waves)
    ]
    pairs = set(asked)
    rows = [
        (wave, actor, about)
        for wave, actor, relation in silent[["wave", "actor_id", "relation"]].itertuples(
            index=False, name=None
        )
        for about in ([relation] if not pd.isna(relation) else [one for when, one in asked if when == wave])
        if (wave, about) in pairs
    ]
    unheard = pd.DataFrame(rows, columns=["wave", "actor_id", "relation"])
    within = [pair in pairs for pair in zip(ties["wave"], ties["relation"], strict=True)]
    columns = ["sender_id", "receiver_id", "value", "wave", "relation", "reported_by"]
    return ImportedNetwork(
        tuple(tables["actors"]["actor_id"].astype(str)),
        ties.loc[within, columns].reset_index(drop=True),
        tuple(asked),
        unheard,
        {one.name: one.directed for one in package.relations if one.name in {about for _, about in asked}},
        _attributes(tables["actors"], Disclosure.of(package)),
    )


def _attributes(actors: pd.DataFrame, page: Disclosure) -> dict[str, dict[str, str]]:
    """Return what is said of people, by name of the column, where enough of them have it in common."""
    found: dict[str, dict[str, str]] = {actor: {} for actor in actors["actor_id"].astype(str)}
    for name in (column for column in actors.columns if column != "actor_id"):
        said = actors[["actor_id", name]].dropna()
        people = said["actor_id"].astype(str).tolist()
        values = [text if isinstance(text, str) else f"{text:g}" for text in said[name].tolist()]
        if page.restricts and name == "organization_id":
            values = page.merged(values)
        groups: dict[str, set[str]] = {}
        for actor, value in zip(people, values, strict=True):
            groups.setdefault(value, set()).add(actor)
        shown = dict(zip(groups, page.shown(list(groups.values())), strict=True))
        for actor, value in zip(people, values, strict=True):
            if shown[value]:
                found[actor][name] = value
    return found


def write_export(
    dataset: str,
    format_: str,
    say: Callable[[str], None],
    *,
    relations: Collection[str] = (),
    waves: Collection[int] = (),
) -> list[Path]:
    """Write a de-identified dataset's network to `data_raw/<dataset>/exports/`, and say what it holds.

    Raises
    ------
    InvalidInput
        When the format or a relation is not known, the dataset has not been de-identified or has no ties, or
        the format has no room for it; nothing is written.
    """
    folder = own_folder(dataset)
    faults: list[Fault] = []
    if format_ not in FORMATS:
        faults.append(Fault("FORMAT", repr(format_), ", ".join(FORMATS)))
    if not (DATA_DERIVED / dataset / "datapackage.json").is_file():
        hint = f"make deidentify DATASET={dataset} first: only what has no names is exported"
        faults.append(Fault(f"data_derived/{dataset}", "nothing", "a de-identified dataset", hint=hint))
    raise_faults(faults)
    tables, package = load(dataset), read_package(DATA_DERIVED / dataset / "datapackage.json")
    for name in ("actors", "ties"):
        if name not in tables:
            faults.append(Fault(f"data_derived/{dataset}", f"no table {name}", "people and ties"))
    raise_faults(faults)
    known = set(tables["ties"]["relation"])
    faults += [
        Fault("TIE", repr(one), f"relations: {', '.join(sorted(known))}")
        for one in relations
        if one not in known
    ]
    network = network_of(tables, package, relations=relations, waves=waves)
    if not network.asked and not faults:
        faults.append(Fault("WAVE", ", ".join(map(str, waves)) or "no ties", "a round with ties"))
    raise_faults(faults)
    written = []
    for ending, content in FORMATS[format_][1](network).items():
        path = folder / EXPORTS / f"{dataset}{ending}"
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        written.append(path)
    keep_private(folder / EXPORTS)
    for path in written:
        say(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path} is written.")
    count = len(network.ties)
    say(
        f"{counted(len(network.actors), 'people')} under their pseudonyms, {counted(count, 'ties')}, "
        f"{counted(len(network.asked), 'rounds')} of relations."
    )
    if Disclosure.of(package).restricts:
        say("Small schools stand together; what else too few people have in common is left out.")
    say("It is for your own team: who knows the network may know people by their ties. Do not publish it.")
    return written
