"""Two texts on friendships: a class by its pupils and its teacher, and a fraternity's first week.

Pittinsky, M. & Carolan, B. V. (2008). Behavioral versus cognitive classroom friendship networks. Social
Psychology of Education 11(2), 133–147. Carolan, B. V. (2014). Social Network Analysis and Education. SAGE,
chapters 5 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.ties.centralisation import centralisation
from analysis.ties.centrality import ego_betweenness
from analysis.ties.structure import density, dyad_census
from analysis.ties.subgroups import Factions, factions, k_plexes, misfit, n_cliques
from analysis.ties.triads import triad_census

__all__ = [
    "both_reports",
    "class_measures",
    "each_left_out",
    "faction_densities",
    "first_choices",
    "printed_division",
    "ranked_network",
    "rounded_twice",
    "subgroup_counts",
]

_PRINTED = ((3, 5, 9, 11, 12, 17), (1, 6, 8, 10, 13, 15), (2, 4, 7, 14, 16))


def both_reports(tables: Mapping[str, pd.DataFrame]) -> tuple[Floats, Floats]:
    """Return who names whom, by the pupils and by the teacher (0 or 1), pupils in the order of the file."""
    actors, ties = tables["actors"], tables["ties"]
    pupils = pd.Index(actors.loc[actors["role"] == "pupil", "actor_id"])
    found = []
    for relation in ("pupils_report", "teacher_reports"):
        own = ties[ties["relation"] == relation]
        matrix = np.zeros((len(pupils), len(pupils)))
        matrix[pupils.get_indexer(own["sender_id"]), pupils.get_indexer(own["receiver_id"])] = 1
        found.append(matrix)
    return found[0], found[1]


def class_measures(pupils: Floats, teacher: Floats, left_out: int | None = None) -> pd.Series:
    """Return what the article's tables have of the class. A friendship counts when each names the other.

    Betweenness in the own network of friends is a share (`ego_betweenness`); who has no friend has 0, who has
    one has none and is left out of mean and deviation. Deviations divide by the number of pupils. Expected
    agreement is its mean over all ways to exchange pupils: exact, without drawing any.

    Parameters
    ----------
    pupils, teacher : array, shape (n, n)
        Who names whom.
    left_out : int or None
        Number of a pupil, from 1, whose own answers do not count.
    """
    answered = pupils.copy()
    if left_out is not None:
        answered[left_out - 1] = 0
    friends = {"pupils": answered * answered.T, "teacher": teacher * teacher.T}
    pairs = np.triu_indices(len(pupils), 1)
    one, other = (friends[name][pairs] for name in ("pupils", "teacher"))
    share, said = one.mean(), other.mean()
    agree, chance = float((one == other).mean()), share * said + (1 - share) * (1 - said)
    found = {
        "pairs": len(one),
        "agreement": agree,
        "expected agreement": chance,
        "agreement above expected": agree - chance,
    }
    for name, ties in friends.items():
        degree = ties.sum(0)
        between = ego_betweenness(ties)
        own = between["share"].where(between["ties"] > 0, 0.0).dropna()
        found |= {
            f"density, {name}": density(ties),
            f"mean friends, {name}": degree.mean(),
            f"SD of friends, {name}": degree.std(),
            f"sample SD of friends, {name}": degree.std(ddof=1),
            f"mean ego betweenness, {name}": own.mean(),
            f"SD of ego betweenness, {name}": own.std(ddof=0),
            f"pupils with ego betweenness, {name}": len(own),
        }
    found["difference of mean friends"] = found["mean friends, pupils"] - found["mean friends, teacher"]
    found["difference of mean ego betweenness"] = (
        found["mean ego betweenness, pupils"] - found["mean ego betweenness, teacher"]
    )
    found["share of pupils who name anybody"] = float((pupils.sum(1) > 0).mean())
    return pd.Series(found, dtype=float).rename_axis("measure")


def each_left_out(pupils: Floats, teacher: Floats) -> pd.DataFrame:
    """Return the measures that tell pupils apart, each pupil's own answers left out in turn.

    Returns
    -------
    DataFrame
        index pupil, from 1: ``mutual`` (friends of the pupil), ``names``, ``named``, ``names = named``
        (1 where a pupil who names anybody names exactly those who name the pupil), and six measures.
    """
    shown = [
        "density, pupils",
        "agreement",
        "expected agreement",
        "SD of friends, pupils",
        "mean ego betweenness, pupils",
        "SD of ego betweenness, pupils",
    ]
    rows = []
    for place in range(len(pupils)):
        names, named = pupils[place], pupils[:, place]
        row = {
            "mutual": (names * named).sum(),
            "names": names.sum(),
            "named": named.sum(),
            "names = named": float(names.any() and (names == named).all()),
        }
        measures = class_measures(pupils, teacher, place + 1)
        rows.append(row | {name: measures[name] for name in shown})
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(pupils) + 1, name="pupil"))


def rounded_twice(measures: pd.Series) -> pd.DataFrame:
    """Return measures rounded to three digits at once, and first to four and then to three.

    Returns
    -------
    DataFrame
        index measure: ``value``, ``at once``, ``twice`` (half goes up, as by hand).
    """
    four = np.floor(measures * 1e4 + 0.5) / 1e4
    return pd.DataFrame(
        {
            "value": measures,
            "at once": np.floor(measures * 1e3 + 0.5) / 1e3,
            # Four digits are not exact: .0855 must not fall below half.
            "twice": np.floor(four * 1e3 + 0.5 + 1e-9) / 1e3,
        }
    )


def ranked_network(tables: Mapping[str, pd.DataFrame], wave: int, best: int) -> Floats:
    """Return who ranks whom among the best, 0 or 1, people in the order of the file."""
    ties = tables["ties"]
    own = ties[(ties["wave"] == wave) & (ties["value"] <= best)]
    people = pd.Index(tables["actors"]["actor_id"])
    matrix = np.zeros((len(people), len(people)))
    matrix[people.get_indexer(own["sender_id"]), people.get_indexer(own["receiver_id"])] = 1
    return matrix


def first_choices(matrix: Floats, best: int) -> pd.Series:
    """Return what chapter 5 prints of the directed network, with three readings of transitivity.

    Parameters
    ----------
    matrix : array, shape (n, n)
    best : int
        How many choices each had.
    """
    graph = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    census, triads = dyad_census(matrix), triad_census(matrix)
    lengths = np.array(
        [
            length
            for start, found in nx.all_pairs_shortest_path_length(graph)
            for end, length in found.items()
            if start != end
        ]
    )
    steps = matrix @ matrix
    np.fill_diagonal(steps, 0)
    closed = (steps * matrix).sum()
    transitive = triads[["030T", "120D", "120U", "300"]].sum()
    either = np.maximum(matrix, matrix.T)
    near = [matrix[np.ix_(places, places)] for places in map(np.flatnonzero, either)]
    received = matrix.sum(0)
    return pd.Series(
        {
            "ties": matrix.sum(),
            "density": density(matrix),
            "share of choices used": matrix.sum() / (len(matrix) * best),
            "share of pairs mutual": census.mutual / (census.mutual + census.asymmetric),
            "triads of three one-way ties, transitive": triads["030T"],
            "two-step paths closed": closed / steps.sum(),
            "two-step paths closed, directions ignored": nx.transitivity(nx.from_numpy_array(either)),
            "triads wholly transitive, of all with ties between all three": transitive
            / triads[["030T", "030C", "120D", "120U", "120C", "210", "300"]].sum(),
            "diameter": lengths.max(),
            "steps from 15 to 16": nx.shortest_path_length(graph, 14, 15),
            "shortest paths from 15 to 16": len(list(nx.all_shortest_paths(graph, 14, 15))),
            "mean distance": lengths.mean(),
            "mean density around each": np.mean([density(own) for own in near]),
            "centralisation of in-degree": centralisation(matrix, "in_degree"),
            "centralisation of in-degree, per cent": 100 * centralisation(matrix, "in_degree"),
            **{f"in-degree of {number}": received[number - 1] for number in (11, 12, 17)},
        },
        dtype=float,
    ).rename_axis("measure")


def subgroup_counts(either: Floats) -> pd.Series:
    """Return chapter 6's counts of cohesive subgroups, of ties in either direction."""
    cliques = n_cliques(either, 1)
    wider, plexes = n_cliques(either, 2), k_plexes(either, 2, least=4)
    return pd.Series(
        {
            "cliques": len(cliques),
            "cliques of four": sum(len(found) == 4 for found in cliques),
            "cliques with 11": sum(10 in found for found in cliques),
            "2-cliques": len(wider),
            "2-cliques with 1": sum(0 in found for found in wider),
            "2-plexes of four or more": len(plexes),
            "2-plexes with 11": sum(10 in found for found in plexes),
        },
        dtype=float,
    ).rename_axis("subgroups")


