"""How many of up to three raters chose what for 2,246 classroom exchanges (Demszky et al. 2021).

Who rated is not published, nor is any single rating: per exchange and variable the file gives the mean, how
many agree, and the majority. What the ratings were is worked out from these three.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from itertools import combinations_with_replacement
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.cells import FIRST_ROW
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column

__all__ = ["tables"]

_FILE = "uptake_data.csv"
_OBSERVATION, _EXCHANGE = "obs_id", "exchange_idx"
_CATEGORIES = {"student_on_task": (0, 1), "teacher_on_task": (0, 1), "uptake": (0, 1, 2)}
_NUMBERS_OF_RATERS = {"student_on_task": (3,), "teacher_on_task": (3,), "uptake": (1, 2, 3)}
_UNRATED = (None, 1, None)
"""Mean, agreement and majority of an exchange nobody rated; the file counts one who agrees all the same."""

_Ratings = tuple[int, ...]
_Summary = tuple[float | None, int | None, int | None]


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return ``rating_counts``: every category of every rated exchange, counts of 0 too; its transcript.

    An exchange whose ratings of uptake cannot be told for certain has no row under `uptake`; under
    `uptake_ambiguous` it has one, whose category lists what they may have been.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    columns = [
        Column(_OBSERVATION, "integer", "Number of the transcript."),
        Column(_EXCHANGE, "integer", "Number of the exchange in it."),
    ]
    for variable, categories in _CATEGORIES.items():
        columns += [
            Column(variable, "number", "Mean.", variable != "uptake", minimum=0, maximum=categories[-1]),
            Column(f"{variable}_num_agree", "integer", "How many agree.", minimum=1, maximum=3),
            Column(f"{variable}_majority", "integer", "Majority.", required=False),
        ]
    published = read_delimited(path, columns, faults)
    known = published[[_OBSERVATION, _EXCHANGE]].notna().all(axis=1)
    again = published.duplicated([_OBSERVATION, _EXCHANGE]) & known
    for position in again.index[again]:
        row = position + FIRST_ROW
        faults.append(Fault(path.name, "an exchange again", "each exchange once", row, _EXCHANGE))
    units = _units(published)
    rows: list[tuple[str, str, str, int]] = []
    for variable in _CATEGORIES:
        rows += _counts(path, variable, units, published, faults)
    raise_faults(faults)
    counts = pd.DataFrame(rows, columns=["unit_id", "variable", "category", "count"])
    return {"rating_counts": counts.assign(document_id=counts["unit_id"].str.partition("_exchange_")[0])}


def _units(published: pd.DataFrame) -> list[str]:
    """Return identifiers of ours: transcripts, and the exchanges of each, in the order of the file."""
    transcript = pd.factorize(published[_OBSERVATION])[0] + 1
    exchange = published.groupby(_OBSERVATION, dropna=False).cumcount() + 1
    return [
        f"transcript_{first:03d}_exchange_{second:02d}"
        for first, second in zip(transcript, exchange, strict=True)
    ]


def _possible(variable: str) -> dict[_Summary, list[_Ratings]]:
    """Return, for what may be published of an exchange, the ratings that would have led to it."""
    found: dict[_Summary, list[_Ratings]] = {}
    for number in _NUMBERS_OF_RATERS[variable]:
        for ratings in combinations_with_replacement(_CATEGORIES[variable], number):
            [(top, agree)] = Counter(ratings).most_common(1)
            summary = (round(sum(ratings) / number, 6), agree, top if agree > 1 else None)
            found.setdefault(summary, []).append(ratings)
    return found


def _counts(
    path: Path, variable: str, units: list[str], published: pd.DataFrame, faults: list[Fault]
) -> list[tuple[str, str, str, int]]:
    """Return the rows of one variable; a mean, an agreement and a majority that do not fit are faults."""
    possible = _possible(variable)
    columns = [variable, f"{variable}_num_agree", f"{variable}_majority"]
    given = published[columns]
    unread = {fault.row for fault in faults if fault.column in columns}
    rows: list[tuple[str, str, str, int]] = []
    for position, (unit, row) in enumerate(zip(units, given.itertuples(index=False, name=None), strict=True)):
        mean, agree, majority = (None if pd.isna(cell) else cell for cell in row)
        summary = (mean if mean is None else round(mean, 6), agree, majority)
        if position + FIRST_ROW in unread or summary == _UNRATED:
            continue
        ratings = possible.get(summary, [])
        if len(ratings) == 1:
            count = Counter(ratings[0])
            rows += [(unit, variable, str(category), count[category]) for category in _CATEGORIES[variable]]
        elif ratings:
            either = " or ".join(",".join(map(str, one)) for one in ratings)
            rows.append((unit, f"{variable}_ambiguous", either, 1))
        else:
            shown = ["none" if number is None else f"{number:g}" for number in summary]
            found = f"mean {shown[0]}, {shown[1]} agreeing, majority {shown[2]}"
            allowed = f"what ratings of {', '.join(map(str, _CATEGORIES[variable]))} can lead to"
            faults.append(Fault(path.name, found, allowed, position + FIRST_ROW, variable))
    return rows


if __name__ == "__main__":
    sys.exit(build(tables, "uptake_three_raters"))
