"""Records of contacts made by the model itself, or by what breaks its assumptions.

=============  =============================================================================================
`popular`      Two people make a third of all contacts, with one another.
`groups`       Nobody turns to anybody outside their own of four schools, which the model does not know.
`silent`       Half of the people leave no record of what they send in the first half of the time.
`batches`      Times are rounded up, so that about ten contacts fall on one moment.
`uneven`       People differ in how often they turn to others and are turned to (log-normal), unknown to the
               model.
=============  =============================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import require_one_of
from analysis.contacts.contact_history import ContactHistory, contact_history
from analysis.contacts.contact_models import Term

__all__ = ["BREAKS", "CHOICE", "RATE", "Break", "Size", "drawn_record"]

Break = Literal["popular", "groups", "silent", "batches", "uneven"]
BREAKS: tuple[Break, ...] = get_args(Break)

CHOICE: dict[Term, float] = {
    Term("tie"): 1.0,
    Term("reciprocity"): 0.8,
    Term("transitivity"): 0.2,
    Term("same", "role"): 0.5,
    Term("alter", "mark"): 0.0,
}
"""What each term of the choice adds, in every record; nothing draws contacts to those marked."""
RATE: dict[Term, float] = {Term("sender_indegree"): 0.08, Term("ego", "mark"): 0.0}
"""The same for the rate, beside the intercept, which is 0."""
_SCHOOLS, _ROLES, _PAIR, _SPREAD, _BATCH = 4, 3, 1 / 3, 0.5, 10


@dataclass(frozen=True)
class Size:
    """How large a record is.

    Attributes
    ----------
    people, contacts : int
    """

    people: int = 24
    contacts: int = 400


def drawn_record(size: Size, breaks: Break | None, generator: np.random.Generator) -> ContactHistory:
    """Return a record of contacts, as the model has it or with one assumption broken.

    Parameters
    ----------
    size : Size
    breaks : {"popular", "groups", "silent", "batches", "uneven"}, optional
    generator : numpy.random.Generator

    Returns
    -------
    ContactHistory
        With the attributes ``role`` and ``mark``, the latter of a random half of the people.

    Raises
    ------
    ValueError
        For another break.
    """
    if breaks is not None:
        require_one_of("breaks", breaks, BREAKS)
    people = size.people
    role = generator.permutation(np.arange(people) % _ROLES)
    mark = generator.permutation(np.arange(people) % 2).astype(float)
    allowed = ~np.eye(people, dtype=bool)
    if breaks == "groups":
        school = np.arange(people) % _SCHOOLS
        allowed &= school[:, None] == school[None, :]
    spread = _SPREAD if breaks == "uneven" else 0.0
    busy, sought = generator.normal(0.0, spread, people), generator.normal(0.0, spread, people)
    clock, ends = _walked(size, role, allowed, busy, sought, _PAIR if breaks == "popular" else 0.0, generator)
    kept = np.ones(len(clock), dtype=bool)
    if breaks == "silent":
        silent = generator.permutation(people) < people // 2
        kept = ~(silent[ends[:, 0]] & (clock < clock[-1] / 2))
    elif breaks == "batches":
        width = clock[-1] * _BATCH / size.contacts
        clock = np.ceil(clock / width) * width
    names = np.array([f"p{place:03d}" for place in range(people)], dtype=object)
    frame = pd.DataFrame({"time": clock, "sender_id": names[ends[:, 0]], "receiver_id": names[ends[:, 1]]})
    actors = pd.DataFrame({"actor_id": names, "role": role.astype(float), "mark": mark})
    attributes = {"role": "role", "mark": "mark"}
    return contact_history(frame[kept], actors, attributes=attributes, since=0.0)


def _walked(
    size: Size,
    role: Floats,
    allowed: npt.NDArray[np.bool_],
    busy: Floats,
    sought: Floats,
    pair: float,
    generator: np.random.Generator,
) -> tuple[Floats, Integers]:
    """Draw contact after contact: the time to the next, who sends it, and to whom."""
    inertia, returned, through, alike = (CHOICE[term] for term in list(CHOICE)[:4])
    called = next(iter(RATE.values()))
    past = np.zeros(allowed.shape)
    base = alike * (role[:, None] == role[None, :]) + sought
    clock, now = np.empty(size.contacts), 0.0
    ends = np.empty((size.contacts, 2), dtype=np.int64)
    for contact in range(size.contacts):
        rate = np.exp(called * past.sum(axis=0) + busy)
        # The pair's contacts come on top of everybody's.
        now += generator.exponential((1 - pair) / rate.sum())
        if generator.random() < pair:
            sender, receiver = generator.permutation(2)
        else:
            sender = generator.choice(len(rate), p=rate / rate.sum())
            pull = inertia * past[sender] + returned * past[:, sender] + through * (past[sender] @ past)
            chance = np.exp(pull + base[sender]) * allowed[sender]
            receiver = generator.choice(len(rate), p=chance / chance.sum())
        clock[contact], ends[contact] = now, (sender, receiver)
        past[sender, receiver] = 1.0
    return clock, ends
