"""The built pages in a real browser: Debian's Chromium, driven by its path, with no network at all.

`make browser` installs the driver (PyPI) and axe-core (npm) and runs these tests over what `make` built.
Elsewhere they are skipped, and say why.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="no driver of a browser here: make browser")

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "reports"
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium")
WIDTHS = (1280, 390)
PAGES = sorted(path for path in REPORTS.rglob("*.html") if "expected" not in path.parts)

if CHROMIUM is None:
    pytest.skip("no Chromium here: apt-get install chromium", allow_module_level=True)
if not (REPORTS / "index.html").is_file():
    pytest.skip("no page is built: make", allow_module_level=True)

FACTS = """() => ({
  ids: [...document.querySelectorAll('[id]')].map(one => one.id),
  links: [...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href')),
  networks: document.querySelectorAll('figure.network').length,
  policy: document.querySelector('meta[http-equiv=Content-Security-Policy]')?.content ?? '',
  headings: [...document.querySelectorAll('main h2, main h3')].filter(one =>
    !one.nextElementSibling || /^H[12]$/.test(one.nextElementSibling.tagName)).map(one => one.textContent),
  bare: [...document.querySelectorAll('main table')].filter(one => !one.tBodies[0]?.rows.length).length,
})"""
WIDER = """() => {
  const faults = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) {
    const out = [...document.querySelectorAll('main *')].find(one =>
      !one.closest('.scroll, svg') && one.getBoundingClientRect().right > wide + 1);
    faults.push('wider than the page: ' + (out ? out.outerHTML.slice(0, 120) : 'the page'));
  }
  for (const one of document.querySelectorAll('figcaption, caption, h1, h2, h3')) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.right > wide + 1 || box.left < -1 || one.scrollWidth > one.clientWidth + 1))
      faults.push('clipped: ' + one.textContent.slice(0, 80));
    if (one.closest('.scroll')) faults.push('within what scrolls: ' + one.textContent.slice(0, 80));
  }
  for (const one of document.querySelectorAll('img'))
    if (one.offsetWidth && one.offsetWidth + 1 < parseFloat(one.style.minWidth || 0))
      faults.push('its smallest text is below nine pixels: ' + one.alt.slice(0, 80));
  return faults;
}"""
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"

# What stands on every page, and what a person would trip over.
RULES = [
    *("color-contrast", "landmark-one-main", "landmark-unique", "region", "bypass", "page-has-heading-one"),
    *("document-title", "html-has-lang", "image-alt", "svg-img-alt", "label", "link-name", "button-name"),
    *("list", "listitem", "definition-list", "dlitem", "aria-valid-attr", "aria-valid-attr-value"),
    *("aria-allowed-attr", "aria-allowed-role", "aria-required-attr", "scrollable-region-focusable"),
    *("select-name", "nested-interactive", "tabindex", "empty-table-header", "td-headers-attr"),
    *("duplicate-id-aria", "summary-name", "link-in-text-block"),
]


@dataclass
class Seen:
    """What a page is like in the browser."""

    facts: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)


def named(path: Path) -> str:
    return path.relative_to(REPORTS).as_posix()


def launched(playwright: Any) -> Any:
    # Root has no sandbox; nothing but our own files is opened.
    return playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def seen(browser: Any) -> dict[Path, Seen]:
    """Open every page once, at both widths, as it stands and with all that is folded opened."""
    found: dict[Path, Seen] = {}
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800})
    for path in PAGES:
        here = found[path] = Seen()
        page = context.new_page()
        page.on("console", lambda message, here=here: here.said.append(message.text))
        page.on("pageerror", lambda error, here=here: here.said.append(str(error)))
        page.on("request", lambda request, here=here: _asked(request.url, here))
        page.goto(path.as_uri())
        here.facts = page.evaluate(FACTS)
        here.wider += [f"{WIDTHS[0]}: {fault}" for fault in page.evaluate(WIDER)]
        page.set_viewport_size({"width": WIDTHS[1], "height": 800})
        here.wider += [f"{WIDTHS[1]}: {fault}" for fault in page.evaluate(WIDER)]
        page.evaluate(UNFOLD)
        here.wider += [f"{WIDTHS[1]}, unfolded: {fault}" for fault in page.evaluate(WIDER)]
        page.close()
    context.close()
    return found


def _asked(address: str, here: Seen) -> None:
    if urlsplit(address).scheme not in ("file", "data"):
        here.said.append(f"asked for {address}")


def none(faults: list[str]) -> None:
    """Refuse faults, and list every one of them."""
    assert not faults, "\n" + "\n".join(faults)


def told(seen: dict[Path, Seen], faults: str) -> list[str]:
    return [f"{named(path)}: {fault}" for path, one in seen.items() for fault in getattr(one, faults)]


def test_no_page_says_anything_to_the_console_or_asks_for_anything(seen: dict[Path, Seen]) -> None:
    none(told(seen, "said"))


def test_nothing_is_wider_than_the_page_clipped_or_too_small_to_read(seen: dict[Path, Seen]) -> None:
    none(told(seen, "wider"))


def test_every_page_keeps_to_itself(seen: dict[Path, Seen]) -> None:
    without = [
        named(path)
        for path, one in seen.items()
        if not one.facts["policy"].startswith("default-src 'none'; img-src data:;")
        or "script-src 'unsafe-inline'" in one.facts["policy"]
    ]
    none(without)


def test_no_heading_and_no_table_is_empty(seen: dict[Path, Seen]) -> None:
    faults = [f"{named(path)}: {words}" for path, one in seen.items() for words in one.facts["headings"]]
    faults += [f"{named(path)}: a table without rows" for path, one in seen.items() if one.facts["bare"]]
    none(faults)


def test_every_anchor_is_there_once(seen: dict[Path, Seen]) -> None:
    again = {
        path: [one for one, count in Counter(page.facts["ids"]).items() if count > 1]
        for path, page in seen.items()
    }
    none([f"{named(path)}: {anchor} again" for path, anchors in again.items() for anchor in anchors])


def test_every_link_and_anchor_leads_somewhere(seen: dict[Path, Seen]) -> None:
    anchors = {path: set(one.facts["ids"]) for path, one in seen.items()}
    faults = []
    for path, one in seen.items():
        for link in one.facts["links"]:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            # A filter of the ledger is no anchor.
            anchor = (
                "" if target.name == "verdict.html" and "=" in parts.fragment else unquote(parts.fragment)
            )
            # Raw files are their owner's: they may have been taken away again once they were read.
            raw = (ROOT / "data_raw") in target.parents and target.suffix not in (".md", ".json")
            if not raw and not target.is_file():
                faults.append(f"{named(path)}: {link}: no such file")
            elif anchor and target in anchors and anchor not in anchors[target]:
                faults.append(f"{named(path)}: {link}: no such anchor")
    none(faults)


def test_no_page_is_too_heavy() -> None:
    sizes = {named(path): path.stat().st_size for path in PAGES}
    assert sizes["index.html"] <= 300_000
    assert {name: size for name, size in sizes.items() if size > 800_000} == {}
    assert sum(sizes.values()) / len(sizes) <= 400_000


def one_of_each() -> list[Path]:
    """Return one page of every notebook, and the pages that are made of no notebook."""
    first: dict[str, Path] = {}
    for path in PAGES:
        made = path.with_suffix("") / "notebook.ipynb"
        title = path.name
        if made.is_file():
            head = made.read_text(encoding="utf-8")[:4000]
            title = next((line.strip() for line in head.splitlines() if '"# ' in line), path.name)
        first.setdefault(title, path)
    return sorted(first.values())


def audited(browser: Any, path: Path, scheme: str) -> list[str]:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make browser")
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800}, color_scheme=scheme)
    page.goto(path.as_uri())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    page.close()
    return [
        f"{named(path)}, {scheme}: {fault['id']}: {fault['nodes'][0]['html'][:120]} ({len(fault['nodes'])})"
        for fault in found["violations"]
    ]


def test_contrast_landmarks_and_names_are_right(browser: Any) -> None:
    faults = [fault for path in one_of_each() for fault in audited(browser, path, "light")]
    dark = [path for path in PAGES if path.name in ("index.html", "glossary.html", "replication.html")]
    faults += [fault for path in dark for fault in audited(browser, path, "dark")]
    none(faults)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800})
    yield page
    page.close()


def rows_shown(page: Any) -> list[dict[str, str]]:
    script = """rows => rows.filter(row => !row.hidden).map(row => ({
      source: row.cells[1].textContent, kind: row.cells[2].firstChild.textContent.trim(),
      verdict: row.cells[5].querySelector("b").textContent}))"""
    found: list[dict[str, str]] = page.eval_on_selector_all(".verdicts tbody tr", script)
    return found


def test_the_filters_of_the_ledger_survive_a_reload_and_can_be_linked_to(page: Any) -> None:
    ledger = (REPORTS / "verdict.html").as_uri()
    page.goto(ledger)
    everything = len(rows_shown(page))
    page.select_option("select[name=kind]", "printed")
    printed = rows_shown(page)
    assert 0 < len(printed) < everything
    assert {row["kind"] for row in printed} == {"printed"}
    page.fill("input[name=words]", printed[0]["source"].split()[0])
    both = rows_shown(page)
    assert 0 < len(both) <= len(printed)
    assert page.inner_text("output[name=shown]") == f"{len(both)} of {everything} claims"
    page.reload()
    assert rows_shown(page) == both
    page.goto("about:blank")
    verdict = printed[0]["verdict"].replace(" ", "+")
    page.goto(f"{ledger}#kind=printed&verdict={verdict}")
    assert {(row["kind"], row["verdict"]) for row in rows_shown(page)} == {("printed", printed[0]["verdict"])}
    page.click("button[type=reset]")
    page.wait_for_url(re.compile(r"verdict\.html#?$"))
    assert len(rows_shown(page)) == everything
    # By keyboard: from the last filter to the first header, which sorts.
    page.focus(".verdicts th button")
    page.keyboard.press("Enter")
    assert page.get_attribute(".verdicts th", "aria-sort") == "ascending"


def test_a_claim_leads_to_its_number_with_the_header_in_view(page: Any) -> None:
    page.goto((REPORTS / "verdict.html").as_uri())
    links = page.eval_on_selector_all(".verdicts td:first-child a", "all => all.map(one => one.href)")
    # The first and the last of some pages, in long tables and short ones.
    chosen = {link.partition("#")[0]: link for link in reversed(links)} | {
        link.partition("#")[0] + " ": link for link in links
    }
    assert chosen
    # In a low window few tables are seen whole.
    page.set_viewport_size({"width": WIDTHS[0], "height": 500})
    for link in list(chosen.values())[:24]:
        page.goto("about:blank")
        page.goto(link)
        found = page.evaluate("""() => {
          const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
          const seen = one => {
            const box = one.getBoundingClientRect();
            return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
          };
          return [seen(target), seen(target.closest('table')?.tHead ?? target)];
        }""")
        assert found == [True, True], link


def with_network(unit: str) -> Path:
    mark = f'class="network">{{"unit":"{unit}"'
    for path in PAGES:
        if mark in path.read_text(encoding="utf-8"):
            return path
    pytest.skip(f"no page with a network of the kind {unit} is built")


def test_a_sociogram_works_by_mouse(page: Any) -> None:
    page.goto(with_network("person").as_uri())
    assert page.is_visible(".live svg") and page.is_hidden(".still")
    before = page.locator(".live line").count()
    busiest = page.evaluate("""() => {
      const ends = {};
      for (const line of document.querySelectorAll('.live line'))
        for (const end of [line.dataset.from, line.dataset.to]) ends[end] = (ends[end] ?? 0) + 1;
      return Object.entries(ends).sort((a, b) => b[1] - a[1])[0];
    }""")
    page.hover(f'.live .node[data-place="{busiest[0]}"]')
    assert page.locator(".live line.marked").count() == busiest[1]
    assert page.inner_text(".live .told").startswith("Person ")
    page.mouse.move(1, 1)
    assert page.locator(".live line.marked").count() == 0
    page.uncheck(".live input[name=arrows]")
    assert page.locator(".live line[marker-end]").count() == 0
    page.check(".live input[name=mutual]")
    assert page.locator(".live line.single").count() == 0
    page.uncheck(".live input[name=mutual]")
    assert page.locator(".live line").count() == before
    width = "document.querySelector('.live .node').getBoundingClientRect().width"
    sized = page.evaluate(width)
    page.uncheck(".live input[name=size]")
    assert page.evaluate(width) != sized
    relations = page.eval_on_selector_all(
        ".live select[name=relation] option", "all => all.map(one => one.value)"
    )
    counts = set()
    for relation in relations:
        page.select_option(".live select[name=relation]", relation)
        counts.add(page.inner_text(".live output"))
    assert len(counts) == len(relations)


def test_a_sociogram_works_by_keyboard(page: Any) -> None:
    page.goto(with_network("person").as_uri())
    page.focus(".live input[name=arrows]")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert page.inner_text(".live .told") == first
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    other = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert other != first and page.inner_text(".live .told") == other
    assert page.locator('.live .node[tabindex="0"]').count() == 1
    slider = page.locator(".live input[name=wave]")
    if slider.count():
        last = page.inner_text(".live output")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert page.inner_text(".live output") != last


def test_where_people_are_protected_schools_are_the_nodes(page: Any) -> None:
    path = with_network("school")
    page.goto(path.as_uri())
    assert "Person " not in page.inner_text("figure.network")
    page.hover(".live .node:not(.unheard)")
    assert " people): " in page.inner_text(".live .told")
    assert page.locator(".live line.marked").count() > 0


def test_without_script_and_in_print_the_still_picture_stands_there(browser: Any) -> None:
    path = with_network("person")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(path.as_uri())
    assert page.is_visible("figure.network img") and not page.locator(".live").count()
    page.close()
    page = browser.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    assert page.is_visible("figure.network img") and page.is_hidden(".live")
    assert page.is_hidden("nav.site") and page.is_hidden(".tools")
    page.close()


def test_code_is_shown_by_one_switch_and_words_are_explained(page: Any) -> None:
    path = with_network("person")
    page.goto(path.as_uri())
    assert page.is_hidden("details.code")
    page.check("#show-code")
    assert page.is_visible("details.code pre")
    term = page.locator("a.term").first
    term.focus()
    shown = "one => getComputedStyle(one, '::after').content"
    assert term.evaluate(shown).strip('"') == term.get_attribute("data-told")


def test_a_team_hands_round_one_page(browser: Any) -> None:
    path = REPORTS / "your_network/one_page.html"
    if not path.is_file():
        pytest.skip("not built: make STUDY=your_network")
    page = browser.new_page()
    page.goto(path.as_uri())
    for size in ("A4", "Letter"):
        assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format=size))) == 1, size
    page.close()
