"""Discrete-time hazards: against netdiffuseR, by hand, robust errors by their formula."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import t as student_t

from analysis.adoption.diffusion_regression import diffusion_regression
from analysis.adoption.exposure import HOMOPHILY, exposure
from analysis.adoption.hazards import HazardModel, hazard_model
from analysis.adoption.person_periods import person_periods
from analysis.adoption.setting import Adoption, adoption_setting, never_as_one_period_later
from analysis.checks import NotEstimable
from analysis.files import DATA_RAW
from analysis.sources.diffusion_classics import tables
from analysis.tables.package import read_package
from tests.adoption.adopters import Study

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan


@pytest.fixture(scope="module")
def attributes(reference_folder: Path) -> pd.DataFrame:
    """Return what netdiffuseR's regression is adjusted for."""
    return pd.read_csv(reference_folder / "netdiffuser" / "medInnovations.csv")[["proage", "city"]]


@pytest.fixture(scope="module")
def physicians(data_mirror: Path) -> Adoption:
    """Return the physicians as our own tables have them: the 16 who never adopted are censored."""
    package = read_package(DATA_RAW / "diffusion_classics" / "datapackage.json")
    ours = tables(data_mirror / "diffusion_classics", package)
    return adoption_setting(ours, "tetracycline", relation="medical_innovation", valued=True)


# ---------------------------------------------------------------- against netdiffuseR


def test_diffusion_regression_as_in_netdiffuser(
    med: Study, attributes: pd.DataFrame, netdiffuser: dict[str, Any]
) -> None:
    found = diffusion_regression(
        med.ties,
        med.times,
        med.periods,
        attributes,
        covariates=["proage"],
        categorical=["city"],
        period_effects="linear",
    ).tidy()
    names = {"constant": "(Intercept)", "period": "per"} | {
        f"city[{k}]": f"factor(city){k}" for k in (2, 3, 4)
    }
    rows = pd.DataFrame(netdiffuser["diffreg_logit"]).set_index("term")
    expected = rows.loc[[names.get(term, term) for term in found["term"]]]
    for ours, theirs in (
        ("estimate", "Estimate"),
        ("standard_error", "Std. Error"),
        ("z", "z value"),
        ("p", "Pr(>|z|)"),
    ):
        # Two Newton searches: glm stops at a relative change in deviance of 1e-8.
        assert found[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(float), rel=2e-4, abs=1e-12)


def test_our_own_tables_give_the_same_numbers(
    physicians: Adoption, attributes: pd.DataFrame, med: Study
) -> None:
    """The times of never-adopters have to be made up, as netdiffuseR's data do, to get its numbers.

    Left as censored, exposure loses even its sign: the 16 "adoptions" of month 18 made the difference.
    """
    options: dict[str, Any] = {"covariates": ["proage"], "categorical": ["city"], "period_effects": "linear"}
    made_up = never_as_one_period_later(physicians)
    network = made_up.networks[0]
    theirs = diffusion_regression(network, made_up.times, med.periods, attributes, **options)
    row = theirs.tidy().set_index("term").loc["exposure"]
    assert row["estimate"] == pytest.approx(-0.23786232014, rel=1e-4)
    assert row["standard_error"] == pytest.approx(0.30608421405, rel=1e-4)
    censored = diffusion_regression(
        network,
        physicians.times,
        med.periods[:17],
        attributes,
        observed_until=physicians.observed_until,
        **options,
    )
    assert censored.events == 97
    assert censored.estimates[censored.terms.index("exposure")] > 0
    assert HOMOPHILY in censored.summary()


R = json.loads((Path(__file__).parents[1] / "reference/r_adoption_hazards.json").read_text())


