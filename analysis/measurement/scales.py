"""Answers to survey items, put together into scores of their scales."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["scale_answers", "scale_scores", "scale_summary", "who_scored"]


def scale_answers(tables: Mapping[str, pd.DataFrame], scale: str) -> pd.DataFrame:
    """Return the answers to one scale, a row per person and wave, a column per item.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the data model. A reversed item is turned round, as in `scale_scores`.
    scale : str

    Returns
    -------
    DataFrame
        index (wave, actor_id), sorted; columns item_id in the order of the table of items; NaN where there is
        no answer. Who answered none of the items has no row.

    Raises
    ------
    ValueError
        When there is no such scale; naming those there are.
    """
    names = tables["items"]["scale"].unique()
    if scale not in names:
        raise ValueError(f"found no scale {scale!r}; allowed: {', '.join(map(str, names))}")
    own = tables["items"][tables["items"]["scale"] == scale]
    answers = _turned({**tables, "items": own})
    wide = answers.pivot(index=["wave", "actor_id"], columns="item_id", values="value")
    return wide.reindex(columns=pd.Index(own["item_id"].astype(str), name="item_id")).astype(float)


def scale_scores(tables: Mapping[str, pd.DataFrame], *, fewest: float = 0.5) -> pd.DataFrame:
    """Return one score per person, wave and scale: the mean of the items answered.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the data model. A reversed item is turned round within its own range:
        minimum + maximum − answer.
    fewest : float
        Least share of a scale's items somebody must have answered; otherwise there is no score, which is
        not a score of zero.

    Returns
    -------
    DataFrame
        columns wave, scale, actor_id, score, answered (items); sorted.

    Raises
    ------
    ValueError
        When `fewest` is not between 0 and 1.
    """
    if not 0 <= fewest <= 1:
        raise ValueError(f"found fewest={fewest}; allowed: a share from 0 to 1")
    items, answers = tables["items"], _turned(tables)
    found = answers.groupby(["wave", "scale", "actor_id"])["value"].agg(["mean", "size"]).reset_index()
    # A share such as 0.56 of 25 items is a little more than 14 in floating point.
    enough = found["size"] >= fewest * found["scale"].map(items["scale"].value_counts()) - 1e-9
    found = found.rename(columns={"mean": "score", "size": "answered"})[enough]
    return found[["wave", "scale", "actor_id", "score", "answered"]].reset_index(drop=True)


def _turned(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the answers that were given to these items, with what the table of items says of each."""
    items = tables["items"].set_index("item_id")
    answers = tables["responses"].dropna(subset="value").join(items, on="item_id", how="inner")
    turned = answers["minimum"] + answers["maximum"] - answers["value"]
    answers["value"] = answers["value"].where(answers["reversed"] == 0, turned).astype(float)
    return answers


def scale_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Return number, mean, standard deviation and quartiles of the scores of every scale in every wave.

    Parameters
    ----------
    scores : DataFrame
        As from `scale_scores`.
    """
    grouped = scores.groupby(["scale", "wave"])["score"]
    columns = {"people": grouped.size(), "mean": grouped.mean(), "sd": grouped.std()}
    points = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
    return pd.DataFrame(columns | {name: grouped.quantile(point) for name, point in points.items()})


def who_scored(scores: pd.DataFrame) -> list[frozenset[tuple[str, str, object]]]:
    """Return who has a score, as (person, scale, wave), for each row of `scale_summary`.

    Parameters
    ----------
    scores : DataFrame
        As from `scale_scores`.
    """
    found = [*zip(scores["actor_id"].astype(str), scores["scale"], scores["wave"], strict=True)]
    groups = pd.Series(found, index=scores.index, dtype=object).groupby([scores["scale"], scores["wave"]])
    return [frozenset(group) for _, group in groups]
