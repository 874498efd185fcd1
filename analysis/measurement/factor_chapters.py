"""The factor analyses that two chapters print of 876 teachers' answers, computed again.

Vogelsmeier, Saqr, López-Pernas & Jongerling (2024) and Jongerling, López-Pernas, Saqr & Vogelsmeier (2024),
in Saqr & López-Pernas (eds), Learning Analytics Methods and Tutorials, chs 20 and 21. They draw half of the
teachers for building the model with R's random numbers and hold out the others; the second chapter makes up a
gender, likewise drawn, to show a test of invariance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.arrays import Integers
from analysis.measurement.exploratory import Exploration, exploratory, sampling_adequacy
from analysis.measurement.factor_model import FactorModel, confirmatory
from analysis.measurement.fit_indices import rmsea_interval
from analysis.measurement.model_comparison import difference_test
from analysis.measurement.rotation import Rotation
from analysis.resampling.r_random import RGenerator

__all__ = [
    "SCALES",
    "confirmation_numbers",
    "exploration_numbers",
    "factor_chapter_numbers",
    "halves",
    "invariance_numbers",
]

SCALES = {
    "self_concept": ("tsc1", "tsc2", "tsc3", "tsc4", "tsc5"),
    "efficacy": ("te1", "te2", "te3", "te4", "te5"),
    "emotional_exhaustion": ("ee1", "ee2", "ee3", "ee4", "ee5"),
    "depersonalization": ("de1", "de2", "de3"),
    "reduced_accomplishment": ("rpa1", "rpa2", "rpa3", "rpa4", "rpa5"),
}
"""The five scales, in the item identifiers of the dataset."""

_LEFT_OUT = ("tsc4", "te4", "ee5", "rpa5")
_ITEMS = [item for own in SCALES.values() for item in own]
_SPLIT_SEED, _GENDER_SEED, _MEN = 19, 1611, 618
_PRINTED_FROM = 0.3


def _confirmed(left_out: Sequence[str]) -> dict[str, list[str]]:
    return {scale: [item for item in own if item not in left_out] for scale, own in SCALES.items()}


def halves(answers: pd.DataFrame, seed: int = _SPLIT_SEED) -> dict[str, pd.DataFrame]:
    """Return the half that builds the model and the half held out, as R's `sample` splits them.

    Parameters
    ----------
    answers : data frame
        An even number of people.
    seed : int
        Of R.

    Examples
    --------
    >>> {name: list(own.index) for name, own in halves(pd.DataFrame(index=range(6)), 19).items()}
    {'model_building': [1, 3, 4], 'holdout': [0, 2, 5]}
    """
    if len(answers) % 2:
        raise ValueError(f"found {len(answers)} people; allowed: an even number, to halve")
    built = RGenerator(seed).sample(len(answers)) < len(answers) // 2
    return {"model_building": answers[built], "holdout": answers[~built]}


def _made_up_gender(people: int) -> Integers:
    """Return the second chapter's gender, which is drawn at random: no answer of anybody."""
    return (RGenerator(_GENDER_SEED).sample(people) >= _MEN).astype(np.int64)


def exploration_numbers(answers: pd.DataFrame) -> dict[str, float]:
    """Return sampling adequacy of all teachers, and BIC and loadings of the half that builds the model.

    Loadings above .3 in size have a number each: `efa_loading_de1` on the factor of the item's scale,
    `efa_loading_de1_emotional_exhaustion` on another's.
    """
    adequacy = sampling_adequacy(answers, _ITEMS)
    found: dict[str, float] = {"n": float(adequacy.people), "kmo": adequacy.overall}
    found |= {f"msa_{item}": float(value) for item, value in adequacy.by_item.items()}
    built = halves(answers)["model_building"]
    for factors in (4, 5, 6):
        found[f"efa_bic_{factors}"] = _explored(built, factors, "none").bic
    loadings = _explored(built, len(SCALES), "geomin").loadings
    for scale, own in SCALES.items():
        factor = str(loadings.loc[list(own)].abs().mean().idxmax())
        for item in _ITEMS:
            value = float(loadings[factor][item])
            if item in own:
                found[f"efa_loading_{item}"] = value
            elif abs(value) > _PRINTED_FROM:
                found[f"efa_loading_{item}_{scale}"] = value
    return found


