"""The web of routines: what leads from one to another by which medium, when, and what rests on what.

A link can carry a change on every day from its first (``since``) to its last (``until``), both included; an
empty date means from the start, or still. Days are whole numbers since 1970-01-01.

References
----------
Bohannon & Coburn (2023), Journal of Educational Change 24(4), 1025-1052 (connections between routines).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Integers
from analysis.checks import NotEstimable, require_count
from analysis.frames import rows_of
from analysis.result import Result

__all__ = [
    "MEDIA",
    "Web",
    "between_organizations",
    "day_number",
    "day_text",
    "dependence",
    "links_by_medium",
    "routine_web",
    "snapshot_days",
    "weak_points",
]

MEDIA = ("people", "artifact", "timing", "output as input")


@dataclass(frozen=True, repr=False)
class Web(Result):
    """Routines and what leads from one to another.

    Attributes
    ----------
    organizations : dict of str to str
        Of each routine, in the order of the table.
    links : DataFrame
        ``from_id``, ``to_id``, ``medium``, and ``since`` and ``until`` as days (±infinity where open).
    """

    organizations: dict[str, str]
    links: pd.DataFrame

    @property
    def routines(self) -> list[str]:
        """Return the routines, in order."""
        return list(self.organizations)

    def ends(self) -> tuple[Integers, Integers]:
        """Return the positions of the routines that each link leads from and to."""
        place = {name: number for number, name in enumerate(self.organizations)}
        one, other = (np.array(self.links[name].map(place), dtype=np.int64) for name in ("from_id", "to_id"))
        return one, other

    def across(self) -> pd.Series:
        """Return which links lead to a routine of another organisation."""
        one, other = (self.links[name].map(self.organizations) for name in ("from_id", "to_id"))
        return one != other

    def on(self, day: float) -> Web:
        """Return the web of the links that could be used on one day."""
        there = (self.links["since"] <= day) & (day <= self.links["until"])
        return Web(self.organizations, self.links[there].reset_index(drop=True))

    def summary(self) -> str:
        """Say how many routines and links there are, and how many links cross organisations."""
        return (
            f"{len(self.organizations)} routines of {len(set(self.organizations.values()))} organisations, "
            f"{len(self.links)} links, {int(self.across().sum())} of them across organisations."
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per link."""
        return self.links.assign(across=self.across())


def day_number(text: object, *, missing: float) -> float:
    """Return a day as a number, or what stands for a missing one.

    Examples
    --------
    >>> day_number("1970-01-11", missing=0), day_number(None, missing=float("inf"))
    (10.0, inf)
    """
    if pd.isna(text) or text == "":  # type: ignore[call-overload]
        return missing
    return float((date.fromisoformat(str(text)[:10]) - date(1970, 1, 1)).days)


def day_text(day: float) -> str:
    """Return a numbered day as year-month-day; an open end as nothing.

    Examples
    --------
    >>> day_text(10.0), day_text(float("inf"))
    ('1970-01-11', '')
    """
    return (date(1970, 1, 1) + timedelta(days=int(day))).isoformat() if np.isfinite(day) else ""


def routine_web(tables: Mapping[str, pd.DataFrame]) -> Web:
    """Return the web of a dataset's routines.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``routines`` and ``routine_links``.

    Raises
    ------
    ValueError
        With everything that is wrong: a routine twice, links to themselves, of unknown routines, by an
        unknown medium, given twice, or that end before they begin.
    NotEstimable
        Without a link.

    Examples
    --------
    >>> routines = pd.DataFrame({"routine_id": ["review", "studio"], "organization_id": ["a", "b"]})
    >>> links = pd.DataFrame({"from_id": ["review"], "to_id": ["studio"], "medium": ["people"]})
    >>> routine_web({"routines": routines, "routine_links": links})
    <Web: 2 routines of 2 organisations, 1 links, 1 of them across organisations.>
    """
    routines, given = tables["routines"], tables["routine_links"]
    ids = routines["routine_id"].astype(str)
    organizations = dict(zip(ids, routines["organization_id"].astype(str), strict=True))
    links = given[["from_id", "to_id", "medium"]].astype(str).reset_index(drop=True)
    for name, missing in (("since", -np.inf), ("until", np.inf)):
        texts = given[name] if name in given else [None] * len(given)
        links[name] = [day_number(text, missing=missing) for text in texts]
    faults = [f"routine twice: {name}" for name in ids[ids.duplicated()].unique()]
    for link in rows_of(links):
        told = f"{link.from_id} → {link.to_id} ({link.medium})"
        unknown = [name for name in (link.from_id, link.to_id) if name not in organizations]
        faults += [f"{told}: no routine {name}" for name in unknown]
        if link.from_id == link.to_id:
            faults.append(f"{told}: a link to itself")
        if link.medium not in MEDIA:
            faults.append(f"{told}: no medium of that name; allowed: {', '.join(MEDIA)}")
        if link.since > link.until:
            faults.append(f"{told}: ends on {day_text(link.until)}, before {day_text(link.since)}")
    twice = links[links.duplicated(["from_id", "to_id", "medium"])]
    faults += [f"{one.from_id} → {one.to_id} ({one.medium}): given twice" for one in rows_of(twice)]
    if faults:
        raise ValueError("found " + "; ".join(faults))
    if links.empty:
        raise NotEstimable("found no link between routines")
    return Web(organizations, links)


