"""`make verify ARCHIVE=…`: somebody else's archive, held against itself; what was altered is named.

Every file is held against the list of hashes, and then, since such a list can be rewritten with what it
lists, against whatever else says the same: recorded numbers against the executed notebook that recorded them
and the page that shows them, every claim judged anew, hashes of raw files in the list, the declarations and
the provenance of runs, programs against the copy that was executed. Nothing of it is run, or written.

What changes a number everywhere at once, and the list with it, is not found so: only the seal (the hash of
the list, published elsewhere) or running it all again tells.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from analysis.certificate.archive import unpacked
from analysis.certificate.certificate import HASHES
from analysis.certificate.crate import METADATA
from analysis.certificate.outputs import NUMBERS, TABLE, shown_by
from analysis.compendium.claims import Claim, claims_in
from analysis.compendium.rendering import AS_SAID_ABOVE
from analysis.compendium.verdict import NOT_RUN, judged
from analysis.files import digest
from analysis.labels import in_words
from analysis.tables.faults import Fault, raise_faults

__all__ = ["LIMITS", "Findings", "examine", "verify"]

LIMITS = (
    "What this cannot tell: whether somebody changed a number in its record, notebook, page and verdict "
    "alike, and listed the new hashes. The seal, if its maker published one, tells (SEAL=…); so does "
    "running it again."
)
_MOST_REASONS = 3
_CELL = re.compile(r'<td id="([^"]*)"[^>]*>(?:<span class="given">[^<]*</span>)?([^<]*)')
_ALONE = re.compile(r'<div id="([^"]*)"[^>]*><dt>.*?</dt><dd>([^<]*)', re.DOTALL)


class Findings:
    """What is found altered: one line per thing, whatever gave it away."""

    def __init__(self) -> None:
        self._told: dict[str, list[str]] = {}

    def add(self, thing: str, told: str) -> None:
        """Note what gives a thing away."""
        self._told.setdefault(thing, []).append(told)

    def __contains__(self, thing: str) -> bool:
        return thing in self._told

    def lines(self) -> list[str]:
        """Return a line per thing."""
        lines = []
        for thing, told in sorted(self._told.items()):
            reasons = list(dict.fromkeys(told))
            more = f"; and {len(reasons) - _MOST_REASONS} more" if len(reasons) > _MOST_REASONS else ""
            lines.append(f"{thing}: {'; '.join(reasons[:_MOST_REASONS])}{more}")
        return lines


def verify(archive: Path, seal: str, say: Callable[[str], None]) -> int:
    """Examine an archive, say what was altered; return 1 if anything was, else 0.

    Parameters
    ----------
    archive : Path
        Of `make certificate`.
    seal : str
        The hash of its list of hashes, as its maker published it; empty where there is none.

    Raises
    ------
    InvalidInput
        When it is no such archive, or none that is safe to read.
    """
    files = unpacked(archive)
    lacking = [
        Fault(archive.name, f"no {name}", "an archive of make certificate") for name in (HASHES, METADATA)
    ]
    raise_faults(
        [fault for fault in lacking if fault.found.removeprefix("no ") not in files], "nothing verified"
    )
    findings, judged_again = examine(files, seal)
    for line in findings.lines():
        say(f"ALTERED: {line}")
    count = len(findings.lines())
    altered = f"{count} thing{'s' if count != 1 else ''} altered" if count else "nothing altered"
    say(f"{archive.name}: {len(files)} files, {judged_again} claims judged again, {altered}")
    say(LIMITS)
    return 1 if count else 0


def examine(files: Mapping[str, bytes], seal: str = "") -> tuple[Findings, int]:
    """Return what was altered in an archive's files, and how many claims were judged again."""
    findings = Findings()
    hashes = _json(files, HASHES, findings)
    listed: dict[str, str] = hashes.get("files", {})
    if seal and digest(files[HASHES]) != seal.strip().lower():
        findings.add(HASHES, "its hash is not the seal")
    for name in sorted(listed.keys() | files.keys()):
        if name == HASHES:
            continue
        if name not in files:
            findings.add(name, "is listed and is not there")
        elif name not in listed:
            findings.add(name, "is there and is not listed")
        elif digest(files[name]) != listed[name]:
            findings.add(name, "its bytes are not those listed")
    _crate(files, listed, findings)
    _raw(files, hashes, findings)
    runs = sorted(
        name.removesuffix("/numbers.json")
        for name in files
        if name.startswith("reports/") and name.endswith("/numbers.json")
    )
    for run in runs:
        _numbers(run, files, findings)
        _program(run, files, findings)
    return findings, _verdict(files, findings)


