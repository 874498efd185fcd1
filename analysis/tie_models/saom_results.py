"""What fitting an actor-oriented model gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats
from analysis.result import Result
from analysis.tie_models.saom_estimation import ACCURACY, FASTEST, Draws, Estimate
from analysis.tie_models.saom_periods import Model

__all__ = ["ActorModel"]

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True, repr=False)
class ActorModel(Result):
    """A fitted actor-oriented model.

    Attributes
    ----------
    terms : tuple of str
        ``rate (period 1)``, …, then the effects by RSiena's long names.
    effects : tuple of str
        Their short names: ``Rate``, …, ``density``, ….
    estimates, standard_errors : ndarray of float, shape (p,)
        Rates first: how often an actor may change a tie in a period. Effects: log odds.
    covariance : ndarray of float, shape (q, q)
        Of the parameters searched for: all, or the effects alone when conditional.
    targets : ndarray of float, shape (p,)
        Observed statistics: how many ties changed in each period, then the effects' sums.
    t_ratios : ndarray of float, shape (p,)
        Mean by which simulated statistics miss the targets, over their standard deviation. NaN for rates when
        conditional: there each simulation changes as many ties as changed.
    max_t_ratio, overall_max : float
        Largest absolute t-ratio, and the largest of any linear combination of statistics.
    converged : bool
        Whether these are below .1 and .25, and no rate ran to its bound.
    conditional : bool
    restarts, simulations : int
        How often the search started again, and all simulations made.
    seed : int
    held : tuple of str
        Terms that ran to a bound, whose estimates mean nothing.
    model : Model
        Periods and effects as they were read.
    draws : Draws
        The simulations of phase 3.
    """

    terms: tuple[str, ...]
    effects: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    covariance: Floats
    targets: Floats
    t_ratios: Floats
    max_t_ratio: float
    overall_max: float
    converged: bool
    conditional: bool
    restarts: int
    simulations: int
    seed: int
    held: tuple[str, ...]
    model: Model = field(repr=False)
    draws: Draws = field(repr=False)

    @classmethod
    def of(cls, model: Model, estimate: Estimate, *, conditional: bool, seed: int) -> ActorModel:
        """Put a result together from a model and what was estimated of it."""
        periods = len(model.periods)
        parameters, errors = estimate.parameters, np.sqrt(np.diag(estimate.covariance))
        ratios = estimate.t_ratios
        if conditional:
            times = estimate.draws.times
            parameters = np.concatenate([times.mean(axis=0), parameters])
            errors = np.concatenate([times.std(axis=0, ddof=1), errors])
            ratios = np.concatenate([np.full(periods, np.nan), ratios])
        terms = (*(f"rate (period {k + 1})" for k in range(periods)), *(one.name for one in model.terms))
        return cls(
            terms=terms,
            effects=(*["Rate"] * periods, *(one.effect for one in model.terms)),
            estimates=parameters,
            standard_errors=errors,
            covariance=estimate.covariance,
            targets=np.concatenate([model.distances, model.targets]),
            t_ratios=ratios,
            max_t_ratio=float(np.nanmax(np.abs(ratios))),
            overall_max=estimate.overall,
            converged=estimate.converged,
            conditional=conditional,
            restarts=estimate.restarts,
            simulations=estimate.simulations,
            seed=seed,
            held=tuple(terms[place] for place in estimate.held),
            model=model,
            draws=estimate.draws,
        )

    @property
    def rates(self) -> Floats:
        """Steps an actor makes in each period, (periods,)."""
        return self.estimates[: len(self.model.periods)]

    @property
    def weights(self) -> Floats:
        """The effects' parameters, (effects,)."""
        return self.estimates[len(self.model.periods) :]

    def tidy(self) -> pd.DataFrame:
        """Return one row per term.

        Columns `term`, `effect`, `estimate`, `standard_error`, `t_ratio`, `target`, `lower`, `upper` (95 %;
        rates on the log scale), `p` (two-sided, normal). Rates have no p: nobody doubts that ties change.
        Where the model has not converged, `p`, `lower` and `upper` are NaN.
        """
        rate = np.array([effect == "Rate" for effect in self.effects])
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.exp(norm.ppf(0.975) * self.standard_errors / self.estimates)
            reach = norm.ppf(0.975) * self.standard_errors
            lower = np.where(rate, self.estimates / relative, self.estimates - reach)
            upper = np.where(rate, self.estimates * relative, self.estimates + reach)
            p = np.where(rate, np.nan, 2 * norm.sf(np.abs(self.estimates / self.standard_errors)))
        known = self.converged
        return pd.DataFrame(
            {
                "term": self.terms,
                "effect": self.effects,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "t_ratio": self.t_ratios,
                "target": self.targets,
                "lower": lower if known else np.nan,
                "upper": upper if known else np.nan,
                "p": p if known else np.nan,
            }
        )

    def summary(self) -> str:
        """Return whether it converged, and what each effect does to the odds of a tie."""
        actors, waves = len(self.model.actors), len(self.model.waves)
        kind = "conditional" if self.conditional else "unconditional"
        lines = [
            f"{'Converged' if self.converged else 'NOT CONVERGED'}: largest t-ratio {self.max_t_ratio:.2f} "
            f"(below {ACCURACY[0]} is sought), overall maximum {self.overall_max:.2f} (below {ACCURACY[1]})",
            f"Actor-oriented model, {kind} method of moments; "
            f"{actors} actors, {waves} waves; {self.simulations:,} simulations, {self.restarts} restarts, "
            f"seed {self.seed}",
        ]
        for term in self.held:
            lines.append(f"{term} ran to a bound (at most {FASTEST:g} steps an actor): not estimable")
        for row in self.tidy().to_dict("records"):
            found = f"{row['term']}: {row['estimate']:.3f} (standard error {row['standard_error']:.3f})"
            if row["effect"] == "Rate":
                lines.append(f"{found}; an actor may change a tie {row['estimate']:.1f} times")
            else:
                star = next((mark for bound, mark in STARS if row["p"] < bound), "")
                lines.append(f"{found}{star}; each unit multiplies the odds by {np.exp(row['estimate']):.3g}")
        if self.converged:
            lines.append("* p < .05, ** p < .01, *** p < .001")
        return "\n".join(lines)
