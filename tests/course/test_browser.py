"""The explorers in Chromium: in JupyterLab all of them, in Voila, Notebook 7 and a file of one's own some."""

import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium_page, jupyter, open_and_run, voila, write_notebook
from playwright.sync_api import expect, sync_playwright

from gmm_course import explorers
from gmm_course.explorers.page import living_page
from gmm_course.explorers.state import largest_error, random_mixture
from gmm_course.explorers.widget import module
from gmm_helpers import CLASSIC, PRESETS, Mixture, classic_grid, fit

pytestmark = pytest.mark.browser
EXPLORERS = sorted(explorers.__all__)
# Controls that rightly leave the picture alone in an explorer's first state: a seed without noise, say.
IDLE_AT_FIRST = {
    "explore_descent": {"step of gradient descent"},
    "explore_landscape": {"slope at which a walk stops"},
    "explore_prior": {"centre of the prior on stds", "seed of the noise", "a prior on means too: 12.5 ± 7"},
    "explore_restarts": {"number of starts", "seed of the starts", "which end is shown, best first"},
    "playground": {"seed of the noise"},
}
ALL = "import gmm_course.explorers as w\ndisplay(*(getattr(w, name)() for name in %r))"
PLAYGROUND = Path(__file__).parents[2] / "notebooks" / "12_playground.ipynb"
NOTEBOOKS_OWN = ("Cannot read properties of undefined (reading 'schema')",)  # Notebook 7.6 says so with no widget too
SETTLED = "() => [...document.querySelectorAll('.gmm-explorer')].every(e => e.dataset.drawn === e.dataset.serial)"
SHOWN = """() => ['.gmm-sentence', '.gmm-status', '.gmm-figure'].map(s => document.querySelector(s).innerHTML).join()"""
SCROLLING = """() => [document.scrollingElement, ...document.querySelectorAll('*')].filter(
  e => e === document.scrollingElement || ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)
).filter(e => e.scrollHeight > e.clientHeight + 1 && e.clientHeight).map(e => `${e.className}: ${e.scrollHeight}`)"""
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets.map(
  c => [c.model.type, c.model.sharedModel.source, c.inputHidden, c.outputArea?.model.length])"""
WRONG = """() => [...document.querySelectorAll('.gmm-figure [d], .gmm-figure [transform]')].filter(
  e => /NaN|undefined|Infinity/.test(e.outerHTML)).length"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("jupyter")
    (home / "root").mkdir()
    for name in EXPLORERS:
        write_notebook(home / "root" / f"{name}.ipynb", f"from gmm_course.explorers import {name}\n{name}()")
    write_notebook(home / "root" / "all.ipynb", ALL % EXPLORERS, "1 + 1")
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
def fresh_page(browser_page, width, height, known=(), **options):
    """Another page of the same browser, from which no request leaves the machine."""
    page = browser_page.context.browser.new_page(viewport={"width": width, "height": height}, **options)
    page.route(lambda url: "127.0.0.1" not in url and not url.startswith("file:"), lambda route: route.abort())
    with unbroken(page, known):
        yield page
    page.close()


def run(page, lab, name):
    open_and_run(page, lab, f"{name}.ipynb")
    drawn(page)


def drawn(page):
    page.wait_for_selector(".gmm-figure svg [data-name] path", timeout=30_000, state="attached")
    assert not page.locator("[data-mime-type='application/vnd.jupyter.error']").count()


def sentence(page):
    return page.locator(".gmm-sentence")


