"""Friendships of a middle-school class, as its pupils and as their teacher report them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.sources.build import build
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.workbook import read_square_matrix

__all__ = ["tables"]

_PUPILS, _WAVE, _TEACHER = 27, 1, "teacher"
_VALUED, _PLAIN = "student-reported-valued.xlsx", "student-reported-friends.xlsx"
_FILES = {"pupils_report": _VALUED, "teacher_reports": "teacher-reported-friends.xlsx"}


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, waves and ties: of the pupils' answers those with values.

    Raises
    ------
    InvalidInput
        With every fault of the three workbooks, and where the two of the pupils do not have the same ties.
    """
    faults: list[Fault] = []
    found = {
        relation.name: read_square_matrix(
            raw / _FILES[relation.name], _PUPILS, relation.minimum, relation.maximum, faults
        )
        for relation in package.relations
    }
    plain = read_square_matrix(raw / _PLAIN, _PUPILS, 0, 1, faults)
    valued = found["pupils_report"]
    both = np.isfinite(plain) & np.isfinite(valued)
    for row, column in np.argwhere(both & ((plain > 0) != (valued > 0))).tolist():
        allowed = f"a tie in both files of the pupils' answers or in neither ({_VALUED})"
        faults.append(Fault(_PLAIN, f"{plain[row, column]:g}", allowed, row + 1, str(column + 1)))
    raise_faults(faults)
    return {
        "actors": pd.DataFrame(
            {
                "actor_id": [*map(_pupil, range(_PUPILS)), _TEACHER],
                "role": [*["pupil"] * _PUPILS, "teacher"],
            }
        ),
        "waves": pd.DataFrame({"wave": [_WAVE], "label": ["Autumn"]}),
        "ties": pd.concat([_ties(name, matrix) for name, matrix in found.items()], ignore_index=True),
    }


def _ties(relation: str, matrix: Floats) -> pd.DataFrame:
    senders, receivers = matrix.nonzero()
    named = [*map(_pupil, senders.tolist())]
    return pd.DataFrame(
        {
            "wave": _WAVE,
            "relation": relation,
            "sender_id": named,
            "receiver_id": [*map(_pupil, receivers.tolist())],
            "value": matrix[senders, receivers],
            "reported_by": named if relation == "pupils_report" else _TEACHER,
        }
    )


def _pupil(place: int) -> str:
    return f"pupil_{place + 1:02d}"


if __name__ == "__main__":
    sys.exit(build(tables, "class_friendships"))
