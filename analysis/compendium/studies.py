"""Studies, their runs and their claims, read from `notebooks/<study>/study.yml` and checked on load."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from analysis.compendium.parameters import Notebook, check_parameters, read_notebook
from analysis.files import DATA_RAW, ROOT, STUDIES
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, read_package

__all__ = ["Claim", "Run", "Study", "load_studies", "printed_number"]

_STUDY_TEXTS = ("title", "question", "citation", "data_availability")
_STUDY_ENTRIES = (*_STUDY_TEXTS, "claims", "runs")
_RUN_ENTRIES = ("id", "notebook", "dataset", "parameters")
_CLAIM_ENTRIES = (
    "id",
    "statement",
    "source",
    "kind",
    "published",
    "tolerance",
    "run",
    "number",
    "explained_by",
    "open",
)
_CLAIM_REQUIRED = ("id", "statement", "source", "kind", "published", "run", "number")
_CLAIM_KINDS = ("number", "direction", "recovery")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
# Told the entry, what was found there and what is allowed.
_Report = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Claim:
    """A printed statement, and the recorded number it is held against.

    Attributes
    ----------
    id, statement, source : str
        Unique name, what is claimed, and where it is printed (work, page or table).
    kind : {"number", "direction", "recovery"}
        A direction is a statement in words, compared as text.
    published : str
        Exactly as printed; for a recovery, the known truth of the twin.
    tolerance : float
        By default half a unit of the last printed digit.
    run, number : str
        The run, and the key of the number it records.
    explained_by : str
        Key of the recorded number that does give the printed value, for a known deviation.
    open : str
        What was tried, for a known deviation that nothing tried explains.
    """

    id: str
    statement: str
    source: str
    kind: str
    published: str
    tolerance: float
    run: str
    number: str
    explained_by: str
    open: str


@dataclass(frozen=True)
class Run:
    """One notebook on one dataset with given parameters."""

    study: str
    id: str
    notebook: Notebook
    dataset: DataPackage
    parameters: dict[str, Any]

    @property
    def name(self) -> str:
        """`<study>/<run id>`."""
        return f"{self.study}/{self.id}"


@dataclass(frozen=True)
class Study:
    """A study: what a reader looks for."""

    id: str
    title: str
    question: str
    citation: str
    data_availability: str
    runs: tuple[Run, ...]
    claims: tuple[Claim, ...]


def load_studies(root: Path = STUDIES) -> tuple[Study, ...]:
    """Return every study, in order of its folder's name.

    Raises
    ------
    InvalidInput
        With every fault of every study, each with file and line.
    """
    faults: list[Fault] = []
    studies = [_study(path, faults) for path in sorted(root.glob("*/study.yml"))]
    raise_faults(faults)
    return tuple(study for study in studies if study is not None)


def printed_number(published: str) -> Decimal:
    """Return a number exactly as printed (`1.40`, `.073`, `−.22`, `20,000`, `1.5e-3`), with all its digits.

    Raises
    ------
    ValueError
        When it is no finite number.
    """
    text = published.replace("−", "-")
    try:
        number = Decimal(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"found {published!r}; allowed: a number, exactly as printed")
    return number


class _Lines:
    """A YAML document as plain values, with the line of every entry."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.file = path.relative_to(ROOT).as_posix()
        self.lines: dict[tuple[Any, ...], int] = {}
        self.faults = faults
        self.content: Any = None
        try:
            node = yaml.compose(
                path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            )
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            self.fault((), f"no YAML ({problem})", "a YAML file", None if mark is None else mark.line + 1)
            return
        self.content = None if node is None else self._value(node, ())

    def fault(self, at: tuple[Any, ...], found: str, allowed: str, line: int | None = None) -> None:
        """Note a fault at an entry, with the line of the entry or of the nearest one that holds it."""
        where = at
        while where and where not in self.lines:
            where = where[:-1]
        entry = ".".join(str(part + 1 if isinstance(part, int) else part) for part in at) or None
        self.faults.append(Fault(self.file, found, allowed, line or self.lines.get(where), entry))

    def _value(self, node: yaml.Node, at: tuple[Any, ...]) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            content: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value)
                if name in content:
                    self.fault(
                        (*at, name), "an entry given twice", "each entry once", key.start_mark.line + 1
                    )
                content[name] = self._value(value, (*at, name))
                self.lines[(*at, name)] = key.start_mark.line + 1
            return content
        if isinstance(node, yaml.SequenceNode):
            return [self._value(value, (*at, index)) for index, value in enumerate(node.value)]
        try:
            return SafeConstructor().construct_object(node)
        # PyYAML's word on a date such as 2024-13-01 is a plain ValueError.
        except (yaml.YAMLError, ValueError):
            self.fault(at, repr(node.value), "a number, or a quoted text", node.start_mark.line + 1)
            return str(node.value)

    def unknown(self, content: dict[str, Any], at: tuple[Any, ...], allowed: Iterable[str]) -> None:
        for name in content:
            if name not in allowed:
                self.fault((*at, name), "an unknown entry", f"entries: {', '.join(allowed)}")

    def text(self, content: dict[str, Any], name: str, at: tuple[Any, ...]) -> str:
        value = content.get(name)
        if not isinstance(value, str) or not value.strip():
            found = "nothing" if value is None else f"{value!r}, of type {type(value).__name__}"
            self.fault((*at, name), found, "a quoted text")
            return ""
        return value.strip()


