"""How an innovation spread over a network: exposure, thresholds, infection, categories of adopters, curves.

A network is an (n, n) matrix, dense or sparse: row names column, so that a person is exposed to those the
person names. Cells other than 0 are ties; NaN is missing and left out, never "no tie"; the diagonal is
ignored. Times of adoption are n numbers, NaN or infinity for who never adopted; **they are nowhere
counted as an adopter**, unless an option that has to be spelt out says so. Periods are increasing numbers; a
time belongs to the first period that is not before it, and the first period takes in all that came earlier.

Exposure is a description. It cannot separate contagion from homophily: see `HOMOPHILY`.

References
----------
Valente, T. W. (1995). Network Models of the Diffusion of Innovations. Hampton Press.
Valente, T. W., Dyal, S. R., Chu, K.-H., Wipfli, H., & Fujimoto, K. (2015). Diffusion of innovations theory
applied to global tobacco control treaty ratification. Social Science & Medicine, 145, 89–97.
Shalizi, C. R., & Thomas, A. C. (2011). Homophily and contagion are generically confounded in observational
social network studies. Sociological Methods & Research, 40, 211–239.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from analysis.networks.structure import Flags, require_one_of

__all__ = [
    "ADOPTER_CATEGORIES",
    "HOMOPHILY",
    "ExposureWeights",
    "Floats",
    "Network",
    "NeverAdopters",
    "adopter_categories",
    "adoption_ranks",
    "adoption_times",
    "cumulative_adoption",
    "exposure",
    "hazard_by_period",
    "infection_susceptibility",
    "inverse_geodesic_weights",
    "observed_network",
    "people_at_risk",
    "structural_equivalence_weights",
    "thresholds",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Network: TypeAlias = Any
"""An (n, n) array-like or a scipy sparse matrix."""
ExposureWeights = Literal["row-normalised", "unnormalised", "structural equivalence"]
NeverAdopters = Literal["missing", "last period", "one period later"]

HOMOPHILY = (
    "Exposure cannot separate contagion from homophily: people alike may be tied and may adopt alike without "
    "any influence (Shalizi & Thomas 2011)."
)
ADOPTER_CATEGORIES = (
    "innovator",
    "early adopter",
    "early majority",
    "late majority",
    "laggard",
    "non-adopter",
)


@dataclass(frozen=True, eq=False)
class _Observed:
    """Ties without the diagonal and what is missing; how many cells are; who has none observed."""

    ties: sparse.csr_array
    missing: int
    silent: Flags


def adoption_times(adoptions: pd.DataFrame, actors: Sequence[str], innovation: str) -> pd.DataFrame:
    """Read one innovation's times out of a table of adoptions.

    Parameters
    ----------
    adoptions : DataFrame
        Columns ``innovation``, ``adopter_id``, ``adopted_on`` (numbers) and ``censored``.
    actors : sequence of str, length n
        In the order of the network.
    innovation : str

    Returns
    -------
    DataFrame
        Index `actors`; ``adopted_on``, infinite where censored, and ``observed_until``, the time of adoption
        or the last at which the actor was known not to have adopted.

    Raises
    ------
    ValueError
        When an actor has no row (which would be unknown, not "never") or two, or a time is no number.
    """
    rows = adoptions[adoptions["innovation"] == innovation]
    twice = rows.loc[rows["adopter_id"].duplicated(), "adopter_id"].tolist()
    if twice:
        raise ValueError(f"{innovation}: more than one row for {twice[:6]}; allowed: one an adopter")
    missing = [actor for actor in actors if actor not in set(rows["adopter_id"])]
    if missing:
        raise ValueError(
            f"{innovation}: no row for {missing[:6]} ({len(missing)} in all); each actor needs one"
        )
    rows = rows.set_index("adopter_id").loc[list(actors)]
    until = pd.to_numeric(rows["adopted_on"], errors="coerce").astype(float)
    if until.isna().any():
        found = rows.loc[until.isna(), "adopted_on"].iloc[0]
        raise ValueError(
            f"{innovation}: adopted_on is {found!r}; allowed: numbers, such as that of the period"
        )
    censored = rows["censored"].astype(int) == 1
    return pd.DataFrame({"adopted_on": until.mask(censored, np.inf), "observed_until": until})


def exposure(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    lag: int,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
) -> Floats:
    """Return how much each person was exposed to adopters in each period.

    E_it = Σ_j w_ij a_j,t−lag, with a_jt = 1 once j has adopted; row-normalised: ÷ Σ_j w_ij.

    Parameters
    ----------
    network : (n, n) matrix, or one for each period
    adoption_time : array-like of length n
    periods : array-like of length T
        Increasing numbers.
    lag : int
        By how many periods the whole of exposure, network and adopters, comes earlier. The first `lag`
        columns are NaN: what came before was not observed.
    weights : {"row-normalised", "unnormalised", "structural equivalence"}
        Share of those named who have adopted; their number (or sum of values); or a mean over everybody
        weighted by `structural_equivalence_weights`.
    valued : bool
        Whether ties count with their values; otherwise each counts 1.
    no_alters : float
        Row-normalised exposure of who names nobody: 0 as in netdiffuseR, or NaN, since there is none.

    Returns
    -------
    ndarray of shape (n, T)
        Between 0 and 1 unless unnormalised. NaN for who has no cell observed.

    Raises
    ------
    ValueError
        When shapes do not fit, a value is negative or infinite, periods do not increase, the lag is negative.
    """
    times, bounds = _times(adoption_time), _periods(periods)
    layers = [_weighted(layer, weights, valued) for layer in _layers(network, len(times), len(bounds))]
    _require_lag(lag)
    ranks = adoption_ranks(times, bounds)
    adopted = (ranks[:, None] <= np.arange(len(bounds))).astype(float)
    result = np.full((len(times), len(bounds)), np.nan)
    if len(layers) == 1:
        last = max(len(bounds) - lag, 0)
        result[:, len(bounds) - last :] = _mean_over(layers[0], adopted[:, :last], weights, no_alters)
        return result
    for period in range(lag, len(bounds)):
        layer = layers[period - lag]
        result[:, period] = _mean_over(layer, adopted[:, [period - lag]], weights, no_alters)[:, 0]
    return result


def thresholds(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    never: NeverAdopters,
    lag: int = 0,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    no_alters: float = 0.0,
) -> Floats:
    """Return each person's exposure in the period of adoption (Valente 1996, Social Networks 18, 69–89).

    Parameters
    ----------
    network, adoption_time, periods, lag, weights, valued, no_alters
        As `exposure`.
    never : {"missing", "last period", "one period later"}
        What who had not adopted by the last period gets: NaN; the exposure of the last period, which the
        threshold at least reaches; or exposure one period later with all of them counted as adopters then,
        as netdiffuseR does with data that give them the period after the last as their time. The last is a
        convention that puts thresholds near 1, and no observation.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ValueError
        As `exposure`, or when `never` is unknown.
    """
    require_one_of("never", never, get_args(NeverAdopters))
    times, bounds = _times(adoption_time), _periods(periods)
    layers = [_weighted(layer, weights, valued) for layer in _layers(network, len(times), len(bounds))]
    _require_lag(lag)
    ranks = adoption_ranks(times, bounds)
    late = ranks == len(bounds)
    own = np.where(late & (never == "last period"), len(bounds) - 1, ranks) - lag
    known = own >= 0
    if never == "missing":
        known &= ~late
    result = np.full(len(times), np.nan)
    for place, layer in enumerate(layers):
        rows = known if len(layers) == 1 else known & (np.minimum(own, len(bounds) - 1) == place)
        result[rows] = _at_own_time(layer, ranks, own, weights, no_alters)[rows]
    return result


def infection_susceptibility(
    network: Network,
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    window: int = 1,
    normalised: bool = True,
) -> pd.DataFrame:
    """Return who was followed by those who name them, and who followed those they name.

    With k = 1 … window and discount 1/k: **infection** of i is the (discounted) share, among those who name i
    and had not adopted k − 1 periods after i, of those who adopted k periods after; **susceptibility** is the
    share, among those i names who had adopted k periods before i or earlier, of those who did so exactly k
    before. Both sum over k above and below the line. Normalised: divided by how many of all n adopted then
    (an adoption in a rush says less).

    Parameters
    ----------
    network : (n, n) matrix
        Static; ties count 1.
    adoption_time : array-like of length n
    periods : array-like of length T
        Increasing numbers; times are taken by their period.
    window : int
        At least 1.
    normalised : bool

    Returns
    -------
    DataFrame
        Columns ``infection`` and ``susceptibility``, a row an actor; NaN for who did not adopt in these
        periods; 0 where there was nobody to infect or to follow.

    Raises
    ------
    ValueError
        As `exposure`, or when the window is below 1.

    References
    ----------
    Myers, D. J. (2000). The diffusion of collective violence. American Journal of Sociology, 106, 173–208;
    Valente et al. (2015). R netdiffuseR's ``infection`` and ``susceptibility``, which put never-adopters in
    the period after the last: give them that time, and its period, to get its numbers.
    """
    if window < 1:
        raise ValueError(f"window is {window}; allowed: 1 or more")
    times, bounds = _times(adoption_time), _periods(periods)
    ties = _layers(network, len(times), None)[0].ties
    senders, receivers = _ends(ties)
    ranks = adoption_ranks(times, bounds)
    adopters_by_rank = np.bincount(ranks, minlength=len(bounds) + 1)[: len(bounds)]
    adopted = ranks < len(bounds)
    gap = ranks[senders] - ranks[receivers]
    result = {}
    for name, owners, others, sign in (
        ("infection", receivers, senders, 1),
        ("susceptibility", senders, receivers, -1),
    ):
        top, bottom, all_then = (np.zeros(len(times)) for _ in range(3))
        for step in range(1, window + 1):
            then = ranks + sign * step
            inside = adopted & (then >= 0) & (then < len(bounds))
            weight = np.where(inside, 1 / step, 0.0)
            top += weight * np.bincount(owners[(gap == step) & adopted[others]], minlength=len(times))
            bottom += weight * np.bincount(owners[gap >= step], minlength=len(times))
            all_then += weight * adopters_by_rank[np.where(inside, then, 0)]
        bottom = bottom * all_then if normalised else bottom
        share = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
        result[name] = np.where(adopted, share, np.nan)
    return pd.DataFrame(result)


def adopter_categories(adoption_time: npt.ArrayLike, *, innovators: bool = True) -> pd.Series:
    """Sort adopters by how far from the mean time they adopted, in standard deviations.

    Innovators: before mean − 2 SD; early adopters: before mean − SD; early majority: before the mean; late
    majority: before mean + SD; laggards: at mean + SD or later. A time on a boundary falls in the later one.

    Parameters
    ----------
    adoption_time : array-like of length n
    innovators : bool
        If false, innovators count as early adopters (as in netdiffuseR).

    Returns
    -------
    Series
        Ordered categories, `ADOPTER_CATEGORIES`. Mean and SD (ddof 1) are those of the adopters alone; who
        never adopted is a non-adopter. Shares of 2.5, 13.5, 34, 34 and 16 % are what the rule gives when
        times are normal; in a short study nobody may be 2 SD early.

    Raises
    ------
    ValueError
        When fewer than two adopted, or all at one time.

    References
    ----------
    Rogers, E. M. (2003). Diffusion of Innovations (5th ed.), ch. 7.
    """
    times = _times(adoption_time)
    adopted = np.isfinite(times)
    distinct = len(np.unique(times[adopted]))
    if distinct < 2:
        raise ValueError(
            f"found {int(adopted.sum())} adopters at {distinct} different times; allowed: 2 times or more"
        )
    mean, deviation = times[adopted].mean(), times[adopted].std(ddof=1)
    cuts = mean + deviation * np.array([-2.0, -1.0, 0.0, 1.0])
    codes = np.where(adopted, np.searchsorted(cuts, times, side="right"), 5)
    if not innovators:
        codes = np.maximum(codes, 1)
    names = pd.CategoricalDtype(list(ADOPTER_CATEGORIES), ordered=True)
    return pd.Series([ADOPTER_CATEGORIES[code] for code in codes], dtype=names, name="category")


def cumulative_adoption(adoption_time: npt.ArrayLike, periods: npt.ArrayLike) -> pd.DataFrame:
    """Count adopters by period.

    Parameters
    ----------
    adoption_time : array-like of length n
    periods : array-like of length T

    Returns
    -------
    DataFrame
        Index ``period``; ``new``, ``adopters`` so far, ``share`` of all n, and ``growth``, new ÷ adopters
        of the period before (NaN without any).

    Raises
    ------
    ValueError
        When nobody is given, periods do not increase, or a time is −∞.
    """
    times, bounds = _times(adoption_time), _periods(periods)
    new = np.bincount(adoption_ranks(times, bounds), minlength=len(bounds) + 1)[: len(bounds)]
    total = np.cumsum(new)
    before = total - new
    growth = np.divide(new, before, out=np.full(len(new), np.nan), where=before > 0)
    return pd.DataFrame(
        {"new": new, "adopters": total, "share": total / len(times), "growth": growth},
        index=pd.Index(bounds, name="period"),
    )


def hazard_by_period(
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    observed_until: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the share of those still without the innovation who adopt, by period.

    Parameters
    ----------
    adoption_time : array-like of length n
    periods : array-like of length T
    observed_until : array-like of length n, optional
        Last time at which each was observed; later periods do not count who had not adopted by then. By
        default everybody is observed throughout.

    Returns
    -------
    DataFrame
        Index ``period``; ``at_risk``, ``new``, ``hazard`` (NaN when nobody is at risk). netdiffuseR's
        ``hazard_rate`` prints 0 for the first period; here it is new ÷ n, to be read as a hazard only where
        the first period is when the innovation came out.

    Raises
    ------
    ValueError
        As `cumulative_adoption`, or when `observed_until` does not fit.
    """
    bounds = _periods(periods)
    at_risk, adopts = people_at_risk(adoption_time, bounds, observed_until=observed_until)
    risk, new = at_risk.sum(axis=0), adopts.sum(axis=0)
    hazard = np.divide(new, risk, out=np.full(len(bounds), np.nan), where=risk > 0)
    return pd.DataFrame(
        {"at_risk": risk, "new": new, "hazard": hazard}, index=pd.Index(bounds, name="period")
    )


