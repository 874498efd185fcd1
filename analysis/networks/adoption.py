"""Who adopted an innovation when, and who they were tied to: one setting, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

__all__ = ["Adoption", "adoption_setting"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Adoption:
    """Times of adoption on a scale of periods, and networks of the adopters.

    Attributes
    ----------
    actors : tuple of str
        The n who might adopt: people, or organisations.
    times : ndarray of shape (n,)
        Period of adoption, from 0; infinite where censored.
    observed_until : ndarray of shape (n,)
        Last period in which each was observed.
    periods : ndarray of int, shape (T,)
    networks : list of sparse (n, n) arrays
        One (it does not change), or one a period.
    groups : tuple of str
        Of each actor: a village, a city, a network of schools.
    """

    actors: tuple[str, ...]
    times: Floats
    observed_until: Floats
    periods: npt.NDArray[np.int64]
    networks: list[sparse.csr_array]
    groups: tuple[str, ...]


def adoption_setting(
    tables: Mapping[str, pd.DataFrame], innovation: str, *, relation: str | None = None, days: float = 30
) -> Adoption:
    """Return one innovation's adoption, with the network of those who might adopt.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        adoptions, with `adopted_on` as whole numbers of periods or as dates; ties or contacts; actors,
        organizations.
    innovation : str
        Its name.
    relation : str, optional
        The relation in `ties` that links the adopters; a network measured once. By default the network is
        made of `contacts`, period by period: between people, or between the organisations of people if
        organisations adopt.
    days : float
        Length of a period where adoption is dated.

    Raises
    ------
    ValueError
        When there is no such innovation or relation, or nothing links the adopters.
    """
    rows = tables["adoptions"]
    known = sorted(rows["innovation"].unique())
    rows = rows[rows["innovation"] == innovation].sort_values("adopter_id", ignore_index=True)
    if rows.empty:
        raise ValueError(f"found no innovation {innovation!r}; there are {', '.join(map(str, known[:12]))}")
    actors = tuple(map(str, rows["adopter_id"]))
    place = {actor: number for number, actor in enumerate(actors)}
    dated = pd.to_numeric(rows["adopted_on"], errors="coerce").isna().any()
    if dated:
        dates = _moments(rows["adopted_on"])
        start = dates.min()
        until = np.ceil((dates - start).dt.days.to_numpy() / days)
    else:
        numbers = pd.to_numeric(rows["adopted_on"]).to_numpy(dtype=float)
        until = numbers - numbers.min()
    censored = rows["censored"].astype(int).to_numpy() == 1
    periods = np.arange(int(until.max()) + 1)
    times = np.where(censored, np.inf, until)
    if relation is not None:
        relations = sorted(tables["ties"]["relation"].unique()) if "ties" in tables else []
        if relation not in relations:
            there = ", ".join(map(str, relations[:12])) or "none"
            raise ValueError(f"ties: found no relation {relation!r}; there are {there}")
        ties = tables["ties"][tables["ties"]["relation"] == relation]
        senders, receivers = (ties[column].map(place) for column in ("sender_id", "receiver_id"))
        networks = [_matrix(senders, receivers, len(actors))]
    elif "contacts" in tables and dated:
        networks = _by_period(tables, place, start, periods, days)
    else:
        raise ValueError("nothing links the adopters: name a relation of the table ties, or give contacts")
    return Adoption(actors, times, until, periods, networks, _groups(tables, actors))


def _moments(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, format="ISO8601", utc=True)


def _by_period(
    tables: Mapping[str, pd.DataFrame],
    place: Mapping[str, int],
    start: pd.Timestamp,
    periods: npt.NDArray[np.int64],
    days: float,
) -> list[sparse.csr_array]:
    contacts = tables["contacts"]
    homes = tables["actors"].set_index("actor_id")["organization_id"]
    ends = [contacts[column] for column in ("sender_id", "receiver_id")]
    if not pd.concat(ends).isin(list(place)).any():
        ends = [end.map(homes) for end in ends]
    first, second = (end.map(place) for end in ends)
    number = np.ceil((_moments(contacts["time"]) - start).dt.total_seconds().to_numpy() / 86_400 / days)
    found = []
    for period in periods:
        now = number == period
        one, other = pd.concat([first[now], second[now]]), pd.concat([second[now], first[now]])
        found.append(_matrix(one, other, len(place)))
    return found


def _matrix(senders: pd.Series, receivers: pd.Series, size: int) -> sparse.csr_array:
    known = (
        senders.notna().to_numpy()
        & receivers.notna().to_numpy()
        & (senders.to_numpy() != receivers.to_numpy())
    )
    cells = (senders[known].to_numpy(dtype=int), receivers[known].to_numpy(dtype=int))
    matrix = sparse.csr_array((np.ones(int(known.sum())), cells), shape=(size, size))
    matrix.data[:] = 1.0
    return matrix


def _groups(tables: Mapping[str, pd.DataFrame], actors: tuple[str, ...]) -> tuple[str, ...]:
    homes: dict[str, str] = {}
    for table, key, above in (
        ("actors", "actor_id", "organization_id"),
        ("organizations", "organization_id", "parent_id"),
    ):
        if table in tables:
            known = tables[table][[key, above]].dropna()
            homes |= dict(zip(known[key].astype(str), known[above].astype(str), strict=True))
    return tuple(homes.get(actor, "none given") for actor in actors)
