"""What a panel is made from, read: every fault of matrices or tables, and cells without an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats

__all__ = [
    "absent_cells",
    "blank",
    "days_of",
    "is_numbered",
    "labels_of",
    "missing_columns",
    "read_ties",
    "refuse",
    "repeated",
    "require_known",
    "some",
    "square",
]

_NEEDED = {
    "actors": ("actor_id",),
    "waves": ("wave",),
    "ties": ("wave", "relation", "sender_id", "receiver_id", "value"),
    "nonresponse": ("wave", "actor_id"),
}


def refuse(what: str, faults: Sequence[str]) -> None:
    """Raise with every fault, if there is one."""
    if faults:
        raise ValueError("\n".join([f"{what}:", *(f"  {fault}" for fault in faults)]))


def some(items: Iterable[Any], limit: int = 6) -> str:
    """List the first few, and say how many more there are."""
    found = list(items)
    with suppress(TypeError):  # numbers beside text: they stay as they came
        found = sorted(found)
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return ", ".join(str(item) for item in found[:limit]) + more


def repeated(names: Iterable[Hashable], where: str) -> list[str]:
    """Return the fault of names that are there more than once."""
    twice = [name for name, times in Counter(names).items() if times > 1]
    return [f"{where}: found {some(twice)} more than once; each may be there once"] if twice else []


def require_known(
    found: Iterable[Hashable], known: Collection[Hashable], where: str, faults: list[str]
) -> None:
    """Report names that are not among those known."""
    unknown = set(found) - set(known)
    if unknown:
        faults.append(f"{where}: {some(unknown)} unknown; there are {some(known)}")


def is_numbered(frame: pd.DataFrame) -> bool:
    """Whether nobody named the rows and columns: both carry pandas' default numbering."""
    return all(
        isinstance(axis, pd.RangeIndex) and axis.equals(pd.RangeIndex(len(axis)))
        for axis in (frame.index, frame.columns)
    )


def square(one: npt.ArrayLike | pd.DataFrame, where: str, faults: list[str]) -> Floats | None:
    """Return a square matrix of numbers, or report why it is none."""
    try:
        array = np.array(
            one if not isinstance(one, pd.DataFrame) else one.to_numpy(float, na_value=np.nan), float
        )
    except (TypeError, ValueError):
        faults.append(f"{where} holds something that is no number")
        return None
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        faults.append(f"{where} has shape {array.shape}; a square matrix is needed")
        return None
    if np.isinf(array).any():
        row, column = np.argwhere(np.isinf(array))[0] + 1
        faults.append(f"{where}, row {row}, column {column} is infinite; allowed are finite values, and NaN")
    return array


def labels_of(frame: pd.DataFrame, where: str, faults: list[str]) -> tuple[str, ...] | None:
    """Return the labels of a frame, the same in rows and columns, or report why they are not."""
    rows, columns = ([str(label) for label in axis] for axis in (frame.index, frame.columns))
    problems = repeated(rows, f"{where}, labels")
    if frame.index.hasnans:
        problems.append(f"{where}: a row without a label; each actor needs one")
    if set(rows) != set(columns):
        problems.append(f"{where}: labels {some(set(rows) ^ set(columns))} stand only in rows or in columns")
    elif rows != columns and not problems:
        first = next(k for k, (row, column) in enumerate(zip(rows, columns, strict=False)) if row != column)
        problems.append(
            f"{where}: rows and columns are in different order, first at position {first + 1}: row "
            f"{rows[first]!r}, column {columns[first]!r}; put both in the same order"
        )
    faults += problems
    return None if problems else tuple(rows)


def absent_cells(present: Flags) -> Flags:
    """Return the cells of pairs of whom one was absent, (waves, n, n)."""
    return ~(present[:, :, None] & present[:, None, :])


def blank(
    values: Floats, cells: Flags, waves: Sequence[Hashable], actors: Sequence[str], whose: str
) -> list[str]:
    """Make cells missing in place, and report the ties that stood there: data are not dropped in silence."""
    held = np.argwhere(cells & (np.nan_to_num(values) != 0))
    values[cells] = np.nan
    ties = [f"wave {waves[wave]!r} {actors[sender]} → {actors[receiver]}" for wave, sender, receiver in held]
    return [f"a tie of {whose}: {some(ties)}; correct the ties or who was there"] if ties else []


def missing_columns(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the fault of every table and column that a panel needs and that is not there."""
    needed = [name for name in _NEEDED if name != "nonresponse"]
    faults = [f"table {name} is missing" for name in needed if name not in tables]
    faults += [f"table {name} has no rows" for name in needed if name in tables and tables[name].empty]
    for name in (name for name in _NEEDED if name in tables):
        lacking = [column for column in _NEEDED[name] if column not in tables[name]]
        if lacking:
            faults.append(f"table {name} lacks {some(lacking)}; it has {some(tables[name].columns)}")
    return faults


def read_ties(
    ties: pd.DataFrame, relation: str, actors: Sequence[str], waves: Sequence[Hashable], faults: list[str]
) -> dict[str, npt.NDArray[np.int_] | Floats]:
    """Return positions and values of one relation's ties; unknown names, which are faults, get -1."""
    ties = ties[ties["relation"] == relation]
    senders, receivers = ties["sender_id"].map(str), ties["receiver_id"].map(str)
    for column, found, known in (
        ("sender_id", senders, actors),
        ("receiver_id", receivers, actors),
        ("wave", ties["wave"], waves),
    ):
        require_known(found, known, f"ties, column {column}", faults)
    twice = pd.DataFrame({"wave": ties["wave"], "sender": senders, "receiver": receivers})
    twice = twice[twice.duplicated()]
    if len(twice):
        pairs = [f"wave {wave!r} {sender} → {receiver}" for wave, sender, receiver in twice.to_numpy(object)]
        faults.append(f"ties listed more than once: {some(pairs)}; keep one report a tie")
    values = pd.to_numeric(ties["value"], errors="coerce").to_numpy(float)
    wrong = (np.isnan(values) & ties["value"].notna().to_numpy()) | np.isinf(values)
    if wrong.any():
        faults.append(f"ties, column value: found {some(ties['value'][wrong])}; allowed are finite numbers")
    places = {actor: position for position, actor in enumerate(actors)}
    rounds = {wave: position for position, wave in enumerate(waves)}
    return {
        "wave": np.array([rounds.get(wave, -1) for wave in ties["wave"]], dtype=int),
        "sender": np.array([places.get(sender, -1) for sender in senders], dtype=int),
        "receiver": np.array([places.get(receiver, -1) for receiver in receivers], dtype=int),
        "value": values,
    }


def days_of(frame: pd.DataFrame, where: str, column: str, faults: list[str]) -> npt.NDArray[np.datetime64]:
    """Return a column's days; NaT where the column, or a date in it, is not there."""
    given = frame.get(column, pd.Series(pd.NaT, index=frame.index))
    given = given.mask(given.astype(str).str.strip() == "")
    days = pd.to_datetime(given, errors="coerce", format="ISO8601", utc=True)
    wrong = days.isna() & given.notna()
    if wrong.any():
        faults.append(f"{where}: found {some(given[wrong])}; dates are written year-month-day")
    return days.to_numpy("datetime64[ns]").astype("datetime64[D]")
