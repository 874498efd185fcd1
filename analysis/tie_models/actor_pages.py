"""What the pages on actor-oriented models show: can a panel be followed, what was fitted, and beside what."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.finding import row_of
from analysis.frames import keyed_frame
from analysis.tie_models.saom import fit
from analysis.tie_models.saom_behaviour import CoEvolution, fit_together, read_together
from analysis.tie_models.saom_effects import Given
from analysis.tie_models.saom_fit import GoodnessOfFit, ScoreTest, score_test
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.findings import ENOUGH_KEPT
from analysis.ties.overview import changes
from analysis.ties.panel import Panel

__all__ = [
    "FEW_PEOPLE",
    "MUCH_MISSING",
    "estimates_table",
    "fit_table",
    "fitted_or_not",
    "followed_people",
    "importance_table",
    "left_out",
    "parts_of_test",
    "readiness",
    "together_or_not",
    "together_table",
    "together_validated",
    "validated",
    "with_traits",
]

FEW_PEOPLE = 20
"""People below which estimates are a gamble, as the validation on the study's pages shows."""
MUCH_MISSING = 0.1
"""Share of answers missing above which what is imputed begins to matter (Manual for RSiena)."""

_READY = ["people", "ties", "ties_after", "jaccard", "missing"]
_LEFT_OUT = ("transRecTrip", "cycle3", "inPopSqrt", "outActSqrt")

_MEANINGS = {
    "density": "each tie, before anything else counts",
    "recip": "returning a tie",
    "transTrip": "each person through whom the two are linked already",
    "transRecTrip": "each person through whom the two are linked, where the tie returns one",
    "cycle3": "each circle of three that the tie closes",
    "gwespFF": "the first person through whom the two are linked already",
    "inPop": "each tie that the other receives",
    "inPopSqrt": "each unit of the root of the ties that the other receives",
    "outAct": "each unit of ties squared that one sends",
    "outActSqrt": "each unit of ties sent to the power of 1.5",
    "egoX": "each unit more of one's own {}",
    "altX": "each unit more of the other's {}",
    "simX": "the same {} rather than opposite ends of the scale",
    "sameX": "the same {}",
    "X": "each unit more of {}",
}
"""What an effect's odds ratio belongs to."""

_IN_FULL = {
    "density": "outdegree (density)",
    "recip": "reciprocity",
    "gwesp": "GWESP i → k → j",
    "alter": "habit alter",
    "ego": "habit ego",
    "similarity": "habit similarity",
    "linear": "habit linear shape",
    "quadratic": "habit quadratic shape",
    "average similarity": "habit average similarity",
}
"""What the validation's terms are called in a table beside it."""


