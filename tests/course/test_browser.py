"""The explorers in Chromium: in JupyterLab all of them, in Voila, Notebook 7 and a file of one's own some."""

import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import RUN_ALL, chromium_page, jupyter, open_and_run, voila, write_notebook
from matplotlib.figure import Figure
from playwright.sync_api import expect, sync_playwright

from gmm_course import explorers
from gmm_course.explorers.javascript import module
from gmm_course.explorers.page import living_page
from gmm_course.explorers.state import largest_error, random_mixture
from gmm_helpers import CLASSIC, PRESETS, Mixture, Picture, classic_grid, fit

pytestmark = pytest.mark.browser
EXPLORERS = sorted(explorers.__all__)
# Controls that rightly leave the picture alone in an explorer's first state.
IDLE_AT_FIRST = {
    "explore_descent": {"step of gradient descent"},
    "explore_landscape": {"slope at which a walk stops"},
    "explore_restarts": {"number of starts", "seed of the starts", "which end is shown, best first"},
}
ALL = f"import gmm_course.explorers as w\ndisplay(*(getattr(w, name)() for name in {EXPLORERS}))"
(PLAYGROUND,) = (Path(__file__).parents[2] / "notebooks").glob("*_playground.ipynb")
# What Notebook 7.6 says on a page with no widget too
NOTEBOOKS_OWN = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)
# What an explorer shows, and a wait until Python has answered its last move and that is drawn
SHOWN = "e => ['.gmm-sentence', '.gmm-status', '.gmm-figure'].map(s => e.querySelector(s).innerHTML).join()"
SETTLE = """async e => {
  const frame = () => new Promise(requestAnimationFrame), { dataset } = e, end = performance.now() + 20000;
  for (let i = 0; i < 2 || dataset.answered !== dataset.serial || dataset.drawn !== dataset.serial; i++) {
    if (performance.now() > end) throw Error(`asked for ${dataset.serial}, answered ${dataset.answered}`);
    await frame();
  }
  await frame();
}"""
SCROLLING = """() => [document.scrollingElement, ...document.querySelectorAll('*')].filter(
  e => e === document.scrollingElement || ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)
).filter(e => e.scrollHeight > e.clientHeight + 1 && e.clientHeight).map(e => `${e.className}: ${e.scrollHeight}`)"""
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets.map(
  c => [c.model.type, c.model.sharedModel.source, c.inputHidden, c.outputArea?.model.length])"""
WRONG = """e => [...e.querySelectorAll('.gmm-figure [d], .gmm-figure [transform]')].filter(
  each => /NaN|undefined|Infinity/.test(each.outerHTML)).length"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("jupyter")
    (home / "root").mkdir()
    write_notebook(home / "root" / "all.ipynb", ALL, "1 + 1")
    write_notebook(home / "root" / "one.ipynb", "from gmm_course.explorers import explore_fit\nexplore_fit()")
    shutil.copy(PLAYGROUND, home / "root")
    with jupyter(home) as base:
        yield base


@pytest.fixture(scope="module")
def browser_page():
    """A page that leaves an explorer 1085 pixels, as JupyterLab does on a screen of 1280, its side bar closed."""
    with sync_playwright() as playwright, chromium_page(playwright, 1517) as page:
        yield page


@pytest.fixture(scope="module")
def notebook(lab, browser_page):
    """JupyterLab with all explorers, opened once."""
    opened(browser_page, lab, "all.ipynb")
    return browser_page


@pytest.fixture
def page(notebook):
    """The page with all explorers; at the end no script has failed on it."""
    with unbroken(notebook):
        yield notebook
        notebook.mouse.up()  # a test that failed may hold a handle still


def begun(page, name):
    """The named explorer on the page, at its first preset."""
    box = page.locator(".gmm-explorer").nth(EXPLORERS.index(name))
    box.scroll_into_view_if_needed()
    box.locator(".gmm-bar button").first.click()
    settled(box)
    return box


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


def opened(page, lab, name, route="lab/tree"):
    """The first explorer of a notebook that has run."""
    open_and_run(page, lab, name, route)
    return drawn(page)


def drawn(page):
    page.wait_for_selector(".gmm-figure svg [data-name] path", timeout=30_000, state="attached")
    assert not page.locator("[data-mime-type='application/vnd.jupyter.error']").count()
    return page.locator(".gmm-explorer").first


def sentence(box):
    return box.locator(".gmm-sentence")


def settled(box):
    """Python has answered the last move, and its view is drawn; nothing went wrong."""
    box.evaluate(SETTLE)
    assert box.evaluate(WRONG) == 0
    assert box.locator(".gmm-error").inner_text() == ""


def pressed(box, name):
    """Press the button of that name, and wait for what comes of it."""
    box.get_by_role("button", name=name, exact=True).click()
    settled(box)


def uncovered(box):
    """Reveal the truth where somebody knows it."""
    if box.get_by_role("button", name="Reveal the truth", exact=True).count():
        pressed(box, "Reveal the truth")


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_and_every_handle_answers_the_keyboard_twice(page, name):
    box, idle = begun(page, name), IDLE_AT_FIRST.get(name, set())
    if box.locator("[data-withheld]").count():
        pressed(box, "show me")
    for row in box.locator(".gmm-number:visible").all():
        slider, number = row.locator("input[type=range]"), row.locator("input[inputmode]")
        now, top, step = (float(slider.evaluate(f"e => e.{end}")) for end in ("value", "max", "step"))
        for _ in range(2):
            value, before = number.input_value(), box.evaluate(SHOWN)
            slider.press("ArrowRight" if now + 2 * step <= top else "ArrowLeft")
            settled(box)
            assert number.input_value() != value
            if number.get_attribute("aria-label") not in idle:
                assert box.evaluate(SHOWN) != before, number.get_attribute("aria-label")
    for i in range(box.locator(".gmm-handle").count()):
        for key in ("ArrowRight", "ArrowUp"):
            handle = box.locator(".gmm-handle").nth(i)
            said, place = handle.get_attribute("aria-valuetext"), handle.get_attribute("transform")
            handle.press(key)
            frame(page)
            if handle.get_attribute("aria-valuetext") == said:  # at its end: the other way
                handle.press({"ArrowRight": "ArrowLeft", "ArrowUp": "ArrowDown"}[key])
            settled(box)
            assert (handle.get_attribute("aria-valuetext"), handle.get_attribute("transform")) != (said, place)
    for choice in box.locator(".gmm-controls select:visible").all():
        for end in (choice.locator("option").count() - 1, 0):
            before = box.evaluate(SHOWN)
            choice.select_option(index=end)
            settled(box)
            assert box.evaluate(SHOWN) != before
    for switch in box.locator(".gmm-controls input[type=checkbox]:visible").all():
        for _ in range(2):
            before = switch.is_checked()
            switch.press("Space")
            settled(box)
            assert switch.is_checked() != before
    assert not page.locator(".jp-Dialog").count()


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_handle_can_be_dragged_and_its_numbers_follow(page, name):
    box = begun(page, name)
    for i in range(box.locator(".gmm-handle").count()):
        handle = box.locator(".gmm-handle").nth(i)
        x, y = held(page, handle)
        figure = box.locator(".gmm-figure").bounding_box()
        across = 75 if x < figure["x"] + figure["width"] / 2 else -75
        said = handle.get_attribute("aria-valuetext")
        page.mouse.move(x + across, y - 14, steps=4)
        page.mouse.up()
        settled(box)
        held_one = box.locator(".gmm-handle:focus")
        assert held_one.count() == 1  # the nearest one: two may stand on each other
        assert handle.get_attribute("aria-valuetext") != said or held_one.get_attribute(
            "data-id"
        ) != handle.get_attribute("data-id")


