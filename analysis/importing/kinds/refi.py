"""Codings of a REFI-QDA project, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.formats.refi_qda import read_refi
from analysis.importing.kinds.coding_options import numbered_there, only_new
from analysis.importing.kinds.kind import Imported, Kind
from analysis.tables.faults import Fault

__all__ = ["REFI"]


def _read_refi(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    documents, coders = numbered_there(arguments.dataset)
    tables = read_refi(arguments.files[0], faults, documents=documents, coders=coders)
    names = {"documents": documents.frame(), "coders": coders.frame()} if "documents" in tables else {}
    return Imported(only_new(tables, arguments, notes), notes=notes, names=names)


REFI = Kind(
    "codings of a REFI-QDA project (.qdpx), or its codebook (.qdc)", "FILE", lambda _: None, _read_refi
)
