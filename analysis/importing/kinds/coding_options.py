"""Codings of several files and coders in one dataset: documents, coders and codes that are there already."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import pandas as pd

from analysis.importing.dataset.own import NAMES, own_folder
from analysis.importing.shared.numbered import Numbered
from analysis.tables.load import examine_tables
from analysis.tables.schema import TABLES

__all__ = ["numbered_there", "only_new"]


def numbered_there(dataset: str) -> tuple[Numbered, Numbered]:
    """Return what documents and coders of a dataset are called so far."""
    folder = own_folder(dataset)
    tables = examine_tables(folder, [])[0] if folder.is_dir() else {}
    found = []
    for prefix, table in (("document", "documents"), ("coder", "codings")):
        column = f"{prefix}_id"
        taken = set(tables[table][column].dropna().astype(str)) if table in tables else set()
        path = folder / NAMES / f"{prefix}s.csv"
        names = (
            pd.read_csv(path, dtype="string") if path.is_file() else pd.DataFrame({column: [], "name": []})
        )
        known = dict(zip(names["name"], names[column], strict=True))
        found.append(Numbered(prefix, known, taken))
    return found[0], found[1]


def only_new(
    tables: dict[str, pd.DataFrame], arguments: argparse.Namespace, notes: list[str]
) -> dict[str, pd.DataFrame]:
    """Return tables of codings without documents and codes that the dataset has: what is said first stays."""
    folder = own_folder(arguments.dataset)
    there = examine_tables(folder, [])[0] if folder.is_dir() and not arguments.replace else {}
    found = dict(tables)
    for name in ("documents", "codebook"):
        if name not in there or name not in found:
            continue
        key: Sequence[str] = TABLES[name].key
        known = set(there[name][key[0]].astype(str))
        again = found[name][key[0]].astype(str).isin(known)
        found[name] = found[name][~again]
        if again.any():
            notes.append(f"{name}: {int(again.sum())} there already, as they were said first")
    return found
