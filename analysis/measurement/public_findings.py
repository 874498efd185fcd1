"""What the pages on public surveys of cities open with."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, and_list, key_of, percent, row_of
from analysis.labels import in_words

__all__ = ["public_comparison_findings", "public_survey_findings", "response_findings"]

MUCH = 0.1
"""Fall of a response rate from which a wave is to be read with care."""
SEVERAL = 3
"""How many usual moves make an unusual one."""
FEW = 0.6
"""Response below which a wave is left out of comparisons."""


def public_survey_findings(
    city: str,
    schools: pd.DataFrame,
    changes: pd.DataFrame,
    from_start: pd.DataFrame,
    jumps: pd.DataFrame,
    response: str,
    first: int,
) -> list[Finding]:
    """Say how many schools a city's curves rest on, which elements moved and what breaks the series.

    Parameters
    ----------
    city : str
    schools : DataFrame
        As from `schools_throughout`.
    changes : DataFrame
        As from `changes_of`.
    from_start : DataFrame
        The same since the first wave of all, recorded as the table ``changes-from-start``: where it says
        otherwise, so does the page.
    jumps : DataFrame
        As from `largest_jumps`.
    response : str
        The response rate to tell of.
    first : int
        The wave that changes are counted from.
    """
    counts = schools["schools"].astype(int)
    any_figure, always = ("with any figure", "with an element in every wave")
    followed = counts[list(changes.index.unique("measure"))]
    least, most = str(followed.idxmin()), str(followed.idxmax())
    span = f"{followed[least]}" if least == most else f"{followed[least]} to {followed[most]}"
    found = [
        Finding(
            "schools",
            f"{counts[always]} of {counts[any_figure]} schools of {city} have results in every wave. Each "
            f"curve follows the {span} schools that have its element in every wave that reports it.",
            tuple(key_of("schools", what, "schools") for what in (always, any_figure, least, most)),
        )
    ]
    last = changes.index.get_level_values("wave").max()
    way = _ways(changes, last)
    moved = _told(way[way != 0]) or "no element moved clearly"
    found.append(
        Finding(
            "changes",
            f"From {first} to {last} {moved} (95 % intervals exclude zero).",
            tuple(key_of("changes", name, last, end) for name in way.index for end in ("lower", "upper")),
        )
    )
    since_start = _ways(from_start, last)
    other = since_start[since_start != way]
    if len(other):
        table = "changes-from-start"
        found.append(
            Finding(
                "start",
                f"The year that changes are counted from decides: since the first survey {_told(other)}.",
                tuple(key_of(table, name, last, end) for name in other.index for end in ("lower", "upper")),
            )
        )
    row = row_of(jumps, response)
    care = f"Read {row['until']:.0f} with care: " if row["after"] < row["before"] - MUCH else ""
    sentence = (
        f"{care}the mean {in_words(response)} was {percent(row['before'])} in {row['since']:.0f} and "
        f"{percent(row['after'])} in {row['until']:.0f}."
    )
    found.append(
        Finding(
            "response",
            sentence[:1].upper() + sentence[1:],
            tuple(key_of("jumps", response, name) for name in ("until", "before", "since", "after")),
        )
    )
    elements = jumps[~jumps.index.str.contains("response")]
    name = str((elements["after"] - elements["before"]).abs().idxmax())
    row = row_of(jumps, name)
    unusual = abs(row["after"] - row["before"]) > SEVERAL * row["others"]
    look = " Look for changed questions before changed schools." if unusual else ""
    found.append(
        Finding(
            "break",
            f"{in_words(name).capitalize()} moved most: from {row['before']:.2f} in "
            f"{row['since']:.0f} to {row['after']:.2f} in {row['until']:.0f} in the same schools. Its "
            f"other moves are about {row['others']:.2f}.{look}",
            tuple(key_of("jumps", name, of) for of in ("since", "until", "before", "after", "others")),
        )
    )
    return found


def _ways(changes: pd.DataFrame, wave: int) -> pd.Series[int]:
    """Return 1 for each measure that rose clearly up to a wave, -1 for one that fell, 0 for others."""
    ends = changes.xs(wave, level="wave")
    return (ends["lower"] > 0).astype(int) - (ends["upper"] < 0).astype(int)


def _told(way: pd.Series[int]) -> str:
    """Return in words which measures went which way."""
    verbs = {1: "rose clearly", -1: "fell clearly", 0: "did not move clearly"}
    names = {verb: [in_words(str(name)) for name in way.index[way == sign]] for sign, verb in verbs.items()}
    return "; ".join(f"{and_list(own)} {verb}" for verb, own in names.items() if own)


def public_comparison_findings(compared: pd.DataFrame, from_start: pd.DataFrame, wave: int) -> list[Finding]:
    """Say in how many corresponding elements two cities moved the same way, and in which they did not.

    Parameters
    ----------
    compared : DataFrame
        As from `analysis.measurement.public_surveys.compared_changes`.
    from_start : DataFrame
        The same of changes since the first survey of each city; where it tells something else, it is said.
    wave : int
    """
    same, told = _together(compared)
    columns = [column for column in compared if str(column).endswith(("lower", "upper"))]
    keys = ["same", "elements", "wave"]
    keys += [key_of("compared", name, column) for name in compared.index for column in columns]
    ways = f"{same} of {len(compared)} corresponding elements moved the same way in both cities"
    sentence = f"{ways} up to {wave}{told}."
    if not from_start["together"].equals(compared["together"]):
        same, told = _together(from_start)
        sentence += f" Counted from the first survey of each it is {same} of {len(compared)}{told}."
        keys.append("same-from-start")
    return [Finding("same-way", sentence, tuple(keys))]


def _together(compared: pd.DataFrame) -> tuple[int, str]:
    """Return how many elements moved the same way, and in words which went opposite ways."""
    apart = compared.index[compared["together"] == "opposite ways"]
    names = and_list([in_words(str(name)) for name in apart])
    return int(
        (compared["together"] == "the same way").sum()
    ), f"; {names} went opposite ways" if names else ""


def response_findings(answered: pd.Series, wave: int) -> list[Finding]:
    """Say how few students of each city answered in the wave with the fewest; nothing where one is not known.

    Parameters
    ----------
    answered : Series
        Index city: mean share of students.
    wave : int
    """
    if answered.isna().any():
        return []
    told = and_list([f"{percent(share)} of {city}'s" for city, share in answered.items()])
    advice = ": leave that wave out of comparisons" if answered.min() < FEW else ""
    sentence = f"In {wave} {told} students answered{advice}."
    numbers = tuple(key_of("response", city, "answered") for city in answered.index)
    return [Finding("response", sentence, numbers)]