def held(page, handle):
    """Take hold of a handle with the mouse; where that is."""
    handle.scroll_into_view_if_needed()
    x, y = middle(handle.locator(".gmm-grip"))
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def frame(page):
    """Wait until the next frame is painted."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def middle(thing):
    box = thing.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


WILD = """async (e, [points, moves]) => {
  const seen = new Set(), error = e.querySelector('.gmm-error'), svg = e.querySelector('.gmm-figure > svg');
  const frame = () => new Promise(requestAnimationFrame).then(() => seen.add(error.textContent));
  const fire = (type, x, y) => svg.dispatchEvent(new PointerEvent(type,
    { clientX: x, clientY: y, pointerId: 1, pointerType: 'mouse', bubbles: true, cancelable: true }));
  for (const turn of points) { // from some handle to and fro, on the picture and beside it
    const grips = [...e.querySelectorAll('.gmm-grip')], grip = grips[Math.floor(turn[0][0] ** 2 * grips.length)] ?? svg;
    const at = grip.getBoundingClientRect(), box = svg.getBoundingClientRect();
    fire('pointerdown', at.x + at.width / 2, at.y + at.height / 2);
    for (const [i, [x, y]] of turn.entries()) {
      fire('pointermove', box.x + x * box.width, box.y + y * box.height);
      if (i % 10 === 9) await frame();
    }
    fire('pointerup', 0, 0);
  }
  for (const [i, [which, where]] of moves.entries()) { // any control anywhere
    const able = [...e.querySelectorAll('.gmm-controls :is(select, input:not([type=file], [inputmode]))')]
      .filter(each => each.checkVisibility());
    const each = able[Math.floor(which * able.length)];
    if (each.type === 'range') each.value = +each.min + where * (each.max - each.min);
    else if (each.type === 'checkbox') each.checked = where > 0.5;
    else each.selectedIndex = Math.floor(where * each.length);
    each.dispatchEvent(new Event(each.type === 'range' ? 'input' : 'change'));
    if (i % 10 === 9) await frame();
  }
  return [...seen].join('');
}"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_thousand_wild_pointer_events_and_a_thousand_moves_leave_it_whole(page, name):
    box, rng = begun(page, name), np.random.default_rng(0)
    heap, collector, serial = [], page.context.new_cdp_session(page), int(box.get_attribute("data-serial"))
    for turns, moves in ((10, 200), (46, 1000)):  # at first what is made once is made
        points, places = rng.uniform(-0.2, 1.2, (turns, 20, 2)), rng.uniform(size=(moves, 2))
        assert box.evaluate(WILD, [points.tolist(), places.tolist()]) == ""
        settled(box)
        collector.send("HeapProfiler.collectGarbage")  # or what is only waiting to be freed counts as well
        heap.append(page.evaluate("() => performance.memory.usedJSHeapSize"))
    assert int(box.get_attribute("data-serial")) - serial >= 700  # so many states there were; a move may change nothing
    assert heap[1] - heap[0] < 1e7
    begun(page, name)


def test_handle_slider_and_box_are_one_value_in_the_frame_of_the_move(page):
    box = begun(page, "explore_fit")
    handle = box.locator(".gmm-handle").nth(2)
    x, y = held(page, handle)
    page.mouse.move(x + 60, y)
    frame(page)
    now, drawn, answered = box.evaluate("e => ['serial', 'drawn', 'answered'].map(each => e.dataset[each])")
    assert now == drawn != answered
    mean = float(box.get_by_label("mean of bell 2", exact=True).input_value())
    assert mean > 16
    assert float(handle.get_attribute("aria-valuenow")) == mean
    said = re.match(r"mean ([\d.]+)", handle.get_attribute("aria-valuetext"))[1]
    assert float(said) == pytest.approx(mean, abs=0.006)
    assert box.get_by_label("mean of bell 2, slider").input_value() == f"{round(20 * mean) / 20:g}"
    assert named(box) == pytest.approx([5, mean, 20], abs=0.006)
    page.mouse.up()
    settled(box)
    assert named(box) == pytest.approx([5, mean, 20], abs=0.006)


def named(box):
    """The means that the sentence names, in order."""
    return sorted(float(mean) for mean in re.findall(r"\d+\.\d\d", sentence(box).inner_text()))


def test_an_arrow_key_in_a_box_steps_its_slider(page):
    box = begun(page, "explore_fit")
    field = box.get_by_label("mean of bell 2", exact=True).first
    before = float(field.input_value())
    for key, steps in (("ArrowUp", 1), ("ArrowUp", 2), ("ArrowDown", 1)):
        field.press(key)
        frame(page)
        assert float(field.input_value()) == pytest.approx(before + 0.05 * steps)


def test_no_answer_is_taken_before_the_question_of_the_new_preset_stands(page):
    box = begun(page, "explore_fit")
    frames = "new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
    click = f"""async e => {{
      [...e.querySelectorAll('button')].find(each => each.textContent === 'Needle').click();
      await {frames};
      return [e.querySelector('.gmm-question').inert, e.dataset.answered === e.dataset.serial];
    }}"""
    assert box.evaluate(click) == [True, False]
    settled(box)
    assert not box.evaluate("e => e.querySelector('.gmm-question').inert")


def test_code_that_is_asked_for_comes_into_sight(page):
    box = begun(page, "explore_fit")
    pressed(box, "Show as code")
    code = box.locator(".gmm-code")
    expect(code).to_contain_text("fit(x, density")
    expect(code).to_be_in_viewport(ratio=0.9)
    pressed(box, "Show as code")
    expect(code).to_be_empty()


def test_the_axis_grows_under_the_hand_and_comes_back_to_where_the_drag_began(page):
    box = begun(page, "explore_fit")
    ticks = "e => [...e.querySelectorAll('.gmm-axes text')].slice(0, 5).map(t => t.textContent)"

    def at_rest():
        """The upper ticks once the axis has stopped gliding."""
        page.wait_for_timeout(500)
        return box.evaluate(ticks)

    before = box.evaluate(ticks)
    x, y = held(page, box.locator(".gmm-handle").nth(3))
    page.mouse.move(x - 12, y, steps=5)
    assert at_rest() != before
    page.mouse.move(x + 5, y, steps=5)
    assert at_rest() == before
    page.mouse.up()
    settled(box)
    assert at_rest() == before  # no leap: what is drawn fills a third of it
    pressed(box, "Needle")
    assert at_rest() != before


@pytest.mark.parametrize(("name", "preset"), [("explore_fit", "Classic"), ("explore_data", "Needle")])
def test_a_top_is_under_the_hand_wherever_that_is(page, name, preset):
    """Though the curve outgrows its axis on the way: the needle reaches a point, 20 times as high."""
    box = begun(page, name)
    pressed(box, preset)
    top = box.locator(".gmm-handle").nth(2)
    x, y = held(page, top)
    page.mouse.move(x, y - 150, steps=5)
    for across, down in ((3, 0), (6, 10), (40, 20), (0, 90)):
        page.mouse.move(x + across, y + down, steps=5)
        page.wait_for_timeout(500)
        expect(box.locator("svg[data-held]")).to_have_count(1)
        assert middle(top.locator(".gmm-grip")) == pytest.approx((x + across, y + down), abs=1.5)
    page.mouse.up()
    settled(box)
    page.wait_for_timeout(500)
    assert middle(top.locator(".gmm-grip")) == pytest.approx((x, y + 90), abs=1.5)
    expect(box.locator("svg[data-held]")).to_have_count(0)


def test_presets_buttons_and_boxes_do_what_they_say(page):
    box = begun(page, "explore_fit")
    pressed(box, "One hump")
    expect(box.locator(".gmm-question")).to_contain_text("One maximum only")
    expect(sentence(box)).to_have_text("Guess first: click an answer, or “show me”.")
    assert box.locator(".gmm-status").inner_text() == ""
    pressed(box, "two")
    expect(sentence(box)).to_contain_text("10.00, 12.00 and 14.00")
    expect(box.locator(".gmm-verdict:focus")).to_contain_text("✗ Not “two” but “three”. The points are exact")
    pressed(box, "Reset")
    expect(sentence(box)).to_contain_text("Guess first")
    pressed(box, "three")
    expect(box.locator(".gmm-verdict")).to_contain_text("✓ Right: “three”. The points are exact")
    pressed(box, "Reset")
    pressed(box, "show me")
    expect(box.locator(".gmm-verdict")).to_contain_text("The answer is “three”. The points are exact")
    box.get_by_role("button", name="Classic", exact=True).click()
    pressed(box, "Reveal the truth")  # before Python has answered: nothing is lost
    assert box.locator("table").count() == 1
    number = box.get_by_label("mean of bell 2", exact=True)
    for typed, mean in {"12.7": "12.70", "13,25": "13.25"}.items():
        number.fill(typed)
        number.press("Enter")
        expect(sentence(box)).to_contain_text(mean)
    for typed in ("99", "abc", "", "1e999"):
        number.fill(typed)
        number.press("Enter")
        error = box.locator(".gmm-number:has([aria-invalid]) + .gmm-error")  # beside the box at fault
        expect(error).to_contain_text("“mean μ₂” (mean of bell 2) must be a number between 0 and 25")
        expect(number).to_have_attribute("aria-invalid", "true")
        expect(number).to_have_value("13.25")
    number.fill("13.25")
    number.press("Enter")
    expect(box.locator(".gmm-error")).to_have_text("")
    assert number.get_attribute("aria-invalid") is None
    pressed(box, "Reset")
    expect(number).to_have_value("15")


# How far each handle stands from what it holds
ASIDE = """e => [...e.querySelectorAll('.gmm-stem')].map(e => e.getAttribute('d').match(/L([-\\d.]+) ([-\\d.]+)/))
  .map(([, across, up]) => Math.hypot(across, up))"""
TOP = "e => e.querySelector('.gmm-figure').getBoundingClientRect().top - e.getBoundingClientRect().top"


