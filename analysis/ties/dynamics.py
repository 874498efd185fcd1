"""How a network changes from wave to wave: ties kept, new, lost; returned, and how soon; who came and went.

What was not observed is never counted as absent: a pair enters a comparison where its cells were observed in
all the waves compared, and what happened to the others is counted as unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.result import Result
from analysis.ties.panel import Panel

__all__ = ["Turnover", "composition", "dyad_transitions", "persistence", "reciprocation", "turnover"]

_UNKNOWN, _NULL, _ONE_WAY, _OTHER_WAY, _MUTUAL = -1, 0, 1, 2, 3
_STATES = {_NULL: "null", _ONE_WAY: "asymmetric", _MUTUAL: "mutual", _UNKNOWN: "not observed"}


@dataclass(frozen=True, repr=False)
class Turnover(Result):
    """Ties of two waves compared, over the ordered pairs observed in both.

    Attributes
    ----------
    kept, new, lost : int
        Ties in both waves, in the later only, in the earlier only.
    absent : int
        Ordered pairs tied in neither.
    missing : int
        Ordered pairs not observed in one wave or the other; they are in none of the other counts.
    """

    kept: int
    new: int
    lost: int
    absent: int
    missing: int

    @property
    def jaccard(self) -> float:
        """Kept ÷ (kept + new + lost); NaN when there is no tie in either wave.

        Below .2 to .3 a stochastic actor-oriented model has too little continuity to hold on to (Snijders,
        van de Bunt & Steglich 2010, Social Networks 32).
        """
        changed_or_kept = self.kept + self.new + self.lost
        return self.kept / changed_or_kept if changed_or_kept else math.nan

    @property
    def hamming(self) -> int:
        """Number of ordered pairs whose tie changed."""
        return self.new + self.lost

    def tidy(self) -> pd.DataFrame:
        """Return one row with every count, the Jaccard index and the Hamming distance."""
        return pd.DataFrame(
            [
                {
                    "kept": self.kept,
                    "new": self.new,
                    "lost": self.lost,
                    "absent": self.absent,
                    "missing": self.missing,
                    "jaccard": self.jaccard,
                    "hamming": self.hamming,
                }
            ]
        )

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"{self.kept} ties kept, {self.new} new, {self.lost} lost (Jaccard {self.jaccard:.3f}); "
            f"{self.missing} ordered pairs not observed in both waves"
        )


def turnover(before: npt.ArrayLike, after: npt.ArrayLike) -> Turnover:
    """Compare two waves of one network.

    Parameters
    ----------
    before, after : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.

    Raises
    ------
    ValueError
        When the matrices are not square or not of one size.

    Examples
    --------
    >>> turnover([[0, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    <Turnover: 1 ties kept, 1 new, 1 lost (Jaccard 0.333); 0 ordered pairs not observed in both waves>
    """
    first, second = _two_waves(before, after)
    pairs = ~np.eye(len(first), dtype=bool)
    observed = ~(np.isnan(first) | np.isnan(second)) & pairs
    early, late = first[observed] != 0, second[observed] != 0
    return Turnover(
        kept=int((early & late).sum()),
        new=int((~early & late).sum()),
        lost=int((early & ~late).sum()),
        absent=int((~early & ~late).sum()),
        missing=int(pairs.sum() - observed.sum()),
    )


def dyad_transitions(before: npt.ArrayLike, after: npt.ArrayLike) -> pd.DataFrame:
    """Count what became of each pair of actors from one wave to the next.

    Parameters
    ----------
    before, after : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.

    Returns
    -------
    DataFrame
        index `before`, columns `after`: null, asymmetric, mutual, not observed (where a cell of the pair is
        missing), turned (asymmetric the other way round; within the row asymmetric). All cells add up to
        n (n − 1) ÷ 2.

    Raises
    ------
    ValueError
        When the matrices are not square or not of one size.

    Examples
    --------
    >>> dyad_transitions([[0, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    after         null  asymmetric  mutual  not observed  turned
    before
    null             1           0       0             0       0
    asymmetric       1           0       1             0       0
    mutual           0           0       0             0       0
    not observed     0           0       0             0       0
    """
    first, second = (_dyad_states(matrix) for matrix in _two_waves(before, after))
    turned = (np.minimum(first, second) == _ONE_WAY) & (np.maximum(first, second) == _OTHER_WAY)
    one, other = (np.where(states == _OTHER_WAY, _ONE_WAY, states) for states in (first, second))
    rows = {
        name: {
            **{into: int(((one == code) & (other == to) & ~turned).sum()) for to, into in _STATES.items()},
            "turned": int(((one == code) & turned).sum()),
        }
        for code, name in _STATES.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(index="before", columns="after")


def reciprocation(panel: Panel, *, threshold: float | None = None) -> pd.DataFrame:
    """Follow every tie that went one way only until it was returned, withdrawn, or lost from sight.

    Parameters
    ----------
    panel : Panel
        Of one relation.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.

    Returns
    -------
    DataFrame
        One row per spell: ``sender``, ``receiver``, ``began`` (wave in which the pair is first seen so),
        ``from`` (null, mutual, asymmetric the other way, or not observed: the state in the wave before;
        "first wave" if there is none), ``ended`` (the first wave in which it is otherwise), ``waited`` (waves
        from `began` to `ended`), ``outcome``: returned, withdrawn, turned (only the other way now), and,
        censored, ``not observed`` (`ended` is the wave not observed) and ``still one-way`` (`ended` is
        missing; `waited` counts to the last wave). A spell of one wave waits 1.
    """
    states = [_dyad_states(panel.matrix(wave, threshold=threshold)) for wave in panel.waves]
    one, other = np.triu_indices(len(panel.actors), 1)
    history = np.stack(states) if states else np.empty((0, len(one)), dtype=int)
    rows = []
    for place in np.flatnonzero(np.isin(history, (_ONE_WAY, _OTHER_WAY)).any(axis=0)):
        ends = (panel.actors[one[place]], panel.actors[other[place]])
        path = history[:, place]
        for start in range(len(path)):
            state = path[start]
            if state not in (_ONE_WAY, _OTHER_WAY) or (start and path[start - 1] == state):
                continue
            stop = start
            while stop < len(path) and path[stop] == state:
                stop += 1
            rows.append(
                {
                    "sender": ends[int(state == _OTHER_WAY)],
                    "receiver": ends[int(state == _ONE_WAY)],
                    "began": panel.waves[start],
                    "from": _before(path, start),
                    "ended": panel.waves[stop] if stop < len(path) else None,
                    "waited": stop - start if stop < len(path) else stop - 1 - start,
                    "outcome": _outcome(path, stop),
                }
            )
    columns = ["sender", "receiver", "began", "from", "ended", "waited", "outcome"]
    found = pd.DataFrame(rows, columns=columns)
    # Beside a missing one, pandas would turn waves that are whole numbers into fractions.
    found["ended"] = pd.Series([row["ended"] for row in rows], dtype=object)
    return found


def _before(path: npt.NDArray[np.int_], start: int) -> str:
    if not start:
        return "first wave"
    state = int(path[start - 1])
    return "asymmetric the other way" if state in (_ONE_WAY, _OTHER_WAY) else _STATES[state]


def _outcome(path: npt.NDArray[np.int_], stop: int) -> str:
    if stop == len(path):
        return "still one-way"
    return {_MUTUAL: "returned", _NULL: "withdrawn", _UNKNOWN: "not observed"}.get(int(path[stop]), "turned")


def persistence(panel: Panel, *, threshold: float | None = None) -> pd.DataFrame:
    """Return how many ties of each wave are there in each later one.

    Parameters
    ----------
    panel, threshold
        As for `reciprocation`.

    Returns
    -------
    DataFrame
        One row for each two waves: ``wave``, ``later``, ``lag`` (in waves), ``ties`` (of the earlier wave
        whose pair was observed in the later, too), ``there`` (of these, in the later), ``share``, missing
        where there is no such tie, ``unknown`` (ties whose pair was not observed in the later wave). A tie
        that went and came back is there.

    Examples
    --------
    >>> waves = [[[0, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]]]
    >>> persistence(Panel.from_matrices(waves))
       wave  later  lag  ties  there  share  unknown
    0     1      2    1     2      1    0.5        0
    """
    rows = []
    for first, wave in enumerate(panel.waves):
        early = panel.matrix(wave, threshold=threshold)
        tied = (np.nan_to_num(early) != 0) & ~np.eye(len(early), dtype=bool)
        for second in range(first + 1, len(panel.waves)):
            late = panel.matrix(panel.waves[second], threshold=threshold)
            seen = tied & ~np.isnan(late)
            there = int((seen & (np.nan_to_num(late) != 0)).sum())
            ties = int(seen.sum())
            rows.append(
                {
                    "wave": wave,
                    "later": panel.waves[second],
                    "lag": second - first,
                    "ties": ties,
                    "there": there,
                    "share": there / ties if ties else math.nan,
                    "unknown": int((tied & ~seen).sum()),
                }
            )
    return pd.DataFrame(rows, columns=["wave", "later", "lag", "ties", "there", "share", "unknown"])


def composition(panel: Panel, *, threshold: float | None = None) -> pd.DataFrame:
    """Return, from each wave to the next, who came, went and answered, and what that hides.

    Parameters
    ----------
    panel, threshold
        As for `reciprocation`.

    Returns
    -------
    DataFrame
        index `waves`; columns ``stayed``, ``joined``, ``left`` (people), ``answered_both``,
        ``answered_first``, ``answered_second`` (of those who stayed, in both waves or only in one), ``gone``
        (ties of the first wave to or from people who left: neither kept nor lost), ``come`` (ties of the
        second to or from people who joined: not new between the same people), ``unknown`` (ties of the first
        wave, among those who stayed, of which the second does not tell).
    """
    rows = {}
    for first, second in pairwise(range(len(panel.waves))):
        early, late = (panel.matrix(panel.waves[place], threshold=threshold) for place in (first, second))
        here, there = panel.present[first], panel.present[second]
        heard, still_heard = panel.answered[first] & there, panel.answered[second] & here
        stayed, left, joined = here & there, here & ~there, there & ~here
        before, after = (np.nan_to_num(matrix) != 0 for matrix in (early, late))
        among = stayed[:, None] & stayed[None, :]
        rows[f"{panel.waves[first]} to {panel.waves[second]}"] = {
            "stayed": int(stayed.sum()),
            "joined": int(joined.sum()),
            "left": int(left.sum()),
            "answered_both": int((heard & still_heard).sum()),
            "answered_first": int((heard & ~still_heard).sum()),
            "answered_second": int((~heard & still_heard).sum()),
            "gone": int((before & (left[:, None] | left[None, :])).sum()),
            "come": int((after & (joined[:, None] | joined[None, :])).sum()),
            "unknown": int((before & among & np.isnan(late)).sum()),
        }
    columns = ["stayed", "joined", "left", "answered_both", "answered_first", "answered_second"]
    columns += ["gone", "come", "unknown"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("waves")


def _two_waves(
    before: npt.ArrayLike, after: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if first.ndim != 2 or first.shape[0] != first.shape[1] or first.shape != second.shape:
        raise ValueError(
            f"found matrices of shape {first.shape} and {second.shape}; allowed: two square ones of one size"
        )
    return first, second


def _dyad_states(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.int_]:
    """Return the state of each pair i < j, as `np.triu_indices` lists them."""
    one, other = np.triu_indices(len(matrix), 1)
    forth, back = matrix[one, other], matrix[other, one]
    states = (np.nan_to_num(forth) != 0) + 2 * (np.nan_to_num(back) != 0)
    found: npt.NDArray[np.int_] = np.where(np.isnan(forth) | np.isnan(back), _UNKNOWN, states)
    return found