def settled(page, timeout=20_000):
    """Python has answered the last move, and its view is drawn; nothing went wrong."""
    page.wait_for_timeout(60)
    page.wait_for_function(SETTLED, timeout=timeout)
    page.wait_for_timeout(60)
    assert page.evaluate(WRONG) == 0
    for error in page.locator(".gmm-error").all():
        expect(error).to_have_text("")


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_and_every_handle_answers_the_keyboard_twice(lab, page, name):
    run(page, lab, name)
    idle = IDLE_AT_FIRST.get(name, set())
    for row in page.locator(".gmm-number:visible").all():
        slider, box = row.locator("input[type=range]"), row.locator("input[type=text]")
        now, top = (int(slider.evaluate(f"e => e.{end}")) for end in ("value", "max"))
        for _ in range(2):
            number, before = box.input_value(), page.evaluate(SHOWN)
            slider.press("ArrowRight" if now + 2 <= top else "ArrowLeft")
            expect(box).not_to_have_value(number)
            settled(page)
            if box.get_attribute("aria-label") not in idle:
                assert page.evaluate(SHOWN) != before, box.get_attribute("aria-label")
    for i in range(page.locator(".gmm-handle").count()):
        for key in ("ArrowRight", "ArrowUp"):
            handle = page.locator(".gmm-handle").nth(i)
            said, place = handle.get_attribute("aria-valuetext"), handle.get_attribute("transform")
            handle.press(key)
            frame(page)
            if handle.get_attribute("aria-valuetext") == said:  # at its end: the other way
                handle.press({"ArrowRight": "ArrowLeft", "ArrowUp": "ArrowDown"}[key])
            settled(page)
            handle = page.locator(".gmm-handle").nth(i)
            assert (handle.get_attribute("aria-valuetext"), handle.get_attribute("transform")) != (said, place)
    for choice in page.locator(".gmm-controls select:visible").all():
        for _ in range(2):
            before = page.evaluate(SHOWN)
            choice.select_option(index=choice.evaluate("e => (e.selectedIndex + 1) % e.options.length"))
            settled(page)
            assert page.evaluate(SHOWN) != before
    for switch in page.locator(".gmm-controls input[type=checkbox]:visible").all():
        for _ in range(2):
            before = switch.is_checked()
            switch.press("Space")
            settled(page)
            assert switch.is_checked() != before
    assert not page.locator(".jp-Dialog").count()


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_handle_can_be_dragged_and_its_numbers_follow(lab, page, name):
    run(page, lab, name)
    for i in range(page.locator(".gmm-handle").count()):
        handle = page.locator(".gmm-handle").nth(i)
        handle.scroll_into_view_if_needed()
        x, y = middle(handle.locator(".gmm-grip"))
        box = page.locator(".gmm-figure").bounding_box()
        across = 75 if x < box["x"] + box["width"] / 2 else -75
        said = handle.get_attribute("aria-valuetext")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y - 14, steps=4)
        page.mouse.up()
        settled(page)
        held = page.locator(".gmm-handle:focus")
        assert held.count() == 1  # the nearest one: two may stand on each other
        assert page.locator(".gmm-handle").nth(i).get_attribute("aria-valuetext") != said or held.get_attribute(
            "data-id"
        ) != page.locator(".gmm-handle").nth(i).get_attribute("data-id")


