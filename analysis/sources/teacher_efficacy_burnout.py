"""Answers of 876 Indonesian teachers to 23 items: self-concept, efficacy, burnout (Prasojo et al. 2020)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column
from analysis.tables.workbook import check_numbers, read_table, shown

__all__ = ["tables"]

_WORKBOOK = "2. Response.xlsx"
_SCALES = {
    "TSC": ("teacher_self_concept", 5),
    "TE": ("teacher_efficacy", 5),
    "EE": ("emotional_exhaustion", 5),
    "DE": ("depersonalization", 3),
    "RPA": ("reduced_personal_accomplishment", 5),
}
_LOWEST, _HIGHEST = 1, 5


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, one wave, items and responses.

    No item is marked as reversed: the file does not say which way an item is worded.

    Raises
    ------
    InvalidInput
        With every fault of the workbook.
    """
    faults: list[Fault] = []
    items = {
        f"{prefix}{number}": scale
        for prefix, (scale, size) in _SCALES.items()
        for number in range(1, size + 1)
    }
    path = raw / _WORKBOOK
    answers = read_table(path, tuple(items), faults)
    for item, cells in answers.items():
        declared = Column(item, "integer", "An answer.", minimum=_LOWEST, maximum=_HIGHEST)
        check_numbers(path, item, cells, declared, faults)
        faults += [
            Fault(path.name, shown(cell), "a whole number", row, item)
            for row, cell in enumerate(cells, start=2)
            if isinstance(cell, float) and _LOWEST <= cell <= _HIGHEST and not cell.is_integer()
        ]
    raise_faults(faults)
    wide = pd.DataFrame(answers).astype(int).rename(columns=str.lower)
    wide.insert(0, "actor_id", [f"teacher_{number:03d}" for number in range(1, len(wide) + 1)])
    return {
        "actors": wide[["actor_id"]].assign(role="teacher"),
        "waves": pd.DataFrame({"wave": [1], "label": ["The only survey"]}),
        "items": pd.DataFrame(
            {
                "item_id": [item.lower() for item in items],
                "scale": list(items.values()),
                "minimum": _LOWEST,
                "maximum": _HIGHEST,
                "reversed": 0,
            }
        ),
        "responses": wide.melt("actor_id", var_name="item_id").assign(wave=1),
    }


if __name__ == "__main__":
    sys.exit(build(tables, "teacher_efficacy_burnout"))