def people_at_risk(
    adoption_time: npt.ArrayLike, periods: npt.ArrayLike, *, observed_until: npt.ArrayLike | None = None
) -> tuple[Flags, Flags]:
    """Say who had not adopted before each period and was observed in it, and who adopted in it; (n, T) each.

    Parameters and errors are those of `hazard_by_period`.
    """
    times, bounds = _times(adoption_time), _periods(periods)
    ranks = adoption_ranks(times, bounds)[:, None]
    at_risk: Flags = ranks >= np.arange(len(bounds))
    adopts: Flags = ranks == np.arange(len(bounds))
    if observed_until is not None:
        until = np.asarray(observed_until, dtype=float)
        if until.shape != times.shape or np.isnan(until).any():
            raise ValueError(
                f"observed_until has shape {until.shape} and {int(np.isnan(until).sum())} missing; "
                f"needed: {len(times)} times"
            )
        early = np.isfinite(times) & (until < times)
        if early.any():
            place = int(np.flatnonzero(early)[0])
            raise ValueError(
                f"actor {place} adopted at {times[place]:g} but was observed until {until[place]:g} only"
            )
        at_risk &= until[:, None] >= np.where(np.isfinite(times)[:, None], -np.inf, bounds)
    return at_risk, adopts


def structural_equivalence_weights(
    network: Network, *, power: float = 1.0, valued: bool = False
) -> sparse.csr_array:
    """Return weights that are larger the more alike two people's ties to and from all others are.

    d_ij² = (z_ij − z_ji)² + Σ_k≠i,j (z_ik − z_jk)² + (z_ki − z_kj)², and w_ij = (max_k d_ik − d_ij)^power,
    divided by its sum over j.

    Parameters
    ----------
    network : (n, n) matrix
        Without missing cells: a tie not observed leaves a distance unknown.
    power : float
        Above 0: how much closeness counts.
    valued : bool
        Whether distances are between values; otherwise between presence and absence.

    Returns
    -------
    csr_array of shape (n, n)
        Rows add up to 1, or to 0 where all others are equally far. Holds up to n² weights.

    Raises
    ------
    ValueError
        When a cell is missing, the power is not above 0, or as `exposure`.

    References
    ----------
    Burt, R. S. (1987). Social contagion and innovation: Cohesion versus structural equivalence. American
    Journal of Sociology, 92, 1287–1335. Valente (1995), ch. 4. Distances here are between ties, those of
    netdiffuseR between geodesics.
    """
    if not power > 0:
        raise ValueError(f"power is {power}; allowed: above 0")
    return _equivalence(observed_network(network), power, valued)