def _json(files: Mapping[str, bytes], name: str, findings: Findings) -> dict[str, Any]:
    try:
        content: Any = json.loads(files[name].decode("utf-8"))
    except (KeyError, ValueError, RecursionError):
        findings.add(name, "is no JSON that can be read")
        return {}
    return content if isinstance(content, dict) else {}


def _crate(files: Mapping[str, bytes], listed: Mapping[str, str], findings: Findings) -> None:
    """Hold the hashes that the crate tells against the list."""
    for entity in _json(files, METADATA, findings).get("@graph", ()):
        name, told = entity.get("@id"), entity.get("sha256")
        if told and told != listed.get(name):
            findings.add(METADATA, f"it gives {name} another hash than {HASHES} does")


def _raw(files: Mapping[str, bytes], hashes: Mapping[str, Any], findings: Findings) -> None:
    """Hold the hashes of raw files in the list, in declarations and in the provenance of runs together."""
    listed: dict[str, str] = hashes.get("raw", {})
    declared: dict[str, str] = {}
    for name in sorted(files):
        if name.startswith("data_raw/") and name.endswith("/datapackage.json"):
            for resource in _json(files, name, findings).get("resources", ()):
                where = f"{name.rpartition('/')[0]}/{resource.get('path')}"
                declared[where] = str(resource.get("hash", "")).removeprefix("sha256:")
    told: dict[str, dict[str, str]] = {HASHES: listed, "its datapackage.json": declared}
    for name in sorted(files):
        if name.startswith("reports/") and name.endswith("/provenance.json"):
            told[name] = _json(files, name, findings).get("raw", {})
    for where in sorted(listed.keys() | {name for one in told.values() for name in one}):
        said = {source: one[where] for source, one in told.items() if where in one}
        if len(set(said.values())) > 1 and not _known(where, said, findings):
            values = list(said.values())
            usual = max(values, key=values.count)
            odd = [source for source, value in said.items() if value != usual]
            findings.add(f"the hash of {where}", f"another in {', '.join(odd)} than elsewhere")


def _known(where: str, said: Mapping[str, str], findings: Findings) -> bool:
    """Whether what disagrees is a file that is known to be altered already."""
    package = f"{where.rpartition('/')[0]}/datapackage.json"
    return package in findings or any(source in findings for source in said if source != HASHES)


def _numbers(run: str, files: Mapping[str, bytes], findings: Findings) -> None:
    """Hold what a run recorded, its notebook and its page together; files known as altered are left alone."""
    record, notebook, page = f"{run}/numbers.json", f"{run}/notebook.ipynb", f"{run}.html"
    numbers = _json(files, record, findings)
    for name, found in ((notebook, _executed), (page, _shown)):
        if name not in files or name in findings or record in findings:
            continue
        for key, value in found(files[name]):
            entry = numbers.get(key)
            if entry is None:
                findings.add(record, f"{key} is in {name} alone")
            elif not (
                _same(entry.get("value"), value) or _said_above(entry.get("value"), value, files[name])
            ):
                findings.add(record, f"{key} is {entry.get('value')} there, {value} in {name}")


def _executed(content: bytes) -> Iterable[tuple[str, Any]]:
    for cell in json.loads(content)["cells"]:
        for shown in shown_by(cell):
            for recorded in (shown.get(NUMBERS, {}), shown.get(TABLE, {}).get("numbers", {})):
                yield from ((key, entry["value"]) for key, entry in recorded.items())


def _shown(content: bytes) -> Iterable[tuple[str, str]]:
    text = content.decode("utf-8", errors="replace")
    for pattern in (_CELL, _ALONE):
        yield from ((unescape(key), unescape(told).strip()) for key, told in pattern.findall(text))


def _said_above(recorded: Any, told: Any, page: bytes) -> bool:
    """Whether a page gives the reason of something not estimable at another place, and refers to it."""
    if told != AS_SAID_ABOVE or not isinstance(recorded, str):
        return False
    return recorded.rstrip(".") in unescape(page.decode("utf-8", errors="replace"))


