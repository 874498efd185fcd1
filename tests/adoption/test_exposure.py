"""Exposure, thresholds, infection and susceptibility: against netdiffuseR, by hand, by property."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.adoption.adopters import cumulative_adoption, hazard_by_period
from analysis.adoption.exposure import exposure
from analysis.adoption.setting import adoption_setting
from analysis.adoption.thresholds import infection_susceptibility, thresholds
from analysis.files import DATA_RAW
from analysis.sources.diffusion_classics import tables
from analysis.tables.package import read_package
from tests.adoption.adopters import FOUR, TIMES, Study, read_study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan
ROUNDED = 1e-10  # the reference files hold eleven digits

# ---------------------------------------------------------------- against netdiffuseR


@pytest.mark.parametrize(
    ("weights", "file"), [("row-normalised", "exposure"), ("unnormalised", "exposure_unnormalized")]
)
@pytest.mark.parametrize("dense", [False, True])
def test_exposure_as_in_netdiffuser(
    weights: Any, file: str, dense: bool, med: Study, reference_folder: Path
) -> None:
    expected = pd.read_csv(reference_folder / "netdiffuser" / f"{file}.csv").to_numpy(float)
    network = med.ties.toarray() if dense else med.ties
    found = exposure(network, med.times, med.periods, lag=0, weights=weights)
    assert found == pytest.approx(expected, abs=ROUNDED)
    each = exposure([network] * 18, med.times, med.periods, lag=1, weights=weights)
    assert np.isnan(each[:, 0]).all()
    assert each[:, 1:] == pytest.approx(expected[:, :-1], abs=ROUNDED)


def test_thresholds_as_in_netdiffuser(
    med: Study, netdiffuser: dict[str, Any], reference_folder: Path
) -> None:
    expected = pd.read_csv(reference_folder / "netdiffuser" / "threshold.csv")["threshold"].to_numpy()
    assert netdiffuser["threshold"] == pytest.approx(expected, abs=ROUNDED)
    given_a_time = thresholds(med.ties, med.times, med.periods, never="missing")
    said_so = thresholds(med.ties, med.honest, med.periods[:-1], never="one period later")
    assert given_a_time == pytest.approx(expected, abs=ROUNDED)
    assert said_so == pytest.approx(expected, abs=ROUNDED)
    assert said_so.mean() == pytest.approx(netdiffuser["threshold_mean"], abs=ROUNDED)
    without = thresholds(med.ties, med.honest, med.periods[:-1], never="missing")
    assert np.isnan(without).sum() == 16
    assert np.nanmean(without) == pytest.approx(expected[med.times < 18].mean(), abs=ROUNDED)
    reached = thresholds(med.ties, med.honest, med.periods[:-1], never="last period")
    last = pd.read_csv(reference_folder / "netdiffuser" / "exposure.csv")["17"].to_numpy()
    assert reached[med.times == 18] == pytest.approx(last[med.times == 18], abs=ROUNDED)


@pytest.mark.parametrize("name", ["brfarmers", "kfamily"])
def test_mean_threshold_and_hazards_of_the_other_studies(
    name: str, netdiffuser: dict[str, Any], reference_folder: Path
) -> None:
    study = read_study(reference_folder, name)
    own = thresholds(study.ties, study.honest, study.periods[:-1], never="one period later")
    assert own.mean() == pytest.approx(netdiffuser[f"{name}DiffNet_threshold_mean"], abs=ROUNDED)
    rows = pd.DataFrame(netdiffuser[f"{name}DiffNet_summary"])[: len(study.periods)]
    curve = cumulative_adoption(study.times, study.periods)
    assert curve["new"].tolist() == rows["adopt"].tolist()
    assert curve["share"].to_numpy() == pytest.approx(rows["cum_adopt_pcent"], abs=ROUNDED)
    hazard = hazard_by_period(study.honest, study.periods[:-1])["hazard"].to_numpy()
    assert hazard[1:] == pytest.approx(rows["hazard"].to_numpy()[1 : len(hazard)], abs=ROUNDED)


def test_infection_and_susceptibility_as_in_netdiffuser(med: Study, reference_folder: Path) -> None:
    expected = pd.read_csv(reference_folder / "netdiffuser" / "inf_sus.csv")
    found = infection_susceptibility(med.ties, med.times, med.periods)
    for column in ("infection", "susceptibility"):
        assert expected[column].sum() > 0.5
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), abs=1e-12)


def test_our_own_tables_give_the_same_numbers(
    data_mirror: Path, reference_folder: Path, netdiffuser: dict[str, Any]
) -> None:
    package = read_package(DATA_RAW / "diffusion_classics" / "datapackage.json")
    ours = tables(data_mirror / "diffusion_classics", package)
    found = adoption_setting(ours, "tetracycline", relation="medical_innovation", valued=True)
    times, network = found.times, found.networks[0]
    assert int(np.isinf(times).sum()) == 16
    assert set(found.observed_until[np.isinf(times)]) == {17.0}
    own = thresholds(network, times, found.periods, never="one period later")
    assert own == pytest.approx(netdiffuser["threshold"], abs=ROUNDED)
    expected = pd.read_csv(reference_folder / "netdiffuser" / "exposure.csv").to_numpy(float)
    assert exposure(network, times, found.periods, lag=0) == pytest.approx(expected[:, :17], abs=ROUNDED)
    hazard = hazard_by_period(times, found.periods, observed_until=found.observed_until)
    assert hazard["hazard"].to_numpy()[1:] == pytest.approx(netdiffuser["hazard"][1:17], abs=ROUNDED)


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[1 / 2, 1 / 2, 1], [0, 0, 1], [0, 0, 0], [1 / 3, 2 / 3, 1]]),
        ({"valued": True}, [[1 / 3, 1 / 3, 1], [0, 0, 1], [0, 0, 0], [1 / 3, 2 / 3, 1]]),
        ({"weights": "unnormalised"}, [[1, 1, 2], [0, 0, 1], [0, 0, 0], [1, 2, 3]]),
        (
            {"weights": "unnormalised", "valued": True, "no_alters": NAN},
            [[1, 1, 3], [0, 0, 1], [0, 0, 0], [1, 2, 3]],
        ),
        ({"no_alters": NAN}, [[1 / 2, 1 / 2, 1], [0, 0, 1], [NAN] * 3, [1 / 3, 2 / 3, 1]]),
        ({"lag": 2}, [[NAN, NAN, 1 / 2], [NAN, NAN, 0], [NAN, NAN, 0], [NAN, NAN, 1 / 3]]),
        ({"lag": 5}, [[NAN] * 3] * 4),
    ],
)
@pytest.mark.parametrize("form", [np.array, sparse.csr_array, sparse.csc_matrix, np.ndarray.tolist])
def test_exposure_of_four_people(
    options: dict[str, Any], expected: list[list[float]], form: Callable[[Floats], Any]
) -> None:
    found = exposure(form(FOUR), TIMES, [1, 2, 3], **{"lag": 0, **options})
    assert found == pytest.approx(np.array(expected), nan_ok=True)


def test_a_missing_cell_is_left_out_and_a_silent_person_has_no_exposure() -> None:
    network = FOUR.copy()
    network[3, 2] = NAN
    network[1] = NAN
    for form in (np.array, sparse.csr_array):
        found = exposure(form(network), TIMES, [1, 2, 3], lag=0)
        assert found[3].tolist() == [0.5, 1, 1]
        assert np.isnan(found[1]).all()


def test_a_network_of_the_period_itself_meets_those_who_adopted_before() -> None:
    """0 meets 1 in period 1 and 2 in period 2; 1 adopts in period 1, 2 in period 2, 0 in period 3."""
    first, second = np.zeros((3, 3)), np.zeros((3, 3))
    first[0, 1] = second[0, 2] = 1
    networks = [first, second, first]
    options: dict[str, Any] = {"no_alters": NAN, "lag": 1}
    own = exposure(networks, [3, 1, 2], [1, 2, 3], network_lag=0, **options)[0]
    # In 2 whom 0 meets had not adopted in 1; in 3 whom 0 meets had.
    assert own == pytest.approx([NAN, 0, 1], nan_ok=True)
    both = exposure(networks, [3, 1, 2], [1, 2, 3], **options)[0]
    # Whom 0 met one period before, by who had adopted then.
    assert both == pytest.approx([NAN, 1, 1], nan_ok=True)
    assert thresholds(networks, [3, 1, 2], [1, 2, 3], never="missing", network_lag=0, **options)[0] == 1
    other = [first, second, second * 0]
    assert np.isnan(thresholds(other, [3, 1, 2], [1, 2, 3], never="missing", network_lag=0, **options)[0])
    assert thresholds(other, [3, 1, 2], [1, 2, 3], never="missing", **options)[0] == 1


def test_a_network_for_each_period_is_taken_in_its_period() -> None:
    later = np.zeros((4, 4))
    later[0, 3] = later[2, 1] = 1
    found = exposure([FOUR, FOUR, later], TIMES, [1, 2, 3], lag=0)
    assert found[:, 2].tolist() == [0, 0, 1, 0]
    assert thresholds([FOUR, FOUR, later], TIMES, [1, 2, 3], never="missing")[:3].tolist() == [0.5, 0, 1]
    assert exposure(np.stack([FOUR, later, later]), TIMES, [1, 2, 3], lag=1)[:, 2].tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("never", "lag", "last"),
    [
        ("missing", 0, NAN),
        ("last period", 0, 2 / 3),
        ("one period later", 0, 1.0),
        ("last period", 1, 1 / 3),
        ("one period later", 1, 2 / 3),
    ],
)
def test_how_never_adopters_enter_thresholds(never: Any, lag: int, last: float) -> None:
    """Person 3 names all; by period 2 two of the three had adopted, and 2 counts as never, too."""
    found = thresholds(FOUR, TIMES, [1, 2], never=never, lag=lag)
    assert found[3] == pytest.approx(last, nan_ok=True)
    assert found[0] == 0.5
    assert found[1] == pytest.approx(NAN if lag else 0.0, nan_ok=True)


def test_infection_and_susceptibility_of_four_people() -> None:
    """0 and 3 name 1; 0 follows 1 at once, 3 never. 2 is named by 0, 1, 3, of whom only 3 was left."""
    found = infection_susceptibility(FOUR, TIMES, [1, 2, 3], normalised=False)
    assert found["infection"].tolist() == pytest.approx([0, 1 / 2, 0, NAN], nan_ok=True)
    assert found["susceptibility"].tolist() == pytest.approx([1, 0, 0, NAN], nan_ok=True)
    # Let 2 name 1: it follows two periods later, at half the weight.
    network = FOUR.copy()
    network[2, 1] = 1
    wide = infection_susceptibility(network, TIMES, [1, 2, 3], window=2, normalised=False)
    # After 1: one period on 0 of {0, 2, 3} followed; two periods on 2 of {2, 3}: (1 + ½) ÷ (3 + 2·½).
    assert wide["infection"].iloc[1] == pytest.approx(1.5 / 4)
    # Before 2: 1 had adopted by one period before (1) and by two (½), exactly two periods before (½).
    assert wide["susceptibility"].iloc[2] == pytest.approx(0.5 / 1.5)
    scaled = infection_susceptibility(network, TIMES, [1, 2, 3], window=2)
    assert scaled["infection"].iloc[1] == pytest.approx(1.5 / 4 / 1.5)


# ---------------------------------------------------------------- properties


@st.composite
def spreads(draw: st.DrawFn) -> tuple[Floats, Floats]:
    size = draw(st.integers(2, 7))
    cells = st.sampled_from([0.0, 0.0, 1.0, 2.0, NAN])
    network = np.array(draw(st.lists(cells, min_size=size**2, max_size=size**2))).reshape(size, size)
    times = draw(st.lists(st.sampled_from([1.0, 2.0, 2.5, 3.0, 4.0, INF, NAN]), min_size=size, max_size=size))
    return network, np.array(times)


PERIODS = [1, 2, 3, 4]


@given(spreads(), st.booleans(), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_exposure_is_a_share_that_never_falls_and_does_not_know_labels(
    spread: tuple[Floats, Floats], valued: bool, lag: int
) -> None:
    network, times = spread
    found = exposure(network, times, PERIODS, lag=lag, valued=valued)
    seen = found[:, lag:]
    assert np.nanmin(seen, initial=0) >= 0
    assert np.nanmax(seen, initial=0) <= 1
    assert not (np.diff(seen, axis=1) < 0).any()
    order = np.random.default_rng(0).permutation(len(times))
    moved = exposure(network[np.ix_(order, order)], times[order], PERIODS, lag=lag, valued=valued)
    assert moved == pytest.approx(found[order], nan_ok=True)
    for never in ("missing", "last period", "one period later"):
        own = thresholds(network, times, PERIODS, never=never)  # type: ignore[arg-type]
        each = [network] * len(PERIODS)
        several = thresholds(each, times, PERIODS, never=never)  # type: ignore[arg-type]
        assert own == pytest.approx(several, nan_ok=True)
        before = exposure(network, times, PERIODS, lag=0)
        for actor, time in enumerate(times):
            if np.isfinite(time):
                expected = before[actor, int(np.ceil(time)) - 1]
                assert own[actor] == pytest.approx(expected, nan_ok=True)


@given(spreads(), st.integers(0, 6), st.floats(0.5, 5))
@settings(max_examples=60, deadline=None)
def test_a_later_time_never_raises_exposure(spread: tuple[Floats, Floats], actor: int, delay: float) -> None:
    network, times = spread
    later = times.copy()
    later[actor % len(times)] += delay
    before, after = (exposure(network, one, PERIODS, lag=0) for one in (times, later))
    assert not (after > before).any()


@given(spreads())
@settings(max_examples=60, deadline=None)
def test_who_never_adopts_is_nowhere_an_adopter(spread: tuple[Floats, Floats]) -> None:
    network, times = spread
    adopters = int(np.isfinite(times).sum())
    assert cumulative_adoption(times, PERIODS)["adopters"].iloc[-1] == adopters
    assert hazard_by_period(times, PERIODS)["new"].sum() == adopters
    nobody = np.full(len(times), NAN)
    assert not np.nan_to_num(exposure(network, nobody, PERIODS, lag=0)).any()
    assert np.isnan(thresholds(network, times, PERIODS, never="missing")[~np.isfinite(times)]).all()
    both = infection_susceptibility(network, times, PERIODS)
    assert both[~np.isfinite(times)].isna().all().all()
    # Were a never-adopter to adopt long after the last period, nothing would change.
    late = np.where(np.isfinite(times), times, 99.0)
    assert both.equals(infection_susceptibility(network, late, PERIODS))
    unlike = exposure(network, late, PERIODS, lag=0)
    assert unlike == pytest.approx(exposure(network, times, PERIODS, lag=0), nan_ok=True)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": np.ones((2, 3))}, "the matrix has shape (2, 3); a square one is needed"),
        ({"network": sparse.csr_array((2, 3))}, "the matrix has shape (2, 3); a square one is needed"),
        (
            {"network": np.array([[0, INF], [0, 0]])},
            "the matrix is inf at (0, 1); allowed are finite values of 0 or more, and NaN",
        ),
        (
            {"network": sparse.csr_array([[0, 0], [-2.0, 0]])},
            "the matrix is -2 at (1, 0); allowed are finite values of 0 or more, and NaN",
        ),
        (
            {"adoption_time": [1, 2, 3]},
            "there are 3 adoption times for 4 actors; one each is needed",
        ),
        (
            {"adoption_time": [1, 2, -INF, 3]},
            "adoption_time is -inf at 2; allowed: numbers, and inf or NaN for never",
        ),
        (
            {"adoption_time": [[1, 2, 3, 4]]},
            "adoption_time has shape (1, 4); needed: one time for each of n actors",
        ),
        ({"periods": [1, 1, 2]}, "periods are [1.0, 1.0, 2.0]; needed: numbers that increase"),
        ({"periods": []}, "periods are []; needed: numbers that increase"),
        ({"lag": -1}, "lag is -1; allowed: a whole number of periods, 0 or more"),
        ({"network_lag": 0.5}, "network_lag is 0.5; allowed: a whole number of periods, 0 or more"),
        ({"network": [FOUR] * 2}, "there are 2 networks for 3 periods; one each is needed"),
        (
            {"weights": "row"},
            "weights is 'row'; allowed are 'row-normalised', 'unnormalised', 'structural equivalence'",
        ),
        (
            {"network": FOUR + np.diag([NAN], k=3), "weights": "structural equivalence"},
            "the matrix has 1 missing cells; structural equivalence allows none",
        ),
    ],
)
def test_bad_input_of_exposure_is_named(change: dict[str, Any], message: str) -> None:
    good = {"network": FOUR, "adoption_time": TIMES, "periods": [1, 2, 3], "lag": 0}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        exposure(**{**good, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: thresholds(FOUR, TIMES, [1, 2], never="later"),  # type: ignore[arg-type]
            "never is 'later'; allowed are 'missing', 'last period', 'one period later'",
        ),
        (
            lambda: infection_susceptibility(FOUR, TIMES, [1, 2], window=0),
            "found 0 periods of window; allowed: at least 1",
        ),
        (
            lambda: infection_susceptibility([FOUR, FOUR], TIMES, [1, 2]),
            "found a network for each period; needed: a single one",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
