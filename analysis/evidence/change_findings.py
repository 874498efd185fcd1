"""What the pages on routines, on changes and on the ledger tell, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.interactions import Interaction
from analysis.evidence.routine_webs import Web
from analysis.evidence.web_chance import WebChance
from analysis.finding import Finding, key_of, p_in_words, percent, row_of, signed
from analysis.labels import in_words

__all__ = ["change_findings", "formula", "web_findings"]

_SURE = 0.05
_NULLS = {
    "rewired": "rewired webs",
    "dates": "the same web with shuffled dates",
}


def web_findings(web: Web, weak: pd.DataFrame, chance: dict[str, WebChance | NotEstimable]) -> list[Finding]:
    """Say how the web hangs together, where it is weak, and how far changes get against chance.

    Parameters
    ----------
    web : Web
        Recorded as ``routines``, ``links``, ``across``.
    weak : DataFrame
        As from `weak_points`, recorded as the table ``weak``; how many as ``weak.connections``,
        ``weak.routines``.
    chance : dict
        By null model; recorded as the tables ``chance_<null>``.
    """
    across = int(web.across().sum())
    told = [
        Finding(
            "web",
            f"{across} of {len(web.links)} links between {len(web.organizations)} routines cross "
            "organisations.",
            ("across", "links", "routines"),
        )
    ]
    lone = weak[weak["kind"] == "routine"]
    if len(lone):
        worst = lone.iloc[int(lone["cut_off"].argmax())]
        count = int(worst["cut_off"])
        cut = "1 other routine is cut off" if count == 1 else f"{count} other routines are cut off"
        sentence = f"The web falls apart without {in_words(worst['name'])}: {cut} from the largest part."
        told.append(Finding("weak", sentence, (key_of("weak", worst["kind"], worst["name"], "cut_off"),)))
    else:
        told.append(Finding("weak", "No routine's loss alone would split the web.", ("weak.routines",)))
    for null, found in chance.items():
        if isinstance(found, NotEstimable):
            continue
        row = row_of(found.frame, "across")
        more = "more" if row["observed"] > row["by_chance"] else "less"
        verdict = f"{more} than" if row["p"] <= _SURE else "not clearly different from"
        sentence = (
            f"A change could reach {percent(row['observed'])} of other organisations' routines in time, "
            f"{verdict} the {percent(row['by_chance'])} in {_NULLS[null]} ({p_in_words(row['p'])})."
        )
        keys = tuple(key_of(f"chance_{null}", "across", name) for name in ("observed", "by_chance", "p"))
        told.append(Finding(f"chance.{null}", sentence, keys))
    return told


def change_findings(
    kinds: pd.DataFrame | NotEstimable,
    test: Interaction | NotEstimable,
    solutions: pd.DataFrame | NotEstimable,
    reach: pd.DataFrame | NotEstimable,
    mechanisms: Sequence[str],
) -> list[Finding]:
    """Say when coordinated change came, what the configurations are, and how far changes got.

    Parameters
    ----------
    kinds : DataFrame
        As from `by_mechanism`, recorded as the table ``kinds``.
    test : Interaction
        Recorded as the table ``interaction``.
    solutions : DataFrame
        As `Changes.solutions`, recorded as the table ``solutions``.
    reach : DataFrame
        As from `reach_by_episode`; sums recorded as ``reach-all.all.share``.
    mechanisms : sequence of str
        The two that are crossed.
    """
    told: list[Finding] = []
    if not isinstance(kinds, NotEstimable):
        told += _of_kinds(kinds)
    if isinstance(test, Interaction):
        first, second = (in_words(name) for name in mechanisms)
        how = "adds more" if test.p <= _SURE else "does not clearly add more"
        sentence = (
            f"{second.capitalize()} {how} with {first} than without: difference of differences "
            f"{signed(test.difference)}, exact {p_in_words(test.p)}, over {test.episodes} changes."
        )
        told.append(
            Finding(
                "interaction",
                sentence,
                tuple(key_of("interaction", "all", name) for name in ("difference", "p", "episodes")),
            )
        )
    if not isinstance(solutions, NotEstimable) and ("outcome", "parsimonious", 1) in solutions.index:
        row = row_of(solutions, ("outcome", "parsimonious", 1))
        several = ("outcome", "parsimonious", 2) in solutions.index
        sentence = (
            f"The simplest configuration that goes with coordinated change is {formula(row['formula'])}"
            f"{' (others are as simple)' if several else ''}: consistency {row['consistency']:.2f}, "
            f"coverage {row['coverage']:.2f}."
        )
        keys = tuple(
            key_of("solutions", "outcome", "parsimonious", 1, name) for name in ("consistency", "coverage")
        )
        told.append(Finding("configuration", sentence, keys))
    if not isinstance(reach, NotEstimable) and reach["possible"].sum():
        share = reach["enacted"].sum() / reach["possible"].sum()
        sentence = (
            f"Changes were enacted in {percent(share)} of the routines that they could have reached in time."
        )
        told.append(Finding("reach", sentence, ("reach-all.all.share",)))
    return told


def _of_kinds(kinds: pd.DataFrame) -> list[Finding]:
    there = kinds[kinds["episodes"] > 0]
    others = there.drop(index="both", errors="ignore")
    told = []
    if "both" in there.index and len(others):
        both, best = row_of(there, "both"), str(others["outcome_share"].idxmax())
        row = row_of(others, best)
        sentence = (
            f"{both['outcome']} of {both['episodes']} changes with both mechanisms were coordinated. The "
            f"next best kind is {in_words(best)}, with {row['outcome']} of {row['episodes']}."
        )
        keys = tuple(
            key_of("kinds", kind, name) for kind in ("both", best) for name in ("outcome", "episodes")
        )
        told.append(Finding("kinds", sentence, keys))
    if "at_odds" in there and there["at_odds"].sum():
        worst = str(there["at_odds_share"].idxmax())
        row = row_of(there, worst)
        sentence = (
            f"Partners worked at odds most often with {in_words(worst)}: in {row['at_odds']} of "
            f"{row['episodes']} changes."
        )
        keys = tuple(key_of("kinds", worst, name) for name in ("at_odds", "episodes"))
        told.append(Finding("odds", sentence, keys))
    return told


def formula(term: object) -> str:
    """Return a term of a solution as a reader would say it.

    Examples
    --------
    >>> formula("connection*~support + reflection")
    'connection and no support, or reflection'
    """
    ways = [
        " and ".join(f"no {part[1:]}" if part.startswith("~") else part for part in way.split("*"))
        for way in str(term).split(" + ")
    ]
    return in_words(", or ".join(ways))
