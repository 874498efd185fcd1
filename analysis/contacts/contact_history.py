"""A dated record of contacts and what stands beside it: other networks, attributes, who was there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable
from analysis.contacts.stream import clock_of
from analysis.tables.faults import Fault, raise_faults

__all__ = ["ContactHistory", "contact_history", "ties_as_changes"]

_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class ContactHistory:
    """Contacts in order of time, and what may drive them.

    Attributes
    ----------
    people : ndarray of str, shape (n,)
        Labels, sorted; the arrays below hold places in it.
    time : ndarray of float, shape (m,)
        When each contact took place: seconds since 1970-01-01 for dates, else the numbers given.
    sender, receiver : ndarray of int, shape (m,)
    networks : mapping of str to tuple of ndarrays
        Other networks: time of each change, sender, receiver, and +1 (begins) or -1 (ends).
    attributes : mapping of str to ndarray of shape (n,)
    joined, left : ndarray of float, shape (n,)
        From when, and until when, each person could send and receive.
    since, until : float
        When observation begins and ends.
    self_contacts, absent_contacts : int
        Contacts left out: of people with themselves, of people who were not there.
    left_out : frozenset of str
        Whose contacts they are.
    """

    people: npt.NDArray[np.object_]
    time: Floats
    sender: Integers
    receiver: Integers
    joined: Floats
    left: Floats
    since: float
    until: float
    networks: Mapping[str, tuple[Floats, Integers, Integers, Integers]] = field(default_factory=dict)
    attributes: Mapping[str, Floats] = field(default_factory=dict)
    self_contacts: int = 0
    absent_contacts: int = 0
    left_out: frozenset[str] = frozenset()


def contact_history(
    contacts: pd.DataFrame,
    actors: pd.DataFrame | None = None,
    *,
    networks: Mapping[str, pd.DataFrame] | None = None,
    attributes: Mapping[str, str] | None = None,
    since: float | None = None,
    until: float | None = None,
) -> ContactHistory:
    """Bring contacts, people and other networks together.

    Parameters
    ----------
    contacts : DataFrame
        Columns ``time``, ``sender_id``, ``receiver_id``. Contacts of people with themselves, and of people
        who had not joined yet or had left, are left out and counted. Contacts at one time have the same
        past: neither explains the other.
    actors : DataFrame, optional
        ``actor_id``, and where they are known ``joined_on`` and ``left_on`` (the day itself included):
        everybody who could be in contact. Without it, those who are.
    networks : mapping of str to DataFrame, optional
        Other networks: ``time``, ``sender_id``, ``receiver_id`` and ``change``, +1 where a tie begins, -1
        where it ends. A change at the time of a contact counts after it.
    attributes : mapping of str to str, optional
        Name to column of `actors`. Numbers stay numbers; texts become a number for each value. Missing stays
        NaN: nobody is the *same* as somebody whose value is missing.
    since, until : float, optional
        When observation begins and ends; by default at the first and the last contact, or the last change of
        another network if that is later.

    Raises
    ------
    InvalidInput
        With every contact or change of people who are not among the actors.
    NotEstimable
        Without contacts between two people who are there.

    Examples
    --------
    >>> contacts = pd.DataFrame({"time": [0, 3, 5], "sender_id": list("aba"), "receiver_id": list("bcb")})
    >>> history = contact_history(contacts)
    >>> history.people.tolist(), history.sender.tolist(), history.until
    (['a', 'b', 'c'], [0, 1, 0], 5.0)
    """
    faults: list[Fault] = []
    in_contact = contacts[["sender_id", "receiver_id"]].astype("string").to_numpy(dtype=object)
    labels = pd.unique(in_contact.ravel()) if actors is None else actors["actor_id"]
    people = pd.Index(sorted(map(str, labels)), dtype=object)
    time, sender, receiver = _placed("contacts", contacts, people, faults)
    others = {
        name: (*_placed(name, frame, people, faults), frame["change"].to_numpy(dtype=np.int64))
        for name, frame in (networks or {}).items()
    }
    raise_faults(faults, "nothing counted")
    joined, left = _there(actors, people)
    ends = np.array([sender, receiver])
    there = ((time >= joined[ends]) & (time < left[ends])).all(axis=0)
    kept = np.flatnonzero((sender != receiver) & there)
    kept = kept[np.argsort(time[kept], kind="stable")]
    if not len(kept):
        raise NotEstimable("found no contact between two people who are there")
    changes = [changed.max() for changed, *_ in others.values() if len(changed)]
    return ContactHistory(
        people=people.to_numpy(dtype=object),
        time=time[kept],
        sender=sender[kept],
        receiver=receiver[kept],
        joined=joined,
        left=left,
        since=float(time[kept[0]] if since is None else since),
        until=float(max([time[kept[-1]], *changes]) if until is None else until),
        networks=others,
        attributes={name: _numbers(actors, column, people) for name, column in (attributes or {}).items()},
        self_contacts=int((sender == receiver).sum()),
        absent_contacts=int(((sender != receiver) & ~there).sum()),
        left_out=frozenset(people[ends[:, (sender == receiver) | ~there].ravel()]),
    )


def ties_as_changes(
    ties: pd.DataFrame, waves: pd.DataFrame, relation: str, *, ending: bool = True
) -> pd.DataFrame:
    """Return a relation of several waves as ties that begin and end on the first day of a wave.

    Parameters
    ----------
    ties, waves : DataFrame
        Tables of the data model; each wave with ties has its ``opened_on``.
    relation : str
    ending : bool
        Whether a tie that a wave does not repeat ends there; otherwise it goes on.

    Raises
    ------
    NotEstimable
        Where a wave with such ties has no date, or there are none.

    Examples
    --------
    >>> waves = pd.DataFrame({"wave": [1, 2], "opened_on": ["2024-01-01", "2024-06-01"]})
    >>> ties = pd.DataFrame({"wave": [1, 2], "relation": "help", "sender_id": list("ab"),
    ...                      "receiver_id": list("ba"), "value": 1})
    >>> ties_as_changes(ties, waves, "help")["change"].tolist()  # a → b begins; it ends, b → a begins
    [1, 1, -1]
    """
    own = ties[(ties["relation"] == relation) & (ties["value"] > 0)]
    opened = waves.set_index("wave")["opened_on"] if "opened_on" in waves else pd.Series(dtype=str)
    days = own["wave"].map(opened)
    if days.isna().any() or not len(own):
        found = "a wave without its first day" if len(own) else f"no tie of {relation}"
        raise NotEstimable(f"found {found}: when ties begin is not known")
    pairs = own.assign(day=pd.to_datetime(days)).sort_values("day", kind="stable")
    before: set[tuple[str, str]] = set()
    rows = []
    for day, named in pairs.groupby("day")[["sender_id", "receiver_id"]]:
        now = set(zip(named["sender_id"], named["receiver_id"], strict=True))
        rows += [(day, *pair, 1) for pair in sorted(now - before)]
        rows += [(day, *pair, -1) for pair in sorted(before - now) if ending]
        before = now if ending else before | now
    return pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id", "change"])


def _placed(
    name: str, frame: pd.DataFrame, people: pd.Index, faults: list[Fault]
) -> tuple[Floats, Integers, Integers]:
    """Return times in seconds (or as given), and the places of the two ends."""
    clock, unit = clock_of(frame["time"], "contacts", faults)
    ends = []
    for column in ("sender_id", "receiver_id"):
        labels = pd.Index(frame[column].astype("string"), dtype=object)
        places = people.get_indexer(labels).astype(np.int64)
        for row in np.flatnonzero(places < 0).tolist():
            faults.append(
                Fault(name, repr(frame[column].iloc[row]), "somebody of the actors", row + 2, column)
            )
        ends.append(places)
    return (clock if unit == 1.0 else clock / (unit / _DAY)), ends[0], ends[1]


def _there(actors: pd.DataFrame | None, people: pd.Index) -> tuple[Floats, Floats]:
    """Return from when and until when each person is there, in seconds; a day includes all its hours."""
    spans = [np.full(len(people), -np.inf), np.full(len(people), np.inf)]
    for span, column, more in zip(spans, ("joined_on", "left_on"), (0.0, _DAY), strict=True):
        if actors is not None and column in actors:
            days = pd.to_datetime(actors.set_index(actors["actor_id"].astype(str))[column].reindex(people))
            known = days.notna().to_numpy()
            span[known] = days[known].to_numpy("datetime64[s]").astype(np.int64) + more
    return spans[0], spans[1]


def _numbers(actors: pd.DataFrame | None, column: str, people: pd.Index) -> Floats:
    if actors is None or column not in actors:
        raise ValueError(f"attributes: found no column {column!r} of the actors")
    cells = actors.set_index(actors["actor_id"].astype(str))[column].reindex(people)
    if not pd.api.types.is_numeric_dtype(cells):
        codes = pd.factorize(cells, sort=True)[0].astype(float)
        return np.where(codes < 0, np.nan, codes)
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)
