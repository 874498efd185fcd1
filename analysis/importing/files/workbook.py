"""What the reader of a workbook leaves out: errors, formulas never worked out, what is hidden or merged.

To it an error (``#REF!``) and a formula without a result are empty cells, and an empty cell may mean that
there is no tie.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from analysis.importing.files.markup import parse_xml
from analysis.tables.faults import Fault

__all__ = ["Marked", "marked"]

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?v>)", re.DOTALL)
_HIDDEN = rb"""<(?:\w+:)?%s\b[^>]*\bhidden\s*=\s*["'](?:1|true)["']"""
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*["']([A-Z0-9:]{1,20})["']""")


@dataclass(frozen=True)
class Marked:
    """What is to be known of a sheet.

    Attributes
    ----------
    cells : dict of (int, int) to str
        What stands in cells that would seem empty, by row and column from 0: an error, or a formula.
    told : tuple of str
        What its readers should know.
    """

    cells: dict[tuple[int, int], str]
    told: tuple[str, ...]


def marked(file: str, archive: zipfile.ZipFile, faults: list[Fault]) -> dict[str, Marked]:
    """Return what is to be known of each sheet of a workbook, by its name."""
    found = {}
    for name, member, hidden in _sheets(file, archive, faults):
        content = archive.read(member)
        told = ["the sheet is hidden in the workbook"] if hidden else []
        for element, what in ((b"row", "hidden rows"), (b"col", "hidden columns")):
            if count := len(re.findall(_HIDDEN % element, content)):
                told.append(f"{what}, read like others: {count}")
        if merged := [place.decode() for place in _MERGED.findall(content)]:
            shown = ", ".join(merged[:5]) + (" …" if len(merged) > 5 else "")
            told.append(f"merged cells, whose value stands in the first of them alone: {shown}")
        found[name] = Marked(dict(_cells(content)), tuple(told))
    return found


def _cells(content: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    if not _ERROR.search(content) and not _FORMULA.search(content):
        return
    for cell in _CELL.finditer(content):
        attributes, body = cell[1], cell[2] or b""
        place, formula, value = _PLACE.search(attributes), _FORMULA.search(body), _VALUE.search(body)
        text = b""
        if _ERROR.search(attributes):
            text = (value[1] or b"") if value else b"an error"
        elif formula and not value:
            text = b"=" + (formula[1] or b"")
        if text and place:
            column = 0
            for letter in place[1].upper():
                column = 26 * column + letter - 64
            yield (int(place[2]) - 1, column - 1), html.unescape(text.decode("utf-8", "replace"))


def _sheets(file: str, archive: zipfile.ZipFile, faults: list[Fault]) -> Iterator[tuple[str, str, bool]]:
    """Yield the name, the member and whether it is hidden, of each sheet that can be found."""
    members = set(archive.namelist())
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, links} <= members:
        return
    roots = [parse_xml(archive.read(member), file, faults) for member in (book, links)]
    if roots[0] is None or roots[1] is None:
        return
    targets = {link.get("Id", ""): link.get("Target", "") for link in roots[1]}
    for sheet in _named(roots[0], "sheet"):
        link = next((value for key, value in sheet.attrib.items() if key.rpartition(":")[2] == "id"), "")
        target = targets.get(link, "")
        member = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if target and member in members:
            hidden = sheet.get("state", "visible") != "visible"
            yield sheet.get("name", ""), member, hidden


def _named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (element for element in root.iter() if element.tag.rpartition(":")[2] == name)
