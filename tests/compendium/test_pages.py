"""The pages: everything of an executed notebook, in order, escaped, reachable, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest

from analysis.compendium import results as results_module
from analysis.compendium.front_page import write_index, write_ledger
from analysis.compendium.pages import write_glossary, write_page
from analysis.compendium.parameters import Notebook
from analysis.compendium.plan import Neighbours
from analysis.compendium.prose_links import glossary
from analysis.compendium.rendering import Renderer
from analysis.compendium.results import FINDING, NUMBERS, RUN_FOLDER_VARIABLE, TABLE, Results
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import Verdict, judge
from analysis.resampling.many_tests import holm_sentence
from tests.compendium.test_verdict import a_claim, a_run, a_study, move_to

VOID = {"meta", "link", "img", "input", "br", "hr"}
NASTY = "<script>alert('x')</script> & \"more\""


class Page(HTMLParser):
    """A page as read from top to bottom: its elements with their ancestors, and faults in their nesting."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(markup)
        self.close()
        self.faults += [f"<{name}> is left open" for name in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, given, tuple(self.open)))
        if tag not in VOID:
            self.open.append(".".join([tag, *given.get("class", "").split()]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].split(".")[0] != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]} closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((data, tuple(self.open)))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Attributes of every element of a kind that has these."""
        return [
            given
            for name, given, _ in self.elements
            if name == tag and all(given.get(key) == value for key, value in attributes.items())
        ]

    def text(self, within: str = "") -> str:
        """All text within elements of a kind (`tag` or `tag.class`)."""
        parts = within.split(".")
        return "".join(
            text
            for text, above in self.texts
            if not within or any(set(parts) <= set(element.split(".")) for element in above)
        )


def remote(page: Page) -> list[str]:
    """Everything a browser would fetch from elsewhere, or send there, without a click."""
    found = []
    for tag, given, _ in page.elements:
        for name, value in given.items():
            fetched = name in (
                "src",
                "href",
                "srcset",
                "poster",
                "data",
                "action",
                "background",
                "formaction",
            )
            if (
                fetched
                and re.match(r"\s*(https?:|ftp:|//)", value, re.IGNORECASE)
                and (tag, name) != ("a", "href")
            ):
                found.append(f"<{tag} {name}={value}>")
            if name == "style" and "url(" in value:
                found.append(value)
    for text, above in page.texts:
        if above[-1] == "style":
            found += re.findall(r"@import.*|url\(.*?\)", text)
        if above[-1] == "script":
            found += re.findall(r"https?://\S*|fetch\(.*|import\(.*", text)
    return found


def sound(page: Page) -> None:
    """Refuse a page that does not nest, fetches something, or lacks what every page has."""
    assert page.faults == []
    assert remote(page) == []
    identifiers = [given["id"] for _, given, _ in page.elements if "id" in given]
    assert sorted(identifiers) == sorted(set(identifiers))
    assert page.all("html", lang="en")
    assert page.all("meta", charset="utf-8")
    assert page.all("meta", name="viewport", content="width=device-width, initial-scale=1")
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert len(page.all(landmark)) == 1, landmark
    assert page.all("a", **{"class": "skip"})[0]["href"] == "#" + page.all("main")[0]["id"]
    assert all(given.get("alt", "").strip() for given in page.all("img"))
    assert all(given["scope"] in ("col", "row") for given in page.all("th") if "scope" in given)
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    scripts = [text for text, above in page.texts if above[-1] == "script"]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert re.findall(r"sha256-([^']+)", policy["content"]) == hashes
    assert policy["content"].startswith("default-src 'none'; img-src data:;")
    within = [given["href"][1:] for given in page.all("a") if given["href"].startswith("#")]
    assert set(within) <= set(identifiers)


def shown(page: Page, *texts: str) -> None:
    """Refuse a page on which these texts do not come one after another."""
    whole, position = page.text(), 0
    for text in texts:
        position = whole.find(text, position)
        assert position >= 0, f"{text!r} is not on the page, or not in its place"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    move_to(tmp_path, monkeypatch)
    return tmp_path


def outputs_of(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Record numbers, tables and figures as a run does; return what was displayed."""
    bundles: list[dict[str, Any]] = []
    package = {"name": run.dataset.name, "title": "T", "kind": run.dataset.kind, "citation": "C"}
    folder = root / "data_derived" / run.dataset.name
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(
        json.dumps({**package, "licenses": [{"title": "none"}], "smallest_cell": 0})
    )
    run.folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(results_module, "DATA_DERIVED", root / "data_derived")
    monkeypatch.setattr(results_module, "display", lambda bundle, *, raw: bundles.append(bundle))
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(run.folder))
    results = Results(run.dataset.name)
    frame = pd.DataFrame({"mean": [1.396, -0.5], "n": [2, 3]}, index=["a < b", "total"])
    results.number("p", 0.0123456, f"two-sided p {NASTY}")
    results.number("note", "p < .05", "in words")
    results.table("t1", frame, f"First table {NASTY}")
    results.table("listing", pd.DataFrame({"x": range(31)}), "Long table.", numbers=False)
    for key in ("f1", "f2"):
        figure, axis = plt.subplots(figsize=(1, 1))
        axis.plot([0, 1])
        results.figure(key, figure, f"Figure called {key} {NASTY}")
    results.table("t2", frame[["n"]], "Short table.")
    return bundles