def frame(page):
    """Wait until the next frame is painted."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def middle(thing):
    box = thing.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_handle_slider_and_box_are_one_value_in_the_frame_of_the_move(lab, page):
    run(page, lab, "explore_fit")
    x, y = middle(page.locator(".gmm-handle .gmm-grip").nth(2))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y)
    frame(page)
    box = float(page.get_by_label("mean of bell 2", exact=True).input_value())
    handle = page.locator(".gmm-handle").nth(2)
    assert box > 16
    assert float(handle.get_attribute("aria-valuenow")) == box
    assert float(re.match(r"mean ([\d.]+)", handle.get_attribute("aria-valuetext"))[1]) == pytest.approx(box, abs=0.006)
    assert page.get_by_label("mean of bell 2, slider").input_value() == str(round(box / 0.05))
    assert named(page) == pytest.approx([5, box, 20], abs=0.006)
    root = page.locator(".gmm-explorer")
    assert root.get_attribute("data-serial") == root.get_attribute("data-drawn")
    page.mouse.up()
    settled(page)
    assert named(page) == pytest.approx([5, box, 20], abs=0.006)


def named(page):
    """The means that the sentence names, in order."""
    return sorted(float(mean) for mean in re.findall(r"\d+\.\d\d", sentence(page).inner_text()))


def test_the_axis_waits_while_a_bell_is_held_and_follows_when_it_is_let_go(lab, page):
    run(page, lab, "explore_fit")
    top = "() => [...document.querySelectorAll('.gmm-axes text')].map(t => t.textContent)"
    before = page.evaluate(top)
    x, y = middle(page.locator(".gmm-handle .gmm-grip").nth(3))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 12, y, steps=5)
    page.wait_for_timeout(500)
    narrow = page.evaluate(top)
    assert narrow != before  # a flank's axis grows …
    page.mouse.move(x + 5, y, steps=5)
    page.wait_for_timeout(500)
    assert page.evaluate(top) == narrow  # … and does not shrink under the hand
    page.mouse.up()
    settled(page)
    page.wait_for_timeout(600)
    assert page.evaluate(top) != narrow


def test_presets_buttons_and_boxes_do_what_they_say(lab, page):
    run(page, lab, "explore_fit")
    page.get_by_role("button", name="One hump", exact=True).click()
    expect(page.locator(".gmm-question")).to_contain_text("One maximum only")
    expect(sentence(page)).to_have_text("Guess first: click an answer, or move something.")
    assert page.locator(".gmm-status").inner_text() == ""
    page.get_by_role("button", name="two", exact=True).click()
    expect(sentence(page)).to_contain_text("10.00, 12.00 and 14.00")
    expect(page.locator(".gmm-verdict")).to_have_text("✗ It is: three.")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(sentence(page)).to_contain_text("Guess first")
    page.get_by_role("button", name="three", exact=True).click()
    expect(page.locator(".gmm-verdict")).to_have_text("✓ Right.")
    page.get_by_role("button", name="Classic", exact=True).click()
    box = page.get_by_label("mean of bell 2", exact=True)
    for typed, mean in {"12.7": "12.70", "13,25": "13.25"}.items():
        box.fill(typed)
        box.press("Enter")
        expect(sentence(page)).to_contain_text(mean)
    for typed in ("99", "abc", "", "1e999"):
        box.fill(typed)
        box.press("Enter")
        expect(page.locator(".gmm-error")).to_contain_text("mean of bell 2 must be a number between 0 and 25")
        expect(box).to_have_value("13.25")
    page.get_by_role("button", name="Reset", exact=True).click()
    settled(page)
    expect(box).to_have_value("15")


def test_a_new_problem_gives_bells_to_guess_with_and_scores_them(lab, page):
    run(page, lab, "explore_fit")
    page.get_by_role("button", name="New problem").click()
    settled(page)
    expect(sentence(page)).to_contain_text("Drag bells of your own")
    assert page.locator("[aria-label='mean of bell 2']:visible").input_value() == "12.5"
    page.locator(".gmm-handle").nth(2).press("ArrowRight")
    settled(page)
    expect(sentence(page)).to_contain_text("Drag bells of your own")
    page.get_by_role("button", name="Reveal the truth").click()
    page.wait_for_selector(".gmm-explorer table")
    expect(sentence(page)).to_contain_text(re.compile(r"Your bells leave .* over, the fit nothing"))
    expect(page.locator(".gmm-legend")).to_contain_text("the truth")
    page.get_by_role("button", name="Show as code").click()
    expect(page.locator(".gmm-code")).to_have_value(re.compile(r"explore_fit\(.*preset=None, problem=1, revealed=True"))


def test_no_plain_key_reaches_the_notebook(lab, page):
    """JupyterLab's command keys cut, merge, add and change cells, and interrupt and restart the kernel."""
    run(page, lab, "all")
    cells = page.evaluate(CELLS)
    able = page.locator(".gmm-explorer :is(button, input, select, textarea, [tabindex]):visible")
    assert able.count() > 20
    for i in range(able.count()):
        able.nth(i).focus()
        for key in ("x", "a", "b", "m", "y", "d", "d", "0", "0", "i", "i", "Shift+M"):
            page.keyboard.press(key)
    assert page.evaluate(CELLS) == cells
    assert not page.locator(".jp-Dialog").count()


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_thousand_wild_pointer_events_leave_it_whole(lab, page, name):
    run(page, lab, name)
    rng, figure = np.random.default_rng(0), page.locator(".gmm-figure")
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    heap, collector = [], page.context.new_cdp_session(page)
    for turn in range(50):
        grips = page.locator(".gmm-handle .gmm-grip")
        start = grips.nth(int(rng.integers(grips.count()))) if grips.count() else figure
        page.mouse.move(*middle(start))
        page.mouse.down()
        for x, y in rng.uniform(-0.2, 1.2, (18, 2)):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.up()
        if turn in (10, 49):
            collector.send("HeapProfiler.collectGarbage")  # or what is only waiting to be freed counts as well
            heap.append(page.evaluate("() => performance.memory.usedJSHeapSize"))
    settled(page)
    assert heap[1] - heap[0] < 3e7


