"""The page on methods: every public function and kind of result, room by room, as the source tells it.

Read from the source, never by importing, as what a unit is made with is (`imports`).
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from analysis.compendium.pages import page_environment
from analysis.compendium.studies import Run, Study
from analysis.files import REPORTS, ROOT, write_atomically
from analysis.tables.faults import Fault, raise_faults

__all__ = ["METHODS", "Method", "Module", "citations", "methods_of", "write_methods"]

METHODS = REPORTS / "methods.html"

_PARTICLE = r"(?:(?:van der|van de|van|von|de|du) )?"
_AUTHOR = rf"{_PARTICLE}[A-ZÀ-Þ](?=\S*[a-zà-ÿ])[\w'’-]+"
_CITATION = re.compile(
    rf"{_AUTHOR}(?:, {_AUTHOR})*(?:,? (?:&|and) {_AUTHOR}| et al\.)? \(?(?:19|20)\d\d[a-z]?\b"
    r"(?:, [^();]+(?=[;)]))?"
)


@dataclass(frozen=True)
class Method:
    """One public function, or one kind of result.

    Attributes
    ----------
    name : str
        As it is imported.
    parameters : str
        Names of its parameters, as in a call; nothing for a kind of result.
    told : str
        First line of its docstring.
    source : str
        Its references, or the authors and years that its docstring names; nothing where it names none.
    example : str
        The example in its docstring.
    """

    name: str
    parameters: str
    told: str
    source: str
    example: str


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, the first line and the citations of its docstring, what it offers."""

    name: str
    told: str
    source: str
    methods: tuple[Method, ...]


def citations(docstring: str) -> list[str]:
    """Return the works a docstring names before its examples, each once, in the order of the text.

    Examples
    --------
    >>> citations("Edgewise, within blocks (Holland & Leinhardt 1976; Krackhardt 1987, Social Networks 9).")
    ['Holland & Leinhardt 1976', 'Krackhardt 1987, Social Networks 9']
    >>> citations("Counted by Efron (1981, Canadian J. Statistics 9, 139-172), in 20 steps.")
    ['Efron 1981, Canadian J. Statistics 9, 139-172']
    """
    prose = " ".join(docstring.split("\nExamples\n---")[0].split())
    told = (re.sub(r"[(*]|'s(?= \(?\d)", "", match.group()) for match in _CITATION.finditer(prose))
    found = list(dict.fromkeys(told))
    return [work for work in found if not any(other.startswith(f"{work}, ") for other in found)]


def methods_of(tree: ast.Module, name: str) -> Module:
    """Return what a module offers: what stands in its `__all__`, but for constants and compiled loops.

    Parameters
    ----------
    tree : Module of `ast`
        Its code.
    name : str
        Its dotted name.

    Examples
    --------
    >>> tree = ast.parse("__all__ = ['half']\\ndef half(x): 'Return half of x (Heath 1956).'")
    >>> methods_of(tree, "analysis.halves").methods[0].source
    'Heath 1956'
    """
    public = next((ast.literal_eval(node.value) for node in tree.body if _lists_public(node)), ())
    told = ast.get_docstring(tree) or ""
    methods = tuple(
        method for node in tree.body if (method := _method(node)) is not None and method.name in public
    )
    return Module(name, _first(told), "; ".join(citations(told)), methods)


def _lists_public(node: ast.stmt) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _method(node: ast.stmt) -> Method | None:
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return None
    told = ast.get_docstring(node) or ""
    compiled = any(ast.unparse(one).startswith("_compile") for one in node.decorator_list)
    if not told or compiled:
        return None
    sections = _sections(told)
    source = sections.get("References") or "; ".join(citations(told))
    parameters = f"({_parameters(node.args)})" if isinstance(node, ast.FunctionDef) else ""
    example = sections.get("Examples", "")
    return Method(node.name, parameters, _first(told), " ".join(source.split()), example)


def _parameters(given: ast.arguments) -> str:
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    names += [f"*{given.vararg.arg}"] if given.vararg else ["*"] * bool(given.kwonlyargs)
    names += [one.arg for one in given.kwonlyargs]
    return ", ".join([*names, *([f"**{given.kwarg.arg}"] if given.kwarg else [])])


def _first(docstring: str) -> str:
    return " ".join(docstring.split("\n\n")[0].split())


def _sections(docstring: str) -> dict[str, str]:
    """Return the sections of a docstring by their underlined titles."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", docstring, flags=re.MULTILINE)
    return dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))


def _uses(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for everything that a source imports from a module, or takes as an attribute."""
    modules: dict[str, str] = {}
    taken: list[tuple[str, str]] = []
    waiting: list[ast.AST] = [tree]
    # As `ast.walk`, in a third of its time: all of `analysis` is read for one page.
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            taken.append((node.value.id, node.attr))
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                waiting.extend(one for one in value if isinstance(one, ast.AST))
            elif isinstance(value, ast.AST):
                waiting.append(value)
    yield from ((modules[name], attribute) for name, attribute in taken if name in modules)


def write_methods(studies: Sequence[Study], built: Sequence[Run]) -> None:
    """Write `reports/methods.html`.

    Parameters
    ----------
    studies : sequence of Study
        All of them: their notebooks are where methods are used.
    built : sequence of Run
        The runs that have a page.

    Raises
    ------
    InvalidInput
        With every module that is no Python code.
    """
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    modules: list[Module] = []
    faults: list[Fault] = []
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        where = path.relative_to(ROOT)
        name = ".".join(where.with_suffix("").parts).removesuffix(".__init__")
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            modules.append(methods_of(tree, name))
            for use in _uses(tree):
                used[use].add(name.removeprefix("analysis."))
        except (SyntaxError, ValueError) as error:
            found = f"code that cannot be read ({getattr(error, 'msg', error)})"
            faults.append(Fault(where.as_posix(), found, "Python code", getattr(error, "lineno", None)))
    raise_faults(faults)
    for run in (run for study in studies for run in study.runs):
        page = f"{run.study}/{run.id}.html" if run in built else ""
        for use in _uses(ast.parse(run.notebook.code)):
            told[".".join(use)].add((run.notebook.title, page))
    page = (
        page_environment()
        .get_template("methods.html")
        .render(
            rooms=_by_room(modules),
            used={".".join(use): sorted(names) for use, names in used.items()},
            pages={name: sorted(pages) for name, pages in told.items()},
            count=sum(len(module.methods) for module in modules),
            shown=sum(bool(method.example) for module in modules for method in module.methods),
        )
    )
    write_atomically(METHODS, page)


def _by_room(modules: Sequence[Module]) -> list[tuple[str, str, list[Module]]]:
    """Return name, first line and modules of every room, in the order of the map of all rooms."""
    first = {module.name: module.told for module in modules}
    order = _order()
    inside: Mapping[str, list[Module]] = defaultdict(list)
    for module in modules:
        room, _, rest = module.name.removeprefix("analysis").removeprefix(".").partition(".")
        if module.methods:
            inside[room if rest else ""].append(module)
    names = sorted(inside, key=lambda room: (order.index(room) if room in order else len(order), room))
    beside = "Beside the rooms: what every room may use."
    return [(room, first[f"analysis.{room}"] if room else beside, inside[room]) for room in names]


def _order() -> list[str]:
    map_of_maps = (ROOT / "analysis/__init__.py").read_text(encoding="utf-8")
    return re.findall(r"^(\w+)  +\S", map_of_maps, re.MULTILINE)
