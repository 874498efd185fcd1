"""Replicates: their own random numbers, in order, whatever the workers."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.parallel import replicated


def drawn(generator: np.random.Generator) -> float:
    """Draw one number."""
    return float(generator.random())


def test_each_replicate_has_numbers_of_its_own_whatever_the_workers() -> None:
    alone = replicated(drawn, 5, seed=3, workers=1)
    assert len(set(alone)) == 5
    assert replicated(drawn, 5, seed=3, workers=2) == alone
    assert replicated(drawn, 3, seed=3, workers=1) == alone[:3]
    assert replicated(drawn, 5, seed=4, workers=1) != alone
    expected = [np.random.default_rng(seed).random() for seed in np.random.SeedSequence(3).spawn(5)]
    assert alone == expected


def test_nothing_to_do_gives_nothing() -> None:
    assert replicated(drawn, 0, seed=1, workers=2) == []


def test_progress_is_told_on_request_only(capsys: pytest.CaptureFixture[str]) -> None:
    replicated(drawn, 2, seed=1, workers=1)
    assert capsys.readouterr().err == ""
    replicated(drawn, 2, seed=1, workers=1, told="draws")
    assert capsys.readouterr().err == "draws: 2 of 2, 0 s\n"
