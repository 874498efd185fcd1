"""Advice among teachers of 15 schools, with trust and years of teaching (Pitts & Spillane 2009)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, number_matrix, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "schoolsAdviceData.rdata"
_NETWORKS, _TEACHERS, _SCHOOLS = "ps.advice.mat", "ps.node.df", "ps.school.vars.mat"
_CATHOLIC = 0
_SCHOOL_VARIABLES = 2
_LARGEST = 1000
_ROUNDING = 1e-9


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors, waves and ties.

    Where a value of a teacher equals the mean of the school's other values to the last digit, it stands in
    for a missing answer; it is kept as published, and flagged.

    Raises
    ------
    InvalidInput
        With every fault of the three objects.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, (_NETWORKS, _TEACHERS, _SCHOOLS), faults)
    for name in (_NETWORKS, _SCHOOLS):
        if name in objects and (not isinstance(objects[name], list) or not objects[name]):
            found = f"an object of kind {type(objects[name]).__name__}, of length {np.size(objects[name])}"
            faults.append(Fault(path.name, found, "a list with an entry per school", column=name))
    raise_faults(faults)
    networks = [
        number_matrix(path, f"{_NETWORKS}[[{number}]]", network, faults, minimum=0, maximum=1)
        for number, network in enumerate(objects[_NETWORKS], start=1)
    ]
    teachers = data_frame(
        path,
        _TEACHERS,
        objects[_TEACHERS],
        faults,
        numbers={"id": (1, len(networks)), "Node": (1, _LARGEST), "Trust": (1, 4), "YrsTch": (0, 60)},
    )
    raise_faults(faults)
    catholic = _catholic(path, objects[_SCHOOLS], [len(network) for network in networks], faults)
    _check_order(path, teachers, networks, faults)
    raise_faults(faults)
    school = teachers["id"].astype(int)
    actors = pd.DataFrame(
        {
            "actor_id": [f"teacher_{number:03d}" for number in range(1, len(teachers) + 1)],
            "organization_id": school.map(_school),
            "role": "teacher",
            "trust": teachers["Trust"],
            "trust_filled": _filled(teachers["Trust"], school),
            "years_teaching": teachers["YrsTch"],
            "years_teaching_filled": _filled(teachers["YrsTch"], school),
        }
    )
    relation = package.relations[0].name
    ties = [
        _ties(network, actors["actor_id"][school == number].to_numpy(), relation)
        for number, network in enumerate(networks, start=1)
    ]
    return {
        "organizations": pd.DataFrame(
            {
                "organization_id": [_school(number) for number in range(1, len(networks) + 1)],
                "kind": "school",
                "catholic": catholic,
            }
        ),
        "actors": actors,
        "waves": pd.DataFrame({"wave": [1], "label": ["The one survey"]}),
        "ties": pd.concat(ties, ignore_index=True),
    }


def _school(number: int) -> str:
    return f"school_{number:02d}"


def _catholic(path: Path, found: list[object], sizes: list[int], faults: list[Fault]) -> list[int]:
    """Return the schools' first variable, which the file repeats for every pair of teachers."""
    if len(found) != len(sizes):
        shown = f"{len(found)} entries"
        faults.append(Fault(path.name, shown, f"{len(sizes)}, as in {_NETWORKS}", column=_SCHOOLS))
        return []
    values = []
    for number, (array, size) in enumerate(zip(found, sizes, strict=True), start=1):
        name = f"{_SCHOOLS}[[{number}]]"
        shape = (size, size, _SCHOOL_VARIABLES)
        cells = number_matrix(path, name, array, faults, minimum=0, maximum=_LARGEST, shape=shape)
        distinct = np.unique(cells[..., _CATHOLIC]) if cells.size else np.zeros(1)
        if distinct.tolist() not in ([0.0], [1.0]):
            shown = ", ".join(f"{value:g}" for value in distinct)
            faults.append(Fault(path.name, shown, "0 or 1 for the whole school", column=name))
        values.append(int(distinct[0]))
    return values


def _check_order(
    path: Path, teachers: pd.DataFrame, networks: list[npt.NDArray[np.float64]], faults: list[Fault]
) -> None:
    """Append a fault unless teachers run school by school, 1, 2, 3 … in each, as in the matrices."""
    expected = [
        (school, node)
        for school, network in enumerate(networks, start=1)
        for node in range(1, len(network) + 1)
    ]
    given = list(zip(teachers["id"], teachers["Node"], strict=True))
    if len(given) != len(expected):
        allowed = f"{len(expected)}, one a row of the matrices"
        faults.append(Fault(path.name, f"{len(given)} rows", allowed, column=_TEACHERS))
        return
    for row, (found, wanted) in enumerate(zip(given, expected, strict=True), start=1):
        if found != wanted:
            shown = f"school {found[0]:g}, teacher {found[1]:g}"
            allowed = f"school {wanted[0]}, teacher {wanted[1]}, in the order of the matrices"
            faults.append(Fault(path.name, shown, allowed, row, _TEACHERS))


def _filled(values: pd.Series, school: pd.Series) -> pd.Series:
    """Return 1 where a value is the mean of all other values of its school, 0 elsewhere."""
    filled = pd.Series(0, index=values.index)
    for _, own in values.groupby(school):
        for value in own.unique():
            others = own[own != value]
            if len(others) and abs(others.mean() - value) < _ROUNDING:
                filled[own.index[own == value]] = 1
    return filled


def _ties(
    network: npt.NDArray[np.float64], identifiers: npt.NDArray[np.object_], relation: str
) -> pd.DataFrame:
    senders, receivers = network.nonzero()
    return pd.DataFrame(
        {
            "wave": 1,
            "relation": relation,
            "sender_id": identifiers[senders],
            "receiver_id": identifiers[receivers],
            "value": network[senders, receivers],
            "reported_by": identifiers[senders],
        }
    )


if __name__ == "__main__":
    sys.exit(build(tables, "school_teacher_advice"))
