"""All meetings of one record, as a page shows them: counts, the largest, and two-paths that closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.contacts.cascade import event_shown, people_behind
from analysis.contacts.closure import Coalescence, star_coalescence
from analysis.contacts.closure_counts import horizon_of
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.contacts.survival import closing_ties
from analysis.contacts.two_paths import two_paths
from analysis.finding import Number, smallest_group
from analysis.frames import one_column

__all__ = [
    "_ALL",
    "Cascades",
    "cascades_of",
    "groups_of",
    "largest_meetings",
    "record_numbers",
    "spans_of",
    "two_path_numbers",
]

_SETTINGS = {
    "window": "window after a meeting",
    "persistence": "persistence: in contact again so much later",
    "horizon": "horizon: and no more than this after that",
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
    groups : mapping of str to str, or None
        The group of each person within which chance moves; None where all are of one.
    settings : mapping of str to float
        ``window``, ``persistence``, ``horizon``, ``burn_in``.
    """

    stream: ContactStream
    found: Coalescence
    alone: tuple[str, ...]
    event: tuple[str, str] | None
    groups: Mapping[str, str] | None
    settings: Mapping[str, float]

    @property
    def chance(self) -> str:
        """Which chance the null models are, in words."""
        if self.groups is None:
            return "everybody could meet everybody"
        number = len(set(self.groups.values()))
        return f"new ties within each of {number} groups stay within it, those across groups go across"

    @property
    def people(self) -> list[str]:
        """Everybody in contact."""
        return [str(person) for person in self.stream.people]

    @property
    def of(self) -> str:
        """What tests and other settings are about, in words."""
        return "the meeting named" if self.event else "all meetings followed"

    @property
    def closures(self) -> pd.DataFrame:
        """The ties that closed a meeting followed to the end, each once: ``first``, ``second``, ``time``."""
        events = self.found.events[~self.found.events["censored"]]
        if self.event:
            one, other = sorted(self.event)
            events = events[(events["one"] == one) & (events["other"] == other)]
        ties = closing_ties(self.stream, self.found, events)
        stream = self.stream
        return pd.DataFrame(
            {
                "first": stream.names(stream.one[ties]),
                "second": stream.names(stream.other[ties]),
                "time": stream.first[ties] / stream.unit,
            }
        )

    @property
    def followed(self) -> tuple[float, float]:
        """When the burn-in was over, and when the record ends, in the unit of the stream."""
        clock = self.stream.clock / self.stream.unit
        return float(clock[0] + self.settings["burn_in"]), float(clock[-1])

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
        """Return window, persistence, horizon and burn-in, in days."""
        return one_column(self.settings, _SETTINGS)

    def meetings_table(self) -> pd.DataFrame:
        """Return counts and rates of all meetings, and how many different people each is about."""
        row, behind = self.found.tidy().iloc[0], self.behind
        people = [len(behind[name]) for name in _ALL if not pd.isna(row[name])]
        return one_column(row.to_dict(), _ALL).assign(people=people)

    def meetings_people(self) -> list[frozenset[str]]:
        """Return for each row of `meetings_table` the smallest group it can be brought back to."""
        row, behind = self.found.tidy().iloc[0], self.behind
        names = [name for name in _ALL if not pd.isna(row[name])]
        groups = [[behind[one] for one in (name, *_APART.get(name, ()))] for name in names]
        return [min(filter(None, several), key=len, default=frozenset()) for several in groups]


def cascades_of(
    contacts: pd.DataFrame,
    *,
    beginning: str | None = None,
    event: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
    window: float | None = None,
    persistence: float | None = None,
    horizon: float | None = None,
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
    groups : mapping of str to str, optional
        The group of each person (`groups_of`): null models then move contacts within groups, and
        across, apart. Where everybody in contact is of one group, it is none.
    window, persistence, horizon, burn_in : float, optional
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
    settings = spans_of(stream, window=window, persistence=persistence, horizon=horizon, burn_in=burn_in)
    found = star_coalescence(
        stream,
        window=settings["window"],
        persistence=settings["persistence"],
        horizon=settings["horizon"],
        burn_in=settings["burn_in"],
    )
    named = (str(event[0]), str(event[-1])) if event else None
    if named:
        event_shown(found, named)
    present = set(map(str, stream.people))
    member = {person: group for person, group in (groups or {}).items() if person in present}
    alone = rows.loc[rows["sender_id"] == rows["receiver_id"], "sender_id"]
    return Cascades(
        stream,
        found,
        tuple(sorted(set(map(str, alone)))),
        named,
        member if len(set(member.values())) > 1 else None,
        settings,
    )


def groups_of(actors: pd.DataFrame, column: str | None) -> dict[str, str] | None:
    """Return the group of each person that has one, by a column of the actors; None without a column.

    Raises
    ------
    ValueError
        When there is no such column.
    """
    if column is None:
        return None
    if column not in actors:
        raise ValueError(f"groups: found no column {column!r}; allowed: {', '.join(actors.columns)}")
    known = actors[actors[column].notna()]
    return dict(zip(known["actor_id"].astype(str), known[column].astype(str), strict=True))


def spans_of(
    contacts: pd.DataFrame | ContactStream,
    *,
    window: float | None = None,
    persistence: float | None = None,
    horizon: float | None = None,
    burn_in: float | None = None,
) -> dict[str, float]:
    """Return settings of the detector: those given, the others after the length of the record.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    window, persistence, horizon, burn_in : float, optional
        By default a quarter, a twelfth, a twelfth and a sixth of the time from the first contact to the last,
        in whole units (days), 1 at least; the horizon as long as a persistence given. A convention of ours,
        so that more than a third of the record can hold a first tie that is followed to the end; what fits
        how people meet is better.
    """
    clock = contact_stream(contacts).clock
    span = (clock[-1] - clock[0]) / contact_stream(contacts).unit if len(clock) else 0.0
    parts = {"window": (window, 4), "persistence": (persistence, 12), "burn_in": (burn_in, 6)}
    found = {
        name: float(max(1, round(span / part))) if value is None else value
        for name, (value, part) in parts.items()
    }
    follow_up = horizon_of(found["window"], found["persistence"], horizon)
    return {
        "window": found["window"],
        "persistence": found["persistence"],
        "horizon": follow_up,
        "burn_in": found["burn_in"],
    }


def record_numbers(cascades: Cascades) -> list[Number]:
    """Return the size of the record: people, contacts, days, first ties; contacts left out."""
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
            people=list(brokers.values()),
        ),
    ]