def snapshot_days(web: Web, count: int = 3) -> list[float]:
    """Return days to look at the web on: the first and last on which it changed, and some between.

    Examples
    --------
    >>> routines = pd.DataFrame({"routine_id": ["a", "b"], "organization_id": ["x", "y"]})
    >>> links = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "a"], "medium": "people",
    ...                       "since": ["1970-01-02", "1970-01-05"]})
    >>> snapshot_days(routine_web({"routines": routines, "routine_links": links}))
    [1.0, 4.0]
    """
    require_count("count", count)
    known = web.links["since"]
    days = np.unique(known[np.isfinite(known)])
    if not len(days):
        return []
    chosen = np.unique(np.linspace(0, len(days) - 1, min(count, len(days))).round().astype(int))
    return [float(day) for day in days[chosen]]


def links_by_medium(web: Web, days: Sequence[float] = ()) -> pd.DataFrame:
    """Count links by medium, all of them and on some days.

    Returns
    -------
    DataFrame
        index ``when`` (``ever``, or the day) and ``medium``; ``links``, ``across`` (organisations).
    """
    rows = []
    for name, there in [("ever", web), *((day_text(day), web.on(day)) for day in days)]:
        for medium in MEDIA:
            own = there.links["medium"] == medium
            rows.append((name, medium, int(own.sum()), int((own & there.across()).sum())))
    frame = pd.DataFrame(rows, columns=["when", "medium", "links", "across"])
    return frame.set_index(["when", "medium"])


def between_organizations(web: Web) -> pd.DataFrame:
    """Count links from each organisation (row) to each (column), whatever the medium."""
    one, other = (web.links[name].map(web.organizations) for name in ("from_id", "to_id"))
    names = list(dict.fromkeys(web.organizations.values()))
    return pd.crosstab(one, other).reindex(index=names, columns=names, fill_value=0).rename_axis("from")


def _graph(web: Web) -> Any:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(web.routines)
    graph.add_edges_from(zip(web.links["from_id"], web.links["to_id"], strict=True))
    return graph


def dependence(web: Web) -> pd.DataFrame:
    """Return which routines each rests on and which rest on it, at one step and at any number, dates aside.

    Returns
    -------
    DataFrame
        index ``routine``; ``organization``, ``fed_by``, ``feeds`` (routines with a link to it, from it),
        ``fed_by_others`` and ``feeds_others`` (of them of other organisations), ``upstream`` and
        ``downstream`` (along any number of links), ``downstream_others``.

    Examples
    --------
    >>> routines = pd.DataFrame({"routine_id": ["a", "b", "c"], "organization_id": ["x", "x", "y"]})
    >>> links = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "c"], "medium": "people"})
    >>> found = dependence(routine_web({"routines": routines, "routine_links": links}))
    >>> found.loc["a", ["feeds", "downstream", "downstream_others"]].tolist()
    [1, 2, 1]
    """
    import networkx

    graph, home = _graph(web), web.organizations
    rows = []
    for name in web.routines:
        before, after = set(graph.predecessors(name)), set(graph.successors(name))
        down = networkx.descendants(graph, name)
        counted = [
            before,
            after,
            *({one for one in near if home[one] != home[name]} for near in (before, after)),
        ]
        counted += [networkx.ancestors(graph, name), down, {one for one in down if home[one] != home[name]}]
        rows.append((name, home[name], *map(len, counted)))
    columns = ["routine", "organization", "fed_by", "feeds", "fed_by_others", "feeds_others"]
    columns += ["upstream", "downstream", "downstream_others"]
    return pd.DataFrame(rows, columns=columns).set_index("routine")


def weak_points(web: Web) -> pd.DataFrame:
    """Return single connections and single routines whose loss splits the web (directions aside).

    Returns
    -------
    DataFrame
        Rows of ``kind`` (connection, routine), ``name``, ``across`` (whether a connection crosses
        organisations; of a routine, whether organisations lose every path between them), ``cut_off``
        (routines outside the largest part that is left).

    Examples
    --------
    >>> routines = pd.DataFrame({"routine_id": ["a", "b", "c"], "organization_id": ["x", "x", "y"]})
    >>> links = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "c"], "medium": "people"})
    >>> weak_points(routine_web({"routines": routines, "routine_links": links})).values.tolist()
    [['connection', 'a – b', False, 1], ['connection', 'b – c', True, 1], ['routine', 'b', True, 1]]
    """
    import networkx

    graph, home = _graph(web).to_undirected(), web.organizations
    order = {name: place for place, name in enumerate(web.routines)}
    rows: list[tuple[str, str, bool, int]] = []
    bridges = [tuple(sorted(pair, key=order.__getitem__)) for pair in networkx.bridges(graph)]
    for one, other in sorted(bridges, key=lambda pair: (order[pair[0]], order[pair[1]])):
        part = networkx.node_connected_component(graph, one)
        left = graph.subgraph(part).copy()
        left.remove_edge(one, other)
        rows.append(("connection", f"{one} – {other}", home[one] != home[other], _outside_largest(left)))
    for name in sorted(networkx.articulation_points(graph), key=order.__getitem__):
        part = networkx.node_connected_component(graph, name)
        left = graph.subgraph(part - {name})
        joined = any(len({home[one] for one in some}) > 1 for some in networkx.connected_components(left))
        apart = len({home[one] for one in part}) > 1 and not joined
        rows.append(("routine", name, apart, _outside_largest(left)))
    return pd.DataFrame(rows, columns=["kind", "name", "across", "cut_off"])


def _outside_largest(graph: Any) -> int:
    import networkx

    sizes = [len(part) for part in networkx.connected_components(graph)]
    return sum(sizes) - max(sizes)
