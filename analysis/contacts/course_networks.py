"""The networks of two online courses, as five texts describe them.

Kellogg & Edelmann (2015), British Journal of Educational Technology 46(5), 977–983, Table 2; Saqr,
López-Pernas, Conde & Hernández-García (2024), Learning Analytics Methods and Tutorials, chapter 15; Saqr
(2024), the same, chapter 17; LASER Institute, A Tale of Two MOOCs (module 2); Kellogg, Booth & Oliver (2014),
International Review of Research in Open and Distributed Learning 15(5), 263–289. The texts count repeated
replies and replies to oneself in some numbers and not in others: each function says which.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import igraph
import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.contacts.spells import change_times, conversation_spells, temporal_density
from analysis.contacts.temporal_paths import StepRule, earliest_arrival
from analysis.ties.centralisation import centralisation
from analysis.ties.centrality import diffusion_degree
from analysis.ties.structure import density, dyad_census, isolates
from analysis.ties.triads import triad_census

__all__ = [
    "Course",
    "central_people",
    "course_measures",
    "course_of",
    "course_table",
    "graph_measures",
    "multigraph_triads",
    "peer_support",
    "temporal_measures",
    "temporal_paths",
    "triads_both_ways",
    "without_people",
]

_CUT = 20
_MEASURED_FROM, _MEASURED_TO, _STEP = 0.0, 30.0, 7.0


@dataclass(frozen=True, eq=False)
class Course:
    """Who replied to whom in one course.

    Attributes
    ----------
    people : tuple of str
        In the order of the file of people.
    sender, receiver : array of int, shape (replies,)
        Places in `people`, a pair a reply.
    posts : DataFrame
        The replies as contacts.
    """

    people: tuple[str, ...]
    sender: Integers
    receiver: Integers
    posts: pd.DataFrame

    def counts(self, *, with_oneself: bool = True) -> Floats:
        """Return how often each replied to each (row to column)."""
        found = np.zeros((len(self.people), len(self.people)))
        np.add.at(found, (self.sender, self.receiver), 1)
        if not with_oneself:
            np.fill_diagonal(found, 0)
        return found

    def simple(self) -> Floats:
        """Return 1 where somebody replied to another at least once."""
        return (self.counts(with_oneself=False) > 0).astype(float)

    def multigraph(self) -> igraph.Graph:
        """Return every reply as an arc."""
        return igraph.Graph(
            n=len(self.people), edges=np.column_stack([self.sender, self.receiver]), directed=True
        )


def course_of(tables: Mapping[str, pd.DataFrame], course: str) -> Course:
    """Return the network of a course.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors and contacts.
    course : str
        Its `organization_id`.

    Raises
    ------
    ValueError
        When nobody belongs to it.
    """
    actors = tables["actors"]
    people = tuple(actors.loc[actors["organization_id"] == course, "actor_id"])
    if not people:
        found = ", ".join(map(str, actors["organization_id"].unique()))
        raise ValueError(f"found nobody of course {course!r}; allowed: {found}")
    contacts = tables["contacts"]
    posts = contacts[contacts["sender_id"].isin(people)]
    places = pd.Index(people)
    ends = [places.get_indexer(posts[end]).astype(np.int64) for end in ("sender_id", "receiver_id")]
    return Course(people, ends[0], ends[1], posts)


def course_table(courses: Mapping[str, Course]) -> pd.DataFrame:
    """Return Table 2 of Kellogg & Edelmann: of the network without repeats and without replies to oneself.

    Two rows are readings: how often a tie was used, counted over pairs of different people, and over pairs in
    which somebody may stand twice. Density is in per cent.

    Returns
    -------
    DataFrame
        index measure, a column per course.
    """
    columns = {}
    for name, course in courses.items():
        ties, used = course.simple(), course.counts(with_oneself=False)
        census, all_used = dyad_census(ties), course.counts()
        columns[name] = {
            "people": len(course.people),
            "isolates": int(isolates(ties, "weak").sum()),
            "density, per cent": 100 * density(ties),
            "mutual pairs": census.mutual,
            "one-way pairs": census.asymmetric,
            "smallest in-degree": ties.sum(0).min(),
            "smallest out-degree": ties.sum(1).min(),
            "largest in-degree": ties.sum(0).max(),
            "largest out-degree": ties.sum(1).max(),
            "mean degree": ties.sum(0).mean(),
            "fewest replies in a pair": used.min(),
            "most replies in a pair": used.max(),
            "replies per tie": used[used > 0].mean(),
            "replies per tie, replies to oneself counted": all_used[all_used > 0].mean(),
            "centralisation of in- plus out-degree": centralisation(ties, "degree"),
            "centralisation of in-degree": centralisation(ties, "in_degree"),
            "centralisation of out-degree": centralisation(ties, "out_degree"),
        }
    return pd.DataFrame(columns).rename_axis("measure").astype(float)


def course_measures(courses: Mapping[str, Course]) -> pd.DataFrame:
    """Return what the case study key gives: of the network with every reply, also those to oneself.

    Centralisation of such a network is divided by the largest value of a network *without* repeats, as igraph
    does (its in-degree version may pass 1). The last rows have both without repeats, where 1 is the limit:
    by `analysis.ties.centralisation`, and from the largest and the sum of in-degrees alone.

    Returns
    -------
    DataFrame
        index measure, a column per course.
    """
    columns = {}
    for name, course in courses.items():
        graph, size = course.multigraph(), len(course.people)
        simple = course.simple()
        inwards = simple.sum(0)
        limits = {"all": 2 * (size - 1) ** 2, "in": size * (size - 1), "out": size * (size - 1)}
        columns[name] = {
            "people": size,
            "replies": len(course.sender),
            "density": graph.density(),
            "reciprocity": graph.reciprocity(),
            "transitivity": graph.transitivity_undirected(),
            "diameter": graph.diameter(),
            "mean distance": graph.average_path_length(),
            "largest possible, total degree": limits["all"],
            "largest possible, in- or out-degree": limits["in"],
            **{
                f"centralisation, {way}": _spread(graph.degree(mode=way)) / limit
                for way, limit in limits.items()
            },
            "centralisation, in, without repeats": centralisation(simple, "in_degree"),
            "centralisation, in, by hand": (size * inwards.max() - inwards.sum()) / (size - 1) ** 2,
        }
    return pd.DataFrame(columns).rename_axis("measure").astype(float)


def peer_support(course: Course, without: Collection[str] = (), *, alone: bool = False) -> dict[str, float]:
    """Return Table 1 and the classes of Table 2 of Kellogg, Booth & Oliver, by their definitions.

    Replies to oneself are left out. Replies from one person to another are *unique* when there is one and
    *duplicates* when there are more (NodeXL's words). Classes: reciprocators have a mutual pair; networkers
    gave and received, with nobody both; broadcasters only received; the invisible only gave.

    Parameters
    ----------
    course : Course
    without : collection of str
        People left out, with their replies given and received.
    alone : bool
        Whether people without ties stay.

    Returns
    -------
    dict of str to float
    """
    every, _ = _remaining(course, without, alone)
    ties = every > 0
    census, size = dyad_census(ties.astype(float)), len(ties)
    gave, received = ties.sum(1), ties.sum(0)
    mutual = (ties & ties.T).any(1)
    return {
        "people": size,
        "unique replies": every[every == 1].sum(),
        "duplicate replies": every[every > 1].sum(),
        "replies": every.sum(),
        "replies per tie": every.sum() / ties.sum(),
        "replies per pair, both ways together": every.sum() / (np.triu(ties | ties.T)).sum(),
        "share of pairs mutual": census.mutual / (census.mutual + census.asymmetric),
        "share of ties returned": 2 * census.mutual / (2 * census.mutual + census.asymmetric),
        "density": density(ties.astype(float)),
        "mean degree": received.mean(),
        "median in-degree": float(np.median(received)),
        "median out-degree": float(np.median(gave)),
        "largest in-degree": received.max(),
        "largest out-degree": gave.max(),
        "reciprocators, per cent": 100 * mutual.mean(),
        "networkers, per cent": 100 * (~mutual & (gave > 0) & (received > 0)).mean(),
        "broadcasters, per cent": 100 * ((gave == 0) & (received > 0)).mean(),
        "invisible, per cent": 100 * ((gave > 0) & (received == 0)).mean(),
    }


def without_people(course: Course, without: Collection[str]) -> tuple[Floats, list[str]]:
    """Return who replied to whom (0 or 1) among those with ties when some leave, and who they are."""
    every, people = _remaining(course, without, False)
    return (every > 0).astype(np.float64), people


def _remaining(course: Course, without: Collection[str], alone: bool) -> tuple[Floats, list[str]]:
    kept = ~np.isin(course.people, list(without))
    every = course.counts(with_oneself=False)[np.ix_(kept, kept)]
    there = alone | ((every.sum(0) + every.sum(1)) > 0)
    return every[np.ix_(there, there)], np.asarray(course.people)[kept][there].tolist()


def graph_measures(course: Course) -> pd.Series:
    """Return the measures of chapter 15 of the network as a whole.

    Names that begin with *simple* are of the network without repeats and replies to oneself, the others of
    every reply.
    """
    graph, ties = course.multigraph(), course.simple()
    census = dyad_census(ties)
    parts = graph.connected_components(mode="weak").sizes()
    degrees = {way: np.array(graph.degree(mode=way)) for way in ("all", "in", "out")}
    found = {
        "people": len(course.people),
        "replies": len(course.sender),
        "replies per person": len(course.sender) / len(course.people),
        "density": graph.density(),
        "simple density": density(ties),
        "reciprocity": graph.reciprocity(),
        "mutual pairs": census.mutual,
        "one-way pairs": census.asymmetric,
        "empty pairs": census.null,
        "transitivity": graph.transitivity_undirected(),
        "parts": len(parts),
        "people in the largest part": max(parts),
        "diameter": graph.diameter(),
        "mean distance": graph.average_path_length(),
        "efficiency": _efficiency(graph),
    }
    for way, values in degrees.items():
        found |= {
            f"mean degree, {way}": values.mean(),
            f"median degree, {way}": np.median(values),
            f"sd of degree, {way}": values.std(ddof=1),
        }
    found |= {
        "simple centralisation, all": centralisation(ties, "degree"),
        "simple centralisation, in": centralisation(ties, "in_degree"),
        "simple centralisation, out": centralisation(ties, "out_degree"),
    }
    return pd.Series(found, name="value", dtype=float).rename_axis("measure")


def multigraph_triads(course: Course) -> pd.Series:
    """Return igraph's count of triads where every reply is an arc.

    With repeated arcs its numbers of triads with a single tie (012 and 102) are wrong: they follow from
    numbers of arcs, not of tied pairs. The others are right.
    """
    census, kinds = course.multigraph().triad_census(), triad_census(np.zeros((3, 3))).index
    return pd.Series({kind: float(getattr(census, f"t{kind.lower()}")) for kind in kinds}).rename_axis(
        "triad"
    )


def triads_both_ways(course: Course) -> pd.DataFrame:
    """Return the triads of the network without repeats, beside igraph's count with them.

    Returns
    -------
    DataFrame
        index kind of triad: ``simple``, ``multigraph``.
    """
    frame = {"simple": triad_census(course.simple()).astype(float), "multigraph": multigraph_triads(course)}
    return pd.DataFrame(frame).rename_axis("triad")


def central_people(course: Course, first: int = 10) -> pd.DataFrame:
    """Return nine measures of how central people are, as chapter 15 has them.

    Degrees, PageRank (undirected), coreness and closeness (directions ignored; 1 over the sum of distances to
    those within reach) are of every reply; betweenness and the eigenvector are of the undirected network
    without repeats in which the number of replies is the *length* of a tie, and its weight.

    Parameters
    ----------
    course : Course
    first : int
        How many people, in the order of the file.

    Returns
    -------
    DataFrame
        index person.
    """
    graph, counts = course.multigraph(), course.counts(with_oneself=False)
    rows, columns = counts.nonzero()
    replied = igraph.Graph(
        n=len(course.people),
        edges=np.column_stack([rows, columns]),
        directed=True,
        edge_attrs={"weight": counts[rows, columns]},
    )
    # Both directions of a pair are one tie, its weight their sum; as lengths they stay apart.
    both = counts + counts.T
    one, other = np.triu(both).nonzero()
    undirected = igraph.Graph(
        n=len(course.people),
        edges=np.column_stack([one, other]),
        edge_attrs={"weight": both[one, other]},
    )
    frame = {
        "in-degree": graph.indegree(),
        "out-degree": graph.outdegree(),
        "degree": graph.degree(),
        "closeness": graph.closeness(mode="all", normalized=False),
        "betweenness": replied.betweenness(directed=False, weights="weight"),
        "eigenvector": _eigenvector(undirected),
        "pagerank": graph.pagerank(directed=False),
        "diffusion degree": diffusion_degree(course.counts()),
        "coreness": graph.coreness(mode="all"),
    }
    people = pd.Index(course.people, name="person")
    return pd.DataFrame(frame, index=people).iloc[:first].astype(float)


def temporal_measures(course: Course) -> tuple[pd.Series, pd.DataFrame, list[str]]:
    """Return the measures of chapter 17 of the temporal network, and the network cut to its active people.

    Times are days since the first reply to somebody else, rounded to two digits. Active are those with more
    than twenty ties (given and received).

    Returns
    -------
    measures : Series
    spells : DataFrame
        Of the active people.
    people : list of str
        The active people, in the order of the file.
    """
    spells = conversation_spells(course.posts, digits=2)
    pairs = spells[["sender_id", "receiver_id"]].drop_duplicates()
    degree = pairs["sender_id"].value_counts().add(pairs["receiver_id"].value_counts(), fill_value=0)
    active = set(degree.index[degree > _CUT])
    people = [person for person in course.people if person in active]
    kept = spells[spells["sender_id"].isin(active) & spells["receiver_id"].isin(active)]
    ties = len(kept[["sender_id", "receiver_id"]].drop_duplicates())
    changes = change_times(spells)
    possible = len(people) * (len(people) - 1)
    measures = {
        "people": len(course.people),
        "ties": len(pairs),
        "ties of single replies": int(np.isinf(spells["end"]).sum()),
        "times of change": len(changes),
        "last day": changes[-1],
        "active people": len(people),
        "ties of active people": ties,
        "density of active people": ties / possible if possible else np.nan,
        "temporal density of active people": temporal_density(kept, changes[0], changes[-1]),
        "temporal density without ties of single replies": temporal_density(
            kept[np.isfinite(kept["end"])], changes[0], changes[-1]
        ),
    }
    return pd.Series(measures, name="value", dtype=float).rename_axis("measure"), kept, people


def temporal_paths(
    spells: pd.DataFrame, people: list[str], source: int, rule: StepRule = "as_tsna"
) -> pd.DataFrame:
    """Return the paths of chapter 17: from one person, in the first thirty days, each step lasting a week.

    Parameters
    ----------
    spells, people
        As from `temporal_measures`.
    source : int
        Number of the person among these, from 1.
    rule : {"as_tsna", "within_spell"}
        As for `earliest_arrival`.

    Returns
    -------
    DataFrame
        index number of the person, from 1: ``arrival``, ``steps``, ``previous``.
    """
    found = earliest_arrival(
        spells,
        people,
        people[source - 1],
        start=_MEASURED_FROM,
        end=_MEASURED_TO,
        step=_STEP,
        rule=rule,
    )
    return found.set_axis(pd.RangeIndex(1, len(people) + 1, name="person"))


def _spread(degrees: list[int]) -> float:
    values = np.array(degrees)
    return float(len(values) * values.max() - values.sum())


def _efficiency(graph: igraph.Graph) -> float:
    distances = np.array(graph.distances(mode="out"))
    reached = np.isfinite(distances) & (distances > 0)
    return float((1 / distances[reached]).sum() / (len(distances) * (len(distances) - 1)))


def _eigenvector(graph: igraph.Graph) -> Floats:
    # People outside the largest part have none; igraph says so in a warning, which would end a notebook.
    parts = graph.connected_components()
    largest = max(parts, key=len)
    found = np.zeros(graph.vcount())
    # The search begins at random, and its last digits tell where: here always at the same place.
    igraph.set_random_number_generator(random.Random(1))
    try:
        found[largest] = graph.subgraph(largest).eigenvector_centrality(weights="weight")
    finally:
        igraph.set_random_number_generator(random)
    return found
