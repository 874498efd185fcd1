"""A network as a page can work with it: what it holds, and what is left when people are put together."""

from __future__ import annotations

import json
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.figures.network import Network, NetworkFigure
from analysis.figures.school_map import school_maps
from analysis.figures.sociogram import sociograms
from analysis.figures.svg import as_image, as_png, as_svg, smallest_text
from analysis.figures.theme import EACH_PERSON
from analysis.ties.panel import Panel
from analysis.whom import tie

ACTORS = list("abcde")
HOMES = ["ash", "ash", "elm", "elm", "elm"]
# a and b name each other, b names c, c and d each other; e names a.
TIES = np.array(
    [[0, 1, 0, 0, 0], [1, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]], dtype=float
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def network(*matrices: np.ndarray) -> Network:
    panel = Panel.from_matrices(matrices or [TIES], actors=ACTORS, waves=[2, 5][: max(1, len(matrices))])
    figure = sociograms({"help": panel}, HOMES, wave="year", seed=3)
    assert isinstance(figure, NetworkFigure) and figure.network is not None
    return figure.network


def test_a_page_is_given_everybody_every_tie_and_where_they_stand() -> None:
    second = TIES.copy()
    second[4] = np.nan
    given = json.loads(network(TIES, second).as_json())
    assert (given["unit"], given["wave"]) == ("person", "year")
    assert [node["name"] for node in given["nodes"]] == ACTORS
    assert [given["groups"][node["group"]]["name"] for node in given["nodes"]] == HOMES
    assert all(-1 <= node["y"] <= 0 <= node["x"] <= 1 for node in given["nodes"])
    first, later = given["layers"]
    assert (first["relation"], first["wave"], later["wave"]) == ("help", "2", "5")
    assert {(tie[0], tie[1]) for tie in first["ties"]} == {(0, 1), (1, 0), (1, 2), (2, 3), (3, 2), (4, 0)}
    # Who did not answer in a wave is said so.
    assert (first["unheard"], later["unheard"]) == ([], [4])
    assert network(TIES, second).as_json() == network(TIES, second).as_json()


def test_ties_of_groups_are_counted_within_and_between() -> None:
    people = network()
    schools = people.by_group({("help", "2"): np.array([[2.0, 1.0], [1.0, 2.0]])})
    assert schools.names == ("ash", "elm") and schools.sizes == (2, 3)
    np.testing.assert_array_equal(schools.layers[0].ties, [[2, 1], [1, 2]])
    assert schools.layers[0].ties.sum() == people.layers[0].ties.sum()
    assert people.told_by(people.layers[0]) == [
        frozenset((actor, "help", "2") for actor in members) for members in ("ab", "cde")
    ]


def test_of_a_group_that_is_not_shown_nothing_it_said_is_left() -> None:
    schools = network().by_group({("help", "2"): np.array([[2.0, 1.0], [np.nan, np.nan]])})
    np.testing.assert_array_equal(schools.layers[0].ties, [[2, 1], [0, 0]])
    assert json.loads(schools.as_json())["layers"][0]["unheard"] == [1]


def test_a_number_that_is_not_shown_is_in_no_sum_and_no_line() -> None:
    people = network()
    between = people.told_between(people.layers[0])
    assert between.map(len).to_numpy().tolist() == [[2, 1], [1, 2]]
    assert between.loc["ash", "elm"] == {tie("b", "c", "help", "2")}
    schools = people.by_group({("help", "2"): np.array([[np.nan, 1.0], [np.nan, 2.0]])})
    (layer,) = schools.layers
    np.testing.assert_array_equal(layer.ties, [[0, 1], [0, 2]])
    assert layer.answered.all()
    assert json.loads(schools.as_json())["layers"][0]["hidden"] == [[0, 0], [1, 0]]
    (axis,) = school_maps(schools).axes
    assert sorted(text.get_text() for text in axis.texts) == sorted(["ash", "elm", "–", "–", "2"])
    assert axis.get_title(loc="left") == "help, year 2"


def test_the_map_of_groups_draws_nobody() -> None:
    figure = school_maps(network().by_group({("help", "2"): np.array([[2.0, 1.0], [np.nan, np.nan]])}))
    assert figure.get_label() != EACH_PERSON
    (axis,) = figure.axes
    texts = [text.get_text() for text in axis.texts]
    assert sorted(texts) == sorted(["ash", "elm", "2", "–", "1"])
    assert axis.get_title(loc="left") == "help, year 2 (3 ties)"


def bars(size: float) -> Figure:
    figure, axis = plt.subplots(figsize=(6, 2))
    axis.set_axis_off()
    axis.text(0.5, 0.5, "words", fontsize=size)
    axis.text(0.5, 0.5, "", fontsize=1)
    return figure


def test_no_picture_is_shown_smaller_than_its_smallest_text_can_be_read() -> None:
    figure = bars(4.5)
    assert smallest_text(figure) == 4.5
    assert as_png(figure) == as_png(figure)
    picture = as_svg(figure)
    image = as_image(picture, "Words.", 4.5)
    width, least = (
        float(image.partition(f"{name}")[2].split(end)[0])
        for name, end in (('width="', '"'), ("min-width: ", "px"))
    )
    # Nine pixels of a page for four and a half points of the figure.
    assert least == pytest.approx(width * 72 / 96 * 9 / 4.5, abs=2)
    assert smallest_text(plt.figure()) == np.inf
