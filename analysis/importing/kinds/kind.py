"""What a kind of file is, and what reading one gives."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.tables.faults import Fault
from analysis.tables.schema import Column

__all__ = ["Imported", "Kind"]


@dataclass(frozen=True)
class Imported:
    """What a file gave.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Rows of tables of the data model.
    roster : DataFrame or None
        Names, to be kept apart from the tables.
    directed : mapping of str to bool, or None
        Whether ties of a relation have a direction, by relation, as far as file or command says so; None
        where the kind of file leaves no doubt (somebody answered whom they turn to).
    notes : sequence of str
        What became of what the file has.
    asked : collection of (int, str)
        Waves and relations it has answers about.
    attributes : mapping of str to sequence of Column
        Further columns of tables.
    names : mapping of str to DataFrame
        What documents and coders are called, to be kept apart from the tables, too.
    """

    tables: dict[str, pd.DataFrame]
    roster: pd.DataFrame | None = None
    directed: Mapping[str, bool] | None = None
    notes: Sequence[str] = ()
    asked: Collection[tuple[int, str]] = ()
    attributes: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    names: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One kind of file: what it is, which options it takes, and how it is read."""

    told: str
    file: str
    options: Callable[[argparse.ArgumentParser], None]
    read: Callable[[argparse.Namespace, Sequence[str], list[Fault]], Imported]
    many: bool = False
