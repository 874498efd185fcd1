"""The changes of a dataset: what came of them under which conditions, and how far they got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.checks import NotEstimable
from analysis.estimable import estimable, if_estimable
from analysis.evidence.change_steps import carried, cascade, checked_steps, reach_by_episode
from analysis.evidence.configuration_checks import robustness, shuffled
from analysis.evidence.configurations import Kind, solve
from analysis.evidence.interactions import Interaction, interaction
from analysis.evidence.mechanisms import by_mechanism, conditions_of, episode_scores
from analysis.evidence.routine_webs import Web, routine_web
from analysis.evidence.truth_tables import TruthTable, truth_table

__all__ = ["AT_ODDS", "OUTCOME", "Changes", "changes_of"]

OUTCOME, AT_ODDS = "outcome", "at_odds"
_KINDS: tuple[Kind, ...] = ("complex", "intermediate", "parsimonious", "enhanced")


@dataclass(frozen=True)
class Changes:
    """What a page on changes shows.

    Attributes
    ----------
    conditions : tuple of str
        Columns of 0 and 1.
    mechanisms : tuple of str
        The two of them that are crossed.
    outcomes : tuple of str
        ``outcome``, and ``at_odds`` where it is known.
    scores : DataFrame
        As from `episode_scores`.
    web : Web or NotEstimable
    steps : DataFrame or NotEstimable
        As from `checked_steps`.
    horizon : float
        Days each change is followed for.
    """

    conditions: tuple[str, ...]
    mechanisms: tuple[str, ...]
    outcomes: tuple[str, ...]
    scores: pd.DataFrame
    web: Web | NotEstimable
    steps: pd.DataFrame | NotEstimable
    horizon: float
    tables: Mapping[str, pd.DataFrame]

    def lacking(self) -> NotEstimable | None:
        """Return what is missing before two mechanisms can be crossed; None when nothing is."""
        if len(self.mechanisms) < 2:
            found = f"{len(self.conditions)} conditions of 0 and 1 beside the outcome"
            return NotEstimable(f"found {found}; crossing takes two")
        if self.scores.empty:
            return NotEstimable("found no change of which all conditions and outcomes are known")
        return None

    def kinds(self) -> pd.DataFrame | NotEstimable:
        """Return the outcomes by the two mechanisms."""
        if lacking := self.lacking():
            return lacking
        return by_mechanism(self.scores, self.mechanisms, self.outcomes)

    def interaction(self) -> Interaction | NotEstimable:
        """Return the exact test of whether one mechanism helps more where the other is there."""
        if lacking := self.lacking():
            return lacking
        return estimable(interaction, self.scores, self.mechanisms, OUTCOME, self.steps)

    def truth_table(
        self, outcome: str, consistency: float, *, negated: bool = False
    ) -> TruthTable | NotEstimable:
        """Return the truth table of an outcome."""
        if lacking := self.lacking():
            return lacking
        if outcome not in self.outcomes:
            return NotEstimable(f"found no column {outcome}")
        return estimable(
            truth_table, self.scores, outcome, self.conditions, negated=negated, consistency=consistency
        )

    def solutions(self, consistency: float) -> pd.DataFrame | NotEstimable:
        """Return every solution of the outcome, of its absence and of work at odds.

        Mechanisms are expected to help, for the intermediate solutions; their absence, for the other two.

        Returns
        -------
        DataFrame
            index ``of`` (outcome, no outcome, at odds), ``kind``, ``model``; ``formula``, ``consistency``,
            ``pri``, ``coverage``, ``assumed`` (remainders taken to have it). Without a row: no solution.
        """
        rows = []
        wanted = [
            (OUTCOME, OUTCOME, False, 1),
            ("no outcome", OUTCOME, True, 0),
            ("at odds", AT_ODDS, False, 0),
        ]
        for name, outcome, negated, value in wanted:
            table = self.truth_table(outcome, consistency, negated=negated)
            if isinstance(table, NotEstimable):
                continue
            for kind in _KINDS:
                expected = dict.fromkeys(self.mechanisms, value) if name != "at odds" else {}
                if kind == "intermediate" and not expected:
                    continue
                found = solve(table, kind, expected if kind in ("intermediate", "enhanced") else None)
                wholes = found.frame[found.frame["whole"].astype(bool)]
                for number, (row, assumed) in enumerate(
                    zip(wholes.to_dict("records"), found.assumed, strict=True), start=1
                ):
                    fit = [row[one] for one in ("consistency", "pri", "coverage")]
                    rows.append((name, kind, number, row["term"], *fit, len(assumed)))
        if not rows:
            return NotEstimable("found no combination of conditions consistent enough for any outcome")
        names = ["of", "kind", "model", "formula", "consistency", "pri", "coverage", "assumed"]
        return pd.DataFrame(rows, columns=names).set_index(names[:3])

    def against_chance(self, consistency: float, *, seed: int, draws: int) -> pd.DataFrame | NotEstimable:
        """Return how often outcomes assigned again at random give as good a parsimonious solution."""
        table = self.truth_table(OUTCOME, consistency)
        if isinstance(table, NotEstimable):
            return table
        return estimable(shuffled, table, "parsimonious", seed=seed, draws=draws)

    def other_choices(self, consistency: float) -> pd.DataFrame | NotEstimable:
        """Return how often the parsimonious solution stays, by what is changed."""
        table = self.truth_table(OUTCOME, consistency)
        if isinstance(table, NotEstimable):
            return table
        cuts = [cut / 20 for cut in range(13, 20)]
        found = robustness(table, "parsimonious", consistencies=cuts, frequencies=(2, 3))
        counted = found.groupby("change", sort=False)["same"].agg(["size", "sum"])
        return counted.set_axis(["tried", "same"], axis=1)

    def reach(self) -> pd.DataFrame | NotEstimable:
        """Return for each change what was possible, reached and enacted."""
        if isinstance(self.web, NotEstimable) or isinstance(self.steps, NotEstimable):
            return self.web if isinstance(self.web, NotEstimable) else _why(self.steps)
        return estimable(reach_by_episode, self.tables, self.web, self.steps, self.horizon)

    def reach_in_all(self) -> pd.DataFrame | NotEstimable:
        """Return possible, reached and enacted over all changes, and the share enacted of the possible."""
        reach = self.reach()
        if isinstance(reach, NotEstimable):
            return reach
        row = reach[["possible", "reached", "enacted", "enacted_across"]].sum()
        share = row["enacted"] / row["possible"] if row["possible"] else float("nan")
        return pd.DataFrame([{**row, "share": share}], index=["all"])

    def carried(self, delay: float) -> pd.DataFrame | NotEstimable:
        """Return how often links of each medium carried a change when they could."""
        if isinstance(self.web, NotEstimable) or isinstance(self.steps, NotEstimable):
            return self.web if isinstance(self.web, NotEstimable) else _why(self.steps)
        return carried(self.web, self.steps, delay=delay, horizon=self.horizon)

    def cascade(self) -> pd.DataFrame | NotEstimable:
        """Return the change that got furthest, on a time axis."""
        reach = self.reach()
        if isinstance(reach, NotEstimable) or not isinstance(self.web, Web):
            return _why(reach)
        if isinstance(self.steps, NotEstimable):
            return self.steps
        furthest = str(reach.sort_values(["enacted", "possible"], kind="stable").index[-1])
        return cascade(self.web, self.steps, furthest, self.horizon)

    def one_by_one(self) -> pd.DataFrame:
        """Return a row per change: conditions, outcomes, and what it makes of the two mechanisms.

        ``reads`` is *as expected* where coordinated change and both mechanisms go together; otherwise the
        change is a negative case, and it says of what.
        """
        reach = self.reach()
        frame = self.scores.copy()
        if not isinstance(reach, NotEstimable):
            frame = frame.join(reach[["possible", "reached", "enacted"]])
        both = frame[list(self.mechanisms)].all(axis=1)
        came = frame[OUTCOME] == 1
        frame["reads"] = "as expected"
        frame.loc[both & ~came, "reads"] = "all mechanisms, no coordinated change"
        frame.loc[~both & came, "reads"] = "coordinated change without all mechanisms"
        return frame

    def negative_cases(self) -> pd.DataFrame | NotEstimable:
        """Return the changes that do not read as expected."""
        frame = self.one_by_one()
        found = frame[frame["reads"] != "as expected"]
        return found if len(found) else NotEstimable("every change reads as expected")


def _why(found: object) -> NotEstimable:
    return found if isinstance(found, NotEstimable) else NotEstimable("found no web of routines")


def changes_of(
    tables: Mapping[str, pd.DataFrame],
    *,
    mechanisms: Sequence[str] = ("connection", "reflection"),
    horizon: float = float("inf"),
) -> Changes:
    """Read the changes of a dataset.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``episodes``; with ``routines``, ``routine_links`` and ``episode_steps`` also how far they got.
    mechanisms : sequence of str
        The two conditions to cross; where the table lacks one, its first two conditions.
    horizon : float
        Days each change is followed for.

    Raises
    ------
    ValueError
        As `routine_web` and `checked_steps`.

    Examples
    --------
    >>> rows = [("e", "r", 1, 1, 1), ("f", "r", 0, 1, 0)]
    >>> names = ["episode_id", "routine_id", "outcome", "connection", "reflection"]
    >>> found = changes_of({"episodes": pd.DataFrame(rows, columns=names)})
    >>> found.mechanisms, len(found.scores)
    (('connection', 'reflection'), 2)
    """
    episodes = tables["episodes"]
    conditions = conditions_of(episodes)
    known = [name for name in mechanisms if name in conditions]
    crossed = known if len(known) == len(mechanisms) else conditions[:2]
    outcomes = [name for name in (OUTCOME, AT_ODDS) if name in episodes and episodes[name].notna().any()]
    scores = episode_scores(episodes, [*conditions, *(outcomes or [OUTCOME])])
    lacking = [name for name in ("routines", "routine_links", "episode_steps") if name not in tables]
    none = NotEstimable(f"found no table {', '.join(lacking)}")
    web = none if "routines" in lacking or "routine_links" in lacking else estimable(routine_web, tables)
    steps = none if lacking else if_estimable(_steps)(web, tables)
    return Changes(tuple(conditions), tuple(crossed), tuple(outcomes), scores, web, steps, horizon, tables)


def _steps(web: Web, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | NotEstimable:
    return estimable(checked_steps, tables, web)