def test_one_finger_moves_the_bell_and_not_the_page(lab, browser_page):
    with fresh_page(browser_page, 700, 500, has_touch=True) as page:
        run(page, lab, "explore_fit")
        handle = page.locator(".gmm-handle").nth(2)
        handle.scroll_into_view_if_needed()
        top = "() => document.querySelector('.gmm-explorer').getBoundingClientRect().top"
        x, y = middle(handle.locator(".gmm-grip"))
        before, said = page.evaluate(top), handle.get_attribute("aria-valuetext")
        touch(page, [(x + 12, y + 12), *((x + 12 - 2 * i, y + 12 + 4 * i) for i in range(1, 16))])
        settled(page)
        assert handle.get_attribute("aria-valuetext") != said
        assert page.evaluate(top) == before


def touch(page, path):
    """One finger along a path, as the screen reports it."""
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(path):
        kind = "touchMove" if i else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_what_can_be_hit_is_large_enough_for_a_finger(lab, page):
    run(page, lab, "all")
    sizes = (
        "() => [...document.querySelectorAll('.gmm-explorer %s')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(page.evaluate(sizes % ".gmm-hit")) >= 43.99  # a circle of 44, in floating point
    assert min(page.evaluate(sizes % ":is(button, select, input)")) >= 24


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_either_theme(lab, page, theme):
    run(page, lab, "all")
    page.evaluate(f"() => jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{theme}' }})")
    expect(page.locator(f".gmm-explorer{'[data-dark]' if 'Dark' in theme else ':not([data-dark])'}")).to_have_count(
        len(EXPLORERS)
    )
    for button in ("Reveal the truth", "Show as code"):
        for each in page.get_by_role("button", name=button, exact=True).all():
            each.click()
    settled(page)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    violations = Axe().run(page, {"include": [".gmm-explorer"]}, rules).response["violations"]
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def test_after_a_restart_of_the_kernel_the_page_says_what_to_do(lab, page):
    run(page, lab, "explore_fit")
    page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    page.wait_for_timeout(3000)
    page.locator(".gmm-handle").nth(2).press("ArrowRight")
    expect(sentence(page)).to_contain_text("15.05")  # the page's own fit goes on
    expect(page.locator(".gmm-note")).to_contain_text("run the cell above again", timeout=15_000)
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(5000)
    page.locator(".gmm-handle").nth(2).press("ArrowRight")
    settled(page)
    expect(page.locator(".gmm-note")).to_be_hidden()


def test_stop_is_heard(lab, page):
    run(page, lab, "explore_restarts")
    page.get_by_role("button", name="Narrow fifty").click()
    page.get_by_role("button", name="half or more").click()
    expect(sentence(page)).to_contain_text("Predict")
    expect(page.locator(".gmm-verdict")).to_have_text("")  # nothing is judged before it has run
    page.get_by_role("button", name="Run the starts").click()
    expect(sentence(page)).to_contain_text(re.compile(r" of \d+ starts "))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_disabled()
    stopped = sentence(page).inner_text()
    assert int(re.search(r"of (\d+) starts", stopped)[1]) < 50
    page.wait_for_timeout(500)
    assert sentence(page).inner_text() == stopped
    page.get_by_role("button", name="Run the starts").click()
    expect(page.locator(".gmm-verdict")).to_have_text("✓ Right.", timeout=60_000)
    expect(sentence(page)).to_contain_text("34 of 50 starts")


def test_a_walk_is_played_before_the_eye(lab, page):
    run(page, lab, "explore_descent")
    page.get_by_role("button", name="Three racers").click()
    settled(page)
    ball = page.locator(".gmm-handle[data-id=along]")
    places = {ball.get_attribute("transform")}
    page.get_by_role("button", name="Play").click()
    for _ in range(30):
        page.wait_for_timeout(100)
        places.add(ball.get_attribute("transform"))
    assert len(places) > 8
    expect(page.get_by_label("how far along the walk, in per cent", exact=True)).to_have_value("100", timeout=20_000)


def test_a_file_goes_in_and_its_bells_come_out(lab, page, tmp_path):
    run(page, lab, "explore_your_density")
    page.get_by_role("button", name="the first", exact=True).click()
    expect(sentence(page)).to_contain_text("the first is narrower")
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n2,abc\n")
    (tmp_path / "good.csv").write_text("".join(f"{x};{np.exp(-((x - 480) ** 2) / 200)}\n" for x in range(430, 530)))
    before = sentence(page).inner_text()
    page.get_by_label("A file of yours").set_input_files(tmp_path / "bad.csv")
    expect(page.locator(".gmm-error")).to_contain_text("got '2,abc' in line 3")
    assert sentence(page).inner_text() == before
    page.get_by_label("A file of yours").set_input_files(tmp_path / "good.csv")
    expect(page.locator(".gmm-controls")).to_contain_text("good.csv")
    expect(page.locator(".gmm-error")).to_have_text("")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert json.loads(download.value.path().read_text())["data"] == "good.csv"


# Other front ends, and none


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_playground_in_voila_answers_and_fits_the_screen(tmp_path, browser_page, width, height):
    """On the projector nothing scrolls, in any preset, with the truth beside it; on a phone nothing is cut off."""
    with voila(tmp_path, PLAYGROUND) as base, fresh_page(browser_page, width, height) as page:
        page.goto(base)
        drawn(page)
        follows_the_keyboard(page)
        for preset in page.locator(".gmm-bar button").all()[:6]:
            preset.click()
            page.get_by_role("button", name="Reveal the truth").click()
            page.wait_for_selector(".gmm-explorer table")
            settled(page)
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, preset.inner_text()
            assert width < 1000 or page.evaluate(SCROLLING) == [], preset.inner_text()
        expect(page.locator(".gmm-error")).to_have_text("")


def test_the_playground_in_notebook_7_answers(tmp_path, browser_page):
    (tmp_path / "root").mkdir()
    shutil.copy(PLAYGROUND, tmp_path / "root")
    with jupyter(tmp_path, "notebook") as base, fresh_page(browser_page, 1280, 800, NOTEBOOKS_OWN) as page:
        open_and_run(page, base, PLAYGROUND.name, "notebooks")
        drawn(page)
        follows_the_keyboard(page)
        cells = page.evaluate(CELLS)
        for key in ("x", "a", "d", "d", "0", "0"):
            page.keyboard.press(key)
        assert page.evaluate(CELLS) == cells
        assert not page.locator(".jp-Dialog").count()


def follows_the_keyboard(page):
    """By slider and by handle, bell 1 goes right; the box, the sentence and the curve follow, Python confirms."""
    page.locator(".gmm-controls input[type=range]").nth(1).press("ArrowRight")
    settled(page)
    assert named(page) == pytest.approx([5.05, 15, 20], abs=0.006)
    page.locator(".gmm-handle").first.press("ArrowRight")
    settled(page)
    assert named(page) == pytest.approx([5.1, 15, 20], abs=0.006)
    assert page.get_by_label("mean of bell 1", exact=True).input_value() == "5.1"


@pytest.mark.parametrize("name", ["explore_fit", "playground"])
def test_a_file_of_its_own_answers_with_no_kernel_and_no_network(browser_page, tmp_path, name):
    (tmp_path / "page.html").write_text(living_page(getattr(explorers, name)(), "Drag a bell"))
    with fresh_page(browser_page, 1280, 720) as page:
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"file://{tmp_path}/page.html")
        drawn(page)
        x, y = middle(page.locator(".gmm-handle .gmm-grip").nth(2))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y, steps=4)
        frame(page)
        box = float(page.get_by_label("mean of bell 2", exact=True).input_value())
        assert named(page) == pytest.approx([5, box, 20], abs=0.006)
        page.mouse.up()
        for preset in explorers.__dict__[name]().presets:
            page.get_by_role("button", name=preset, exact=True).click()
            page.get_by_role("button", name="Reveal the truth").click()
            page.wait_for_selector(".gmm-explorer table")
            frame(page)
            assert page.evaluate(WRONG) == 0
        assert len(requests) == 1
        violations = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


