"""Which counts of people a dataset's pages may show as they are, decided before any page is made.

Two counts on two pages can differ by one person as two on one page can. Pages are made one by one and in any
order, so none can wait for another: what each may say is settled from the tables alone. These counts are
candidates, in this order: everybody; who was in the network in each wave, on the day of each activity; who
answered in each wave and relation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.whom import Group, heads

__all__ = ["counts_planned"]


_READ = ("actors", "waves", "activities", "nonresponse", "ties")


def counts_planned(tables: Mapping[str, pd.DataFrame]) -> list[Group]:
    """Return the counts of people that are candidates, each once, the most important first.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of the data model, as text too; each may lack.

    Examples
    --------
    >>> actors = pd.DataFrame({"actor_id": ["a", "b"], "joined_on": [None, "2024-10-01"]})
    >>> waves = pd.DataFrame({"wave": [1, 2], "closed_on": ["2024-09-09", "2025-01-09"]})
    >>> [len(group) for group in counts_planned({"actors": actors, "waves": waves})]
    [2, 1]
    """
    if "actors" not in tables:
        return []
    # In a file nothing is an empty cell.
    found = {name: tables[name].replace("", pd.NA) for name in _READ if name in tables}
    return [group for group in dict.fromkeys(map(heads, _candidates(found))) if group]


def _candidates(tables: Mapping[str, pd.DataFrame]) -> Iterator[frozenset[str]]:
    people = tables["actors"]
    yield frozenset(people["actor_id"].astype(str))
    waves = tables.get("waves", pd.DataFrame({"wave": []})).sort_values("wave").to_dict("records")
    there = {row["wave"]: _present(people, row.get("opened_on"), row.get("closed_on")) for row in waves}
    yield from there.values()
    if "activities" in tables:
        for day in sorted(tables["activities"]["date"].dropna().unique()):
            yield _present(people, day, day)
    gone = tables.get("nonresponse", pd.DataFrame({"wave": [], "actor_id": []}))
    about = gone["relation"] if "relation" in gone else pd.Series(pd.NA, index=gone.index)
    relations = [None]
    if "ties" in tables:
        relations = sorted(tables["ties"]["relation"].dropna().unique())
    for wave, present in there.items():
        for relation in relations:
            silent = gone[(gone["wave"] == wave) & (about.isna() | (about == relation))]
            yield present - frozenset(silent["actor_id"].astype(str))


def _present(people: pd.DataFrame, opened: Any, closed: Any) -> frozenset[str]:
    """Return who was in the network at some time between two days; one that is not known sets no limit."""
    there = pd.Series(data=True, index=people.index)
    if "joined_on" in people and pd.notna(closed):
        there &= ~(people["joined_on"] > closed).fillna(value=False).astype(bool)
    if "left_on" in people and pd.notna(opened):
        there &= ~(people["left_on"] < opened).fillna(value=False).astype(bool)
    return frozenset(people.loc[there, "actor_id"].astype(str))