def readiness(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Say of each relation and period whether an actor-oriented model can follow it.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.

    Returns
    -------
    DataFrame
        index `relation`, `waves`; columns ``people`` (who answered at both ends), ``ties`` and ``ties_after``
        (of the pairs observed in both), ``jaccard``, ``missing`` (share of ordered pairs not observed in
        both), and in words what stands against a model (``note``), where something does. One row,
        called as the wave, where there is no second.
    """
    compared = changes(panels, threshold=threshold)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for relation, panel in panels.items():
        if len(panel.waves) < 2:
            rows[relation, str(panel.waves[0])] = {
                "people": int(panel.answered[0].sum()),
                "note": "one wave only",
            }
            continue
        for place, (first, second) in enumerate(pairwise(panel.waves)):
            row = row_of(compared, (relation, f"{first} to {second}"))
            there = int((panel.present[place] & panel.present[place + 1]).sum())
            seen = int(row["missing"]) / max(there * (there - 1), 1)
            notes = [
                *(["too much changed at once"] if row["jaccard"] < ENOUGH_KEPT else []),
                *(["few people"] if row["people"] < FEW_PEOPLE else []),
                *(["many answers missing"] if seen > MUCH_MISSING else []),
            ]
            rows[relation, f"{first} to {second}"] = {
                "people": int(row["people"]),
                "ties": int(row["kept"] + row["lost"]),
                "ties_after": int(row["kept"] + row["new"]),
                "jaccard": float(row["jaccard"]),
                "missing": seen,
                **({"note": "; ".join(notes)} if notes else {}),
            }
    return keyed_frame(rows, ["relation", "waves"], _READY)


def followed_people(panel: Panel) -> frozenset[Hashable]:
    """Return whom a model of a panel rests on: everybody there at both ends of some period."""
    there = (panel.present[:-1] & panel.present[1:]).any(axis=0) if len(panel.waves) > 1 else panel.present[0]
    return frozenset((panel.actors[place], panel.relation, "model") for place in np.flatnonzero(there))


def with_traits(
    tables: Mapping[str, pd.DataFrame], panel: Panel, effects: Sequence[str], traits: Sequence[str]
) -> list[Given]:
    """Return effects with the covariates that a dataset has.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors; responses, where a trait is an item.
    panel : Panel
    effects : sequence of str
        Short names of effects without a covariate.
    traits : sequence of str
        Of each: the effects of the sender's, the receiver's and of similar values. An item answered in every
        wave changes with the periods; a column of the table actors does not. ``smoking@1`` is the item in
        wave 1, for all periods, and enters by similarity alone.

    Returns
    -------
    list
        For `analysis.tie_models.saom.fit`; where people belong to several organizations, the same
        organization is the last effect.

    Raises
    ------
    ValueError
        When a trait is neither an item nor a column of actors.
    """
    found: list[Given] = list(effects)
    for trait in traits:
        name, _, wave = trait.partition("@")
        values = _trait(tables, panel, name)
        if wave:
            column = [str(one) for one in panel.waves].index(wave)
            found.append(("simX", values[:, column], name))
        else:
            found += [(short, values, name) for short in ("altX", "egoX", "simX")]
    homes, names = pd.factorize(np.array([home or None for home in panel.homes], dtype=object))
    if panel.crosses and len(names) > 1:
        found.append(("sameX", np.where(homes < 0, np.nan, homes), "organization"))
    return found


def _trait(tables: Mapping[str, pd.DataFrame], panel: Panel, name: str) -> Floats:
    """Return (n, waves), or (n,) of what does not change; NaN where nothing is known."""
    responses = tables.get("responses", pd.DataFrame({"item_id": []}))
    if name in set(responses["item_id"]):
        asked = responses[responses["item_id"] == name]
        wide = asked.pivot_table(index="actor_id", columns="wave", values="value")
        return wide.reindex(index=list(panel.actors), columns=list(panel.waves)).to_numpy(dtype=float)
    if name in tables["actors"].select_dtypes("number"):
        kept: Floats = (
            tables["actors"].set_index("actor_id")[name].reindex(panel.actors).to_numpy(dtype=float)
        )
        return kept
    raise ValueError(f"trait {name!r} is neither an item of responses nor a numeric column of actors")


def fitted_or_not(
    panel: Panel,
    effects: Sequence[Given],
    *,
    threshold: float | None = None,
    conditional: bool = False,
    seed: int,
) -> ActorModel:
    """Fit an actor-oriented model to a panel that can be followed.

    Raises
    ------
    NotEstimable
        With one wave, ties without a direction, a Jaccard index below `ENOUGH_KEPT` in some period, a model
        that does not converge, and as `analysis.tie_models.saom.fit`.
    """
    if len(panel.waves) < 2:
        raise NotEstimable("found one wave; a model of change needs two or more")
    if not panel.directed:
        raise NotEstimable(f"{panel.relation} has no direction; the model is of who sends a tie to whom")
    ready = readiness({panel.relation: panel}, threshold=threshold)
    moved = ready[ready["jaccard"] < ENOUGH_KEPT]
    if len(moved):
        told = ", ".join(
            f"{waves}: {value:.2f}" for waves, value in moved["jaccard"].droplevel("relation").items()
        )
        raise NotEstimable(
            f"Jaccard index {told}; below {ENOUGH_KEPT} too little of a wave is left in the next to follow"
        )
    homes = np.array([str(home) for home in panel.homes])
    fixed = None if panel.crosses else np.repeat((homes[:, None] != homes)[None], len(panel.waves), axis=0)
    fitted = fit(panel, effects, threshold=threshold, conditional=conditional, fixed=fixed, seed=seed)
    if not fitted.converged:
        raise NotEstimable(
            f"not converged after {fitted.restarts} restarts: largest t-ratio {fitted.max_t_ratio:.2f}, "
            f"overall maximum {fitted.overall_max:.2f}; fewer effects may"
        )
    return fitted


def estimates_table(fitted: ActorModel) -> pd.DataFrame:
    """Return one row per term: estimate, standard error, 95 % interval, odds ratio and what it belongs to.

    Returns
    -------
    DataFrame
        index `term`; columns ``estimate``, ``standard_error``, ``lower``, ``upper``, ``p``, ``odds_ratio``,
        ``of`` (what has these odds, beside what has not), ``t_ratio``, ``target``. Rates have no odds: they
        are changes an actor may make in a period.
    """
    table = fitted.tidy().set_index("term")
    rate = table["effect"] == "Rate"
    table["odds_ratio"] = np.where(rate, np.nan, np.exp(table["estimate"]))
    table["of"] = ["changes an actor may make"] * int(rate.sum()) + [
        _MEANINGS[term.effect].format(_covariate(given))
        for term, given in zip(fitted.model.terms, fitted.model.given, strict=True)
    ]
    names = ("estimate", "standard_error", "lower", "upper", "p", "odds_ratio", "of", "t_ratio", "target")
    return table[list(names)]


def _covariate(given: Given) -> str:
    return "" if isinstance(given, str) else str(given[-1])


def left_out(fitted: ActorModel, *, seed: int) -> ScoreTest:
    """Test what every page tests: triads, popularity and activity that the model does without."""
    has = set(fitted.effects)
    return score_test(fitted, [short for short in _LEFT_OUT if short not in has], seed=seed)


def parts_of_test(test: ScoreTest) -> pd.DataFrame:
    """Return a test's parts and the whole, index `term`: ``statistic`` (χ²), ``degrees``, ``p``."""
    table = test.tidy().set_index("term")
    return table[[name for name in ("statistic", "degrees", "p", "one_step") if name in table]]


def fit_table(fits: GoodnessOfFit) -> pd.DataFrame:
    """Return each aspect's p-value and Mahalanobis distance, index `aspect`."""
    frame = pd.DataFrame({"distance": fits.distances, "p": fits.p})
    return frame.rename_axis("aspect")


def together_or_not(
    tables: Mapping[str, pd.DataFrame],
    panel: Panel,
    behaviour: str,
    effects: Sequence[Given],
    *,
    threshold: float | None = None,
    seed: int,
) -> CoEvolution:
    """Fit ties and a behaviour together.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, responses.
    panel : Panel
    behaviour : str
        An item answered in every wave.
    effects : sequence
        Of ties, without the behaviour's.
    threshold, seed
        As for `fitted_or_not`.

    Raises
    ------
    NotEstimable
        As `read_together`, and where the model does not converge.
    """
    values = _trait(tables, panel, behaviour)
    ready = read_together(panel, values, behaviour, effects=effects, threshold=threshold)
    fitted = fit_together(ready, seed=seed)
    if not fitted.converged:
        raise NotEstimable(f"not converged: overall maximum {fitted.overall_max:.2f}")
    return fitted


def together_table(fitted: CoEvolution) -> pd.DataFrame:
    """Return the terms of ties and of the behaviour: index `on`, `term`; the columns of `tidy`."""
    return fitted.tidy().set_index(["on", "term"])


def importance_table(importance: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of `relative_importance` with a row per effect and a column per period."""
    table = importance.pivot_table(index="term", columns="period", values="importance", sort=False)
    return table.set_axis([f"period {period}" for period in table.columns], axis=1)


def validated(stored: Mapping[str, Any], part: str) -> pd.DataFrame:
    """Return what the validation found in networks of each size, index `people` and what it is of.

    Parameters
    ----------
    stored : mapping
        As `analysis.validations.actor_models` writes it.
    part : {"coverage", "levels"}
    """
    frames = {int(size): pd.DataFrame(found[part]) for size, found in stored["by_size"].items()}
    whole = pd.concat(frames, names=["people"]).reset_index("people")
    return whole.set_index(["people", "term" if part == "coverage" else "test"])


def together_validated(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return what the validation of ties and a behaviour that change together found, index ``term``.

    Parameters
    ----------
    stored : mapping
        As `analysis.validations.actor_models` writes it.
    """
    covered = pd.DataFrame(stored["together"]["coverage"])
    return covered.replace({"term": _IN_FULL}).set_index("term")
