"""The parameters a notebook declares, and what may be given for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium import parameters as module
from analysis.compendium.parameters import Notebook, Parameter, check_parameters, read_notebook
from analysis.tables.faults import Fault

DATASET = 'dataset: str = "school_leaders"  # which tables to read\n'


def cell(source: str | list[str], *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)} if tags else {}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def read(folder: Path, *cells: dict[str, Any]) -> tuple[Notebook | None, list[str]]:
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells}))
    faults: list[Fault] = []
    return read_notebook(folder / "a.ipynb", faults), [str(fault) for fault in faults]


def declared(folder: Path, *lines: str) -> tuple[Notebook | None, list[str]]:
    return read(folder, cell(DATASET + "\n".join(lines), "parameters"))


def test_a_notebook_is_read(folder: Path) -> None:
    parameters = [
        DATASET,
        "cut: float = 3  # lowest tie\n",
        "waves: list[int] = [\n",
        "    1,\n",
        "]  # which\n",
    ]
    notebook, faults = read(
        folder,
        cell("# Title\n\nWords.", kind="markdown"),
        cell(parameters, "parameters", "wide"),
        cell("print(cut)"),
        cell("not python (", kind="raw"),
        cell("More.", kind="markdown"),
    )
    assert faults == []
    assert notebook is not None
    assert notebook.path == folder / "a.ipynb"
    assert notebook.parameters == {
        "dataset": Parameter("dataset", "str", "school_leaders"),
        "cut": Parameter("cut", "float", 3),
        "waves": Parameter("waves", "list[int]", [1]),
    }
    assert notebook.prose == "# Title\n\nWords.\nMore."
    assert notebook.code == "".join(parameters) + "\nprint(cut)"


def test_the_text_changes_with_every_cell_and_tag_and_not_with_outputs(folder: Path) -> None:
    plain = cell(DATASET, "parameters")
    variants = [
        [plain, cell("x = 1")],
        [plain, cell("x = 2")],
        [cell("x = 1"), plain],
        [plain, cell("x = 1", "wide")],
        [plain, cell("x = 1", kind="markdown")],
        [plain, cell("x = 1"), cell("")],
    ]
    texts = [notebook.text for notebook, _ in (read(folder, *cells) for cells in variants) if notebook]
    assert len(set(texts)) == len(variants)
    executed = {**cell("x = 1"), "outputs": [{"output_type": "stream"}], "execution_count": 7}
    notebook, _ = read(folder, plain, executed)
    assert notebook is not None
    assert notebook.text == texts[0]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "no notebook (JSONDecodeError: "),
        (b"\xff\xfe", "no notebook (UnicodeDecodeError: "),
        (b"[]", "no notebook (TypeError: "),
        (b"{}", "no notebook (KeyError: 'cells')"),
        (b'{"cells": [{"cell_type": "code"}]}', "no notebook (KeyError: 'source')"),
        (b'{"cells": [{"cell_type": "code", "source": 5, "metadata": {}}]}', "no notebook (TypeError: "),
        (
            b'{"cells": [{"cell_type": "code", "source": "", "metadata": []}]}',
            "no notebook (AttributeError: ",
        ),
        (b'{"cells": [{"cell_type": "code", "source": "", "metadata": {"tags": null}}]}', "(TypeError: "),
        (b'{"cells": []}', "found 0 cells tagged `parameters`; allowed: one such cell"),
    ],
)
def test_what_is_no_notebook_is_a_fault(folder: Path, content: bytes, found: str) -> None:
    (folder / "a.ipynb").write_bytes(content)
    faults: list[Fault] = []
    assert read_notebook(folder / "a.ipynb", faults) is None
    assert len(faults) == 1
    assert str(faults[0]).startswith("a.ipynb: found ")
    assert found in str(faults[0])


def test_a_missing_notebook_is_a_fault(folder: Path) -> None:
    faults: list[Fault] = []
    assert read_notebook(folder / "b.ipynb", faults) is None
    assert faults == [Fault("b.ipynb", "no such file", "a notebook")]


def test_one_code_cell_is_tagged(folder: Path) -> None:
    tagged = cell(DATASET, "parameters")
    for cells, count in (
        ([cell(DATASET)], 0),
        ([cell("dataset", "parameters", kind="markdown")], 0),
        ([tagged, tagged], 2),
    ):
        notebook, faults = read(folder, *cells)
        assert notebook is None
        assert faults == [f"a.ipynb: found {count} cells tagged `parameters`; allowed: one such cell"]


def test_every_cell_that_is_no_code_is_named_with_its_line(folder: Path) -> None:
    notebook, faults = read(
        folder,
        cell("dataset: str = (  # left open", "parameters"),
        cell("# heading", kind="markdown"),
        # Joined to the first cell this would be Python.
        cell('"school_leaders")'),
        cell("x = 1\ny = = 2\n"),
        cell("nothing\x00"),
        cell("x = 1"),
    )
    assert notebook is None
    first, third, fourth, fifth = faults
    assert first.startswith(
        "a.ipynb, column cell 1, line 1: found code that cannot be read ('(' was never closed"
    )
    assert third.startswith("a.ipynb, column cell 3, line 1: found code that cannot be read (unmatched ')'")
    assert fourth == (
        "a.ipynb, column cell 4, line 2: found code that cannot be read (invalid syntax: y = = 2); "
        "allowed: Python code"
    )
    assert "column cell 5" in fifth
    assert "null bytes" in fifth


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "cut = 3  # lowest tie",
            "column parameters: found 'cut = 3'; allowed: name: type = default  # comment",
        ),
        ("cut: int  # no default", "column parameters: found 'cut: int'; allowed: name: type ="),
        ("import numpy  # no place for it", "column parameters: found 'import numpy'; allowed"),
        ("cut.x: int = 3  # no name", "column parameters: found 'cut.x: int = 3'; allowed"),
        ("cut: int = 3", "column parameter cut: found no comment; allowed: a comment saying what it does"),
        ('colour: str = "#ff0000"', "column parameter colour: found no comment"),
        ("cut: int = 3.5  # typed", "column parameter cut: found 3.5; allowed: a value of int"),
        ("cut: int = True  # typed", "column parameter cut: found True; allowed: a value of int"),
        ("cut: float = '3'  # typed", "column parameter cut: found '3'; allowed: a value of float"),
        ("cut: str = None  # typed", "column parameter cut: found None; allowed: a value of str"),
        ("cut: list[int] = [1, 2.5]  # typed", "found [1, 2.5]; allowed: a value of list[int]"),
        ("cut: list[int] = (1, 2)  # typed", "found (1, 2); allowed: a value of list[int]"),
        ("cut: int = 2 * 3  # computed", "column parameter cut: found 2 * 3; allowed: a plain value"),
        ("cut: str = f'{1}'  # computed", "column parameter cut: found f'{1}'; allowed: a plain value"),
        ("cut: list[int] = {[]: 1}  # no value at all", "found {[]: 1}; allowed: a plain value"),
        (
            "cut: dict[str, int] = {}  # typed",
            "column parameter cut: found the type dict[str, int]; "
            "allowed: str, int, float, bool, list[…] of one of them, and each … | None",
        ),
    ],
)
def test_a_faulty_declaration_is_the_only_fault(folder: Path, line: str, fault: str) -> None:
    notebook, faults = declared(folder, "seed: int = 1  # sound", line, "threshold: float = 1.5  # sound")
    assert notebook is None
    assert len(faults) == 1
    assert faults[0].startswith("a.ipynb, column parameter")
    assert fault in faults[0]


def test_all_faults_of_the_cell_at_once(folder: Path) -> None:
    notebook, faults = read(folder, cell("cut: int = 'a'\nseed = 1", "parameters"))
    assert notebook is None
    assert [fault.partition(": found ")[2].partition(";")[0] for fault in faults] == [
        "no comment",
        "'a'",
        "'seed = 1'",
    ]


@pytest.mark.parametrize(
    ("annotation", "fitting", "unfitting"),
    [
        ("int", [0, -3, 10**20], [1.0, True, "1", None, [1]]),
        ("float", [0, 1, 2.5, float("inf")], [True, "2.5", None, [2.5]]),
        ("str", ["", "a"], [1, None, ["a"]]),
        ("bool", [True, False], [0, 1, "true", None]),
        ("list[int]", [[], [1, 2]], [1, [1.0], [True], ["1"], [None], (1,), None]),
        ("list[float]", [[], [1, 2.5]], [[True], ["1"], 2.5]),
        ("list[str]", [["a"]], ["a", [1]]),
        ("int | None", [None, 3], [2.5, "a", True]),
        ("list[int] | None", [None, [], [1]], [[None], [1.5], 1]),
        ("list[int | None]", [[], [1, None]], [None, [1.5]]),
    ],
)
def test_values_fit_their_annotation(
    folder: Path, annotation: str, fitting: list[Any], unfitting: list[Any]
) -> None:
    notebook, faults = declared(folder, f"value: {annotation} = {fitting[0]!r}  # tried")
    assert faults == []
    assert notebook is not None
    for value in fitting:
        assert check_parameters({"value": value}, notebook, "study.yml", 7) == []
    for value in unfitting:
        assert check_parameters({"value": value}, notebook, "study.yml", 7) == [
            Fault(
                "study.yml",
                f"{value!r}, of type {type(value).__name__}",
                f"a value of {annotation}",
                7,
                "parameters.value",
            )
        ]


def test_an_unknown_parameter_is_refused_with_the_nearest_known(folder: Path) -> None:
    notebook, _ = declared(folder, "permutations: int = 9  # draws")
    assert notebook is not None
    near, far = check_parameters({"permutation": 9, "zzz": 1}, notebook, "study.yml", 3)
    assert near.found == "an unknown parameter permutation"
    assert near.allowed == "parameters of a.ipynb: dataset, permutations (did you mean permutations?)"
    assert (near.row, near.column) == (3, "parameters.permutation")
    assert far.allowed == "parameters of a.ipynb: dataset, permutations"
