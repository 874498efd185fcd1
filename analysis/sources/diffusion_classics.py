"""Medical Innovation, Korean Family Planning and Brazilian Farmers: nominations and times of adoption."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, number_matrix, read_objects, sparse_matrix
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, Relation

__all__ = ["tables"]


@dataclass(frozen=True)
class _Study:
    """One diffusion network.

    Attributes
    ----------
    relation : str
        Name of its relation in the datapackage.
    network : str
        Name of its object, and of its file.
    prefix : str
        What identifiers of ours begin with.
    innovation : str
        What could be adopted.
    community : str
        Column of the community, and what sort of organisation it is.
    role : str
        What the people are.
    span : int
        Identifiers in the file are the community's number times this, plus the person's number there.
    first, last : int
        First period, and last in which adoption was observed; the one after it stands for never.
    traits : tuple of pairs of str
        Each attribute of ours that it has, with the file's column.
    """

    relation: str
    network: str
    prefix: str
    innovation: str
    community: str
    role: str
    span: int
    first: int
    last: int
    traits: tuple[tuple[str, str], ...] = ()


_STUDIES = (
    _Study(
        relation="medical_innovation",
        network="medInnovationsDiffNet",
        prefix="med",
        innovation="tetracycline",
        community="city",
        role="physician",
        span=1000,
        first=1,
        last=17,
        traits=(("professional_age", "proage"), ("belief_in_science", "belief")),
    ),
    _Study(
        relation="korean_family_planning",
        network="kfamilyDiffNet",
        prefix="kor",
        innovation="family_planning",
        community="village",
        role="villager",
        span=1000,
        first=1,
        last=10,
    ),
    _Study(
        relation="brazilian_farmers",
        network="brfarmersDiffNet",
        prefix="bra",
        innovation="hybrid_corn",
        community="village",
        role="farmer",
        span=100,
        first=1946,
        last=1964,
    ),
)
_PARTS = ("graph", "toa", "vertex.static.attrs", "meta")
_TRAITS = {"professional_age": (1, 6), "belief_in_science": (0, 2)}
"""Attributes of ours, with the lowest and the highest there may be."""


@dataclass(frozen=True)
class _Found:
    """What a file holds, the n people in the order of their identifiers as numbers.

    Attributes
    ----------
    network : ndarray of shape (n, n)
    periods, communities : ndarray of int, shape (n,)
    traits : dict of str to ndarray of shape (n,)
        Missing: NaN.
    network_rows : ndarray of int, shape (n,)
        Where each person stands in the file's own network, from 1.
    """

    network: npt.NDArray[np.float64]
    periods: npt.NDArray[np.int64]
    communities: npt.NDArray[np.int64]
    traits: Mapping[str, npt.NDArray[np.float64]]
    network_rows: npt.NDArray[np.int64]


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors, waves, ties and adoptions of the three studies.

    The attributes and the times of adoption stand in the order of the identifiers as numbers, the network in
    that of the identifiers as text. They are brought together by identifier, whatever labels the file gives
    them; the community named in each row of attributes must be that of the identifier. The row in which
    the file's own network has each person is kept (`network_row`); it gives the pairing of the file's labels.

    Raises
    ------
    InvalidInput
        With every fault of the three files.
    """
    faults: list[Fault] = []
    relations = {relation.name: relation for relation in package.relations}
    read = {study: _read(raw, study, relations[study.relation], faults) for study in _STUDIES}
    raise_faults(faults)
    frames = [_frames(study, found) for study, found in read.items() if found is not None]
    return {
        **{name: pd.concat([frame[name] for frame in frames], ignore_index=True) for name in frames[0]},
        "waves": pd.DataFrame({"wave": [1], "label": ["The one survey of each study"]}),
    }


def _read(raw: Path, study: _Study, relation: Relation, faults: list[Fault]) -> _Found | None:
    """Return what the file holds; nothing where a fault was found."""
    before = len(faults)
    path = raw / f"{study.network}.rdata"
    found = read_objects(path, (study.network,), faults).get(study.network)
    if len(faults) > before:
        return None
    parts = found if isinstance(found, Mapping) else {}
    for part in _PARTS:
        if part not in parts:
            where = f"{study.network}${part}"
            faults.append(Fault(path.name, "no such part", "a diffusion network (diffnet)", column=where))
    if len(faults) > before:
        return None
    identifiers = _identifiers(path, study, parts["meta"], faults)
    size = len(identifiers)
    network = _network(path, study, parts["graph"], size, relation, faults)
    periods = number_matrix(
        path,
        f"{study.network}$toa",
        parts["toa"],
        faults,
        minimum=study.first,
        maximum=study.last + 1,
        shape=(size,),
    )
    communities, traits = _people(path, study, parts["vertex.static.attrs"], np.sort(identifiers), faults)
    if len(faults) > before:
        return None
    order = np.argsort(identifiers)
    return _Found(network[np.ix_(order, order)], periods.astype(int), communities, traits, order + 1)


