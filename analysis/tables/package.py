"""A dataset's `datapackage.json`: what it is, where its files live, and what their columns mean.

The layout is Frictionless Data Package's, with three properties of ours: `kind` (`real` or `synthetic`),
`relations` (each with its question and its scale) and `attributes` (further columns of a table, typed).
Standard library only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.tables.faults import Fault, raise_faults
from analysis.tables.schema import TABLES, Column, Kind

__all__ = ["DataPackage", "Relation", "Resource", "read_package"]

_KINDS = ("real", "synthetic")
_COLUMN_KINDS: dict[object, Kind] = {"text": "text", "integer": "integer", "number": "number", "date": "date"}


@dataclass(frozen=True)
class Resource:
    """One raw file: its name, size in bytes, SHA-256, and the addresses it can be had from, in order."""

    path: str
    size: int
    sha256: str
    homes: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """One relation asked about: its name, the question, and the lowest and highest value an answer may have."""

    name: str
    description: str
    minimum: float
    maximum: float


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

    @property
    def label(self) -> str:
        """`REAL` or `SYNTHETIC`, as every page says."""
        return self.kind.upper()


def read_package(path: Path) -> DataPackage:
    """Read and check a `datapackage.json`.

    Raises
    ------
    InvalidInput
        With every fault, when the file is missing, is no JSON, or does not declare what it must.
    """
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        content = None
        raise_faults([Fault(where, "no such file", "a dataset has a folder under data_raw/ with this file")])
    except ValueError as error:
        content = None
        raise_faults([Fault(where, f"no JSON ({error})", "a JSON object")])
    if not isinstance(content, dict):
        raise_faults([Fault(where, type(content).__name__, "a JSON object")])
    reader = _Reader(where)
    package = reader.package(content, path.parent.name)
    raise_faults(reader.faults)
    return package


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

    def entries(self, holder: dict[str, Any], entry: str) -> list[dict[str, Any]]:
        value = holder.get(entry, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(entry, value, "a list of objects")
            return []
        return value

    def package(self, content: dict[str, Any], folder: str) -> DataPackage:
        name = self.text(content, "name")
        if name and name != folder:
            self.fault("name", name, f"the folder's name, {folder}")
        kind = content.get("kind")
        if kind not in _KINDS:
            self.fault("kind", kind, " or ".join(_KINDS))
        licences = self.entries(content, "licenses")
        if not licences:
            self.fault(
                "licenses", content.get("licenses"), "at least one entry (say so where none is stated)"
            )
        attributes = content.get("attributes", {})
        if not isinstance(attributes, dict):
            self.fault("attributes", attributes, "an object, one entry a table")
            attributes = {}
        return DataPackage(
            name=name,
            title=self.text(content, "title"),
            kind="real" if kind == "real" else "synthetic",
            citation=self.text(content, "citation"),
            licence="; ".join(self.text(licence, "title", "licenses.") for licence in licences),
            resources=tuple(self.resource(item) for item in self.entries(content, "resources")),
            relations=tuple(self.relation(item) for item in self.entries(content, "relations")),
            attributes={table: self.columns(table, columns) for table, columns in attributes.items()},
        )

    def resource(self, item: dict[str, Any]) -> Resource:
        path = self.text(item, "path", "resources.")
        if path and (Path(path).name != path or path.startswith(".")):
            self.fault("resources.path", path, "a plain file name")
        size = item.get("bytes")
        if not isinstance(size, int) or size < 0:
            self.fault(f"resources.{path}.bytes", size, "a whole number")
            size = 0
        sha256 = str(item.get("hash", ""))
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", sha256):
            self.fault(f"resources.{path}.hash", sha256, "sha256: and 64 hexadecimal digits")
        homes = tuple(self.text(home, "path", "resources.sources.") for home in self.entries(item, "sources"))
        if not homes:
            self.fault(f"resources.{path}.sources", item.get("sources"), "at least one address")
        for home in homes:
            if home and not home.startswith(("https://", "doi:", "package:")):
                self.fault(f"resources.{path}.sources", home, "https://…, doi:…/file or package:module/file")
        return Resource(path, size, sha256.removeprefix("sha256:"), homes)

    def relation(self, item: dict[str, Any]) -> Relation:
        minimum, maximum = item.get("minimum"), item.get("maximum")
        if (
            not isinstance(minimum, (int, float))
            or not isinstance(maximum, (int, float))
            or minimum > maximum
        ):
            self.fault("relations.minimum, maximum", (minimum, maximum), "two numbers, the lower first")
            minimum, maximum = 0.0, 0.0
        name, description = (
            self.text(item, "name", "relations."),
            self.text(item, "description", "relations."),
        )
        return Relation(name, description, float(minimum), float(maximum))

    def columns(self, table: str, columns: Any) -> tuple[Column, ...]:
        allowed_tables = [name for name, declared in TABLES.items() if declared.attributes]
        if table not in allowed_tables:
            self.fault(
                "attributes", table, f"tables that may have further columns: {', '.join(allowed_tables)}"
            )
        read = []
        for item in self.entries({"columns": columns}, "columns"):
            name = self.text(item, "name", f"attributes.{table}.")
            kind = _COLUMN_KINDS.get(item.get("type"))
            if kind is None:
                self.fault(
                    f"attributes.{table}.{name}.type", item.get("type"), ", ".join(map(str, _COLUMN_KINDS))
                )
            read.append(
                Column(
                    name,
                    kind or "text",
                    self.text(item, "description", f"attributes.{table}.{name}."),
                    required=bool(item.get("required", False)),
                    allowed=tuple(str(value) for value in item.get("enum", ())),
                    minimum=item.get("minimum"),
                    maximum=item.get("maximum"),
                )
            )
        return tuple(read)