def display(bundle: dict[str, Any]) -> dict[str, Any]:
    return nbformat.v4.new_output("display_data", bundle)


@pytest.fixture
def executed(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Study, Run, list[Verdict]]:
    """A run with an executed notebook of all there may be, and claims on its numbers."""
    run = a_run(root)
    p, note, table, listing, figure, figure_2, table_2 = map(display, outputs_of(run, root, monkeypatch))
    plain = {"text/plain": f"<Figure> {NASTY}"}
    framed = {"text/html": pd.DataFrame({"framed": [1]}).to_html(), "text/plain": "never shown"}
    trace = ["\x1b[0;31mValueError\x1b[0m", f"line {NASTY}"]
    code, words = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    cells = [
        words(
            "# Leaders & *ties*\n\n[a work](https://example.org/a?b=1&c=2), `x < 1`\n\n| a |\n|---|\n| cell |"
        ),
        code("cut: int = 999  # a default", id="defaults", metadata={"tags": ["parameters"]}),
        code("cut = 3", id="given", metadata={"tags": ["injected-parameters"]}),
        code(f"first = {NASTY!r}", id="first", outputs=[p, table, note]),
        words("## Limits\n\nFirst limits."),
        code("figure", id="second", outputs=[figure]),
        code("   \n", id="blank"),
        nbformat.v4.new_raw_cell("never shown either"),
        words("## Limits\n\nSecond limits."),
        code(
            "third",
            id="third",
            outputs=[
                nbformat.v4.new_output("stream", name="stdout", text=f"\x1b[1mloud\x1b[0m {NASTY}\n"),
                nbformat.v4.new_output("execute_result", framed, execution_count=1),
                display(plain),
                nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=trace),
            ],
        ),
        code("fourth", id="fourth", outputs=[listing, figure_2, table_2]),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), run.folder / "notebook.ipynb")
    claims = [
        a_claim(number="t1.a-b.mean", statement=f"Statement {NASTY}", source=f"Table {NASTY}"),
        a_claim(id="again", number="t1.a-b.mean", published="1.39", open="tried"),
        a_claim(id="alone", number="p", published=".012", tolerance=0.0005, source="Table 2"),
        a_claim(id="words", number="note", published="p < .05", kind="direction", tolerance=0.0),
    ]
    study = a_study([run], *claims)
    return study, run, judge([study], {})