def printed_division() -> tuple[frozenset[int], ...]:
    """Return the three factions of the chapter, as places from 0."""
    return tuple(frozenset(number - 1 for number in group) for group in _PRINTED)


def faction_densities(either: Floats, groups: int = 3) -> tuple[Factions, pd.DataFrame, pd.DataFrame]:
    """Return the best factions, their members in words, and the density of ties within and between them.

    Factions are in the chapter's order where they are the chapter's, else by their first member.

    Returns
    -------
    found : Factions
    members : DataFrame
        index faction, from 1: ``members`` (numbers from 1), ``size``.
    densities : DataFrame
        In per cent, square.
    """
    found = factions(either, groups)
    printed = printed_division()
    same = set(found.divisions[0]) == set(printed)
    division = printed if same else found.divisions[0]
    if misfit(either, division) != found.misfit:
        raise ValueError("found a division that is not the best; allowed: one with the least misfit")
    names = pd.RangeIndex(1, len(division) + 1, name="faction")
    words = [" ".join(str(one + 1) for one in sorted(group)) for group in division]
    members = pd.DataFrame({"members": words, "size": [len(group) for group in division]}, index=names)
    cells = np.zeros((len(division), len(division)))
    for one, group in enumerate(division):
        for other, partner in enumerate(division):
            possible = len(group) * (len(partner) - (one == other))
            cells[one, other] = 100 * either[np.ix_(sorted(group), sorted(partner))].sum() / possible
    return found, members, pd.DataFrame(cells, index=names, columns=[f"with {name}" for name in names])
