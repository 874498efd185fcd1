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
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.contacts.placement_kernels import ONE_SIDED, PREFERENTIAL, UNIFORM, place_ties, roles_of_ties
from analysis.contacts.stream import ContactStream, contact_stream, static_ties

__all__ = ["degree_preferential", "one_sided_brokerage", "random_placement", "time_shuffled"]


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
    stream = contact_stream(contacts)
    return _placed(stream, generator, UNIFORM, after, 0.0)


def degree_preferential(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose new ties go to pairs in proportion to the product of their numbers of ties.

    Parameters and what is kept as for `random_placement`.
    """
    stream = contact_stream(contacts)
    return _placed(stream, generator, PREFERENTIAL, after, 0.0)


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
    stream = contact_stream(contacts)
    return _placed(stream, generator, ONE_SIDED, after, stream.ticks(window))


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
    stream = contact_stream(contacts)
    clock = stream.clock.copy()
    later = clock > (-np.inf if after is None else stream.ticks(after))
    clock[later] = generator.permutation(clock[later])
    first, last = np.full(len(stream.one), np.inf), np.full(len(stream.one), -np.inf)
    np.minimum.at(first, stream.tie, clock)
    np.maximum.at(last, stream.tie, clock)
    order = np.lexsort((stream.other, stream.one, first))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    tie = place[stream.tie]
    one, other = stream.one[order], stream.other[order]
    by_time = np.lexsort((other[tie], one[tie], clock))
    return replace(
        stream,
        one=one,
        other=other,
        first=first[order],
        last=last[order],
        tie=tie[by_time],
        clock=clock[by_time],
    )


def _placed(
    stream: ContactStream, generator: np.random.Generator, model: int, after: float | None, window: float
) -> ContactStream:
    cut = -np.inf if after is None else stream.ticks(after)
    entry = np.full(len(stream.people), np.inf)
    np.minimum.at(entry, stream.one, stream.first)
    np.minimum.at(entry, stream.other, stream.first)
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first)
    ends = stream.one, stream.other, stream.first
    roles = roles_of_ties(ties, *ends, entry, cut, model == ONE_SIDED, window)
    entered = np.argsort(entry, kind="stable")
    one, other = place_ties(*ends, entry, entered, roles, model, window, generator)
    return replace(stream, one=one, other=other)