@pytest.fixture
def page(executed: tuple[Study, Run, list[Verdict]]) -> Page:
    write_page(*executed, Neighbours())
    return Page(executed[1].page.read_text(encoding="utf-8"))


def test_the_page_is_sound(page: Page) -> None:
    sound(page)


def test_everything_is_shown_in_its_order(page: Page) -> None:
    shown(
        page,
        "Leaders & ties",
        "a work",
        "cell",
        "cut",
        "Table 1.",
        f"First table {NASTY}",
        "a < b",
        "1.396",
        "2 claims on Table 1: 1 reproduced, 1 deviates (open)",
        f"Statement {NASTY}",
        "printed 1.40",
        "1.396",
        "reproduced",
        "printed 1.39",
        "deviates (open)",
        "tried",
        "two-sided p",
        "in words",
        "First limits",
        "Figure 1.",
        f"Figure called f1 {NASTY}",
        "Second limits",
        f"loud {NASTY}",
        "framed",
        f"<Figure> {NASTY}",
        f"ValueError\nline {NASTY}",
        "Table 2.",
        "Long table.",
        "Table 2, 31 rows",
        "Figure 2.",
        "Table 3.",
        "Short table.",
        "notebook notebooks/leaders/leaders.ipynb, with dataset = real_ties, cut = 3.",
        "Nobody (2026).",
    )
    assert "never shown" not in page.text()
    assert "\x1b" not in page.text()
    # The default and the value given are told apart.
    assert "Parameters and their defaultscut:int=999" in page.text()
    assert "Parameters of this runcut=3" in page.text()


def test_no_text_of_a_notebook_becomes_an_element(page: Page) -> None:
    scripts = [above for tag, _, above in page.elements if tag == "script"]
    assert len(scripts) == 1
    assert all("main" not in above for above in scripts)
    assert len(re.findall(re.escape(NASTY), page.text())) >= 6


def test_a_long_table_can_be_searched_from_a_file(page: Page) -> None:
    script = next(text for text, above in page.texts if above[-1] == "script")
    assert 'querySelectorAll("details table")' in script and 'type: "search"' in script
    folded = [above for tag, _, above in page.elements if tag == "table" and "details" in above]
    assert folded, "what the script looks for"


def test_captions_stand_beside_their_tables_and_figures_not_in_what_scrolls(page: Page) -> None:
    captions = page.text("figcaption")
    assert re.findall(r"Table \d\.", captions) == ["Table 1.", "Table 2.", "Table 3."]
    assert re.findall(r"Figure \d\.", captions) == ["Figure 1.", "Figure 2."]
    assert not any("div.scroll" in above for tag, _, above in page.elements if tag == "figcaption")
    names = [given["aria-label"] for given in page.all("table") if given.get("class") == "result"]
    assert names == ["Table 1", "Table 2", "Table 3"]
    images = page.all("img")
    assert [given["alt"] for given in images] == [f"Figure called {key} {NASTY}" for key in ("f1", "f2")]
    assert all(given["src"].startswith("data:image/svg+xml,<svg ") for given in images)
    # No text of a picture is ever shown smaller than nine pixels.
    assert all(re.fullmatch(r"min-width: \d+px", given["style"]) for given in images)


def test_every_table_and_figure_can_be_had_as_a_file(
    page: Page, executed: tuple[Study, Run, list[Verdict]]
) -> None:
    files = [given["href"] for tag, given, above in page.elements if tag == "a" and "span.files" in above]
    tables = [f"main/tables/{key}.csv" for key in ("t1", "listing", "t2")]
    figures = [f"main/figures/{key}.{ending}" for key in ("f1", "f2") for ending in ("svg", "png")]
    assert sorted(files) == sorted(tables + figures)
    assert all((executed[1].page.parent / file).is_file() for file in files)