@pytest.mark.parametrize("study", ["farmers", "villagers"])
def test_constants_by_period_and_community_and_clustered_errors_as_in_r(
    study: str, request: pytest.FixtureRequest
) -> None:
    """R's glm with factors, its sandwich by hand, from person-periods made in R."""
    setting: Adoption = request.getfixturevalue(study)
    homes = pd.DataFrame({"home": list(setting.groups)})
    for name, no_alters in (("exposure", 0.0), ("exposure_of_tied", NAN)):
        found = diffusion_regression(
            setting.networks[0],
            setting.times,
            setting.periods,
            homes,
            groups="home",
            observed_until=setting.observed_until,
            no_alters=no_alters,
        )
        theirs = R[study][name]
        assert found.period_effects == "each"
        assert (found.rows, found.events, found.groups) == tuple(
            theirs[key] for key in ("rows", "events", "groups")
        )
        ours = [found.estimates[1], found.standard_errors[1], found.lower[1], found.upper[1], found.p[1]]
        keys = ("estimate", "cluster_error", "lower", "upper", "p")
        assert ours == pytest.approx([theirs[key] for key in keys], rel=1e-6)


# ---------------------------------------------------------------- by hand


def _saturated() -> pd.DataFrame:
    """Return 40 rows with exposure 0, of which 10 adopt, and 20 with exposure 1, of which 8 adopt."""
    exposed = np.repeat([0.0, 1.0], [40, 20])
    adopted = np.concatenate([np.arange(40) < 10, np.arange(20) < 8]).astype(int)
    return pd.DataFrame({"adopted": adopted, "exposure": exposed, "school": np.arange(60) % 7})


def test_a_logit_of_one_yes_or_no_is_the_log_odds_ratio() -> None:
    found = hazard_model(_saturated(), period=None)
    assert found.terms == ("constant", "exposure")
    assert found.estimates == pytest.approx([math.log(10 / 30), math.log(8 / 12 / (10 / 30))])
    assert found.standard_errors == pytest.approx(
        [math.sqrt(1 / 10 + 1 / 30), math.sqrt(1 / 10 + 1 / 30 + 1 / 8 + 1 / 12)]
    )
    assert found.lower[1] == pytest.approx(found.estimates[1] - 1.959964 * found.standard_errors[1])
    assert found.tidy().loc[1, "ratio"] == pytest.approx(2)
    assert found.log_likelihood == pytest.approx(
        10 * math.log(0.25) + 30 * math.log(0.75) + 8 * math.log(0.4) + 12 * math.log(0.6)
    )


def test_a_complementary_log_log_of_one_yes_or_no_is_the_log_hazard_ratio() -> None:
    found = hazard_model(_saturated(), period=None, link="complementary log-log")
    base, other = math.log(-math.log(0.75)), math.log(-math.log(0.6))
    assert found.estimates == pytest.approx([base, other - base])


def _simulated() -> pd.DataFrame:
    random = np.random.default_rng(12)
    frame = pd.DataFrame(
        {
            "exposure": random.random(400),
            "period": random.integers(1, 6, 400),
            "school": [f"s{k}" for k in random.integers(0, 12, 400)],
        }
    )
    chance = 1 / (1 + np.exp(1.5 - frame["exposure"]))
    return frame.assign(adopted=(random.random(400) < chance).astype(int))


def test_robust_errors_are_the_sandwich_by_group() -> None:
    frame = _simulated()
    found = hazard_model(frame, period_effects="linear", groups="school")
    x = np.column_stack([np.ones(400), frame["exposure"], frame["period"]])
    y = frame["adopted"].to_numpy()

    def negative(b: Floats) -> float:
        return float(np.logaddexp(0, x @ b).sum() - y @ (x @ b))

    best = minimize(negative, np.zeros(3), method="BFGS", options={"gtol": 1e-7}).x
    assert found.estimates == pytest.approx(best, abs=1e-5)
    chance = 1 / (1 + np.exp(-x @ found.estimates))
    bread = np.linalg.inv((x * (chance * (1 - chance))[:, None]).T @ x)
    scores = pd.DataFrame(x * (y - chance)[:, None]).groupby(frame["school"]).sum().to_numpy()
    count = len(scores)
    factor = count / (count - 1) * (400 - 1) / (400 - 3)
    robust = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread) * factor)
    assert found.standard_errors == pytest.approx(robust, rel=1e-6)
    assert found.groups == 12
    assert "With 12 groups, robust standard errors tend to be too small." in found.summary()
    plain = hazard_model(frame, period_effects="linear")
    assert plain.standard_errors == pytest.approx(np.sqrt(np.diag(bread)), rel=1e-6)
    assert "groups" not in plain.summary()


