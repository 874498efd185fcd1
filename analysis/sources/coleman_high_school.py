"""Seventy-three boys of a high school: whom they went around with in autumn and in spring (Coleman 1964)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import number_matrix, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE, _OBJECT = "coleman.RData", "coleman"
_WAVES = {1: "Autumn 1957", 2: "Spring 1958"}
_BOYS = 73


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the school), actors, waves and ties.

    Raises
    ------
    InvalidInput
        With every fault of the array.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, (_OBJECT,), faults)
    raise_faults(faults)
    shape = (len(_WAVES), _BOYS, _BOYS)
    named = number_matrix(path, _OBJECT, objects[_OBJECT], faults, minimum=0, maximum=1, shape=shape)
    raise_faults(faults)
    boys = np.array([f"boy_{number:02d}" for number in range(1, _BOYS + 1)], dtype=object)
    waves, senders, receivers = named.nonzero()
    return {
        "organizations": pd.DataFrame({"organization_id": ["school"], "kind": ["school"]}),
        "actors": pd.DataFrame({"actor_id": boys, "organization_id": "school", "role": "pupil"}),
        "waves": pd.DataFrame({"wave": list(_WAVES), "label": list(_WAVES.values())}),
        "ties": pd.DataFrame(
            {
                "wave": waves + 1,
                "relation": package.relations[0].name,
                "sender_id": boys[senders],
                "receiver_id": boys[receivers],
                "value": 1,
                "reported_by": boys[senders],
            }
        ),
    }


if __name__ == "__main__":
    sys.exit(build(tables, "coleman_high_school"))
