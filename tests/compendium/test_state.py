"""The record of past builds: it vouches for what it knows, and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.compendium import state as module
from analysis.compendium.state import State, key

INPUTS = {"notebook.ipynb": "1", "parameter seed": "7", "analysis/files.py": "a"}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "_FILE", tmp_path / ".cache" / "state.json")
    (tmp_path / "reports").mkdir()
    for name in ("numbers.json", "page.html"):
        (tmp_path / "reports" / name).write_text(name)
    return tmp_path


def recorded(root: Path) -> State:
    state = State()
    state.record("run a/b", INPUTS, [root / "reports/page.html", root / "reports/numbers.json"])
    return state


def test_a_unit_never_built_is_stale() -> None:
    assert State().reasons("run a/b", INPUTS) == ["never built here"]


def test_a_recorded_unit_is_current_now_and_in_the_next_process(root: Path) -> None:
    assert recorded(root).reasons("run a/b", INPUTS) == []
    assert State().reasons("run a/b", dict(reversed(INPUTS.items()))) == []
    assert State().reasons("run a/c", INPUTS) == ["never built here"]


def test_a_folder_among_the_outputs_stands_for_every_file_below_it(root: Path) -> None:
    (root / "reports/tables").mkdir()
    (root / "reports/tables/degrees.csv").write_text("degree")
    state = State()
    state.record("run a/b", INPUTS, [root / "reports", root / "not-there.csv"])
    assert state.reasons("run a/b", INPUTS) == []
    (root / "reports/tables/degrees.csv").unlink()
    (root / "reports/page.html").write_text("another")
    assert set(state.reasons("run a/b", INPUTS)) == {
        "reports/page.html is not as it was built",
        "reports/tables/degrees.csv is missing",
    }


def test_every_reason_is_told(root: Path) -> None:
    recorded(root)
    (root / "reports/numbers.json").write_text("tampered")
    (root / "reports/page.html").unlink()
    inputs = {"notebook.ipynb": "2", "parameter seed": "7", "analysis/new.py": "b"}
    assert State().reasons("run a/b", inputs) == [
        "notebook.ipynb changed",
        "analysis/new.py is new",
        "analysis/files.py is no longer used",
        "reports/numbers.json is not as it was built",
        "reports/page.html is missing",
    ]


def test_a_folder_in_the_place_of_an_output_counts_as_missing(root: Path) -> None:
    recorded(root)
    (root / "reports/page.html").unlink()
    (root / "reports/page.html").mkdir()
    assert State().reasons("run a/b", INPUTS) == ["reports/page.html is missing"]


def test_recording_again_replaces_what_was_known_of_that_unit_alone(root: Path) -> None:
    state = recorded(root)
    state.record("page index", {"told": "1"}, [])
    state.record("run a/b", {"parameter seed": "8"}, [root / "reports/page.html"])
    (root / "reports/numbers.json").unlink()
    fresh = State()
    assert fresh.reasons("run a/b", {"parameter seed": "8"}) == []
    assert fresh.reasons("page index", {"told": "1"}) == []


UNIT = {"inputs": INPUTS, "outputs": {}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"run a/b"',
        '{"run a/b": null}',
        '{"run a/b": {"inputs": {}}}',
        '{"run a/b": {"inputs": [], "outputs": {}}}',
        '{"run a/b": {"inputs": {}, "outputs": "all"}}',
        json.dumps({"run a/b": UNIT, "run a/c": {"inputs": None, "outputs": {}}}),
        json.dumps({"run a/b": UNIT})[:-5],
        "[" * 100_000,
    ],
)
def test_a_damaged_record_vouches_for_nothing(root: Path, content: str) -> None:
    recorded(root)
    module._FILE.write_text(content)
    assert State().reasons("run a/b", INPUTS) == ["never built here"]
    assert recorded(root).reasons("run a/b", INPUTS) == []


def test_a_record_of_no_text_or_in_the_place_of_a_folder_vouches_for_nothing(root: Path) -> None:
    recorded(root)
    module._FILE.write_bytes(b"\xff\xfe{}")
    assert State().reasons("run a/b", INPUTS) == ["never built here"]
    module._FILE.unlink()
    module._FILE.mkdir()
    assert State().reasons("run a/b", INPUTS) == ["never built here"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["run a/b", "inputs", "outputs", "notebook.ipynb", "\x00"]), inner)
    ),
    max_leaves=12,
)


@given(content=JSON)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_record_whatever_makes_an_unknown_unit_current(root: Path, content: object) -> None:
    module._FILE.parent.mkdir(exist_ok=True)
    module._FILE.write_text(json.dumps(content))
    assert State().reasons("run a/b", INPUTS) != []


def test_the_key_depends_on_names_and_values_and_not_on_order() -> None:
    assert key(INPUTS) == key(dict(reversed(INPUTS.items())))
    others: list[dict[str, str]] = [{}, {"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": "1"}]
    # Names and values joined by hand would run into each other.
    others.append({'a": "1", "b': "1"})
    assert len({key(inputs) for inputs in [INPUTS, *others]}) == 7