def test_code_and_long_tables_are_folded_and_claims_where_none_deviates(page: Page) -> None:
    code = [above for tag, given, above in page.elements if given.get("class") == "highlight"]
    assert len(code) == 6
    assert all(above[-1] == "details.code" for above in code)
    assert page.text("summary").startswith("Parameters and their defaultsParameters of this runCode")
    folded = [above[-1] for tag, given, above in page.elements if given.get("class", "").startswith("scroll")]
    # Table 1 and the claims on it; figure 1; the frame; the listing; figure 2; table 3.
    kinds = ["figure.table", "details.claims", "figure.picture", "div", "details", "figure.picture"]
    assert folded == [*kinds, "figure.table"]
    opened = [given for given in page.all("details") if "open" in given]
    assert [given["class"] for given in opened] == ["claims"], "one of them deviates"


def test_every_number_has_an_anchor_its_value_and_its_claims(
    page: Page, executed: tuple[Study, Run, list[Verdict]]
) -> None:
    recorded = json.loads((executed[1].folder / "numbers.json").read_text())
    markup = executed[1].page.read_text(encoding="utf-8")
    rows: dict[str, list[str]] = {}
    for key in recorded:
        found = re.findall(rf'<(td|div) (id="{re.escape(key)}"[^>]*>.*?)</\1>', markup)
        assert len(found) == 1, key
        rows[key] = [text.strip() for text, _ in Page(f"<td {found[0][1]}</td>").texts]
    assert rows["p"] == [f"two-sided p {NASTY}", "0.0123", "printed .012: reproduced"]
    assert rows["note"] == ["in words", "p < .05", "printed p < .05: reproduced"]
    # In a table what is given stands before the number, and a sign of the worst of its claims behind it.
    assert rows["t1.a-b.mean"] == ["1.40 / 1.39 ·", "1.396", "≠"]
    assert rows["t1.total.mean"] == ["−0.500"]
    assert rows["t2.total.n"] == ["3"]
    (mark,) = page.all("sup")
    assert mark["aria-label"] == mark["title"] == "printed 1.40: reproduced; printed 1.39: deviates (open)"
    assert mark["class"] == "mark deviates"


