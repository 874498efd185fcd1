"""The picture of the front page: taken by a browser, small, and refused where there is nothing to take."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from analysis.compendium import picture


def test_a_page_becomes_a_small_picture(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("needs Chromium")
    page = tmp_path / "index.html"
    page.write_text("<!doctype html><title>t</title><body style='background:#00f'><h1>Studies</h1>")
    picture.take_picture(page, tmp_path / "out.png", browser)
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (1280, 960)
        assert image.convert("RGB").getpixel((1200, 900)) == (0, 0, 255)
    assert (tmp_path / "out.png").stat().st_size < 20_000


def test_without_a_page_or_a_browser_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FileNotFoundError, match="make builds it"):
        picture.take_picture(tmp_path / "none.html", tmp_path / "out.png", "chromium")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert picture.main() == 1
    assert "needed is one of chromium" in capsys.readouterr().err
