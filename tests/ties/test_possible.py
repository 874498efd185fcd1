"""Who could tie to whom: cells, walls, groups, strata of answering."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.ties.panel import Panel
from analysis.ties.possible import Possible, group_codes

NAN = float("nan")


def test_cells_are_those_observed_without_the_diagonal() -> None:
    found = Possible.of([[0, 1, NAN], [0, 0, 1], [NAN, NAN, 0]])
    assert found.cells.tolist() == [[False, True, False], [True, False, True], [False, False, False]]
    assert found.groups.tolist() == [0, 0, 0]
    assert not found.cells.flags.writeable


def test_walls_are_structural_zeros_and_missing_schools_are_no_school() -> None:
    groups = ["a", "a", "b", None, NAN]
    open_ = Possible.of(np.zeros((5, 5)), groups)
    assert open_.groups.tolist() == [0, 0, 1, -1, -1]
    assert open_.same.sum() == 4 + 1
    assert open_.cells.sum() == 20
    walled = Possible.of(np.zeros((5, 5)), groups, crosses=False)
    assert np.argwhere(walled.cells).tolist() == [[0, 1], [1, 0]]
    assert (open_.across_possible, open_.within_possible) == (True, True)
    assert (walled.across_possible, walled.within_possible) == (False, True)


def test_a_tie_through_a_wall_is_refused() -> None:
    with pytest.raises(ValueError, match=r"found 2 ties between groups, the first at \(0, 2\)"):
        Possible.of([[0, 1, 1], [0, 0, 0], [0, 1, 0]], ["a", "a", "b"], crosses=False)


def test_blocks_tell_own_group_from_others_from_impossible() -> None:
    found = Possible.of([[0, NAN, 0], [0, 0, 0], [0, 0, 0]], ["a", "a", "b"]).blocks()
    assert found.tolist() == [[-1, -1, 1], [0, -1, 1], [1, 1, -1]]


def test_strata_tell_who_could_name_and_be_named() -> None:
    matrix = np.zeros((4, 4))
    matrix[1] = NAN
    matrix[:, 2] = NAN
    matrix[3] = matrix[:, 3] = NAN
    assert Possible.of(matrix).strata().tolist() == [3, 2, 1, 0]


def test_what_could_not_hold_a_tie_is_missing_to_measures() -> None:
    possible = Possible.of(np.zeros((3, 3)), ["a", "a", "b"], crosses=False)
    seen = possible.seen([[5, 1, 0], [0, 5, 0], [0, 0, 5]])
    assert np.argwhere(~np.isnan(seen)).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ValueError, match="was possible"):
        possible.seen(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("cells", "groups", "message"),
    [
        (np.ones((2, 3)), [0, 0], "the cells have shape (2, 3); a square matrix is needed"),
        (np.ones((2, 2)), [0], "there are 1 groups for 2 actors; one each is needed"),
    ],
)
def test_parts_that_do_not_fit_are_refused(cells: object, groups: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        Possible(cells, groups)  # type: ignore[arg-type]
    assert str(caught.value) == message
    with pytest.raises(ValueError, match="one each is needed"):
        group_codes(["a"], 2)
    with pytest.raises(ValueError, match="a square one is needed"):
        Possible.of(np.ones(3))


def test_a_panel_knows_walls_absence_and_silence() -> None:
    values = np.zeros((2, 4, 4))
    values[1, 3] = NAN
    panel = Panel(
        "advice",
        tuple("abcd"),
        (1, 2),
        values,
        np.ones((2, 4), bool),
        np.ones((2, 4), bool),
        homes=("x", "x", "y", "y"),
        crosses=False,
    )
    assert panel.possible(1).cells.sum() == 4
    assert panel.possible(2).cells.sum() == 3
    # Other groups than the organizations leave the walls where they are.
    other = panel.possible(1, [0, 1, 0, 1])
    assert other.cells.sum() == 4
    assert other.groups.tolist() == [0, 1, 0, 1]
    with pytest.raises(ValueError, match="ties are said not to cross organizations, but no actor's"):
        Panel("advice", ("a",), (1,), np.zeros((1, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), crosses=False)
