"""What a network should collect: what can then be said, what to ask, when, and what it costs in minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.compendium.recorded import Linked, Recorded
from analysis.finding import Finding, and_list, key_of, percent
from analysis.labels import in_words, label_in_words
from analysis.synthesis.written import written

__all__ = [
    "SAID",
    "assumptions",
    "burden",
    "calendar",
    "can_be_said",
    "plan_findings",
    "to_ask",
]

SAID = ("can be said", "only if it is large", "cannot be said")
"""What a plan promises of a quantity: found in most networks at a middle change, at a large one, or not."""

_ENOUGH = 0.8
_OF_ONE_WAVE = {
    "reciprocity": "a change needs two surveys",
    "ties across schools": "a change needs two surveys",
    "scale mean": "a change needs two surveys",
    "activity": "new ties are seen between two surveys",
}
_WEEKS_A_MONTH = 52 / 12


def can_be_said(
    found: Mapping[str, pd.DataFrame | NotEstimable],
    *,
    waves: int,
    contacts: bool,
    attendance: bool,
    enough: float = _ENOUGH,
) -> pd.DataFrame:
    """Return of each quantity whether a plan of this kind will be able to say anything of it.

    Parameters
    ----------
    found : mapping of str
        For each quantity the shares found at a small, a middle and a large effect, in this order (column
        ``found``), or why nothing can be said.
    waves : int
        Surveys.
    contacts, attendance : bool
        Whether dated contacts, and who came to activities, are written down.
    enough : float
        The share that counts as enough.

    Returns
    -------
    DataFrame
        index ``quantity``; ``small``, ``middle``, ``large`` (shares; missing where nothing can be said),
        ``verdict`` (one of `SAID`) and ``why``.

    Examples
    --------
    >>> half = pd.DataFrame({"found": [0.2, 0.5, 0.9]})
    >>> how = {"contacts": False, "attendance": True}
    >>> can_be_said({"scale mean": half}, waves=2, **how).loc["scale mean", "verdict"]
    'only if it is large'
    >>> can_be_said({"scale mean": half}, waves=1, **how).loc["scale mean", "why"]
    'a change needs two surveys'
    """
    require_count("waves", waves)
    rows = {}
    for quantity, own in found.items():
        why = _OF_ONE_WAVE.get(quantity, "") if waves < 2 else ""
        if quantity == "closure cascade" and not contacts:
            why = "who met whom first, and when, takes dated contacts"
        if quantity == "activity" and not attendance:
            why = "who came to an activity has to be written down"
        if isinstance(own, NotEstimable):
            why = why or str(own)
        if why or isinstance(own, NotEstimable):
            rows[quantity] = [None, None, None, SAID[2], why]
            continue
        small, middle, large = own["found"].tolist()
        verdict = SAID[0] if middle >= enough else SAID[1] if large >= enough else SAID[2]
        weak = f"even a large change would be missed in {percent(1 - large)} of networks like this"
        rows[quantity] = [small, middle, large, verdict, weak if verdict == SAID[2] else ""]
    names = ["small", "middle", "large", "verdict", "why"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("quantity")
    return frame.astype(dict.fromkeys(("small", "middle", "large"), float))


_RECORDED = {
    "returned": ("relational_trust/help_teachers", "structure.advice.1.edgewise"),
    "kept": ("relational_trust/help_students", "changes.talk.2-to-3.jaccard"),
    "school_share": ("relational_trust/trust_teachers", "icc.without-filled-in-values.reml.icc1"),
    "answered": ("relational_trust/help_students", "answered.talk.3.response_rate"),
}
"""What was recorded of real people that an assumption may be set beside."""


def assumptions(design: object, recorded: Callable[[str, str], Recorded]) -> pd.DataFrame:
    """Return what made-up networks assume, beside what was recorded of real people.

    Parameters
    ----------
    design : dataclass
        Of the network: its numbers.
    recorded : callable
        `analysis.compendium.recorded.recorded`.

    Returns
    -------
    DataFrame
        index ``assumption``; ``assumed``, ``recorded`` (missing where nothing like it was), ``of`` (`Linked`:
        where).
    """
    rows = {}
    for name, value in vars(design).items():
        run, key = _RECORDED.get(name, ("", ""))
        found = recorded(run, key) if run else None
        number = found.value if found and isinstance(found.value, (int, float)) else None
        where: Linked | str = ""
        if found:
            known = f"{found.data} {label_in_words(found.label)}: " if number is not None else ""
            where = Linked(f"{known}{found}", found.link)
        rows[in_words(name)] = [value, number, where]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["assumed", "recorded", "of"])
    return frame.rename_axis("assumption").astype({"assumed": object, "recorded": float})


def to_ask(*, contacts: bool, attendance: bool) -> pd.DataFrame:
    """Return the questions of a plan, index ``item``; without those that a network does not want to ask."""
    left_out = {name for name, wanted in (("contacts", contacts), ("attendance", attendance)) if not wanted}
    asked = written("ask")
    return asked[~asked["needs"].isin(left_out)].set_index("item")


def burden(
    asked: pd.DataFrame, *, members: int, waves: int, months: int, ready: int, activities: int
) -> pd.DataFrame:
    """Return the minutes that each question takes one member, or the people who run the network.

    Parameters
    ----------
    asked : DataFrame
        As from `to_ask`: its ``seconds`` (each time) are guesses of ours; ``times`` is a number, or *name*:
        once for each name on the list.
    members, waves, months : int
    ready : int
        Month from which members are asked.
    activities : int
        Between two surveys.

    Returns
    -------
    DataFrame
        index ``item``; ``who``, ``when``, ``minutes`` (each time), ``times``, ``minutes in all``.
    """
    times = {
        "once": 1.0,
        "each survey": float(waves),
        "first and last survey": float(min(waves, 2)),
        "each activity": float(activities * max(waves - 1, 1)),
        "each week": float(round((months - ready) * _WEEKS_A_MONTH)),
        "each quarter": float(max(1, (months - ready) // 3)),
    }
    each = [float(members - 1) if of == "name" else float(of) for of in asked["times"]]
    frame = asked[["who", "when"]].copy()
    frame["minutes"] = asked["seconds"].astype(float) * each / 60
    frame["times"] = asked["when"].map(times)
    frame["minutes in all"] = frame["minutes"] * frame["times"]
    return frame


def calendar(asked: pd.DataFrame, *, start: str, months: int, ready: int, waves: int) -> pd.DataFrame:
    """Return what to ask when: nothing of members before they are ready.

    Parameters
    ----------
    asked : DataFrame
        As from `to_ask`.
    start : str
        First day of the plan.
    months : int
        How long it runs.
    ready : int
        Month in which the members agree to be asked: the first survey, and contacts from then on.
    waves : int
        Surveys, spread evenly from then to the end.

    Returns
    -------
    DataFrame
        A row per question and month: index ``month``, ``item``; ``date``, ``who``, ``question``, and
        ``until`` (the month until which it goes on, where it is asked again and again).

    Raises
    ------
    ValueError
        When members are not ready before the end, or the surveys do not fit into the months.
    """
    require_count("months", months)
    require_count("waves", waves)
    if not 0 <= ready < months or waves > months - ready + 1:
        raise ValueError(
            f"found ready in month {ready} of {months}, {waves} surveys; allowed: ready before the end, "
            "at most a survey a month from then"
        )
    gaps = max(waves - 1, 1)
    surveys = [ready + round(place * (months - ready) / gaps) for place in range(waves)]
    on: dict[str, list[tuple[int, int | None]]] = {
        "each survey": [(month, None) for month in surveys],
        "first and last survey": [(month, None) for month in sorted({surveys[0], surveys[-1]})],
        "each activity": [(0, months)],
        "each week": [(ready, months)],
        "each quarter": [(min(ready + 3, months), months)],
    }
    rows = []
    for item, row in asked.iterrows():
        # The list of members is made at the start; members themselves are asked when they are ready.
        once = [(0 if row["who"] == "hub" else ready, None)]
        rows += [
            (month, item, until, row["who"], row["question"]) for month, until in on.get(row["when"], once)
        ]
    frame = pd.DataFrame(rows, columns=["month", "item", "until", "who", "question"])
    first = pd.Timestamp(start)
    frame["date"] = [
        (first + pd.DateOffset(months=int(month))).date().isoformat() for month in frame["month"]
    ]
    frame["until"] = frame["until"].astype(float)
    order = frame.sort_values("month", kind="stable").set_index(["month", "item"])
    return order[["date", "who", "question", "until"]]


def plan_findings(said: pd.DataFrame, minutes: float, surveys: float, months: int) -> list[Finding]:
    """Say what a plan will be able to tell, what not and why, and what it asks of a member.

    Parameters
    ----------
    said : DataFrame
        As from `can_be_said`; recorded are the number of each verdict as ``count.<verdict>``, the share of
        networks in which a large change is missed as ``missed.<quantity>``, ``schools`` and ``answering``.
    minutes, surveys : float
        Minutes of one member in all, and of the first survey, recorded as ``minutes`` and ``minutes.first``.
    months : int
        Recorded as ``months``.
    """
    found: list[Finding] = []
    for verdict, words in zip(
        SAID,
        (
            "can show a change of middle size in {}.",
            "can show only a large change in {}.",
            "cannot show a change in {}.",
        ),
        strict=True,
    ):
        own = said[said["verdict"] == verdict]
        if len(own):
            told = [
                and_list([str(name) for name in own.index[own["why"] == why]]) + (f" ({why})" if why else "")
                for why in own["why"].unique()
            ]
            keys = (key_of("count", verdict), "schools", "answering", *_missed(own))
            who = "It" if found else "This plan"
            found.append(Finding(key_of("verdict", verdict), f"{who} {words.format('; '.join(told))}", keys))
    sentence = (
        f"It asks {minutes:.0f} minutes of each member in {months} months; {surveys:.0f} of them are for the "
        "first survey."
    )
    found.append(Finding("burden", sentence, ("minutes", "months", "minutes.first")))
    return found


def _missed(said: pd.DataFrame) -> list[str]:
    return [key_of("missed", name) for name in said.index[said["large"].notna()]]
