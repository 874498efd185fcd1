"""What the pages on activities and on who can say what they did tell, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.closures import CalendarTest
from analysis.finding import Finding, key_of, p_in_words, percent, row_of
from analysis.labels import in_words

__all__ = [
    "attendance_findings",
    "attribution_findings",
    "closure_findings",
    "convergence_findings",
    "rate_findings",
]


def attendance_findings(reached: pd.DataFrame, organizations: pd.DataFrame) -> list[Finding]:
    """Say which activity reached most people, which fewest, and how far apart schools are.

    Parameters
    ----------
    reached, organizations : DataFrame
        As from `attendance_by_activity` and `attendance_by_organization`, of what may be shown.

    Examples
    --------
    >>> reached = pd.DataFrame({"share": [0.5, 0.25]}, index=["kick_off", "lab"])
    >>> attendance_findings(reached, reached.iloc[:0])[0].sentence
    'Most came to kick off (50 %), fewest to lab (25 %).'
    """
    found = []
    ends = _apart(reached["share"])
    if ends:
        (high, most), (low, least) = ends
        sentence = (
            f"Most came to {in_words(high)} ({percent(most)}), fewest to {in_words(low)} ({percent(least)})."
        )
        keys = tuple(key_of("activities", name, "share") for name in (high, low))
        found.append(Finding("reach", sentence, keys))
    ends = _apart(organizations["share"])
    if ends:
        (high, most), (low, least) = ends
        sentence = (
            f"People of {in_words(high)} came to {percent(most)} of the activities open to them, people of "
            f"{in_words(low)} to {percent(least)}."
        )
        keys = tuple(key_of("organizations", name, "share") for name in (high, low))
        found.append(Finding("schools", sentence, keys))
    return found


def closure_findings(
    known: pd.DataFrame, calendar: CalendarTest | NotEstimable, display: pd.DataFrame
) -> list[Finding]:
    """Say how many closures may have come of an activity, how many of none, and whether they follow more.

    Parameters
    ----------
    known : DataFrame
        As from `knowledge_of_closures`, recorded under ``known``.
    calendar : CalendarTest or NotEstimable
        Recorded under ``calendar``.
    display : DataFrame
        As from `activities_beside_closures`, recorded under ``joint-display``.
    """
    row = known.iloc[-1]
    total, none, at_most = (int(row[name]) for name in ("closures", "none", "of_an_activity_at_most"))
    name, columns = str(known.index[-1]), ("closures", "of_an_activity_at_most", "none")
    found = [
        Finding(
            "rival",
            f"After meetings {total} new ties joined one person's circle to the other. "
            + (
                f"At most {at_most} of them came from an activity; at least {none} did not."
                if at_most
                else "By dates and attendance none of them can have come from an activity."
            ),
            tuple(key_of("known", name, column) for column in columns),
        )
    ]
    if not isinstance(calendar, NotEstimable):
        verdict = "more often than" if calendar.p <= 0.05 else "no more often than"
        found.append(
            Finding(
                "calendar",
                f"Closures follow activities {verdict} if the activities had been on other days: "
                f"{calendar.admissible} against {calendar.expected:.1f} ({p_in_words(calendar.p)}).",
                tuple(key_of("calendar", "closures", column) for column in ("admissible", "expected", "p")),
            )
        )
    if len(display) and display["at_most"].max() > 0:
        most = str(display["at_most"].idxmax())
        least, up_to = (int(row_of(display, most)[name]) for name in ("at_least", "at_most"))
        found.append(
            Finding(
                "activity",
                f"The activity that may account for most closures is {in_words(most)}: {least} to {up_to}.",
                tuple(key_of("joint-display", most, name) for name in ("at_least", "at_most")),
            )
        )
    return found


def _apart(shares: pd.Series) -> tuple[tuple[str, float], tuple[str, float]] | None:
    """Return where a share is largest and where smallest; nothing where they are alike."""
    ordered = shares.dropna().sort_values(kind="stable", ascending=False)
    if len(ordered) < 2 or ordered.iloc[0] == ordered.iloc[-1]:
        return None
    first, last = ((str(ordered.index[place]), float(ordered.iloc[place])) for place in (0, -1))
    return first, last


def attribution_findings(traced: pd.DataFrame, known: str = "dates and attendance") -> list[Finding]:
    """Say how many new ties have one admissible activity, or none, and what more would have to be known.

    Parameters
    ----------
    traced : DataFrame
        As from `summarised`.
    known : str
        The kind of knowledge the sentence is about.
    """
    if known not in traced.index:
        return []
    row = row_of(traced, known)
    total, one = int(row["new_ties"]), int(row["one"])
    none = int(row["none"])
    keys = tuple(key_of("traced", known, name) for name in ("new_ties", "one", "none"))
    if none:
        sentence = (
            f"Of {total} new ties, {one} have one possible activity by {known}, and {none} have none. Ties "
            "also form elsewhere, so no activity is sure to have made any."
        )
    else:
        sentence = (
            f"Of {total} new ties, {one} have one possible activity by {known}; the others have several. "
            f"Those {one} came from it if nothing else made ties."
        )
    found = [Finding("traced", sentence, keys)]
    if total and one < total / 2:
        found.append(
            Finding(
                "advice.traced",
                f"For most of the {total} new ties, attendance cannot say where they began. Record dated "
                "contacts, or survey after fewer activities.",
                keys[:1],
            )
        )
    return found


def rate_findings(estimated: pd.DataFrame, activities: list[str]) -> list[Finding]:
    """Say which activities make ties at a rate above zero.

    Parameters
    ----------
    estimated : DataFrame
        `FormationRates.tidy`: source, rate, lower, upper.
    activities : list of str
        Sources that are activities.
    """
    rates = estimated.set_index("source").loc[lambda frame: frame.index.isin(activities)]
    rates = rates.dropna(subset=["rate", "lower"])
    if rates.empty:
        return []
    best = str(rates["lower"].idxmax())
    row = row_of(rates, best)
    keys = tuple(key_of("rates", best, name) for name in ("rate", "lower", "upper"))
    if row["lower"] <= 0:
        return [
            Finding(
                "rates",
                "New ties clearly follow no activity: even the interval of "
                f"{in_words(best)} begins at {row['lower']:.0f}.",
                keys[1:2],
            )
        ]
    return [
        Finding(
            "rates",
            f"New ties follow {in_words(best)} most clearly: pairs who met there formed one with a chance of "
            f"{row['rate']:.2f} (95 % interval {row['lower']:.2f} to {row['upper']:.2f}), if nothing that "
            "was not recorded made ties.",
            keys,
        )
    ]


def convergence_findings(counts: Mapping[str, int]) -> list[Finding]:
    """Say how often network and notes agree.

    Parameters
    ----------
    counts : mapping of str to int
        Findings by outcome, as recorded.
    """
    total = sum(counts.values())
    if not total:
        return []
    agree, contrary = counts["agreement"], counts["dissonance"]
    keys = tuple(key_of("convergence-counts", name, "findings") for name in ("agreement", "dissonance"))
    sentence = (
        f"Network and notes agree on {agree} pairs of an activity and a code, and contradict each other on "
        f"{contrary or 'none'}."
    )
    return [Finding("convergence", sentence, keys)]
