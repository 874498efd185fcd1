"""The stochastic actor-oriented model: why actors make, keep and drop ties from one wave to the next.

Between two waves actors change one tie at a time, each knowing all ties there are then, and each drawn to
whatever the effects of the model say (Snijders 2001, Sociological Methodology 31, 361-395; Snijders, van de
Bunt & Steglich 2010, Social Networks 32, 44-60). `fit` is the way in. Effects stand in
`analysis.tie_models.saom_effects`; what may be asked of a fit, in `analysis.tie_models.saom_fit`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy.typing as npt

from analysis.checks import require_count
from analysis.tie_models.saom_effects import Given
from analysis.tie_models.saom_estimation import BATCH, estimate
from analysis.tie_models.saom_periods import read_model
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.panel import Panel

__all__ = ["fit"]


def fit(
    panel: Panel,
    effects: Sequence[Given],
    *,
    conditional: bool = False,
    threshold: float | None = None,
    fixed: npt.ArrayLike | None = None,
    simulations: int = 3000,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> ActorModel:
    """Fit an actor-oriented model to a panel by the method of moments.

    Parameters
    ----------
    panel : Panel
        One relation, two waves or more. Actors take part in the periods at both ends of which they were
        present.
    effects : sequence
        Short names (``"density"``, ``"recip"``, …), and with covariates ``("simX", values, "alcohol")``:
        values of shape (n,), or (n, periods) where they change; for ``"X"`` (n, n), or (periods, n, n).
        ``("gwespFF", decay)`` sets another decay than .69.
    conditional : bool
        Whether simulated periods end when as many ties have changed as did, instead of after their time.
    threshold : float, optional
        Lowest value that counts as a tie; without one, values have to be 0 and 1.
    fixed : array-like of bool, shape (waves, n, n), optional
        Cells that could not change in the period that a wave starts (structural zeros and ones).
    simulations : int
        To check the result and compute standard errors, rounded up to a multiple of 50.
    seed : int
        Starts every random step.
    workers : int, optional
        Processes; by default one where little is simulated, else as many as there are cores. Results are the
        same to the last bit.
    told : str
        Name in progress lines; without it there are none.

    Returns
    -------
    ActorModel
        Also when it has not converged, which it says: after three restarts it is the model that does not fit.

    Raises
    ------
    ValueError, NotEstimable
        As `analysis.tie_models.saom_periods.read_model`: every fault at once, before anything is simulated.

    Notes
    -----
    Missing ties are imputed for the simulation, by the last value observed before or by no tie, and left out
    of the statistics with all that they are part of, as RSiena does. Standard errors are of the method of
    moments; small panels have them too small for rates, whose distribution is skew.

    Examples
    --------
    >>> import numpy as np
    >>> first = (np.random.default_rng(1).random((12, 12)) < 0.2).astype(float)
    >>> second = np.where(np.random.default_rng(2).random((12, 12)) < 0.1, 1 - first, first)
    >>> panel = Panel.from_matrices([first, second])
    >>> fitted = fit(panel, ["density", "recip"], simulations=200, seed=1)
    >>> fitted.terms
    ('rate (period 1)', 'outdegree (density)', 'reciprocity')
    >>> fitted.converged
    True
    """
    require_count("simulations", simulations, 2 * BATCH)
    model = read_model(panel, effects, threshold=threshold, fixed=fixed)
    found = estimate(
        model, conditional=conditional, simulations=simulations, seed=seed, workers=workers, told=told
    )
    return ActorModel.of(model, found, conditional=conditional, seed=seed)
