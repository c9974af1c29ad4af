"""The explorers in JupyterLab, the playground in Voila and Notebook 7 too, driven by keyboard and mouse in Chromium."""

import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium_page, jupyter, open_and_run, voila, write_notebook
from playwright.sync_api import TimeoutError, expect, sync_playwright

from gmm_course import explorers

pytestmark = pytest.mark.browser

# Controls that rightly leave the picture alone in an explorer's first state: a seed without noise, say.
IDLE_AT_FIRST = {
    "explore_prior": {"centre", "seed", "a prior on means too: 12.5 ± 7"},
    "explore_restarts": {"number", "seed", "shown"},
    "playground": {"seed"},
}
ALL = "import gmm_course.explorers as w\ndisplay(*(getattr(w, name)() for name in w.__all__ if name != 'explore_fit'))"
PLAYGROUND = Path(__file__).parents[2] / "notebooks" / "09_playground.ipynb"
# What axe finds of core ipywidgets: a slider's handle has no name. The number box beside it has one.
UPSTREAM = {("aria-input-field-name", "noUi-handle")}
NOTEBOOKS_OWN = ("Cannot read properties of undefined (reading 'schema')",)  # Notebook 7.6 says so with no widget too
SHOWN = """() => {
  const figure = document.querySelector('.gmm-figure > :last-child svg');
  return ['.gmm-sentence', '.gmm-status'].map(s => document.querySelector(s).innerText).join() + figure.outerHTML;
}"""
CHANGED = f"([before]) => ({SHOWN})() !== before"
SCROLLING = """() => [document.scrollingElement, ...document.querySelectorAll('*')].filter(
  e => e === document.scrollingElement || ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)
).filter(e => e.scrollHeight > e.clientHeight + 1).map(e => `${e.className}: ${e.scrollHeight}`)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("jupyter")
    (home / "root").mkdir()
    for name in explorers.__all__:
        write_notebook(home / "root" / f"{name}.ipynb", f"from gmm_course.explorers import {name}\n{name}()")
    write_notebook(home / "root" / "all.ipynb", ALL)
    with jupyter(home) as base:
        yield base


@pytest.fixture(scope="module")
def browser_page():
    with sync_playwright() as playwright, chromium_page(playwright) as page:
        yield page


@pytest.fixture
def page(browser_page):
    """The page; at the end no script has failed on it."""
    with unbroken(browser_page):
        yield browser_page


@contextmanager
def unbroken(page, known=()):
    """At the end no script has failed on the page, but for the words that are known."""
    errors = []

    def keep(error):
        errors.append(str(error))

    page.on("pageerror", keep)
    yield page
    page.remove_listener("pageerror", keep)
    assert set(errors) <= set(known)


@contextmanager
def fresh_page(browser_page, width, height, known=()):
    """Another page of the same browser, from which no request leaves the machine."""
    page = browser_page.context.browser.new_page(viewport={"width": width, "height": height})
    page.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    with unbroken(page, known):
        yield page
    page.close()


def run(page, lab, name):
    open_and_run(page, lab, f"{name}.ipynb")
    drawn(page)


def drawn(page):
    page.wait_for_selector(".gmm-figure svg [data-name]", timeout=30_000, state="attached")
    assert not page.locator("[data-mime-type='application/vnd.jupyter.error']").count()


def sentence(page):
    return page.locator(".gmm-sentence")


def press(page, control, key):
    """Press a key on a control; whether the sentence or the picture has changed within its time."""
    before = page.evaluate(SHOWN)
    control.press(key)
    try:
        page.wait_for_function(CHANGED, arg=[before], timeout=4000)
    except TimeoutError:
        return False
    return True


def sliders(page):
    """Label, handle and box of each number on show."""
    for row in page.locator(".gmm-number:visible").all():
        yield row.locator(".widget-label").first.inner_text(), row.locator(".noUi-handle"), row.locator("input")


@pytest.mark.parametrize("name", sorted(set(explorers.__all__) - {"explore_fit"}))
def test_every_control_answers_the_keyboard_twice(lab, page, name):
    run(page, lab, name)
    idle = IDLE_AT_FIRST.get(name, set())
    for label, handle, box in sliders(page):
        now, top = (int(float(handle.get_attribute(f"aria-value{end}"))) for end in ("now", "max"))
        key = "ArrowRight" if now + 2 <= top else "ArrowLeft"
        for _ in range(2):
            number = box.input_value()
            if label in idle:
                handle.press(key)
            else:
                assert press(page, handle, key), label
            expect(box).not_to_have_value(number)
    for choice in page.locator(".gmm-controls select:visible").all():
        for _ in range(2):  # by option: JupyterLab keeps the arrow keys on a closed list for itself
            before = page.evaluate(SHOWN)
            choice.select_option(index=choice.evaluate("e => (e.selectedIndex + 1) % e.options.length"))
            page.wait_for_function(CHANGED, arg=[before], timeout=4000)
    for switch in page.locator(".gmm-controls input[type=checkbox]:visible").all():
        for _ in range(2):
            before = switch.is_checked()
            switch.press("Space")
            assert switch.is_checked() != before
    page.wait_for_timeout(300)
    expect(page.locator(".gmm-error")).to_have_text("")
    assert not page.locator(".jp-Dialog").count()


def test_a_file_goes_in_and_its_bells_come_out(lab, page, tmp_path):
    run(page, lab, "explore_your_density")
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n2,abc\n")
    (tmp_path / "good.csv").write_text("".join(f"{x};{np.exp(-((x - 480) ** 2) / 200)}\n" for x in range(430, 530)))
    before = sentence(page).inner_text()
    hand_in(page, tmp_path / "bad.csv")
    expect(page.locator(".gmm-error")).to_contain_text("got '2,abc' in line 3")
    assert sentence(page).inner_text() == before
    hand_in(page, tmp_path / "good.csv")
    expect(page.locator(".gmm-controls")).to_contain_text("good.csv")
    expect(page.locator(".gmm-error")).to_have_text("")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert json.loads(download.value.path().read_text())["data"] == "good.csv"


def hand_in(page, file):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="A file of yours").click()
    chooser.value.set_files(file)


def test_stop_is_heard(lab, page):
    run(page, lab, "explore_restarts")
    page.get_by_role("button", name="Narrow fifty").click()
    expect(sentence(page)).to_contain_text("Predict")
    page.get_by_role("button", name="Run the starts").click()
    expect(sentence(page)).to_contain_text(re.compile(r" of \d+ starts "))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_disabled()
    stopped = sentence(page).inner_text()
    assert int(re.search(r"of (\d+) starts", stopped)[1]) < 50
    page.wait_for_timeout(500)
    assert sentence(page).inner_text() == stopped


def test_nothing_sticks_out_on_a_laptop(lab, page):
    run(page, lab, "explore_descent")
    box = page.locator(".gmm-explorer").bounding_box()
    for kind in (".gmm-bar", ".gmm-body", ".gmm-controls", ".gmm-figure", ".gmm-sentence", ".gmm-status"):
        inner = page.locator(kind).first.bounding_box()
        assert inner["x"] >= box["x"] - 1
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
    picture, controls = (page.locator(kind).first.bounding_box() for kind in (".gmm-picture", ".gmm-controls"))
    assert picture["x"] + picture["width"] <= controls["x"]  # side by side
    assert abs(picture["y"] - controls["y"]) < 3


@pytest.mark.parametrize("name", ["explore_loss", "playground"])
def test_on_a_narrow_screen_the_controls_go_below_the_picture(lab, page, name):
    page.set_viewport_size({"width": 1000, "height": 1000})
    run(page, lab, name)
    whole, picture = (page.locator(kind).bounding_box() for kind in (".gmm-explorer", ".gmm-picture"))
    assert picture["width"] > 0.9 * whole["width"]
    assert page.locator(".gmm-controls").first.bounding_box()["y"] > picture["y"] + picture["height"] - 1
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_axe_finds_nothing_but_the_handles_of_core_ipywidgets(lab, page):
    run(page, lab, "all")
    shown = page.locator(".gmm-explorer")
    expect(shown).to_have_count(9)
    for button in ("Reveal the truth", "Show as code"):
        for each in page.get_by_role("button", name=button, exact=True).all():
            each.click()
    expect(page.locator(".gmm-explorer table")).to_have_count(9)
    expect(page.locator(".gmm-code textarea:visible")).to_have_count(9)
    violations = Axe().run(page, {"include": [".gmm-explorer"]}).response["violations"]
    found = {
        (each["id"], next((kind for _, kind in UPSTREAM if kind in node["html"]), node["html"]))
        for each in violations
        for node in each["nodes"]
        if each["impact"] in ("serious", "critical")
    }
    assert found == UPSTREAM


def test_the_playground_in_voila_answers_and_fits_the_projector(tmp_path, browser_page):
    """Nothing scrolls at 1280 × 720, in any preset, with the truth beside it."""
    with voila(tmp_path, PLAYGROUND) as base, fresh_page(browser_page, 1280, 720) as page:
        page.goto(base)
        drawn(page)
        press_twice(page, "ArrowRight")
        for preset in page.locator(".gmm-bar .widget-toggle-buttons button").all():
            preset.click()
            expect(page.locator(".gmm-table table")).to_have_count(0)
            page.get_by_role("button", name="Reveal the truth").click()
            page.wait_for_selector(".gmm-explorer table")
            assert page.evaluate(SCROLLING) == [], preset.inner_text()
            table, column = (page.locator(kind).last.bounding_box() for kind in (".gmm-table table", ".gmm-controls"))
            assert table["x"] + table["width"] <= column["x"] + column["width"] + 1, preset.inner_text()
        expect(page.locator(".gmm-error")).to_have_text("")


def test_the_playground_in_notebook_7_answers(tmp_path, browser_page):
    """By PageUp: in Notebook 7.6 the arrow keys don't reach a slider's handle."""
    (tmp_path / "root").mkdir()
    shutil.copy(PLAYGROUND, tmp_path / "root")
    with jupyter(tmp_path, "notebook") as base, fresh_page(browser_page, 1280, 800, NOTEBOOKS_OWN) as page:
        open_and_run(page, base, PLAYGROUND.name, "notebooks")
        drawn(page)
        press_twice(page, "PageUp")
        expect(page.locator(".gmm-error")).to_have_text("")


def press_twice(page, key):
    """Two presses on the handle of μ₁, each followed by the box, the sentence and the curve."""
    handle = page.locator(".gmm-number .noUi-handle").nth(1)
    for _ in range(2):
        mean, curve = page.get_by_label("mean of bell 1").input_value(), fitted(page)
        assert press(page, handle, key)
        expect(page.get_by_label("mean of bell 1")).not_to_have_value(mean)
        mean = float(page.get_by_label("mean of bell 1").input_value())
        expect(page.locator(".gmm-sentence")).to_have_text(re.compile(f"Three bells at {mean:.2f}, 15.00"))
        assert fitted(page) != curve


def fitted(page):
    """The path of the fitted curve."""
    return page.locator('.gmm-figure [data-name="fit"]').get_attribute("d")
