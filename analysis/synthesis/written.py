"""Tables that people wrote for the synthesis: which finding of which run is evidence of what.

They name runs, findings and numbers by key; what these say is looked up and never written down here.
"""

from __future__ import annotations

import re

import pandas as pd

from analysis.files import ROOT, STUDIES
from analysis.tables.faults import Fault, raise_faults

__all__ = ["COLUMNS", "MECHANISMS", "ROLES", "written"]

MECHANISMS = (
    "reciprocated trust",
    "closure",
    "diffusion",
    "routines and reflection",
    "environment and responses",
    "leadership",
    "collective efficacy",
)
"""What the studies say moves networks, in the order of the matrix."""

ROLES = ("found", "rival")
"""A finding is evidence of the mechanism, or of another reading of the same data."""

COLUMNS = {
    "evidence": ("mechanism", "study", "role", "run", "finding", "number", "rule"),
    "named": ("mechanism", "study", "source", "reading"),
    "tensions": ("mechanism", "one", "other", "one_says", "other_says", "run", "finding"),
    "essay": ("claim", "place", "run", "finding"),
    "readings": ("about", "claims", "study", "run", "finding"),
    "associations": ("association", "run", "finding", "estimate", "error", "cases", "covariates", "test"),
    "ask": ("item", "question", "table", "who", "when", "seconds", "times", "serves", "needs"),
}
"""Columns of each table; `rule` says which values of `number` show the mechanism."""

_KNOWN = {"mechanism": MECHANISMS, "role": ROLES}
_MAY_BE_EMPTY = {"number", "rule", "table", "serves", "needs", "error", "cases", "covariates"}
_RULE = re.compile(r"(<=|>=|<|>) -?\d+(\.\d+)?")


def written(name: str) -> pd.DataFrame:
    """Return one of the tables, as text, in its own order.

    Parameters
    ----------
    name : str
        One of `COLUMNS`.

    Raises
    ------
    InvalidInput
        With every fault: a missing column or value, an unknown mechanism or role, a rule that is none.

    Examples
    --------
    >>> written("named").columns.tolist()
    ['mechanism', 'study', 'source', 'reading']
    """
    path = STUDIES / "synthesis/tables" / f"{name}.csv"
    file = path.relative_to(ROOT).as_posix()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = [column for column in COLUMNS[name] if column not in frame]
    raise_faults(Fault(file, "no such column", "every table has it", 1, column) for column in lacking)
    frame = frame[list(COLUMNS[name])]
    faults = []
    for line, row in enumerate(frame.to_dict("records"), start=2):
        # A claim of the essay may have no evidence at all: then neither run nor finding.
        empty = _MAY_BE_EMPTY | ({"run", "finding"} if not row.get("run") and name == "essay" else set())
        faults += [
            Fault(file, "nothing", "a value", line, str(column))
            for column, value in row.items()
            if not value and column not in empty
        ]
        for name_of, known in _KNOWN.items():
            if row.get(name_of, "") not in ("", *known):
                faults.append(Fault(file, repr(row[name_of]), ", ".join(known), line, name_of))
        number, rule = row.get("number", ""), row.get("rule", "")
        if bool(number) != bool(rule) or (rule and not _RULE.fullmatch(rule)):
            allowed = "a number and its rule, such as <= 0.05, or neither"
            faults.append(Fault(file, f"{number!r}, {rule!r}", allowed, line, "rule"))
    raise_faults(faults)
    return frame
