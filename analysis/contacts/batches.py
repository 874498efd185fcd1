"""A stream of contacts out of a file too large to be read at once: Parquet or CSV, batch after batch.

A table of ten million contacts takes many times the room of the stream it becomes, most of it for names. Here
each batch is turned into numbers as it comes, so that of the table no more than one batch is there at a time.
Needs the optional package pyarrow (`make test-cluster` installs it, in an environment of its own).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.contacts.stream import DAY, ENDS, ContactStream, clock_of, stream_of
from analysis.tables.cells import FIRST_ROW
from analysis.tables.faults import Fault, raise_faults

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["contact_stream_of_file"]

_COLUMNS = ("time", *ENDS)
_BATCH = 1 << 20
_ENOUGH = 20
"""Faults of cells after which the rest of a file is not looked through."""


def contact_stream_of_file(path: Path, *, batch_rows: int = _BATCH) -> ContactStream:
    """Read a file of contacts into flat arrays, a batch of rows at a time.

    Parameters
    ----------
    path : Path
        A `.parquet` or `.csv` file with the columns ``time``, ``sender_id``, ``receiver_id``; others are not
        read.
    batch_rows : int
        About how many rows are in memory at a time.

    Returns
    -------
    ContactStream
        The one that `contact_stream` makes of the whole table.

    Raises
    ------
    ImportError
        Without pyarrow.
    InvalidInput
        With every column that is not there; with the first cells that are empty or no time, by row; when some
        times are numbers and others dates; when the file is neither Parquet nor CSV.
    """
    if find_spec("pyarrow") is None:
        raise ImportError(
            "pyarrow is not installed: it is in requirements-cluster.lock (`make test-cluster` installs it)"
        )
    faults: list[Fault] = []
    places: dict[str, int] = {}
    ends: list[tuple[Integers, ...]] = []
    clocks: list[Floats] = []
    units: set[float] = set()
    row = 0
    for batch in _batches(path, batch_rows):
        clock, unit = _clock(batch.column("time"), path.name, row, faults)
        clocks.append(clock)
        units.add(unit)
        ends.append(tuple(_places(batch.column(name), places, path.name, row, name, faults) for name in ENDS))
        row += batch.num_rows
        if len(units) > 1:
            found = f"numbers and dates, from the batch that begins in row {row - batch.num_rows + FIRST_ROW}"
            faults.append(Fault(path.name, found, "numbers, or dates, throughout", None, "time"))
        if len(faults) >= _ENOUGH or len(units) > 1:
            break
    raise_faults(faults, "nothing counted")
    people = np.array(list(places), dtype=object)
    order = np.argsort(people, kind="stable")
    rank = np.empty(len(people), dtype=np.int64)
    rank[order] = np.arange(len(people))
    one, other = (rank[np.concatenate(part)] for part in zip(*ends, strict=True)) if ends else (rank, rank)
    clock = np.concatenate(clocks) if clocks else np.empty(0)
    del ends, clocks
    return stream_of(one, other, clock, people[order], units.pop() if units else 1.0)


def _batches(path: Path, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the three columns, a batch of rows at a time; names as text, each once."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    name = path.name
    if path.suffix == ".parquet":
        with pyarrow.parquet.ParquetFile(path, read_dictionary=list(ENDS)) as file:
            _require_columns(file.schema_arrow.names, name)
            yield from file.iter_batches(batch_size=rows, columns=list(_COLUMNS))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig") as lines:
            header = lines.readline().strip().replace('"', "").split(",")
        _require_columns(header, name)
        text = {column: pa.string() for column in _COLUMNS}
        read = pyarrow.csv.ReadOptions(block_size=rows * 40)
        convert = pyarrow.csv.ConvertOptions(column_types=text, include_columns=list(_COLUMNS))
        try:
            with pyarrow.csv.open_csv(path, read_options=read, convert_options=convert) as reader:
                yield from reader
        except pa.ArrowInvalid as error:
            raise_faults([Fault(name, str(error), "a CSV file, in every row as many cells as columns")])
    else:
        raise_faults([Fault(name, f"a file that ends in {path.suffix or 'nothing'}", ".parquet or .csv")])


def _require_columns(found: list[str], name: str) -> None:
    told = ", ".join(_COLUMNS)
    faults = [Fault(name, "no such column", told, 1, column) for column in _COLUMNS if column not in found]
    raise_faults(faults, "nothing counted")


def _places(
    column: pa.Array, places: dict[str, int], file: str, row: int, name: str, faults: list[Fault]
) -> Integers:
    """Return a number for each name, the same one each time; names not seen before are added."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        column = column.cast(pa.int64())  # 1.0 is the person 1 all the same
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    labels = encoded.dictionary.cast(pa.string())
    nothing = pc.or_kleene(column.is_null(), pc.equal(column.cast(pa.string()), ""))
    empty = nothing.to_numpy(zero_copy_only=False)
    for place in np.flatnonzero(empty)[:_ENOUGH].tolist():
        faults.append(Fault(file, "nothing", "a label", row + place + FIRST_ROW, name))
    known = np.array([places.setdefault(label, len(places)) for label in labels.to_pylist()], dtype=np.int64)
    if empty.any():
        return np.empty(0, dtype=np.int64)
    found: Integers = known[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def _clock(column: pa.Array, file: str, row: int, faults: list[Fault]) -> tuple[Floats, float]:
    """Return times as `contact_stream` does, without a table where pyarrow can read them."""
    import pyarrow as pa

    if pa.types.is_string(column.type):
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
        return ticks.to_numpy(zero_copy_only=False).astype(np.float64), DAY
    told: list[Fault] = []
    found = clock_of(pd.Series(column.to_numpy(zero_copy_only=False)), file, told)
    for one in told[:_ENOUGH]:
        faults.append(Fault(file, one.found, one.allowed, row + (one.row or 0), one.column))
    return found
