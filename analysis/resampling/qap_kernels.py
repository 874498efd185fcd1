"""Compiled inner loops of the quadratic assignment procedure, and the draws of its permutations.

A permutation `p` of the actors moves a matrix to `moved[i, j] = matrix[p[i], p[j]]`: rows and columns
together, so that whatever depends on an actor stays together (Hubert 1987). One matrix moves, the
others stay. Whatever is wanted of a linear replicate follows from the cross-products of the columns, and only
those with the moved matrix change: one pass over the cells gives them, and memory does not grow with the
number of permutations. Cells missing in the moved matrix are taken off the cross-products, again row by row.

Permutations come in batches of `BATCH`, each with a random stream of its own (`SeedSequence` spawned by
stream and batch), so that a result depends neither on the number of workers nor on the order of batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.arrays import Floats, Integers
from analysis.parallel import mapped

__all__ = ["BATCH", "LinearPlan", "LogitPlan", "draw_permutations", "replicate"]

Booleans = NDArray[np.bool_]
Orders = NDArray[np.uint32]

BATCH = 100
SINGULAR = 1e-11  # share of a column left after the earlier columns, squared, below which it adds nothing
EXACT = 1e-12  # share of the response's sum of squares below which a fit counts as exact
NEWTON_PASSES = 50
_MANY_CELLS = 20_000_000

# Allowing sums to be reordered lets the compiler use vector instructions; missing cells never enter them.
_compile: Callable[..., Any] = njit(cache=True, nogil=True)
_compile_sums: Callable[..., Any] = njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})


@_compile
def cholesky(matrix: Floats, checked: int) -> bool:
    """Overwrite a (k, k) symmetric matrix with its lower Cholesky factor; False if the columns are dependent.

    Only the first `checked` pivots must be positive: a last one, the residual sum of squares of a response
    put last, may be zero.
    """
    for column in range(matrix.shape[0]):
        total = matrix[column, column]
        pivot = total
        for k in range(column):
            pivot -= matrix[column, k] ** 2
        if column < checked:
            if not pivot > SINGULAR * total:
                return False
        elif pivot <= EXACT * total:
            pivot = 0.0
        root = np.sqrt(pivot)
        matrix[column, column] = root
        for row in range(column + 1, matrix.shape[0]):
            value = matrix[row, column]
            for k in range(column):
                value -= matrix[row, k] * matrix[column, k]
            matrix[row, column] = value / root if root > 0.0 else 0.0
    return True


@_compile
def solve_lower(factor: Floats, size: int, right: Floats) -> None:
    """Overwrite the first `size` entries of `right` with the solution of `factor @ z = right`."""
    for row in range(size):
        for k in range(row):
            right[row] -= factor[row, k] * right[k]
        right[row] /= factor[row, row]


@_compile
def solve_upper(factor: Floats, size: int, right: Floats) -> None:
    """Overwrite the first `size` entries of `right` with the solution of `factor.T @ z = right`."""
    for row in range(size - 1, -1, -1):
        for k in range(row + 1, size):
            right[row] -= factor[k, row] * right[k]
        right[row] /= factor[row, row]


@_compile
def store_terms(
    factor: Floats,
    coefficients: Floats,
    variance: float,
    transform: Floats,
    offset: Floats,
    estimates: Floats,
    statistics: Floats,
) -> None:
    """Write each term's coefficient and statistic; `transform` leads from the fitted columns to the terms."""
    size = coefficients.size
    for term in range(transform.shape[0]):
        direction = transform[term].copy()
        estimate = offset[term]
        for k in range(size):
            estimate += direction[k] * coefficients[k]
        solve_lower(factor, size, direction)
        spread = np.sqrt(variance * np.sum(direction**2))
        estimates[term] = estimate
        statistics[term] = estimate / spread if spread > 0.0 else np.sign(estimate) * np.inf


@_compile_sums
def moved_products(
    permutations: Orders, moving: Floats, columns: Floats, inside: Floats, upper: bool
) -> tuple[Floats, Floats]:
    """Return the (permutations, k) sums over cells of each (k, n, n) column times the moved (n, n) matrix.

    And the (permutations,) sums of its squares over the cells `inside` (1, otherwise 0), if it is not empty.
    Rows are the outer loop: a row of the columns then stays in the fastest memory for a whole batch. Places
    are unsigned and of 32 bits, since a negative one would have to be looked for, cell by cell.
    """
    size = moving.shape[0]
    products = np.zeros((permutations.shape[0], columns.shape[0]))
    squares = np.zeros(permutations.shape[0])
    buffer = np.empty(size)
    for i in range(size):
        first = i if upper else 0
        length = (
            size - first
        )  # loops over slices from 0, which the compiler can turn into vector instructions
        for draw in range(permutations.shape[0]):
            row = moving[permutations[draw, i]]
            order = permutations[draw, first:]
            for j in range(length):
                buffer[j] = row[order[j]]
            for k in range(columns.shape[0]):
                column = columns[k, i, first:]
                total = 0.0
                for j in range(length):
                    total += column[j] * buffer[j]
                products[draw, k] += total
            if inside.size:
                counts = inside[i, first:]
                total = 0.0
                for j in range(length):
                    total += counts[j] * buffer[j] * buffer[j]
                squares[draw] += total
    return products, squares


