"""Every numeral of the prose, and what it is bound to.

`prose_numbers.csv` lists them: a phrase that holds the numeral, in which text it stands and how often, the
recorded number or parameter it comes from, or else the reason why it comes from none. Run this module to see
what is not listed yet: ``PYTHONPATH=. .venv/bin/python -m tests.prose_numbers``.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.compendium.findings import numerals_not_recorded

ROOT = Path(__file__).resolve().parents[1]
LISTED = Path(__file__).with_suffix(".csv")
COLUMNS = ("phrase", "where", "bound_to", "reason")

_CODE = re.compile(r"```.*?```|`[^`\n]*`|<!--.*?-->|\]\([^)]*\)", re.DOTALL)
_ITEM = re.compile(r"^\s*\d+\.\s", re.MULTILINE)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_TAG = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]*>", re.DOTALL)
_SUGGESTED = [
    (
        re.compile(r"(?:[A-Z][\w’'-]+ et al\.|[A-Z][\w’'.-]*),? \(?(?:19|20)\d\d\b|step-down \(1979"),
        "the year of a work that is cited",
    ),
    (re.compile(r"AERA 2025"), "the year of a meeting"),
    (re.compile(r"(?:[Tt]ables?|[Mm]odels?|ch\.) \d(?:\.\d)?(?: and \d)?"), "a name in the publication"),
    (re.compile(r"year[ -]\d"), "a wave by its name in the publication"),
    (re.compile(r"9[59] %"), "the level of intervals and of what is no surprise"),
    (re.compile(r"(?:at |below |above |< |>= |of )?\.0\d+"), "the level of a test"),
    (re.compile(r"ICC\(\d\)|\bAC1\b|\bp1\b"), "the name of a measure or a model"),
    (re.compile(r"\(\d: [a-z]+"), "how a table writes yes or none"),
    (re.compile(r"0 to 4|at 1, 2, 3 or 4|at least 2, 3 or 4"), "answers on the scale of the files"),
    (re.compile(r"p = \(1 \+ b\) / \(1 \+ m\)|n\* − 1|1/\(n − 1\)|ln 2"), "a formula"),
    (re.compile(r"version \d+(?:\.\d+)+|RSiena \d(?:\.\d)+"), "the version of a program"),
]


@dataclass(frozen=True)
class Bound:
    """A phrase with numerals, and what they come from.

    Attributes
    ----------
    phrase : str
    where : dict of str to int
        How often it stands in each text.
    bound_to : str
        ``study/run:key`` of a recorded number, ``claim:study:id`` of a printed one, or
        ``parameter:notebook:name``; empty where a reason stands.
    reason : str
    """

    phrase: str
    where: dict[str, int]
    bound_to: str
    reason: str


def texts() -> dict[str, str]:
    """Return the prose of the README, of every notebook (captions too) and of the pages' templates."""
    found = {"README.md": _prose((ROOT / "README.md").read_text(encoding="utf-8"))}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            found[path.relative_to(ROOT).as_posix()] = _of_notebook(path)
    for path in sorted((ROOT / "analysis/compendium/templates").glob("*.html")):
        found[path.relative_to(ROOT).as_posix()] = _plain(
            _TAG.sub(" ", _JINJA.sub(" ", path.read_text(encoding="utf-8")))
        )
    return {name: text for name, text in found.items() if re.search(r"\d", text)}


def listed() -> list[Bound]:
    """Return the list."""
    with LISTED.open(encoding="utf-8", newline="") as stream:
        return [
            Bound(
                row["phrase"],
                {
                    name: int(times)
                    for name, _, times in (e.rpartition(":") for e in row["where"].split("; "))
                },
                row["bound_to"],
                row["reason"],
            )
            for row in csv.DictReader(stream)
        ]