def inverse_geodesic_weights(network: Network, *, cutoff: int) -> sparse.csr_array:
    """Return 1 ÷ the number of steps from row to column, 0 beyond `cutoff` steps, rows divided by their sum.

    Raises
    ------
    ValueError
        When the cutoff is below 1, or as `exposure`.
    """
    if cutoff < 1:
        raise ValueError(f"cutoff is {cutoff}; allowed: 1 or more")
    steps = shortest_path(observed_network(network).ties, directed=True, unweighted=True)
    near = (steps > 0) & (steps <= cutoff)
    weights = np.divide(1.0, steps, out=np.zeros_like(steps), where=near)
    return _row_normalised(sparse.csr_array(weights))


def observed_network(network: Network) -> _Observed:
    """Return the ties observed off the diagonal, checked, and who has no cell observed.

    Raises
    ------
    ValueError
        When the matrix is not square, or a value is infinite or negative.
    """
    if sparse.issparse(network):
        cells = sparse.coo_array(network.astype(float))
        cells.sum_duplicates()
    else:
        dense = np.asarray(network, dtype=float)
        if dense.ndim != 2 or dense.shape[0] != dense.shape[1]:
            raise ValueError(f"the matrix has shape {dense.shape}; a square one is needed")
        cells = sparse.coo_array(dense)
    if cells.shape[0] != cells.shape[1]:
        raise ValueError(f"the matrix has shape {cells.shape}; a square one is needed")
    rows, columns = cells.coords
    values, size = cells.data, cells.shape[0]
    wrong = np.flatnonzero(np.isinf(values) | (values < 0))
    if wrong.size:
        place, found = (int(rows[wrong[0]]), int(columns[wrong[0]])), values[wrong[0]]
        raise ValueError(
            f"the matrix is {found:g} at {place}; allowed are finite values of 0 or more, and NaN"
        )
    off = rows != columns
    missing = off & np.isnan(values)
    kept = off & ~missing & (values != 0)
    ties = sparse.csr_array((values[kept], (rows[kept], columns[kept])), shape=cells.shape)
    unseen = np.bincount(rows[missing], minlength=size)
    return _Observed(ties, int(missing.sum()), (unseen == size - 1) & (size > 1))


