"""What is imported beside what a dataset has, also again: corrected where asked for, never wiped."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.files import write_atomically
from analysis.privacy.names import fold
from analysis.tables.faults import Fault
from analysis.tables.schema import Table

__all__ = ["Change", "joined", "joined_silence", "with_rows", "write_changes"]

_SAME = {
    "ties": ("wave", "relation"),
    "responses": ("wave", "item_id"),
    "items": ("item_id",),
    "documents": ("document_id",),
    "codings": ("document_id", "coder_id"),
    "segments": ("document_id",),
    "codebook": ("code",),
    "attendance": ("activity_id",),
    "contacts": ("time", "sender_id", "receiver_id"),
    "adoptions": ("innovation",),
}
"""What two imports both say, by table: an import that replaces takes the place of that alone."""


@dataclass(frozen=True)
class Change:
    """Something else is said of somebody or something than before."""

    table: str
    key: str
    column: str
    before: str
    after: str
    kept: bool

    def __str__(self) -> str:
        told = "the first stays" if self.kept else "changed"
        return f"{self.table}: {self.column} of {self.key} was {self.before!r}, now {self.after!r}: {told}"


def joined(
    name: str, there: pd.DataFrame, added: pd.DataFrame, replaced: Collection[tuple[int, str]] | None
) -> pd.DataFrame:
    """Return rows with those to add; a row that is there word for word is not added again.

    Parameters
    ----------
    name : str
        Name of the table.
    there, added : DataFrame
        Typed rows.
    replaced : collection of (int, str), optional
        If given, rows on the same as those added are left out first: for ties the same waves and relations,
        these included, also where nothing is added.
    """
    if replaced is not None:
        keys = list(_SAME.get(name, ()))
        same = there[keys].apply(tuple, axis=1).isin(set(added[keys].itertuples(index=False, name=None)))
        if name == "ties":
            same |= there[keys].apply(tuple, axis=1).isin(set(replaced))
        there = there[~same.astype(bool)] if len(there) else there
    return pd.concat([there, added]).drop_duplicates(ignore_index=True)


def joined_silence(
    there: Mapping[str, pd.DataFrame],
    added: Mapping[str, pd.DataFrame],
    asked: Collection[tuple[int, str]],
    *,
    replace: bool,
) -> pd.DataFrame:
    """Return who did not answer, of what is there and what is added.

    Whoever answered nothing of one file may have answered another relation of the same wave, so that silence
    is joined relation by relation; of the whole wave it stays where it was told so of all its relations.
    """
    columns = ["wave", "actor_id", "relation"]
    before = there.get("nonresponse", pd.DataFrame(columns=columns))
    now = added.get("nonresponse", pd.DataFrame(columns=columns))
    ties = there.get("ties", pd.DataFrame(columns=["wave", "relation"]))
    known = {
        (int(wave), str(relation))
        for frame in (ties, before.dropna(subset="relation"))
        for wave, relation in frame[["wave", "relation"]].drop_duplicates().itertuples(index=False)
    }
    told: dict[tuple[int, str, str], bool] = {}
    whole: set[tuple[int, str]] = set()
    for frame, rounds, dropped in (
        (before, known, set(asked) if replace else set()),
        (now, set(asked), set()),
    ):
        for wave, actor, relation in frame[columns].itertuples(index=False):
            if pd.isna(relation):
                several = sorted(about for when, about in rounds if when == wave)
                if not several:
                    whole.add((int(wave), str(actor)))
            else:
                several = [str(relation)]
            for about in several:
                if (int(wave), about) not in dropped:
                    told[int(wave), str(actor), about] = pd.isna(relation)
    rounds = known | set(asked)
    by_wave: dict[int, set[str]] = {}
    for wave, relation in rounds:
        by_wave.setdefault(wave, set()).add(relation)
    silent: dict[tuple[int, str], list[str]] = {}
    for wave, actor, relation in told:
        silent.setdefault((wave, actor), []).append(relation)
    rows: list[tuple[int, str, str | None]] = [(wave, actor, None) for wave, actor in sorted(whole)]
    for (wave, actor), relations in silent.items():
        if set(relations) == by_wave[wave] and all(told[wave, actor, about] for about in relations):
            rows += [(wave, actor, None)] if (wave, actor) not in whole else []
        else:
            rows += [(wave, actor, relation) for relation in relations]
    return pd.DataFrame(rows, columns=columns)


def with_rows(
    table: Table,
    there: pd.DataFrame,
    added: pd.DataFrame,
    changed: Literal["keep", "update"] | None,
    changes: list[Change],
    faults: list[Fault],
) -> pd.DataFrame:
    """Return the rows of a table of people or things with those added, each once.

    What was empty is filled in; something else than before is a fault, unless `changed` says which counts.
    Labels of waves and other ways to write a name may differ.
    """
    key = table.key[0]
    before = there.drop_duplicates(key).set_index(key)
    new = added.dropna(subset=[key]).drop_duplicates(key).set_index(key)
    result = pd.concat([before, new[~new.index.isin(before.index)]])
    for name in new.index.intersection(before.index):
        for column in new.columns:
            old: Any = before.at[name, column] if column in before.columns else pd.NA
            now: Any = new.at[name, column]
            if pd.isna(now) or (not pd.isna(old) and fold(str(old)) == fold(str(now))):
                continue
            if pd.isna(old) or str(old).strip() == "":
                result.loc[name, column] = now
            elif column == "aliases":
                ways = dict.fromkeys([*str(old).split("|"), *str(now).split("|")])
                result.loc[name, column] = "|".join(ways)
            elif not (table.name == "waves" and column == "label"):
                change = Change(table.name, str(name), column, str(old), str(now), changed == "keep")
                if changed is None:
                    found = f"{column} {str(now)!r} of {name}, {str(old)!r} before"
                    hint = "--changed update takes the new one, --changed keep the old one; either is noted"
                    faults.append(Fault(f"{table.name}.csv", found, "what was said before", hint=hint))
                else:
                    changes.append(change)
                    result.loc[name, column] = old if change.kept else now
    return result.reset_index()[there.columns if len(there.columns) else added.columns]


def write_changes(path: Path, changes: Sequence[Change], waves: Sequence[int]) -> None:
    """Add changes to a table of them: the waves they came with, what was said before and after; each once."""
    header = ["waves", "table", "key", "column", "before", "after", "kept"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not path.is_file():
        writer.writerow(header)
    told = " ".join(map(str, waves))
    for change in changes:
        writer.writerow(
            [told, change.table, change.key, change.column, change.before, change.after, int(change.kept)]
        )
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    there = set(before.splitlines())
    new = [line for line in text.getvalue().splitlines(keepends=True) if line.rstrip("\n") not in there]
    write_atomically(path, before + "".join(new))
