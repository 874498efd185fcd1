"""What texts print and R packages give of data that can be had, computed again.

`factor_chapters` has its own module. Here: mixed models of pupils in schools and of soldiers' satisfaction,
and what psychotools, eRm and multilevel give of soldiers' answers.

Bates (2005, updated 2020), Examples from Multilevel Software Comparative Reviews, vignette of the R package
mlmRev 1.0-8; Bliese (2022), Multilevel Modeling in R (2.7), sections 5.3.1 and 5.3.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import t as t_distribution

from analysis.checks import require_one_of
from analysis.measurement.aggregation import intraclass_correlation, within_group_agreement
from analysis.measurement.factor_chapters import factor_chapter_numbers
from analysis.measurement.mixed_model import MixedModel, mixed_model
from analysis.measurement.person_measures import item_fit, person_measures
from analysis.measurement.rasch import rasch
from analysis.measurement.reliability import alpha
from analysis.measurement.scales import scale_answers

__all__ = ["Text", "package_numbers", "printed_numbers", "pupil_numbers", "satisfaction_numbers"]

Text: TypeAlias = Literal["lamethods", "mlmrev", "bliese", "packages"]

_SATISFACTION = "univbct_job_satisfaction_score"
_CUT = 4


def printed_numbers(text: Text, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every number of a text, computed from a dataset's tables: index key, column ``value``.

    Parameters
    ----------
    text : {"lamethods", "mlmrev", "bliese", "packages"}
        Two chapters on teachers' answers; a vignette on pupils in schools; a text on growth; R packages on
        soldiers' answers.
    tables : mapping of str to DataFrame
        Of `teacher_efficacy_burnout`, `multilevel_exam`, `group_climate_surveys`, `group_climate_surveys`.

    Raises
    ------
    ValueError
        When there is no such text.
    """
    require_one_of("text", text, Text)
    if text == "lamethods":
        scales = tables["items"]["scale"].unique()
        answers = pd.concat([scale_answers(tables, scale).droplevel("wave") for scale in scales], axis=1)
        found = factor_chapter_numbers(answers)[["key", "value"]]
    elif text == "mlmrev":
        found = pupil_numbers(tables)
    elif text == "bliese":
        found = satisfaction_numbers(tables)
    else:
        found = package_numbers(tables)
    return found.set_index("key")


def package_numbers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what R packages give of soldiers' answers: Rasch models, agreement, intraclass correlations.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, items and responses of the dataset `group_climate_surveys`.

    Returns
    -------
    DataFrame
        ``key``, ``value``. Names say what and of which survey: rating_scale and partial_credit, two_answers
        (4 and above against the rest), icc1 and icc2 by method, agreement (r_wg), alpha.
    """
    leadership = scale_answers(tables, "lq2002_leadership").droplevel("wave")
    leadership.columns = leadership.columns.str.removeprefix("lq2002_")
    scale, credit = rasch(leadership), rasch(leadership, model="partial_credit")
    two = (leadership >= _CUT).astype(float)
    binary = rasch(two)
    found = {
        "rating_scale.log_likelihood": scale.log_likelihood,
        "partial_credit.log_likelihood": credit.log_likelihood,
        "two_answers.log_likelihood": binary.log_likelihood,
        "two_answers.separation": person_measures(binary, two, estimator="maximum").separation_reliability(
            extremes=False
        ),
    }
    fit = item_fit(binary, two)
    for item in map(str, leadership.columns):
        found |= {
            f"rating_scale.location_{item}": scale.locations[item],
            f"two_answers.location_{item}": binary.locations[item],
            f"two_answers.error_{item}": binary.location_errors[item],
            f"two_answers.infit_{item}": float(fit["infit"][item]),
            f"two_answers.outfit_{item}": float(fit["outfit"][item]),
        }
        for step, value in credit.thresholds.T[item].items():
            found[f"partial_credit.threshold_{item}_{step}"] = value
    found |= {f"rating_scale.step_{step}": value for step, value in scale.steps.items()}
    homes = tables["actors"].set_index("actor_id")["organization_id"]
    for measure in ("work_hours", "leadership_score", "cohesion_score", "wellbeing_score"):
        scores = scale_answers(tables, f"bh1996_{measure}").droplevel("wave").iloc[:, 0]
        for method in ("anova_mean", "reml"):
            icc = intraclass_correlation(scores, homes[scores.index], method=method)
            found |= {f"{method}.icc1_{measure}": icc.icc1, f"{method}.icc2_{measure}": icc.icc2}
    for survey in ("bhr2000_leadership", "bh1996_cohesion_score", "lq2002_leadership"):
        answers = scale_answers(tables, survey).droplevel("wave")
        agreed = within_group_agreement(answers, homes[answers.index], lowest=1, highest=5).groups[
            "agreement"
        ]
        found |= {f"agreement.mean_{survey}": agreed.mean(), f"agreement.median_{survey}": agreed.median()}
        found |= {f"agreement.least_{survey}": agreed.min(), f"agreement.most_{survey}": agreed.max()}
    found["alpha.bhr2000_leadership"] = alpha(scale_answers(tables, "bhr2000_leadership")).alpha
    return _rows(found)


def pupil_numbers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what the vignette prints of pupils in London and Scotland: four models, a comparison, a crossed
    model.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        organizations and actors of the dataset `multilevel_exam`.

    Returns
    -------
    DataFrame
        ``key``, ``value``: a row per number, in the order of the vignette.
    """
    schools = tables["organizations"][["organization_id", "pupils"]]
    pupils = tables["actors"].merge(schools, on="organization_id", validate="many_to_one")
    crossed = pupils["primary_id"].notna()
    return _rows(
        _london(pupils[~crossed].reset_index(drop=True)) | _scotland(pupils[crossed].reset_index(drop=True))
    )