@_compile_sums
def lost_products(
    permutations: Orders,
    starts: Integers,
    listed: Orders,
    mostly: Booleans,
    whole: Floats,
    columns: Floats,
    inside: Floats,
) -> Floats:
    """Return the (permutations, m) sums of what is no longer used, over cells where the moved matrix lacks.

    They are of the products of the (k, n, n) columns, pair by pair (0 0, 1 0, 1 1, 2 0, …), and last of the
    cells `inside`. `listed` are the columns that lack, row after row, those of row i from `starts[i]`; in a
    row that is `mostly` lacking, the columns that do not, to be taken off the row's sums, `whole` (n, m): a
    person who was silent costs nothing. Where cells come to lie differs from draw to draw; the row they come
    to lie in is the outer loop.
    """
    count, size = permutations.shape
    terms = columns.shape[0]
    inverse = np.empty_like(permutations)
    for draw in range(count):
        for i in range(size):
            inverse[draw, permutations[draw, i]] = i
    lost = np.zeros((count, terms * (terms + 1) // 2 + 1))
    places, buffer = np.empty(size, dtype=np.uint32), np.empty((terms, size))
    for i in range(size):
        for draw in range(count):
            person = permutations[draw, i]
            sign = 1.0
            if mostly[person]:
                sign = -1.0
                lost[draw] += whole[i]
            some = listed[starts[person] : starts[person + 1]]
            length, there = some.size, inverse[draw]
            for cell in range(length):
                places[cell] = there[some[cell]]
            pair = 0
            for k in range(terms):
                column, values = columns[k, i], buffer[k]
                for cell in range(length):
                    values[cell] = column[places[cell]]
                for other in range(k + 1):
                    others = buffer[other]
                    total = 0.0
                    for cell in range(length):
                        total += values[cell] * others[cell]
                    lost[draw, pair] += sign * total
                    pair += 1
            counts = inside[i]
            cells = 0.0
            for cell in range(length):
                cells += counts[places[cell]]
            lost[draw, pair] += sign * cells
    return lost


@_compile
def linear_replicates(
    products: Floats,
    lost: Floats,
    squares: Floats,
    gram: Floats,
    position: int,
    cells: int,
    transform: Floats,
    offset: Floats,
) -> tuple[Floats, Floats, Integers]:
    """Least squares of every replicate from its cross-products; the response is the last column.

    `position` is where the moved matrix stands among the columns: last (it is the response) or next to last.
    `lost` is what the cross-products `gram` of the columns, pair by pair, and the number of `cells` lack in
    each draw. Returns estimates and t statistics, (permutations, terms), NaN where the columns are dependent
    or no degree of freedom is left, and the residual degrees of freedom.
    """
    count, last = products.shape
    estimates = np.full((count, transform.shape[0]), np.nan)
    statistics = np.full((count, transform.shape[0]), np.nan)
    degrees = np.zeros(count, dtype=np.int64)
    full = np.empty((last + 1, last + 1))
    place = np.empty(last, dtype=np.int64)
    for k in range(last):
        place[k] = k if k < position else k + 1
    for draw in range(count):
        pair = 0
        for k in range(last):
            for other in range(k + 1):
                value = gram[k, other] - lost[draw, pair]
                full[place[k], place[other]] = value
                full[place[other], place[k]] = value
                pair += 1
            full[place[k], position] = products[draw, k]
            full[position, place[k]] = products[draw, k]
        used = cells - int(lost[draw, pair])
        full[position, position] = squares[draw]
        degrees[draw] = used - last
        if used <= last or not cholesky(full, last):
            continue
        coefficients = full[last, :last].copy()
        solve_upper(full, last, coefficients)
        variance = full[last, last] ** 2 / (used - last)
        store_terms(full, coefficients, variance, transform, offset, estimates[draw], statistics[draw])
    return estimates, statistics, degrees


@_compile
def newton_logit(
    design: Floats, response: Floats, observed: Booleans, coefficients: Floats, factor: Floats
) -> tuple[bool, float]:
    """Maximise the binomial log-likelihood by Newton's method with step halving, one pass over cells a step.

    `coefficients` (k,) holds the start and then the solution, `factor` (k, k) the Cholesky factor of the
    information at the solution. Under separation a step never shrinks, so that it ends as not converged.
    Returns whether it converged and the log-likelihood.
    """
    size = design.shape[1]
    gradient = np.empty(size)
    step = np.zeros(size)
    previous = -np.inf
    settled = False
    for _ in range(NEWTON_PASSES):
        gradient[:] = 0.0
        factor[:, :] = 0.0
        likelihood = 0.0
        for cell in range(design.shape[0]):
            if not observed[cell]:
                continue
            predictor = 0.0
            for k in range(size):
                predictor += design[cell, k] * coefficients[k]
            small = np.exp(-abs(predictor))
            probability = 1.0 / (1.0 + small) if predictor >= 0.0 else small / (1.0 + small)
            likelihood += response[cell] * predictor - max(predictor, 0.0) - np.log1p(small)
            weight = small / (1.0 + small) ** 2
            for k in range(size):
                gradient[k] += design[cell, k] * (response[cell] - probability)
                for other in range(k + 1):
                    factor[k, other] += weight * design[cell, k] * design[cell, other]
        if likelihood < previous - 1e-10 * (1.0 + abs(previous)):
            for k in range(size):
                step[k] *= 0.5
                coefficients[k] -= step[k]
            settled = False
            continue
        previous = likelihood
        if not cholesky(factor, size):
            return False, likelihood
        if settled:
            return True, likelihood
        step[:] = gradient
        solve_lower(factor, size, step)
        solve_upper(factor, size, step)
        for k in range(size):
            coefficients[k] += step[k]
        settled = np.max(np.abs(step)) < 1e-8 * (1.0 + np.max(np.abs(coefficients)))
    return False, previous


@_compile
def logit_replicates(
    permutations: Orders,
    moving: Floats,
    cells: Integers,
    design: Floats,
    response: Floats,
    position: int,
    start: Floats,
    transform: Floats,
    offset: Floats,
) -> tuple[Floats, Floats, Integers]:
    """Logistic regression of every replicate; arguments and result as in `linear_replicates`.

    `position` below the number of columns puts the moved matrix there, otherwise it is the response. NaN
    marks a replicate whose fit did not converge.
    """
    count = permutations.shape[0]
    size = design.shape[1]
    estimates = np.full((count, transform.shape[0]), np.nan)
    statistics = np.full((count, transform.shape[0]), np.nan)
    degrees = np.zeros(count, dtype=np.int64)
    observed = np.ones(cells.shape[0], dtype=np.bool_)
    working = design.copy()
    outcome = response.copy()
    factor = np.empty((size, size))
    for draw in range(count):
        order = permutations[draw]
        used = 0
        for cell in range(cells.shape[0]):
            value = moving[order[cells[cell, 0]], order[cells[cell, 1]]]
            observed[cell] = not np.isnan(value)
            used += observed[cell]
            if position < size:
                working[cell, position] = value
            else:
                outcome[cell] = value
        degrees[draw] = used - size
        coefficients = start.copy()
        if used <= size or not newton_logit(working, outcome, observed, coefficients, factor)[0]:
            continue
        store_terms(factor, coefficients, 1.0, transform, offset, estimates[draw], statistics[draw])
    return estimates, statistics, degrees


@dataclass(frozen=True)
class LinearPlan:
    """What stays and what moves in the linear replicates of one or more terms.

    Attributes
    ----------
    moving : (n, n) floats, NaN where missing; cells that may never be used (a left-out diagonal) hold 0
    columns : (k, n, n) floats, 0 outside `inside`; regressors, then the response unless that is what moves
    position : place of the moved matrix among all k + 1 columns, the response being last
    inside : (n, n) cells where everything that stays is observed
    eligible : (n, n) cells that count at all; the upper triangle if `upper`
    transform, offset : (terms, k) and (terms,); terms = transform @ coefficients + offset
    """

    moving: Floats
    columns: Floats
    position: int
    inside: Booleans
    eligible: Booleans
    upper: bool
    transform: Floats
    offset: Floats

    @cached_property
    def unchanging(self) -> Unchanging:
        """What every replicate needs and none changes."""
        filled = np.nan_to_num(self.moving)
        flat = self.columns[:, self.inside]
        holes = np.isnan(self.moving)
        mostly = 2 * holes.sum(axis=1) > len(holes)
        listed = holes != mostly[:, None]
        pairs = zip(*np.tril_indices(len(self.columns)), strict=True)
        products = [(self.columns[k] * self.columns[other]).sum(axis=1) for k, other in pairs]
        complete = bool((self.inside == self.eligible).all())
        return Unchanging(
            filled=filled,
            gram=flat @ flat.T,
            square=float((filled[self.eligible] ** 2).sum()) if complete else np.nan,
            cells=int(self.inside.sum()),
            starts=np.concatenate([[0], np.cumsum(listed.sum(axis=1))]).astype(np.int64),
            listed=np.nonzero(listed)[1].astype(np.uint32),
            mostly=mostly,
            whole=np.column_stack([*products, self.inside.sum(axis=1)]),
            inside=np.empty((0, 0)) if complete and not holes.any() else self.inside.astype(np.float64),
        )

    def replicate(self, permutations: Orders) -> tuple[Floats, Floats, Integers]:
        """Return estimates, t statistics and residual degrees of freedom of each (m, n) permutation."""
        known, size = self.unchanging, self.columns.shape[0]
        weights = known.inside if np.isnan(known.square) else known.inside[:0]
        products, squares = moved_products(permutations, known.filled, self.columns, weights, self.upper)
        if not weights.size:
            squares[:] = known.square
        lost = np.zeros((len(permutations), size * (size + 1) // 2 + 1))
        if known.mostly.any() or known.listed.size:
            lost = lost_products(
                permutations,
                known.starts,
                known.listed,
                known.mostly,
                known.whole,
                self.columns,
                known.inside,
            )
        result: tuple[Floats, Floats, Integers] = linear_replicates(
            products, lost, squares, known.gram, self.position, known.cells, self.transform, self.offset
        )
        return result


class Unchanging(NamedTuple):
    """What every linear replicate needs and none changes.

    Attributes
    ----------
    filled : what moves, 0 where it lacks
    gram, cells : cross-products of the columns that stay, over so many cells
    square : sum of squares of what moves; NaN where it hangs on which cells it comes to lie in
    starts, listed : columns of the cells where what moves lacks, row after row, and where each row's start
    mostly : rows that lack more than half; of these, the columns of the cells that do not are listed
    whole : (n, m) sums over each row of the products of the columns that stay, pair by pair, and of `inside`
    inside : 1 in a cell where everything that stays is observed, otherwise 0; empty where nothing lacks
    """

    filled: Floats
    gram: Floats
    cells: int
    square: float
    starts: Integers
    listed: Orders
    mostly: Booleans
    whole: Floats
    inside: Floats


@dataclass(frozen=True)
class LogitPlan:
    """What stays and what moves in the logistic replicates; attributes as in `LinearPlan`, but flat.

    `cells` is (cells, 2), `design` (cells, k) with the moved column's place included, `response` (cells,).
    """

    moving: Floats
    cells: Integers
    design: Floats
    response: Floats
    position: int
    start: Floats
    transform: Floats
    offset: Floats

    def replicate(self, permutations: Orders) -> tuple[Floats, Floats, Integers]:
        """Return estimates, z statistics and residual degrees of freedom of each (m, n) permutation."""
        result: tuple[Floats, Floats, Integers] = logit_replicates(
            permutations,
            self.moving,
            self.cells,
            self.design,
            self.response,
            self.position,
            self.start,
            self.transform,
            self.offset,
        )
        return result


def draw_permutations(
    members: Sequence[Integers], size: int, *, seed: int, stream: int, batch: int
) -> Orders:
    """Draw `size` uniform permutations of the actors, each within its group.

    Parameters
    ----------
    members : the positions of the actors of each group; together 0 … n - 1
    seed, stream, batch : name the random stream, `SeedSequence(seed, spawn_key=(stream, batch))`

    Returns
    -------
    (size, n) unsigned integers of 32 bits
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, batch)))
    permutations = np.empty((size, sum(group.size for group in members)), dtype=np.uint32)
    for group in members:
        permutations[:, group] = generator.permuted(np.tile(group, (size, 1)), axis=1)
    return permutations


def replicate(
    plan: LinearPlan | LogitPlan, members: Sequence[Integers], permutations: int, *, seed: int, stream: int
) -> tuple[Floats, Floats, Integers]:
    """Run a plan over `permutations` draws, batch by batch, and join the batches in their order."""
    if isinstance(plan, LinearPlan):
        _ = plan.unchanging  # once, before several threads ask for it
    task = partial(_batch, plan, members, permutations, seed, stream)
    # What is small is done before a second thread has started.
    workers = None if permutations * plan.moving.size > _MANY_CELLS else 1
    parts = mapped(task, range(0, permutations, BATCH), workers=workers, threads=True)
    estimates, statistics, degrees = (np.concatenate(part) for part in zip(*parts, strict=True))
    return estimates, statistics, degrees


def _batch(
    plan: LinearPlan | LogitPlan,
    members: Sequence[Integers],
    permutations: int,
    seed: int,
    stream: int,
    first: int,
) -> tuple[Floats, Floats, Integers]:
    size = min(BATCH, permutations - first)
    drawn = draw_permutations(members, size, seed=seed, stream=stream, batch=first // BATCH)
    return plan.replicate(drawn)
