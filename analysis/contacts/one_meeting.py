"""One meeting, as a page shows it: the pair named beforehand, or the best-connected pair."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.cascade import Meeting, event_shown, meeting_of, timeline
from analysis.contacts.closing_rates import closing_rates
from analysis.contacts.meetings import Cascades
from analysis.contacts.positions import brokers_before_after, census_before_after
from analysis.frames import one_column

__all__ = ["MeetingShown", "meeting_shown"]

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
_RATES = [
    "a collaborator with the other's star",
    "between the stars",
    "closures of either order that endured",
]
_CHOSEN = "the one whose smaller star is the largest: chosen after looking, so that no test is made of it"
_MANY = 60
"""Most people who are all drawn."""


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
    def steps_caption(self) -> str:
        """Who is drawn."""
        count = len(self.meeting.people)
        who = "The two (squares), their contacts and who was tied before (grey)"
        who = who if count <= _MANY else f"Of the {count} people only those of a closure"
        return f"Two circles growing together. {who}, and the closures that followed."

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
        return one_column(self.row.to_dict(), _ONE)

    def rates(self) -> pd.DataFrame:
        """Return which shares of what was possible came about, with intervals (`closing_rates`)."""
        rates = closing_rates(self.cascades.stream, self.cascades.found, self.number)
        return rates.set_axis(_RATES)

    def census(self) -> pd.DataFrame:
        """Return the triads of the network before the meeting and at the end of the window."""
        return census_before_after(self.cascades.stream, *self.moments)

    def brokers(self) -> pd.DataFrame:
        """Return where the two stand between others before the meeting and at the end of the window."""
        names = list(self.meeting.people.index[:2])
        frame = brokers_before_after(self.cascades.stream, names, *self.moments)
        rows = [(f"collaborator {names.index(name) + 1}", when) for name, when in frame.index]
        return frame.set_axis(pd.MultiIndex.from_tuples(rows))

    def timeline(self) -> pd.DataFrame | NotEstimable:
        """Return closures so far, day by day (`cascade.timeline`)."""
        if not self.row["closed"] + self.row["second_order"]:
            return NotEstimable("no closure followed this meeting")
        return timeline(self.cascades.found, self.number)

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
    events = cascades.found.events
    row = events[events["event"] == number].iloc[0]
    return MeetingShown(cascades, number, row, meeting_of(cascades.stream, cascades.found, number))
