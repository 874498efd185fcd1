"""The front page, for three readers, and the ledger: every claim, with filters that can be linked to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import yaml
from markupsafe import Markup

from analysis.compendium.claims import KINDS, printed_number
from analysis.compendium.pages import page_environment
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import NOT_RUN, OUTCOMES, Verdict, counted
from analysis.compendium.ways_in import ways_in
from analysis.figures.agreement import printed_against_computed
from analysis.figures.svg import as_image, as_svg
from analysis.files import REPORTS, ROOT, write_atomically

__all__ = ["CITATION", "write_index", "write_ledger"]

CITATION = ROOT / "CITATION.cff"
_FEW = 3
"""Most datasets that are named beside the title of a page."""


def write_index(studies: Sequence[Study], verdicts: Sequence[Verdict], built: Sequence[Run]) -> None:
    """Write `reports/index.html`: each study's question, what was found, its verdicts and its pages.

    Parameters
    ----------
    studies : sequence of Study
        All of them.
    verdicts : sequence of Verdict
        The whole verdict.
    built : sequence of Run
        The runs that have a page.
    """
    there = {run.name for run in built}
    page = (
        page_environment()
        .get_template("index.html")
        .render(
            studies=[
                {
                    "study": study,
                    "finding": _first_finding(study, built),
                    "counts": _counts_of(study, verdicts),
                    "pages": _pages_of(study, there),
                }
                for study in studies
            ],
            ways=ways_in(studies, verdicts, there),
            tallies=_linked_counts(verdicts, {}),
            unavailable=_not_run(verdicts),
            about=_about(),
        )
    )
    write_atomically(REPORTS / "index.html", page)


def write_ledger(studies: Sequence[Study], verdicts: Sequence[Verdict]) -> None:
    """Write `reports/verdict.html`: every claim, those on real data first.

    Parameters
    ----------
    studies : sequence of Study
        All of them.
    verdicts : sequence of Verdict
        The whole verdict.
    """
    runs = {run.name: run for study in studies for run in study.runs}
    rows = [(verdict, runs[f"{verdict.study}/{verdict.run}"]) for verdict in verdicts]
    # Print first, then peer software, then what a twin was made with; each on real data before made-up ones.
    order = {words: place for place, words in enumerate(dict.fromkeys(KINDS.values()))}
    rows.sort(key=lambda row: (row[1].label != "REAL", order[KINDS[row[0].kind]]))
    page = (
        page_environment()
        .get_template("verdict.html")
        .render(
            rows=rows,
            kinds=KINDS,
            tallies=_linked_counts(verdicts, {}),
            unavailable=_not_run(verdicts),
            filters={
                "study": [(study.id, study.title) for study in studies],
                "verdict": _same([one for one in OUTCOMES if any(one == row.verdict for row, _ in rows)]),
                "kind": _same(dict.fromkeys(KINDS[verdict.kind] for verdict, _ in rows)),
                "data": _same(sorted({run.label for _, run in rows})),
                # The script lists the sources, out of the rows.
                "source": [],
            },
            agreement=_agreement(verdicts),
        )
    )
    write_atomically(REPORTS / "verdict.html", page)


def _not_run(verdicts: Sequence[Verdict]) -> list[tuple[str, int]]:
    """Return every reason why claims were not run, and how many."""
    return sorted(Counter(verdict.why for verdict in verdicts if verdict.verdict == NOT_RUN).items())


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _linked_counts(
    verdicts: Sequence[Verdict], chosen: Mapping[str, str]
) -> dict[str, list[tuple[str, int, str]]]:
    """Return for each kind of claim every outcome, how often, and where the ledger lists just those."""
    return {
        words: [
            (outcome, count, f"verdict.html#{urlencode({**chosen, 'kind': words, 'verdict': outcome})}")
            for outcome, count in counts
        ]
        for words, counts in counted(verdicts).items()
    }


def _counts_of(study: Study, verdicts: Sequence[Verdict]) -> dict[str, list[tuple[str, int, str]]]:
    return _linked_counts([one for one in verdicts if one.study == study.id], {"study": study.id})


def _pages_of(study: Study, there: set[str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the pages of a study by the title they share, each with what tells it from the others."""
    titled: dict[str, list[Run]] = {}
    for run in study.runs:
        titled.setdefault(run.notebook.title, []).append(run)
    return [
        (
            title,
            [
                {
                    "of": _told_apart(run, runs),
                    "label": run.label,
                    "address": f"{study.id}/{run.id}.html" if run.name in there else "",
                }
                for run in runs
            ],
        )
        for title, runs in titled.items()
    ]


def _told_apart(run: Run, runs: Sequence[Run]) -> str:
    """Return in words what a page is of: its subject, or else the titles of its datasets."""
    titles = [package.title for package in run.datasets]
    data = (
        "; ".join(titles) if len(titles) <= _FEW else f"{len(titles)} datasets, each named where it is used"
    )
    again = [other for other in runs if other.subject == run.subject]
    if not run.subject:
        return data
    return run.subject if len(again) == 1 else f"{run.subject}: {data}"


def _first_finding(study: Study, built: Sequence[Run]) -> tuple[Run, dict[str, Any]] | None:
    """Return the first finding of a study's first page that has one, on real data if any, and its run."""
    of_study = [run for run in built if run.study == study.id]
    for run in sorted(of_study, key=lambda run: run.label != "REAL"):
        path = run.folder / "findings.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for finding in found.values():
            return run, finding
    return None


def _about() -> dict[str, Any]:
    """Return who made the compendium, its version, date and licence; nothing, where no file says so."""
    if not CITATION.is_file():
        return {}
    content = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    names = [
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in content["authors"]
    ]
    return {
        "title": content["title"],
        "authors": ", ".join(names),
        "version": str(content["version"]),
        "date": str(content["date-released"]),
        "licence": content["license"],
    }


_AGREEMENT = (
    "Every printed number against the computed one (claims in words are not drawn). On the line the two "
    "agree; far from it they do not."
)


def _agreement(verdicts: Sequence[Verdict]) -> Markup:
    """Return the figure of what is printed and what is computed; nothing, where no number is."""
    numbers = pd.DataFrame(
        [
            (float(printed_number(verdict.published)), verdict.computed, verdict.verdict)
            for verdict in verdicts
            if verdict.kind == "number" and isinstance(verdict.computed, (int, float))
        ],
        columns=["printed", "computed", "verdict"],
    )
    if not len(numbers):
        return Markup("")
    image = as_image(as_svg(printed_against_computed(numbers)), _AGREEMENT)
    caption = f"<figcaption>{_AGREEMENT}</figcaption>"
    return Markup(f'<figure class="picture"><div class="scroll">{image}</div>{caption}</figure>')
