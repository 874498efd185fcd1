"""Who might adopt an innovation: people or organisations, and who of them the table says nothing of."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

__all__ = ["others_of_kind"]


def others_of_kind(
    tables: Mapping[str, pd.DataFrame], adopters: Collection[str]
) -> tuple[str, frozenset[str]]:
    """Return what adopters are, and who of their kind is not among them.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors and organizations, as far as they are there.
    adopters : collection of str
        Identifiers of the one or the other.

    Returns
    -------
    tuple of str and frozenset of str
        `people` or `organisations`; the others (of organisations, of the same `kind`).

    Raises
    ------
    ValueError
        When some are people and others organisations: there are no ties between the two.
    """
    given = set(adopters)
    actors = set(tables["actors"]["actor_id"].astype(str)) if "actors" in tables else set()
    organisations = tables.get("organizations", pd.DataFrame({"organization_id": []}))
    names = organisations["organization_id"].astype(str)
    people, units = len(given & actors), len(given & set(names))
    if people and units:
        raise ValueError(
            f"adopters are {people} people and {units} organisations; allowed: one of the two, so that there "
            "may be ties among them"
        )
    if not units:
        return "people", frozenset(actors - given)
    if "kind" in organisations:
        kinds = organisations["kind"]
        names = names[kinds.isin(kinds[names.isin(given)])]
    return "organisations", frozenset(set(names) - given)
