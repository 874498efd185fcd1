"""REFI-QDA projects (`.qdpx`) and codebooks (`.qdc`), as programs for qualitative analysis exchange them.

The standard is that of the REFI group (qdasoftware.org, 2019). It records which codes were applied, by whom,
to which part of which source; that somebody read a part and did not apply a code is not recorded, so that
codings from such a file are all of codes applied. What sources say is never read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from analysis.importing.files.archive import LARGEST, open_archive, read_small_file
from analysis.importing.files.markup import parse_xml
from analysis.importing.shared.numbered import Numbered
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["read_refi"]

_PROJECT = "project.qde"
_SELECTIONS = (
    "PlainTextSelection",
    "PictureSelection",
    "PDFSelection",
    "AudioSelection",
    "VideoSelection",
    "TranscriptSelection",
)
_PLACES = (
    ("startPosition", "endPosition"),
    ("begin", "end"),
    ("fromSyncPoint", "toSyncPoint"),
    ("page", "firstX", "firstY", "secondX", "secondY"),
    ("firstX", "firstY", "secondX", "secondY"),
)
"""Attributes that say which part of a source a selection is, by its kind."""


def read_refi(
    path: Path,
    faults: list[Fault],
    *,
    documents: Numbered | None = None,
    coders: Numbered | None = None,
    largest: int = LARGEST,
) -> dict[str, pd.DataFrame]:
    """Return the tables of a project or codebook; faults are appended.

    Parameters
    ----------
    path : Path
        A `.qdpx` file (project) or a `.qdc` file (codebook).
    faults : list of Fault
        Every fault: no sound archive or XML, no project in it, a coding of a code that is not there.
    documents, coders : Numbered, optional
        What sources and users of these names were called before: those of another coder's project, say.
    largest : int
        Bytes of the archive unpacked, at most.

    Returns
    -------
    dict of str to DataFrame
        Of a project documents, codebook, codings; of a codebook codebook. Documents and coders are
        numbered (`document_01`, `coder_01`), since their names are often people's; a segment is the document
        and what part of it. Codes keep their names; where two codes share one, each has its parents' before
        it.
    """
    if path.suffix.lower() == ".qdc":
        content = read_small_file(path, faults, largest=largest)
        root = parse_xml(content, path.name, faults) if content is not None else None
        root = _rooted(root, "CodeBook", path.name, faults)
        return {} if root is None else {"codebook": _codebook(path.name, root, faults)[0]}
    archive = open_archive(path, faults, largest=largest)
    if archive is None:
        return {}
    with archive:
        inside = [name for name in archive.namelist() if name.lower().endswith(".qde") and "/" not in name]
        project = _PROJECT if _PROJECT in inside else inside[0] if len(inside) == 1 else ""
        if not project:
            found = f"{len(inside) or 'no'} project files (.qde) in it"
            faults.append(Fault(path.name, found, f"a REFI-QDA project (.qdpx), with one {_PROJECT}"))
            return {}
        root = _rooted(parse_xml(archive.read(project), project, faults), "Project", project, faults)
    if root is None:
        return {}
    codebook, codes = _codebook(_PROJECT, root, faults)
    numbered = documents or Numbered("document"), coders or Numbered("coder")
    sources, codings = _codings(root, codes, numbered, faults)
    return {"documents": sources, "codebook": codebook, "codings": codings}


def _plain(tag: str) -> str:
    """Return an element's name without the prefix of its namespace."""
    return tag.rpartition(":")[2]


def _rooted(
    root: ElementTree.Element | None, name: str, file: str, faults: list[Fault]
) -> ElementTree.Element | None:
    """Return the root if it is called `name`, or None and a fault."""
    if root is not None and _plain(root.tag) != name:
        faults.append(Fault(file, f"the root element {_plain(root.tag)[:40]}", f"{name}, as REFI-QDA has it"))
        return None
    return root


def _children(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in element if _plain(child.tag) == name]


