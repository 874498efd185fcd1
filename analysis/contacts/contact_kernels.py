"""One pass over a dated record: statistics as they stood before each contact, and the likelihood they give.

Compiled. `analysis.contacts.contact_models` prepares what it is given and reads what it returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from analysis.arrays import Flags, Floats, Integers

__all__ = [
    "ARRIVES",
    "CHANGES",
    "CHOICE",
    "CONTACT",
    "ENDS",
    "LEAVES",
    "PAIRS",
    "RATE",
    "RATE_ORDER",
    "walk",
]

CONTACT, CHANGES, ARRIVES, LEAVES, ENDS = range(5)
"""What happens at a mark: a contact, a network changes, somebody arrives or leaves, observation ends."""

CHOICE, RATE_ORDER, RATE, PAIRS = range(4)
"""What is modelled: whom a sender chooses; who is next; when each person is; when each ordered pair is."""

(
    INTERCEPT,
    TIE,
    RECIPROCITY,
    INDEGREE,
    OUTDEGREE,
    SENDER_INDEGREE,
    SENDER_OUTDEGREE,
    TRANSITIVITY,
    CYCLE,
    SHARED_SENDERS,
    SHARED_RECEIVERS,
    SAME,
    DIFFERENCE,
    ALTER,
    EGO,
) = range(15)

_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@_compile
def _step_paths(paths, ties, kind, one, other, step):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count the two-paths that a tie from one to other opens (+1) or closes (-1)."""
    for third in range(len(ties)):
        if third in (one, other):
            continue
        if kind == TRANSITIVITY:
            # third → one → other, and one → other → third
            if ties[third, one] > 0:
                paths[third, other] += step
            if ties[other, third] > 0:
                paths[one, third] += step
        elif kind == SHARED_SENDERS:
            if ties[one, third] > 0:
                paths[other, third] += step
                paths[third, other] += step
        elif ties[third, other] > 0:
            paths[one, third] += step
            paths[third, one] += step


@_compile
def _fill(rows, terms, state, i):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the statistics of a sender with everybody: a row for each term, a column for each other."""
    values, degrees, strengths, paths, attributes = state
    people = rows.shape[1]
    for k in range(len(terms)):
        effect, index, weighted, row = terms[k, 0], terms[k, 1], terms[k, 2] == 1, rows[k]
        if effect == INTERCEPT:
            row[:] = 1.0
        elif effect in (TIE, RECIPROCITY):
            for j in range(people):
                value = values[index, i, j] if effect == TIE else values[index, j, i]
                row[j] = value if weighted else 1.0 * (value > 0)
        elif effect in (INDEGREE, OUTDEGREE):
            row[:] = (strengths if weighted else degrees)[int(effect == OUTDEGREE), index]
        elif effect in (SENDER_INDEGREE, SENDER_OUTDEGREE):
            row[:] = (strengths if weighted else degrees)[int(effect == SENDER_OUTDEGREE), index, i]
        elif effect == CYCLE:
            row[:] = paths[index, :, i]
        elif effect in (TRANSITIVITY, SHARED_SENDERS, SHARED_RECEIVERS):
            row[:] = paths[index, i]
        elif effect == SAME:
            for j in range(people):
                row[j] = 1.0 * (attributes[index, i] == attributes[index, j])
        elif effect == DIFFERENCE:
            for j in range(people):
                row[j] = abs(attributes[index, i] - attributes[index, j])
        elif effect == ALTER:
            row[:] = attributes[index]
        else:
            row[:] = attributes[index, i]


@_compile
def _largest(rows, beta, there):  # type: ignore[no-untyped-def]  # pragma: no cover
    top = -np.inf
    for u in range(rows.shape[1]):
        if there[u]:
            eta = 0.0
            for k in range(len(beta)):
                eta += beta[k] * rows[k, u]
            top = max(top, eta)
    return top


@_compile
def _sums(rows, beta, there, top, weight, first, second):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the sum of exp(η - top) of those there; add those of the statistics and of their products."""
    total = 0.0
    for u in range(rows.shape[1]):
        weight[u] = 0.0
        if there[u]:
            eta = -top
            for k in range(len(beta)):
                eta += beta[k] * rows[k, u]
            weight[u] = np.exp(eta)
            total += weight[u]
    for a in range(len(beta)):
        for u in range(rows.shape[1]):
            first[a] += weight[u] * rows[a, u]
        for b in range(a + 1):
            whole = 0.0
            for u in range(rows.shape[1]):
                whole += weight[u] * rows[a, u] * rows[b, u]
            second[a, b] += whole
    return total


