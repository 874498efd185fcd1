"""An executed notebook as the parts of a page: prose, tables, figures and numbers, with anchors and files."""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from analysis.compendium.claims import KINDS
from analysis.compendium.results import FIGURE, FINDING, NUMBERS, TABLE
from analysis.compendium.table_html import tiny
from analysis.compendium.verdict import DEVIATES, NOT_RUN, OUTCOMES, Verdict
from analysis.labels import in_words

__all__ = ["AS_SAID_ABOVE", "Renderer", "coded", "shown", "tone"]

AS_SAID_ABOVE = "not estimable, as said above"
"""In place of a reason that the page gave before."""

_HEADING = re.compile(
    r'<h([1-6]) id="([^"]+)">(.*?)<a class="anchor-link" href="#[^"]*">.*?</a></h\1>', re.DOTALL
)
_ITSELF = re.compile(r"(`+)(.+?)\1|(?<![\w/.:-])(\w+(?:/[\w.-]+)+\.\w+(?:, [a-z]+\.[a-z_.]+)?)")
"""What is shown as code within a text."""
_TAG = re.compile(r"<[^>]+>")
_CODE_ALONE = '<div class="code-alone"'
"""How a cell begins that shows nothing but its code."""
_LONG = 30
"""Rows above which a table is folded."""
_FEW = 10
"""Most claims that are shown below a table without unfolding, where one of them deviates."""
_SHORT = 12
"""Letters of a given value that has room beside the computed one."""
_BESIDE = "In each cell: as given · as computed, ✓ where the two agree, ≠ where not; the reason stands below."
"""What the caption of a table with claims says."""
_REASON = re.compile(r"not estimable: (.{25,}?)(?=\.? \(|$|</)", re.DOTALL)
"""Why something has no answer, where that takes more than a few words; what it is of stands in brackets."""
_SENTENCE = 6
"""Words from which a recorded text is a sentence of its own, not a value beside a label."""

_NAMES = {"parameters": "Parameters and their defaults", "injected-parameters": "Parameters of this run"}
"""What code is called on the page, by tag."""
_AGREES = ("reproduced", "recovered")
_MARKS = {**dict.fromkeys(_AGREES, "✓"), NOT_RUN: "–"}
"""What stands beside a number with a claim; ≠ where it deviates."""


