"""A dataset's `datapackage.json`: what it is, where its files live, and what their columns mean.

The layout is Frictionless Data Package's, with six properties of ours: `kind` (`real` or `synthetic`),
`audience` (`public` where anybody can get the data; a dataset that does not say so is somebody's own),
`relations` (each with its question and its scale), `attributes` (further columns of a table, typed),
`smallest_cell` (the fewest people a published number may rest on) and, of a raw file, `instead_of`. A
resource with a `schema` is a table of the data model; any other is a raw file with its addresses. Standard
library only.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.files import DATA_RAW
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.schema import TABLES, Column, Kind

__all__ = [
    "PRIVATE",
    "DataPackage",
    "Relation",
    "Resource",
    "every_package",
    "examine_package",
    "is_public",
    "read_package",
]

PRIVATE = 5
"""Smallest cell of a dataset that declares none: who says nothing about privacy is private."""

_KINDS = ("real", "synthetic")
_AUDIENCES = ("public", "private")
_DATES = ("day", "month", "year")
_COLUMN_KINDS: tuple[Kind, ...] = ("text", "integer", "number", "date")
"""Kinds an attribute may be of."""
_HOME = re.compile(
    r"https://[^/\s]+/\S+|doi:10\.[^/\s]+/[^/\s]+/[^/].*|package:\w+(\.\w+)*/.+"
    r"|index:[A-Za-z0-9][\w.-]*==[\w.!+-]+/[^#]+#sha256=[0-9a-f]{64}|debian:[a-z0-9][a-z0-9+.-]+/.+"
)
_HOMES = (
    "https://…, doi:…/file, package:module/file, "
    "index:name==version/file#sha256=… (of the archive) or debian:package/file"
)
_HUGE = 1e300


@dataclass(frozen=True)
class Resource:
    """One raw file: its name, size in bytes, SHA-256, and the addresses it can be had from, in order.

    `instead_of` names the file of the dataset that this one stands in for: it holds the same in another
    format, and the importer reads whichever is there.
    """

    path: str
    size: int
    sha256: str
    homes: tuple[str, ...]
    instead_of: str = ""

    @property
    def content(self) -> str:
        """The name under which a file and those that stand in for it are one."""
        return self.instead_of or self.path


@dataclass(frozen=True)
class Relation:
    """One relation asked about: its name, the question, the lowest and the highest value of an answer.

    `directed` is false where a tie has no sender; `crosses_organizations` where the survey could not name
    people of other organizations, so that such cells are structural zeros.
    """

    name: str
    description: str
    minimum: float
    maximum: float
    directed: bool = True
    crosses_organizations: bool = True

    def declared(self) -> dict[str, Any]:
        """Return the entry of a datapackage; what is as usual is left out."""
        usual = {"directed": True, "crosses_organizations": True}
        return {name: value for name, value in asdict(self).items() if usual.get(name) is not value}


@dataclass(frozen=True)
class DataPackage:
    """The declaration of a dataset."""

    name: str
    title: str
    kind: Literal["real", "synthetic"]
    citation: str
    licence: str
    resources: tuple[Resource, ...]
    relations: tuple[Relation, ...]
    attributes: dict[str, tuple[Column, ...]]
    smallest_cell: int = PRIVATE
    """Fewest people a published number may rest on; 0: no such limit, which has to be declared."""
    dates: str = "day"
    """How finely dates were kept when names were taken out: day, month or year."""
    audience: str = "private"
    """`public` where anybody can get the data, `private` where they are somebody's own."""

    @property
    def label(self) -> str:
        """`REAL` or `SYNTHETIC`, as every page says."""
        return self.kind.upper()

    def missing(self, folder: Path) -> list[Resource]:
        """Return the raw files not in a folder, those that stand in for others last.

        A file whose content another file there has is not missing; a folder or a pipe in its place is none.
        """
        there = {resource.content for resource in self.resources if (folder / resource.path).is_file()}
        missing = [resource for resource in self.resources if resource.content not in there]
        return sorted(missing, key=lambda resource: bool(resource.instead_of))


