"""Claims of a study, read from the CSV file beside it, and checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from analysis.compendium.lines import Lines
from analysis.files import ROOT
from analysis.tables.faults import Fault

__all__ = ["KINDS", "Claim", "claims_in", "printed_number", "read_claims"]

KINDS = {
    "number": "printed",
    "direction": "printed",
    "software": "peer software",
    "recovery": "known truth",
}
"""Every kind of claim, and what the value it quotes is: claims are counted by it."""

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
    "contradicted_by",
)
_CLAIM_REQUIRED = ("id", "statement", "source", "kind", "published", "run", "number")
_DEVIATIONS = ("explained_by", "open", "contradicted_by")
# A run of a program can be made again only by whoever knows which program, which version and which seed.
_PROGRAM = re.compile(r"(?=.*\d\.\d)(?=.*\bseed\b)", re.DOTALL | re.IGNORECASE)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")


@dataclass(frozen=True)
class Claim:
    """A statement with a value, and the recorded number it is held against.

    Attributes
    ----------
    id, statement, source : str
        Unique name, what is claimed, and where it is printed (work, page or table). Of `software`: program,
        version and seed, or that there is none.
    kind : {"number", "direction", "software", "recovery"}
        A number is printed in a work; a direction is a statement in words, compared as text; `software` is
        what a peer program gave when it was run for this project, which is no print; a recovery is of a twin.
    published : str
        Exactly as printed, or as the program gave it; for a recovery, the known truth of the twin.
    tolerance : float
        By default half a unit of the last printed digit.
    run, number : str
        The run, and the key of the number it records.
    explained_by : str
        Key of the recorded number that does give the printed value, for a known deviation.
    open : str
        What was tried, for a known deviation that nothing tried explains.
    contradicted_by : str
        Key of the recorded number that shows a printed value to contradict its own source: what the work says
        elsewhere, or what comes of its own figures; its label says which. Not the number the claim is held
        against: one computation alone cannot tell an error of print from one of ours.
    file, line : str, int
        Where the claim stands.
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
    contradicted_by: str = ""
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    @property
    def numbers(self) -> list[str]:
        """Keys of all recorded numbers it names: the one it is held against first."""
        return [name for name in (self.number, self.explained_by, self.contradicted_by) if name]

    @property
    def declared(self) -> str:
        """Key of the recorded number that explains or contradicts the print; nothing where none is named."""
        return self.explained_by or self.contradicted_by


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


def read_claims(content: dict[str, Any], folder: Path, runs: set[str], lines: Lines) -> list[Claim]:
    """Return the sound claims of a study, from the CSV file beside it that it names.

    Parameters
    ----------
    content : dict
        The study, as read.
    folder : Path
        Where it lies.
    runs : set of str
        Ids of its runs; a claim on any other is a fault.
    lines : Lines
        The study's lines, which take up the faults.
    """
    if "claims" not in content:
        return []
    name = content["claims"]
    if not isinstance(name, str):
        found = f"a list of {len(name)}" if isinstance(name, list) else repr(name)
        allowed = f"the name of a CSV file beside study.yml, with columns {', '.join(_CLAIM_ENTRIES)}"
        lines.fault(("claims",), found, allowed)
        return []
    if Path(name).name != name or not (folder / name).is_file():
        lines.fault(("claims",), repr(name), "a CSV file beside study.yml")
        return []
    path = folder / name
    return claims_in(path.read_bytes(), path.relative_to(ROOT).as_posix(), runs, lines.faults)


def claims_in(content: bytes, file: str, runs: Collection[str], faults: list[Fault]) -> list[Claim]:
    """Return the sound claims of a CSV file; what is wrong with it, and with the others, is appended.

    Parameters
    ----------
    content : bytes
        What the file holds.
    file : str
        What faults call it.
    runs : collection of str
        What a claim may be held against; any other is a fault.
    faults : list of Fault
        Takes up every fault.
    """

    def report(column: str | None, found: str, allowed: str, line: int = 1) -> None:
        faults.append(Fault(file, found, allowed, line, column))

    rows = csv.reader(io.StringIO(""))
    given: list[tuple[int, dict[str, str]]] = []
    missing: list[str] = []
    try:
        # A spreadsheet program puts a mark in front of its UTF-8.
        text = content.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
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
                allowed = f"{len(header)}, as in the header (a text with a comma is quoted)"
                report(None, f"{len(cells)} cells", allowed, line)
            if cells:
                filled = {column: cell.strip() for column, cell in zip(header, cells, strict=False) if cell}
                given.append((line, filled))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        report(None, f"a byte that is no UTF-8 ({error.reason})", "a CSV file in UTF-8", line)
    except csv.Error as error:
        report(None, f"a row that is no CSV ({error})", "a CSV file", rows.line_num)
    return _checked_claims(given, missing, runs, file, report)


def _checked_claims(
    given: Iterable[tuple[int, dict[str, str]]],
    missing: Collection[str],
    runs: Collection[str],
    file: str,
    report: Callable[[str, str, str, int], None],
) -> list[Claim]:
    claims: list[Claim] = []
    seen: dict[str, int] = {}
    for line, entries in given:
        faulty: list[str] = []

        def fault(name: str, found: str, allowed: str, line: int = line, faulty: list[str] = faulty) -> None:
            faulty.append(name)
            report(name, found, allowed, line)

        texts = {name: entries.get(name, "") for name in _CLAIM_ENTRIES}
        for name in _CLAIM_REQUIRED:
            if not texts[name] and name not in missing:
                fault(name, "nothing", "a value")
        if texts["id"] in seen:
            fault("id", f"{texts['id']} again, first in row {seen[texts['id']]}", "each claim's id once")
        elif texts["id"]:
            seen[texts["id"]] = line
        if texts["kind"] and texts["kind"] not in KINDS:
            fault("kind", repr(texts["kind"]), ", ".join(KINDS))
        if texts["kind"] == "software" and texts["source"] and not _PROGRAM.match(texts["source"]):
            allowed = "the program, its version (1.2) and its seed (seed 1; no seed: nothing is drawn)"
            fault("source", repr(texts["source"]), allowed)
        if texts["run"] and texts["run"] not in runs:
            fault("run", repr(texts["run"]), f"one of: {', '.join(sorted(runs)) or 'none'}")
        declared = [name for name in _DEVIATIONS if texts[name]]
        if len(declared) > 1:
            fault(declared[-1], " and ".join(declared), "one of them")
        if texts["contradicted_by"] and KINDS.get(texts["kind"], "printed") != "printed":
            fault("contradicted_by", f"kind {texts['kind']}", "nothing: only print can be a published error")
        if texts["contradicted_by"] and texts["contradicted_by"] == texts["number"]:
            allowed = "another number than the one the claim is held against"
            fault("contradicted_by", repr(texts["contradicted_by"]), allowed)
        tolerance = _tolerance(texts, fault)
        if not faulty:
            claims.append(Claim(**{**texts, "tolerance": tolerance, "file": file, "line": line}))  # type: ignore[arg-type]
    return claims


def _tolerance(texts: dict[str, str], fault: Callable[[str, str, str], None]) -> float:
    default = 0.0
    if texts["kind"] in ("number", "software", "recovery") and texts["published"]:
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
