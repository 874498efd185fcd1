"""One self-contained page a run, and the front page: no remote link, code folded, every number an anchor."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from analysis.compendium.claims import KINDS, printed_number
from analysis.compendium.plan import TEMPLATES
from analysis.compendium.results import FIGURE, FINDING, NUMBERS, TABLE
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import NOT_RUN, OUTCOMES, Verdict, counted
from analysis.figures.agreement import printed_against_computed
from analysis.figures.svg import as_image, as_svg
from analysis.files import REPORTS, ROOT, write_atomically
from analysis.tables.package import DataPackage

__all__ = ["page_environment", "write_dataset_index", "write_index", "write_page"]

_HEADING = re.compile(r'(<h[1-6] id=")([^"]+)(">.*?href="#)\2(")', re.DOTALL)
_LONG = 30
"""Rows above which a table is folded."""
_CLAIMED = 10
"""Most numbers with a claim that are shown below a table without unfolding."""

_NAMES = {"parameters": "Parameters and their defaults", "injected-parameters": "Parameters of this run"}
"""What folded code is called on the page, by tag."""


def page_environment() -> Environment:
    """Return the templates of all pages, with the house's style."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["shown"] = _shown
    environment.globals["style"] = Markup(
        (TEMPLATES / "style.css").read_text(encoding="utf-8") + _code_style()
    )
    return environment


def _code_style() -> str:
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    ours = ".highlight { background: none; }\n.highlight pre { background: var(--panel); }\n"
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{ours}"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.4f}" if isinstance(value, float) and abs(value) >= 5e-5 else str(value)
    return text.replace("-", "−") if isinstance(value, (int, float)) else text


def write_page(study: Study, run: Run, verdicts: Iterable[Verdict] | None) -> None:
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
    """
    notebook = nbformat.read(run.folder / "notebook.ipynb", as_version=4)
    listed = list(verdicts or ())
    renderer = _Renderer(listed)
    parts = [renderer.cell(cell) for cell in notebook.cells]
    title = parts.pop(0) if notebook.cells and notebook.cells[0]["cell_type"] == "markdown" else ""
    counts = Counter(verdict.verdict for verdict in listed)
    page = (
        page_environment()
        .get_template("run.html")
        .render(
            title=run.title,
            study=study,
            run=run,
            notebook=run.notebook.path.relative_to(ROOT).as_posix(),
            opening=Markup(title),
            findings=[(finding, renderer.first_of(finding["numbers"])) for finding in renderer.findings],
            parts=[Markup(part) for part in parts if part],
            counts=[(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
            judged=verdicts is not None,
        )
    )
    write_atomically(run.page, page)


def write_dataset_index(
    package: DataPackage,
    built: Sequence[Run],
    left_out: Sequence[tuple[str, Sequence[str]]],
    failed: Sequence[Run],
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
    """
    page = (
        page_environment()
        .get_template("dataset.html")
        .render(package=package, runs=built, left_out=left_out, failed=failed)
    )
    path = REPORTS / "datasets" / package.name / "index.html"
    write_atomically(path, page)
    return path


def write_index(studies: Sequence[Study], verdicts: Sequence[Verdict], built: Sequence[Run]) -> None:
    """Write `reports/index.html`.

    Parameters
    ----------
    studies : sequence of Study
        All of them.
    verdicts : sequence of Verdict
        The whole verdict.
    built : sequence of Run
        The runs that have a page.
    """
    unavailable = Counter(verdict.why for verdict in verdicts if verdict.verdict == NOT_RUN)
    numbers = pd.DataFrame(
        [
            (float(printed_number(verdict.published)), verdict.computed, verdict.verdict)
            for verdict in verdicts
            if verdict.kind == "number" and isinstance(verdict.computed, (int, float))
        ],
        columns=["printed", "computed", "verdict"],
    )
    page = (
        page_environment()
        .get_template("index.html")
        .render(
            studies=studies,
            verdicts=verdicts,
            built={run.name for run in built},
            findings={study.id: _first_finding(study, built) for study in studies},
            titles={run.name: run.title for study in studies for run in study.runs},
            tallies=counted(verdicts),
            kinds=KINDS,
            outcomes=[one for one in OUTCOMES if any(verdict.verdict == one for verdict in verdicts)],
            unavailable=sorted(unavailable.items()),
            sources=list(dict.fromkeys(verdict.source for verdict in verdicts)),
            agreement=Markup(_agreement(numbers)) if len(numbers) else "",
            script=Markup((TEMPLATES / "index.js").read_text(encoding="utf-8")),
        )
    )
    write_atomically(REPORTS / "index.html", page)


def _first_finding(study: Study, built: Sequence[Run]) -> tuple[Run, dict[str, Any]] | None:
    """Return what a study found: the first finding of its first page that has one, and of which run it is."""
    for run in (run for run in built if run.study == study.id):
        path = run.folder / "findings.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for finding in found.values():
            return run, finding
    return None


_AGREEMENT = (
    "Every printed number against the computed one (claims in words are not drawn). On the line the two "
    "agree; far from it they do not."
)


def _agreement(numbers: pd.DataFrame) -> str:
    image = as_image(as_svg(printed_against_computed(numbers)), _AGREEMENT)
    return f"<figure>{image}<figcaption>{_AGREEMENT}</figcaption></figure>"


