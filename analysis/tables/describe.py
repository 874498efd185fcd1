"""The declaration told elsewhere: a built dataset's `datapackage.json`, in Frictionless Data's terms; a list.

`python -m analysis.tables.describe` prints the list in `data_derived/README.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column, Table

__all__ = ["columns_of", "described", "listed"]

_TYPES = {"text": "string", "integer": "integer", "number": "number", "date": "date"}
_PATTERNS = {
    "time": r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?",
    "period": r"\d{4}-\d{2}-\d{2}|-?\d+",
}


def columns_of(table: Table, package: DataPackage) -> tuple[Column, ...]:
    """Return the declared columns of a dataset's table, its further columns last."""
    return (*table.columns, *package.attributes.get(table.name, ()))


def described(package: DataPackage, tables: Iterable[str]) -> dict[str, Any]:
    """Return the declaration of a built dataset as JSON would hold it.

    Parameters
    ----------
    package : DataPackage
        The dataset's own declaration.
    tables : iterable of str
        Names of its tables; each is a resource with a Table Schema (fields, constraints, keys).
    """
    there = list(tables)
    return {
        "profile": "tabular-data-package",
        "name": package.name,
        "title": package.title,
        "kind": package.kind,
        "citation": package.citation,
        "licenses": [{"title": package.licence}],
        "audience": package.audience,
        "smallest_cell": package.smallest_cell,
        **({} if package.dates == "day" else {"dates": package.dates}),
        "resources": [_resource(TABLES[name], package, there) for name in there],
        "relations": [relation.declared() for relation in package.relations],
        "attributes": {
            table: [_attribute(column) for column in columns] for table, columns in package.attributes.items()
        },
    }


def _resource(table: Table, package: DataPackage, there: list[str]) -> dict[str, Any]:
    columns = columns_of(table, package)
    schema: dict[str, Any] = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    # Frictionless takes a primary key's columns for required.
    if table.key and all(column.required for column in columns if column.name in table.key):
        schema["primaryKey"] = list(table.key)
    keys = [_foreign_key(column, table, there) for column in columns if column.references]
    if any(keys):
        schema["foreignKeys"] = [key for key in keys if key]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "description": f"A row is {table.row}.",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.allowed:
        constraints["enum"] = _allowed(column)
    if column.kind in _PATTERNS:
        constraints["pattern"] = _PATTERNS[column.kind]
    field = {
        "name": column.name,
        "type": _TYPES.get(column.kind, "string"),
        "description": column.description,
    }
    return field | ({"constraints": constraints} if constraints else {})


def _allowed(column: Column) -> list[Any]:
    if column.kind in ("integer", "number"):
        return [json.loads(value) for value in column.allowed]
    return list(column.allowed)


def _foreign_key(column: Column, table: Table, there: list[str]) -> dict[str, Any] | None:
    # Frictionless knows no alternatives: a reference to one of two tables is left to our own check.
    other, _, key = (column.references or "").partition(".")
    if " or " in key or other not in there:
        return None
    resource = "" if other == table.name else other
    return {"fields": column.name, "reference": {"resource": resource, "fields": key}}


def _attribute(column: Column) -> dict[str, Any]:
    declared: dict[str, Any] = {
        "name": column.name,
        "type": column.kind,
        "description": column.description,
        "required": column.required,
    }
    if column.allowed:
        declared["enum"] = _allowed(column)
    if column.minimum is not None:
        declared["minimum"] = column.minimum
    if column.maximum is not None:
        declared["maximum"] = column.maximum
    return declared


def listed() -> str:
    """Return the tables of the data model as a Markdown table: what a row is, its columns, its key."""
    rows = ["| table | a row is | columns (**needed**) | no two rows share |", "|---|---|---|---|"]
    for table in TABLES.values():
        columns = ", ".join(
            f"**{column.name}**" if column.required else column.name for column in table.columns
        )
        more = ", and those declared" if table.attributes else ""
        rows.append(
            f"| `{table.name}` | {table.row} | {columns}{more} | {', '.join(table.key) or 'anything'} |"
        )
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(listed(), end="")