@_compile
def _change(state, path_layers, path_kinds, layer, one, other, step):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bring a network up to date: the tie, degrees, and where it begins or ends the two-paths."""
    values, degrees, strengths, paths, _ = state
    before = values[layer, one, other]
    values[layer, one, other] += step
    strengths[0, layer, other] += step
    strengths[1, layer, one] += step
    crossed = int(before + step > 0) - int(before > 0)
    if crossed != 0:
        degrees[0, layer, other] += crossed
        degrees[1, layer, one] += crossed
        for path in range(len(path_layers)):
            if path_layers[path] == layer:
                _step_paths(paths[path], values[layer], path_kinds[path], one, other, crossed)


@_compile
def walk(
    beta: Floats,
    model: int,
    since: float,
    clock: Floats,
    marks: Integers,
    terms: Integers,
    layers: int,
    path_layers: Integers,
    path_kinds: Integers,
    attributes: Floats,
    present: Flags,
    groups: Integers,
    kept: Floats,
) -> tuple[float, Floats, Floats, Integers, Floats, Floats, Floats]:  # pragma: no cover - compiled
    """Return log-likelihood, score, information, counts, what was expected of each person, of groups, scores.

    Parameters
    ----------
    beta : ndarray of shape (k,)
        A parameter for each term.
    model : int
        `CHOICE`, `RATE_ORDER`, `RATE` or `PAIRS`.
    since : float
        When observation begins; what comes before only tells who knew whom.
    clock : ndarray of shape (m,)
        When each mark is, in order; at one time contacts come before changes. The last ends observation.
    marks : ndarray of int, shape (m, 5)
        What happens, in which layer, one, other, by how much.
    terms : ndarray of int, shape (k, 3)
        Effect, its layer, two-paths or attribute, and whether it is weighted.
    layers : int
    path_layers, path_kinds : ndarray of int
        Of each count of two-paths: of which layer, and which.
    attributes : ndarray of shape (a, n)
    present : ndarray of bool, shape (n,)
        Who is there at first.
    groups : ndarray of int, shape (n,)
        Group of each person, -1 for none.
    kept : ndarray of shape (contacts, k, n), or of none
        Where the statistics of each contact are written, if anywhere.

    Returns
    -------
    log_likelihood, score, information
    counts : (contacts, intervals that ended without one)
    people : ndarray of shape (3, n)
        Contacts observed, expected, and their variance: received in a choice, sent in a rate; of pairs those
        sent, observed alone.
    within : ndarray of shape (3,)
        The same of contacts within a group, in a choice.
    by_sender : ndarray of shape (n, k)
        The score, sender by sender.
    """
    size, people = len(beta), len(present)
    state = (
        np.zeros((layers, people, people)),
        np.zeros((2, layers, people)),
        np.zeros((2, layers, people)),
        np.zeros((len(path_layers), people, people)),
        attributes,
    )
    there, open_to = present.copy(), np.zeros(people, dtype=np.bool_)
    rows, weight, chosen = np.zeros((size, people)), np.zeros(people), np.zeros(size)
    # What is known of each sender is kept until something that it rests on changes.
    stale, totals = np.ones(people, dtype=np.bool_), np.zeros(people)
    firsts, seconds = np.zeros((people, size)), np.zeros((people, size, size))
    far = False
    for k in range(size):
        far |= INDEGREE <= terms[k, 0] <= OUTDEGREE or TRANSITIVITY <= terms[k, 0] <= SHARED_RECEIVERS
    column, senders = np.zeros((size, 1)), np.zeros((size, people))
    log_likelihood, score, information = 0.0, np.zeros(size), np.zeros((size, size))
    by_person, within, by_sender = np.zeros((3, people)), np.zeros(3), np.zeros((people, size))
    contacts, censored, now = 0, 0, since
    relative = model in (CHOICE, RATE_ORDER)
    for mark in range(len(clock)):
        time = clock[mark]
        what, layer, one, other, step = marks[mark]
        happened = what == CONTACT and time >= since
        elapsed = max(time - now, 0.0)
        now = max(now, time)
        if happened or (elapsed > 0 and not relative):
            first, second, total, top = np.zeros(size), np.zeros((size, size)), 0.0, 0.0
            if model == CHOICE:
                _fill(rows, terms, state, one)
                open_to[:] = there
                open_to[one] = False
                top = _largest(rows, beta, open_to)
                total = _sums(rows, beta, open_to, top, weight, first, second)
                chosen[:] = rows[:, other]
            elif model == PAIRS:
                for i in range(people):
                    if there[i] and elapsed > 0:
                        if stale[i]:
                            _fill(rows, terms, state, i)
                            open_to[:] = there
                            open_to[i] = False
                            firsts[i], seconds[i], stale[i] = 0.0, 0.0, False
                            totals[i] = _sums(rows, beta, open_to, 0.0, weight, firsts[i], seconds[i])
                        total += totals[i]
                        first += firsts[i]
                        second += seconds[i]
                        by_sender[i] -= elapsed * firsts[i]
                if happened:
                    _fill(rows, terms, state, one)
                    chosen[:] = rows[:, other]
            else:
                for i in range(people):
                    if stale[i]:
                        _fill(column, terms, state, i)
                        senders[:, i], stale[i] = column[:, 0], False
                top = _largest(senders, beta, there) if relative else 0.0
                total = _sums(senders, beta, there, top, weight, first, second)
                chosen[:] = senders[:, one]
            if happened:
                log_likelihood += np.dot(beta, chosen)
                score += chosen
                by_sender[one] += chosen
                if len(kept):
                    kept[contacts] = senders if model in (RATE, RATE_ORDER) else rows
            if relative:
                log_likelihood -= top + np.log(total)
                first /= total
                score -= first
                if model == CHOICE:
                    by_sender[one] -= first
                information += second / total
                for a in range(size):
                    for b in range(a + 1):
                        information[a, b] -= first[a] * first[b]
                by_person[1] += weight / total
                by_person[2] += weight / total * (1 - weight / total)
            else:
                log_likelihood -= elapsed * total
                score -= elapsed * first
                information += elapsed * second
                if model == RATE:
                    by_person[1:] += elapsed * weight
            if model in (RATE, RATE_ORDER):
                share = 1 / total if relative else elapsed
                for i in range(people):
                    for a in range(size):
                        by_sender[i, a] -= share * weight[i] * senders[a, i]
            if happened:
                by_person[0, other if model == CHOICE else one] += 1
            if model == CHOICE and groups[one] >= 0:
                share = 0.0
                for j in range(people):
                    if groups[j] == groups[one]:
                        share += weight[j] / total
                within[0] += groups[one] == groups[other]
                within[1] += share
                within[2] += share * (1 - share)
        if happened:
            contacts += 1
        elif elapsed > 0:
            censored += 1
        if what in (ARRIVES, LEAVES):
            there[one] = what == ARRIVES
            stale[:] = True
        elif what == CHANGES:
            stale[one], stale[other] = True, True
            if far:
                stale[:] = True
            _change(state, path_layers, path_kinds, layer, one, other, step)
    for a in range(size):
        for b in range(a):
            information[b, a] = information[a, b]
    return log_likelihood, score, information, np.array([contacts, censored]), by_person, within, by_sender
