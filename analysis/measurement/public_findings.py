"""What the pages on public surveys of cities open with."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, and_list, key_of, percent, row_of

__all__ = ["public_comparison_findings", "public_survey_findings", "response_findings"]


def public_survey_findings(
    city: str, schools: pd.DataFrame, changes: pd.DataFrame, jumps: pd.DataFrame, response: str, first: int
) -> list[Finding]:
    """Say how many schools a city's curves rest on, which elements moved and what breaks the series.

    Parameters
    ----------
    city : str
    schools : DataFrame
        As from `schools_throughout`.
    changes : DataFrame
        As from `changes_of`.
    jumps : DataFrame
        As from `largest_jumps`.
    response : str
        The response rate to tell of.
    first : int
        The wave that changes are counted from.
    """
    counts = schools["schools"].astype(int)
    any_figure, always = ("with any figure", "with an element in every wave")
    found = [
        Finding(
            "schools",
            f"{counts[always]} of {counts[any_figure]} schools of {city} have "
            "a figure of the survey in every wave; every curve here follows the same schools.",
            tuple(key_of("schools", what, "schools") for what in (always, any_figure)),
        )
    ]
    last = changes.index.get_level_values("wave").max()
    ends = changes.xs(last, level="wave")
    rose = [str(name).replace("_", " ") for name in ends.index[ends["lower"] > 0]]
    fell = [str(name).replace("_", " ") for name in ends.index[ends["upper"] < 0]]
    moved = [f"{and_list(names)} {verb}" for names, verb in ((rose, "rose"), (fell, "fell")) if names]
    found.append(
        Finding(
            "changes",
            f"From {first} to {last} {'; '.join(moved) or 'no element clearly moved'} (95 % intervals "
            "without zero).",
            tuple(key_of("changes", name, last, end) for name in ends.index for end in ("lower", "upper")),
        )
    )
    row = row_of(jumps, response)
    found.append(
        Finding(
            "response",
            f"Read {row['until']:.0f} with care: the mean {response.replace('_', ' ')} was "
            f"{percent(row['before'])} in {row['since']:.0f} and {percent(row['after'])} in "
            f"{row['until']:.0f}.",
            tuple(key_of("jumps", response, name) for name in ("until", "before", "since", "after")),
        )
    )
    elements = jumps[~jumps.index.str.contains("response")]
    name = str((elements["after"] - elements["before"]).abs().idxmax())
    row = row_of(jumps, name)
    found.append(
        Finding(
            "break",
            f"{name.replace('_', ' ').capitalize()} moved most: from {row['before']:.2f} in "
            f"{row['since']:.0f} to {row['after']:.2f} in {row['until']:.0f} in the same schools, where its "
            f"other moves are about {row['others']:.2f}. Look for changed questions before changed schools.",
            tuple(key_of("jumps", name, of) for of in ("since", "until", "before", "after", "others")),
        )
    )
    return found


def public_comparison_findings(compared: pd.DataFrame, wave: int) -> list[Finding]:
    """Say in how many corresponding elements two cities moved the same way, and in which they did not.

    Parameters
    ----------
    compared : DataFrame
        As from `analysis.measurement.public_surveys.compared_changes`.
    wave : int
    """
    same = compared.index[compared["together"] == "the same way"]
    apart = compared.index[compared["together"] == "opposite ways"]
    columns = [column for column in compared if str(column).endswith(("lower", "upper"))]
    names = and_list([str(name).replace("_", " ") for name in apart])
    told = f"; {names} went opposite ways" if names else ""
    return [
        Finding(
            "same-way",
            f"{len(same)} of {len(compared)} corresponding elements moved the same way in both cities up to "
            f"{wave}{told}.",
            (
                "same",
                "elements",
                "wave",
                *(key_of("compared", name, column) for name in compared.index for column in columns),
            ),
        )
    ]


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
    sentence = f"In {wave} {told} students answered: leave that wave out of comparisons."
    numbers = tuple(key_of("response", city, "answered") for city in answered.index)
    return [Finding("response", sentence, numbers)]
