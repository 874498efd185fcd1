"""XML from anywhere, parsed without following it: no document type, so no entity and no other file."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from analysis.tables.faults import Fault

__all__ = ["parse_xml"]

_DEEPEST = 200


class _Refused(Exception):
    """The document has something that is not taken."""


def parse_xml(content: bytes, file: str, faults: list[Fault]) -> ElementTree.Element | None:
    """Return the root of an XML document, or None and a fault.

    Refused are a document type (with it go entities that grow without end, and files read from elsewhere) and
    elements nested too deep.
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

    def refuse(*_: object) -> None:
        raise _Refused("a document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except _Refused as error:
        faults.append(Fault(file, str(error), "plain XML without one"))
    except expat.ExpatError as error:
        found = f"no sound XML ({expat.errors.messages.get(error.code, error)})"
        faults.append(Fault(file, found, "an XML document", error.lineno))
    except (ValueError, LookupError, RecursionError, AssertionError) as error:
        faults.append(Fault(file, f"no sound XML ({error})", "an XML document"))
    return None