@pytest.mark.parametrize("link", ["logit", "complementary log-log"])
def test_years_do_as_well_as_periods_from_1(link: Any) -> None:
    frame = _simulated()
    first = hazard_model(frame, link=link, period_effects="linear")
    later = hazard_model(frame.assign(period=frame["period"] + 1945), link=link, period_effects="linear")
    assert later.estimates[1:] == pytest.approx(first.estimates[1:], rel=1e-5)
    assert later.standard_errors[1:] == pytest.approx(first.standard_errors[1:], rel=1e-5)
    assert later.estimates[0] == pytest.approx(first.estimates[0] - 1945 * first.estimates[2], rel=1e-5)


def test_only_a_model_with_exposure_carries_the_warning() -> None:
    assert HOMOPHILY in hazard_model(_simulated()).summary()
    assert HOMOPHILY not in hazard_model(_simulated(), exposure=None).summary()


def test_rows_with_something_missing_are_left_out_and_counted() -> None:
    frame = _saturated()
    gaps = pd.concat([frame, pd.DataFrame({"adopted": [1, 0], "exposure": [NAN, NAN], "school": [0, 1]})])
    found = hazard_model(gaps, period=None)
    assert (found.rows, found.left_out, found.events) == (60, 2, 18)
    assert found.estimates == pytest.approx(hazard_model(frame, period=None).estimates)


def test_a_network_of_the_period_itself_can_be_asked_for(med: Study) -> None:
    """With one network for all periods it is the same; with each period's own it is not."""
    networks = [med.ties if period % 2 else med.ties.T.tocsr() for period in med.periods]
    still = diffusion_regression(med.ties, med.honest, med.periods[:-1], network_lag=0)
    assert still.estimates == pytest.approx(
        diffusion_regression(med.ties, med.honest, med.periods[:-1]).estimates
    )
    linear: dict[str, Any] = {"period_effects": "linear"}
    own = diffusion_regression(networks[:-1], med.honest, med.periods[:-1], network_lag=0, **linear)
    frame = person_periods(
        med.honest,
        med.periods[:-1],
        by_period={"exposure": exposure(networks[:-1], med.honest, med.periods[:-1], lag=1, network_lag=0)},
    )
    assert own.estimates == pytest.approx(hazard_model(frame, **linear).estimates)
    earlier = diffusion_regression(networks[:-1], med.honest, med.periods[:-1], **linear)
    assert own.estimates[1] != pytest.approx(earlier.estimates[1], abs=1e-3)


def _bell(seed: int) -> tuple[Floats, Floats]:
    """Return a network of 60 with 10 ties each, and times by a bell-shaped hazard without any contagion."""
    random = np.random.default_rng(seed)
    network = np.zeros((60, 60))
    for person in range(60):
        network[person, random.choice(np.delete(np.arange(60), person), 10, replace=False)] = 1
    periods = np.arange(1, 13)
    hazard = 0.5 * np.exp(-((periods - 6) ** 2) / 6)
    adopts = random.random((60, 12)) < hazard
    return network, np.where(adopts.any(axis=1), adopts.argmax(axis=1) + 1.0, INF)


def test_a_bell_shaped_hazard_passes_for_contagion_only_under_a_linear_trend() -> None:
    """Of 100 networks at most 11 may reject at .05 (99 % bound)."""
    forms = ("linear", "spline of 2", "spline of 3", "each", "automatic")
    rejected = dict.fromkeys(forms, 0)
    for seed in range(100):
        network, times = _bell(seed)
        for form in forms:
            found = diffusion_regression(network, times, np.arange(1, 13), period_effects=form)  # type: ignore[arg-type]
            rejected[form] += int(found.p[1] < 0.05)
    assert rejected["linear"] > 20
    assert all(rejected[form] <= 11 for form in forms[1:]), rejected