def test_many_claims_of_a_table_are_folded_with_what_came_of_them(
    executed: tuple[Study, Run, list[Verdict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.compendium.rendering._FEW", 0)
    write_page(*executed, Neighbours())
    page = Page(executed[1].page.read_text(encoding="utf-8"))
    assert "2 claims on Table 1: 1 reproduced, 1 deviates (open)" in page.text("summary")
    assert all("open" not in given for given in page.all("details"))


def test_every_link_of_the_verdict_leads_to_a_row_of_the_page(
    root: Path, page: Page, executed: tuple[Study, Run, list[Verdict]]
) -> None:
    anchors = {given["id"] for _, given, _ in page.elements if "id" in given}
    for verdict in executed[2]:
        file, _, anchor = verdict.link.partition("#")
        assert root / "reports" / file == executed[1].page
        assert anchor in anchors
    links = {given["href"] for given in page.all("a")}
    assert {"main/numbers.json", "main/notebook.ipynb", "main/provenance.json"} <= links


def test_the_footer_counts_the_claims(page: Page) -> None:
    shown(page, "Claims held against this run", "3 reproduced, 1 deviates (open)")


@pytest.mark.parametrize(
    ("kind", "says"), [("real", "REAL data: Ties"), ("synthetic", "SYNTHETIC data, made by")]
)
def test_the_banner_and_the_title_say_what_the_data_are(root: Path, kind: str, says: str) -> None:
    run = a_run(root, {}, kind=kind)
    cells = [nbformat.v4.new_markdown_cell("# Title")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), run.folder / "notebook.ipynb")
    write_page(a_study([run]), run, [], Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    sound(page)
    assert page.text(f"aside.banner.{kind}").startswith(says)
    assert page.text("title") == f"Leaders & ties · {kind.upper()}"
    shown(page, "Claims held against this run", "none")
    if kind == "synthetic":
        shown(page, "nothing here is a finding about any study")


def test_defaults_stay_where_nothing_was_given_and_cells_need_no_identifier(root: Path) -> None:
    run = a_run(root, {})
    cell = {"cell_type": "code", "execution_count": None, "metadata": {"tags": ["parameters"]}, "outputs": []}
    old = {"cells": [{**cell, "source": f"cut = {cut}"} for cut in (999, 998)], "metadata": {}}
    text = json.dumps({**old, "nbformat": 4, "nbformat_minor": 4})
    (run.folder / "notebook.ipynb").write_text(text)
    write_page(a_study([run]), run, [], Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    assert page.faults == []
    shown(page, "Parameters", "999", "Parameters", "998")


def test_a_page_is_the_same_bytes_each_time(executed: tuple[Study, Run, list[Verdict]]) -> None:
    write_page(*executed, Neighbours())
    first = executed[1].page.read_bytes()
    executed[1].page.unlink()
    write_page(*executed, Neighbours())
    assert executed[1].page.read_bytes() == first


def test_the_title_is_the_first_heading_or_the_name(root: Path) -> None:
    run = a_run(root)
    assert run.notebook.title == "Leaders & ties"
    headless = Notebook(run.notebook.path, "", "No heading\n## Only a second", "", {})
    assert headless.title == run.notebook.path.stem


@pytest.fixture
def verdicts(root: Path) -> tuple[list[Study], list[Verdict], list[Run]]:
    """Two studies, one of them without its data."""
    first = a_run(root, {"t1.mean": 1.4, "t1.said": 1.4, "word": "p < .05", "truth": -0.00001})
    twin = a_run(root, {"truth": 0.5}, name="twin", kind="synthetic")
    claims = [
        a_claim(statement=f"Statement {NASTY}", source=f"Source {NASTY}"),
        a_claim(id="other", statement="Second", published="1.50"),
        a_claim(id="open", statement="Third", published="1.50", open=f"tried {NASTY}"),
        a_claim(id="words", statement="Fourth", kind="direction", published="p < .05", number="word"),
        a_claim(id="truth", statement="Fifth", kind="recovery", published="0.5", run="twin", number="truth"),
        a_claim(id="lost", statement="Sixth", kind="recovery", published="0.9", run="twin", number="truth"),
        a_claim(id="peer", statement="Seventh", kind="software", source="R 4.2.2"),
        a_claim(id="error", statement="Eighth", published="1.04", contradicted_by="t1.said"),
    ]
    away = a_run(root, name="away", study="other")
    studies = [a_study([first, twin], *claims)]
    studies.append(Study("other", "Other & <b>", "Why?", "C.", "D.", (away,), (a_claim(run="away"),)))
    return studies, judge(studies, {"other/away": "data unavailable: ties.csv"}), [first, twin]


def ledger(root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]) -> Page:
    write_ledger(*verdicts[:2])
    return Page((root / "reports/verdict.html").read_text(encoding="utf-8"))


def test_the_ledger_has_every_claim_and_its_verdict(
    root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]
) -> None:
    page = ledger(root, verdicts)
    sound(page)
    markup = (root / "reports/verdict.html").read_text(encoding="utf-8")
    rows = [
        re.findall(r"<td>(.*?)</td>", row)
        for row in re.findall(r"<tr(?: data-study|><td).*?</tr>", markup, re.DOTALL)
    ]
    assert [re.findall(r"<b class=[^>]*>(.*?)</b>", row[5])[0] for row in rows] == [
        "reproduced",
        "DEVIATES",
        "deviates (open)",
        "reproduced",
        "published error",
        "not run",
        "reproduced",
        "recovered",
        "NOT RECOVERED",
    ], "on real data first, print before peer software"
    made_up = 'known truth <b class="label synthetic">SYNTHETIC</b>'
    assert [row[2] for row in rows] == [*["printed"] * 6, "peer software", made_up, made_up]
    assert {html.unescape(row[1]) for row in rows} == {one.source for one in verdicts[1]}
    links = [given["href"] for tag, given, above in page.elements if tag == "a" and "td" in above]
    # What was not run has nothing to lead to.
    assert sorted(links) == sorted(one.link for one in verdicts[1][:-1])
    shown(
        page,
        f"Statement {NASTY}",
        "Second",
        "> 0.005",
        "Third",
        f"tried {NASTY}",
        "mean degree",
        "–",
        "Fifth",
    )


def test_the_front_page_counts_print_software_and_truths_apart(
    root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]
) -> None:
    write_index(*verdicts)
    page = Page((root / "reports/index.html").read_text(encoding="utf-8"))
    words = ("printed", "peer software", "known truth")
    tallies = [given["aria-label"] for given in page.all("ul", **{"class": "tally"})]
    assert tallies == [f"Verdicts on claims of the kind {one}, counted" for one in words]
    assert page.text("ul.tally").replace("\n", "") == (
        "2 reproduced1 deviates (open)1 published error1 DEVIATES1 not run"
        "1 reproduced"
        "1 recovered1 NOT RECOVERED"
    )
    assert page.text("b.published-error") == "11", "of its study, and in all"
    # Each count leads to the ledger with just those claims.
    first = page.all("a", href="verdict.html#study=leaders&kind=printed&verdict=deviates+%28open%29")
    assert len(first) == 1
    # Why a published error is said to be one stands beside it there.
    shown(ledger(root, verdicts), "the print contradicts its own source: t1.said: 1.4")


def test_the_ledger_has_filters_for_what_occurs(
    root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]
) -> None:
    page = ledger(root, verdicts)
    assert {given["name"] for given in page.all("select")} == {"verdict", "study", "source", "kind", "data"}
    assert page.all("input", type="search", name="words")
    assert page.all("output", name="shown", role="status")
    options = page.text("option")
    for text in ("Leaders", "Other & <b>", "NOT RECOVERED", "deviates (open)"):
        assert text in options
    assert "deviates (explained)" not in options
    assert page.text("output") == "9 claims"
    assert [given["value"] for given in page.all("option") if "value" in given][:3] == [
        "",
        "leaders",
        "other",
    ]
    # The script works on these names, and lists the sources.
    script = next(text for text, above in page.texts if above[-1] == "script")
    assert all(
        name in script
        for name in ("form.filters", ".verdicts tbody", "form.words", "form.shown", "form.source")
    )