def _same(recorded: Any, told: Any) -> bool:
    """Whether a value is the recorded one: to the digit from a notebook, as far as is shown from a page."""
    if recorded == told or not isinstance(told, str):
        return bool(recorded == told)
    if isinstance(recorded, str):
        # A page shows names of the code in words.
        return told.strip() in (recorded.strip(), in_words(recorded).strip())
    plain = told.replace("−", "-").replace(",", "").replace("\u202f", "").replace(" ", "").rstrip("%")
    if plain.startswith("<"):
        return bool(recorded <= float(plain[1:]) * (1 + 1e-9))
    try:
        shown = float(plain)
    except ValueError:
        # Words in place of a number (yes, ≈) are not read.
        return True
    decimals = len(plain.partition("e")[0].partition(".")[2])
    exponent = int(plain.partition("e")[2] or 0)
    return bool(abs(recorded - shown) <= 0.5 * 10.0 ** (exponent - decimals) * (1 + 1e-6))


def _program(run: str, files: Mapping[str, bytes], findings: Findings) -> None:
    """Hold a notebook against the copy of it that was executed, cell by cell."""
    executed = f"{run}/notebook.ipynb"
    if executed not in files or executed in findings:
        return
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(files[executed])["cells"]}
    study = run.split("/")[1]
    listed = _json(files, f"{run}/provenance.json", findings).get("inputs", {})
    program = next((name for name in listed if name.startswith(f"notebooks/{study}/")), "")
    if not program.endswith(".ipynb") or program not in files or program in findings:
        return
    for cell in json.loads(files[program])["cells"]:
        if cells.get(cell["id"]) != "".join(cell["source"]):
            findings.add(program, f"cell {cell['id']} is not the one that was executed ({executed})")


def _verdict(files: Mapping[str, bytes], findings: Findings) -> int:
    """Judge every claim again from recorded numbers; hold the verdict, as JSON and as CSV, against that."""
    verdict, table = "reports/verdict.json", "reports/verdict.csv"
    recorded = _json(files, verdict, findings).get("claims", [])
    rows = list(csv.DictReader(io.StringIO(files.get(table, b"").decode("utf-8", "replace"))))
    claims = _claims(files, findings)
    if verdict in findings:
        return 0
    one, other = ([(row["study"], row["claim"], row["verdict"]) for row in some] for some in (recorded, rows))
    if one != other and table not in findings:
        findings.add(table, f"it is not the verdict of {verdict}")
    if not any(name.startswith("notebooks/") and name in findings for name in files):
        for odd in sorted(claims.keys() ^ {(row["study"], row["claim"]) for row in recorded}):
            findings.add(verdict, f"claim {'/'.join(odd)} is in the verdict or among the claims alone")
    count = 0
    for row in recorded:
        claim = claims.get((row["study"], row["claim"]))
        name = f"reports/{row['study']}/{row['run']}/numbers.json"
        beside = claim.file if claim else ""
        if claim is None or beside in findings or name in findings:
            continue
        if name not in files:
            if row["verdict"] != NOT_RUN:
                findings.add(
                    verdict, f"claim {row['claim']} of {row['study']} is judged, and its run is not there"
                )
            continue
        count += 1
        computed, outcome = _again(claim, name, files, findings)
        if (computed, outcome) != (row["computed"], row["verdict"]):
            told = f"claim {row['claim']} of {row['study']} is {row['verdict']} ({row['computed']}) there"
            findings.add(verdict, f"{told}, {outcome} ({computed}) when judged again")
    return count


def _again(claim: Claim, name: str, files: Mapping[str, bytes], findings: Findings) -> tuple[Any, str]:
    numbers = _json(files, name, findings)
    label = (
        _json(files, name.replace("numbers.json", "provenance.json"), findings)
        .get("data", {})
        .get("label", "")
    )
    if any(key not in numbers for key in claim.numbers):
        return None, "not judged: its number is not recorded"
    computed, verdict, _ = judged(claim, label, numbers)
    return computed, verdict


def _claims(files: Mapping[str, bytes], findings: Findings) -> dict[tuple[str, str], Claim]:
    """Return the claims of all studies in the archive, by study and claim."""
    found: dict[tuple[str, str], Claim] = {}
    for name in sorted(files):
        parts = name.split("/")
        if len(parts) != 3 or parts[0] != "notebooks" or parts[2] != "study.yml":
            continue
        content = yaml.safe_load(files[name].decode("utf-8", "replace"))
        beside = f"notebooks/{parts[1]}/{content.get('claims')}"
        if not content.get("claims") or beside not in files:
            continue
        faults: list[Fault] = []
        runs = [str(run.get("id")) for run in content.get("runs", ())]
        for claim in claims_in(files[beside], beside, runs, faults):
            found[parts[1], claim.id] = claim
        for fault in faults:
            findings.add(beside, str(fault))
    return found