def shown(value: Any) -> str:
    """Return a recorded value as it stands on a page.

    Examples
    --------
    >>> shown(-0.5), shown(0.00001), shown(445.0), shown(None), shown(True), shown("p < .05")
    ('−0.5', '0.00001', '445', '–', 'yes', 'p < .05')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isfinite(value) and value != round(value):
        if abs(value) < 5e-5:
            return tiny(value)
        # Digits after the third that are all zero were never computed.
        short = abs(value - round(value, 3)) < 1e-12 * max(1.0, abs(value))
        return (f"{value:.3f}".rstrip("0") if short else f"{value:.4f}").replace("-", "−")
    return f"{value:.15g}".replace("-", "−") if isinstance(value, (int, float)) else str(value)


def tone(verdict: str) -> str:
    """Return the class by which a verdict is coloured.

    Examples
    --------
    >>> tone("deviates (open)"), tone("DEVIATES"), tone("not run"), tone("recovered")
    ('deviates', 'undeclared', 'not-run', 'recovered')
    """
    if verdict in DEVIATES:
        return "undeclared"
    return "deviates" if verdict.startswith("deviates") else verdict.replace(" ", "-")


def coded(text: str) -> Markup:
    """Return a text for a page in which what stands between backticks, and a file with its folders, is code.

    Examples
    --------
    >>> coded("`make` reads data_raw/ours/actors.csv.")
    Markup('<code>make</code> reads <code>data_raw/ours/actors.csv</code>.')
    """
    return Markup(_ITSELF.sub(lambda found: f"<code>{found[2] or found[3]}</code>", str(escape(text))))


@dataclass
class Renderer:
    """Turns the cells of one notebook into HTML, numbering tables and figures as they come.

    Attributes
    ----------
    folder : str
        Where the files of tables and figures lie, seen from the page.
    verdicts : list of Verdict
        Those on claims held against this run.
    linked : callable
        Puts links to the glossary and to other pages into the HTML of some prose.
    contents : list of (str, str)
        Anchor and words of each heading that a list of contents has.
    places : dict of str
        The table a number stands in, by the number's key.
    networks : int
        How many pictures can be worked with.
    reasons : set of str
        Why something could not be estimated, of those that the page said already.
    """

    folder: str
    verdicts: list[Verdict]
    linked: Callable[[str], str] = str
    tables: int = 0
    figures: int = 0
    networks: int = 0
    reasons: set[str] = field(default_factory=set)
    headings: Counter[str] = field(default_factory=Counter)
    contents: list[tuple[str, str]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def parts(self, cells: Sequence[Mapping[str, Any]]) -> list[Markup]:
        """Return the cells as HTML; headings above nothing go, those above code alone are seen with it."""
        made = [(*_heading_of(cell), part) for cell in cells if (part := self.cell(cell))]
        kept: list[str] = []
        hidden: set[str] = set()
        for place, (level, alone, part) in enumerate(made):
            # What stands below a heading, up to one of its own level or above.
            after = made[place + 1 :]
            end = next((far for far, (other, _, _) in enumerate(after) if 0 < other <= level), len(after))
            below = [one for _, heading, one in after[:end] if not heading]
            if not alone or any(not one.startswith(_CODE_ALONE) for one in below):
                kept.append(part)
                continue
            hidden |= set(re.findall(rf'<h{level} id="([^"]+)"', part))
            if below:
                kept.append(part.replace(f"<h{level} ", f'<h{level} class="with-code" ', 1))
        self.contents = [(anchor, words) for anchor, words in self.contents if anchor not in hidden]
        return [Markup(part) for part in kept]

    def cell(self, cell: Mapping[str, Any]) -> str:
        """Return one cell as HTML; nothing, where it has none."""
        if cell["cell_type"] == "markdown":
            return self.linked(_HEADING.sub(self._heading, markdown2html_mistune(cell["source"])))
        if cell["cell_type"] != "code" or not cell["source"].strip():
            return ""
        code = highlight(cell["source"], PythonLexer(), HtmlFormatter())
        tags = cell["metadata"].get("tags", [])
        name = next((_NAMES[tag] for tag in tags if tag in _NAMES), "Code")
        outputs = cell["outputs"]
        alone = {
            key: entry for output in outputs for key, entry in output.get("data", {}).get(NUMBERS, {}).items()
        }
        said = "".join(self.output(output) for output in outputs if NUMBERS not in output.get("data", {}))
        said += self.numbers(alone) if alone else ""
        # Cells have had identifiers since format 4.5 only.
        identifier = f' id="cell-{html.escape(cell["id"], quote=True)}"' if "id" in cell else ""
        folded = f'<details class="code"><summary>{name}</summary>{code}</details>'
        return f"{'<div' if said else _CODE_ALONE}{identifier}>{folded}{said}</div>"

    def _heading(self, found: re.Match[str]) -> str:
        """Return a heading with an identifier that no heading before it has."""
        level, name, words = found.groups()
        self.headings[name] += 1
        anchor = f"{name}-{self.headings[name]}" if self.headings[name] > 1 else name
        if level == "2":
            self.contents.append((anchor, html.unescape(_TAG.sub("", words))))
        return f'<h{level} id="{anchor}">{words}</h{level}>'

    def output(self, output: Mapping[str, Any]) -> str:
        """Return one output of a cell as HTML."""
        if output["output_type"] == "stream":
            return f"<pre>{html.escape(strip_ansi(output['text']))}</pre>"
        if output["output_type"] == "error":
            trace = html.escape(strip_ansi("\n".join(output["traceback"])))
            return f'<pre class="error">{trace}</pre>'
        data = output["data"]
        if FINDING in data:
            # The page opens with it.
            return ""
        if TABLE in data:
            return self._table(data[TABLE])
        if FIGURE in data:
            return self._figure(data[FIGURE])
        if "text/html" in data:
            return f'<div class="scroll">{self._said_once(data["text/html"])}</div>'
        return f"<pre>{html.escape(str(data.get('text/plain', '')))}</pre>"

    def _files(self, kind: str, key: str, name: str, *endings: str) -> str:
        """Return links to the files in which a table or figure can be had."""
        links = (
            f'<a href="{self.folder}/{kind}/{html.escape(key, quote=True)}.{ending}" '
            f'aria-label="{name} as {ending.upper()}">'
            f"{ending.upper()}</a>"
            for ending in endings
        )
        return f' <span class="files">{" · ".join(links)}</span>'

    def _table(self, table: Mapping[str, Any]) -> str:
        self.tables += 1
        name = f"Table {self.tables}"
        self.places |= dict.fromkeys(table["numbers"], name)
        files = self._files("tables", table["key"], name, "csv")
        caption = f"<b>{name}.</b> {html.escape(table['caption'])}{files}"
        rows = table["html"].partition("<tbody>")[2].count("<tr>")
        if not rows:
            return f'<p class="none">{caption} <em>There is nothing to list.</em></p>'
        cells = table["html"].replace("<table ", f'<table aria-label="{name}" ', 1)
        for key in table["numbers"]:
            if claims := self.claims(key):
                cells = _marked(cells, key, claims)
        shown_table = f'<div class="scroll{" tall" if rows > _LONG else ""}">{cells}</div>'
        if rows > _LONG:
            shown_table = f"<details><summary>{name}, {rows} rows</summary>{shown_table}</details>"
        held = [(key, entry, claim) for key, entry in table["numbers"].items() for claim in self.claims(key)]
        legend = f' <span class="beside">{_BESIDE}</span>' if held else ""
        return (
            f'<figure class="table"><figcaption>{caption}{legend}</figcaption>{shown_table}'
            f"{self._claims_of(name, held)}</figure>"
        )

    def _claims_of(self, name: str, held: Sequence[tuple[str, Mapping[str, Any], Verdict]]) -> str:
        """Return the claims on the numbers of a table: given, computed, what came of it, and why."""
        if not held:
            return ""
        counts = Counter(claim.verdict for _, _, claim in held)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
        rows = "".join(
            f'<tr><th scope="row"><a href="#{html.escape(key)}">{html.escape(claim.statement)}</a></th>'
            f"<td>{KINDS[claim.kind]} {html.escape(claim.published)}</td>"
            f"<td>{html.escape(shown(entry['value']))}</td>"
            f'<td class="text"><b class="{tone(claim.verdict)}">{claim.verdict}</b>{_why(claim)}</td></tr>'
            for key, entry, claim in held
        )
        opened = " open" if len(held) <= _FEW and set(counts) - {*_AGREES, NOT_RUN} else ""
        count = f"{len(held)} claim{'s' if len(held) != 1 else ''}"
        words = ("Claim", "Given", "Computed", "Verdict")
        head = "".join(f'<th scope="col">{word}</th>' for word in words)
        return (
            f'<details class="claims"{opened}><summary>{count} on {name}: {told}</summary>'
            f'<div class="scroll"><table class="claims" aria-label="Claims on {name}">'
            f"<thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div></details>"
        )

    def _figure(self, figure: Mapping[str, Any]) -> str:
        self.figures += 1
        caption = html.escape(figure["caption"])
        name = f"Figure {self.figures}"
        files = self._files("figures", figure["key"], name, "svg", "png")
        label = f"<figcaption><b>{name}.</b> {caption}{files}</figcaption>"
        still = f'<div class="scroll still">{figure["image"]}</div>'
        if "network" not in figure:
            return f'<figure class="picture">{still}{label}</figure>'
        self.networks += 1
        # Within a script element nothing but its own end is read as markup.
        data = figure["network"].replace("<", "\\u003c")
        live = f'<script type="application/json" class="network">{data}</script>'
        return f'<figure class="picture network">{live}{still}{label}</figure>'

    def _said_once(self, text: str) -> str:
        """Return what a page says, without a reason that it gave before."""

        def told(found: re.Match[str]) -> str:
            reason = html.unescape(found[1]).rstrip(".")
            if reason in self.reasons:
                return AS_SAID_ABOVE
            self.reasons.add(reason)
            return found[0]

        return _REASON.sub(told, text)

    def first_of(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Return the tables and numbers that a finding rests on: an anchor and what to call it, each once."""
        found = {self.places.get(key, "below"): key for key in reversed(keys)}
        return [(key, place) for place, key in reversed(found.items())]

    def claims(self, key: str) -> list[Verdict]:
        """Return the verdicts on the claims that a number is held against."""
        return [verdict for verdict in self.verdicts if verdict.link.endswith(f"#{key}")]

    def numbers(self, recorded: Mapping[str, Mapping[str, Any]]) -> str:
        """Return numbers recorded by themselves: sentences as such, others beside what they are."""
        rows = []
        for key, entry in recorded.items():
            held = "".join(
                f' <span class="{tone(claim.verdict)}">{KINDS[claim.kind]} {html.escape(claim.published)}: '
                f"{claim.verdict}</span>{_why(claim)}"
                for claim in self.claims(key)
            )
            sentence = isinstance(entry["value"], str) and len(entry["value"].split()) >= _SENTENCE
            kind = ' class="sentence"' if sentence else ""
            label, value = (
                html.escape(in_words(text))
                for text in (entry["label"].rstrip(".:"), self._said_once(shown(entry["value"])))
            )
            rows.append(
                f'<div id="{html.escape(key, quote=True)}"{kind}><dt>{label}</dt><dd>{value}{held}</dd></div>'
            )
        return f'<dl class="recorded">{"".join(rows)}</dl>'