def _natural(key: str) -> list[tuple[int, str]]:
    """Return what a key is sorted by, so that 10 comes after 2."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", key)]


@dataclass
class _Renderer:
    """Turns the cells of one notebook into HTML, numbering tables and figures as they come."""

    verdicts: list[Verdict]
    tables: int = 0
    figures: int = 0
    headings: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Table that a number stands below, by the number's key."""

    def cell(self, cell: Mapping[str, Any]) -> str:
        if cell["cell_type"] == "markdown":
            return _HEADING.sub(self.heading, markdown2html_mistune(cell["source"]))
        if cell["cell_type"] != "code" or not cell["source"].strip():
            return ""
        code = highlight(cell["source"], PythonLexer(), HtmlFormatter())
        tags = cell["metadata"].get("tags", [])
        name = next((_NAMES[tag] for tag in tags if tag in _NAMES), "Code")
        outputs = cell["outputs"]
        alone = {
            key: entry for output in outputs for key, entry in output.get("data", {}).get(NUMBERS, {}).items()
        }
        shown = "".join(self.output(output) for output in outputs if NUMBERS not in output.get("data", {}))
        shown += self.numbers(alone, "numbers alone") if alone else ""
        # Cells have had identifiers since format 4.5 only.
        identifier = f' id="cell-{html.escape(cell["id"], quote=True)}"' if "id" in cell else ""
        folded = f'<details class="code"><summary>{name}</summary>{code}</details>'
        return f"<div{identifier}>{folded}{shown}</div>"

    def heading(self, found: re.Match[str]) -> str:
        """Return a heading with an identifier no heading before it has."""
        self.headings[found[2]] += 1
        again = f"-{self.headings[found[2]]}" if self.headings[found[2]] > 1 else ""
        return f"{found[1]}{found[2]}{again}{found[3]}{found[2]}{again}{found[4]}"

    def output(self, output: Mapping[str, Any]) -> str:
        if output["output_type"] == "stream":
            return f"<pre>{html.escape(strip_ansi(output['text']))}</pre>"
        if output["output_type"] == "error":
            trace = html.escape(strip_ansi("\n".join(output["traceback"])))
            return f'<pre class="error">{trace}</pre>'
        data = output["data"]
        if FINDING in data:
            self.findings.append(data[FINDING])
            # The page opens with it.
            return ""
        if TABLE in data:
            self.tables += 1
            self.places |= dict.fromkeys(data[TABLE]["numbers"], f"Table {self.tables}")
            caption = f"<caption><b>Table {self.tables}.</b> {html.escape(data[TABLE]['caption'])}</caption>"
            table = data[TABLE]["html"].replace("<thead>", f"{caption}<thead>", 1)
            numbers = self.of_table(data[TABLE]["numbers"])
            shown = f'<div class="scroll">{table}</div>'
            rows = table.partition("<tbody>")[2].count("<tr>")
            if rows > _LONG:
                shown = f"<details><summary>Table {self.tables}, {rows} rows</summary>{shown}</details>"
            return shown + numbers
        if FIGURE in data:
            self.figures += 1
            caption = html.escape(data[FIGURE]["caption"])
            label = f"<figcaption><b>Figure {self.figures}.</b> {caption}</figcaption>"
            return f"<figure>{data[FIGURE]['image']}{label}</figure>"
        if "text/html" in data:
            return f'<div class="scroll">{data["text/html"]}</div>'
        return f"<pre>{html.escape(str(data.get('text/plain', '')))}</pre>"

    def of_table(self, recorded: Mapping[str, Mapping[str, Any]]) -> str:
        """Return the numbers of a table: those with a claim, if not many, in view, the others folded."""
        # A notebook's file has them in the order of the alphabet, 10 before 2.
        recorded = dict(sorted(recorded.items(), key=lambda item: _natural(item[0])))
        claimed = {key: entry for key, entry in recorded.items() if self.claims(key)}
        if len(claimed) > _CLAIMED:
            claimed = {}
        others = {key: entry for key, entry in recorded.items() if key not in claimed}
        shown = self.numbers(claimed, "numbers") if claimed else ""
        if not others:
            return shown
        count = f"{len(others)} {'more ' if claimed else ''}recorded number{'s' if len(others) != 1 else ''}"
        judged = Counter(claim.verdict for key in others for claim in self.claims(key))
        told = "; ".join(f"{judged[outcome]} {outcome}" for outcome in OUTCOMES if judged[outcome])
        summary = f"{count}: {told}" if told else count
        return f"{shown}<details><summary>{summary}</summary>{self.numbers(others, 'numbers')}</details>"

    def first_of(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Return the tables and numbers that a finding rests on: an anchor and what to call it, each once."""
        found = {self.places.get(key, f"the number {key}"): key for key in reversed(keys)}
        return [(key, place) for place, key in reversed(found.items())]

    def claims(self, key: str) -> list[Verdict]:
        """Return the verdicts on the claims that a number is held against."""
        return [verdict for verdict in self.verdicts if verdict.link.endswith(f"#{key}")]

    def numbers(self, recorded: Mapping[str, Mapping[str, Any]], kind: str) -> str:
        judged = any(map(self.claims, recorded))
        rows = []
        for key, entry in recorded.items():
            held = "; ".join(
                f"{KINDS[claim.kind]} {claim.published}: {claim.verdict}" for claim in self.claims(key)
            )
            cells = (entry["label"], _shown(entry["value"]), *([held] if judged else []), key)
            row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            rows.append(f'<tr id="{html.escape(key, quote=True)}">{row}</tr>')
        names = ("Number", "Value", *(["Claim"] if judged else []), "Key")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        table = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        return f'<div class="scroll"><table class="{kind}">{table}</table></div>'
