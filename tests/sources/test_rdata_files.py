"""Reading R data files: what comes back, and that nothing but a fault comes of what is no R data."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdata
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sources.rdata_files import data_frame, number_matrix, read_objects, sparse_matrix
from analysis.tables.faults import Fault, InvalidInput, raise_faults

PATH = Path("people.rda")
PEOPLE = pd.DataFrame({"age": [41.0, np.nan, 29.0], "name": ["Ann", "Bob", "Cy"]})
BOUNDS = {"minimum": 0, "maximum": 4}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an R data file with a data frame and a matrix."""
    path = tmp_path_factory.mktemp("r") / "small.rda"
    rdata.write_rda(path, {"people": PEOPLE, "network": np.array([[0.0, 1.0], [3.0, 0.0]])})
    return path


def shown(faults: list[Fault]) -> list[str]:
    """Return the faults as people read them."""
    return [str(fault) for fault in faults]


def test_objects_return_as_they_were_written(file: Path) -> None:
    faults: list[Fault] = []
    objects = read_objects(file, ("network", "people"), faults)
    frame = data_frame(
        file,
        "people",
        objects["people"],
        faults,
        numbers={"age": (18, 99)},
        texts=("name",),
        incomplete=("age",),
    )
    network = number_matrix(file, "network", objects["network"], faults, **BOUNDS)
    assert faults == []
    assert network.tolist() == [[0, 1], [3, 0]]
    assert frame["name"].tolist() == ["Ann", "Bob", "Cy"]
    assert frame["age"].fillna(-1).tolist() == [41, -1, 29]
    assert frame.index.tolist() == [0, 1, 2]


def test_each_object_that_is_not_there_is_named_with_those_that_are(file: Path) -> None:
    faults: list[Fault] = []
    assert list(read_objects(file, ("ties", "people", "waves"), faults)) == ["people"]
    there = "allowed: one; the objects are people, network"
    assert shown(faults) == [
        f"small.rda, column ties: found no object of that name; {there}",
        f"small.rda, column waves: found no object of that name; {there}",
    ]


def test_a_missing_file_and_a_folder_are_faults(tmp_path: Path) -> None:
    faults: list[Fault] = []
    read_objects(tmp_path / "gone.rda", ("people",), faults)
    read_objects(tmp_path, ("people",), faults)
    missing, folder = shown(faults)
    assert missing == "gone.rda: found no such file; allowed: run `make data`"
    assert "found no R data (" in folder


