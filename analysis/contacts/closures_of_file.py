"""The closures among the contacts of a large file, without names: what `make closures` does.

Each row of the file is accounted for. People are numbered by their first contact in time (of those that begin
at one time, by label), so that the owner of the file can follow every number back to its rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.contacts.batches import ContactFile, read_contacts
from analysis.contacts.closure import Coalescence, star_coalescence
from analysis.contacts.stream import DAY, ContactStream
from analysis.tables.faults import Fault, raise_faults

__all__ = ["account_of", "closures_table", "numbered", "write_closures"]

_LEAST = {"window": "above 0", "persistence": "of 0 or more", "horizon": "above 0", "burn_in": "of 0 or more"}
_NEEDED = ("window", "persistence")
_KINDS = (".csv", ".parquet")
_PEOPLE = ("one", "other", "first", "second", "broker")
_SHOWN = 5
_TOLD_EVERY = 5.0
Say = Callable[[str], object]


def write_closures(file: str, settings: Mapping[str, str], out: str, say: Say, progress: Say) -> None:
    """Find the closures in a file of contacts; tell the totals, and write a row for each closure.

    Parameters
    ----------
    file : str
        Path of a Parquet or CSV file, as `read_contacts` takes it.
    settings : mapping of str to str
        ``window``, ``persistence``, ``horizon``, ``burn_in`` as somebody typed them: days where times are
        dates, else the unit of the times. The last two may be empty.
    out : str
        Path of a `.csv` or `.parquet` file to write, or nothing.
    say, progress : callable
        Take a line of the result, or of what is being done.

    Raises
    ------
    ImportError
        Without pyarrow.
    InvalidInput
        With every setting and path that is not allowed; as `read_contacts`; where no row can be used.
    """
    began = time.perf_counter()
    spans, faults = _spans(settings)
    path, target = Path(file), Path(out) if out else None
    faults += [*_path_faults(file, path), *_target_faults(target, path)]
    raise_faults(faults, "nothing counted")
    last = began

    def told(rows: int) -> None:
        nonlocal last
        if time.perf_counter() - last > _TOLD_EVERY:
            last = time.perf_counter()
            progress(f"{path.name}: {rows:,} rows read, {last - began:.0f} s")

    read = read_contacts(path, told=told)
    for line in account_of(path.name, read):
        say(line)
    if not read.used:
        allowed = "at least one contact between two people"
        raise_faults([Fault(path.name, "no row that can be used", allowed)], "nothing counted")
    progress(f"{path.name}: read in {time.perf_counter() - began:.1f} s; looking for closures")
    found = star_coalescence(
        numbered(read.stream),
        window=spans["window"],
        persistence=spans["persistence"],
        horizon=spans.get("horizon"),
        burn_in=spans.get("burn_in"),
    )
    say(
        f"{found.people:,} people, {len(found.events):,} first ties (events), {len(found.cascade):,} closures"
    )
    say(found.summary())
    if target is not None:
        _write(closures_table(found, dated=read.stream.unit == DAY), target)
        say(f"{target} written: a row for each closure, people numbered by their first contact")
    say(f"{time.perf_counter() - began:.1f} s{_peak_memory()}")


def account_of(name: str, read: ContactFile) -> Iterator[str]:
    """Yield what became of the rows of a file: how many are used, and how many are not and why.

    Examples
    --------
    >>> from analysis.contacts.batches import LeftOut
    >>> from analysis.contacts.stream import contact_stream
    >>> stream = contact_stream(pd.DataFrame({"time": [0], "sender_id": ["a"], "receiver_id": ["b"]}))
    >>> print(*account_of("f.csv", ContactFile(stream, 3, {"no sender": LeftOut(2, [2, 4])})), sep="\\n")
    f.csv: 3 rows: 1 used, 2 left out
      2 no sender: rows 2, 4
    """
    yield f"{name}: {read.rows:,} rows: {read.used:,} used, {read.rows - read.used:,} left out"
    for reason, rows in read.left_out.items():
        shown = ", ".join(map(str, rows.first[:_SHOWN]))
        yield f"  {rows.count:,} {reason}: rows {shown}{', …' if rows.count > _SHOWN else ''}"


def numbered(stream: ContactStream) -> ContactStream:
    """Return a stream whose people are called 1, 2, 3 … by their first contact."""
    order = pd.unique(np.column_stack([stream.one, stream.other]).ravel())
    numbers = np.full(len(stream.people), "", dtype=object)
    numbers[order] = np.arange(1, len(order) + 1).astype(str)
    return replace(stream, people=numbers)


def closures_table(found: Coalescence, *, dated: bool) -> pd.DataFrame:
    """Return a row for each closure, with the event it follows.

    Parameters
    ----------
    found : Coalescence
        Of a stream that is `numbered`.
    dated : bool
        Whether times are dates.

    Returns
    -------
    DataFrame
        ``event``; ``one`` and ``other``, who met at ``t0``; ``first`` and ``second``, who followed at
        ``time``; ``kind``, ``broker`` and ``enduring`` as in `Coalescence`; ``censored``.
    """
    events = found.events.set_index("event")[["one", "other", "t0", "censored"]]
    table = found.cascade.join(events, on="event")
    for name in _PEOPLE:
        table[name] = pd.to_numeric(table[name]).astype("Int64")
    for name in ("t0", "time") if dated else ():
        table[name] = pd.to_datetime((table[name] * DAY).round(), unit="us")
    columns = ["event", "one", "other", "t0", "first", "second", "time", "kind", "broker", "enduring"]
    return table[[*columns, "censored"]]


def _spans(settings: Mapping[str, str]) -> tuple[dict[str, float], list[Fault]]:
    spans, faults = {}, []
    for name, least in _LEAST.items():
        text = settings.get(name, "").strip()
        if not text and name not in _NEEDED:
            continue
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if isfinite(value) and (value > 0 or (value == 0 and least == "of 0 or more")):
            spans[name] = value
        else:
            allowed = f"a number {least}: days where times are dates, else their unit"
            faults.append(Fault(name.upper(), repr(text) if text else "nothing", allowed))
    return spans, faults


def _path_faults(file: str, path: Path) -> list[Fault]:
    if not file or path.suffix not in _KINDS:
        return [Fault("FILE", repr(file) if file else "nothing", "a file that ends in .parquet or .csv")]
    return [] if path.is_file() else [Fault("FILE", repr(file), "a file that is there")]


def _target_faults(target: Path | None, path: Path) -> list[Fault]:
    if target is None:
        return []
    if target.suffix not in _KINDS:
        return [Fault("OUT", repr(str(target)), "a file that ends in .csv or .parquet, or nothing")]
    if not target.parent.is_dir():
        return [Fault("OUT", repr(str(target)), "a file in a folder that is there")]
    same = target.resolve() == path.resolve() or target.is_dir()
    return [Fault("OUT", repr(str(target)), "another file than FILE, and no folder")] if same else []


def _write(table: pd.DataFrame, target: Path) -> None:
    """Write a table whole, or not at all."""
    partial = target.with_name(f".partial-{target.name}")
    try:
        if target.suffix == ".csv":
            table.to_csv(partial, index=False)
        else:
            table.to_parquet(partial, index=False)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _peak_memory() -> str:
    """Return the most memory that this process has had, where the system says so."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return ""
    kibibytes = int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0])
    return f", at most {kibibytes / 1024**2:.2f} GiB of memory"
