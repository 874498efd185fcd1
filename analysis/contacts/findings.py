"""What the page on closure cascades tells: numbers, tables and sentences about the meetings of one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.cascade import Meeting, event_shown, meeting_of, people_behind, spans_of
from analysis.contacts.closing_rates import closing_rates
from analysis.contacts.closure import Coalescence, star_coalescence
from analysis.contacts.coalescence import CoalescenceTest, Statistic
from analysis.contacts.nulls import Null
from analysis.contacts.positions import brokers_before_after, census_before_after
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.contacts.two_paths import two_paths
from analysis.finding import Number, smallest_group
from analysis.frames import one_column

__all__ = [
    "Cascades",
    "MeetingShown",
    "NullComparison",
    "beside_chance",
    "cascade_findings",
    "cascades_of",
    "largest_meetings",
    "meeting_findings",
    "meeting_shown",
    "other_settings",
    "record_numbers",
    "two_path_numbers",
]

_SETTINGS = {
    "window": "window after a meeting",
    "persistence": "persistence: in contact again so much later",
    "burn_in": "burn-in at the start",
}
_ALL = {
    "events": "meetings",
    "no_burn_in": "with an empty star, or too near the start",
    "no_follow_up": "too near the end",
    "rated": "followed to the end",
    "possible": "first-order closures possible",
    "closed": "first-order closures that came about",
    "enduring": "first-order closures that endured",
    "second_order": "second-order closures",
    "coalescence": "coalescence: endured ÷ possible",
    "both_possible": "meetings in which both sides had something possible",
    "both_directions": "star coalescences: both sides made a new tie",
    "share_both_directions": "star coalescences ÷ meetings in which both sides could",
}
_ONE = {
    "star_one": "star of the one",
    "star_other": "star of the other",
    "shared": "in both stars",
    "possible": "first-order closures possible",
    "simultaneous": "of these, met on the very day (cannot close)",
    "closed_one": "closed by the one",
    "closed_other": "closed by the other",
    "enduring": "first-order closures that endured",
    "second_order": "second-order closures",
    "second_order_enduring": "second-order closures that endured",
    "coalescence": "coalescence: endured ÷ possible",
    "cascade_duration": "days from the meeting to the last closure",
}
_RATES = (
    "a collaborator with the other's star",
    "between the stars",
    "closures of either order that endured",
)
_STATISTICS: dict[Statistic, tuple[str, str]] = {
    "coalescence": ("coalescence", "Coalescence"),
    "both_directions": ("both-sides", "Share of meetings in which both sides made a new tie"),
}
_SAME = 0.9
"""Share of draws that equal what was observed, from which on a picture of them shows nothing."""
_APART = {
    "rated": ("censored",),
    "possible": ("none_possible",),
    "enduring": ("not_enduring",),
    "coalescence": ("not_enduring",),
    "both_possible": ("not_both_possible",),
    "both_directions": ("not_both_directions",),
    "share_both_directions": ("not_both_directions",),
}


@dataclass(frozen=True, eq=False)
class Cascades:
    """The meetings of one record of contacts, and what came of them.

    Attributes
    ----------
    stream : ContactStream
    found : Coalescence
    alone : tuple of str
        People with contacts with themselves, which are left out.
    event : tuple of two labels, or None
        The pair named beforehand.
    settings : mapping of str to float
        ``window``, ``persistence``, ``burn_in``.
    """

    stream: ContactStream
    found: Coalescence
    alone: tuple[str, ...]
    event: tuple[str, str] | None
    settings: Mapping[str, float]

    @property
    def people(self) -> list[str]:
        """Everybody in contact."""
        return [str(person) for person in self.stream.people]

    @property
    def of(self) -> str:
        """What tests and other settings are about, in words."""
        return "the meeting named" if self.event else "all meetings followed"

    @property
    def behind(self) -> dict[str, frozenset[str]]:
        """Whom each number of all meetings rests on (`people_behind`)."""
        return people_behind(self.found)

    @property
    def compared(self) -> frozenset[str]:
        """The smallest group that what is compared with chance can be brought back to."""
        if self.event:
            return frozenset(self.event)
        behind = self.behind
        groups = [behind[name] for name in ("enduring", "not_enduring", "both_directions")]
        return smallest_group(groups) or frozenset(self.people)

    def settings_table(self) -> pd.DataFrame:
        """Return window, persistence and burn-in, in days."""
        return one_column(self.settings, _SETTINGS)

    def meetings_table(self) -> pd.DataFrame:
        """Return counts and rates of all meetings, and how many different people each is about."""
        row, behind = self.found.tidy().iloc[0], self.behind
        people = [len(behind[name]) for name in _ALL if not pd.isna(row[name])]
        return one_column(row, _ALL).assign(people=people)

    def meetings_people(self) -> list[frozenset[str]]:
        """Return for each row of `meetings_table` the smallest group its number can be brought back to."""
        row, behind = self.found.tidy().iloc[0], self.behind
        names = [name for name in _ALL if not pd.isna(row[name])]
        groups = [[behind[one] for one in (name, *_APART.get(name, ()))] for name in names]
        return [min(filter(None, several), key=len, default=frozenset()) for several in groups]


def cascades_of(
    contacts: pd.DataFrame,
    *,
    beginning: str | None = None,
    event: Sequence[str] = (),
    window: float | None = None,
    persistence: float | None = None,
    burn_in: float | None = None,
) -> Cascades:
    """Follow every meeting of a record of contacts.

    Parameters
    ----------
    contacts : DataFrame
        Columns ``time``, ``sender_id``, ``receiver_id``.
    beginning : str, optional
        Only contacts of people whose identifiers begin so.
    event : sequence of two labels, or empty
        The pair named beforehand, if there is one.
    window, persistence, burn_in : float, optional
        In days; by default after the length of the record (`spans_of`).

    Raises
    ------
    ValueError
        When there is no contact of two people, or the pair named never meets.
    """
    rows = contacts if beginning is None else contacts[contacts["sender_id"].str.startswith(beginning)]
    stream = contact_stream(rows)
    if not len(stream.first):
        whose = "" if beginning is None else f" whose identifiers begin with {beginning!r}"
        raise ValueError(f"found no contact of two people{whose}; needed: one")
    settings = spans_of(stream, window=window, persistence=persistence, burn_in=burn_in)
    found = star_coalescence(stream, **settings)
    named = (str(event[0]), str(event[-1])) if event else None
    if named:
        event_shown(found, named)
    alone = rows.loc[rows["sender_id"] == rows["receiver_id"], "sender_id"]
    return Cascades(stream, found, tuple(sorted(set(map(str, alone)))), named, settings)


def record_numbers(cascades: Cascades) -> list[Number]:
    """Return the size of the record: people, contacts, days, first ties, contacts of people with themselves."""
    stream, people = cascades.stream, cascades.people
    days = round(float(stream.clock[-1] - stream.clock[0]) / stream.unit)
    return [
        Number(key="people", value=len(people), label="people in contact", people=people),
        Number(key="contacts", value=len(stream.clock), label="contacts", people=people),
        Number(key="days", value=days, label="days from the first contact to the last", people=people),
        Number(
            key="first-ties",
            value=len(stream.first),
            label="first ties: pairs of people who met",
            people=people,
        ),
        Number(
            key="self-contacts",
            value=stream.self_contacts,
            label="contacts of people with themselves, left out",
            people=cascades.alone,
        ),
    ]


def largest_meetings(cascades: Cascades, most: int = 10) -> tuple[pd.DataFrame, list[frozenset[str]]]:
    """Return the meetings between the best-connected pairs, of those followed, and who met in each."""
    columns = ["t0", "star_one", "star_other", "possible", "closed_one", "closed_other", "enduring"]
    columns += ["second_order", "coalescence", "cascade_duration"]
    stream, events = cascades.stream, cascades.found.events
    rated = events[~events["censored"]]
    smaller = rated[["star_one", "star_other"]].min(axis=1)
    largest = rated.loc[smaller.sort_values(ascending=False, kind="stable").index[:most]]
    shown = largest[columns].reset_index(drop=True)
    shown["t0"] = ((shown["t0"] - stream.clock[0] / stream.unit) // 1).astype(int)
    shown["cascade_duration"] = shown["cascade_duration"].round()
    shown.index = pd.RangeIndex(1, len(shown) + 1, name="meeting")
    pairs = [frozenset(pair) for pair in largest[["one", "other"]].itertuples(index=False)]
    return shown.rename(columns={"t0": "day"}), pairs


def two_path_numbers(cascades: Cascades) -> list[Number]:
    """Return how often two people had a contact in common and no tie, and how many of these met later."""
    paths = two_paths(cascades.stream, by="broker").set_index("broker")
    opened, closed = int(paths["opened"].sum()), int(paths["closed"].sum())
    brokers = {name: list(paths.index[paths[name] > 0]) for name in ("opened", "closed")}
    return [
        Number(
            key="two-paths.opened",
            value=opened,
            label="times that two people had a contact in common and no tie",
            people=brokers["opened"],
        ),
        Number(
            key="two-paths.closed",
            value=f"{closed} ({closed / opened:.1%})" if opened else "none",
            label="of these, met later",
            people=smallest_group(brokers.values()),
        ),
    ]


@dataclass(frozen=True, eq=False)
class MeetingShown:
    """One meeting: the pair named beforehand, or the best-connected pair.

    Attributes
    ----------
    cascades : Cascades
    number : int
        Of the event.
    row : Series
        Of `Coalescence.events`.
    meeting : Meeting
    """

    cascades: Cascades
    number: int
    row: pd.Series
    meeting: Meeting

    @property
    def pair(self) -> frozenset[str]:
        """Whom everything about the meeting rests on."""
        return frozenset((str(self.row["one"]), str(self.row["other"])))

    @property
    def caption(self) -> str:
        """Which meeting it is, and why, if it cannot be followed."""
        chosen = (
            "the one whose smaller star is the largest: chosen after looking, so that no test is made of it"
        )
        chosen = "named beforehand" if self.cascades.event else chosen
        censored = f". It cannot be followed: {self.row['why']}" if self.row["censored"] else ""
        return f"The meeting shown, {chosen}{censored}."

    @property
    def moments(self) -> tuple[float, float]:
        """When the two met, and the end of the window."""
        return float(self.row["t0"]), float(self.row["t0"] + self.cascades.settings["window"])

    @property
    def steps(self) -> dict[str, float]:
        """Days since the two met at which their stars are drawn, by name."""
        window = self.cascades.settings["window"]
        return {"before they met": -1e-9, "a third of the window later": window / 3, "at its end": window}

    def table(self) -> pd.DataFrame:
        """Return what became of the two stars."""
        return one_column(self.row, _ONE)

    def rates(self) -> pd.DataFrame:
        """Return which shares of what was possible came about, with intervals (`closing_rates`)."""
        rates = closing_rates(self.cascades.stream, self.cascades.found, self.number)
        return rates.set_axis(list(_RATES))

    def census(self) -> pd.DataFrame:
        """Return the triads of the network before the meeting and at the end of the window."""
        return census_before_after(self.cascades.stream, *self.moments)

    def brokers(self) -> pd.DataFrame:
        """Return where the two stand between others before the meeting and at the end of the window."""
        names = list(self.meeting.people.index[:2])
        frame = brokers_before_after(self.cascades.stream, names, *self.moments)
        rows = [(f"collaborator {names.index(name) + 1}", when) for name, when in frame.index]
        return frame.set_axis(pd.MultiIndex.from_tuples(rows))

    def activity_days(self, activities: pd.DataFrame | None) -> list[float]:
        """Return days from the meeting to each activity within the window; without a table, none."""
        if activities is None:
            return []
        dates = pd.to_datetime(activities["date"])
        days = (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1) - self.moments[0]
        return [day for day in days if 0 <= day <= self.cascades.settings["window"]]


def meeting_shown(cascades: Cascades) -> MeetingShown:
    """Return the meeting to be looked at (`event_shown`)."""
    number = event_shown(cascades.found, cascades.event or ())
    row = cascades.found.events.set_index("event").loc[number]
    return MeetingShown(cascades, number, row, meeting_of(cascades.stream, cascades.found, number))


@dataclass(frozen=True, eq=False)
class NullComparison:
    """One statistic beside what every null model that has to answer for it makes of the record.

    Attributes
    ----------
    key : str
        Of its table.
    title : str
        What the statistic is, in words.
    of : str
        Which meetings.
    tests : tuple of CoalescenceTest
    """

    key: str
    title: str
    of: str
    tests: tuple[CoalescenceTest, ...]

    @property
    def caption(self) -> str:
        """What the table shows."""
        draws = len(self.tests[0].replicates)
        return (
            f"{self.title}, {self.of}, beside {draws} draws of each null model: their mean and 95 % range; "
            "the effect and its range; p, one-sided, for more than the null gives."
        )

    def table(self) -> pd.DataFrame:
        """Return a row for each null model."""
        columns = [
            "observed",
            "mean",
            "lower",
            "upper",
            "effect",
            "effect_lower",
            "effect_upper",
            "place",
            "p",
        ]
        frame = pd.concat([test.tidy() for test in self.tests], ignore_index=True)
        return frame.set_axis(frame["null"].str.replace("_", " "))[columns]

    def draws(self) -> dict[str, np.ndarray]:
        """Return the replicates by null model.

        Raises
        ------
        NotEstimable
            When hardly any differs from what was observed, so that a picture shows nothing.
        """
        found = {test.null: test.replicates for test in self.tests}
        if np.mean(np.concatenate(list(found.values())) == self.tests[0].observed) >= _SAME:
            raise NotEstimable("nearly all draws equal what was observed")
        return found


def beside_chance(
    cascades: Cascades,
    statistic: Literal["coalescence", "both_directions"],
    nulls: Sequence[Null],
    *,
    replicates: int,
    seed: int,
) -> NullComparison:
    """Compare a statistic with the null models that can answer for it."""
    return _compared(cascades, nulls, replicates=replicates, seed=seed)[statistic]