def _identifiers(path: Path, study: _Study, meta: Any, faults: list[Fault]) -> npt.NDArray[np.int64]:
    """Return the file's identifiers in the order of its network."""
    labels = np.atleast_1d(meta.get("ids", ())) if isinstance(meta, Mapping) else np.empty(0)
    texts = [str(label) for label in labels.tolist()]
    if not texts or not all(text.isascii() and text.isdigit() for text in texts):
        name = f"{study.network}$meta$ids"
        faults.append(Fault(path.name, f"{len(texts)} labels", "whole numbers, one a person", column=name))
        return np.empty(0, int)
    return np.array([int(text) for text in texts])


def _network(
    path: Path, study: _Study, graph: Any, size: int, relation: Relation, faults: list[Fault]
) -> npt.NDArray[np.float64]:
    """Return the network, which the file repeats for every period."""
    name = f"{study.network}$graph"
    if not isinstance(graph, Mapping) or not graph:
        faults.append(Fault(path.name, "no matrices", "a list with a matrix per period", column=name))
        return np.empty((0, 0))
    first, *others = (
        sparse_matrix(
            path,
            f"{name}${period}",
            matrix,
            size,
            faults,
            minimum=relation.minimum,
            maximum=relation.maximum,
        )
        for period, matrix in graph.items()
    )
    for period, other in zip(list(graph)[1:], others, strict=True):
        if not np.array_equal(first, other):
            where = f"{name}${period}"
            faults.append(
                Fault(path.name, "another network", "the network of the first period", column=where)
            )
    return first


def _people(
    path: Path, study: _Study, found: object, identifiers: npt.NDArray[np.int64], faults: list[Fault]
) -> tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[np.float64]]]:
    """Return the community of each person, checked against the identifiers, and the traits."""
    name = f"{study.network}$vertex.static.attrs"
    expected = identifiers // study.span
    numbers: dict[str, tuple[float, float]] = {study.community: (1, 10_000)}
    columns = dict(study.traits)
    numbers |= {column: _TRAITS[trait] for trait, column in columns.items()}
    rows = data_frame(path, name, found, faults, numbers=numbers, incomplete=[*columns.values()])
    if len(rows) != len(expected):
        if len(rows):
            allowed = f"{len(expected)}, one a person"
            faults.append(Fault(path.name, f"{len(rows)} rows", allowed, column=name))
        return np.empty(0, int), {}
    for row, (given, own) in enumerate(zip(rows[study.community], expected.tolist(), strict=True), start=1):
        if given != own:
            allowed = f"{own}, as in the identifiers, which run in the order of their numbers"
            place = f"{name}${study.community}"
            faults.append(Fault(path.name, f"{given:g}", allowed, row, place))
    missing = np.full(len(expected), np.nan)
    return expected, {
        trait: rows[columns[trait]].to_numpy(dtype=float) if trait in columns else missing
        for trait in _TRAITS
    }


def _frames(study: _Study, found: _Found) -> dict[str, pd.DataFrame]:
    network, periods = found.network, found.periods
    digits = len(str(len(periods)))
    people = np.array(
        [f"{study.prefix}_{number:0{digits}d}" for number in range(1, len(periods) + 1)], object
    )
    distinct, position = np.unique(found.communities, return_inverse=True)
    digits = len(str(len(distinct)))
    homes = np.array(
        [f"{study.prefix}_{study.community}_{number:0{digits}d}" for number in range(1, len(distinct) + 1)],
        object,
    )
    senders, receivers = network.nonzero()
    never = periods > study.last
    return {
        "organizations": pd.DataFrame({"organization_id": homes, "kind": study.community}),
        "actors": pd.DataFrame(
            {
                "actor_id": people,
                "organization_id": homes[position],
                "role": study.role,
                **found.traits,
                "network_row": found.network_rows,
            }
        ),
        "ties": pd.DataFrame(
            {
                "wave": 1,
                "relation": study.relation,
                "sender_id": people[senders],
                "receiver_id": people[receivers],
                "value": network[senders, receivers],
                "reported_by": people[senders],
            }
        ),
        "adoptions": pd.DataFrame(
            {
                "innovation": study.innovation,
                "adopter_id": people,
                "adopted_on": np.minimum(periods, study.last),
                "censored": never.astype(int),
            }
        ),
    }


if __name__ == "__main__":
    sys.exit(build(tables, "diffusion_classics"))