def is_public(dataset: str) -> bool:
    """Whether `data_raw/<dataset>/datapackage.json` says that anybody can get the data.

    What cannot be read, or says nothing, is somebody's own.
    """
    try:
        content = json.loads((DATA_RAW / dataset / "datapackage.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("audience") == "public"


def every_package() -> list[DataPackage]:
    """Return all datasets of the compendium: those that anybody can get."""
    packages = map(read_package, sorted(DATA_RAW.glob("*/datapackage.json")))
    return [package for package in packages if package.audience == "public"]


def read_package(path: Path) -> DataPackage:
    """Read and check a `datapackage.json`.

    Raises
    ------
    InvalidInput
        With every fault, when the file is missing, is no JSON, or does not declare what it must.
    """
    faults: list[Fault] = []
    package = examine_package(path, faults)
    raise_faults(faults)
    return package


def examine_package(path: Path, faults: list[Fault]) -> DataPackage:
    """Return what a `datapackage.json` declares as far as it can be read; its faults are appended.

    Raises
    ------
    InvalidInput
        When there is nothing to read: no file, no JSON object.
    """
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    content: Any = None
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except FileNotFoundError:
        raise_faults([Fault(where, "no such file", "a dataset has a folder under data_raw/ with this file")])
    except OSError as error:
        raise_faults([Fault(where, f"no readable file ({error.strerror})", "a JSON object")])
    except ValueError as error:
        raise_faults([Fault(where, f"no JSON ({error})", "a JSON object")])
    if not isinstance(content, dict):
        raise_faults([Fault(where, type(content).__name__, "a JSON object")])
    reader = _Reader(where)
    package = reader.package(content, path.parent.name)
    faults.extend(reader.faults)
    return package


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _is_number(value: object) -> bool:
    # JSON's true is a Python integer, and 1e999 an infinite float.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_HUGE < value < _HUGE


class _Reader:
    """Collects faults while it turns JSON into a `DataPackage`."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.faults: list[Fault] = []

    def fault(self, entry: str, found: object, allowed: str) -> None:
        self.faults.append(Fault(self.where, repr(found), allowed, column=entry))

    def text(self, holder: dict[str, Any], entry: str, prefix: str = "") -> str:
        value = holder.get(entry)
        if not isinstance(value, str) or not value.strip():
            self.fault(prefix + entry, value, "a text")
            return ""
        return value

    def entries(self, holder: dict[str, Any], entry: str, prefix: str = "") -> list[dict[str, Any]]:
        value = holder.get(entry, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(prefix + entry, value, "a list of objects")
            return []
        return value

    def bounds(self, item: dict[str, Any], prefix: str, required: bool) -> tuple[float | None, float | None]:
        minimum, maximum = item.get("minimum"), item.get("maximum")
        given: list[Any] = [bound for bound in (minimum, maximum) if required or bound is not None]
        if not all(map(_is_number, given)) or given != sorted(given):
            self.fault(f"{prefix}minimum, maximum", (minimum, maximum), "two numbers, the lower first")
            return None, None
        return minimum, maximum

    def once(self, names: list[str], entry: str) -> None:
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self.fault(entry, name, "each once")

    def package(self, content: dict[str, Any], folder: str) -> DataPackage:
        name = self.text(content, "name")
        if name and name != folder:
            self.fault("name", name, f"the folder's name, {folder}")
        kind = content.get("kind")
        if kind not in _KINDS:
            self.fault("kind", kind, " or ".join(_KINDS))
        title, citation = self.text(content, "title"), self.text(content, "citation")
        licences = self.entries(content, "licenses")
        if content.get("licenses", []) == []:
            allowed = "at least one entry (say so where none is stated)"
            self.fault("licenses", content.get("licenses"), allowed)
        attributes = content.get("attributes", {})
        if not isinstance(attributes, dict):
            self.fault("attributes", attributes, "an object, one entry per table")
            attributes = {}
        smallest = content.get("smallest_cell", PRIVATE)
        if type(smallest) is not int or smallest < 0:
            self.fault("smallest_cell", smallest, "a whole number")
            smallest = PRIVATE
        dates = content.get("dates", "day")
        if dates not in _DATES:
            self.fault("dates", dates, " or ".join(_DATES))
        audience = content.get("audience", "private")
        if audience not in _AUDIENCES:
            self.fault("audience", audience, " or ".join(_AUDIENCES))
            audience = "private"
        raw = [item for item in self.entries(content, "resources") if "schema" not in item]
        package = DataPackage(
            name=name,
            title=title,
            kind="real" if kind == "real" else "synthetic",
            citation=citation,
            licence="; ".join(self.text(licence, "title", "licenses.") for licence in licences),
            resources=tuple(self.resource(item) for item in raw),
            relations=tuple(self.relation(item) for item in self.entries(content, "relations")),
            attributes={table: self.columns(table, attributes) for table in attributes},
            smallest_cell=smallest,
            dates=str(dates),
            audience=audience,
        )
        self.once([resource.path for resource in package.resources], "resources.path")
        own = [resource.path for resource in package.resources if not resource.instead_of]
        for resource in package.resources:
            if resource.instead_of and resource.instead_of not in own:
                allowed = f"a file of the dataset: {', '.join(own) or 'there is none'}"
                self.fault(f"resources.{resource.path}.instead_of", resource.instead_of, allowed)
        self.once([relation.name for relation in package.relations], "relations.name")
        return package

    def resource(self, item: dict[str, Any]) -> Resource:
        path = self.text(item, "path", "resources.")
        if path and (Path(path).name != path or path.startswith(".")):
            self.fault("resources.path", path, "a plain file name")
        size = item.get("bytes")
        if type(size) is not int or size < 0:
            self.fault(f"resources.{path}.bytes", size, "a whole number")
            size = 0
        sha256 = item.get("hash")
        if not isinstance(sha256, str) or not re.fullmatch(r"sha256:[0-9a-f]{64}", sha256):
            self.fault(f"resources.{path}.hash", sha256, "sha256: and 64 hexadecimal digits")
            sha256 = ""
        sources = self.entries(item, "sources", f"resources.{path}.")
        homes = tuple(self.text(home, "path", f"resources.{path}.sources.") for home in sources)
        if item.get("sources", []) == []:
            self.fault(f"resources.{path}.sources", item.get("sources"), "at least one address")
        for home in homes:
            if home and not _HOME.fullmatch(home):
                self.fault(f"resources.{path}.sources", home, _HOMES)
        instead_of = self.text(item, "instead_of", f"resources.{path}.") if "instead_of" in item else ""
        return Resource(path, size, sha256.removeprefix("sha256:"), homes, instead_of)

    def relation(self, item: dict[str, Any]) -> Relation:
        name = self.text(item, "name", "relations.")
        description = self.text(item, "description", f"relations.{name}.")
        minimum, maximum = self.bounds(item, f"relations.{name}.", required=True)
        flags = {entry: item.get(entry, True) for entry in ("directed", "crosses_organizations")}
        for entry, value in flags.items():
            if not isinstance(value, bool):
                self.fault(f"relations.{name}.{entry}", value, "true or false")
        return Relation(
            name,
            description,
            float(minimum or 0),
            float(maximum or 0),
            **{entry: value is True for entry, value in flags.items()},
        )

    def columns(self, table: str, attributes: dict[str, Any]) -> tuple[Column, ...]:
        open_tables = [name for name, declared in TABLES.items() if declared.attributes]
        own: list[str] = []
        if table in open_tables:
            own = [column.name for column in TABLES[table].columns]
        else:
            allowed = f"tables that may have further columns: {', '.join(open_tables)}"
            self.fault("attributes", table, allowed)
        read = [
            self.column(item, f"attributes.{table}.")
            for item in self.entries(attributes, table, "attributes.")
        ]
        self.once([*own, *(column.name for column in read)], f"attributes.{table}.name")
        return tuple(read)

    def column(self, item: dict[str, Any], prefix: str) -> Column:
        name = self.text(item, "name", prefix)
        prefix = f"{prefix}{name}."
        kind = next((known for known in _COLUMN_KINDS if known == item.get("type")), None)
        if kind is None:
            self.fault(f"{prefix}type", item.get("type"), ", ".join(_COLUMN_KINDS))
        required = item.get("required", False)
        if not isinstance(required, bool):
            self.fault(f"{prefix}required", required, "true or false")
        values = item.get("enum", [])
        numeric = kind in ("integer", "number")
        fits = _is_number if numeric else lambda value: isinstance(value, str)
        if not isinstance(values, list) or not all(map(fits, values)):
            self.fault(f"{prefix}enum", values, f"a list of {'numbers' if numeric else 'texts'}")
            values = []
        minimum, maximum = self.bounds(item, prefix, required=False)
        # Without a list of values a text may hold anything, a name too.
        open_text = kind == "text" and not values
        return Column(
            name,
            kind or "text",
            self.text(item, "description", prefix),
            required=required is True,
            allowed=tuple(map(str, values)),
            minimum=minimum,
            maximum=maximum,
            privacy="free" if open_text else "",
        )
