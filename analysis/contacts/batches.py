"""A stream of contacts out of a file too large to be read at once: Parquet or CSV, batch after batch.

A table of ten million contacts takes many times the room of the stream it becomes, most of it for names. Here
each batch is turned into numbers as it comes, so that of the table no more than one batch is there at a time.
Needs the optional package pyarrow (`make test-cluster` installs it, in an environment of its own).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.contacts.stream import DAY, ENDS, ContactStream, stream_of, ticks_of
from analysis.tables.cells import FIRST_ROW
from analysis.tables.faults import Fault, raise_faults

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ContactFile", "LeftOut", "contact_stream_of_file", "read_contacts"]

_COLUMNS = ("time", *ENDS)
_BATCH = 1 << 20
_ENOUGH = 20
"""Faults of cells, and rows of each reason, that are named."""
_CELLS, _EMPTY, _SELF = "another number of cells than columns", "neither people nor time", "with themselves"
_NO = {"time": "no time that can be read", "sender_id": "no sender", "receiver_id": "no receiver"}


@dataclass
class LeftOut:
    """Rows left out for one reason.

    Attributes
    ----------
    count : int
    first : list of int
        Lines of the first of them; the header is line 1.
    """

    count: int = 0
    first: list[int] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class ContactFile:
    """What a file of contacts holds; each of its rows is a contact of the stream, or left out for a reason.

    Attributes
    ----------
    stream : ContactStream
    rows : int
    left_out : dict of str to LeftOut
        By the first reason that a row gives.
    """

    stream: ContactStream
    rows: int
    left_out: dict[str, LeftOut]

    def __post_init__(self) -> None:
        told = self.used + sum(one.count for one in self.left_out.values())
        if told != self.rows:
            raise RuntimeError(f"{self.rows} rows, of which {told} are accounted for")

    @property
    def used(self) -> int:
        """Rows that are contacts of the stream."""
        return len(self.stream.clock)


def contact_stream_of_file(path: Path, *, batch_rows: int = _BATCH) -> ContactStream:
    """Read a file of contacts, every row of which can be read, into flat arrays.

    Parameters
    ----------
    path, batch_rows
        As in `read_contacts`.

    Returns
    -------
    ContactStream
        The one that `contact_stream` makes of the whole table.

    Raises
    ------
    ImportError
        Without pyarrow.
    InvalidInput
        As `read_contacts`; and with the first cells that are empty or no time, by row.
    """
    faults: list[Fault] = []
    found = read_contacts(path, batch_rows=batch_rows, faults=faults)
    raise_faults(faults, "nothing counted")
    return found.stream


def read_contacts(
    path: Path,
    *,
    batch_rows: int = _BATCH,
    faults: list[Fault] | None = None,
    told: Callable[[int], object] | None = None,
) -> ContactFile:
    """Read a file of contacts into flat arrays, a batch of rows at a time; leave out rows by reason.

    Parameters
    ----------
    path : Path
        A `.parquet` or `.csv` file with the columns ``time``, ``sender_id``, ``receiver_id``; others are not
        read.
    batch_rows : int
        About how many rows are in memory at a time.
    faults : list of Fault, optional
        Where the first cells that cannot be read are appended.
    told : callable, optional
        Is given the number of rows so far, after each batch.

    Raises
    ------
    ImportError
        Without pyarrow.
    InvalidInput
        With every column that is not there; when some times are numbers and others dates; when the file is
        neither Parquet nor CSV, or broken.
    """
    if find_spec("pyarrow") is None:
        raise ImportError(
            "pyarrow is not installed: it is in requirements-cluster.lock; `make closures` and "
            "`make test-cluster` install it, in an environment of their own"
        )
    faults = [] if faults is None else faults
    places: dict[str, int] = {}
    ends: list[Integers] = []
    clocks: list[Floats] = []
    units: set[float] = set()
    ragged: list[int] = []
    left_out = {reason: LeftOut() for reason in (_CELLS, _EMPTY, *_NO.values(), _SELF)}
    row = 0
    for batch in _batches(path, batch_rows, ragged, faults):
        columns = {name: batch.column(name) for name in _COLUMNS}
        clock, bad, unit, allowed = _clock(columns["time"])
        batch_ends = np.array([_places(columns[name], places) for name in ENDS])
        unread = {"time": bad, **dict(zip(ENDS, batch_ends < 0, strict=True))}
        empty = _empty(columns["time"], np.logical_and.reduce(list(unread.values())))
        if path.suffix == ".csv":
            # An empty line is left out as everywhere; it is no cell that somebody got wrong.
            unread = {name: cells & ~empty for name, cells in unread.items()}
        kept = np.ones(len(clock), dtype=bool)
        reasons = {_EMPTY: empty, **{_NO[name]: cells for name, cells in unread.items()}}
        for reason, cells in (reasons | {_SELF: batch_ends[0] == batch_ends[1]}).items():
            _leave_out(left_out[reason], np.flatnonzero(kept & cells) + row, ragged)
            # Who is in contact with themselves alone is a person of the stream all the same.
            kept &= ~cells if reason != _SELF else True
        for name, cells in unread.items():
            where = np.flatnonzero(cells)[: max(_ENOUGH - len(faults), 0)]
            lines = _lines(where + row, ragged)
            for line, cell in zip(lines, columns[name].take(where).to_pylist(), strict=True):
                found = repr(str(cell)) if _holds(cell) else "nothing"
                faults.append(Fault(path.name, found, allowed if name == "time" else "a label", line, name))
        ends.append(batch_ends[:, kept])
        clocks.append(clock[kept])
        units |= set() if bad.all() else {unit}
        if len(units) > 1:
            (line,) = _lines(np.array([row]), ragged)
            found = f"numbers and dates, from the batch that begins in row {line}"
            fault = Fault(path.name, found, "numbers, or dates, throughout", None, "time")
            raise_faults([*faults, fault], "nothing counted")
        row += batch.num_rows
        if told is not None:
            told(row + len(ragged))
    left_out[_CELLS] = LeftOut(len(ragged), ragged[:_ENOUGH])
    one, other = np.concatenate(ends, axis=1) if ends else np.empty((2, 0), dtype=np.int64)
    clock = np.concatenate(clocks) if clocks else np.empty(0)
    del ends, clocks
    people = np.array(list(places), dtype=object)
    there = np.zeros(len(people), dtype=bool)
    there[one] = there[other] = True
    order = np.argsort(people, kind="stable")
    order = order[there[order]]
    rank = np.empty(len(people), dtype=np.int64)
    rank[order] = np.arange(len(order))
    stream = stream_of(rank[one], rank[other], clock, people[order], units.pop() if units else 1.0)
    found_out = {reason: one for reason, one in left_out.items() if one.count}
    return ContactFile(stream, row + len(ragged), found_out)


def _holds(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _empty(times: pa.Array, unread: Flags) -> Flags:
    """Say which of the rows without people or a time that can be read have nothing in them at all."""
    where = np.flatnonzero(unread)
    empty = np.zeros(len(unread), dtype=bool)
    empty[where] = [not _holds(cell) for cell in times.take(where).to_pylist()]
    return empty


def _lines(places: Integers, ragged: list[int]) -> list[int]:
    """Return the lines of a file that rows stand on, which are counted without the lines of other lengths."""
    before = np.array(ragged, dtype=np.int64) - FIRST_ROW - np.arange(len(ragged))
    lines: list[int] = (places + FIRST_ROW + np.searchsorted(before, places, side="right")).tolist()
    return lines


def _leave_out(left_out: LeftOut, places: Integers, ragged: list[int]) -> None:
    left_out.count += len(places)
    left_out.first += _lines(places[: _ENOUGH - len(left_out.first)], ragged)


def _batches(path: Path, rows: int, ragged: list[int], faults: list[Fault]) -> Iterator[pa.RecordBatch]:
    """Yield the three columns, a batch of rows at a time; names as text, each once.

    Lines of a CSV file with another number of cells than columns are left out; their numbers are appended.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    name = path.name
    if path.suffix == ".parquet":
        with _readable(name), pyarrow.parquet.ParquetFile(path, read_dictionary=list(ENDS)) as file:
            _require_columns(file.schema_arrow.names, name)
            yield from file.iter_batches(batch_size=rows, columns=list(_COLUMNS))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            header = lines.readline().strip().replace('"', "").split(",")
        _require_columns(header, name)

        def leave_out(line: pyarrow.csv.InvalidRow) -> str:
            ragged.append(line.number)
            if len(faults) < _ENOUGH:
                found, allowed = (
                    f"{line.actual_columns} cells",
                    f"{line.expected_columns}, as in the first row",
                )
                faults.append(Fault(name, found, allowed, line.number))
            return "skip"

        text = {column: pa.string() for column in _COLUMNS}
        # Lines have numbers only where one thread reads them, and an empty one counts as well.
        read = pyarrow.csv.ReadOptions(block_size=rows * 40, use_threads=False)
        parse = pyarrow.csv.ParseOptions(invalid_row_handler=leave_out, ignore_empty_lines=False)
        convert = pyarrow.csv.ConvertOptions(column_types=text, include_columns=list(_COLUMNS))
        options = {"read_options": read, "parse_options": parse, "convert_options": convert}
        with _readable(name), pyarrow.csv.open_csv(path, **options) as reader:
            yield from reader
    else:
        raise_faults([Fault(name, f"a file that ends in {path.suffix or 'nothing'}", ".parquet or .csv")])


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Tell what pyarrow finds wrong with a file as a fault of the file."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowException as error:
        raise_faults([Fault(name, str(error), "a file that pyarrow can read")], "nothing counted")