def test_effects_are_those_of_dummies_and_say_nothing_where_nobody_adopts() -> None:
    frame = _simulated()
    effects = hazard_model(frame, period_effects="each")
    dummies = hazard_model(frame, period=None, categorical=("period",))
    assert effects.terms == ("constant", "exposure")
    assert effects.parameters == len(dummies.terms)
    assert effects.estimates[1] == pytest.approx(dummies.estimates[1])
    assert effects.standard_errors[1] == pytest.approx(dummies.standard_errors[1])
    shares = frame["period"].value_counts(normalize=True).sort_index().to_numpy()
    average = dummies.estimates[0] + shares[1:] @ dummies.estimates[2:]
    assert effects.estimates[0] == pytest.approx(average)
    silent = pd.concat([frame, frame.head(20).assign(period=9, adopted=0)])
    also = hazard_model(silent, period_effects="each")
    assert (also.uninformative, also.rows) == (20, 400)
    assert also.estimates == pytest.approx(effects.estimates)
    assert "20 person-periods in which nobody or everybody adopted there are left out" in also.summary()


def test_years_leave_the_constant_where_it_is(farmers: Adoption) -> None:
    """A linear trend has the constant of the year 0, −333; the others that of the average year."""
    given = (farmers.networks[0], farmers.times, farmers.periods)
    kinds: tuple[Any, ...] = ("linear", "spline of 3", "each")
    linear, spline, each = (
        diffusion_regression(*given, network_lag=0, period_effects=kind).estimates[0] for kind in kinds
    )
    assert linear < -300
    assert -5 < spline < -2 and -5 < each < -2


def test_exposure_of_farmers_and_villagers_within_their_communities(
    farmers: Adoption, villagers: Adoption
) -> None:
    """Without effects 1.11 and .90; villages that adopt early or late, and years, account for the rest."""
    for setting, linear, own in ((farmers, 1.11, 0.70), (villagers, 0.90, 0.71)):
        given = (setting.networks[0], setting.times, setting.periods)
        homes = pd.DataFrame({"home": list(setting.groups)})
        before = diffusion_regression(*given, period_effects="linear")
        found = diffusion_regression(*given, homes, groups="home")
        assert before.estimates[1] == pytest.approx(linear, abs=0.005)
        assert found.estimates[1] == pytest.approx(own, abs=0.005)
        assert found.groups == len(set(setting.groups))
        placebo = diffusion_regression(*given, homes, groups="home", placebo=True)
        assert placebo.terms[1] == "upcoming exposure"
        assert placebo.lower[1] < 0 < placebo.upper[1]


def test_the_period_has_the_freest_form_that_the_adoptions_bear() -> None:
    """Ten adoptions for each term: 4 constants and exposure, else a spline of 3 or 2 and exposure."""
    random = np.random.default_rng(4)
    frame = pd.DataFrame({"period": np.tile(np.arange(1, 6), 60), "exposure": random.random(300)})

    def fitted(adoptions: int) -> HazardModel:
        adopted = np.zeros(300, dtype=int)
        adopted[:adoptions] = 1
        return hazard_model(frame.assign(adopted=random.permutation(adopted)))

    for adoptions, form in ((50, "each"), (49, "spline of 3"), (40, "spline of 3"), (39, "spline of 2")):
        found = fitted(adoptions)
        assert (found.period_effects, found.caveat) == (form, "")
    few = fitted(29)
    assert few.period_effects == "spline of 2"
    assert few.caveat.startswith("29 adoptions for 3 terms are fewer than ten each: estimates lean away")
    assert few.caveat in few.summary()


def test_a_form_without_finite_estimates_gives_way_to_the_next() -> None:
    """Within each period exposure tells who adopts, beside other values in odd periods than in even ones."""
    frame = pd.DataFrame({"period": np.repeat(np.arange(1, 7), 30), "adopted": np.tile([1, 0, 0], 60)})
    frame["exposure"] = 5.0 * (frame["period"] % 2) + frame["adopted"]
    with pytest.raises(NotEstimable, match="some term separates adoptions from the rest"):
        hazard_model(frame, period_effects="each")
    assert hazard_model(frame).period_effects == "spline of 3"
    with pytest.raises(NotEstimable, match="some term separates adoptions from the rest"):
        hazard_model(frame.assign(exposure=frame["adopted"]))