def test_the_front_page_says_what_could_not_be_run(
    root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]
) -> None:
    write_index(*verdicts)
    page = Page((root / "reports/index.html").read_text(encoding="utf-8"))
    assert page.text("div.notice").endswith("1 claim not run: data unavailable: ties.csv")
    pages = [given["href"] for tag, given, above in page.elements if tag == "a" and "ul.pages" in above]
    assert pages == ["leaders/main.html", "leaders/twin.html"]
    # Two pages of one title are told apart by what they are of.
    shown(page, "Leaders & ties", "Ties of three")
    assert page.text("span.not-run").startswith("(not run)")
    studies, judged, built = verdicts
    write_index(studies[:1], judged[:-1], built)
    assert not Page((root / "reports/index.html").read_text(encoding="utf-8")).all(
        "div", **{"class": "notice"}
    )


def test_the_front_page_of_no_study_is_sound(root: Path) -> None:
    write_index([], [], [])
    sound(Page((root / "reports/index.html").read_text(encoding="utf-8")))
    page = ledger(root, ([], [], []))
    sound(page)
    assert page.text("output") == "0 claims"


def finding(key: str, numbers: list[str], label: str = "REAL") -> dict[str, Any]:
    return {"key": key, "sentence": f"Said of {key} {NASTY}", "numbers": numbers, "label": label}


