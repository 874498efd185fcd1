"""`REPLICATION.md`: the sections of the Social Science Data Editors' template README, filled by machine.

The template is Vilhuber, Koren, Llull, Connolly & Morrow (doi 10.5281/zenodo.7293838); its section names are
kept, so that a data editor finds what they look for. Long lists stand beside it as CSV files.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from analysis.certificate.contents import declaration, may_be_passed_on
from analysis.certificate.outputs import Places
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import Verdict, counted, works
from analysis.tables.harmless import harmless_text
from analysis.tables.package import DataPackage

__all__ = ["NUMBERS_IN_TEXT", "OUTPUTS", "numbers_in_text", "outputs_table", "replication"]

OUTPUTS = "outputs.csv"
NUMBERS_IN_TEXT = "numbers_in_text.csv"


def outputs_table(places: Sequence[tuple[Run, Places]]) -> str:
    """Return every table and figure with the program, cell and line that make it, as CSV."""
    rows = [
        (run.study, run.id, run.label, one.kind, one.file, one.caption, *astuple(one.place))
        for run, found in places
        for one in found.outputs
    ]
    names = ("study", "run", "data", "kind", "file", "caption", "program", "cell", "line")
    return _csv(names, rows)


def numbers_in_text(verdicts: Sequence[Verdict], places: Sequence[tuple[Run, Places]]) -> str:
    """Return every claim with the program, cell and line whose number it is held against, as CSV."""
    found = {run.name: there for run, there in places}
    rows = []
    for one in verdicts:
        run = found.get(f"{one.study}/{one.run}")
        place = run.of(one) if run else None
        where = (place.cell, place.line) if place else ("", "")
        told = (one.study, one.run, one.claim, one.statement, one.source, one.kind, one.published)
        rows.append((*told, one.computed, one.verdict, one.notebook, *where))
    names = ("study", "run", "claim", "statement", "source", "kind", "published", "computed", "verdict")
    return _csv((*names, "program", "cell", "line"), rows)


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([harmless_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return stream.getvalue()


def replication(
    about: Mapping[str, Any],
    studies: Sequence[Study],
    verdicts: Sequence[Verdict],
    places: Sequence[tuple[Run, Places]],
    not_run: Mapping[str, str],
    environment: Mapping[str, Any],
) -> str:
    """Return the text of `REPLICATION.md`.

    Parameters
    ----------
    about : mapping
        What `CITATION.cff` says.
    studies, verdicts : sequences
        All of them.
    places : sequence of (Run, Places)
        The runs with a current report.
    not_run : mapping of str to str
        Why the others have none.
    environment : mapping
        Python and the lock.
    """
    packages = {package.name: package for study in studies for run in study.runs for package in run.datasets}
    open_data = {name for name in packages if may_be_passed_on(declaration(name))}
    outputs = sum(len(found.outputs) for _, found in places)
    summary = (
        "All of the data can be had by anybody, or are made here; not all may be passed on, so that some are "
        "fetched by each user."
    )
    tallies = [
        f"- {words}: {', '.join(f'{count} {outcome}' for outcome, count in found)}"
        for words, found in counted(verdicts).items()
    ]
    parts = [
        f"# {about['title']}",
        "## Overview",
        f"{len(studies)} studies, {len(places)} runs, {outputs} tables and figures, {len(verdicts)} claims. "
        "`make` does all of it: it fetches the data, builds the checked tables, runs every notebook, judges "
        "every claim and writes the pages. `make check` compares the results with what was accepted.",
        *tallies,
        "## Data Availability and Provenance Statements",
        *(f"- **{study.title}.** {study.data_availability}" for study in studies),
        "### Statement about Rights",
        f"Of {len(packages)} datasets {len(open_data)} may be passed on by their declaration, and their "
        "tables are in the archive. Of the others it holds addresses, hashes and what was computed, and "
        "never the data.",
        "### License for Data",
        "Each dataset's own, below; what was made here has the licence of the code.",
        "### Summary of Availability",
        summary,
        "### Details on each Data Source",
        *(_source(package, name in open_data) for name, package in sorted(packages.items())),
        "## Dataset list",
        *_table(("file", "dataset", "bytes", "SHA-256", "in the archive"), _files(packages, open_data)),
        "## Computational requirements",
        "### Software Requirements",
        f"Python {environment['python']} (3.11 to 3.13 will do), GNU Make, git. "
        f"Packages: `requirements.lock`, exact and hashed (SHA-256 {environment['lock']}).",
        "### Controlled Randomness",
        "Every random step takes an explicit seed: the parameter `seed` of a run, or of a twin's "
        "`parameters.json`.",
        *_table(("run", "seed"), _seeds(places)),
        "### Memory, Runtime, Storage Requirements",
        "A few minutes on two cores; about 1 GB for the environment and as much again for data and reports.",
        "## Description of programs/code",
        "`notebooks/<study>/` has each study's programs, `analysis/` the functions they call "
        "(`reports/methods.html` lists them), `tests/` their tests.",
        "### License for Code",
        f"{about['licence']}: see LICENSE.",
        "## Instructions to Replicators",
        "1. `make` (or `make STUDY=name`)\n2. `make check`\n"
        "3. `make verify ARCHIVE=certificate.zip` judges this archive again",
        "### Details on various programs",
        *_table(("program", "run", "data", "parameters"), _programs(places)),
        *_table(("not run", "why"), sorted(not_run.items())),
        "## List of tables and programs",
        f"Each of the {outputs} tables and figures with program, cell and line: `{OUTPUTS}`. By run:",
        *_table(("run", "program", "tables", "figures", "lines"), _by_run(places)),
        "### In-text numbers",
        f"Each of the {len(verdicts)} claims with the program, cell and line of its number: "
        f"`{NUMBERS_IN_TEXT}`. Printed numbers by work:",
        *_table(("work", "claims", "verdicts"), _by_work(verdicts)),
        "## References",
        *(f"- {text}" for text in sorted({study.citation for study in studies})),
        *(f"- {package.name}: {package.citation}" for _, package in sorted(packages.items())),
    ]
    text = "\n\n".join(parts)
    for mark in ("|", "- "):
        # Lines of one table, and items of one list, belong together.
        text = re.sub(rf"(?m)^({re.escape(mark)}.*)\n\n(?={re.escape(mark)})", r"\1\n", text)
    return text + "\n"


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    def line(cells: Sequence[Any]) -> str:
        return f"| {' | '.join(str(cell).replace('|', '¦') for cell in cells)} |"

    listed = [line(row) for row in rows]
    return [line(names), f"|{'---|' * len(names)}", *listed] if listed else []


def _source(package: DataPackage, open_data: bool) -> str:
    may = "may be passed on" if open_data else "not passed on here"
    homes = [home for resource in package.resources for home in resource.homes]
    where = f" From: {homes[0]}{' and others' if len(homes) > 1 else ''}." if homes else ""
    note = f"`data_raw/{package.name}/SOURCE.md`"
    licence = package.licence.rstrip(".")
    told = f"{package.citation.rstrip('.')}. Licence: {licence} ({may}).{where} See {note}."
    return f"- **{package.name}** ({package.label}): {package.title.rstrip('.')}. {told}"


def _files(packages: Mapping[str, DataPackage], open_data: Iterable[str]) -> Iterable[Sequence[Any]]:
    for name, package in sorted(packages.items()):
        for resource in package.resources:
            yield resource.path, name, resource.size, resource.sha256, "no"
        if not package.resources:
            yield "made or read here", name, "", "", "yes" if name in open_data else "no"


def _seeds(places: Sequence[tuple[Run, Places]]) -> Iterable[Sequence[Any]]:
    for run, _ in places:
        seed = run.parameters.get("seed", run.notebook.parameters.get("seed"))
        if seed is not None:
            yield run.name, getattr(seed, "default", seed)


def _programs(places: Sequence[tuple[Run, Places]]) -> Iterable[Sequence[Any]]:
    for run, _ in places:
        given = ", ".join(f"{name} = {value}" for name, value in run.parameters.items() if name != "dataset")
        program = run.notebook.path.as_posix().rpartition("/notebooks/")[2]
        yield f"notebooks/{program}", run.name, f"{run.data} ({run.label})", given


def _by_run(places: Sequence[tuple[Run, Places]]) -> Iterable[Sequence[Any]]:
    for run, found in places:
        kinds = Counter(one.kind for one in found.outputs)
        lines = [one.place.line for one in found.outputs]
        program = run.notebook.path.as_posix().rpartition("/notebooks/")[2]
        span = f"{min(lines)}–{max(lines)}" if lines else ""
        yield run.name, f"notebooks/{program}", kinds["table"], kinds["figure"], span


def _by_work(verdicts: Sequence[Verdict]) -> Iterable[Sequence[Any]]:
    for work, found in works(verdicts).items():
        told = ", ".join(f"{count} {outcome}" for outcome, count in found.items())
        yield work, sum(found.values()), told