def _heading_of(cell: Mapping[str, Any]) -> tuple[int, bool]:
    """Return the level of the heading a cell begins with, 0 for none, and whether it holds nothing else."""
    found = re.match(r"\s*(#{2,6}) [^\n]*", cell["source"]) if cell["cell_type"] == "markdown" else None
    return (len(found[1]), not cell["source"][found.end() :].strip()) if found else (0, False)


def _why(claim: Verdict) -> str:
    told = claim.why and claim.verdict not in _AGREES
    return f'<div class="why">{html.escape(claim.why)}</div>' if told else ""


def _marked(table: str, key: str, claims: Sequence[Verdict]) -> str:
    """Return a table with what is given before one number, and a sign of what came of it behind."""
    told = "; ".join(f"{KINDS[claim.kind]} {claim.published}: {claim.verdict}" for claim in claims)
    worst = next((claim.verdict for claim in claims if claim.verdict not in _AGREES), claims[0].verdict)
    mark = (
        f'<sup class="mark {tone(worst)}" role="img" title="{html.escape(told, quote=True)}" '
        f'aria-label="{html.escape(told, quote=True)}">{_MARKS.get(worst, "≠")}</sup>'
    )
    given = " / ".join(dict.fromkeys(claim.published for claim in claims if len(claim.published) <= _SHORT))
    given = re.sub(r"(?<![\w.)])-(?=[.\d])", "−", given)
    beside = f'<span class="given">{html.escape(given)} · </span>' if given else ""
    opening = re.compile(rf'(<td id="{re.escape(html.escape(key, quote=True))}"[^>]*>)([^<]*)')
    return opening.sub(lambda found: f"{found[1]}{beside}{found[2]}{mark}", table, count=1)