def _study(path: Path, faults: list[Fault]) -> Study | None:
    lines = _Lines(path, faults)
    content = lines.content
    if not isinstance(content, dict):
        if not faults or faults[-1].file != lines.file:
            lines.fault((), type(content).__name__, f"entries: {', '.join(_STUDY_ENTRIES)}")
        return None
    lines.unknown(content, (), _STUDY_ENTRIES)
    study = path.parent.name
    texts = {name: lines.text(content, name, ()) for name in _STUDY_TEXTS}
    runs = _runs(content, path.parent, lines)
    claims = _claims(content, path.parent, {run.id for run in runs} | _given_ids(content), lines)
    return Study(study, runs=tuple(runs), claims=tuple(claims), **texts)


def _given_ids(content: dict[str, Any]) -> set[str]:
    """Return the ids of all runs named, also of faulty ones, so that their claims are not faulted as well."""
    runs = content.get("runs")
    return {str(run.get("id")) for run in runs if isinstance(run, dict)} if isinstance(runs, list) else set()


def _runs(content: dict[str, Any], folder: Path, lines: _Lines) -> list[Run]:
    given = content.get("runs")
    if not isinstance(given, list) or not given:
        lines.fault(("runs",), repr(given), "a list of at least one run")
        return []
    runs: list[Run] = []
    seen: set[str] = set()
    for index, item in enumerate(given):
        at = ("runs", index)
        if not isinstance(item, dict):
            lines.fault(at, repr(item), f"entries: {', '.join(_RUN_ENTRIES)}")
            continue
        lines.unknown(item, at, _RUN_ENTRIES)
        identifier, notebook, dataset = (lines.text(item, name, at) for name in ("id", "notebook", "dataset"))
        if identifier and not _IDENTIFIER.fullmatch(identifier):
            lines.fault((*at, "id"), repr(identifier), "lower-case letters, digits, _ . -")
        if identifier in seen:
            lines.fault((*at, "id"), f"{identifier} again", "each run's id once")
        seen.add(identifier)
        parameters = item.get("parameters") or {}
        if not isinstance(parameters, dict):
            lines.fault((*at, "parameters"), repr(parameters), "name: value")
            parameters = {}
        package = _package(dataset, at, lines)
        read = _notebook(notebook, folder, at, lines)
        if read is not None:
            for name in parameters:
                line = lines.lines.get((*at, "parameters", name), 0)
                lines.faults.extend(check_parameters({name: parameters[name]}, read, lines.file, line))
            if "dataset" in parameters:
                lines.fault(
                    (*at, "parameters", "dataset"),
                    "the dataset a second time",
                    "the run's own `dataset` alone",
                )
        if read is not None and package is not None:
            runs.append(Run(folder.name, identifier, read, package, {"dataset": dataset, **parameters}))
    return runs


def _package(dataset: str, at: tuple[Any, ...], lines: _Lines) -> DataPackage | None:
    if not dataset:
        return None
    if Path(dataset).name != dataset or not (DATA_RAW / dataset / "datapackage.json").is_file():
        there = ", ".join(sorted(path.parent.name for path in DATA_RAW.glob("*/datapackage.json"))) or "none"
        lines.fault((*at, "dataset"), dataset, f"a dataset under data_raw/: {there}")
        return None
    try:
        return read_package(DATA_RAW / dataset / "datapackage.json")
    except ValueError as error:
        lines.faults.extend(fault for fault in getattr(error, "faults", ()) if fault not in lines.faults)
        return None


def _notebook(name: str, folder: Path, at: tuple[Any, ...], lines: _Lines) -> Notebook | None:
    if not name:
        return None
    if Path(name).name != name or not (folder / name).is_file():
        there = ", ".join(sorted(path.name for path in folder.glob("*.ipynb"))) or "none"
        lines.fault((*at, "notebook"), name, f"a notebook of this folder: {there}")
        return None
    faults: list[Fault] = []
    notebook = read_notebook(folder / name, faults)
    # Several runs may share a notebook; its faults are listed once.
    lines.faults.extend(fault for fault in faults if fault not in lines.faults)
    return notebook


