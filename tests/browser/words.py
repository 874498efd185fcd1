"""The words a reader sees on a page and in its pictures, and which of them are names of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

__all__ = ["code_names", "of_page", "of_picture"]

_CODE = ("code", "pre", "kbd", "script", "style")
"""What stands in these is shown as code, or not at all."""
_VOID = ("area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
_READ_ALOUD = ("alt", "aria-label", "data-told", "label", "placeholder", "title")
"""Attributes that are shown or read aloud."""
_COMMENT = re.compile(r"<!-- (.*?) -->", re.DOTALL)
_TOKEN = re.compile(r"(?<![\w$\\./@-])[A-Za-z]\w*(?:[.-]\w+)*")
_NAME = re.compile(r".*\w_\w.*|[a-z]{3,}(?:\.[a-z-]+)+")
"""Words joined by underscores, or by dots as in a key."""
_ALONE = ("icc1", "icc2", "chi2", "rmsea", "srmr", "cfi", "df", "sd", "external internal", "p holm", "p u")
"""What labels were called in the code, without an underscore."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.above: list[str] = []
        self.told: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.told += [value for name, value in attrs if name in _READ_ALOUD and value]
        if tag not in _VOID:
            self.above.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.above:
            del self.above[len(self.above) - 1 - self.above[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not set(self.above).intersection(_CODE):
            self.told.append(data)


def of_page(page: str) -> list[str]:
    """Return what is read on a page: its texts outside code, and what is told of pictures and links."""
    reader = _Reader()
    reader.feed(page)
    return [" ".join(text.split()) for text in reader.told if text.strip()]


def of_picture(svg: str) -> list[str]:
    """Return the texts of a picture: letters are drawn as paths, and each text stands above in a comment."""
    return [" ".join(unescape(text).split()) for text in _COMMENT.findall(svg)]


def code_names(texts: list[str], allowed: list[re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    """Yield every name of the code in some texts that no pattern allows, with its text."""
    for text in texts:
        rest = text
        for pattern in allowed:
            rest = pattern.sub(" ", rest)
        for found in _TOKEN.findall(rest):
            if _NAME.fullmatch(found):
                yield found, text
        if text in _ALONE:
            yield text, text
