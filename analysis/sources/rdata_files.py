"""Read the objects of R data files (`.rda`, `.rdata`); every fault with file, object, row and column."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rdata
from scipy.sparse import csc_matrix

from analysis.tables.faults import Fault

__all__ = ["data_frame", "number_matrix", "read_objects", "sparse_matrix"]


def read_objects(path: Path, names: Sequence[str], faults: list[Fault]) -> dict[str, Any]:
    """Return the named objects of an R data file.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        Names of the objects wanted.
    faults : list of Fault
        A file that is missing or is no R data, and every object it lacks, are appended here.

    Returns
    -------
    dict
        The objects found. Those of an R class that has no counterpart in Python (a sparse matrix, a diffusion
        network) come as the parts that R keeps them in.
    """
    if not path.exists():
        faults.append(Fault(path.name, "no such file", "run `make data`"))
        return {}
    try:
        with warnings.catch_warnings():
            # Whatever else the reader is in doubt about (a format, text it cannot decode) is a fault.
            warnings.simplefilter("error", UserWarning)
            warnings.filterwarnings("ignore", "Missing constructor for R class", UserWarning)
            # Files of old versions of R do not say how text is written; what is not ASCII then is an error.
            warnings.filterwarnings("ignore", "Unknown encoding. Assumed ASCII", UserWarning)
            content = rdata.read_rda(path)
    # The reader has no error of its own: bytes that are no R data make it raise whatever they lead it to.
    except Exception as error:
        found = f"no R data ({type(error).__name__}: {error})"
        faults.append(Fault(path.name, found, "an R data file with named objects"))
        return {}
    objects = {str(name): value for name, value in content.items()} if isinstance(content, Mapping) else {}
    for name in names:
        if name not in objects:
            allowed = f"one; the objects are {', '.join(objects) or 'none'}"
            faults.append(Fault(path.name, "no object of that name", allowed, column=name))
    return {name: objects[name] for name in names if name in objects}


def data_frame(
    path: Path,
    name: str,
    found: object,
    faults: list[Fault],
    *,
    numbers: Mapping[str, tuple[float, float]],
    texts: Sequence[str] = (),
    incomplete: Collection[str] = (),
) -> pd.DataFrame:
    """Return the named columns of an R data frame, its rows numbered from 0.

    Parameters
    ----------
    path : Path
        The file, to be named.
    name : str
        Name of the object, to be named too.
    found : object
        What was read.
    faults : list of Fault
        An object that is no data frame, each column that is missing or of another kind, and each cell that
        is missing or outside its bounds are appended here; a row is the data frame's own, counted from 1.
    numbers : mapping of str to pair of float
        Columns of numbers with the lowest and the highest there may be.
    texts : sequence of str
        Columns of text (or factors).
    incomplete : collection of str
        Columns in which a cell may be missing.

    Returns
    -------
    DataFrame
        Numbers as float64 (missing: NaN), texts as str; without rows where anything is at fault.
    """
    wanted = [*numbers, *texts]
    empty = pd.DataFrame({column: pd.Series(dtype=float) for column in wanted})
    if not isinstance(found, pd.DataFrame) or not len(found):
        shown = "a data frame without rows" if isinstance(found, pd.DataFrame) else _kind(found)
        faults.append(Fault(path.name, shown, "a data frame with rows", column=name))
        return empty
    before = len(faults)
    read: dict[str, pd.Series] = {}
    for column in wanted:
        place = f"{name}${column}"
        if list(found.columns).count(column) != 1:
            allowed = f"one; the columns are {', '.join(map(str, found.columns))}"
            faults.append(Fault(path.name, "no column of that name", allowed, column=place))
            continue
        cells = found[column].reset_index(drop=True)
        if column in numbers:
            if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
                faults.append(Fault(path.name, f"cells of kind {cells.dtype}", "numbers", column=place))
                continue
            read[column] = cells.astype("Float64").astype(float)
            _check_cells(path, place, read[column], numbers[column], faults)
        else:
            read[column] = cells.astype("string").astype(object)
        if column not in incomplete:
            for position in np.flatnonzero(read[column].isna().to_numpy()).tolist():
                faults.append(Fault(path.name, "a missing cell", "a value", position + 1, place))
    return pd.DataFrame(read) if len(faults) == before else empty


def _check_cells(
    path: Path, place: str, cells: pd.Series, bounds: tuple[float, float], faults: list[Fault]
) -> None:
    outside = ~(cells.between(*bounds) | cells.isna())
    for position in np.flatnonzero(outside.to_numpy()).tolist():
        allowed = f"a number from {bounds[0]:g} to {bounds[1]:g}"
        faults.append(Fault(path.name, f"{cells.iloc[position]:.15g}", allowed, position + 1, place))


def number_matrix(
    path: Path,
    name: str,
    found: object,
    faults: list[Fault],
    *,
    minimum: float,
    maximum: float,
    shape: tuple[int, ...] | None = None,
) -> npt.NDArray[np.float64]:
    """Return an R matrix, or an array of more dimensions, of numbers within bounds.

    Parameters
    ----------
    path, name, found, faults
        As for `data_frame`.
    minimum, maximum : float
        Lowest and highest value of a cell; none may be missing.
    shape : tuple of int, optional
        The shape it must have; without it, as many rows as columns.

    Returns
    -------
    ndarray
        Without cells where the object is at fault.
    """
    cells = np.asarray(getattr(found, "values", found))
    square = shape is None and cells.ndim == 2 and cells.shape[0] == cells.shape[1] > 0
    if not isinstance(found, Mapping) and cells.dtype.kind in "iuf" and (square or cells.shape == shape):
        matrix = cells.astype(float)
        _check_matrix(path, name, matrix, minimum, maximum, faults)
        return matrix
    size = "as many rows as columns" if shape is None else " × ".join(map(str, shape))
    is_array = cells.ndim and cells.dtype.kind in "iuf"
    shown = f"{' × '.join(map(str, cells.shape))} numbers" if is_array else _kind(found)
    faults.append(Fault(path.name, shown, f"a matrix of numbers, {size}", column=name))
    return np.empty((0,) * (2 if shape is None else len(shape)))


def _check_matrix(
    path: Path,
    name: str,
    matrix: npt.NDArray[np.float64],
    minimum: float,
    maximum: float,
    faults: list[Fault],
) -> None:
    # A missing number is in no range.
    for place in np.argwhere(~((matrix >= minimum) & (matrix <= maximum))).tolist():
        cell = f"{name}[{', '.join(str(index + 1) for index in place)}]"
        allowed = f"a number from {minimum:g} to {maximum:g}"
        faults.append(Fault(path.name, f"{matrix[tuple(place)]:.15g}", allowed, place[0] + 1, cell))


def sparse_matrix(
    path: Path, name: str, found: object, size: int, faults: list[Fault], *, minimum: float, maximum: float
) -> npt.NDArray[np.float64]:
    """Return a square sparse matrix of R's Matrix package (class `dgCMatrix`) with all its cells.

    Parameters
    ----------
    path, name, found, faults
        As for `data_frame`.
    size : int
        Number of rows, and of columns.
    minimum, maximum : float
        Lowest and highest value of a cell.

    Returns
    -------
    ndarray of shape (size, size)
        Without cells where the object is at fault.
    """
    try:
        # R keeps the row of each value (i, from 0), where each column begins (p) and the values (x).
        parts = vars(found)
        shape = tuple(int(length) for length in parts["Dim"])
        sparse = csc_matrix((parts["x"], parts["i"], parts["p"]), shape=shape)
        sparse.check_format(full_check=True)
        cells = sparse.toarray()
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        shown = f"{_kind(found)} ({type(error).__name__}: {error})"
        faults.append(Fault(path.name, shown, "a sparse matrix (dgCMatrix)", column=name))
        return np.empty((0, 0))
    return number_matrix(path, name, cells, faults, minimum=minimum, maximum=maximum, shape=(size, size))


def _kind(found: object) -> str:
    return f"an object of kind {type(found).__name__}"
