"""What coders chose, counted once for each code and document, so that any agreement is a sum of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_one_of

__all__ = ["Tallies", "order_of", "tallies_of_codings", "tallies_of_counts", "tallies_of_ratings"]


@dataclass(frozen=True)
class Tallies:
    """What the coefficients need of C codes, D documents, K categories and P pairs of coders.

    Attributes
    ----------
    codes, documents, categories : tuple of str
    pairs : tuple of pairs of str
        Coders; none where it is not known who rated.
    units : ndarray (C, D)
        Units that anybody rated.
    paired : ndarray (C, D)
        Units that two or more rated.
    shares : ndarray (C, D, K)
        Over the units, the sum of the share of a unit's ratings in each category.
    matches : ndarray (C, D, K, K)
        Over the paired units, the sum of the share of pairs of ratings in each two categories.
    coincidences : ndarray (C, D, K, K)
        The same with a unit counted as often as it was rated: Krippendorff's coincidence matrix.
    crossed : ndarray (C, D, P, K, K)
        For each pair of coders, how often the first chose one category and the second the other.
    """

    codes: tuple[str, ...]
    documents: tuple[str, ...]
    categories: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    units: Floats
    paired: Floats
    shares: Floats
    matches: Floats
    coincidences: Floats
    crossed: Floats


def tallies_of_codings(codings: pd.DataFrame, codebook: pd.DataFrame | None = None) -> Tallies:
    """Count agreement in codings: a segment may have several codes, each a decision of its own.

    Parameters
    ----------
    codings : DataFrame
        ``document_id``, ``segment_id``, ``coder_id``, ``code``, ``applied`` (1 or 0; a row that is missing,
        or whose ``applied`` is, is a segment the coder did not read for that code).
    codebook : DataFrame, optional
        ``code``: the codes there are, in this order; otherwise those of the codings, sorted.

    Raises
    ------
    NotEstimable
        When no segment was read by two coders.
    ValueError
        With all that is wrong: codes the codebook lacks, decisions that are neither 0 nor 1, decisions told
        twice.

    Examples
    --------
    >>> rows = [("d", s, coder, "trust", int(s in applied)) for coder, applied in
    ...         {"x": {1, 2}, "y": {1}}.items() for s in (1, 2, 3)]
    >>> names = ["document_id", "segment_id", "coder_id", "code", "applied"]
    >>> tallies_of_codings(pd.DataFrame(rows, columns=names)).crossed[0, 0, 0].tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    if codings.empty:
        raise NotEstimable("found no coding; agreement needs two coders")
    needed = ["document_id", "segment_id", "coder_id", "code"]
    document, documents = pd.factorize(codings["document_id"], sort=True)
    segment, segments = pd.factorize(codings["segment_id"])
    coder, coders = pd.factorize(codings["coder_id"], sort=True)
    code, found = pd.factorize(codings["code"], sort=True)
    codes = [str(name) for name in found]
    applied = codings["applied"].to_numpy(dtype=float, na_value=np.nan)
    faults = []
    blank = [name for name in needed if codings[name].isna().any()]
    if blank:
        faults.append(f"rows without {', '.join(blank)}")
    odd = ~np.isnan(applied) & (applied != 0) & (applied != 1)
    if odd.any():
        faults.append(
            f"applied {', '.join(f'{value:g}' for value in np.unique(applied[odd]))}; allowed: 0, 1"
        )
    if codebook is not None:
        listed = [str(name) for name in codebook["code"]]
        lacking = sorted(set(codes) - set(listed))
        if lacking:
            faults.append(f"codes the codebook lacks: {', '.join(lacking)}")
        order = {name: position for position, name in enumerate(dict.fromkeys([*listed, *codes]))}
        code = np.array([order[name] for name in codes], dtype=np.int64)[code]
        codes = list(order)
    if not blank:
        place, places = pd.factorize(document.astype(np.int64) * len(segments) + segment)
        unit = place * len(codes) + code
        cell = unit * len(coders) + coder
        chosen = np.full(len(places) * len(codes) * len(coders), -1, dtype=np.int8)
        times = np.bincount(cell, minlength=len(chosen))
        again = times[cell] > 1
        if again.any():
            twice = codings.loc[again, needed].drop_duplicates().astype(str).agg("/".join, axis=1)
            shown = ", ".join(twice.iloc[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
            faults.append(f"decisions told twice: {shown}")
    if faults:
        raise ValueError("found in codings " + "; ".join(faults))
    known = ~np.isnan(applied)
    chosen[cell[known]] = applied[known].astype(np.int8)
    of_place = np.zeros(len(places), dtype=np.int64)
    of_place[place] = document
    groups = (np.arange(len(codes)) * len(documents) + of_place[:, None]).ravel()
    told = tuple(str(name) for name in documents)
    by_coder = chosen.reshape(-1, len(coders))
    return _from_choices(by_coder, groups, tuple(codes), told, ("0", "1"), [str(name) for name in coders])


def tallies_of_ratings(
    ratings: pd.DataFrame, documents: Sequence[object] | None = None, *, name: str = "rating"
) -> Tallies:
    """Count agreement in a table with a row per unit and a column per coder; empty cells are missing.

    Parameters
    ----------
    ratings : DataFrame
        Categories: numbers or words, in order of size or of the alphabet.
    documents : sequence, optional
        Of each row; by default each is its own.
    name : str
        What was rated.

    Raises
    ------
    NotEstimable
        When no unit was rated by two coders.
    ValueError
        When there is not a document for each row.

    Examples
    --------
    >>> tallies_of_ratings(pd.DataFrame({"x": [1, 2, None], "y": [1, 1, 2]})).coincidences.sum(axis=(0, 1))
    array([[2., 1.],
           [1., 0.]])
    """
    values = ratings.to_numpy(dtype=object)
    flat, found = pd.factorize(values.ravel(), sort=True)
    documents = range(len(ratings)) if documents is None else documents
    if len(documents) != len(ratings):
        raise ValueError(f"found {len(documents)} documents; allowed: one for each of {len(ratings)} rows")
    group, names = pd.factorize(np.asarray(documents, dtype=object), sort=False)
    return _from_choices(
        flat.reshape(values.shape),
        group,
        (name,),
        tuple(str(one) for one in names),
        tuple(f"{one:g}" if isinstance(one, float) else str(one) for one in found),
        [str(column) for column in ratings.columns],
    )


def tallies_of_counts(rating_counts: pd.DataFrame, variable: str) -> Tallies:
    """Count agreement where it is known how many chose a category, not who.

    Parameters
    ----------
    rating_counts : DataFrame
        ``unit_id``, ``variable``, ``category``, ``count``, and ``document_id`` if there are documents; by
        default each unit is its own.
    variable : str

    Raises
    ------
    NotEstimable
        When no unit has two ratings.
    ValueError
        For a variable that is not there, and with all negative or broken counts.

    Examples
    --------
    >>> counts = pd.DataFrame({"unit_id": ["a", "a", "b"], "variable": "quality",
    ...                        "category": ["0", "1", "1"], "count": [1, 2, 3]})
    >>> tallies_of_counts(counts, "quality").shares.sum(axis=(0, 1)).round(3).tolist()
    [0.333, 1.667]
    """
    require_one_of("variable", variable, sorted(rating_counts["variable"].astype(str).unique()))
    rows = rating_counts[rating_counts["variable"] == variable]
    wide = rows.pivot_table("count", "unit_id", "category", aggfunc="sum", fill_value=0, sort=False)
    wide = wide[sorted(wide.columns, key=order_of)]
    counts = wide.to_numpy(dtype=float)
    broken = (counts < 0) | (counts != np.floor(counts))
    if broken.any():
        units = ", ".join(wide.index[broken.any(axis=1)].astype(str))
        raise ValueError(f"found counts of {variable} that count nothing, for {units}; allowed: 0, 1, 2, …")
    homes = wide.index.to_numpy()
    if "document_id" in rows and rows["document_id"].notna().any():
        given = rows.drop_duplicates("unit_id").set_index("unit_id")["document_id"]
        homes = given.fillna(pd.Series(given.index, index=given.index)).loc[wide.index].to_numpy()
    group, names = pd.factorize(homes)
    documents = tuple(str(one) for one in names)
    return _from_counts(counts, group, (variable,), documents, tuple(str(one) for one in wide.columns))


def order_of(category: object) -> tuple[int, float, str]:
    """Return a key that sorts numbers by size, before words."""
    try:
        return 0, float(str(category)), ""
    except ValueError:
        return 1, 0.0, str(category)


def _from_choices(
    chosen: Any,
    group: Any,
    codes: tuple[str, ...],
    documents: tuple[str, ...],
    categories: tuple[str, ...],
    coders: list[str],
) -> Tallies:
    """Count choices (units, coders) of category numbers, −1 where there is none."""
    counts = np.stack([(chosen == k).sum(axis=1) for k in range(len(categories))], axis=1, dtype=float)
    of_counts = _from_counts(counts, group, codes, documents, categories)
    pairs = list(combinations(range(len(coders)), 2))
    size, cells = len(categories), len(codes) * len(documents)
    crossed = np.zeros((len(pairs), cells, size, size))
    for number, (first, second) in enumerate(pairs):
        both = (chosen[:, first] >= 0) & (chosen[:, second] >= 0)
        at = (group[both] * size + chosen[both, first]) * size + chosen[both, second]
        crossed[number] = np.bincount(at, minlength=cells * size * size).reshape(cells, size, size)
    by_cell = np.moveaxis(crossed, 0, 1).reshape(len(codes), len(documents), len(pairs), size, size)
    named = tuple((coders[first], coders[second]) for first, second in pairs)
    return Tallies(**{**vars(of_counts), "pairs": named, "crossed": by_cell})


def _from_counts(
    counts: Floats,
    group: Any,
    codes: tuple[str, ...],
    documents: tuple[str, ...],
    categories: tuple[str, ...],
) -> Tallies:
    """Count how often each category was chosen (units, categories); group is code × documents + document."""
    size, cells = len(categories), len(codes) * len(documents)
    number = counts.sum(axis=1)
    if not (number > 1).any():
        raise NotEstimable(
            f"found no unit of {', '.join(codes) or 'any code'} that two coders rated; agreement needs two"
        )

    def added(values: Any) -> Floats:
        return np.bincount(group, weights=values, minlength=cells).astype(float)

    paired = number > 1
    each = np.divide(1.0, number, out=np.zeros_like(number), where=number > 0)
    pair = np.divide(each, number - 1, out=np.zeros_like(number), where=paired)
    matches, coincidences = np.zeros((2, cells, size, size))
    for c in range(size):
        for k in range(c, size):
            met = counts[:, c] * (counts[:, k] - (c == k))
            matches[:, c, k] = matches[:, k, c] = added(met * pair)
            coincidences[:, c, k] = coincidences[:, k, c] = added(met * pair * number)
    shape = (len(codes), len(documents))
    shares = np.stack([added(counts[:, k] * each) for k in range(size)], axis=-1)
    return Tallies(
        codes=codes,
        documents=documents,
        categories=categories,
        pairs=(),
        units=added(number > 0).reshape(shape),
        paired=added(paired).reshape(shape),
        shares=shares.reshape(*shape, size),
        matches=matches.reshape(*shape, size, size),
        coincidences=coincidences.reshape(*shape, size, size),
        crossed=np.zeros((*shape, 0, size, size)),
    )