def test_a_page_opens_with_its_findings_each_linked_to_what_it_rests_on(
    executed: tuple[Study, Run, list[Verdict]],
) -> None:
    study, run, verdicts = executed
    path = run.folder / "notebook.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cells = [["t1.total.mean", "t1.total.n", "p"], ["p"]]
    outputs = [display({FINDING: finding(f"f{number}", keys)}) for number, keys in enumerate(cells)]
    notebook.cells.append(nbformat.v4.new_code_cell("said", id="said", outputs=outputs))
    nbformat.write(notebook, path)
    write_page(study, run, verdicts, Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    sound(page)
    shown(
        page,
        "Leaders & ties",
        "In short",
        f"Said of f0 {NASTY}",
        "Table 1",
        "below",
        "999",
        "First limits",
    )
    within = page.text("section.findings")
    assert page.text().count("Said of") == 2, "each is said once, at the top"
    assert within.count("Said of") == 2 and "REAL" not in within, "the banner says what the data are"
    links = [
        given["href"] for tag, given, above in page.elements if tag == "a" and "section.findings" in above
    ]
    assert links == ["#t1.total.mean", "#p", "#p"]


@pytest.mark.parametrize(
    ("p", "told"),
    [
        (
            (0.001, 0.03, 0.6),
            "Counted together: 3 tests; 2 have p of 0.05 or less. After Holm's correction 1 holds.",
        ),
        (
            (0.03, 0.04),
            "Counted together: 2 tests; 2 have p of 0.05 or less. After Holm's correction none holds.",
        ),
        ((0.001, 0.02), ""),
        ((0.2, 0.3), ""),
        ((0.04,), ""),
    ],
)
def test_a_page_opens_with_a_caution_where_single_tests_do_not_hold(
    executed: tuple[Study, Run, list[Verdict]], p: tuple[float, ...], told: str
) -> None:
    study, run, verdicts = executed
    path = run.folder / "notebook.ipynb"
    notebook = nbformat.read(path, as_version=4)
    counted = {"tests": {"value": holm_sentence(dict(zip("abc", p, strict=False))), "label": "tests"}}
    outputs = [display({FINDING: finding("f", ["p"])}), display({NUMBERS: counted})]
    notebook.cells.append(nbformat.v4.new_code_cell("said", id="said", outputs=outputs))
    nbformat.write(notebook, path)
    write_page(study, run, verdicts, Neighbours())
    within = Page(run.page.read_text(encoding="utf-8")).text("section.findings")
    assert ("Counted together" in within) == bool(told) and told in within


def test_a_page_without_findings_says_so_in_short(page: Page) -> None:
    told = page.text("section.findings")
    assert told.startswith("In short") and "rests on too few people to be shown" in told


def test_the_front_page_has_the_first_finding_of_each_study(
    root: Path, verdicts: tuple[list[Study], list[Verdict], list[Run]]
) -> None:
    studies, judged, built = verdicts
    write_index(studies, judged, built)
    assert "Said of" not in (root / "reports/index.html").read_text(encoding="utf-8")
    content = {key: finding(key, ["truth"], "SYNTHETIC") for key in ("first", "second")}
    (built[1].folder / "findings.json").write_text(json.dumps(content))
    write_index(studies, judged, built)
    page = Page((root / "reports/index.html").read_text(encoding="utf-8"))
    sound(page)
    assert page.text("p.finding").startswith(f"SYNTHETIC Said of first {NASTY}")
    assert "Said of second" not in page.text()
    assert "leaders/twin.html#in-short" in [given["href"] for given in page.all("a")]
    # What a run found that has no current report is not said.
    write_index(studies, judged, built[:1])
    assert "Said of" not in (root / "reports/index.html").read_text(encoding="utf-8")


def test_a_page_of_a_run_that_reads_others_says_what_they_are_from(
    executed: tuple[Study, Run, list[Verdict]], root: Path
) -> None:
    study, run, verdicts = executed
    twin = a_run(root, {"truth": 0.5}, name="twin", kind="synthetic")
    both = replace(run, dataset=None, parameters={}, reads=(run, twin))
    assert (both.label, both.data) == ("REAL and SYNTHETIC", "real_ties, synthetic_ties")
    write_page(study, both, verdicts, Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    sound(page)
    assert page.text("strong") == "REAL and SYNTHETIC"
    shown(page, "Read from Leaders & ties")


def test_what_a_model_drew_is_called_simulated(
    executed: tuple[Study, Run, list[Verdict]], root: Path
) -> None:
    study, run, verdicts = executed
    drawn = replace(run, simulated="rates of ties among leaders")
    assert drawn.label == "SIMULATED" and replace(run, dataset=None, reads=(drawn,)).label == "SIMULATED"
    write_page(study, drawn, verdicts, Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    sound(page)
    assert page.text("aside.banner.simulated").startswith("SIMULATED from rates of ties among leaders: ")
    write_index([replace(study, runs=(drawn,))], verdicts, [drawn])
    shown(Page((root / "reports/index.html").read_text(encoding="utf-8")), "Leaders & ties", "SIMULATED")


def test_the_glossary_has_every_word_and_pages_link_to_it(root: Path) -> None:
    write_glossary()
    page = Page((root / "reports/glossary.html").read_text(encoding="utf-8"))
    sound(page)
    anchors = [given["id"] for given in page.all("div")]
    assert anchors == [term.anchor for term in glossary()] and len(set(anchors)) == len(anchors)
    run = a_run(root, {})
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# Density", "The density. Density `density`.")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), run.folder / "notebook.ipynb")
    write_page(a_study([run]), run, [], Neighbours(("Before", "before.html"), None, {}))
    written = Page(run.page.read_text(encoding="utf-8"))
    sound(written)
    terms = [given for given in written.all("a") if given.get("class") == "term"]
    assert [given["href"] for given in terms] == ["../glossary.html#density"], "once, in no heading or code"
    assert "possible ties" in terms[0]["data-told"]
    assert written.all("a", rel="prev", href="before.html") and not written.all("a", rel="next")


def test_a_heading_with_nothing_below_it_and_a_table_without_rows_are_not_shown(root: Path) -> None:
    run = a_run(root, {})
    words, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    table = {
        "key": "none",
        "caption": "Nobody left.",
        "html": "<table ><tbody></tbody></table>",
        "numbers": {},
    }
    cells = [
        *(words(text) for text in ("# Title", "## Empty", "## Coded")),
        code("y = 1"),
        *(words(text) for text in ("## Full\n\nAt once.", "## Filled", "### Part", "Words.")),
        code("x", outputs=[display({TABLE: table})]),
        words("## Last"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), run.folder / "notebook.ipynb")
    write_page(a_study([run]), run, [], Neighbours())
    page = Page(run.page.read_text(encoding="utf-8"))
    sound(page)
    assert "Empty" not in page.text() and "Last" not in page.text()
    assert page.text("nav.contents").split() == ["On", "this", "pageFullFilled"]
    # One with nothing but code below it is seen when code is.
    assert page.text("h2.with-code") == "Coded"
    shown(page, "Table 1.", "Nobody left.", "There is nothing to list.")
    assert not page.all("table")


def test_why_something_is_not_estimable_is_said_once() -> None:
    renderer = Renderer("folder", [])
    reason = "not estimable: found no ties within known organisations"
    entry = {"value": reason, "label": "Each school"}
    first, second = (renderer.numbers({name: entry}) for name in ("a.none", "b.none"))
    assert reason in first and "not estimable, as said above" in second and "found" not in second
    told = {
        "output_type": "display_data",
        "data": {"text/html": f"<p><em>Nothing: {reason}. (Dots.)</em></p>"},
    }
    assert renderer.output(told) == (
        '<div class="scroll"><p><em>Nothing: not estimable, as said above. (Dots.)</em></p></div>'
    )
    other = {"value": reason.replace("ties", "answers"), "label": "Each scale"}
    assert "found no answers" in renderer.numbers({"c.none": other})
