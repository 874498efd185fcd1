"""How long closures last, as a page shows it: of all meetings, and of the one shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.closure_counts import CENSORING
from analysis.contacts.one_meeting import MeetingShown
from analysis.contacts.survival import Survival, closing_ties, closure_survival, lasting_times
from analysis.finding import smallest_group
from analysis.whom import Group, tie

__all__ = ["LastingClosures", "lasting_closures"]

_COLUMNS = {
    "closures": "ties that closed a meeting and could be followed",
    "ended": "of these, seen to end",
    "again": "share in contact again before the silence",
    "lower": "95 % interval: lower",
    "upper": "upper",
    "window": "share still in contact when the window is over",
    "median": "days until half had ended",
}


@dataclass(frozen=True, eq=False)
class LastingClosures:
    """Survival curves of closures.

    Attributes
    ----------
    curves : mapping of str to Survival
        ``all meetings`` and ``the meeting shown``, where anything could be followed.
    silence, window : float
        In days.
    people : list of groups of ties
        For each curve the fewest ties it can be brought back to: those that ended, or those in use.
    """

    curves: Mapping[str, Survival]
    silence: float
    window: float
    people: list[Group]

    @property
    def caption(self) -> str:
        """What the picture and the table show."""
        return (
            f"Ties that closed a meeting, by the days until their last contact before a silence of more than "
            f"{self.silence:g} days (persistence and horizon together). Kaplan and Meier's estimate; ties in "
            "use when the record becomes too short to tell are censored."
        )

    def drawn(self) -> Mapping[str, Survival] | NotEstimable:
        """Return the curves, if there is one."""
        return self.curves or NotEstimable("no closure could be followed long enough")

    def table(self) -> pd.DataFrame | NotEstimable:
        """Return how many each curve follows, how many ended, and what share lasted how long."""
        if not self.curves:
            return NotEstimable("no closure could be followed long enough")
        rows = {}
        for name, curve in self.curves.items():
            start = curve.tidy().iloc[0]
            # Where nobody ended at once everybody was in contact again.
            again = start[["survival", "lower", "upper"]] if start["time"] == 0 else (1.0, np.nan, np.nan)
            rows[name] = {
                "closures": curve.number,
                "ended": int(curve.ended.sum()),
                **dict(zip(("again", "lower", "upper"), again, strict=True)),
                "window": curve.at(self.window),
                "median": curve.median,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename(columns=_COLUMNS)


def lasting_closures(shown: MeetingShown) -> LastingClosures:
    """Follow the closures of all meetings that had a burn-in, and of the one shown, until they end.

    Parameters
    ----------
    shown : MeetingShown
        With all meetings of the record.
    """
    cascades = shown.cascades
    stream, found = cascades.stream, cascades.found
    begun = found.events[found.events["why"].isin((CENSORING[0], CENSORING[2]))]
    chosen = {"all meetings": begun, "the meeting shown": begun[begun["event"] == shown.number]}
    silence = found.persistence + found.horizon
    times, ended = lasting_times(stream, silence)
    curves: dict[str, Survival] = {}
    people: list[Group] = []
    for name, events in chosen.items():
        ties = closing_ties(stream, found, events)
        known = ties[~np.isnan(times[ties])]
        if not len(known):
            continue
        curves[name] = closure_survival(stream, found, events)
        groups = [
            frozenset(
                tie(str(one), str(other), "contact")
                for one, other in zip(
                    stream.people[stream.one[part]], stream.people[stream.other[part]], strict=True
                )
            )
            for part in (known[ended[known]], known[~ended[known]])
        ]
        people.append(smallest_group(groups))
    return LastingClosures(curves, silence, found.window, people)
