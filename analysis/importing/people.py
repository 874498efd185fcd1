"""Those who were asked, and who of them is meant by a name somebody wrote."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from analysis.importing.grid import read_as
from analysis.privacy.names import fold
from analysis.tables.faults import Fault
from analysis.tables.schema import ROSTER

__all__ = ["Matcher", "read_roster"]


def read_roster(path: Path, faults: list[Fault]) -> pd.DataFrame:
    """Return the list of those asked, typed (`schema.ROSTER`); faults are appended.

    A file that cannot be read gives an empty roster and a fault.
    """
    return read_as(path, ROSTER, faults)


class Matcher:
    """Finds who on the roster is meant by a name, an alias or an identifier; case and accents do not matter.

    Parameters
    ----------
    roster : DataFrame
        As `read_roster` returned it.
    """

    def __init__(self, roster: pd.DataFrame) -> None:
        self.meant: dict[str, list[str]] = {}
        self.shown: dict[str, str] = {}
        filled = roster.dropna(subset=["actor_id", "name"]).fillna("")
        columns = (filled[name].astype(str) for name in ("actor_id", "name", "aliases", "organization_id"))
        for actor, name, aliases, home in zip(*columns, strict=True):
            ways = [actor, name, *aliases.split("|")]
            ways += [f"{way} ({home})" for way in ways[1:] if home and way]
            self.shown[actor] = f"{name} ({actor})"
            for way in {fold(way) for way in ways} - {""}:
                self.meant.setdefault(way, []).append(actor)

    def find(self, written: str, where: tuple[str, int, str | None], faults: list[Fault]) -> str | None:
        """Return the identifier of who is meant, or None and a fault."""
        meant = self.meant.get(fold(written), [])
        if len(meant) == 1:
            return meant[0]
        file, row, column = where
        if meant:
            several = ", ".join(self.shown[one] for one in meant)
            allowed = "a name that only one person on the roster has"
            hint = f"{several} are called so: write the identifier, or the name with the school in brackets"
        else:
            allowed = "a name, alias or identifier on the roster"
            near = difflib.get_close_matches(fold(written), self.meant, 3, 0.7)
            people = dict.fromkeys(self.shown[one] for way in near for one in self.meant[way])
            hint = (
                f"near: {', '.join(people)}; if one is meant, add {written!r} to their aliases"
                if people
                else "nobody's name is near; is someone missing from the roster?"
            )
        faults.append(Fault(file, repr(written), allowed, row, column, hint))
        return None
