"""The page of a sweep: under which choices each headline holds, its curve, and every combination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from analysis.compendium.pages import page_environment
from analysis.compendium.studies import Run, Study
from analysis.compendium.sweep import SWEEPS, Collected, Made
from analysis.compendium.sweep_grid import Headline, Sweep
from analysis.compendium.table_html import as_html, labelled
from analysis.figures.specification import choice_curve_figure
from analysis.figures.svg import as_image, as_svg, smallest_text
from analysis.files import REPORTS, partial_folder, replace_folder, write_atomically
from analysis.tables.harmless import harmless

__all__ = ["shares_by_choice", "told", "write_sweep"]


@dataclass(frozen=True)
class _Shown:
    """A headline as the page has it."""

    headline: Headline
    sentence: str
    title: str
    told: str
    shares: Markup
    image: Markup
    table: Markup


def told(headline: Headline, curve: pd.DataFrame) -> str:
    """Say under how many combinations of choices a headline holds, and where it does not.

    Examples
    --------
    >>> curve = pd.DataFrame({"cut": ["1", "1", "2", "2"], "ties": ["in", "out"] * 2, "b": [1.0, 1, -1, -1]})
    >>> curve["holds"] = curve["b"] > 0
    >>> told(Headline("f", "b", 0.0, above=True), curve)
    'It holds under 2 of 4 combinations. Never with cut = 2. Always with cut = 1.'
    """
    known = curve.dropna(subset=["holds"])
    sentences = [f"It holds under {int(known['holds'].sum())} of {len(known)} combinations"]
    missing = len(curve) - len(known)
    if missing:
        sentences.append(f"In {missing} more the number was not recorded")
    shares = shares_by_choice(headline, curve)
    if known["holds"].any() and not known["holds"].all():
        for word, share in (("Never", 0.0), ("Always", 1.0)):
            there = shares[(shares["holds"] == share * shares["combinations"]) & (shares["combinations"] > 0)]
            if len(there):
                options = (f"{name} = {option}" for name, option in there.index)
                sentences.append(f"{word} with {', '.join(options)}")
    return ". ".join(sentences) + "."


def shares_by_choice(headline: Headline, curve: pd.DataFrame) -> pd.DataFrame:
    """Return, for each option of each choice, of how many combinations, in how many the headline holds.

    Index choice, option; columns ``combinations`` (whose number is known), ``holds``, and the ``least`` and
    ``most`` of the number.
    """
    aside = {headline.number, headline.p, "holds", "why"}
    known = curve.dropna(subset=["holds"])
    rows = {}
    for choice in (name for name in curve if name not in aside):
        for option in dict.fromkeys(curve[choice]):
            taken = known[known[choice] == option]
            rows[choice, option] = {
                "combinations": len(taken),
                "holds": int(taken["holds"].sum()),
                "least": taken[headline.number].min(),
                "most": taken[headline.number].max(),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["choice", "option"])
    return frame


def write_sweep(
    study: Study, sweep: Sweep, base: Run, runs: Sequence[Run], made: Sequence[Made], collected: Collected
) -> Path:
    """Write the page of a sweep, its tables and its figures; return where the page lies."""
    parent = REPORTS / SWEEPS / study.id
    new, folder = partial_folder(parent / sweep.id), parent / sweep.id
    shown = []
    harmless(collected.numbers).to_csv(new / "numbers.csv", index=False, lineterminator="\n")
    for headline in sweep.headlines:
        curve, name = collected.curves[headline.finding], headline.finding
        harmless(curve).to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
        labels = collected.numbers.loc[collected.numbers["key"] == headline.number, "label"]
        image, title = Markup(), str(labels.iloc[0]) if len(labels) else headline.number
        if curve["holds"].notna().any():
            figure = choice_curve_figure(
                curve, collected.choices, headline.number, "holds", bound=headline.bound, title=title
            )
            smallest = smallest_text(figure)
            picture = as_svg(figure)
            (new / f"{name}.svg").write_bytes(picture)
            alternative = f"{title} under every combination of choices, in order."
            image = Markup(as_image(picture, alternative, smallest))
        table = curve.assign(holds=curve["holds"].map({True: "yes", False: "no"}, na_action=None))
        table = table.fillna({"holds": "not recorded"}).drop(columns=[] if curve["why"].any() else "why")
        table.index = pd.RangeIndex(1, len(table) + 1, name="combination")
        shown.append(
            _Shown(
                headline,
                collected.sentences[name],
                title,
                told(headline, curve),
                Markup(as_html(labelled(shares_by_choice(headline, curve)), 4)),
                image,
                Markup(as_html(table, 4, [headline.p] if headline.p else [])),
            )
        )
    replace_folder(new, folder)
    page = (
        page_environment()
        .get_template("sweep.html")
        .render(
            up="../../",
            study=study,
            sweep=sweep,
            base=base,
            label=" and ".join(sorted({run.label for run in runs})),
            datasets=sorted({package.title for run in runs for package in run.datasets}),
            count=len(made),
            varied={name: sweep.grid[name] for name in collected.choices},
            fixed={name: values[0] for name, values in sweep.grid.items() if len(values) == 1},
            failed=[one for one in made if one.fault],
            shown=shown,
            numbers=len(collected.numbers),
        )
    )
    write_atomically(parent / f"{sweep.id}.html", page)
    return parent / f"{sweep.id}.html"
