"""The codebook: a page made from the declaration of the data model and those of the datasets."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.compendium.pages import page_environment
from analysis.files import REPORTS, write_atomically
from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column

__all__ = ["CODEBOOK", "write_codebook"]

CODEBOOK = REPORTS / "codebook.html"

_PRIVACY = {
    "person": "pseudonym",
    "organization": "School A, School B …; the name with KEEP=organizations",
    "record": "pseudonym",
    "label": "Activity 1, Routine 1 …; or a label chosen for it",
    "free": "left out unless asked for",
    "": "kept",
}


def write_codebook(packages: Sequence[DataPackage]) -> None:
    """Write `reports/codebook.html`.

    Parameters
    ----------
    packages : sequence of DataPackage
        The datasets whose relations and further columns are listed.
    """
    environment = page_environment()
    environment.filters["allowed"] = _allowed
    environment.filters["privacy"] = _privacy
    page = environment.get_template("codebook.html").render(tables=list(TABLES.values()), packages=packages)
    write_atomically(CODEBOOK, page)


def _allowed(column: Column) -> str:
    """Return in words which values a column may have."""
    parts = []
    if column.allowed:
        parts.append(", ".join(column.allowed))
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum:g} to {column.maximum:g}")
    elif column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    elif column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    if column.references:
        parts.append(f"one in `{column.references}`")
    if column.kind in ("date", "time", "period") and not parts:
        parts.append(
            {
                "date": "as in 2024-03-05",
                "time": "as in 2024-03-05T14:30",
                "period": "as in 2024-03-05, or 7",
            }[column.kind]
        )
    return "; ".join(parts)


def _privacy(column: Column) -> str:
    dated = column.kind in ("date", "time", "period")
    return "kept, or coarsened on request" if dated else _PRIVACY[column.privacy]