def refused(content: bytes) -> str:
    """Return the one fault of a file with this content."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.rda"
        path.write_bytes(content)
        faults: list[Fault] = []
        assert read_objects(path, ("people",), faults) == {}
        with pytest.raises(InvalidInput) as caught:
            raise_faults(faults)
    (fault,) = caught.value.faults
    return str(fault)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"RDX3\nX\n", b"RDX2\nX\n\0\0\0\x02", b"RDX2\nA\n"]))
def test_bytes_that_are_no_r_data_are_one_fault(content: bytes, beginning: bytes) -> None:
    found = refused(beginning + content)
    assert found.startswith(("some.rda: found no R data (", "some.rda, column people: found no object"))


@settings(max_examples=50, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), packed=st.booleans())
def test_a_file_cut_short_is_one_fault(file: Path, share: float, packed: bool) -> None:
    content = file.read_bytes() if packed else gzip.decompress(file.read_bytes())
    assert refused(content[: int(share * len(content))]).startswith("some.rda: found no R data (")


def test_a_page_in_place_of_the_file_is_one_fault() -> None:
    assert "Unknown file type" in refused(b"<html>Too many requests</html>")


def test_classes_unknown_to_python_come_in_parts_without_a_word(data_mirror: Path) -> None:
    faults: list[Fault] = []
    name = "medInnovationsDiffNet"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = read_objects(data_mirror / "diffusion_classics" / f"{name}.rdata", (name,), faults)[name]
    assert (faults, told) == ([], [])
    network = sparse_matrix(PATH, name, found["graph"]["1"], 125, faults, minimum=0, maximum=9)
    assert (int((network > 0).sum()), network.sum()) == (294, 450)


def sparse(**parts: Any) -> SimpleNamespace:
    """Return [[0, 2, 0], [1, 0, 0], [0, 3, 0]] as R keeps it, with some parts replaced."""
    return SimpleNamespace(
        **{"i": [1, 0, 2], "p": [0, 1, 3, 3], "x": [1.0, 2.0, 3.0], "Dim": [3, 3], **parts}
    )


def test_a_sparse_matrix_by_hand() -> None:
    faults: list[Fault] = []
    cells = sparse_matrix(PATH, "graph", sparse(), 3, faults, **BOUNDS)
    assert cells.tolist() == [[0, 2, 0], [1, 0, 0], [0, 3, 0]]
    assert faults == []


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"i": [1, 0, 7]}, "found an object of kind SimpleNamespace (ValueError: "),
        ({"p": [0, 1]}, "found an object of kind SimpleNamespace (ValueError: "),
        ({"x": [1.0, 2.0]}, "found an object of kind SimpleNamespace (ValueError: "),
        ({"Dim": None}, "found an object of kind SimpleNamespace (TypeError: "),
        ({"Dim": [4, 3], "p": [0, 1, 3, 3]}, "found 4 × 3 numbers; allowed: a matrix of numbers, 3 × 3"),
        ({"x": [1.0, 2.0, 5.0]}, "found 5; allowed: a number from 0 to 4"),
    ],
)
def test_what_is_no_such_sparse_matrix_is_a_fault(parts: dict[str, Any], told: str) -> None:
    faults: list[Fault] = []
    sparse_matrix(PATH, "graph", sparse(**parts), 3, faults, **BOUNDS)
    (fault,) = shown(faults)
    assert fault.startswith("people.rda")
    assert told in fault
    faults.clear()
    sparse_matrix(PATH, "graph", pd.DataFrame(), 3, faults, **BOUNDS)
    sparse_matrix(PATH, "graph", 7, 3, faults, **BOUNDS)
    assert len(faults) == 2


def test_every_fault_of_a_data_frame_is_found() -> None:
    faults: list[Fault] = []
    frame = pd.DataFrame({"age": [41.0, 7.0, np.nan], "name": ["Ann", None, "Cy"], "pay": ["a", "b", "c"]})
    wanted = {"age": (18, 99), "pay": (0, 1), "size": (0, 1)}
    read = data_frame(PATH, "people", frame, faults, numbers=wanted, texts=("name",))
    assert read.empty
    assert list(read.columns) == ["age", "pay", "size", "name"]
    assert shown(faults) == [
        "people.rda, row 2, column people$age: found 7; allowed: a number from 18 to 99",
        "people.rda, row 3, column people$age: found a missing cell; allowed: a value",
        f"people.rda, column people$pay: found cells of kind {frame['pay'].dtype}; allowed: numbers",
        "people.rda, column people$size: found no column of that name; "
        "allowed: one; the columns are age, name, pay",
        "people.rda, row 2, column people$name: found a missing cell; allowed: a value",
    ]


@pytest.mark.parametrize(
    ("found", "told"),
    [([1, 2], "an object of kind list"), (PEOPLE.iloc[:0], "a data frame without rows")],
)
def test_what_is_no_data_frame_with_rows_is_a_fault(found: object, told: str) -> None:
    faults: list[Fault] = []
    assert data_frame(PATH, "people", found, faults, numbers={"age": (0, 9)}).empty
    assert shown(faults) == [f"people.rda, column people: found {told}; allowed: a data frame with rows"]


@pytest.mark.parametrize(
    ("found", "shape", "told"),
    [
        (
            np.zeros((2, 3)),
            None,
            "found 2 × 3 numbers; allowed: a matrix of numbers, as many rows as columns",
        ),
        (np.zeros((2, 2)), (3, 2), "found 2 × 2 numbers; allowed: a matrix of numbers, 3 × 2"),
        (np.zeros((0, 0)), None, "found 0 × 0 numbers"),
        (np.array([["a"]]), None, "found an object of kind ndarray"),
        ({"a": 1}, None, "found an object of kind dict"),
        (None, None, "found an object of kind NoneType"),
    ],
)
def test_what_is_no_such_matrix_is_a_fault(found: object, shape: tuple[int, ...] | None, told: str) -> None:
    faults: list[Fault] = []
    cells = number_matrix(PATH, "network", found, faults, shape=shape, **BOUNDS)
    (fault,) = shown(faults)
    assert fault.startswith(f"people.rda, column network: {told}")
    assert (cells.size, cells.ndim) == (0, 2)


CELLS = st.lists(st.sampled_from([0, 4, 5, -1, np.nan]), min_size=3, max_size=3)


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=3, max_size=3))
def test_every_cell_out_of_bounds_is_found_where_it_is(rows: list[list[float]]) -> None:
    faults: list[Fault] = []
    number_matrix(PATH, "network", np.array(rows, float), faults, **BOUNDS)
    wrong = [
        (row + 1, f"network[{row + 1}, {column + 1}]")
        for row in range(3)
        for column in range(3)
        if rows[row][column] not in (0, 4)
    ]
    assert [(fault.row, fault.column) for fault in faults] == wrong
