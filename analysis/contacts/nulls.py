"""Four null models of a stream of contacts: what would chance make of it?

The first three models place new ties anew and leave the rest of the record as it is: when first ties are
made, the contacts that follow each of them, when people enter. Those who first appear in a new tie stay its
end (its other end is drawn anew; a tie of two newcomers stays), so that the model is not rejected for people
arriving late. *Pairs that could have formed* are those of people who had entered before, without a tie.

=======================  ===================================================================================
`random_placement`       Every such pair is equally likely.
`degree_preferential`    A pair's chance is in proportion to the product of the numbers of ties its ends have
                         before (of a newcomer's partner, to that partner's number).
`one_sided_brokerage`    As many new ties as in the record close a two-path no older than the window, but each
                         tie brokers one way only: of its two ends, a coin says which is led to the other's
                         star. A closing tie is one of the two-paths so left open, at random; the others go to
                         pairs without such a two-path, at random. Both directions then close only where the
                         stars of several ties overlap. Where there is no fitting pair, any that could have
                         formed.
`time_shuffled`          The pairs stay as they are, and so do all times; later contacts trade their times.
=======================  ===================================================================================

All keep, contact for contact, whatever happened up to a time given: for an event named, its t₀.

Most contacts of educators stay inside a school. Where groups are given, a new tie within a group goes to a
pair of that group and a new tie across groups to a pair of two groups (two-paths that close likewise), and
contacts trade their times within a group, or across. Who belongs to none shares a group with nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numba
import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import require_one_of
from analysis.contacts.placement_kernels import ONE_SIDED, PREFERENTIAL, UNIFORM, place_ties, roles_of_ties
from analysis.contacts.stream import ContactStream, contact_stream, static_ties
from analysis.ties.possible import group_codes

__all__ = [
    "Null",
    "NullModel",
    "degree_preferential",
    "null_model",
    "one_sided_brokerage",
    "random_placement",
    "time_shuffled",
]

Null = Literal["random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"]

_MODELS = {
    "random_placement": UNIFORM,
    "degree_preferential": PREFERENTIAL,
    "one_sided_brokerage": ONE_SIDED,
}

_FEW = 64
"""Contacts of one time that are put in order one by one, which takes no array of its own."""

_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True, eq=False)
class NullModel:
    """A null model of one stream, made ready once for many draws.

    Attributes
    ----------
    stream : ContactStream
        What was observed.
    null : str
    """

    stream: ContactStream
    null: Null
    _arguments: tuple[Any, ...]

    def draw(self, generator: np.random.Generator) -> ContactStream:
        """Return one stream drawn from the model."""
        stream = self.stream
        if self.null == "time_shuffled":
            one, other, ranks, begin, blocks = self._arguments
            return _shuffled(stream, one, other, ranks, begin, blocks, generator)
        one, other = place_ties(stream.one, stream.other, stream.first, *self._arguments, generator)
        return replace(stream, one=one, other=other)


def null_model(
    contacts: pd.DataFrame | ContactStream,
    null: Null,
    *,
    window: float | None = None,
    after: float | None = None,
    groups: Mapping[str, object] | None = None,
) -> NullModel:
    """Make a null model of a stream ready: what is the same in every draw is found once.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
    null : {"random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"}
    window : float, optional
        Of `one_sided_brokerage`, which needs it; the others do not look at it.
    after : float, optional
        What took place up to then is kept; by default nothing is.
    groups : mapping of str to object, optional
        The group of each person, None or NaN for one without; by default all are of one group.

    Raises
    ------
    ValueError
        For another name, or one-sided brokerage without a window.

    Examples
    --------
    >>> contacts = pd.DataFrame({"time": [1, 2, 3], "sender_id": list("aab"), "receiver_id": list("bcc")})
    >>> model = null_model(contacts, "time_shuffled")
    >>> sorted(model.draw(np.random.default_rng(1)).frame()["time"])
    [1.0, 2.0, 3.0]
    """
    require_one_of("null", null, get_args(Null))
    if null == "one_sided_brokerage" and window is None:
        raise ValueError("one_sided_brokerage: found no window; needed: one, in the unit of time")
    stream = contact_stream(contacts)
    cut = -np.inf if after is None else stream.ticks(after)
    people = [str(person) for person in stream.people]
    member = group_codes([0 if groups is None else groups.get(person) for person in people], len(people))
    # Who has no group is alone in one.
    member = np.where(member < 0, -2 - np.arange(len(people)), member)
    if null == "time_shuffled":
        return NullModel(stream, null, (*_contacts_by_pair(stream, cut), _trading(stream, member)))
    model, reach = _MODELS[null], 0.0 if window is None else stream.ticks(window)
    entry = np.full(len(stream.people), np.inf)
    np.minimum.at(entry, stream.one, stream.first)
    np.minimum.at(entry, stream.other, stream.first)
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first)
    ends = stream.one, stream.other, stream.first
    roles = roles_of_ties(ties, *ends, entry, cut, model == ONE_SIDED, reach)
    entered = np.argsort(entry, kind="stable")
    return NullModel(stream, null, (entry, entered, roles, member, model, reach))


def random_placement(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose new ties are placed at random among the pairs that could have formed.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
    generator : numpy.random.Generator
    after : float, optional
        Ties first made later than this are placed anew; by default all.

    Returns
    -------
    ContactStream
        With the same people, time of everybody's first contact, number and times of first ties, number and
        times of the contacts that follow each, newcomers in each; the same ties up to `after`.
    """
    return null_model(contacts, "random_placement", after=after).draw(generator)