@pytest.mark.parametrize("name", EXPLORERS)
def test_nothing_tells_the_answer_before_a_guess_and_the_verdict_moves_nothing(page, name):
    box, explorer = begun(page, name), getattr(explorers, name)()
    for preset, asked in explorer.presets.items():
        pressed(box, preset)
        drawn_names = "e => [...e.querySelectorAll('.gmm-figure [data-name]')].map(each => each.dataset.name)"
        count = () if asked.open else explorer.hidden if asked.hides is None else asked.hides
        hidden = tuple(each for words in count for each in explorer.hidden[words])
        before, top = box.evaluate(drawn_names), box.evaluate(TOP)
        assert not [each for each in before if hidden and each.startswith(hidden)], preset
        assert box.locator(".gmm-verdict").inner_text() == ""
        assert "fit" not in box.locator(".gmm-legend").inner_text() or not hidden
        pressed(box, asked.answers[0])
        assert box.locator(".gmm-verdict").inner_text()[0] in "✓✗Y"
        if getattr(explorers, name)(preset=preset).view["right"] is None:
            continue  # long work settles it, and moves the picture
        assert box.evaluate(TOP) == top, preset
        late = set(box.evaluate(drawn_names)) - set(before)
        assert all(each.startswith(hidden) for each in late), late
        words = set(before) - set(box.evaluate(drawn_names))
        assert bool(words) == bool(late)
        assert words <= set(explorer.hidden)
        assert max(box.evaluate(ASIDE), default=0) < 34, preset
        uncovered(box)
        fits = box.bounding_box()
        assert (fits["width"], fits["height"] <= 599) == (1085, True), preset  # JupyterLab's share of 1280 × 720


def test_on_a_phone_neither_an_answer_nor_a_longer_sentence_moves_the_picture(alone):
    alone.set_viewport_size({"width": 390, "height": 844})
    box = alone.locator(".gmm-explorer")
    for preset in alone.locator(".gmm-presets button").all():
        preset.click()
        frame(alone)
        top = box.evaluate(TOP)
        box.locator(".gmm-answers button").first.click()
        frame(alone)
        assert box.evaluate(TOP) == top, preset.inner_text()
        assert sentence(box).bounding_box()["y"] > box.locator(".gmm-figure").bounding_box()["y"]


@pytest.mark.parametrize(
    ("name", "preset"),
    [("explore_data", "Classic"), ("explore_fit", "Tall is not heavy"), ("playground", "Tall is not heavy")],
)
def test_numbers_that_would_answer_wait_for_a_guess(page, name, preset):
    box = begun(page, name)
    pressed(box, preset)
    weight, mean = (box.get_by_label(f"{each} of bell 2", exact=True).first for each in ("weight", "mean"))
    expect(weight).to_be_hidden()
    expect(mean).to_be_visible()
    pressed(box, "show me")
    expect(weight).to_be_visible()


def test_a_question_of_another_problem_goes_and_one_that_asks_to_move_stays(page):
    box = begun(page, "explore_fit")
    answers = box.locator(".gmm-answers button:visible")
    box.locator(".gmm-handle").first.press("ArrowRight")
    settled(box)
    assert "Move a bell. Will the fit" in box.locator(".gmm-question").inner_text()
    assert answers.count() == 3
    pressed(box, "One hump")
    top = box.evaluate(TOP)
    box.locator(".gmm-handle").first.press("ArrowRight")
    settled(box)
    assert box.locator(".gmm-question").inner_text() == "Your own problem now: Reset asks again."
    assert answers.count() == 0
    assert box.evaluate(TOP) == top
    pressed(box, "Reset")
    assert "How many bells will the fit find?" in box.locator(".gmm-question").inner_text()
    assert answers.count() == 4


WEIGHTS = "e => [1, 2, 3].map(k => +e.querySelector(`[aria-label='weight of bell ${k}']`).value)"


def test_an_answered_question_stays_as_advice_and_a_move_that_changes_nothing_is_none(page):
    box = begun(page, "explore_restarts")
    pressed(box, "no")
    end = box.get_by_label("mean of bell 3", exact=True)
    expect(box.locator(".gmm-verdict")).to_contain_text("Set μ₃ a little off, and they part")
    end.press("Enter")
    assert box.locator(".gmm-question[data-past]").count() == 0
    end.fill("16")
    end.press("Enter")
    settled(box)
    verdict = box.locator(".gmm-question[data-past] .gmm-verdict")
    expect(verdict).to_contain_text("Set μ₃ a little off, and they part")
    assert verdict.evaluate("e => getComputedStyle(e, '::before').content") == '"At first:\xa0"'
    expect(sentence(box)).to_contain_text("This start reached the lowest valley")
    pressed(box, "Reset")
    assert box.locator(".gmm-question[data-past]").count() == 0


def test_a_weight_rests_with_the_hand_wherever_that_is_and_comes_back_with_it(alone):
    box, figure = alone.locator(".gmm-explorer"), alone.locator(".gmm-figure").bounding_box()
    ticks = "e => [...e.querySelectorAll('.gmm-axes text')].map(t => t.outerHTML)"
    before, handle = box.evaluate(ticks), alone.locator(".gmm-handle").nth(2)
    x, y = held(alone, handle)
    weights = []
    for up in (34, 25, 5, -60):  # below the end of the axis, and beyond
        alone.mouse.move(x, figure["y"] + up, steps=8)
        frame(alone)
        at_once = box.evaluate(WEIGHTS)
        alone.wait_for_timeout(300)
        assert box.evaluate(WEIGHTS) == at_once, up
        weights.append(at_once[1])
        assert (box.evaluate(ticks) == before) == (up > 22), up  # the axis waits, or the bell would leave the hand, …
        assert middle(handle.locator(".gmm-grip"))[1] >= figure["y"] + 21  # … until it must come along
    assert weights == sorted(set(weights))  # it grows with the hand
    alone.mouse.move(x, figure["y"] - 400, steps=8)
    frame(alone)
    assert box.evaluate(WEIGHTS) == [0, 1, 0]
    assert handle.get_attribute("data-end") == ""  # it goes no further, and shows that
    alone.mouse.move(x, y, steps=8)
    frame(alone)
    assert box.evaluate(WEIGHTS) == pytest.approx([0.3, 0.5, 0.2], abs=1e-3)
    assert handle.get_attribute("data-end") is None
    assert box.evaluate(ticks) == before


def test_what_a_hand_puts_is_as_round_as_pixels_allow(alone):
    mean = alone.get_by_label("mean of bell 2", exact=True)
    x, y = held(alone, alone.locator(".gmm-handle").nth(2))
    for right in range(1, 60, 7):
        alone.mouse.move(x + right, y)
        frame(alone)
        assert round(float(mean.input_value()) * 20) == pytest.approx(float(mean.input_value()) * 20, abs=1e-9)
    alone.mouse.up()


def test_a_guess_given_up_is_shown_by_what_the_question_asks_for(alone):
    alone.get_by_role("button", name="Reveal the truth", exact=True).click()
    expect(alone.locator("table")).to_have_count(1)
    alone.get_by_role("button", name="show me", exact=True).click()
    expect(alone.get_by_label("mean of bell 2", exact=True)).to_have_value("10")
    expect(sentence(alone)).to_contain_text("Three bells at 5.00, 10.00 and 20.00 explain the curve")
    expect(alone.locator(".gmm-verdict")).to_contain_text("The answer is “it will”.")
    expect(alone.locator("table")).to_have_count(0)  # of the preset, whose bells have moved


def test_a_question_moves_what_it_names_and_leaves_the_rest_as_the_hand_has_set_it(page):
    box = begun(page, "playground")
    for name, typed in (("mean of bell 1", "6"), ("std of bell 2", "2")):
        box.get_by_label(name, exact=True).first.fill(typed)
        box.get_by_label(name, exact=True).first.press("Enter")
        settled(box)
    pressed(box, "three")
    for name, value in (("mean of bell 1", "6"), ("mean of bell 2", "19"), ("std of bell 2", "2")):
        expect(box.get_by_label(name, exact=True).first).to_have_value(value)


def test_a_question_once_withdrawn_comes_back_by_reset_alone(page):
    box, asked = begun(page, "explore_parameters"), []
    pressed(box, "Classic")
    for k, typed in ((2, "0"), (1, "0"), (1, "-1.204")):  # the question is of the second alone
        box.get_by_label(f"logit of bell {k}", exact=True).fill(typed)
        box.get_by_label(f"logit of bell {k}", exact=True).press("Enter")
        settled(box)
        asked.append("Raise the second" in box.locator(".gmm-question").inner_text())
    assert asked == [True, False, False]
    pressed(box, "Reset")
    expect(box.locator(".gmm-question")).to_contain_text("Raise the second")


def test_show_me_puts_a_choice_as_well_as_numbers(page):
    box = begun(page, "explore_loss")
    pressed(box, "One bell")
    pressed(box, "show me")
    expect(box.locator("[data-control=distance] select")).to_have_value("KL(given ‖ ours)")
    expect(box.get_by_label("mean of bell 1", exact=True)).to_have_value("13")
    expect(sentence(box)).to_contain_text("one bell at 13.00")


