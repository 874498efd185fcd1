"""The figure of printed against computed numbers, and figures as bytes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from analysis.figures.agreement import printed_against_computed
from analysis.figures.specification import choice_curve_figure, specification_curve_figure
from analysis.figures.svg import as_image, as_svg

NUMBERS = pd.DataFrame(
    [(1.0, 1.01, "reproduced"), (-3.68, -3.7, "reproduced"), (0.9, 1.4, "deviates (explained)")],
    columns=["printed", "computed", "verdict"],
)


def test_every_number_is_drawn_where_it_belongs() -> None:
    axis = printed_against_computed(NUMBERS).axes[0]
    drawn = [tuple(point) for collection in axis.collections for point in collection.get_offsets()]
    assert drawn == [(1.0, 1.01), (-3.68, -3.7), (0.9, 1.4)]
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert labels == ["reproduced (2)", "deviates (explained) (1)"]
    for low, high in (axis.get_xlim(), axis.get_ylim()):
        assert low < -3.7 < 1.4 < high
    plt.close("all")


def test_a_figure_gives_the_same_bytes_each_time_and_no_date() -> None:
    first, second = (as_svg(printed_against_computed(NUMBERS)) for _ in range(2))
    assert first == second
    assert b"<dc:date>" not in first
    assert not plt.get_fignums()


def test_the_settings_of_the_user_play_no_part() -> None:
    plain = as_svg(printed_against_computed(NUMBERS))
    with plt.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "svg.fonttype": "none"}):
        assert as_svg(printed_against_computed(NUMBERS)) == plain


def test_the_text_of_an_image_is_escaped() -> None:
    image = as_image(b"<svg/>", 'a "b" <c>')
    assert 'alt="a &quot;b&quot; &lt;c&gt;"' in image
    assert image.endswith("""src="data:image/svg+xml,<svg/>">""")


def test_a_specification_curve_is_in_order_with_a_mark_per_choice() -> None:
    curve = pd.DataFrame(
        {
            "ties": ["valued", "binary", "valued"],
            "first partial correlation": [0.3, 0.1, 0.2],
            "first p": [0.01, 0.2, 0.03],
        }
    )
    above, below = specification_curve_figure(curve, ["ties"], ["first"], sort_by="first").axes
    sure, unsure = (collection.get_offsets().tolist() for collection in above.collections)
    assert sure == [[1.0, 0.2], [2.0, 0.3]]
    assert unsure == [[0.0, 0.1]]
    marks = [sorted(x for x, _ in collection.get_offsets()) for collection in below.collections]
    assert marks == [[1.0, 2.0], [0.0]]
    assert [label.get_text() for label in below.get_yticklabels()] == ["ties: valued", "ties: binary"]
    plt.close("all")


def test_the_curve_of_a_sweep_keeps_the_order_of_its_choices_and_leaves_out_what_is_missing() -> None:
    curve = pd.DataFrame({"cut": ["1", "2", "3"], "b": [0.3, 0.1, None], "holds": [True, False, None]})
    figure = choice_curve_figure(curve, ["cut"], "b", "holds", bound=0.2, title="slope")
    above, below = figure.axes
    holds, not_so = (collection.get_offsets().tolist() for collection in above.collections)
    assert (holds, not_so) == ([[1.0, 0.3]], [[0.0, 0.1]])
    assert above.lines[0].get_ydata() == [0.2, 0.2]
    assert [label.get_text() for label in below.get_yticklabels()] == ["cut: 1", "cut: 2", "cut: 3"]
    plt.close("all")
