"""A YAML file as plain values that remember their lines, so that a fault can be told with its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from analysis.files import ROOT
from analysis.tables.faults import Fault

__all__ = ["Lines"]


class Lines:
    """A YAML document as plain values, with the line of every entry."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.file = path.relative_to(ROOT).as_posix()
        self.lines: dict[tuple[Any, ...], int] = {}
        self.faults = faults
        self.content: Any = None
        try:
            node = yaml.compose(
                path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            )
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            self.fault((), f"no YAML ({problem})", "a YAML file", None if mark is None else mark.line + 1)
            return
        self.content = None if node is None else self._value(node, ())

    def fault(self, at: tuple[Any, ...], found: str, allowed: str, line: int | None = None) -> None:
        """Note a fault at an entry, with the line of the entry or of the nearest one that holds it."""
        where = at
        while where and where not in self.lines:
            where = where[:-1]
        entry = ".".join(str(part + 1 if isinstance(part, int) else part) for part in at) or None
        self.faults.append(Fault(self.file, found, allowed, line or self.lines.get(where), entry))

    def _value(self, node: yaml.Node, at: tuple[Any, ...]) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            content: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value)
                if name in content:
                    self.fault(
                        (*at, name), "an entry given twice", "each entry once", key.start_mark.line + 1
                    )
                content[name] = self._value(value, (*at, name))
                self.lines[(*at, name)] = key.start_mark.line + 1
            return content
        if isinstance(node, yaml.SequenceNode):
            return [self._value(value, (*at, index)) for index, value in enumerate(node.value)]
        try:
            return SafeConstructor().construct_object(node)
        # PyYAML's word on a date such as 2024-13-01 is a plain ValueError.
        except (yaml.YAMLError, ValueError):
            self.fault(at, repr(node.value), "a number, or a quoted text", node.start_mark.line + 1)
            return str(node.value)

    def unknown(self, content: dict[str, Any], at: tuple[Any, ...], allowed: Iterable[str]) -> None:
        """Note every entry that is not among those allowed."""
        for name in content:
            if name not in allowed:
                self.fault((*at, name), "an unknown entry", f"entries: {', '.join(allowed)}")

    def text(self, content: dict[str, Any], name: str, at: tuple[Any, ...]) -> str:
        """Return a text that must be there, or note the fault and return an empty one."""
        value = content.get(name)
        if not isinstance(value, str) or not value.strip():
            found = "nothing" if value is None else f"{value!r}, of type {type(value).__name__}"
            self.fault((*at, name), found, "a quoted text")
            return ""
        return value.strip()