def test_where_the_landscape_is_infinitely_high_the_ball_stands_at_its_top(page):
    box = begun(page, "explore_loss")
    pressed(box, "One bell")
    box.locator("[data-control=distance] select").select_option(label="KL(given ‖ ours)")
    box.get_by_label("std of bell 1", exact=True).fill("0.1")
    box.get_by_label("std of bell 1", exact=True).press("Enter")
    settled(box)
    expect(sentence(box)).to_contain_text("distance inf")
    ball, place = box.locator(".gmm-handle").last, "e => +/,? (.+)\\)/.exec(e.getAttribute('transform'))[1]"
    top = box.evaluate("e => +[...e.querySelectorAll('.gmm-mark[data-name=landscape]')].at(-1).getAttribute('y')")
    assert ball.evaluate(place) == pytest.approx(top, abs=1)


def test_a_width_grows_with_the_hand_beyond_the_end_of_the_grid(alone):
    """The flank of a bell stands on its left where the right one is off the grid, but not while it is held."""
    width, (x, y) = alone.get_by_label("std of bell 3", exact=True), held(alone, alone.locator(".gmm-handle").nth(5))
    stds = []
    for right in range(0, 220, 20):
        alone.mouse.move(x + right, y)
        frame(alone)
        stds.append(float(width.input_value()))
    assert stds == sorted(stds)
    assert stds[-1] > 5  # 20 + 5 is the end
    alone.mouse.up()
    frame(alone)
    figure = alone.locator(".gmm-figure").bounding_box()
    assert middle(alone.locator(".gmm-handle").nth(5))[0] < figure["x"] + figure["width"]


def test_page_keys_move_a_handle_by_ten_steps_across(alone):
    mean, weight = (alone.get_by_label(f"{name} of bell 1", exact=True) for name in ("mean", "weight"))
    for key, now in (("PageUp", "5.5"), ("PageUp", "6"), ("PageDown", "5.5")):
        alone.locator(".gmm-handle").first.press(key)
        frame(alone)
        assert (mean.input_value(), weight.input_value()) == (now, "0.3")


def test_bells_keep_to_one_line_of_the_legend(alone):
    for width in (320, 360, 420, 700, 800, 1000):
        alone.set_viewport_size({"width": width, "height": 720})
        frame(alone)
        tops = [key.bounding_box()["y"] for key in alone.locator(".gmm-legend > span > .gmm-key").all()]
        assert len(tops) == 3
        assert np.ptp(tops) < 1


def test_a_finger_that_only_scrolls_past_a_slider_leaves_it_where_it_was(alone):
    """Such a gesture ends with `pointercancel`, after the slider has jumped to the finger."""
    width = alone.get_by_label("std of bell 1", exact=True)
    slider = alone.get_by_label("std of bell 1, slider", exact=True)
    for last, now in (("pointerup", "5"), ("pointercancel", "5")):
        slider.evaluate(
            """(e, last) => {
            e.dispatchEvent(new PointerEvent("pointerdown"));
            e.value = last === "pointerup" ? 5 : 7;
            e.dispatchEvent(new Event("input"));
            e.dispatchEvent(new PointerEvent(last));
        }""",
            last,
        )
        frame(alone)
        assert width.input_value() == now
    assert slider.evaluate("e => getComputedStyle(e).touchAction") == "pan-y"


def test_keys_that_come_faster_than_frames_all_count(alone):
    alone.locator(".gmm-handle").nth(2).evaluate("""e => Array.from({ length: 20 }, () =>
        e.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true })))""")
    frame(alone)
    assert float(alone.get_by_label("mean of bell 2", exact=True).input_value()) == 16


def test_for_a_projector_all_is_larger_and_the_handle_stays_under_the_hand(alone):
    letters = alone.locator(".gmm-sentence").bounding_box
    line = letters()["height"]
    alone.set_viewport_size({"width": 1920, "height": 1080})
    frame(alone)
    assert letters()["height"] == pytest.approx(1.45 * line, rel=0.01)
    handle = alone.locator(".gmm-handle").nth(2)
    x, y = held(alone, handle)
    alone.mouse.move(x + 90, y + 40, steps=3)
    frame(alone)
    assert middle(handle.locator(".gmm-grip")) == pytest.approx((x + 90, y + 40), abs=1)


def test_a_weight_of_one_keeps_the_ratio_of_the_others(alone):
    weight = alone.get_by_label("weight of bell 2", exact=True)
    for typed, weights in (("1", [0, 1, 0]), ("0.5", [0.3, 0.5, 0.2])):
        weight.fill(typed)
        weight.press("Enter")
        frame(alone)
        assert alone.locator(".gmm-explorer").evaluate(WEIGHTS) == weights


def test_a_complaint_goes_as_soon_as_something_else_is_typed(alone):
    weight, error = alone.get_by_label("weight of bell 1", exact=True), alone.locator(".gmm-error")
    weight.fill("2")
    weight.press("Enter")
    expect(error).to_contain_text("must be a number between 0 and 1, got “2”")
    weight.fill("0.3")  # what it was
    weight.press("Enter")
    expect(error).to_have_text("")


HIDDEN_FOR_A_FRAME = """e => new Promise(done => { // as while a theme's style sheets are swapped
  requestAnimationFrame(() => e.style.display = 'none');
  e.querySelector('.gmm-presets button:last-child').click();
  requestAnimationFrame(() => done(e.style.display = ''));
})"""


def test_a_picture_that_had_no_room_for_a_frame_is_drawn_as_wide_as_its_place(alone):
    box = alone.locator(".gmm-explorer")
    box.evaluate(HIDDEN_FOR_A_FRAME)
    frame(alone)
    widths = (
        "e => ['.gmm-figure', '.gmm-figure > svg'].map(each => e.querySelector(each).getBoundingClientRect().width)"
    )
    place, picture = box.evaluate(widths)
    assert picture == place != 640
    assert box.get_attribute("data-drawn") == box.get_attribute("data-serial")


def test_a_picture_on_a_phone_stays_in_sight_above_its_controls(alone):
    alone.set_viewport_size({"width": 390, "height": 844})
    frame(alone)
    last, picture = alone.locator("input[type=range]:visible").last, alone.locator(".gmm-picture").bounding_box
    last.evaluate("e => e.scrollIntoView({ block: 'center' })")
    assert picture()["y"] >= 0
    assert picture()["y"] + picture()["height"] < last.bounding_box()["y"]
    sizes = alone.locator("input[type=range]:visible").evaluate_all("all => all.map(e => e.clientHeight)")
    assert min(sizes) >= 40


def test_a_picture_on_a_phone_held_sideways_stands_beside_its_controls(alone):
    alone.set_viewport_size({"width": 667, "height": 375})
    frame(alone)
    figure, last = alone.locator(".gmm-figure").bounding_box(), alone.locator("input[type=range]:visible").last
    assert figure["x"] + figure["width"] < last.bounding_box()["x"]
    assert figure["height"] < 375


def test_words_that_get_longer_by_a_line_leave_the_handle_under_the_hand(alone):
    box, handle = alone.locator(".gmm-explorer"), alone.locator(".gmm-handle").nth(2)
    top, (x, y) = box.evaluate(TOP), held(alone, handle)
    alone.mouse.move(x + 20, y + 20, steps=2)
    frame(alone)
    weight = box.evaluate(WEIGHTS)[1]
    sentence(box).evaluate("e => e.style.minHeight = `${e.offsetHeight + 22}px`")
    for step in (21, 22):  # in the first of them the words have grown, in the second that is drawn
        alone.mouse.move(x + step, y + 20)
        frame(alone)
    assert middle(handle.locator(".gmm-grip")) == pytest.approx((x + 22, y + 20), abs=1)
    assert box.evaluate(WEIGHTS)[1] == pytest.approx(weight, abs=1e-3)
    alone.mouse.up()
    frame(alone)
    assert box.evaluate(TOP) == top + 22  # and once the hand has let go the picture stands where it belongs


@pytest.mark.parametrize(("preset", "bell"), [("Above one", 0), ("Above one", 2)])
def test_a_handle_lifted_off_its_floor_rises_from_where_its_bell_is(page, preset, bell):
    box = begun(page, "explore_data")
    pressed(box, preset)
    before = box.evaluate(WEIGHTS)
    x, y = held(page, box.locator(".gmm-handle").nth(2 * bell))
    page.mouse.move(x, y - 6, steps=3)
    frame(page)
    risen = box.evaluate(WEIGHTS)[bell]
    page.mouse.move(x, y - 12, steps=3)
    frame(page)
    further = box.evaluate(WEIGHTS)[bell]
    assert further - risen == pytest.approx(risen - before[bell], abs=0.02)
    page.mouse.move(x, y, steps=3)
    frame(page)
    assert box.evaluate(WEIGHTS) == pytest.approx(before, abs=1e-6)
    page.mouse.up()