# The page's own fit


URL = "URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))"
FITS = f"""async ([code, curves, follow]) => {{
  const {{ fitBells }} = await import({URL});
  let last = null;
  return curves.map(([x, y, K]) => (last = fitBells(x, y, K, follow ? last : null)));
}}"""


def page_fits(browser_page, x, truths, follow):
    """What the page's own fit makes of each curve; follow: from the answer before."""
    curves = [(x.tolist(), truth.pdf(x).tolist(), truth.n_components) for truth in truths]
    page = browser_page.context.browser.new_page()
    fits = page.evaluate(FITS, [module(), curves, follow])
    page.close()
    return [(Mixture(np.array(f["w"]) / sum(f["w"]), f["m"], f["s"]).sorted(), f["loss"]) for f in fits]


def test_the_pages_fit_follows_a_drag_to_the_last_digit(browser_page):
    x, rng, mixture, truths = classic_grid(), np.random.default_rng(0), CLASSIC, []
    for _ in range(600):  # a hand that wanders over means and stds, and never leaves the grid
        means = np.clip(mixture.means + rng.normal(0, 0.15, 3), 2, 23)
        stds = np.clip(mixture.stds * np.exp(rng.normal(0, 0.04, 3)), 0.7, 3)
        mixture = Mixture(mixture.weights, means, stds)
        if np.diff(np.sort(means)).min() > 0.6:
            truths.append(mixture)
    assert len(truths) > 300
    for truth, (found, loss) in zip(truths, page_fits(browser_page, x, truths, True), strict=True):
        assert loss < 1e-20
        assert largest_error(found, truth) < 1e-6


def test_the_pages_fit_is_pythons_wherever_both_meet_the_curve(browser_page):
    x, rng = classic_grid(), np.random.default_rng(0)
    truths = [*PRESETS.values(), *(random_mixture(rng, int(k)) for k in rng.integers(1, 6, 60))]
    both = 0
    for truth, (found, loss) in zip(truths, page_fits(browser_page, x, truths, False), strict=True):
        python = fit(x, truth.pdf(x), truth.n_components, rng=0)
        if max(loss, python.loss) < 1e-20 and python.mixture.stds.max() < 250:  # a bell out of sight may be anywhere
            assert largest_error(found, python.mixture) < 1e-6
            both += 1
    assert both > 0.85 * len(truths)
