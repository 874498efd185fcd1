"""Between whom the ties are that tables on the sources of new ties count, cell by cell (`Results.table`)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.whom import Group, owners, tie

__all__ = ["NewTies", "who_coded", "who_formed_both", "who_is_told_of"]


class NewTies:
    """New ties, and which of them are behind each number.

    Parameters
    ----------
    pairs : DataFrame
        As from `attribution.risk_set`.
    allowed : mapping of str to DataFrame
        The same rows by activities, under each kind of knowledge (`attribution.admissible`).
    relation : str
        The relation they are of.
    """

    def __init__(self, pairs: pd.DataFrame, allowed: Mapping[str, pd.DataFrame], relation: str) -> None:
        self._pairs = pairs
        self._formed = (pairs["formed"] == 1).to_numpy(bool)
        self._allowed = {known: frame.to_numpy(bool) for known, frame in allowed.items()}
        self._activities = list(next(iter(allowed.values())).columns)
        self._relation = relation
        self._followed = frozenset({*pairs["sender_id"], *pairs["receiver_id"]})

    @property
    def all(self) -> Group:
        """All of them."""
        return self.of(self._formed)

    def of(self, rows: Flags) -> Group:
        """Return the new ties among some of the pairs."""
        new = self._pairs.loc[rows & self._formed, ["sender_id", "receiver_id", "wave"]]
        return frozenset(
            tie(sender, receiver, self._relation, str(wave))
            for sender, receiver, wave in new.itertuples(index=False, name=None)
        )

    def traced(self) -> pd.DataFrame:
        """Return who is behind each cell of `attribution.summarised`."""
        rows = {}
        for known, cells in self._allowed.items():
            counts = cells.sum(axis=1)
            none, one, several = (self.of(part) for part in (counts == 0, counts == 1, counts > 1))
            new = none | one | several
            rows[known] = {
                "new_ties": new,
                "none": none,
                "one": one,
                "several": several,
                "histories": several,
            }
        return pd.DataFrame(rows, dtype=object).T.rename_axis("known")

    def ranges(self) -> pd.DataFrame:
        """Return who is behind each cell of `attribution.activity_shares`, by kind of knowledge."""
        rows = {}
        for known, cells in self._allowed.items():
            every = bool(cells[self._formed].any(axis=1).all())
            for place, activity in enumerate(self._activities):
                most = cells[:, place]
                alone = most & (cells.sum(axis=1) == 1) & every
                rows[known, activity] = {"at_least": self.of(alone), "at_most": self.of(most)}
        return pd.DataFrame(rows, dtype=object).T.rename_axis(["known", "activity"])

    def rates(self, table: pd.DataFrame, exposed: pd.DataFrame) -> pd.DataFrame:
        """Return who is behind each cell of a table of rates; `exposed`: what they were fitted to."""
        rows = self._pairs.index.get_indexer(exposed.index)
        found = {}
        for source in table.index:
            there = np.zeros(len(self._pairs), dtype=bool)
            there[rows[(exposed[source] > 0).to_numpy(bool)]] = True
            found[source] = {
                column: self.of(there) if column == "formed" else self._followed for column in table.columns
            }
        return pd.DataFrame(found, dtype=object).T.set_axis(table.index)

    def histories(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return who is behind the counts of two histories: ties, and those traced differently."""
        traced = self.traced().iloc[min(1, len(self._allowed) - 1)]
        named = {"new ties": traced["new_ties"], "differently traced": traced["several"]}
        cells = [named.get(str(row), self._followed) for row in table.index]
        return pd.DataFrame({"count": pd.Series(cells, index=table.index, dtype=object)})


def who_formed_both(table: pd.DataFrame, new: Group, followed: Group) -> pd.DataFrame:
    """Return who is behind each cell of `pair_dependence.Together`: pairs with both ties, or any."""
    both = frozenset(entry for entry in new if _returned(entry) in new)
    cells = {column: {"both": both, "either": new}.get(column, followed) for column in table.columns}
    return pd.DataFrame([cells] * len(table), index=table.index, columns=table.columns, dtype=object)


def who_coded(tables: Mapping[str, pd.DataFrame], notes: pd.DataFrame, everybody: Group) -> pd.DataFrame:
    """Return who is behind each cell of `coded_evidence`: coders, where their votes are counted."""
    codings = tables["codings"]
    written = codings["document_id"].map(tables["documents"].set_index("document_id")["date"])
    days = tables["activities"].set_index("activity_id")["date"]
    voted = [column for column in ("coders", "applied", "disputed") if column in notes]
    found = []
    for activity in notes.index.get_level_values("activity"):
        coders = frozenset(codings.loc[(written == days[activity]).fillna(False), "coder_id"])
        found.append(dict.fromkeys(notes.columns, everybody) | dict.fromkeys(voted, coders))
    return pd.DataFrame(found, index=notes.index, columns=notes.columns, dtype=object)


def who_is_told_of(tables: Mapping[str, pd.DataFrame], display: pd.DataFrame) -> pd.DataFrame:
    """Return who is behind the counts of a joint display: who came, and who were in contact that day."""
    attendance, contacts = tables.get("attendance"), tables.get("contacts")
    cells: dict[str, list[Group]] = {}
    if attendance is not None:
        came = attendance.groupby("activity_id")["actor_id"].agg(list).to_dict()
        cells["came"] = [
            frozenset((one, activity) for one in came.get(activity, [])) for activity in display.index
        ]
    if contacts is not None:
        days = contacts["time"].astype(str).str.slice(0, 10)
        cells["contacts"] = [
            frozenset(
                tie(*ends, "contact", day)
                for ends in contacts.loc[days == day, ["sender_id", "receiver_id"]].itertuples(
                    index=False, name=None
                )
            )
            for day in display["date"].astype(str)
        ]
    return pd.DataFrame(
        {name: pd.Series(groups, index=display.index, dtype=object) for name, groups in cells.items()}
    )


def _returned(entry: Hashable) -> Hashable:
    sender, receiver = owners(entry)
    return tie(receiver, sender, *(entry[1:] if isinstance(entry, tuple) else ()))