def adoption_ranks(times: Floats, periods: Floats) -> Integers:
    """Return the place of the period each time belongs to; len(periods) for later and never."""
    ranks: Integers = np.searchsorted(periods, times, side="left").astype(np.int64)
    return ranks


def _times(adoption_time: npt.ArrayLike) -> Floats:
    """Return times with infinity for never."""
    times = np.array(adoption_time, dtype=float)
    if times.ndim != 1 or not times.size:
        raise ValueError(f"adoption_time has shape {times.shape}; needed: one time for each of n actors")
    if np.isneginf(times).any():
        place = int(np.flatnonzero(np.isneginf(times))[0])
        raise ValueError(f"adoption_time is -inf at {place}; allowed: numbers, and inf or NaN for never")
    times[np.isnan(times)] = np.inf
    return times


def _periods(periods: npt.ArrayLike) -> Floats:
    bounds = np.asarray(periods, dtype=float)
    if bounds.ndim != 1 or not bounds.size or not np.isfinite(bounds).all() or (np.diff(bounds) <= 0).any():
        raise ValueError(f"periods are {np.ravel(bounds).tolist()[:12]}; needed: numbers that increase")
    return bounds


def _require_lag(lag: int) -> None:
    if lag < 0 or int(lag) != lag:
        raise ValueError(f"lag is {lag}; allowed: a whole number of periods, 0 or more")


