"""A stream of dated contacts as flat arrays, and its ties: a pair's first contact, with those that follow.

Contacts are undirected here. Times are numbers in any unit, or dates and date-times (ISO 8601; a date is its
midnight). Results are then in days, points of time in days since 1970-01-01: `pandas.to_datetime(times,
unit="D")` leads back. Dates and date-times are compared by the microsecond, so that "seven days later" is
exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults

__all__ = [
    "DAY",
    "ENDS",
    "ContactStream",
    "Ties",
    "clock_of",
    "contact_stream",
    "static_ties",
    "stream_of",
    "ticks_of",
    "tie_between",
]

Ties = tuple[Integers, Integers, Integers, Floats, Integers, Integers, Integers]

ENDS = ("sender_id", "receiver_id")
DAY = 86_400e6
"""Ticks to a day, where times are dates."""
_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True, eq=False)
class ContactStream:
    """Contacts as flat arrays, sorted by time; pairs as ties, sorted by first contact.

    Attributes
    ----------
    people : ndarray of str, shape (n,)
        Labels, sorted, also of people in contact with themselves only; the arrays below hold places in it.
    one, other : ndarray of int, shape (k,)
        Ends of each tie, one < other.
    first, last : ndarray of float, shape (k,)
        Times of its first and last contact, in ticks.
    tie : ndarray of int, shape (m,)
        Which tie each contact belongs to.
    clock : ndarray of float, shape (m,)
        When it took place, in ticks.
    unit : float
        Ticks to the unit of time: 1 for numbers, the microseconds of a day for dates.
    self_contacts : int
        Contacts of a person with themselves, left out.
    """

    people: npt.NDArray[np.object_]
    one: Integers
    other: Integers
    first: Floats
    last: Floats
    tie: Integers
    clock: Floats
    unit: float
    self_contacts: int

    def ticks(self, duration: float) -> float:
        """Return a duration in ticks."""
        return float(duration) if self.unit == 1.0 else float(np.rint(duration * self.unit))

    def names(self, places: Integers) -> Any:
        """Return the labels at these places as a column; missing where a place is -1."""
        return pd.array(self.people, dtype="str").take(places, allow_fill=True)

    def frame(self) -> pd.DataFrame:
        """Return the contacts as a table: time (a number), sender_id, receiver_id."""
        return pd.DataFrame(
            {
                "time": self.clock / self.unit,
                "sender_id": self.names(self.one[self.tie]),
                "receiver_id": self.names(self.other[self.tie]),
            }
        )

    def numbers(self, pairs: Sequence[tuple[object, object]]) -> Integers:
        """Return the number of each pair's first tie; -1 where it has none."""
        labels = [sorted(map(str, pair)) for pair in pairs]
        wrong = [repr(pair) for pair in pairs if isinstance(pair, str) or len(pair) != 2]
        if wrong:
            raise ValueError(f"pairs: found {', '.join(wrong)}; allowed: two labels each")
        if not labels:
            return np.empty(0, dtype=np.int64)
        people = len(self.people)
        places = pd.Index(self.people).get_indexer(pd.Index(np.ravel(labels), dtype=object)).reshape(-1, 2)
        keys = np.where((places < 0).any(axis=1), -1, places[:, 0] * people + places[:, 1])
        known = pd.Index(self.one * people + self.other)
        found: Integers = known.get_indexer(pd.Index(keys)).astype(np.int64)
        return found


def contact_stream(contacts: pd.DataFrame | ContactStream) -> ContactStream:
    """Read a table of contacts into flat arrays.

    Parameters
    ----------
    contacts : DataFrame
        Columns ``time``, ``sender_id``, ``receiver_id``. A stream is returned as it is.

    Raises
    ------
    InvalidInput
        With every column that is not there and every cell that is empty or no time.

    Examples
    --------
    >>> contacts = pd.DataFrame({"time": [0, 3, 5], "sender_id": list("aba"), "receiver_id": list("bcb")})
    >>> stream = contact_stream(contacts)
    >>> stream.people.tolist(), stream.first.tolist(), stream.last.tolist()  # two ties: a–b and b–c
    (['a', 'b', 'c'], [0.0, 3.0], [5.0, 3.0])
    """
    if isinstance(contacts, ContactStream):
        return contacts
    faults = [
        Fault("contacts", "no such column", "time, sender_id and receiver_id", 1, name)
        for name in ("time", *ENDS)
        if name not in contacts.columns
    ]
    raise_faults(faults, "nothing counted")
    clock, unit = clock_of(contacts["time"], "contacts", faults)
    # Whole numbers with a missing one among them are decimals; 1.0 is the person 1 all the same.
    names = [
        (contacts[name].convert_dtypes() if contacts[name].dtype.kind == "f" else contacts[name]).astype(
            "string"
        )
        for name in ENDS
    ]
    for name, column in zip(ENDS, names, strict=True):
        empty = column.isna() | column.eq("").fillna(True)
        fault_cells("contacts", name, contacts[name], empty, "a label", faults)
    raise_faults(faults, "nothing counted")
    codes, people = pd.factorize(pd.concat(names, ignore_index=True), sort=True)
    one, other = codes.reshape(2, -1).astype(np.int64)
    return stream_of(one, other, clock, np.asarray(people, dtype=object), unit)


