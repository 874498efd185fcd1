"""Phone calls and friendships of a student dormitory (Madan et al. 2012; R package goldfish)."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "Social_Evolution.RData"
_OBJECTS = ("actors", "calls", "friendship")
_SECONDS = (1.2e9, 1.3e9)
_ENDS = ("sender", "receiver")
_DAY = 86_400


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, waves, friendship ties as named in each survey, and calls as contacts.

    Raises
    ------
    InvalidInput
        With every fault of the file: other columns, values out of bounds, people who are not listed, surveys
        that are not two or not at midnight.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, _OBJECTS, faults)
    raise_faults(faults)
    actors = data_frame(
        path,
        "actors",
        objects["actors"],
        faults,
        numbers={"floor": (1, 10), "gradeType": (1, 5)},
        texts=["label"],
        incomplete=["gradeType"],
    )
    calls, named = (
        data_frame(
            path,
            name,
            objects[name],
            faults,
            numbers={"time": _SECONDS, change: (1, 1)},
            texts=_ENDS,
        )
        for name, change in (("calls", "increment"), ("friendship", "replace"))
    )
    raise_faults(faults)
    known = set(actors["label"])
    for name, frame in (("calls", calls), ("friendship", named)):
        for column in _ENDS:
            for row in np.flatnonzero(~frame[column].isin(known)).tolist():
                found = repr(frame[column].iloc[row])
                faults.append(Fault(_FILE, found, "a label of the actors", row + 1, f"{name}${column}"))
    surveys = sorted(named["time"].unique().tolist())
    if len(surveys) != 2 or any(second % _DAY for second in surveys):
        found = f"times {', '.join(f'{second:.0f}' for second in surveys)}"
        faults.append(Fault(_FILE, found, "two midnights", None, "friendship$time"))
    raise_faults(faults)
    days = [f"{pd.Timestamp(second, unit='s'):%Y-%m-%d}" for second in surveys]
    senders = named["sender"].map(_person)
    relation = package.relations[0].name
    return {
        "actors": pd.DataFrame(
            {
                "actor_id": actors["label"].map(_person),
                "floor": actors["floor"].astype("Int64"),
                "grade_type": actors["gradeType"].astype("Int64"),
            }
        ),
        "waves": pd.DataFrame({"wave": [1, 2], "label": ["September", "October"], "opened_on": days}),
        "ties": pd.DataFrame(
            {
                "wave": named["time"].map({second: wave for wave, second in enumerate(surveys, start=1)}),
                "relation": relation,
                "sender_id": senders,
                "receiver_id": named["receiver"].map(_person),
                "value": named["replace"],
                "reported_by": senders,
            }
        ),
        "contacts": pd.DataFrame(
            {
                "time": pd.to_datetime(calls["time"], unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S"),
                "sender_id": calls["sender"].map(_person),
                "receiver_id": calls["receiver"].map(_person),
                "kind": "phone call",
            }
        ),
    }


def _person(label: str) -> str:
    number = re.sub(r"\D", "", label)
    return f"person_{int(number):02d}" if number else label


if __name__ == "__main__":
    sys.exit(build(tables, "social_evolution_calls"))
