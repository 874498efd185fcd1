"""Questions over several columns of a survey, each about a person or with a statement, by their headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from analysis.importing.lists.roster_survey import DISPLAY_ORDER
from analysis.privacy.names import fold

__all__ = ["Questions", "is_code", "looks_like_a_name", "questions_in"]

_NAME = re.compile(r"[^\W\d_a-z][^\W\d_.]*\.?([ '’-][^\W\d_][^\W\d_.]*\.?){1,4}(, .+)?")
_CODE = re.compile("[A-Za-z]{0,3}[0-9]{1,4}")
_WAVE = re.compile(r"(?P<question>.+?) \| [0-9]{1,6} \| (?P<about>.+)")
_LOOP = re.compile(r"(?P<about>[0-9]{1,3})_(?P<question>[A-Za-z].*)")
_SIGNS = (
    *((" [", "]"), ("[", "]"), (" (choice=", ")"), (" - ", ""), (" – ", ""), (" — ", ""), (" >> ", "")),
    *((": ", ""), ("/", ""), (".", ""), ("_", "")),
)
"""What stands between a question and what it is about, and behind that: as survey tools write headers."""
_STATED = frozenset({" [", "[", " - "})
"""Signs behind which a statement may stand; behind the others a name or a code."""
_TAIL = " - Selected Choice"
_OTHER = re.compile(r"\bother\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Questions:
    """Questions over several columns each.

    Attributes
    ----------
    shape : str
        How headers are written, with `{question}` and `{about}` in it; empty: there is no such question.
    about : dict of str to list of (int, str)
        Of each question, the columns and what they are about.
    others : tuple of str
        Headers of such columns that are about nobody (*Other, please specify*).
    """

    shape: str = ""
    about: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def labels(self) -> list[str]:
        """What all columns are about, each once."""
        return list(dict.fromkeys(label for some in self.about.values() for _, label in some))

    def pattern(self) -> str:
        """Return what headers look like, as `--pattern` takes it."""
        only = next(iter(self.about)) if len(self.about) == 1 else "{relation}"
        return self.shape.replace("{about}", "{alter}").replace("{question}", only)


def questions_in(header: Sequence[str], known: Collection[str] = ()) -> Questions:
    """Return the questions that most columns are of, however headers are written.

    Parameters
    ----------
    header : sequence of str
        Headers of all columns.
    known : collection of str
        Names that stand in the cells, folded.
    """
    found = [_matched(header, _WAVE, "{question} | {wave} | {about}")]
    found += [_parted(header, opening, closing, known) for opening, closing in _SIGNS]
    found.append(_matched(header, _LOOP, "{about}_{question}"))
    best = max(found, key=lambda one: sum(map(len, one.about.values())))
    names = sum(map(looks_like_a_name, best.about))
    if best.about and 3 * names >= 2 * len(best.about) and not any(map(looks_like_a_name, best.labels)):
        return _turned(best)
    return best


def looks_like_a_name(text: str) -> bool:
    """Whether a text is written as names are."""
    return len(text) <= 60 and _NAME.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether a text is a choice's number, as survey tools give it."""
    return _CODE.fullmatch(text) is not None


def _matched(header: Sequence[str], form: re.Pattern[str], shape: str) -> Questions:
    about: dict[str, list[tuple[int, str]]] = {}
    for place, cell in enumerate(header):
        if fit := form.fullmatch(cell):
            about.setdefault(fit["question"], []).append((place, fit["about"].strip()))
    return Questions(shape, {question: some for question, some in about.items() if len(some) > 1})


def _parted(header: Sequence[str], opening: str, closing: str, known: Collection[str]) -> Questions:
    about: dict[str, list[tuple[int, str]]] = {}
    others: dict[str, list[str]] = {}
    tails = sum(cell.endswith(_TAIL) for cell in header)
    tail = _TAIL if 2 * tails > len(header) - tails else ""
    for place, cell in enumerate(header):
        whole = cell.removesuffix(tail) if cell.endswith(tail) else ""
        if DISPLAY_ORDER.search(cell) or not whole.endswith(closing):
            continue
        question, sign, label = whole.removesuffix(closing).rpartition(opening)
        label = label.strip()
        if not sign or not label or not re.search(r"[^\W\d_]", question):
            continue
        if _OTHER.match(label):
            others.setdefault(question, []).append(cell)
        elif opening in _STATED or is_code(label) or looks_like_a_name(label) or fold(label) in known:
            about.setdefault(question, []).append((place, label))
    about = {question: some for question, some in about.items() if len(some) > 1}
    left = tuple(cell for question in about for cell in others.get(question, ()))
    return Questions(f"{{question}}{opening}{{about}}{closing}{tail}", about, left)


def _turned(found: Questions) -> Questions:
    """Return questions of which each person has a group of columns: who, and in brackets what."""
    about: dict[str, list[tuple[int, str]]] = {}
    for name, some in found.about.items():
        for place, question in some:
            about.setdefault(question, []).append((place, name))
    shape = found.shape.replace("{question}", "{}").replace("{about}", "{question}").replace("{}", "{about}")
    return Questions(shape, about, found.others)
