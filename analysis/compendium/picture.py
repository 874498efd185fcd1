"""A picture of the front page for the README, made by a browser without a window."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from analysis.files import REPORTS, ROOT

__all__ = ["main", "take_picture"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WIDTH, _HEIGHT = 1280, 960
_COLOURS = 48
"""Few colours keep the file small; the pages have few."""
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def take_picture(page: Path, picture: Path, browser: str) -> None:
    """Write what the top of a page looks like as a PNG file of few colours.

    Parameters
    ----------
    page : Path
        An HTML file; nothing is fetched.
    picture : Path
        The file to write.
    browser : str
        Chromium, or a browser that takes its options.

    Raises
    ------
    FileNotFoundError
        When there is no such page.
    """
    if not page.is_file():
        raise FileNotFoundError(f"found no {page}; make builds it")
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "taken.png"
        options = (f"--user-data-dir={folder}/profile", f"--window-size={_WIDTH},{_HEIGHT}")
        command = [browser, *_QUIET, *options, f"--screenshot={taken}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with Image.open(taken) as image:
            image.convert("RGB").quantize(_COLOURS).save(picture, optimize=True)


def main() -> int:
    """Take the picture of the front page; return the exit code."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        print(f"found no browser; needed is one of {', '.join(_BROWSERS)}", file=sys.stderr)
        return 1
    take_picture(REPORTS / "index.html", ROOT / "front_page.png", browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
