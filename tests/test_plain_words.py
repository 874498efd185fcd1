"""Plain, modern English: no archaic or translated turn where a person reads, from the README to an error."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
with (Path(__file__).parent / "plain_words.csv").open(encoding="utf-8", newline="") as lines:
    TURNS = [(row["turn"], row["plainer"]) for row in csv.DictReader(lines)]
"""What is not written, and what stands for it."""
BANNED = [re.compile(turn, re.IGNORECASE) for turn, _ in TURNS]
PROSE = ("README.md", "CONTRIBUTING.md", "Makefile", "data_raw/README.md", "data_derived/README.md")


def turns(text: str) -> list[str]:
    """Return the turns in a text that are not written, whatever its lines are broken at."""
    plain = " ".join(text.split())
    return [found[0] for pattern in BANNED for found in pattern.finditer(plain)]


def messages(code: str) -> Iterator[str]:
    """Yield what a module says to people: its texts, put together, and what each docstring opens with."""
    tree = ast.parse(code)
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (
            told := ast.get_docstring(node)
        ):
            docstrings.add(id(node.body[0].value))  # type: ignore[attr-defined]
            yield told.split("\n\n")[0]
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            yield "".join(map(str, parts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def cells(path: Path) -> Iterator[str]:
    """Yield the prose of a notebook, and the texts of its code."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield source
        elif source.strip():
            yield from messages(source)


def read() -> Iterator[tuple[str, str]]:
    """Yield every text that a person reads, after where it stands."""
    whole = [ROOT / name for name in PROSE]
    whole += [*ROOT.glob("notebooks/*/study.yml"), *ROOT.glob("notebooks/*/*.csv")]
    whole += [*ROOT.glob("notebooks/synthesis/tables/*.csv"), *ROOT.glob("data_raw/*/SOURCE.md")]
    whole += [*ROOT.glob("analysis/compendium/templates/*"), *ROOT.glob("analysis/**/*.md")]
    for path in whole:
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("notebooks/*/*.ipynb"), *ROOT.glob("analysis/**/*.ipynb")):
        yield from ((path.relative_to(ROOT).as_posix(), text) for text in cells(path))
    for path in ROOT.glob("analysis/**/*.py"):
        told = messages(path.read_text(encoding="utf-8"))
        yield from ((path.relative_to(ROOT).as_posix(), text) for text in told)


def test_nothing_a_person_reads_has_an_archaic_turn() -> None:
    found = [
        f"{where}: {turn!r} in {' '.join(text.split())[:120]!r}"
        for where, text in read()
        for turn in turns(text)
    ]
    assert not found, "\n" + "\n".join(sorted(set(found)))


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("two counts that differ by one person tell of that person", "tell of"),
        ("left out, and for want\nof which table", "for want of"),
        ("Whoever is not on the list is reported", "Whoever"),
        ("it comes out only with self-ties", "comes out"),
        ("Does it hang on the settings?", "hang on"),
        ("the one met 3 of 9 whom the other knew", "the one met 3 of 9 whom the other"),
        ("One place a person throughout", "One place a person"),
        ("it need not give its neighbours", "give its neighbours"),
    ],
)
def test_a_planted_turn_is_found(text: str, turn: str) -> None:
    assert turns(text) == [turn]
    assert turns("".join(messages(f"raise ValueError({text!r})"))) == [turn]
    assert turns("".join(messages(f"told = f'{{n}} {text.splitlines()[-1]}'"))) or "\n" in text
