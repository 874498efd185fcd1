"""XML from anywhere, parsed without following it: no entity, and no other file."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from analysis.tables.faults import Fault

__all__ = ["parse_xml"]

_DEEPEST = 200
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#)([^;\s]{0,40})")
"""A reference to an entity that XML itself does not have."""


class _Refused(Exception):
    """The document has something that is not taken."""


def parse_xml(content: bytes, file: str, faults: list[Fault]) -> ElementTree.Element | None:
    """Return the root of an XML document, or None and a fault.

    Refused are declarations in a document type (with them go entities that grow without end), entities that
    a document type elsewhere would declare, and elements nested too deep. A document type that only names
    another file is passed over: nothing is read from elsewhere.
    """
    parser = expat.ParserCreate()
    builder = ElementTree.TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _Refused(f"elements nested more than {_DEEPEST} deep")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def doctype(name: str, system: str | None, public: str | None, has_declarations: int) -> None:
        if has_declarations:
            raise _Refused("declarations in the document type")
        check_references()

    def refuse(name: str, *_: object) -> None:
        raise _Refused(f"the entity {name!r}")

    def check_references() -> None:
        # The parser drops, in an attribute, an entity which a document type elsewhere may declare.
        found = _ENTITY.search(content.replace(b"\0", b""))
        if found:
            refuse(found[1].decode("ascii", "replace"))

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except _Refused as error:
        faults.append(Fault(file, str(error), "plain XML without one", parser.CurrentLineNumber))
    except expat.ExpatError as error:
        found = f"no sound XML ({expat.errors.messages.get(error.code, error)})"
        faults.append(Fault(file, found, "an XML document", error.lineno))
    except (ValueError, LookupError, RecursionError, AssertionError) as error:
        faults.append(Fault(file, f"no sound XML ({error})", "an XML document"))
    return None
