"""Is a network more inward-looking than chance mixing of the same ties would make it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.frames import keyed_frame
from analysis.resampling.many_tests import derived_seed
from analysis.resampling.monte_carlo import p_error, p_value, replicate_interval
from analysis.result import Result
from analysis.ties.panel import Panel
from analysis.ties.possible import MaybeGroups, Possible
from analysis.ties.structure import group_labels

__all__ = ["ExternalInternalTest", "drawn_with_mixing", "external_internal_test", "mixing_by_wave"]


@dataclass(frozen=True, repr=False)
class ExternalInternalTest(Result):
    """The E-I index against its permutation distribution.

    Attributes
    ----------
    estimate : float
        (external − internal) ÷ all ties (Krackhardt & Stern 1988).
    expected : float
        Its value under random mixing, over the cells that were observed.
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

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"E-I {self.estimate:+.3f}, {self.expected:+.3f} under random mixing; 95 % of "
            f"{self.permutations} permutations lie from {self.lower:+.3f} to {self.upper:+.3f}; "
            f"p = {self.p:.4f}"
        )


def external_internal_test(
    matrix: npt.ArrayLike,
    groups: MaybeGroups | None = None,
    *,
    possible: Possible | None = None,
    permutations: int = 2000,
    seed: int,
) -> ExternalInternalTest:
    """Permute the actors' groups, keeping ties and group sizes, and compare the E-I index.

    Who did not answer names nobody, whatever the school: groups are permuted among those who answered, and
    among those who did not, so that a silent school is not taken for an open one. The value expected under
    random mixing counts the cells that were observed, not all pairs.

    Parameters
    ----------
    matrix : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.
    groups : sequence of length n, optional
        The group of each actor, None or NaN for one without: such people are left out. Not with `possible`.
    possible : Possible, optional
        Who could tie to whom, and the groups.
    permutations : int
        At least 1.
    seed : int
        Starts the permutations.

    Raises
    ------
    ValueError
        When there is not one group per actor, or fewer than one permutation.
    NotEstimable
        When there is no tie between two actors of known groups, no tie could have crossed groups, or none
        could have stayed within one: the index is then not defined.

    Examples
    --------
    Twelve people in groups of 3 and 9; the nine did not answer, the three name everybody:

    >>> matrix = np.ones((12, 12))
    >>> matrix[3:] = np.nan
    >>> found = external_internal_test(matrix, [0] * 3 + [1] * 9, permutations=99, seed=1)
    >>> round(found.estimate, 3), round(found.expected, 3), found.p
    (0.636, 0.636, 1.0)
    """
    require_count("permutations", permutations)
    if possible is None:
        possible = Possible.of(matrix, groups)
    elif groups is not None:
        raise ValueError("found both groups and possible; allowed: one, since possible holds the groups")
    known = possible.groups >= 0
    possible = Possible(possible.cells & known & known[:, None], possible.groups)
    values = possible.seen(matrix)
    ties = np.nan_to_num(values) != 0
    if not ties.any():
        raise NotEstimable("found no tie between two actors; the E-I index needs at least one")
    if not possible.across_possible:
        raise NotEstimable("no tie could have crossed groups, so that the E-I index is not defined")
    if not possible.within_possible:
        raise NotEstimable("no tie could have stayed within a group, so that the E-I index is not defined")
    senders, receivers = ties.nonzero()
    estimate = 1 - 2 * float(possible.same[senders, receivers].mean())
    expected = 1 - 2 * float(possible.same[possible.cells].mean())
    strata = [np.flatnonzero(known & (possible.strata() == kind)) for kind in range(4)]
    generator = np.random.default_rng(seed)
    replicates = np.empty(permutations)
    drawn = possible.groups.copy()
    for index in range(permutations):
        for members in strata:
            drawn[members] = generator.permutation(possible.groups[members])
        internal = np.count_nonzero(drawn[senders] == drawn[receivers])
        replicates[index] = 1 - 2 * internal / len(senders)
    p = p_value(replicates, estimate, "about_centre")
    lower, upper = replicate_interval(replicates)
    return ExternalInternalTest(
        estimate=estimate,
        expected=expected,
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
    groups: MaybeGroups | None = None,
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
    groups : sequence of length n, optional
        The group of each actor, None for one without, who is left out; by default the organizations that the
        panels know. Who was not in the network in a wave is left out of it.
    threshold : float, optional
        Lowest value that counts as a tie.
    permutations, seed : int
        Of each test; each relation and wave has a seed of its own, derived from this one.

    Returns
    -------
    DataFrame
        index `relation`, `wave`; columns ``ties`` (between people of known groups), ``without_group``
        (people left out), ``external_internal``, ``random_mixing`` (expected from the cells that were
        observed), ``lower`` and ``upper`` (95 % of the permutations), ``p``, ``note`` (why the index is not
        defined; empty where it is).

    Raises
    ------
    ValueError
        When there is not one group per actor.
    """
    rows: dict[tuple[str, object], dict[str, object]] = {}
    for relation, panel in panels.items():
        for place, wave in enumerate(panel.waves):
            possible = panel.possible(wave, groups)
            known = possible.groups >= 0
            matrix = possible.seen(panel.matrix(wave, threshold=threshold))
            between = np.nan_to_num(matrix[np.ix_(known, known)]) != 0
            row: dict[str, object] = {
                "ties": int(between.sum()),
                "without_group": int((panel.present[place] & ~known).sum()),
                "note": "",
            }
            try:
                test = external_internal_test(
                    matrix,
                    possible=possible,
                    permutations=permutations,
                    seed=derived_seed(seed, relation, wave),
                )
            except NotEstimable as error:
                row["note"] = (
                    f"not defined: {str(error).removesuffix(', so that the E-I index is not defined')}"
                )
            else:
                row |= {
                    "external_internal": test.estimate,
                    "random_mixing": test.expected,
                    "lower": test.lower,
                    "upper": test.upper,
                    "p": test.p,
                }
            rows[relation, wave] = row
    columns = [
        *("ties", "without_group", "external_internal", "random_mixing"),
        *("lower", "upper", "p", "note"),
    ]
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