def faults_of(name: str, text: str, bound: Mapping[str, int]) -> list[str]:
    """Return what is wrong with a text, given how often each phrase should stand in it."""
    left, counts = taken_out(text, bound)
    faults = [
        f"{name}: {phrase!r} stands {counts[phrase]} times, {times} listed"
        for phrase, times in bound.items()
        if counts[phrase] != times
    ]
    return faults + [
        f"{name}: not bound: {left[max(0, m.start() - 30) : m.end() + 10]!r}"
        for m in re.finditer(r"\d[\d.,]*", left)
    ]


def taken_out(text: str, phrases: Mapping[str, int]) -> tuple[str, Counter[str]]:
    """Return a text without phrases, the longest first, and how often each was there."""
    counts: Counter[str] = Counter()
    if not phrases:
        return text, counts
    ways = "|".join(re.escape(one) for one in sorted(phrases, key=len, reverse=True))

    def out(match: re.Match[str]) -> str:
        counts[match.group()] += 1
        return "·"

    return re.sub(rf"(?<!\d)(?<!\d\.)(?:{ways})(?!\d)(?!\.\d)", out, text), counts


def by_text(entries: list[Bound]) -> dict[str, dict[str, int]]:
    """Return the phrases of each text, and how often each stands there."""
    found: dict[str, dict[str, int]] = {}
    for entry in entries:
        for name, times in entry.where.items():
            found.setdefault(name, {})[entry.phrase] = times
    return found


def not_as_bound(entry: Bound) -> list[str]:
    """Return the numerals of a phrase that are not what it is bound to."""
    kind, _, rest = entry.bound_to.partition(":")
    if kind == "claim":
        study, _, claim = rest.partition(":")
        with (ROOT / f"notebooks/{study}/claims.csv").open(encoding="utf-8", newline="") as stream:
            published = next(row["published"] for row in csv.DictReader(stream) if row["id"] == claim)
        return [] if published.replace(",", "") in entry.phrase else [entry.phrase]
    if kind == "parameter":
        notebook, _, parameter = rest.partition(":")
        value: object = _parameters(ROOT / "notebooks" / notebook)[parameter]
    else:
        recorded = json.loads((ROOT / f"reports/expected/{kind}.json").read_text(encoding="utf-8"))
        value = recorded[rest]["value"] if isinstance(recorded[rest], dict) else recorded[rest]
    values = value if isinstance(value, list) else [value]
    return numerals_not_recorded(entry.phrase, values)


def _prose(text: str) -> str:
    return _plain(_ITEM.sub("", _CODE.sub(" ", text)))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _of_notebook(path: Path) -> str:
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(_prose(source))
        elif cell["cell_type"] == "code":
            strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
            # A text with a space is a caption or a label; one without is a key.
            parts += [_plain(text) for text in strings if isinstance(text, str) and " " in text.strip()]
    return " ¶ ".join(parts)


def _parameters(path: Path) -> dict[str, object]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tree = ast.parse("".join(cells[1]["source"]))
    return {
        node.target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
    }


def suggested() -> list[dict[str, str]]:
    """Return rows for what is not listed, with a reason where one can be guessed."""
    known = by_text(listed()) if LISTED.is_file() else {}
    found: dict[tuple[str, str], Counter[str]] = {}
    for name, text in texts().items():
        left, _ = taken_out(text, known.get(name, {}))
        for pattern, reason in [
            *_SUGGESTED,
            (re.compile(r"(?:[^\s·]+ )?[^\s·]*\d[^\s·]*(?: [^\s·¶]+)?"), ""),
        ]:
            for match in pattern.finditer(left):
                found.setdefault((match.group().strip(" ,;:."), reason), Counter())[name] += 1
            left = pattern.sub("·", left)
    return [
        {
            "phrase": phrase,
            "where": "; ".join(f"{name}:{times}" for name, times in sorted(where.items())),
            "bound_to": "",
            "reason": reason,
        }
        for (phrase, reason), where in sorted(found.items())
    ]


if __name__ == "__main__":
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(suggested())
