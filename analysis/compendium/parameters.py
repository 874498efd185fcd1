"""The parameters a notebook declares, and whether given values fit them.

Papermill only warns of a parameter it does not know; here that is an error, before anything runs.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.files import ROOT
from analysis.tables.faults import Fault, raise_faults

__all__ = ["Notebook", "Parameter", "check_parameters", "read_notebook", "typed_parameters"]

_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, its annotation (`int`, `list[float]`, …) and its default."""

    name: str
    annotation: str
    default: Any


@dataclass(frozen=True)
class Notebook:
    """What a run's key and its checks need to know of a notebook."""

    path: Path
    code: str
    prose: str
    text: str
    parameters: dict[str, Parameter]

    @property
    def title(self) -> str:
        """Its first heading."""
        headings = (line for line in self.prose.splitlines() if line.startswith("# "))
        return next(headings, self.path.stem).removeprefix("# ").strip()


def read_notebook(path: Path, faults: list[Fault]) -> Notebook | None:
    """Read a notebook's cells and declared parameters; faults are appended, and None returned.

    Every parameter is an annotated assignment with a comment, in the one cell tagged `parameters`.
    """
    where = path.relative_to(ROOT).as_posix()
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [
            (cell["cell_type"], "".join(cell["source"]), list(cell["metadata"].get("tags", [])))
            for cell in cells
        ]
    except FileNotFoundError:
        faults.append(Fault(where, "no such file", "a notebook"))
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        faults.append(
            Fault(where, f"no notebook ({type(error).__name__}: {error})", "a Jupyter notebook, format 4")
        )
        return None
    tagged = [source for kind, source, tags in sources if kind == "code" and "parameters" in tags]
    if len(tagged) != 1:
        faults.append(Fault(where, f"{len(tagged)} cells tagged `parameters`", "one such cell"))
        return None
    before = len(faults)
    for number, (kind, source, _) in enumerate(sources, start=1):
        if kind == "code":
            faults.extend(_unreadable(source, where, number))
    if len(faults) > before:
        return None
    code = "\n".join(source for kind, source, _ in sources if kind == "code")
    parameters = {parameter.name: parameter for parameter in _declared(tagged[0], where, faults)}
    prose = "\n".join(source for kind, source, _ in sources if kind == "markdown")
    text = json.dumps(sources)
    return Notebook(path, code, prose, text, parameters) if len(faults) == before else None


def _unreadable(source: str, where: str, number: int) -> list[Fault]:
    """Return a fault when a cell, the `number`-th of its notebook, is no Python code."""
    try:
        ast.parse(source)
    # A null byte is a ValueError to the first releases of Python 3.11.
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "text", None) or ""
        found = f"code that cannot be read ({getattr(error, 'msg', error)}: {line.strip()})"
        at = f"cell {number}, line {getattr(error, 'lineno', None) or 1}"
        return [Fault(where, found, "Python code", column=at)]
    return []


def _declared(source: str, where: str, faults: list[Fault]) -> list[Parameter]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    commented = {token.end[0] for token in tokens if token.type == tokenize.COMMENT}
    found = []
    for node in ast.parse(source).body:
        if not (
            isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        ):
            allowed = "name: type = default  # comment"
            faults.append(Fault(where, repr(ast.unparse(node)), allowed, column="parameters"))
            continue
        name, annotation = node.target.id, ast.unparse(node.annotation)
        if node.end_lineno not in commented:
            faults.append(
                Fault(where, "no comment", "a comment saying what it does", column=f"parameter {name}")
            )
        try:
            parameter = Parameter(name, annotation, ast.literal_eval(node.value))
        except (TypeError, ValueError):
            faults.append(Fault(where, ast.unparse(node.value), "a plain value", column=f"parameter {name}"))
            continue
        if not _is_known(annotation):
            allowed = f"{', '.join(_TYPES)}, list[…] of one of them, and each … | None"
            faults.append(Fault(where, f"the type {annotation}", allowed, column=f"parameter {name}"))
        elif not _fits(parameter.default, annotation):
            faults.append(
                Fault(where, repr(parameter.default), f"a value of {annotation}", column=f"parameter {name}")
            )
        found.append(parameter)
    return found


def check_parameters(given: Mapping[str, Any], notebook: Notebook, file: str, line: int) -> list[Fault]:
    """Return a fault for every value that no declared parameter takes, by name or by type."""
    faults = []
    for name, value in given.items():
        parameter = notebook.parameters.get(name)
        if parameter is None:
            near = difflib.get_close_matches(name, notebook.parameters, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            allowed = f"parameters of {notebook.path.name}: {', '.join(notebook.parameters)}{hint}"
            faults.append(Fault(file, f"an unknown parameter {name}", allowed, line, f"parameters.{name}"))
        elif not _fits(value, parameter.annotation):
            found = f"{value!r}, of type {type(value).__name__}"
            faults.append(
                Fault(file, found, f"a value of {parameter.annotation}", line, f"parameters.{name}")
            )
    return faults


def _is_known(annotation: str) -> bool:
    annotation = annotation.removesuffix(" | None")
    if annotation.startswith("list[") and annotation.endswith("]"):
        return _is_known(annotation[5:-1])
    return annotation in _TYPES


def _fits(value: Any, annotation: str) -> bool:
    if annotation.endswith(" | None"):
        return value is None or _fits(value, annotation.removesuffix(" | None"))
    if annotation.startswith("list[") and annotation.endswith("]"):
        return isinstance(value, list) and all(_fits(item, annotation[5:-1]) for item in value)
    # bool is an int to Python, and never what an int parameter means.
    if isinstance(value, bool):
        return annotation == "bool"
    return isinstance(value, _TYPES.get(annotation, ()))


def typed_parameters(given: Mapping[str, str], notebooks: Sequence[Notebook]) -> dict[str, Any]:
    """Return typed parameters as values: text where a parameter is text, otherwise as YAML has it."""
    parameters = {name: one for notebook in notebooks for name, one in notebook.parameters.items()}
    known = ", ".join(sorted(parameters.keys() - {"dataset"}))
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in parameters or name == "dataset":
            faults.append(Fault("SET", f"an unknown parameter {name}", f"parameters of the reports: {known}"))
            continue
        is_text = parameters[name].annotation.startswith("str")
        try:
            values[name] = text if is_text else yaml.safe_load(text)
        except yaml.YAMLError:
            values[name] = text
        if isinstance(values[name], float) and not math.isfinite(values[name]):
            faults.append(Fault("SET", f"{name}={text}", "a finite number"))
    for notebook in notebooks:
        own = {name: value for name, value in values.items() if name in notebook.parameters}
        faults.extend(fault for fault in check_parameters(own, notebook, "SET", 0) if fault not in faults)
    raise_faults(faults, "no report made")
    return values
