"""Who adopted an innovation when, and who they were tied to: one setting, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.tables.adopter_kind import others_of_kind

__all__ = ["Adoption", "adoption_setting", "never_as_one_period_later", "times_by_row"]


@dataclass(frozen=True, eq=False)
class Adoption:
    """Times of adoption on a scale of periods, and networks of the adopters.

    Attributes
    ----------
    innovation : str
    actors : tuple of str
        The n who might adopt: people, or organisations.
    times : ndarray of shape (n,)
        Period of adoption; infinite where censored. Periods have the numbers the data give them; where
        adoption is dated they are counted from the first adoption, which is in period 0.
    observed_until : ndarray of shape (n,)
        Last period in which each was observed.
    periods : ndarray of int, shape (T,)
    unit : str
        What a period is, in words.
    networks : list of sparse (n, n) arrays
        One (it does not change), or one a period. Ties count 1, unless their values were asked for.
    groups : tuple of str
        Of each actor: a village, a city, a network of schools.
    unused : int
        Ties or contacts that link no two of these actors in any of the periods.
    unused_by : frozenset of str
        Between whom they are.
    unknown : frozenset of str
        Others of their kind in the tables, of whom nothing is said for this innovation.
    """

    innovation: str
    actors: tuple[str, ...]
    times: Floats
    observed_until: Floats
    periods: npt.NDArray[np.int64]
    unit: str
    networks: list[sparse.csr_array]
    groups: tuple[str, ...]
    unused: int
    unused_by: frozenset[str]
    unknown: frozenset[str]


def adoption_setting(
    tables: Mapping[str, pd.DataFrame],
    innovation: str | None = None,
    *,
    relation: str | None = None,
    days: float = 30,
    valued: bool = False,
) -> Adoption:
    """Return one innovation's adoption, with the network of those who might adopt.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        adoptions, with `adopted_on` as whole numbers of periods or as dates; ties or contacts; actors,
        organizations.
    innovation : str, optional
        Its name; by default the one with most rows (of several, the first by name).
    relation : str, optional
        The relation in `ties` that links the adopters; a network measured once (or the ties of all waves
        taken together). By default the network is made of `contacts`, period by period: between people, or
        between the organisations of people if organisations adopt; without contacts, of the first relation
        by name.
    days : float
        Length of a period where adoption is dated.
    valued : bool
        Whether the ties of `relation` keep their values (several of one pair are added up).

    Raises
    ------
    ValueError
        When there is no such innovation or relation, people and organisations both adopt it, values are asked
        for without a relation, or the length of a period is not above 0.
    NotEstimable
        When there is no adoption, nothing links the adopters (as where contacts are dated and adoption is
        not), or a value that is asked for is missing.
    """
    if not days > 0:
        raise ValueError(f"days is {days}; allowed: a length of a period above 0")
    if valued and relation is None:
        raise ValueError("valued: contacts have no values; name a relation of the table ties")
    rows = tables["adoptions"]
    if rows.empty:
        raise NotEstimable("the table adoptions has no row; needed: one for each who might adopt")
    known = sorted(rows["innovation"].unique())
    if innovation is None and known:
        innovation = str(max(known, key=rows["innovation"].tolist().count))
    rows = rows[rows["innovation"] == innovation].sort_values("adopter_id", ignore_index=True)
    if rows.empty:
        raise ValueError(f"found no innovation {innovation!r}; there are {', '.join(map(str, known[:12]))}")
    actors = tuple(map(str, rows["adopter_id"]))
    _, unknown = others_of_kind(tables, actors)
    place = {actor: number for number, actor in enumerate(actors)}
    censored = rows["censored"].astype(int).to_numpy() == 1
    dated = pd.to_numeric(rows["adopted_on"], errors="coerce").isna().any()
    if dated:
        dates = _moments(rows["adopted_on"])
        start = dates[~censored].min() if not censored.all() else dates.min()
        until = np.ceil((dates - start).dt.days.to_numpy() / days)
    else:
        until = pd.to_numeric(rows["adopted_on"]).to_numpy(dtype=float)
    first = until if censored.all() else until[~censored]
    periods = np.arange(int(np.floor(first.min())), int(np.ceil(until.max())) + 1)
    unit = f"period of {days:g} days" if dated else "period"
    times = np.where(censored, np.inf, until)
    if relation is None and "contacts" in tables and not dated and "ties" not in tables:
        raise NotEstimable(
            "adoption is in numbered periods and contacts are dated: give dates of adoption, or ties"
        )
    if relation is None and "contacts" in tables and dated:
        networks, unused = _by_period(tables, place, start, periods, days)
    else:
        network, unused = _of_relation(tables, place, relation, valued)
        networks = [network]
    return Adoption(
        innovation=str(innovation),
        actors=actors,
        times=times,
        observed_until=until,
        periods=periods,
        unit=unit,
        networks=networks,
        groups=_groups(tables, actors),
        unused=len(unused),
        unused_by=frozenset(unused.astype(str).to_numpy().ravel().tolist()),
        unknown=unknown,
    )


def never_as_one_period_later(setting: Adoption) -> Adoption:
    """Return the setting with one period more, in which all who had not adopted do.

    R's netdiffuseR has its data so. It is a convention and no observation: it adds one period in which
    everybody at risk adopts.

    Raises
    ------
    ValueError
        When the network changes from period to period: there is none for a period after the last.
    """
    if len(setting.networks) > 1:
        raise ValueError(f"found {len(setting.networks)} networks; allowed: one that does not change")
    later = int(setting.periods[-1]) + 1
    never = np.isinf(setting.times)
    return replace(
        setting,
        times=np.where(never, later, setting.times),
        observed_until=np.where(never, later, setting.observed_until),
        periods=np.append(setting.periods, later),
    )


def times_by_row(setting: Adoption, rows: pd.Series) -> Adoption:
    """Return the setting with each actor given the time of the actor whose number is the row.

    For data whose times run in another order than its network's rows, and are paired row by row all the same.

    Parameters
    ----------
    setting : Adoption
    rows : Series of int, index actors
        From 1: where each actor stands in the data's own network. Other actors' rows are not looked at.

    Raises
    ------
    ValueError
        When the n actors do not stand in rows 1 to n, each in one of its own.
    """
    given = rows.reindex(list(setting.actors))
    size = len(setting.actors)
    if given.isna().any() or sorted(given) != list(range(1, size + 1)):
        allowed = f"1 to {size}, each once"
        raise ValueError(
            f"rows of {size} actors: {given.nunique()} different, {int(given.isna().sum())} missing, from "
            f"{given.min()} to {given.max()}; allowed: {allowed}"
        )
    place = given.to_numpy(dtype=int) - 1
    return replace(setting, times=setting.times[place], observed_until=setting.observed_until[place])


def _moments(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, format="ISO8601", utc=True)


def _of_relation(
    tables: Mapping[str, pd.DataFrame], place: Mapping[str, int], relation: str | None, valued: bool
) -> tuple[sparse.csr_array, pd.DataFrame]:
    """Return the network of a relation, and the ends of its ties that link no two actors."""
    relations = sorted(tables["ties"]["relation"].unique()) if "ties" in tables else []
    if relation is None and not relations:
        raise NotEstimable("nothing links the adopters: name a relation of the table ties, or give contacts")
    if relation is not None and relation not in relations:
        there = ", ".join(map(str, relations[:12])) or "none"
        raise ValueError(f"ties: found no relation {relation!r}; there are {there}")
    name = relations[0] if relation is None else relation
    ties = tables["ties"][tables["ties"]["relation"] == name]
    values = ties["value"] if valued else None
    if values is not None and values.isna().any():
        lacking = int(values.isna().sum())
        raise NotEstimable(f"ties: {lacking} of {len(ties)} of {name!r} have no value; each needs one")
    given = ties["value"] != 0
    senders, receivers = _ends(tables, ties[given], place)
    unused = ties.loc[given, ["sender_id", "receiver_id"]][~_linked(senders, receivers)]
    return _matrix(senders, receivers, len(place), None if values is None else values[given]), unused


def _ends(
    tables: Mapping[str, pd.DataFrame], links: pd.DataFrame, place: Mapping[str, int]
) -> tuple[pd.Series, pd.Series]:
    """Return the places of both ends of each link; of their organisations where these adopt."""
    sender, receiver = links["sender_id"], links["receiver_id"]
    if not pd.concat([sender, receiver]).isin(list(place)).any() and "actors" in tables:
        homes = tables["actors"].set_index("actor_id")["organization_id"]
        sender, receiver = sender.map(homes), receiver.map(homes)
    return sender.map(place), receiver.map(place)


def _by_period(
    tables: Mapping[str, pd.DataFrame],
    place: Mapping[str, int],
    start: pd.Timestamp,
    periods: npt.NDArray[np.int64],
    days: float,
) -> tuple[list[sparse.csr_array], pd.DataFrame]:
    """Return the network of each period, and the ends of contacts that are in none of them."""
    contacts = tables["contacts"]
    first, second = _ends(tables, contacts, place)
    number = np.ceil((_moments(contacts["time"]) - start).dt.days.to_numpy() / days)
    found = []
    for period in periods:
        now = number == period
        one, other = pd.concat([first[now], second[now]]), pd.concat([second[now], first[now]])
        found.append(_matrix(one, other, len(place)))
    used = _linked(first, second) & (number >= periods[0]) & (number <= periods[-1])
    return found, contacts.loc[~used, ["sender_id", "receiver_id"]]


def _linked(senders: pd.Series, receivers: pd.Series) -> npt.NDArray[np.bool_]:
    """Say which links are between two different actors of the setting."""
    known = senders.notna().to_numpy() & receivers.notna().to_numpy()
    return np.asarray(known & (senders.to_numpy() != receivers.to_numpy()), dtype=bool)


def _matrix(
    senders: pd.Series, receivers: pd.Series, size: int, values: pd.Series | None = None
) -> sparse.csr_array:
    known = _linked(senders, receivers)
    cells = (senders[known].to_numpy(dtype=int), receivers[known].to_numpy(dtype=int))
    if values is not None:
        return sparse.csr_array((values.to_numpy(dtype=float)[known], cells), shape=(size, size))
    matrix = sparse.csr_array((np.ones(int(known.sum())), cells), shape=(size, size))
    matrix.data[:] = 1.0
    return matrix


def _groups(tables: Mapping[str, pd.DataFrame], actors: tuple[str, ...]) -> tuple[str, ...]:
    homes: dict[str, str] = {}
    for table, key, above in (
        ("actors", "actor_id", "organization_id"),
        ("organizations", "organization_id", "parent_id"),
    ):
        if table in tables and above in tables[table]:
            known = tables[table][[key, above]].dropna()
            homes |= dict(zip(known[key].astype(str), known[above].astype(str), strict=True))
    return tuple(homes.get(actor, "none given") for actor in actors)