@pytest.mark.parametrize(("name", "preset"), [("explore_restarts", "Equal means"), ("explore_gradient", "Twins")])
def test_handles_on_one_place_are_seen_and_held_apart(page, name, preset):
    box = begun(page, name)
    pressed(box, preset)
    pressed(box, "show me")
    ids = [handle.get_attribute("data-id") for handle in box.locator(".gmm-handle").all()]
    for each in ids:
        grip = box.locator(f"[data-id='{each}'] .gmm-grip")
        page.mouse.click(*middle(grip))
        assert box.locator(".gmm-handle:focus").get_attribute("data-id") == each
    places = [middle(box.locator(f"[data-id='{each}'] .gmm-grip")) for each in ids]
    gaps = [np.hypot(a - c, b - d) for i, (a, b) in enumerate(places) for c, d in places[:i]]
    assert min(gaps) > 15


LOOKS = """(e, where) => [...e.querySelectorAll(`${where} .gmm-grip`)].map(grip => {
  const { width, height, fill } = getComputedStyle(grip);
  return [width, height, fill].join();
})"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_legend_shows_each_handle_as_it_looks(page, name):
    box = begun(page, name)
    uncovered(box)
    told, there = (set(box.evaluate(LOOKS, where)) for where in (".gmm-legend", ".gmm-handle"))
    untold = {look for look in there - told if name == "explore_parameters"}  # its logits, whose axis says so
    assert told == there - untold
    assert len(untold) in (0, 3)


def test_a_bell_of_no_weight_has_handles_that_show_its_place(page):
    box = begun(page, "explore_gradient")
    pressed(box, "Dead")
    handle = box.locator(".gmm-handle").first
    assert handle.locator(".gmm-stem").get_attribute("d") == "M0 0L0.0 12.0"  # down to the axis
    _, top = map(float, re.findall(r"[\d.]+", handle.get_attribute("transform")))
    heights = box.evaluate("e => [...e.querySelectorAll('.gmm-axes line')].map(each => each.y1.baseVal.value)")
    assert min(abs(height - top - 12) for height in heights) < 0.06


def test_a_new_problem_gives_bells_to_guess_with_and_scores_them(page):
    box = begun(page, "explore_fit")
    pressed(box, "New problem")
    expect(sentence(box)).to_contain_text("Drag them until they meet the points")
    assert box.locator("[aria-label='mean of bell 2']:visible").input_value() == "12.5"
    box.locator(".gmm-handle").nth(2).press("ArrowRight")
    settled(box)
    expect(sentence(box)).to_contain_text("Drag them until they meet the points")
    pressed(box, "Reveal the truth")
    assert box.locator("table").count() == 1
    expect(sentence(box)).to_contain_text(re.compile(r"Your bells leave .* over, the fit nothing"))
    expect(box.locator(".gmm-legend")).to_contain_text("the truth")
    pressed(box, "Show as code")
    expect(box.locator(".gmm-code")).to_contain_text(
        re.compile(r"explore_fit\(.*preset=None, problem=1, revealed=True")
    )
    pressed(box, "Show as code")


KEYS = ("x", "a", "b", "m", "y", "d", "d", "0", "0", "i", "i", "Shift+M")
ABLE = ".gmm-explorer :is(button, input, select, textarea, [tabindex]):visible"
LEAKED = """all => {
  const seen = [], keep = event => seen.push(event.target.outerHTML);
  document.body.addEventListener('keydown', keep);
  for (const each of all) each.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true }));
  document.body.removeEventListener('keydown', keep);
  return seen.concat(all.filter(each => !each.closest('[data-lm-suppress-shortcuts]')).map(each => each.outerHTML));
}"""


def test_no_plain_key_reaches_the_notebook(page):
    """JupyterLab's command keys cut, merge, add and change cells, and interrupt and restart the kernel."""
    cells, able = page.evaluate(CELLS), page.locator(ABLE)
    assert able.count() > 100
    assert able.evaluate_all(LEAKED) == []  # no control lets a key through, and none leaves it to JupyterLab
    kinds = able.evaluate_all("all => all.map(e => e.tagName + (e.type ?? ''))")
    for kind in sorted(set(kinds)):
        able.nth(kinds.index(kind)).focus()
        for key in KEYS:
            page.keyboard.press(key)
    assert page.evaluate(CELLS) == cells
    assert not page.locator(".jp-Dialog").count()


