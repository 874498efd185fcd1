"""Who came to which activity, of those who then were in the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.whom import Group, heads

__all__ = [
    "attendance_by_activity",
    "attendance_by_organization",
    "attendance_by_school",
    "who_attended",
    "who_belongs",
    "who_came",
    "who_is_reached",
]


def attendance_by_activity(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many came to each activity, in order of time.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, activities, attendance of the data model.

    Returns
    -------
    DataFrame
        index `activity`; columns ``date``, ``kind``, ``came``, ``members`` (in the network that day) and
        ``share``, missing where there was no member. Whoever came without being a member is in ``came``
        alone, so that a share is of members only.
    """
    possible = _possible(tables)
    grouped = possible.groupby("activity_id", sort=False)
    activities = tables["activities"].sort_values(["date", "activity_id"]).set_index("activity_id")
    came = tables["attendance"]["activity_id"].value_counts()
    frame = pd.DataFrame(
        {
            "date": activities["date"],
            "kind": activities["kind"],
            "came": came.reindex(activities.index, fill_value=0).astype(int),
            "members": grouped.size().reindex(activities.index, fill_value=0).astype(int),
            "share": grouped["came"].mean().reindex(activities.index),
        }
    )
    return frame.rename_axis("activity")


def attendance_by_organization(
    tables: Mapping[str, pd.DataFrame], schools: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the share of possible attendances that took place, by organisation.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, activities, attendance of the data model.
    schools : sequence of str, optional
        The school of each person of the table actors as it is shown; by default their organisation.

    Returns
    -------
    DataFrame
        index `organization`; columns ``members`` (who were in the network at one activity at least),
        ``share`` (attendances ÷ members × activities, each while they were members).
    """
    possible = _possible(tables)
    people = tables["actors"].set_index("actor_id")["organization_id"].fillna("none given")
    homes = people if schools is None else pd.Series(list(schools), index=people.index)
    grouped = possible.groupby(possible["actor_id"].map(homes))
    frame = pd.DataFrame({"members": grouped["actor_id"].nunique(), "share": grouped["came"].mean()})
    return frame.rename_axis("organization")


def attendance_by_school(tables: Mapping[str, pd.DataFrame], schools: Sequence[str]) -> pd.Series:
    """Return the share of possible attendances that took place, by school as it is shown.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `attendance_by_organization`; activities and attendance may be missing.
    schools : sequence of str
        The school of each person of the table actors.

    Returns
    -------
    Series
        Named ``attendance``; empty where no attendance is recorded.
    """
    if not {"activities", "attendance"} <= tables.keys():
        return pd.Series(dtype=float, name="attendance")
    return attendance_by_organization(tables, schools)["share"].rename("attendance")


def who_attended(tables: Mapping[str, pd.DataFrame], schools: Sequence[str], rows: pd.DataFrame) -> pd.Series:
    """Return who is behind `attendance_by_school`: of each school, its members, and those who ever came.

    Parameters
    ----------
    tables, schools
        As for `attendance_by_school`.
    rows : DataFrame
        With an index of schools.

    Returns
    -------
    Series
        Named ``attendance``, of lists of groups, with the index of `rows`.
    """
    found: dict[str, list[Group]] = {str(school): [] for school in rows.index}
    if {"activities", "attendance"} <= tables.keys():
        possible = _possible(tables)
        homes = possible["actor_id"].map(dict(zip(tables["actors"]["actor_id"], schools, strict=True)))
        for school, there in possible.groupby(homes):
            came = there.loc[there["came"], "actor_id"]
            found[str(school)] = [
                frozenset((person, "activities open to") for person in there["actor_id"]),
                frozenset((person, "attendance") for person in came),
            ]
    return pd.Series(
        [found[str(school)] for school in rows.index], rows.index, dtype=object, name="attendance"
    )


def who_came(tables: Mapping[str, pd.DataFrame], reached: pd.DataFrame) -> list[frozenset[tuple[str, str]]]:
    """Return who came to each activity of a table, as (person, activity), in the order of its rows.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        attendance of the data model.
    reached : DataFrame
        With an index of activities.
    """
    attendance = tables["attendance"]
    return [
        frozenset(
            (person, activity) for person in attendance.loc[attendance["activity_id"] == activity, "actor_id"]
        )
        for activity in reached.index
    ]


def who_is_reached(tables: Mapping[str, pd.DataFrame], reached: pd.DataFrame) -> pd.DataFrame:
    """Return who is behind each cell of `attendance_by_activity`: who came, members, members who came."""
    possible = _possible(tables)
    members = possible.groupby("activity_id")["actor_id"].agg(frozenset)
    rows: list[dict[str, Group | list[Group]]] = []
    for activity, came in zip(reached.index, who_came(tables, reached), strict=True):
        there = members.get(activity, frozenset())
        counted = heads(there)
        both = frozenset(entry for entry in came if entry[0] in there)
        rows.append({"came": came, "members": counted, "share": [both, counted]})
    return pd.DataFrame(rows, index=reached.index, columns=["came", "members", "share"], dtype=object)


def who_belongs(
    tables: Mapping[str, pd.DataFrame], schools: Sequence[str], rows: pd.DataFrame
) -> pd.DataFrame:
    """Return who is behind each cell of `attendance_by_organization`."""
    share = who_attended(tables, schools, rows)
    members = [heads(next(iter(groups), frozenset())) for groups in share]
    return pd.DataFrame({"members": pd.Series(members, rows.index, dtype=object), "share": share})


def _possible(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row for each activity and each person then in the network, and whether the person came."""
    dated = tables["activities"][["activity_id", "date"]].sort_values(["date", "activity_id"])
    people = tables["actors"][["actor_id", "joined_on", "left_on"]]
    pairs = dated.merge(people, how="cross")
    early = (pairs["joined_on"] > pairs["date"]).fillna(False)
    late = (pairs["left_on"] < pairs["date"]).fillna(False)
    pairs = pairs[~(early | late)]
    came = pd.MultiIndex.from_frame(tables["attendance"][["activity_id", "actor_id"]])
    return pairs.assign(came=pd.MultiIndex.from_frame(pairs[["activity_id", "actor_id"]]).isin(came))
