"""Links in prose: a term to its explanation in the glossary, a page that is mentioned to that page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from analysis.compendium.plan import TEMPLATES

__all__ = ["Linker", "Term", "glossary"]

_SPLIT = re.compile(r"(<[^>]+>)")
_NO_LINKS = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "script", "style", "summary", "button"}
_VOID = {"br", "hr", "img", "input", "col"}


@dataclass(frozen=True)
class Term:
    """A word of the field: what it is called, other forms it has, what it means, in a sentence or two."""

    name: str
    meaning: str
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the page of all terms."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@cache
def glossary() -> tuple[Term, ...]:
    """Return the terms of `templates/glossary.yml`, in order of the alphabet."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load((TEMPLATES / "glossary.yml").read_text(encoding="utf-8"), Loader=loader)
    terms = [Term(name, entry["means"], tuple(entry.get("also", ()))) for name, entry in content.items()]
    return tuple(sorted(terms, key=lambda term: term.name.lower()))


@dataclass
class Linker:
    """Puts links into the prose of one page, each term the first time only.

    Attributes
    ----------
    up : str
        The way from the page to the folder of the front page, as in ``../``.
    pages : mapping of str to str
        Addresses of the pages that may be mentioned, by the words they are mentioned with.
    terms : sequence of Term
    """

    up: str
    pages: Mapping[str, str] = field(default_factory=dict)
    terms: Sequence[Term] = field(default_factory=glossary)
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        forms = {form: term for term in self.terms for form in (term.name, *term.forms)}
        self._forms = {form.lower(): term for form, term in forms.items()}
        self._term = _any_of(forms, r"(?<![\w-])", r"s?(?![\w-])")
        self._mention = _any_of(self.pages, r"(?:[Pp]ages?\s+|\band\s+)(?:on\s+)?(?:the\s+)?", r"(?![\w-])")

    def linked(self, markup: str) -> str:
        """Return the HTML of some prose with links in its text; headings, code and links stay as they are.

        Examples
        --------
        >>> linker = Linker("../", {"Recovery": "recovery.html"}, [Term("density", "Ties per pair.")])
        >>> linker.linked("<p>See the page on recovery.</p>")
        '<p>See the page on <a href="recovery.html">recovery</a>.</p>'
        >>> linker.linked("<p>Density, and density.</p>").count("glossary.html#density")
        1
        """
        parts = []
        above: list[str] = []
        for part in _SPLIT.split(markup):
            if part.startswith("<"):
                _step(part, above)
            elif part.strip() and not _NO_LINKS.intersection(above):
                part = self._in_text(part, above[-1:] == ["em"])
            parts.append(part)
        return "".join(parts)

    def _in_text(self, text: str, emphasised: bool) -> str:
        for name, address in self.pages.items() if emphasised else ():
            if html.unescape(text).strip() == name:
                return f'<a href="{address}">{text}</a>'
        if self._mention is None:
            return self._with_terms(text)
        parts, done = [], 0
        for found in self._mention.finditer(text):
            address = self.pages[self._page(found["form"])]
            parts += [self._with_terms(text[done : found.start("form")])]
            parts += [f'<a href="{address}">{found["form"]}</a>']
            done = found.end("form")
        return "".join([*parts, self._with_terms(text[done:])])

    def _page(self, words: str) -> str:
        told = " ".join(html.unescape(words).lower().split())
        return next(name for name in self.pages if name.lower() == told)

    def _with_terms(self, text: str) -> str:
        return self._term.sub(self._explained, text) if self._term else text

    def _explained(self, found: re.Match[str]) -> str:
        term = self._forms[" ".join(html.unescape(found["form"]).lower().split())]
        if term.name in self.met:
            return found[0]
        self.met.add(term.name)
        told = html.escape(term.meaning, quote=True)
        return (
            f'<a class="term" href="{self.up}glossary.html#{term.anchor}" data-told="{told}">{found[0]}</a>'
        )


def _any_of(forms: Sequence[str] | Mapping[str, Any], before: str, after: str) -> re.Pattern[str] | None:
    """Return what finds any of some forms in the text of HTML, the longest first; None for no form."""
    escaped = [re.escape(html.escape(form, quote=False)).replace(r"\ ", r"\s+") for form in forms]
    longest = sorted(escaped, key=len, reverse=True)
    return re.compile(f"{before}(?P<form>{'|'.join(longest)}){after}", re.IGNORECASE) if longest else None


def _step(tag: str, above: list[str]) -> None:
    name = re.match(r"</?\s*([\w-]*)", tag)
    element = name[1].lower() if name else ""
    if tag.startswith("</"):
        if element in above:
            del above[len(above) - 1 - above[::-1].index(element) :]
    elif element and element not in _VOID and not tag.endswith("/>") and not tag.startswith("<!"):
        above.append(element)
