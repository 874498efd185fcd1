"""Who could tie to whom: the cells that could hold a tie, and the groups within which randomness moves.

Nearly every tie between educators stays inside a school, a team, a community. A test that scatters ties over
all pairs, or shuffles people over all schools, compares with a chance that could not have happened, and calls
the walls of the school a finding. Every null of this project therefore takes a `Possible`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats, Integers

__all__ = ["MaybeGroups", "Possible", "group_codes"]

MaybeGroups: TypeAlias = "Sequence[object] | npt.NDArray[np.object_] | pd.Series"
"""The group of each actor; None or NaN where it has none."""


@dataclass(frozen=True, eq=False)
class Possible:
    """Which cells of a network could hold a tie, and to which group each actor belongs.

    Attributes
    ----------
    cells : ndarray of bool, shape (n, n)
        Row could name column. False are the diagonal, absent people, unanswered rows and structural zeros
        (people of other schools, where the survey could not name them). Read-only.
    groups : ndarray of int, shape (n,)
        Code of each actor's group, −1 for one without. "No school given" is not a school: such a person
        shares a group with nobody. Read-only.

    Examples
    --------
    Two schools of two; the survey listed one's own colleagues only:

    >>> inside = Possible.of([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], "aabb", crosses=False)
    >>> int(inside.cells.sum()), inside.across_possible
    (4, False)
    """

    cells: Flags
    groups: Integers

    def __post_init__(self) -> None:
        cells = np.array(self.cells, dtype=bool)
        groups = np.array(self.groups, dtype=np.int64)
        if cells.ndim != 2 or cells.shape[0] != cells.shape[1]:
            raise ValueError(f"the cells have shape {cells.shape}; a square matrix is needed")
        if groups.shape != (len(cells),):
            raise ValueError(f"there are {len(groups)} groups for {len(cells)} actors; one each is needed")
        np.fill_diagonal(cells, False)
        for part in (cells, groups):
            part.setflags(write=False)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "groups", groups)

    @classmethod
    def of(
        cls, matrix: npt.ArrayLike, groups: MaybeGroups | None = None, *, crosses: bool = True
    ) -> Possible:
        """Read from a network what was possible in it.

        Parameters
        ----------
        matrix : array_like of shape (n, n)
            NaN is a cell that was not observed.
        groups : sequence of length n, optional
            The group of each actor, None or NaN for one without; by default all are of one group.
        crosses : bool
            Whether a tie could go to another group. If not, cells between groups are structural zeros.

        Raises
        ------
        ValueError
            When the matrix is not square, there is not one entry of `groups` per actor, or a tie stands where
            none could.
        """
        values = np.asarray(matrix, dtype=float)
        if values.ndim != 2 or values.shape[0] != values.shape[1]:
            raise ValueError(f"the matrix has shape {values.shape}; a square one is needed")
        codes = np.zeros(len(values), np.int64) if groups is None else group_codes(groups, len(values))
        found = cls(~np.isnan(values), codes)
        if crosses:
            return found
        impossible = found.cells & ~found.same & (np.nan_to_num(values) != 0)
        if impossible.any():
            row, column = np.argwhere(impossible)[0]
            raise ValueError(
                f"found {int(impossible.sum())} ties between groups, the first at ({row}, {column}), though "
                "ties are said never to cross; correct the declaration or the ties"
            )
        return cls(found.cells & found.same, codes)

    @property
    def same(self) -> Flags:
        """Cells of two actors of one group, shape (n, n)."""
        same: Flags = (self.groups[:, None] == self.groups) & (self.groups >= 0)
        return same

    @property
    def labels(self) -> npt.NDArray[np.object_]:
        """The group of each actor, None for one without, shape (n,): what takes labels takes these.

        Examples
        --------
        >>> Possible.of([[0, 1], [0, 0]], ["a", None]).labels.tolist()
        [0, None]
        """
        labels = self.groups.astype(object)
        labels[self.groups < 0] = None
        return labels

    @property
    def across_possible(self) -> bool:
        """Whether any tie could have crossed groups; people without a group do not count."""
        known = self.groups >= 0
        return bool((self.cells & ~self.same & known[:, None] & known).any())

    @property
    def within_possible(self) -> bool:
        """Whether any tie could have stayed within a group."""
        return bool((self.cells & self.same).any())

    def seen(self, matrix: npt.ArrayLike) -> Floats:
        """Return the network with NaN in every cell that could not hold a tie: what measures should read.

        Examples
        --------
        >>> possible = Possible.of([[0, 1], [0, 0]], ["a", "b"])
        >>> possible.seen([[0, 1], [0, 0]]).tolist()
        [[nan, 1.0], [0.0, nan]]
        """
        values = np.array(matrix, dtype=float)
        if values.shape != self.cells.shape:
            raise ValueError(f"the matrix has shape {values.shape}; {self.cells.shape} was possible")
        values[~self.cells] = np.nan
        return values

    def blocks(self) -> Integers:
        """Return the block of each cell, shape (n, n): 0 own group, 1 other groups, −1 not possible."""
        return np.where(self.cells, np.where(self.same, 0, 1), -1)

    def strata(self) -> Integers:
        """Return for each actor which of four kinds they are: could name somebody, be named, both, neither.

        Exchanging people between strata would move ties to people who could not have had them: a silent
        person names nobody, whatever the school.
        """
        names, named = self.cells.any(axis=1), self.cells.any(axis=0)
        kinds: Integers = np.where(names, 1, 0) + np.where(named, 2, 0)
        return kinds

    def chance(self, of: str = "schools") -> str:
        """Return in words what a draw within these blocks keeps.

        Examples
        --------
        >>> Possible.of([[0, 1], [0, 0]], ["a", "b"]).chance()
        'everybody names as many people in other schools as they did'
        """
        if len(np.unique(self.groups)) == 1:
            return "everybody names as many people as they did"
        if not self.across_possible:
            return f"everybody names as many people of their own {of[:-1]} as they did"
        if not self.within_possible:
            return f"everybody names as many people in other {of} as they did"
        return f"everybody names as many people within and across {of} as they did"


def group_codes(groups: MaybeGroups, size: int) -> Integers:
    """Return a code per actor, in order of first appearance; −1 for an actor without a group.

    Raises
    ------
    ValueError
        When there is not one entry per actor.

    Examples
    --------
    >>> group_codes(["oak", None, "elm", "oak"], 4).tolist()
    [0, -1, 1, 0]
    """
    labels = list(groups)
    if len(labels) != size:
        raise ValueError(f"there are {len(labels)} groups for {size} actors; one each is needed")
    codes, _ = pd.factorize(pd.Series(labels, dtype="object"))
    return codes.astype(np.int64)
