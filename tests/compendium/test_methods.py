"""The page on methods says of every public function what its source says, and where it is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis.compendium import methods, plan
from analysis.compendium.methods import Method, citations, methods_of, write_methods
from analysis.compendium.studies import Study, load_studies
from analysis.tables.faults import InvalidInput
from tests.compendium.test_pages import Page

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''"""Measures (Freeman 1979)."""
__all__ = ["LIMIT", "Answer", "compiled", "one"]
LIMIT = 3

class Answer:
    """What came
    of it.

    More.
    """

def one(a, /, b=1, *rest, seed, **more):
    """Return one of `a` (not here: Nobody 1900).

    References
    ----------
    Burt, R. S. (1992). Structural
    holes.

    Examples
    --------
    >>> one(1)
    1
    """

@_compile()
def compiled(x):
    """A loop."""

def hidden():
    """Not public."""
'''


def test_a_module_is_read_from_its_source() -> None:
    module = methods_of(ast.parse(SOURCE), "analysis.room.measures")
    assert (module.told, module.source) == ("Measures (Freeman 1979).", "Freeman 1979")
    assert module.methods == (
        Method("Answer", "", "What came of it.", "", ""),
        Method(
            "one",
            "(a, b, *rest, seed, **more)",
            "Return one of `a` (not here: Nobody 1900).",
            "Burt, R. S. (1992). Structural holes.",
            ">>> one(1)\n1",
        ),
    )


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("by van Duijn, Gile & Handcock (2009)", ["van Duijn, Gile & Handcock 2009"]),
        (
            "(Snijders, van de\nBunt 2010, Social Networks 32)",
            ["Snijders, van de Bunt 2010, Social Networks 32"],
        ),
        ("Rasch's (1960) model", ["Rasch 1960"]),
        ("(Efron 1981) and again (Efron 1981, JASA 9)", ["Efron 1981, JASA 9"]),
        ("(Demszky et al. 2021)", ["Demszky et al. 2021"]),
        ("48 states of the USA, 1980 to 2004; in 1999, or 2024-03-05", []),
    ],
)
def test_citations_are_found_in_prose(text: str, works: list[str]) -> None:
    assert citations(text) == works


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Return the page of this repository, no more than one run having a page of its own."""
    path = tmp_path_factory.mktemp("page") / "methods.html"
    studies = load_studies()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(methods, "METHODS", path)
        write_methods(studies, [run for study in studies for run in study.runs if run.id == "help_leaders"])
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_holds_every_public_function_once(written: Page) -> None:
    assert not written.faults
    there = [given["id"] for given in written.all("dt")]
    assert len(there) == len(set(there))
    expected = set()
    for path in (ROOT / "analysis").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        expected |= {
            f"{name}.{method.name}" for method in methods_of(ast.parse(path.read_text()), name).methods
        }
    assert set(there) == expected
    assert {"analysis.ties.triads.triad_census", "analysis.result.Result"} <= expected
    assert not {"analysis.ties.triad_kernels.count_triangles", "analysis.ties.triads.TRIADS"} & expected


def test_it_says_where_a_method_is_used_and_links_only_to_pages_there_are(written: Page) -> None:
    links = {given["href"] for given in written.all("a")}
    elsewhere = {link for link in links if not link.startswith("#")}
    site = {f"{name}.html" for name in ("index", "verdict", "methods", "codebook", "glossary")}
    assert elsewhere == {*site, "relational_trust/help_leaders.html"}
    ids = {given["id"] for _, given, _ in written.elements if "id" in given}
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= ids
    assert "ties.overview" in written.text("code"), "a module that uses `ties.dynamics.turnover`"


def test_rooms_stand_in_the_order_of_the_map(written: Page) -> None:
    rooms = [given["id"].removeprefix("room-") for given in written.all("h2")]
    assert rooms == [*re.findall(r"^(\w+)  +\S", (ROOT / "analysis/__init__.py").read_text(), re.M), "beside"]


def methods_inputs(studies: Sequence[Study], not_run: list[str]) -> dict[str, str]:
    """Return what the page is made from, where some runs have no current report."""
    units = {unit.name: unit for unit in plan.page_units(studies, dict.fromkeys(not_run, "stale"), [])}
    return units["page methods"].inputs()


def test_it_is_made_again_when_any_module_or_notebook_changes() -> None:
    studies = load_studies()
    runs = [run.name for study in studies for run in study.runs]
    inputs = methods_inputs(studies, runs)
    assert "analysis/adoption/bass.py" in inputs
    assert "notebooks/your_network/network.ipynb" in inputs
    assert methods_inputs(studies, runs[1:]) != inputs, "pages that can be linked to"


def test_every_module_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "analysis"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Map."""\n')
    (folder / "one.py").write_text("def broken(:\n")
    (folder / "two.py").write_text("x = = 1\n")
    monkeypatch.setattr(methods, "ROOT", tmp_path)
    with pytest.raises(InvalidInput) as error:
        write_methods([], [])
    assert [fault.file for fault in error.value.faults] == ["analysis/one.py", "analysis/two.py"]