def degree_preferential(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose new ties go to pairs in proportion to the product of their numbers of ties.

    Parameters and what is kept as for `random_placement`.
    """
    return null_model(contacts, "degree_preferential", after=after).draw(generator)


def one_sided_brokerage(
    contacts: pd.DataFrame | ContactStream,
    generator: np.random.Generator,
    *,
    window: float,
    after: float | None = None,
) -> ContactStream:
    """Draw a stream in which every tie leads only one of its ends to the other's star.

    Parameters and what is kept as for `random_placement`; also, where there are fitting pairs, which of the
    new ties close a two-path opened within `window` before, so that there are as many closing ties, with the
    same times and the same contacts to follow.
    """
    return null_model(contacts, "one_sided_brokerage", window=window, after=after).draw(generator)


def time_shuffled(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose contacts later than `after` (by default all) trade their times at random.

    Parameters as for `random_placement`.

    Returns
    -------
    ContactStream
        With the same pairs, number of contacts of each, and times; the same contacts up to `after`.
    """
    return null_model(contacts, "time_shuffled", after=after).draw(generator)


def _contacts_by_pair(stream: ContactStream, cut: float) -> tuple[Integers, Integers, Integers, int]:
    """Return ends of the pairs in their order, each contact's place in it, and the first that may move."""
    order = np.lexsort((stream.other, stream.one))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    begin = int(np.searchsorted(stream.clock, cut, side="right"))
    return stream.one[order], stream.other[order], rank[stream.tie], begin


def _trading(stream: ContactStream, groups: Integers) -> list[Integers]:
    """Return the places of contacts that may trade their times: those within each group, and those across."""
    ends = groups[stream.one[stream.tie]], groups[stream.other[stream.tie]]
    block = np.where(ends[0] == ends[1], ends[0], -1)
    return [np.flatnonzero(block == one) for one in np.unique(block)]


def _shuffled(
    stream: ContactStream,
    one: Integers,
    other: Integers,
    ranks: Integers,
    begin: int,
    blocks: Sequence[Integers],
    generator: np.random.Generator,
) -> ContactStream:
    """Return the stream with later contacts of a block at one another's times, and nothing sorted."""
    moved = ranks.copy()
    for block in blocks:
        places = block[np.searchsorted(block, begin) :]
        moved[places[generator.permutation(len(places))]] = ranks[places]
    pair, tie, first, last = _ties_in_time(moved, stream.clock, len(one))
    return replace(stream, one=one[pair], other=other[pair], first=first, last=last, tie=tie)


@_compile
def _ties_in_time(
    ranks: Integers, clock: Floats, pairs: int
) -> tuple[Integers, Integers, Floats, Floats]:  # pragma: no cover - compiled
    """Return the pair of each tie by first contact, each contact's tie, and first and last times.

    `ranks` holds the pair of each contact in order of time, by number; contacts of one time are put in the
    order of their pairs.
    """
    pair, first, last = np.empty(pairs, dtype=np.int64), np.empty(pairs), np.empty(pairs)
    number = np.full(pairs, -1, dtype=np.int64)
    tie = np.empty(len(ranks), dtype=np.int64)
    begin, known = 0, 0
    while begin < len(ranks):
        end = begin + 1
        while end < len(ranks) and clock[end] == clock[begin]:
            end += 1
        if end - begin > _FEW:
            ranks[begin:end] = np.sort(ranks[begin:end])
        for place in range(begin + 1, end):
            rank, spot = ranks[place], place
            while spot > begin and ranks[spot - 1] > rank:
                ranks[spot] = ranks[spot - 1]
                spot -= 1
            ranks[spot] = rank
        for place in range(begin, end):
            rank = ranks[place]
            if number[rank] < 0:
                number[rank], pair[known], first[known] = known, rank, clock[begin]
                known += 1
            tie[place] = number[rank]
            last[number[rank]] = clock[begin]
        begin = end
    return pair, tie, first, last