def _codebook(
    file: str, root: ElementTree.Element, faults: list[Fault]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the codebook, and the code of each GUID."""
    found: list[tuple[str, str, tuple[str, ...], str]] = []
    waiting: list[tuple[ElementTree.Element, tuple[str, ...]]] = [(code, ()) for code in _top_codes(root)]
    waiting.reverse()
    guids: set[str] = set()
    while waiting:
        element, above = waiting.pop()
        name = " ".join((element.get("name") or "").split())
        guid = (element.get("guid") or "").casefold()
        if not name or not guid:
            faults.append(
                Fault(file, f"a code without {'a name' if guid else 'a guid'}", "both", column="Code")
            )
            continue
        if guid in guids:
            found_again = f"the guid of the code {name!r} a second time"
            faults.append(Fault(file, found_again, "each guid once", column="Code"))
            continue
        guids.add(guid)
        definition = next(
            (" ".join((child.text or "").split()) for child in _children(element, "Description")), ""
        )
        path = (*above, name)
        found.append((guid, definition, path, name))
        waiting += [(child, path) for child in reversed(_children(element, "Code"))]
    counts = Counter(name for *_, name in found)
    names = {guid: name if counts[name] == 1 else " / ".join(path) for guid, _, path, name in found}
    for code in [code for code, count in Counter(names.values()).items() if count > 1]:
        faults.append(Fault(file, f"the code {code!r} twice", "each code once", column="Code"))
    by_path = {path: names[guid] for guid, _, path, _ in found}
    rows = [(names[guid], by_path.get(path[:-1], ""), definition) for guid, definition, path, _ in found]
    return pd.DataFrame(rows, columns=["code", "parent", "definition"], dtype="string"), names


def _top_codes(root: ElementTree.Element) -> list[ElementTree.Element]:
    books = [root] if _plain(root.tag) == "CodeBook" else _children(root, "CodeBook")
    return [code for book in books for codes in _children(book, "Codes") for code in _children(codes, "Code")]


def _codings(
    root: ElementTree.Element,
    codes: dict[str, str],
    numbered: tuple[Numbered, Numbered],
    faults: list[Fault],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    users = [user for users in _children(root, "Users") for user in _children(users, "User")]
    coders = {
        (user.get("guid") or "").casefold(): numbered[1].of(called)
        for user, called in zip(users, _called(users), strict=True)
    }
    sources = [source for sources in _children(root, "Sources") for source in sources]
    documents = []
    rows: dict[tuple[str, str, str, str], None] = {}
    for source, called in zip(sources, _called(sources), strict=True):
        document = numbered[0].of(called)
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _plain(source.tag).removesuffix("Source")).lower()
        day = re.match(r"\d{4}-\d{2}-\d{2}", source.get("creationDateTime") or "", re.ASCII)
        documents.append((document, kind or "source", day[0] if day else ""))
        for element in source.iter():
            name = _plain(element.tag)
            if name not in _SELECTIONS and element is not source:
                continue
            part = _part(element) if element is not source else "all"
            for coding in _children(element, "Coding"):
                coder = (coding.get("creatingUser") or element.get("creatingUser") or "").casefold()
                for reference in _children(coding, "CodeRef"):
                    guid = (reference.get("targetGUID") or "").casefold()
                    if guid not in codes:
                        found = f"a coding of the code {guid[:40]!r}"
                        faults.append(Fault(_PROJECT, found, "codes of the codebook", column=document))
                    elif coder not in coders and coder:
                        coders[coder] = numbered[1].of(coder)
                    key = (document, f"{document}:{part}", coders.get(coder, "coder_00"), codes.get(guid, ""))
                    rows.setdefault(key)
    frame = pd.DataFrame(list(rows), columns=["document_id", "segment_id", "coder_id", "code"])
    return (
        pd.DataFrame(documents, columns=["document_id", "kind", "date"], dtype="string"),
        frame.assign(applied=1),
    )


def _called(elements: Sequence[ElementTree.Element]) -> list[str]:
    """Return the names of sources or users; those without one, and those of one name, are told apart."""
    seen = Counter[str]()
    found = []
    for element in elements:
        name = " ".join((element.get("name") or element.get("guid") or "").split())
        seen[fold(name)] += 1
        found.append(name if name and seen[fold(name)] == 1 else f"{name} ({seen[fold(name)]})")
    return found


def _part(element: ElementTree.Element) -> str:
    """Return which part of its source a selection is."""
    for names in _PLACES:
        values = [element.get(name) for name in names]
        if all(value is not None for value in values):
            return "-".join(re.sub(r"[^0-9A-Za-z.]", "", value or "") for value in values)
    return "part"
