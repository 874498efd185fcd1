"""What the pages on a class's and a fraternity's friendships open with."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of

__all__ = ["fraternity_findings", "teacher_findings"]


def teacher_findings(table: pd.DataFrame, each: pd.DataFrame) -> list[Finding]:
    """Say what the teacher sees, and whose answers the article's numbers leave out.

    Parameters
    ----------
    table : DataFrame
        Columns ``everybody`` and ``pupil 6 left out``, recorded as ``table``.
    each : DataFrame
        As from `each_left_out`, recorded as ``each``.
    """
    left_out = table["pupil 6 left out"]
    agreement, chance = "agreement", "expected agreement"
    densities = ("density, pupils", "density, teacher")
    seven = each.index[each["mutual"] == each["mutual"][6]]
    told = " and ".join(str(pupil) for pupil in seven if pupil != 6)
    deviation = "SD of friends, pupils"
    return [
        Finding(
            "agree",
            f"Teacher and pupils agree on {100 * left_out[agreement]:.1f} % of pairs; "
            f"{100 * left_out[chance]:.1f} % is what chance gives.",
            tuple(key_of("table", name, "pupil 6 left out") for name in (agreement, chance)),
        ),
        Finding(
            "fewer",
            f"The teacher sees half of the friendships that pupils report: density is "
            f"{left_out[densities[1]]:.3f} against {left_out[densities[0]]:.3f}.",
            tuple(key_of("table", name, "pupil 6 left out") for name in densities),
        ),
        Finding(
            "six",
            f"The article's numbers leave out the answers of pupil 6. Pupils {told} have as many mutual "
            f"friends, but would give a deviation of {each[deviation][21]:.2f} or "
            f"{each[deviation][27]:.2f}, not {each[deviation][6]:.2f}.",
            tuple(key_of("each", pupil, name) for pupil in (6, 21, 27) for name in ("mutual", deviation)),
        ),
    ]


def fraternity_findings(choices: pd.DataFrame, subgroups: pd.DataFrame) -> list[Finding]:
    """Say what of the fraternity's first week reproduces.

    Parameters
    ----------
    choices, subgroups : DataFrame
        Column ``value``; recorded as ``choices`` and ``subgroups``.
    """
    paths, value = "shortest paths from 15 to 16", choices["value"]
    names = ("cliques", "2-cliques", "2-plexes of four or more")
    counts = [subgroups["value"][name] for name in names]
    return [
        Finding(
            "subgroups",
            f"Every count of subgroups reproduces: {counts[0]:.0f} cliques, {counts[1]:.0f} 2-cliques and "
            f"{counts[2]:.0f} 2-plexes.",
            tuple(key_of("subgroups", name, "value") for name in names),
        ),
        Finding(
            "path",
            f"{value[paths]:.0f} shortest paths lead from student 15 to student 16; the chapter says one.",
            (key_of("choices", paths, "value"),),
        ),
    ]