def _claims(content: dict[str, Any], folder: Path, runs: set[str], lines: _Lines) -> list[Claim]:
    given = content.get("claims", [])
    if isinstance(given, str):
        return _checked_claims(_claims_of_file(given, folder, lines), runs)
    if not isinstance(given, list):
        lines.fault(("claims",), repr(given), "a list of claims, or the name of a CSV file beside it")
        return []
    claims = []
    for index, item in enumerate(given):
        at = ("claims", index)
        if isinstance(item, dict):
            lines.unknown(item, at, _CLAIM_ENTRIES)

            def report(name: str, found: str, allowed: str, at: tuple[Any, ...] = at) -> None:
                lines.fault((*at, name), found, allowed)

            claims.append(_Given(item, lines.lines[at], report))
        else:
            lines.fault(at, repr(item), f"entries: {', '.join(_CLAIM_ENTRIES)}")
    return _checked_claims(claims, runs)


@dataclass(frozen=True)
class _Given:
    """One claim as given: its entries, its line, how to report a fault in it, columns its file lacks."""

    entries: dict[str, Any]
    line: int
    report: _Report
    missing: Collection[str] = ()


def _claims_of_file(name: str, folder: Path, lines: _Lines) -> list[_Given]:
    if Path(name).name != name or not (folder / name).is_file():
        lines.fault(("claims",), repr(name), "a CSV file beside study.yml")
        return []
    file = (folder / name).relative_to(ROOT).as_posix()

    def report(column: str | None, found: str, allowed: str, row: int = 1) -> None:
        lines.faults.append(Fault(file, found, allowed, row, column))

    claims = []
    try:
        # A spreadsheet program puts a mark in front of its UTF-8.
        content = (folder / name).read_bytes().decode("utf-8-sig")
        rows = csv.reader(io.StringIO(content, newline=""), strict=True)
        header = next(rows, [])
        missing = [column for column in _CLAIM_REQUIRED if column not in header]
        for position, column in enumerate(header):
            if column not in _CLAIM_ENTRIES:
                report(column, "an unknown column", ", ".join(_CLAIM_ENTRIES))
            elif column in header[:position]:
                report(column, "the column a second time", "each column once")
        for column in missing:
            report(column, "no such column", "every claim has one")
        end = rows.line_num
        for cells in rows:
            line, end = end + 1, rows.line_num
            if len(cells) > len(header):
                found = f"{len(cells)} cells"
                report(None, found, f"{len(header)}, as in the header (a text with a comma is quoted)", line)
            if cells:
                filled = {column: cell for column, cell in zip(header, cells, strict=False) if cell}
                claims.append(_Given(filled, line, partial(report, row=line), missing))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        report(None, f"a byte that is no UTF-8 ({error.reason})", "a CSV file in UTF-8", line)
    except csv.Error as error:
        report(None, f"a row that is no CSV ({error})", "a CSV file", rows.line_num)
    return claims


def _checked_claims(given: Iterable[_Given], runs: set[str]) -> list[Claim]:
    claims: list[Claim] = []
    seen: dict[str, int] = {}
    for claim in given:
        faulty: list[str] = []

        def fault(
            name: str, found: str, allowed: str, claim: _Given = claim, faulty: list[str] = faulty
        ) -> None:
            faulty.append(name)
            claim.report(name, found, allowed)

        texts: dict[str, str] = {}
        for name in _CLAIM_ENTRIES:
            value = claim.entries.get(name, "")
            if not isinstance(value, str) and name != "tolerance":
                fault(name, f"{value!r}, of type {type(value).__name__}", "a quoted text")
            elif name in _CLAIM_REQUIRED and name not in claim.missing and not str(value).strip():
                fault(name, "nothing", "a value")
            texts[name] = str(value).strip()
        if texts["id"] in seen:
            fault("id", f"{texts['id']} again, first in row {seen[texts['id']]}", "each claim's id once")
        elif texts["id"]:
            seen[texts["id"]] = claim.line
        if texts["kind"] and texts["kind"] not in _CLAIM_KINDS:
            fault("kind", repr(texts["kind"]), ", ".join(_CLAIM_KINDS))
        if texts["run"] and texts["run"] not in runs:
            fault("run", repr(texts["run"]), f"a run of this study: {', '.join(sorted(runs)) or 'none'}")
        if texts["explained_by"] and texts["open"]:
            fault("open", "both explained_by and open", "one of them")
        tolerance = _tolerance(texts, fault)
        if not faulty:
            claims.append(Claim(**{**texts, "tolerance": tolerance}))  # type: ignore[arg-type]
    return claims


def _tolerance(texts: dict[str, str], fault: _Report) -> float:
    default = 0.0
    if texts["kind"] in ("number", "recovery") and texts["published"]:
        try:
            exponent = int(printed_number(texts["published"]).as_tuple().exponent)
            default = float(Decimal((0, (5,), exponent - 1)))
        except ValueError:
            fault("published", repr(texts["published"]), "a number, exactly as printed")
    if not texts["tolerance"]:
        return default
    try:
        tolerance = float(texts["tolerance"])
    except ValueError:
        tolerance = -1.0
    if not 0 < tolerance < float("inf"):
        fault("tolerance", repr(texts["tolerance"]), "a number above 0")
    return tolerance