def stream_of(
    sender: Integers, receiver: Integers, clock: Floats, people: npt.NDArray[np.object_], unit: float
) -> ContactStream:
    """Return a stream of contacts whose people are places in a sorted list, and whose times are ticks."""
    low, high = np.minimum(sender, receiver), np.maximum(sender, receiver)
    kept = low != high
    pairs, clock = (low * len(people) + high)[kept], clock[kept]
    order = np.lexsort((pairs, clock))
    pairs, clock = pairs[order], clock[order]
    # In the order of time, then of pairs, a pair's first contact tells the number of its tie.
    tie, ties = pd.factorize(pairs)
    one, other = np.divmod(ties, max(len(people), 1))
    first, last = clock[np.diff(np.maximum.accumulate(tie), prepend=-1) > 0], np.full(len(ties), -np.inf)
    np.maximum.at(last, tie, clock)
    return ContactStream(people, one, other, first, last, tie, clock, unit, int((~kept).sum()))


def clock_of(times: pd.Series, file: str, faults: list[Fault]) -> tuple[Floats, float]:
    """Return times in ticks and how many make a unit: 1 for numbers, the microseconds of a day for dates.

    Cells of the file that are no time are appended to the faults.

    Examples
    --------
    >>> ticks, unit = clock_of(pd.Series(["1970-01-02", "1970-01-02T12:00"]), "contacts", [])
    >>> (ticks / unit).tolist()
    [1.0, 1.5]
    """
    clock, bad, unit, allowed = ticks_of(times)
    fault_cells(file, "time", times, pd.Series(bad), allowed, faults)
    return clock, unit


def ticks_of(times: pd.Series) -> tuple[Floats, Flags, float, str]:
    """Return times in ticks, which cells are no time, how many ticks make a unit, and what is allowed."""
    if pd.api.types.is_numeric_dtype(times) and not pd.api.types.is_bool_dtype(times):
        clock = times.to_numpy(dtype=np.float64, na_value=np.nan)
        return clock, ~np.isfinite(clock), 1.0, "a number"
    dated = pd.api.types.is_datetime64_any_dtype(times)
    read = pd.to_datetime(
        times if dated else times.astype("string"),
        format=None if dated else "ISO8601",
        errors="coerce",
        utc=True,
    )
    clock = read.dt.as_unit("us").to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
    bad: Flags = read.isna().to_numpy()
    return clock, bad, DAY, "a number, a date, or a date with a time of day (ISO 8601)"


@_compile
def static_ties(people: int, one: Integers, other: Integers, first: Floats) -> Ties:  # pragma: no cover
    """Return each person's ties twice over: by time, and by neighbour.

    The first is where each person's ties start, (n + 1); then, all of length 2k, neighbours and ties by time,
    their times; neighbours and ties by neighbour; last, (k, 2), where each tie stands by time among those of
    its two ends. Ties come sorted by first contact.
    """
    starts = np.zeros(people + 1, dtype=np.int64)
    for k in range(len(one)):
        starts[one[k] + 1] += 1
        starts[other[k] + 1] += 1
    for person in range(people):
        starts[person + 1] += starts[person]
    near, via = np.empty(2 * len(one), dtype=np.int64), np.empty(2 * len(one), dtype=np.int64)
    moment, spots = np.empty(2 * len(one)), np.empty((len(one), 2), dtype=np.int64)
    free = starts[:-1].copy()
    for k in range(len(one)):
        for turn in range(2):
            end, opposite = (one[k], other[k]) if turn == 0 else (other[k], one[k])
            near[free[end]], via[free[end]], moment[free[end]] = opposite, k, first[k]
            spots[k, turn] = free[end]
            free[end] += 1
    ordered, ordered_via = np.empty_like(near), np.empty_like(via)
    free = starts[:-1].copy()
    for person in range(people):
        for place in range(starts[person], starts[person + 1]):
            neighbour = near[place]
            ordered[free[neighbour]], ordered_via[free[neighbour]] = person, via[place]
            free[neighbour] += 1
    return starts, near, via, moment, ordered, ordered_via, spots


@_compile
def tie_between(ties: Ties, person: int, neighbour: int) -> int:  # pragma: no cover - compiled
    """Return the tie of two people, -1 where they never have one."""
    starts, ordered, ordered_via = ties[0], ties[4], ties[5]
    if starts[person + 1] - starts[person] > starts[neighbour + 1] - starts[neighbour]:
        person, neighbour = neighbour, person
    low, high = starts[person], starts[person + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < neighbour:
            low = middle + 1
        else:
            high = middle
    found: int = ordered_via[low] if low < end and ordered[low] == neighbour else -1
    return found
