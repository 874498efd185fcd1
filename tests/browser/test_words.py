"""No name of the code where a reader looks: headings, tables, links, captions, pictures, words read aloud."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.browser.words import code_names, of_page, of_picture

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "reports"
with (Path(__file__).parent / "allowed_names.csv").open(encoding="utf-8", newline="") as lines:
    ALLOWED = list(csv.DictReader(lines))
"""What may stand there as it is called, and why."""
PATTERNS = [re.compile(row["pattern"]) for row in ALLOWED]


def _in(folder: Path) -> list[str]:
    pages = {path: of_page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    pictures = {path: of_picture(path.read_text(encoding="utf-8")) for path in folder.rglob("figures/*.svg")}
    found = {
        (path.relative_to(folder).as_posix(), name): text
        for path, texts in sorted({**pages, **pictures}.items())
        for name, text in code_names(texts, PATTERNS)
    }
    return [f"{path}: {name} in {text[:100]!r}" for (path, name), text in found.items()]


def test_no_name_of_the_code_is_seen_on_a_page_or_in_a_picture() -> None:
    if not (REPORTS / "index.html").is_file():
        pytest.skip("no page is built: make")
    found = _in(REPORTS)
    assert not found, "\n" + "\n".join(found)


PAGE = """<!doctype html><title>Ties</title><main><h2>Help</h2><table aria-label="Table 1"><thead><tr>
<th>E-I index</th></tr></thead><tbody><tr><th>own school</th><td>2</td></tr></tbody></table>
<figure><img alt="Ties by wave."><figcaption>Ties.</figcaption></figure>
<p>In <code>ties.csv</code> the column <code>sender_id</code>, of <code>data_raw/ours</code>.</p>
<select><option>all</option></select><a href="a_b.html#c_d">Reports</a></main>"""


def test_a_page_in_words_has_none() -> None:
    assert list(code_names(of_page(PAGE), PATTERNS)) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("<h2>Help", "<h2>help_ties", "help_ties"),
        ("<th>E-I index", "<th>external_internal", "external_internal"),
        ("<th>E-I index", "<th>icc1", "icc1"),
        ("<th>own school", "<th>reml.icc1_work_hours", "reml.icc1_work_hours"),
        ("<td>2", "<td>note_1/s2", "note_1"),
        ('"Table 1"', '"Table as CSV: table_9_4"', "table_9_4"),
        ("Ties by wave", "Ties by p_error", "p_error"),
        ("<figcaption>Ties", "<figcaption>r_wg(j) of ties", "r_wg"),
        ("<option>all", "<option>group.conflict", "group.conflict"),
        (">Reports", ">example_network", "example_network"),
        ("<title>Ties", "<title>scale_up", "scale_up"),
    ],
)
def test_a_planted_name_is_found_wherever_it_is_seen(old: str, new: str, name: str) -> None:
    assert old in PAGE
    assert [found for found, _ in code_names(of_page(PAGE.replace(old, new)), PATTERNS)] == [name]


def test_a_planted_name_is_found_in_a_picture_and_in_a_built_page(tmp_path: Path) -> None:
    (tmp_path / "run/figures").mkdir(parents=True)
    (tmp_path / "run.html").write_text(PAGE.replace("Help", "kick_off"), encoding="utf-8")
    svg = "<svg><g><!-- kick_off, 2024 --></g><g><!-- $r_{wg}$ --></g><!-- 0.5 --></svg>"
    (tmp_path / "run/figures/a.svg").write_text(svg, encoding="utf-8")
    assert _in(tmp_path) == [
        "run/figures/a.svg: kick_off in 'kick_off, 2024'",
        "run.html: kick_off in 'kick_off'",
    ]


def test_every_name_that_is_allowed_has_a_reason() -> None:
    assert len(ALLOWED) <= 20 and all(len(row["reason"].split()) >= 4 for row in ALLOWED)


def test_every_page_of_a_run_opens_with_what_it_found() -> None:
    pages = [path for path in REPORTS.rglob("*.html") if (path.with_suffix("") / "numbers.json").is_file()]
    if not pages:
        pytest.skip("no page is built: make")
    without = [path.name for path in pages if 'id="in-short"' not in path.read_text(encoding="utf-8")]
    assert without == []