def test_clusters_are_told_by_t_with_one_less_degree_of_freedom() -> None:
    found = hazard_model(_simulated(), period_effects="linear", groups="school")
    ratio = found.estimates / found.standard_errors
    assert found.p == pytest.approx(2 * student_t.sf(np.abs(ratio), 11))
    half = (found.upper - found.lower) / 2 / found.standard_errors
    assert half == pytest.approx([2.200985] * 3, abs=1e-5)


def test_person_periods_of_four_people() -> None:
    """0 adopts in 2, 1 in 1, 2 is seen until 1 only, 3 never adopts."""
    found = person_periods(
        [2, 1, INF, NAN],
        [1, 2, 3],
        attributes=pd.DataFrame({"role": list("abcd")}, index=[7, 7, 8, 9]),
        by_period={"met": np.arange(12).reshape(4, 3)},
        observed_until=[2, 1, 1, 3],
    )
    assert found.to_numpy().tolist() == [
        [0, 1, 0, "a", 0],
        [0, 2, 1, "a", 1],
        [1, 1, 1, "b", 3],
        [2, 1, 0, "c", 6],
        [3, 1, 0, "d", 9],
        [3, 2, 0, "d", 10],
        [3, 3, 0, "d", 11],
    ]
    assert list(found.columns) == ["actor", "period", "adopted", "role", "met"]


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: person_periods([1, 2], [1, 2], attributes=pd.DataFrame({"role": ["a"]})),
            "attributes has 1 rows for 2 actors; one each is needed",
        ),
        (
            lambda: person_periods([1, 2], [1, 2], attributes=pd.DataFrame({"period": [1, 2]})),
            "more than one column is called period; rename",
        ),
        (
            lambda: person_periods([1, 2], [1, 2, 3], by_period={"met": np.ones((3, 2))}),
            "met has shape (3, 2); needed: (2, 3), actors by periods",
        ),
        (
            lambda: hazard_model(_saturated(), link="probit"),  # type: ignore[arg-type]
            "link is 'probit'; allowed are 'logit', 'complementary log-log'",
        ),
        (
            lambda: hazard_model(_saturated(), covariates=["age"]),
            "no column age, period; there are adopted, exposure, school",
        ),
        (
            lambda: hazard_model(_saturated().assign(role="a"), covariates=["role"], period=None),
            "not numeric: role; name such covariates in categorical",
        ),
        (
            lambda: hazard_model(
                _saturated().assign(adopted=2, twice=lambda frame: 2 * frame["exposure"], one=1),
                covariates=["twice"],
                period=None,
                groups="one",
            ),
            "adopted: found values other than 0 and 1\ntwice: follows from the terms before; leave it out\n"
            "found 1 groups; needed: two or more",
        ),
        (lambda: hazard_model(_saturated(), level=95), "found level 95; allowed: between 0 and 1"),
        (
            lambda: hazard_model(_saturated().assign(adopted=0), period=None),
            "adopted: 0 in 60 complete rows; needed: some, but not all",
        ),
        (
            lambda: hazard_model(_saturated().assign(exposure=[INF] * 60), period=None),
            "found infinite values; allowed: finite numbers, and missing",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize("link", ["logit", "complementary log-log"])
@pytest.mark.parametrize("kind", ["complete", "partial"])
def test_perfect_separation_is_named(link: Any, kind: str) -> None:
    frame = _saturated()
    if kind == "complete":
        frame["exposure"] = frame["adopted"].astype(float)
    else:
        frame.loc[frame["exposure"] == 1, "adopted"] = 0
    message = f"the {link} hazard has no finite estimates: some term separates adoptions from the rest"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        hazard_model(frame, period=None, link=link)
