"""Effects of the actor-oriented model: what an actor may be drawn to when choosing ties.

Each is a statistic s_i of actor i's own ties, under RSiena's short name and definition (Ripley, Snijders,
Boda, Vörös & Preciado, Manual for RSiena, chapter "Mathematical definition of effects", evaluation effects of
a network). x_ij is 1 when i sends a tie to j; a plus stands for a sum.

============== ========================================================================= ==================
short name     s_i                                                                       as in p*
============== ========================================================================= ==================
`density`      Σ_j x_ij                                                                  `edges`
`recip`        Σ_j x_ij x_ji                                                             `mutual`
`transTrip`    Σ_jh x_ij x_ih x_hj
`transRecTrip` Σ_jh x_ij x_ji x_ih x_hj
`cycle3`       Σ_jh x_ij x_jh x_hi ÷ 3 in the sum over actors                            `cyclic_triples`
`gwespFF`      Σ_j x_ij e^a (1 − (1 − e^−a)^p), p = Σ_h x_ih x_hj, decay a (.69)
`inPop`        Σ_j x_ij x_+j
`inPopSqrt`    Σ_j x_ij √x_+j
`outAct`       x_i+²
`outActSqrt`   x_i+ √x_i+
`egoX`         Σ_j x_ij (v_i − mean)                                                     `sender`
`altX`         Σ_j x_ij (v_j − mean)                                                     `receiver`
`simX`         Σ_j x_ij (sim_ij − mean sim), sim_ij = 1 − |v_i − v_j| ÷ range            `edge_covariate`
`sameX`        Σ_j x_ij [v_i = v_j]                                                      `match`
`X`            Σ_j x_ij (w_ij − mean)                                                    `edge_covariate`
============== ========================================================================= ==================

By how much a tie changes s_i is the change statistic of p* where the last column names one, and is taken from
`analysis.tie_models.change_statistics` for covariates. Of the others, p* counts all triads and stars that a
tie is part of, the actor-oriented model only those in which the actor who chooses stands first.

Means, ranges and mean similarities are over all actors and over the waves that start a period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats
from analysis.tie_models import saom_kernels as kernels
from analysis.tie_models.change_statistics import change_statistics, edge_covariate, match, receiver, sender

__all__ = ["EFFECTS", "Effect", "Given", "Term", "read_terms"]

Given: TypeAlias = str | tuple[Any, ...]
"""An effect as a caller names it: "recip", ("simX", values, "alcohol"), ("gwespFF", 0.5)."""

DECAY = 0.69  # RSiena's default, log 2 in two digits


@dataclass(frozen=True)
class Effect:
    """What is known of an effect before any data are seen.

    Attributes
    ----------
    name : its long name; {} stands for a covariate's
    kind : the kernel's number for it
    needs : "", "actors" (a value each), "pairs" (a value per cell) or "decay" (optional)
    """

    name: str
    kind: int
    needs: str = ""


EFFECTS: dict[str, Effect] = {
    "density": Effect("outdegree (density)", kernels.DENSITY),
    "recip": Effect("reciprocity", kernels.RECIPROCITY),
    "transTrip": Effect("transitive triplets", kernels.TRANSITIVE),
    "transRecTrip": Effect("transitive reciprocated triplets", kernels.TRANSITIVE_RECIPROCATED),
    "cycle3": Effect("3-cycles", kernels.CYCLE),
    "gwespFF": Effect("GWESP i → k → j", kernels.GWESP, "decay"),
    "inPop": Effect("indegree popularity", kernels.IN_POPULARITY),
    "inPopSqrt": Effect("indegree popularity (root)", kernels.IN_POPULARITY_ROOT),
    "outAct": Effect("outdegree activity", kernels.OUT_ACTIVITY),
    "outActSqrt": Effect("outdegree activity (root)", kernels.OUT_ACTIVITY_ROOT),
    "egoX": Effect("{} ego", kernels.DYADIC, "actors"),
    "altX": Effect("{} alter", kernels.DYADIC, "actors"),
    "simX": Effect("{} similarity", kernels.DYADIC, "actors"),
    "sameX": Effect("same {}", kernels.DYADIC, "actors"),
    "X": Effect("{}", kernels.DYADIC, "pairs"),
}


@dataclass(frozen=True, eq=False)
class Term:
    """An effect of a model, with its covariate made ready.

    Attributes
    ----------
    effect : short name
    name : as results show it
    kind : the kernel's number
    decay : of `gwespFF`, else 0
    cells : (periods, n, n) what a tie in each cell adds, of effects that depend on no other tie; else None
    """

    effect: str
    name: str
    kind: int
    decay: float = 0.0
    cells: Floats | None = None


def read_terms(
    effects: Sequence[Given], actors: int, waves: int
) -> tuple[tuple[Term, ...], list[str], list[str]]:
    """Return the terms that could be read, the faults of what was asked, and the faults of the data given.

    Parameters
    ----------
    effects : sequence of short names, or tuples as `Given` shows
    actors, waves : how many

    Returns
    -------
    terms, faults of the question (unknown, twice, wrong length), faults of the data (a constant covariate)

    Examples
    --------
    >>> terms, wrong, constant = read_terms(["density", ("altX", [1, 2, 6], "age"), "recipr"], 3, 2)
    >>> terms[1].name, terms[1].cells[0, 0].tolist()
    ('age alter', [0.0, -1.0, 3.0])
    >>> len(wrong), constant
    (1, [])
    """
    terms: list[Term] = []
    wrong: list[str] = []
    constant: list[str] = []
    if not effects:
        wrong.append("found no effect; allowed: at least one")
    for given in effects:
        parts = (given,) if isinstance(given, str) else tuple(given)
        short = str(parts[0]) if parts else ""
        effect = EFFECTS.get(short)
        if effect is None:
            wrong.append(f"effect {short!r} is unknown; there are {', '.join(EFFECTS)}")
        elif effect.needs in ("actors", "pairs"):
            term = _covariate(short, effect, parts, actors, waves, wrong, constant)
            terms += [term] if term else []
        elif effect.needs == "decay" and len(parts) <= 2:
            decay = float(parts[1]) if len(parts) == 2 else DECAY
            if not (math.isfinite(decay) and decay > 0):
                wrong.append(f"effect {short}: found decay {decay}; allowed are finite numbers above 0")
            name = effect.name if decay == DECAY else f"{effect.name} ({decay:g})"
            terms.append(Term(short, name, effect.kind, decay))
        elif len(parts) > 1:
            wrong.append(f"effect {short}: found {len(parts) - 1} more parts beside its name; it has none")
        else:
            terms.append(Term(short, effect.name, effect.kind))
    names = [term.name for term in terms]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong += [f"effect {name}: found more than once; each may be there once" for name in twice]
    return tuple(terms), wrong, constant


def _covariate(
    short: str,
    effect: Effect,
    parts: tuple[Any, ...],
    actors: int,
    waves: int,
    wrong: list[str],
    constant: list[str],
) -> Term | None:
    form = f'("{short}", values, "name")'
    if len(parts) != 3 or not isinstance(parts[2], str):
        wrong.append(f"effect {short}: it needs values and what to call them, as in {form}")
        return None
    name = effect.name.format(parts[2])
    values = _by_period(parts[1], effect.needs, name, actors, waves, wrong)
    if values is None:
        return None
    seen = values[:, ~np.eye(actors, dtype=bool)] if effect.needs == "pairs" else values
    seen = seen[~np.isnan(seen)]
    if not seen.size or np.ptp(seen) == 0:
        found = f"the value {seen[0]:g} throughout" if seen.size else "no value"
        constant.append(f"effect {name}: found {found}; a covariate has to vary")
        return None
    return Term(short, name, effect.kind, cells=_cells(short, values, seen))


def _by_period(
    given: npt.ArrayLike | pd.Series[Any] | pd.DataFrame,
    needs: str,
    name: str,
    actors: int,
    waves: int,
    wrong: list[str],
) -> Floats | None:
    """Return values a period, (periods, n) or (periods, n, n); None, and a fault, if they cannot be."""
    try:
        values = np.array(given, dtype=float)
    except (TypeError, ValueError):
        wrong.append(f"effect {name}: its values hold something that is no number")
        return None
    periods = waves - 1
    one = (actors,) if needs == "actors" else (actors, actors)
    if needs == "actors" and values.ndim == 2:
        values = values.T
    many = values.ndim == len(one) + 1 and values.shape[0] in (periods, waves)
    if not (values.shape == one or (many and values.shape[1:] == one)):
        several = (actors, periods) if needs == "actors" else (periods, *one)
        found = values.T.shape if needs == "actors" else values.shape
        wrong.append(
            f"effect {name}: its values have shape {found}; allowed are {one}, or {several} for one a period "
            "(a last one, of the wave that ends the last period, is left out)"
        )
        return None
    if np.isinf(values).any():
        wrong.append(f"effect {name}: a value is infinite; allowed are finite values, and NaN")
        return None
    return values[:periods] if many else np.repeat(values[None], periods, axis=0)


def _cells(short: str, values: Floats, seen: Floats) -> Floats:
    """Return (periods, n, n): what a tie in each cell adds. What is missing adds nothing."""
    nobody = np.zeros((values.shape[1], values.shape[1]))
    if short == "simX":
        similar = 1.0 - np.abs(values[:, :, None] - values[:, None, :]) / np.ptp(seen)
        similar[:, np.eye(len(nobody), dtype=bool)] = np.nan
        values, seen = similar, similar[~np.isnan(similar)]
    if short == "sameX":
        labels = [[repr(one) if one == one else f"missing {k}" for k, one in enumerate(v)] for v in values]
        return np.array([change_statistics(nobody, match(one)) for one in labels])
    form = {"egoX": sender, "altX": receiver}.get(short, edge_covariate)
    centred = np.nan_to_num(values - seen.mean())
    return np.array([change_statistics(nobody, form(one)) for one in centred])