def _layers(network: Network | Sequence[Network], size: int, periods: int | None) -> list[_Observed]:
    """Return the one network, or that of each period, checked against the number of actors and periods."""
    several = isinstance(network, (list, tuple)) and any(map(sparse.issparse, network))
    if not several and not sparse.issparse(network):
        several = np.ndim(network) == 3
    if several and periods is None:
        raise ValueError("found a network for each period; needed: a single one")
    if several and len(network) != periods:
        raise ValueError(f"there are {len(network)} networks for {periods} periods; one each is needed")
    layers = [observed_network(layer) for layer in (network if several else [network])]
    for layer in layers:
        if layer.ties.shape[0] != size:
            raise ValueError(
                f"there are {size} adoption times for {layer.ties.shape[0]} actors; one each is needed"
            )
    return layers


def _weighted(layer: _Observed, weights: ExposureWeights, valued: bool) -> _Observed:
    require_one_of("weights", weights, get_args(ExposureWeights))
    if weights == "structural equivalence":
        return _Observed(_equivalence(layer, 1.0, valued), 0, layer.silent)
    if valued:
        return layer
    ties = layer.ties.copy()
    ties.data = np.ones_like(ties.data)
    return _Observed(ties, layer.missing, layer.silent)


def _equivalence(layer: _Observed, power: float, valued: bool) -> sparse.csr_array:
    if layer.missing:
        raise ValueError(f"the matrix has {layer.missing} missing cells; structural equivalence allows none")
    ties = layer.ties.toarray()
    if not valued:
        ties = (ties != 0).astype(float)
    profiles = np.hstack([ties, ties.T])
    squares = (profiles**2).sum(axis=1)
    between = squares[:, None] + squares[None, :] - 2 * profiles @ profiles.T
    # The cells of i and j themselves enter both sums over k as z_ij² and z_ji²; one difference replaces them.
    between += (ties - ties.T) ** 2 - 2 * ties**2 - 2 * ties.T**2
    distance = np.sqrt(np.where(between > 1e-9, between, 0.0))
    closeness = (distance.max(axis=1, keepdims=True, initial=0.0) - distance) ** power
    np.fill_diagonal(closeness, 0.0)
    return _row_normalised(sparse.csr_array(closeness))