def test_what_can_be_hit_is_large_enough_for_a_finger(page):
    sizes = (
        "() => [...document.querySelectorAll('.gmm-explorer %s')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(page.evaluate(sizes % ".gmm-hit")) >= 43.99  # a circle of 44, in floating point
    assert min(page.evaluate(sizes % ":is(button, select, input:not(.gmm-unseen), .gmm-upload)")) >= 24


def test_where_a_finger_points_boxes_and_lists_are_as_large_as_its_tip(lab, browser_page):
    with fresh_page(browser_page, 390, 844, has_touch=True, is_mobile=True) as page:
        opened(page, lab, "all.ipynb")
        able = page.locator(
            ".gmm-explorer :is(button, select, [inputmode], [type=range], .gmm-upload, summary):visible"
        )
        heights = able.evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
        assert len(heights) > 100
        assert min(heights) >= 44
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
        assert page.locator(".gmm-presets button").evaluate_all(cut) == []


HEARD = """e => {
  e.heard = 0;
  const seen = ({ target }) => target.checkVisibility({ visibilityProperty: true });
  const watch = new MutationObserver(all => (e.heard += all.filter(seen).length));
  for (const each of e.querySelectorAll('[role=status], [role=alert]'))
    watch.observe(each, { childList: true, characterData: true, subtree: true });
}"""


@pytest.mark.parametrize("name", ["explore_fit", "explore_landscape", "explore_your_density"])  # by page, Python, both
def test_what_is_spoken_waits_until_the_hand_rests(page, name):
    box = begun(page, name)
    pressed(box, getattr(explorers, name)().view["answers"][0])  # its verdict may stay
    page.wait_for_timeout(800)
    box.evaluate(HEARD)
    slider = box.locator("input[type=range]:visible").first
    for i in range(12):
        slider.press("ArrowRight" if i % 4 < 2 else "ArrowLeft")
        page.wait_for_timeout(60)
    assert box.evaluate("e => e.heard") == 0
    settled(box)
    page.wait_for_timeout(800)
    assert box.evaluate("e => e.heard") <= 1
    expect(box.locator(".gmm-unseen[role=status]")).to_have_text(sentence(box).inner_text())


def test_no_box_cuts_its_number_off(page):
    """A log slider goes down to a billionth: an exponent is shorter than nine zeros."""
    slider = begun(page, "explore_landscape").get_by_label("slope at which a walk stops, slider")
    box = page.get_by_label("slope at which a walk stops", exact=True)
    for exponent in np.arange(-9, -1, 1.25):
        slider.fill(str(exponent))
        frame(page)
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth"), box.input_value()
        assert float(box.input_value().replace("−", "-")) == pytest.approx(10**exponent, rel=0.005)


def test_stop_is_heard(page):
    box = begun(page, "explore_restarts")
    pressed(box, "Narrow fifty")
    box.get_by_role("button", name="half or more").click()
    verdict = "You said “half or more”. “Run the starts” is working it out …"  # nothing is judged before all have run
    expect(box.locator(".gmm-verdict:focus")).to_have_text(verdict)
    expect(sentence(box)).to_contain_text(re.compile(r" of \d+ starts "))
    stop = box.get_by_role("button", name="Stop", exact=True)
    stop.click()
    expect(stop).to_be_hidden()
    stopped = sentence(box).inner_text()
    assert int(re.search(r"of (\d+) starts", stopped)[1]) < 50
    page.wait_for_timeout(500)
    assert sentence(box).inner_text() == stopped
    box.get_by_role("button", name="Run the starts").click()
    expect(box.locator(".gmm-verdict")).to_contain_text("✓ Right: “half or more”. In two starts", timeout=60_000)
    expect(sentence(box)).to_contain_text("34 of 50 starts")


@pytest.mark.parametrize(("answer", "said"), [("show me", "The answer is"), ("tens", "✗ Not “tens” but")])
def test_a_guess_lets_the_work_run_that_settles_it(page, answer, said):
    box = begun(page, "explore_descent")
    pressed(box, "Long valley")
    box.get_by_role("button", name=answer, exact=True).click()
    expect(box.locator(".gmm-verdict:focus")).to_contain_text(re.compile(f"“Walk on” works it out|{said} “thousands”"))
    verdict = box.locator(".gmm-verdict")
    expect(verdict).to_contain_text(f"{said} “thousands”. The valley is steep", timeout=60_000)


def test_home_and_end_lead_to_the_ends_of_a_handles_range(page):
    box = begun(page, "explore_fit")
    top, flank = (box.locator(f"[data-id=truth-1-{part}]") for part in ("top", "flank"))
    for handle, name, ends in ((top, "mean", (0, 25)), (flank, "std", (0.05, 8))):
        for key, end in zip(("Home", "End"), ends, strict=True):
            handle.press(key)
            settled(box)
            number = box.get_by_label(f"{name} of bell 2", exact=True).locator("visible=true")  # not that of a guess
            expect(number).to_have_value(f"{end:g}")
            assert float(handle.get_attribute("aria-valuenow")) == end
            expect(handle).to_have_attribute("data-end", "")


def test_a_walk_is_played_before_the_eye(page):
    box = begun(page, "explore_descent")
    pressed(box, "Three racers")
    ball = box.locator(".gmm-handle[data-id=along]")
    places, end = {ball.get_attribute("transform")}, box.get_by_label("how far along the walk, in per cent", exact=True)
    box.get_by_role("button", name="Play").click()
    while end.input_value() != "100":
        frame(page)
        places.add(ball.get_attribute("transform"))
    assert len(places) > 8
    pressed(box, "Reset")
    page.emulate_media(reduced_motion="reduce")
    places = {ball.get_attribute("transform")}
    box.get_by_role("button", name="Play").click()
    expect(end).to_have_value("100")
    frame(page)
    places.add(ball.get_attribute("transform"))
    page.emulate_media(reduced_motion="no-preference")
    assert len(places) == 2


def test_a_file_goes_in_and_its_bells_come_out(page, tmp_path):
    box = begun(page, "explore_your_density")
    pressed(box, "the first")
    expect(sentence(box)).to_contain_text("the first is narrower")
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n2,abc\n")
    (tmp_path / "good.csv").write_text("".join(f"{x};{np.exp(-((x - 480) ** 2) / 200)}\n" for x in range(430, 530)))
    before = sentence(box).inner_text()
    box.get_by_label("A file of yours").set_input_files(tmp_path / "bad.csv")
    said = "“bad.csv” must hold numbers in the columns of x and density, got '2,abc' in line 3."
    upload, error = (
        box.get_by_label("A file of yours"),
        box.locator(".gmm-controls .gmm-error"),
    )
    expect(error).to_have_text(said)
    expect(upload).to_have_attribute("aria-invalid", "true")
    assert sentence(box).inner_text() == before
    upload.set_input_files(tmp_path / "good.csv")
    expect(box.locator(".gmm-controls")).to_contain_text("good.csv")
    expect(box.locator(".gmm-error")).to_have_text("")
    assert upload.get_attribute("aria-invalid") is None
    assert box.get_by_role("link", name="Download").bounding_box()["height"] >= 24
    with page.expect_download() as download:
        box.get_by_role("link", name="Download").click()
    assert json.loads(download.value.path().read_text())["data"] == "good.csv"
    columns = box.get_by_label("columns")
    assert not columns.is_visible()  # there are but two
    rows = ((x, np.exp(-((x - 480) ** 2) / 200), x - 430) for x in range(430, 530))
    (tmp_path / "three.csv").write_text("".join(f"{x};{y};{error}\n" for x, y, error in rows))
    upload.set_input_files(tmp_path / "three.csv")
    expect(columns).to_have_value("x, density")
    settled(box)
    columns.select_option("x, density, its error")  # which is 0 at first
    expect(error).to_have_text("“three.csv”: its error must be positive, got 0.0 at index 0.")
    expect(columns).to_have_attribute("aria-invalid", "true")
    expect(columns).to_have_value("x, density")
    columns.select_option("x, –, density")
    settled(box)
    expect(columns).to_have_value("x, –, density")
    assert columns.get_attribute("aria-invalid") is None
    pressed(box, "Reset")
    expect(box.locator(".gmm-question")).to_contain_text("A kernel blurred 82 velocities")
    expect(box.get_by_role("button", name="Galaxies, three")).to_have_attribute("aria-pressed", "true")
    assert not columns.is_visible()


SCHEMES = "[...document.querySelectorAll('.gmm-explorer')].map(e => getComputedStyle(e).colorScheme)"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_either_theme(page, theme):
    for name in EXPLORERS:
        box = begun(page, name)
        for button in ("Reveal the truth", "Show as code"):
            toggle = box.get_by_role("button", name=button, exact=True)
            if toggle.count() and toggle.get_attribute("aria-pressed") == "false":
                toggle.click()
        settled(box)
    page.evaluate(f"() => jupyterapp.commands.execute('apputils:change-theme', {{ theme: '{theme}' }})")
    page.wait_for_function(f"() => ({SCHEMES}).every(each => each === '{theme.split()[1].lower()}')")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    violations = Axe().run(page, {"include": [".gmm-explorer"]}, rules).response["violations"]
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


# Other pages, other front ends, and none


def test_one_finger_moves_the_bell_and_not_the_page(lab, browser_page):
    with fresh_page(browser_page, 700, 500, has_touch=True) as page:
        box = opened(page, lab, "one.ipynb")
        handle = box.locator(".gmm-handle").nth(2)
        handle.scroll_into_view_if_needed()
        top = "() => document.querySelector('.gmm-explorer').getBoundingClientRect().top"
        x, y = middle(handle.locator(".gmm-grip"))
        before, said = page.evaluate(top), handle.get_attribute("aria-valuetext")
        touch(page, [(x + 12, y + 12), *((x + 12 - 2 * i, y + 12 + 4 * i) for i in range(1, 16))])
        settled(box)
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


def test_after_a_restart_of_the_kernel_the_page_says_what_to_do(lab, browser_page):
    with fresh_page(browser_page, 1400, 1000) as page:
        box = opened(page, lab, "one.ipynb")
        page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
        box.locator(".gmm-handle").nth(2).press("ArrowRight")
        expect(sentence(box)).to_contain_text("15.05")  # the page's own fit goes on
        expect(box.locator(".gmm-error")).to_contain_text("run the cell above again", timeout=20_000)
        page.evaluate(RUN_ALL)
        expect(box.locator(".gmm-error")).to_have_text("", timeout=20_000)
        box.locator(".gmm-handle").nth(2).press("ArrowRight")
        settled(box)
        expect(box.locator(".gmm-error")).to_have_text("")


def test_the_playground_in_voila_answers_and_fits_projector_and_phone(tmp_path, browser_page):
    """On the projector nothing scrolls, in any preset or a new problem, with the truth beside it; on a phone nothing is
    cut off."""
    with voila(tmp_path, PLAYGROUND) as base, fresh_page(browser_page, 1280, 720) as page:
        page.goto(base)
        box = drawn(page)
        follows_the_keyboard(box)
        page.emulate_media(color_scheme="dark")  # the system's, not Voila's own
        assert page.evaluate(SCHEMES) == ["dark"]
        papers = (page.locator(each).first for each in ("body", ".lm-BoxPanel-child", ".gmm-explorer"))
        colours = [paper.evaluate("e => getComputedStyle(e).backgroundColor") for paper in papers]
        assert colours == ["rgb(21, 24, 27)", "rgba(0, 0, 0, 0)", "rgb(21, 24, 27)"]
        for width, height in ((1280, 720), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            for preset in box.locator(".gmm-bar button").all()[:7]:  # and a new problem
                preset.click()
                pressed(box, "Reveal the truth")
                table, side = (box.locator(each).bounding_box() for each in ("table", ".gmm-table"))
                assert table["width"] <= side["width"], preset.inner_text()
                assert page.evaluate("() => document.documentElement.scrollWidth") <= width, preset.inner_text()
                assert width < 1000 or page.evaluate(SCROLLING) == [], preset.inner_text()
        page.set_viewport_size({"width": 390, "height": 600})  # so low that picture and last slider don't both fit
        last, picture = box.locator("input[type=range]:visible").last, box.locator(".gmm-figure").bounding_box
        last.evaluate("e => e.scrollIntoView({ block: 'end' })")
        assert picture()["y"] >= 0  # beneath a finger on a slider it stays in sight …
        assert picture()["y"] + picture()["height"] < last.bounding_box()["y"]
        handle = box.locator(".gmm-handle").nth(2)
        said = handle.get_attribute("aria-valuetext")
        x, y = held(page, handle)
        page.mouse.move(x - 30, y, steps=4)
        page.mouse.up()
        assert handle.get_attribute("aria-valuetext") != said  # … and in reach


def test_the_playground_in_notebook_7_answers(lab, browser_page):
    with fresh_page(browser_page, 1280, 800, NOTEBOOKS_OWN) as page:
        follows_the_keyboard(opened(page, lab, PLAYGROUND.name, "notebooks"))
        cells = page.evaluate(CELLS)
        for key in KEYS:
            page.keyboard.press(key)
        assert page.evaluate(CELLS) == cells
        assert not page.locator(".jp-Dialog").count()


def follows_the_keyboard(box):
    """By slider and by handle, bell 1 goes right; the box, the sentence and the curve follow, Python confirms."""
    box.locator(".gmm-controls input[type=range]").nth(1).press("ArrowRight")
    settled(box)
    assert named(box) == pytest.approx([5.05, 15, 20], abs=0.006)
    box.locator(".gmm-handle").first.press("ArrowRight")
    settled(box)
    assert named(box) == pytest.approx([5.1, 15, 20], abs=0.006)
    assert box.get_by_label("mean of bell 1", exact=True).input_value() == "5.1"


@pytest.mark.parametrize("name", ["explore_fit", "playground"])
def test_a_file_of_its_own_answers_with_no_kernel_and_no_network(browser_page, tmp_path, name):
    (tmp_path / "page.html").write_text(living_page(getattr(explorers, name)(), "Drag a bell"))
    with fresh_page(browser_page, 1280, 720) as page:
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"file://{tmp_path}/page.html")
        box = drawn(page)
        x, y = held(page, box.locator(".gmm-handle").nth(2))
        page.mouse.move(x + 40, y, steps=4)
        frame(page)
        mean = float(box.get_by_label("mean of bell 2", exact=True).input_value())
        assert named(box) == pytest.approx([5, mean, 20], abs=0.006)
        page.mouse.up()
        for preset in explorers.__dict__[name]().presets.keys() - {"Claw"}:  # whose answer asks for a kernel
            page.get_by_role("button", name=preset, exact=True).click()
            page.get_by_role("button", name="Reveal the truth").click()
            page.wait_for_selector(".gmm-explorer table")
            frame(page)
            expect(box.locator(".gmm-legend")).to_contain_text("the truth")
            assert box.evaluate(WRONG) == 0
        assert len(requests) == 1
        violations = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def test_on_a_phone_held_across_the_picture_stays_in_sight_beside_the_last_slider(browser_page, tmp_path):
    (tmp_path / "page.html").write_text(living_page(explorers.explore_fit(), "Drag a bell"))
    with fresh_page(browser_page, 844, 390, has_touch=True, is_mobile=True) as page:
        page.goto(f"file://{tmp_path}/page.html")
        box = drawn(page)
        box.evaluate("e => e.scrollIntoView()")
        picture, told = (each.bounding_box() for each in (box.locator(".gmm-figure"), sentence(box)))
        assert told["y"] >= 0
        assert picture["y"] + picture["height"] <= 390  # words and picture are one screen
        last = box.locator("input[type=range]:visible").last
        last.evaluate("e => e.scrollIntoView({ block: 'end' })")
        picture, slider = (each.bounding_box() for each in (box.locator(".gmm-figure"), last))
        assert picture["y"] >= 0
        assert picture["y"] + picture["height"] <= 390
        assert picture["x"] + picture["width"] <= slider["x"]


HIGHEST = "e => Math.max(...[...e.querySelectorAll('.gmm-axes text[text-anchor=end]')].map(t => +t.textContent || 0))"


def narrowed_and_widened(box, wait):
    """The highest number at an axis after a bell was a needle, of height 2, and is as it was, of height 0.2."""
    std, highest = box.get_by_label("std of bell 2", exact=True).first, []
    for value in ("0.1", "1"):
        std.fill(value)
        std.press("Enter")
        wait()
        highest.append(box.evaluate(HIGHEST))
    assert highest[0] >= 1.5
    return highest[1]


def test_an_axis_that_shrinks_goes_all_the_way(page):
    box = begun(page, "explore_fit")

    def rest():
        settled(box)
        page.wait_for_timeout(700)  # an axis glides

    assert narrowed_and_widened(box, rest) <= 0.25


def test_an_axis_shrinks_with_no_kernel_too(alone):
    assert narrowed_and_widened(alone.locator(".gmm-explorer"), lambda: frame(alone)) <= 0.25


def test_after_a_guess_an_axis_stays_as_long_as_nothing_moves(alone):
    alone.get_by_role("button", name="Needle", exact=True).click()
    frame(alone)
    before = alone.locator(".gmm-explorer").evaluate(HIGHEST)
    alone.locator(".gmm-answers button").first.click()
    frame(alone)
    frame(alone)
    assert alone.locator(".gmm-explorer").evaluate(HIGHEST) == before


def test_a_key_shows_its_handle_after_the_mouse_too(alone):
    handle, width = (
        alone.locator(".gmm-handle").nth(2),
        "e => getComputedStyle(e.querySelector('.gmm-hit')).strokeWidth",
    )
    held(alone, handle)
    alone.mouse.up()
    alone.mouse.move(5, 5)
    assert handle.evaluate(width) != "3px"
    alone.keyboard.press("ArrowLeft")
    frame(alone)
    assert handle.evaluate(width) == "3px"


def test_whoever_guesses_sees_the_move_that_was_asked_for(alone):
    alone.get_by_role("button", name="it won't", exact=True).click()
    expect(alone.get_by_label("mean of bell 2", exact=True)).to_have_value("10")
    expect(alone.locator(".gmm-verdict")).to_contain_text("✗ Not “it won't” but “it will”.")


def test_a_slider_is_filled_from_nought_or_else_from_its_end(page):
    box, ends = (
        begun(page, "explore_parameters"),
        "e => ['--from', '--to'].map(v => parseFloat(e.style.getPropertyValue(v)))",
    )
    slider = box.get_by_label("logit of bell 1, slider")
    low, high = (float(slider.get_attribute(each)) for each in ("min", "max"))
    for value in (-6, 6):
        box.get_by_label("logit of bell 1", exact=True).fill(str(value))
        box.get_by_label("logit of bell 1", exact=True).press("Enter")
        frame(page)
        assert slider.evaluate(ends) == pytest.approx([100 * (v - low) / (high - low) for v in sorted((0, value))])
    step = begun(page, "explore_descent").locator(
        "[data-control=step] [type=range]"
    )  # of a logarithm, which has no nought
    assert step.evaluate(ends)[0] == 0


def test_nothing_keeps_a_reader_out_before_the_first_frame(browser_page, tmp_path):
    (tmp_path / "page.html").write_text(living_page(explorers.playground(), "Drag a bell"))
    with fresh_page(browser_page, 1280, 720) as page:
        page.add_init_script("window.requestAnimationFrame = () => 1")
        page.goto(f"file://{tmp_path}/page.html")
        assert page.locator(".gmm-explorer").count() == 1
        assert page.locator(".gmm-handle").count() == 0
        violations = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def test_a_bell_that_has_fled_is_told_with_no_kernel(browser_page, tmp_path):
    (tmp_path / "page.html").write_text(living_page(explorers.playground(), "Drag a bell"))
    with fresh_page(browser_page, 1280, 720) as page:
        page.goto(f"file://{tmp_path}/page.html")
        box = drawn(page)
        page.get_by_role("button", name="Needle", exact=True).click()
        x, y = held(page, box.locator(".gmm-handle").first)
        page.mouse.move(x + 30, y, steps=4)
        frame(page)
        page.mouse.up()
        expect(sentence(box)).to_contain_text("another has fled far away.")  # no point sees the needle
        assert len(named(box)) == 2


def test_whoever_lets_long_work_run_has_looked(page):
    box = begun(page, "playground")
    pressed(box, "Needle")
    expect(sentence(box)).to_contain_text("Guess first")
    box.get_by_role("button", name="50 starts", exact=True).click()
    expect(sentence(box)).not_to_contain_text("Guess first")


def test_a_ball_that_was_asked_to_move_rolls_and_the_question_stays(page):
    box = begun(page, "explore_loss")
    asked = box.locator(".gmm-question").inner_text()
    box.get_by_role("button", name="Let the ball roll", exact=True).click()
    expect(sentence(box)).to_contain_text("the ball")
    settled(box)
    assert box.locator(".gmm-question").inner_text() == asked
    assert box.locator(".gmm-answers").is_visible()


def test_a_bell_narrower_than_the_step_it_is_drawn_by_reaches_its_handle(page):
    """Under the hand, where the page draws it, and at rest, where Python says what is drawn."""
    box = begun(page, "explore_data")
    pressed(box, "show me")  # weights were withheld
    highest = """e => Math.min(...[...e.querySelector('[data-name="bell 2"] path:nth-of-type(2)').getAttribute('d')
      .matchAll(/[ML]\\S+ ([-\\d.]+)/g)].map(point => +point[1]))"""
    box.get_by_label("weight of bell 2", exact=True).fill("0.02")  # so that its top is in the picture
    box.get_by_label("std of bell 2", exact=True).fill("0.05")
    box.get_by_label("mean of bell 2", exact=True).fill("15.17")
    for wait in (frame, lambda _page: settled(box)):
        box.get_by_label("mean of bell 2", exact=True).press("Enter")
        wait(page)
        place = box.locator(".gmm-handle").nth(2).get_attribute("transform")
        assert box.evaluate(highest) == pytest.approx(float(re.search(r" (\S+)\)", place)[1]), abs=1)


def test_a_handle_whose_bell_is_off_the_picture_says_where_it_is(page):
    words = "e => [...e.querySelectorAll('.gmm-handle text')].map(each => each.textContent)"
    box = begun(page, "explore_gradient")
    assert not any(box.evaluate(words))
    pressed(box, "Off the grid")
    assert box.evaluate(words) == ["at 30", "", "", "", "", ""]
    box = begun(page, "explore_data")
    pressed(box, "Needle")
    assert box.evaluate(words) == ["", "", "top at 1.99", "", "", ""]


WORDS = """e => {
  const at = [...e.querySelectorAll('.gmm-axes text')].map(each => [each.textContent, each.getBoundingClientRect()]);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3; // a line has some room of its own
  const on = at.filter(([, a], i) => at.some(([, b], j) => i !== j && meet(a, b))).map(([words]) => words);
  const all = [...e.querySelectorAll('.gmm-figure text')], own = e.getBoundingClientRect();
  const size = Math.min(...all.map(each => parseFloat(getComputedStyle(each).fontSize)));
  const wide = all.filter(each => { const { left, right } = each.getBoundingClientRect();
    return left < own.left || right > own.right; }).map(each => each.textContent);
  return [size >= 11, on, wide];
}"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_words_of_a_picture_as_narrow_as_a_phone_are_whole_large_enough_and_apart(page, name):
    box = begun(page, name)
    box.evaluate("e => (e.style.width = '338px')")
    try:
        for preset in (None, *getattr(explorers, name)().presets):
            pressed(box, preset or "show me")
            frame(page)
            assert box.evaluate(WORDS) == [True, [], []], preset
            tops = box.locator(".gmm-actions button:visible").evaluate_all("all => all.map(e => e.offsetTop)")
            assert len(set(tops)) == 1
    finally:
        box.evaluate("e => (e.style.width = '')")


def test_an_arrow_that_leads_off_its_panel_has_two_heads_at_the_end_of_that(page):
    box, heads = begun(page, "explore_gradient"), []
    pressed(box, "show me")
    for step in ("1", "100"):
        box.get_by_label("length of the step downhill", exact=True).fill(step)
        box.get_by_label("length of the step downhill", exact=True).press("Enter")
        settled(box)
        drawn_path = box.locator("[data-name='std 2 1'] path").last
        heads.append(drawn_path.get_attribute("d").count("M") - 1)
    assert heads == [1, 2]
    numbers = re.findall(r"[ML]([\d.]+)", drawn_path.get_attribute("d"))
    assert max(map(float, numbers)) <= box.locator(".gmm-figure > svg").bounding_box()["width"] - 18


def test_the_table_of_a_bell_that_has_fled_stays_in_its_column(page):
    box = begun(page, "playground")
    for name in ("Needle", "show me", "Reveal the truth"):
        pressed(box, name)
    box.get_by_label("weight of bell 1", exact=True).first.fill("0")
    box.get_by_label("weight of bell 1", exact=True).first.press("Enter")
    settled(box)
    right = "e => e.getBoundingClientRect().right"
    assert box.locator("table").evaluate(right) <= box.locator(".gmm-table").evaluate(right) + 1
    heights = box.locator("tbody tr").evaluate_all("all => all.map(e => Math.round(e.offsetHeight))")
    assert np.ptp(heights) <= 1


def test_presets_are_one_stop_of_the_tab_key_and_arrows_lead_along_them(alone):
    presets = alone.locator(".gmm-presets button")
    assert [each.get_attribute("tabindex") for each in presets.all()] == ["0", *["-1"] * (presets.count() - 1)]
    presets.first.press("ArrowRight")
    expect(presets.nth(1)).to_be_focused()
    presets.nth(1).press("Enter")
    expect(presets.nth(1)).to_have_attribute("aria-pressed", "true")
    assert presets.nth(1).get_attribute("tabindex") == "0"


@pytest.mark.parametrize(("low", "high"), [(-0.8, 0.8), (-6, 6), (0, 1.5), (0, 7), (-4e-7, 4e-7), (0, 1)])
def test_an_axis_has_two_numbers_at_least_and_few_more_than_it_has_room_for(page, low, high):
    at = page.evaluate("([code, ...ends]) => eval(`${code}; ticks`)(ends, 2)", [module("picture"), low, high])
    assert 2 <= len(at) <= 5
    assert all(low <= value <= high for value, _ in at)


STOPS = """() => {
  const kinds = { BUTTON: 'button', g: 'handle', INPUT: 'control', SELECT: 'control', SUMMARY: 'control' };
  const e = document.activeElement, explorer = e.closest('.gmm-explorer');
  if (!explorer) return null;
  const shape = e.querySelector('.gmm-hit') ?? e, looks = getComputedStyle(shape);
  const ring = parseFloat(e === shape ? looks.outlineWidth : looks.strokeWidth);
  const hue = e === shape ? looks.outlineColor : looks.stroke, at = e.getBoundingClientRect();
  return { kind: kinds[e.tagName] ?? e.tagName, name: e.dataset.id, ring, hue,
    whole: at.top >= 0 && at.bottom <= innerHeight };
}"""


@pytest.fixture
def alone(browser_page, tmp_path):
    """The living page of `explore_fit`, for a system that asks for less motion."""
    (tmp_path / "page.html").write_text(living_page(explorers.explore_fit(), "Drag a bell"))
    with fresh_page(browser_page, 1280, 720, reduced_motion="reduce") as page:
        page.goto(f"file://{tmp_path}/page.html")
        drawn(page)
        yield page


def test_tab_goes_through_everything_in_the_order_of_reading_and_out_again(alone):
    stops = []
    for _ in range(60):
        alone.keyboard.press("Tab")
        stop = alone.evaluate(STOPS)
        if stop is None:
            break
        stops.append(stop)
    assert 20 < len(stops) < 60  # no trap
    kinds = [stop["kind"] for stop in stops]
    assert kinds == sorted(kinds, key=["button", "handle", "control"].index)
    handles = [stop["name"] for stop in stops if stop["kind"] == "handle"]
    assert handles == [f"truth-{k}-{part}" for k in range(3) for part in ("top", "flank")]
    assert {(stop["ring"], stop["hue"]) for stop in stops} == {(3, "rgb(11, 98, 184)")}
    assert all(stop["whole"] for stop in stops)
    places = alone.evaluate(
        "['bar', 'question', 'picture', 'words', 'controls'].map(c => document.querySelector(`.gmm-${c}`))"
        ".map((e, i, all) => !i || !!(all[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))"
    )
    assert all(places)


def test_with_no_kernel_an_answer_speaks_of_the_beginning_as_soon_as_it_is_false(alone):
    alone.get_by_role("button", name="it will", exact=True).click()
    past = alone.locator(".gmm-question[data-past]")  # "At first: …"
    expect(alone.locator(".gmm-verdict")).to_contain_text("✓ Right: “it will”")
    for name, typed, stays in (("mean", "12.17", True), ("std", "0.05", False), ("std", "1", False)):
        alone.get_by_label(f"{name} of bell 2", exact=True).fill(typed)
        alone.get_by_label(f"{name} of bell 2", exact=True).press("Enter")
        frame(alone)
        assert past.count() == (not stays), typed


def test_a_drag_that_goes_back_changes_nothing_and_the_sentence_is_spoken_at_rest(alone):
    handle = alone.locator(".gmm-handle").nth(2)
    before = handle.get_attribute("aria-valuetext")
    x, y = held(alone, handle)
    alone.mouse.move(x + 60, y, steps=3)
    frame(alone)
    assert handle.get_attribute("aria-valuetext") != before
    alone.mouse.move(x, y, steps=3)
    alone.mouse.up()
    frame(alone)
    assert handle.get_attribute("aria-valuetext") == before
    said = sentence(alone.locator(".gmm-explorer")).inner_text()
    expect(alone.locator(".gmm-unseen[role=status]")).to_have_text(said)


def test_bells_differ_by_more_than_their_colour_and_nothing_glides_where_less_motion_is_asked_for(alone):
    curves = alone.locator("[data-name^=bell] path:last-child")
    assert len(set(curves.evaluate_all("all => all.map(e => e.getAttribute('stroke-dasharray'))"))) == 3
    ticks = "() => [...document.querySelectorAll('.gmm-axes text')].map(t => t.textContent)"
    before = alone.evaluate(ticks)
    alone.get_by_label("std of bell 2", exact=True).fill("0.2")
    alone.get_by_label("std of bell 2", exact=True).press("Enter")
    frame(alone)
    at_once = alone.evaluate(ticks)
    assert at_once != before
    alone.wait_for_timeout(400)
    assert alone.evaluate(ticks) == at_once
    calls = "e => getComputedStyle(e).animationName"
    first = alone.locator(".gmm-hit").first
    assert first.evaluate(calls) == "none"
    alone.emulate_media(reduced_motion="no-preference")
    assert first.evaluate(calls) == "gmm-call"


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


def test_a_figure_is_dark_on_a_dark_page_and_untouched_on_a_light_one(browser_page):
    html = Picture(Figure(), "an empty page")._repr_html_()
    for light, filtered in (("true", False), ("false", True)):
        browser_page.set_content(f'<body data-jp-theme-light="{light}">{html}</body>')
        look = browser_page.locator("img").evaluate("image => getComputedStyle(image).filter")
        assert (look != "none") == filtered