def _explored(answers: pd.DataFrame, factors: int, rotation: Rotation) -> Exploration:
    return exploratory(answers, _ITEMS, factors, extraction="maximum_likelihood", rotation=rotation)


def confirmation_numbers(answers: pd.DataFrame) -> dict[str, float]:
    """Return fit and standardised loadings of the five-factor model of 19 items, in each half."""
    found: dict[str, float] = {}
    for half, own in halves(answers).items():
        model = confirmatory(own, _confirmed(_LEFT_OUT), robust=True)
        fit = model.reported
        lower, upper = rmsea_interval(model.fit.chi_square, fit.df * model.scaling_factor, model.people)
        found |= {
            f"cfa_{half}_chi2": fit.chi_square,
            f"cfa_{half}_df": float(fit.df),
            f"cfa_{half}_p": fit.p,
            f"cfa_{half}_cfi": fit.cfi,
            f"cfa_{half}_rmsea": fit.rmsea,
            f"cfa_{half}_rmsea_lower": fit.rmsea_lower,
            f"cfa_{half}_rmsea_upper": fit.rmsea_upper,
            f"cfa_{half}_srmr": fit.srmr,
            f"cfa_{half}_largest_residual": _largest_residual_covariance(model, own),
            f"cfa_{half}_largest_residual_correlation": model.largest_residual,
            # What the chapters' program does instead: a p by subtraction, which rounding cuts into steps of
            # 2⁻⁵², and an interval of χ² before it is scaled, with scaled degrees of freedom.
            f"cfa_{half}_p_by_subtraction": 1 - float(chi2.cdf(fit.chi_square, fit.df)),
            f"cfa_{half}_rmsea_lower_scaled_df": lower,
            f"cfa_{half}_rmsea_upper_scaled_df": upper,
        }
        loadings = model.estimates[model.estimates["matrix"] == "loadings"]
        for item, value in zip(loadings["row"], loadings["standardised"], strict=True):
            found[f"cfa_{half}_loading_{item}"] = float(value)
    return found


def _largest_residual_covariance(model: FactorModel, answers: pd.DataFrame) -> float:
    items = list(model.structure.blocks[0].items)
    (_, implied) = model.structure.implied(model.theta)[0]
    return float(np.abs(np.cov(answers[items].to_numpy(), rowvar=False, ddof=0) - implied).max())


def invariance_numbers(answers: pd.DataFrame) -> dict[str, float]:
    """Return the second chapter's test of equal loadings between the genders it made up, in the half held
    out.

    Its regressions among factors use up all their covariances, so that its fit is that of factors that go
    together.
    """
    gender = pd.Series(_made_up_gender(len(answers)), index=answers.index)
    holdout = halves(answers)["holdout"]
    # Men, coded 0, are the first group in the chapter.
    order = gender[holdout.index].sort_values(kind="stable").index
    found: dict[str, float] = {}
    models: list[FactorModel] = []
    scales = _confirmed([item for item in _LEFT_OUT if item != "tsc4"])
    for name, equal in (("free", ()), ("invariant", ("loadings",))):
        model = confirmatory(holdout.loc[order], scales, groups=gender[order], robust=True, equal=equal)
        models.append(model)
        found |= {
            f"ch21_{name}_df": float(model.fit.df),
            f"ch21_{name}_aic": model.aic,
            f"ch21_{name}_bic": model.bic,
            f"ch21_{name}_chi2": model.fit.chi_square,
            f"ch21_{name}_chi2_scaled": model.reported.chi_square,
            f"ch21_{name}_rmsea_robust": model.rmsea_robust,
            f"ch21_{name}_cfi_robust": model.cfi_robust,
            f"ch21_{name}_srmr": model.fit.srmr,
        }
    change, df, p = difference_test(models[1], models[0])
    return found | {"ch21_chi2_difference": change, "ch21_df_difference": df, "ch21_p": p}


def factor_chapter_numbers(answers: pd.DataFrame) -> pd.DataFrame:
    """Return every number of both chapters, computed: a row per number (key, chapter, value).

    Parameters
    ----------
    answers : data frame
        A row per teacher in the order of the file, a column per item (`SCALES`).
    """
    numbers = exploration_numbers(answers) | confirmation_numbers(answers) | invariance_numbers(answers)
    return pd.DataFrame(
        [(key, 21 if key.startswith("ch21") else 20, value) for key, value in numbers.items()],
        columns=["key", "chapter", "value"],
    )