def _mean_over(layer: _Observed, adopted: Floats, weights: ExposureWeights, no_alters: float) -> Floats:
    found: Floats = layer.ties @ adopted
    return _scaled(found, layer, weights, no_alters)


def _at_own_time(
    layer: _Observed, ranks: Integers, own: Integers, weights: ExposureWeights, no_alters: float
) -> Floats:
    """Return exposure in the period `own` of each row; one beyond the last finds everybody an adopter."""
    senders, receivers = _ends(layer.ties)
    reached = np.where(ranks[receivers] <= own[senders], layer.ties.data, 0.0)
    found = np.bincount(senders, weights=reached, minlength=len(ranks)).astype(float)
    return _scaled(found[:, None], layer, weights, no_alters)[:, 0]


def _scaled(found: Floats, layer: _Observed, weights: ExposureWeights, no_alters: float) -> Floats:
    if weights != "unnormalised":
        total = layer.ties.sum(axis=1)[:, None]
        share = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
        # Sums of many weights may pass 1 by a rounding error.
        found = np.where(total > 0, np.minimum(share, 1.0), no_alters)
    found[layer.silent] = np.nan
    return found


def _ends(ties: sparse.csr_array) -> tuple[Integers, Integers]:
    """Return the rows and columns of the ties, in the order of their values."""
    rows = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    return rows.astype(np.int64), ties.indices.astype(np.int64)


def _row_normalised(weights: sparse.csr_array) -> sparse.csr_array:
    total = weights.sum(axis=1)
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ weights)