def _require_columns(found: list[str], name: str) -> None:
    told = ", ".join(_COLUMNS)
    faults = [Fault(name, "no such column", told, 1, column) for column in _COLUMNS if column not in found]
    raise_faults(faults, "nothing counted")


def _places(column: pa.Array, places: dict[str, int]) -> Integers:
    """Return a number for each name, the same one each time, -1 for none; new names are added."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        column = column.cast(pa.int64())  # 1.0 is the person 1 all the same
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    labels = encoded.dictionary.cast(pa.string()).to_pylist()
    known = [places.setdefault(label, len(places)) if label else -1 for label in labels]
    # What is missing has the place after the last.
    indices = encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
    found: Integers = np.array([*known, -1], dtype=np.int64)[indices]
    return found


def _clock(column: pa.Array) -> tuple[Floats, Flags, float, str]:
    """Return what `ticks_of` does, without a table where pyarrow can read the times."""
    import pyarrow as pa

    text = pa.types.is_string(column.type)
    if text:
        for kind in (pa.float64(), pa.timestamp("us"), pa.timestamp("us", "UTC")):
            try:
                column = column.cast(kind)
                break
            except pa.ArrowInvalid:
                continue
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(column.type) and not column.null_count:
        ticks = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        clock = ticks.to_numpy(zero_copy_only=False).astype(np.float64)
        return clock, np.zeros(len(clock), dtype=bool), DAY, ""
    times = pd.Series(column.to_numpy(zero_copy_only=False))
    readings = [ticks_of(times)]
    if text and not pd.api.types.is_numeric_dtype(times):
        # Some cells cannot be read: the times are what most of the others are.
        readings.insert(0, ticks_of(pd.to_numeric(times, errors="coerce")))
    return min(readings, key=lambda reading: reading[1].sum())
