"""School leaders of Carolan (2014, ch. 9): four matrices and a table of attributes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sources.build import build
from analysis.sources.workbook import read_square_matrix, read_table
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_ATTRIBUTES = "School Leaders Data Chapter 9_e.xlsx"
_COLUMNS = ("ID", "EFFICACY", "TRUST", "DISTRICT/SITE", "MALE")
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
    attributes = read_table(raw / _ATTRIBUTES, _COLUMNS, faults)
    raise_faults(faults)
    number = len(attributes["ID"])
    if attributes["ID"] != list(range(1, number + 1)):
        found = f"{attributes['ID'][:5]} …"
        faults.append(
            Fault(_ATTRIBUTES, found, "1, 2, 3 … in order: the matrices carry no labels", column="ID")
        )
    for row, office in enumerate(attributes["DISTRICT/SITE"], start=2):
        if office not in (0, 1):
            faults.append(
                Fault(_ATTRIBUTES, repr(office), "1 (district office) or 0 (school)", row, "DISTRICT/SITE")
            )
    ties = []
    for relation in package.relations:
        for wave in _WAVES:
            path = raw / f"year-{wave}-{relation.name}-ties.xlsx"
            matrix = read_square_matrix(path, number, relation.minimum, relation.maximum, faults)
            ties.append(_ties(matrix, relation.name, wave))
    raise_faults(faults)
    district = [office == 1 for office in attributes["DISTRICT/SITE"]]
    return {
        "organizations": pd.DataFrame(
            {
                "organization_id": ["district_office", "schools"],
                "kind": ["office", "group"],
            }
        ),
        "actors": pd.DataFrame(
            {
                "actor_id": _identifiers(number),
                "organization_id": ["district_office" if office else "schools" for office in district],
                "role": ["district leader" if office else "school leader" for office in district],
                "efficacy": attributes["EFFICACY"],
                "trust": attributes["TRUST"],
                "male": attributes["MALE"],
            }
        ),
        "waves": pd.DataFrame({"wave": _WAVES, "label": [f"Year {wave}" for wave in _WAVES]}),
        "ties": pd.concat(ties, ignore_index=True),
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
