"""`make certificate`: everything an auditor takes away, in `reports/certificate/`, the same bytes each time.

Nothing is read from a clock, a path, a machine's name or its language: the date is the one that
`CITATION.cff` declares. `hashes.json` lists every file of the archive and, of what stays out, hash and
reason; its own hash is the *seal*. Whoever publishes the archive publishes the seal beside it: a list of
hashes can be rewritten with what it lists, the seal cannot.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from analysis.certificate.archive import pack
from analysis.certificate.codecheck import codecheck
from analysis.certificate.contents import contents
from analysis.certificate.crate import METADATA, crate
from analysis.certificate.grand import ITEMS, has_a_network, statement_of, write_statement
from analysis.certificate.outputs import places_of
from analysis.certificate.replication import (
    NUMBERS_IN_TEXT,
    OUTPUTS,
    numbers_in_text,
    outputs_table,
    replication,
)
from analysis.compendium import check, driver
from analysis.compendium.plan import page_units
from analysis.compendium.state import State
from analysis.compendium.studies import Study
from analysis.compendium.verdict import judge
from analysis.files import REPORTS, ROOT, digest, digest_file, write_atomically
from analysis.tables.faults import Fault, raise_faults

__all__ = ["CERTIFICATE", "HASHES", "make_certificate"]

CERTIFICATE = REPORTS / "certificate"
HASHES = "hashes.json"
_ARCHIVE = "certificate.zip"


def make_certificate(studies: Sequence[Study], say: Callable[[str], None]) -> int:
    """Write `reports/certificate/`; return 0.

    Raises
    ------
    InvalidInput
        When a run is stale, or a page or verdict was changed by hand: a certificate is of what was built.
    """
    state = State()
    not_run = driver.standing(studies, state)
    stale = [name for name, why in not_run.items() if why == driver.STALE]
    faults = [
        Fault(name, "no current report", "say `make` first (`make why` tells what changed)") for name in stale
    ]
    raise_faults(faults, "no certificate written")
    verdicts = judge(studies, not_run)
    changed = check.altered(page_units(studies, not_run, verdicts), verdicts, state)
    raise_faults([Fault("reports", line, "pages as built") for line in changed], "no certificate written")
    runs = [run for study in studies for run in study.runs if run.name not in not_run]
    places = [(run, places_of(run)) for run in runs]
    about, environment = _about(), _environment()
    found = contents(studies, runs)
    documents = {
        "codecheck.yml": codecheck(about, verdicts, places),
        "REPLICATION.md": replication(about, studies, verdicts, places, not_run, environment),
        OUTPUTS: outputs_table(places),
        NUMBERS_IN_TEXT: numbers_in_text(verdicts, places),
        "environment.json": _json(environment),
    }
    for dataset in sorted({package.name for run in runs for package in run.datasets}):
        if has_a_network(dataset):
            statement = statement_of(dataset)
            path = CERTIFICATE / "grand" / f"{dataset}.html"
            write_statement(statement, path, "../../", "../REPLICATION.md")
            documents[f"grand/{dataset}.html"] = path.read_text(encoding="utf-8")
            say(f"GRAND statement of {dataset}: {statement.told} of {len(ITEMS)} items told")
    written = {name: digest(text.encode()) for name, text in documents.items()}
    listed = {name: digest_file(path) for name, path in found.files.items()} | written
    raw = {
        f"data_raw/{package.name}/{resource.path}": resource.sha256
        for run in runs
        for package in run.datasets
        for resource in package.resources
    }
    left_out = {
        name: {"sha256": raw.get(name) or digest_file(ROOT / name), "why": why}
        for name, why in found.left_out.items()
        if name in raw or (ROOT / name).is_file()
    }
    documents[METADATA] = crate(about, runs, verdicts, listed)
    listed[METADATA] = digest(documents[METADATA].encode())
    # The list of hashes is made last: it holds that of every other file, and the seal is its own.
    hashes = _json({"files": listed, "left_out": left_out, "raw": raw})
    documents[HASHES] = hashes
    for name, text in documents.items():
        write_atomically(CERTIFICATE / name, text)
    packed: dict[str, Path | bytes] = {
        **found.files,
        **{name: text.encode() for name, text in documents.items()},
    }
    pack(packed, CERTIFICATE / _ARCHIVE)
    told = f"{len(packed)} files, {len(left_out)} left out for licences or as raw files"
    say(f"{(CERTIFICATE / _ARCHIVE).relative_to(ROOT).as_posix()}: {told}")
    say(f"Its seal, to be published beside it: {digest(hashes.encode())}")
    return 0


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _about() -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = [one.get("name") or f"{one['given-names']} {one['family-names']}" for one in content["authors"]]
    return {
        "title": content["title"],
        "authors": authors,
        "version": str(content["version"]),
        "date": str(content["date-released"]),
        "licence": content["license"],
    }


def _environment() -> dict[str, Any]:
    """Return what the numbers were computed with, as far as it is no machine's own."""
    return {"python": platform.python_version(), "lock": digest_file(ROOT / "requirements.lock")}
