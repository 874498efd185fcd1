"""How far configurations hold when a choice, a case or a score is another, and against chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.evidence.configurations import Kind, Solution, solve
from analysis.evidence.truth_tables import TruthTable, other_table
from analysis.resampling.monte_carlo import p_value

__all__ = ["robustness", "shuffled"]


def robustness(
    table: TruthTable,
    kind: Kind,
    expected: Mapping[str, int] | None = None,
    *,
    consistencies: Sequence[float] = (),
    frequencies: Sequence[int] = (),
) -> pd.DataFrame:
    """Return what becomes of a solution when one choice, one case or one score is another.

    Parameters
    ----------
    table, kind, expected
        As for `solve`.
    consistencies, frequencies : sequences
        Other cut-offs to try.

    Returns
    -------
    DataFrame
        ``change`` (consistency cut-off, frequency cut-off, case left out, condition recoded), ``value`` (the
        cut-off; the case; the case and the condition whose score s is taken as 1 − s), ``models`` (all, in
        words), ``same`` (as before), ``note`` (why there is none).

    Examples
    --------
    >>> from analysis.evidence.truth_tables import truth_table
    >>> scores = pd.DataFrame({"trust": [1, 1, 0], "time": [1, 0, 0], "change": [1, 0, 0]}, index=list("abc"))
    >>> found = robustness(truth_table(scores, "change", ["trust", "time"]), "parsimonious")
    >>> found.loc[found["change"] == "case left out", ["value", "models"]].values.tolist()
    [['a', ''], ['b', 'trust; time'], ['c', 'time']]
    """
    before = solve(table, kind, expected).models
    scores = table.scores
    changes: list[tuple[str, str, pd.DataFrame, dict[str, Any]]] = [
        *(("consistency cut-off", f"{cut:g}", scores, {"consistency": cut}) for cut in consistencies),
        *(("frequency cut-off", str(cut), scores, {"frequency": cut}) for cut in frequencies),
        *(("case left out", str(case), scores.drop(index=case), {}) for case in scores.index),
    ]
    for case, name in product(scores.index, table.conditions):
        other = scores.copy()
        other.loc[case, name] = 1 - other.loc[case, name]
        changes.append(("condition recoded", f"{case}: {name}", other, {}))
    rows = []
    for change, value, changed, cuts in changes:
        models: tuple[tuple[str, ...], ...] = ()
        note = ""
        try:
            models = solve(other_table(table, changed, **cuts), kind, expected).models
        except NotEstimable as error:
            note = f"not estimable: {error}"
        told = "; ".join(" + ".join(model) for model in models)
        rows.append(
            {"change": change, "value": value, "models": told, "same": models == before, "note": note}
        )
    return pd.DataFrame(rows, columns=["change", "value", "models", "same", "note"])


def shuffled(
    table: TruthTable,
    kind: Kind,
    expected: Mapping[str, int] | None = None,
    *,
    seed: int,
    draws: int = 1000,
) -> pd.DataFrame:
    """Return how often outcomes assigned to the cases at random give as good a solution.

    Each time the whole search is done again, as a search finds something consistent in any data.

    Parameters
    ----------
    table, kind, expected
        As for `solve`; of several models the most consistent counts.
    seed, draws : int

    Returns
    -------
    DataFrame
        index ``consistency``, ``coverage``, ``product`` of the two; ``observed``, ``by_chance`` (mean over
        shuffles, one without a solution counting 0) and ``p``: (1 + b) / (1 + m).

    Raises
    ------
    NotEstimable
        When no combination leads to the outcome.

    Examples
    --------
    >>> from analysis.evidence.truth_tables import truth_table
    >>> scores = pd.DataFrame({"trust": [1, 1, 0, 0], "change": [1, 1, 0, 0]}, index=list("abcd"))
    >>> found = shuffled(truth_table(scores, "change", ["trust"]), "complex", seed=1, draws=199)
    >>> bool(0.2 < found.loc["product", "p"] < 0.45)
    True
    """
    require_count("draws", draws)
    observed = _best(solve(table, kind, expected))
    if not observed[0]:
        raise NotEstimable(
            f"found no combination that leads to {table.outcome}; nothing to hold against chance"
        )
    random, name = np.random.default_rng(seed), table.outcome.removeprefix("~")
    values = table.scores[name].to_numpy()
    drawn = np.array(
        [
            _best(
                solve(
                    other_table(table, table.scores.assign(**{name: random.permutation(values)})),
                    kind,
                    expected,
                )
            )
            for _ in range(draws)
        ]
    )
    names = ["consistency", "coverage", "product"]
    return pd.DataFrame(
        {
            "observed": observed,
            "by_chance": drawn.mean(axis=0),
            "p": [p_value(drawn[:, one], observed[one], "greater") for one in range(len(names))],
        },
        index=names,
    )


def _best(solution: Solution) -> tuple[float, float, float]:
    """Return consistency, coverage and their product of the most consistent model."""
    wholes = solution.frame[solution.frame["whole"].astype(bool)]
    if wholes.empty:
        return 0.0, 0.0, 0.0
    consistency, coverage = wholes.sort_values(["consistency", "coverage"])[["consistency", "coverage"]].iloc[
        -1
    ]
    return float(consistency), float(coverage), float(consistency * coverage)
