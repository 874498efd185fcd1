"""School leaders of Carolan (2014, ch. 9): four matrices and a table of attributes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sources.build import build
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.workbook import check_numbers, read_square_matrix, read_table, shown

__all__ = ["tables"]

_ATTRIBUTES = "School Leaders Data Chapter 9_e.xlsx"
_ATTRIBUTE_OF = {"EFFICACY": "efficacy", "TRUST": "trust", "MALE": "male"}
_OFFICE = "DISTRICT/SITE"
_WAVES = (1, 3)


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors, waves and ties.

    Self-ties are kept as they came. Every matrix cell above 0 becomes a row of `ties`; whether a year-1
    row of zeros is silence or an answer is not in the files, so nobody is listed as a non-respondent.

    Raises
    ------
    InvalidInput
        With every fault of the five workbooks.
    """
    faults: list[Fault] = []
    path = raw / _ATTRIBUTES
    attributes = read_table(path, ("ID", *_ATTRIBUTE_OF, _OFFICE), faults)
    # Without the table nobody knows how many there are; the matrices are then read for their own faults.
    number = len(attributes["ID"]) or None
    for expected, identifier in enumerate(attributes["ID"], start=1):
        if identifier != expected:
            allowed = f"{expected}: IDs run 1, 2, 3 … in order, because the matrices carry no labels"
            faults.append(Fault(path.name, shown(identifier), allowed, expected + 1, "ID"))
    for row, office in enumerate(attributes[_OFFICE], start=2):
        if office not in (0, 1):
            allowed = "1 (district office) or 0 (school)"
            faults.append(Fault(path.name, shown(office), allowed, row, _OFFICE))
    for column in package.attributes.get("actors", ()):
        for header, name in _ATTRIBUTE_OF.items():
            if name == column.name:
                check_numbers(path, header, attributes[header], column, faults)
    ties = []
    for relation in package.relations:
        for wave in _WAVES:
            matrix = read_square_matrix(
                raw / f"year-{wave}-{relation.name}-ties.xlsx",
                number,
                relation.minimum,
                relation.maximum,
                faults,
            )
            ties.append((matrix, relation.name, wave))
    raise_faults(faults)
    district = [office == 1 for office in attributes[_OFFICE]]
    return {
        "organizations": pd.DataFrame(
            {
                "organization_id": ["district_office", "schools"],
                "kind": ["office", "group"],
            }
        ),
        "actors": pd.DataFrame(
            {
                "actor_id": _identifiers(len(district)),
                "organization_id": ["district_office" if office else "schools" for office in district],
                "role": ["district leader" if office else "school leader" for office in district],
                **{name: attributes[header] for header, name in _ATTRIBUTE_OF.items()},
            }
        ),
        "waves": pd.DataFrame({"wave": _WAVES, "label": [f"Year {wave}" for wave in _WAVES]}),
        "ties": pd.concat([_ties(*tie) for tie in ties], ignore_index=True),
    }


def _identifiers(number: int) -> list[str]:
    return [f"leader_{identifier:02d}" for identifier in range(1, number + 1)]


def _ties(matrix: np.ndarray, relation: str, wave: int) -> pd.DataFrame:
    identifiers = np.array(_identifiers(len(matrix)))
    senders, receivers = matrix.nonzero()
    return pd.DataFrame(
        {
            "wave": wave,
            "relation": relation,
            "sender_id": identifiers[senders],
            "receiver_id": identifiers[receivers],
            "value": matrix[senders, receivers],
            "reported_by": identifiers[senders],
        }
    )


if __name__ == "__main__":
    sys.exit(build(tables, "school_leaders"))
