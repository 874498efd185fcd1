"""The page of each run, and of a dataset's own reports: nothing from elsewhere, every number an anchor."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments.formatters import HtmlFormatter

from analysis.compendium.plan import TEMPLATES, Neighbours
from analysis.compendium.prose_links import Linker, glossary
from analysis.compendium.rendering import Renderer, coded, shown, tone
from analysis.compendium.results import FINDING, NUMBERS
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import OUTCOMES, Verdict
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, write_atomically
from analysis.tables.package import DataPackage

__all__ = ["page_environment", "write_dataset_index", "write_glossary", "write_page"]

_TESTS = "tests"
"""The number under which a page counts its tests, as `holm_sentence` says it."""
_TITLES = 5
"""Most pages that a banner names as those it was read from."""


def page_environment() -> Environment:
    """Return the templates of all pages, with the house's style and what keeps a page to itself."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"coded": coded, "shown": shown, "tone": tone}
    environment.globals |= {
        "style": Markup(_text("style.css") + _code_style()),
        "policy": _policy,
        "script": lambda name: Markup(_text(name)),
    }
    return environment


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(scripts: Iterable[str]) -> str:
    """Return the content security policy of a page: nothing from elsewhere, and of scripts only these."""
    hashes = (hashlib.sha256(_text(name).encode()).digest() for name in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(found).decode()}'" for found in hashes) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _code_style() -> str:
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    ours = ".highlight { background: none; }\n.highlight pre { background: var(--panel); }\n"
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{ours}"


@dataclass(frozen=True)
class _Source:
    """What a page rests on of one dataset: its declaration, its checked tables, and notes about it."""

    package: DataPackage
    tables: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]


_NOTES = {
    "datapackage.json": "declaration",
    "SOURCE.md": "source note",
    "parameters.json": "parameters and seed it was made from",
}


def _sources(run: Run) -> list[_Source]:
    return [
        _Source(
            package,
            tuple(sorted(path.name for path in (DATA_DERIVED / package.name).glob("*.csv"))),
            tuple(
                (name, words) for name, words in _NOTES.items() if (DATA_RAW / package.name / name).is_file()
            ),
        )
        for package in run.datasets
    ]


def write_page(study: Study, run: Run, verdicts: Iterable[Verdict] | None, near: Neighbours) -> None:
    """Write the page of a run from its executed notebook.

    Parameters
    ----------
    study : Study
        The study of the run.
    run : Run
        A run with a current report.
    verdicts : iterable of Verdict or None
        Those on the claims held against this run, shown beside the numbers; None for a dataset's own report,
        against which there are none.
    near : Neighbours
        The pages before and after it, and those it may mention.
    """
    notebook = nbformat.read(run.folder / "notebook.ipynb", as_version=4)
    listed = list(verdicts or ())
    up = "../" * (len(run.page.relative_to(REPORTS).parts) - 1)
    linker = Linker(up, near.mentioned)
    outputs = [data for cell in notebook.cells for data in _shown_by(cell)]
    found = [data[FINDING] for data in outputs if FINDING in data]
    told = next((data[NUMBERS][_TESTS]["value"] for data in outputs if _TESTS in data.get(NUMBERS, {})), "")
    if found and (caution := _counted_together(told)):
        found.append({"sentence": caution, "label": run.label, "numbers": [_TESTS]})
    # They stand above all other prose, so that they explain a word first.
    sentences = [
        # A percent sign stays with its number.
        Markup(linker.linked(str(escape(finding["sentence"]))).replace(" %", "\u00a0%"))
        for finding in found
    ]
    renderer = Renderer(run.id, listed, linker.linked)
    cells = list(notebook.cells)
    opening = renderer.cell(cells.pop(0)) if cells and cells[0]["cell_type"] == "markdown" else ""
    parts = renderer.parts(cells)
    counts = Counter(verdict.verdict for verdict in listed)
    page = (
        page_environment()
        .get_template("run.html")
        .render(
            up=up,
            title=run.title,
            study=study,
            run=run,
            near=near,
            notebook=run.notebook.path.relative_to(ROOT).as_posix(),
            opening=Markup(opening),
            findings=[
                (sentence, finding["label"], renderer.first_of(finding["numbers"]))
                for sentence, finding in zip(sentences, found, strict=True)
            ],
            parts=parts,
            read_from=_read_from(run),
            contents=renderer.contents,
            scripts=["page.js", *["network.js"] * bool(renderer.networks)],
            counts=[(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
            judged=verdicts is not None,
            sources=_sources(run),
        )
    )
    write_atomically(run.page, page)


def _counted_together(told: str) -> str:
    """Return what a page opens with when not all its tests with a small p hold (from `holm_sentence`)."""
    few = "After Holm's correction" in told
    return f"Counted together: {told.partition(':')[0].rstrip('.')}." if few else ""


def _read_from(run: Run) -> str:
    """Return the titles of the pages that a run reads; of many, how many there are."""
    titles = list(dict.fromkeys(other.title for other in run.reads))
    many = f"{len(titles)} other pages, each linked where it is used"
    return "; ".join(titles) if len(titles) <= _TITLES else many


def _shown_by(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [output.get("data", {}) for output in cell.get("outputs", ())]


def write_dataset_index(
    package: DataPackage,
    built: Sequence[Run],
    left_out: Sequence[tuple[str, Sequence[str]]],
    failed: Sequence[Run],
    verdict: bool = False,
) -> Path:
    """Write the front page of a dataset's own reports, and return where it lies.

    Parameters
    ----------
    package : DataPackage
        The dataset.
    built : sequence of Run
        The reports that were made.
    left_out : sequence of (str, sequence of str)
        Title of each report that was not, and the tables it needs and did not find.
    failed : sequence of Run
        Reports whose run ended with a fault.
    verdict : bool
        Whether there is a verdict on claims that were given.
    """
    told = {"package": package, "runs": built, "left_out": left_out, "failed": failed, "verdict": verdict}
    page = page_environment().get_template("dataset.html").render(up="../../", **told)
    path = REPORTS / "datasets" / package.name / "index.html"
    write_atomically(path, page)
    return path


def write_glossary() -> None:
    """Write `reports/glossary.html`: every word that pages explain."""
    page = page_environment().get_template("glossary.html").render(terms=glossary())
    write_atomically(REPORTS / "glossary.html", page)
