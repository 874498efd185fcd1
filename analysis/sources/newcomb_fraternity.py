"""Newcomb's fraternity: seventeen men rank one another each week."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE, _OBJECT = "newcomb.RData", "newcomb.rank"
_MEN = 17
_WEEKS = (*range(1, 9), *range(10, 16))
_RANKS = set(range(1, _MEN))


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, waves and ties, whose value is the rank.

    Raises
    ------
    InvalidInput
        When the object is no list of fourteen networks, or a man does not rank each other man once.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, [_OBJECT], faults)
    raise_faults(faults)
    networks = objects[_OBJECT]
    if not isinstance(networks, list) or len(networks) != len(_WEEKS):
        found = f"{len(networks)} networks" if isinstance(networks, list) else "no list"
        raise_faults([Fault(path.name, found, f"a network for each of {len(_WEEKS)} weeks", None, _OBJECT)])
    weeks = [_week(path, week, network, faults) for week, network in zip(_WEEKS, networks, strict=True)]
    raise_faults(faults)
    ties = pd.concat(weeks, ignore_index=True).assign(relation=package.relations[0].name)
    return {
        "actors": pd.DataFrame({"actor_id": [*map(_man, range(1, _MEN + 1))], "role": "student"}),
        "waves": pd.DataFrame({"wave": _WEEKS, "label": [f"Week {week}" for week in _WEEKS]}),
        "ties": ties,
    }


def _week(path: Path, week: int, network: Any, faults: list[Fault]) -> pd.DataFrame:
    place = f"{_OBJECT}[week {week}]"
    try:
        rows = [
            (int(arc["outl"][0]), int(arc["inl"][0]), int(arc["atl"]["rank"][0])) for arc in network["mel"]
        ]
    except (KeyError, IndexError, TypeError, ValueError):
        faults.append(Fault(path.name, "arcs without ends or rank", "R network objects", None, place))
        rows = []
    ranks = pd.DataFrame(rows, columns=["sender", "receiver", "value"])
    for man in range(1, _MEN + 1) if rows else ():
        own = ranks[ranks["sender"] == man]
        others = set(range(1, _MEN + 1)) - {man}
        if sorted(own["receiver"]) != sorted(others) or sorted(own["value"]) != sorted(_RANKS):
            allowed = f"each other man once, ranked 1 to {_MEN - 1}"
            faults.append(Fault(path.name, f"{len(own)} ranks of man {man}", allowed, None, place))
    senders = [*map(_man, ranks["sender"])]
    return pd.DataFrame(
        {
            "wave": week,
            "sender_id": senders,
            "receiver_id": [*map(_man, ranks["receiver"])],
            "value": ranks["value"],
            "reported_by": senders,
        }
    )


def _man(number: int) -> str:
    return f"student_{number:02d}"


if __name__ == "__main__":
    sys.exit(build(tables, "newcomb_fraternity"))
