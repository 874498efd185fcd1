"""Is a network more inward-looking than chance mixing of the same ties would make it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.frames import keyed_frame
from analysis.resampling.monte_carlo import p_error, p_value, replicate_interval
from analysis.ties.panel import Panel
from analysis.ties.structure import external_internal, external_internal_expected, group_labels

__all__ = ["ExternalInternalTest", "drawn_with_mixing", "external_internal_test", "mixing_by_wave"]


@dataclass(frozen=True)
class ExternalInternalTest:
    """The E-I index against its permutation distribution.

    Attributes
    ----------
    estimate : float
        (external − internal) ÷ all ties (Krackhardt & Stern 1988).
    expected : float
        Its value under random mixing, from the sizes of the groups.
    permutation_mean, permutation_sd, lower, upper : float
        Mean, standard deviation, 2.5 % and 97.5 % points over the permutations.
    p, p_less, p_greater : float
        (1 + b) / (1 + m): two-sided by distance from the permutation mean, and one-sided.
    p_error : float
        Monte Carlo standard error of p.
    permutations, seed : int
        How many, and from which seed.
    """

    estimate: float
    expected: float
    permutation_mean: float
    permutation_sd: float
    lower: float
    upper: float
    p: float
    p_less: float
    p_greater: float
    p_error: float
    permutations: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row, a column an attribute."""
        return pd.DataFrame([self.__dict__])

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"E-I {self.estimate:+.3f}, {self.expected:+.3f} under random mixing; 95 % of "
            f"{self.permutations} permutations lie from {self.lower:+.3f} to {self.upper:+.3f}; "
            f"p = {self.p:.4f}"
        )


def external_internal_test(
    matrix: npt.ArrayLike, groups: Sequence[object], *, permutations: int = 2000, seed: int
) -> ExternalInternalTest:
    """Permute the actors' groups, keeping ties and group sizes, and compare the E-I index.

    Parameters
    ----------
    matrix : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.
    groups : sequence of length n
        The group of each actor.
    permutations : int
        At least 1.
    seed : int
        Starts the permutations.

    Raises
    ------
    ValueError
        When there is not one group per actor, or fewer than one permutation.
    NotEstimable
        When there is no tie.
    """
    values = np.asarray(matrix, dtype=float)
    estimate = external_internal(values, list(groups))
    require_count("permutations", permutations)
    if np.isnan(estimate):
        raise NotEstimable("found no tie between two actors; the E-I index needs at least one")
    ties = np.nan_to_num(values) != 0
    np.fill_diagonal(ties, False)
    senders, receivers = ties.nonzero()
    codes = pd.factorize(pd.Series(list(groups), dtype="object"))[0]
    generator = np.random.default_rng(seed)
    replicates = np.empty(permutations)
    for index in range(permutations):
        drawn = generator.permutation(codes)
        internal = np.count_nonzero(drawn[senders] == drawn[receivers])
        replicates[index] = 1 - 2 * internal / len(senders)
    p = p_value(replicates, estimate, "about_centre")
    lower, upper = replicate_interval(replicates)
    return ExternalInternalTest(
        estimate=estimate,
        expected=external_internal_expected(list(groups)),
        permutation_mean=float(replicates.mean()),
        permutation_sd=float(replicates.std(ddof=1)) if permutations > 1 else float("nan"),
        lower=lower,
        upper=upper,
        p=p,
        p_less=p_value(replicates, estimate, "less"),
        p_greater=p_value(replicates, estimate, "greater"),
        p_error=p_error(p, permutations),
        permutations=permutations,
        seed=seed,
    )


def mixing_by_wave(
    panels: Mapping[str, Panel],
    groups: Sequence[object],
    *,
    threshold: float | None = None,
    permutations: int = 2000,
    seed: int,
) -> pd.DataFrame:
    """Test every relation in every wave with `external_internal_test`.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation; all of the same actors.
    groups : sequence of length n
        The group of each actor. Who was not in the network in a wave is left out of it.
    threshold : float, optional
        Lowest value that counts as a tie.
    permutations, seed : int
        Of each test.

    Returns
    -------
    DataFrame
        index `relation`, `wave`; columns ``ties``, ``external_internal``, ``random_mixing`` (expected from
        the sizes of the groups), ``lower`` and ``upper`` (95 % of the permutations), ``p``; missing in a wave
        without a tie, where a column ``note`` says so.

    Raises
    ------
    ValueError
        When there is not one group per actor, a group is empty, or as `external_internal_test`.
    """
    rows: dict[tuple[str, object], dict[str, object]] = {}
    for relation, panel in panels.items():
        labels = np.array([str(group) for group in group_labels(groups, len(panel.actors))], dtype=object)
        for place, wave in enumerate(panel.waves):
            there = panel.present[place]
            matrix = panel.matrix(wave, threshold=threshold)[np.ix_(there, there)]
            ties = int((np.nan_to_num(matrix) != 0).sum())
            rows[relation, wave] = {"ties": ties}
            try:
                test = external_internal_test(matrix, labels[there], permutations=permutations, seed=seed)
            except NotEstimable as reason:
                rows[relation, wave]["note"] = f"not estimable: {reason}"
                continue
            rows[relation, wave] |= {
                "external_internal": test.estimate,
                "random_mixing": test.expected,
                "lower": test.lower,
                "upper": test.upper,
                "p": test.p,
            }
    columns = ["ties", "external_internal", "random_mixing", "lower", "upper", "p"]
    return keyed_frame(rows, ["relation", "wave"], columns)


def drawn_with_mixing(
    groups: Sequence[object], *, internal: int, external: int, seed: int
) -> npt.NDArray[np.float64]:
    """Draw a network with so many ties within and across groups, each at a place taken at random.

    Parameters
    ----------
    groups : sequence of length n
        The group of each actor.
    internal, external : int
        Ties within groups, and across.
    seed : int
        Starts the draw.

    Returns
    -------
    ndarray of float, shape (n, n)
        0 and 1; its E-I index is (external − internal) ÷ (external + internal).

    Raises
    ------
    ValueError
        When there are fewer ordered pairs of the kind than ties asked for, or a group is empty.
    """
    codes = pd.factorize(pd.Series(group_labels(groups, len(groups)), dtype="object"))[0]
    same = codes[:, None] == codes[None, :]
    pairs = ~np.eye(len(codes), dtype=bool)
    random = np.random.default_rng(seed)
    matrix = np.zeros(same.shape)
    for kind, count, cells in (("internal", internal, same & pairs), ("external", external, ~same)):
        places = np.argwhere(cells)
        if not 0 <= count <= len(places):
            raise ValueError(f"found {kind}={count}; allowed: 0 to {len(places)}, the pairs there are")
        chosen = places[random.choice(len(places), count, replace=False)]
        matrix[chosen[:, 0], chosen[:, 1]] = 1.0
    return matrix