def satisfaction_numbers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what the text prints of job satisfaction at three occasions: spread over people, linear change.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the dataset `group_climate_surveys`.

    Returns
    -------
    DataFrame
        ``key``, ``value``.
    """
    answers = scale_answers(tables, _SATISFACTION).iloc[:, 0].dropna().rename("satisfaction").reset_index()
    one = pd.DataFrame({"intercept": np.ones(len(answers))})
    line = one.assign(time=answers["wave"].astype(float) - 1)
    people = answers["actor_id"]
    null, linear = (mixed_model(answers["satisfaction"], fixed, people, between=one) for fixed in (one, line))
    found = {
        "null_variance_between_persons": null.variances["group: intercept"],
        "null_residual_variance": null.variances["residual"],
        "icc": null.variances["group: intercept"] / null.variances.sum(),
    }
    # As nlme counts what is known within people: answers less people less slopes.
    freedom = len(answers) - people.nunique() - 1
    for term, row in linear.fixed.iterrows():
        found |= {str(term): row["estimate"], f"{term}_se": row["standard_error"]}
    ratio = found["time"] / found["time_se"]
    found |= {"intercept_df": freedom, "time_t": ratio, "time_p": 2 * t_distribution.sf(abs(ratio), freedom)}
    return _rows(found)


def _rows(found: Mapping[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"key": list(found), "value": [float(value) for value in found.values()]})


def _london(pupils: pd.DataFrame) -> dict[str, float]:
    columns = {
        "intercept": np.ones(len(pupils)),
        "standlrt": pupils["before"],
        "sexm": pupils["sex"] == "M",
        "sexf": pupils["sex"] == "F",
        "boys": pupils["pupils"] == "boys",
        "girls": pupils["pupils"] == "girls",
        "mixed": pupils["pupils"] == "mixed",
        "single": pupils["pupils"] != "mixed",
    }
    every = pd.DataFrame(columns).astype(float)

    def fit(*terms: str, varying: tuple[str, ...] = ("intercept",), restricted: bool = True) -> MixedModel:
        fixed = every[["intercept", "standlrt", *terms]]
        between, schools = every[list(varying)], pupils["organization_id"]
        return mixed_model(pupils["score"], fixed, schools, between=between, restricted=restricted)

    first, second = fit("sexm", "boys", "girls"), fit("sexf", "mixed", "boys")
    by_type, slopes = ("sexf", "single"), ("intercept", "standlrt")
    third, fourth = fit(*by_type), fit(*by_type, varying=slopes)
    found = {"exam_1_n": float(first.rows), "exam_1_schools": float(first.groups)}
    for number, model in enumerate((first, second, third, fourth), start=1):
        spreads = model.variances**0.5
        found |= {
            f"exam_{number}_reml": -2 * model.log_likelihood,
            f"exam_{number}_school_sd": spreads["group: intercept"],
            f"exam_{number}_residual_sd": spreads["residual"],
            **{f"exam_{number}_{term}": row["estimate"] for term, row in model.fixed.iterrows()},
        }
    together = fourth.between_groups.to_numpy()
    found |= {
        "exam_4_intercept_sd": math.sqrt(together[0, 0]),
        "exam_4_slope_sd": math.sqrt(together[1, 1]),
        "exam_4_correlation": together[0, 1] / math.sqrt(together[0, 0] * together[1, 1]),
    }
    plain, sloped = fit(*by_type, restricted=False), fit(*by_type, varying=slopes, restricted=False)
    for name, model, free in (("em3", plain, 6), ("em4", sloped, 8)):
        found |= {
            f"lr_aic_{name}": 2 * free - 2 * model.log_likelihood,
            f"lr_bic_{name}": math.log(model.rows) * free - 2 * model.log_likelihood,
            f"lr_loglik_{name}": model.log_likelihood,
            f"lr_deviance_{name}": -2 * model.log_likelihood,
        }
    ratio = 2 * (sloped.log_likelihood - plain.log_likelihood)
    return found | {"lr_chi2": ratio, "lr_p": float(chi2.sf(ratio, 2))}


def _scotland(pupils: pd.DataFrame) -> dict[str, float]:
    fixed = pd.DataFrame({"intercept": 1.0, "sexf": (pupils["sex"] == "F").astype(float)})
    schools = {"primary": pupils["primary_id"], "second": pupils["organization_id"]}
    model = mixed_model(pupils["score"], fixed, ["Scotland"] * len(pupils), components=schools)
    found = {
        "scotssec_reml": -2 * model.log_likelihood,
        **{f"scotssec_{name}_variance": value for name, value in model.variances.items()},
        "scotssec_primary_schools": float(pupils["primary_id"].nunique()),
        "scotssec_secondary_schools": float(pupils["organization_id"].nunique()),
    }
    for term, row in model.fixed.iterrows():
        found |= {f"scotssec_{term}": row["estimate"], f"scotssec_{term}_se": row["standard_error"]}
    return found
